//! Copy jobs. They are listed where they come from, in the Region of the plan.

use super::backup_jobs::GIB;
use super::course::{Outcome, Phase};
use super::error::{PAGES, not_found};
use super::filter::{Filter, Seen};
use super::run::{self, Copying};
use super::{names, point};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::paging::Page;
use crate::sim::wire::{AwsError, Value};

const STATES: &[&str] = &["CREATED", "RUNNING", "COMPLETED", "FAILED", "PARTIAL"];

/// `ListCopyJobs`, newest first.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let filter = Filter::of(call, "state", STATES)?;
    let vault = call.text("destinationVaultArn");
    let source = call.text("sourceRecoveryPointArn");
    let mut jobs = run::copies_of(world, &call.region);
    jobs.retain(|job| {
        filter.fits(&seen(world, job))
            && vault.is_none_or(|vault| vault == names::vault_arn(world, &job.to.region, &job.to.vault))
            && source.is_none_or(|source| source == point::arn_of_backup(world, &job.backup))
    });
    let cut = page.cut(call, jobs);
    let jobs = cut.items.iter().map(|job| value(world, job));
    Ok(Value::map([("CopyJobs", Value::list("CopyJob", jobs)), ("NextToken", cut.next.into())]))
}

/// `DescribeCopyJob`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let id = call.text("copyJobId").unwrap_or_default();
    run::copies_of(world, &call.region)
        .iter()
        .find(|job| job.id(world) == id)
        .map(|job| Value::map([("CopyJob", value(world, job))]))
        .ok_or_else(|| not_found(format!("Copy job {id} does not exist.")))
}

fn seen<'w>(world: &World, job: &Copying<'w>) -> Seen<'w> {
    Seen {
        state: state(job.course.phase(world.now)),
        resource: &job.backup.resource.arn,
        resource_type: &job.backup.resource.kind,
        created: job.course.created,
        completed: job.course.completed(world.now),
        category: job.course.category(world.now),
    }
}

/// The state of a copy job. There is neither an aborted nor an expired copy: both have failed.
const fn state(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "CREATED",
        Phase::Running | Phase::Stopping => "RUNNING",
        Phase::Ended(Outcome::Completed | Outcome::Issues) => "COMPLETED",
        Phase::Ended(Outcome::Partial) => "PARTIAL",
        Phase::Ended(Outcome::Failed | Outcome::Aborted | Outcome::Expired) => "FAILED",
    }
}

fn value(world: &World, job: &Copying<'_>) -> Value {
    let (plan, to, resource, course) = (job.backup.plan, job.to, job.backup.resource, &job.course);
    let destination = names::vault(world, &to.region, &to.vault);
    let phase = course.phase(world.now);
    let has_point = match phase {
        Phase::Running | Phase::Stopping | Phase::Ended(Outcome::Completed | Outcome::Issues | Outcome::Partial) => {
            true
        }
        Phase::Waiting | Phase::Ended(Outcome::Failed | Outcome::Aborted | Outcome::Expired) => false,
    };
    let made = has_point.then(|| names::point_arn(world, resource, &to.region, &job.id(world)));
    Value::map([
        ("AccountId", (&world.estate.account).into()),
        ("CopyJobId", job.id(world).into()),
        ("SourceBackupVaultArn", names::vault_arn(world, &plan.region, &plan.vault).into()),
        ("SourceRecoveryPointArn", point::arn_of_backup(world, &job.backup).into()),
        ("DestinationBackupVaultArn", names::vault_arn(world, &to.region, &to.vault).into()),
        ("DestinationVaultType", "BACKUP_VAULT".into()),
        ("DestinationVaultLockState", destination.map(names::lock_state).into()),
        ("DestinationRecoveryPointArn", made.into()),
        ("DestinationEncryptionKeyArn", destination.map(|vault| names::key_arn(world, vault)).into()),
        ("DestinationRecoveryPointLifecycle", Value::map([("DeleteAfterDays", names::days(to.kept).into())])),
        ("ResourceArn", (&resource.arn).into()),
        ("ResourceType", (&resource.kind).into()),
        ("ResourceName", names::resource_name(resource).into()),
        ("CreationDate", course.created.into()),
        ("CompletionDate", course.completed(world.now).into()),
        ("State", state(phase).into()),
        ("StatusMessage", course.said(world.now).into()),
        ("MessageCategory", course.category(world.now).into()),
        ("BackupSizeInBytes", (i64::from(resource.gib) * GIB).into()),
        ("IamRoleArn", names::role(world).into()),
        ("CreatedBy", names::created_by(world, plan)),
        ("CreatedByBackupJobId", job.backup.id(world).into()),
        ("IsParent", false.into()),
    ])
}
