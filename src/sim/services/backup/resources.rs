//! Protected resources: what was backed up at least once, in this Region or by a copy into it.

use super::course::Outcome;
use super::error::{PAGES, not_found};
use super::point::{self, Point, Status, Wanted};
use super::{names, restores, run};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::backup::Resource;
use crate::sim::services::paging::Page;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

pub(super) struct Protected<'w> {
    resource: &'w Resource,
    last_backup: Moment,
    /// The newest point, while there is one: retention may have taken away the last of them.
    newest: Option<Point<'w>>,
}

/// `ListProtectedResources`, by ARN.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let cut = page.cut(call, protected(world, &call.region));
    let results = cut.items.iter().map(|protected| value(world, &call.region, protected));
    Ok(Value::map([("Results", Value::list("ProtectedResource", results)), ("NextToken", cut.next.into())]))
}

/// `DescribeProtectedResource`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let arn = call.text("resourceArn").unwrap_or_default();
    let protected = &asked(world, &call.region, arn)?;
    let restores = restores::restores(world, &call.region);
    let restore = restores.iter().find(|restore| restore.resource.arn == arn);
    Ok(value(world, &call.region, protected)
        .with("LatestRestoreJobCreationDate", restore.map(|restore| restore.course.created))
        .with("LatestRestoreExecutionTimeMinutes", restore.and_then(|restore| restore.minutes(world.now)))
        .with("LatestRestoreRecoveryPointCreationDate", restore.map(|restore| restore.point_created)))
}

/// A resource that a call is about, if it was ever backed up.
pub(super) fn asked<'w>(world: &'w World, region: &str, arn: &str) -> Result<Protected<'w>, AwsError> {
    let found = protected(world, region).into_iter().find(|protected| protected.resource.arn == arn);
    found.ok_or_else(|| not_found(format!("Resource {arn} is not protected by AWS Backup.")))
}

fn protected<'w>(world: &'w World, region: &str) -> Vec<Protected<'w>> {
    let points = point::points(world, region, Wanted::default());
    let plans = world.estate.backup.plans.iter();
    let reaching = plans.filter(|plan| plan.region == region || plan.copies.iter().any(|copy| copy.region == region));
    let mut resources: Vec<&'w Resource> = reaching.flat_map(|plan| &plan.resources).collect();
    resources.sort_by(|a, b| a.arn.cmp(&b.arn));
    resources.dedup_by(|a, b| a.arn == b.arn);
    resources
        .into_iter()
        .filter_map(|resource| {
            // Points come newest first.
            let newest = points
                .iter()
                .find(|point| point.resource.arn == resource.arn && point.status == Status::Completed)
                .cloned();
            let last_backup =
                newest.as_ref().map(|point| point.created).or_else(|| last_made(world, region, resource))?;
            Some(Protected { resource, last_backup, newest })
        })
        .collect()
}

/// The last backup that was ever made of a resource, or copied into the Region, when none of the points is left.
fn last_made(world: &World, region: &str, resource: &Resource) -> Option<Moment> {
    let whole = |outcome| matches!(outcome, Outcome::Completed | Outcome::Issues);
    let plans = world.estate.backup.plans.iter().filter(|plan| plan.resources.contains(resource));
    let newest = plans.filter_map(|plan| {
        let backups = run::backups(world, plan, Some(&resource.arn), world.start - plan.age);
        let made = backups.iter().find(|backup| {
            let here = plan.region == region && whole(backup.course.outcome) && backup.course.ended <= world.now;
            let copied = backup.copies(world).any(|copying| {
                copying.to.region == region && whole(copying.course.outcome) && copying.course.ended <= world.now
            });
            here || copied
        })?;
        Some(made.course.created)
    });
    newest.max()
}

fn value(world: &World, region: &str, protected: &Protected<'_>) -> Value {
    let newest = protected.newest.as_ref();
    Value::map([
        ("ResourceArn", (&protected.resource.arn).into()),
        ("ResourceType", (&protected.resource.kind).into()),
        ("ResourceName", names::resource_name(protected.resource).into()),
        ("LastBackupTime", protected.last_backup.into()),
        ("LastBackupVaultArn", newest.map(|point| names::vault_arn(world, region, point.vault)).into()),
        ("LastRecoveryPointArn", newest.map(|point| point.arn(world)).into()),
    ])
}
