//! RDS and Aurora.

use serde::{Deserialize, Serialize};

use super::Known;
use crate::model::{Moment, Text};

/// What `StatusInfos` says of read replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replication {
    /// `replicating`, `error`, `stopped`, `terminated`, `replication degraded`…
    pub status: Text,
    /// AWS's own judgement.
    pub normal: bool,
    /// What went wrong.
    pub message: Option<Text>,
}

/// What was asked of an instance and has not taken effect: `PendingModifiedValues`, as far as drdeck changes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Days automated backups are to be kept.
    pub backup_retention_days: Option<u32>,
    /// Whether it is to have a standby in another zone.
    pub multi_az: Option<bool>,
    /// The class it is to have.
    pub class: Option<Text>,
    /// The identifier it is to have.
    #[serde(default)]
    pub id: Option<Text>,
}

/// An RDS instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DbInstance {
    /// Its identifier.
    pub id: Text,
    /// Its ARN.
    pub arn: Text,
    /// `available`, `backing-up`, `modifying`… A free string in the API.
    pub status: Text,
    /// `mysql`, `aurora-postgresql`…
    pub engine: Text,
    /// The engine's version.
    pub engine_version: Text,
    /// The newest moment it can be restored to, in its own Region; `None` while automated backups are off.
    pub latest_restorable: Option<Moment>,
    /// Days automated backups are kept; 0 is off.
    pub backup_retention_days: u32,
    /// For a replica: the instance it follows, as an ARN across Regions.
    pub replica_source: Option<Text>,
    /// Its replicas, as ARNs across Regions.
    pub replicas: Vec<Text>,
    /// For a replica: whether it follows.
    pub replication: Option<Replication>,
    /// A standby in another zone.
    pub multi_az: bool,
    /// The zone it runs in.
    pub zone: Option<Text>,
    /// The zone of its standby.
    pub standby_zone: Option<Text>,
    /// The Aurora cluster it belongs to.
    pub cluster: Option<Text>,
    /// Its class, `db.r6g.large`.
    #[serde(default)]
    pub class: Text,
    /// The subnets it runs in.
    #[serde(default)]
    pub subnet_group: Option<Text>,
    /// The key its storage is encrypted with; `None` if it is not encrypted.
    #[serde(default)]
    pub kms_key: Option<Text>,
    /// What was asked of it and is still to come.
    #[serde(default)]
    pub pending: Pending,
    /// When AWS starts it again, while it is stopped.
    #[serde(default)]
    pub restarts: Option<Moment>,
    /// The intent of drdeck that made it: its tag `dr-intent`.
    #[serde(default)]
    pub intent: Option<Text>,
    /// Where it is reached, `name:port`; nothing while it is being created.
    #[serde(default)]
    pub endpoint: Option<Text>,
}

/// An Aurora cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DbCluster {
    /// Its identifier.
    pub id: Text,
    /// Its ARN.
    pub arn: Text,
    /// `available`, `failing-over`…
    pub status: Text,
    /// `aurora-postgresql`…
    pub engine: Text,
    /// The engine's version.
    pub engine_version: Text,
    /// The oldest moment it can be restored to.
    pub earliest_restorable: Option<Moment>,
    /// The newest.
    pub latest_restorable: Option<Moment>,
    /// Days automated backups are kept.
    pub backup_retention_days: u32,
    /// Its instances and which of them writes; empty is a headless cluster, which cannot serve.
    pub members: Vec<(Text, bool)>,
    /// The key its storage is encrypted with; `None` if it is not encrypted.
    #[serde(default)]
    pub kms_key: Option<Text>,
    /// The intent of drdeck that made it: its tag `dr-intent`.
    #[serde(default)]
    pub intent: Option<Text>,
}

/// `SynchronizationStatus` of a member of a global cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Synchronization {
    /// Replicating.
    Connected,
    /// Its storage must be synchronised again.
    PendingResync,
}

/// A cluster in a global cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalMember {
    /// The cluster's ARN; its Region is part of it.
    pub cluster_arn: Text,
    /// It takes the writes.
    pub is_writer: bool,
    /// `None` where AWS does not say (the writer, older engines).
    pub synchronization: Option<Known<Synchronization>>,
}

/// A switchover or failover on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailoverState {
    /// `pending`, `failing-over`, `cancelling`, and `switching-over`, which the SDK's enum does not know (trap 40).
    pub status: Text,
    /// From that cluster.
    pub from: Option<Text>,
    /// To that one.
    pub to: Option<Text>,
}

/// An Aurora global database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalCluster {
    /// Its identifier.
    pub id: Text,
    /// Its ARN.
    pub arn: Text,
    /// `available`, `failing-over`…
    pub status: Text,
    /// Its clusters.
    pub members: Vec<GlobalMember>,
    /// Set while a switchover or failover runs.
    pub failover: Option<FailoverState>,
    /// `aurora-postgresql`…
    #[serde(default)]
    pub engine: Text,
    /// The writer's version.
    #[serde(default)]
    pub engine_version: Text,
    /// Whether its storage is encrypted: a new cluster of it needs a key of its own Region.
    #[serde(default)]
    pub encrypted: bool,
}

/// Automated backups of one instance as kept in the Region asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutomatedBackup {
    /// The ARN of the backups, by which those of another Region are restored.
    #[serde(default)]
    pub arn: Option<Text>,
    /// `DbiResourceId` of the instance, by which those of a deleted one are restored.
    #[serde(default)]
    pub resource_id: Option<Text>,
    /// The instance.
    pub instance: Text,
    /// The instance's ARN, in the Region it runs in.
    pub instance_arn: Text,
    /// The Region of the instance, not of the backups.
    pub source_region: Text,
    /// `active`, `replicating`, `retained`…
    pub status: Text,
    /// The oldest moment it can be restored to.
    pub earliest: Option<Moment>,
    /// The newest.
    pub latest: Option<Moment>,
}

/// Automated backups of one Aurora cluster as kept in the Region asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterAutomatedBackup {
    /// The cluster.
    pub cluster: Text,
    /// The Region of the cluster, not of the backups.
    pub source_region: Text,
    /// `active`, `retained`…
    pub status: Text,
    /// The oldest moment it can be restored to.
    pub earliest: Option<Moment>,
    /// The newest.
    pub latest: Option<Moment>,
}

/// Something RDS did, or that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The instance, cluster or snapshot.
    pub source: Text,
    /// `db-instance`, `db-cluster`…
    pub source_kind: Text,
    /// When.
    pub at: Option<Moment>,
    /// What.
    pub message: Text,
    /// `failover`, `backup`, `availability`…
    pub categories: Vec<Text>,
}
