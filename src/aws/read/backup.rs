//! AWS Backup: jobs, protected resources, recovery points and vaults.

use aws_sdk_backup::Client;
use aws_sdk_backup::types;

use super::convert::{date_time, known, moment, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::backup::{
    BackupJob, CopyJob, JobState, PointStatus, ProtectedResource, RecoveryPoint, RestoreJob, Vault,
};
use crate::model::{Moment, Span, Text};

/// The most that AWS Backup gives in one page.
const PAGE: i32 = 1000;

/// How far back jobs are read: a week and a day, so that the last job of a weekly plan is seen even when it ran late, in few pages.
/// Older evidence comes from the recovery points themselves, which are read without a limit.
const JOBS: Span = Span::from_hours(8 * 24);

/// Restore jobs are few, and a monthly restore test must be seen.
const RESTORES: Span = Span::from_hours(32 * 24);

const STATES: [(&str, JobState); 9] = [
    ("CREATED", JobState::Created),
    ("PENDING", JobState::Pending),
    ("RUNNING", JobState::Running),
    ("ABORTING", JobState::Aborting),
    ("ABORTED", JobState::Aborted),
    ("COMPLETED", JobState::Completed),
    ("FAILED", JobState::Failed),
    ("EXPIRED", JobState::Expired),
    ("PARTIAL", JobState::Partial),
];

const POINT_STATUS: [(&str, PointStatus); 7] = [
    ("COMPLETED", PointStatus::Completed),
    ("PARTIAL", PointStatus::Partial),
    ("DELETING", PointStatus::Deleting),
    ("EXPIRED", PointStatus::Expired),
    ("AVAILABLE", PointStatus::Available),
    ("STOPPED", PointStatus::Stopped),
    ("CREATING", PointStatus::Creating),
];

fn since(now: Moment, span: Span) -> aws_sdk_backup::primitives::DateTime {
    date_time(now.checked_sub(span).unwrap_or(Moment::UNIX_EPOCH))
}

pub(super) async fn backup_jobs(ask: &Ask<'_>, client: &Client, now: Moment) -> Result<Vec<BackupJob>, Unread> {
    let since = since(now, JOBS);
    ask.pages(
        |token| client.list_backup_jobs().by_created_after(since).max_results(PAGE).set_next_token(token).send(),
        |page| (page.backup_jobs.unwrap_or_default().into_iter().map(backup_job).collect(), page.next_token),
    )
    .await
}

pub(super) async fn copy_jobs(ask: &Ask<'_>, client: &Client, now: Moment) -> Result<Vec<CopyJob>, Unread> {
    let since = since(now, JOBS);
    ask.pages(
        |token| client.list_copy_jobs().by_created_after(since).max_results(PAGE).set_next_token(token).send(),
        |page| (page.copy_jobs.unwrap_or_default().into_iter().map(copy_job).collect(), page.next_token),
    )
    .await
}

pub(super) async fn restore_jobs(ask: &Ask<'_>, client: &Client, now: Moment) -> Result<Vec<RestoreJob>, Unread> {
    let since = since(now, RESTORES);
    ask.pages(
        |token| client.list_restore_jobs().by_created_after(since).max_results(PAGE).set_next_token(token).send(),
        |page| (page.restore_jobs.unwrap_or_default().into_iter().map(restore_job).collect(), page.next_token),
    )
    .await
}

pub(super) async fn protected_resources(ask: &Ask<'_>, client: &Client) -> Result<Vec<ProtectedResource>, Unread> {
    ask.pages(
        |token| client.list_protected_resources().max_results(PAGE).set_next_token(token).send(),
        |page| (page.results.unwrap_or_default().into_iter().map(protected_resource).collect(), page.next_token),
    )
    .await
}

/// Every point of a vault: how old the newest is must be known even when backups stopped a year ago.
pub(super) async fn recovery_points(ask: &Ask<'_>, client: &Client, vault: &str) -> Result<Vec<RecoveryPoint>, Unread> {
    ask.pages(
        |token| {
            client
                .list_recovery_points_by_backup_vault()
                .backup_vault_name(vault)
                .max_results(PAGE)
                .set_next_token(token)
                .send()
        },
        |page| (page.recovery_points.unwrap_or_default().into_iter().map(recovery_point).collect(), page.next_token),
    )
    .await
}

pub(super) async fn vault(ask: &Ask<'_>, client: &Client, name: &str) -> Result<Vault, Unread> {
    let raw = ask.once(client.describe_backup_vault().backup_vault_name(name).send()).await?;
    Ok(Vault {
        name: text(raw.backup_vault_name),
        arn: text(raw.backup_vault_arn),
        locked: raw.locked.unwrap_or(false),
        points: u64::try_from(raw.number_of_recovery_points).unwrap_or(0),
        key: some_text(raw.encryption_key_arn),
        key_type: some_text(raw.encryption_key_type.map(|kind| kind.as_str().to_owned())),
        min_retention_days: raw.min_retention_days.and_then(|days| u32::try_from(days).ok()),
        max_retention_days: raw.max_retention_days.and_then(|days| u32::try_from(days).ok()),
        lock_date: moment(raw.lock_date),
    })
}

/// What a recovery point was made of, as a restore takes it back: names and values in the order of the names.
pub(super) async fn restore_metadata(
    ask: &Ask<'_>,
    client: &Client,
    vault: &str,
    point: &str,
) -> Result<Vec<(Text, Text)>, Unread> {
    let asked = client.get_recovery_point_restore_metadata().backup_vault_name(vault).recovery_point_arn(point);
    let raw = ask.once(asked.send()).await?.restore_metadata.unwrap_or_default();
    let mut metadata: Vec<(Text, Text)> =
        raw.into_iter().map(|(name, value)| (Text::new(name), Text::new(value))).collect();
    metadata.sort();
    Ok(metadata)
}

fn backup_job(raw: types::BackupJob) -> BackupJob {
    BackupJob {
        id: text(raw.backup_job_id),
        resource: text(raw.resource_arn),
        resource_type: text(raw.resource_type),
        vault: text(raw.backup_vault_name),
        state: known(raw.state.as_ref().map(|state| state.as_str()), &STATES),
        created: moment(raw.creation_date),
        completed: moment(raw.completion_date),
        message: some_text(raw.status_message),
        recovery_point: some_text(raw.recovery_point_arn),
        plan: raw.created_by.and_then(|by| some_text(by.backup_plan_id)),
    }
}

fn copy_job(raw: types::CopyJob) -> CopyJob {
    CopyJob {
        id: text(raw.copy_job_id),
        resource: text(raw.resource_arn),
        source_point: text(raw.source_recovery_point_arn),
        destination_point: some_text(raw.destination_recovery_point_arn),
        destination_vault: text(raw.destination_backup_vault_arn),
        state: known(raw.state.as_ref().map(|state| state.as_str()), &STATES),
        created: moment(raw.creation_date),
        completed: moment(raw.completion_date),
        message: some_text(raw.status_message),
    }
}

fn restore_job(raw: types::RestoreJobsListMember) -> RestoreJob {
    RestoreJob {
        id: text(raw.restore_job_id),
        recovery_point: text(raw.recovery_point_arn),
        resource: some_text(raw.source_resource_arn),
        state: known(raw.status.as_ref().map(|status| status.as_str()), &STATES),
        created: moment(raw.creation_date),
        completed: moment(raw.completion_date),
        validation: some_text(raw.validation_status.map(|status| status.as_str().to_owned())),
        deletion: some_text(raw.deletion_status.map(|status| status.as_str().to_owned())),
        testing_plan: raw.created_by.and_then(|creator| some_text(creator.restore_testing_plan_arn)),
        resource_type: some_text(raw.resource_type),
        message: some_text(raw.status_message),
        made: some_text(raw.created_resource_arn),
    }
}

fn protected_resource(raw: types::ProtectedResource) -> ProtectedResource {
    ProtectedResource {
        arn: text(raw.resource_arn),
        resource_type: text(raw.resource_type),
        last_backup: moment(raw.last_backup_time),
    }
}

fn recovery_point(raw: types::RecoveryPointByBackupVault) -> RecoveryPoint {
    RecoveryPoint {
        arn: text(raw.recovery_point_arn),
        resource: text(raw.resource_arn),
        status: known(raw.status.as_ref().map(|status| status.as_str()), &POINT_STATUS),
        created: moment(raw.creation_date),
        completed: moment(raw.completion_date),
        source_vault: some_text(raw.source_backup_vault_arn),
    }
}
