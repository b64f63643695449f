//! Why there is no config.

use std::io;
use std::path::PathBuf;

use crate::document::{Problems, shown_path};

/// Why a config could not be loaded. Its text says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither named nor at its usual place.
    #[error(
        "there is no config: {} does not exist\n\
         Write one (docs/config.toml shows every key), name another with --config FILE, or look around with `drdeck demo`",
        shown_path(.tried)
    )]
    Missing {
        /// Where it was looked for.
        tried: PathBuf,
    },
    /// No home directory is known, so the usual place of the config is not either.
    #[error("there is no config: neither XDG_CONFIG_HOME nor HOME is set; name the file with --config FILE")]
    Homeless,
    /// The file named on the command line does not exist.
    #[error("the config {} does not exist; check the name given with --config", shown_path(.path))]
    NotThere {
        /// The file.
        path: PathBuf,
    },
    /// The file is there but could not be read.
    #[error("the config {} cannot be read: {error}", shown_path(.path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else could have written it.
    #[error("the config {} is refused: {why}", shown_path(.path))]
    Unsafe {
        /// The file.
        path: PathBuf,
        /// Who could have, and how to put it right.
        why: String,
    },
    /// It holds more than a config ever does.
    #[error("the config {} is larger than {limit} bytes; this is not a drdeck config", shown_path(.path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is not text.
    #[error("{}:{line}:{column}: this is not UTF-8 text; save the file as UTF-8", shown_path(.path))]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Line of the first bad byte, from 1.
        line: usize,
        /// Column of the first bad byte in bytes, from 1.
        column: usize,
    },
    /// What it says is wrong.
    #[error(transparent)]
    Wrong(#[from] Problems),
    /// What was given on the command line does not go with it.
    #[error("{0}")]
    CommandLine(String),
}
