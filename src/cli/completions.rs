//! `drdeck completions SHELL`

use std::process::ExitCode;

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs};
use super::exit::Failure;
use super::output;

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "drdeck", &mut script);
    output::print(script)?;
    Ok(ExitCode::SUCCESS)
}
