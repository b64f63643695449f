//! The task of one source: it asks, waits, and backs off by itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep_until;

use super::agenda::Agenda;
use super::plan::Plan;
use super::round::{self, Outcome, reading_of};
use super::{Clock, Lane, Source, pace};
use crate::aws::Unread;
use crate::look::Contact;
use crate::model::words::clock;
use crate::model::{FailureKind, Moment, Query, Text};

/// The longest back-off, as a multiple of the interval: a Region that returns is noticed within that.
const LONGEST_BACK_OFF: u32 = 4;

/// The same for a source that asks us to slow down.
const LONGEST_THROTTLED: u32 = 16;

/// What a source is to be asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    /// These.
    pub(super) queries: Arc<BTreeSet<Arc<Query>>>,
    /// Those of them that a person looks at: at once, and then with every refresh.
    pub(super) looked: BTreeSet<Query>,
    /// How often each.
    pub(super) agenda: Arc<Agenda>,
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
    pub(super) contact: Contact,
    pub(super) clock: watch::Receiver<Clock>,
    pub(super) wanted: watch::Receiver<Wanted>,
    pub(super) reports: mpsc::UnboundedSender<Report>,
}

/// What a round brought: the Queries asked, and how those failed that did.
type Round = Vec<(Arc<Query>, Option<Unread>)>;

impl Reader {
    /// Runs until nobody listens any more.
    pub(super) async fn run(mut self) {
        let mut plan = Plan::new(self.source.lane, Instant::now(), fastrand::f64());
        let (mut refreshes, mut doubts) = (0, 0);
        let mut looked = BTreeSet::new();
        let mut queries = Arc::default();
        let mut standing = Standing::default();
        loop {
            let wanted = self.wanted.borrow_and_update().clone();
            let now = Instant::now();
            if !Arc::ptr_eq(&queries, &wanted.queries) {
                plan.want(&wanted.queries, now);
                queries = wanted.queries;
            }
            plan.look(wanted.looked.difference(&looked), now);
            looked = wanted.looked;
            if std::mem::replace(&mut refreshes, wanted.refreshes) != wanted.refreshes {
                plan.all_anew(now);
            }
            if std::mem::replace(&mut doubts, wanted.doubts) != wanted.doubts {
                plan.doubt(now);
            }
            let batch = plan.due(now);
            if batch.is_empty() {
                let Some(next) = plan.next() else { return };
                tokio::select! {
                    () = sleep_until(next.into()) => {}
                    changed = self.wanted.changed() => if changed.is_err() { return },
                }
                continue;
            }
            let Some(round) = self.ask(batch, &wanted.agenda, &mut standing).await else { return };
            let trouble = self.replan(&mut plan, &round, &wanted.agenda, &mut standing);
            if self.reports.send(Report::Done(self.source.clone(), trouble)).is_err() {
                return;
            }
        }
    }

    /// One round; `None` once nobody listens.
    async fn ask(&self, batch: Vec<Arc<Query>>, agenda: &Agenda, standing: &mut Standing) -> Option<Round> {
        self.reports.send(Report::Asking(self.source.clone())).ok()?;
        let mut round = Vec::with_capacity(batch.len());
        let now = || reading_of(&self.clock.borrow());
        round::ask(&self.contact, &self.source, batch, now, |mut outcome| {
            if let Err(unread) = &mut outcome.result
                && unread.kind == FailureKind::Throttled
            {
                let speed = self.clock.borrow().speed;
                let pause = agenda
                    .retry(&outcome.query, speed)
                    .saturating_mul(i32::try_from(standing.next_back_off()).unwrap_or(i32::MAX));
                unread.error = slowed(
                    &unread.error,
                    standing.slow_since(outcome.at),
                    outcome.at.checked_add(pause).unwrap_or(Moment::MAX),
                    outcome.at,
                );
            }
            round.push((Arc::clone(&outcome.query), outcome.result.as_ref().err().cloned()));
            // If nobody listens the report that the round is done will notice.
            let _ = self.reports.send(Report::Arrived(Box::new(outcome)));
        })
        .await;
        Some(round)
    }

    /// When each Query is asked again.
    fn replan(&self, plan: &mut Plan, round: &Round, agenda: &Agenda, standing: &mut Standing) -> Trouble {
        let speed = self.clock.borrow().speed;
        let now = Instant::now();
        standing.count(round);
        let retry = |query: &Query| pace::wait(agenda.retry(query, speed), speed).saturating_mul(standing.back_off());
        for (query, failure) in round {
            match failure.as_ref().map(|unread| unread.kind) {
                Some(kind) if is_of_source(kind) => plan.failed(query, now, retry(query), kind.is_silence()),
                // Answered, if only with a refusal: that will not change the sooner for being asked for.
                Some(_) | None => plan.answered(query, now, pace::wait(agenda.interval(query, speed), speed)),
            }
        }
        if let Some((query, _)) = round.first().filter(|_| standing.throttled && self.source.lane == Lane::Things) {
            plan.pause(now + retry(query));
        }
        let trouble = standing.turn(round, plan);
        match trouble {
            Trouble::Began => {
                let asked: BTreeSet<&Arc<Query>> = round.iter().map(|(query, _)| query).collect();
                let held = plan.hold(&asked, now);
                if let Some(unread) = round.iter().find_map(|(_, failure)| failure.as_ref()) {
                    self.fail(held, unread);
                }
            }
            // What else it is asked is welcome again.
            Trouble::Ended => plan.all_anew(now),
            Trouble::Unchanged if standing.is_suspect(round) => plan.ask_another(now),
            Trouble::Unchanged => {}
        }
        trouble
    }

    /// What would fail like everything else.
    fn fail(&self, queries: Vec<Arc<Query>>, unread: &Unread) {
        let at = reading_of(&self.clock.borrow());
        for query in queries {
            let outcome = Outcome { query, result: Err(unread.clone()), at, calls: 0 };
            let _ = self.reports.send(Report::Arrived(Box::new(outcome)));
        }
    }
}

/// What a source said that asks us to slow down, and what drdeck does about it.
fn slowed(said: &Text, since: Moment, until: Moment, now: Moment) -> Text {
    let (since, until) = (clock(since, now), clock(until, now));
    Text::new(format!("{said}; asked to slow down since {since}, drdeck waits until {until}"))
}

/// How a source stands.
#[derive(Default)]
struct Standing {
    /// Rounds in a row with a failure of the source.
    failed: u32,
    /// The last round was told to slow down.
    throttled: bool,
    /// Since when every round was.
    slow_since: Option<Moment>,
    /// Nobody answers any more, as at least two questions show, where there are two.
    out: bool,
}

impl Standing {
    fn count(&mut self, round: &Round) {
        let kinds = || round.iter().filter_map(|(_, failure)| failure.as_ref()).map(|unread| unread.kind);
        self.failed = if kinds().any(is_of_source) { self.failed.saturating_add(1) } else { 0 };
        self.throttled = kinds().any(|kind| kind == FailureKind::Throttled);
        if !self.throttled {
            self.slow_since = None;
        }
    }

    fn turn(&mut self, round: &Round, plan: &Plan) -> Trouble {
        let out = is_all_silent(round) && (self.out || plan.silent() >= plan.len().min(2));
        match (std::mem::replace(&mut self.out, out), out) {
            (false, true) => Trouble::Began,
            (true, false) => Trouble::Ended,
            (true, true) | (false, false) => Trouble::Unchanged,
        }
    }

    /// Since when it asks us to slow down, now that it did at `at`.
    fn slow_since(&mut self, at: Moment) -> Moment {
        *self.slow_since.get_or_insert(at)
    }

    /// Whether the round alone does not tell if anybody answers.
    fn is_suspect(&self, round: &Round) -> bool {
        is_all_silent(round) && !self.out
    }

    /// The factor on the interval.
    fn back_off(&self) -> u32 {
        doubled(self.failed, if self.throttled { LONGEST_THROTTLED } else { LONGEST_BACK_OFF })
    }

    /// What it will be after a round that is told to slow down.
    fn next_back_off(&self) -> u32 {
        doubled(self.failed.saturating_add(1), LONGEST_THROTTLED)
    }
}

/// Twice as much after each failure but the first.
fn doubled(failed: u32, at_most: u32) -> u32 {
    1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX).min(at_most)
}

fn is_all_silent(round: &Round) -> bool {
    round.iter().all(|(_, failure)| failure.as_ref().is_some_and(|unread| unread.kind.is_silence()))
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
