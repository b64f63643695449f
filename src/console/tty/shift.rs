//! Rows that go up or down as a whole, when a page or a list is scrolled: the terminal moves them without being told what is in them. By deleting
//! rows and inserting as many, which needs no margins that could stay behind.

use std::fmt::Write;
use std::hash::{BuildHasher as _, Hash, Hasher};

use foldhash::fast::FixedState;
use ratatui::buffer::Cell;

use super::pen;

/// About the bytes of telling the terminal to delete or insert a row.
const STEP: usize = 5;

/// About the bytes of changing a style there and back.
const STYLES: usize = 8;

/// Rows to delete, then rows to insert.
#[derive(Debug)]
pub(super) struct Shift {
    /// Places before any is deleted, from top to bottom.
    deleted: Vec<usize>,
    /// Places after all are inserted, from top to bottom. As many as are deleted.
    inserted: Vec<usize>,
}

/// What of a row has to be known to compare it with all others.
struct Known {
    look: u64,
    text: u64,
    /// About the bytes of writing it on an empty row.
    bytes: usize,
}

impl Known {
    /// Ten thousand cells are gone through for each key, so the hash is a quick one. Rows that only seem the same cost bytes: cells are compared
    /// before anything is left out.
    fn of(row: &[Cell]) -> Self {
        let quick = FixedState::default();
        let (mut look, mut text) = (quick.build_hasher(), quick.build_hasher());
        for cell in row {
            cell.symbol().hash(&mut text);
            (cell.fg, cell.bg, cell.modifier).hash(&mut look);
        }
        let text = text.finish();
        text.hash(&mut look);
        let bytes = row.iter().filter(|cell| !pen::is_empty(cell)).count();
        Self { look: look.finish(), text, bytes: if bytes == 0 { 0 } else { bytes + STYLES } }
    }
}

/// How a row of the new screen comes about, as the cheapest way up to it ends.
#[derive(Clone, Copy)]
enum Last {
    Start,
    Kept,
    Deleted,
    Inserted,
}

impl Shift {
    /// The one with the fewest bytes, about; `None` if all rows are best kept where they are.
    pub(super) fn find(old: &[Vec<Cell>], new: &[Vec<Cell>]) -> Option<Self> {
        let known = |rows: &[Vec<Cell>]| rows.iter().map(|row| Known::of(row)).collect::<Vec<_>>();
        let (before, after) = (known(old), known(new));
        let in_place: Vec<usize> = old
            .iter()
            .zip(new)
            .map(|(old, new)| old.iter().zip(new).filter(|(old, new)| !pen::same(old, new)).count() + STYLES)
            .collect();
        let kept = |i: usize, j: usize| {
            let (old, new) = (before.get(i)?, after.get(j)?);
            if old.look == new.look {
                Some(0)
            } else if i == j {
                in_place.get(i).copied()
            } else {
                (old.text == new.text).then_some(new.bytes)
            }
        };
        // The cheapest way to make the first j new rows of the first i old ones.
        let mut table = vec![vec![(usize::MAX, Last::Start); after.len() + 1]; before.len() + 1];
        for i in 0..=before.len() {
            for j in 0..=after.len() {
                let at = |i: Option<usize>, j: Option<usize>| Some(table.get(i?)?.get(j?)?.0);
                let (above, left) = (i.checked_sub(1), j.checked_sub(1));
                let mut best = if i == 0 && j == 0 { (0, Last::Start) } else { (usize::MAX, Last::Start) };
                let mut offer = |cost: Option<usize>, last: Last| {
                    if let Some(cost) = cost.filter(|cost| *cost < best.0) {
                        best = (cost, last);
                    }
                };
                if let (Some(i), Some(j)) = (above, left) {
                    offer(
                        kept(i, j).zip(at(above, left)).map(|(cost, before)| cost.saturating_add(before)),
                        Last::Kept,
                    );
                }
                offer(at(above, Some(j)).map(|cost| cost.saturating_add(STEP)), Last::Deleted);
                if let Some(row) = left.and_then(|j| after.get(j)) {
                    offer(at(Some(i), left).map(|cost| cost.saturating_add(STEP + row.bytes)), Last::Inserted);
                }
                if let Some(place) = table.get_mut(i).and_then(|row| row.get_mut(j)) {
                    *place = best;
                }
            }
        }
        let mut shift = Self { deleted: Vec::new(), inserted: Vec::new() };
        let (mut i, mut j) = (before.len(), after.len());
        loop {
            match table.get(i).and_then(|row| row.get(j)).map_or(Last::Start, |(_, last)| *last) {
                Last::Start => break,
                Last::Kept => (i, j) = (i - 1, j - 1),
                Last::Deleted => {
                    i -= 1;
                    shift.deleted.push(i);
                }
                Last::Inserted => {
                    j -= 1;
                    shift.inserted.push(j);
                }
            }
        }
        shift.deleted.reverse();
        shift.inserted.reverse();
        (!shift.deleted.is_empty() && shift.deleted.len() == shift.inserted.len()).then_some(shift)
    }

    /// Tells the terminal, whose style is plain.
    pub(super) fn write(&self, out: &mut String) {
        let mut tell = |(first, count): (usize, usize), letter: char| {
            pen::move_to(0, u16::try_from(first).unwrap_or(u16::MAX), out);
            let _ = match count {
                1 => write!(out, "\x1b[{letter}"),
                count => write!(out, "\x1b[{count}{letter}"),
            };
        };
        // From the bottom up, what is above stays where it is; and none that is needed is pushed off the screen once some are deleted.
        runs(&self.deleted).into_iter().rev().for_each(|run| tell(run, 'M'));
        runs(&self.inserted).into_iter().for_each(|run| tell(run, 'L'));
    }

    /// Does the same to `rows`.
    pub(super) fn apply(&self, rows: &mut Vec<Vec<Cell>>) {
        let width = rows.first().map_or(0, Vec::len);
        let mut deleted = self.deleted.iter().copied().peekable();
        let mut at = 0;
        rows.retain(|_| {
            let gone = deleted.next_if_eq(&at).is_some();
            at += 1;
            !gone
        });
        for place in &self.inserted {
            rows.insert((*place).min(rows.len()), vec![Cell::EMPTY; width]);
        }
    }
}

/// The first and the number of those that follow each other.
fn runs(places: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some((first, count)) if *first + *count == *place => *count += 1,
            Some(_) | None => runs.push((*place, 1)),
        }
    }
    runs
}
