//! Readings for the tests of the judgement: for each kind one estate in which all is well, to be spoilt by the tests.

use std::collections::BTreeMap;

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::autoscaling::Group;
use drdeck::model::facts::backup::{BackupJob, CopyJob, JobState, PointStatus, ProtectedResource, RecoveryPoint, Vault};
use drdeck::model::facts::cloudwatch::{Series, SeriesStatus};
use drdeck::model::facts::drs::{Direction, RecoverySnapshot, ReplicationState, SourceServer};
use drdeck::model::facts::dynamodb::{Consistency, ContinuousBackups, ReplicaStatus, Table};
use drdeck::model::facts::rds::{
    AutomatedBackup, DbCluster, DbInstance, GlobalCluster, GlobalMember, Replication, Synchronization,
};
use drdeck::model::facts::route53::HealthCheck as Check;
use drdeck::model::kinds::{
    Asg, AuroraGlobal, Backup, CopyVault, Drs, DynamodbGlobalTable, DynamodbTable, EfsReplication, ElasticacheGlobal,
    HealthCheck, Kind, LagUnit, Metric, RdsInstance, RdsReplica, S3Replication, Servers,
};
use drdeck::model::query::{self, Window};
use drdeck::model::{
    Assessment, Component, ComponentAssessment, Criticality, Estate, Failure, FailureKind, Moment, Objective, PerDisruption,
    Place, Query, Reading, Region, Site, Snapshot, Span, Strategy, System, SystemAssessment, Text, assess,
};

pub const EAST: &str = "us-east-1";
pub const WEST: &str = "us-west-2";

/// 2026-11-20T14:00:00Z.
pub fn now() -> Moment {
    "2026-11-20T14:00:00Z".parse().unwrap()
}

pub fn seconds(count: i64) -> Span {
    Span::from_secs(count)
}

pub fn minutes(count: i64) -> Span {
    Span::from_mins(count)
}

pub fn hours(count: i64) -> Span {
    Span::from_hours(count)
}

/// So long before now.
pub fn ago(span: Span) -> Moment {
    now() - span
}

pub fn t(text: &str) -> Text {
    Text::new(text)
}

pub fn east() -> Place {
    Place::home(EAST)
}

pub fn west() -> Place {
    Place::home(WEST)
}

pub fn site(region: &str) -> Site {
    Site::Region(Region::new(region))
}

/// A snapshot of readings made now, good for a minute.
#[derive(Clone, Default)]
pub struct World {
    pub readings: BTreeMap<Query, Reading<Answer>>,
    pub down_since: BTreeMap<String, Moment>,
}

impl World {
    pub fn put(&mut self, query: Query, answer: Answer) {
        self.readings.insert(query, Reading::fresh(answer, now(), minutes(1)));
    }

    /// The last attempts failed; the value is that of ten minutes ago.
    pub fn make_stale(&mut self, query: &Query) {
        let reading = self.readings.get_mut(query).unwrap();
        reading.read_at = Some(ago(minutes(10)));
        reading.failing = Some(failure(FailureKind::Unreachable, "connection reset"));
    }

    /// It never could be read.
    pub fn make_missing(&mut self, query: &Query) {
        self.readings.insert(query.clone(), Reading::failed(failure(FailureKind::TimedOut, "no answer")));
    }

    /// Every reading of that Region fails since nine minutes ago.
    pub fn kill(&mut self, region: &str) {
        let dead: Vec<Query> = self.readings.keys().filter(|query| query.region().as_str() == region).cloned().collect();
        for query in dead {
            self.make_stale(&query);
        }
    }

    pub fn answer(&mut self, query: &Query) -> &mut Answer {
        self.readings.get_mut(query).unwrap_or_else(|| panic!("no reading of {query:?}")).value.as_mut().unwrap()
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot { readings: self.readings.clone(), down_since: self.down_since.clone(), ..Snapshot::default() }
    }
}

pub fn failure(kind: FailureKind, error: &str) -> Failure {
    Failure { since: ago(minutes(9)), at: now(), kind, error: t(error) }
}

/// A series of a point each minute, newest first, the newest of a minute ago.
pub fn points(values: &[f64]) -> Answer {
    let points = values.iter().zip(1..).map(|(value, age)| (ago(minutes(age)), *value)).collect();
    Answer::Series(Series { status: SeriesStatus::Complete, points })
}

pub fn no_points() -> Answer {
    points(&[])
}

fn series(place: Place, namespace: &str, name: &str, dimensions: &[(&str, &str)], statistic: &str, window: Window) -> Query {
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
    Query::Series(place, metric)
}

pub fn lag(place: Place, namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Query {
    series(place, namespace, name, dimensions, "Maximum", Window::Recent)
}

pub fn replica_lag(place: Place, instance: &str) -> Query {
    lag(place, "AWS/RDS", "ReplicaLag", &[("DBInstanceIdentifier", instance)])
}

pub fn aurora_lag(place: Place, cluster: &str) -> Query {
    lag(place, "AWS/RDS", "AuroraGlobalDBRPOLag", &[("DBClusterIdentifier", cluster)])
}

pub fn table_lag(from: Place, table: &str, to: &str) -> Query {
    lag(from, "AWS/DynamoDB", "ReplicationLatency", &[("TableName", table), ("ReceivingRegion", to)])
}

pub fn table_writes(place: Place, table: &str) -> Query {
    series(place, "AWS/DynamoDB", "ConsumedWriteCapacityUnits", &[("TableName", table)], "Sum", Window::Recent)
}

pub fn health_series(id: &str) -> Query {
    series(east(), "AWS/Route53", "HealthCheckStatus", &[("HealthCheckId", id)], "Minimum", Window::Long)
}

pub fn image_metric(name: &str) -> Query {
    let dimensions = [("SourceBucket", "images"), ("DestinationBucket", "images-dr"), ("RuleId", "all")];
    lag(west(), "AWS/S3", name, &dimensions)
}

// One instance, replica or cluster of each, in good order.

pub fn instance(id: &str, region: &str) -> DbInstance {
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
        cluster: None,
    }
}

pub fn replica(id: &str, region: &str, source: &DbInstance) -> DbInstance {
    DbInstance {
        replica_source: Some(source.arn.clone()),
        replication: Some(Replication { status: t("replicating"), normal: true, message: None }),
        ..instance(id, region)
    }
}

pub fn cluster(id: &str, region: &str) -> DbCluster {
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
    }
}

pub fn global(writer: &str) -> GlobalCluster {
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
    }
}

pub fn table(region: &str, replicas: &[&str], consistency: Option<Consistency>) -> Table {
    Table {
        name: t("carts"),
        arn: t(&format!("arn:aws:dynamodb:{region}:111122223333:table/carts")),
        status: t("ACTIVE"),
        replicas: replicas.iter().map(|region| (Region::new(*region), Is(ReplicaStatus::Active))).collect(),
        witnesses: Vec::new(),
        consistency: consistency.map(Is),
    }
}

pub fn point_in_time() -> ContinuousBackups {
    ContinuousBackups { enabled: true, earliest: Some(ago(hours(35 * 24))), latest: Some(ago(minutes(5))) }
}

pub fn server(id: &str) -> SourceServer {
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
    }
}

pub fn taken(moments: &[Option<Moment>]) -> Answer {
    let snapshots = moments.iter().zip(0..).map(|(taken, n)| RecoverySnapshot { id: t(&format!("pit-{n}")), taken: *taken });
    Answer::RecoverySnapshots(snapshots.collect())
}

pub const RESOURCE: &str = "arn:aws:rds:us-east-1:111122223333:db:reports";

pub fn point(created: Moment, status: PointStatus) -> RecoveryPoint {
    RecoveryPoint {
        arn: t(&format!("arn:aws:backup:us-east-1:111122223333:recovery-point:{created}")),
        resource: t(RESOURCE),
        status: Is(status),
        created: Some(created),
        completed: Some(created + minutes(20)),
        source_vault: None,
    }
}

pub fn backup_job(created: Moment, state: JobState) -> BackupJob {
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
    }
}

pub fn copy_job(created: Moment, state: JobState) -> CopyJob {
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

fn vault(name: &str, region: &str) -> Vault {
    let arn = t(&format!("arn:aws:backup:{region}:111122223333:backup-vault:{name}"));
    Vault { name: t(name), arn, locked: true, points: 30, key: None }
}

pub fn check(id: &str) -> Check {
    Check {
        id: t(id),
        kind: t("HTTPS"),
        target: Some(t("shop.example.com")),
        inverted: false,
        disabled: false,
        insufficient_data: None,
        version: 1,
    }
}

pub fn group(in_service: u32) -> Group {
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

// Each kind, and the world in which all is well with it.

pub fn rds_replica() -> (Kind, World) {
    let mut world = World::default();
    let source = instance("orders-db", EAST);
    let follower = replica("orders-replica", WEST, &source);
    world.put(Query::DbInstances(east()), Answer::DbInstances(vec![source]));
    world.put(Query::DbInstances(west()), Answer::DbInstances(vec![follower]));
    world.put(replica_lag(west(), "orders-replica"), points(&[12.0, 11.0, 10.0]));
    let kind = RdsReplica {
        source: "orders-db".to_owned(),
        replica: "orders-replica".to_owned(),
        source_place: east(),
        replica_place: west(),
    };
    (Kind::RdsReplica(kind), world)
}

pub fn rds_instance() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::DbInstances(east()), Answer::DbInstances(vec![instance("orders-db", EAST)]));
    let backup = AutomatedBackup {
        instance: t("orders-db"),
        instance_arn: t("arn:aws:rds:us-east-1:111122223333:db:orders-db"),
        source_region: t(EAST),
        status: t("replicating"),
        earliest: Some(ago(hours(168))),
        latest: Some(ago(minutes(6))),
    };
    world.put(Query::DbAutomatedBackups(west()), Answer::DbAutomatedBackups(vec![backup]));
    let kind = RdsInstance { instance: "orders-db".to_owned(), place: east(), backup_place: Some(west()) };
    (Kind::RdsInstance(kind), world)
}

pub fn aurora_global() -> (Kind, World) {
    let mut world = World::default();
    for (place, id) in [(east(), "shop-use1"), (west(), "shop-usw2")] {
        let region = place.region.as_str().to_owned();
        world.put(Query::GlobalClusters(place.clone()), Answer::GlobalClusters(vec![global(EAST)]));
        world.put(Query::DbClusters(place), Answer::DbClusters(vec![cluster(id, &region)]));
    }
    world.put(aurora_lag(west(), "shop-usw2"), points(&[850.0, 700.0, 900.0]));
    (Kind::AuroraGlobal(AuroraGlobal { global_cluster: "shop".to_owned(), places: vec![east(), west()] }), world)
}

pub fn dynamodb_table() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::Table(east(), "carts".to_owned()), Answer::Table(table(EAST, &[], None)));
    world.put(Query::ContinuousBackups(east(), "carts".to_owned()), Answer::ContinuousBackups(point_in_time()));
    (Kind::DynamodbTable(DynamodbTable { table: "carts".to_owned(), place: east() }), world)
}

pub fn global_table(consistency: Consistency) -> (Kind, World) {
    let mut world = World::default();
    for (place, other) in [(east(), WEST), (west(), EAST)] {
        let seen = table(place.region.as_str(), &[other], Some(consistency));
        world.put(Query::Table(place.clone(), "carts".to_owned()), Answer::Table(seen));
        world.put(Query::ContinuousBackups(place.clone(), "carts".to_owned()), Answer::ContinuousBackups(point_in_time()));
        if consistency == Consistency::Eventual {
            world.put(table_lag(place.clone(), "carts", other), points(&[900.0, 800.0]));
            world.put(table_writes(place, "carts"), points(&[40.0, 30.0]));
        }
    }
    (Kind::DynamodbGlobalTable(DynamodbGlobalTable { table: "carts".to_owned(), places: vec![east(), west()] }), world)
}

pub fn s3_replication() -> (Kind, World) {
    let mut world = World::default();
    world.put(image_metric("ReplicationLatency"), points(&[14.0, 20.0]));
    world.put(image_metric("OperationsPendingReplication"), points(&[3.0]));
    world.put(image_metric("OperationsFailedReplication"), points(&[0.0]));
    let kind = S3Replication {
        source_bucket: "images".to_owned(),
        destination_bucket: "images-dr".to_owned(),
        rule_id: "all".to_owned(),
        source_place: east(),
        destination_place: west(),
    };
    (Kind::S3Replication(kind), world)
}

pub fn efs_lag() -> Query {
    lag(east(), "AWS/EFS", "TimeSinceLastSync", &[("FileSystemId", "fs-1"), ("DestinationFileSystemId", "fs-2")])
}

pub fn efs_replication() -> (Kind, World) {
    let mut world = World::default();
    world.put(efs_lag(), points(&[90.0, 30.0]));
    let kind = EfsReplication {
        file_system: "fs-1".to_owned(),
        destination_file_system: "fs-2".to_owned(),
        source_place: east(),
        destination_place: west(),
    };
    (Kind::EfsReplication(kind), world)
}

pub fn elasticache_global() -> (Kind, World) {
    let mut world = World::default();
    let dimensions = [("ReplicationGroupId", "content-usw2")];
    world.put(lag(west(), "AWS/ElastiCache", "GlobalDatastoreReplicationLag", &dimensions), points(&[1.0]));
    let kind = ElasticacheGlobal {
        global_datastore: "content".to_owned(),
        dimensions: vec![("ReplicationGroupId".to_owned(), "content-usw2".to_owned())],
        place: west(),
    };
    (Kind::ElasticacheGlobal(kind), world)
}

pub fn metric() -> (Kind, World) {
    let mut world = World::default();
    world.put(lag(west(), "Acme", "Lag", &[("Stream", "a")]), points(&[2_000.0]));
    let kind = Metric {
        namespace: "Acme".to_owned(),
        metric: "Lag".to_owned(),
        dimensions: vec![("Stream".to_owned(), "a".to_owned())],
        statistic: "Maximum".to_owned(),
        unit: LagUnit::Milliseconds,
        place: west(),
    };
    (Kind::Metric(kind), world)
}

pub fn vault_points(place: Place) -> Query {
    let vault = if place.region.as_str() == EAST { "nightly" } else { "nightly-dr" };
    Query::RecoveryPoints(place, vault.to_owned())
}

pub fn backup() -> (Kind, World) {
    let mut world = World::default();
    let made = ago(hours(9));
    world.put(Query::BackupJobs(east()), Answer::BackupJobs(vec![backup_job(made, JobState::Completed)]));
    world.put(Query::CopyJobs(east()), Answer::CopyJobs(vec![copy_job(made + minutes(30), JobState::Completed)]));
    world.put(Query::RestoreJobs(east()), Answer::RestoreJobs(Vec::new()));
    let resource = ProtectedResource { arn: t(RESOURCE), resource_type: t("RDS"), last_backup: Some(made) };
    world.put(Query::ProtectedResources(east()), Answer::ProtectedResources(vec![resource]));
    let window = || vec![point(made, PointStatus::Completed), point(made - hours(24), PointStatus::Completed)];
    world.put(vault_points(east()), Answer::RecoveryPoints(window()));
    world.put(vault_points(west()), Answer::RecoveryPoints(window()));
    world.put(Query::Vault(east(), "nightly".to_owned()), Answer::Vault(vault("nightly", EAST)));
    world.put(Query::Vault(west(), "nightly-dr".to_owned()), Answer::Vault(vault("nightly-dr", WEST)));
    let kind = Backup {
        resource: RESOURCE.to_owned(),
        vault: "nightly".to_owned(),
        place: east(),
        copy: Some(CopyVault { vault: "nightly-dr".to_owned(), place: west() }),
        every: hours(24),
    };
    (Kind::Backup(kind), world)
}

pub fn snapshots_of(id: &str) -> Query {
    Query::RecoverySnapshots(west(), id.to_owned())
}

pub fn drs() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::SourceServers(west()), Answer::SourceServers(vec![server("s-1"), server("s-2")]));
    world.put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(Vec::new()));
    world.put(Query::DrsJobs(west()), Answer::DrsJobs(Vec::new()));
    for id in ["s-1", "s-2"] {
        world.put(snapshots_of(id), taken(&[Some(ago(minutes(50))), Some(ago(minutes(9))), None]));
    }
    (Kind::Drs(Drs { servers: Servers::Ids(vec!["s-1".to_owned(), "s-2".to_owned()]), place: west() }), world)
}

pub fn drs_by_tag() -> (Kind, World) {
    let (_, world) = drs();
    let tags = vec![("App".to_owned(), "legacy-web".to_owned())];
    (Kind::Drs(Drs { servers: Servers::Tags(tags), place: west() }), world)
}

pub fn asg() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::Groups(west()), Answer::Groups(vec![group(4)]));
    (Kind::Asg(Asg { group: "web-dr".to_owned(), place: west(), capacity: 4 }), world)
}

pub fn health_check() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::HealthChecks(east()), Answer::HealthChecks(vec![check("check-1")]));
    world.put(health_series("check-1"), points(&[1.0, 1.0, 1.0]));
    (Kind::HealthCheck(HealthCheck { id: "check-1".to_owned(), watches: site(EAST), place: east() }), world)
}

/// Every kind in good order.
pub fn all_good() -> Vec<(Kind, World)> {
    vec![
        drs(),
        drs_by_tag(),
        rds_instance(),
        rds_replica(),
        aurora_global(),
        dynamodb_table(),
        global_table(Consistency::Strong),
        global_table(Consistency::Eventual),
        s3_replication(),
        efs_replication(),
        elasticache_global(),
        backup(),
        asg(),
        health_check(),
        metric(),
    ]
}

/// For which disruptions the kind counts by itself.
pub fn counts_for(kind: &Kind) -> PerDisruption<bool> {
    let (region, data) = match kind {
        Kind::Drs(_) | Kind::RdsReplica(_) | Kind::AuroraGlobal(_) | Kind::DynamodbGlobalTable(_) => (true, true),
        Kind::RdsInstance(kind) => (kind.backup_place.is_some(), true),
        Kind::Backup(kind) => (kind.copy.is_some(), true),
        Kind::DynamodbTable(_) => (false, true),
        Kind::S3Replication(_) | Kind::EfsReplication(_) | Kind::ElasticacheGlobal(_) | Kind::Metric(_) => (true, false),
        Kind::Asg(_) | Kind::HealthCheck(_) => (false, false),
    };
    PerDisruption { region, data }
}

pub fn component(name: &str, kind: Kind) -> Component {
    Component { name: name.to_owned(), counts_for: counts_for(&kind), own_rpo: None, kind }
}

/// A warm standby from east to west with these RPOs and no RTO.
pub fn system(components: Vec<Component>, region: Option<Span>, data: Option<Span>) -> System {
    let objective = |rpo: Option<Span>| rpo.map(|rpo| Objective { rpo: Some(rpo), rto: None });
    System {
        name: "shop".to_owned(),
        criticality: Criticality::High,
        strategy: Strategy::WarmStandby,
        primary: site(EAST),
        recovery: Region::new(WEST),
        depends_on: Vec::new(),
        objectives: PerDisruption { region: objective(region), data: objective(data) },
        components,
    }
}

pub fn judge(system: System, world: &World) -> Assessment {
    assess(&Estate { systems: vec![system] }, &world.snapshot(), now())
}

pub fn judge_system(system: System, world: &World) -> SystemAssessment {
    judge(system, world).systems.remove(0)
}

/// One component of that kind, promised 5 min and 26 h, as judged now.
pub fn judge_kind(kind: Kind, world: &World) -> SystemAssessment {
    let region = if matches!(kind, Kind::Backup(_)) { hours(26) } else { minutes(15) };
    judge_system(system(vec![component("it", kind)], Some(region), Some(hours(26))), world)
}

pub fn it(system: &SystemAssessment) -> &ComponentAssessment {
    &system.components[0]
}
