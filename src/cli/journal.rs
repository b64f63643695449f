//! `drdeck journal`: what was done, by whom, and whether its record is whole. It needs no config.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::args::{Document, Global, JournalCommand};
use super::exit::Failure;
use super::{output, state};
use crate::journal::account::Account;
use crate::journal::findings::{Finding, Weight, findings};
use crate::journal::tell::harmless;
use crate::journal::{JournalError, Place, Read, Run, Shelf, Stands, export, list, tell};
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
    for run in Shelf::new(place.clone()).look(&BTreeSet::new())? {
        text.push_str(harmless(&line(&run)).trim_end());
        text.push('\n');
    }
    output::print(text)?;
    Ok(ExitCode::SUCCESS)
}

fn line(run: &Run) -> String {
    let Run { run: id, stands, told, .. } = run;
    let account = match (stands, told) {
        (Stands::Empty, _) => return format!("{id} empty: nothing was recorded"),
        (Stands::Broken(why), _) => return format!("{id} CANNOT BE READ: {why}"),
        (_, None) => return format!("{id} CANNOT BE READ"),
        (_, Some(told)) => &told.account,
    };
    let Account { runbook, opened, steps, .. } = account;
    let steps = format!("{}/{}", account.ended(), steps.len());
    let mode = match account.mode {
        Mode::Live => String::new(),
        mode @ (Mode::Drill | Mode::Tabletop) => format!(" ({})", mode.as_str()),
    };
    let by = account.drivers.last().map(|by| format!("  {}", by.name)).unwrap_or_default();
    format!("{id} {}  {:10}  {steps:>5}  {runbook}{mode}{by}", opened.strftime("%Y-%m-%d %H:%MZ"), stands.as_str())
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
    let found = findings(place, named(run)?)?;
    let (broken, told): (Vec<Finding>, Vec<Finding>) =
        found.into_iter().partition(|finding| finding.weight == Weight::Broken);
    for finding in &broken {
        output::complain(&finding.words);
    }
    output::print(told.iter().map(|finding| format!("{}\n", finding.words)).collect::<String>())?;
    let worst = broken.iter().chain(&told).map(|finding| finding.weight).max();
    Ok(match worst {
        Some(Weight::Broken) => ExitCode::from(BROKEN),
        Some(Weight::Wrong) => ExitCode::from(WRONG),
        Some(Weight::Whole | Weight::Told | Weight::Open) | None => ExitCode::SUCCESS,
    })
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
