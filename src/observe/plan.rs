//! When a source is asked what: pure, the time is an argument.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Lane;
use crate::aws::{BETWEEN_STATUSES, Bucket};
use crate::model::Query;

/// Two rounds about checkers are half of this apart at least, so that what the first one took of Route 53's bucket is back.
const CHECKERS_BEAT: Duration = BETWEEN_STATUSES.saturating_mul(4);

/// A source that was asked so lately is not asked again only because a neighbour is in trouble: all of a Region's sources tell each other.
const LATELY: Duration = Duration::from_secs(5);

/// Questions about single things that are asked without a pause.
const AT_ONCE: u32 = 8;

/// Between two of them when all are to be asked. DynamoDB's DescribeContinuousBackups, the slowest whose limit is known, allows ten a second.
pub(super) const BETWEEN_THINGS: Duration = Duration::from_millis(200);

/// Multiples of it, modulo one, lie evenly in every interval, however many there are.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// What a source is asked, and when.
#[derive(Debug)]
pub struct Plan {
    lane: Lane,
    began: Instant,
    /// The part of a beat after which the first one comes: consoles that were started by the same page shall not ask in step.
    first: f64,
    /// Counts the questions that were ever in it.
    known: u32,
    times: BTreeMap<Arc<Query>, Times>,
    pauses: Bucket,
    not_before: Option<Instant>,
}

/// When a Query was asked, and is to be.
#[derive(Clone, Copy, Debug)]
struct Times {
    asked: Option<Instant>,
    /// `None` while its source does not answer anything.
    due: Option<Instant>,
    /// Nobody answered it when it was asked last.
    silent: bool,
    /// Its place in a beat.
    phase: f64,
}

impl Plan {
    /// Nothing is asked yet. `first`, from 0 to 1, shifts everything that is asked to a beat.
    pub fn new(lane: Lane, began: Instant, first: f64) -> Self {
        let pauses = Bucket::full(began, AT_ONCE, BETWEEN_THINGS);
        Self { lane, began, first, known: 0, times: BTreeMap::new(), pauses, not_before: None }
    }

    /// These are to be asked and no others.
    pub fn want(&mut self, queries: &BTreeSet<Arc<Query>>, now: Instant) {
        self.times.retain(|query, _| queries.contains(query));
        for query in queries {
            if !self.times.contains_key(query) {
                let due = Some(self.soon(now));
                let phase = (f64::from(self.known) * GOLDEN + self.first).fract();
                self.known = self.known.wrapping_add(1);
                self.times.insert(Arc::clone(query), Times { asked: None, due, silent: false, phase });
            }
        }
        if self.times.values().all(|times| times.due.is_none()) {
            probe(self.times.values_mut(), now);
        }
    }

    /// Everything is to be asked anew.
    pub fn all_anew(&mut self, now: Instant) {
        let pauses = &mut self.pauses;
        for times in self.times.values_mut() {
            times.due = Some(soon(self.lane, pauses, now));
        }
    }

    /// A person begins to look at these. What was asked lately was not asked for them: it is due again soon, and from then on with every refresh.
    pub fn look<'a>(&mut self, queries: impl Iterator<Item = &'a Query>, now: Instant) {
        for query in queries {
            if let Some(times) = self.times.get_mut(query) {
                let soon = times.asked.map_or(now, |asked| now.max(asked + LATELY));
                times.due = Some(times.due.map_or(soon, |due| due.min(soon)));
            }
        }
    }

    /// Another source of the Region failed or recovered: one question tells whether this one did too.
    pub fn doubt(&mut self, now: Instant) {
        if !self.times.values().any(|times| is_lately(times, now)) {
            probe(self.times.values_mut(), now);
        }
    }

    /// What is due.
    pub fn due(&self, now: Instant) -> Vec<Arc<Query>> {
        if self.not_before.is_some_and(|not_before| now < not_before) {
            return Vec::new();
        }
        let due = self.times.iter().filter(|(_, times)| times.due.is_some_and(|due| due <= now));
        due.map(|(query, _)| Arc::clone(query)).collect()
    }

    /// When something is due next; `None` if nothing is asked at all.
    pub fn next(&self) -> Option<Instant> {
        let next = self.times.values().filter_map(|times| times.due).min();
        next.map(|next| self.not_before.map_or(next, |not_before| next.max(not_before)))
    }

    /// A Query was answered, if only with a refusal: it is asked again at its own interval.
    pub fn answered(&mut self, query: &Query, now: Instant, interval: Duration) {
        let Some(times) = self.times.get(query).copied() else { return };
        let due = match self.lane {
            Lane::Usual if matches!(query, Query::Series(..)) => self.beat(self.first, now, interval),
            Lane::Usual => jittered(now, interval),
            Lane::Things => self.beat(times.phase, now, interval),
            Lane::Checkers => self.beat(self.first, now, interval.max(CHECKERS_BEAT)),
        };
        self.set(query, Times { asked: Some(now), due: Some(due), silent: false, ..times });
    }

    /// Its source failed: it is asked again after so long.
    pub fn failed(&mut self, query: &Query, now: Instant, after: Duration, silent: bool) {
        let Some(times) = self.times.get(query).copied() else { return };
        let due = match self.lane {
            Lane::Usual if matches!(query, Query::Series(..)) => self.beat(self.first, now, after),
            Lane::Usual | Lane::Things => jittered(now, after),
            Lane::Checkers => self.beat(self.first, now, after.max(CHECKERS_BEAT)),
        };
        self.set(query, Times { asked: Some(now), due: Some(due), silent, ..times });
    }

    /// Nothing is asked before that.
    pub fn pause(&mut self, until: Instant) {
        self.not_before = Some(until);
    }

    /// The source does not answer any more. Returns what need not be asked to know that it would fail; it waits for [`Self::all_anew`]. The
    /// questions of a list are few, and each of them is asked.
    pub fn hold(&mut self, asked: &BTreeSet<&Arc<Query>>, now: Instant) -> Vec<Arc<Query>> {
        match self.lane {
            Lane::Usual | Lane::Checkers => {
                self.all_anew(now);
                Vec::new()
            }
            Lane::Things => {
                let others = self.times.iter_mut().filter(|(query, _)| !asked.contains(query));
                let held = others.map(|(query, times)| {
                    (times.due, times.silent) = (None, true);
                    Arc::clone(query)
                });
                held.collect()
            }
        }
    }

    /// One question that nobody answers is no outage; a second one shows.
    pub fn ask_another(&mut self, now: Instant) {
        probe(self.times.values_mut().filter(|times| !times.silent), now);
    }

    /// How many questions nobody answered when they were asked last.
    pub fn silent(&self) -> usize {
        self.times.values().filter(|times| times.silent).count()
    }

    /// How many questions there are.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    fn set(&mut self, query: &Query, to: Times) {
        if let Some(times) = self.times.get_mut(query) {
            *times = to;
        }
    }

    fn soon(&mut self, now: Instant) -> Instant {
        soon(self.lane, &mut self.pauses, now)
    }

    /// The next of the beats that are `wait` apart, half of that from `now` at the soonest: what shares calls, or a limit on them, is asked
    /// together, and single things in turn, whenever each of them was asked first.
    fn beat(&self, phase: f64, now: Instant, wait: Duration) -> Instant {
        let passed = now.saturating_duration_since(self.began).as_secs_f64() / wait.as_secs_f64();
        let beats = (passed + 0.5 - phase).ceil() + phase;
        let since = Duration::try_from_secs_f64(wait.as_secs_f64() * beats).unwrap_or(FAR);
        self.began + since.min(FAR)
    }
}

/// Longer than any console is open.
const FAR: Duration = Duration::from_hours(24 * 365);

/// At once, or in its turn where there may be thousands.
fn soon(lane: Lane, pauses: &mut Bucket, now: Instant) -> Instant {
    match lane {
        Lane::Usual | Lane::Checkers => now,
        Lane::Things => now + pauses.take(now),
    }
}

/// A tenth of jitter, against the same crowd.
fn jittered(now: Instant, wait: Duration) -> Instant {
    now + wait.min(FAR).mul_f64(1.0 + fastrand::f64() / 10.0)
}

fn is_lately(times: &Times, now: Instant) -> bool {
    times.asked.is_some_and(|asked| now.saturating_duration_since(asked) <= LATELY)
}

/// Has the question asked now that was not asked for the longest.
fn probe<'a>(questions: impl Iterator<Item = &'a mut Times>, now: Instant) {
    if let Some(oldest) = questions.min_by_key(|times| times.asked) {
        oldest.due = Some(now);
    }
}
