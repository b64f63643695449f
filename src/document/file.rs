//! Reading a file that a person wrote, and refusing one that somebody else could have written.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, fstat};

use super::shown_path;

/// More than any of them needs, less than what would fill the memory of a bastion host.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Why a file could not be read. Its text says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It does not exist.
    #[error("the {what} {} does not exist", shown_path(.path))]
    NotThere {
        /// What it is to hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// It is there but could not be read.
    #[error("the {what} {} cannot be read: {error}", shown_path(.path))]
    Unreadable {
        /// What it is to hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else could have written it.
    #[error("the {what} {} is refused: {why}", shown_path(.path))]
    Unsafe {
        /// What it is to hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Who could have, and how to put it right.
        why: String,
    },
    /// It holds more than such a file ever does.
    #[error("the {what} {} is larger than {limit} bytes; this is not a drdeck {what}", shown_path(.path))]
    TooLarge {
        /// What it is to hold.
        what: &'static str,
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
}

/// The text of the file at `path`; `what` is what messages call it: `config`, `runbook`.
///
/// # Errors
/// Every [`FileError`].
pub fn read(what: &'static str, path: &Path) -> Result<String, FileError> {
    let unreadable = |error| FileError::Unreadable { what, path: path.to_owned(), error };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(FileError::NotThere { what, path: path.to_owned() });
        }
        Err(error) => return Err(unreadable(error)),
    };
    refuse_unsafe(what, &file, path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        return Err(FileError::TooLarge { what, path: path.to_owned(), limit: LIMIT });
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.rsplit(|byte| *byte == b'\n').next().unwrap_or_default().len() + 1;
        FileError::NotUtf8 { path: path.to_owned(), line, column }
    })
}

/// The open file is looked at, not its name: the name could be made to point elsewhere in between.
fn refuse_unsafe(what: &'static str, file: &File, path: &Path) -> Result<(), FileError> {
    let stat =
        fstat(file).map_err(|error| FileError::Unreadable { what, path: path.to_owned(), error: error.into() })?;
    let refuse = |why: String| Err(FileError::Unsafe { what, path: path.to_owned(), why });
    let us = rustix::process::geteuid().as_raw();
    if stat.st_uid != us && stat.st_uid != 0 {
        return refuse(format!(
            "it belongs to user {} while drdeck runs as user {us}; a {what} names roles and endpoints, so it must be your own or root's",
            stat.st_uid
        ));
    }
    let mode = Mode::from_raw_mode(stat.st_mode);
    if mode.intersects(Mode::WGRP | Mode::WOTH) {
        return refuse(format!(
            "others may write to it (mode {:04o}); a {what} names roles and endpoints, so run: chmod go-w {}",
            mode.as_raw_mode() & 0o7777,
            super::shown_path(path)
        ));
    }
    Ok(())
}
