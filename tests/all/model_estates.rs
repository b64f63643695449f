//! For each kind one estate in which all is well, and how it is judged.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::backup::{JobState, PointStatus, ProtectedResource};
use drdeck::model::facts::backup_plans::{CopyAction, Plan, PlanSummary, Rule, Selection};
use drdeck::model::facts::cloudwatch::AlarmState;
use drdeck::model::facts::drs_settings::{LaunchConfiguration, PointRule, ReplicationConfiguration};
use drdeck::model::facts::dynamodb::Consistency;
use drdeck::model::facts::efs;
use drdeck::model::facts::elasticache::{GlobalDatastore, Member};
use drdeck::model::facts::look::DnsAnswer;
use drdeck::model::facts::rds::AutomatedBackup;
use drdeck::model::facts::route53::{Record, Routing, Zone};
use drdeck::model::kinds::{
    Alarm, Asg, AuroraGlobal, Backup, CopyVault, DnsRecord, Drs, DynamodbGlobalTable, DynamodbTable, EfsReplication,
    ElasticacheGlobal, HealthCheck, Kind, LagUnit, Metric, RdsInstance, RdsReplica, S3Replication, Servers,
};
use drdeck::model::query::{DnsQuestion, DnsServer};
use drdeck::model::{
    Assessment, Component, ComponentAssessment, Criticality, Estate, Objective, PerDisruption, Place, Query, Region,
    Span, Strategy, System, SystemAssessment, assess,
};

use crate::model_readings::*;

pub(crate) fn rds_replica() -> (Kind, World) {
    let mut world = World::default();
    let source = instance("orders-db", EAST);
    let follower = replica("orders-replica", WEST, &source);
    world.put(Query::DbInstances(east()), Answer::DbInstances(vec![source]));
    world.put(Query::DbInstances(west()), Answer::DbInstances(vec![follower]));
    world.put(replica_lag(west(), "orders-replica"), points(&[12.0, 11.0, 10.0]));
    for place in [east(), west()] {
        world.put(Query::DbEvents(place), Answer::DbEvents(Vec::new()));
    }
    let kind = RdsReplica {
        source: "orders-db".to_owned(),
        replica: "orders-replica".to_owned(),
        source_place: east(),
        replica_place: west(),
    };
    (Kind::RdsReplica(kind), world)
}

pub(crate) fn rds_instance() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::DbInstances(east()), Answer::DbInstances(vec![instance("orders-db", EAST)]));
    let backup = AutomatedBackup {
        arn: None,
        resource_id: None,
        instance: t("orders-db"),
        instance_arn: t("arn:aws:rds:us-east-1:111122223333:db:orders-db"),
        source_region: t(EAST),
        status: t("replicating"),
        earliest: Some(ago(hours(168))),
        latest: Some(ago(minutes(6))),
    };
    world.put(Query::DbAutomatedBackups(west()), Answer::DbAutomatedBackups(vec![backup]));
    world.put(Query::DbEvents(east()), Answer::DbEvents(Vec::new()));
    let kind = RdsInstance { instance: "orders-db".to_owned(), place: east(), backup_place: Some(west()) };
    (Kind::RdsInstance(kind), world)
}

pub(crate) fn aurora_global() -> (Kind, World) {
    let mut world = World::default();
    for (place, id) in [(east(), "shop-use1"), (west(), "shop-usw2")] {
        let region = place.region.as_str().to_owned();
        world.put(Query::GlobalClusters(place.clone()), Answer::GlobalClusters(vec![global(EAST)]));
        world.put(Query::DbClusters(place), Answer::DbClusters(vec![cluster(id, &region)]));
    }
    world.put(aurora_lag(west(), "shop-usw2"), points(&[850.0, 700.0, 900.0]));
    (Kind::AuroraGlobal(AuroraGlobal { global_cluster: "shop".to_owned(), places: vec![east(), west()] }), world)
}

pub(crate) fn dynamodb_table() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::Table(east(), "carts".to_owned()), Answer::Table(Box::new(table(EAST, &[], None))));
    world.put(Query::ContinuousBackups(east(), "carts".to_owned()), Answer::ContinuousBackups(point_in_time()));
    (Kind::DynamodbTable(DynamodbTable { table: "carts".to_owned(), place: east() }), world)
}

pub(crate) fn global_table(consistency: Consistency) -> (Kind, World) {
    let mut world = World::default();
    for (place, other) in [(east(), WEST), (west(), EAST)] {
        let seen = table(place.region.as_str(), &[other], Some(consistency));
        world.put(Query::Table(place.clone(), "carts".to_owned()), Answer::Table(Box::new(seen)));
        world.put(
            Query::ContinuousBackups(place.clone(), "carts".to_owned()),
            Answer::ContinuousBackups(point_in_time()),
        );
        if consistency == Consistency::Eventual {
            world.put(table_lag(place.clone(), "carts", other), points(&[900.0, 800.0]));
            world.put(table_writes(place, "carts"), points(&[40.0, 30.0]));
        }
    }
    (Kind::DynamodbGlobalTable(DynamodbGlobalTable { table: "carts".to_owned(), places: vec![east(), west()] }), world)
}

pub(crate) fn s3_replication() -> (Kind, World) {
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

pub(crate) fn efs_lag() -> Query {
    lag(east(), "AWS/EFS", "TimeSinceLastSync", &[("FileSystemId", "fs-1"), ("DestinationFileSystemId", "fs-2")])
}

/// The replication of fs-1 to fs-2, or back.
pub(crate) fn replicated(from: &str, to: &str) -> efs::Replication {
    let id = |region: &str| t(if region == EAST { "fs-1" } else { "fs-2" });
    efs::Replication {
        source: id(from),
        source_region: Region::new(from),
        destinations: vec![efs::Destination {
            file_system: id(to),
            region: Region::new(to),
            status: t("ENABLED"),
            message: None,
            last_replicated: Some(ago(minutes(4))),
        }],
    }
}

/// The datastore `content` with its primary in that Region.
pub(crate) fn datastore(primary: &str) -> GlobalDatastore {
    let member = |region: &str| Member {
        group: t(if region == EAST { "content-use1" } else { "content-usw2" }),
        region: Region::new(region),
        role: t(if region == primary { "PRIMARY" } else { "SECONDARY" }),
        status: t("associated"),
        automatic_failover: t("enabled"),
    };
    GlobalDatastore { id: t("content"), status: t("available"), members: vec![member(EAST), member(WEST)] }
}

pub(crate) fn efs_replication() -> (Kind, World) {
    let mut world = World::default();
    world.put(efs_lag(), points(&[90.0, 30.0]));
    for place in [east(), west()] {
        world.put(Query::FileSystemReplications(place), Answer::FileSystemReplications(vec![replicated(EAST, WEST)]));
    }
    let kind = EfsReplication {
        file_system: "fs-1".to_owned(),
        destination_file_system: "fs-2".to_owned(),
        source_place: east(),
        destination_place: west(),
    };
    (Kind::EfsReplication(kind), world)
}

pub(crate) fn elasticache_global() -> (Kind, World) {
    let mut world = World::default();
    let dimensions = [("ReplicationGroupId", "content-usw2")];
    world.put(lag(west(), "AWS/ElastiCache", "GlobalDatastoreReplicationLag", &dimensions), points(&[1.0]));
    world.put(Query::GlobalDatastores(west()), Answer::GlobalDatastores(vec![datastore(EAST)]));
    let kind = ElasticacheGlobal {
        global_datastore: "content".to_owned(),
        dimensions: vec![("ReplicationGroupId".to_owned(), "content-usw2".to_owned())],
        place: west(),
    };
    (Kind::ElasticacheGlobal(kind), world)
}

pub(crate) fn metric() -> (Kind, World) {
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

pub(crate) fn vault_points(place: Place) -> Query {
    let vault = if place.region.as_str() == EAST { "nightly" } else { "nightly-dr" };
    Query::RecoveryPoints(place, vault.to_owned())
}

/// The plan `nightly`: each day at 05:00, copied to the other Region.
pub(crate) fn backup_plans(world: &mut World) {
    let id = || "plan-1".to_owned();
    let summary = PlanSummary {
        id: t("plan-1"),
        name: t("nightly"),
        created: Some(ago(hours(90 * 24))),
        last_execution: Some(ago(hours(9))),
    };
    world.put(Query::BackupPlans(east()), Answer::BackupPlans(vec![summary]));
    world.put(Query::BackupPlan(east(), id()), Answer::BackupPlan(Plan { name: t("nightly"), rules: vec![rule()] }));
    world.put(Query::BackupSelections(east(), id()), Answer::BackupSelections(vec![t("selection-1")]));
    let selection = Selection {
        name: t("databases"),
        resources: vec![t(RESOURCE)],
        not_resources: Vec::new(),
        tags: Vec::new(),
        has_conditions: false,
    };
    world.put(
        Query::BackupSelection(east(), id(), "selection-1".to_owned()),
        Answer::BackupSelection(Box::new(selection)),
    );
}

/// The rule of that plan.
pub(crate) fn rule() -> Rule {
    Rule {
        name: t("nightly"),
        vault: t("nightly"),
        schedule: Some(t("cron(0 5 ? * * *)")),
        time_zone: Some(t("Etc/UTC")),
        start_window: Some(hours(1)),
        completion_window: Some(hours(7 * 24)),
        kept: Some(hours(35 * 24)),
        continuous: false,
        copies: vec![CopyAction {
            vault: t("arn:aws:backup:us-west-2:111122223333:backup-vault:nightly-dr"),
            kept: Some(hours(35 * 24)),
        }],
    }
}

pub(crate) fn backup() -> (Kind, World) {
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
    world.put(Query::Vault(east(), "nightly".to_owned()), Answer::Vault(Box::new(vault("nightly", EAST))));
    world.put(Query::Vault(west(), "nightly-dr".to_owned()), Answer::Vault(Box::new(vault("nightly-dr", WEST))));
    backup_plans(&mut world);
    world.put(Query::RestoreJobs(west()), Answer::RestoreJobs(Vec::new()));
    for place in [east(), west()] {
        world.put(Query::RestoreTestingPlans(place), Answer::RestoreTestingPlans(Vec::new()));
    }
    let kind = Backup {
        resource: RESOURCE.to_owned(),
        vault: "nightly".to_owned(),
        place: east(),
        copy: Some(CopyVault { vault: "nightly-dr".to_owned(), place: west() }),
        every: Some(hours(24)),
    };
    (Kind::Backup(kind), world)
}

pub(crate) fn snapshots_of(id: &str) -> Query {
    Query::RecoverySnapshots(west(), id.to_owned())
}

/// How a server is launched by default.
pub(crate) fn launch() -> LaunchConfiguration {
    LaunchConfiguration {
        disposition: t("STARTED"),
        right_sizing: t("BASIC"),
        copy_private_ip: false,
        copy_tags: true,
        launch_template: Some(t("lt-1")),
        launch_into: None,
    }
}

/// How a server replicates by default.
pub(crate) fn replication() -> ReplicationConfiguration {
    let rule = |every, kept| PointRule { every, kept };
    ReplicationConfiguration {
        staging_subnet: Some(t("subnet-1")),
        bandwidth: 0,
        routing: Some(t("PRIVATE_IP")),
        encryption: Some(t("DEFAULT")),
        points: vec![rule(minutes(10), hours(1)), rule(hours(1), hours(24)), rule(hours(24), hours(7 * 24))],
        takes_new_disks: true,
    }
}

pub(crate) fn drs() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::SourceServers(west()), Answer::SourceServers(vec![server("s-1"), server("s-2")]));
    world.put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(Vec::new()));
    world.put(Query::DrsJobs(west()), Answer::DrsJobs(Vec::new()));
    world.put(Query::RecoveryPlans(west()), Answer::RecoveryPlans(Vec::new()));
    for id in ["s-1", "s-2"] {
        world.put(Query::LaunchConfiguration(west(), id.to_owned()), Answer::LaunchConfiguration(Box::new(launch())));
        world.put(
            Query::ReplicationConfiguration(west(), id.to_owned()),
            Answer::ReplicationConfiguration(Box::new(replication())),
        );
        world.put(snapshots_of(id), taken(&[Some(ago(minutes(50))), Some(ago(minutes(9))), None]));
    }
    (Kind::Drs(Drs { servers: Servers::Ids(vec!["s-1".to_owned(), "s-2".to_owned()]), place: west() }), world)
}

pub(crate) fn drs_by_tag() -> (Kind, World) {
    let (_, world) = drs();
    let tags = vec![("App".to_owned(), "legacy-web".to_owned())];
    (Kind::Drs(Drs { servers: Servers::Tags(tags), place: west() }), world)
}

pub(crate) fn asg() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::Groups(west()), Answer::Groups(vec![group(4)]));
    (Kind::Asg(Asg { group: "web-dr".to_owned(), place: west(), capacity: 4 }), world)
}

pub(crate) fn health_check() -> (Kind, World) {
    let mut world = World::default();
    world.put(Query::HealthChecks(east()), Answer::HealthChecks(vec![check("check-1")]));
    world.put(health_series("check-1"), points(&[1.0, 1.0, 1.0]));
    (Kind::HealthCheck(HealthCheck { id: "check-1".to_owned(), watches: site(EAST), place: east() }), world)
}

/// A record set of `www.shop.example` with one address.
pub(crate) fn record(set: &str, routing: Routing, address: &str, check: Option<&str>) -> Record {
    Record {
        name: t("www.shop.example"),
        kind: t("A"),
        set: Some(t(set)),
        routing,
        ttl: Some(60),
        values: vec![t(address)],
        dotted: false,
        alias: None,
        health_check: check.map(t),
    }
}

pub(crate) fn dns(name: &str, server: DnsServer) -> Query {
    let question = DnsQuestion { name: name.to_owned(), kind: "A".to_owned(), server };
    Query::DnsAnswer(Place::home(Place::EVERYWHERE), question)
}

pub(crate) fn dns_answer(values: &[&str]) -> Answer {
    Answer::DnsAnswer(DnsAnswer {
        server: t("192.0.2.53:53"),
        code: t("NOERROR"),
        values: values.iter().copied().map(t).collect(),
        ttl: Some(60),
    })
}

pub(crate) fn zone_records() -> Query {
    Query::Records(east(), "Z1".to_owned())
}

/// A failover record whose primary is healthy.
pub(crate) fn dns_record() -> (Kind, World) {
    let mut world = World::default();
    let zone = Zone { id: t("Z1"), name: t("shop.example"), private: false, accelerated_recovery: Some(t("ENABLED")) };
    world.put(Query::HostedZones(east()), Answer::HostedZones(vec![zone]));
    let sets = vec![
        record("east", Routing::Primary, "198.51.100.1", Some("check-1")),
        record("west", Routing::Secondary, "198.51.100.2", Some("check-2")),
    ];
    world.put(zone_records(), Answer::Records(sets));
    world.put(Query::HealthChecks(east()), Answer::HealthChecks(vec![check("check-1"), check("check-2")]));
    for id in ["check-1", "check-2"] {
        world.put(health_series(id), points(&[1.0, 1.0, 1.0]));
    }
    for server in [DnsServer::Authoritative, DnsServer::Resolver] {
        world.put(dns("www.shop.example", server), dns_answer(&["198.51.100.1"]));
    }
    let kind = DnsRecord {
        zone: "Z1".to_owned(),
        record: "www.shop.example".to_owned(),
        kind: "A".to_owned(),
        place: east(),
        primary: site(EAST),
        watched: vec![("check-1".to_owned(), site(EAST)), ("check-2".to_owned(), site(WEST))],
        rto: None,
    };
    (Kind::DnsRecord(kind), world)
}

pub(crate) fn alarm() -> (Kind, World) {
    let mut world = World::default();
    let alarm = drdeck::model::facts::cloudwatch::Alarm {
        name: t("errors"),
        arn: t("arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors"),
        state: Is(AlarmState::Ok),
        reason: Some(t("Threshold Crossed: 1 datapoint [0.0] was not greater than the threshold (5.0).")),
        since: Some(ago(hours(3))),
        actions_enabled: true,
        missing_data: Some(t("missing")),
        metric: Some((t("AWS/ApplicationELB"), t("HTTPCode_ELB_5XX_Count"))),
    };
    world.put(Query::Alarms(east()), Answer::Alarms(vec![alarm]));
    (Kind::Alarm(Alarm { alarm: "errors".to_owned(), place: east() }), world)
}

/// Every kind in good order.
pub(crate) fn all_good() -> Vec<(Kind, World)> {
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
        dns_record(),
        alarm(),
        metric(),
    ]
}

/// For which disruptions the kind counts by itself.
pub(crate) fn counts_for(kind: &Kind) -> PerDisruption<bool> {
    let (region, data) = match kind {
        Kind::Drs(_) | Kind::RdsReplica(_) | Kind::AuroraGlobal(_) | Kind::DynamodbGlobalTable(_) => (true, true),
        Kind::RdsInstance(kind) => (kind.backup_place.is_some(), true),
        Kind::Backup(kind) => (kind.copy.is_some(), true),
        Kind::DynamodbTable(_) => (false, true),
        Kind::S3Replication(_) | Kind::EfsReplication(_) | Kind::ElasticacheGlobal(_) | Kind::Metric(_) => {
            (true, false)
        }
        Kind::Asg(_) | Kind::HealthCheck(_) | Kind::DnsRecord(_) | Kind::Alarm(_) => (false, false),
    };
    PerDisruption { region, data }
}

pub(crate) fn component(name: &str, kind: Kind) -> Component {
    Component { name: name.to_owned(), counts_for: counts_for(&kind), own_rpo: None, kind }
}

/// A warm standby from east to west with these RPOs and no RTO.
pub(crate) fn system(components: Vec<Component>, region: Option<Span>, data: Option<Span>) -> System {
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
        probes: Vec::new(),
    }
}

pub(crate) fn judge(system: System, world: &World) -> Assessment {
    assess(&Estate { systems: vec![system], ..Default::default() }, &world.snapshot(), now())
}

pub(crate) fn judge_system(system: System, world: &World) -> SystemAssessment {
    std::sync::Arc::unwrap_or_clone(judge(system, world).systems.remove(0))
}

/// One component of that kind, as judged now: promised 15 min for the loss of a Region (26 h for backups) and 26 h for damaged data, as far
/// as the kind counts for them.
pub(crate) fn judge_kind(kind: Kind, world: &World) -> SystemAssessment {
    let region = if matches!(kind, Kind::Backup(_)) { hours(26) } else { minutes(15) };
    let counts = counts_for(&kind);
    let objectives = (counts.region.then_some(region), counts.data.then_some(hours(26)));
    judge_system(system(vec![component("it", kind)], objectives.0, objectives.1), world)
}

pub(crate) fn it(system: &SystemAssessment) -> &ComponentAssessment {
    &system.components[0]
}
