//! Plans of AWS, and what became of them: what has to be read for each, and how the screens list those that drdeck shows but does not run.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::facts::Answer;
use super::facts::arc::{SwitchExecution, SwitchPlan};
use super::facts::drs_plans::{Execution, RecoveryPlan};
use super::words::clock;
use super::{Moment, Place, Query, Region, Snapshot, Text};

/// What has to be read for each plan that a list names.
pub fn follow_ups(snapshot: &Snapshot) -> BTreeSet<Query> {
    let mut queries = BTreeSet::new();
    for (query, reading) in &snapshot.readings {
        if let Some(answer) = &reading.value {
            follow_up(query.place(), query, answer, &mut queries);
        }
    }
    queries
}

#[allow(clippy::wildcard_enum_match_arm, reason = "few answers are lists of plans")]
fn follow_up(place: &Place, query: &Query, answer: &Answer, queries: &mut BTreeSet<Query>) {
    let own = |text: &Text| text.as_str().to_owned();
    match (query, answer) {
        (_, Answer::BackupPlans(plans)) => {
            for plan in plans {
                queries.insert(Query::BackupPlan(place.clone(), own(&plan.id)));
                queries.insert(Query::BackupSelections(place.clone(), own(&plan.id)));
            }
        }
        (Query::BackupSelections(_, plan), Answer::BackupSelections(ids)) => {
            queries.extend(ids.iter().map(|id| Query::BackupSelection(place.clone(), plan.clone(), own(id))));
        }
        (_, Answer::RestoreTestingPlans(plans)) => {
            queries.extend(plans.iter().map(|plan| Query::RestoreTestingSelections(place.clone(), own(&plan.name))));
        }
        (_, Answer::RecoveryPlans(plans)) => {
            queries.extend(plans.iter().map(|plan| Query::RecoveryPlanExecutions(place.clone(), own(&plan.arn))));
        }
        (_, Answer::SwitchPlans(plans)) => {
            queries.extend(plans.iter().map(|plan| Query::SwitchExecutions(place.clone(), own(&plan.arn))));
        }
        _ => {}
    }
}

/// A Region switch plan of ARC, as shown.
#[derive(Clone, Debug, PartialEq)]
pub struct SwitchView<'a> {
    /// The Place that tells.
    pub place: &'a Place,
    /// The plan.
    pub plan: &'a SwitchPlan,
    /// Its executions, newest first; `None` while they could not be read.
    pub executions: Option<Vec<&'a SwitchExecution>>,
    /// That one runs, or that the last one failed, in a sentence.
    pub state: Option<Text>,
}

/// The Region switch plans that were read, each once, by name.
pub fn switch_plans(snapshot: &Snapshot, now: Moment) -> Vec<SwitchView<'_>> {
    let mut views: Vec<SwitchView<'_>> = Vec::new();
    let mut listings: Vec<&Query> =
        snapshot.readings.keys().map(Arc::as_ref).filter(|query| matches!(query, Query::SwitchPlans(_))).collect();
    // A Region that is there tells better than one that was.
    listings.sort_by_key(|query| snapshot.switch_plans(query).freshness(now));
    for query in listings {
        let Query::SwitchPlans(place) = query else { continue };
        for plan in snapshot.switch_plans(query).value.into_iter().flatten() {
            let executions =
                snapshot.switch_executions(&Query::SwitchExecutions(place.clone(), plan.arn.as_str().to_owned()));
            let executions = executions.value.map(|all| newest_first(all, |execution| execution.started));
            // Every Region of a plan tells of it.
            if let Some(known) = views.iter_mut().find(|view| view.plan.arn == plan.arn) {
                if known.executions.is_none() {
                    known.state = executions.as_ref().and_then(|all| switch_state(plan, all.first()?, now));
                    known.executions = executions;
                }
                continue;
            }
            let state = executions.as_ref().and_then(|all| switch_state(plan, all.first()?, now));
            views.push(SwitchView { place, plan, executions, state });
        }
    }
    views.sort_by(|a, b| a.plan.name.cmp(&b.plan.name));
    views
}

/// What is worth saying of the newest execution of a plan; nothing if it simply ended well.
fn switch_state(plan: &SwitchPlan, newest: &SwitchExecution, now: Moment) -> Option<Text> {
    let what = format!("{} ({}) of {} to {}", newest.action, newest.mode, plan.name, newest.region);
    let since = newest.started.map(|at| format!(" since {}", clock(at, now))).unwrap_or_default();
    match newest.state.as_str() {
        "completed" | "completedMonitoringApplicationHealth" => None,
        "inProgress" | "pending" | "pausedByFailedStep" | "pausedByOperator" | "pendingManualApproval" => {
            Some(Text::new(format!("{what} is {}{since}", newest.state)))
        }
        _ => Some(Text::new(format!("The last {what} is {}", newest.state))),
    }
}

/// A recovery plan of DRS, as shown.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveryView<'a> {
    /// The Place that tells.
    pub place: &'a Place,
    /// The plan.
    pub plan: &'a RecoveryPlan,
    /// Its executions, newest first; `None` while they could not be read.
    pub executions: Option<Vec<&'a Execution>>,
    /// That it cannot run, that it runs, or that its last execution failed, in a sentence.
    pub state: Option<Text>,
}

/// The DRS recovery plans of `place` that were read.
pub fn recovery_plans<'a>(snapshot: &'a Snapshot, place: &'a Place, now: Moment) -> Vec<RecoveryView<'a>> {
    let plans = snapshot.recovery_plans(&Query::RecoveryPlans(place.clone())).value;
    let views = plans.into_iter().flatten().map(|plan| {
        let executions = snapshot
            .recovery_plan_executions(&Query::RecoveryPlanExecutions(place.clone(), plan.arn.as_str().to_owned()));
        let executions = executions.value.map(|all| newest_first(all, |execution| execution.started));
        let newest = executions.as_ref().and_then(|all| all.first().copied());
        RecoveryView { place, plan, state: recovery_state(plan, newest, &place.region, now), executions }
    });
    views.collect()
}

fn recovery_state(plan: &RecoveryPlan, newest: Option<&Execution>, region: &Region, now: Moment) -> Option<Text> {
    if plan.status.as_str() != "ACTIVE" {
        return Some(Text::new(format!("The recovery plan {} in {region} is {}", plan.name, plan.status)));
    }
    let newest = newest?;
    let when = newest.started.map(|at| format!(" of {}", clock(at, now))).unwrap_or_default();
    let error = newest.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    match newest.status.as_str() {
        "COMPLETED" => None,
        "CREATED" | "IN_PROGRESS" | "CANCELLING" => Some(Text::new(format!(
            "The recovery plan {} in {region} runs now: {} is {}",
            plan.name, newest.mode, newest.status
        ))),
        status => Some(Text::new(format!(
            "The last {} of the recovery plan {} in {region}{when} is {status}{error}",
            newest.mode, plan.name
        ))),
    }
}

fn newest_first<T>(all: &[T], started: impl Fn(&T) -> Option<Moment>) -> Vec<&T> {
    let mut all: Vec<&T> = all.iter().collect();
    all.sort_by_key(|each| std::cmp::Reverse(started(each)));
    all
}
