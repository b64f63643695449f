//! Repetitions, said once.

use std::collections::BTreeMap;

use super::Subject;
use super::{Event, EventKind, Severity};
use crate::model::words::{clock, listed};
use crate::model::{Moment, Region, Span, Text};

/// Changes to and fro that far apart still belong together.
const STILL_THE_SAME: Span = Span::from_hours(3);

/// The same of what DNS answers: a weighted record is answered now so and now so, all day.
const STILL_THE_SAME_ANSWERS: Span = Span::from_hours(12);

/// So many changes of one thing are a repetition: three times there and back.
const REPEATED: usize = 6;

/// Services of one Region that fall silent, or return, within this are one story.
const AT_ONCE: Span = Span::from_mins(5);

/// A line of the story.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is said. For a repetition: of its newest Event, with a sentence on all.
    pub event: Event,
    /// The Events of a repetition, newest first; empty for one Event alone.
    pub of: Vec<Event>,
}

impl Entry {
    /// When it began: the oldest of its Events.
    pub fn began(&self) -> Moment {
        self.of.last().map_or(self.event.at, |oldest| oldest.at)
    }
}

/// The story of `events` as told at `now`, newest first: what goes to and fro is said once, and so is a Region whose services fall silent one after the
/// other.
pub fn fold(events: impl IntoIterator<Item = Event>, now: Moment) -> Vec<Entry> {
    let mut things: BTreeMap<(EventKind, String), Vec<Event>> = BTreeMap::new();
    let mut regions: BTreeMap<(Region, Severity), Vec<Event>> = BTreeMap::new();
    let mut entries = Vec::new();
    for event in events {
        if swings(event.kind) {
            things.entry((event.kind, event.thing.clone())).or_default().push(event);
        } else {
            entries.push(Entry { event, of: Vec::new() });
        }
    }
    for ((kind, _), mut events) in things {
        events.sort_by(Event::newest_first);
        let gap = if kind == EventKind::Dns { STILL_THE_SAME_ANSWERS } else { STILL_THE_SAME };
        for run in runs(events, gap) {
            match repetition(run, now) {
                Ok(entry) => entries.push(entry),
                Err(run) => {
                    for event in run {
                        match &event.subject {
                            Subject::Service(_, region) if event.kind == EventKind::Source => {
                                regions.entry((region.clone(), event.severity)).or_default().push(event);
                            }
                            Subject::Service(..) | Subject::System(_) | Subject::Component { .. } | Subject::Drdeck => {
                                entries.push(Entry { event, of: Vec::new() });
                            }
                        }
                    }
                }
            }
        }
    }
    for ((region, severity), mut events) in regions {
        events.sort_by(Event::newest_first);
        entries.extend(runs(events, AT_ONCE).into_iter().flat_map(|run| silence(&region, severity, run)));
    }
    entries.sort_by(|a, b| Event::newest_first(&a.event, &b.event));
    entries
}

/// Whether its Events go to and fro: those of other kinds are each a thing of its own.
const fn swings(kind: EventKind) -> bool {
    match kind {
        EventKind::Verdict
        | EventKind::Users
        | EventKind::Active
        | EventKind::Objective
        | EventKind::Failover
        | EventKind::Source
        | EventKind::Alarm
        | EventKind::HealthCheck
        | EventKind::Dns
        | EventKind::Probe => true,
        EventKind::Credentials
        | EventKind::Database
        | EventKind::Recovery
        | EventKind::Backup
        | EventKind::Copy
        | EventKind::Restore
        | EventKind::RestoreTest
        | EventKind::Switch => false,
    }
}

/// `events`, newest first, cut where more than `gap` lies between two.
fn runs(events: Vec<Event>, gap: Span) -> Vec<Vec<Event>> {
    let mut runs: Vec<Vec<Event>> = Vec::new();
    for event in events {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|newer| newer.at.duration_since(event.at) <= gap) => run.push(event),
            Some(_) | None => runs.push(vec![event]),
        }
    }
    runs
}

/// One Entry for a run that is long enough; the run itself otherwise.
fn repetition(run: Vec<Event>, now: Moment) -> Result<Entry, Vec<Event>> {
    let (Some(newest), Some(oldest)) = (run.first(), run.last()) else { return Err(run) };
    if run.len() < REPEATED {
        return Err(run);
    }
    let worse = run.iter().filter(|event| event.severity >= Severity::Warning).count();
    let what = match newest.kind {
        EventKind::Users => format!("Users were not served {worse} times"),
        EventKind::Objective => format!("The RPO was beyond its objective {worse} times"),
        EventKind::Source => format!("Could not be read {worse} times"),
        EventKind::Alarm => format!("The alarm went off {worse} times"),
        EventKind::HealthCheck => format!("The health check failed {worse} times"),
        EventKind::Probe => format!("The page did not answer well {worse} times"),
        EventKind::Failover => format!("A failover was to be considered {worse} times"),
        EventKind::Verdict
        | EventKind::Active
        | EventKind::Dns
        | EventKind::Credentials
        | EventKind::Database
        | EventKind::Recovery
        | EventKind::Backup
        | EventKind::Copy
        | EventKind::Restore
        | EventKind::RestoreTest
        | EventKind::Switch => format!("Changed {} times", run.len()),
    };
    let sentence =
        format!("{what} between {} and {}; last: {}", clock(oldest.at, now), clock(newest.at, now), newest.text);
    // While it goes on, the last change for the better is no good news.
    let event = Event { text: Text::new(sentence), severity: newest.severity.max(Severity::Warning), ..newest.clone() };
    Ok(Entry { event, of: run })
}

/// The services of a Region that fell silent, or returned, at about the same time.
fn silence(region: &Region, severity: Severity, run: Vec<Event>) -> Vec<Entry> {
    let services: std::collections::BTreeSet<&str> = run
        .iter()
        .filter_map(|event| match &event.subject {
            Subject::Service(service, _) => Some(service.as_str()),
            Subject::System(_) | Subject::Component { .. } | Subject::Drdeck => None,
        })
        .collect();
    let Some(first) = run.last().filter(|_| services.len() > 1) else {
        return run.into_iter().map(|event| Entry { event, of: Vec::new() }).collect();
    };
    let what = if severity >= Severity::Warning { "cannot be read any more" } else { "can be read again" };
    let sentence = format!("{} services of {region} {what}: {}", services.len(), listed(&services));
    let event = Event { text: Text::new(sentence), ..first.clone() };
    vec![Entry { event, of: run }]
}
