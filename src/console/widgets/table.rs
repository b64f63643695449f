//! A table: columns that are chosen by the width there is, and only the rows in sight.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

use super::Line;
use crate::console::theme::{Role, Theme};

/// A column a table may have.
#[derive(Clone, Copy, Debug)]
pub struct Column<K> {
    /// Which it is.
    pub key: K,
    /// Its head.
    pub title: &'static str,
    /// The columns of the terminal it needs.
    pub width: u16,
    /// The columns it can make use of.
    pub max_width: u16,
    /// Which columns are left out first: the highest.
    pub rank: u8,
}

/// A column that was chosen, with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<K> {
    /// Which it is.
    pub key: K,
    /// Its head.
    pub title: &'static str,
    /// The distance from the table's left side.
    pub x: u16,
    /// Its width.
    pub width: u16,
}

/// The columns that fit into `width`, in the order of `columns`, one space between them. What is left over goes to those that can use it, in
/// the order of their ranks. A narrower terminal never shows a column that a wider one leaves out.
pub fn place<K: Copy + PartialEq>(columns: &[Column<K>], width: u16) -> Vec<Placed<K>> {
    let mut by_rank: Vec<&Column<K>> = columns.iter().collect();
    by_rank.sort_by_key(|column| column.rank);
    let mut taken: Vec<(K, u16)> = Vec::new();
    let mut left = width;
    for column in &by_rank {
        let gap = u16::from(!taken.is_empty());
        if taken.is_empty() {
            // The first column is there at any width.
            taken.push((column.key, column.width.min(left)));
            left = left.saturating_sub(column.width);
        } else if let Some(rest) = left.checked_sub(column.width + gap) {
            taken.push((column.key, column.width));
            left = rest;
        } else {
            break;
        }
    }
    for column in &by_rank {
        if let Some((_, width)) = taken.iter_mut().find(|(key, _)| *key == column.key) {
            let more = column.max_width.saturating_sub(*width).min(left);
            *width += more;
            left -= more;
        }
    }
    let mut x = 0;
    let mut placed = Vec::with_capacity(taken.len());
    for column in columns {
        if let Some((key, width)) = taken.iter().find(|(key, _)| *key == column.key) {
            placed.push(Placed { key: *key, title: column.title, x, width: *width });
            x += width + 1;
        }
    }
    placed
}

/// Draws the heads on the first row of `area`. A head wider than its column ends where the column ends.
pub fn draw_heads<K>(columns: &[Placed<K>], area: Rect, theme: &Theme, buffer: &mut Buffer) {
    for column in columns {
        let title = u16::try_from(column.title.width()).unwrap_or(u16::MAX);
        let x = column.x.saturating_sub(title.saturating_sub(column.width));
        let room = title.min(area.width.saturating_sub(x));
        Line::new(Role::TableHeader, column.title).draw(Rect { x: area.x + x, width: room, ..area }, theme, buffer);
    }
}

/// Draws one row. `cell` is asked only for columns that are there.
pub fn draw_row<K: Copy>(
    columns: &[Placed<K>],
    area: Rect,
    theme: &Theme,
    buffer: &mut Buffer,
    mut cell: impl FnMut(K, u16) -> Line,
) {
    for column in columns {
        if column.x >= area.width {
            break;
        }
        let width = column.width.min(area.width - column.x);
        cell(column.key, column.width).draw(Rect { x: area.x + column.x, width, ..area }, theme, buffer);
    }
}
