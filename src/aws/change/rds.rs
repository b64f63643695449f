//! Changes of RDS instances, Aurora clusters and global databases.

use aws_sdk_rds::Client;
use aws_sdk_rds::error::SdkError;
use aws_sdk_rds::operation::create_db_cluster::CreateDBClusterError;
use aws_sdk_rds::operation::create_db_instance::CreateDBInstanceError;
use aws_sdk_rds::operation::create_db_instance_read_replica::CreateDBInstanceReadReplicaError;
use aws_sdk_rds::operation::failover_db_cluster::FailoverDBClusterError;
use aws_sdk_rds::operation::failover_global_cluster::FailoverGlobalClusterError;
use aws_sdk_rds::operation::modify_db_instance::ModifyDBInstanceError;
use aws_sdk_rds::operation::promote_read_replica::PromoteReadReplicaError;
use aws_sdk_rds::operation::reboot_db_instance::RebootDBInstanceError;
use aws_sdk_rds::operation::remove_from_global_cluster::RemoveFromGlobalClusterError;
use aws_sdk_rds::operation::restore_db_instance_to_point_in_time::RestoreDBInstanceToPointInTimeError;
use aws_sdk_rds::operation::start_db_instance_automated_backups_replication::StartDBInstanceAutomatedBackupsReplicationError;
use aws_sdk_rds::operation::stop_db_instance::StopDBInstanceError;
use aws_sdk_rds::operation::switchover_global_cluster::SwitchoverGlobalClusterError;
use aws_sdk_rds::types::{DbCluster, DbInstance, GlobalCluster, Tag};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use serde_json::{Value as Json, json};

use super::whole;
use crate::runbook::IntentId;
use crate::runbook::call::{
    CreateCluster, CreateInstance, CreateReplica, FailoverCluster, FailoverGlobal, ModifyInstance, PromoteReplica,
    RebootWithFailover, RemoveFromGlobal, RenameInstance, ReplicateBackups, RestoreInstance, StopInstance,
    SwitchoverGlobal,
};

type Answer<E> = Result<Json, SdkError<E, HttpResponse>>;

pub(super) async fn failover_global(client: &Client, change: &FailoverGlobal) -> Answer<FailoverGlobalClusterError> {
    let request = client
        .failover_global_cluster()
        .global_cluster_identifier(&change.global)
        .target_db_cluster_identifier(&change.target)
        .allow_data_loss(true);
    request.send().await.map(|answer| global(answer.global_cluster))
}

pub(super) async fn switchover_global(
    client: &Client,
    change: &SwitchoverGlobal,
) -> Answer<SwitchoverGlobalClusterError> {
    let request = client
        .switchover_global_cluster()
        .global_cluster_identifier(&change.global)
        .target_db_cluster_identifier(&change.target);
    request.send().await.map(|answer| global(answer.global_cluster))
}

pub(super) async fn remove_from_global(
    client: &Client,
    change: &RemoveFromGlobal,
) -> Answer<RemoveFromGlobalClusterError> {
    let request = client
        .remove_from_global_cluster()
        .global_cluster_identifier(&change.global)
        .db_cluster_identifier(&change.cluster);
    request.send().await.map(|answer| global(answer.global_cluster))
}

pub(super) async fn create_cluster(
    client: &Client,
    change: &CreateCluster,
    intent: IntentId,
) -> Answer<CreateDBClusterError> {
    let request = client
        .create_db_cluster()
        .db_cluster_identifier(&change.cluster)
        .global_cluster_identifier(&change.global)
        .engine(&change.engine)
        .engine_version(&change.engine_version)
        .db_subnet_group_name(&change.subnet_group)
        .set_db_cluster_parameter_group_name(change.parameter_group.clone())
        .set_vpc_security_group_ids(some(&change.security_groups))
        .set_storage_encrypted(change.kms_key.as_ref().map(|_| true))
        .set_kms_key_id(change.kms_key.clone())
        .set_tags(Some(tags(intent)));
    request.send().await.map(|answer| cluster(answer.db_cluster))
}

pub(super) async fn create_instance(
    client: &Client,
    change: &CreateInstance,
    intent: IntentId,
) -> Answer<CreateDBInstanceError> {
    let request = client
        .create_db_instance()
        .db_instance_identifier(&change.instance)
        .db_cluster_identifier(&change.cluster)
        .db_instance_class(&change.class)
        .engine(&change.engine)
        .set_tags(Some(tags(intent)));
    request.send().await.map(|answer| instance(answer.db_instance))
}

pub(super) async fn create_replica(
    client: &Client,
    change: &CreateReplica,
    intent: IntentId,
) -> Answer<CreateDBInstanceReadReplicaError> {
    let request = client
        .create_db_instance_read_replica()
        .db_instance_identifier(&change.instance)
        .source_db_instance_identifier(&change.source)
        .db_instance_class(&change.class)
        .set_db_subnet_group_name(change.subnet_group.clone())
        .set_db_parameter_group_name(change.parameter_group.clone())
        .set_vpc_security_group_ids(some(&change.security_groups))
        .set_kms_key_id(change.kms_key.clone())
        .set_multi_az(change.multi_az)
        .set_tags(Some(tags(intent)));
    request.send().await.map(|answer| instance(answer.db_instance))
}

pub(super) async fn promote(client: &Client, change: &PromoteReplica) -> Answer<PromoteReadReplicaError> {
    let request = client
        .promote_read_replica()
        .db_instance_identifier(&change.instance)
        .set_backup_retention_period(change.backup_retention_days.map(whole));
    request.send().await.map(|answer| instance(answer.db_instance))
}

pub(super) async fn modify(client: &Client, change: &ModifyInstance) -> Answer<ModifyDBInstanceError> {
    let request = client
        .modify_db_instance()
        .db_instance_identifier(&change.instance)
        .apply_immediately(true)
        .set_backup_retention_period(change.backup_retention_days.map(whole))
        .set_multi_az(change.multi_az)
        .set_db_instance_class(change.class.clone());
    request.send().await.map(|answer| instance(answer.db_instance))
}

pub(super) async fn rename(client: &Client, change: &RenameInstance) -> Answer<ModifyDBInstanceError> {
    let request = client
        .modify_db_instance()
        .db_instance_identifier(&change.instance)
        .new_db_instance_identifier(&change.to)
        .apply_immediately(true);
    request.send().await.map(|answer| instance(answer.db_instance))
}

pub(super) async fn replicate_backups(
    client: &Client,
    change: &ReplicateBackups,
) -> Answer<StartDBInstanceAutomatedBackupsReplicationError> {
    let request = client
        .start_db_instance_automated_backups_replication()
        .source_db_instance_arn(&change.source)
        .backup_retention_period(whole(change.backup_retention_days))
        .set_kms_key_id(change.kms_key.clone());
    request.send().await.map(|answer| match answer.db_instance_automated_backup {
        Some(backup) => json!({
            "DBInstanceAutomatedBackupsArn": backup.db_instance_automated_backups_arn,
            "Status": backup.status,
        }),
        None => json!({}),
    })
}

pub(super) async fn stop(client: &Client, change: &StopInstance) -> Answer<StopDBInstanceError> {
    let request = client.stop_db_instance().db_instance_identifier(&change.instance);
    request.send().await.map(|answer| instance(answer.db_instance))
}

pub(super) async fn failover_cluster(client: &Client, change: &FailoverCluster) -> Answer<FailoverDBClusterError> {
    let request = client
        .failover_db_cluster()
        .db_cluster_identifier(&change.cluster)
        .target_db_instance_identifier(&change.target);
    request.send().await.map(|answer| cluster(answer.db_cluster))
}

pub(super) async fn reboot_with_failover(
    client: &Client,
    change: &RebootWithFailover,
) -> Answer<RebootDBInstanceError> {
    let request = client.reboot_db_instance().db_instance_identifier(&change.instance).force_failover(true);
    request.send().await.map(|answer| instance(answer.db_instance))
}

pub(super) async fn restore_instance(
    client: &Client,
    change: &RestoreInstance,
    intent: IntentId,
) -> Answer<RestoreDBInstanceToPointInTimeError> {
    let (source, deleted, replicated) = change.source.parts();
    let request = client
        .restore_db_instance_to_point_in_time()
        .target_db_instance_identifier(&change.instance)
        .set_source_db_instance_identifier(source.map(str::to_owned))
        .set_source_dbi_resource_id(deleted.map(str::to_owned))
        .set_source_db_instance_automated_backups_arn(replicated.map(str::to_owned))
        .set_restore_time(change.moment.map(|moment| DateTime::from_secs(moment.as_second())))
        .set_use_latest_restorable_time(change.moment.is_none().then_some(true))
        .db_instance_class(&change.class)
        .db_subnet_group_name(&change.subnet_group)
        .db_parameter_group_name(&change.parameter_group)
        .set_vpc_security_group_ids(some(&change.security_groups))
        .multi_az(change.multi_az)
        .set_tags(Some(tags(intent)));
    request.send().await.map(|answer| instance(answer.db_instance))
}

fn some(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

fn tags(intent: IntentId) -> Vec<Tag> {
    let tag = |key: &str, value: String| Tag::builder().key(key).value(value).build();
    vec![tag("dr-intent", intent.to_string()), tag("dr-run", intent.run.to_string())]
}

/// What is kept of an answer about a global cluster.
fn global(answer: Option<GlobalCluster>) -> Json {
    let Some(global) = answer else { return json!({}) };
    json!({
        "GlobalClusterIdentifier": global.global_cluster_identifier,
        "Status": global.status,
        "FailoverState": global.failover_state.and_then(|state| state.status).map(|status| status.as_str().to_owned()),
    })
}

/// What is kept of an answer about a cluster.
fn cluster(answer: Option<DbCluster>) -> Json {
    let Some(cluster) = answer else { return json!({}) };
    json!({
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "DBClusterArn": cluster.db_cluster_arn,
        "Status": cluster.status,
    })
}

/// What is kept of an answer about an instance.
fn instance(answer: Option<DbInstance>) -> Json {
    let Some(instance) = answer else { return json!({}) };
    json!({
        "DBInstanceIdentifier": instance.db_instance_identifier,
        "DBInstanceArn": instance.db_instance_arn,
        "DBInstanceStatus": instance.db_instance_status,
    })
}
