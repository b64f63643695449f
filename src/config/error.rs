//! Why there is no config.

use std::path::PathBuf;

use crate::document::{FileError, Problems, shown_path};

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
    /// It could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// What it says is wrong.
    #[error(transparent)]
    Wrong(#[from] Problems),
    /// What was given on the command line does not go with it.
    #[error("{0}")]
    CommandLine(String),
}
