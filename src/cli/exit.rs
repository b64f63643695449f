//! How drdeck ends: exit codes that scripts rely on, and one calm sentence for everything that goes wrong.

use std::panic::PanicHookInfo;
use std::process::ExitCode;

use super::output;
use crate::config::ConfigError;
use crate::journal::JournalError;

/// Wrong usage, as in sysexits.h.
pub(super) const USAGE: u8 = 64;
/// Something on this machine is in the way: a port, a terminal.
const UNAVAILABLE: u8 = 69;
/// A file could not be written.
const CANNOT_WRITE: u8 = 73;
/// A config, estate or scenario that cannot be used.
const CONFIG: u8 = 78;

/// Why a command could not do its work. Its text says what to do next.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The command line asks for what does not exist.
    #[error("{0}\nSee drdeck --help")]
    Usage(String),
    /// The config.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An estate or scenario.
    #[error("{0}")]
    Input(String),
    /// A port, a thread or a terminal.
    #[error("{0}")]
    Unavailable(String),
    /// The record of a run.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A file or a folder.
    #[error("{0}")]
    CannotWrite(String),
}

impl Failure {
    /// The exit code that scripts see.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Config(ConfigError::CommandLine(_)) => USAGE,
            Self::Config(_) | Self::Input(_) => CONFIG,
            Self::Unavailable(_) => UNAVAILABLE,
            Self::CannotWrite(_) => CANNOT_WRITE,
            Self::Journal(JournalError::NotThere { .. }) => USAGE,
            Self::Journal(JournalError::Held(_)) => UNAVAILABLE,
            Self::Journal(
                JournalError::Empty { .. }
                | JournalError::Broken { .. }
                | JournalError::Newer { .. }
                | JournalError::Unsafe { .. }
                | JournalError::Unusable { .. },
            ) => CONFIG,
            Self::Journal(JournalError::Full { .. } | JournalError::Poisoned { .. } | JournalError::Unwritable(_)) => {
                CANNOT_WRITE
            }
        }
        .into()
    }
}

/// A panic is a defect of drdeck. It is told where, never with which values: those may be secrets.
pub(super) fn on_panic(info: &PanicHookInfo<'_>) {
    let place =
        info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
    let version = env!("CARGO_PKG_VERSION");
    output::complain(&format!(
        "drdeck {version} has a defect at {place} and cannot go on. It has changed nothing in AWS. Please report this line."
    ));
}
