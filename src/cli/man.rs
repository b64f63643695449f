//! `drdeck man`: one manual page with every subcommand on it.

use std::io;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::args::Cli;
use super::exit::Failure;
use super::output;

const FILES: &str = r".SH FILES
.TP
\fI$XDG_CONFIG_HOME/drdeck/config.toml\fR
What is watched, and what was promised. Refused when others may write to it.
.TP
\fI$XDG_CONFIG_HOME/drdeck/themes/\fR
Themes of your own.
.TP
\fI$XDG_STATE_HOME/drdeck/drdeck.log\fR
The log, only with \fB\-\-log\-level\fR.
.SH EXIT STATUS
.TP
\fB0\fR
Done; with \fBstatus\fR: every system meets its objectives.
.TP
\fB1\fR, \fB2\fR, \fB3\fR
\fBstatus\fR: at risk; breached or split; unknown. The worst of all systems.
.TP
\fB64\fR
Wrong usage.
.TP
\fB69\fR
No terminal for the console, or no port for the simulator.
.TP
\fB73\fR
A file could not be written.
.TP
\fB78\fR
The config, an estate or a scenario cannot be used.
";

pub(super) fn run() -> Result<ExitCode, Failure> {
    let page = page().map_err(|error| Failure::CannotWrite(format!("the manual page cannot be made: {error}")))?;
    output::print(page)?;
    Ok(ExitCode::SUCCESS)
}

fn page() -> io::Result<String> {
    let mut cli = Cli::command().disable_help_subcommand(true);
    cli.build();
    let man = Man::new(cli.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for command in cli.get_subcommands() {
        page.extend(format!(".SH DRDECK {}\n", command.get_name().to_uppercase()).bytes());
        page.extend(subcommand(command)?.bytes());
    }
    page.extend(FILES.bytes());
    String::from_utf8(page).map_err(io::Error::other)
}

/// The parts of a subcommand's own page, one level deeper, without the flags that the main page has already.
fn subcommand(command: &clap::Command) -> io::Result<String> {
    let own = command.clone().mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    let man = Man::new(own);
    let mut part = Vec::new();
    man.render_description_section(&mut part)?;
    if command.get_arguments().any(|arg| !arg.is_global_set() && arg.get_id() != "help") {
        man.render_options_section(&mut part)?;
    }
    let part = String::from_utf8(part).map_err(io::Error::other)?;
    Ok(part
        .lines()
        .filter(|line| !line.starts_with(".SH") && !line.starts_with(".ie") && !line.starts_with(".el"))
        .map(|line| format!("{line}\n"))
        .collect())
}
