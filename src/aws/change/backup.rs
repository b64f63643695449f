//! Changes of AWS Backup.

use std::collections::HashMap;

use aws_sdk_backup::Client;
use aws_sdk_backup::error::SdkError;
use aws_sdk_backup::operation::start_backup_job::StartBackupJobError;
use aws_sdk_backup::operation::start_copy_job::StartCopyJobError;
use aws_sdk_backup::operation::start_restore_job::StartRestoreJobError;
use aws_sdk_backup::types::Lifecycle;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use crate::runbook::IntentId;
use crate::runbook::call::{INTENT, RUN, StartBackup, StartCopy, StartRestore};

/// What comes of a request.
type Asked<E> = Result<Json, SdkError<E, HttpResponse>>;

/// `StartBackupJob`. The ids of its job and its point are kept.
pub(super) async fn start_backup(
    client: &Client,
    change: &StartBackup,
    intent: IntentId,
) -> Asked<StartBackupJobError> {
    let tags = HashMap::from([(INTENT.to_owned(), intent.to_string()), (RUN.to_owned(), intent.run.to_string())]);
    let request = client
        .start_backup_job()
        .backup_vault_name(&change.vault)
        .resource_arn(&change.resource)
        .iam_role_arn(&change.backup_role)
        .idempotency_token(intent.to_string())
        .set_recovery_point_tags(Some(tags))
        .set_lifecycle(lifecycle(change.keep_days));
    let answer = request.send().await?;
    Ok(json!({ "BackupJobId": answer.backup_job_id, "RecoveryPointArn": answer.recovery_point_arn }))
}

/// `StartCopyJob`. Its job's id is kept.
pub(super) async fn start_copy(client: &Client, change: &StartCopy, intent: IntentId) -> Asked<StartCopyJobError> {
    let request = client
        .start_copy_job()
        .recovery_point_arn(&change.point)
        .source_backup_vault_name(&change.vault)
        .destination_backup_vault_arn(&change.destination)
        .iam_role_arn(&change.backup_role)
        .idempotency_token(intent.to_string())
        .set_lifecycle(lifecycle(change.keep_days));
    request.send().await.map(|answer| json!({ "CopyJobId": answer.copy_job_id }))
}

/// `StartRestoreJob`. Its job's id is kept.
pub(super) async fn start_restore(
    client: &Client,
    change: &StartRestore,
    intent: IntentId,
) -> Asked<StartRestoreJobError> {
    let metadata = change.metadata.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let request = client
        .start_restore_job()
        .recovery_point_arn(&change.point)
        .set_metadata(Some(metadata))
        .iam_role_arn(&change.backup_role)
        .idempotency_token(intent.to_string())
        .set_resource_type(change.resource_type.clone());
    request.send().await.map(|answer| json!({ "RestoreJobId": answer.restore_job_id }))
}

fn lifecycle(keep_days: Option<u32>) -> Option<Lifecycle> {
    keep_days.map(|days| Lifecycle::builder().delete_after_days(i64::from(days)).build())
}
