//! Backup jobs.

use super::course::{Outcome, Phase, START_WINDOW};
use super::error::{PAGES, not_found};
use super::filter::{Filter, Seen};
use super::run::{self, Backup};
use super::{names, point};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::paging::Page;
use crate::sim::wire::{AwsError, Value};

/// Bytes of a GiB.
pub(super) const GIB: i64 = 1 << 30;
const STATES: &[&str] =
    &["CREATED", "PENDING", "RUNNING", "ABORTING", "ABORTED", "COMPLETED", "FAILED", "EXPIRED", "PARTIAL"];

/// `ListBackupJobs`, newest first.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let filter = Filter::of(call, "state", STATES)?;
    let vault = call.text("backupVaultName");
    let mut jobs = run::backups_of(world, &call.region);
    jobs.retain(|job| vault.is_none_or(|vault| vault == job.plan.vault) && filter.fits(&seen(world, job)));
    let cut = page.cut(call, jobs);
    let jobs = cut.items.iter().map(|job| value(world, job));
    Ok(Value::map([("BackupJobs", Value::list("BackupJob", jobs)), ("NextToken", cut.next.into())]))
}

/// `DescribeBackupJob`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let id = call.text("backupJobId").unwrap_or_default();
    run::backups_of(world, &call.region)
        .iter()
        .find(|job| job.id(world) == id)
        .map(|job| value(world, job))
        .ok_or_else(|| not_found(format!("Backup job {id} does not exist.")))
}

fn seen<'w>(world: &World, job: &Backup<'w>) -> Seen<'w> {
    Seen {
        state: state(job.course.phase(world.now)),
        resource: &job.resource.arn,
        resource_type: &job.resource.kind,
        created: job.course.created,
        completed: job.course.completed(world.now),
        category: job.course.category(world.now),
    }
}

const fn state(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "PENDING",
        Phase::Running => "RUNNING",
        Phase::Stopping => "ABORTING",
        Phase::Ended(Outcome::Completed | Outcome::Issues) => "COMPLETED",
        Phase::Ended(Outcome::Partial) => "PARTIAL",
        Phase::Ended(Outcome::Failed) => "FAILED",
        Phase::Ended(Outcome::Aborted) => "ABORTED",
        Phase::Ended(Outcome::Expired) => "EXPIRED",
    }
}

/// How much is done, as AWS writes it: `37.5`.
pub(super) fn percent(done: f64) -> String {
    format!("{:.1}", (done * 1_000.0).floor() / 10.0)
}

fn value(world: &World, job: &Backup<'_>) -> Value {
    let (plan, course) = (job.plan, &job.course);
    let vault = names::vault(world, &plan.region, &plan.vault);
    let phase = course.phase(world.now);
    let bytes = i64::from(job.resource.gib) * GIB;
    let has_point = match phase {
        Phase::Running | Phase::Stopping | Phase::Ended(Outcome::Completed | Outcome::Issues | Outcome::Partial) => {
            true
        }
        Phase::Waiting | Phase::Ended(Outcome::Failed | Outcome::Aborted | Outcome::Expired) => false,
    };
    let is_running = matches!(phase, Phase::Waiting | Phase::Running | Phase::Stopping);
    Value::map([
        ("AccountId", (&world.estate.account).into()),
        ("BackupJobId", job.id(world).into()),
        ("BackupVaultName", (&plan.vault).into()),
        ("BackupVaultArn", names::vault_arn(world, &plan.region, &plan.vault).into()),
        ("VaultType", "BACKUP_VAULT".into()),
        ("VaultLockState", vault.map(names::lock_state).into()),
        ("RecoveryPointArn", has_point.then(|| point::arn_of_backup(world, job)).into()),
        ("RecoveryPointLifecycle", Value::map([("DeleteAfterDays", names::days(plan.kept).into())])),
        ("EncryptionKeyArn", vault.map(|vault| names::key_arn(world, vault)).into()),
        ("IsEncrypted", true.into()),
        ("ResourceArn", (&job.resource.arn).into()),
        ("ResourceType", (&job.resource.kind).into()),
        ("ResourceName", names::resource_name(job.resource).into()),
        ("CreationDate", course.created.into()),
        ("InitiationDate", course.created.into()),
        ("CompletionDate", course.completed(world.now).into()),
        ("ExpectedCompletionDate", is_running.then_some(course.expected).into()),
        ("StartBy", (course.created + START_WINDOW).into()),
        ("State", state(phase).into()),
        ("StatusMessage", course.said(world.now).into()),
        ("MessageCategory", course.category(world.now).into()),
        ("PercentDone", percent(course.done(world.now)).into()),
        ("BackupSizeInBytes", bytes.into()),
        ("BytesTransferred", ((bytes as f64 * course.done(world.now)) as i64).into()),
        ("IamRoleArn", names::role(world).into()),
        ("CreatedBy", names::created_by(world, plan)),
        ("IsParent", false.into()),
    ])
}
