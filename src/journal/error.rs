//! What can go wrong with a journal, and what to do then.

use std::io;
use std::path::PathBuf;

use super::lock::Holder;
use crate::runbook::RunId;

/// Why a journal could not be written or read. Its text says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no such run.
    #[error("there is no run {run} in {}; `drdeck journal list` names those that are there", .folder.display())]
    NotThere {
        /// The run.
        run: RunId,
        /// Where runs are kept.
        folder: PathBuf,
    },
    /// It is there, and could not be opened, read or made.
    #[error("{} cannot be used: {error}", .path.display())]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else could have written it.
    #[error("{} is refused: {why}", .path.display())]
    Unsafe {
        /// The file or folder.
        path: PathBuf,
        /// Who could have.
        why: String,
    },
    /// Nothing was recorded: the process ended before its first record was durable, and before anything was sent.
    #[error("the journal of run {run} is empty: nothing was recorded, and nothing was sent; begin the runbook anew")]
    Empty {
        /// The run.
        run: RunId,
    },
    /// A record in the middle does not fit. It is never written to again.
    #[error("the journal is broken at line {line}: {why}; nothing more is written to it, and its run cannot go on")]
    Broken {
        /// From 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// A later drdeck wrote it. It is never written to by this one.
    #[error(
        "line {line} of the journal is of version {version}, which this drdeck does not read: use the newer drdeck that wrote it"
    )]
    Newer {
        /// From 1.
        line: usize,
        /// Its `v`.
        version: u32,
    },
    /// The disk is full. Nothing was recorded, the file is as it was before.
    #[error("{} cannot be written: the disk is full ({free} bytes are free); make room, then retry", .path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// What is free there.
        free: u64,
    },
    /// It is not known how much of what was written is on the disk. Nothing more is written to this file.
    #[error(
        "the journal {} failed ({why}) and is not written to any more; {}",
        .path.display(),
        .rescue.as_ref().map_or_else(
            || "its history could not be saved anywhere else: look in AWS at what was sent last".to_owned(),
            |rescue| format!("its whole history is in {}, and the next session goes on from there", rescue.display())
        )
    )]
    Poisoned {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
        /// Where everything was written to instead.
        rescue: Option<PathBuf>,
    },
    /// Somebody drives this System already.
    #[error("{0}")]
    Held(Box<Holder>),
    /// A record that cannot be written as JSON: a defect.
    #[error("a record cannot be written: {0}")]
    Unwritable(String),
}
