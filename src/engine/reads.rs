//! Reads what a step needs: everything it names, side by side, and what it names then. A Region that hangs costs its own readings and no others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::timeout;

use super::core::Inquiry;
use crate::aws::{SERIES_PER_CALL, Unread};
use crate::look::{Clock, Contact};
use crate::model::facts::Answer;
use crate::model::{Failure, FailureKind, Moment, Place, Query, Reading, Snapshot, Span};
use crate::runbook::{Kind, World};

/// A step may name what answers tell so many times.
const ROUNDS: usize = 3;

/// A reading for a card counts as fresh for so long, by AWS's clock, and so long by ours where the simulator's is faster.
const FRESH: (Span, Duration) = (Span::from_mins(2), Duration::from_secs(30));

type Came = Vec<(Arc<Query>, Moment, Result<Answer, Unread>)>;

/// What came of everything that the step names.
pub(super) async fn read(contact: &Contact, kind: &Kind, inquiry: &Inquiry, clock: Clock) -> Snapshot {
    let now = || clock.at(Instant::now());
    let patience = contact.session.access().patience() + Duration::from_secs(1);
    let good_for =
        FRESH.0.saturating_add(Span::try_from_secs_f64(FRESH.1.as_secs_f64() * clock.speed).unwrap_or(FRESH.0));
    let mut snapshot = Snapshot::default();
    for _ in 0..ROUNDS {
        let world = World { snapshot: &snapshot, now: now(), run: &inquiry.run, attempts: inquiry.attempts.as_slice() };
        let mut wanted = kind.step().reads(&world);
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|query| !snapshot.readings.contains_key(query));
        if wanted.is_empty() {
            break;
        }
        let mut running: FuturesUnordered<BoxFuture<'_, Came>> =
            jobs(wanted).into_iter().map(|job| ask(contact, job, &now, patience).boxed()).collect();
        while let Some(came) = running.next().await {
            for (query, at, result) in came {
                let reading = match result {
                    Ok(answer) => Reading::fresh(Arc::new(answer), at, good_for),
                    Err(Unread { kind, error }) => {
                        let failed = Reading::failed(Failure { since: at, at, kind, error });
                        // That there is no such thing is an answer, and holds as long as another one.
                        let is_answer = kind == FailureKind::NotFound;
                        let fresh_until = at.checked_add(good_for).ok().filter(|_| is_answer);
                        Reading { fresh_until, ..failed }
                    }
                };
                snapshot.readings.insert(query, reading);
            }
        }
    }
    snapshot
}

/// What is asked in one call: one Query, or many series of one Place.
fn jobs(wanted: Vec<Query>) -> Vec<Vec<Arc<Query>>> {
    let mut series: BTreeMap<Place, Vec<Arc<Query>>> = BTreeMap::new();
    let mut jobs = Vec::new();
    for query in wanted.into_iter().map(Arc::new) {
        if matches!(*query, Query::Series(..)) {
            series.entry(query.place().clone()).or_default().push(query);
        } else {
            jobs.push(vec![query]);
        }
    }
    jobs.extend(
        series.into_values().flat_map(|all| all.chunks(SERIES_PER_CALL).map(<[_]>::to_vec).collect::<Vec<_>>()),
    );
    jobs
}

async fn ask(contact: &Contact, job: Vec<Arc<Query>>, now: &(impl Fn() -> Moment + Sync), patience: Duration) -> Came {
    // Taken before the call: what is seen is at least as new as that.
    let at = now();
    // Boxed, because the SDK's futures are deep.
    let asked: BoxFuture<'_, Vec<Result<Answer, Unread>>> = answers(contact, &job, at).boxed();
    let answers = timeout(patience, asked).await.unwrap_or_else(|_| {
        let late = || Unread::new(FailureKind::TimedOut, format!("no answer within {} s", patience.as_secs()));
        job.iter().map(|_| Err(late())).collect()
    });
    job.into_iter().zip(answers).map(|(query, answer)| (query, at, answer)).collect()
}

async fn answers(contact: &Contact, job: &[Arc<Query>], at: Moment) -> Vec<Result<Answer, Unread>> {
    match job {
        [query] if !matches!(**query, Query::Series(..)) => vec![Box::pin(contact.read(query, at)).await.result],
        series => {
            let read = Box::pin(contact.session.read_series(series, at)).await;
            read.results.into_iter().map(|result| result.map(Answer::Series)).collect()
        }
    }
}
