//! What can be typed after `drdeck`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::Overrides;

/// Would every system survive? A console for disaster recovery on AWS.
///
/// Without a command, the full-screen console opens. It changes nothing in AWS before a run is begun in it and a step confirmed.
#[derive(Debug, Parser)]
#[command(name = "drdeck", version, max_term_width = 100, after_help = AFTER)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) global: Global,
}

const AFTER: &str = "Exit codes: 64 wrong usage, 78 a config that cannot be used; `status`: 0 met, 1 at risk, 2 breached or split, 3 unknown.";

/// Flags that mean the same everywhere on the line.
#[derive(Args, Debug)]
#[command(next_help_heading = "Anywhere on the line")]
pub(super) struct Global {
    /// The config, instead of $XDG_CONFIG_HOME/drdeck/config.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Send every call to this AWS-compatible endpoint
    #[arg(long, global = true, value_name = "URL")]
    pub(super) endpoint_url: Option<String>,
    /// The AWS profile to read with
    #[arg(long, global = true, value_name = "PROFILE")]
    pub(super) profile: Option<String>,
    /// Where drdeck keeps its files, instead of $XDG_STATE_HOME/drdeck
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) state_dir: Option<PathBuf>,
    /// The colours of the console
    #[arg(long, global = true, value_name = "THEME")]
    pub(super) theme: Option<String>,
    /// Never offer a change: no run can be begun
    #[arg(long, global = true)]
    pub(super) read_only: bool,
    /// Write a log to the state directory
    #[arg(long, global = true, value_name = "LEVEL")]
    pub(super) log_level: Option<LogLevel>,
}

impl Global {
    /// What these flags say instead of the config.
    pub(super) fn overrides(&self) -> Overrides {
        Overrides { endpoint_url: self.endpoint_url.clone(), profile: self.profile.clone() }
    }
}

/// How much the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look around in a built-in shop on a simulated AWS; nothing leaves this machine
    Demo(DemoArgs),
    /// Serve a simulated AWS on this machine for drdeck, the AWS CLI and SDKs
    Simulate(SimulateArgs),
    /// Say how every system stands, once; the exit code is the worst of them
    Status(StatusArgs),
    /// What is written down for the worst night
    #[command(subcommand)]
    Runbook(RunbookCommand),
    /// What was done, by whom, and whether its record is whole
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// `drdeck runbook`
#[derive(Debug, Subcommand)]
pub(super) enum RunbookCommand {
    /// One runbook a line
    List,
    /// A runbook's steps
    Show {
        /// The runbook
        name: String,
    },
    /// A sheet of paper for the day that drdeck is not there: every step with its AWS CLI lines
    Print {
        /// The runbook
        name: String,
    },
    /// What is wrong with one runbook, or with all: exit 0 nothing, 1 warnings, 2 errors
    Lint {
        /// The runbook
        name: Option<String>,
    },
    /// Run it, line by line, each step confirmed: exit 0 finished, 1 paused, 2 given up
    Run(RunArgs),
}

/// `drdeck runbook run`
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    /// The runbook
    pub(super) name: String,
    /// A rehearsal in AWS: servers are launched as drills, traffic is not moved, nothing one-way is done
    #[arg(long, conflicts_with = "tabletop")]
    pub(super) drill: bool,
    /// A rehearsal on paper: nothing is sent
    #[arg(long)]
    pub(super) tabletop: bool,
    /// The incident it is run for: recorded, and part of the name of the role's session
    #[arg(long, value_name = "ID")]
    pub(super) incident: Option<String>,
}

/// `drdeck journal`
#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// One run a line, its id first
    List,
    /// What happened in a run, a line each
    Show {
        /// The run
        run: String,
    },
    /// Whether its record is whole: exit 0 it is, 1 it tells of what no run does, 2 it is broken
    Verify {
        /// The run
        run: String,
    },
    /// The run as a document
    Export {
        /// The run
        run: String,
        /// For people, or for programs
        #[arg(long, value_enum, default_value_t = Document::Md)]
        format: Document,
    },
}

/// What `journal export` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Document {
    /// Markdown
    Md,
    /// JSON, schema 1
    Json,
}

/// `drdeck demo`
#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// What happens to the shop
    #[arg(long, default_value = "calm", value_name = "NAME")]
    pub(super) scenario: String,
    /// Simulated seconds for each second; 0 freezes the clock
    #[arg(long, default_value = "1", value_name = "X", value_parser = speed)]
    pub(super) speed: f64,
    /// The same seed makes the same shop
    #[arg(long, default_value = "1", value_name = "NUMBER")]
    pub(super) seed: u64,
    /// Which company: the shop, or a thousand systems made from the seed
    #[arg(long, value_enum, default_value_t = Company::Shop)]
    pub(super) estate: Company,
    /// Write the shop's estate, config and scenarios to this folder instead, to copy from
    #[arg(long, value_name = "DIR")]
    pub(super) export: Option<PathBuf>,
}

/// What the demo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Company {
    /// Nine systems
    Shop,
    /// 1,000 systems in three accounts
    Large,
}

/// `drdeck simulate`
#[derive(Args, Debug)]
pub(super) struct SimulateArgs {
    /// Address and port on this machine; port 0 takes a free one
    #[arg(long, default_value_t = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), value_name = "ADDRESS", value_parser = loopback)]
    pub(super) listen: SocketAddr,
    /// What happens: a built-in scenario, or a file
    #[arg(long, default_value = "calm", value_name = "NAME|FILE")]
    pub(super) scenario: String,
    /// What there is instead of the built-in shop: an estate file, or "large": 1,000 systems made from the seed
    #[arg(long, value_name = "FILE|large")]
    pub(super) estate: Option<PathBuf>,
    /// Simulated seconds for each second; 0 freezes the clock
    #[arg(long, default_value = "1", value_name = "X", value_parser = speed)]
    pub(super) speed: f64,
    /// The same seed makes the same estate
    #[arg(long, default_value = "1", value_name = "NUMBER")]
    pub(super) seed: u64,
    /// Write a drdeck config for the estate to this file before the first line is printed
    #[arg(long, value_name = "FILE")]
    pub(super) write_config: Option<PathBuf>,
}

/// `drdeck status`
#[derive(Args, Debug)]
pub(super) struct StatusArgs {
    /// For people, or for programs
    #[arg(long, value_enum, default_value_t = Output::Table)]
    pub(super) output: Output,
    /// Only this system
    #[arg(long, value_name = "NAME")]
    pub(super) system: Option<String>,
}

/// What `status` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// A table with the reasons below
    Table,
    /// One JSON document, schema 1
    Json,
    /// Metrics in Prometheus's text format, for a textfile collector
    Prometheus,
}

/// `drdeck completions`
#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: Shell,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.0..=100_000.0).contains(&speed) => Ok(speed),
        Ok(_) | Err(_) => Err("it must be a number from 0 to 100000".to_owned()),
    }
}

/// The simulator believes everybody: it is for this machine alone.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(_) => Err("the simulator serves this machine only; write it like 127.0.0.1:4566".to_owned()),
        Err(_) => Err("write it like 127.0.0.1:4566".to_owned()),
    }
}
