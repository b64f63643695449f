//! Events: what changed and when, in one clock over all services. What went to and fro is one row.

use std::sync::Arc;

use super::listing::{By, Detail, Head, Item, Listing, Order, Owners, Rows, Severity, Sources, WORST_FIRST};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::events::{Entry, Event, Events, Severity as How, Subject};
use crate::model::{Moment, Place};

/// Its lists.
pub const LISTINGS: &[&Listing] = &[&EVENTS];

const EVENTS: Listing = Listing {
    title: "events",
    noun: "event",
    heads: &[
        Head::names("WHEN", 9, 0),
        Head::names("WHAT", 8, 3),
        Head::names("SUBJECT", 16, 2).up_to(30),
        Head::names("EVENT", 46, 1).prose().up_to(110),
        Head::names("TOLD BY", 16, 4).up_to(24),
    ],
    orders: &[NEWEST_FIRST, WORST_FIRST],
    rows,
    unasked: "Nothing has happened yet, as far as drdeck can tell.",
    none: "Nothing has happened yet, as far as drdeck can tell.",
};

const NEWEST_FIRST: Order = Order { words: "newest first", by: By::Figure(0) };

fn rows(world: &World, now: Moment) -> Rows {
    let Some(events) = world.events() else { return Rows::default() };
    let items = (0..events.entries.len()).filter_map(|at| item(Arc::clone(events), at, now));
    Rows { items: items.collect(), sources: Sources::default() }
}

/// One line of the story as a row.
pub(super) fn item(events: Arc<Events>, at: usize, now: Moment) -> Option<Box<dyn Item>> {
    Some(Box::new(Row::new(events, at, now)?))
}

/// One line of the story.
#[derive(Debug)]
struct Row {
    events: Arc<Events>,
    at: usize,
    id: String,
    when: String,
    owners: Owners,
}

impl Row {
    fn new(events: Arc<Events>, at: usize, now: Moment) -> Option<Self> {
        let Entry { event, .. } = events.entries.get(at)?;
        // The newest event of a repetition changes; what it is a repetition of does not.
        let began = events.entries.get(at)?.began();
        let id = format!("{} {began}", event.thing);
        let when = format::brief(event.at, now);
        let owners = Owners::together(event.subject.systems().iter().map(|system| Owners::one(system)));
        Some(Self { at, id, when, owners, events })
    }

    fn entry(&self) -> Option<&Entry> {
        self.events.entries.get(self.at)
    }

    fn event(&self) -> Option<&Event> {
        self.entry().map(|entry| &entry.event)
    }
}

/// That something happened is neither good nor bad by itself.
const fn severity(how: How) -> Severity {
    match how {
        How::Good => Severity::Fine,
        How::Info => Severity::Busy,
        How::Warning => Severity::Watch,
        How::Bad => Severity::Bad,
    }
}

const fn role(how: How) -> Role {
    match how {
        How::Good | How::Info => Role::Text,
        How::Warning => Role::SeverityWarning,
        How::Bad => Role::SeverityError,
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
        self.event().map_or(Severity::Unknown, |event| severity(event.severity))
    }

    fn weight(&self) -> i64 {
        self.figure(0)
    }

    fn figure(&self, _which: usize) -> i64 {
        self.event().map_or(0, |event| event.at.as_millisecond())
    }

    /// What has happened does not change with age.
    fn trust(&self, _now: Moment) -> Trust {
        Trust::Fresh
    }

    fn headline(&self) -> Vec<String> {
        let Some(event) = self.event() else { return Vec::new() };
        let mut said = vec![event.subject.words(), event.kind.as_str().to_owned(), self.when.clone()];
        let repeated = self.entry().map_or(0, |entry| entry.of.len());
        said.extend((repeated > 0).then(|| format::count(repeated, "change")));
        said.push(event.source());
        said
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        let Some(event) = self.event() else { return Vec::new() };
        vec![
            Line::new(Role::TextMuted, event.kind.as_str()),
            Line::new(Role::TextStrong, subject(event)),
            Line::new(role(event.severity), event.text.as_str()),
            Line::new(Role::TextMuted, told_by(event)),
        ]
    }

    fn words(&self) -> String {
        let Some(event) = self.event() else { return String::new() };
        let (kind, how) = (event.kind.as_str(), event.severity.as_str());
        format!("{kind} {how} {} {} {}", event.subject.words(), event.text, event.source())
    }

    fn why(&self, _now: Moment) -> String {
        self.event().map_or_else(String::new, |event| event.text.to_string())
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(entry) = self.entry() else { return Detail::new("", "") };
        let Entry { event, of } = entry;
        let mut detail = Detail::new(&event.subject.words(), &format!("{} event", event.kind.as_str()));
        detail.marked("what happened", Line::new(role(event.severity), event.text.as_str()));
        detail.moment("when", Some(event.at), now);
        if entry.began() != event.at {
            detail.moment("began", Some(entry.began()), now);
        }
        if event.seen_at != event.at {
            detail.moment("seen by drdeck", Some(event.seen_at), now);
        }
        detail.value("how bad", event.severity.as_str());
        detail.value("system", self.owners.words());
        detail.value("told by", event.source());
        detail.copy("event", in_one_line(event));
        if !of.is_empty() {
            detail.heading(format!("all {}, newest first", format::count(of.len(), "change")));
            for each in of {
                let when = Line::new(Role::TextMuted, format!("{}  ", format::moment(each.at, now)));
                let whose = if each.subject == event.subject { String::new() } else { each.subject.words() + ": " };
                detail.line(when.with(Role::Text, whose).with(role(each.severity), each.text.as_str()));
            }
            let all: Vec<String> = of.iter().map(in_one_line).collect();
            detail.copy("all of them", all.join("\n"));
        }
        if let Some(query) = &event.query {
            detail.command(command_line::of(query, now, &world.shell));
        }
        detail
    }
}

/// What it befell, in a column: of a Component its own name, for that of its System stands below the list.
fn subject(event: &Event) -> String {
    match &event.subject {
        Subject::Component { component, .. } => component.clone(),
        Subject::System(_) | Subject::Systems(_) | Subject::Service(..) | Subject::Drdeck => event.subject.words(),
    }
}

/// Who told it, in a column: `rds use1`, `drdeck`.
fn told_by(event: &Event) -> String {
    let Some(query) = &event.query else { return event.source() };
    match query.region() {
        region if region.as_str() == Place::EVERYWHERE => query.operation().0.as_str().to_owned(),
        region => format!("{} {}", query.operation().0, region.short()),
    }
}

/// An event for a chat or a ticket.
fn in_one_line(event: &Event) -> String {
    let Event { at, subject, text, .. } = event;
    format!("{} {}: {text} ({})", at.strftime("%Y-%m-%dT%H:%M:%SZ"), subject.words(), event.source())
}
