//! RDS instances, Aurora clusters and global databases, automated backups.

use aws_sdk_rds::Client;
use aws_sdk_rds::types;

use super::convert::{count, known, moment, some_text, text};
use super::{Ask, Unread};
use crate::model::Text;
use crate::model::facts::rds::{
    AutomatedBackup, ClusterAutomatedBackup, DbCluster, DbInstance, Event, FailoverState, GlobalCluster, GlobalMember,
    Pending, Replication, Synchronization,
};

/// The most that RDS gives in one page.
const PAGE: i32 = 100;

/// How far back events are read, in minutes: a day. RDS keeps them for 14.
const EVENTS: i32 = 24 * 60;

const SYNCHRONIZATION: [(&str, Synchronization); 2] =
    [("connected", Synchronization::Connected), ("pending-resync", Synchronization::PendingResync)];

pub(super) async fn instances(ask: &Ask<'_>, client: &Client) -> Result<Vec<DbInstance>, Unread> {
    ask.pages(
        |marker| client.describe_db_instances().max_records(PAGE).set_marker(marker).send(),
        |page| (page.db_instances.unwrap_or_default().into_iter().map(instance).collect(), page.marker),
    )
    .await
}

pub(super) async fn clusters(ask: &Ask<'_>, client: &Client) -> Result<Vec<DbCluster>, Unread> {
    ask.pages(
        |marker| client.describe_db_clusters().max_records(PAGE).set_marker(marker).send(),
        |page| (page.db_clusters.unwrap_or_default().into_iter().map(cluster).collect(), page.marker),
    )
    .await
}

pub(super) async fn global_clusters(ask: &Ask<'_>, client: &Client) -> Result<Vec<GlobalCluster>, Unread> {
    ask.pages(
        |marker| client.describe_global_clusters().max_records(PAGE).set_marker(marker).send(),
        |page| (page.global_clusters.unwrap_or_default().into_iter().map(global_cluster).collect(), page.marker),
    )
    .await
}

pub(super) async fn automated_backups(ask: &Ask<'_>, client: &Client) -> Result<Vec<AutomatedBackup>, Unread> {
    ask.pages(
        |marker| client.describe_db_instance_automated_backups().max_records(PAGE).set_marker(marker).send(),
        |page| {
            let backups = page.db_instance_automated_backups.unwrap_or_default();
            (backups.into_iter().map(automated_backup).collect(), page.marker)
        },
    )
    .await
}

pub(super) async fn cluster_automated_backups(
    ask: &Ask<'_>,
    client: &Client,
) -> Result<Vec<ClusterAutomatedBackup>, Unread> {
    ask.pages(
        |marker| client.describe_db_cluster_automated_backups().max_records(PAGE).set_marker(marker).send(),
        |page| {
            let backups = page.db_cluster_automated_backups.unwrap_or_default();
            (backups.into_iter().map(cluster_automated_backup).collect(), page.marker)
        },
    )
    .await
}

pub(super) async fn events(ask: &Ask<'_>, client: &Client) -> Result<Vec<Event>, Unread> {
    ask.pages(
        |marker| client.describe_events().duration(EVENTS).max_records(PAGE).set_marker(marker).send(),
        |page| (page.events.unwrap_or_default().into_iter().map(event).collect(), page.marker),
    )
    .await
}

fn instance(raw: types::DbInstance) -> DbInstance {
    let replication = raw
        .status_infos
        .unwrap_or_default()
        .into_iter()
        .find(|info| info.status_type.as_deref() == Some("read replication"))
        .map(|info| Replication {
            status: text(info.status),
            normal: info.normal.unwrap_or(false),
            message: some_text(info.message),
        });
    let replicas = raw.read_replica_db_instance_identifiers.unwrap_or_default();
    DbInstance {
        id: text(raw.db_instance_identifier),
        arn: text(raw.db_instance_arn),
        status: text(raw.db_instance_status),
        engine: text(raw.engine),
        engine_version: text(raw.engine_version),
        latest_restorable: moment(raw.latest_restorable_time),
        backup_retention_days: count(raw.backup_retention_period),
        replica_source: some_text(raw.read_replica_source_db_instance_identifier),
        replicas: replicas.into_iter().map(Text::new).collect(),
        replication,
        multi_az: raw.multi_az.unwrap_or(false),
        zone: some_text(raw.availability_zone),
        standby_zone: some_text(raw.secondary_availability_zone),
        cluster: some_text(raw.db_cluster_identifier),
        class: text(raw.db_instance_class),
        subnet_group: some_text(raw.db_subnet_group.and_then(|group| group.db_subnet_group_name)),
        kms_key: some_text(raw.kms_key_id),
        pending: raw.pending_modified_values.map(pending).unwrap_or_default(),
        restarts: moment(raw.automatic_restart_time),
        intent: intent(raw.tag_list),
        endpoint: raw.endpoint.and_then(endpoint),
    }
}

fn endpoint(raw: types::Endpoint) -> Option<Text> {
    let address = raw.address?;
    Some(Text::new(match raw.port {
        Some(port) => format!("{address}:{port}"),
        None => address,
    }))
}

fn pending(raw: types::PendingModifiedValues) -> Pending {
    Pending {
        backup_retention_days: raw.backup_retention_period.map(|days| count(Some(days))),
        multi_az: raw.multi_az,
        class: some_text(raw.db_instance_class),
        id: some_text(raw.db_instance_identifier),
    }
}

/// The tag that drdeck gives what it creates.
fn intent(tags: Option<Vec<types::Tag>>) -> Option<Text> {
    let tag = tags.unwrap_or_default().into_iter().find(|tag| tag.key.as_deref() == Some("dr-intent"));
    some_text(tag?.value)
}

fn cluster(raw: types::DbCluster) -> DbCluster {
    DbCluster {
        id: text(raw.db_cluster_identifier),
        arn: text(raw.db_cluster_arn),
        status: text(raw.status),
        engine: text(raw.engine),
        engine_version: text(raw.engine_version),
        earliest_restorable: moment(raw.earliest_restorable_time),
        latest_restorable: moment(raw.latest_restorable_time),
        backup_retention_days: count(raw.backup_retention_period),
        members: raw
            .db_cluster_members
            .unwrap_or_default()
            .into_iter()
            .map(|member| (text(member.db_instance_identifier), member.is_cluster_writer.unwrap_or(false)))
            .collect(),
        kms_key: some_text(raw.kms_key_id),
        intent: intent(raw.tag_list),
    }
}

fn global_cluster(raw: types::GlobalCluster) -> GlobalCluster {
    GlobalCluster {
        id: text(raw.global_cluster_identifier),
        arn: text(raw.global_cluster_arn),
        status: text(raw.status),
        members: raw.global_cluster_members.unwrap_or_default().into_iter().map(global_member).collect(),
        // The empty element that some servers send for "no failover" is none.
        failover: raw.failover_state.and_then(|state| {
            Some(FailoverState {
                status: Text::new(state.status?.as_str()),
                from: some_text(state.from_db_cluster_arn),
                to: some_text(state.to_db_cluster_arn),
            })
        }),
        engine: text(raw.engine),
        engine_version: text(raw.engine_version),
        encrypted: raw.storage_encrypted.unwrap_or(false),
    }
}

fn global_member(raw: types::GlobalClusterMember) -> GlobalMember {
    GlobalMember {
        cluster_arn: text(raw.db_cluster_arn),
        is_writer: raw.is_writer.unwrap_or(false),
        synchronization: raw.synchronization_status.map(|status| known(Some(status.as_str()), &SYNCHRONIZATION)),
    }
}

fn automated_backup(raw: types::DbInstanceAutomatedBackup) -> AutomatedBackup {
    let (earliest, latest) =
        raw.restore_window.map(|window| (window.earliest_time, window.latest_time)).unwrap_or_default();
    AutomatedBackup {
        arn: some_text(raw.db_instance_automated_backups_arn),
        resource_id: some_text(raw.dbi_resource_id),
        instance: text(raw.db_instance_identifier),
        instance_arn: text(raw.db_instance_arn),
        source_region: text(raw.region),
        status: text(raw.status),
        earliest: moment(earliest),
        latest: moment(latest),
    }
}

fn cluster_automated_backup(raw: types::DbClusterAutomatedBackup) -> ClusterAutomatedBackup {
    let (earliest, latest) =
        raw.restore_window.map(|window| (window.earliest_time, window.latest_time)).unwrap_or_default();
    ClusterAutomatedBackup {
        cluster: text(raw.db_cluster_identifier),
        source_region: text(raw.region),
        status: text(raw.status),
        earliest: moment(earliest),
        latest: moment(latest),
    }
}

fn event(raw: types::Event) -> Event {
    Event {
        source: text(raw.source_identifier),
        source_kind: text(raw.source_type.map(|kind| kind.as_str().to_owned())),
        at: moment(raw.date),
        message: text(raw.message),
        categories: raw.event_categories.unwrap_or_default().into_iter().map(Text::new).collect(),
    }
}
