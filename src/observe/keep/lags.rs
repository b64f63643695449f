//! Lags over a longer time than CloudWatch is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Assessment, ComponentAssessment, LagHistory, SystemAssessment};

/// The points kept of each Component: an hour of them.
const POINTS: usize = 60;

/// The lag of one Component, oldest first, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::observe) struct Lag {
    system: String,
    component: String,
    points: LagHistory,
}

/// The lags of all Components that have one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::observe) struct Lags(BTreeMap<String, OfSystem>);

/// The lags of the Components of a System, by their names.
type OfSystem = BTreeMap<String, LagHistory>;

impl Lags {
    /// Those that were kept.
    pub(in crate::observe) fn of(kept: impl IntoIterator<Item = Lag>) -> Self {
        let mut lags = Self::default();
        for Lag { system, component, points } in kept {
            lags.0.entry(system).or_default().insert(component, points);
        }
        lags
    }

    /// Takes up what `assessment` knows, and gives it what is known from before. What it does not name any more is forgotten.
    pub(in crate::observe) fn join(&mut self, assessment: &mut Assessment) {
        let mut before = std::mem::take(&mut self.0);
        for system in &mut assessment.systems {
            let Some((name, lags)) = before.remove_entry(&system.name).or_else(|| has_lags(system)) else { continue };
            let joined = joined(system, lags);
            if system.components.iter().any(|component| longer(&joined, component).is_some()) {
                for component in &mut Arc::make_mut(system).components {
                    if let Some(points) = longer(&joined, component) {
                        component.lag_history = points.clone();
                    }
                }
            }
            if !joined.is_empty() {
                self.0.insert(name, joined);
            }
        }
    }

    /// Each of them, to be kept.
    pub(in crate::observe) fn kept(&self) -> impl Iterator<Item = Lag> + '_ {
        self.0.iter().flat_map(|(system, lags)| {
            lags.iter().map(|(component, points)| Lag {
                system: system.clone(),
                component: component.clone(),
                points: points.clone(),
            })
        })
    }
}

/// The name of a System of which nothing is kept yet but that has a lag.
fn has_lags(system: &SystemAssessment) -> Option<(String, OfSystem)> {
    let any = system.components.iter().any(|component| !component.lag_history.is_empty());
    any.then(|| (system.name.clone(), OfSystem::new()))
}

/// What `known` and the judgement on `system` tell together.
fn joined(system: &SystemAssessment, mut known: OfSystem) -> OfSystem {
    let mut all = OfSystem::new();
    for component in &system.components {
        let (name, before) =
            known.remove_entry(&component.name).unwrap_or_else(|| (component.name.clone(), LagHistory::default()));
        let points = followed_by(before, &component.lag_history);
        if !points.is_empty() {
            all.insert(name, points);
        }
    }
    all
}

/// The newest of both: CloudWatch corrects its newest points, so what it tells `now` counts.
fn followed_by(before: LagHistory, now: &LagHistory) -> LagHistory {
    let Some((oldest, _)) = now.iter().next() else { return before };
    let older = before.iter().take_while(|(at, _)| *at < oldest).count();
    if older == 0 && now.len() <= POINTS {
        return now.clone();
    }
    let left_out = (older + now.len()).saturating_sub(POINTS);
    before.iter().take(older).chain(now.iter()).skip(left_out).collect()
}

/// The lag of `component`, if that is more than what was judged tells.
fn longer<'a>(joined: &'a OfSystem, component: &ComponentAssessment) -> Option<&'a LagHistory> {
    joined.get(&component.name).filter(|points| **points != component.lag_history)
}
