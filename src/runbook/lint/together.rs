//! What is wrong with several Systems that are moved in one run.

use super::{Finding, before, error, warning};
use crate::model::{Estate, words};
use crate::runbook::definition::{Direction, Part, Phase, Runbook};
use crate::runbook::pace;

/// What is found in the order of the Systems, and in the time that each of them waits for the others.
pub(super) fn lint(runbook: &Runbook, estate: &Estate, findings: &mut Vec<Finding>) {
    if estate.systems.iter().any(|system| system.name == runbook.system) {
        let message = format!(
            "system is \"{}\", one of the config's, but this runbook moves several; write a word for all of them",
            runbook.system
        );
        findings.push(error(None, message));
    }
    let ends = pace::ends(&runbook.steps, |_, step| step.estimate);
    for part in &runbook.parts {
        let Some(system) = estate.systems.iter().find(|system| system.name == part.system) else {
            let message =
                format!("takes in {}, which moves {}: the config has no such system", part.runbook, part.system);
            findings.push(error(None, message));
            continue;
        };
        for other in &system.depends_on {
            match runbook.parts.iter().find(|earlier| earlier.system == *other) {
                None => {
                    let message = format!("{} depends on {other}, which this runbook does not move", part.system);
                    findings.push(warning(None, message));
                }
                Some(earlier) if !waits_for(runbook, part, earlier) => {
                    let message = format!(
                        "{} depends on {other}, but step {} does not wait for step {}; add that to its needs",
                        part.system, part.step, earlier.step
                    );
                    findings.push(error(None, message));
                }
                Some(_) => {}
            }
        }
        let promised = system.objectives.region.as_ref().and_then(|objective| objective.rto);
        let served = pace::served(&runbook.steps, &ends, &part.steps);
        if let (Direction::Failover, Some(rto)) = (runbook.direction, promised)
            && served > rto
        {
            let message = format!(
                "users of {} are served after {} at best, by the estimates of its steps and of what they wait for; its RTO is {}",
                part.system,
                words::length(served),
                words::length(rto)
            );
            findings.push(warning(None, message));
        }
    }
    for region in runbook.parts.iter().flat_map(|part| &part.regions).filter(|region| !runbook.regions.contains(region))
    {
        let message = format!("takes in a runbook that changes {region}, which is not among its regions; add it there");
        if !findings.iter().any(|finding| finding.message.as_str() == message) {
            findings.push(error(None, message));
        }
    }
}

/// Whether everything of one System that changes something comes after the users of another one are served.
fn waits_for(runbook: &Runbook, part: &Part, earlier: &Part) -> bool {
    let verifies = |at: &usize| runbook.steps.get(*at).is_some_and(|step| step.phase == Phase::Verify);
    let wanted: Vec<usize> = earlier.steps.clone().filter(verifies).collect();
    let first = part.steps.clone().filter(|at| {
        let needs = runbook.steps.get(*at).map(|step| step.needs.as_slice()).unwrap_or_default();
        needs.iter().all(|need| !part.steps.contains(need))
    });
    let mut first = first.map(|at| before(runbook, at));
    first.all(|before| wanted.iter().all(|at| before.contains(at)))
}
