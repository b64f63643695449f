//! `drdeck runbook run`: the engine, line by line, without full screen.

mod begin;
mod card;
mod question;
mod session;
mod terminal;

use std::process::ExitCode;

use super::files;
use crate::cli::args::{Global, RunArgs};
use crate::cli::exit::Failure;
use crate::config::Config;
use crate::journal::Verdict;
use crate::runbook::Mode;

pub(super) fn run(config: &Config, args: &RunArgs, global: &Global) -> Result<ExitCode, Failure> {
    if global.read_only {
        return Err(Failure::Usage(
            "--read-only: nothing is changed, so no runbook is run; see `drdeck runbook show`".to_owned(),
        ));
    }
    let mode = match (args.drill, args.tabletop) {
        (true, _) => Mode::Drill,
        (false, true) => Mode::Tabletop,
        (false, false) => Mode::Live,
    };
    let (runbook, text) = files::named(config, &args.name)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Unavailable(format!("no runtime can be had: {error}")))?;
    let unavailable = |error| Failure::Unavailable(format!("the terminal cannot be used: {error}"));
    let mut terminal = terminal::Terminal::open().map_err(unavailable)?;
    let ended = runtime.block_on(async {
        let wanted = begin::Wanted { config, global, runbook, text, mode, incident: args.incident.as_deref() };
        match begin::begin(wanted, &mut terminal).await? {
            begin::Begun::Driving(started) => {
                session::drive(*started, &mut terminal.lines, &terminal.voice).await.map(Some)
            }
            begin::Begun::Elsewhere => Ok(None),
        }
    });
    runtime.shutdown_background();
    terminal.close();
    Ok(ended?.map_or(ExitCode::SUCCESS, exit_code))
}

/// 0 finished, 1 paused, 2 aborted.
fn exit_code(verdict: Verdict) -> ExitCode {
    ExitCode::from(match verdict {
        Verdict::Finished => 0,
        Verdict::Paused => 1,
        Verdict::Aborted => 2,
    })
}
