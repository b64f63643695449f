//! When AWS was at work: the spells in which at least one confirmed step waited for it and not for a person.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Entry, Record};
use crate::model::{Moment, Span};
use crate::runbook::Outcome;

/// What is under way of a step.
#[derive(Default)]
struct Course {
    /// Since when AWS is at work on it.
    since: Option<Moment>,
    /// How many requests its confirm allows.
    allowed: usize,
    /// Of how many requests one is to be carried out.
    alternatives: usize,
    /// How many were sent.
    tried: usize,
    /// How many of them were carried out.
    applied: usize,
    /// Whether nobody knows yet what came of the last one.
    open: bool,
}

impl Course {
    /// Whether only AWS is waited for, although nobody was there for a while.
    fn goes_on(&self) -> bool {
        self.open || (self.applied > 0 && self.applied >= self.allowed)
    }
}

/// How long that was between two moments.
pub(super) fn machine_time(entries: &[Entry], from: Moment, until: Moment) -> Span {
    let mut spells: Vec<(Moment, Moment)> = Vec::new();
    let mut courses: BTreeMap<&str, Course> = BTreeMap::new();
    let people = of_people(entries);
    let mut last = from;
    for entry in entries {
        if matches!(entry.record, Record::SessionOpened { .. }) {
            // After a crash nobody knows when the session ended: with its last record at the earliest.
            for course in courses.values_mut() {
                spells.extend(course.since.take().map(|since| (since, last)));
                course.since = course.goes_on().then_some(entry.at);
            }
        }
        if matches!(entry.record, Record::SessionClosed { .. }) {
            let open = courses.values_mut().filter_map(|course| course.since.take());
            spells.extend(open.map(|since| (since, entry.at)));
        }
        if let Some(step) = entry.record.step().filter(|step| !people.contains(step)) {
            spells.extend(courses.entry(step).or_default().follow(&entry.record, entry.at));
        }
        last = entry.at;
    }
    spells.extend(courses.into_values().filter_map(|course| Some((course.since?, until))));
    within(spells, from, until)
}

/// The steps that consist of a person's word.
fn of_people(entries: &[Entry]) -> BTreeSet<&str> {
    let word = |record: &Record| {
        matches!(record, Record::Approved { .. } | Record::RiskAccepted { .. } | Record::Decided { .. })
    };
    entries.iter().filter(|entry| word(&entry.record)).filter_map(|entry| entry.record.step()).collect()
}

impl Course {
    /// Takes in a record of its step; the spell that it ends.
    fn follow(&mut self, record: &Record, at: Moment) -> Option<(Moment, Moment)> {
        let before = self.since;
        let end = |course: &mut Self| {
            *course = Self::default();
            before.map(|since| (since, at))
        };
        match record {
            Record::Confirmed { requests, alternatives, .. } => {
                let ended = end(self);
                *self = Self { since: Some(at), allowed: *requests, alternatives: *alternatives, ..Self::default() };
                ended
            }
            Record::Intent { .. } => {
                self.open = true;
                self.tried += 1;
                None
            }
            Record::Outcome { outcome: Outcome::InDoubt { .. }, .. } => None,
            Record::Outcome { outcome: Outcome::Applied { .. }, .. } => {
                self.open = false;
                self.applied += 1;
                None
            }
            // AWS does not tell: a person is asked.
            Record::Reconciled { applied: None, .. } => self.since.take().map(|since| (since, at)),
            Record::Reconciled { applied: Some(true), .. } | Record::Resolved { applied: true, .. } => {
                self.open = false;
                self.applied += 1;
                if !self.goes_on() {
                    return end(self);
                }
                self.since.get_or_insert(at);
                None
            }
            // Another endpoint is tried at once; where there is none, the step is offered again, and that is a person's time.
            Record::Outcome { outcome: Outcome::NotApplied { why, .. }, .. }
                if why.is_of_the_endpoint() && self.alternatives > self.tried =>
            {
                self.open = false;
                None
            }
            Record::Outcome { outcome: Outcome::NotApplied { .. }, .. }
            | Record::Reconciled { applied: Some(false), .. }
            | Record::Resolved { applied: false, .. }
            | Record::Done { .. }
            | Record::Failed { .. }
            | Record::Refused { .. }
            | Record::Retried { .. }
            | Record::Skipped { .. } => end(self),
            Record::RunOpened { .. }
            | Record::SessionOpened { .. }
            | Record::Repaired { .. }
            | Record::Chosen { .. }
            | Record::Decided { .. }
            | Record::Approved { .. }
            | Record::RiskAccepted { .. }
            | Record::FenceProven { .. }
            | Record::Noted { .. }
            | Record::Served { .. }
            | Record::Protected { .. }
            | Record::SessionClosed { .. } => None,
        }
    }
}

/// How much of a stretch of time the spells cover; side by side counts once.
fn within(mut spells: Vec<(Moment, Moment)>, from: Moment, until: Moment) -> Span {
    spells.sort_unstable();
    let mut total = Span::ZERO;
    let mut reached = from;
    for (begin, end) in spells {
        let (begin, end) = (begin.max(reached), end.min(until));
        if end > begin {
            total = total.saturating_add(end.duration_since(begin));
            reached = end;
        }
    }
    total
}
