//! When a judgement changes although nothing new was read.

use crate::model::{Freshness, Moment, Snapshot, Span};

/// What holds up to and including a moment has changed this much later.
const JUST_AFTER: Span = Span::from_millis(1);

/// The earliest of the moments to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changes {
    now: Moment,
    next: Option<Moment>,
}

impl Changes {
    /// Nothing is known to change after `now`.
    pub(super) const fn none(now: Moment) -> Self {
        Self { now, next: None }
    }

    /// Something changes at each of these.
    pub(super) fn next_of(&mut self, moments: impl Iterator<Item = Moment>) {
        self.next = moments.filter(|moment| *moment > self.now).chain(self.next).min();
    }

    /// Something changes just after each of these.
    pub(super) fn at(&mut self, moments: impl IntoIterator<Item = Moment>) {
        let after = moments.into_iter().filter_map(|moment| moment.checked_add(JUST_AFTER).ok());
        let next = after.filter(|moment| *moment > self.now).min();
        self.next = [self.next, next].into_iter().flatten().min();
    }

    pub(super) const fn next(self) -> Option<Moment> {
        self.next
    }
}

/// The moments at which values that are fresh now become stale.
pub(super) fn staleness(snapshot: &Snapshot, now: Moment) -> Changes {
    let mut changes = Changes::none(now);
    let fresh = snapshot.readings.values().filter(|reading| reading.freshness(now) == Freshness::Fresh);
    changes.at(fresh.filter_map(|reading| reading.fresh_until));
    changes
}
