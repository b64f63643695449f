//! The window of point-in-time recovery: its newest end moves in steps of five minutes, and not at all while the Region is gone.

use crate::sim::World;
use crate::sim::time::{Moment, Span};

/// How often transaction logs are archived.
const STEP: Span = Span::from_minutes(5);
/// How long archiving takes.
const ARCHIVING: Span = Span::MINUTE;

impl World {
    /// The newest moment to which a database or table of a Region can be restored there.
    pub fn latest_restorable(&self, region: &str) -> Moment {
        (self.last_alive(region, self.now) - ARCHIVING).floor(STEP)
    }

    /// The same for automated backups replicated from one Region into another: one step behind, and they stop with either.
    pub fn latest_replicated(&self, from: &str, to: &str) -> Moment {
        let alive = self.last_alive(from, self.now).min(self.last_alive(to, self.now));
        (alive - ARCHIVING).floor(STEP) - STEP
    }

    /// The oldest moment of a window of so many days, for a database of that age.
    pub fn earliest_restorable(&self, days: u32, age: Span) -> Moment {
        (self.now - Span::from_days(i64::from(days))).floor(STEP).max(self.start - age)
    }
}
