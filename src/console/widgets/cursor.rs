//! Where one is in a list, and which part of it is in sight.

use std::ops::Range;

/// A way to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "plain words")]
pub enum Move {
    Up,
    Down,
    HalfPageUp,
    HalfPageDown,
    PageUp,
    PageDown,
    First,
    Last,
}

impl Move {
    /// Where it leads from `at`, in a list of `len` of which `page` are in sight.
    pub fn from(self, at: usize, len: usize, page: usize) -> usize {
        let page = page.max(1);
        let half = page.div_ceil(2);
        let to = match self {
            Self::Up => at.saturating_sub(1),
            Self::Down => at.saturating_add(1),
            Self::HalfPageUp => at.saturating_sub(half),
            Self::HalfPageDown => at.saturating_add(half),
            Self::PageUp => at.saturating_sub(page),
            Self::PageDown => at.saturating_add(page),
            Self::First => 0,
            Self::Last => usize::MAX,
        };
        to.min(len.saturating_sub(1))
    }
}

/// A place in a list, and the first entry in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The entry under the cursor.
    pub at: usize,
    /// The first entry in sight.
    pub offset: usize,
}

impl Cursor {
    /// Puts it on an entry, and scrolls as little as brings that in sight.
    pub fn put(&mut self, at: usize, len: usize, page: usize) {
        self.at = at.min(len.saturating_sub(1));
        self.offset = first_in_sight(self.at, self.offset, len, page);
    }

    /// Moves it.
    pub fn moved(&mut self, by: Move, len: usize, page: usize) {
        self.put(by.from(self.at, len, page), len, page);
    }

    /// The entries in sight. Right for any page height, also one that differs from that of the last move.
    pub fn in_sight(&self, len: usize, page: usize) -> Range<usize> {
        let first = first_in_sight(self.at, self.offset, len, page);
        first..len.min(first.saturating_add(page))
    }
}

fn first_in_sight(at: usize, offset: usize, len: usize, page: usize) -> usize {
    let page = page.max(1);
    offset.max((at + 1).saturating_sub(page)).min(at).min(len.saturating_sub(page))
}
