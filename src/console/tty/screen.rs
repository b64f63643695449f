//! What is on the terminal, and the bytes that make of it what shall be there.

use std::collections::BTreeMap;

use ratatui::{buffer::Cell, layout::Size};

use super::pen::{self, Pen};
use super::shift::Shift;

/// Frames of fewer bytes are short enough: no rows are looked for that went up or down as a whole.
const SHORT: usize = 400;

/// As many erased cells as are cheaper to erase than to write, with the way on behind them.
const WORTH_ERASING: usize = 11;

/// As many erased cells as the rest of a row needs.
const WORTH_ERASING_ROW: usize = 4;

/// What is on the terminal, row by row.
#[derive(Debug)]
pub(super) struct Screen {
    rows: Vec<Vec<Cell>>,
}

impl Screen {
    /// An empty one.
    pub(super) fn new(size: Size) -> Self {
        Self { rows: vec![vec![Cell::EMPTY; usize::from(size.width)]; usize::from(size.height)] }
    }

    /// Takes up the cells that changed; what tells the terminal.
    pub(super) fn draw<'a>(&mut self, changes: impl Iterator<Item = (u16, u16, &'a Cell)>) -> String {
        let mut changed: BTreeMap<u16, Vec<(u16, &Cell)>> = BTreeMap::new();
        for (x, y, cell) in changes {
            changed.entry(y).or_default().push((x, cell));
        }
        let (mut pen, mut out) = (Pen::NEW, String::new());
        let mut drawn = Vec::with_capacity(changed.len());
        for (y, cells) in changed {
            let Some(old) = self.rows.get(usize::from(y)) else { continue };
            let mut new = old.clone();
            for (x, cell) in &cells {
                if let Some(place) = new.get_mut(usize::from(*x)) {
                    place.clone_from(cell);
                }
            }
            if is_narrow(old) && is_narrow(&new) {
                write_row(y, old, &new, &mut pen, &mut out);
            } else {
                for (x, cell) in cells {
                    pen.jump(x, y, &mut out);
                    pen.put(cell, &mut out);
                }
            }
            drawn.push((y, new));
        }
        pen.finish(&mut out);
        let before = (out.len() > SHORT).then(|| self.rows.clone());
        for (y, new) in drawn {
            if let Some(row) = self.rows.get_mut(usize::from(y)) {
                *row = new;
            }
        }
        let shifted = before.and_then(|before| shifted(before, &self.rows));
        shifted.filter(|shifted| shifted.len() < out.len()).unwrap_or(out)
    }
}

/// The same by moving rows on the terminal, if some went up or down as a whole.
fn shifted(mut rows: Vec<Vec<Cell>>, new: &[Vec<Cell>]) -> Option<String> {
    if !rows.iter().chain(new).all(|row| is_narrow(row)) {
        return None;
    }
    let shift = Shift::find(&rows, new)?;
    let mut out = String::new();
    shift.write(&mut out);
    shift.apply(&mut rows);
    let mut pen = Pen::NEW;
    for (y, (old, new)) in (0..).zip(rows.iter().zip(new)) {
        write_row(y, old, new, &mut pen, &mut out);
    }
    pen.finish(&mut out);
    Some(out)
}

fn is_narrow(row: &[Cell]) -> bool {
    row.iter().all(|cell| pen::is_narrow(cell.symbol()))
}

/// Makes one row of another: all symbols of both take one column.
fn write_row(y: u16, old: &[Cell], new: &[Cell], pen: &mut Pen, out: &mut String) {
    let changed: Vec<u16> =
        (0..).zip(old.iter().zip(new)).filter(|(_, (old, new))| !pen::same(old, new)).map(|(x, _)| x).collect();
    let end = new.iter().rposition(|cell| !pen::is_empty(cell)).map_or(0, |last| last + 1);
    let mut left = changed.as_slice();
    while let [x, rest @ ..] = left {
        let from = usize::from(*x);
        pen.go(*x, y, new, out);
        if from >= end && left.len() >= WORTH_ERASING_ROW {
            pen.erase_row(out);
            return;
        }
        let empty = new.iter().skip(from).take_while(|cell| pen::is_empty(cell)).count();
        let in_it = left.partition_point(|x| usize::from(*x) < from + empty);
        let span = in_it.checked_sub(1).and_then(|last| left.get(last)).map_or(0, |last| usize::from(*last) - from + 1);
        if span >= WORTH_ERASING {
            pen.erase(span, out);
            left = left.get(in_it..).unwrap_or_default();
        } else {
            new.get(from).into_iter().for_each(|cell| pen.put(cell, out));
            left = rest;
        }
    }
}
