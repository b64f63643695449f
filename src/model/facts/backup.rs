//! AWS Backup.

use serde::{Deserialize, Serialize};

use super::Known;
use crate::model::{Moment, Text};

/// `State` of a backup or copy job, `Status` of a restore job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "AWS's own names")]
pub enum JobState {
    Created,
    Pending,
    Running,
    Aborting,
    Aborted,
    Completed,
    Failed,
    Expired,
    Partial,
}

impl Known<JobState> {
    /// AWS's word.
    pub fn word(&self) -> &str {
        match self {
            Self::Is(JobState::Created) => "CREATED",
            Self::Is(JobState::Pending) => "PENDING",
            Self::Is(JobState::Running) => "RUNNING",
            Self::Is(JobState::Aborting) => "ABORTING",
            Self::Is(JobState::Aborted) => "ABORTED",
            Self::Is(JobState::Completed) => "COMPLETED",
            Self::Is(JobState::Failed) => "FAILED",
            Self::Is(JobState::Expired) => "EXPIRED",
            Self::Is(JobState::Partial) => "PARTIAL",
            Self::Other(word) => word.as_str(),
        }
    }
}

/// A backup job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupJob {
    /// Its id.
    pub id: Text,
    /// What is backed up.
    pub resource: Text,
    /// `EBS`, `RDS`, `DynamoDB`…
    pub resource_type: Text,
    /// The vault it writes to, by name.
    pub vault: Text,
    /// How it stands.
    pub state: Known<JobState>,
    /// When it was started: the moment its data are of.
    pub created: Option<Moment>,
    /// When it ended.
    pub completed: Option<Moment>,
    /// A message on a COMPLETED job is AWS's "completed with issues".
    pub message: Option<Text>,
    /// The recovery point it made.
    pub recovery_point: Option<Text>,
    /// The id of the plan that started it; `None` for one started by hand.
    pub plan: Option<Text>,
}

/// A copy job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyJob {
    /// Its id.
    pub id: Text,
    /// What was backed up.
    pub resource: Text,
    /// The recovery point copied.
    pub source_point: Text,
    /// The copy.
    pub destination_point: Option<Text>,
    /// The vault it is copied to, by ARN.
    pub destination_vault: Text,
    /// How it stands.
    pub state: Known<JobState>,
    /// When it was started.
    pub created: Option<Moment>,
    /// When it ended.
    pub completed: Option<Moment>,
    /// What went wrong.
    pub message: Option<Text>,
}

/// A restore job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestoreJob {
    /// Its id.
    pub id: Text,
    /// The recovery point restored.
    pub recovery_point: Text,
    /// The resource the recovery point was made of, where AWS says so.
    pub resource: Option<Text>,
    /// How it stands.
    pub state: Known<JobState>,
    /// When it was started.
    pub created: Option<Moment>,
    /// When it ended.
    pub completed: Option<Moment>,
    /// `FAILED`, `SUCCESSFUL`, `TIMED_OUT`, `VALIDATING`: completed is not validated (trap 36).
    pub validation: Option<Text>,
    /// `DELETING`, `FAILED`, `SUCCESSFUL`: whether what was restored for a test is gone again.
    pub deletion: Option<Text>,
    /// The restore testing plan that started it, by ARN.
    pub testing_plan: Option<Text>,
    /// `RDS`, `EBS`…
    pub resource_type: Option<Text>,
    /// What went wrong.
    pub message: Option<Text>,
    /// What it made, by its ARN.
    #[serde(default)]
    pub made: Option<Text>,
}

/// A resource that AWS Backup has backed up at least once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProtectedResource {
    /// Its ARN.
    pub arn: Text,
    /// `EBS`, `RDS`, `DynamoDB`…
    pub resource_type: Text,
    /// The last backup of it.
    pub last_backup: Option<Moment>,
}

/// `Status` of a recovery point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "AWS's own names")]
pub enum PointStatus {
    Completed,
    Partial,
    Deleting,
    Expired,
    Available,
    Stopped,
    Creating,
}

/// A recovery point in a vault. Only `Completed`, and `Available` for continuous backups, can be restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecoveryPoint {
    /// Its ARN.
    pub arn: Text,
    /// What it is a copy of.
    pub resource: Text,
    /// Whether it can be restored.
    pub status: Known<PointStatus>,
    /// The start of the backup: the moment its data are of.
    pub created: Option<Moment>,
    /// When it, or the copy, was complete.
    pub completed: Option<Moment>,
    /// The vault it was copied from, by ARN, if it is a copy.
    pub source_vault: Option<Text>,
}

/// A backup vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vault {
    /// Its name.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// Whether Vault Lock holds it.
    pub locked: bool,
    /// How many recovery points it holds.
    pub points: u64,
    /// The key its contents are encrypted with.
    pub key: Option<Text>,
    /// `CUSTOMER_MANAGED_KMS_KEY`, or `AWS_OWNED_KMS_KEY`, which no other account can use (trap 32).
    pub key_type: Option<Text>,
    /// Vault Lock: what is kept for less is refused (trap 35).
    pub min_retention_days: Option<u32>,
    /// Vault Lock: what is kept for longer is refused.
    pub max_retention_days: Option<u32>,
    /// From when on the lock cannot be taken off any more; `None` where it always can.
    pub lock_date: Option<Moment>,
}
