//! Copy jobs. They are listed where they come from, in the Region of the plan.

use super::backup_jobs::GIB;
use super::course::{Course, Outcome, Phase};
use super::error::{PAGES, not_found};
use super::filter::{Filter, Seen};
use super::run;
use super::{names, point};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::backup::{AskedCopy, Copy, Plan, Resource};
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
    let mut jobs = jobs(world, &call.region);
    jobs.retain(|job| {
        filter.fits(&seen(world, job))
            && vault.is_none_or(|vault| vault == names::vault_arn(world, &job.to.region, &job.to.vault))
            && source.is_none_or(|source| source == job.point)
    });
    let cut = page.cut(call, jobs);
    let jobs = cut.items.iter().map(|job| value(world, job));
    Ok(Value::map([("CopyJobs", Value::list("CopyJob", jobs)), ("NextToken", cut.next.into())]))
}

/// `DescribeCopyJob`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let id = call.text("copyJobId").unwrap_or_default();
    jobs(world, &call.region)
        .iter()
        .find(|job| job.id == id)
        .map(|job| Value::map([("CopyJob", value(world, job))]))
        .ok_or_else(|| not_found(format!("Copy job {id} does not exist.")))
}

/// A copy job, whoever asked for it.
struct Job<'w> {
    id: String,
    resource: &'w Resource,
    /// The Region and the vault of the point.
    from: (&'w str, &'w str),
    point: String,
    to: &'w Copy,
    course: Course,
    /// The plan that started it, and its backup job.
    by: Option<(&'w Plan, String)>,
}

/// The copy jobs of a Region, newest first.
fn jobs<'w>(world: &'w World, region: &str) -> Vec<Job<'w>> {
    let planned = |copying: &run::Copying<'w>| {
        let plan = copying.backup.plan;
        Job {
            id: copying.id(world),
            resource: copying.backup.resource,
            from: (&plan.region, &plan.vault),
            point: point::arn_of_backup(world, &copying.backup),
            to: copying.to,
            course: copying.course.clone(),
            by: Some((plan, copying.backup.id(world))),
        }
    };
    let asked = |copy: &'w AskedCopy| {
        Some(Job {
            id: run::copy_id(world, copy),
            resource: &copy.resource,
            from: (&copy.from.0, &copy.from.1),
            point: copy.point.clone(),
            to: &copy.to,
            course: run::copying(world, copy)?,
            by: None,
        })
    };
    let mut all: Vec<Job<'w>> = run::copies_of(world, region).iter().map(planned).collect();
    all.extend(world.estate.backup.copies.iter().filter(|copy| copy.from.0 == region).filter_map(asked));
    all.sort_by_key(|job| std::cmp::Reverse(job.course.created));
    all
}

fn seen<'w>(world: &World, job: &Job<'w>) -> Seen<'w> {
    Seen {
        state: state(job.course.phase(world.now)),
        resource: &job.resource.arn,
        resource_type: &job.resource.kind,
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

fn value(world: &World, job: &Job<'_>) -> Value {
    let (to, resource, course) = (job.to, job.resource, &job.course);
    let destination = names::vault(world, &to.region, &to.vault);
    let phase = course.phase(world.now);
    let has_point = match phase {
        Phase::Running | Phase::Stopping | Phase::Ended(Outcome::Completed | Outcome::Issues | Outcome::Partial) => {
            true
        }
        Phase::Waiting | Phase::Ended(Outcome::Failed | Outcome::Aborted | Outcome::Expired) => false,
    };
    let made = has_point.then(|| names::point_arn(world, resource, &to.region, &job.id));
    Value::map([
        ("AccountId", (&world.estate.account).into()),
        ("CopyJobId", (&job.id).into()),
        ("SourceBackupVaultArn", names::vault_arn(world, job.from.0, job.from.1).into()),
        ("SourceRecoveryPointArn", (&job.point).into()),
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
        ("CreatedBy", job.by.as_ref().map_or(Value::Null, |(plan, _)| names::created_by(world, plan))),
        ("CreatedByBackupJobId", job.by.as_ref().map(|(_, backup)| backup).into()),
        ("IsParent", false.into()),
    ])
}
