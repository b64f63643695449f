//! One System: what is the case in plain sentences, its objectives, and each component with its evidence.

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect};

use super::system_page::{self, Evidence, Extent, Page, Subject};
use crate::console::format;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Line, Move, line};
use crate::console::world::World;
use crate::model::{ComponentAssessment, Moment, SystemAssessment};

/// From this width on the evidence has a pane of its own, if it fits there.
const TWO_PANES: u16 = 110;

/// The screen's state.
#[derive(Clone, Debug)]
pub struct System {
    /// The name of the System shown.
    pub name: String,
    /// The component under the cursor.
    selected: usize,
    /// The first line in sight.
    offset: usize,
    /// How much of the component's evidence is shown.
    extent: Extent,
}

/// The last row says how much more there is.
fn page_area(area: Rect) -> Rect {
    Rect { height: area.height.saturating_sub(u16::from(area.height > 3)), ..area }
}

/// What is drawn: the page and, on a wide terminal, the pane beside it.
struct Layout {
    page: Page,
    place: Rect,
    pane: Option<(Rect, Vec<Line>)>,
}

/// What one up or down does.
enum Step {
    /// It scrolls by a line.
    Line,
    /// It selects that component and brings it in sight.
    Component(usize),
}

/// What one up or down does when `sight` shows those lines: first the rest of the selected block, then the block after it; beyond the
/// last one, and inside a block taller than the screen, the page moves by lines. After scrolling away it goes on from what is in sight.
fn step(by: Move, blocks: &[(usize, usize)], selected: usize, sight: &Range<usize>) -> Step {
    let (first, end) = blocks.get(selected).copied().unwrap_or_default();
    let down = by == Move::Down;
    let overlaps = first < sight.end && end > sight.start;
    let rest_hidden = if down { end > sight.end } else { first < sight.start };
    let next = match (overlaps, rest_hidden) {
        (true, true) if end - first > sight.len() => None,
        (true, true) => Some(selected),
        (true, false) if down => Some(selected + 1).filter(|next| *next < blocks.len()),
        (true, false) => selected.checked_sub(1),
        (false, _) if down => blocks.iter().position(|(first, _)| *first >= sight.start),
        (false, _) => blocks.iter().rposition(|(first, _)| *first < sight.end),
    };
    next.map_or(Step::Line, Step::Component)
}

impl System {
    /// The screen of the System of that name.
    pub const fn new(name: String) -> Self {
        Self { name, selected: 0, offset: 0, extent: Extent::Beginning }
    }

    /// The System shown, unless the config has lost it.
    pub fn system<'a>(&self, world: &'a World) -> Option<&'a SystemAssessment> {
        world.system(&self.name)
    }

    /// The component under the cursor.
    pub fn component<'a>(&self, world: &'a World) -> Option<&'a ComponentAssessment> {
        self.system(world).and_then(|system| system.components.get(self.selected))
    }

    /// One up or down goes from component to component; pages scroll.
    pub fn moved(&mut self, by: Move, world: &World, now: Option<Moment>, area: Rect) {
        let Some(system) = self.system(world) else { return };
        let subject = Subject { system, sources: world.sources(), now: read(world, now) };
        let area = page_area(area);
        let layout = self.layout(subject, area);
        let height = usize::from(area.height);
        let last = layout.page.lines.len().saturating_sub(height);
        let offset = self.offset.min(last);
        match by {
            Move::Up | Move::Down => match step(by, &layout.page.blocks, self.selected, &(offset..offset + height)) {
                Step::Line => self.offset = by.from(offset, last + 1, 1),
                Step::Component(next) => {
                    self.select(next);
                    self.offset = self.brought_in_sight(subject, area, offset);
                }
            },
            Move::HalfPageUp | Move::HalfPageDown | Move::PageUp | Move::PageDown => {
                self.offset = by.from(offset, last + 1, height.saturating_sub(1));
            }
            Move::First => {
                self.select(0);
                self.offset = 0;
            }
            Move::Last => {
                self.select(system.components.len().saturating_sub(1));
                let layout = self.layout(subject, area);
                self.offset = layout.page.lines.len().saturating_sub(height);
            }
        }
    }

    fn select(&mut self, component: usize) {
        if component != self.selected {
            self.selected = component;
            self.extent = Extent::Beginning;
        }
    }

    /// Shows all evidence of the component under the cursor, or its beginning again.
    pub fn toggle_evidence(&mut self, world: &World, now: Option<Moment>, area: Rect) {
        self.extent = match self.extent {
            Extent::Beginning => Extent::Whole,
            Extent::Whole => Extent::Beginning,
        };
        let Some(system) = self.system(world) else { return };
        let subject = Subject { system, sources: world.sources(), now: read(world, now) };
        self.offset = self.brought_in_sight(subject, page_area(area), self.offset);
    }

    /// The offset at which the selected component's block is in sight, its beginning above all.
    fn brought_in_sight(&self, subject: Subject<'_>, area: Rect, offset: usize) -> usize {
        let layout = self.layout(subject, area);
        let height = usize::from(area.height);
        let (first, end) = layout.page.blocks.get(self.selected).copied().unwrap_or_default();
        offset.max(end.saturating_sub(height)).min(first)
    }

    fn layout(&self, subject: Subject<'_>, area: Rect) -> Layout {
        if area.width >= TWO_PANES {
            let page_width = area.width * 3 / 5;
            let pane = Rect { x: area.x + page_width + 1, width: area.width - page_width - 1, ..area };
            let lines = self.pane_lines(subject.system, subject.now, pane);
            // What does not fit is shown in the page, which scrolls.
            if lines.len() <= usize::from(area.height) {
                let page =
                    system_page::page(subject, usize::from(page_width), self.selected, Evidence::Beside, self.extent);
                return Layout { page, place: Rect { width: page_width, ..area }, pane: Some((pane, lines)) };
            }
        }
        let page = system_page::page(subject, usize::from(area.width), self.selected, Evidence::InPlace, self.extent);
        Layout { page, place: area, pane: None }
    }

    fn pane_lines(&self, system: &SystemAssessment, now: Option<Moment>, pane: Rect) -> Vec<Line> {
        let Some(component) = system.components.get(self.selected) else { return Vec::new() };
        let width = usize::from(pane.width).saturating_sub(3);
        let mut lines = vec![
            Line::new(Role::Title, component.name.as_str()).with(Role::TextMuted, "  what was read"),
            Line::empty(),
        ];
        lines.extend(system_page::evidence_lines(component, now, width, self.extent));
        if component.evidence.is_empty() {
            lines.push(Line::new(Role::TextMuted, "Nothing yet."));
        }
        lines
    }

    /// Draws the screen.
    pub fn draw(&self, world: &World, now: Option<Moment>, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let Some(system) = self.system(world) else {
            let text = format!(" The config has no system \"{}\" any more. Esc goes back.", self.name);
            Line::new(Role::Text, text).draw(area, theme, buffer);
            return;
        };
        let status = area;
        let area = page_area(area);
        let status = Rect { y: area.bottom(), height: status.height - area.height, ..status };
        let subject = Subject { system, sources: world.sources(), now: read(world, now) };
        let layout = self.layout(subject, area);
        let height = usize::from(area.height);
        let offset = self.offset.min(layout.page.lines.len().saturating_sub(height));
        let below = layout.page.lines.len().saturating_sub(offset + height);
        let shown = layout.page.lines.get(offset..).unwrap_or_default();
        line::draw_all(shown, layout.place, theme, buffer);
        let head = layout.page.blocks.get(self.selected).and_then(|(first, _)| first.checked_sub(offset));
        if let Some(row) = head.and_then(|row| layout.place.rows().nth(row)) {
            buffer.set_style(row, theme.style(Role::Selection));
        }
        if let Some((pane, lines)) = &layout.pane {
            for row in pane.rows() {
                Line::new(Role::Border, "│").draw(row, theme, buffer);
            }
            let inside = Rect { x: pane.x + 2, width: pane.width.saturating_sub(2), ..*pane };
            line::draw_all(lines, inside, theme, buffer);
        }
        let mut line = Line::empty();
        if let Some(last) = system.components.len().checked_sub(1) {
            let text = format!(" component {} of {}", self.selected.min(last) + 1, last + 1);
            line.push(Role::TextMuted, text);
        }
        if below > 0 {
            // Nobody should take the end of the screen for the end of the page.
            line.push(Role::TextMuted, if line.is_empty() { " " } else { " · " });
            line.push(Role::KeyName, format!("▼ {} more", format::count(below, "line")));
        }
        line.draw(status, theme, buffer);
    }
}

fn read(world: &World, now: Option<Moment>) -> Option<Moment> {
    now.filter(|_| !world.is_unread())
}
