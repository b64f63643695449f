//! Consent from another session: a file in the run's folder, written by whoever runs the same command while the run waits for it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cli::exit::Failure;
use crate::journal::{Person, Place};
use crate::runbook::RunId;

/// Somebody's consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Approval {
    /// The step.
    pub(super) step: String,
    /// Who.
    pub(super) by: Person,
}

fn folder(place: &Place, run: RunId) -> PathBuf {
    place.run(run).join("approvals")
}

/// Leaves a consent for the session that drives.
pub(super) fn leave(place: &Place, run: RunId, approval: &Approval) -> Result<(), Failure> {
    let folder = folder(place, run);
    let cannot = |error| Failure::CannotWrite(format!("{} cannot be written: {error}", folder.display()));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(cannot)?;
    let text = serde_json::to_string(approval).map_err(|error| Failure::CannotWrite(error.to_string()))?;
    let name = format!("{}-{}.json", approval.step, std::process::id());
    // Written whole under another name first: whoever looks sees all of it or nothing.
    let (draft, path) = (folder.join(format!(".{name}")), folder.join(name));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)?;
    fs::rename(&draft, &path).map_err(cannot)
}

/// The consents left for a step.
pub(super) fn of_step(place: &Place, run: RunId, step: &str) -> Vec<Approval> {
    let Ok(entries) = fs::read_dir(folder(place, run)) else { return Vec::new() };
    entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let hidden = path.file_name()?.to_str()?.starts_with('.');
            let text = if hidden { None } else { fs::read_to_string(path).ok() }?;
            serde_json::from_str::<Approval>(&text).ok()
        })
        .filter(|approval| approval.step == step)
        .collect()
}
