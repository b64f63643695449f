//! What is read when: schedule, budgets, batching, and one circuit per source; makes Snapshots and judges them.
//!
//! * [`Observer`]: reads for as long as a console is open, on a thread of its own, and publishes [`Observation`]s.
//! * [`once`]: one look at everything within a deadline, for `drdeck status`.
//!
//! Each source (a service in a Region, as one identity) is a task of its own that waits for no other.

mod board;
mod clock;
pub mod observation;
mod observer;
mod once;
mod pace;
mod reader;
mod round;
mod settings;
mod source;

pub use observation::{Clock, Observation};
pub use observer::Observer;
pub use once::once;
pub use pace::{Pace, Paces};
pub use settings::Settings;
pub use source::{Lane, Source};
