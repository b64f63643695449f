//! Which runs there are, and how each stands.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _};

use super::chain::{Read, read_of};
use super::error::JournalError;
use super::place::{Owner, Place, open_private};
use super::record::{Entry, Record, Verdict};
use super::rescue::{self, Rescue};
use crate::runbook::RunId;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its session was closed with this.
    Closed(Verdict),
    /// Its session was not closed: it goes on, or its process ended.
    Open,
}

/// What a journal holds, read without the lock: a line that is being written is left out.
///
/// # Errors
/// There is no such run, it is broken, or it cannot be read.
pub fn read(place: &Place, run: RunId) -> Result<Read, JournalError> {
    read_of(run, &bytes(place, run)?)
}

/// The history that was saved elsewhere when the journal's file failed, where it tells more than that file: the run goes on from it.
///
/// # Errors
/// As [`read`].
pub fn saved(place: &Place, run: RunId) -> Result<Option<Rescue>, JournalError> {
    let text = bytes(place, run)?;
    let read = read_of(run, &text)?;
    let known = text.get(..read.whole).unwrap_or_default();
    Ok(rescue::find(place, run, known).filter(|rescue| rescue.read.entries.len() > read.entries.len()))
}

/// The bytes of a run's journal; none if its process ended before it made the file.
pub(super) fn bytes(place: &Place, run: RunId) -> Result<Vec<u8>, JournalError> {
    let path = place.journal(run);
    let unusable = |error| JournalError::Unusable { path: path.clone(), error };
    let mut text = Vec::new();
    match open_private(&path, Owner::Anybody, OpenOptions::new().read(true)) {
        Ok(mut file) => file.read_to_end(&mut text).map_err(unusable)?,
        // The process ended before it made the file.
        Err(JournalError::Unusable { error, .. }) if error.kind() == ErrorKind::NotFound && place.run(run).is_dir() => {
            0
        }
        Err(JournalError::Unusable { error, .. }) if error.kind() == ErrorKind::NotFound => {
            return Err(JournalError::NotThere { run, folder: place.runs() });
        }
        Err(other) => return Err(other),
    };
    Ok(text)
}

/// How a run with those entries stands.
pub fn standing(entries: &[Entry]) -> Standing {
    let last = entries.iter().rev().find_map(|entry| {
        if let Record::SessionClosed { verdict, .. } = &entry.record {
            return Some(Standing::Closed(*verdict));
        }
        matches!(entry.record, Record::SessionOpened { .. }).then_some(Standing::Open)
    });
    last.unwrap_or(Standing::Open)
}

/// The newest of the runs of a runbook that are neither finished nor aborted, with its entries. A rehearsal that was finished since does
/// not hide a run that was not.
///
/// # Errors
/// The runs cannot be listed. Journals that cannot be read are passed over: they cannot be gone on with.
pub fn unfinished(place: &Place, runbook: &str) -> Result<Option<(RunId, Vec<Entry>)>, JournalError> {
    for run in place.all()?.into_iter().rev() {
        let Read { entries, .. } = match read(place, run) {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%run, %error, "a journal is passed over");
                continue;
            }
        };
        let is_of = matches!(entries.first().map(|entry| &entry.record), Some(Record::RunOpened { runbook: name, .. }) if name == runbook);
        let goes_on = match standing(&entries) {
            Standing::Closed(Verdict::Finished | Verdict::Aborted) => false,
            Standing::Closed(Verdict::Paused) | Standing::Open => true,
        };
        if is_of && goes_on {
            return Ok(Some((run, entries)));
        }
    }
    Ok(None)
}
