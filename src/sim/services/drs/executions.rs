//! Executions of recovery plans, and their steps.

use std::sync::Arc;

use super::drills::Drill;
use super::error::{PAGES, conflict, invalid, not_found};
use super::plan_runs::{self, Run, StepRun};
use super::plans;
use crate::sim::call::Call;
use crate::sim::estate::recovery_plan::{AskedPlan, PlannedDrill};
use crate::sim::services::Changed;
use crate::sim::services::paging::Page;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

const STATES: [&str; 6] = ["CREATED", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLING", "CANCELLED"];
const STEP_STATES: [&str; 7] = ["NOT_STARTED", "EXECUTING", "WAITING", "COMPLETED", "FAILED", "SKIPPED", "TIMED_OUT"];

/// `ListRecoveryPlanExecutions`, newest first.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let state = one_of(call.text("status"), &STATES)?;
    let plan = call.text("recoveryPlanArn").map(|_| plans::named(call, "recoveryPlanArn")).transpose()?;
    let mut runs = here(world, call)?;
    runs.retain(|run| {
        plan.is_none_or(|arn| arn == plans::arn(world, run.plan))
            && state.is_none_or(|wanted| wanted == status(run, world.now))
    });
    let cut = page.cut(call, runs);
    let runs = cut.items.iter().map(|run| about(world, run));
    Ok(Value::map([("recoveryPlanExecutions", Value::list("execution", runs)), ("nextToken", cut.next.into())]))
}

/// `StartRecoveryPlanExecution`: one at a time, of a plan whose servers are all there. A token that was used before brings the same again.
pub(super) fn start(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let asked = plans::named(call, "recoveryPlanArn")?;
    let mode = match call.required("mode", invalid)? {
        "DRILL" => "DRILL",
        "RECOVERY" => "RECOVERY",
        other => return Err(invalid(format!("mode must be DRILL or RECOVERY, not {other}"))),
    };
    let plan = plans::here(world, call)?.into_iter().find(|plan| plans::arn(world, plan) == asked);
    let plan = plan.ok_or_else(|| not_found(format!("Recovery plan {asked} does not exist.")))?;
    let answer = |estate: &Estate, started: Moment| {
        let world = World { estate: Arc::new(estate.clone()), ..world.clone() };
        let mut plans = world.estate.drs.recovery_plans.iter();
        let plan = plans.find(|known| known.name == plan.name && known.region == plan.region);
        let run = plan.and_then(|plan| plan_runs::of(&world, plan).into_iter().find(|run| run.started == started));
        let execution = run.map(|run| about(&world, &run).with("tags", Value::map([])));
        Value::map([("recoveryPlanExecution", execution.unwrap_or(Value::Null))])
    };
    let token =
        call.text("clientToken").map_or_else(|| world.uuid(&["plan-token", &world.now.to_string()]), str::to_owned);
    let known = plan.drills.iter().find(|drill| drill.asked.as_ref().is_some_and(|known| known.token == token));
    if let Some(known) = known {
        return Ok(Changed { answer: answer(&world.estate, world.start - known.ago), applied: false });
    }
    if !plans::is_active(world, plan) {
        return Err(conflict(format!("Recovery plan {asked} is INVALID.")));
    }
    let going = plan_runs::of(world, plan).into_iter().any(|run| status(&run, world.now) == "IN_PROGRESS");
    if going {
        return Err(conflict(format!("An execution of recovery plan {asked} is in progress.")));
    }
    let mut plans = estate.drs.recovery_plans.iter_mut();
    if let Some(own) = plans.find(|known| known.name == plan.name && known.region == plan.region) {
        let asked = Some(AskedPlan { token, mode });
        own.drills.push(PlannedDrill { ago: world.start - world.now, asked });
    }
    Ok(Changed::applied(answer(estate, world.now)))
}

/// `GetRecoveryPlanExecution`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let run = asked(world, call)?;
    let completed = run.completed(world.now).map(|at| at.to_string());
    let execution = about(world, &run).with("completedAt", completed).with("tags", Value::map([]));
    Ok(Value::map([("recoveryPlanExecution", execution)]))
}

/// `ListRecoveryPlanExecutionSteps`, in their order.
pub(super) fn steps(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let filter = call.parameters.get("filter").and_then(|filter| filter.get("status"));
    let state = one_of(filter.and_then(serde_json::Value::as_str), &STEP_STATES)?;
    let run = asked(world, call)?;
    let mut steps: Vec<(&StepRun<'_>, i64)> = run.steps.iter().zip(1..).collect();
    steps.retain(|(step, _)| state.is_none_or(|wanted| wanted == step.status(world.now)));
    let cut = page.cut(call, steps);
    let steps = cut.items.iter().map(|(step, index)| step_value(world, &run, step, *index));
    Ok(Value::map([("recoveryPlanExecutionSteps", Value::list("step", steps)), ("nextToken", cut.next.into())]))
}

/// `GetRecoveryPlanExecutionStep`.
pub(super) fn step(world: &World, call: &Call) -> Result<Value, AwsError> {
    let asked = plans::named(call, "recoveryPlanExecutionStepArn")?;
    for run in here(world, call)? {
        for (step, index) in run.steps.iter().zip(1..) {
            if step_arn(world, &run, index) == asked {
                let updated = step.ends.or(step.began).filter(|at| *at <= world.now).unwrap_or(run.started);
                let value = step_value(world, &run, step, index)
                    .with("attempt", i64::from(step.began.is_some_and(|began| began <= world.now)))
                    .with("createdAt", run.started.to_string())
                    .with("updatedAt", updated.to_string());
                return Ok(Value::map([("recoveryPlanExecutionStep", value)]));
            }
        }
    }
    Err(not_found(format!("Recovery plan execution step {asked} does not exist.")))
}

/// A state that a call asks for, if AWS knows it.
fn one_of<'c>(state: Option<&'c str>, known: &[&str]) -> Result<Option<&'c str>, AwsError> {
    match state.filter(|state| !known.contains(state)) {
        Some(unknown) => Err(invalid(format!("status must be one of {}, not {unknown}", known.join(", ")))),
        None => Ok(state),
    }
}

/// The executions of the Region asked, newest first.
fn here<'w>(world: &'w World, call: &Call) -> Result<Vec<Run<'w>>, AwsError> {
    let mut runs: Vec<Run<'w>> =
        plans::here(world, call)?.into_iter().flat_map(|plan| plan_runs::of(world, plan)).collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.started));
    Ok(runs)
}

fn asked<'w>(world: &'w World, call: &Call) -> Result<Run<'w>, AwsError> {
    let asked = plans::named(call, "recoveryPlanExecutionArn")?;
    let found = here(world, call)?.into_iter().find(|run| arn(world, run) == asked);
    found.ok_or_else(|| not_found(format!("Recovery plan execution {asked} does not exist.")))
}

fn arn(world: &World, run: &Run<'_>) -> String {
    world.arn("drs", &run.plan.region, &format!("recovery-plan-execution/{}", run.id(world)))
}

fn step_arn(world: &World, run: &Run<'_>, index: i64) -> String {
    let id = world.uuid(&["recovery-plan-execution-step", &run.id(world), &index.to_string()]);
    world.arn("drs", &run.plan.region, &format!("recovery-plan-execution-step/{id}"))
}

fn status(run: &Run<'_>, now: Moment) -> &'static str {
    if run.failure(now).is_some() {
        "FAILED"
    } else if run.completed(now).is_some() {
        "COMPLETED"
    } else {
        "IN_PROGRESS"
    }
}

fn about(world: &World, run: &Run<'_>) -> Value {
    let error = run.failure(world.now).map(|step| {
        let message = format!("Step \"{}\" failed.", step.step.name);
        Value::map([("code", "STEP_FAILED".into()), ("message", message.into())])
    });
    Value::map([
        ("recoveryPlanExecutionArn", arn(world, run).into()),
        ("recoveryPlanArn", plans::arn(world, run.plan).into()),
        ("mode", run.mode.into()),
        ("status", status(run, world.now).into()),
        ("startedAt", run.started.to_string().into()),
        ("errorDetail", error.into()),
    ])
}

fn step_value(world: &World, run: &Run<'_>, step: &StepRun<'_>, index: i64) -> Value {
    let status = step.status(world.now);
    let error = (status == "FAILED").then(|| {
        let names: Vec<&str> = step.failed.iter().map(|server| server.name.as_str()).collect();
        let message = format!("Could not be launched: {}.", names.join(", "));
        Value::map([("code", "SERVER_LAUNCH_FAILED".into()), ("message", message.into())])
    });
    // All servers of a step are launched by one job.
    let began = step.began.filter(|began| *began <= world.now);
    let job =
        began.map(|started| Drill { world, region: &run.plan.region, servers: step.servers.clone(), started }.job());
    let servers = step
        .servers
        .iter()
        .map(|server| plans::server_value(world, run.plan, step.step, &server.id).with("jobID", job.clone()));
    let configuration = plans::pause(step.step).unwrap_or_else(|| {
        let servers = Value::map([("servers", Value::list("server", servers))]);
        Value::map([("executionServerStepConfiguration", servers)])
    });
    Value::map([
        ("recoveryPlanExecutionStepArn", step_arn(world, run, index).into()),
        ("stepName", (&step.step.name).into()),
        ("stepIndex", index.into()),
        ("status", status.into()),
        ("configuration", configuration),
        ("errorDetail", error.into()),
    ])
}
