//! Backup plans: one rule and one selection each.

use super::error::{PAGES, invalid, not_found};
use super::{course, names, run};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::backup::{Copy, Plan};
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// The most runs that a plan tells of in advance.
const MOST_RUNS: i64 = 10;
/// How long a backup may take: AWS's usual.
const COMPLETION_MINUTES: u32 = 10_080;

/// `ListBackupPlans`, by name.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let mut plans: Vec<&Plan> = of_region(world, call).collect();
    plans.sort_by(|a, b| a.name.cmp(&b.name));
    let cut = page.cut(call, plans);
    let plans = cut.items.iter().map(|plan| about(world, plan).with("BackupPlanName", &plan.name));
    Ok(Value::map([("BackupPlansList", Value::list("BackupPlan", plans)), ("NextToken", cut.next.into())]))
}

/// `GetBackupPlan`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let plan = asked(world, call)?;
    if let Some(version) = call.text("versionId").filter(|version| *version != names::plan_version(world, plan)) {
        return Err(not_found(format!("Version {version} of backup plan {} does not exist.", plan.name)));
    }
    let name = "MaxScheduledRunsPreview";
    let runs = call.integer(name).map_err(|sent| invalid(format!("{name} must be a number, not {sent}")))?;
    let runs = runs.unwrap_or(0);
    if !(0..=MOST_RUNS).contains(&runs) {
        return Err(invalid(format!("{name} must be from 0 to {MOST_RUNS}, not {runs}")));
    }
    let content =
        Value::map([("BackupPlanName", (&plan.name).into()), ("Rules", Value::list("Rule", [rule(world, plan)]))]);
    let preview = World::schedule(plan.every, plan.offset, world.now, world.now + plan.every.times(runs)).map(|at| {
        Value::map([
            ("ExecutionTime", at.into()),
            ("RuleId", names::rule_id(world, plan).into()),
            ("RuleExecutionType", "SNAPSHOTS".into()),
        ])
    });
    let preview = if runs > 0 { Value::list("Run", preview) } else { Value::Null };
    Ok(about(world, plan).with("BackupPlan", content).with("ScheduledRunsPreview", preview))
}

/// `ListBackupSelections`.
pub(super) fn selections(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let plan = asked(world, call)?;
    let cut = page.cut(call, vec![plan]);
    let selections = cut.items.iter().map(|plan| {
        Value::map([
            ("SelectionId", selection_id(world, plan).into()),
            ("SelectionName", (&plan.name).into()),
            ("BackupPlanId", names::plan_id(world, plan).into()),
            ("CreationDate", created(world, plan).into()),
            ("CreatorRequestId", world.uuid(&["creator-request", "selection", &plan.name]).into()),
            ("IamRoleArn", names::role(world).into()),
        ])
    });
    Ok(Value::map([("BackupSelectionsList", Value::list("Selection", selections)), ("NextToken", cut.next.into())]))
}

/// `GetBackupSelection`.
pub(super) fn selection(world: &World, call: &Call) -> Result<Value, AwsError> {
    let plan = asked(world, call)?;
    let id = call.text("selectionId").unwrap_or_default();
    if id != selection_id(world, plan) {
        return Err(not_found(format!("Backup selection {id} does not exist.")));
    }
    let content = Value::map([
        ("SelectionName", (&plan.name).into()),
        ("IamRoleArn", names::role(world).into()),
        ("Resources", Value::list("Resource", plan.resources.iter().map(|resource| (&resource.arn).into()))),
        ("ListOfTags", Value::list("Tag", [])),
        ("NotResources", Value::list("Resource", [])),
    ]);
    Ok(Value::map([
        ("BackupSelection", content),
        ("SelectionId", id.into()),
        ("BackupPlanId", names::plan_id(world, plan).into()),
        ("CreationDate", created(world, plan).into()),
        ("CreatorRequestId", world.uuid(&["creator-request", "selection", &plan.name]).into()),
    ]))
}

fn of_region<'w>(world: &'w World, call: &Call) -> impl Iterator<Item = &'w Plan> {
    let plans = world.estate.backup.plans.iter();
    plans.filter(move |plan| plan.asked.is_none() && plan.region == call.region && created(world, plan) <= world.now)
}

fn asked<'w>(world: &'w World, call: &Call) -> Result<&'w Plan, AwsError> {
    let id = call.text("backupPlanId").unwrap_or_default();
    of_region(world, call)
        .find(|plan| names::plan_id(world, plan) == id)
        .ok_or_else(|| not_found(format!("Backup plan {id} does not exist.")))
}

fn created(world: &World, plan: &Plan) -> Moment {
    world.start - plan.age
}

fn selection_id(world: &World, plan: &Plan) -> String {
    world.uuid(&["backup-selection", &plan.name])
}

/// What list and plan alike say.
fn about(world: &World, plan: &Plan) -> Value {
    // A Region that was gone has started nothing: the last run may be some intervals ago.
    let last_after = |after| run::backups(world, plan, None, after).iter().map(|backup| backup.course.created).max();
    let last = last_after(world.now - plan.every.times(2)).or_else(|| last_after(created(world, plan)));
    Value::map([
        ("BackupPlanArn", names::plan_arn(world, plan).into()),
        ("BackupPlanId", names::plan_id(world, plan).into()),
        ("CreationDate", created(world, plan).into()),
        ("VersionId", names::plan_version(world, plan).into()),
        ("CreatorRequestId", world.uuid(&["creator-request", "plan", &plan.name]).into()),
        ("LastExecutionDate", last.into()),
    ])
}

fn rule(world: &World, plan: &Plan) -> Value {
    Value::map([
        ("RuleName", (&plan.name).into()),
        ("RuleId", names::rule_id(world, plan).into()),
        ("TargetBackupVaultName", (&plan.vault).into()),
        ("ScheduleExpression", names::cron(plan.every, plan.offset).into()),
        ("ScheduleExpressionTimezone", "Etc/UTC".into()),
        ("StartWindowMinutes", (course::START_WINDOW.millis() / Span::MINUTE.millis()).into()),
        ("CompletionWindowMinutes", COMPLETION_MINUTES.into()),
        ("Lifecycle", lifecycle(plan.kept)),
        ("CopyActions", Value::list("CopyAction", plan.copies.iter().map(|copy| action(world, copy)))),
        ("EnableContinuousBackup", false.into()),
    ])
}

fn action(world: &World, copy: &Copy) -> Value {
    Value::map([
        ("Lifecycle", lifecycle(copy.kept)),
        ("DestinationBackupVaultArn", names::vault_arn(world, &copy.region, &copy.vault).into()),
    ])
}

fn lifecycle(kept: Span) -> Value {
    Value::map([("DeleteAfterDays", names::days(kept).into())])
}
