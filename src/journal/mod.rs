//! The append-only record of a run: hash-chained JSON lines, one write and one fsync for each, and what an auditor makes of them.
//!
//! A record is durable before anything that depends on it happens. What cannot be made durable stops the run; what was damaged since is
//! repaired where that loses nothing (a torn last line), and otherwise told and left alone.

pub mod account;
mod chain;
mod error;
pub mod export;
pub mod findings;
pub mod history;
pub mod list;
mod lock;
mod markdown;
mod place;
mod proof;
pub mod record;
pub mod rescue;
pub mod shelf;
mod spells;
mod store;
pub mod tell;
pub mod verify;

pub use chain::{Head, Read, read_text};
pub use error::JournalError;
pub use lock::{Holder, Lock, holder};
pub use place::Place;
pub use record::{Entry, Identity, Objectives, Person, Record, Verdict};
pub use shelf::{Run, Session, Shelf, Stands, Told};
pub use store::{Disk, Journal, Opened};
