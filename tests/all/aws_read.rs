//! Each Query against answers as AWS sends them: what arrives in drdeck's words, and what was sent for it.

use ciborium::Value;
use drdeck::model::facts::cloudwatch::SeriesStatus;
use drdeck::model::facts::dynamodb::{Consistency, ReplicaStatus};
use drdeck::model::facts::rds::Synchronization;
use drdeck::model::facts::{Answer, Known, backup, drs};
use drdeck::model::query::{Metric, Window};
use drdeck::model::{Moment, Place, Query, Region, Span, Text};

use crate::aws_stub::{Reply, Stub, now, query_answer};

fn usw2() -> Place {
    Place::home("us-west-2")
}

fn at(text: &str) -> Option<Moment> {
    Some(text.parse().unwrap())
}

macro_rules! answered {
    ($answer:expr, $variant:ident) => {
        match $answer {
            Answer::$variant(value) => value,
            other => panic!("not the answer to {}: {other:?}", stringify!($variant)),
        }
    };
}

fn server(state: &str, lag: &str, extra: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"items":[{{"sourceServerID":"s-1111111111111111a","arn":"arn:aws:drs:us-west-2:111122223333:source-server/s-1",
        "tags":{{"Name":"app-01","App":"legacy-web"}},"lastLaunchResult":"SUCCEEDED","replicationDirection":"FAILOVER",
        "recoveryInstanceId":"i-1","dataReplicationInfo":{{"dataReplicationState":"{state}",{lag}"replicatedDisks":[
        {{"deviceName":"/dev/xvda","totalStorageBytes":100,"replicatedStorageBytes":90,"backloggedStorageBytes":7}},
        {{"deviceName":"/dev/xvdb","totalStorageBytes":50,"replicatedStorageBytes":50,"backloggedStorageBytes":3}}]}},
        "lifeCycle":{{"lastSeenByServiceDateTime":"2026-11-20T11:44:00.000000+00:00"}}{extra}}}]}}"#
    ))
}

async fn one_server(reply: impl Fn() -> Reply + Send + Sync + 'static) -> drs::SourceServer {
    let stub = Stub::start(move |_| reply()).await;
    let mut servers = answered!(stub.read(&Query::SourceServers(usw2())).await, SourceServers);
    assert_eq!(servers.len(), 1);
    servers.remove(0)
}

#[tokio::test]
async fn a_source_server() {
    let origin = r#","sourceCloudProperties":{"originRegion":"us-east-1"}"#;
    let server =
        one_server(move || server("CONTINUOUS", r#""lagDuration":"P1DT2H",""#.trim_end_matches('"'), origin)).await;
    assert_eq!(server.name, Some(Text::new("app-01")));
    assert_eq!(server.tags.len(), 2);
    assert_eq!(server.state, Known::Is(drs::ReplicationState::Continuous));
    assert_eq!(server.lag, Some(Span::from_hours(26)), "a day of DRS is 24 hours");
    assert_eq!((server.total_bytes, server.replicated_bytes, server.backlog_bytes), (150, 140, 10));
    assert_eq!(server.direction, Known::Is(drs::Direction::Failover));
    assert_eq!(server.origin_region, Some(Region::new("us-east-1")));
    assert_eq!(server.last_seen, at("2026-11-20T11:44:00Z"));
    assert_eq!(server.last_launch, Text::new("SUCCEEDED"));
}

#[tokio::test]
async fn a_missing_lag_is_missing_and_not_zero() {
    let server = one_server(|| server("DISCONNECTED", "", "")).await;
    assert_eq!((server.lag, server.state), (None, Known::Is(drs::ReplicationState::Disconnected)));
    assert_eq!(server.origin_region, None, "a machine on premises has no Region");
}

#[tokio::test]
async fn a_lag_that_cannot_be_understood_is_neither_missing_nor_zero() {
    let server = one_server(|| server("CONTINUOUS", r#""lagDuration":"soon","#, "")).await;
    assert_eq!(server.lag, None);
    let Known::Other(state) = server.state else { panic!("a continuous server with a strange lag is not trusted") };
    assert!(state.as_str().contains("soon"), "{state}");
}

#[tokio::test]
async fn an_unknown_state_is_kept_as_it_came() {
    let server = one_server(|| server("HIBERNATING", r#""lagDuration":"PT5S","#, "")).await;
    assert_eq!(server.state, Known::Other(Text::new("HIBERNATING")));
    assert_eq!(server.lag, Some(Span::from_secs(5)));
}

#[tokio::test]
async fn recovery_snapshots() {
    let stub = Stub::start(|_| {
        Reply::json(
            r#"{"items":[{"snapshotID":"pit-1","sourceServerID":"s-1","expectedTimestamp":"2026-11-20T11:40:00+00:00",
            "timestamp":"2026-11-20T11:40:03+00:00"},{"snapshotID":"pit-2","sourceServerID":"s-1","expectedTimestamp":"2026-11-20T11:50:00+00:00"}]}"#,
        )
    })
    .await;
    let snapshots = answered!(stub.read(&Query::RecoverySnapshots(usw2(), "s-1".into())).await, RecoverySnapshots);
    assert_eq!(snapshots[0].taken(), at("2026-11-20T11:40:03Z"));
    assert_eq!(snapshots[1].taken(), None, "one that is only expected is no recovery point");
    assert_eq!(snapshots.iter().map(|one| one.id()).collect::<Vec<_>>(), ["pit-1", "pit-2"]);
    assert!(stub.seen()[0].text().contains(r#""sourceServerID":"s-1""#));
}

#[tokio::test]
async fn a_snapshot_time_that_cannot_be_understood_fails_the_answer() {
    let stub = Stub::start(|_| {
        Reply::json(r#"{"items":[{"snapshotID":"pit-1","sourceServerID":"s-1","expectedTimestamp":"x","timestamp":"yesterday"}]}"#)
    })
    .await;
    let read = stub.session().await.read(&Query::RecoverySnapshots(usw2(), "s-1".into()), now()).await;
    let failure = read.result.unwrap_err();
    assert_eq!(failure.kind, drdeck::model::FailureKind::Unreadable);
    assert!(failure.error.as_str().contains("yesterday"), "{failure}");
}

#[tokio::test]
async fn drs_jobs_and_recovery_instances() {
    let stub = Stub::start(|seen| match seen.operation.as_str() {
        "DescribeJobs" => Reply::json(
            r#"{"items":[{"jobID":"drsjob-1","type":"LAUNCH","initiatedBy":"START_DRILL","status":"COMPLETED",
            "creationDateTime":"2026-11-20T11:45:00.123456+00:00","participatingServers":[{"sourceServerID":"s-1","launchStatus":"FAILED"}]}]}"#,
        ),
        _ => Reply::json(
            r#"{"items":[{"recoveryInstanceID":"i-1","sourceServerID":"s-1","jobID":"drsjob-1","isDrill":true,"ec2InstanceState":"SHUTTING-DOWN",
            "pointInTimeSnapshotDateTime":"2026-11-20T11:40:00+00:00","failback":{"state":"FAILBACK_NOT_STARTED"}}]}"#,
        ),
    })
    .await;
    let jobs = answered!(stub.read(&Query::DrsJobs(usw2())).await, DrsJobs);
    assert_eq!(jobs[0].kind, Text::new("LAUNCH"));
    assert_eq!(jobs[0].servers, [(Text::new("s-1"), Text::new("FAILED"))], "a completed job may hold a failed server");
    assert!(stub.seen()[0].text().contains("2026-11-19T12:00:00Z"), "the last 24 hours: {}", stub.seen()[0].text());
    let instances = answered!(stub.read(&Query::RecoveryInstances(usw2())).await, RecoveryInstances);
    assert_eq!(instances[0].ec2_state, Text::new("SHUTTING-DOWN"));
    assert!(instances[0].is_drill);
    assert_eq!(instances[0].point_in_time, at("2026-11-20T11:40:00Z"));
}

#[tokio::test]
async fn backup_jobs_of_eight_days() {
    let stub = Stub::start(|_| {
        Reply::json(
            r#"{"BackupJobs":[{"BackupJobId":"a1","BackupVaultName":"prod","ResourceArn":"arn:aws:ec2:us-east-1:1:volume/v","ResourceType":"EBS",
            "State":"COMPLETED","StatusMessage":"completed with issues","CreationDate":1763638800.123,"CompletionDate":1763639800.5},
            {"BackupJobId":"a2","State":"PAUSED"}]}"#,
        )
    })
    .await;
    let jobs = answered!(stub.read(&Query::BackupJobs(usw2())).await, BackupJobs);
    assert_eq!(jobs[0].state, Known::Is(backup::JobState::Completed));
    assert_eq!(jobs[0].message, Some(Text::new("completed with issues")));
    assert_eq!(jobs[0].created, at("2025-11-20T11:40:00.123Z"));
    assert_eq!(jobs[1].state, Known::Other(Text::new("PAUSED")));
    let query = stub.seen()[0].query.clone();
    assert!(query.contains("createdAfter=2026-11-12T12"), "{query}");
    assert!(query.contains("maxResults=1000"), "{query}");
}

#[tokio::test]
async fn copies_restores_resources_points_and_a_vault() {
    let stub = Stub::start(|seen| match seen.path.trim_end_matches('/') {
        "/copy-jobs" => Reply::json(
            r#"{"CopyJobs":[{"CopyJobId":"c1","State":"FAILED","StatusMessage":"no key","ResourceArn":"r","SourceRecoveryPointArn":"p",
            "DestinationBackupVaultArn":"arn:aws:backup:us-west-2:1:backup-vault:dr","CreationDate":1763638800}]}"#,
        ),
        "/restore-jobs" => Reply::json(
            r#"{"RestoreJobs":[{"RestoreJobId":"r1","Status":"COMPLETED","RecoveryPointArn":"p","SourceResourceArn":"r","ValidationStatus":"TIMED_OUT"}]}"#,
        ),
        "/resources" => {
            Reply::json(r#"{"Results":[{"ResourceArn":"r","ResourceType":"RDS","LastBackupTime":1763638800}]}"#)
        }
        "/backup-vaults/dr" => Reply::json(
            r#"{"BackupVaultName":"dr","BackupVaultArn":"v","EncryptionKeyArn":"k","NumberOfRecoveryPoints":3,"Locked":true}"#,
        ),
        "/backup-vaults/dr/recovery-points" => Reply::json(
            r#"{"RecoveryPoints":[{"RecoveryPointArn":"p","ResourceArn":"r","Status":"PARTIAL","CreationDate":1763638800,"CompletionDate":1763639800,
            "SourceBackupVaultArn":"arn:aws:backup:us-east-1:1:backup-vault:prod"}]}"#,
        ),
        other => panic!("{other}"),
    })
    .await;
    let copies = answered!(stub.read(&Query::CopyJobs(usw2())).await, CopyJobs);
    assert_eq!(copies[0].state, Known::Is(backup::JobState::Failed));
    assert_eq!(copies[0].message, Some(Text::new("no key")));
    let restores = answered!(stub.read(&Query::RestoreJobs(usw2())).await, RestoreJobs);
    assert_eq!(restores[0].validation, Some(Text::new("TIMED_OUT")));
    let resources = answered!(stub.read(&Query::ProtectedResources(usw2())).await, ProtectedResources);
    assert_eq!(resources[0].last_backup, at("2025-11-20T11:40:00Z"));
    let vault = answered!(stub.read(&Query::Vault(usw2(), "dr".into())).await, Vault);
    assert_eq!((vault.locked, vault.points, vault.key), (true, 3, Some(Text::new("k"))));
    let points = answered!(stub.read(&Query::RecoveryPoints(usw2(), "dr".into())).await, RecoveryPoints);
    assert_eq!(points[0].status, Known::Is(backup::PointStatus::Partial));
    assert!(points[0].source_vault.is_some());
}

#[tokio::test]
async fn rds_instances() {
    let stub = Stub::start(|_| {
        query_answer(
            "DescribeDBInstances",
            "<DBInstances><DBInstance><DBInstanceIdentifier>orders-replica</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>\
             <Engine>mysql</Engine><DBInstanceArn>arn:aws:rds:us-west-2:1:db:orders-replica</DBInstanceArn>\
             <ReadReplicaSourceDBInstanceIdentifier>arn:aws:rds:us-east-1:1:db:orders</ReadReplicaSourceDBInstanceIdentifier>\
             <LatestRestorableTime>2026-11-20T11:40:00Z</LatestRestorableTime><BackupRetentionPeriod>7</BackupRetentionPeriod>\
             <StatusInfos><DBInstanceStatusInfo><StatusType>other</StatusType></DBInstanceStatusInfo>\
             <DBInstanceStatusInfo><StatusType>read replication</StatusType><Normal>false</Normal><Status>error</Status><Message>no space</Message>\
             </DBInstanceStatusInfo></StatusInfos></DBInstance><DBInstance><DBInstanceIdentifier>bare</DBInstanceIdentifier></DBInstance></DBInstances>",
        )
    })
    .await;
    let instances = answered!(stub.read(&Query::DbInstances(usw2())).await, DbInstances);
    let replication = instances[0].replication.as_ref().unwrap();
    assert_eq!((replication.status.as_str(), replication.normal), ("error", false));
    assert_eq!(replication.message, Some(Text::new("no space")));
    assert_eq!(instances[0].latest_restorable, at("2026-11-20T11:40:00Z"));
    assert_eq!(instances[1].latest_restorable, None, "missing is not zero");
    assert_eq!(instances[1].backup_retention_days, 0);
    let sent = stub.seen()[0].clone();
    assert!(sent.text().contains("MaxRecords=100"), "{}", sent.text());
    assert_eq!((sent.service.as_str(), sent.region.as_str()), ("rds", "us-west-2"));
}

#[tokio::test]
async fn a_global_cluster_that_switches_over() {
    let stub = Stub::start(|_| {
        query_answer(
            "DescribeGlobalClusters",
            "<GlobalClusters><GlobalClusterMember><GlobalClusterIdentifier>shop</GlobalClusterIdentifier><Status>switching-over</Status>\
             <GlobalClusterMembers><GlobalClusterMember><DBClusterArn>arn:aws:rds:us-east-1:1:cluster:a</DBClusterArn><IsWriter>true</IsWriter>\
             </GlobalClusterMember><GlobalClusterMember><DBClusterArn>arn:aws:rds:us-west-2:1:cluster:b</DBClusterArn><IsWriter>false</IsWriter>\
             <SynchronizationStatus>pending-resync</SynchronizationStatus></GlobalClusterMember></GlobalClusterMembers>\
             <FailoverState><Status>switching-over</Status><FromDbClusterArn>a</FromDbClusterArn><ToDbClusterArn>b</ToDbClusterArn></FailoverState>\
             </GlobalClusterMember><GlobalClusterMember><GlobalClusterIdentifier>idle</GlobalClusterIdentifier><FailoverState/></GlobalClusterMember></GlobalClusters>",
        )
    })
    .await;
    let clusters = answered!(stub.read(&Query::GlobalClusters(usw2())).await, GlobalClusters);
    assert_eq!(clusters[0].failover.as_ref().unwrap().status, Text::new("switching-over"));
    assert!(clusters[0].members[0].is_writer);
    assert_eq!(clusters[0].members[0].synchronization, None);
    assert_eq!(clusters[0].members[1].synchronization, Some(Known::Is(Synchronization::PendingResync)));
    assert_eq!(clusters[1].failover, None, "an empty element is no failover");
}

#[tokio::test]
async fn clusters_and_automated_backups() {
    let stub = Stub::start(|seen| match seen.operation.as_str() {
        "DescribeDBClusters" => query_answer(
            "DescribeDBClusters",
            "<DBClusters><DBCluster><DBClusterIdentifier>shop-usw2</DBClusterIdentifier><Status>available</Status>\
             <EarliestRestorableTime>2026-11-13T00:00:00.5Z</EarliestRestorableTime><LatestRestorableTime>2026-11-20T11:40:00.123Z</LatestRestorableTime>\
             <DBClusterMembers><DBClusterMember><DBInstanceIdentifier>i1</DBInstanceIdentifier><IsClusterWriter>true</IsClusterWriter></DBClusterMember>\
             </DBClusterMembers></DBCluster></DBClusters>",
        ),
        _ => query_answer(
            "DescribeDBInstanceAutomatedBackups",
            "<DBInstanceAutomatedBackups><DBInstanceAutomatedBackup><DBInstanceIdentifier>orders</DBInstanceIdentifier><Region>us-east-1</Region>\
             <Status>replicating</Status><RestoreWindow><EarliestTime>2026-11-13T00:00:00Z</EarliestTime><LatestTime>2026-11-20T11:40:00Z</LatestTime>\
             </RestoreWindow></DBInstanceAutomatedBackup></DBInstanceAutomatedBackups>",
        ),
    })
    .await;
    let clusters = answered!(stub.read(&Query::DbClusters(usw2())).await, DbClusters);
    assert_eq!(clusters[0].latest_restorable, at("2026-11-20T11:40:00.123Z"));
    assert_eq!(clusters[0].members, [(Text::new("i1"), true)]);
    let backups = answered!(stub.read(&Query::DbAutomatedBackups(usw2())).await, DbAutomatedBackups);
    assert_eq!((backups[0].source_region.as_str(), backups[0].latest), ("us-east-1", at("2026-11-20T11:40:00Z")));
}

const HEALTH_CHECK: &str = "<HealthCheck><Id>hc-1</Id><CallerReference>r</CallerReference><HealthCheckConfig><Port>443</Port><Type>HTTPS</Type>\
    <ResourcePath>/health</ResourcePath><FullyQualifiedDomainName>www.example.com</FullyQualifiedDomainName><Inverted>true</Inverted>\
    <Disabled>true</Disabled></HealthCheckConfig><HealthCheckVersion>7</HealthCheckVersion></HealthCheck>";

#[tokio::test]
async fn health_checks_and_their_checkers() {
    let stub = Stub::start(|seen| match seen.path.ends_with("/status") {
        false => Reply::xml(&format!(
            "<ListHealthChecksResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><HealthChecks>{HEALTH_CHECK}</HealthChecks>\
             <Marker></Marker><IsTruncated>false</IsTruncated><MaxItems>1000</MaxItems></ListHealthChecksResponse>"
        )),
        true => Reply::xml(
            "<GetHealthCheckStatusResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><HealthCheckObservations>\
             <HealthCheckObservation><Region>us-east-1</Region><IPAddress>192.0.2.1</IPAddress><StatusReport><Status>Failure: timed out</Status>\
             <CheckedTime>2026-11-20T11:45:00.123Z</CheckedTime></StatusReport></HealthCheckObservation></HealthCheckObservations></GetHealthCheckStatusResponse>",
        ),
    })
    .await;
    let checks = answered!(stub.read(&Query::HealthChecks(usw2())).await, HealthChecks);
    assert!(checks[0].disabled && checks[0].inverted);
    assert_eq!((checks[0].version, checks[0].kind.as_str()), (7, "HTTPS"));
    assert_eq!(checks[0].target, Some(Text::new("www.example.com:443/health")));
    let seen = answered!(stub.read(&Query::HealthCheckStatus(usw2(), "hc-1".into())).await, HealthCheckStatus);
    assert_eq!((seen[0].region.as_str(), seen[0].status.as_str()), ("us-east-1", "Failure: timed out"));
    assert_eq!(seen[0].checked, at("2026-11-20T11:45:00.123Z"));
}

#[tokio::test]
async fn tables() {
    let stub = Stub::start(|seen| {
        let body = seen.text();
        Reply::json(if seen.operation == "DescribeContinuousBackups" {
            r#"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{
            "PointInTimeRecoveryStatus":"ENABLED","EarliestRestorableDateTime":1763000000.0,"LatestRestorableDateTime":1763638500.0}}}"#
        } else if body.contains("strong") {
            r#"{"Table":{"TableName":"strong","TableStatus":"ACTIVE","MultiRegionConsistency":"STRONG","Replicas":[
            {"RegionName":"us-west-2","ReplicaStatus":"ACTIVE"}],"GlobalTableWitnesses":[{"RegionName":"us-east-2","WitnessStatus":"ACTIVE"}]}}"#
        } else if body.contains("global") {
            r#"{"Table":{"TableName":"global","TableStatus":"ACTIVE","Replicas":[{"RegionName":"us-west-2","ReplicaStatus":"SLEEPING"}]}}"#
        } else {
            r#"{"Table":{"TableName":"plain","TableStatus":"ACTIVE"}}"#
        })
    })
    .await;
    let strong = answered!(stub.read(&Query::Table(usw2(), "strong".into())).await, Table);
    assert_eq!(strong.consistency, Some(Known::Is(Consistency::Strong)));
    assert_eq!(strong.witnesses, [Region::new("us-east-2")]);
    assert_eq!(strong.replicas, [(Region::new("us-west-2"), Known::Is(ReplicaStatus::Active))]);
    let global = answered!(stub.read(&Query::Table(usw2(), "global".into())).await, Table);
    assert_eq!(global.consistency, Some(Known::Is(Consistency::Eventual)), "older global tables do not say");
    assert_eq!(global.replicas[0].1, Known::Other(Text::new("SLEEPING")));
    let plain = answered!(stub.read(&Query::Table(usw2(), "plain".into())).await, Table);
    assert_eq!(plain.consistency, None);
    let recovery = answered!(stub.read(&Query::ContinuousBackups(usw2(), "plain".into())).await, ContinuousBackups);
    assert_eq!((recovery.enabled, recovery.latest), (true, at("2025-11-20T11:35:00Z")));
}

#[tokio::test]
async fn groups() {
    let stub = Stub::start(|_| {
        query_answer(
            "DescribeAutoScalingGroups",
            "<AutoScalingGroups><member><AutoScalingGroupName>web</AutoScalingGroupName><MinSize>0</MinSize><MaxSize>10</MaxSize>\
             <DesiredCapacity>4</DesiredCapacity><Instances><member><InstanceId>i-1</InstanceId><LifecycleState>InService</LifecycleState>\
             <HealthStatus>Healthy</HealthStatus></member><member><InstanceId>i-2</InstanceId><LifecycleState>InService</LifecycleState>\
             <HealthStatus>Unhealthy</HealthStatus></member><member><InstanceId>i-3</InstanceId><LifecycleState>Pending</LifecycleState>\
             <HealthStatus>Healthy</HealthStatus></member></Instances><SuspendedProcesses><member><ProcessName>Launch</ProcessName></member>\
             </SuspendedProcesses></member></AutoScalingGroups>",
        )
    })
    .await;
    let groups = answered!(stub.read(&Query::Groups(usw2())).await, Groups);
    assert_eq!((groups[0].desired, groups[0].max, groups[0].in_service), (4, 10, 1));
    assert_eq!(groups[0].suspended, [Text::new("Launch")]);
}

#[tokio::test]
async fn who_we_are() {
    let stub = Stub::start(|_| {
        query_answer(
            "GetCallerIdentity",
            "<UserId>A</UserId><Account>111122223333</Account><Arn>arn:aws:iam::1:user/alice</Arn>",
        )
    })
    .await;
    let identity = answered!(stub.read(&Query::Identity(usw2())).await, Identity);
    assert_eq!((identity.account.as_str(), identity.expires), ("111122223333", None));
}

fn lag_of(instance: &str, window: Window) -> Query {
    let metric = Metric {
        namespace: "AWS/RDS".into(),
        name: "ReplicaLag".into(),
        dimensions: vec![("DBInstanceIdentifier".into(), instance.into())],
        statistic: "Maximum".into(),
        window,
    };
    Query::Series(usw2(), metric.into())
}

fn entry(name: &str, value: Value) -> (Value, Value) {
    (Value::Text(name.into()), value)
}

fn times(seconds: &[i64]) -> Value {
    Value::Array(seconds.iter().map(|s| Value::Tag(1, Box::new(Value::Float(*s as f64)))).collect())
}

fn result(id: &str, seconds: &[i64], values: &[f64], status: &str) -> Value {
    Value::Map(vec![
        entry("Id", Value::Text(id.into())),
        entry("Timestamps", times(seconds)),
        entry("Values", Value::Array(values.iter().map(|v| Value::Float(*v)).collect())),
        entry("StatusCode", Value::Text(status.into())),
    ])
}

fn page(results: Vec<Value>, next: Option<&str>) -> Reply {
    let mut body = vec![entry("MetricDataResults", Value::Array(results)), entry("Messages", Value::Array(vec![]))];
    body.extend(next.map(|next| entry("NextToken", Value::Text(next.into()))));
    Reply::cbor(&Value::Map(body))
}

/// The body of a GetMetricData as it came.
fn sent(body: &[u8], name: &str) -> Option<Value> {
    let Value::Map(entries) = ciborium::from_reader(body).unwrap() else { panic!("a map") };
    entries.into_iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

#[tokio::test]
async fn series_come_in_one_call_and_are_put_together_over_pages() {
    let stub = Stub::start(|seen| match sent(&seen.body, "NextToken") {
        None => page(
            vec![
                result("m0", &[1_795_175_400, 1_795_175_340], &[3.0, 2.0], "PartialData"),
                result("m1", &[], &[], "Complete"),
            ],
            Some("more"),
        ),
        Some(_) => {
            page(vec![result("m0", &[1_795_175_280], &[-1.0], "Complete"), result("m2", &[], &[], "Forbidden")], None)
        }
    })
    .await;
    let queries = ["a", "b", "c", "d"].map(|instance| lag_of(instance, Window::Recent));
    let read = stub.session().await.read_series(&queries, now()).await;
    assert_eq!((read.calls, stub.seen().len()), (2, 2));
    let first = read.results[0].as_ref().unwrap();
    assert_eq!(first.status, SeriesStatus::Complete, "the last page says how it ended");
    let values: Vec<f64> = first.points.iter().map(|(_, value)| *value).collect();
    assert_eq!(values, [3.0, 2.0, -1.0], "newest first");
    assert_eq!(first.newest().map(|(at, _)| at), at("2026-11-20T11:50:00Z"));
    assert!(read.results[1].as_ref().unwrap().points.is_empty(), "no points are no zeros");
    assert_eq!(read.results[2].as_ref().unwrap().status, SeriesStatus::Forbidden);
    assert!(read.results[3].is_err(), "a series that was left out has not been read");
    assert_eq!(stub.seen()[0].service, "monitoring");
}

#[tokio::test]
async fn one_call_reads_the_longest_window_and_each_series_keeps_its_own() {
    let points = [1_795_175_940, 1_795_170_000];
    let stub = Stub::start(move |_| {
        let results = ["m0", "m1"].map(|id| result(id, &points, &[1.0, 2.0], "Complete"));
        page(results.into(), None)
    })
    .await;
    let queries = [lag_of("a", Window::Recent), lag_of("b", Window::Long)];
    let read = stub.session().await.read_series(&queries, now()).await;
    let kept: Vec<usize> = read.results.iter().map(|series| series.as_ref().unwrap().points.len()).collect();
    assert_eq!(kept, [1, 2]);
    let seconds = |value: Option<Value>| match value {
        Some(Value::Tag(1, seconds)) => match *seconds {
            Value::Float(seconds) => seconds as i64,
            Value::Integer(seconds) => i64::try_from(seconds).unwrap(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let asked: Vec<(i64, i64)> = stub
        .seen()
        .iter()
        .map(|seen| {
            let end = seconds(sent(&seen.body, "EndTime"));
            (end - seconds(sent(&seen.body, "StartTime")), end)
        })
        .collect();
    assert_eq!(asked, [(10_800, now().as_second())]);
}

#[tokio::test]
async fn a_thousand_series_are_two_calls() {
    let stub = Stub::start(|seen| {
        let Some(Value::Array(queries)) = sent(&seen.body, "MetricDataQueries") else { panic!("queries") };
        assert!(queries.len() <= 500);
        let ids = queries.iter().map(|query| {
            let Value::Map(entries) = query else { panic!("a map") };
            let id = entries.iter().find(|(key, _)| key.as_text() == Some("Id")).unwrap();
            result(id.1.as_text().unwrap(), &[1_795_174_800], &[0.5], "Complete")
        });
        page(ids.collect(), None)
    })
    .await;
    let queries: Vec<Query> = (0..1000).map(|n| lag_of(&format!("i{n}"), Window::Recent)).collect();
    let read = stub.session().await.read_series(&queries, now()).await;
    assert_eq!(read.calls, 2);
    assert_eq!(read.results.iter().filter(|series| series.is_ok()).count(), 1000);
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    let stub = Stub::start(|seen| {
        let form: Vec<(String, String)> = form_urlencoded::parse(&seen.body).into_owned().collect();
        let marker = form.iter().find(|(name, _)| name == "Marker").map_or(0, |(_, value)| value.parse().unwrap());
        let next = if marker < 2 { format!("<Marker>{}</Marker>", marker + 1) } else { String::new() };
        query_answer(
            "DescribeDBInstances",
            &format!("{next}<DBInstances><DBInstance><DBInstanceIdentifier>db-{marker}</DBInstanceIdentifier></DBInstance></DBInstances>"),
        )
    })
    .await;
    let read = stub.session().await.read(&Query::DbInstances(usw2()), now()).await;
    let instances = answered!(read.result.unwrap(), DbInstances);
    let ids: Vec<&str> = instances.iter().map(|instance| instance.id.as_str()).collect();
    assert_eq!(ids, ["db-0", "db-1", "db-2"]);
    assert_eq!(read.calls, 3);
}

#[tokio::test]
async fn a_token_that_never_ends_is_a_failure_and_no_loop() {
    let stub = Stub::start(|_| query_answer("DescribeDBInstances", "<Marker>again</Marker><DBInstances/>")).await;
    let read = stub.session().await.read(&Query::DbInstances(usw2()), now()).await;
    assert!(read.result.unwrap_err().error.as_str().contains("same page token"));
    assert_eq!(read.calls, 2);
}

#[tokio::test]
async fn strings_are_made_harmless_where_they_enter() {
    let stub = Stub::start(|_| {
        query_answer(
            "DescribeDBInstances",
            "<DBInstances><DBInstance><DBInstanceIdentifier>or\u{202E}ders</DBInstanceIdentifier></DBInstance></DBInstances>",
        )
    })
    .await;
    let instances = answered!(stub.read(&Query::DbInstances(usw2())).await, DbInstances);
    assert!(instances[0].id.as_str().contains("<U+202E>"), "{}", instances[0].id);
}

#[tokio::test]
async fn a_role_is_assumed_in_the_region_that_is_asked_and_once() {
    let stub = Stub::start(|seen| match seen.operation.as_str() {
        "AssumeRole" => query_answer(
            "AssumeRole",
            "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>2126-11-20T13:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId><Arn>arn:aws:sts::444455556666:assumed-role/viewer/drdeck</Arn></AssumedRoleUser>",
        ),
        "GetCallerIdentity" => query_answer("GetCallerIdentity", "<UserId>A</UserId><Account>444455556666</Account><Arn>arn:role</Arn>"),
        _ => query_answer("DescribeDBInstances", "<DBInstances/>"),
    })
    .await;
    let place = Place { region: Region::new("eu-west-1"), role: Some("arn:aws:iam::444455556666:role/viewer".into()) };
    let session = stub.session().await;
    let (instances, who) = (Query::DbInstances(place.clone()), Query::Identity(place));
    let (instances, who) = tokio::join!(session.read(&instances, now()), session.read(&who, now()));
    assert!(instances.result.is_ok(), "{:?}", instances.result);
    let identity = answered!(who.result.unwrap(), Identity);
    assert_eq!(identity.expires, at("2126-11-20T13:00:00Z"));
    let seen = stub.seen();
    let assumed: Vec<_> = seen.iter().filter(|seen| seen.operation == "AssumeRole").collect();
    assert_eq!(assumed.len(), 1, "both readers share one");
    assert_eq!((assumed[0].service.as_str(), assumed[0].region.as_str()), ("sts", "eu-west-1"));
    assert!(assumed[0].text().contains("RoleSessionName=drdeck"));
    assert!(assumed[0].authorization.contains("Credential=demo/"));
    let with_role = seen.iter().filter(|seen| seen.authorization.contains("Credential=ASIAROLE/")).count();
    assert_eq!(with_role, 2);
}

#[tokio::test]
async fn a_role_whose_session_was_ended_is_assumed_again() {
    let keys = std::sync::atomic::AtomicUsize::new(0);
    let stub = Stub::start(move |seen| match seen.operation.as_str() {
        "AssumeRole" => {
            let key = keys.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            query_answer(
                "AssumeRole",
                &format!(
                    "<Credentials><AccessKeyId>ASIA{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                     <Expiration>2126-11-20T13:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId>\
                     <Arn>arn:aws:sts::444455556666:assumed-role/viewer/drdeck</Arn></AssumedRoleUser>"
                ),
            )
        }
        _ if seen.authorization.contains("ASIA0") => Reply::new(
            403,
            "text/xml",
            "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>",
        ),
        _ => query_answer("DescribeDBInstances", "<DBInstances/>"),
    })
    .await;
    let place = Place { region: Region::new("us-west-2"), role: Some("arn:aws:iam::444455556666:role/viewer".into()) };
    let session = stub.session().await;
    let query = Query::DbInstances(place);
    assert_eq!(session.read(&query, now()).await.result.unwrap_err().kind, drdeck::model::FailureKind::Expired);
    assert!(session.read(&query, now()).await.result.is_ok());
}
