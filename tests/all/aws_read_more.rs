//! The Queries about health, traffic, plans and settings against answers as AWS sends them: what arrives in drdeck's words, and what was sent for it.

use ciborium::Value;
use drdeck::model::facts::cloudwatch::AlarmState;
use drdeck::model::facts::route53::Routing;
use drdeck::model::facts::{Answer, Known, drs_settings};
use drdeck::model::{FailureKind, Moment, Place, Query, Region, Span, Text};

use crate::aws_stub::{Reply, Seen, Stub, now, query_answer};

pub(crate) fn usw2() -> Place {
    Place::home("us-west-2")
}

fn use1() -> Place {
    Place::home("us-east-1")
}

pub(crate) fn at(text: &str) -> Option<Moment> {
    Some(text.parse().unwrap())
}

fn texts(words: &[&str]) -> Vec<Text> {
    words.iter().map(Text::new).collect()
}

pub(crate) fn map(pairs: Vec<(&str, Value)>) -> Value {
    Value::Map(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// A moment in CBOR: tag 1, seconds.
pub(crate) fn seconds(at: f64) -> Value {
    Value::Tag(1, Box::new(at.into()))
}

pub(crate) fn cbor_of(seen: &Seen) -> Value {
    ciborium::from_reader(seen.body.as_ref()).unwrap()
}

macro_rules! answered {
    ($answer:expr, $variant:ident) => {
        match $answer {
            Answer::$variant(value) => value,
            other => panic!("not the answer to {}: {other:?}", stringify!($variant)),
        }
    };
}

#[tokio::test]
async fn alarms_of_metrics_and_of_alarms_on_two_pages() {
    let stub = Stub::start(|seen| {
        let of_metric = map(vec![
            ("AlarmName", "lag".into()),
            ("AlarmArn", "arn:aws:cloudwatch:us-west-2:1:alarm:lag".into()),
            ("StateValue", "ALARM".into()),
            ("StateReason", "Threshold Crossed".into()),
            ("StateUpdatedTimestamp", seconds(1_763_638_800.0)),
            ("StateTransitionedTimestamp", seconds(1_763_638_000.0)),
            ("ActionsEnabled", false.into()),
            ("MetricName", "ReplicaLag".into()),
            ("Namespace", "AWS/RDS".into()),
            ("TreatMissingData", "breaching".into()),
        ]);
        let of_alarms = map(vec![
            ("AlarmName", "all".into()),
            ("StateValue", "SLEEPING".into()),
            ("StateUpdatedTimestamp", seconds(1_763_638_800.5)),
            ("ActionsEnabled", true.into()),
        ]);
        let asks_for_more = format!("{:?}", cbor_of(seen)).contains("page-2");
        Reply::cbor(&if asks_for_more {
            map(vec![("MetricAlarms", Value::Array(vec![])), ("CompositeAlarms", Value::Array(vec![of_alarms]))])
        } else {
            map(vec![("MetricAlarms", Value::Array(vec![of_metric])), ("NextToken", "page-2".into())])
        })
    })
    .await;
    let alarms = answered!(stub.read(&Query::Alarms(usw2())).await, Alarms);
    assert_eq!(stub.seen().len(), 2);
    assert!(format!("{:?}", cbor_of(&stub.seen()[0])).contains("CompositeAlarm"), "they are left out otherwise");
    assert_eq!(alarms[0].name, Text::new("lag"));
    assert_eq!(alarms[0].state, Known::Is(AlarmState::Alarm));
    assert_eq!(alarms[0].reason, Some(Text::new("Threshold Crossed")));
    assert_eq!(alarms[0].since, at("2025-11-20T11:26:40Z"), "the transition, not the last change of the reason");
    assert!(!alarms[0].actions_enabled);
    assert_eq!(alarms[0].missing_data, Some(Text::new("breaching")));
    assert_eq!(alarms[0].metric, Some((Text::new("AWS/RDS"), Text::new("ReplicaLag"))));
    assert_eq!(alarms[1].state, Known::Other(Text::new("SLEEPING")));
    assert_eq!(alarms[1].since, at("2025-11-20T11:40:00.5Z"));
    assert_eq!((alarms[1].metric.as_ref(), alarms[1].actions_enabled), (None, true));
}

#[tokio::test]
async fn an_endpoint_without_alarms_of_log_queries_is_asked_again_without_them() {
    let stub = Stub::start(|seen| {
        if format!("{:?}", cbor_of(seen)).contains("LogAlarm") {
            let error = map(vec![
                ("__type", "com.amazonaws.cloudwatch#ValidationError".into()),
                ("message", "value LogAlarm is not in the enum".into()),
            ]);
            let mut reply = Reply::cbor(&error);
            reply.status = 400;
            return reply;
        }
        Reply::cbor(&map(vec![("MetricAlarms", Value::Array(vec![map(vec![("AlarmName", "lag".into())])]))]))
    })
    .await;
    let alarms = answered!(stub.read(&Query::Alarms(usw2())).await, Alarms);
    assert_eq!((alarms.len(), stub.seen().len()), (1, 2));
}

fn route53(operation: &str, inner: &str) -> Reply {
    Reply::xml(&format!(
        "<{operation}Response xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">{inner}</{operation}Response>"
    ))
}

#[tokio::test]
async fn hosted_zones() {
    let stub = Stub::start(|seen| {
        let zone = |id: &str, private: bool, features: &str| {
            format!(
                "<HostedZone><Id>/hostedzone/{id}</Id><Name>{}.example.</Name><CallerReference>r</CallerReference>\
                 <Config><PrivateZone>{private}</PrivateZone></Config>{features}</HostedZone>",
                id.to_lowercase()
            )
        };
        let accelerated = "<Features><AcceleratedRecoveryStatus>ENABLED</AcceleratedRecoveryStatus></Features>";
        route53(
            "ListHostedZones",
            &if seen.query.contains("marker=Z2") {
                format!("<HostedZones>{}</HostedZones><IsTruncated>false</IsTruncated>", zone("Z2", true, ""))
            } else {
                let first = zone("Z1", false, accelerated);
                format!("<HostedZones>{first}</HostedZones><IsTruncated>true</IsTruncated><NextMarker>Z2</NextMarker>")
            },
        )
    })
    .await;
    let zones = answered!(stub.read(&Query::HostedZones(use1())).await, HostedZones);
    assert_eq!(zones.iter().map(|zone| zone.id.clone()).collect::<Vec<_>>(), texts(&["Z1", "Z2"]));
    assert_eq!(zones.iter().map(|zone| zone.name.clone()).collect::<Vec<_>>(), texts(&["z1.example", "z2.example"]));
    assert_eq!(zones[0].accelerated_recovery, Some(Text::new("ENABLED")));
    assert_eq!((zones[1].private, &zones[1].accelerated_recovery), (true, &None));
}

fn record_set(name: &str, kind: &str, inner: &str) -> String {
    format!("<ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type>{inner}</ResourceRecordSet>")
}

fn values(values: &[&str]) -> String {
    let records: String =
        values.iter().map(|value| format!("<ResourceRecord><Value>{value}</Value></ResourceRecord>")).collect();
    format!("<TTL>60</TTL><ResourceRecords>{records}</ResourceRecords>")
}

#[tokio::test]
async fn records_of_every_routing_on_three_pages() {
    let stub = Stub::start(|seen| {
        let page = |records: &[String], more: &str| {
            let truncated = !more.is_empty();
            route53(
                "ListResourceRecordSets",
                &format!(
                    "<ResourceRecordSets>{}</ResourceRecordSets><IsTruncated>{truncated}</IsTruncated>{more}<MaxItems>300</MaxItems>",
                    records.concat()
                ),
            )
        };
        let next = |name: &str, kind: &str, set: &str| {
            let set = if set.is_empty() { String::new() } else { format!("<NextRecordIdentifier>{set}</NextRecordIdentifier>") };
            format!("<NextRecordName>{name}</NextRecordName><NextRecordType>{kind}</NextRecordType>{set}")
        };
        if seen.query.contains("identifier=west") {
            page(
                &[
                    record_set(
                        "www.shop.example.",
                        "A",
                        "<SetIdentifier>west</SetIdentifier><Failover>SECONDARY</Failover><AliasTarget><HostedZoneId>Z9</HostedZoneId>\
                         <DNSName>lb.us-west-2.elb.amazonaws.com.</DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>",
                    ),
                    record_set("a.shop.example.", "A", &format!("<SetIdentifier>w</SetIdentifier><Weight>0</Weight>{}", values(&["192.0.2.1"]))),
                ],
                &next("\\052.shop.example.", "CNAME", ""),
            )
        } else if seen.query.contains("type=CNAME") {
            page(
                &[
                    record_set("\\052.shop.example.", "CNAME", &values(&["target.example.net."])),
                    record_set("l.shop.example.", "A", &format!("<SetIdentifier>l</SetIdentifier><Region>eu-west-1</Region>{}", values(&["192.0.2.2"]))),
                    record_set("m.shop.example.", "A", &format!("<SetIdentifier>m</SetIdentifier><MultiValueAnswer>true</MultiValueAnswer>{}", values(&["192.0.2.3"]))),
                    record_set("g.shop.example.", "A", &format!("<SetIdentifier>g</SetIdentifier><GeoLocation><CountryCode>DE</CountryCode></GeoLocation>{}", values(&["192.0.2.4"]))),
                    record_set("shop.example.", "TXT", &values(&["\"v=spf1 -all\""])),
                ],
                "",
            )
        } else {
            page(
                &[record_set(
                    "www.shop.example.",
                    "A",
                    &format!("<SetIdentifier>east</SetIdentifier><Failover>PRIMARY</Failover>{}<HealthCheckId>hc-1</HealthCheckId>", values(&["192.0.2.10", "192.0.2.11"])),
                )],
                &next("www.shop.example.", "A", "west"),
            )
        }
    })
    .await;
    let records = answered!(stub.read(&Query::Records(use1(), "Z1".into())).await, Records);
    assert_eq!(stub.seen().len(), 3);
    assert!(stub.seen()[0].path.contains("/hostedzone/Z1/rrset"), "{}", stub.seen()[0].path);
    let routings: Vec<Routing> = records.iter().map(|record| record.routing.clone()).collect();
    assert_eq!(
        routings,
        [
            Routing::Primary,
            Routing::Secondary,
            Routing::Weighted(0),
            Routing::Simple,
            Routing::Latency(Text::new("eu-west-1")),
            Routing::Other(Text::new("multivalue")),
            Routing::Other(Text::new("geolocation")),
            Routing::Simple,
        ]
    );
    let first = &records[0];
    assert_eq!((&first.name, &first.kind), (&Text::new("www.shop.example"), &Text::new("A")));
    assert_eq!(first.values, texts(&["192.0.2.10", "192.0.2.11"]));
    assert_eq!((first.set.clone(), first.ttl), (Some(Text::new("east")), Some(60)));
    assert_eq!(first.health_check, Some(Text::new("hc-1")));
    let alias = records[1].alias.as_ref().unwrap();
    assert_eq!((alias.target.as_str(), alias.evaluates_health), ("lb.us-west-2.elb.amazonaws.com", true));
    assert_eq!((records[1].ttl, records[1].values.len()), (None, 0));
    assert_eq!(records[3].name, Text::new("*.shop.example"));
    assert_eq!(records[3].values, texts(&["target.example.net"]), "names of targets have no dot at their end either");
    assert_eq!(records[7].values, texts(&["\"v=spf1 -all\""]));
}

#[tokio::test]
async fn events_of_a_day_and_backups_of_clusters() {
    let stub = Stub::start(|seen| match seen.operation.as_str() {
        "DescribeEvents" => query_answer(
            "DescribeEvents",
            "<Events><Event><SourceIdentifier>orders</SourceIdentifier><SourceType>db-instance</SourceType><Message>failed over</Message>\
             <EventCategories><EventCategory>failover</EventCategory><EventCategory>availability</EventCategory></EventCategories>\
             <Date>2026-11-20T11:45:00.123Z</Date></Event></Events>",
        ),
        _ => query_answer(
            "DescribeDBClusterAutomatedBackups",
            "<DBClusterAutomatedBackups><DBClusterAutomatedBackup><DBClusterIdentifier>shop</DBClusterIdentifier><Region>us-east-1</Region>\
             <Status>active</Status><RestoreWindow><EarliestTime>2026-11-13T00:00:00Z</EarliestTime><LatestTime>2026-11-20T11:55:00Z</LatestTime>\
             </RestoreWindow></DBClusterAutomatedBackup></DBClusterAutomatedBackups>",
        ),
    })
    .await;
    let events = answered!(stub.read(&Query::DbEvents(usw2())).await, DbEvents);
    assert!(stub.seen()[0].text().contains("Duration=1440"), "{}", stub.seen()[0].text());
    assert_eq!((&events[0].source, &events[0].source_kind), (&Text::new("orders"), &Text::new("db-instance")));
    assert_eq!(events[0].categories, texts(&["failover", "availability"]));
    assert_eq!(events[0].at, at("2026-11-20T11:45:00.123Z"));
    let backups = answered!(stub.read(&Query::DbClusterAutomatedBackups(usw2())).await, DbClusterAutomatedBackups);
    assert_eq!((&backups[0].cluster, &backups[0].source_region), (&Text::new("shop"), &Text::new("us-east-1")));
    assert_eq!(backups[0].latest, at("2026-11-20T11:55:00Z"));
}

#[tokio::test]
async fn backup_plans_and_what_they_select() {
    let stub = Stub::start(|seen| {
        Reply::json(match seen.path.trim_end_matches('/') {
            "/backup/plans" => {
                r#"{"BackupPlansList":[{"BackupPlanId":"p1","BackupPlanName":"daily","CreationDate":1700000000,"LastExecutionDate":1763618400.5}]}"#
            }
            "/backup/plans/p1" => {
                r#"{"BackupPlanId":"p1","BackupPlan":{"BackupPlanName":"daily","Rules":[
                {"RuleName":"night","TargetBackupVaultName":"v","ScheduleExpression":"cron(0 5 ? * * *)","ScheduleExpressionTimezone":"Europe/Berlin",
                 "StartWindowMinutes":60,"CompletionWindowMinutes":120,"Lifecycle":{"DeleteAfterDays":35},"EnableContinuousBackup":true,
                 "CopyActions":[{"DestinationBackupVaultArn":"arn:aws:backup:us-west-2:1:backup-vault:c","Lifecycle":{"DeleteAfterDays":90}}]},
                {"RuleName":"plain","TargetBackupVaultName":"v","Lifecycle":{"DeleteAfterDays":-1}}]}}"#
            }
            "/backup/plans/p1/selections" => {
                r#"{"BackupSelectionsList":[{"SelectionId":"s1","SelectionName":"all"},{"SelectionId":"s2","SelectionName":"tagged"}]}"#
            }
            "/backup/plans/p1/selections/s1" => {
                r#"{"BackupSelection":{"SelectionName":"all","IamRoleArn":"arn:aws:iam::1:role/b","Resources":["*"],
                "NotResources":["arn:aws:s3:::scratch"],"Conditions":{"StringEquals":[]}}}"#
            }
            _ => {
                r#"{"BackupSelection":{"SelectionName":"tagged","IamRoleArn":"arn:aws:iam::1:role/b",
                "ListOfTags":[{"ConditionType":"STRINGEQUALS","ConditionKey":"backup","ConditionValue":"daily"}],
                "Conditions":{"StringLike":[{"ConditionKey":"aws:ResourceTag/env","ConditionValue":"prod*"}]}}}"#
            }
        })
    })
    .await;
    let plans = answered!(stub.read(&Query::BackupPlans(usw2())).await, BackupPlans);
    assert_eq!((&plans[0].id, plans[0].last_execution), (&Text::new("p1"), at("2025-11-20T06:00:00.5Z")));
    let plan = answered!(stub.read(&Query::BackupPlan(usw2(), "p1".into())).await, BackupPlan);
    let [night, plain] = plan.rules.as_slice() else { panic!("{plan:?}") };
    assert_eq!(night.time_zone, Some(Text::new("Europe/Berlin")));
    assert_eq!((night.start_window, night.completion_window), (Some(Span::from_hours(1)), Some(Span::from_hours(2))));
    assert_eq!((night.kept, night.continuous), (Some(Span::from_hours(35 * 24)), true));
    assert_eq!(night.copies[0].vault, Text::new("arn:aws:backup:us-west-2:1:backup-vault:c"));
    assert_eq!((plain.kept, plain.schedule.as_ref(), plain.start_window), (None, None, None), "-1 days are for ever");
    let selections = answered!(stub.read(&Query::BackupSelections(usw2(), "p1".into())).await, BackupSelections);
    assert_eq!(selections, texts(&["s1", "s2"]));
    let all = Query::BackupSelection(usw2(), "p1".into(), "s1".into());
    let all = answered!(stub.read(&all).await, BackupSelection);
    assert_eq!((all.resources, all.not_resources), (texts(&["*"]), texts(&["arn:aws:s3:::scratch"])));
    assert!(!all.has_conditions, "an empty list of conditions is none");
    let tagged = Query::BackupSelection(usw2(), "p1".into(), "s2".into());
    let tagged = answered!(stub.read(&tagged).await, BackupSelection);
    assert_eq!(tagged.tags, [(Text::new("backup"), Text::new("daily"))]);
    assert!(tagged.has_conditions);
}

#[tokio::test]
async fn restore_testing_and_the_jobs_it_starts() {
    let stub = Stub::start(|seen| {
        Reply::json(match seen.path.trim_end_matches('/') {
            "/restore-testing/plans" => {
                r#"{"RestoreTestingPlans":[{"RestoreTestingPlanArn":"arn:aws:backup:us-west-2:1:restore-testing-plan:rt","RestoreTestingPlanName":"rt",
                "CreationTime":1700000000,"ScheduleExpression":"cron(0 5 ? * MON *)","StartWindowHours":8,"LastExecutionTime":1763618400}]}"#
            }
            "/restore-testing/plans/rt/selections" => {
                r#"{"RestoreTestingSelections":[{"CreationTime":1700000000,"IamRoleArn":"arn:aws:iam::1:role/b","ProtectedResourceType":"RDS",
                "RestoreTestingPlanName":"rt","RestoreTestingSelectionName":"dbs","ValidationWindowHours":4}]}"#
            }
            _ => {
                r#"{"RestoreJobs":[{"RestoreJobId":"r1","Status":"COMPLETED","CreationDate":1763618400,"CompletionDate":1763620200,
                "ResourceType":"RDS","RecoveryPointArn":"arn:aws:rds:us-west-2:1:snapshot:awsbackup:1","StatusMessage":"",
                "CreatedBy":{"RestoreTestingPlanArn":"arn:aws:backup:us-west-2:1:restore-testing-plan:rt"},
                "ValidationStatus":"TIMED_OUT","DeletionStatus":"FAILED"}]}"#
            }
        })
    })
    .await;
    let plans = answered!(stub.read(&Query::RestoreTestingPlans(usw2())).await, RestoreTestingPlans);
    assert_eq!((&plans[0].name, plans[0].start_window), (&Text::new("rt"), Span::from_hours(8)));
    let selections = Query::RestoreTestingSelections(usw2(), "rt".into());
    let selections = answered!(stub.read(&selections).await, RestoreTestingSelections);
    assert_eq!(
        (&selections[0].resource_type, selections[0].validation_window),
        (&Text::new("RDS"), Span::from_hours(4))
    );
    let jobs = answered!(stub.read(&Query::RestoreJobs(usw2())).await, RestoreJobs);
    assert_eq!(jobs[0].testing_plan, Some(plans[0].arn.clone()));
    assert_eq!((&jobs[0].validation, &jobs[0].deletion), (&Some(Text::new("TIMED_OUT")), &Some(Text::new("FAILED"))));
    assert_eq!((&jobs[0].resource_type, &jobs[0].message), (&Some(Text::new("RDS")), &None));
}

#[tokio::test]
async fn the_log_of_a_job_and_how_a_server_replicates_and_launches() {
    let stub = Stub::start(|seen| {
        Reply::json(match seen.operation.as_str() {
            "DescribeJobLogItems" => {
                r#"{"items":[{"logDateTime":"2026-11-20T11:45:01.000000+00:00","event":"JOB_START","eventData":{}},
                {"logDateTime":"2026-11-20T11:47:01+00:00","event":"LAUNCH_FAILED","eventData":{"sourceServerID":"s-1","targetInstanceID":"i-1",
                "rawError":"InsufficientInstanceCapacity"}}]}"#
            }
            "GetLaunchConfiguration" => {
                r#"{"sourceServerID":"s-1","ec2LaunchTemplateID":"lt-1","launchDisposition":"STOPPED","targetInstanceTypeRightSizingMethod":"IN_AWS",
                "copyPrivateIp":true,"copyTags":true,"launchIntoInstanceProperties":{"launchIntoEC2InstanceID":"i-9"}}"#
            }
            _ => {
                r#"{"sourceServerID":"s-1","ebsEncryption":"CUSTOM","stagingAreaSubnetId":"subnet-1","bandwidthThrottling":50,"dataPlaneRouting":"PRIVATE_IP",
                "autoReplicateNewDisks":true,"pitPolicy":[{"ruleID":1,"units":"MINUTE","interval":10,"retentionDuration":60,"enabled":true},
                {"ruleID":2,"units":"HOUR","interval":1,"retentionDuration":24,"enabled":false},{"ruleID":3,"units":"DAY","interval":1,"retentionDuration":7}]}"#
            }
        })
    })
    .await;
    let log = answered!(stub.read(&Query::JobLog(usw2(), "drsjob-1".into())).await, JobLog);
    assert!(stub.seen()[0].text().contains("drsjob-1"));
    assert_eq!(
        (&log[0].event, &log[0].server, log[0].at),
        (&Text::new("JOB_START"), &None, at("2026-11-20T11:45:01Z"))
    );
    assert_eq!(log[1].error, Some(Text::new("InsufficientInstanceCapacity")));
    assert_eq!(log[1].instance, Some(Text::new("i-1")));
    let launch = Query::LaunchConfiguration(usw2(), "s-1".into());
    let launch = answered!(stub.read(&launch).await, LaunchConfiguration);
    assert_eq!((launch.disposition, launch.right_sizing), (Text::new("STOPPED"), Text::new("IN_AWS")));
    assert!(launch.copy_private_ip && launch.copy_tags);
    assert_eq!((launch.launch_template, launch.launch_into), (Some(Text::new("lt-1")), Some(Text::new("i-9"))));
    let replication = Query::ReplicationConfiguration(usw2(), "s-1".into());
    let replication = answered!(stub.read(&replication).await, ReplicationConfiguration);
    let rule = |every, kept| drs_settings::PointRule { every, kept };
    assert_eq!(
        replication.points,
        [rule(Span::from_mins(10), Span::from_hours(1)), rule(Span::from_hours(24), Span::from_hours(168))],
        "the rule that is off is left out"
    );
    assert_eq!((replication.bandwidth, replication.takes_new_disks), (50, true));
}

#[tokio::test]
async fn a_rule_for_points_in_an_unknown_unit_is_not_understood() {
    let stub = Stub::start(|_| {
        Reply::json(
            r#"{"pitPolicy":[{"ruleID":1,"units":"FORTNIGHT","interval":1,"retentionDuration":6,"enabled":true}]}"#,
        )
    })
    .await;
    let read = stub.session().await.read(&Query::ReplicationConfiguration(usw2(), "s-1".into()), now()).await;
    let failure = read.result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreadable);
    assert!(failure.error.as_str().contains("FORTNIGHT"), "{failure}");
}

#[tokio::test]
async fn recovery_plans_of_drs() {
    let stub = Stub::start(|seen| {
        Reply::json(match seen.operation.as_str() {
            "ListRecoveryPlans" => {
                r#"{"recoveryPlans":[{"recoveryPlanArn":"arn:aws:drs:us-west-2:1:recovery-plan/rp-1","name":"web","status":"INVALID",
                "createdAt":"2026-10-01T00:00:00Z","updatedAt":"2026-11-01T00:00:00Z"}]}"#
            }
            _ => {
                r#"{"recoveryPlanExecutions":[{"recoveryPlanExecutionArn":"arn:aws:drs:us-west-2:1:recovery-plan-execution/e-1",
                "recoveryPlanArn":"arn:aws:drs:us-west-2:1:recovery-plan/rp-1","mode":"DRILL","status":"FAILED","startedAt":"2026-11-10T09:00:00Z",
                "errorDetail":{"code":"X","message":"step 2 timed out"}}]}"#
            }
        })
    })
    .await;
    let plans = answered!(stub.read(&Query::RecoveryPlans(usw2())).await, RecoveryPlans);
    assert_eq!((&plans[0].status, plans[0].updated), (&Text::new("INVALID"), at("2026-11-01T00:00:00Z")));
    let executions = Query::RecoveryPlanExecutions(usw2(), plans[0].arn.to_string());
    let executions = answered!(stub.read(&executions).await, RecoveryPlanExecutions);
    assert_eq!((&executions[0].mode, &executions[0].status), (&Text::new("DRILL"), &Text::new("FAILED")));
    assert_eq!(
        (executions[0].started, &executions[0].error),
        (at("2026-11-10T09:00:00Z"), &Some(Text::new("step 2 timed out")))
    );
}

#[tokio::test]
async fn replications_of_file_systems_and_global_datastores() {
    let stub = Stub::start(|seen| {
        if seen.operation == "DescribeGlobalReplicationGroups" {
            return query_answer(
                "DescribeGlobalReplicationGroups",
                "<GlobalReplicationGroups><GlobalReplicationGroup><GlobalReplicationGroupId>ldgnf-content</GlobalReplicationGroupId>\
                 <Status>available</Status><Members><GlobalReplicationGroupMember><ReplicationGroupId>content-use1</ReplicationGroupId>\
                 <ReplicationGroupRegion>us-east-1</ReplicationGroupRegion><Role>PRIMARY</Role><AutomaticFailover>disabled</AutomaticFailover>\
                 <Status>associated</Status></GlobalReplicationGroupMember></Members></GlobalReplicationGroup></GlobalReplicationGroups>",
            );
        }
        Reply::json(
            r#"{"Replications":[{"SourceFileSystemId":"fs-1","SourceFileSystemRegion":"us-east-1","SourceFileSystemArn":"a","OriginalSourceFileSystemArn":"a",
            "CreationTime":1700000000,"Destinations":[{"Status":"ERROR","FileSystemId":"fs-2","Region":"us-west-2","LastReplicatedTimestamp":1763638800,
            "StatusMessage":"the key is gone"},{"Status":"ENABLED","FileSystemId":"fs-3","Region":"us-east-2"}]}]}"#,
        )
    })
    .await;
    let replications = answered!(stub.read(&Query::FileSystemReplications(usw2())).await, FileSystemReplications);
    assert_eq!(stub.seen()[0].service, "elasticfilesystem");
    assert_eq!(
        (&replications[0].source, &replications[0].source_region),
        (&Text::new("fs-1"), &Region::new("us-east-1"))
    );
    let [failed, fresh] = replications[0].destinations.as_slice() else { panic!("{replications:?}") };
    assert_eq!((&failed.status, &failed.message), (&Text::new("ERROR"), &Some(Text::new("the key is gone"))));
    assert_eq!((failed.last_replicated, fresh.last_replicated), (at("2025-11-20T11:40:00Z"), None));
    let stores = answered!(stub.read(&Query::GlobalDatastores(usw2())).await, GlobalDatastores);
    assert!(stub.seen()[1].text().contains("ShowMemberInfo=true"), "there are no members otherwise");
    let member = &stores[0].members[0];
    assert_eq!(
        (&stores[0].id, &member.role, &member.region),
        (&Text::new("ldgnf-content"), &Text::new("PRIMARY"), &Region::new("us-east-1"))
    );
    assert_eq!((&member.automatic_failover, &member.status), (&Text::new("disabled"), &Text::new("associated")));
}
