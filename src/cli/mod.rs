//! The command line: one file per subcommand. Errors go to standard error and say what to do next; exit codes are a contract.

mod args;
mod completions;
mod console;
mod demo;
mod exit;
mod journal;
mod large;
mod logging;
mod man;
mod output;
mod reading;
mod runbook;
mod simulate;
mod simulated;
mod state;
pub mod status;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use exit::Failure;
pub use reading::settings;
pub use simulated::{pointed_at, runbook_pointed_at};

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(exit::on_panic));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_a_command(&error),
    };
    match run(&cli) {
        Ok(code) => code,
        Err(failure) => {
            tracing::error!(%failure, "ended");
            output::complain(&failure.to_string());
            failure.exit_code()
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    logging::start(&cli.global)?;
    match &cli.command {
        None => console::run(&cli.global),
        Some(Command::Demo(args)) => demo::run(args, &cli.global),
        Some(Command::Simulate(args)) => simulate::run(args),
        Some(Command::Status(args)) => status::run(args, &cli.global),
        Some(Command::Runbook(command)) => runbook::run(command, &cli.global),
        Some(Command::Journal(command)) => journal::run(command, &cli.global),
        Some(Command::Completions(args)) => completions::run(args),
        Some(Command::Man) => man::run(),
    }
}

/// Help and version are answers and go to standard output; everything else is wrong usage.
fn not_a_command(error: &clap::Error) -> ExitCode {
    // Whoever closed the pipe does not want the rest.
    let _ = error.print();
    if error.use_stderr() { exit::USAGE.into() } else { ExitCode::SUCCESS }
}
