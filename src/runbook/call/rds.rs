//! Changes of RDS instances, Aurora clusters and global databases.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::Change;
use crate::model::{Moment, Place};

/// `FailoverGlobalCluster`, always with `AllowDataLoss`: without it AWS makes a switchover of it, which needs the Region that is gone. To be
/// called in the target's Region. Names its target, so once done it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailoverGlobal {
    /// The target's Region.
    pub place: Place,
    /// The global cluster's identifier.
    pub global: String,
    /// The ARN of the cluster that is to take the writes.
    pub target: String,
}

/// `SwitchoverGlobalCluster`: the writer changes and nothing is lost. Both sides must be well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwitchoverGlobal {
    /// The writer's Region.
    pub place: Place,
    /// The global cluster's identifier.
    pub global: String,
    /// The ARN of the cluster that is to take the writes.
    pub target: String,
}

/// `RemoveFromGlobalCluster`: a cluster becomes one of its own, for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemoveFromGlobal {
    /// The cluster's Region.
    pub place: Place,
    /// The global cluster's identifier.
    pub global: String,
    /// The cluster's ARN.
    pub cluster: String,
}

/// `CreateDBCluster` as a secondary of a global cluster. Its name can be taken once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateCluster {
    /// The new cluster's Region.
    pub place: Place,
    /// Its identifier.
    pub cluster: String,
    /// The global cluster that it joins.
    pub global: String,
    /// The writer's engine.
    pub engine: String,
    /// The writer's version.
    pub engine_version: String,
    /// The subnets it runs in.
    pub subnet_group: String,
    /// Its parameters; those of the engine's default group if it is not named.
    pub parameter_group: Option<String>,
    /// Who may reach it; the VPC's default group if there are none.
    pub security_groups: Vec<String>,
    /// What it is encrypted with, in its own Region; not encrypted without one.
    pub kms_key: Option<String>,
}

/// `CreateDBInstance` in an Aurora cluster. Its name can be taken once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateInstance {
    /// The cluster's Region.
    pub place: Place,
    /// The instance's identifier.
    pub instance: String,
    /// The cluster that it joins.
    pub cluster: String,
    /// Its class, `db.r6g.large`.
    pub class: String,
    /// The cluster's engine.
    pub engine: String,
}

/// `CreateDBInstanceReadReplica`. Its name can be taken once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateReplica {
    /// The replica's Region.
    pub place: Place,
    /// The replica's identifier.
    pub instance: String,
    /// The ARN of the instance it follows.
    pub source: String,
    /// Its class.
    pub class: String,
    /// The subnets it runs in.
    pub subnet_group: Option<String>,
    /// Its parameters.
    pub parameter_group: Option<String>,
    /// Who may reach it.
    pub security_groups: Vec<String>,
    /// What it is encrypted with, in its own Region; needed where its source is encrypted.
    pub kms_key: Option<String>,
    /// Whether it has a standby in another Zone; as AWS decides if it is not said.
    pub multi_az: Option<bool>,
}

/// `PromoteReadReplica`: a replica becomes an instance of its own, for good. A second one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromoteReplica {
    /// The replica's Region.
    pub place: Place,
    /// Its identifier.
    pub instance: String,
    /// How many days its backups are kept from then on; as before if it is not said.
    pub backup_retention_days: Option<u32>,
}

/// `ModifyDBInstance`, at once. Asking for the same again changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModifyInstance {
    /// Where.
    pub place: Place,
    /// The instance's identifier.
    pub instance: String,
    /// How many days backups are kept; 0 turns them off.
    pub backup_retention_days: Option<u32>,
    /// Whether it has a standby in another Zone.
    pub multi_az: Option<bool>,
    /// Its class.
    pub class: Option<String>,
}

/// `ModifyDBInstance` with another name, at once. Its old name is free then, so a second one finds nobody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenameInstance {
    /// Where.
    pub place: Place,
    /// The identifier that it gives away.
    pub instance: String,
    /// The one that it gets.
    pub to: String,
}

/// `StartDBInstanceAutomatedBackupsReplication`. Once it is done a second one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplicateBackups {
    /// The Region that is to keep the backups.
    pub place: Place,
    /// The ARN of the instance, in its own Region.
    pub source: String,
    /// How many days they are kept there.
    pub backup_retention_days: u32,
    /// What they are encrypted with there; needed where the instance is encrypted.
    pub kms_key: Option<String>,
}

/// `StopDBInstance`: it takes no writes until it is started, which AWS does by itself after seven days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StopInstance {
    /// Where.
    pub place: Place,
    /// The instance's identifier.
    pub instance: String,
}

/// `FailoverDBCluster`, always to an instance by its name: without one AWS chooses, and a second request moves the writer back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailoverCluster {
    /// The cluster's Region.
    pub place: Place,
    /// The cluster's identifier.
    pub cluster: String,
    /// The instance that is to write.
    pub target: String,
}

/// `RebootDBInstance` with `ForceFailover`: the standby takes over. A second one moves it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RebootWithFailover {
    /// Where.
    pub place: Place,
    /// The instance's identifier.
    pub instance: String,
    /// The Zone it runs in before; not sent, but what tells afterwards whether it has moved.
    pub from_zone: String,
}

/// `RestoreDBInstanceToPointInTime`: a new instance, which holds what another one held then. Its name can be taken once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestoreInstance {
    /// The new instance's Region, which keeps the backups.
    pub place: Place,
    /// The new instance's identifier.
    pub instance: String,
    /// What it is restored from.
    pub source: RestoreSource,
    /// To which moment, in whole seconds; to the newest there is if it is not said.
    pub moment: Option<Moment>,
    /// Its class.
    pub class: String,
    /// The subnets it runs in.
    pub subnet_group: String,
    /// Its parameters.
    pub parameter_group: String,
    /// Who may reach it.
    pub security_groups: Vec<String>,
    /// Whether it has a standby in another Zone.
    pub multi_az: bool,
}

/// What an instance is restored from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RestoreSource {
    /// The backups of an instance of the same Region, by its identifier.
    Instance(String),
    /// The backups that were kept of a deleted one, by its `DbiResourceId`.
    Deleted(String),
    /// Backups that are replicated from another Region, by their ARN.
    Replicated(String),
}

/// The tags by which what was created is known again.
fn tags(intent: IntentId) -> Json {
    json!([
        { "Key": "dr-intent", "Value": intent.to_string() },
        { "Key": "dr-run", "Value": intent.run.to_string() },
    ])
}

/// An object without the members that are not said.
fn said(mut parameters: Json) -> Json {
    if let Some(members) = parameters.as_object_mut() {
        members.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
    }
    parameters
}

macro_rules! rds_change {
    ($type:ident: $operation:literal of $target:ident, ($change:ident, $intent:pat_param) => $parameters:expr) => {
        change!($type, "rds", $operation, |$change| $change.$target.clone(), |$intent| said($parameters));
    };
}

rds_change!(FailoverGlobal: "FailoverGlobalCluster" of global, (change, _) => json!({
    "GlobalClusterIdentifier": change.global,
    "TargetDbClusterIdentifier": change.target,
    "AllowDataLoss": true,
}));

rds_change!(SwitchoverGlobal: "SwitchoverGlobalCluster" of global, (change, _) => json!({
    "GlobalClusterIdentifier": change.global,
    "TargetDbClusterIdentifier": change.target,
}));

rds_change!(RemoveFromGlobal: "RemoveFromGlobalCluster" of global, (change, _) => json!({
    "GlobalClusterIdentifier": change.global,
    "DbClusterIdentifier": change.cluster,
}));

rds_change!(CreateCluster: "CreateDBCluster" of cluster, (change, intent) => json!({
    "DBClusterIdentifier": change.cluster,
    "GlobalClusterIdentifier": change.global,
    "Engine": change.engine,
    "EngineVersion": change.engine_version,
    "DBSubnetGroupName": change.subnet_group,
    "DBClusterParameterGroupName": change.parameter_group,
    "VpcSecurityGroupIds": change.security_groups,
    "StorageEncrypted": change.kms_key.as_ref().map(|_| true),
    "KmsKeyId": change.kms_key,
    "Tags": tags(intent),
}));

rds_change!(CreateInstance: "CreateDBInstance" of instance, (change, intent) => json!({
    "DBInstanceIdentifier": change.instance,
    "DBClusterIdentifier": change.cluster,
    "DBInstanceClass": change.class,
    "Engine": change.engine,
    "Tags": tags(intent),
}));

rds_change!(CreateReplica: "CreateDBInstanceReadReplica" of instance, (change, intent) => json!({
    "DBInstanceIdentifier": change.instance,
    "SourceDBInstanceIdentifier": change.source,
    "DBInstanceClass": change.class,
    "DBSubnetGroupName": change.subnet_group,
    "DBParameterGroupName": change.parameter_group,
    "VpcSecurityGroupIds": change.security_groups,
    "KmsKeyId": change.kms_key,
    "MultiAZ": change.multi_az,
    "Tags": tags(intent),
}));

rds_change!(PromoteReplica: "PromoteReadReplica" of instance, (change, _) => json!({
    "DBInstanceIdentifier": change.instance,
    "BackupRetentionPeriod": change.backup_retention_days,
}));

rds_change!(ModifyInstance: "ModifyDBInstance" of instance, (change, _) => json!({
    "DBInstanceIdentifier": change.instance,
    "ApplyImmediately": true,
    "BackupRetentionPeriod": change.backup_retention_days,
    "MultiAZ": change.multi_az,
    "DBInstanceClass": change.class,
}));

rds_change!(RenameInstance: "ModifyDBInstance" of instance, (change, _) => json!({
    "DBInstanceIdentifier": change.instance,
    "NewDBInstanceIdentifier": change.to,
    "ApplyImmediately": true,
}));

rds_change!(ReplicateBackups: "StartDBInstanceAutomatedBackupsReplication" of source, (change, _) => json!({
    "SourceDBInstanceArn": change.source,
    "BackupRetentionPeriod": change.backup_retention_days,
    "KmsKeyId": change.kms_key,
}));

rds_change!(StopInstance: "StopDBInstance" of instance, (change, _) => json!({
    "DBInstanceIdentifier": change.instance,
}));

rds_change!(FailoverCluster: "FailoverDBCluster" of cluster, (change, _) => json!({
    "DBClusterIdentifier": change.cluster,
    "TargetDBInstanceIdentifier": change.target,
}));

rds_change!(RebootWithFailover: "RebootDBInstance" of instance, (change, _) => json!({
    "DBInstanceIdentifier": change.instance,
    "ForceFailover": true,
}));

rds_change!(RestoreInstance: "RestoreDBInstanceToPointInTime" of instance, (change, intent) => {
    let (instance, deleted, replicated) = change.source.parts();
    json!({
        "TargetDBInstanceIdentifier": change.instance,
        "SourceDBInstanceIdentifier": instance,
        "SourceDbiResourceId": deleted,
        "SourceDBInstanceAutomatedBackupsArn": replicated,
        "RestoreTime": change.moment.map(|moment| format!("{moment:.0}")),
        "UseLatestRestorableTime": change.moment.is_none().then_some(true),
        "DBInstanceClass": change.class,
        "DBSubnetGroupName": change.subnet_group,
        "DBParameterGroupName": change.parameter_group,
        "VpcSecurityGroupIds": change.security_groups,
        "MultiAZ": change.multi_az,
        "Tags": tags(intent),
    })
});

impl RestoreSource {
    /// The identifier, the resource id and the ARN: one of the three.
    pub fn parts(&self) -> (Option<&str>, Option<&str>, Option<&str>) {
        match self {
            Self::Instance(id) => (Some(id), None, None),
            Self::Deleted(id) => (None, Some(id), None),
            Self::Replicated(arn) => (None, None, Some(arn)),
        }
    }
}
