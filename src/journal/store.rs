//! The file: one write and one fsync for each record, and what happens when the disk does not do its part.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::chain::{self, Head, Read, read_of};
use super::error::JournalError;
use super::place::{Owner, Place, check_folder, keep, make_folder, open_private, sync_folder};
use super::record::{Entry, Record, VERSION};
use super::rescue;
use crate::model::Moment;
use crate::runbook::RunId;

/// Room that is kept so that an OUTCOME can be written on a full disk: some hundred records.
const BALLAST: usize = 256 * 1024;

/// What the files are named that keep torn lines.
const TORN: &str = "torn";

/// What a journal is written to. A file; in tests one that fails.
pub trait Disk: Send {
    /// Appends all of it.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes it durable.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts it to a length, durably.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(SeekFrom::Start(length))?;
        self.sync_all()
    }
}

/// The journal of one run, held by its driver.
pub struct Journal {
    place: Place,
    run: RunId,
    path: PathBuf,
    disk: Box<dyn Disk>,
    head: Head,
    /// Everything that is in the file.
    history: Vec<u8>,
    /// Set when it is not known any more what is in the file.
    poisoned: Option<(String, Option<PathBuf>)>,
}

/// A journal that was there.
pub struct Opened {
    /// To be gone on with.
    pub journal: Journal,
    /// What it holds.
    pub entries: Vec<Entry>,
    /// How many bytes were set aside, and the file that keeps them: those of a torn last line, or all those of a file that had failed. To be
    /// recorded as [`Record::Repaired`].
    pub torn: Option<(u64, String)>,
}

impl Journal {
    /// A new one. It must not be there yet.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    pub fn create(place: &Place, run: RunId) -> Result<Self, JournalError> {
        let folder = place.run(run);
        make_folder(&place.runs())?;
        make_folder(&folder)?;
        let path = place.journal(run);
        let file = open_private(&path, Owner::Us, OpenOptions::new().append(true).create_new(true))?;
        sync_folder(&folder).map_err(|error| JournalError::Unusable { path: folder, error })?;
        let journal = Self::on(place, run, Box::new(file));
        if let Err(error) = journal.lay_ballast() {
            tracing::warn!(%error, "no room is kept for a full disk");
        }
        Ok(journal)
    }

    /// The same on a disk of one's own.
    pub fn on(place: &Place, run: RunId, disk: Box<dyn Disk>) -> Self {
        let path = place.journal(run);
        Self { place: place.clone(), run, path, disk, head: Head::default(), history: Vec::new(), poisoned: None }
    }

    /// One that is there, to be gone on with. To be called with the System's lock held. A torn last line is cut off and kept beside it; a
    /// history that had to be saved elsewhere is taken back. What is returned is durable.
    ///
    /// # Errors
    /// [`JournalError::Broken`], [`JournalError::Newer`], [`JournalError::Empty`], or the file cannot be used.
    pub fn open(place: &Place, run: RunId) -> Result<Opened, JournalError> {
        let path = place.journal(run);
        let unusable = |error| JournalError::Unusable { path: path.clone(), error };
        if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Err(JournalError::NotThere { run, folder: place.runs() });
        }
        check_folder(&place.runs())?;
        check_folder(&place.run(run))?;
        let mut file = open_existing(&path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(unusable)?;
        let mut read = read_of(run, &text)?;
        let whole = text.get(..read.whole).unwrap_or_default();
        if let Some(rescue) = rescue::find(place, run, whole) {
            rescue::take_back(&path, &rescue, &text)?;
            file = open_existing(&path)?;
            text.clear();
            file.read_to_end(&mut text).map_err(unusable)?;
            read = read_of(run, &text)?;
        }
        let Read { entries, head, whole, unended, .. } = read;
        if entries.is_empty() {
            return Err(JournalError::Empty { run });
        }
        if let Some(tail) = text.get(whole..).filter(|tail| !tail.is_empty()) {
            keep(&place.run(run), TORN, tail)?;
            file.cut(whole as u64).map_err(unusable)?;
            text.truncate(whole);
        }
        if unended {
            Disk::append(&mut file, b"\n").map_err(unusable)?;
            text.push(b'\n');
        }
        // The process that wrote the last of it may have ended before its fsync; what is known from here on must not be lost again.
        Disk::sync(&mut file).map_err(unusable)?;
        let mut journal = Self::on(place, run, Box::new(file));
        journal.head = head;
        journal.history = text;
        // A session that ended before it recorded its repair leaves that to the next one.
        let torn = unrecorded(&place.run(run), &entries);
        if let Err(error) = journal.lay_ballast() {
            tracing::warn!(%error, "no room is kept for a full disk");
        }
        Ok(Opened { journal, entries, torn })
    }

    /// The end of its chain.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Why nothing more can be written to it.
    pub fn poison(&self) -> Option<JournalError> {
        let (why, rescue) = self.poisoned.clone()?;
        Some(JournalError::Poisoned { path: self.path.clone(), why, rescue })
    }

    /// Writes a record and makes it durable. `at` is AWS's time or the simulator's, `wall` this machine's.
    ///
    /// # Errors
    /// [`JournalError::Full`]: nothing was recorded, and the file is as it was. [`JournalError::Poisoned`]: nothing more can be written.
    pub fn append(&mut self, at: Moment, wall: Moment, record: Record) -> Result<Entry, JournalError> {
        if let Some(poison) = self.poison() {
            return Err(poison);
        }
        let weight = Weight::of(&record);
        let entry = Entry { v: VERSION, seq: self.head.seq + 1, at, wall, prev: self.head.hash.clone(), record };
        let (line, head) = chain::line(&entry)?;
        let line = line.as_bytes();
        if weight == Weight::Intent && self.lay_ballast().is_err_and(|error| is_full(&error)) {
            // What would come of the request could not be recorded.
            return Err(self.full());
        }
        match self.write(line, weight) {
            Ok(()) => {}
            Err(Unwritten::Nothing) => return Err(self.full()),
            Err(Unwritten::Unknown(error)) => {
                // What did not happen because it could not be recorded is not recorded elsewhere either.
                let last = (weight == Weight::Outcome || weight == Weight::Fact).then_some(line);
                return Err(self.give_up(&error, last));
            }
        }
        // After a failed fsync Linux may drop what was not written and report success the next time: this file is done with.
        if let Err(error) = self.disk.sync() {
            return Err(self.give_up(&error, Some(line)));
        }
        self.history.extend_from_slice(line);
        self.head = head;
        Ok(entry)
    }

    /// Writes a line, or leaves nothing of it.
    fn write(&mut self, line: &[u8], weight: Weight) -> Result<(), Unwritten> {
        let before = self.history.len() as u64;
        let Err(error) = self.disk.append(line) else { return Ok(()) };
        // Part of the line may be there. If it cannot be cut off, nothing is known of the file any more.
        self.disk.cut(before).map_err(Unwritten::Unknown)?;
        match weight {
            _ if !is_full(&error) => Err(Unwritten::Unknown(error)),
            Weight::Outcome if self.drop_ballast() => {
                let Err(error) = self.disk.append(line) else { return Ok(()) };
                self.disk.cut(before).map_err(Unwritten::Unknown)?;
                Err(Unwritten::Unknown(error))
            }
            Weight::Outcome => Err(Unwritten::Unknown(error)),
            Weight::Intent | Weight::Confirm | Weight::Fact => Err(Unwritten::Nothing),
        }
    }

    fn full(&self) -> JournalError {
        JournalError::Full { path: self.path.clone(), free: free(&self.path) }
    }

    /// Never writes to the file again; everything that is known, with `last`, goes to another one.
    fn give_up(&mut self, why: &io::Error, last: Option<&[u8]>) -> JournalError {
        self.drop_ballast();
        let whole = [self.history.as_slice(), last.unwrap_or_default()].concat();
        let rescue = rescue::put(&self.place, self.run, &whole);
        let why = why.to_string();
        self.poisoned = Some((why.clone(), rescue.clone()));
        JournalError::Poisoned { path: self.path.clone(), why, rescue }
    }

    fn ballast(&self) -> PathBuf {
        self.place.run(self.run).join("ballast")
    }

    /// Room for the night on which the disk is full. It is laid anew before each request, in case it was used.
    fn lay_ballast(&self) -> io::Result<()> {
        let path = self.ballast();
        if fs::metadata(&path).is_ok_and(|there| there.len() >= BALLAST as u64) {
            return Ok(());
        }
        let options = &mut OpenOptions::new();
        let laid = open_private(&path, Owner::Us, options.write(true).create(true).truncate(true))
            .map_err(
                |error| if let JournalError::Unusable { error, .. } = error { error } else { io::Error::other(error) },
            )
            .and_then(|mut file| {
                file.write_all(&noise())?;
                file.sync_all()
            });
        if laid.is_err() {
            self.drop_ballast();
        }
        laid
    }

    fn drop_ballast(&self) -> bool {
        fs::remove_file(self.ballast()).is_ok()
    }
}

/// What hangs on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// A request is sent once it is recorded.
    Intent,
    /// A person's confirm: it does not hold unless it is recorded.
    Confirm,
    /// What came of a request: it must be told even where nothing more fits.
    Outcome,
    /// What happened; it can be recorded once there is room.
    Fact,
}

impl Weight {
    const fn of(record: &Record) -> Self {
        if matches!(record, Record::Intent { .. }) {
            Self::Intent
        } else if matches!(record, Record::Confirmed { .. }) {
            Self::Confirm
        } else if matches!(record, Record::Outcome { .. }) {
            Self::Outcome
        } else {
            Self::Fact
        }
    }
}

/// Why a line is not in the file.
enum Unwritten {
    /// The disk is full; the file is as it was.
    Nothing,
    /// It is not known what is in the file, or nothing more can be told in it.
    Unknown(io::Error),
}

/// The first file that was set aside and that no record tells of: its bytes and its name.
fn unrecorded(folder: &Path, entries: &[Entry]) -> Option<(u64, String)> {
    let told =
        |name: &str| entries.iter().any(|entry| matches!(&entry.record, Record::Repaired { kept, .. } if kept == name));
    [rescue::FAILED, TORN].into_iter().find_map(|kind| {
        let files = (1_u32..).map(|number| format!("{kind}-{number}"));
        let sizes = files.map_while(|name| Some((fs::symlink_metadata(folder.join(&name)).ok()?.len(), name)));
        sizes.into_iter().find(|(_, name)| !told(name))
    })
}

fn open_existing(path: &Path) -> Result<File, JournalError> {
    open_private(path, Owner::Us, OpenOptions::new().read(true).append(true))
}

/// Bytes that a file system cannot make smaller.
fn noise() -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).take(BALLAST / 8).flatten().collect()
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

fn free(path: &Path) -> u64 {
    let folder = path.parent().unwrap_or(path);
    rustix::fs::statvfs(folder).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}
