//! One look at everything, within a deadline.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::board::Board;
use super::keep::Outages;
use super::round::{self, Outcome, reading_of};
use super::{Clock, Observation, Origin, Settings, Source, source};
use crate::aws::{Session, Unread};
use crate::look::Contact;
use crate::look::clock;
use crate::model::{Estate, FailureKind, Query, Recoveries};

/// Reads everything `estate` needs, every source side by side, and judges it. What did not answer by `deadline` counts as timed out.
///
/// # Errors
///
/// When a simulator's clock cannot be read: without it nothing can be judged.
/// Or when no runtime can be had from the system.
pub fn once(settings: Settings, estate: Arc<Estate>, deadline: Duration) -> Result<Observation, Unread> {
    once_after(settings, estate, deadline, Before::default())
}

/// What is known before one looks.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// What lasted when somebody looked last: since when it does is known from then, if no reading tells it better.
    pub outages: Outages,
    /// What is known beforehand of how long recovery takes.
    pub recoveries: Recoveries,
}

/// The same, where something is known before.
///
/// # Errors
///
/// As of [`once`].
pub fn once_after(
    settings: Settings,
    estate: Arc<Estate>,
    deadline: Duration,
    before: Before,
) -> Result<Observation, Unread> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Unread::new(FailureKind::Unreachable, format!("cannot wait for the network: {error}")))?;
    let observation = runtime.block_on(look(settings, estate, deadline, before));
    // A lookup of a name may still hang in a thread of its own.
    runtime.shutdown_background();
    observation
}

async fn look(
    settings: Settings,
    estate: Arc<Estate>,
    deadline: Duration,
    before: Before,
) -> Result<Observation, Unread> {
    let deadline_at = Instant::now() + deadline;
    let session = Session::open(settings.access.clone(), &source::regions(&estate)).await;
    let contact = Contact::new(session.clone(), &settings.dns);
    let started = clock::at_start(&session).await?;
    let mut board = Board::new(Arc::clone(&estate), settings);
    board.goes_on(Some(before.outages), reading_of(&started));
    board.foresee(before.recoveries);
    // The second round asks what the first one's answers name.
    loop {
        let now = reading_of(&started);
        let wanted = board.wanted(now, started.speed);
        let untried = without_masses(board.untried(&wanted));
        if untried.is_empty() {
            break;
        }
        ask_all(&contact, &mut board, untried, started, deadline_at, deadline).await;
    }
    let clock = clock::compare(&session).await.unwrap_or(started);
    let assessment = board.judge(reading_of(&clock));
    Ok(Observation {
        assessment: Arc::new(assessment),
        snapshot: board.snapshot(),
        clock,
        events: Arc::default(),
        origin: Origin::Live,
        refreshing: false,
    })
}

/// What people set up on each server carries no promise and takes a call each: where there are more than so many of one source, an open
/// console looks at them in turn, and one look does not.
const SETTINGS_AT_MOST: usize = 100;

fn without_masses(mut queries: BTreeSet<Arc<Query>>) -> BTreeSet<Arc<Query>> {
    let is_setting =
        |query: &Query| matches!(*query, Query::LaunchConfiguration(..) | Query::ReplicationConfiguration(..));
    let settings = queries.iter().filter(|query| is_setting(query)).cloned().collect();
    for (source, settings) in Source::group(&settings) {
        if settings.len() > SETTINGS_AT_MOST {
            tracing::info!(%source, settings = settings.len(), "too many for one look");
            queries.retain(|query| !settings.contains(query));
        }
    }
    queries
}

async fn ask_all(
    contact: &Contact,
    board: &mut Board,
    untried: BTreeSet<Arc<Query>>,
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
        let (contact, sender) = (contact.clone(), sender.clone());
        sources.spawn(async move {
            round::ask(
                &contact,
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
