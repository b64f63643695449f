//! The bottom line: the keys that work here. Those that do not work now stay, dim, with the reason.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Line;
use crate::console::action::{self, Hint, Situation};
use crate::console::theme::{Role, Theme};

/// Draws the line on the first row of `area`.
pub fn draw(situation: &Situation, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    line(situation, usize::from(area.width)).draw(area, theme, buffer);
}

/// The line, of at most `width` columns: the most important actions that have room, in the order of the table.
pub fn line(situation: &Situation, width: usize) -> Line {
    let mut hints: Vec<(u8, usize, Line)> = action::in_context(situation.context)
        .enumerate()
        .filter_map(|(i, entry)| {
            let disabled = action::disabled(entry.action, situation);
            let rank = match (entry.hint, disabled) {
                (Hint::Rank(rank), _) | (Hint::WhileEnabled(rank), None) => rank,
                (Hint::WhileEnabled(_), Some(_)) | (Hint::Never, _) => return None,
            };
            let key = entry.keys.first()?;
            let hint = match disabled {
                None => Line::new(Role::KeyName, key.to_string()).with(Role::KeyHint, format!(" {}", entry.label)),
                Some(reason) => Line::new(Role::KeyDisabled, format!("{key} {} ({reason})", entry.label)),
            };
            Some((rank, i, hint))
        })
        .collect();
    hints.sort_by_key(|(rank, i, _)| (*rank, *i));
    let mut left = width.saturating_sub(1);
    hints.retain(|(_, _, hint)| match left.checked_sub(hint.width()) {
        Some(rest) => {
            left = rest.saturating_sub(2);
            true
        }
        None => false,
    });
    hints.sort_by_key(|(_, i, _)| *i);
    let mut line = Line::empty();
    for (_, _, hint) in hints {
        line.push(Role::Text, if line.is_empty() { " " } else { "  " });
        line.append(hint);
    }
    line
}
