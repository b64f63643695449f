//! The AWS CLI lines on cards and printed sheets: the real CLI makes of each exactly the call that drdeck makes.

use std::collections::BTreeSet;

use drdeck::config::ArcEndpoint;
use drdeck::console::{Shell, command_line};
use drdeck::model::{Moment, Place, Query, Region};
use drdeck::runbook::call::{
    AliasTarget, ApproveStep, ChangeRecords, CreateCluster, CreateInstance, CreateReplica, FailoverCluster,
    FailoverDatastore, FailoverGlobal, Launch, ModifyInstance, Pinned, PromoteReplica, Publish, RebootWithFailover,
    RecordSet, RemoveFromGlobal, RenameInstance, ReplicateBackups, RestoreInstance, RestoreSource, RestoreTable,
    ReverseReplication, Rule, StartBackup, StartCopy, StartFailbackLaunch, StartPlan, StartRecovery, StartRecoveryPlan,
    StartRestore, StopInstance, StopReplication, Swap, Switch, SwitchAction, SwitchControls, SwitchMode,
    SwitchoverGlobal, TerminateInstances, UpdateCheck, UpdateGroup, cli,
};
use drdeck::runbook::{ApiCall, IntentId, RunId};
use serde_json::json;

use crate::python::passes;

fn west() -> Place {
    Place::home("us-west-2")
}

fn intent() -> IntentId {
    IntentId { run: RunId::new(1_700_000_000_000, 7), number: 3 }
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn set(id: Option<&str>, rule: Rule) -> RecordSet {
    RecordSet {
        name: s("www.shop.example"),
        kind: s("A"),
        set: id.map(s),
        rule,
        ttl: Some(60),
        values: vec![s("192.0.2.1"), s("192.0.2.2")],
        alias: None,
        health_check: Some(s("3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101")),
    }
}

/// At least one of each.
fn calls() -> Vec<ApiCall> {
    let east = Place { region: Region::new("us-east-1"), role: Some("arn:aws:iam::111122223333:role/deck".into()) };
    let alias = RecordSet {
        ttl: None,
        values: Vec::new(),
        alias: Some(AliasTarget {
            zone: s("Z35SXDOTRQ7X7K"),
            name: s("lb.us-east-1.elb.amazonaws.com"),
            evaluates_health: true,
        }),
        ..set(None, Rule::Simple)
    };
    let rules = [Rule::Primary, Rule::Secondary, Rule::Weighted(0), Rule::Latency(s("us-west-2")), Rule::Multivalue];
    let mut swaps: Vec<Swap> = rules
        .into_iter()
        .map(|rule| Swap {
            old: set(Some("one"), rule.clone()),
            new: RecordSet { ttl: Some(10), ..set(Some("one"), rule) },
        })
        .collect();
    swaps.push(Swap { old: set(None, Rule::Simple), new: alias });
    let arn = "arn:aws:rds:us-west-2:111122223333:cluster:shop-usw2";
    let publish = |subject: &str, message: &str| {
        let topic = s("arn:aws:sns:us-west-2:111122223333:incidents");
        ApiCall::Publish(Publish { place: west(), topic, subject: s(subject), message: s(message) })
    };
    let pinned = |server: &str, snapshot: Option<&str>| Pinned { server: s(server), snapshot: snapshot.map(s) };
    let recovery = |launch| {
        let servers =
            vec![pinned("s-1111111111111111a", Some("pit-1111111111111111a")), pinned("s-2222222222222222b", None)];
        ApiCall::StartRecovery(StartRecovery { place: west(), launch, servers })
    };
    let restore = |source, moment: Option<&str>| {
        ApiCall::RestoreDBInstanceToPointInTime(RestoreInstance {
            place: west(),
            instance: s("orders-db-restored"),
            source,
            moment: moment.map(|moment| moment.parse().unwrap()),
            class: s("db.r7g.2xlarge"),
            subnet_group: s("orders"),
            parameter_group: s("orders-mysql80"),
            security_groups: vec![s("sg-1"), s("sg-2")],
            multi_az: moment.is_some(),
        })
    };
    let restore_table = |moment: Option<&str>| {
        ApiCall::RestoreTableToPointInTime(RestoreTable {
            place: east.clone(),
            table: s("sessions-restored"),
            source: s("sessions"),
            moment: moment.map(|moment| moment.parse().unwrap()),
        })
    };
    vec![
        ApiCall::UpdateAutoScalingGroup(UpdateGroup { place: west(), group: s("web app"), min: 0, max: 9, desired: 4 }),
        ApiCall::FailoverGlobalCluster(FailoverGlobal { place: west(), global: s("shop"), target: s(arn) }),
        ApiCall::SwitchoverGlobalCluster(SwitchoverGlobal { place: west(), global: s("shop"), target: s(arn) }),
        ApiCall::RemoveFromGlobalCluster(RemoveFromGlobal { place: west(), global: s("shop"), cluster: s(arn) }),
        ApiCall::CreateDBCluster(CreateCluster {
            place: west(),
            cluster: s("shop-usw2"),
            global: s("shop"),
            engine: s("aurora-postgresql"),
            engine_version: s("16.4"),
            subnet_group: s("shop"),
            parameter_group: Some(s("shop")),
            security_groups: vec![s("sg-1"), s("sg-2")],
            kms_key: Some(s("alias/shop")),
        }),
        ApiCall::CreateDBInstance(CreateInstance {
            place: west(),
            instance: s("shop-usw2-1"),
            cluster: s("shop-usw2"),
            class: s("db.r6g.large"),
            engine: s("aurora-postgresql"),
        }),
        ApiCall::CreateDBInstanceReadReplica(CreateReplica {
            place: east.clone(),
            instance: s("orders-db-east"),
            source: s("arn:aws:rds:us-west-2:111122223333:db:orders-db-west"),
            class: s("db.r6g.large"),
            subnet_group: Some(s("orders")),
            parameter_group: Some(s("orders")),
            security_groups: vec![s("sg-1")],
            kms_key: Some(s("alias/orders")),
            multi_az: Some(false),
        }),
        ApiCall::PromoteReadReplica(PromoteReplica {
            place: west(),
            instance: s("orders-db-west"),
            backup_retention_days: Some(7),
        }),
        ApiCall::ModifyDBInstance(ModifyInstance {
            place: west(),
            instance: s("orders-db-west"),
            backup_retention_days: Some(7),
            multi_az: Some(true),
            class: Some(s("db.r6g.large")),
        }),
        ApiCall::RenameDBInstance(RenameInstance {
            place: east.clone(),
            instance: s("orders-db"),
            to: s("orders-db-before"),
        }),
        ApiCall::StartDBInstanceAutomatedBackupsReplication(ReplicateBackups {
            place: west(),
            source: s("arn:aws:rds:us-east-1:111122223333:db:orders-db"),
            backup_retention_days: 14,
            kms_key: Some(s("alias/orders")),
        }),
        ApiCall::StopDBInstance(StopInstance { place: east.clone(), instance: s("orders-db") }),
        ApiCall::FailoverDBCluster(FailoverCluster {
            place: east.clone(),
            cluster: s("shop-use1"),
            target: s("shop-use1-2"),
        }),
        ApiCall::RebootDBInstance(RebootWithFailover {
            place: east.clone(),
            instance: s("orders-db"),
            from_zone: s("us-east-1a"),
        }),
        restore(RestoreSource::Instance(s("orders-db")), Some("2026-11-20T13:52:48Z")),
        restore(RestoreSource::Deleted(s("db-ABCDEFGHIJKLMNOPQRSTUVWXYZ")), None),
        restore(RestoreSource::Replicated(s("arn:aws:rds:us-west-2:111122223333:auto-backup:ab-1")), None),
        restore_table(Some("2026-11-20T13:52:48Z")),
        restore_table(None),
        ApiCall::FailoverGlobalReplicationGroup(FailoverDatastore {
            place: west(),
            datastore: s("ldgnf-content"),
            group: s("content-usw2"),
        }),
        recovery(Launch::Recovery),
        recovery(Launch::Drill),
        ApiCall::StartFailbackLaunch(StartFailbackLaunch { place: west(), instances: vec![s("i-0123456789abcdef0")] }),
        ApiCall::ReverseReplication(ReverseReplication { place: west(), instance: s("i-0123456789abcdef0") }),
        ApiCall::StopReplication(StopReplication { place: west(), server: s("s-1111111111111111a") }),
        ApiCall::TerminateRecoveryInstances(TerminateInstances {
            place: west(),
            instances: vec![s("i-0123456789abcdef0"), s("i-0123456789abcdef1")],
        }),
        ApiCall::ChangeResourceRecordSets(ChangeRecords { place: east.clone(), zone: s("Z0273916SHOP4EXMPL7"), swaps }),
        ApiCall::UpdateHealthCheck(UpdateCheck {
            place: east,
            check: s("3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101"),
            version: 4,
            inverted: true,
            disabled: false,
        }),
        ApiCall::StartBackupJob(StartBackup {
            place: west(),
            resource: s("arn:aws:rds:us-west-2:111122223333:db:analytics-db-west"),
            vault: s("shop-dr"),
            backup_role: s("arn:aws:iam::111122223333:role/backup"),
            keep_days: Some(30),
        }),
        ApiCall::StartCopyJob(StartCopy {
            place: west(),
            point: s("arn:aws:rds:us-west-2:111122223333:snapshot:awsbackup:job-1"),
            vault: s("shop-dr"),
            destination: s("arn:aws:backup:us-east-1:111122223333:backup-vault:shop"),
            backup_role: s("arn:aws:iam::111122223333:role/backup"),
            keep_days: None,
        }),
        ApiCall::StartRestoreJob(StartRestore {
            place: west(),
            point: s("arn:aws:rds:us-west-2:111122223333:snapshot:awsbackup:job-1"),
            backup_role: s("arn:aws:iam::111122223333:role/backup"),
            resource_type: Some(s("RDS")),
            metadata: [("DBInstanceIdentifier", "it's new"), ("VpcSecurityGroupIds", "[\"sg-1\"]")]
                .map(|(name, value)| (s(name), s(value)))
                .into(),
        }),
        ApiCall::StartPlanExecution(StartPlan {
            place: west(),
            plan: s("arn:aws:arc-region-switch::111122223333:plan/storefront:0a1b2c"),
            target: Region::new("us-west-2"),
            action: SwitchAction::Activate,
            mode: SwitchMode::Ungraceful,
        }),
        ApiCall::ApprovePlanExecutionStep(ApproveStep {
            place: west(),
            plan: s("arn:aws:arc-region-switch::111122223333:plan/storefront:0a1b2c"),
            execution: s("us-west-2/0123456789abcdef"),
            step: s("agree"),
        }),
        ApiCall::StartRecoveryPlanExecution(StartRecoveryPlan {
            place: west(),
            plan: s("arn:aws:drs:us-west-2:111122223333:recovery-plan/1"),
            launch: Launch::Drill,
        }),
        ApiCall::UpdateRoutingControlStates(SwitchControls {
            place: west(),
            states: vec![
                (s("arn:aws:route53-recovery-control::111122223333:controlpanel/p/routingcontrol/1"), Switch::Off),
                (s("arn:aws:route53-recovery-control::111122223333:controlpanel/p/routingcontrol/2"), Switch::On),
            ],
            overridden: vec![s("arn:aws:route53-recovery-control::111122223333:controlpanel/p/safetyrule/3")],
        }),
        publish("orders: failover", "It's \"here\":\n$HOME `id` \\ ! {a} %s é\n"),
        publish("-x", "begins like an option"),
        publish("fetched", "https://www.shop.example/health"),
        publish("fetched", "file:///etc/passwd"),
    ]
}

#[test]
fn the_real_cli_makes_of_every_line_the_call_that_drdeck_makes() {
    let calls = calls();
    let variant = |call: &ApiCall| serde_json::to_value(call).unwrap()["operation"].as_str().unwrap().to_owned();
    let made: BTreeSet<String> = calls.iter().map(variant).collect();
    assert_eq!(made, ApiCall::ALL.iter().map(|name| (*name).to_owned()).collect(), "at least one of each");
    let url = "http://127.0.0.1:9";
    let lines: Vec<_> = calls
        .iter()
        .map(|call| {
            json!({
                "line": cli::line_for(call, intent(), Some(url), None),
                "words": cli::argv(call, intent(), Some(url), None),
                "operation": call.operation(),
                "region": call.region().as_str(),
                "parameters": call.parameters(intent()),
            })
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lines.json");
    std::fs::write(&file, serde_json::to_string(&lines).unwrap()).unwrap();
    passes("command_lines.py", &[file.to_str().unwrap()]);
}

#[test]
fn a_line_says_what_it_needs_and_no_more() {
    let stop = ApiCall::StopReplication(StopReplication { place: west(), server: s("s-1111111111111111a") });
    let line = "aws drs stop-replication --region us-west-2 --source-server-id s-1111111111111111a";
    assert_eq!(cli::line(&stop, intent()), line);
    let reach = cli::line_for(&stop, intent(), Some("http://127.0.0.1:4566"), Some("dr prod"));
    assert_eq!(reach, format!("{line} --profile 'dr prod' --endpoint-url http://127.0.0.1:4566"));
    let scale = UpdateGroup { place: west(), group: s("web"), min: 0, max: 9, desired: 4 };
    let role = Place { role: Some("arn:aws:iam::111122223333:role/deck".into()), ..west() };
    let taken = cli::line(&ApiCall::UpdateAutoScalingGroup(UpdateGroup { place: role, ..scale }), intent());
    assert!(taken.ends_with(" # with the role arn:aws:iam::111122223333:role/deck"), "{taken}");
}

#[test]
fn routing_controls_are_asked_for_and_switched_through_an_endpoint_of_their_cluster() {
    let endpoint =
        |region: &str| ArcEndpoint { region: Region::new(region), url: format!("https://{region}.example/v1") };
    let shell = Shell { arc: vec![endpoint("us-east-1"), endpoint("us-west-2")], ..Shell::default() };
    let (switches, others): (Vec<ApiCall>, Vec<ApiCall>) =
        calls().into_iter().partition(|call| matches!(call, ApiCall::UpdateRoutingControlStates(_)));
    assert!(!switches.is_empty() && !others.is_empty());
    for call in &switches {
        let line = shell.by_hand(call, intent());
        assert!(line.contains("--region us-west-2 "), "{line}");
        assert!(line.contains("--endpoint-url https://us-west-2.example/v1"), "{line}");
    }
    for call in &others {
        let line = shell.by_hand(call, intent());
        assert!(!line.contains("--endpoint-url"), "{line}");
    }
    let read = command_line::of(&Query::RoutingControls(Place::home(Place::EVERYWHERE)), Moment::UNIX_EPOCH, &shell);
    assert_eq!(
        read,
        "aws route53-recovery-cluster list-routing-controls --region us-east-1 --endpoint-url https://us-east-1.example/v1"
    );
    let read = command_line::of(&Query::RoutingControls(west()), Moment::UNIX_EPOCH, &shell);
    assert!(read.ends_with("--region us-west-2 --endpoint-url https://us-west-2.example/v1"), "{read}");
}
