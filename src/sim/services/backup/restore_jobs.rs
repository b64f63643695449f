//! Restore jobs. COMPLETED says that something was made; whether it is any good says the validation.

use super::backup_jobs::{GIB, percent};
use super::course::{Outcome, Phase};
use super::error::{PAGES, invalid, not_found};
use super::filter::{Filter, Seen};
use super::restores::{self, Restoring};
use super::{names, resources, restore_testing};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::paging::Page;
use crate::sim::wire::{AwsError, Value};

const STATES: &[&str] = &["PENDING", "RUNNING", "COMPLETED", "ABORTED", "FAILED"];

/// `ListRestoreJobs`, newest first.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let filter = Filter::of(call, "status", STATES)?;
    let plan = call.text("restoreTestingPlanArn");
    let mut jobs = restores::restores(world, &call.region);
    jobs.retain(|job| filter.fits(&seen(world, job)) && plan.is_none_or(|arn| job.plan(world).as_deref() == Some(arn)));
    Ok(page_of(world, call, &page, jobs))
}

/// `ListRestoreJobsByProtectedResource`, newest first.
pub(super) fn of_resource(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let filter = Filter::of(call, "status", STATES)?;
    let arn = call.text("resourceArn").unwrap_or_default();
    resources::asked(world, &call.region, arn)?;
    let moment = |name: &str| match (call.text(name), call.moment(name)) {
        (Some(sent), None) => Err(invalid(format!("{name} is no time: {sent}"))),
        (None | Some(_), found) => Ok(found),
    };
    let after = moment("recoveryPointCreationDateAfter")?;
    let before = moment("recoveryPointCreationDateBefore")?;
    let mut jobs = restores::restores(world, &call.region);
    jobs.retain(|job| {
        filter.fits(&seen(world, job))
            && after.is_none_or(|after| after < job.point_created)
            && before.is_none_or(|before| job.point_created < before)
    });
    Ok(page_of(world, call, &page, jobs))
}

/// `DescribeRestoreJob`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let id = call.text("restoreJobId").unwrap_or_default();
    restores::restores(world, &call.region)
        .iter()
        .find(|job| job.id(world) == id)
        .map(|job| value(world, job))
        .ok_or_else(|| not_found(format!("Restore job {id} does not exist.")))
}

fn page_of(world: &World, call: &Call, page: &Page, jobs: Vec<Restoring<'_>>) -> Value {
    let cut = page.cut(call, jobs);
    let jobs = cut.items.iter().map(|job| value(world, job));
    Value::map([("RestoreJobs", Value::list("RestoreJob", jobs)), ("NextToken", cut.next.into())])
}

impl Restoring<'_> {
    /// The ARN of the test that started it.
    fn plan(&self, world: &World) -> Option<String> {
        self.test.map(|test| restore_testing::arn(world, test))
    }
}

fn state(job: &Restoring<'_>, world: &World) -> &'static str {
    match job.course.phase(world.now) {
        Phase::Waiting => "PENDING",
        Phase::Running | Phase::Stopping => "RUNNING",
        Phase::Ended(Outcome::Completed | Outcome::Issues | Outcome::Partial) => "COMPLETED",
        Phase::Ended(Outcome::Aborted) => "ABORTED",
        Phase::Ended(Outcome::Failed | Outcome::Expired) => "FAILED",
    }
}

fn seen<'a>(world: &World, job: &Restoring<'a>) -> Seen<'a> {
    Seen {
        state: state(job, world),
        resource: &job.resource.arn,
        resource_type: &job.resource.kind,
        created: job.course.created,
        completed: job.course.completed(world.now),
        category: None,
    }
}

fn value(world: &World, job: &Restoring<'_>) -> Value {
    let course = &job.course;
    let (validation, validation_message) = job.validation(world.now);
    let (deletion, deletion_message) = job.deletion(world.now);
    let by = job.plan(world).map(|arn| Value::map([("RestoreTestingPlanArn", arn.into())]));
    Value::map([
        ("AccountId", (&world.estate.account).into()),
        ("RestoreJobId", job.id(world).into()),
        ("RecoveryPointArn", (&job.point_arn).into()),
        ("SourceResourceArn", (&job.resource.arn).into()),
        ("BackupVaultArn", names::vault_arn(world, job.region, job.vault).into()),
        ("CreationDate", course.created.into()),
        ("CompletionDate", course.completed(world.now).into()),
        ("Status", state(job, world).into()),
        ("StatusMessage", course.said(world.now).into()),
        ("PercentDone", percent(course.done(world.now)).into()),
        ("BackupSizeInBytes", (i64::from(job.resource.gib) * GIB).into()),
        ("IamRoleArn", names::role(world).into()),
        ("ExpectedCompletionTimeMinutes", ((course.expected - course.created).millis() / 60_000).into()),
        ("CreatedResourceArn", job.made(world).into()),
        ("ResourceType", (&job.resource.kind).into()),
        ("RecoveryPointCreationDate", job.point_created.into()),
        ("IsParent", false.into()),
        ("CreatedBy", by.into()),
        ("ValidationStatus", validation.into()),
        ("ValidationStatusMessage", validation_message.into()),
        ("DeletionStatus", deletion.into()),
        ("DeletionStatusMessage", deletion_message.into()),
    ])
}
