//! One look at everything, within a deadline.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::board::Board;
use super::round::{self, Outcome, reading_of};
use super::{Clock, Observation, Settings, Source, clock, source};
use crate::aws::{Session, Unread};
use crate::model::{Estate, FailureKind, Query};

/// Reads everything `estate` needs, every source side by side, and judges it. What did not answer by `deadline` counts as timed out.
///
/// # Errors
///
/// When a simulator's clock cannot be read: without it nothing can be judged.
/// Or when no runtime can be had from the system.
pub fn once(settings: Settings, estate: Arc<Estate>, deadline: Duration) -> Result<Observation, Unread> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Unread::new(FailureKind::Unreachable, format!("cannot wait for the network: {error}")))?;
    let observation = runtime.block_on(look(settings, estate, deadline));
    // A lookup of a name may still hang in a thread of its own.
    runtime.shutdown_background();
    observation
}

async fn look(settings: Settings, estate: Arc<Estate>, deadline: Duration) -> Result<Observation, Unread> {
    let deadline_at = Instant::now() + deadline;
    let session = Session::open(settings.access.clone(), &source::regions(&estate)).await;
    let started = clock::compare(&session).await.ok_or_else(|| no_clock(&session))?;
    let mut board = Board::new(Arc::clone(&estate), settings);
    // The second round asks what the first one's answers name.
    loop {
        let now = reading_of(&started);
        let wanted = board.wanted(now);
        let untried = board.untried(wanted);
        if untried.is_empty() {
            break;
        }
        ask_all(&session, &mut board, untried, started, deadline_at, deadline).await;
    }
    let clock = clock::compare(&session).await.unwrap_or(started);
    let assessment = board.judge(reading_of(&clock));
    Ok(Observation { assessment: Arc::new(assessment), clock, refreshing: false })
}

async fn ask_all(
    session: &Session,
    board: &mut Board,
    untried: BTreeSet<Query>,
    clock: Clock,
    deadline_at: Instant,
    deadline: Duration,
) {
    let mut open = untried.clone();
    let (sender, mut outcomes) = mpsc::unbounded_channel();
    let mut sources = JoinSet::new();
    let judged = board.judge(reading_of(&clock));
    for (source, queries) in Source::group(&untried) {
        let queries = board.urgent_first(queries, &judged);
        let (session, sender) = (session.clone(), sender.clone());
        sources.spawn(async move {
            round::ask(
                &session,
                &source,
                queries,
                || reading_of(&clock),
                |outcome| {
                    // The receiver is gone once the deadline has passed.
                    let _ = sender.send(outcome);
                },
            )
            .await;
        });
    }
    drop(sender);
    while let Ok(Some(outcome)) = timeout_at(deadline_at.into(), outcomes.recv()).await {
        open.remove(&outcome.query);
        board.take(outcome, clock.speed);
    }
    sources.shutdown().await;
    for query in open {
        let error = format!("no answer within the {} s that one look may take", deadline.as_secs());
        let result = Err(Unread::new(FailureKind::TimedOut, error));
        board.take(Outcome { query, result, at: reading_of(&clock), calls: 0 }, clock.speed);
    }
}

fn no_clock(session: &Session) -> Unread {
    let endpoint = session.access().endpoint_url.as_deref().unwrap_or("no endpoint");
    let error = format!(
        "the config says `simulator = true`, but {endpoint} does not tell the simulator's time; is `drdeck simulate` running there?"
    );
    Unread::new(FailureKind::Unreachable, error)
}
