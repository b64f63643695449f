//! What befalls many at once, said once: the services of a Region that fall silent, the Systems that its loss takes down, the backups of a night that went
//! well.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::runs;
use super::{Entry, Event, EventKind, Severity, Subject};
use crate::model::words::listed;
use crate::model::{Region, Span, Text};

/// Services of one Region that fall silent, or return, within this are one story.
const SERVICES_AT_ONCE: Span = Span::from_mins(5);

/// Systems that the same befalls within this are one story.
const SYSTEMS_AT_ONCE: Span = Span::from_mins(2);

/// Jobs that went well with no longer pause between two are one story.
const JOBS_AT_ONCE: Span = Span::from_mins(30);

/// So many Systems, or jobs, are many.
const MANY: usize = 3;

/// So many of them are called by their names in a sentence.
const NAMED: usize = 6;

/// Events that may be told together with others.
#[derive(Debug, Default)]
pub(super) struct Together {
    services: BTreeMap<(Region, Severity), Vec<Event>>,
    systems: BTreeMap<(EventKind, Severity, String), Vec<Event>>,
    went_well: BTreeMap<EventKind, Vec<Event>>,
}

impl Together {
    /// Takes up an Event; gives it back as a line of its own, if it is never told with others.
    pub(super) fn add(&mut self, event: Event) -> Option<Entry> {
        match (&event.subject, common(&event)) {
            (Subject::Service(_, region), _) if event.kind == EventKind::Source => {
                self.services.entry((region.clone(), event.severity)).or_default().push(event);
            }
            (Subject::System(_) | Subject::Component { .. }, Some(common)) => {
                self.systems.entry((event.kind, event.severity, common)).or_default().push(event);
            }
            _ if jobs(event.kind).is_some() && event.severity <= Severity::Info => {
                self.went_well.entry(event.kind).or_default().push(event);
            }
            (Subject::System(_) | Subject::Systems(_) | Subject::Component { .. }, _)
            | (Subject::Service(..) | Subject::Drdeck, _) => return Some(alone(event)),
        }
        None
    }

    /// The lines of the story that come of them.
    pub(super) fn entries(self) -> impl Iterator<Item = Entry> {
        let services = self.services.into_iter().flat_map(|((region, severity), events)| {
            let runs = at_once(events, SERVICES_AT_ONCE);
            runs.into_iter().flat_map(move |run| silence(&region, severity, run))
        });
        let systems = self.systems.into_iter().flat_map(|((kind, _, common), events)| {
            let runs = at_once(events, SYSTEMS_AT_ONCE);
            runs.into_iter().flat_map(move |run| outbreak(kind, &common, run))
        });
        let went_well = self.went_well.into_iter().flat_map(|(kind, events)| {
            let runs = at_once(events, JOBS_AT_ONCE);
            runs.into_iter().flat_map(move |run| routine(kind, run))
        });
        services.chain(systems).chain(went_well)
    }
}

const fn alone(event: Event) -> Entry {
    Entry { event, of: Vec::new() }
}

fn at_once(mut events: Vec<Event>, within: Span) -> Vec<Vec<Event>> {
    events.sort_by(Event::newest_first);
    runs(events, within)
}

/// What an Event says that it may have in common with those of other Systems.
fn common(event: &Event) -> Option<String> {
    let text = event.text.as_str();
    let until = |end: &str| text.split_once(end).map_or(text, |(begin, _)| begin).to_owned();
    match event.kind {
        EventKind::Verdict | EventKind::HealthCheck => Some(until(": ")),
        EventKind::Probe if event.severity == Severity::Good => Some("Pages answer well again".to_owned()),
        EventKind::Probe => Some("Pages do not answer well".to_owned()),
        EventKind::Failover => Some(until(" since ")),
        EventKind::Users => Some(until(", ")),
        EventKind::Active => Some(text.to_owned()),
        EventKind::Objective
        | EventKind::Source
        | EventKind::Credentials
        | EventKind::Database
        | EventKind::Recovery
        | EventKind::Backup
        | EventKind::Copy
        | EventKind::Restore
        | EventKind::RestoreTest
        | EventKind::Alarm
        | EventKind::Dns
        | EventKind::Switch => None,
    }
}

/// The services of a Region that fell silent, or returned, at about the same time.
fn silence(region: &Region, severity: Severity, run: Vec<Event>) -> Vec<Entry> {
    let services: BTreeSet<&str> = run
        .iter()
        .filter_map(|event| match &event.subject {
            Subject::Service(service, _) => Some(service.as_str()),
            Subject::System(_) | Subject::Systems(_) | Subject::Component { .. } | Subject::Drdeck => None,
        })
        .collect();
    let Some(first) = run.last().filter(|_| services.len() > 1) else {
        return run.into_iter().map(alone).collect();
    };
    let what = if severity >= Severity::Warning { "cannot be read any more" } else { "can be read again" };
    let sentence = format!("{} services of {region} {what}: {}", services.len(), listed(&services));
    let event = Event { text: Text::new(sentence), ..first.clone() };
    vec![Entry { event, of: run }]
}

/// The Systems that the same befell at about the same time.
fn outbreak(kind: EventKind, common: &str, run: Vec<Event>) -> Vec<Entry> {
    let systems: BTreeSet<&str> = run.iter().filter_map(|event| event.subject.system()).collect();
    let Some(first) = run.last().filter(|_| systems.len() >= MANY) else {
        return run.into_iter().map(alone).collect();
    };
    let names = named(&systems);
    let sentence = match (kind, common.split_once(": ")) {
        (EventKind::Failover, Some((what, why))) => format!("{what} of {names}: {why}"),
        _ => format!("{common}: {names}"),
    };
    let subject = Subject::Systems(systems.into_iter().map(str::to_owned).collect());
    let event = Event { text: Text::new(sentence), subject, ..first.clone() };
    vec![Entry { event, of: run }]
}

/// What jobs of that kind are called, where most of them go well every night.
const fn jobs(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Backup => Some("backups"),
        EventKind::Copy => Some("copies"),
        EventKind::Verdict
        | EventKind::Users
        | EventKind::Active
        | EventKind::Objective
        | EventKind::Failover
        | EventKind::Source
        | EventKind::Credentials
        | EventKind::Database
        | EventKind::Recovery
        | EventKind::Restore
        | EventKind::RestoreTest
        | EventKind::Alarm
        | EventKind::HealthCheck
        | EventKind::Dns
        | EventKind::Probe
        | EventKind::Switch => None,
    }
}

/// Jobs that went well one after the other.
fn routine(kind: EventKind, run: Vec<Event>) -> Vec<Entry> {
    let (Some(what), Some(newest)) = (jobs(kind), run.first().filter(|_| run.len() >= MANY)) else {
        return run.into_iter().map(alone).collect();
    };
    let names: BTreeSet<String> = run
        .iter()
        .map(|event| match &event.subject {
            Subject::Component { component, .. } => component.clone(),
            Subject::System(_) | Subject::Systems(_) | Subject::Service(..) | Subject::Drdeck => event.subject.words(),
        })
        .collect();
    let systems: BTreeSet<&String> = run.iter().flat_map(|event| event.subject.systems()).collect();
    let subject = match systems.len() {
        0 => newest.subject.clone(),
        _ => Subject::Systems(systems.into_iter().cloned().collect()),
    };
    let sentence = format!("{} {what} completed: {}", run.len(), named(&names.iter().map(String::as_str).collect()));
    let event = Event { text: Text::new(sentence), subject, ..newest.clone() };
    vec![Entry { event, of: run }]
}

/// Some of `names`, and how many others.
fn named(names: &BTreeSet<&str>) -> String {
    let others = names.len().saturating_sub(NAMED);
    if others == 0 {
        return listed(names);
    }
    let named: Vec<&str> = names.iter().copied().take(NAMED).collect();
    format!("{} and {others} others", named.join(", "))
}
