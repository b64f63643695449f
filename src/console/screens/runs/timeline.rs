//! The timeline of a run: every record of its journal and every event of its System, in one clock.

use std::sync::Arc;

use super::record;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::screens::events;
use crate::console::screens::listing::{
    By, Detail, Head, Item, Listing, Order, Owners, Rows, Severity, Sources, WORST_FIRST,
};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::{Mode, World};
use crate::journal::{Entry, Read, Record, Run, Told, tell};
use crate::model::Moment;
use crate::model::events::Events;

pub(super) const TIMELINE: Listing = Listing {
    title: "timeline",
    noun: "record",
    heads: &[
        Head::names("WHEN", 9, 0).up_to(12),
        Head::names("WHAT", 9, 1),
        Head::names("STEP", 16, 3).up_to(28),
        Head::names("IN WORDS", 40, 2).prose().up_to(130),
    ],
    orders: &[OLDEST_FIRST, NEWEST_FIRST, WORST_FIRST],
    rows,
    unasked: NONE,
    none: NONE,
};

const NONE: &str = "Nothing was recorded of this run that can be read.";

const OLDEST_FIRST: Order = Order { words: "oldest first", by: By::Figure(OLDEST) };
const NEWEST_FIRST: Order = Order { words: "newest first", by: By::Figure(NEWEST) };
const OLDEST: usize = 0;
const NEWEST: usize = 1;

fn rows(world: &World, now: Moment) -> Rows {
    let Some(run) = world.opened_run() else { return Rows::default() };
    let (Some(read), Some(told)) = (&run.read, &run.told) else { return Rows::default() };
    let owners = Owners::one(&told.account.system);
    let mut events = around(world, run, told, now).into_iter().peekable();
    let mut items: Vec<Box<dyn Item>> = Vec::new();
    // Records are in the order of their numbers, whatever the clock did; events stand where their time is.
    let mut reached = None;
    for (at, entry) in read.entries.iter().enumerate() {
        let time = reached.map_or(entry.at, |reached: Moment| reached.max(entry.at));
        reached = Some(time);
        while let Some(event) = events.next_if(|event| event.at < time) {
            items.extend(event.item(items.len(), now));
        }
        let severity = record::severity(entry, told, &run.stands);
        items.push(Box::new(Row::new(read, at, items.len(), severity, &owners, now)));
    }
    for event in events {
        items.extend(event.item(items.len(), now));
    }
    Rows { items, sources: Sources::default() }
}

/// An event of the System while the run went on.
struct Around {
    at: Moment,
    index: usize,
    events: Arc<Events>,
}

impl Around {
    fn item(self, rank: usize, now: Moment) -> Option<Box<dyn Item>> {
        let inner = events::item(self.events, self.index, now)?;
        Some(Box::new(Happened { when: format::brief(self.at, now), inner, rank: order(rank) }))
    }
}

/// The events of the run's System, from the beginning of the disruption to the run's last record, or until now if it is open; oldest first.
fn around(world: &World, run: &Run, told: &Told, now: Moment) -> Vec<Around> {
    let account = &told.account;
    // One simulated day is like another: a run that was over before this console looked may be of another one.
    let since = world.runs.as_ref().and_then(|runs| runs.since);
    let named = i64::try_from(run.run.milliseconds()).unwrap_or_default();
    if world.mode == Mode::Demo && !run.stands.is_open() && since.is_none_or(|since| named < since.as_millisecond()) {
        return Vec::new();
    }
    let Some(events) = world.events() else { return Vec::new() };
    let systems = moved(run, &account.system);
    let from = account.began.map_or(account.opened, |began| began.min(account.opened));
    let until = if run.stands.is_open() { now } else { account.last };
    let mut around: Vec<Around> = events
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| (from..=until).contains(&entry.event.at))
        .filter(|(_, entry)| entry.event.subject.systems().iter().any(|system| systems.contains(&system.as_str())))
        .map(|(index, entry)| Around { at: entry.event.at, index, events: Arc::clone(events) })
        .collect();
    around.sort_by_key(|event| event.at);
    around
}

/// The Systems that a run moves: its own, and those of the runbooks it is made of.
fn moved<'a>(run: &'a Run, own: &'a str) -> Vec<&'a str> {
    let first = run.read.as_ref().and_then(|read| read.entries.first()).map(|entry| &entry.record);
    let nested = match first {
        Some(Record::RunOpened { nested, .. }) => nested.as_slice(),
        Some(_) | None => &[],
    };
    nested.iter().map(|part| part.system.as_str()).chain([own]).collect()
}

fn order(rank: usize) -> i64 {
    i64::try_from(rank).unwrap_or(i64::MAX)
}

fn figure(which: usize, rank: i64) -> i64 {
    if which == OLDEST { -rank } else { rank }
}

/// A record.
#[derive(Debug)]
struct Row {
    read: Arc<Read>,
    at: usize,
    id: String,
    when: String,
    rank: i64,
    severity: Severity,
    owners: Owners,
}

impl Row {
    fn new(read: &Arc<Read>, at: usize, rank: usize, severity: Severity, owners: &Owners, now: Moment) -> Self {
        let entry = read.entries.get(at);
        Self {
            id: format!("record {}", entry.map_or(0, |entry| entry.seq)),
            when: entry.map(|entry| format::brief(entry.at, now)).unwrap_or_default(),
            rank: order(rank),
            severity,
            owners: owners.clone(),
            at,
            read: Arc::clone(read),
        }
    }

    fn entry(&self) -> Option<&Entry> {
        self.read.entries.get(self.at)
    }

    fn step(&self) -> &str {
        self.entry().and_then(|entry| entry.record.step()).unwrap_or_default()
    }

    fn sentence(&self) -> String {
        self.entry().map(|entry| tell::sentence(&entry.record)).unwrap_or_default()
    }

    fn brief(&self) -> String {
        self.entry().map(|entry| record::brief(&entry.record)).unwrap_or_default()
    }

    fn word(&self) -> &'static str {
        self.entry().map(|entry| record::word(&entry.record)).unwrap_or_default()
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.when
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn weight(&self) -> i64 {
        self.rank
    }

    fn figure(&self, which: usize) -> i64 {
        figure(which, self.rank)
    }

    fn trust(&self, _now: Moment) -> Trust {
        Trust::Fresh
    }

    fn headline(&self) -> Vec<String> {
        let step = tell::harmless(self.step());
        [self.id.clone(), self.word().to_owned(), self.when.clone(), step]
            .into_iter()
            .filter(|w| !w.is_empty())
            .collect()
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        vec![
            Line::new(Role::TextMuted, self.word()),
            Line::new(Role::TextStrong, tell::harmless(self.step())),
            Line::new(record::role(self.severity), self.brief()),
        ]
    }

    fn words(&self) -> String {
        format!("{} {} {}", self.word(), self.step(), self.sentence())
    }

    fn why(&self, _now: Moment) -> String {
        super::row::capital(&self.sentence())
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        match self.entry() {
            Some(entry) => record::detail(entry, &self.read.entries, world, now),
            None => Detail::new("", ""),
        }
    }
}

/// An event.
#[derive(Debug)]
struct Happened {
    inner: Box<dyn Item>,
    when: String,
    rank: i64,
}

impl Item for Happened {
    fn id(&self) -> &str {
        self.inner.id()
    }

    fn name(&self) -> &str {
        &self.when
    }

    fn severity(&self) -> Severity {
        self.inner.severity()
    }

    fn weight(&self) -> i64 {
        self.rank
    }

    fn figure(&self, which: usize) -> i64 {
        figure(which, self.rank)
    }

    fn trust(&self, now: Moment) -> Trust {
        self.inner.trust(now)
    }

    fn headline(&self) -> Vec<String> {
        self.inner.headline()
    }

    fn owners(&self) -> &Owners {
        self.inner.owners()
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let text = Line::new(record::role(self.severity()), self.inner.why(now));
        vec![Line::new(Role::TextMuted, "event"), Line::empty(), text]
    }

    fn words(&self) -> String {
        format!("event {}", self.inner.words())
    }

    fn why(&self, now: Moment) -> String {
        self.inner.why(now)
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        self.inner.detail(world, now)
    }
}
