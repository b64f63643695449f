//! One round of questions to one source.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::{Clock, Lane, Source};
use crate::aws::{self, SERIES_PER_CALL, Unread};
use crate::look::Contact;
use crate::model::facts::Answer;
use crate::model::{FailureKind, Moment, Query};

/// Questions under way at once to one source: all the lists that a service has.
const SIDE_BY_SIDE: usize = 8;

/// After so many failures of the network in a row the rest of the round is not tried: a Region that hangs would hold it for minutes.
const BREAKS_AFTER: u32 = 2;

/// What came of one Query.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The Query.
    pub(super) query: Arc<Query>,
    /// The answer.
    pub(super) result: Result<Answer, Unread>,
    /// When it was asked, by the source's clock.
    pub(super) at: Moment,
    /// The calls it took. Series share theirs: the first of a batch carries them all.
    pub(super) calls: u64,
}

/// Asks a source everything in `queries`, and hands over each outcome as it comes.
pub(super) async fn ask(
    contact: &Contact,
    source: &Source,
    queries: Vec<Arc<Query>>,
    now: impl Fn() -> Moment + Copy,
    mut arrived: impl FnMut(Outcome),
) {
    match source.lane {
        Lane::Checkers => {
            // Started one after the other, each in its turn, but none waits for the answer to the one before.
            let mut running = FuturesUnordered::new();
            for query in queries {
                {
                    let mut turn = pin!(contact.session.turn(&query));
                    loop {
                        tokio::select! {
                            Some(outcome) = running.next() => arrived(outcome),
                            () = turn.as_mut() => break,
                        }
                    }
                }
                running.push(one(contact, query, now));
            }
            while let Some(outcome) = running.next().await {
                arrived(outcome);
            }
        }
        Lane::Usual | Lane::Things => {
            let breaker = Breaker::default();
            let (series, others): (Vec<_>, Vec<_>) =
                queries.into_iter().partition(|query| matches!(**query, Query::Series(..)));
            let batches = series.chunks(SERIES_PER_CALL).map(|batch| Job::Series(batch.to_vec()));
            let mut waiting = batches.chain(others.into_iter().map(Job::One));
            let mut running = FuturesUnordered::new();
            for job in waiting.by_ref().take(SIDE_BY_SIDE) {
                running.push(run(contact, job, now, &breaker));
            }
            while let Some(outcomes) = running.next().await {
                outcomes.into_iter().for_each(&mut arrived);
                if let Some(job) = waiting.next() {
                    running.push(run(contact, job, now, &breaker));
                }
            }
        }
    }
}

enum Job {
    One(Arc<Query>),
    Series(Vec<Arc<Query>>),
}

async fn run(contact: &Contact, job: Job, now: impl Fn() -> Moment + Copy, breaker: &Breaker) -> Vec<Outcome> {
    let outcomes = match job {
        Job::One(query) => match breaker.tripped() {
            Some(unread) => vec![Outcome { query, result: Err(unread), at: now(), calls: 0 }],
            None => vec![one(contact, query, now).await],
        },
        Job::Series(queries) => match breaker.tripped() {
            Some(unread) => queries
                .into_iter()
                .map(|query| Outcome { query, result: Err(unread.clone()), at: now(), calls: 0 })
                .collect(),
            None => series(contact, queries, now).await,
        },
    };
    outcomes.iter().for_each(|outcome| breaker.saw(&outcome.result));
    outcomes
}

async fn one(contact: &Contact, query: Arc<Query>, now: impl Fn() -> Moment) -> Outcome {
    // Taken before the call: AWS's state is at least as new as that, and an age is never too small.
    // Boxed, because the SDK's futures are tens of kilobytes each and all variants' would be nested in every task.
    let at = now();
    let aws::ReadAnswer { result, calls } = Box::pin(contact.read(&query, at)).await;
    Outcome { query, result, at, calls }
}

async fn series(contact: &Contact, queries: Vec<Arc<Query>>, now: impl Fn() -> Moment) -> Vec<Outcome> {
    let at = now();
    let aws::ReadSeries { results, mut calls } = Box::pin(contact.session.read_series(&queries, at)).await;
    let mut outcomes = Vec::with_capacity(queries.len());
    for (query, result) in queries.into_iter().zip(results) {
        outcomes.push(Outcome { query, result: result.map(Answer::Series), at, calls: std::mem::take(&mut calls) });
    }
    outcomes
}

/// Spares a round the questions that would fail like those before them.
#[derive(Default)]
struct Breaker {
    in_a_row: AtomicU32,
    last: std::sync::Mutex<Option<Unread>>,
}

impl Breaker {
    fn saw(&self, result: &Result<Answer, Unread>) {
        match result {
            Err(unread) if is_network(unread.kind) => {
                self.in_a_row.fetch_add(1, Ordering::Relaxed);
                *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(unread.clone());
            }
            Ok(_) | Err(_) => self.in_a_row.store(0, Ordering::Relaxed),
        }
    }

    fn tripped(&self) -> Option<Unread> {
        if self.in_a_row.load(Ordering::Relaxed) < BREAKS_AFTER {
            return None;
        }
        self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// Failures that are like to befall the next question too, and cost its whole time-out.
const fn is_network(kind: FailureKind) -> bool {
    match kind {
        FailureKind::TimedOut | FailureKind::Unreachable | FailureKind::Throttled => true,
        FailureKind::ServerError
        | FailureKind::NoCredentials
        | FailureKind::Expired
        | FailureKind::Denied
        | FailureKind::NotFound
        | FailureKind::NotAws
        | FailureKind::ClockSkew
        | FailureKind::Invalid
        | FailureKind::Unreadable => false,
    }
}

/// The time of a source's clock, now.
pub(super) fn reading_of(clock: &Clock) -> Moment {
    clock.at(std::time::Instant::now())
}
