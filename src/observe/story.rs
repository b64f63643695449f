//! The story: what happened, from what AWS tells, from what two answers or two judgements show to have changed, and from what is remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::events::{self, Entry, EventId, EventKind, Keeping, MOST, Names, Severity, Standings};
use crate::model::facts::Answer;
use crate::model::{Assessment, Estate, Event, Events, Moment, Query, Snapshot, Span};

/// Of the Events shown, so many that are bad are shown before the rest is given room.
const BAD_FIRST: usize = MOST / 2;

/// Whether everything was tried since the start. Before that a judgement shows what is not read yet, and not what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Something was not tried yet.
    Starting,
    /// Everything was.
    Settled,
}

/// What happened, so far as is known.
pub(super) struct Story {
    names: Names,
    /// What nobody tells a second time.
    kept: BTreeMap<EventId, Event>,
    /// What each answer tells.
    told: BTreeMap<Arc<Query>, Told>,
    /// The last judgement that counts: that of a drdeck before this one, or the last one since everything was tried.
    before: Before,
    /// The Verdicts and RPOs that were told.
    standings: Standings,
    /// For how long what may only seem to have changed has to last.
    settles: Span,
    /// What is to be written down.
    news: Vec<Event>,
    shown: Arc<Events>,
}

/// What an answer tells.
struct Told {
    answer: Arc<Answer>,
    read_at: Moment,
    events: Vec<Event>,
}

enum Before {
    /// None.
    Nothing,
    /// That of a drdeck before this one.
    Remembered(Box<Assessment>),
    /// The last one.
    Last(Arc<Assessment>),
}

impl Story {
    /// Nothing has happened yet but `kept`.
    pub(super) fn new(estate: &Estate, kept: Vec<Event>) -> Self {
        Self {
            names: Names::of(estate),
            kept: kept.into_iter().map(|event| (event.id(), event)).collect(),
            told: BTreeMap::new(),
            before: Before::Nothing,
            standings: Standings::default(),
            settles: Span::ZERO,
            news: Vec::new(),
            shown: Arc::default(),
        }
    }

    /// The judgement with which a drdeck before this one ended.
    pub(super) fn ended_with(&mut self, assessment: Assessment) {
        self.before = Before::Remembered(Box::new(assessment));
    }

    /// Forgets what has not happened yet by a clock that was set back, and what was before.
    pub(super) fn begin_anew(&mut self, now: Moment) {
        self.kept.retain(|_, event| event.at <= now);
        self.told.clear();
        (self.before, self.standings) = (Before::Nothing, Standings::default());
        self.shown = Arc::default();
    }

    /// Takes up what is known now; what may only seem to have changed is told once it has lasted for `settles`. The same list as before, if nothing
    /// happened.
    pub(super) fn follow(
        &mut self,
        assessment: &Arc<Assessment>,
        snapshot: &Snapshot,
        progress: Progress,
        settles: Span,
    ) -> Arc<Events> {
        self.settles = settles;
        let mut changed = self.hear(snapshot);
        if progress == Progress::Settled || matches!(self.before, Before::Last(_)) {
            changed |= self.compare(assessment);
        }
        if changed || (self.shown.entries.is_empty() && !self.kept.is_empty()) {
            self.shown = Arc::new(self.told_at(assessment.now));
        }
        Arc::clone(&self.shown)
    }

    /// When something is to be told that has not lasted for long enough yet.
    pub(super) fn next_change(&self) -> Option<Moment> {
        self.standings.next_change(self.settles)
    }

    /// What happened since this was asked last and is to be remembered.
    pub(super) fn take_news(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.news)
    }

    /// What the answers tell that are new. Whether anything is.
    fn hear(&mut self, snapshot: &Snapshot) -> bool {
        let mut changed = false;
        let before = self.told.len();
        self.told.retain(|query, _| snapshot.readings.contains_key(query));
        changed |= before != self.told.len();
        for (query, reading) in snapshot.readings.iter().filter(|(query, _)| events::tells(query)) {
            let (Some(answer), Some(read_at)) = (&reading.value, reading.read_at) else { continue };
            let known = self.told.get(query);
            if known.is_some_and(|known| known.read_at == read_at && Arc::ptr_eq(&known.answer, answer)) {
                continue;
            }
            let looked = known.map_or_else(Vec::new, |known| {
                events::answered(&self.names, query, &known.answer, answer, read_at, snapshot)
            });
            let told = events::told(&self.names, query, snapshot);
            let (keep, mut again): (Vec<Event>, Vec<Event>) =
                looked.into_iter().chain(told).partition(|event| event.kind.keeping() == Keeping::Kept);
            let same = match self.told.get(query) {
                Some(known) => {
                    seen_first(&known.events, &mut again);
                    known.events == again
                }
                None => again.is_empty(),
            };
            changed |= !same;
            let answer = Arc::clone(answer);
            self.told.insert(Arc::clone(query), Told { answer, read_at, events: again });
            for event in keep {
                changed |= self.keep(event);
            }
        }
        changed
    }

    /// What this judgement shows to have changed since the last. Whether anything has.
    fn compare(&mut self, assessment: &Arc<Assessment>) -> bool {
        let found = match std::mem::replace(&mut self.before, Before::Last(Arc::clone(assessment))) {
            Before::Nothing => {
                self.standings = Standings::of(assessment);
                events::at_first(assessment)
            }
            Before::Remembered(before) => {
                self.standings = Standings::of(&before);
                let changes = events::changes(&before, assessment).into_iter();
                let changes = changes.chain(self.standings.follow(assessment, Span::ZERO));
                changes.map(|event| events::unwatched(event, before.now, assessment.now)).collect()
            }
            Before::Last(before) => {
                let mut changes = events::changes(&before, assessment);
                changes.extend(self.standings.follow(assessment, self.settles));
                changes
            }
        };
        let mut changed = false;
        for event in found {
            changed |= self.keep(event);
        }
        changed
    }

    /// Whether the Event is new.
    fn keep(&mut self, event: Event) -> bool {
        let oldest = || self.kept.values().map(|kept| kept.at).min();
        if self.kept.contains_key(&event.id()) || (self.kept.len() >= MOST && oldest() > Some(event.at)) {
            return false;
        }
        self.news.push(event.clone());
        self.kept.insert(event.id(), event);
        // Every so often, since it takes a sort.
        if self.kept.len() > MOST + MOST / 4 {
            let mut times: Vec<Moment> = self.kept.values().map(|event| event.at).collect();
            times.sort_unstable();
            if let Some(oldest) = times.get(times.len().saturating_sub(MOST)) {
                self.kept.retain(|_, event| event.at >= *oldest);
            }
        }
        true
    }

    fn told_at(&self, now: Moment) -> Events {
        let told = self.told.values().flat_map(|told| &told.events);
        let mut once: BTreeMap<EventId, &Event> = BTreeMap::new();
        for event in self.kept.values().chain(told) {
            once.entry(event.id()).or_insert(event);
        }
        let mut entries = events::fold(once.into_values().cloned(), now);
        if entries.len() > MOST {
            let is_bad = |entry: &Entry| entry.event.severity >= Severity::Warning;
            let bad = entries.iter().filter(|entry| is_bad(entry)).count().min(BAD_FIRST);
            let (mut bad, mut rest) = (bad, MOST - bad);
            // Newest first, so that what is left out is old.
            entries.retain(|entry| {
                let room = if is_bad(entry) && bad > 0 { &mut bad } else { &mut rest };
                let fits = *room > 0;
                *room = room.saturating_sub(1);
                fits
            });
        }
        Events { entries }
    }
}

/// What is told again was seen when it was told first.
fn seen_first(known: &[Event], again: &mut [Event]) {
    let mut seen: BTreeMap<(&str, Moment, EventKind), Moment> = BTreeMap::new();
    for event in known {
        seen.insert((&event.thing, event.at, event.kind), event.seen_at);
    }
    for event in again {
        if let Some(first) = seen.get(&(event.thing.as_str(), event.at, event.kind)) {
            event.seen_at = *first;
        }
    }
}
