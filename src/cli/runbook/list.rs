//! `drdeck runbook list`: one runbook a line, its name first.

use std::process::ExitCode;

use super::files;
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::config::Config;
use crate::model::{Text, words};

pub(super) fn run(config: &Config) -> Result<ExitCode, Failure> {
    let all = files::all(config)?;
    let width = |of: &dyn Fn(&files::Found) -> usize| all.iter().map(of).max().unwrap_or(0);
    let name_width = width(&|found| found.name.chars().count());
    let system_width = width(&|found| found.runbook.as_ref().map_or(0, |(runbook, _)| runbook.system.chars().count()));
    let mut text = String::new();
    let mut broken = false;
    for found in &all {
        let name = Text::new(&found.name);
        match &found.runbook {
            Ok((runbook, _)) => text.push_str(&format!(
                "{name:name_width$}  {:system_width$}  {:8}  {:9}  v{:3}  {:>8}  {}\n",
                runbook.system,
                runbook.direction.as_str(),
                runbook.variant.as_str(),
                runbook.version,
                words::count(runbook.steps.len(), "step"),
                runbook.summary
            )),
            Err(_) => {
                broken = true;
                text.push_str(&format!("{name:name_width$}  cannot be used; see: drdeck runbook lint {name}\n"));
            }
        }
    }
    output::print(text)?;
    if all.is_empty() {
        let folder = files::folder(config);
        output::complain(&format!(
            "there are no runbooks: {} holds none; `drdeck demo --export DIR` writes examples to copy",
            folder.display()
        ));
    }
    Ok(if broken { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
