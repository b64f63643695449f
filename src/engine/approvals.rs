//! Consent from another session: a file in the run's folder, written by whoever runs the same command while the run waits for it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Order, View};
use crate::journal::{Person, Place};
use crate::runbook::{Question, RunId, Work};

/// Somebody's consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The step.
    pub step: String,
    /// Who.
    pub by: Person,
}

fn folder(place: &Place, run: RunId) -> PathBuf {
    place.run(run).join("approvals")
}

/// Leaves a consent for the session that drives.
///
/// # Errors
/// The run's folder cannot be written to: which, and why.
pub fn leave(place: &Place, run: RunId, approval: &Approval) -> Result<(), String> {
    let folder = folder(place, run);
    let cannot = |error: io::Error| format!("{} cannot be written: {error}", folder.display());
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(cannot)?;
    let text = serde_json::to_string(approval).map_err(|error| error.to_string())?;
    let name = format!("{}-{}.json", approval.step, std::process::id());
    // Written whole under another name first: whoever looks sees all of it or nothing.
    let (draft, path) = (folder.join(format!(".{name}")), folder.join(name));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)?;
    fs::rename(&draft, &path).map_err(cannot)
}

/// A consent to the step that asks for one now, by another caller of AWS than the one who drives. Reads the run's folder.
pub fn waiting(place: &Place, view: &View) -> Option<Order> {
    let driver = view.holder.as_ref().map(|(person, _)| &person.arn);
    view.cards().filter(|(_, card)| card.work == Work::Ask(Question::Approval) && card.blocker().is_none()).find_map(
        |(step, _)| {
            let left = of_step(place, view.run.id, &step.id);
            let approval = left.into_iter().find(|approval| Some(&approval.by.arn) != driver)?;
            Some(Order::Approve { step: step.index, by: approval.by, verified: true })
        },
    )
}

/// The consents left for a step.
fn of_step(place: &Place, run: RunId, step: &str) -> Vec<Approval> {
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
