//! Short messages that go by themselves.

use std::time::{Duration, Instant};

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Clear, Widget},
};

use super::Line;
use crate::console::event::{Notice, NoticeLevel};
use crate::console::mark;
use crate::console::theme::{Role, Theme};

/// More than that many at once would hide the screen.
const MOST: usize = 3;

/// The messages in sight, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    toasts: Vec<(Notice, Instant)>,
}

impl Toasts {
    /// Shows a message from `now` on; one that is already there stays longer.
    pub fn show(&mut self, notice: Notice, now: Instant) {
        let lasts = match notice.level {
            NoticeLevel::Info => Duration::from_secs(3),
            NoticeLevel::Warning => Duration::from_secs(6),
            NoticeLevel::Error => Duration::from_secs(10),
        };
        self.toasts.retain(|(shown, _)| *shown != notice);
        self.toasts.push((notice, now + lasts));
        if self.toasts.len() > MOST {
            self.toasts.remove(0);
        }
    }

    /// Forgets those whose time is over.
    pub fn expire(&mut self, now: Instant) {
        self.toasts.retain(|(_, until)| *until > now);
    }

    /// When the next one goes.
    pub fn next_end(&self, now: Instant) -> Option<Instant> {
        self.toasts.iter().map(|(_, until)| *until).filter(|until| *until > now).min()
    }

    /// Draws them at the lower right of `area`, the newest lowest.
    pub fn draw(&self, now: Instant, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let rows = area.rows().rev();
        for ((notice, _), row) in self.toasts.iter().rev().filter(|(_, until)| *until > now).zip(rows) {
            let (glyph, role) = match notice.level {
                NoticeLevel::Info => (mark::GOOD, Role::SeverityInfo),
                NoticeLevel::Warning => ("▲", Role::SeverityWarning),
                NoticeLevel::Error => (mark::BAD, Role::SeverityError),
            };
            let line = Line::new(role, format!(" {glyph} ")).with(Role::Text, format!("{} ", notice.text));
            let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(row.width);
            let place = Rect { x: row.right() - width, width, ..row };
            Clear.render(place, buffer);
            buffer.set_style(place, theme.style(Role::Text).patch(theme.style(Role::Popup)));
            line.draw(place, theme, buffer);
        }
    }
}
