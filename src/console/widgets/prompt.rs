//! A line of text being typed.

use crossterm::event::{Event, KeyEvent};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tui_input::{Input, InputRequest, backend::crossterm::to_input_request};
use unicode_width::UnicodeWidthStr;

use super::Line;
use crate::console::theme::{Role, Theme};
use crate::model::Text;

/// Longer texts are of no use here, and a pasted file should not become one.
const MAX_CHARS: usize = 200;

/// Whether the text is another now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Typed {
    /// It is.
    Changed,
    /// It is not; perhaps the cursor moved.
    Same,
}

/// Takes a key that is no action here.
pub fn key(input: &mut Input, key: KeyEvent) -> Typed {
    match to_input_request(&Event::Key(key)) {
        Some(InputRequest::InsertChar(_)) if input.value().chars().count() >= MAX_CHARS => Typed::Same,
        Some(request) => {
            input.handle(request).map_or(Typed::Same, |state| if state.value { Typed::Changed } else { Typed::Same })
        }
        None => Typed::Same,
    }
}

/// Takes the first line of pasted text, made harmless.
pub fn paste(input: &mut Input, pasted: &str) -> Typed {
    let line = Text::new(pasted.lines().next().unwrap_or_default());
    let room = MAX_CHARS.saturating_sub(input.value().chars().count());
    let mut typed = Typed::Same;
    for c in line.as_str().chars().take(room) {
        if input.handle(InputRequest::InsertChar(c)).is_some() {
            typed = Typed::Changed;
        }
    }
    typed
}

/// Draws `label` and the text on the first row of `area`. Tells where the terminal's cursor belongs.
pub fn draw(label: &str, input: &Input, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let area = area.intersection(buffer.area);
    let label_width = u16::try_from(label.width()).unwrap_or(u16::MAX);
    let room = area.width.checked_sub(label_width).filter(|room| *room > 1)?;
    Line::new(Role::KeyName, label).draw(area, theme, buffer);
    let scroll = input.visual_scroll(usize::from(room) - 1);
    let mut hidden = 0;
    let shown: String = input
        .value()
        .chars()
        .skip_while(|c| {
            let before = hidden < scroll;
            if before {
                hidden += c.to_string().width();
            }
            before
        })
        .collect();
    let text = Rect { x: area.x + label_width, width: room, ..area };
    buffer.set_stringn(text.x, text.y, shown, usize::from(room), theme.style(Role::Input));
    let cursor = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(u16::MAX);
    Some(Position { x: text.x + cursor.min(room - 1), y: text.y })
}
