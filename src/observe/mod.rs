//! What is read when: schedule, budgets, batching, and one circuit per source; makes Snapshots and judges them.
//!
//! * [`Observer`]: reads for as long as a console is open, on a thread of its own, and publishes [`Observation`]s.
//! * [`once`]: one look at everything within a deadline, for `drdeck status`.
//! * [`Memory`]: what is remembered when drdeck is not there.
//!
//! Each source (a service in a Region, as one identity) is a task of its own that waits for no other.

mod agenda;
mod board;
mod bulletin;
mod keep;
pub mod observation;
mod observer;
mod once;
pub mod pace;
pub mod plan;
mod reader;
mod round;
mod settings;
mod source;
mod story;

pub use crate::look::Clock;
pub use keep::{Memory, Outages, Watched};
pub use observation::{Observation, Origin};
pub use observer::Observer;
pub use once::{Before, once, once_after};
pub use pace::{Pace, Paces};
pub use settings::Settings;
pub use source::{Lane, Source};
