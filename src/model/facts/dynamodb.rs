//! DynamoDB.

use serde::{Deserialize, Serialize};

use super::Known;
use crate::model::{Moment, Region, Text};

/// `ReplicaStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "AWS's own names")]
pub enum ReplicaStatus {
    Creating,
    CreationFailed,
    Updating,
    Deleting,
    Active,
    RegionDisabled,
    InaccessibleEncryptionCredentials,
    Archiving,
    Archived,
    ReplicationNotAuthorized,
}

/// How a global table replicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Consistency {
    /// Asynchronously, last writer wins.
    Eventual,
    /// Synchronously: an RPO of zero.
    Strong,
}

/// A table as one Region sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// `ACTIVE`, `UPDATING`, `INACCESSIBLE_ENCRYPTION_CREDENTIALS`…
    pub status: Text,
    /// Its other Regions; the one asked is not always listed.
    pub replicas: Vec<(Region, Known<ReplicaStatus>)>,
    /// The witness of a strongly consistent global table.
    pub witnesses: Vec<Region>,
    /// How it replicates; `None` for a table of one Region.
    pub consistency: Option<Known<Consistency>>,
    /// How many items it holds; AWS counts them about every six hours.
    #[serde(default)]
    pub items: Option<u64>,
    /// For one that was restored: from what.
    #[serde(default)]
    pub restored: Option<Restored>,
}

/// `RestoreSummary` of a table that was restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restored {
    /// The ARN of the table that it was restored from.
    pub source: Option<Text>,
    /// The moment that it holds.
    pub point: Option<Moment>,
    /// Whether it is still being restored.
    pub in_progress: bool,
}

/// The point-in-time recovery of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContinuousBackups {
    /// Whether it is on.
    pub enabled: bool,
    /// The oldest moment the table can be restored to.
    pub earliest: Option<Moment>,
    /// The newest; it stops moving when the Region dies (trap 30).
    pub latest: Option<Moment>,
}
