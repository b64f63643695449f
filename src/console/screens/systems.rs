//! The overview: every System in a row, and why the selected one is judged as it is.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use unicode_width::UnicodeWidthStr;

use super::systems_list::{self, Show, Sort};
use super::systems_panel;
use super::systems_table::{self, Row};
use crate::console::action::Undoable;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::filter::Undone;
use crate::console::widgets::{Cursor, Filter, Line, Move, line, prompt};
use crate::console::world::World;
use crate::console::{figures, format, mark};
use crate::model::{Disruption, Moment, SourceStatus, SystemAssessment};

/// The overview's state.
#[derive(Clone, Debug, Default)]
pub struct Systems {
    sort: Sort,
    show: Show,
    filter: Filter,
    /// The Systems in sight or to be scrolled to, as places in the world's.
    list: Vec<usize>,
    cursor: Cursor,
    follow: Follow,
    longest_name: u16,
    problems: usize,
}

/// What the cursor stays on when the order changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Follow {
    /// The first row: nobody has chosen one yet.
    #[default]
    Top,
    /// The System of that name.
    System(String),
}

/// The parts of the screen.
struct Parts {
    heads: Rect,
    rows: Rect,
    reasons: Rect,
    status: Rect,
}

impl Parts {
    /// Few rows leave room for more reasons; a low terminal gives up the reasons, then the status, unless the filter is typed there.
    fn of(area: Rect, systems: usize, typing: bool) -> Self {
        let heads = u16::from(area.height > 2);
        let status = u16::from(area.height > 6 || (typing && area.height > 1));
        let left = area.height.saturating_sub(heads + status);
        // Even without a System there is something to say.
        let wanted = u16::try_from(systems).unwrap_or(u16::MAX).max(3);
        let reasons = if left < 8 { 0 } else { left.saturating_sub(wanted).max(3) };
        let rows = left - reasons;
        let y = area.y + heads;
        Self {
            heads: Rect { height: heads, ..area },
            rows: Rect { y, height: rows, ..area },
            reasons: Rect { y: y + rows, height: reasons, ..area },
            status: Rect { y: y + rows + reasons, height: status, ..area },
        }
    }
}

impl Systems {
    /// The System under the cursor.
    pub fn selected<'a>(&self, world: &'a World) -> Option<&'a SystemAssessment> {
        self.list.get(self.cursor.at).and_then(|i| world.systems().get(*i)).map(AsRef::as_ref)
    }

    /// How many Systems are in the table.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the filter gets the keys.
    pub fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// Whether `back` would undo something here.
    pub fn undoable(&self) -> Undoable {
        if self.is_typing() || !self.filter.text().is_empty() || self.show == Show::Problems {
            Undoable::Something
        } else {
            Undoable::Nothing
        }
    }

    /// Takes up new readings, or a new size.
    pub fn refresh(&mut self, world: &World, area: Rect) {
        let longest = world.systems().iter().map(|system| system.name.width()).max().unwrap_or(0);
        self.longest_name = u16::try_from(longest).unwrap_or(u16::MAX);
        self.problems = world.systems().iter().filter(|system| mark::is_problem(system)).count();
        self.list = systems_list::list(world.systems(), self.sort, self.show, self.filter.text());
        let followed = match &self.follow {
            Follow::Top => Some(0),
            Follow::System(name) => {
                self.list.iter().position(|i| world.systems().get(*i).is_some_and(|system| system.name == *name))
            }
        };
        // A System that the filter hides leaves the cursor on the row where it was, and has it back when it is shown again.
        self.cursor.put(followed.unwrap_or(self.cursor.at), self.list.len(), page(world, area));
    }

    /// Moves the cursor.
    pub fn moved(&mut self, by: Move, world: &World, area: Rect) {
        self.cursor.moved(by, self.list.len(), page(world, area));
        self.follow = match (self.cursor.at, self.selected(world)) {
            (0, _) | (_, None) => Follow::Top,
            (_, Some(system)) => Follow::System(system.name.clone()),
        };
    }

    /// Puts the cursor on the System of that name, if it is in the table.
    pub fn select(&mut self, name: &str, world: &World, area: Rect) {
        self.follow = Follow::System(name.to_owned());
        self.refresh(world, area);
    }

    /// The System `by` rows after that of `name`, in the order of the table, around its ends.
    pub fn neighbour<'a>(&self, name: &str, by: isize, world: &'a World) -> Option<&'a SystemAssessment> {
        let at = self.list.iter().position(|i| world.systems().get(*i).is_some_and(|system| system.name == name));
        let len = isize::try_from(self.list.len()).ok().filter(|len| *len > 0)?;
        let at = at.and_then(|at| isize::try_from(at).ok()).map_or(0, |at| (at + by).rem_euclid(len));
        self.list.get(usize::try_from(at).ok()?).and_then(|i| world.systems().get(*i)).map(AsRef::as_ref)
    }

    /// The next order.
    pub fn sort(&mut self, world: &World, area: Rect) {
        self.sort = self.sort.next();
        self.refresh(world, area);
    }

    /// Problems only, or all again.
    pub fn toggle_problems(&mut self, world: &World, area: Rect) {
        self.show = match self.show {
            Show::All => Show::Problems,
            Show::Problems => Show::All,
        };
        self.refresh(world, area);
    }

    /// The filter.
    pub const fn filter(&mut self) -> &mut Filter {
        &mut self.filter
    }

    /// Undoes one thing: the typing, the filter, problems only.
    pub fn back(&mut self, world: &World, area: Rect) {
        if self.filter.back() == Undone::Nothing {
            self.show = Show::All;
        }
        self.refresh(world, area);
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
        let parts = Parts::of(area, world.systems().len(), self.is_typing());
        let columns = systems_table::columns(area.width, self.longest_name);
        if !parts.heads.is_empty() {
            systems_table::draw_heads(&columns, parts.heads, theme, buffer);
        }
        let read = now.filter(|_| !world.is_unread());
        let words = self.filter.words();
        let in_sight = self.cursor.in_sight(self.list.len(), usize::from(parts.rows.height));
        for (at, place) in in_sight.zip(parts.rows.rows()) {
            let Some(system) = self.list.get(at).and_then(|i| world.systems().get(*i)) else { break };
            Row { system, now: read, filter: &words }.draw(&columns, place, theme, buffer);
            if at == self.cursor.at {
                buffer.set_style(place, theme.style(Role::Selection));
            }
        }
        if self.list.is_empty() {
            line::draw_all(&self.nothing(world, area.width), parts.rows, theme, buffer);
        }
        if let Some(system) = self.selected(world).filter(|_| !parts.reasons.is_empty()) {
            line::draw_all(
                &systems_panel::lines(system, world.sources(), read, parts.reasons),
                parts.reasons,
                theme,
                buffer,
            );
        }
        self.draw_status(world, parts.status, theme, buffer)
    }

    /// What to say instead of rows.
    fn nothing(&self, world: &World, width: u16) -> Vec<Line> {
        let all = format::count(world.systems().len(), "system");
        let text = if world.systems().is_empty() {
            "The config declares no [[system]] yet.".to_owned()
        } else if !self.filter.text().trim().is_empty() {
            format!("No system matches \"{}\". Esc shows more of the {all}.", self.filter.text().trim())
        } else {
            format!("No problems: every one of {all} is served and MET. Esc shows them.")
        };
        Line::new(Role::TextMuted, "  ").with(Role::Text, text).wrapped(usize::from(width), 2)
    }

    fn draw_status(&self, world: &World, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
        if self.is_typing() {
            return prompt::draw(" / ", self.filter.shown(), area, theme, buffer);
        }
        let all = world.systems().len();
        let mut parts = Vec::new();
        if self.list.len() == all {
            parts.push(Line::new(Role::TextMuted, format::count(all, "system")));
        } else {
            parts.push(Line::new(Role::TextMuted, format!("{} of {}", self.list.len(), format::count(all, "system"))));
        }
        if !self.filter.text().is_empty() {
            parts.push(Line::new(Role::TextMuted, "filter ").with(Role::Match, self.filter.text()));
        }
        match self.show {
            Show::Problems => parts.push(Line::new(Role::Match, "problems only")),
            Show::All if world.is_unread() => {}
            Show::All => parts.push(Line::new(Role::TextMuted, format::count(self.problems, "problem"))),
        }
        parts.push(Line::new(Role::TextMuted, self.sort.words()));
        if world.sources().iter().any(|source| source.status == SourceStatus::Stale) {
            parts.push(Line::new(Role::FreshnessStale, "·3m").with(Role::TextMuted, " = read 3m ago"));
        }
        if let Some(assessment) = world.assessment().filter(|_| !world.is_unread()) {
            let calls = format::count(usize::try_from(assessment.calls).unwrap_or(usize::MAX), "call");
            parts.push(Line::new(Role::TextMuted, format!("{calls} {}", format::cost(assessment.cost_per_hour_usd))));
        }
        if world.is_unread() {
            parts.push(Line::new(Role::TextMuted, "reading…"));
        }
        let mut line = Line::empty();
        for part in parts {
            if line.width() + part.width() + 3 > usize::from(area.width) {
                break;
            }
            line.push(Role::TextMuted, if line.is_empty() { " " } else { " · " });
            line.append(part);
        }
        line.draw(area, theme, buffer);
        None
    }
}

fn page(world: &World, area: Rect) -> usize {
    usize::from(Parts::of(area, world.systems().len(), false).rows.height)
}

/// A System as a line of text, for a chat or a ticket.
pub fn copied(system: &SystemAssessment, now: Moment) -> String {
    let mut text = format!("{}: {}", system.name, system.verdict.words());
    text.push_str(&format!("; UP {}", figures::up(system, now).plain()));
    text.push_str(&format!("; active {}", figures::active(system, now).plain()));
    for disruption in Disruption::ALL {
        let rpo = figures::rpo(system, disruption, now).plain();
        let rto = figures::rto(system, disruption, Some(now)).plain();
        text.push_str(&format!("; {} RPO {}, RTO {}", disruption.as_str(), rpo.trim(), rto.trim()));
    }
    if let Some(reason) = system.reasons.first() {
        text.push_str(&format!("; {reason}"));
    }
    text.push_str(&format!(" (drdeck, {})", now.strftime("%Y-%m-%dT%H:%M:%SZ")));
    text
}
