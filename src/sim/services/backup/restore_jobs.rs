//! Restore jobs: the restores that the estate says were tried.

use super::backup_jobs::{GIB, percent};
use super::error::PAGES;
use super::filter::{Filter, Seen};
use super::names;
use super::point::{self, Status, Wanted};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::backup::{Resource, Restore, Validation};
use crate::sim::services::paging::Page;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

const STATES: &[&str] = &["PENDING", "RUNNING", "COMPLETED", "ABORTED", "FAILED"];

/// A restore and the recovery point it used: the newest whole one that the vault held when it began.
#[derive(Clone, Debug)]
pub(super) struct Job<'w> {
    restore: &'w Restore,
    resource: &'w Resource,
    pub(super) created: Moment,
    pub(super) point_created: Moment,
    pub(super) point_arn: String,
}

/// `ListRestoreJobs`, newest first.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let filter = Filter::of(call, "status", STATES)?;
    let mut jobs = jobs(world, &call.region);
    jobs.retain(|job| filter.fits(&seen(world, job)));
    let cut = page.cut(call, jobs);
    let jobs = cut.items.iter().map(|job| value(world, job));
    Ok(Value::map([("RestoreJobs", Value::list("RestoreJob", jobs)), ("NextToken", cut.next.into())]))
}

/// The restores of a Region so far, newest first. One whose vault held nothing to restore was never begun.
pub(super) fn jobs<'w>(world: &'w World, region: &str) -> Vec<Job<'w>> {
    let restores = world.estate.backup.restores.iter().filter(|restore| restore.region == region);
    let mut jobs: Vec<Job<'w>> = restores.filter_map(|restore| begun(world, restore)).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created));
    jobs
}

fn begun<'w>(world: &'w World, restore: &'w Restore) -> Option<Job<'w>> {
    let created = world.start - restore.ago;
    if world.now < created {
        return None;
    }
    let then = world.at(created);
    let wanted = Wanted { vault: Some(&restore.vault), resource: Some(&restore.resource) };
    let points = point::points(&then, &restore.region, wanted);
    let used = points.iter().find(|point| point.status == Status::Completed)?;
    let plans = world.estate.backup.plans.iter();
    let resource = plans.flat_map(|plan| &plan.resources).find(|resource| resource.arn == restore.resource)?;
    Some(Job { restore, resource, created, point_created: used.created, point_arn: used.arn(&then) })
}

impl Job<'_> {
    /// The ARN of the resource that was backed up.
    pub(super) fn resource(&self) -> &str {
        &self.resource.arn
    }

    /// How many minutes it took; `None` while it runs.
    pub(super) fn minutes(&self, now: Moment) -> Option<i64> {
        let minute = crate::sim::time::Span::MINUTE.millis();
        self.completed(now).map(|_| self.restore.duration.millis() / minute)
    }

    fn completed(&self, now: Moment) -> Option<Moment> {
        Some(self.created + self.restore.duration).filter(|end| *end <= now)
    }

    fn state(&self, now: Moment) -> &'static str {
        if self.completed(now).is_some() { "COMPLETED" } else { "RUNNING" }
    }
}

fn seen<'w>(world: &World, job: &Job<'w>) -> Seen<'w> {
    Seen {
        state: job.state(world.now),
        resource: &job.resource.arn,
        resource_type: &job.resource.kind,
        created: job.created,
        completed: job.completed(world.now),
        category: None,
    }
}

fn value(world: &World, job: &Job<'_>) -> Value {
    let restore = job.restore;
    let completed = job.completed(world.now);
    let id = world.uuid(&["restore-job", &restore.resource, &restore.region, &restore.vault, &job.created.to_string()]);
    let done = match completed {
        Some(_) => 1.0,
        None => ((world.now - job.created).seconds() / restore.duration.seconds()).clamp(0.0, 0.999),
    };
    // A restore is validated once it is complete.
    let validation = completed.and(restore.validation).map(|validation| match validation {
        Validation::Successful => "SUCCESSFUL",
        Validation::Failed => "FAILED",
    });
    let made = completed.map(|_| names::restored_arn(world, job.resource, &restore.region, &id));
    Value::map([
        ("AccountId", (&world.estate.account).into()),
        ("RestoreJobId", (&id).into()),
        ("RecoveryPointArn", (&job.point_arn).into()),
        ("SourceResourceArn", (&job.resource.arn).into()),
        ("BackupVaultArn", names::vault_arn(world, &restore.region, &restore.vault).into()),
        ("CreationDate", job.created.into()),
        ("CompletionDate", completed.into()),
        ("Status", job.state(world.now).into()),
        ("PercentDone", percent(done).into()),
        ("BackupSizeInBytes", (i64::from(job.resource.gib) * GIB).into()),
        ("IamRoleArn", names::role(world).into()),
        ("ExpectedCompletionTimeMinutes", (restore.duration.millis() / 60_000).into()),
        ("CreatedResourceArn", made.into()),
        ("ResourceType", (&job.resource.kind).into()),
        ("RecoveryPointCreationDate", job.point_created.into()),
        ("IsParent", false.into()),
        ("ValidationStatus", validation.into()),
    ])
}
