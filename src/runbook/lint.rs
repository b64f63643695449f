//! What is wrong with a runbook that can be read: it would leave somebody stuck on the worst night.

mod together;

use std::collections::BTreeSet;

use super::call::Plane;
use super::definition::{Direction, Phase, Runbook, Step};
use super::kinds::{Kind, Reversibility, WaitUntil};
use super::pace;
use super::work::Question;
use crate::model::{Estate, Site, System, Text, words};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Somebody should look at it.
    Warning,
    /// It cannot be run as it stands, or would do harm.
    Error,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// The step, or the whole runbook.
    pub step: Option<String>,
    /// What is wrong and what to write instead.
    pub message: Text,
}

/// A hosted zone's records are changed, and health checks too, through one control plane.
const GLOBAL_HOME: &str = "us-east-1";

/// The share of the RTO that resolvers may take to forget the old answer.
const TTL_SHARE: i32 = 4;

/// Everything found in one runbook. `all` are the runbooks beside it, itself among them; `account` is the config's.
pub fn lint(runbook: &Runbook, all: &[&Runbook], estate: &Estate, account: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let named = |name: &str| estate.systems.iter().find(|system| system.name == name);
    let system = named(&runbook.system);
    of_whole(runbook, all, estate, system, account, &mut findings);
    // What is wrong with a step of a runbook that is taken in is found in that runbook.
    for index in (0..runbook.steps.len()).filter(|index| runbook.part_of(*index).is_none()) {
        of_step(runbook, index, system, &mut findings);
    }
    if !runbook.parts.is_empty() {
        together::lint(runbook, estate, &mut findings);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

fn error(step: Option<&Step>, message: impl AsRef<str>) -> Finding {
    Finding { severity: Severity::Error, step: step.map(|step| step.id.clone()), message: Text::new(message) }
}

fn warning(step: Option<&Step>, message: impl AsRef<str>) -> Finding {
    Finding { severity: Severity::Warning, ..error(step, message) }
}

fn of_whole(
    runbook: &Runbook,
    all: &[&Runbook],
    estate: &Estate,
    system: Option<&System>,
    account: Option<&str>,
    findings: &mut Vec<Finding>,
) {
    if system.is_none() && runbook.parts.is_empty() {
        let names = words::listed(estate.systems.iter().map(|system| system.name.as_str()));
        findings.push(error(None, format!("no system is called \"{}\"; the config has {names}", runbook.system)));
    }
    if let (Some(own), Some(configured)) = (runbook.account.as_deref(), account)
        && own != configured
    {
        findings.push(error(None, format!("account is {own}, but the config is about {configured}")));
    }
    if runbook.direction == Direction::Failover {
        back(runbook, all, findings);
    }
    if !runbook.steps.iter().any(|step| step.phase == Phase::Verify) {
        findings.push(error(
            None,
            "no step of phase verify: nothing would show that users are served, and the RTO clock would never stop",
        ));
    }
    let answers_an_outage = runbook.direction.recovers_from().is_some();
    if answers_an_outage && !runbook.steps.iter().any(is_decision) {
        findings.push(warning(
            None,
            "no step of kind decision: nobody declares the outage, and the RTO clock starts at a guess",
        ));
    }
    let promised = system.and_then(|system| runbook.direction.objective(system)).and_then(|objective| objective.rto);
    if let Some(rto) = promised.filter(|_| answers_an_outage) {
        let path = pace::until_served(runbook);
        if path > rto {
            findings.push(warning(
                None,
                format!(
                    "its longest path to the last verify step is estimated at {}, the RTO is {}",
                    words::length(path),
                    words::length(rto)
                ),
            ));
        }
    }
}

fn back(runbook: &Runbook, all: &[&Runbook], findings: &mut Vec<Finding>) {
    let Some(name) = &runbook.back else {
        findings.push(error(None, "no way home: name its failback runbook with back = \"…\""));
        return;
    };
    match all.iter().find(|other| other.name == *name) {
        None => findings.push(error(None, format!("back names \"{name}\", and there is no such runbook beside it"))),
        Some(other) if other.direction != Direction::Failback => {
            findings.push(error(None, format!("back names \"{name}\", which is no failback")));
        }
        Some(other) if sorted(other.systems()) != sorted(runbook.systems()) => {
            let (theirs, ours) = (words::listed(other.systems()), words::listed(runbook.systems()));
            findings.push(error(None, format!("back names \"{name}\", which moves {theirs} and not {ours}")));
        }
        Some(_) => {}
    }
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

fn of_step(runbook: &Runbook, index: usize, system: Option<&System>, findings: &mut Vec<Finding>) {
    let Some(step) = runbook.steps.get(index) else { return };
    let facts = step.kind.step().facts();
    let changes = facts.reversibility != Reversibility::Harmless;
    for region in facts.regions.iter().filter(|region| changes && !runbook.regions.contains(region)) {
        findings.push(error(
            Some(step),
            format!("changes {region}, which is not among the runbook's regions; add it there if that is meant"),
        ));
    }
    if facts.reversibility == Reversibility::OneWay
        && runbook.direction == Direction::Failover
        && !before(runbook, index).iter().any(|before| runbook.steps.get(*before).is_some_and(is_fence))
    {
        findings.push(error(
            Some(step),
            "cannot be undone, and no fence stands before it: the old side could take writes that are lost; add a step of kind fence that it needs",
        ));
    }
    if changes && step.phase == Phase::Execute && !is_verified(runbook, index) {
        findings.push(error(
            Some(step),
            "changes AWS, and no step of phase verify comes after it: nothing would show that it helped",
        ));
    }
    // A step of a nested runbook names its own neighbours, by what they are called there.
    let beside = |id: &str, named: &str| match step.id.rsplit_once('/') {
        Some((part, _)) => id.strip_prefix(part).and_then(|rest| rest.strip_prefix('/')) == Some(named),
        None => id == named,
    };
    if let Kind::WaitUntil(WaitUntil { since: Some(since), .. }) = &step.kind
        && !before(runbook, index).iter().any(|at| runbook.steps.get(*at).is_some_and(|other| beside(&other.id, since)))
    {
        findings.push(error(
            Some(step),
            format!("since names \"{since}\", and no step of that name has to be done before it; add it to needs"),
        ));
    }
    if step.alternative.is_none() {
        if facts.plane == Some(Plane::GlobalControl) {
            findings.push(warning(
                Some(step),
                format!("needs the control plane in {GLOBAL_HOME}; say with alternative = \"…\" what to do when it does not answer"),
            ));
        } else if let Some(lost) = lost_region(runbook, system)
            && changes
            && facts.regions.iter().any(|region| region.as_str() == lost)
        {
            findings.push(warning(
                Some(step),
                format!("needs {lost}, the Region that is left; say with alternative = \"…\" what to do when it does not answer"),
            ));
        }
    }
    let promised = system.and_then(|system| runbook.direction.objective(system)).and_then(|objective| objective.rto);
    if let (Some(ttl), Some(rto)) = (step.kind.step().ttl(), promised)
        && ttl.checked_mul(TTL_SHARE).is_none_or(|most| most > rto)
    {
        findings.push(warning(
            Some(step),
            format!(
                "resolvers keep the old answer for {}, more than a quarter of the RTO of {}; lower the record's TTL beforehand",
                words::length(ttl),
                words::length(rto)
            ),
        ));
    }
    if let (true, Some(owner)) = (step.text.as_str().is_empty(), person_of(&step.kind)) {
        findings.push(warning(Some(step), format!("asks {owner} for something, and its text says nothing")));
    }
}

/// The Region that a failover leaves, if it is one of AWS's.
fn lost_region<'a>(runbook: &Runbook, system: Option<&'a System>) -> Option<&'a str> {
    match (&system?.primary, runbook.direction) {
        (Site::Region(region), Direction::Failover) => Some(region.as_str()),
        (
            Site::Region(_) | Site::OnPremises,
            Direction::Failover | Direction::Failback | Direction::Restore | Direction::Exercise,
        ) => None,
    }
}

fn asks(kind: &Kind) -> Option<Question> {
    kind.step().asks()
}

fn is_fence(step: &Step) -> bool {
    asks(&step.kind) == Some(Question::Fence)
}

fn is_decision(step: &Step) -> bool {
    asks(&step.kind) == Some(Question::Decision)
}

/// Whose word a step is, if it says nothing without its text.
fn person_of(kind: &Kind) -> Option<&'static str> {
    match asks(kind)? {
        Question::Manual => Some("the operator"),
        Question::Approval => Some("somebody else"),
        Question::Decision | Question::Fence => None,
    }
}

/// Everything that has to be done before a step.
pub fn before(runbook: &Runbook, index: usize) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    let mut open = vec![index];
    while let Some(next) = open.pop() {
        for need in runbook.steps.get(next).into_iter().flat_map(|step| &step.needs) {
            if all.insert(*need) {
                open.push(*need);
            }
        }
    }
    all
}

/// Whether a verify step comes after a step.
fn is_verified(runbook: &Runbook, index: usize) -> bool {
    let verifies = |at: &usize| runbook.steps.get(*at).is_some_and(|step| step.phase == Phase::Verify);
    (index..runbook.steps.len()).filter(verifies).any(|at| before(runbook, at).contains(&index))
}
