//! How often each Query that is wanted is asked, given what was promised, what has ended and what a person looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::pace::{self, Pace, Paces};
use super::plan::BETWEEN_THINGS;
use super::{Lane, Source};
use crate::model::{Query, Snapshot, Span};

/// What decides how often a Query is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Agenda {
    paces: Paces,
    /// The smallest RPO for damaged data that rests on what a Query tells, where that makes a difference.
    promised: BTreeMap<Arc<Query>, Span>,
    /// What a person looks at.
    looked: BTreeSet<Query>,
    /// What will never tell anything else.
    ended: BTreeSet<Arc<Query>>,
    /// How many seconds' worth of questions about single things come due each second, for sources where that is more than one.
    crowded: BTreeMap<Source, f64>,
}

impl Agenda {
    /// Nothing is wanted yet.
    pub(super) const fn new(paces: Paces) -> Self {
        Self {
            paces,
            promised: BTreeMap::new(),
            looked: BTreeSet::new(),
            ended: BTreeSet::new(),
            crowded: BTreeMap::new(),
        }
    }

    /// The agenda of `wanted`, where a clock runs at `speed`.
    pub(super) fn of(
        paces: Paces,
        wanted: &BTreeSet<Arc<Query>>,
        mut promised: BTreeMap<Arc<Query>, Span>,
        looked: &BTreeSet<Query>,
        snapshot: &Snapshot,
        speed: f64,
    ) -> Self {
        promised.retain(|query, rpo| Pace::of(query, Some(*rpo), &paces) != Pace::of(query, None, &paces));
        let ended = wanted.iter().filter(|query| has_ended(query, snapshot)).cloned().collect();
        let mut agenda = Self { paces, promised, looked: looked.clone(), ended, crowded: BTreeMap::new() };
        let mut load: BTreeMap<Source, f64> = BTreeMap::new();
        for (source, query) in wanted.iter().map(|query| (Source::of(query), query)) {
            if source.lane == Lane::Things {
                let every = pace::wait(agenda.interval(query, speed), speed);
                *load.entry(source).or_default() += BETWEEN_THINGS.as_secs_f64() / every.as_secs_f64();
            }
        }
        agenda.crowded = load.into_iter().filter(|(_, load)| *load > 1.0).collect();
        agenda
    }

    /// How often `query` is asked, in the time of a clock that runs at `speed`.
    pub(super) fn interval(&self, query: &Query, speed: f64) -> Span {
        if self.ended.contains(query) {
            return self.paces.interval(Pace::Once, speed);
        }
        let pace = Pace::of(query, self.promised.get(query).copied(), &self.paces);
        if self.looked.contains(query) {
            return self.paces.retry(pace, speed);
        }
        let interval = self.paces.interval(pace, speed);
        match self.crowded.get(&Source::of(query)) {
            Some(load) => Span::try_from_secs_f64(interval.as_secs_f64() * load).unwrap_or(Span::MAX),
            None => interval,
        }
    }

    /// How often it is tried again when its source failed.
    pub(super) fn retry(&self, query: &Query, speed: f64) -> Span {
        self.paces.retry(Pace::of(query, self.promised.get(query).copied(), &self.paces), speed)
    }
}

/// Whether what was read of a job is all that there will ever be.
fn has_ended(query: &Query, snapshot: &Snapshot) -> bool {
    let Query::JobLog(place, id) = query else { return false };
    let read_at = snapshot.readings.get(query).filter(|reading| reading.value.is_some()).and_then(|log| log.read_at);
    let jobs = snapshot.drs_jobs(&Query::DrsJobs(place.clone()));
    let job = jobs.value.into_iter().flatten().find(|job| job.id.as_str() == id);
    let ended = job.filter(|job| job.status.as_str() == "COMPLETED").and_then(|job| job.ended);
    matches!((ended, read_at), (Some(ended), Some(read_at)) if ended <= read_at)
}
