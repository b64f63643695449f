//! The simulator's clock: simulated now = anchor + elapsed wall time * speed. It can be set, frozen and sped up at any moment.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::time::{Moment, Span};

/// A clock that runs at its own speed.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    anchor: Moment,
    since: Instant,
    speed: f64,
}

/// `GET /_drdeck/clock`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClockReading {
    /// The simulated time.
    pub now: Moment,
    /// Simulated seconds per second of wall time; 0 is frozen.
    pub speed: f64,
}

/// `POST /_drdeck/clock`: what to set; what is left out stays.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSetting {
    /// The new simulated time.
    pub now: Option<Moment>,
    /// The new speed.
    pub speed: Option<f64>,
}

/// The fastest the clock runs: a day per second.
pub const MAX_SPEED: f64 = 86_400.0;

impl Clock {
    /// A clock that shows `start` now. The speed is held between 0 and [`MAX_SPEED`].
    pub fn new(start: Moment, speed: f64) -> Self {
        Self { anchor: start, since: Instant::now(), speed: speed.clamp(0.0, MAX_SPEED) }
    }

    /// What it shows.
    pub fn read(&self) -> ClockReading {
        let elapsed = self.since.elapsed().as_secs_f64() * self.speed;
        ClockReading { now: self.anchor + Span::from_millis((elapsed * 1_000.0) as i64), speed: self.speed }
    }

    /// Sets time, speed or both. Refused, in words, when the speed is no number from 0 to [`MAX_SPEED`].
    pub fn set(&mut self, setting: ClockSetting) -> Result<(), String> {
        let shown = self.read();
        let speed = setting.speed.unwrap_or(shown.speed);
        if !(0.0..=MAX_SPEED).contains(&speed) {
            return Err(format!("speed must be a number from 0 (frozen) to {MAX_SPEED}, not {speed}"));
        }
        *self = Self::new(setting.now.unwrap_or(shown.now), speed);
        Ok(())
    }
}
