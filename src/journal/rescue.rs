//! A history whose file failed: saved elsewhere, and taken back when the run is gone on with.

use std::fs::{self, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::chain::{Read, read_of};
use super::error::JournalError;
use super::place::{Owner, Place, keep, make_folder, open_private, save, sync_folder};
use crate::runbook::RunId;

/// Saves a whole history in the first place that takes it.
pub(super) fn put(place: &Place, run: RunId, history: &[u8]) -> Option<PathBuf> {
    let put =
        |path: &PathBuf| path.parent().is_some_and(|folder| make_folder(folder).is_ok()) && save(path, history).is_ok();
    place.rescues(run).into_iter().find(put)
}

/// A history that was saved of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Rescue {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub read: Read,
    text: Vec<u8>,
}

/// The longest history that was saved of a run and goes on from all of `known`, the whole lines of its journal. A journal that went on by
/// itself since is not put back.
pub(super) fn find(place: &Place, run: RunId, known: &[u8]) -> Option<Rescue> {
    let saved = place.rescues(run).into_iter().filter_map(|path| {
        let mut text = Vec::new();
        let mut file = open_private(&path, Owner::Us, OpenOptions::new().read(true)).ok()?;
        file.read_to_end(&mut text).ok()?;
        let read = read_of(run, &text).ok().filter(|read| read.tail == 0 && !read.unended)?;
        (text.starts_with(known) && !read.entries.is_empty()).then_some(Rescue { path, read, text })
    });
    saved.max_by_key(|rescue| rescue.text.len())
}

/// What the files are named that keep what a file held that failed.
pub(super) const FAILED: &str = "failed";

/// Puts a saved history into the place of the file that failed. What that held is kept beside it.
pub(super) fn take_back(journal: &Path, rescue: &Rescue, failed: &[u8]) -> Result<(), JournalError> {
    let folder = journal.parent().unwrap_or(journal);
    let unusable = |error| JournalError::Unusable { path: journal.to_owned(), error };
    keep(folder, FAILED, failed)?;
    let fresh = folder.join("journal.new");
    // From an attempt that did not get to its end.
    let _ = fs::remove_file(&fresh);
    save(&fresh, &rescue.text)?;
    fs::rename(&fresh, journal).and_then(|()| sync_folder(folder)).map_err(unusable)
}
