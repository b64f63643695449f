//! What `observe` tells the console.

use std::sync::Arc;

use crate::look::Clock;
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
