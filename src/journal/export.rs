//! A run as a document: Markdown for people, JSON for programs.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::account::{Account, StepEnd};
use super::chain::{Head, Read};
use super::error::JournalError;
use super::list;
pub use super::markdown::markdown;
use super::place::{Place, save};
use super::record::Entry;
use super::verify::{Report, verify};
use crate::model::{Span, Text};
use crate::runbook::RunId;

/// So many exports of a run have room in one folder.
const MOST: u32 = 99;

/// Writes both documents of a run to new files, for their owner alone, in the first of `folders` that takes them; their paths. Nothing
/// is written over.
///
/// # Errors
/// The run cannot be read, or no folder takes the files: what the last one said.
pub fn to_files(place: &Place, run: RunId, folders: &[PathBuf]) -> Result<Vec<PathBuf>, JournalError> {
    let Read { entries, head, .. } = list::read(place, run)?;
    if entries.is_empty() {
        return Err(JournalError::Empty { run });
    }
    let no_run = || JournalError::Broken { line: 1, why: "it opens no run".to_owned() };
    let markdown = markdown(&entries, &head).ok_or_else(no_run)?;
    let json = json_text(&json(&entries, &head).ok_or_else(no_run)?);
    let mut refused = JournalError::NotThere { run, folder: place.runs() };
    for folder in folders {
        match pair(folder, run, &markdown, &json) {
            Ok(written) => return Ok(written),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// Both documents under one name that is free.
fn pair(folder: &Path, run: RunId, markdown: &str, json: &str) -> Result<Vec<PathBuf>, JournalError> {
    let names = (1..=MOST).map(|number| match number {
        1 => format!("drdeck-{run}"),
        more => format!("drdeck-{run}-{more}"),
    });
    let mut taken = None;
    for name in names {
        let (page, data) = (folder.join(format!("{name}.md")), folder.join(format!("{name}.json")));
        if page.symlink_metadata().is_ok() || data.symlink_metadata().is_ok() {
            continue;
        }
        match save(&page, markdown.as_bytes()).and_then(|()| save(&data, json.as_bytes())) {
            Ok(()) => return Ok(vec![page, data]),
            Err(error @ JournalError::Unusable { .. }) if is_taken(&error) => taken = Some(error),
            Err(other) => return Err(other),
        }
    }
    Err(taken.unwrap_or_else(|| JournalError::Unusable {
        path: folder.to_owned(),
        error: std::io::Error::new(ErrorKind::AlreadyExists, format!("{MOST} exports of this run are there already")),
    }))
}

/// Whether somebody else made that file meanwhile.
fn is_taken(error: &JournalError) -> bool {
    matches!(error, JournalError::Unusable { error, .. } if error.kind() == ErrorKind::AlreadyExists)
}

/// In JSON, schema 1: the sums, what was found wrong, and every record as it stands in the journal.
pub fn json(entries: &[Entry], head: &Head) -> Option<Json> {
    let account = Account::of(entries)?;
    let Report { records, head, in_doubt, wrong } = verify(entries, head);
    let seconds = |span: Span| span.as_secs();
    let split = account.split(entries).map(|split| {
        json!({ "before_s": seconds(split.before), "human_s": seconds(split.human), "machine_s": seconds(split.machine) })
    });
    let steps: Vec<Json> = account
        .steps
        .iter()
        .map(|step| {
            let (state, words) = match &step.end {
                StepEnd::Open => ("open", None),
                StepEnd::Done(words) => ("done", Some(words)),
                StepEnd::Skipped(words) => ("skipped", Some(words)),
                StepEnd::Failed(words) => ("failed", Some(words)),
            };
            json!({
                "id": step.id, "state": state, "evidence": words, "took_s": step.took.map(seconds),
                "confirmed_by": step.by, "requests": step.requests,
            })
        })
        .collect();
    let fences: Vec<Json> = account
        .open_fences
        .iter()
        .map(|(step, by, reason)| json!({ "step": step, "accepted_by": by, "reason": reason }))
        .collect();
    let systems: Vec<Json> = account
        .parts
        .iter()
        .map(|part| {
            json!({
                "system": part.system, "runbook": part.runbook, "objectives": part.objectives,
                "began": part.began, "served": part.served, "protected": part.protected,
                "rto_s": part.rto().map(seconds), "unprotected_s": part.unprotected().map(seconds),
            })
        })
        .collect();
    Some(json!({
        "schema": 1,
        "run": account.run,
        "runbook": account.runbook,
        "system": account.system,
        "direction": account.direction,
        "mode": account.mode,
        "incident": account.incident,
        "drivers": account.drivers,
        "opened": account.opened,
        "last": account.last,
        "verdict": account.verdict,
        "objectives": account.objectives,
        "began": account.began,
        "served": account.served,
        "protected": account.protected,
        "rto_s": account.rto().map(seconds),
        "split": split,
        "unprotected_s": account.unprotected().map(seconds),
        "systems": systems,
        "steps": steps,
        "open_fences": fences,
        "chain": { "records": records, "head": head.hash, "in_doubt": in_doubt,
                   "wrong": wrong.iter().map(|(seq, what)| json!({ "seq": seq, "what": what })).collect::<Vec<_>>() },
        "records": entries,
    }))
}

/// A JSON document as lines that are harmless on a terminal: what it would obey or hide is written as JSON allows, `\\u009b`.
pub fn json_text(document: &Json) -> String {
    let text = format!("{document:#}\n");
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || c == '\u{20}' || c.is_ascii_graphic() || Text::new(c.to_string()).as_str() == c.to_string() {
            harmless.push(c);
        } else {
            let mut units = [0; 2];
            harmless.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    harmless
}
