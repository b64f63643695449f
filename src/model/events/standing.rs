//! How the Systems stand, as it was told last. What only seems to change is not told: a source is late, or another one takes its place, and soon all is
//! as it was.

use std::collections::BTreeMap;

use super::changes::of_system;
use super::{Event, EventKind, Severity};
use crate::model::words::length;
use crate::model::{
    Assessment, ComponentAssessment, Disruption, Loss, Moment, PerDisruption, Span, SystemAssessment, Text, Verdict,
};

/// The Verdicts and the RPOs of all Systems, as they were told last.
#[derive(Debug, Default)]
pub struct Standings(BTreeMap<String, Standing>);

/// Those of one System.
#[derive(Debug)]
struct Standing {
    verdict: Fact<Verdict>,
    promises: PerDisruption<Fact<Promise>>,
}

/// Whether what was promised is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Promise {
    Kept,
    Broken,
    /// Nothing was promised, or nothing is known.
    Untold,
}

/// Something that was told, and what it seems to have become.
#[derive(Debug)]
struct Fact<T> {
    told: T,
    next: Option<(T, Moment)>,
}

/// How sure a change is when it is seen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    /// It is told at once.
    Sure,
    /// It is told once it has lasted.
    Seems,
}

impl<T: Copy + PartialEq> Fact<T> {
    const fn new(told: T) -> Self {
        Self { told, next: None }
    }

    /// Takes up what `is`. What was told before and since when it is otherwise, if that is to be told now.
    fn follow(&mut self, is: T, certainty: Certainty, now: Moment, settles: Span) -> Option<(T, Moment)> {
        let before = self.next.take();
        if is == self.told {
            return None;
        }
        let since = before.filter(|(seemed, since)| *seemed == is && *since <= now).map_or(now, |(_, since)| since);
        if certainty == Certainty::Seems && now.duration_since(since) < settles {
            self.next = Some((is, since));
            return None;
        }
        Some((std::mem::replace(&mut self.told, is), since))
    }

    fn since(&self) -> Option<Moment> {
        self.next.map(|(_, since)| since)
    }
}

impl Standings {
    /// How everything stands in `assessment`, of which nothing is news.
    pub fn of(assessment: &Assessment) -> Self {
        Self(assessment.systems.iter().map(|system| (system.name.clone(), Standing::of(system))).collect())
    }

    /// What `assessment` shows to have changed since it was told. What may only seem so is told once it has lasted for `settles`, with the moment at which
    /// it began: a Verdict that became Unknown, or was, and an RPO that crossed its objective because nobody has looked since.
    pub fn follow(&mut self, assessment: &Assessment, settles: Span) -> Vec<Event> {
        let mut events = Vec::new();
        for system in &assessment.systems {
            match self.0.get_mut(&system.name) {
                Some(standing) => standing.follow(system, assessment.now, settles, &mut events),
                None => drop(self.0.insert(system.name.clone(), Standing::of(system))),
            }
        }
        events
    }

    /// When the next one of them has lasted for `settles`, should nothing else change.
    pub fn next_change(&self, settles: Span) -> Option<Moment> {
        let since = |standing: &Standing| {
            let promises = Disruption::ALL.into_iter().map(|disruption| standing.promises.get(disruption).since());
            std::iter::once(standing.verdict.since()).chain(promises).flatten().min()
        };
        self.0.values().filter_map(since).min().and_then(|since| since.checked_add(settles).ok())
    }
}

impl Standing {
    fn of(system: &SystemAssessment) -> Self {
        let promises = PerDisruption::from_fn(|disruption| Fact::new(promise(system, disruption)));
        Self { verdict: Fact::new(system.verdict), promises }
    }

    fn follow(&mut self, system: &SystemAssessment, now: Moment, settles: Span, events: &mut Vec<Event>) {
        let certainty = self.certainty(system, now);
        if let Some((was, since)) = self.verdict.follow(system.verdict, certainty, now, settles) {
            events.push(verdict(was, system, since, now));
            // The Verdict tells it.
            self.promises = Self::of(system).promises;
        }
        if self.verdict.told != system.verdict {
            // What becomes of the Verdict may tell it.
            return;
        }
        let PerDisruption { region, data } = &mut self.promises;
        for (disruption, fact) in [(Disruption::Region, region), (Disruption::Data, data)] {
            let is = promise(system, disruption);
            if is == Promise::Untold || fact.told == Promise::Untold {
                *fact = Fact::new(if is == Promise::Untold { fact.told } else { is });
                continue;
            }
            let certainty = match is {
                Promise::Broken if grew_beyond(system, disruption, now) => Certainty::Seems,
                Promise::Broken | Promise::Kept | Promise::Untold => Certainty::Sure,
            };
            if let Some((_, since)) = fact.follow(is, certainty, now, settles) {
                events.extend(objective(system, disruption, since, now));
            }
        }
    }

    /// How sure it is that the Verdict is now what it seems.
    fn certainty(&self, system: &SystemAssessment, now: Moment) -> Certainty {
        match (self.verdict.told, system.verdict) {
            (_, Verdict::Unknown) => Certainty::Seems,
            (_, Verdict::Breached) if breached_by_age(system, now) => Certainty::Seems,
            (_, Verdict::Breached | Verdict::Split) => Certainty::Sure,
            (Verdict::Unknown, Verdict::Met | Verdict::AtRisk) => Certainty::Seems,
            (Verdict::Met | Verdict::AtRisk | Verdict::Breached | Verdict::Split, Verdict::Met | Verdict::AtRisk) => {
                Certainty::Sure
            }
        }
    }
}

fn promise(system: &SystemAssessment, disruption: Disruption) -> Promise {
    let rpo = system.rpo.get(disruption);
    match (rpo.objective, rpo.now, rpo.verdict) {
        (None, _, _) | (_, None, _) | (_, _, Verdict::Unknown) => Promise::Untold,
        (Some(_), Some(_), Verdict::Breached | Verdict::Split) => Promise::Broken,
        (Some(_), Some(_), Verdict::Met | Verdict::AtRisk) => Promise::Kept,
    }
}

/// Whether the RPO was within its objective when it was read and grew beyond it merely because time goes by: the next reading may say otherwise.
fn grew_beyond(system: &SystemAssessment, disruption: Disruption, now: Moment) -> bool {
    let rpo = system.rpo.get(disruption);
    let (Some(objective), Some(lost), Some(read_at)) = (rpo.objective, rpo.now, rpo.read_at) else { return false };
    rpo.frozen_at.is_none() && lost > objective && lost.saturating_sub(now.duration_since(read_at)) <= objective
}

/// The same of everything for which a System is Breached.
fn breached_by_age(system: &SystemAssessment, now: Moment) -> bool {
    let broken = |disruption: &Disruption| promise(system, *disruption) == Promise::Broken;
    let is_breached = |component: &&ComponentAssessment| component.verdict >= Verdict::Breached;
    Disruption::ALL.into_iter().any(|disruption| broken(&disruption))
        && Disruption::ALL.into_iter().filter(broken).all(|disruption| grew_beyond(system, disruption, now))
        && system.components.iter().filter(is_breached).all(|component| grew_old(system, component))
}

/// Whether a Component was within every objective when it was read.
fn grew_old(system: &SystemAssessment, component: &ComponentAssessment) -> bool {
    Disruption::ALL.into_iter().all(|disruption| {
        match (component.loss.get(disruption), system.rpo.get(disruption).objective, component.read_at) {
            (Loss::NotApplicable | Loss::None, _, _) | (Loss::Since { .. }, None, _) => true,
            (Loss::Since { newest, .. }, Some(objective), Some(read_at)) => {
                read_at.duration_since(*newest) <= objective
            }
            (Loss::Since { .. }, Some(_), None) | (Loss::Everything | Loss::Unknown, _, _) => false,
        }
    })
}

fn verdict(was: Verdict, is: &SystemAssessment, since: Moment, now: Moment) -> Event {
    let change = format!("{} \u{2192} {}", was.words(), is.verdict.words());
    let text = match why(is) {
        Some(reason) => format!("{change}: {reason}"),
        None => change,
    };
    Event {
        severity: Severity::of(is.verdict),
        text: Text::new(text),
        ..of_system(is, "verdict", EventKind::Verdict, since, now)
    }
}

/// What the Verdict comes from. The first of the reasons may be that users are not served, which is an Event of its own.
fn why(system: &SystemAssessment) -> Option<&Text> {
    if system.verdict == Verdict::Met {
        return None;
    }
    let component = system.components.iter().find(|component| component.verdict == system.verdict);
    component.map(|component| &component.reason).or_else(|| system.reasons.last())
}

/// An RPO that crossed its objective while the Verdict on the System is what it was: it has other reasons.
fn objective(system: &SystemAssessment, disruption: Disruption, since: Moment, now: Moment) -> Option<Event> {
    let rpo = system.rpo.get(disruption);
    let (objective, lost) = (rpo.objective?, rpo.now?);
    let (severity, relation) = match promise(system, disruption) {
        Promise::Broken => (Severity::Bad, "more than"),
        Promise::Kept | Promise::Untold => (Severity::Good, "again within"),
    };
    let (words, lost, promised) = (disruption.as_str(), length(lost), length(objective));
    Some(Event {
        severity,
        text: Text::new(format!("{words} RPO is {lost}, {relation} the {promised} promised")),
        ..of_system(system, &format!("rpo-{words}"), EventKind::Objective, since, now)
    })
}
