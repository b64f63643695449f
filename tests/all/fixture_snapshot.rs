//! A small company as AWS tells of it, written by hand: servers that replicate and one that does not, backups that are overdue, failed and
//! under way, databases in two Regions. `lost` is the same after us-east-1 stopped answering.

use std::collections::BTreeSet;
use std::sync::Arc;

use drdeck::model::facts::backup::{
    BackupJob, CopyJob, JobState, PointStatus, ProtectedResource, RecoveryPoint, RestoreJob, Vault,
};
use drdeck::model::facts::backup_plans::{CopyAction, Plan, PlanSummary, RestoreTestingPlan, Rule, Selection};
use drdeck::model::facts::drs::{Direction, Job, LogItem, RecoverySnapshot, ReplicationState, SourceServer};
use drdeck::model::facts::drs_plans::{Execution, RecoveryPlan};
use drdeck::model::facts::drs_settings::{LaunchConfiguration, PointRule, ReplicationConfiguration};
use drdeck::model::facts::dynamodb::{Consistency, ContinuousBackups, ReplicaStatus, Table};
use drdeck::model::facts::rds::{
    DbCluster, DbInstance, Event, GlobalCluster, GlobalMember, Pending, Replication, Synchronization,
};
use drdeck::model::facts::{Answer, Known};
use drdeck::model::kinds::{AuroraGlobal, Backup, Drs, DynamodbGlobalTable, Kind, RdsInstance, RdsReplica, Servers};
use drdeck::model::{
    Component, Criticality, Estate, Failure, FailureKind, Moment, PerDisruption, Place, Query, Reading, Region, Site,
    Snapshot, Span, Strategy, System, Text, assess,
};
use drdeck::observe::{Clock, Observation, Origin};

use crate::fixture_assessment::{at, now};

fn east() -> Place {
    Place::home("us-east-1")
}

fn west() -> Place {
    Place::home("us-west-2")
}

fn text(text: impl AsRef<str>) -> Text {
    Text::new(text)
}

fn ago(minutes: i64) -> Moment {
    now() - Span::from_mins(minutes)
}

fn component(name: &str, kind: Kind) -> Component {
    Component { name: name.to_owned(), counts_for: PerDisruption { region: true, data: true }, own_rpo: None, kind }
}

fn system(name: &str, components: Vec<Component>) -> System {
    System {
        name: name.to_owned(),
        criticality: Criticality::High,
        strategy: Strategy::PilotLight,
        primary: Site::Region(Region::new("us-east-1")),
        recovery: Region::new("us-west-2"),
        depends_on: Vec::new(),
        objectives: PerDisruption::default(),
        components,
        probes: Vec::new(),
    }
}

fn rds_arn(region: &str, kind: &str, name: &str) -> String {
    format!("arn:aws:rds:{region}:111122223333:{kind}:{name}")
}

/// What the config declares.
pub(crate) fn estate() -> Estate {
    let backup = |resource: &str, every: Option<Span>| {
        Kind::Backup(Backup {
            resource: resource.to_owned(),
            vault: "shop".to_owned(),
            place: east(),
            copy: None,
            every,
        })
    };
    let day = Some(Span::from_hours(24));
    let systems = vec![
        system(
            "legacy-web",
            vec![component(
                "legacy-web",
                Kind::Drs(Drs {
                    servers: Servers::Tags(vec![("App".to_owned(), "legacy-web".to_owned())]),
                    place: west(),
                }),
            )],
        ),
        system(
            "orders",
            vec![
                component(
                    "orders-db",
                    Kind::RdsReplica(RdsReplica {
                        source: "orders-db".to_owned(),
                        replica: "orders-db-west".to_owned(),
                        source_place: east(),
                        replica_place: west(),
                    }),
                ),
                component("orders backup", backup(&rds_arn("us-east-1", "db", "orders-db"), day)),
            ],
        ),
        system(
            "storefront",
            vec![component(
                "shop-db",
                Kind::AuroraGlobal(AuroraGlobal { global_cluster: "shop".to_owned(), places: vec![east(), west()] }),
            )],
        ),
        system(
            "sessions",
            vec![component(
                "sessions",
                Kind::DynamodbGlobalTable(DynamodbGlobalTable {
                    table: "sessions".to_owned(),
                    places: vec![east(), west()],
                }),
            )],
        ),
        system(
            "analytics",
            vec![
                component(
                    "analytics-db",
                    Kind::RdsInstance(RdsInstance {
                        instance: "analytics-db".to_owned(),
                        place: east(),
                        backup_place: None,
                    }),
                ),
                component("lake", backup("arn:aws:s3:::analytics-lake", day)),
            ],
        ),
    ];
    Estate { systems, ..Estate::default() }
}

fn server(id: u32, name: &str, app: &str, state: Known<ReplicationState>) -> SourceServer {
    let id = format!("s-3a1f60c27b94d8e{id:02}");
    let continuous = state == Known::Is(ReplicationState::Continuous);
    SourceServer {
        arn: text(format!("arn:aws:drs:us-west-2:111122223333:source-server/{id}")),
        id: text(id),
        name: Some(text(name)),
        tags: vec![(text("App"), text(app)), (text("Name"), text(name))],
        state,
        lag: continuous.then_some(Span::from_secs(12)),
        error: None,
        last_seen: Some(now() - Span::from_secs(30)),
        backlog_bytes: 0,
        total_bytes: 80 << 30,
        replicated_bytes: 80 << 30,
        eta: None,
        direction: Known::Is(Direction::Failover),
        last_launch: text("SUCCEEDED"),
        origin_region: Some(Region::new("us-east-1")),
        recovery_instance: None,
        reversed: None,
    }
}

fn servers() -> Vec<SourceServer> {
    use ReplicationState::{Backlog, Continuous, InitialSync, Stalled};
    let mut gone = server(2, "legacy-web-2", "legacy-web", Known::Is(Stalled));
    gone.error = Some(text("AGENT_NOT_SEEN"));
    gone.last_seen = Some(ago(41));
    gone.lag = Some(Span::from_secs(90));
    let mut behind = server(3, "legacy-files", "legacy-web", Known::Is(Backlog));
    behind.lag = Some(Span::from_mins(7));
    behind.backlog_bytes = 12_884_901_888;
    let mut new = server(4, "build-01", "build", Known::Is(InitialSync));
    (new.replicated_bytes, new.eta, new.last_launch) = (20 << 30, Some(at("15:20:00")), text("NOT_STARTED"));
    let mut failed = server(5, "reports", "reports", Known::Is(Continuous));
    failed.last_launch = text("FAILED");
    let strange =
        server(6, "a-server-with-a-name-that-is-far-too-long-for-any-column", "x", Known::Other(text("HIBERNATING")));
    vec![server(1, "legacy-web-1", "legacy-web", Known::Is(Continuous)), gone, behind, new, failed, strange]
}

fn instance(region: &str, id: &str, replica_of: Option<&str>) -> DbInstance {
    DbInstance {
        id: text(id),
        arn: text(rds_arn(region, "db", id)),
        status: text("available"),
        engine: text("mysql"),
        engine_version: text("8.4.6"),
        latest_restorable: replica_of.is_none().then(|| ago(4)),
        backup_retention_days: if replica_of.is_none() { 14 } else { 0 },
        replica_source: replica_of.map(text),
        replicas: Vec::new(),
        replication: replica_of.map(|_| Replication { status: text("replicating"), normal: true, message: None }),
        multi_az: replica_of.is_none(),
        zone: Some(text(format!("{region}a"))),
        standby_zone: replica_of.is_none().then(|| text(format!("{region}c"))),
        cluster: None,
        class: text("db.r6g.large"),
        subnet_group: None,
        kms_key: None,
        pending: Pending::default(),
        restarts: None,
        intent: None,
        endpoint: None,
    }
}

fn cluster(region: &str, id: &str, members: &[(&str, bool)]) -> DbCluster {
    DbCluster {
        id: text(id),
        arn: text(rds_arn(region, "cluster", id)),
        status: text("available"),
        engine: text("aurora-postgresql"),
        engine_version: text("17.5"),
        earliest_restorable: Some(ago(14 * 24 * 60)),
        latest_restorable: Some(ago(3)),
        backup_retention_days: 14,
        members: members.iter().map(|(name, writes)| (text(name), *writes)).collect(),
        kms_key: None,
        intent: None,
    }
}

fn table(place: &Place) -> Answer {
    let region = |name: &str| (Region::new(name), Known::Is(ReplicaStatus::Active));
    Answer::Table(Box::new(Table {
        name: text("sessions"),
        arn: text(format!("arn:aws:dynamodb:{}:111122223333:table/sessions", place.region)),
        status: text("ACTIVE"),
        replicas: vec![region("us-east-1"), region("us-west-2")],
        witnesses: Vec::new(),
        consistency: Some(Known::Is(Consistency::Eventual)),
        items: Some(912_407),
        restored: None,
    }))
}

fn databases(put: &mut impl FnMut(Query, Answer)) {
    let orders = rds_arn("us-east-1", "db", "orders-db");
    let mut primary = instance("us-east-1", "orders-db", None);
    primary.replicas = vec![text(rds_arn("us-west-2", "db", "orders-db-west"))];
    let mut replica = instance("us-west-2", "orders-db-west", Some(&orders));
    replica.replication =
        Some(Replication { status: text("error"), normal: false, message: Some(text("Duplicate entry '7' for key")) });
    let mut analytics = instance("us-east-1", "analytics-db", None);
    (analytics.status, analytics.latest_restorable) = (text("storage-full"), Some(ago(95)));
    (analytics.multi_az, analytics.standby_zone) = (false, None);
    put(Query::DbInstances(east()), Answer::DbInstances(vec![primary, analytics]));
    put(Query::DbInstances(west()), Answer::DbInstances(vec![replica]));
    let (here, there) = (rds_arn("us-east-1", "cluster", "shop-use1"), rds_arn("us-west-2", "cluster", "shop-usw2"));
    put(Query::DbClusters(east()), Answer::DbClusters(vec![cluster("us-east-1", "shop-use1", &[("shop-1", true)])]));
    put(Query::DbClusters(west()), Answer::DbClusters(vec![cluster("us-west-2", "shop-usw2", &[])]));
    let member = |arn: &str, is_writer| GlobalMember {
        cluster_arn: text(arn),
        is_writer,
        synchronization: (!is_writer).then_some(Known::Is(Synchronization::Connected)),
    };
    let global = || {
        Answer::GlobalClusters(vec![GlobalCluster {
            id: text("shop"),
            arn: text("arn:aws:rds::111122223333:global-cluster:shop"),
            status: text("available"),
            members: vec![member(&here, true), member(&there, false)],
            failover: None,
            engine: text("aurora-postgresql"),
            engine_version: text("17.5"),
            encrypted: true,
        }])
    };
    put(Query::GlobalClusters(east()), global());
    put(Query::GlobalClusters(west()), global());
    for place in [east(), west()] {
        put(Query::Table(place.clone(), "sessions".to_owned()), table(&place));
        let enabled = place == east();
        let backups = ContinuousBackups {
            enabled,
            earliest: enabled.then(|| ago(35 * 24 * 60)),
            latest: enabled.then(|| ago(5)),
        };
        put(Query::ContinuousBackups(place, "sessions".to_owned()), Answer::ContinuousBackups(backups));
    }
    let event = Event {
        source: text("orders-db"),
        source_kind: text("db-instance"),
        at: Some(at("05:12:44")),
        message: text("Multi-AZ instance failover completed"),
        categories: vec![text("failover")],
    };
    put(Query::DbEvents(east()), Answer::DbEvents(vec![event]));
}

fn backup_job(id: &str, resource: &str, kind: &str, state: JobState, minutes: i64) -> BackupJob {
    let ended = matches!(state, JobState::Completed | JobState::Failed);
    BackupJob {
        id: text(id),
        resource: text(resource),
        resource_type: text(kind),
        vault: text("shop"),
        state: Known::Is(state),
        created: Some(ago(minutes)),
        completed: ended.then(|| ago(minutes - 12)),
        message: (state == JobState::Failed).then(|| text("The snapshot quota of the account is used up")),
        recovery_point: None,
        plan: None,
    }
}

fn copy_job(id: &str, resource: &str, state: JobState, minutes: i64) -> CopyJob {
    CopyJob {
        id: text(id),
        resource: text(resource),
        source_point: text(format!("arn:aws:rds:us-east-1:111122223333:snapshot:{id}")),
        destination_point: None,
        destination_vault: text("arn:aws:backup:us-west-2:111122223333:backup-vault:shop-dr"),
        state: Known::Is(state),
        created: Some(ago(minutes)),
        completed: Some(ago(minutes - 20)),
        message: (state == JobState::Failed).then(|| text("Access denied to the key of the vault")),
    }
}

fn backups(put: &mut impl FnMut(Query, Answer)) {
    let orders = rds_arn("us-east-1", "db", "orders-db");
    let volume = "arn:aws:ec2:us-east-1:111122223333:volume/vol-0c9f2d7b1a6e4f835";
    let machine = "arn:aws:ec2:us-east-1:111122223333:instance/i-0b1c6f4e29d87a530";
    let protected = |arn: &str, kind: &str, minutes| ProtectedResource {
        arn: text(arn),
        resource_type: text(kind),
        last_backup: Some(ago(minutes)),
    };
    put(
        Query::ProtectedResources(east()),
        Answer::ProtectedResources(vec![
            protected(&orders, "RDS", 27 * 60),
            protected(volume, "EBS", 9 * 60),
            protected(machine, "EC2", 8 * 60),
            protected("arn:aws:dynamodb:us-east-1:111122223333:table/sessions", "DynamoDB", 5 * 24 * 60),
        ]),
    );
    put(
        Query::BackupJobs(east()),
        Answer::BackupJobs(vec![
            backup_job("job-orders-1", &orders, "RDS", JobState::Completed, 27 * 60),
            backup_job("job-volume-1", volume, "EBS", JobState::Failed, 40),
            backup_job("job-volume-0", volume, "EBS", JobState::Completed, 9 * 60),
            backup_job("job-machine-2", machine, "EC2", JobState::Running, 6),
            backup_job("job-machine-1", machine, "EC2", JobState::Completed, 8 * 60),
            backup_job("job-machine-0", machine, "EC2", JobState::Failed, 9 * 60),
        ]),
    );
    put(
        Query::CopyJobs(east()),
        Answer::CopyJobs(vec![
            copy_job("copy-orders-1", &orders, JobState::Completed, 26 * 60),
            copy_job("copy-machine-1", machine, JobState::Failed, 7 * 60),
        ]),
    );
    let restore = |id: &str, validation: Option<&str>, minutes| RestoreJob {
        id: text(id),
        recovery_point: text("arn:aws:rds:us-west-2:111122223333:snapshot:awsbackup:copyjob-1"),
        resource: Some(text(&orders)),
        state: Known::Is(JobState::Completed),
        created: Some(ago(minutes)),
        completed: Some(ago(minutes - 90)),
        validation: validation.map(text),
        deletion: validation.map(|_| text("SUCCESSFUL")),
        testing_plan: Some(text("arn:aws:backup:us-west-2:111122223333:restore-testing-plan:weekly-1")),
        resource_type: Some(text("RDS")),
        message: None,
        made: None,
    };
    put(
        Query::RestoreJobs(west()),
        Answer::RestoreJobs(vec![
            restore("restore-2", Some("FAILED"), 3 * 24 * 60),
            restore("restore-1", Some("SUCCESSFUL"), 10 * 24 * 60),
            restore("restore-0", None, 17 * 24 * 60),
        ]),
    );
    put(
        Query::RestoreTestingPlans(west()),
        Answer::RestoreTestingPlans(vec![RestoreTestingPlan {
            arn: text("arn:aws:backup:us-west-2:111122223333:restore-testing-plan:weekly-1"),
            name: text("weekly"),
            schedule: text("cron(0 4 ? * TUE *)"),
            time_zone: None,
            last_execution: Some(ago(3 * 24 * 60)),
            start_window: Span::from_hours(1),
        }]),
    );
    let vault = |name: &str, place: &Place, locked, lock_date| Vault {
        name: text(name),
        arn: text(format!("arn:aws:backup:{}:111122223333:backup-vault:{name}", place.region)),
        locked,
        points: 778,
        key: Some(text("arn:aws:kms:us-east-1:111122223333:key/1234abcd")),
        key_type: Some(text("CUSTOMER_MANAGED_KMS_KEY")),
        min_retention_days: locked.then_some(7),
        max_retention_days: None,
        lock_date,
    };
    put(Query::Vault(east(), "shop".to_owned()), Answer::Vault(Box::new(vault("shop", &east(), false, None))));
    put(
        Query::Vault(west(), "shop-dr".to_owned()),
        Answer::Vault(Box::new(vault("shop-dr", &west(), true, Some(ago(30 * 24 * 60))))),
    );
    let point = RecoveryPoint {
        arn: text("arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1"),
        resource: text(&orders),
        status: Known::Is(PointStatus::Completed),
        created: Some(ago(27 * 60)),
        completed: Some(ago(27 * 60 - 12)),
        source_vault: None,
    };
    put(Query::RecoveryPoints(east(), "shop".to_owned()), Answer::RecoveryPoints(vec![point]));
    plans(put, volume);
}

fn plans(put: &mut impl FnMut(Query, Answer), volume: &str) {
    let summary = PlanSummary {
        id: text("plan-1"),
        name: text("daily"),
        created: Some(ago(400 * 24 * 60)),
        last_execution: Some(ago(8 * 60)),
    };
    put(Query::BackupPlans(east()), Answer::BackupPlans(vec![summary]));
    let rule = Rule {
        name: text("at-five"),
        vault: text("shop"),
        schedule: Some(text("cron(0 5 ? * * *)")),
        time_zone: None,
        start_window: Some(Span::from_hours(1)),
        completion_window: None,
        kept: Some(Span::from_hours(30 * 24)),
        continuous: false,
        copies: vec![CopyAction {
            vault: text("arn:aws:backup:us-west-2:111122223333:backup-vault:shop-dr"),
            kept: Some(Span::from_hours(30 * 24)),
        }],
    };
    let plan = Plan { name: text("daily"), rules: vec![rule] };
    put(Query::BackupPlan(east(), "plan-1".to_owned()), Answer::BackupPlan(plan));
    put(Query::BackupSelections(east(), "plan-1".to_owned()), Answer::BackupSelections(vec![text("selection-1")]));
    let selection = Selection {
        name: text("volumes"),
        resources: vec![text(volume)],
        not_resources: Vec::new(),
        tags: Vec::new(),
        has_conditions: false,
    };
    let query = Query::BackupSelection(east(), "plan-1".to_owned(), "selection-1".to_owned());
    put(query, Answer::BackupSelection(Box::new(selection)));
}

fn replication(put: &mut impl FnMut(Query, Answer)) {
    put(Query::SourceServers(west()), Answer::SourceServers(servers()));
    put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(Vec::new()));
    let job = |id: &str, launched: &[(&str, &str)], minutes| Job {
        id: text(id),
        kind: text("LAUNCH"),
        initiated_by: text("START_DRILL"),
        status: text("COMPLETED"),
        created: Some(ago(minutes)),
        ended: Some(ago(minutes - 17)),
        tags: Vec::new(),
        servers: launched.iter().map(|(server, launch)| (text(server), text(launch))).collect(),
    };
    let (first, fifth) = ("s-3a1f60c27b94d8e01", "s-3a1f60c27b94d8e05");
    put(
        Query::DrsJobs(west()),
        Answer::DrsJobs(vec![
            job("drsjob-5a0f11", &[(first, "LAUNCHED"), (fifth, "FAILED")], 55),
            job("drsjob-5a0f10", &[(first, "LAUNCHED")], 600),
        ]),
    );
    let item = |event: &str, server: Option<&str>, error: Option<&str>, minutes| LogItem {
        at: Some(ago(minutes)),
        event: text(event),
        server: server.map(text),
        instance: None,
        error: error.map(text),
    };
    put(
        Query::JobLog(west(), "drsjob-5a0f11".to_owned()),
        Answer::JobLog(vec![
            item("JOB_START", None, None, 55),
            item("USING_PREVIOUS_SNAPSHOT", Some(first), None, 54),
            item("LAUNCH_FAILED", Some(fifth), Some("InsufficientInstanceCapacity: m5.large in us-west-2a"), 40),
            item("JOB_END", None, None, 38),
        ]),
    );
    let taken = |minutes| RecoverySnapshot::new(format!("pit-{minutes}"), Some(ago(minutes)));
    let next = RecoverySnapshot::new("pit-next", None);
    let points = vec![taken(7), taken(17), taken(24 * 60), next];
    put(Query::RecoverySnapshots(west(), first.to_owned()), Answer::RecoverySnapshots(points));
    let launch = LaunchConfiguration {
        disposition: text("STOPPED"),
        right_sizing: text("BASIC"),
        copy_private_ip: true,
        copy_tags: true,
        launch_template: Some(text("lt-80f38f044d975a6bb")),
        launch_into: None,
    };
    put(Query::LaunchConfiguration(west(), first.to_owned()), Answer::LaunchConfiguration(Box::new(launch)));
    let settings = ReplicationConfiguration {
        staging_subnet: Some(text("subnet-2a7f2649e5357e61d")),
        bandwidth: 0,
        routing: Some(text("PRIVATE_IP")),
        encryption: Some(text("DEFAULT")),
        points: vec![PointRule { every: Span::from_mins(10), kept: Span::from_hours(1) }],
        takes_new_disks: true,
    };
    put(
        Query::ReplicationConfiguration(west(), first.to_owned()),
        Answer::ReplicationConfiguration(Box::new(settings)),
    );
    let arn = "arn:aws:drs:us-west-2:111122223333:recovery-plan/cbef7f33";
    let plan = RecoveryPlan {
        arn: text(arn),
        name: text("legacy-web"),
        status: text("ACTIVE"),
        updated: Some(ago(200 * 24 * 60)),
    };
    put(Query::RecoveryPlans(west()), Answer::RecoveryPlans(vec![plan]));
    let execution = Execution {
        arn: text(format!("{arn}/execution/1")),
        mode: text("DRILL"),
        status: text("FAILED"),
        started: Some(ago(40 * 24 * 60)),
        error: Some(text("A server could not be launched")),
    };
    let query = Query::RecoveryPlanExecutions(west(), arn.to_owned());
    put(query, Answer::RecoveryPlanExecutions(vec![execution]));
}

/// All of it, read twelve seconds ago.
pub(crate) fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut put = |query: Query, answer: Answer| {
        let reading = Reading::fresh(Arc::new(answer), at("14:02:05"), Span::from_mins(1));
        snapshot.readings.insert(Arc::new(query), reading);
    };
    replication(&mut put);
    backups(&mut put);
    databases(&mut put);
    snapshot
}

/// The same when us-east-1 has not answered for two minutes.
pub(crate) fn lost() -> Snapshot {
    aged(|query| query.region().as_str() == "us-east-1")
}

/// The same when what `is_old` was last read a good two minutes ago and could not be read since.
pub(crate) fn aged(is_old: impl Fn(&Query) -> bool) -> Snapshot {
    let mut snapshot = snapshot();
    for (query, reading) in &mut snapshot.readings {
        if is_old(query) {
            let read_at = at("13:59:50");
            (reading.read_at, reading.fresh_until) = (Some(read_at), Some(read_at + Span::from_mins(1)));
            reading.failing = Some(Box::new(Failure {
                since: at("14:00:03"),
                at: at("14:02:12"),
                kind: FailureKind::Unreachable,
                error: text("the connection was reset before an answer"),
            }));
        }
    }
    snapshot
}

/// An Observation of it, as `observe` makes it, with a clock that stands still.
pub(crate) fn observation(snapshot: Snapshot, anchor: std::time::Instant) -> Observation {
    Observation {
        assessment: Arc::new(assess(&estate(), &snapshot, now())),
        snapshot: Arc::new(snapshot),
        clock: Clock { anchor, at_anchor: now(), speed: 0.0 },
        events: Arc::default(),
        origin: Origin::Live,
        refreshing: false,
    }
}

/// Queries, to be compared with what a person looks at.
pub(crate) fn names(queries: &BTreeSet<Query>) -> Vec<&'static str> {
    let names: BTreeSet<&str> = queries.iter().map(|query| query.operation().1).collect();
    names.into_iter().collect()
}
