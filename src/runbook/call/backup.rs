//! Changes of AWS Backup. Each takes the intent as its token: sent again under the same, AWS does nothing and names the same job.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::{Change, INTENT, RUN};
use crate::model::Place;

/// `StartBackupJob`: one backup, outside of any plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartBackup {
    /// The Region of the resource and of the vault.
    pub place: Place,
    /// The resource's ARN.
    pub resource: String,
    /// The vault, by name.
    pub vault: String,
    /// The role that AWS Backup takes on.
    pub backup_role: String,
    /// How long it is kept; `None` for ever.
    pub keep_days: Option<u32>,
}

/// `StartCopyJob`: a recovery point into another vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartCopy {
    /// The Region of the point.
    pub place: Place,
    /// The point's ARN.
    pub point: String,
    /// The vault it is in, by name.
    pub vault: String,
    /// The vault it is copied to, by ARN.
    pub destination: String,
    /// The role that AWS Backup takes on.
    pub backup_role: String,
    /// How long the copy is kept; `None` for ever.
    pub keep_days: Option<u32>,
}

/// `StartRestoreJob`: something new from a recovery point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartRestore {
    /// The Region of the point, and of what is made of it.
    pub place: Place,
    /// The point's ARN.
    pub point: String,
    /// The role that AWS Backup takes on.
    pub backup_role: String,
    /// `RDS`, `DynamoDB`…; `None` leaves it to the point.
    pub resource_type: Option<String>,
    /// What AWS Backup is told of the new thing.
    pub metadata: BTreeMap<String, String>,
}

fn with(mut parameters: Json, name: &str, value: Option<Json>) -> Json {
    if let (Some(value), Json::Object(members)) = (value, &mut parameters) {
        members.insert(name.to_owned(), value);
    }
    parameters
}

fn lifecycle(keep_days: Option<u32>) -> Option<Json> {
    keep_days.map(|days| json!({ "DeleteAfterDays": days }))
}

change!(StartBackup, "backup", "StartBackupJob", |change| change.resource.clone(), |intent| with(
    json!({
        "BackupVaultName": change.vault,
        "ResourceArn": change.resource,
        "IamRoleArn": change.backup_role,
        "IdempotencyToken": intent.to_string(),
        "RecoveryPointTags": { INTENT: intent.to_string(), RUN: intent.run.to_string() },
    }),
    "Lifecycle",
    lifecycle(change.keep_days)
));

change!(StartCopy, "backup", "StartCopyJob", |change| change.point.clone(), |intent| with(
    json!({
        "RecoveryPointArn": change.point,
        "SourceBackupVaultName": change.vault,
        "DestinationBackupVaultArn": change.destination,
        "IamRoleArn": change.backup_role,
        "IdempotencyToken": intent.to_string(),
    }),
    "Lifecycle",
    lifecycle(change.keep_days)
));

change!(StartRestore, "backup", "StartRestoreJob", |change| change.point.clone(), |intent| with(
    json!({
        "RecoveryPointArn": change.point,
        "Metadata": change.metadata,
        "IamRoleArn": change.backup_role,
        "IdempotencyToken": intent.to_string(),
    }),
    "ResourceType",
    change.resource_type.as_ref().map(|kind| json!(kind))
));
