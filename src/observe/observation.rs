//! What `observe` tells the console.

use std::sync::Arc;

use crate::model::{Assessment, Events, Moment, Snapshot};

/// What the readings mean now, sent on every change.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The judgement.
    pub assessment: Arc<Assessment>,
    /// What it was made of.
    pub snapshot: Arc<Snapshot>,
    /// The clock all moments are of.
    pub clock: Clock,
    /// What happened, so far as is known.
    pub events: Arc<Events>,
    /// Whether what is shown was read since the start.
    pub origin: Origin,
    /// Whether calls are on their way.
    pub refreshing: bool,
}

/// Whether what is shown was read since drdeck started, or is what an earlier one saw last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Every value was read since the start.
    Live,
    /// Some sources have not answered since the start: what is shown of them was seen last at about that moment.
    Partly(Moment),
    /// Nothing was read since the start: all of it was seen last at that moment.
    Remembered(Moment),
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
