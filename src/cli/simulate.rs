//! `drdeck simulate`: a simulated AWS on this machine until it is ended.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::args::SimulateArgs;
use super::exit::Failure;
use super::simulated::{self, Existing};
use super::{large, output};
use crate::config::{self, Overrides};
use crate::demo;
use crate::sim::Estate;

pub(super) fn run(args: &SimulateArgs) -> Result<ExitCode, Failure> {
    let estate = simulated::estate(args.estate.as_deref(), args.seed)?;
    let scenario = simulated::scenario(&args.scenario)?;
    let config = match &args.write_config {
        Some(target) => Some((target, config_of(args.estate.as_deref(), &estate)?)),
        None => None,
    };
    let running = simulated::start(args.listen, estate, scenario, args.speed, args.seed)?;
    if let Some((target, config)) = config {
        let config = simulated::pointed_at(&config, &running);
        config::parse(&config, target, &Overrides::default())?;
        simulated::write_private(target, &config, Existing::Replace)?;
        if args.estate.is_none() {
            let runbooks: Vec<(&str, String)> = demo::RUNBOOKS
                .iter()
                .map(|(name, text)| (*name, simulated::runbook_pointed_at(text, &running)))
                .collect();
            simulated::write_runbooks(target, &runbooks, Existing::Replace)?;
        }
    }
    output::print(format!("listening on {}\nDNS on {} (UDP and TCP)\n", running.url(), running.dns))?;
    running.wait();
    Err(Failure::Unavailable("the simulator could not listen any more and has ended; start it anew".to_owned()))
}

/// An estate file says what there is; what of it makes a System is said by the `config.toml` beside it.
fn config_of(file: Option<&Path>, estate: &Estate) -> Result<String, Failure> {
    let Some(file) = file else {
        return Ok(demo::CONFIG.to_owned());
    };
    if simulated::is_large(file) {
        return Ok(large::config(estate));
    }
    let path = file.with_file_name("config.toml");
    fs::read_to_string(&path).map_err(|error| {
        Failure::Input(format!(
            "the config that goes with {} cannot be read: {}: {error}; put a config.toml beside the estate, or leave out --write-config",
            file.display(),
            path.display()
        ))
    })
}
