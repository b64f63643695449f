//! Readings for the tests of the judgement: facts in good order, to be spoilt by the tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::autoscaling::Group;
use drdeck::model::facts::backup::{BackupJob, CopyJob, JobState, PointStatus, RecoveryPoint, Vault};
use drdeck::model::facts::cloudwatch::{Series, SeriesStatus};
use drdeck::model::facts::drs::{Direction, RecoverySnapshot, ReplicationState, SourceServer};
use drdeck::model::facts::dynamodb::{Consistency, ContinuousBackups, ReplicaStatus, Table};
use drdeck::model::facts::rds::{
    DbCluster, DbInstance, GlobalCluster, GlobalMember, Pending, Replication, Synchronization,
};
use drdeck::model::facts::route53::HealthCheck as Check;
use drdeck::model::query::{self, Window};
use drdeck::model::{
    Failure, FailureKind, Moment, Place, Query, Reading, Region, RunStart, Site, Snapshot, Span, SystemAssessment, Text,
};

pub(crate) const EAST: &str = "us-east-1";
pub(crate) const WEST: &str = "us-west-2";

/// 2026-11-20T14:00:00Z.
pub(crate) fn now() -> Moment {
    "2026-11-20T14:00:00Z".parse().unwrap()
}

pub(crate) fn seconds(count: i64) -> Span {
    Span::from_secs(count)
}

pub(crate) fn minutes(count: i64) -> Span {
    Span::from_mins(count)
}

pub(crate) fn hours(count: i64) -> Span {
    Span::from_hours(count)
}

/// So long before now.
pub(crate) fn ago(span: Span) -> Moment {
    now() - span
}

pub(crate) fn t(text: &str) -> Text {
    Text::new(text)
}

pub(crate) fn east() -> Place {
    Place::home(EAST)
}

pub(crate) fn west() -> Place {
    Place::home(WEST)
}

pub(crate) fn site(region: &str) -> Site {
    Site::Region(Region::new(region))
}

/// A snapshot of readings made now, good for a minute.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) readings: BTreeMap<Query, Reading<Answer>>,
    pub(crate) down_since: BTreeMap<String, (Moment, RunStart)>,
}

impl World {
    pub(crate) fn put(&mut self, query: Query, answer: Answer) {
        self.readings.insert(query, Reading::fresh(answer, now(), minutes(1)));
    }

    /// The last attempts failed; the value is that of ten minutes ago.
    pub(crate) fn make_stale(&mut self, query: &Query) {
        let reading = self.readings.get_mut(query).unwrap();
        reading.read_at = Some(ago(minutes(10)));
        reading.failing = Some(Box::new(failure(FailureKind::Unreachable, "connection reset")));
    }

    /// It never could be read.
    pub(crate) fn make_missing(&mut self, query: &Query) {
        self.readings.insert(query.clone(), Reading::failed(failure(FailureKind::TimedOut, "no answer")));
    }

    /// Every reading of that Region fails since nine minutes ago.
    pub(crate) fn kill(&mut self, region: &str) {
        let dead: Vec<Query> =
            self.readings.keys().filter(|query| query.region().as_str() == region).cloned().collect();
        for query in dead {
            self.make_stale(&query);
        }
    }

    pub(crate) fn answer(&mut self, query: &Query) -> &mut Answer {
        self.readings.get_mut(query).unwrap_or_else(|| panic!("no reading of {query:?}")).value.as_mut().unwrap()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let shared = self.readings.iter().map(|(query, reading)| {
            let Reading { value, read_at, fresh_until, failing } = reading.clone();
            (Arc::new(query.clone()), Reading { value: value.map(Arc::new), read_at, fresh_until, failing })
        });
        Snapshot { readings: shared.collect(), down_since: self.down_since.clone(), ..Snapshot::default() }
    }
}

pub(crate) fn failure(kind: FailureKind, error: &str) -> Failure {
    Failure { since: ago(minutes(9)), at: now(), kind, error: t(error) }
}

/// A series of a point each minute, newest first, the newest of a minute ago.
pub(crate) fn points(values: &[f64]) -> Answer {
    let points = values.iter().zip(1..).map(|(value, age)| (ago(minutes(age)), *value)).collect();
    Answer::Series(Series { status: SeriesStatus::Complete, points })
}

pub(crate) fn no_points() -> Answer {
    points(&[])
}

fn series(
    place: Place,
    namespace: &str,
    name: &str,
    dimensions: &[(&str, &str)],
    statistic: &str,
    window: Window,
) -> Query {
    let mut dimensions: Vec<(String, String)> =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    dimensions.sort();
    let metric = query::Metric {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        dimensions,
        statistic: statistic.to_owned(),
        window,
    };
    Query::Series(place, metric.into())
}

pub(crate) fn lag(place: Place, namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Query {
    series(place, namespace, name, dimensions, "Maximum", Window::Recent)
}

pub(crate) fn replica_lag(place: Place, instance: &str) -> Query {
    lag(place, "AWS/RDS", "ReplicaLag", &[("DBInstanceIdentifier", instance)])
}

pub(crate) fn aurora_lag(place: Place, cluster: &str) -> Query {
    lag(place, "AWS/RDS", "AuroraGlobalDBRPOLag", &[("DBClusterIdentifier", cluster)])
}

pub(crate) fn table_lag(from: Place, table: &str, to: &str) -> Query {
    lag(from, "AWS/DynamoDB", "ReplicationLatency", &[("TableName", table), ("ReceivingRegion", to)])
}

pub(crate) fn table_writes(place: Place, table: &str) -> Query {
    series(place, "AWS/DynamoDB", "ConsumedWriteCapacityUnits", &[("TableName", table)], "Sum", Window::Recent)
}

pub(crate) fn health_series(id: &str) -> Query {
    series(east(), "AWS/Route53", "HealthCheckStatus", &[("HealthCheckId", id)], "Minimum", Window::Long)
}

pub(crate) fn image_metric(name: &str) -> Query {
    let dimensions = [("SourceBucket", "images"), ("DestinationBucket", "images-dr"), ("RuleId", "all")];
    lag(west(), "AWS/S3", name, &dimensions)
}

// One instance, replica or cluster of each, in good order.

pub(crate) fn instance(id: &str, region: &str) -> DbInstance {
    DbInstance {
        id: t(id),
        arn: t(&format!("arn:aws:rds:{region}:111122223333:db:{id}")),
        status: t("available"),
        engine: t("mysql"),
        engine_version: t("8.0.39"),
        latest_restorable: Some(ago(minutes(4))),
        backup_retention_days: 7,
        replica_source: None,
        replicas: Vec::new(),
        replication: None,
        multi_az: true,
        zone: Some(t(&format!("{region}a"))),
        standby_zone: Some(t(&format!("{region}b"))),
        cluster: None,
        class: t("db.r6g.large"),
        subnet_group: None,
        kms_key: None,
        pending: Pending::default(),
        restarts: None,
        intent: None,
        endpoint: None,
    }
}

pub(crate) fn replica(id: &str, region: &str, source: &DbInstance) -> DbInstance {
    DbInstance {
        replica_source: Some(source.arn.clone()),
        replication: Some(Replication { status: t("replicating"), normal: true, message: None }),
        ..instance(id, region)
    }
}

pub(crate) fn cluster(id: &str, region: &str) -> DbCluster {
    DbCluster {
        id: t(id),
        arn: t(&format!("arn:aws:rds:{region}:111122223333:cluster:{id}")),
        status: t("available"),
        engine: t("aurora-postgresql"),
        engine_version: t("16.4"),
        earliest_restorable: Some(ago(hours(168))),
        latest_restorable: Some(ago(minutes(3))),
        backup_retention_days: 7,
        members: vec![(t(&format!("{id}-1")), true)],
        kms_key: None,
        intent: None,
    }
}

pub(crate) fn global(writer: &str) -> GlobalCluster {
    let member = |id: &str, region: &str| GlobalMember {
        cluster_arn: t(&format!("arn:aws:rds:{region}:111122223333:cluster:{id}")),
        is_writer: region == writer,
        synchronization: Some(Is(Synchronization::Connected)),
    };
    GlobalCluster {
        id: t("shop"),
        arn: t("arn:aws:rds::111122223333:global-cluster:shop"),
        status: t("available"),
        members: vec![member("shop-use1", EAST), member("shop-usw2", WEST)],
        failover: None,
        engine: t("aurora-postgresql"),
        engine_version: t("16.4"),
        encrypted: true,
    }
}

pub(crate) fn table(region: &str, replicas: &[&str], consistency: Option<Consistency>) -> Table {
    Table {
        name: t("carts"),
        arn: t(&format!("arn:aws:dynamodb:{region}:111122223333:table/carts")),
        status: t("ACTIVE"),
        replicas: replicas.iter().map(|region| (Region::new(*region), Is(ReplicaStatus::Active))).collect(),
        witnesses: Vec::new(),
        consistency: consistency.map(Is),
        items: None,
        restored: None,
    }
}

pub(crate) fn point_in_time() -> ContinuousBackups {
    ContinuousBackups { enabled: true, earliest: Some(ago(hours(35 * 24))), latest: Some(ago(minutes(5))) }
}

pub(crate) fn server(id: &str) -> SourceServer {
    SourceServer {
        id: t(id),
        arn: t(&format!("arn:aws:drs:{WEST}:111122223333:source-server/{id}")),
        name: Some(t(&format!("web-{id}"))),
        tags: vec![(t("App"), t("legacy-web"))],
        state: Is(ReplicationState::Continuous),
        lag: Some(seconds(8)),
        error: None,
        last_seen: Some(ago(seconds(20))),
        backlog_bytes: 0,
        total_bytes: 100,
        replicated_bytes: 100,
        eta: None,
        direction: Is(Direction::Failover),
        last_launch: t("SUCCEEDED"),
        origin_region: Some(Region::new(EAST)),
        recovery_instance: None,
        reversed: None,
    }
}

pub(crate) fn taken(moments: &[Option<Moment>]) -> Answer {
    let snapshots = moments.iter().zip(0..).map(|(taken, n)| RecoverySnapshot::new(format!("pit-{n}"), *taken));
    Answer::RecoverySnapshots(snapshots.collect())
}

pub(crate) const RESOURCE: &str = "arn:aws:rds:us-east-1:111122223333:db:reports";

pub(crate) fn point(created: Moment, status: PointStatus) -> RecoveryPoint {
    RecoveryPoint {
        arn: t(&format!("arn:aws:backup:us-east-1:111122223333:recovery-point:{created}")),
        resource: t(RESOURCE),
        status: Is(status),
        created: Some(created),
        completed: Some(created + minutes(20)),
        source_vault: None,
    }
}

pub(crate) fn backup_job(created: Moment, state: JobState) -> BackupJob {
    BackupJob {
        id: t(&format!("job-{created}")),
        resource: t(RESOURCE),
        resource_type: t("RDS"),
        vault: t("nightly"),
        state: Is(state),
        created: Some(created),
        completed: Some(created + minutes(20)),
        message: None,
        recovery_point: None,
        plan: None,
    }
}

pub(crate) fn copy_job(created: Moment, state: JobState) -> CopyJob {
    CopyJob {
        id: t(&format!("copy-{created}")),
        resource: t(RESOURCE),
        source_point: t("arn:source"),
        destination_point: None,
        destination_vault: t("arn:aws:backup:us-west-2:111122223333:backup-vault:nightly-dr"),
        state: Is(state),
        created: Some(created),
        completed: None,
        message: None,
    }
}

pub(crate) fn vault(name: &str, region: &str) -> Vault {
    let arn = t(&format!("arn:aws:backup:{region}:111122223333:backup-vault:{name}"));
    Vault {
        name: t(name),
        arn,
        locked: true,
        points: 30,
        key: None,
        key_type: None,
        min_retention_days: None,
        max_retention_days: None,
        lock_date: None,
    }
}

pub(crate) fn check(id: &str) -> Check {
    Check {
        id: t(id),
        kind: t("HTTPS"),
        target: Some(t("shop.example.com")),
        inverted: false,
        disabled: false,
        insufficient_data: None,
        version: 1,
        children: Vec::new(),
        threshold: None,
        routing_control: None,
        interval_seconds: Some(30),
        failure_threshold: Some(3),
    }
}

pub(crate) fn group(in_service: u32) -> Group {
    Group {
        name: t("web-dr"),
        arn: t("arn:aws:autoscaling:us-west-2:111122223333:autoScalingGroup:1:autoScalingGroupName/web-dr"),
        min: 2,
        max: 8,
        desired: in_service,
        in_service,
        suspended: Vec::new(),
    }
}

/// What is wrong with the only component, as one string.
pub(crate) fn why(system: &SystemAssessment) -> String {
    let reasons: Vec<&str> = system.reasons.iter().map(Text::as_str).collect();
    reasons.join(" | ")
}

pub(crate) fn db_instance<'w>(world: &'w mut World, place: &Place) -> &'w mut DbInstance {
    match world.answer(&Query::DbInstances(place.clone())) {
        Answer::DbInstances(list) => &mut list[0],
        other => panic!("{other:?}"),
    }
}

pub(crate) fn db_cluster<'w>(world: &'w mut World, place: &Place) -> &'w mut DbCluster {
    match world.answer(&Query::DbClusters(place.clone())) {
        Answer::DbClusters(list) => &mut list[0],
        other => panic!("{other:?}"),
    }
}

/// Changes the global cluster as every Region tells it.
pub(crate) fn change_global(world: &mut World, change: impl Fn(&mut GlobalCluster)) {
    for place in [east(), west()] {
        match world.answer(&Query::GlobalClusters(place)) {
            Answer::GlobalClusters(list) => list.iter_mut().for_each(&change),
            other => panic!("{other:?}"),
        }
    }
}

/// Changes the first source server.
pub(crate) fn first_server(world: &mut World) -> &mut SourceServer {
    match world.answer(&Query::SourceServers(west())) {
        Answer::SourceServers(list) => &mut list[0],
        other => panic!("{other:?}"),
    }
}

/// Changes the table as every Region tells it.
pub(crate) fn change_table(world: &mut World, change: impl Fn(&mut Table)) {
    for place in [east(), west()] {
        match world.answer(&Query::Table(place, "carts".to_owned())) {
            Answer::Table(table) => change(table),
            other => panic!("{other:?}"),
        }
    }
}
