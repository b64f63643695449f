//! How a list and a page of details look.
//!
//! ```text
//!  ▲ drs us-west-2 as of 13:59:50Z, 2m ago; could not be read since 14:00:03Z: connection reset
//!   SERVER         SYSTEM      STATE            LAG BACKLOG DIRECTION LAST LAUNCH SEEN
//! ✗ erp-db         erp         DISCONNECTED·2m    ?  12 GiB failover  SUCCEEDED    41m
//! ── erp-db · erp · s-3456 ──────────────────────────────────────────────────────
//! It does not replicate: NOT_SEEN
//!  5 links · 1 problem · worst first
//! ```

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::list::{Emptiness, Show};
use super::{Cut, Holds, Item, List, Severity, Side};
use crate::console::figures::{self, Trust};
use crate::console::format;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::table::{self, Column, Placed};
use crate::console::widgets::{Line, filter, line, prompt};
use crate::console::world::World;
use crate::model::Moment;

/// The mark and the space before the first column.
const MARK: u16 = 2;
/// Longer names are cut however wide the terminal is.
const LONGEST_NAME: u16 = 44;
/// The rule and the sentence below the list.
const PANEL: u16 = 4;

/// The parts of a list, from top to bottom.
pub(super) struct Parts {
    doubts: Rect,
    heads: Rect,
    pub(super) rows: Rect,
    panel: Rect,
    status: Rect,
}

impl Parts {
    /// A low terminal gives up the panel, then the doubts, then the status, unless the filter is typed there.
    pub(super) fn of(area: Rect, doubts: usize, typing: bool) -> Self {
        let most = match area.height {
            0..8 => 0,
            8..16 => 1,
            16.. => 3,
        };
        let doubts = u16::try_from(doubts).unwrap_or(u16::MAX).min(most);
        let heads = u16::from(area.height > 2);
        let status = u16::from(area.height > 6 || (typing && area.height > 1));
        let left = area.height.saturating_sub(doubts + heads + status);
        let panel = if left < 3 * PANEL { 0 } else { PANEL };
        let mut y = area.y;
        let mut next = |height: u16| {
            let part = Rect { y, height, ..area };
            y += height;
            part
        };
        Self {
            doubts: next(doubts),
            heads: next(heads),
            rows: next(left - panel),
            panel: next(panel),
            status: next(status),
        }
    }
}

/// The last row says where one is and how much more there is.
pub(super) fn page_area(area: Rect) -> Rect {
    Rect { height: area.height.saturating_sub(u16::from(area.height > 3)), ..area }
}

impl List {
    /// Draws the list, or the page that is open. `title` is that of the screen. Tells where the terminal's cursor belongs.
    pub fn draw(
        &self,
        title: &str,
        world: &World,
        now: Option<Moment>,
        area: Rect,
        theme: &Theme,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        if self.page.is_some() {
            self.draw_page(title, area, theme, buffer);
            return None;
        }
        let parts = Parts::of(area, self.doubts.len(), self.is_typing());
        self.draw_doubts(parts.doubts, theme, buffer);
        let columns = self.columns(area.width);
        self.draw_heads(&columns, parts.heads, theme, buffer);
        let words = self.filter.words();
        let in_sight = self.cursor.in_sight(self.len(), usize::from(parts.rows.height));
        for (at, place) in in_sight.zip(parts.rows.rows()) {
            let (Some((item, severity)), Some(now)) = (self.row(at), now) else { break };
            Row { item, severity, now, words: &words }.draw(self, &columns, place, theme, buffer);
            if at == self.cursor.at {
                buffer.set_style(place, theme.style(Role::Selection));
            }
        }
        if self.is_empty() {
            line::draw_all(&self.nothing(world, area.width), parts.rows, theme, buffer);
        }
        if let (Some(item), Some(now)) = (self.selected(), now) {
            line::draw_all(&panel(item, now, parts.panel), parts.panel, theme, buffer);
        }
        if self.is_typing() {
            return prompt::draw(" / ", self.filter.shown(), parts.status, theme, buffer);
        }
        self.status(title, usize::from(area.width)).draw(parts.status, theme, buffer);
        None
    }

    fn draw_doubts(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let room = usize::from(area.height);
        let mut lines: Vec<Line> = self.doubts.iter().take(room).cloned().collect();
        let more = self.doubts.len().saturating_sub(room);
        if let (Some(last), true) = (lines.last_mut(), more > 0) {
            let text = format!("{} cannot be read, or were not in time", format::count(more + 1, "source"));
            *last =
                Line::new(Role::SeverityWarning, " ▲ ").with(Role::FreshnessStale, format!("{text}: see the top line"));
        }
        line::draw_all(&lines, area, theme, buffer);
    }

    /// The columns for a terminal of that width; the name is as wide as the longest one, where there is room.
    fn columns(&self, width: u16) -> Vec<Placed<usize>> {
        let heads = self.listing.heads.iter().enumerate();
        let mut columns: Vec<Column<usize>> = heads
            .map(|(key, head)| Column {
                key,
                title: head.title,
                width: head.width,
                max_width: head.max_width,
                rank: head.rank,
            })
            .collect();
        if let Some(name) = columns.first_mut() {
            let room = width.saturating_sub(MARK);
            name.width = name.width.min(room);
            name.max_width = self.longest_name.clamp(name.width, LONGEST_NAME);
        }
        table::place(&columns, width.saturating_sub(MARK))
    }

    fn draw_heads(&self, columns: &[Placed<usize>], area: Rect, theme: &Theme, buffer: &mut Buffer) {
        if area.is_empty() {
            return;
        }
        table::draw_row(columns, beside_mark(area), theme, buffer, |key, width| {
            let Some(head) = self.listing.heads.get(key) else { return Line::empty() };
            aligned(Line::new(Role::TableHeader, head.title), head.side, width)
        });
    }

    /// What to say instead of rows.
    fn nothing(&self, world: &World, width: u16) -> Vec<Line> {
        let noun = self.listing.noun;
        let all = format::count(self.all(), noun);
        let text = match self.emptiness(world) {
            Emptiness::Unasked => self.listing.unasked.to_owned(),
            Emptiness::Waiting => "Reading…".to_owned(),
            Emptiness::Unread => "Nothing of this could be read yet.".to_owned(),
            Emptiness::None => self.listing.none.to_owned(),
            Emptiness::Filtered => {
                format!("No {noun} matches \"{}\". Esc shows more of the {all}.", self.filter.text().trim())
            }
            Emptiness::NoProblem => format!("No problems among {all}. Esc shows them."),
        };
        Line::new(Role::TextMuted, "  ").with(Role::Text, text).wrapped(usize::from(width), 2)
    }

    fn status(&self, title: &str, width: usize) -> Line {
        let noun = self.listing.noun;
        let mut parts = vec![Line::new(Role::Title, title)];
        let counted = if self.len() == self.all() {
            format::count(self.all(), noun)
        } else {
            format!("{} of {}", self.len(), format::count(self.all(), noun))
        };
        parts.push(Line::new(Role::TextMuted, counted));
        if !self.filter.is_empty() {
            parts.push(Line::new(Role::TextMuted, "filter ").with(Role::Match, self.filter.text()));
        }
        match self.show {
            Show::Problems => parts.push(Line::new(Role::Match, "problems only")),
            Show::All => parts.push(Line::new(Role::TextMuted, format::count(self.problems, "problem"))),
        }
        parts.push(Line::new(Role::TextMuted, self.order().words));
        if !self.doubts.is_empty() {
            parts.push(Line::new(Role::FreshnessStale, "·3m").with(Role::TextMuted, " = read 3m ago"));
        }
        joined(parts, width)
    }

    fn draw_page(&self, title: &str, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let Some(page) = &self.page else { return };
        let place = page_area(area);
        let status = Rect { y: place.bottom(), height: area.height - place.height, ..area };
        let lines = match &page.detail {
            Some(detail) => detail.lines(usize::from(area.width)),
            None => {
                let text = format!(" {} is not listed any more. Esc goes back.", page.name);
                Line::new(Role::Text, text).wrapped(usize::from(area.width), 1)
            }
        };
        let height = usize::from(place.height);
        let offset = page.offset.min(lines.len().saturating_sub(height));
        line::draw_all(lines.get(offset..).unwrap_or_default(), place, theme, buffer);
        let below = lines.len().saturating_sub(offset + height);
        let mut parts = vec![Line::new(Role::Title, title)];
        if !self.is_empty() {
            let noun = self.listing.noun;
            parts.push(Line::new(Role::TextMuted, format!("{noun} {} of {}", self.cursor.at + 1, self.len())));
        }
        if below > 0 {
            parts.push(Line::new(Role::KeyName, format!("▼ {} more", format::count(below, "line"))));
        }
        joined(parts, usize::from(area.width)).draw(status, theme, buffer);
    }
}

/// As many of the parts as have room, with dots between them.
fn joined(parts: Vec<Line>, width: usize) -> Line {
    let mut line = Line::empty();
    for part in parts {
        if line.width() + part.width() + 3 > width {
            break;
        }
        line.push(Role::TextMuted, if line.is_empty() { " " } else { " · " });
        line.append(part);
    }
    line
}

/// A row as it is drawn.
struct Row<'a> {
    item: &'a dyn Item,
    severity: Severity,
    now: Moment,
    words: &'a [String],
}

impl Row<'_> {
    fn draw(&self, list: &List, columns: &[Placed<usize>], area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let trust = self.item.trust(self.now);
        let fresh = trust == Trust::Fresh;
        // What has just become stale is not good any more, though no Observation has said so yet.
        let severity = if fresh || self.severity.is_problem() { self.severity } else { Severity::Unknown };
        let (glyph, role) = self.item.mark().unwrap_or((severity.glyph(), severity.role()));
        Line::new(role, glyph).draw(area, theme, buffer);
        let cells = self.item.cells(self.now);
        table::draw_row(columns, beside_mark(area), theme, buffer, |key, width| {
            let Some(head) = list.listing.heads.get(key) else { return Line::empty() };
            let cell = match key.checked_sub(1) {
                None => filter::highlighted(self.item.name(), self.words),
                Some(at) => cells.get(at).cloned().unwrap_or_default(),
            };
            let cell = match (head.holds, trust) {
                (Holds::Names, _) | (_, Trust::Fresh) => cell,
                (Holds::AgedReading, Trust::Old(_)) => figures::trusted(cell, trust).cut_before_age(usize::from(width)),
                (Holds::Reading | Holds::AgedReading, Trust::Old(_) | Trust::Never) => cell.all(Role::FreshnessStale),
            };
            let cell = match head.cut {
                Cut::Anywhere => cell,
                Cut::BetweenWords => cell.cut_between_words(usize::from(width)),
            };
            aligned(cell, head.side, width)
        });
    }
}

fn beside_mark(area: Rect) -> Rect {
    Rect { x: area.x + MARK.min(area.width), width: area.width.saturating_sub(MARK), ..area }
}

fn aligned(line: Line, side: Side, width: u16) -> Line {
    match side {
        Side::Left => line,
        Side::Right => {
            let missing = usize::from(width).saturating_sub(line.width());
            let mut aligned = Line::new(Role::Text, " ".repeat(missing));
            aligned.append(line);
            aligned
        }
    }
}

/// A rule with the row's name, and why it is as it is.
fn panel(item: &dyn Item, now: Moment, area: Rect) -> Vec<Line> {
    let width = usize::from(area.width);
    let mut headline = item.headline().into_iter();
    let mut rule = Line::new(Role::Border, "── ").with(Role::Title, headline.next().unwrap_or_default());
    rule.push(Role::TextMuted, headline.map(|what| format!(" · {what}")).collect::<String>());
    rule.push(Role::Text, " ");
    let left = width.saturating_sub(rule.width());
    rule.push(Role::Border, "─".repeat(left));
    let mut lines = vec![rule];
    lines.extend(Line::new(Role::Text, format!(" {}", item.why(now))).wrapped(width, 1));
    if lines.len() > usize::from(area.height) {
        lines.truncate(usize::from(area.height).saturating_sub(1));
        lines.push(Line::new(Role::TextMuted, " … Enter shows the rest."));
    }
    lines
}
