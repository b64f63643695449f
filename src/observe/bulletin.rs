//! What is told of the board: to the console as Observations, and to the disk as what is to be remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::board::Board;
use super::keep::{Keeper, Memory, Outages, Past};
use super::story::Story;
use super::{Clock, Observation, Paces};
use crate::aws::Unread;
use crate::model::{self, Assessment, Estate, Moment, Query, RunStart};

/// What was read is remembered so long after it came: by then the rest of its round is there too.
const REMEMBER_AFTER: Duration = Duration::from_secs(10);

/// Two times of remembering are at least so far apart.
const REMEMBER_EVERY: Duration = Duration::from_secs(60);

/// What is told.
pub(super) struct Bulletin {
    publish: watch::Sender<Option<Observation>>,
    story: Story,
    paces: Paces,
    keeper: Option<Keeper>,
    /// The outages that the disk knows.
    outages: BTreeMap<String, (Moment, RunStart)>,
    /// When what is known is to be remembered; `None` while nothing new was read.
    remember_at: Option<Instant>,
    /// Not before that.
    not_before: Instant,
}

/// What is known from before the start, and by which clock.
pub(super) struct Before {
    /// The clock by which it was told, as far as is known without asking.
    pub(super) clock: Clock,
    /// When it was seen.
    seen_at: Moment,
}

impl Bulletin {
    /// Nothing was told yet.
    pub(super) fn new(
        estate: &Estate,
        paces: Paces,
        memory: Option<&Memory>,
        publish: watch::Sender<Option<Observation>>,
    ) -> Self {
        let keeper = memory.cloned().and_then(|memory| {
            Keeper::start(memory).inspect_err(|error| tracing::warn!(%error, "nothing will be remembered")).ok()
        });
        Self {
            publish,
            story: Story::new(estate, memory.map(Memory::events).unwrap_or_default()),
            paces,
            keeper,
            outages: BTreeMap::new(),
            remember_at: None,
            not_before: Instant::now() + REMEMBER_AFTER,
        }
    }

    /// Puts `past` on the board and tells of it. `ours` is AWS's clock, as far as is known without asking; a simulator's runs on as it did.
    pub(super) fn recall(
        &mut self,
        board: &mut Board,
        estate: &Estate,
        mut past: Past,
        outages: Option<&Outages>,
        ours: Option<Clock>,
    ) -> Before {
        let clock = ours.unwrap_or_else(|| Clock { anchor: Instant::now(), at_anchor: past.now(), speed: past.speed });
        let (now, seen_at, end) = (clock.at(Instant::now()), past.seen_at, past.end());
        past.is_over(now);
        board.remember(past);
        board.goes_on(outages.cloned(), now);
        let wanted = board.wanted(now, clock.speed);
        self.tell(board, &wanted, clock, false);
        if seen_at <= now {
            // As it was judged then.
            let mut then = Arc::unwrap_or_clone(board.snapshot());
            then.down_since = outages.map(|outages| outages.down_since.clone()).unwrap_or_default();
            self.story.ended_with(Assessment { now: seen_at, ..model::assess(estate, &then, end) });
        }
        Before { clock, seen_at }
    }

    /// Takes back what was told of `before`, if the clock turns out to be behind it: a simulator that was started anew.
    pub(super) fn check(&mut self, board: &mut Board, before: &Before, now: Moment) {
        if now < before.seen_at {
            tracing::info!("the clock went back: what was read before is forgotten");
            board.forget();
            self.story.begin_anew(now);
        }
    }

    /// Tells that nobody answers, not even the simulator's clock.
    pub(super) fn nobody_answers(&mut self, board: &mut Board, before: &Before, unread: &Unread) {
        let now = before.clock.at(Instant::now());
        board.nobody_answers(unread, now);
        let wanted = board.wanted(now, before.clock.speed);
        self.tell(board, &wanted, before.clock, false);
    }

    /// Tells how everything stands now. When that changes by itself.
    pub(super) fn tell(
        &mut self,
        board: &mut Board,
        wanted: &BTreeSet<Arc<Query>>,
        clock: Clock,
        refreshing: bool,
    ) -> Option<Moment> {
        let now = clock.at(Instant::now());
        let assessment = Arc::new(board.judge(now));
        let snapshot = board.snapshot();
        let settles = self.paces.settles(clock.speed);
        let events = self.story.follow(&assessment, &snapshot, board.progress(wanted), settles);
        let news = self.story.take_news();
        if let Some(keeper) = self.keeper.as_ref() {
            if !news.is_empty() {
                keeper.happened(news);
            }
            if self.outages != *board.down_since() {
                self.outages.clone_from(board.down_since());
                keeper.last(board.outages(now));
            }
        }
        let next = assessment.next_change.into_iter().chain(self.story.next_change()).min();
        let origin = board.origin();
        self.publish.send_replace(Some(Observation { assessment, snapshot, clock, events, origin, refreshing }));
        next
    }

    /// Something new was read.
    pub(super) fn read(&mut self) {
        self.remember_at.get_or_insert(self.not_before.max(Instant::now()));
    }

    /// When what is known is to be remembered.
    pub(super) fn remember_at(&self) -> Option<Instant> {
        self.remember_at.filter(|_| self.keeper.is_some())
    }

    /// Has what is known at `now` remembered.
    pub(super) fn remember(&mut self, board: &Board, now: Moment, speed: f64) {
        self.remember_at = None;
        self.not_before = Instant::now() + REMEMBER_EVERY;
        if let Some(keeper) = &self.keeper {
            keeper.keep(board.present(now, speed));
            if !self.outages.is_empty() {
                // They still last.
                keeper.last(board.outages(now));
            }
        }
    }

    /// The end: what was read since is remembered too. Waits for the disk with [`Keeper::finish`].
    pub(super) fn end(mut self, board: &Board, now: Moment, speed: f64) -> Option<Keeper> {
        if self.remember_at.is_some() {
            self.remember(board, now, speed);
        }
        self.keeper
    }

    /// The end, before anything was read.
    pub(super) fn end_unread(self) -> Option<Keeper> {
        self.keeper
    }
}
