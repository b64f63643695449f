//! Executions of plans. A Region tells of those that it carried out itself: the Region to be activated must not need the other one.

use super::run::{self, Run, StepRun};
use super::{PAGES, invalid, plans};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::arc::{SwitchAction, SwitchMode};
use crate::sim::services::paging::Page;
use crate::sim::wire::{AwsError, Value};

const STATES: [&str; 11] = [
    "inProgress",
    "pausedByFailedStep",
    "pausedByOperator",
    "completed",
    "completedWithExceptions",
    "canceled",
    "planExecutionTimedOut",
    "pendingManualApproval",
    "failed",
    "pending",
    "completedMonitoringApplicationHealth",
];

/// `ListPlanExecutions`, newest first.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let plan = plans::in_region(world, call, call.required("planArn", invalid)?)?;
    let state = call.text("state");
    if let Some(unknown) = state.filter(|state| !STATES.contains(state)) {
        return Err(invalid(format!("state must be one of {}, not {unknown}", STATES.join(", "))));
    }
    let mut runs = run::of(world, plan);
    runs.retain(|run| run.execution.region == call.region && state.is_none_or(|wanted| wanted == run.state(world.now)));
    let cut = page.cut(call, runs);
    let items = cut.items.iter().map(|run| about(world, run));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// `GetPlanExecution`: its pages are pages of steps.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let plan = plans::in_region(world, call, call.required("planArn", invalid)?)?;
    let run = plans::run_of(world, plan, call.required("executionId", invalid)?)?;
    let cut = page.cut(call, run.steps());
    let steps = cut.items.iter().map(|step| step_value(world, &run, step));
    Ok(about(world, &run)
        .with("stepStates", Value::list("step", steps))
        .with("plan", plans::value(world, plan))
        .with("nextToken", cut.next))
}

const fn mode(run: &Run<'_>) -> &'static str {
    match run.execution.mode {
        SwitchMode::Graceful => "graceful",
        SwitchMode::Ungraceful => "ungraceful",
    }
}

fn about(world: &World, run: &Run<'_>) -> Value {
    let ended = run.ended(world.now);
    let action = match run.execution.action {
        SwitchAction::Activate => "activate",
        SwitchAction::Deactivate => "deactivate",
    };
    Value::map([
        ("planArn", plans::arn(world, run.plan).into()),
        ("executionId", run.id(world).into()),
        ("version", "1".into()),
        ("updatedAt", run.updated(world.now).into()),
        ("comment", Some(&run.execution.comment).filter(|words| !words.is_empty()).into()),
        ("startTime", run.started.into()),
        ("endTime", ended.into()),
        ("mode", mode(run).into()),
        ("executionState", run.state(world.now).into()),
        ("executionAction", action.into()),
        ("executionRegion", (&run.execution.region).into()),
        ("actualRecoveryTime", ended.map(|ended| (ended - run.started).iso()).into()),
    ])
}

fn step_value(world: &World, run: &Run<'_>, step: &StepRun<'_>) -> Value {
    let (status, began, ended) = step.status(world.now);
    Value::map([
        ("name", (&step.step.name).into()),
        ("status", status.into()),
        ("startTime", began.into()),
        ("endTime", ended.into()),
        ("stepMode", mode(run).into()),
    ])
}
