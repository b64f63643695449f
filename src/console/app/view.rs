//! How the console looks: the parts of every screen, and what is drawn on each.

use std::time::Instant;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::{App, Modal, Screen};
use crate::console::screens::welcome;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Line, bottom_line, line, run_line, top_line};

/// Smaller terminals get one sentence.
const LEAST: (u16, u16) = (20, 5);

/// The parts of every screen.
pub(super) struct Regions {
    top: Rect,
    /// The line of a run, where it is not on the screen anyway.
    run: Rect,
    pub(super) body: Rect,
    bottom: Rect,
}

impl Regions {
    pub(super) fn of(area: Rect, run: u16) -> Self {
        let body = Rect { y: area.y + 1 + run, height: area.height.saturating_sub(2 + run), ..area };
        Self {
            top: Rect { height: area.height.min(1), ..area },
            run: Rect { y: area.y + 1, height: run, ..area },
            body,
            bottom: Rect { y: body.bottom(), height: u16::from(area.height > 1), ..area },
        }
    }
}

impl App {
    /// Draws the screen as it is at `now`.
    pub fn view(&self, theme: &Theme, now: Instant, frame: &mut Frame<'_>) {
        let area = frame.area();
        let position = self.draw(theme, now, area, frame.buffer_mut());
        if let Some(position) = position {
            frame.set_cursor_position(position);
        }
    }

    /// Draws the screen on `area`. Tells where the terminal's cursor belongs, while something is typed.
    fn draw(&self, theme: &Theme, now: Instant, area: Rect, buffer: &mut Buffer) -> Option<Position> {
        buffer.set_style(area, theme.style(Role::Text));
        if area.width < LEAST.0 || area.height < LEAST.1 {
            too_small(area, theme, buffer);
            return None;
        }
        let regions = Regions::of(area, self.run_lines());
        let moment = self.world.now(now);
        top_line::draw(&self.world, moment, regions.top, theme, buffer);
        if !regions.run.is_empty() {
            run_line::draw(&self.runs.shown(), regions.run, theme, buffer);
        }
        let mut position = None;
        // Help covers the screen; there is no need to draw what is below.
        let covered = self.modals.iter().any(|modal| matches!(modal, Modal::Help(_)));
        if !covered {
            position = self.draw_screen(now, regions.body, theme, buffer);
        }
        for modal in &self.modals {
            position = match modal {
                Modal::Help(help) => help.draw(regions.body, theme, buffer),
                Modal::Palette(palette) => palette.draw(regions.body, theme, buffer),
                Modal::Sheet(sheet) => {
                    sheet.draw(regions.body, theme, buffer);
                    None
                }
                Modal::Begin(menu) => {
                    menu.draw(regions.body, theme, buffer);
                    None
                }
                Modal::Form(form, _) => form.draw(now, regions.body, theme, buffer),
            };
        }
        bottom_line::draw(&self.situation(), regions.bottom, theme, buffer);
        self.toasts.draw(now, regions.body, theme, buffer);
        position
    }

    fn draw_screen(&self, now: Instant, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
        let moment = self.world.now(now);
        match &self.screen {
            Screen::Welcome(path) => welcome::draw(path, area, theme, buffer),
            Screen::Systems => return self.systems.draw(&self.world, moment, area, theme, buffer),
            Screen::System(system) => system.draw(&self.world, moment, area, theme, buffer),
            Screen::List(screen) => return screen.draw(&self.world, self.list_time(now), area, theme, buffer),
            Screen::Runbook(screen) => {
                screen.draw(self.runs.of(screen.run), &self.world.shell, area, theme, buffer);
            }
        }
        None
    }
}

fn too_small(area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let text = format!("terminal too small: {} x {}, needs {} x {}", area.width, area.height, LEAST.0, LEAST.1);
    let lines = Line::new(Role::Text, text).wrapped(usize::from(area.width), 0);
    line::draw_all(&lines, area, theme, buffer);
}
