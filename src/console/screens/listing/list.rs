//! One list: its rows in order, the cursor, the filter, and the page of details that is open.

use std::cmp::Reverse;

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::view::Parts;
use super::{By, Detail, Item, Listing, Order, Rows, Severity, WORST_FIRST};
use crate::console::action::Undoable;
use crate::console::figures::Trust;
use crate::console::widgets::filter::Undone;
use crate::console::widgets::{Cursor, Filter, Line, Move};
use crate::console::world::World;
use crate::model::{Moment, Query};

/// A list's state.
#[derive(Debug)]
pub struct List {
    pub(super) listing: &'static Listing,
    rows: Rows,
    /// How bad each row is at the moment of the last Observation.
    severities: Vec<Severity>,
    /// All rows in order, as places in `rows`.
    sorted: Vec<usize>,
    /// Those that are shown.
    shown: Vec<usize>,
    /// The filter that `shown` was made with.
    shown_for: String,
    pub(super) cursor: Cursor,
    /// The id of the row that the cursor stays on; `None` while nobody has chosen one: then it stays at the top.
    follow: Option<String>,
    order: usize,
    pub(super) show: Show,
    pub(super) filter: Filter,
    pub(super) longest_name: u16,
    pub(super) problems: usize,
    /// What its rows are made of.
    rests: Rests,
    /// What cannot be read, above the list.
    pub(super) doubts: Vec<Line>,
    pub(super) page: Option<Page>,
}

/// What rows are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rests {
    /// Answers of AWS.
    Readings,
    /// Files on this machine, which are there whatever AWS does.
    Files,
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Show {
    #[default]
    All,
    Problems,
}

/// The page of a row.
#[derive(Debug)]
pub(super) struct Page {
    id: String,
    pub(super) name: String,
    /// `None` when the row is gone.
    pub(super) detail: Option<Detail>,
    pub(super) offset: usize,
}

/// What a list has to say about the rows it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emptiness {
    /// Nothing of it is asked for.
    Unasked,
    /// Nothing was answered yet.
    Waiting,
    /// Nothing could be read.
    Unread,
    /// There is none.
    None,
    /// None that the filter lets through.
    Filtered,
    /// None that is a problem.
    NoProblem,
}

impl List {
    /// The list before it was shown.
    pub fn new(listing: &'static Listing) -> Self {
        Self::resting_on(listing, Rests::Readings)
    }

    /// The list of what rests on that.
    pub(super) fn resting_on(listing: &'static Listing, rests: Rests) -> Self {
        Self {
            listing,
            rows: Rows::default(),
            severities: Vec::new(),
            sorted: Vec::new(),
            shown: Vec::new(),
            shown_for: String::new(),
            cursor: Cursor::default(),
            follow: None,
            order: 0,
            show: Show::All,
            filter: Filter::default(),
            longest_name: 0,
            problems: 0,
            rests,
            doubts: Vec::new(),
            page: None,
        }
    }

    /// Forgets the rows while the list is not shown; cursor, filter and order stay.
    pub fn leave(&mut self) {
        self.rows = Rows::default();
        self.severities = Vec::new();
        self.sorted = Vec::new();
        self.shown = Vec::new();
        self.page = None;
    }

    /// Makes the rows anew.
    pub fn refresh(&mut self, world: &World, now: Option<Moment>, area: Rect) {
        let now = now.filter(|_| self.rests == Rests::Files || !world.is_unread());
        self.rows = now.map(|now| (self.listing.rows)(world, now)).unwrap_or_default();
        self.doubts = now.map(|now| self.rows.sources.doubts(now)).unwrap_or_default();
        self.severities = self.rows.items.iter().map(|item| seen(item.as_ref(), now)).collect();
        self.problems = self.severities.iter().filter(|severity| severity.is_problem()).count();
        let longest = self.rows.items.iter().map(|item| item.name().width()).max().unwrap_or(0);
        self.longest_name = u16::try_from(longest).unwrap_or(u16::MAX);
        self.sort_rows();
        self.narrow(Narrow::Anew);
        self.put_cursor(area);
        self.look_again(world, now);
    }

    /// Makes the open page anew: its ages go on.
    pub fn look_again(&mut self, world: &World, now: Option<Moment>) {
        let Some(page) = &mut self.page else { return };
        let item = self.rows.items.iter().find(|item| item.id() == page.id);
        page.detail = item.zip(now).map(|(item, now)| item.detail(world, now));
    }

    fn sort_rows(&mut self) {
        let items = &self.rows.items;
        let severity = |i: &usize| self.severities.get(*i).copied();
        let weight = |i: &usize| items.get(*i).map(|item| item.weight());
        let name = |i: &usize| items.get(*i).map(|item| (item.name(), item.id()));
        let mut sorted: Vec<usize> = (0..items.len()).collect();
        match self.order().by {
            By::Severity => {
                sorted.sort_by_cached_key(|i| (Reverse((severity(i), weight(i))), name(i)));
            }
            By::Name => sorted.sort_by_key(name),
            By::Figure(which) => sorted.sort_by_cached_key(|i| {
                (Reverse((items.get(*i).map(|item| item.figure(which)), severity(i))), name(i))
            }),
        }
        self.sorted = sorted;
    }

    /// Finds what the filter lets through.
    fn narrow(&mut self, narrow: Narrow) {
        let words = self.filter.words();
        let candidates = match narrow {
            // What does not match a text does not match a longer one either.
            Narrow::Typed if self.filter.text().starts_with(&self.shown_for) => &self.shown,
            Narrow::Typed | Narrow::Anew => &self.sorted,
        };
        let shown = candidates.iter().copied().filter(|i| {
            let problem = self.show == Show::All || self.severities.get(*i).is_some_and(|s| s.is_problem());
            problem && (words.is_empty() || self.rows.items.get(*i).is_some_and(|item| matches(item.as_ref(), &words)))
        });
        self.shown = shown.collect();
        self.filter.text().clone_into(&mut self.shown_for);
    }

    fn put_cursor(&mut self, area: Rect) {
        let followed = match &self.follow {
            None => Some(0),
            Some(id) => self.shown.iter().position(|i| self.rows.items.get(*i).is_some_and(|item| item.id() == id)),
        };
        // A row that the filter hides leaves the cursor where it was, and has it back when it is shown again.
        self.cursor.put(followed.unwrap_or(self.cursor.at), self.shown.len(), self.height(area));
    }

    fn height(&self, area: Rect) -> usize {
        usize::from(Parts::of(area, self.doubts.len(), self.filter.is_typing()).rows.height)
    }

    /// How many rows are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// How many rows there are.
    pub(super) fn all(&self) -> usize {
        self.rows.items.len()
    }

    /// The row at that place among those that are shown, and how bad it is.
    pub(super) fn row(&self, at: usize) -> Option<(&dyn Item, Severity)> {
        let i = *self.shown.get(at)?;
        Some((self.rows.items.get(i)?.as_ref(), *self.severities.get(i)?))
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&dyn Item> {
        self.row(self.cursor.at).map(|(item, _)| item)
    }

    /// Its present order.
    pub(super) fn order(&self) -> &Order {
        self.listing.orders.get(self.order).unwrap_or(&WORST_FIRST)
    }

    /// Why no row is shown.
    pub(super) fn emptiness(&self, world: &World) -> Emptiness {
        if self.all() > 0 {
            return if self.filter.is_empty() { Emptiness::NoProblem } else { Emptiness::Filtered };
        }
        let sources = &self.rows.sources;
        if self.rests == Rests::Files {
            return if world.runs.is_some() { Emptiness::None } else { Emptiness::Waiting };
        }
        if world.is_unread() || (!sources.is_empty() && sources.is_waiting()) {
            Emptiness::Waiting
        } else if sources.is_empty() {
            Emptiness::Unasked
        } else if sources.is_answered() {
            Emptiness::None
        } else {
            Emptiness::Unread
        }
    }

    /// Whether the filter gets the keys.
    pub fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// Whether a page of details is open.
    pub const fn is_open(&self) -> bool {
        self.page.is_some()
    }

    /// What is to be read while the open page is looked at.
    pub fn looked_at(&self) -> impl Iterator<Item = &Query> {
        self.page.iter().filter_map(|page| page.detail.as_ref()).flat_map(|detail| &detail.look)
    }

    /// Opens the page of the row under the cursor.
    pub fn open(&mut self, world: &World, now: Option<Moment>) {
        let Some(item) = self.selected() else { return };
        let (id, name) = (item.id().to_owned(), item.name().to_owned());
        self.follow = Some(id.clone());
        self.page = Some(Page { id, name, detail: None, offset: 0 });
        self.look_again(world, now);
    }

    /// Opens the page of the row so many rows below, around the ends.
    pub fn neighbour(&mut self, by: isize, world: &World, now: Option<Moment>, area: Rect) {
        let Some(len) = isize::try_from(self.shown.len()).ok().filter(|len| *len > 0) else { return };
        let at = isize::try_from(self.cursor.at).unwrap_or(0);
        let to = usize::try_from((at + by).rem_euclid(len)).unwrap_or(0);
        self.cursor.put(to, self.shown.len(), self.height(area));
        self.open(world, now);
    }

    /// Moves the cursor, or scrolls the page.
    pub fn moved(&mut self, by: Move, area: Rect) {
        if let Some(page) = &mut self.page {
            let height = usize::from(super::view::page_area(area).height);
            let lines = page.detail.as_ref().map_or(0, |detail| detail.lines(usize::from(area.width)).len());
            let last = lines.saturating_sub(height);
            page.offset = by.from(page.offset.min(last), last + 1, height.saturating_sub(1));
            return;
        }
        self.cursor.moved(by, self.shown.len(), self.height(area));
        self.follow = self.selected().filter(|_| self.cursor.at > 0).map(|item| item.id().to_owned());
    }

    /// The next order.
    pub fn sort(&mut self, area: Rect) {
        self.order = (self.order + 1) % self.listing.orders.len().max(1);
        self.sort_rows();
        self.narrow(Narrow::Anew);
        self.put_cursor(area);
    }

    /// Problems only, or all again.
    pub fn toggle_problems(&mut self, area: Rect) {
        self.show = match self.show {
            Show::All => Show::Problems,
            Show::Problems => Show::All,
        };
        self.narrow(Narrow::Anew);
        self.put_cursor(area);
    }

    /// The filter's text has changed.
    pub fn typed(&mut self, area: Rect) {
        self.narrow(Narrow::Typed);
        self.put_cursor(area);
    }

    /// The filter.
    pub const fn filter(&mut self) -> &mut Filter {
        &mut self.filter
    }

    /// Undoes one thing: the open page, the typing, the filter, problems only.
    pub fn back(&mut self, area: Rect) -> Undoable {
        if self.page.take().is_some() {
            return Undoable::Something;
        }
        let undone = match (self.filter.back(), self.show) {
            (Undone::Text, _) => Undoable::Something,
            (Undone::Nothing, Show::Problems) => {
                self.show = Show::All;
                Undoable::Something
            }
            (Undone::Nothing, Show::All) => Undoable::Nothing,
        };
        self.narrow(Narrow::Anew);
        self.put_cursor(area);
        undone
    }

    /// What can be copied of the open page, or of the row under the cursor: label and text.
    pub fn copies(&self, world: &World, now: Moment) -> Vec<(String, String)> {
        let opened = self.page.as_ref().and_then(|page| self.rows.items.iter().find(|item| item.id() == page.id));
        let Some(item) = opened.map(AsRef::as_ref).or_else(|| self.selected()) else { return Vec::new() };
        let time = now.strftime("%Y-%m-%dT%H:%M:%SZ");
        let sentence = format!("{} ({}): {} (drdeck, {time})", item.name(), item.id(), item.why(now));
        let mut copies: Vec<(String, String)> = item.detail(world, now).copies().collect();
        copies.insert(copies.len().min(1), ("a sentence".to_owned(), sentence));
        copies
    }
}

/// How `shown` is made.
enum Narrow {
    /// Out of all rows.
    Anew,
    /// After another letter.
    Typed,
}

/// How bad it is at `now`: what was well when it was last read cannot be told any more once that is too long ago.
fn seen(item: &dyn Item, now: Option<Moment>) -> Severity {
    match (item.severity(), now.map(|now| item.trust(now))) {
        (Severity::Fine | Severity::Busy, Some(Trust::Old(_) | Trust::Never) | None) => Severity::Unknown,
        (severity, _) => severity,
    }
}

fn matches(item: &dyn Item, words: &[String]) -> bool {
    let mut text = format!("{} {} {}", item.name(), item.id(), item.words());
    for name in item.owners().names() {
        text.push(' ');
        text.push_str(name);
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}
