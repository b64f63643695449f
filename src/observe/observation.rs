//! What `observe` tells the console.

use std::sync::Arc;

use crate::model::{Assessment, Moment};

/// What the readings mean now, sent on every change.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The judgement.
    pub assessment: Arc<Assessment>,
    /// The clock all moments are of.
    pub clock: Clock,
    /// Whether calls are on their way.
    pub refreshing: bool,
}

/// AWS's time, or the simulator's: a moment of ours, the same moment there, and how fast that one runs. Lets the console's ages tick between messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// Taken at.
    pub anchor: std::time::Instant,
    /// The time there at `anchor`.
    pub at_anchor: Moment,
    /// Seconds there per second here; 0 when frozen, 1 for AWS itself.
    pub speed: f64,
}

impl Clock {
    /// The time there at `instant` here.
    pub fn at(&self, instant: std::time::Instant) -> Moment {
        let elapsed = instant.saturating_duration_since(self.anchor).as_secs_f64() * self.speed;
        jiff::SignedDuration::try_from_secs_f64(elapsed)
            .ok()
            .and_then(|elapsed| self.at_anchor.checked_add(elapsed).ok())
            .unwrap_or(self.at_anchor)
    }
}
