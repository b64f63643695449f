//! Repetitions, said once.

use std::collections::{BTreeMap, BTreeSet};

use super::together::Together;
use super::{Event, EventKind, Severity, Subject};
use crate::model::words::{clock, length};
use crate::model::{Moment, Span, Text, Verdict};

/// Changes to and fro that far apart still belong together.
const STILL_THE_SAME: Span = Span::from_hours(3);

/// The same of what DNS answers: a weighted record is answered now so and now so, all day.
const STILL_THE_SAME_ANSWERS: Span = Span::from_hours(12);

/// So many changes of one thing are a repetition: three times there and back.
const REPEATED: usize = 6;

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

/// The story of `events` as told at `now`, newest first: what goes to and fro is said once, and so is what befalls many at once.
pub fn fold(events: impl IntoIterator<Item = Event>, now: Moment) -> Vec<Entry> {
    let mut things: BTreeMap<(EventKind, String), Vec<Event>> = BTreeMap::new();
    let mut together = Together::default();
    let mut entries = Vec::new();
    // That the advice ended is said by the end of the outage.
    let mut served: BTreeSet<(Subject, Moment)> = BTreeSet::new();
    for event in events {
        if swings(event.kind) {
            things.entry((event.kind, event.thing.clone())).or_default().push(event);
        } else {
            entries.extend(together.add(event));
        }
    }
    for ((kind, _), events) in things {
        let events = without_taken_back(events);
        if kind == EventKind::Users {
            let good = events.iter().filter(|event| event.severity == Severity::Good);
            served.extend(good.map(|event| (event.subject.clone(), event.at)));
        }
        let gap = if kind == EventKind::Dns { STILL_THE_SAME_ANSWERS } else { STILL_THE_SAME };
        for run in runs(events, gap) {
            match repetition(run, now) {
                Ok(entry) => entries.push(entry),
                Err(run) => entries.extend(run.into_iter().filter_map(|event| together.add(event))),
            }
        }
    }
    entries.extend(together.entries());
    entries.retain(|Entry { event, of }| {
        let is_end = event.kind == EventKind::Failover && event.severity == Severity::Good && of.is_empty();
        !is_end || !served.contains(&(event.subject.clone(), event.at))
    });
    entries.sort_by(|a, b| Event::newest_first(&a.event, &b.event));
    entries
}

/// `events` of one thing, newest first, without an end that turned out to be none: the same outage went on.
fn without_taken_back(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by(Event::newest_first);
    let mut stay: Vec<Event> = Vec::with_capacity(events.len());
    for event in events.into_iter().rev() {
        let goes_on = match (event.kind, event.severity, stay.as_slice()) {
            (EventKind::Users, Severity::Good, [.., last]) => last.severity == Severity::Good,
            (EventKind::Failover, Severity::Bad, [.., before, last]) => {
                last.severity == Severity::Good && before.text == event.text
            }
            _ => false,
        };
        if goes_on {
            stay.pop();
        }
        if !goes_on || event.kind == EventKind::Users {
            stay.push(event);
        }
    }
    stay.reverse();
    stay
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
pub(super) fn runs(events: Vec<Event>, gap: Span) -> Vec<Vec<Event>> {
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
    let bad = bad_times(&run);
    let worse = bad.len();
    let what = match newest.kind {
        EventKind::Users => format!("Users were not served {worse} times"),
        EventKind::Objective => format!("The RPO was beyond its objective {worse} times"),
        EventKind::Source => format!("Could not be read {worse} times"),
        EventKind::Alarm => format!("The alarm went off {worse} times"),
        EventKind::HealthCheck => format!("The health check failed {worse} times"),
        EventKind::Probe => format!("The page did not answer well {worse} times"),
        EventKind::Failover => format!("A failover was to be considered {worse} times"),
        EventKind::Verdict if worse > 0 => format!("Was {} {worse} times", Verdict::Breached.words()),
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
    let lengths = lengths(&bad);
    let sentence = format!(
        "{what}{lengths} between {} and {}; last: {}",
        clock(oldest.at, now),
        clock(newest.at, now),
        newest.text
    );
    // While it goes on, the last change for the better is no good news.
    let event = Event { text: Text::new(sentence), severity: newest.severity.max(Severity::Warning), ..newest.clone() };
    Ok(Entry { event, of: run })
}

/// The times when it was bad, oldest first: from when, and until when if that was seen.
fn bad_times(run: &[Event]) -> Vec<(Moment, Option<Moment>)> {
    let mut times: Vec<(Moment, Option<Moment>)> = Vec::new();
    for event in run.iter().rev() {
        let lasts = times.last().is_some_and(|(_, until)| until.is_none());
        match (is_bad(event), lasts) {
            (true, false) => times.push((event.at, None)),
            (false, true) => {
                if let Some((_, until)) = times.last_mut() {
                    *until = Some(event.at);
                }
            }
            (true, true) | (false, false) => {}
        }
    }
    times
}

/// A Verdict that is not known is not bad; that a source cannot be read, or an alarm has too few data, is as bad as it gets there.
fn is_bad(event: &Event) -> bool {
    match event.kind {
        EventKind::Source => event.severity >= Severity::Warning,
        EventKind::Verdict
        | EventKind::Users
        | EventKind::Active
        | EventKind::Objective
        | EventKind::Failover
        | EventKind::Credentials
        | EventKind::Database
        | EventKind::Recovery
        | EventKind::Backup
        | EventKind::Copy
        | EventKind::Restore
        | EventKind::RestoreTest
        | EventKind::Alarm
        | EventKind::HealthCheck
        | EventKind::Dns
        | EventKind::Probe
        | EventKind::Switch => event.severity == Severity::Bad,
    }
}

/// How long it was bad, in words: whether it gets worse shows by the first and the last time.
fn lengths(bad: &[(Moment, Option<Moment>)]) -> String {
    let lasted: Vec<Span> =
        bad.iter().filter_map(|(from, until)| Some(until.as_ref()?.duration_since(*from))).collect();
    match (lasted.first(), lasted.last(), lasted.iter().max()) {
        (Some(first), Some(last), Some(longest)) if lasted.len() > 1 => {
            format!(" (first {}, last {}, longest {})", length(*first), length(*last), length(*longest))
        }
        _ => String::new(),
    }
}
