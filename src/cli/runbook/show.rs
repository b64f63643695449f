//! `drdeck runbook show`: a runbook as it would be run, without reading AWS.

use std::process::ExitCode;

use super::files;
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::config::Config;
use crate::model::{Text, words};
use crate::runbook::call::Plane;
use crate::runbook::pace::longest;
use crate::runbook::{Reversibility, Runbook, Step};

pub(super) fn run(config: &Config, name: &str) -> Result<ExitCode, Failure> {
    let (runbook, _) = files::named(config, name)?;
    output::print(text(&runbook))?;
    Ok(ExitCode::SUCCESS)
}

fn text(runbook: &Runbook) -> String {
    let steps = &runbook.steps;
    let mut text = format!(
        "{}: {} of {}, {}, version {}, owner {}\n{}\n",
        runbook.name,
        runbook.direction.as_str(),
        runbook.system,
        runbook.variant.as_str(),
        runbook.version,
        runbook.owner,
        runbook.summary
    );
    let regions: Vec<&str> = runbook.regions.iter().map(crate::model::Region::as_str).collect();
    text.push_str(&format!("may change: {}", words::listed(&regions)));
    if let Some(account) = &runbook.account {
        text.push_str(&format!(", account {account} only"));
    }
    if let Some(role) = &runbook.role {
        text.push_str(&format!(", as {role}"));
    }
    text.push('\n');
    if let Some(back) = &runbook.back {
        text.push_str(&format!("the way back: {back}\n"));
    }
    text.push_str(&format!(
        "{}, the longest path is estimated at {}; sha256 {}\n",
        words::count(steps.len(), "step"),
        words::length(longest(runbook)),
        runbook.sha256
    ));
    for part in &runbook.parts {
        text.push_str(&format!(
            "takes in {} version {} of {}: {} of {}, steps {} to {}; sha256 {}\n",
            part.runbook,
            part.version,
            part.owner,
            runbook.direction.as_str(),
            part.system,
            part.steps.start + 1,
            part.steps.end,
            part.sha256
        ));
    }
    for (index, step) in steps.iter().enumerate() {
        text.push('\n');
        text.push_str(&step_text(runbook, index, step));
    }
    text
}

fn step_text(runbook: &Runbook, index: usize, step: &Step) -> String {
    let facts = step.kind.step().facts();
    let needs: Vec<&str> =
        step.needs.iter().filter_map(|need| runbook.steps.get(*need)).map(|need| need.id.as_str()).collect();
    let mut lines = vec![
        format!("{:>2}. {} [{}] {}", index + 1, step.id, step.phase.as_str(), step.title),
        format!("{}; {}", step.kind.word(), reversibility(facts.reversibility)),
    ];
    let usual_needs = match index.checked_sub(1) {
        None => step.needs.is_empty(),
        Some(before) => step.needs == [before],
    };
    if !usual_needs {
        let after = if needs.is_empty() { "nothing: it can begin at once".to_owned() } else { words::listed(&needs) };
        lines.push(format!("needs {after}"));
    }
    if let Some(plane) = facts.plane {
        let regions: Vec<&str> = facts.regions.iter().map(crate::model::Region::as_str).collect();
        let plane = match plane {
            Plane::Data => "data plane",
            Plane::Control => "control plane",
            Plane::GlobalControl => "global control plane in us-east-1",
        };
        let place = if regions.is_empty() { String::new() } else { format!(" of {}", words::listed(&regions)) };
        lines.push(format!("{}: {plane}{place}", words::listed(&facts.permissions)));
    }
    lines.push(format!("takes about {}, at worst {}", words::length(step.estimate), words::length(step.worst)));
    let mut add = |label: &str, words: Option<&Text>| {
        lines.extend(words.filter(|words| !words.as_str().is_empty()).map(|words| format!("{label}{words}")));
    };
    add("", Some(&step.text));
    add("if it fails: ", step.on_failure.as_ref().or(Some(&facts.on_failure)));
    add("undo: ", step.undo.as_ref().or(Some(&facts.undo)));
    add("otherwise: ", step.alternative.as_ref());
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        text.push_str(if number == 0 { "" } else { "    " });
        text.push_str(line);
        text.push('\n');
    }
    text
}

pub(super) const fn reversibility(what: Reversibility) -> &'static str {
    match what {
        Reversibility::Harmless => "changes nothing",
        Reversibility::Reversible => "reversible",
        Reversibility::WithLoss => "reversible, with loss of data",
        Reversibility::OneWay => "ONE-WAY",
    }
}
