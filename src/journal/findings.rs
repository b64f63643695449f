//! What verifying a run finds, in words: the same on the command line and on the screen.

use super::chain::Read;
use super::error::JournalError;
use super::list;
use super::place::Place;
use super::rescue::Rescue;
use super::tell::harmless;
use super::verify::verify;
use crate::model::words;
use crate::runbook::RunId;

/// What was found, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it means.
    pub weight: Weight,
    /// The line. It is harmless to show.
    pub words: String,
}

/// What a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The journal is whole.
    Whole,
    /// To be known.
    Told,
    /// Nobody knows something that matters.
    Open,
    /// It tells of what no run of drdeck does.
    Wrong,
    /// It cannot be vouched for.
    Broken,
}

/// Reads a run and goes through its records.
///
/// # Errors
/// It cannot be read, which says nothing about what is in it.
pub fn findings(place: &Place, run: RunId) -> Result<Vec<Finding>, JournalError> {
    let read = match list::read(place, run) {
        Ok(read) if read.entries.is_empty() => return Ok(vec![broken(&JournalError::Empty { run })]),
        Ok(read) => read,
        Err(error @ (JournalError::Broken { .. } | JournalError::Newer { .. } | JournalError::Unsafe { .. })) => {
            return Ok(vec![broken(&error)]);
        }
        Err(other) => return Err(other),
    };
    Ok(of_read(run, &read, list::saved(place, run)?.as_ref()))
}

fn broken(error: &JournalError) -> Finding {
    Finding { weight: Weight::Broken, words: harmless(&error.to_string()) }
}

fn of_read(run: RunId, read: &Read, rescue: Option<&Rescue>) -> Vec<Finding> {
    let report = verify(&read.entries, &read.head);
    let mut found = Vec::new();
    let mut add = |weight, text: String| found.push(Finding { weight, words: harmless(&text) });
    add(Weight::Whole, format!("run {run}: {}, chain whole", words::count(report.records, "record")));
    add(Weight::Told, format!("head {}", report.head.hash));
    if read.tail > 0 {
        let bytes = words::count(read.tail, "byte");
        add(
            Weight::Told,
            format!("{bytes} behind the last record are no record: a line that was cut short, or is being written"),
        );
    }
    if let Some(rescue) = rescue {
        let records = words::count(rescue.read.entries.len(), "record");
        let path = rescue.path.display();
        add(Weight::Told, format!("its file failed: {records} are in {path}, and the next session goes on from there"));
    }
    for intent in &report.in_doubt {
        add(Weight::Open, format!("in doubt: {intent}; what became of it is found out when the run goes on"));
    }
    for (seq, what) in &report.wrong {
        add(Weight::Wrong, format!("wrong: record {seq}: {what}"));
    }
    found
}
