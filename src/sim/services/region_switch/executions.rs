//! Executions of plans. A Region tells of those that it carried out itself: the Region to be activated must not need the other one.

use super::run::{self, Run, StepRun};
use super::{PAGES, invalid, not_found, plans};
use crate::sim::call::Call;
use crate::sim::estate::arc::{AskedSwitch, SwitchAction, SwitchExecution, SwitchMode};
use crate::sim::services::Changed;
use crate::sim::services::paging::Page;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

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

fn illegal(message: String) -> AwsError {
    AwsError::new(400, "IllegalStateException", message)
}

fn one_of<T: Copy>(call: &Call, name: &str, known: &[(&str, T)], usual: Option<T>) -> Result<T, AwsError> {
    match call.text(name) {
        None => usual.ok_or_else(|| invalid(format!("The request must contain the parameter {name}."))),
        Some(asked) => known
            .iter()
            .find(|(word, _)| *word == asked)
            .map(|(_, value)| *value)
            .ok_or_else(|| invalid(format!("{name} cannot be {asked}."))),
    }
}

/// `StartPlanExecution`, asked in the Region that is switched: one execution at a time. A token that was used before brings the same again.
pub(super) fn start(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let arn = call.required("planArn", invalid)?;
    let plan = plans::in_region(world, call, arn)?;
    let target = call.required("targetRegion", invalid)?;
    let action = one_of(
        call,
        "action",
        &[("activate", SwitchAction::Activate), ("deactivate", SwitchAction::Deactivate)],
        None,
    )?;
    let mode = one_of(
        call,
        "mode",
        &[("graceful", SwitchMode::Graceful), ("ungraceful", SwitchMode::Ungraceful)],
        Some(SwitchMode::Graceful),
    )?;
    if target != call.region {
        return Err(AwsError::new(400, "IllegalArgumentException", format!("Ask in {target} to switch {target}.")));
    }
    if action == SwitchAction::Deactivate && plan.primary.is_some() {
        let message = "An activePassive plan only activates.".to_owned();
        return Err(AwsError::new(400, "IllegalArgumentException", message));
    }
    let token = call.text("clientToken").map(str::to_owned);
    let runs = run::of(world, plan);
    let same =
        |run: &&Run<'_>| token.is_some() && run.execution.asked.as_ref().is_some_and(|asked| asked.token == token);
    let (switched, other) = match action {
        SwitchAction::Activate => ("activateRegion", "deactivateRegion"),
        SwitchAction::Deactivate => ("deactivateRegion", "activateRegion"),
    };
    let answer = |run: &Run<'_>| {
        Value::map([
            ("executionId", run.id(world).into()),
            ("plan", arn.into()),
            ("planVersion", "1".into()),
            (switched, target.into()),
            (other, plan.regions.iter().find(|region| *region != target).into()),
        ])
    };
    if let Some(known) = runs.iter().find(same) {
        return Ok(Changed { answer: answer(known), applied: false });
    }
    if let Some(going) = runs.iter().find(|run| run.ended(world.now).is_none()) {
        return Err(illegal(format!("Execution {} of the plan is {}.", going.id(world), going.state(world.now))));
    }
    let execution = SwitchExecution {
        ago: world.start - world.now,
        region: target.to_owned(),
        action,
        mode,
        comment: call.text("comment").unwrap_or_default().to_owned(),
        fails_at: None,
        asked: Some(AskedSwitch { token, approved: Vec::new() }),
    };
    let answer = answer(&Run { plan, execution: &execution, started: world.now });
    if let Some(own) = estate.arc.plans.iter_mut().find(|known| known.name == plan.name) {
        own.executions.push(execution);
    }
    Ok(Changed::applied(answer))
}

/// `ApprovePlanExecutionStep`: of a step that waits for it.
pub(super) fn approve(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let plan = plans::in_region(world, call, call.required("planArn", invalid)?)?;
    let run = plans::run_of(world, plan, call.required("executionId", invalid)?)?;
    let name = call.required("stepName", invalid)?;
    let approves = one_of(call, "approval", &[("approve", true), ("decline", false)], None)?;
    let steps = run.steps();
    let step = steps.iter().find(|step| step.step.name == name);
    let step = step.ok_or_else(|| not_found(format!("Step {name} was not found.")))?;
    if step.status(world.now).0 != "pendingApproval" {
        return Err(AwsError::new(403, "AccessDeniedException", format!("Step {name} does not wait for an approval.")));
    }
    let (started, region) = (world.start - run.execution.ago, &run.execution.region);
    let own = estate.arc.plans.iter_mut().filter(|known| known.name == plan.name).flat_map(|plan| &mut plan.executions);
    let mut own = own.filter(|known| world.start - known.ago == started && known.region == *region);
    if let (Some(asked), true) = (own.next().and_then(|known| known.asked.as_mut()), approves) {
        asked.approved.push((name.to_owned(), world.now));
    }
    Ok(Changed::applied(Value::map([])))
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
