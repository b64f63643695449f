//! Region switch plans.

use super::run::{self, Run};
use super::{PAGES, blocks, invalid, not_found};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::arc::SwitchPlan;
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// `ListPlans`, by name.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    page_of(world, call, |_| true)
}

/// `ListPlansInRegion`: those that the Region asked belongs to.
pub(super) fn list_in_region(world: &World, call: &Call) -> Result<Value, AwsError> {
    page_of(world, call, |plan| plan.regions.contains(&call.region))
}

/// `GetPlan`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let plan = find(world, call.required("arn", invalid)?)?;
    Ok(Value::map([("plan", value(world, plan))]))
}

/// `GetPlanInRegion`.
pub(super) fn get_in_region(world: &World, call: &Call) -> Result<Value, AwsError> {
    let plan = in_region(world, call, call.required("arn", invalid)?)?;
    Ok(Value::map([("plan", value(world, plan))]))
}

fn page_of(world: &World, call: &Call, is_wanted: impl Fn(&SwitchPlan) -> bool) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let mut plans: Vec<&SwitchPlan> = known(world).filter(|plan| is_wanted(plan)).collect();
    plans.sort_by(|a, b| a.name.cmp(&b.name));
    let cut = page.cut(call, plans);
    let plans = cut.items.iter().map(|plan| summary(world, plan));
    Ok(Value::map([("plans", Value::list("plan", plans)), ("nextToken", cut.next.into())]))
}

fn known(world: &World) -> impl Iterator<Item = &SwitchPlan> {
    world.estate.arc.plans.iter().filter(|plan| updated(world, plan) <= world.now)
}

fn find<'w>(world: &'w World, asked: &str) -> Result<&'w SwitchPlan, AwsError> {
    known(world).find(|plan| arn(world, plan) == asked).ok_or_else(|| not_found(format!("Plan {asked} was not found.")))
}

/// The plan of that ARN, if the Region asked belongs to it.
pub(super) fn in_region<'w>(world: &'w World, call: &Call, asked: &str) -> Result<&'w SwitchPlan, AwsError> {
    let plan = find(world, asked)?;
    if plan.regions.contains(&call.region) {
        Ok(plan)
    } else {
        Err(not_found(format!("Plan {asked} was not found in {}.", call.region)))
    }
}

/// The ARN of a plan, which belongs to no Region.
pub(super) fn arn(world: &World, plan: &SwitchPlan) -> String {
    let tail = world.hex(&["switch-plan", &plan.name], 6);
    world.arn("arc-region-switch", "", &format!("plan/{}:{tail}", plan.name))
}

fn updated(world: &World, plan: &SwitchPlan) -> Moment {
    world.start - plan.age
}

fn role(world: &World) -> String {
    world.arn("iam", "", "role/arc-region-switch")
}

/// What list and plan alike say.
fn about(world: &World, plan: &SwitchPlan) -> Value {
    let approach = if plan.primary.is_some() { "activePassive" } else { "activeActive" };
    let minutes = plan.recovery_time.map(|time| time.millis() / Span::MINUTE.millis());
    Value::map([
        ("arn", arn(world, plan).into()),
        ("owner", (&world.estate.account).into()),
        ("name", (&plan.name).into()),
        ("regions", Value::list("region", plan.regions.iter().map(Value::from))),
        ("recoveryApproach", approach.into()),
        ("primaryRegion", plan.primary.as_ref().into()),
        ("version", "1".into()),
        ("updatedAt", updated(world, plan).into()),
        ("description", Some(&plan.description).filter(|words| !words.is_empty()).into()),
        ("executionRole", role(world).into()),
        ("recoveryTimeObjectiveMinutes", minutes.into()),
    ])
}

fn summary(world: &World, plan: &SwitchPlan) -> Value {
    let runs = run::of(world, plan);
    let active = runs.iter().find(|run| run.ended(world.now).is_none()).map(|run| run.id(world));
    about(world, plan).with("activePlanExecution", active)
}

/// A plan with its workflows: one that activates each Region.
pub(super) fn value(world: &World, plan: &SwitchPlan) -> Value {
    let workflows = plan.regions.iter().map(|region| {
        Value::map([
            ("steps", Value::list("step", plan.steps.iter().map(|step| blocks::value(world, plan, step)))),
            ("workflowTargetAction", "activate".into()),
            ("workflowTargetRegion", region.into()),
        ])
    });
    about(world, plan)
        .with("workflows", Value::list("workflow", workflows))
        .with("associatedAlarms", Value::map([]))
        .with("triggers", Value::list("trigger", []))
}

/// The execution of that id.
pub(super) fn run_of<'w>(world: &'w World, plan: &'w SwitchPlan, id: &str) -> Result<Run<'w>, AwsError> {
    let mut runs = run::of(world, plan).into_iter();
    runs.find(|run| run.id(world) == id).ok_or_else(|| not_found(format!("Plan execution {id} was not found.")))
}
