//! `drdeck runbook`: what is written down for the worst night, and running it line by line.

pub(super) mod files;
mod lines;
mod lint;
mod list;
mod print;
mod run;
mod show;

use std::process::ExitCode;

use super::args::{Global, RunbookCommand};
use super::exit::Failure;
use crate::config;

pub(super) fn run(command: &RunbookCommand, global: &Global) -> Result<ExitCode, Failure> {
    let config = config::load(global.config.as_deref(), &global.overrides())?;
    match command {
        RunbookCommand::List => list::run(&config),
        RunbookCommand::Show { name } => show::run(&config, name),
        RunbookCommand::Print { name } => print::run(&config, name),
        RunbookCommand::Run(args) => run::run(&config, args, global),
        RunbookCommand::Lint { name } => lint::run(&config, name.as_deref()),
    }
}
