//! The task of one source: it asks, waits, and backs off by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::sleep_until;

use super::round::{self, Outcome, reading_of};
use super::{Clock, Lane, Pace, Paces, Source};
use crate::aws::Session;
use crate::model::{FailureKind, Query};

/// The longest back-off, as a multiple of the interval: a Region that returns is noticed within that.
const LONGEST_BACK_OFF: u32 = 4;

/// The same for a source that asks us to slow down.
const LONGEST_THROTTLED: u32 = 16;

/// Two rounds about checkers are half of this apart at least, so that what the first one took of Route 53's bucket is back.
const CHECKERS_BEAT: Duration = round::BETWEEN_CHECKERS.saturating_mul(4);

/// A source that was asked so lately is not asked again only because a neighbour is in trouble: all of a Region's sources tell each other.
const LATELY: Duration = Duration::from_secs(5);

/// What a source is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// These.
    pub(super) queries: BTreeSet<Query>,
    /// Counts the times somebody wanted everything asked at once.
    pub(super) refreshes: u64,
    /// Counts the times another source of the Region failed or recovered.
    pub(super) doubts: u64,
}

/// Whether a round changed how a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It answered before, and does not any more.
    Began,
    /// It answers again.
    Ended,
    /// As before.
    Unchanged,
}

/// What a source's task tells.
#[derive(Debug)]
pub(super) enum Report {
    /// Calls are on their way.
    Asking(Source),
    /// Something came.
    Arrived(Box<Outcome>),
    /// The round is over.
    Done(Source, Trouble),
}

/// The task of one source.
pub(super) struct Reader {
    pub(super) source: Source,
    pub(super) session: Session,
    pub(super) paces: Paces,
    pub(super) clock: watch::Receiver<Clock>,
    pub(super) wanted: watch::Receiver<Wanted>,
    pub(super) reports: mpsc::UnboundedSender<Report>,
    pub(super) beat: Beat,
}

/// What shares calls, or a limit on them, is asked to one beat, whenever each of it was asked first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beat {
    began: Instant,
    /// The part of a beat after which the first one comes: consoles that were started by the same page shall not ask in step.
    first: f64,
}

impl Beat {
    /// Beats from now on.
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), first: fastrand::f64() }
    }

    /// The next of the beats that are `wait` apart, half of that from `now` at the soonest.
    fn next(self, now: Instant, wait: Duration) -> Instant {
        let passed = now.saturating_duration_since(self.began).as_secs_f64() / wait.as_secs_f64();
        self.began + wait.mul_f64((passed + 0.5 - self.first).ceil() + self.first)
    }
}

/// When a Query was asked, and is to be.
#[derive(Clone, Copy)]
struct Times {
    asked: Option<Instant>,
    due: Instant,
    /// Nobody answered it when it was asked last.
    silent: bool,
}

/// What a round brought: the Queries asked, and how those failed that did.
type Round = Vec<(Query, Option<FailureKind>)>;

impl Reader {
    /// Runs until nobody listens any more.
    pub(super) async fn run(mut self) {
        let mut plan: BTreeMap<Query, Times> = BTreeMap::new();
        let (mut refreshes, mut doubts) = (0, 0);
        let mut standing = Standing::default();
        loop {
            let wanted = self.wanted.borrow_and_update().clone();
            let now = Instant::now();
            plan.retain(|query, _| wanted.queries.contains(query));
            for query in &wanted.queries {
                plan.entry(query.clone()).or_insert(Times { asked: None, due: now, silent: false });
            }
            if std::mem::replace(&mut refreshes, wanted.refreshes) != wanted.refreshes {
                plan.values_mut().for_each(|times| times.due = now);
            }
            if std::mem::replace(&mut doubts, wanted.doubts) != wanted.doubts {
                let lately = |times: &Times| times.asked.is_some_and(|asked| now - asked <= LATELY);
                if !plan.values().any(lately) {
                    probe(plan.values_mut(), now);
                }
            }
            let batch: Vec<Query> =
                plan.iter().filter(|(_, times)| times.due <= now).map(|(query, _)| query.clone()).collect();
            if batch.is_empty() {
                let Some(next) = plan.values().map(|times| times.due).min() else { return };
                tokio::select! {
                    () = sleep_until(next.into()) => {}
                    changed = self.wanted.changed() => if changed.is_err() { return },
                }
                continue;
            }
            let Some(round) = self.ask(batch).await else { return };
            for (query, failure) in &round {
                if let Some(times) = plan.get_mut(query) {
                    times.silent = is_silent(*failure);
                }
            }
            let trouble = standing.after(&round, &plan);
            self.replan(&mut plan, &round, &standing, trouble);
            if self.reports.send(Report::Done(self.source.clone(), trouble)).is_err() {
                return;
            }
        }
    }

    /// One round; `None` once nobody listens.
    async fn ask(&self, batch: Vec<Query>) -> Option<Round> {
        self.reports.send(Report::Asking(self.source.clone())).ok()?;
        let mut round = Vec::with_capacity(batch.len());
        let now = || reading_of(&self.clock.borrow());
        round::ask(&self.session, &self.source, batch, now, |outcome| {
            round.push((outcome.query.clone(), outcome.result.as_ref().err().map(|unread| unread.kind)));
            // If nobody listens the report that the round is done will notice.
            let _ = self.reports.send(Report::Arrived(Box::new(outcome)));
        })
        .await;
        Some(round)
    }

    /// When each Query is asked again.
    fn replan(&self, plan: &mut BTreeMap<Query, Times>, round: &Round, standing: &Standing, trouble: Trouble) {
        let speed = self.clock.borrow().speed;
        let now = Instant::now();
        match trouble {
            // What else it is asked is as doubtful now, or as welcome.
            Trouble::Began | Trouble::Ended => plan.values_mut().for_each(|times| times.due = now),
            Trouble::Unchanged => {}
        }
        let pulse = |query: &Query| self.paces.wait(Pace::of(query).pulse(), speed).saturating_mul(standing.back_off());
        for (query, failure) in round {
            let wait = match failure {
                Some(kind) if is_of_source(*kind) => pulse(query),
                // Answered, if only with a refusal: that will not change the sooner for being asked for.
                Some(_) | None => self.paces.wait(Pace::of(query), speed),
            };
            let due = if matches!(query, Query::Series(..)) {
                self.beat.next(now, wait)
            } else if self.source.lane == Lane::Checkers {
                self.beat.next(now, wait.max(CHECKERS_BEAT))
            } else {
                // A tenth of jitter, against the same crowd.
                now + wait.mul_f64(1.0 + fastrand::f64() / 10.0)
            };
            plan.insert(query.clone(), Times { asked: Some(now), due, silent: is_silent(*failure) });
        }
        if standing.is_suspect(round) {
            // One question that nobody answers is no outage; a second one shows.
            probe(plan.values_mut().filter(|times| !times.silent), now);
        }
        // A source that is asked slow things alone would be found dead late: one of them with every refresh.
        if let Some((query, soonest)) = plan.iter_mut().min_by_key(|(_, times)| times.due)
            && Pace::of(query) != Pace::of(query).pulse()
        {
            soonest.due = soonest.due.min(now + pulse(query));
        }
    }
}

/// Has the question asked now that was not asked for the longest.
fn probe<'a>(questions: impl Iterator<Item = &'a mut Times>, now: Instant) {
    if let Some(oldest) = questions.min_by_key(|times| times.asked) {
        oldest.due = now;
    }
}

/// How a source stands.
#[derive(Default)]
struct Standing {
    /// Rounds in a row with a failure of the source.
    failed: u32,
    /// The last round was told to slow down.
    throttled: bool,
    /// Nobody answers any more, as at least two questions show, where there are two.
    out: bool,
}

impl Standing {
    fn after(&mut self, round: &Round, plan: &BTreeMap<Query, Times>) -> Trouble {
        let failures = || round.iter().filter_map(|(_, failure)| *failure);
        self.failed = if failures().any(is_of_source) { self.failed.saturating_add(1) } else { 0 };
        self.throttled = failures().any(|kind| kind == FailureKind::Throttled);
        let silent = plan.values().filter(|times| times.silent).count();
        let out = is_all_silent(round) && (self.out || silent >= plan.len().min(2));
        match (std::mem::replace(&mut self.out, out), out) {
            (false, true) => Trouble::Began,
            (true, false) => Trouble::Ended,
            (true, true) | (false, false) => Trouble::Unchanged,
        }
    }

    /// Whether the round alone does not tell if anybody answers.
    fn is_suspect(&self, round: &Round) -> bool {
        is_all_silent(round) && !self.out
    }

    /// The factor on the interval.
    fn back_off(&self) -> u32 {
        let longest = if self.throttled { LONGEST_THROTTLED } else { LONGEST_BACK_OFF };
        1_u32.checked_shl(self.failed.saturating_sub(1)).unwrap_or(u32::MAX).min(longest)
    }
}

fn is_silent(failure: Option<FailureKind>) -> bool {
    failure.is_some_and(FailureKind::is_silence)
}

fn is_all_silent(round: &Round) -> bool {
    round.iter().all(|(_, failure)| is_silent(*failure))
}

/// Failures that say something of the source and not of the one question: asking again at the usual pace helps nobody.
const fn is_of_source(kind: FailureKind) -> bool {
    match kind {
        FailureKind::TimedOut
        | FailureKind::Unreachable
        | FailureKind::ServerError
        | FailureKind::Throttled
        | FailureKind::NoCredentials
        | FailureKind::Expired
        | FailureKind::ClockSkew => true,
        FailureKind::Denied
        | FailureKind::NotFound
        | FailureKind::NotAws
        | FailureKind::Invalid
        | FailureKind::Unreadable => false,
    }
}
