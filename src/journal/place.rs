//! Where journals and locks are: `runs/<RUN>/journal.jsonl` and `locks/` below the state directory, for their owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, lstat};
use rustix::io::Errno;

use super::error::JournalError;
use crate::runbook::RunId;

/// The state directory, as far as runs are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    state: PathBuf,
    refuge: Option<PathBuf>,
}

impl Place {
    /// Below that directory. Nothing is made yet.
    pub fn new(state: impl Into<PathBuf>) -> Self {
        Self { state: state.into(), refuge: None }
    }

    /// With a folder on another disk, for the night on which this one fails.
    #[must_use]
    pub fn with_refuge(self, folder: impl Into<PathBuf>) -> Self {
        Self { refuge: Some(folder.into()), ..self }
    }

    /// Where runs are.
    pub fn runs(&self) -> PathBuf {
        self.state.join("runs")
    }

    /// Where one run is.
    pub fn run(&self, run: RunId) -> PathBuf {
        self.runs().join(run.to_string())
    }

    /// Its journal.
    pub fn journal(&self, run: RunId) -> PathBuf {
        self.run(run).join("journal.jsonl")
    }

    /// Where locks are.
    pub(super) fn locks(&self) -> PathBuf {
        self.state.join("locks")
    }

    /// Where a history may be saved that its own file does not take any more, the best place first.
    pub(super) fn rescues(&self, run: RunId) -> Vec<PathBuf> {
        let folders = [Some(self.state.join("rescue")), self.refuge.clone()];
        let name = |number: u32| format!("{run}-{number}.jsonl");
        folders.into_iter().flatten().flat_map(|folder| (1..=9).map(move |number| folder.join(name(number)))).collect()
    }

    /// Every run there is, oldest first.
    ///
    /// # Errors
    /// The folder of the runs cannot be read.
    pub fn all(&self) -> Result<Vec<RunId>, JournalError> {
        let folder = self.runs();
        let unusable = |error| JournalError::Unusable { path: folder.clone(), error };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unusable(error)),
        };
        let mut runs = Vec::new();
        for entry in entries {
            let name = entry.map_err(unusable)?.file_name();
            // There is one way to write a run's name; whatever else reads like one is not ours.
            let run = name.to_str().and_then(|name| name.parse::<RunId>().ok().filter(|run| run.to_string() == name));
            runs.extend(run);
        }
        runs.sort_unstable();
        Ok(runs)
    }
}

/// Whose files are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Ours alone: they are gone on with.
    Us,
    /// Anybody's: they are read, by an auditor for example.
    Anybody,
}

/// Makes a folder and those above it that are missing, durably and for their owner alone. One that is there must be ours alone already.
pub(super) fn make_folder(path: &Path) -> Result<(), JournalError> {
    let missing: Vec<&Path> =
        path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        let unusable = |error| JournalError::Unusable { path: folder.to_owned(), error };
        match DirBuilder::new().mode(0o700).create(folder) {
            // Whatever the umask takes away.
            Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(unusable)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unusable(error)),
        }
        if let Some(above) = folder.parent() {
            sync_folder(above).map_err(unusable)?;
        }
    }
    check_folder(path)
}

/// Refuses a folder in which others could replace files.
pub(super) fn check_folder(path: &Path) -> Result<(), JournalError> {
    let stat = lstat(path).map_err(|error| JournalError::Unusable { path: path.to_owned(), error: error.into() })?;
    let kind = FileType::from_raw_mode(stat.st_mode);
    if kind.is_symlink() {
        return Err(is_link(path));
    }
    if !kind.is_dir() {
        return Err(JournalError::Unsafe { path: path.to_owned(), why: "it is no folder".to_owned() });
    }
    check(path, &stat, Owner::Us)
}

/// Makes what is in a folder as durable as the folder is.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let here = Path::new(".");
    File::open(if path.as_os_str().is_empty() { here } else { path })?.sync_all()
}

/// Opens a file that nobody else could have written to. A link is not followed: it could lead anywhere.
pub(super) fn open_private(path: &Path, owner: Owner, options: &mut OpenOptions) -> Result<File, JournalError> {
    let unusable = |error| JournalError::Unusable { path: path.to_owned(), error };
    // Without NONBLOCK a pipe that somebody put there would hold us for ever.
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let file = options.mode(0o600).custom_flags(flags).open(path).map_err(|error| {
        if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) { is_link(path) } else { unusable(error) }
    })?;
    let stat = fstat(&file).map_err(|error| unusable(error.into()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(JournalError::Unsafe { path: path.to_owned(), why: "it is no plain file".to_owned() });
    }
    check(path, &stat, owner)?;
    if stat.st_size == 0 && owner == Owner::Us {
        // It may be new, and the umask may have taken away too much.
        file.set_permissions(Permissions::from_mode(0o600)).map_err(unusable)?;
    }
    Ok(file)
}

fn is_link(path: &Path) -> JournalError {
    JournalError::Unsafe { path: path.to_owned(), why: "it is a link, and could lead anywhere".to_owned() }
}

fn check(path: &Path, stat: &Stat, owner: Owner) -> Result<(), JournalError> {
    let refuse = |why: String| Err(JournalError::Unsafe { path: path.to_owned(), why });
    let us = rustix::process::geteuid().as_raw();
    if owner == Owner::Us && stat.st_uid != us {
        return refuse(format!("it belongs to user {} while drdeck runs as user {us}", stat.st_uid));
    }
    if Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
        return refuse(format!(
            "others may write to it, so it proves nothing; look at who did, then run: chmod go-w {}",
            path.display()
        ));
    }
    Ok(())
}

/// Writes a new file, durably; nothing of it stays where that fails.
pub(super) fn save(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    let unusable = |error| JournalError::Unusable { path: path.to_owned(), error };
    let mut file = open_private(path, Owner::Us, OpenOptions::new().write(true).create_new(true))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let written = written.and_then(|()| path.parent().map_or(Ok(()), sync_folder));
    written.map_err(|error| {
        let _ = fs::remove_file(path);
        unusable(error)
    })
}

/// Keeps bytes in a file of their own beside a journal; its name.
pub(super) fn keep(folder: &Path, kind: &str, bytes: &[u8]) -> Result<String, JournalError> {
    let mut number = 1_u32;
    loop {
        let name = format!("{kind}-{number}");
        match save(&folder.join(&name), bytes) {
            Ok(()) => return Ok(name),
            Err(JournalError::Unusable { error, .. }) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(other) => return Err(other),
        }
    }
}
