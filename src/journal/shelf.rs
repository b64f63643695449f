//! All runs of a folder, as they stand: looked at again and again, and read anew only where something was written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use super::account::Account;
use super::chain::{Read, read_of};
use super::error::JournalError;
use super::list;
use super::lock::{self, Holder};
use super::place::Place;
use super::proof;
use super::record::{Person, Record, Verdict};
use super::verify::{Report, verify};
use crate::model::{Moment, Proof, Text};
use crate::runbook::{IntentId, RunId};

/// A run, as its folder tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its name.
    pub run: RunId,
    /// How it stands.
    pub stands: Stands,
    /// What its records come to; of a broken journal those before the break. `None` if there is none.
    pub told: Option<Told>,
    /// The records themselves, of a run that was asked for or is driven.
    pub read: Option<Arc<Read>>,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stands {
    /// Somebody drives it.
    Driven(Holder),
    /// Its session was not closed, and nobody drives it: its process ended.
    BrokenOff,
    /// Its session was closed with this.
    Closed(Verdict),
    /// Nothing was recorded.
    Empty,
    /// Its journal cannot be read, or not from some line on: what is wrong.
    Broken(Text),
}

impl Stands {
    /// Of a run with those sums, whose System's lock is held by `holder`.
    pub fn of(run: RunId, account: &Account, holder: Option<Holder>) -> Self {
        match (account.verdict, holder.filter(|holder| holder.run == run)) {
            (Some(verdict), _) => Self::Closed(verdict),
            (None, Some(holder)) => Self::Driven(holder),
            (None, None) => Self::BrokenOff,
        }
    }

    /// In a word or two.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Driven(_) => "driven",
            Self::BrokenOff => "broken off",
            Self::Closed(verdict) => verdict.as_str(),
            Self::Empty => "empty",
            Self::Broken(_) => "BROKEN",
        }
    }

    /// Whether it is going on, or can be gone on with.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Driven(_) | Self::BrokenOff | Self::Closed(Verdict::Paused) => true,
            Self::Closed(Verdict::Finished | Verdict::Aborted) | Self::Empty | Self::Broken(_) => false,
        }
    }
}

/// What the records of a run come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The sums.
    pub account: Account,
    /// What an auditor finds.
    pub report: Report,
    /// What it proves, once it is finished.
    pub proofs: Vec<Proof>,
    /// The last session: who, since when, on which machine, in which process.
    pub session: Option<Session>,
    /// Why the last session was closed.
    pub reason: Option<Text>,
    /// The step that the last record about one is about.
    pub step: Option<String>,
    /// Bytes behind the last record: a line that was cut short, or is being written.
    pub tail: usize,
}

/// Who drove.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The operator.
    pub by: Person,
    /// Since when, by AWS's clock.
    pub at: Moment,
    /// The machine.
    pub host: Text,
    /// The process.
    pub pid: u32,
}

impl Told {
    /// Of what was read; `None` if that opens no run.
    pub fn of(read: &Read) -> Option<Self> {
        let account = Account::of(&read.entries)?;
        let report = verify(&read.entries, &read.head);
        let mut told = Self {
            proofs: proof::of(&account, &report),
            account,
            report,
            session: None,
            reason: None,
            step: None,
            tail: read.tail,
        };
        for entry in &read.entries {
            if let Some(step) = entry.record.step() {
                told.step = Some(step.to_owned());
            }
            if let Record::SessionOpened { by, host, pid, .. } = &entry.record {
                told.session = Some(Session { by: by.clone(), at: entry.at, host: host.clone(), pid: *pid });
                told.reason = None;
            }
            if let Record::SessionClosed { reason, .. } = &entry.record {
                told.reason = Some(reason.clone());
            }
        }
        Some(told)
    }

    /// Requests of which nobody knows what came.
    pub fn in_doubt(&self) -> &[IntentId] {
        &self.report.in_doubt
    }
}

/// What tells that a file was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(place: &Place, run: RunId) -> Option<Self> {
        let seen = fs::symlink_metadata(place.journal(run)).ok()?;
        Some(Self { inode: seen.ino(), length: seen.len(), changed: (seen.ctime(), seen.ctime_nsec()) })
    }
}

/// A run and the file it was read from.
#[derive(Debug)]
struct Known {
    stamp: Option<Stamp>,
    run: Arc<Run>,
}

/// All runs of a folder.
#[derive(Debug)]
pub struct Shelf {
    place: Place,
    known: BTreeMap<RunId, Known>,
}

impl Shelf {
    /// Nothing is read yet.
    pub const fn new(place: Place) -> Self {
        Self { place, known: BTreeMap::new() }
    }

    /// Where the runs are.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Looks again. The runs, oldest first; each is the same `Arc` as before if nothing about it has changed. The records of those that are
    /// `wanted` are kept, and of those that are driven.
    ///
    /// # Errors
    /// The folder of the runs cannot be read. A journal that cannot be is a run that is [`Stands::Broken`].
    pub fn look(&mut self, wanted: &BTreeSet<RunId>) -> Result<Vec<Arc<Run>>, JournalError> {
        let runs = self.place.all()?;
        self.known.retain(|run, _| runs.binary_search(run).is_ok());
        for run in &runs {
            // Before the file is read: what is written meanwhile is found the next time.
            let stamp = Stamp::of(&self.place, *run);
            let keep = wanted.contains(run);
            let known = self.known.get(run).filter(|known| known.stamp == stamp);
            let looked = match known.map(|known| &known.run) {
                Some(same) if !keep || same.read.is_some() || matches!(same.stands, Stands::Empty) => {
                    stands_otherwise(&self.place, same, keep)
                }
                Some(_) | None => Some(read(&self.place, *run, keep)),
            };
            if let Some(looked) = looked {
                self.known.insert(*run, Known { stamp, run: Arc::new(looked) });
            }
        }
        Ok(self.known.values().map(|known| Arc::clone(&known.run)).collect())
    }
}

/// The same run, where its lock was taken or given back since, or its records are not asked for any more.
fn stands_otherwise(place: &Place, run: &Run, keep: bool) -> Option<Run> {
    let stands = match (&run.stands, &run.told) {
        (Stands::Driven(_) | Stands::BrokenOff, Some(told)) => {
            Stands::of(run.run, &told.account, lock::holder(place, &told.account.system))
        }
        (same, _) => same.clone(),
    };
    let keeps = keep || matches!(stands, Stands::Driven(_));
    if keeps && run.read.is_none() && !matches!(stands, Stands::Empty) {
        return Some(self::read(place, run.run, keep));
    }
    let read = run.read.clone().filter(|_| keeps);
    let other = Run { stands, read, ..run.clone() };
    (other != *run).then_some(other)
}

/// Reads a run.
fn read(place: &Place, run: RunId, keep: bool) -> Run {
    let (read, trouble) = match list::bytes(place, run) {
        Err(error) => (None, Some(error)),
        Ok(bytes) => match read_of(run, &bytes) {
            Ok(read) => (Some(read), None),
            Err(error) => (before(run, &bytes, &error), Some(error)),
        },
    };
    let told = read.as_ref().and_then(Told::of);
    let stands = match (&told, trouble) {
        (_, Some(error)) => Stands::Broken(Text::new(error.to_string())),
        (Some(told), None) => Stands::of(run, &told.account, lock::holder(place, &told.account.system)),
        (None, None) if read.as_ref().is_none_or(|read| read.entries.is_empty()) => Stands::Empty,
        (None, None) => Stands::Broken(Text::new("its first record opens no run")),
    };
    let read = read.filter(|_| keep || matches!(stands, Stands::Driven(_))).map(Arc::new);
    Run { run, stands, told, read }
}

/// What stands before the line at which a journal is broken.
fn before(run: RunId, bytes: &[u8], error: &JournalError) -> Option<Read> {
    let (JournalError::Broken { line, .. } | JournalError::Newer { line, .. }) = error else { return None };
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1));
    let whole: usize = lines.map(<[u8]>::len).sum();
    read_of(run, bytes.get(..whole)?).ok().filter(|read| !read.entries.is_empty())
}
