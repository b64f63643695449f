//! DynamoDB tables and their point-in-time recovery.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::PointInTimeRecoveryStatus;

use super::convert::{known, moment, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::dynamodb::{Consistency, ContinuousBackups, ReplicaStatus, Restored, Table};
use crate::model::{FailureKind, Region};

const REPLICA_STATUS: [(&str, ReplicaStatus); 10] = [
    ("CREATING", ReplicaStatus::Creating),
    ("CREATION_FAILED", ReplicaStatus::CreationFailed),
    ("UPDATING", ReplicaStatus::Updating),
    ("DELETING", ReplicaStatus::Deleting),
    ("ACTIVE", ReplicaStatus::Active),
    ("REGION_DISABLED", ReplicaStatus::RegionDisabled),
    ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", ReplicaStatus::InaccessibleEncryptionCredentials),
    ("ARCHIVING", ReplicaStatus::Archiving),
    ("ARCHIVED", ReplicaStatus::Archived),
    ("REPLICATION_NOT_AUTHORIZED", ReplicaStatus::ReplicationNotAuthorized),
];

const CONSISTENCY: [(&str, Consistency); 2] = [("EVENTUAL", Consistency::Eventual), ("STRONG", Consistency::Strong)];

pub(super) async fn table(ask: &Ask<'_>, client: &Client, name: &str) -> Result<Table, Unread> {
    let described = ask.once(client.describe_table().table_name(name).send()).await?;
    let raw = described.table.ok_or_else(|| nothing_about(name))?;
    let replicas = raw.replicas.unwrap_or_default();
    let consistency = match &raw.multi_region_consistency {
        Some(mode) => Some(known(Some(mode.as_str()), &CONSISTENCY)),
        // Tables of before 2025 do not say; they replicate asynchronously.
        None if !replicas.is_empty() => Some(known(Some("EVENTUAL"), &CONSISTENCY)),
        None => None,
    };
    Ok(Table {
        name: text(raw.table_name),
        arn: text(raw.table_arn),
        status: text(raw.table_status.map(|status| status.as_str().to_owned())),
        replicas: replicas
            .into_iter()
            .filter_map(|replica| {
                let region = region(&replica.region_name?);
                Some((region, known(replica.replica_status.as_ref().map(|status| status.as_str()), &REPLICA_STATUS)))
            })
            .collect(),
        witnesses: raw
            .global_table_witnesses
            .unwrap_or_default()
            .into_iter()
            .filter_map(|witness| witness.region_name.map(|name| region(&name)))
            .collect(),
        consistency,
        items: raw.item_count.and_then(|items| u64::try_from(items).ok()),
        restored: raw.restore_summary.map(|summary| Restored {
            source: some_text(summary.source_table_arn),
            point: moment(Some(summary.restore_date_time)),
            in_progress: summary.restore_in_progress,
        }),
    })
}

pub(super) async fn continuous_backups(
    ask: &Ask<'_>,
    client: &Client,
    name: &str,
) -> Result<ContinuousBackups, Unread> {
    let described = ask.once(client.describe_continuous_backups().table_name(name).send()).await?;
    let raw = described.continuous_backups_description.ok_or_else(|| nothing_about(name))?;
    let recovery = raw.point_in_time_recovery_description;
    let enabled = match recovery.as_ref().and_then(|recovery| recovery.point_in_time_recovery_status.as_ref()) {
        Some(PointInTimeRecoveryStatus::Enabled) => true,
        Some(PointInTimeRecoveryStatus::Disabled) | None => false,
        // Neither on nor off as far as drdeck knows: that proves nothing.
        Some(other) => {
            let text = format!("point-in-time recovery of {name} is {}", other.as_str());
            return Err(Unread::new(FailureKind::Unreadable, text));
        }
    };
    let window =
        recovery.map(|recovery| (recovery.earliest_restorable_date_time, recovery.latest_restorable_date_time));
    let (earliest, latest) = window.unwrap_or_default();
    Ok(ContinuousBackups { enabled, earliest: moment(earliest), latest: moment(latest) })
}

fn nothing_about(table: &str) -> Unread {
    Unread::new(FailureKind::Unreadable, format!("the answer says nothing about the table {table}"))
}

/// A Region's name is shown and compared, so it enters sanitised like every other string.
fn region(name: &str) -> Region {
    Region::new(crate::model::Text::new(name).as_str())
}
