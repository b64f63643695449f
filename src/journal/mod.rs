//! The append-only record of a run: hash-chained JSON lines, one write and one fsync for each, and what an auditor makes of them.

pub mod record;

pub use record::{Entry, Identity, Person, Record, Verdict};
