//! What is read when: schedule, budgets, batching, and one circuit per source; makes Snapshots and judges them.

pub mod observation;

pub use observation::{Clock, Observation};
