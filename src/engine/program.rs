//! Programs: started without a shell, with an environment of few names, and what they print is not kept.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::model::Text;
use crate::runbook::{self, Outcome, Refusal};

/// What every program gets of our environment.
const ALWAYS: [&str; 3] = ["PATH", "HOME", "LANG"];

/// Between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// A check that takes longer has not said yes.
const CHECK: Duration = Duration::from_secs(60);

/// Runs a program to its end. Blocks.
pub(super) fn run(command: &runbook::Command) -> Outcome {
    let patience = Duration::try_from(command.timeout).unwrap_or(CHECK);
    match start(&command.argv, &command.env) {
        Err(error) => Outcome::NotApplied { why: Refusal::NotSent, error },
        Ok(child) => match ended(child, patience) {
            Ok(status) => match status.code() {
                Some(code) => Outcome::Applied { answer: serde_json::json!({ "exit": code }) },
                None => Outcome::InDoubt { error: Text::new(format!("the program was killed: {status}")) },
            },
            Err(error) => Outcome::InDoubt { error },
        },
    }
}

/// Runs a program's check to its end: `Ok` if it says that the work is done. Blocks.
pub(super) fn check(command: &runbook::Command) -> Result<Text, Text> {
    let status = ended(start(&command.check, &command.env)?, CHECK)?;
    let program = command.check.first().map(String::as_str).unwrap_or_default();
    match status.code() {
        Some(0) => Ok(Text::new(format!("its check {program} says so"))),
        Some(code) => Err(Text::new(format!("its check {program} ended with exit code {code}"))),
        None => Err(Text::new(format!("its check {program} was killed: {status}"))),
    }
}

fn start(argv: &[String], allowed: &[String]) -> Result<Child, Text> {
    let Some((program, arguments)) = argv.split_first() else { return Err(Text::new("there is no program to start")) };
    let names = ALWAYS.into_iter().chain(allowed.iter().map(String::as_str));
    let environment = names.filter_map(|name| Some((name, env::var_os(name)?)));
    Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A group of its own: what the terminal does to us is not done to it, and what it started ends with it.
        .process_group(0)
        .spawn()
        .map_err(|error| Text::new(format!("{program} could not be started: {error}")))
}

fn ended(mut child: Child, patience: Duration) -> Result<ExitStatus, Text> {
    let until = Instant::now() + patience;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < until => sleep(LOOK),
            Ok(None) => {
                if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                    let _ = kill_process_group(group, Signal::KILL);
                }
                let _ = child.wait();
                return Err(Text::new(format!("it did not end within {} s and was stopped", patience.as_secs())));
            }
            Err(error) => return Err(Text::new(format!("it is not known how it ended: {error}"))),
        }
    }
}
