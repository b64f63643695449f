//! Elastic Disaster Recovery. Every date and duration of DRS is a plain string.

use std::collections::HashMap;

use aws_sdk_drs::Client;
use aws_sdk_drs::types;

use super::convert::{known, parsed_moment, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::Known;
use crate::model::facts::drs::{
    Direction, Job, LogItem, RecoveryInstance, RecoverySnapshot, ReplicationState, SourceServer,
};
use crate::model::{Moment, Region, Span, Text};

/// How far back jobs are read.
const JOBS: Span = Span::from_hours(24);

const STATES: [(&str, ReplicationState); 12] = [
    ("STOPPED", ReplicationState::Stopped),
    ("INITIATING", ReplicationState::Initiating),
    ("INITIAL_SYNC", ReplicationState::InitialSync),
    ("BACKLOG", ReplicationState::Backlog),
    ("CREATING_SNAPSHOT", ReplicationState::CreatingSnapshot),
    ("CONTINUOUS", ReplicationState::Continuous),
    ("PAUSED", ReplicationState::Paused),
    ("RESCAN", ReplicationState::Rescan),
    ("STALLED", ReplicationState::Stalled),
    ("DISCONNECTED", ReplicationState::Disconnected),
    ("NOT_STARTED", ReplicationState::NotStarted),
    ("REPLICATION_STATE_NOT_AVAILABLE", ReplicationState::NotAvailable),
];

const DIRECTIONS: [(&str, Direction); 2] = [("FAILOVER", Direction::Failover), ("FAILBACK", Direction::Failback)];

// What the SDK makes of a page is several times as large as what is kept of it, so each page of a list that may be
// long is turned into facts before the next one is read.
// DRS states no largest page size, so none is asked for: its own is always valid.

pub(super) async fn source_servers(ask: &Ask<'_>, client: &Client) -> Result<Vec<SourceServer>, Unread> {
    let all: Vec<Result<_, Unread>> = ask
        .pages(
            |token| client.describe_source_servers().set_next_token(token).send(),
            |page| (page.items.unwrap_or_default().into_iter().map(source_server).collect(), page.next_token),
        )
        .await?;
    all.into_iter().collect()
}

pub(super) async fn recovery_instances(ask: &Ask<'_>, client: &Client) -> Result<Vec<RecoveryInstance>, Unread> {
    let all: Vec<Result<_, Unread>> = ask
        .pages(
            |token| client.describe_recovery_instances().set_next_token(token).send(),
            |page| (page.items.unwrap_or_default().into_iter().map(recovery_instance).collect(), page.next_token),
        )
        .await?;
    all.into_iter().collect()
}

pub(super) async fn jobs(ask: &Ask<'_>, client: &Client, now: Moment) -> Result<Vec<Job>, Unread> {
    let since = now.checked_sub(JOBS).unwrap_or(Moment::UNIX_EPOCH);
    let filters = types::DescribeJobsRequestFilters::builder().from_date(since.to_string()).build();
    let raw = ask
        .pages(
            |token| client.describe_jobs().filters(filters.clone()).set_next_token(token).send(),
            |page| (page.items.unwrap_or_default(), page.next_token),
        )
        .await?;
    raw.into_iter().map(job).collect()
}

/// One job, whenever it ran; none if AWS knows it no more.
pub(super) async fn job_of(ask: &Ask<'_>, client: &Client, id: &str) -> Result<Vec<Job>, Unread> {
    let filters = types::DescribeJobsRequestFilters::builder().job_ids(id).build();
    let raw = ask
        .pages(
            |token| client.describe_jobs().filters(filters.clone()).set_next_token(token).send(),
            |page| (page.items.unwrap_or_default(), page.next_token),
        )
        .await?;
    raw.into_iter().map(job).collect()
}

pub(super) async fn recovery_snapshots(
    ask: &Ask<'_>,
    client: &Client,
    server: &str,
) -> Result<Vec<RecoverySnapshot>, Unread> {
    let raw = ask
        .pages(
            |token| client.describe_recovery_snapshots().source_server_id(server).set_next_token(token).send(),
            |page| (page.items.unwrap_or_default(), page.next_token),
        )
        .await?;
    raw.iter()
        .map(|raw| {
            let taken = parsed_moment("a snapshot's timestamp", raw.timestamp.as_deref())?;
            Ok(RecoverySnapshot::new(&raw.snapshot_id, taken))
        })
        .collect()
}

pub(super) async fn job_log(ask: &Ask<'_>, client: &Client, job: &str) -> Result<Vec<LogItem>, Unread> {
    let raw = ask
        .pages(
            |token| client.describe_job_log_items().job_id(job).set_next_token(token).send(),
            |page| (page.items.unwrap_or_default(), page.next_token),
        )
        .await?;
    raw.into_iter().map(log_item).collect()
}

fn log_item(raw: types::JobLog) -> Result<LogItem, Unread> {
    let data = raw.event_data;
    let data = data.as_ref();
    Ok(LogItem {
        at: parsed_moment("logDateTime", raw.log_date_time.as_deref())?,
        event: text(raw.event.map(|event| event.as_str().to_owned())),
        server: data.and_then(|data| some_text(data.source_server_id.clone())),
        instance: data.and_then(|data| some_text(data.target_instance_id.clone())),
        error: data.and_then(|data| some_text(data.raw_error.clone())),
    })
}

fn source_server(raw: types::SourceServer) -> Result<SourceServer, Unread> {
    let tags = sorted(raw.tags);
    let hostname =
        raw.source_properties.and_then(|properties| properties.identification_hints).and_then(|hints| hints.hostname);
    let named = tags.iter().find(|(key, _)| key.as_str() == "Name").map(|(_, value)| value.clone());
    let life = raw.life_cycle;
    let replication = raw.data_replication_info;
    let replication = replication.as_ref();
    let disks = replication.and_then(|info| info.replicated_disks.as_deref()).unwrap_or_default();
    let sum = |bytes: fn(&types::DataReplicationInfoReplicatedDisk) -> i64| {
        disks.iter().map(|disk| u64::try_from(bytes(disk)).unwrap_or(0)).fold(0, u64::saturating_add)
    };
    let mut state =
        known(replication.and_then(|info| info.data_replication_state.as_ref()).map(|state| state.as_str()), &STATES);
    // A missing lag means something (none, or not protected), so one that cannot be understood must not look like a missing one.
    let lag = match replication.and_then(|info| info.lag_duration.as_deref()).filter(|raw| !raw.is_empty()) {
        None => None,
        Some(raw) => {
            let lag = duration(raw);
            if lag.is_none() {
                state = Known::Other(Text::new(format!("lag not understood: {raw:?}")));
            }
            lag
        }
    };
    let error = replication.and_then(|info| info.data_replication_error.as_ref());
    Ok(SourceServer {
        id: text(raw.source_server_id),
        arn: text(raw.arn),
        name: named.or_else(|| some_text(hostname)),
        tags,
        state,
        lag,
        error: error.and_then(|error| error.error.as_ref()).map(|error| Text::new(error.as_str())),
        last_seen: parsed_moment(
            "lastSeenByServiceDateTime",
            life.as_ref().and_then(|life| life.last_seen_by_service_date_time.as_deref()),
        )?,
        backlog_bytes: sum(|disk| disk.backlogged_storage_bytes),
        total_bytes: sum(|disk| disk.total_storage_bytes),
        replicated_bytes: sum(|disk| disk.replicated_storage_bytes),
        eta: parsed_moment("etaDateTime", replication.and_then(|info| info.eta_date_time.as_deref()))?,
        direction: known(raw.replication_direction.as_ref().map(|direction| direction.as_str()), &DIRECTIONS),
        last_launch: text(raw.last_launch_result.map(|result| result.as_str().to_owned())),
        origin_region: raw
            .source_cloud_properties
            .and_then(|cloud| some_text(cloud.origin_region))
            .map(|region| Region::new(region.as_str())),
        recovery_instance: some_text(raw.recovery_instance_id),
        reversed: some_text(raw.reversed_direction_source_server_arn),
    })
}

fn sorted(raw: Option<HashMap<String, String>>) -> Vec<(Text, Text)> {
    let mut tags: Vec<(Text, Text)> =
        raw.unwrap_or_default().into_iter().map(|(key, value)| (Text::new(key), Text::new(value))).collect();
    tags.sort();
    tags
}

/// An ISO 8601 duration such as `PT0S` or `P1DT2H`; a day is 24 hours.
fn duration(raw: &str) -> Option<Span> {
    let span: jiff::Span = raw.parse().ok()?;
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}

fn recovery_instance(raw: types::RecoveryInstance) -> Result<RecoveryInstance, Unread> {
    Ok(RecoveryInstance {
        id: text(raw.recovery_instance_id),
        source_server: text(raw.source_server_id),
        job: text(raw.job_id),
        is_drill: raw.is_drill.unwrap_or(false),
        origin: text(raw.origin_environment.map(|origin| origin.as_str().to_owned())),
        ec2_state: text(raw.ec2_instance_state.map(|state| state.as_str().to_owned())),
        point_in_time: parsed_moment("pointInTimeSnapshotDateTime", raw.point_in_time_snapshot_date_time.as_deref())?,
        replication: text(
            raw.data_replication_info
                .and_then(|info| info.data_replication_state)
                .map(|state| state.as_str().to_owned()),
        ),
        failback_state: text(raw.failback.and_then(|failback| failback.state).map(|state| state.as_str().to_owned())),
    })
}

fn job(raw: types::Job) -> Result<Job, Unread> {
    Ok(Job {
        id: Text::new(raw.job_id),
        kind: text(raw.r#type.map(|kind| kind.as_str().to_owned())),
        initiated_by: text(raw.initiated_by.map(|by| by.as_str().to_owned())),
        status: text(raw.status.map(|status| status.as_str().to_owned())),
        created: parsed_moment("creationDateTime", raw.creation_date_time.as_deref())?,
        ended: parsed_moment("endDateTime", raw.end_date_time.as_deref())?,
        tags: sorted(raw.tags),
        servers: raw
            .participating_servers
            .unwrap_or_default()
            .into_iter()
            .map(|server| {
                (text(server.source_server_id), text(server.launch_status.map(|status| status.as_str().to_owned())))
            })
            .collect(),
    })
}
