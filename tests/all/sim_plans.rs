//! Backup plans, restore tests, and the events and automated backups of databases.

use drdeck::demo;
use serde_json::{Value as Json, json};

use crate::sim_asks::{Asked, world_of};

fn scenario(name: &str) -> Asked {
    world_of(demo::ESTATE, demo::SCENARIOS.iter().find(|(known, _)| *known == name).unwrap().1)
}

fn plan(asked: &Asked, name: &str) -> Json {
    let plans = asked.json("backup", "us-east-1", "ListBackupPlans", json!({}));
    plans["BackupPlansList"].as_array().unwrap().iter().find(|plan| plan["BackupPlanName"] == name).unwrap().clone()
}

#[test]
fn a_plan_says_when_it_runs_what_it_copies_and_how_long_it_keeps() {
    let calm = scenario("calm");
    let listed = plan(&calm, "rds-six-hourly");
    let asked = json!({ "backupPlanId": listed["BackupPlanId"], "MaxScheduledRunsPreview": "3" });
    let found = calm.json("backup", "us-east-1", "GetBackupPlan", asked);
    assert_eq!(found["BackupPlanArn"], listed["BackupPlanArn"]);
    let rule = &found["BackupPlan"]["Rules"][0];
    assert_eq!(rule["ScheduleExpression"], "cron(30 0/6 ? * * *)");
    assert_eq!(rule["TargetBackupVaultName"], "shop");
    assert_eq!(rule["Lifecycle"]["DeleteAfterDays"], 30);
    let copies: Vec<&str> = rule["CopyActions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|copy| copy["DestinationBackupVaultArn"].as_str().unwrap())
        .collect();
    assert_eq!(
        copies,
        [
            "arn:aws:backup:us-west-2:111122223333:backup-vault:shop-dr",
            "arn:aws:backup:us-east-2:111122223333:backup-vault:shop-third"
        ]
    );
    let runs: Vec<i64> = found["ScheduledRunsPreview"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["ExecutionTime"].as_f64().unwrap() as i64 - calm.world.now.millis() / 1000)
        .collect();
    assert_eq!(runs, [1_800, 23_400, 45_000], "12:30, 18:30 and 00:30, seen from noon");
    // A weekly one names its day: Sunday is three days after the epoch's Thursday.
    let weekly = json!({ "backupPlanId": plan(&calm, "sessions-weekly")["BackupPlanId"] });
    let weekly = calm.json("backup", "us-east-1", "GetBackupPlan", weekly);
    assert_eq!(weekly["BackupPlan"]["Rules"][0]["ScheduleExpression"], "cron(0 2 ? * SUN *)");
    // Jobs name the plan by the same id.
    let jobs = calm.json("backup", "us-east-1", "ListBackupJobs", json!({ "maxResults": "1000" }));
    let job = jobs["BackupJobs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["CreatedBy"]["BackupPlanName"] == "rds-six-hourly");
    assert_eq!(job.unwrap()["CreatedBy"]["BackupPlanId"], listed["BackupPlanId"]);
    assert_eq!(job.unwrap()["CreationDate"], listed["LastExecutionDate"], "the newest of them was the last run");
}

#[test]
fn a_plan_selects_its_resources() {
    let calm = scenario("calm");
    let id = plan(&calm, "rds-six-hourly")["BackupPlanId"].clone();
    let list = calm.json("backup", "us-east-1", "ListBackupSelections", json!({ "backupPlanId": id }));
    assert_eq!(list["BackupSelectionsList"].as_array().unwrap().len(), 1);
    let selection = list["BackupSelectionsList"][0]["SelectionId"].clone();
    let asked = json!({ "backupPlanId": id, "selectionId": selection });
    let found = calm.json("backup", "us-east-1", "GetBackupSelection", asked);
    assert_eq!(found["BackupSelection"]["Resources"][0], "arn:aws:rds:us-east-1:111122223333:db:orders-db");
    let refused =
        |region: &str, operation: &str, parameters: Json| calm.refusal("backup", region, operation, parameters);
    let unknown = (400, "ResourceNotFoundException");
    assert_eq!(refused("us-east-1", "GetBackupPlan", json!({ "backupPlanId": "none" })), unknown);
    assert_eq!(
        refused("us-west-2", "GetBackupPlan", json!({ "backupPlanId": id })),
        unknown,
        "it is in the other Region"
    );
    assert_eq!(refused("us-east-1", "ListBackupSelections", json!({ "backupPlanId": "none" })), unknown);
    assert_eq!(
        refused("us-east-1", "GetBackupSelection", json!({ "backupPlanId": id, "selectionId": "none" })),
        unknown
    );
}

#[test]
fn the_last_run_of_a_plan_is_before_the_outage() {
    let lost = scenario("region-outage").after("3h59m");
    // Asked of the world itself: the endpoint is down. It runs at 05:00 only.
    let last = plan(&lost, "web-daily")["LastExecutionDate"].as_f64().unwrap() as i64;
    assert!((0..=3).contains(&(last - (lost.world.start.millis() / 1000 - 7 * 3600))), "05:00");
}

#[test]
fn restore_tests_say_what_and_when_they_restore() {
    let calm = scenario("calm");
    let list = calm.json("backup", "us-west-2", "ListRestoreTestingPlans", json!({}));
    let test = &list["RestoreTestingPlans"][0];
    assert_eq!(test["ScheduleExpression"], "cron(0 4 ? * TUE *)");
    // The Tuesday before Friday the 20th.
    assert_eq!(
        test["LastExecutionTime"].as_f64().unwrap() as i64,
        calm.world.start.millis() / 1000 - 3 * 86_400 - 8 * 3600
    );
    let named = json!({ "RestoreTestingPlanName": "weekly_restore_test" });
    let found = calm.json("backup", "us-west-2", "GetRestoreTestingPlan", named.clone());
    assert_eq!(found["RestoreTestingPlan"]["RecoveryPointSelection"]["SelectionWindowDays"], 8);
    let selections = calm.json("backup", "us-west-2", "ListRestoreTestingSelections", named.clone());
    let types: Vec<&str> = selections["RestoreTestingSelections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|selection| selection["ProtectedResourceType"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["RDS", "DynamoDB"]);
    let page = json!({ "RestoreTestingPlanName": "weekly_restore_test", "MaxResults": "1" });
    let page = calm.json("backup", "us-west-2", "ListRestoreTestingSelections", page);
    assert!(page["NextToken"].is_string());
    assert_eq!(calm.refusal("backup", "us-east-1", "GetRestoreTestingPlan", named), (400, "ResourceNotFoundException"));
}

fn events(asked: &Asked, region: &str, parameters: Json) -> Vec<String> {
    let xml = asked.text("rds", region, "DescribeEvents", parameters).unwrap();
    let field = |event: &str, name: &str| {
        event.split_once(&format!("<{name}>")).unwrap().1.split_once('<').unwrap().0.to_owned()
    };
    xml.split("<Event>").skip(1).map(|event| format!("{} {}", field(event, "Date"), field(event, "Message"))).collect()
}

#[test]
fn a_failover_within_a_region_is_told_by_events() {
    let asked = json!({ "SourceIdentifier": "orders-db", "SourceType": "db-instance" });
    let told = |after: &str| {
        let all = events(&scenario("az-outage").after(after), "us-east-1", asked.clone());
        all.into_iter().filter(|event| !event.contains("backup") && !event.contains("Backing")).collect::<Vec<_>>()
    };
    assert!(told("0s").is_empty());
    assert_eq!(told("3m"), ["2026-11-20T12:02:00Z Multi-AZ instance failover started."]);
    assert_eq!(
        told("30m"),
        [
            "2026-11-20T12:02:00Z Multi-AZ instance failover started.",
            "2026-11-20T12:03:10Z DB instance restarted",
            "2026-11-20T12:03:30Z Multi-AZ instance failover completed"
        ]
    );
    assert!(told("2h").is_empty(), "the last hour, unless asked otherwise");
}

#[test]
fn events_are_asked_for_by_time_source_and_category() {
    let calm = scenario("calm");
    let backups = events(&calm, "us-east-1", json!({ "Duration": "1440", "EventCategories": ["backup"] }));
    assert_eq!(backups.len(), 6, "two instances and a cluster, begun and finished: {backups:?}");
    let of_cluster = json!({ "Duration": "1440", "SourceType": "db-cluster-snapshot" });
    let told = events(&calm, "us-east-1", of_cluster);
    assert!(told[0].ends_with("Creating automated cluster snapshot"), "{told:?}");
    assert!(told[1].ends_with("Automated cluster snapshot created"), "{told:?}");
    assert!(events(&calm, "us-east-1", json!({ "Duration": "1440", "SourceType": "db-cluster" })).is_empty());
    let refused = |parameters: Json| calm.refusal("rds", "us-east-1", "DescribeEvents", parameters);
    assert_eq!(refused(json!({ "SourceIdentifier": "orders-db" })), (400, "InvalidParameterCombination"));
    assert_eq!(refused(json!({ "SourceType": "server" })), (400, "InvalidParameterValue"));
    assert_eq!(refused(json!({ "Duration": "20161" })), (400, "InvalidParameterValue"));
    let stop = "name = \"test\"\nstory = \"\"\n[[act]]\nat = \"5m\"\nuntil = \"20m\"\nfault.stop = { link = \"orders-db-west\" }\n";
    let told =
        events(&world_of(demo::ESTATE, stop).after("30m"), "us-west-2", json!({ "EventCategories": ["read replica"] }));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("resumed"));
}

#[test]
fn clusters_keep_automated_backups_of_their_own() {
    let calm = scenario("calm");
    let xml = calm.text("rds", "us-east-1", "DescribeDBClusterAutomatedBackups", json!({})).unwrap();
    assert!(xml.contains("<DBClusterIdentifier>shop-use1</DBClusterIdentifier>"), "{xml}");
    assert!(xml.contains("<LatestTime>2026-11-20T11:55:00Z</LatestTime>"), "{xml}");
    assert!(xml.contains("<AvailabilityZone>us-east-1b</AvailabilityZone>"), "{xml}");
    assert!(xml.contains("<BackupRetentionPeriod>14</BackupRetentionPeriod>"), "{xml}");
    let unknown = json!({ "DBClusterIdentifier": "shop-usw2" });
    assert_eq!(
        calm.refusal("rds", "us-east-1", "DescribeDBClusterAutomatedBackups", unknown),
        (404, "DBClusterAutomatedBackupNotFoundFault")
    );
}
