//! Recovery plans. Unlike the other dates of DRS, theirs end with `Z`.

use super::error::{PAGES, invalid, not_found};
use super::request;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::recovery_plan::{RecoveryPlan, Step};
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// `ListRecoveryPlans`, by name.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let mut plans = here(world, call)?;
    plans.sort_by(|a, b| a.name.cmp(&b.name));
    let cut = page.cut(call, plans);
    let plans = cut.items.iter().map(|plan| summary(world, plan));
    Ok(Value::map([("recoveryPlans", Value::list("plan", plans)), ("nextToken", cut.next.into())]))
}

/// `GetRecoveryPlan`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let plan = asked(world, call)?;
    let plan = summary(world, plan)
        .with("description", Some(&plan.description).filter(|words| !words.is_empty()))
        .with("tags", Value::map([]));
    Ok(Value::map([("recoveryPlan", plan)]))
}

/// `ListRecoveryPlanSteps`, in their order.
pub(super) fn steps(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let plan = asked(world, call)?;
    let cut = page.cut(call, plan.steps.iter().zip(1_i64..).collect());
    let steps = cut.items.iter().map(|(step, order)| step_value(world, plan, step, *order));
    Ok(Value::map([("recoveryPlanSteps", Value::list("step", steps)), ("nextToken", cut.next.into())]))
}

/// The plans of the Region asked, where DRS is set up.
pub(super) fn here<'w>(world: &'w World, call: &Call) -> Result<Vec<&'w RecoveryPlan>, AwsError> {
    request::servers(world, call)?;
    let plans = world.estate.drs.recovery_plans.iter();
    Ok(plans.filter(|plan| plan.region == call.region && created(world, plan) <= world.now).collect())
}

/// The ARN that a call names, which must be one of DRS.
pub(super) fn named<'c>(call: &'c Call, parameter: &str) -> Result<&'c str, AwsError> {
    let arn = call.required(parameter, invalid)?;
    if arn.starts_with("arn:aws:drs:") {
        Ok(arn)
    } else {
        Err(invalid(format!("{parameter}: \"{arn}\" is not an ARN of Elastic Disaster Recovery")))
    }
}

fn asked<'w>(world: &'w World, call: &Call) -> Result<&'w RecoveryPlan, AwsError> {
    let asked = named(call, "recoveryPlanArn")?;
    let found = here(world, call)?.into_iter().find(|plan| arn(world, plan) == asked);
    found.ok_or_else(|| not_found(format!("Recovery plan {asked} does not exist.")))
}

/// The ARN of a plan.
pub(super) fn arn(world: &World, plan: &RecoveryPlan) -> String {
    let id = world.uuid(&["recovery-plan", &plan.region, &plan.name]);
    world.arn("drs", &plan.region, &format!("recovery-plan/{id}"))
}

fn created(world: &World, plan: &RecoveryPlan) -> Moment {
    world.start - plan.age
}

/// Whether a plan can be executed.
pub(super) fn is_active(world: &World, plan: &RecoveryPlan) -> bool {
    status(world, plan) == "ACTIVE"
}

/// A plan with a server that is gone cannot be executed.
fn status(world: &World, plan: &RecoveryPlan) -> &'static str {
    let mut wanted = plan.steps.iter().flat_map(|step| &step.servers);
    let known = |id: &String| {
        let mut servers = world.estate.drs.servers.iter();
        servers.any(|server| server.id == *id && server.added(world) <= world.now)
    };
    if wanted.all(known) { "ACTIVE" } else { "INVALID" }
}

fn summary(world: &World, plan: &RecoveryPlan) -> Value {
    let created = created(world, plan).to_string();
    Value::map([
        ("recoveryPlanArn", arn(world, plan).into()),
        ("name", (&plan.name).into()),
        ("status", status(world, plan).into()),
        ("createdAt", (&created).into()),
        ("updatedAt", created.into()),
    ])
}

fn step_value(world: &World, plan: &RecoveryPlan, step: &Step, order: i64) -> Value {
    let created = created(world, plan).to_string();
    let id = world.uuid(&["recovery-plan-step", &plan.region, &plan.name, &order.to_string()]);
    let servers = step.servers.iter().map(|id| server_value(world, plan, step, id));
    Value::map([
        ("recoveryPlanStepArn", world.arn("drs", &plan.region, &format!("recovery-plan-step/{id}")).into()),
        ("stepOrder", order.into()),
        ("stepName", (&step.name).into()),
        (
            "configuration",
            pause(step).unwrap_or_else(|| {
                Value::map([("serverStepConfiguration", Value::map([("servers", Value::list("server", servers))]))])
            }),
        ),
        ("createdAt", (&created).into()),
        ("updatedAt", created.into()),
    ])
}

/// The configuration of a step that pauses.
pub(super) fn pause(step: &Step) -> Option<Value> {
    let minutes = step.wait.filter(|_| step.servers.is_empty())?.millis() / Span::MINUTE.millis();
    Some(Value::map([("waitStepConfiguration", Value::map([("waitDurationMinutes", minutes.into())]))]))
}

/// A server of a step.
pub(super) fn server_value(world: &World, plan: &RecoveryPlan, step: &Step, id: &str) -> Value {
    let impact = if step.optional.iter().any(|known| known == id) { "OPTIONAL" } else { "CRITICAL" };
    Value::map([
        ("serverArn", world.arn("drs", &plan.region, &format!("source-server/{id}")).into()),
        ("impactLevel", impact.into()),
    ])
}
