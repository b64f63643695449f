//! `drdeck status`: every System judged once; the exit code is the worst verdict.

pub mod json;
pub mod prometheus;
pub mod table;

use std::collections::BTreeSet;
use std::env;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use table::Colour;

use super::args::{Global, Output, StatusArgs};
use super::exit::Failure;
use super::runbook::files;
use super::{output, reading, state};
use crate::config::{self, Config};
use crate::document::suggest;
use crate::journal::{Shelf, history};
use crate::model::{Recoveries, SourceStatus, Span, SystemAssessment, Verdict, words};
use crate::observe::{self, Memory, Outages};
use crate::runbook::Runbook;

/// What has not answered by then is reported as not read: the whole command is to end within 20 s.
const PATIENCE: Duration = Duration::from_secs(16);

pub(super) fn run(args: &StatusArgs, global: &Global) -> Result<ExitCode, Failure> {
    let config = config::load(global.config.as_deref(), &global.overrides())?;
    if let Some(name) = &args.system {
        refuse_stranger(&config, name)?;
    }
    let colour = colour();
    let settings = reading::settings(&config);
    let memory = state::memory(&config, global);
    let recoveries = recoveries(&config, global);
    let Config { name, estate, .. } = config;
    // Of what is remembered only the starts of outages count here: all else is read now, or not known.
    let outages = memory.as_ref().and_then(Memory::outages).unwrap_or_default();
    let known_of = outages.account.clone();
    let before = observe::Before { outages, recoveries };
    let observation = observe::once_after(settings, Arc::new(estate), PATIENCE, before)
        .map_err(|unread| Failure::Unavailable(unread.to_string()))?;
    let assessment = &observation.assessment;
    if let Some(memory) = &memory {
        let account = assessment.identity.value.as_ref().map(|identity| identity.account.clone());
        let lasting = Outages::new(assessment.now, observation.snapshot.down_since.clone());
        memory.remember_outages(&lasting.of(account.or(known_of)));
    }
    for source in &assessment.sources {
        if let Some(failure) = &source.failure {
            tracing::warn!(service = %source.service, region = %source.region, error = %failure.error, "not read");
        }
    }
    tracing::info!(calls = assessment.calls, "read");
    let systems: Vec<&SystemAssessment> = assessment
        .systems
        .iter()
        .map(AsRef::as_ref)
        .filter(|system| args.system.as_ref().is_none_or(|wanted| *wanted == system.name))
        .collect();
    let text = match args.output {
        Output::Json => json::render(assessment, &systems)
            .map_err(|error| Failure::CannotWrite(format!("the status cannot be written as JSON: {error}")))?,
        Output::Prometheus => prometheus::render(assessment, &systems),
        Output::Table => table::render(&name, assessment, &systems, colour, width()),
    };
    output::print(text)?;
    Ok(ExitCode::from(exit_code(&systems)))
}

/// What the runs of this machine and the runbooks tell beforehand of how long recovery takes; what of it cannot be read tells nothing.
fn recoveries(config: &Config, global: &Global) -> Recoveries {
    let runs = state::runs(global).ok().map(|place| Shelf::new(place).look(&BTreeSet::new()));
    let runs = runs.unwrap_or(Ok(Vec::new())).unwrap_or_else(|error| {
        tracing::warn!(%error, "what runs have proven is not known");
        Vec::new()
    });
    let found = files::all(config).unwrap_or_else(|error| {
        tracing::warn!(%error, "what runbooks add up to is not known");
        Vec::new()
    });
    let usable: Vec<Runbook> =
        found.into_iter().filter_map(|found| found.runbook.ok()).map(|(runbook, _)| runbook).collect();
    history::recoveries(&runs, &usable)
}

/// Whole seconds, rounded down; two clocks that disagree do not make a loss negative.
fn seconds(span: Span) -> i64 {
    span.as_secs().max(0)
}

/// Hundredths of a cent: more digits would be made up.
fn cost(usd: f64) -> f64 {
    (usd * 10_000.0).round() / 10_000.0
}

/// The word for programs.
const fn state(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Ok => "ok",
        SourceStatus::Stale => "stale",
        SourceStatus::Error => "error",
    }
}

fn refuse_stranger(config: &Config, name: &str) -> Result<(), Failure> {
    let names = || config.estate.systems.iter().map(|system| system.name.as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    let there_are = format!("; there are {}", words::listed(names()));
    let hint = suggest::hint(name, names(), &there_are);
    Err(Failure::Usage(format!("no system is called \"{name}\"{hint}")))
}

fn colour() -> Colour {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if io::stdout().is_terminal() && !unwanted { Colour::On } else { Colour::Off }
}

/// The columns of the terminal. What goes to a file or a program is not broken into lines.
fn width() -> usize {
    let terminal = if io::stdout().is_terminal() { crate::console::terminal_width() } else { None };
    terminal.map_or(usize::MAX, usize::from)
}

/// 0 met, 1 at risk, 2 breached or split, 3 unknown: of the worst System. Without any, nothing is known.
pub fn exit_code(systems: &[&SystemAssessment]) -> u8 {
    match systems.iter().map(|system| system.verdict).max() {
        Some(Verdict::Met) => 0,
        Some(Verdict::AtRisk) => 1,
        Some(Verdict::Breached | Verdict::Split) => 2,
        Some(Verdict::Unknown) | None => 3,
    }
}
