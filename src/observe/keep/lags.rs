//! Lags over a longer time than CloudWatch is asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Assessment, Moment};

/// The points kept of each Component: an hour of them.
const POINTS: usize = 60;

/// The lag of one Component, oldest first, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::observe) struct Lag {
    system: String,
    component: String,
    points: Vec<(Moment, f64)>,
}

/// The lags of all Components that have one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::observe) struct Lags(BTreeMap<String, BTreeMap<String, Vec<(Moment, f64)>>>);

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
            let mut lags = before.remove(&system.name).unwrap_or_default();
            for component in &mut system.components {
                let mut known = lags.remove(&component.name).unwrap_or_default();
                // CloudWatch corrects its newest points: what it tells now counts.
                if let Some((oldest, _)) = component.lag_history.first() {
                    known.retain(|(at, _)| at < oldest);
                }
                known.append(&mut component.lag_history);
                known.drain(..known.len().saturating_sub(POINTS));
                if !known.is_empty() {
                    component.lag_history.clone_from(&known);
                    self.0.entry(system.name.clone()).or_default().insert(component.name.clone(), known);
                }
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
