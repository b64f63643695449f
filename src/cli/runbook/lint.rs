//! `drdeck runbook lint`: what is wrong with runbooks that can be known before the night on which they are needed.

use std::process::ExitCode;

use super::files;
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::config::Config;
use crate::model::words;
use crate::runbook::Runbook;
use crate::runbook::lint::{Severity, lint};

/// Exit 0: nothing found; 1: warnings; 2: errors.
pub(super) fn run(config: &Config, name: Option<&str>) -> Result<ExitCode, Failure> {
    if let Some(name) = name {
        // A name that does not exist is told as everywhere; one whose file is wrong is told below.
        let known = files::all(config)?.iter().any(|found| found.name == name);
        if !known {
            files::named(config, name)?;
        }
    }
    let all = files::all(config)?;
    let sound: Vec<&Runbook> =
        all.iter().filter_map(|found| found.runbook.as_ref().ok().map(|(runbook, _)| runbook)).collect();
    let mut worst = None;
    let mut text = String::new();
    for found in all.iter().filter(|found| name.is_none_or(|name| name == found.name)) {
        match &found.runbook {
            Err(error) => {
                worst = Some(Severity::Error);
                text.push_str(&format!("{}: error: {error}\n", found.name));
            }
            Ok((runbook, _)) => {
                let findings = lint(runbook, &sound, &config.estate, config.account.as_deref());
                worst = worst.max(findings.iter().map(|finding| finding.severity).max());
                for finding in &findings {
                    let step = finding.step.as_ref().map(|step| format!("step {step}: ")).unwrap_or_default();
                    let severity = match finding.severity {
                        Severity::Warning => "warning",
                        Severity::Error => "error",
                    };
                    text.push_str(&format!("{}: {severity}: {step}{}\n", found.name, finding.message));
                }
                if findings.is_empty() {
                    let steps = words::count(runbook.steps.len(), "step");
                    text.push_str(&format!("{}: {steps}, nothing found\n", found.name));
                }
            }
        }
    }
    output::print(text)?;
    Ok(ExitCode::from(match worst {
        None => 0,
        Some(Severity::Warning) => 1,
        Some(Severity::Error) => 2,
    }))
}
