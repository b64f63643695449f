//! One driver for each System on one machine. The kernel gives the lock back when its process ends, however it ends.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock, fstat, stat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::chain;
use super::error::JournalError;
use super::place::{Owner, Place, make_folder, open_private};
use crate::model::{Moment, Text};
use crate::runbook::RunId;

/// Who drives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The System.
    pub system: String,
    /// The run.
    pub run: RunId,
    /// The operator's name.
    pub operator: Text,
    /// The process.
    pub pid: u32,
    /// Since when, by this machine's clock.
    pub since: Moment,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { system, run, operator, pid, since } = self;
        write!(
            f,
            "{system} is driven by {operator} in run {run} (process {pid} on this machine, since {since:.0}); \
             watch it with: drdeck journal show {run}"
        )
    }
}

/// The lock of a System, held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of `holder`'s System for it.
    ///
    /// # Errors
    /// [`JournalError::Held`] by somebody else, or the file cannot be used.
    pub fn take(place: &Place, holder: &Holder) -> Result<Self, JournalError> {
        let folder = place.locks();
        make_folder(&folder)?;
        let path = folder.join(file_name(&holder.system));
        let unusable = |error| JournalError::Unusable { path: path.clone(), error };
        let text = serde_json::to_string(holder).map_err(|error| JournalError::Unwritable(error.to_string()))?;
        let mut seen = String::new();
        // Whoever took it just now may not have written down yet who that is: two readings that agree are believed.
        for _ in 0..READINGS {
            let options = &mut OpenOptions::new();
            let mut file = open_private(&path, Owner::Us, options.read(true).write(true).create(true).truncate(false))?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                // A lock on a file that was deleted meanwhile keeps nobody out.
                Ok(()) if !is_at(&file, &path) => continue,
                Ok(()) => {
                    let written = file.set_len(0).and_then(|()| file.write_all(text.as_bytes()));
                    written.map_err(unusable)?;
                    return Ok(Self { file });
                }
                Err(Errno::WOULDBLOCK) => {}
                Err(error) => return Err(unusable(error.into())),
            }
            let mut now = String::new();
            file.read_to_string(&mut now).map_err(unusable)?;
            if now == seen
                && let Ok(holder) = serde_json::from_str(&now)
            {
                return Err(JournalError::Held(Box::new(holder)));
            }
            seen = now;
            sleep(BETWEEN);
        }
        let held = "another process holds this lock, and does not say which; fuser names it";
        Err(unusable(io::Error::new(ErrorKind::WouldBlock, held)))
    }
}

/// Who holds the lock of that System, if anybody does and says so.
pub fn holder(place: &Place, system: &str) -> Option<Holder> {
    let path = place.locks().join(file_name(system));
    let mut file = open_private(&path, Owner::Anybody, OpenOptions::new().read(true)).ok()?;
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let holder: Holder = serde_json::from_str(&text).ok()?;
    // Shared, and given back at once: whoever wants to have it tries more than once.
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Err(Errno::WOULDBLOCK) => Some(holder),
        // Left behind by a process that has ended.
        Ok(()) | Err(_) => None,
    }
}

/// How often the holder is looked for.
const READINGS: u32 = 25;

/// Between two of these.
const BETWEEN: Duration = Duration::from_millis(20);

/// A System's name may hold anything and be long; a file's may not.
fn file_name(system: &str) -> String {
    let plain = |byte: u8| match byte {
        b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
        other => format!("_{other:02x}"),
    };
    let name: String = system.bytes().map(plain).collect();
    // No plain name begins so.
    let name = if name.len() > LONGEST { format!("__{}", chain::hash(system)) } else { name };
    format!("{name}.lock")
}

/// The longest name of a lock: file systems allow 255 bytes.
const LONGEST: usize = 200;

/// Whether that file is the one of that path.
fn is_at(file: &File, path: &Path) -> bool {
    match (fstat(file), stat(path)) {
        (Ok(ours), Ok(there)) => (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino),
        (_, _) => false,
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody is to be named who does not hold it any more.
        let _ = self.file.set_len(0);
        // Closing the file would do; but a child that inherited it would hold on.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}
