//! `drdeck journal`: what was done, by whom, and whether its record is whole. It needs no config.

use std::process::ExitCode;

use super::args::{Document, Global, JournalCommand};
use super::exit::Failure;
use super::{output, state};
use crate::journal::account::Account;
use crate::journal::tell::harmless;
use crate::journal::verify::verify;
use crate::journal::{JournalError, Place, Read, export, list, tell};
use crate::model::words;
use crate::runbook::{Mode, RunId};

/// The exit code of `verify` for a journal that tells of what no run does.
const WRONG: u8 = 1;
/// The exit code of `verify` for a journal that is broken.
const BROKEN: u8 = 2;

pub(super) fn run(command: &JournalCommand, global: &Global) -> Result<ExitCode, Failure> {
    let place = state::runs(global)?;
    match command {
        JournalCommand::List => listed(&place),
        JournalCommand::Show { run } => show(&place, run),
        JournalCommand::Verify { run } => verified(&place, run),
        JournalCommand::Export { run, format } => exported(&place, run, *format),
    }
}

fn named(run: &str) -> Result<RunId, Failure> {
    run.parse().map_err(Failure::Usage)
}

/// A run that has records.
fn read(place: &Place, run: RunId) -> Result<Read, JournalError> {
    let read = list::read(place, run)?;
    if read.entries.is_empty() { Err(JournalError::Empty { run }) } else { Ok(read) }
}

/// One run a line, its id first, the newest last. What matters most stands within 80 columns.
fn listed(place: &Place) -> Result<ExitCode, Failure> {
    let mut text = String::new();
    for run in place.all()? {
        let line = match read(place, run) {
            Err(JournalError::Empty { .. }) => format!("{run} empty: nothing was recorded"),
            Err(error) => format!("{run} CANNOT BE READ: {error}"),
            Ok(read) => Account::of(&read.entries).map_or_else(
                || format!("{run} CANNOT BE READ: its first record opens no run"),
                |account| line(&account),
            ),
        };
        text.push_str(harmless(&line).trim_end());
        text.push('\n');
    }
    output::print(text)?;
    Ok(ExitCode::SUCCESS)
}

fn line(account: &Account) -> String {
    let Account { run, runbook, opened, steps, .. } = account;
    let verdict = account.verdict.map_or("open", |verdict| verdict.as_str());
    let steps = format!("{}/{}", account.ended(), steps.len());
    let mode = match account.mode {
        Mode::Live => String::new(),
        mode @ (Mode::Drill | Mode::Tabletop) => format!(" ({})", mode.as_str()),
    };
    let by = account.drivers.last().map(|by| format!("  {}", by.name)).unwrap_or_default();
    format!("{run} {}  {verdict:8}  {steps:>5}  {runbook}{mode}{by}", opened.strftime("%Y-%m-%d %H:%MZ"))
}

fn show(place: &Place, run: &str) -> Result<ExitCode, Failure> {
    let read = read(place, named(run)?)?;
    let mut text = String::new();
    for entry in &read.entries {
        let step = entry.record.step().map(|step| format!("{}: ", harmless(step))).unwrap_or_default();
        text.push_str(&format!("{:>4} {:.0} {step}{}\n", entry.seq, entry.at, tell::sentence(&entry.record)));
    }
    output::print(text)?;
    Ok(ExitCode::SUCCESS)
}

/// Exit 0: whole, and as a run goes. 1: whole, but it tells of what no run does. 2: it cannot be vouched for.
fn verified(place: &Place, run: &str) -> Result<ExitCode, Failure> {
    let run = named(run)?;
    let read = match read(place, run) {
        Ok(read) => read,
        Err(
            error @ (JournalError::Broken { .. }
            | JournalError::Newer { .. }
            | JournalError::Empty { .. }
            | JournalError::Unsafe { .. }),
        ) => {
            output::complain(&error.to_string());
            return Ok(ExitCode::from(BROKEN));
        }
        Err(other) => return Err(other.into()),
    };
    let report = verify(&read.entries, &read.head);
    let mut text =
        format!("run {run}: {}, chain whole\nhead {}\n", words::count(report.records, "record"), report.head.hash);
    if read.tail > 0 {
        text.push_str(&format!(
            "{} behind the last record are no record: a line that was cut short, or is being written\n",
            words::count(read.tail, "byte")
        ));
    }
    if let Some(rescue) = list::saved(place, run)? {
        text.push_str(&format!(
            "its file failed: {} are in {}, and the next session goes on from there\n",
            words::count(rescue.read.entries.len(), "record"),
            rescue.path.display()
        ));
    }
    for intent in &report.in_doubt {
        text.push_str(&format!("in doubt: {intent}; `drdeck runbook run` finds out when it goes on\n"));
    }
    for (seq, what) in &report.wrong {
        text.push_str(&format!("wrong: record {seq}: {}\n", harmless(what)));
    }
    output::print(text)?;
    Ok(if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

fn exported(place: &Place, run: &str, format: Document) -> Result<ExitCode, Failure> {
    let run = named(run)?;
    let Read { entries, head, .. } = read(place, run)?;
    let text = match format {
        Document::Md => export::markdown(&entries, &head),
        Document::Json => export::json(&entries, &head).map(|document| export::json_text(&document)),
    };
    let no_run = || JournalError::Broken { line: 1, why: "it opens no run".to_owned() };
    output::print(text.ok_or_else(no_run)?)?;
    Ok(ExitCode::SUCCESS)
}
