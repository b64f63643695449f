//! A screen of lists: one, or several beside each other under a line with their titles.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::list::Rests;
use super::{List, Listing};
use crate::console::action::{Topic, Undoable};
use crate::console::screens::runs;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Line, Move, line};
use crate::console::world::World;
use crate::model::Moment;

/// The screen's state.
#[derive(Debug)]
pub struct ListScreen {
    /// What it is about.
    pub topic: Topic,
    lists: Vec<List>,
    /// The list in sight.
    at: usize,
    /// The lines above everything else.
    head: u16,
}

impl ListScreen {
    /// The screen before it was shown. `listings` are its lists, at least one.
    pub fn new(topic: Topic, listings: &'static [&'static Listing]) -> Self {
        let rests = match topic {
            Topic::Replication | Topic::Backups | Topic::Databases | Topic::Health | Topic::Events => Rests::Readings,
            Topic::Runs | Topic::Run => Rests::Files,
        };
        let lists = listings.iter().map(|listing| List::resting_on(listing, rests)).collect();
        Self { topic, lists, at: 0, head: 0 }
    }

    /// The list in sight.
    pub fn list(&self) -> Option<&List> {
        self.lists.get(self.at)
    }

    /// The list in sight, to be changed.
    pub fn list_mut(&mut self) -> Option<&mut List> {
        self.lists.get_mut(self.at)
    }

    /// Whether it is there whatever AWS does.
    pub const fn rests_on_files(&self) -> bool {
        matches!(self.topic, Topic::Runs | Topic::Run)
    }

    /// How many lists it has.
    pub const fn parts(&self) -> usize {
        self.lists.len()
    }

    /// Where the list in sight is.
    pub fn list_area(&self, area: Rect) -> Rect {
        let below = self.below_head(area);
        let tabs = u16::from(self.lists.len() > 1 && below.height > 4 && !self.list().is_some_and(List::is_open));
        Rect { y: below.y + tabs, height: below.height - tabs, ..below }
    }

    /// A page of details, and a low terminal, have no room for what stands above the lists.
    fn below_head(&self, area: Rect) -> Rect {
        let is_open = self.list().is_some_and(List::is_open);
        let head = if is_open || area.height < 12 { 0 } else { self.head.min(area.height / 3) };
        Rect { y: area.y + head, height: area.height - head, ..area }
    }

    /// Makes the rows in sight anew.
    pub fn refresh(&mut self, world: &World, now: Option<Moment>, area: Rect) {
        self.head = now.map_or(0, |now| u16::try_from(self.head_lines(world, now, area).len()).unwrap_or(u16::MAX));
        let area = self.list_area(area);
        if let Some(list) = self.list_mut() {
            list.refresh(world, now, area);
        }
    }

    fn head_lines(&self, world: &World, now: Moment, area: Rect) -> Vec<Line> {
        let lines = runs::head(self.topic, world, now);
        lines.iter().flat_map(|line| line.wrapped(usize::from(area.width), 2)).collect()
    }

    /// Forgets its rows while it is not shown.
    pub fn leave(&mut self) {
        self.lists.iter_mut().for_each(List::leave);
    }

    /// The list so many places to the right, around the ends.
    pub fn turn(&mut self, by: isize, world: &World, now: Option<Moment>, area: Rect) {
        self.leave();
        let len = isize::try_from(self.lists.len()).unwrap_or(1).max(1);
        let at = isize::try_from(self.at).unwrap_or(0);
        self.at = usize::try_from((at + by).rem_euclid(len)).unwrap_or(0);
        self.refresh(world, now, area);
    }

    /// Moves the cursor, or scrolls the page that is open.
    pub fn moved(&mut self, by: Move, area: Rect) {
        let area = self.list_area(area);
        if let Some(list) = self.list_mut() {
            list.moved(by, area);
        }
    }

    /// Undoes or closes one thing.
    pub fn back(&mut self, area: Rect) -> Undoable {
        let area = self.list_area(area);
        self.list_mut().map_or(Undoable::Nothing, |list| list.back(area))
    }

    /// Draws the screen. Tells where the terminal's cursor belongs, while the filter is typed.
    pub fn draw(
        &self,
        world: &World,
        now: Option<Moment>,
        area: Rect,
        theme: &Theme,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let place = self.list_area(area);
        let below = self.below_head(area);
        if let (Some(now), true) = (now, below.y > area.y) {
            let head = Rect { height: below.y - area.y, ..area };
            line::draw_all(&self.head_lines(world, now, area), head, theme, buffer);
        }
        if place.y > below.y {
            self.tabs(usize::from(area.width)).draw(below, theme, buffer);
        }
        self.list()?.draw(self.topic.name(), world, now, place, theme, buffer)
    }

    /// The titles of its lists, the one in sight marked by more than colour. Where they do not all have room, those around it.
    fn tabs(&self, width: usize) -> Line {
        let tab = |at: usize, list: &List| {
            let title = list.listing.title;
            if at == self.at {
                Line::new(Role::KeyName, "‹").with(Role::Title, title.to_uppercase()).with(Role::KeyName, "›")
            } else {
                Line::new(Role::TextMuted, format!(" {title} "))
            }
        };
        let tabs: Vec<Line> = self.lists.iter().enumerate().map(|(at, list)| tab(at, list)).collect();
        let mut first = 0;
        let wide = |from: usize| -> usize { tabs.iter().take(self.at + 1).skip(from).map(|tab| tab.width() + 1).sum() };
        while first < self.at && wide(first) + 2 > width {
            first += 1;
        }
        let mut line = Line::new(Role::TextMuted, if first > 0 { "…" } else { " " });
        for tab in tabs.into_iter().skip(first) {
            line.append(tab);
            line.push(Role::Text, " ");
        }
        line
    }
}
