//! Restore testing plans: a schedule, and one selection for each type of resource that is restored.

use super::error::{invalid, not_found};
use super::names;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::backup::RestoreTest;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

/// The lists of restore testing name their pages in capital letters.
static PAGES: PageRule = PageRule {
    size: "MaxResults",
    token: "NextToken",
    default: 1_000,
    min: 1,
    max: 1_000,
    bad_size: invalid,
    bad_token: invalid,
};

/// `ListRestoreTestingPlans`, by name.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let mut tests: Vec<&RestoreTest> = of_region(world, call).collect();
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    let cut = page.cut(call, tests);
    let tests = cut.items.iter().map(|test| about(world, test));
    Ok(Value::map([("RestoreTestingPlans", Value::list("Plan", tests)), ("NextToken", cut.next.into())]))
}

/// `GetRestoreTestingPlan`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let test = asked(world, call)?;
    let selection = Value::map([
        ("Algorithm", "LATEST_WITHIN_WINDOW".into()),
        ("IncludeVaults", Value::list("Vault", ["*".into()])),
        ("ExcludeVaults", Value::list("Vault", [])),
        ("RecoveryPointTypes", Value::list("Type", ["SNAPSHOT".into()])),
        ("SelectionWindowDays", test.window_days.into()),
    ]);
    Ok(Value::map([("RestoreTestingPlan", about(world, test).with("RecoveryPointSelection", selection))]))
}

/// `ListRestoreTestingSelections`.
pub(super) fn selections(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let test = asked(world, call)?;
    let cut = page.cut(call, test.types.iter().collect());
    let selections = cut.items.iter().map(|kind| selection_value(world, test, kind));
    Ok(Value::map([("RestoreTestingSelections", Value::list("Selection", selections)), ("NextToken", cut.next.into())]))
}

/// `GetRestoreTestingSelection`.
pub(super) fn selection(world: &World, call: &Call) -> Result<Value, AwsError> {
    let test = asked(world, call)?;
    let name = call.text("RestoreTestingSelectionName").unwrap_or_default();
    let kind = test.types.iter().find(|kind| selection_name(test, kind) == name);
    let kind = kind.ok_or_else(|| not_found(format!("Restore testing selection {name} does not exist.")))?;
    let selection = selection_value(world, test, kind)
        .with("ProtectedResourceArns", Value::list("Arn", ["*".into()]))
        .with("RestoreMetadataOverrides", Value::map([]));
    Ok(Value::map([("RestoreTestingSelection", selection)]))
}

fn selection_name(test: &RestoreTest, kind: &str) -> String {
    format!("{}_{}", test.name, kind.to_lowercase())
}

fn selection_value(world: &World, test: &RestoreTest, kind: &str) -> Value {
    Value::map([
        ("CreationTime", created(world, test).into()),
        ("IamRoleArn", names::role(world).into()),
        ("ProtectedResourceType", kind.into()),
        ("RestoreTestingPlanName", (&test.name).into()),
        ("RestoreTestingSelectionName", selection_name(test, kind).into()),
        ("ValidationWindowHours", test.validation_hours.into()),
    ])
}

fn of_region<'w>(world: &'w World, call: &Call) -> impl Iterator<Item = &'w RestoreTest> {
    let tests = world.estate.backup.restore_tests.iter();
    tests.filter(move |test| test.region == call.region && created(world, test) <= world.now)
}

fn asked<'w>(world: &'w World, call: &Call) -> Result<&'w RestoreTest, AwsError> {
    let name = call.text("RestoreTestingPlanName").unwrap_or_default();
    of_region(world, call)
        .find(|test| test.name == name)
        .ok_or_else(|| not_found(format!("Restore testing plan {name} does not exist.")))
}

fn created(world: &World, test: &RestoreTest) -> Moment {
    world.start - test.age
}

/// The ARN of a test: jobs name it as their creator.
pub(super) fn arn(world: &World, test: &RestoreTest) -> String {
    let name = format!("restore-testing-plan:{}-{}", test.name, world.uuid(&["restore-testing", &test.name]));
    world.arn("backup", &test.region, &name)
}

fn about(world: &World, test: &RestoreTest) -> Value {
    let begun = created(world, test).max(world.now - test.every.times(2));
    let runs = World::schedule(test.every, test.offset, begun, world.now);
    let last = runs.filter(|at| !world.is_out(&test.region, *at)).last();
    Value::map([
        ("CreationTime", created(world, test).into()),
        ("LastExecutionTime", last.into()),
        ("LastUpdateTime", created(world, test).into()),
        ("RestoreTestingPlanArn", arn(world, test).into()),
        ("RestoreTestingPlanName", (&test.name).into()),
        ("ScheduleExpression", names::cron(test.every, test.offset).unwrap_or_default().into()),
        ("ScheduleExpressionTimezone", "Etc/UTC".into()),
        ("StartWindowHours", test.start_window_hours.into()),
    ])
}
