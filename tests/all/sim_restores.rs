//! Restore testing of the simulator, and backups that nobody starts.

use drdeck::sim::Moment;
use drdeck::sim::time::Span;
use serde_json::{Value as Json, json};

use crate::sim_asks::{Asked, moment, world};

const ORDERS: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
const LEDGER: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/ledger";

/// Two resources, backed up and copied every day at 01:00; those of RDS are restored for a test every day at 06:00.
fn estate(test: &str) -> String {
    format!(
        r#"
[[backup.vault]]
name = "home"
region = "us-east-1"
key = "1"

[[backup.vault]]
name = "dr"
region = "us-west-2"
key = "2"

[[backup.plan]]
name = "daily"
region = "us-east-1"
vault = "home"
every = "1d"
offset = "1h"
duration = "10m"
kept = "30d"
age = "10d"
resource = [{{ arn = "{ORDERS}", type = "RDS", gib = 100 }}, {{ arn = "{LEDGER}", type = "DynamoDB", gib = 4 }}]
copy = [{{ vault = "dr", region = "us-west-2", duration = "20m", kept = "30d" }}]

[[backup.restore_test]]
name = "tested"
region = "us-west-2"
every = "1d"
offset = "6h"
window_days = 3
types = ["RDS"]
start_window_hours = 1
duration = "1h"
validation_hours = 3
age = "100d"
{test}
"#
    )
}

fn restores(asked: &Asked, parameters: Json) -> Vec<Json> {
    asked.pages("backup", "us-west-2", "ListRestoreJobs", 3, &parameters)
}

/// The test of today at that time of the day.
fn at(asked: &Asked, time: &str) -> Json {
    let now = Moment::parse(&format!("2026-11-20T{time}Z")).unwrap();
    let then = Asked { world: asked.world.at(now) };
    let begun = json!({ "createdAfter": "2026-11-20T00:00:00Z" });
    restores(&then, begun).into_iter().next().unwrap_or(Json::Null)
}

fn state(job: &Json) -> (Option<&str>, Option<&str>, Option<&str>) {
    (job["Status"].as_str(), job["ValidationStatus"].as_str(), job["DeletionStatus"].as_str())
}

#[test]
fn a_restore_test_restores_validates_and_deletes() {
    let calm = world(&estate("validation = \"successful\""), "");
    assert_eq!(at(&calm, "05:59:00"), Json::Null, "it has not begun");
    let all = restores(&calm, json!({}));
    assert_eq!(all.len(), 10, "a day each since there are backups: {all:?}");
    let job = at(&calm, "12:00:00");
    assert_eq!(state(&job), (Some("COMPLETED"), Some("SUCCESSFUL"), Some("SUCCESSFUL")));
    assert_eq!((&job["ResourceType"], &job["SourceResourceArn"]), (&json!("RDS"), &json!(ORDERS)));
    let created = job["CreatedResourceArn"].as_str().unwrap();
    assert!(created.starts_with("arn:aws:rds:us-west-2:111122223333:db:awsbackup-restore-test-"), "{created}");
    let begun = moment(&job["CreationDate"]);
    let slot = Moment::parse("2026-11-20T06:00:00Z").unwrap();
    assert!((0.0..3600.0).contains(&(begun - slot).seconds()), "within its start window: {begun}");
    assert_eq!((moment(&job["CompletionDate"]) - begun).seconds(), 3600.0);
    assert_eq!(moment(&job["RecoveryPointCreationDate"]).to_string().get(..16), Some("2026-11-20T01:00"));
    // It goes through its states, one after the other.
    let minutes_after = |minutes: i64| {
        let then = Asked { world: calm.world.at(begun + Span::from_minutes(minutes)) };
        restores(&then, json!({ "createdAfter": "2026-11-20T00:00:00Z" })).remove(0)
    };
    let seen = [30, 70, 85, 90].map(minutes_after);
    assert_eq!(state(&seen[0]), (Some("RUNNING"), None, None));
    assert!(seen[0].get("CreatedResourceArn").is_none(), "{}", seen[0]);
    assert_eq!(state(&seen[1]), (Some("COMPLETED"), Some("VALIDATING"), None));
    assert_eq!(state(&seen[2]), (Some("COMPLETED"), Some("SUCCESSFUL"), Some("DELETING")));
    assert_eq!(state(&seen[3]), (Some("COMPLETED"), Some("SUCCESSFUL"), Some("SUCCESSFUL")));
    // Which test it was says its creator, and jobs can be asked for by it.
    let plans = calm.json("backup", "us-west-2", "ListRestoreTestingPlans", json!({}));
    let arn = plans["RestoreTestingPlans"][0]["RestoreTestingPlanArn"].clone();
    assert_eq!(job["CreatedBy"], json!({ "RestoreTestingPlanArn": arn }));
    assert_eq!(restores(&calm, json!({ "restoreTestingPlanArn": arn })).len(), 10);
    assert!(restores(&calm, json!({ "restoreTestingPlanArn": "arn:of:another" })).is_empty());
}

#[test]
fn a_restore_that_nobody_validates_times_out() {
    let calm = world(&estate(""), "");
    assert_eq!(state(&at(&calm, "09:00:00")), (Some("COMPLETED"), Some("VALIDATING"), None));
    assert_eq!(state(&at(&calm, "12:00:00")), (Some("COMPLETED"), Some("TIMED_OUT"), Some("SUCCESSFUL")));
    let late = world(&estate("validation = \"successful\"\nvalidated_after = \"4h\""), "");
    assert_eq!(state(&at(&late, "12:00:00")).1, Some("TIMED_OUT"), "after three hours it is too late");
}

#[test]
fn each_stage_of_a_restore_test_can_fail() {
    let acts = |fault: &str| format!("[[act]]\nat = \"-8h\"\nfault.restore-test = {{ test = \"tested\", {fault} }}\n");
    let noon = |fault: &str| at(&world(&estate("validation = \"successful\""), &acts(fault)), "12:00:00");
    let restore = noon("fails = \"restore\", message = \"no subnet\"");
    assert_eq!(state(&restore), (Some("FAILED"), None, None));
    assert_eq!(restore["StatusMessage"], "no subnet");
    assert!(restore.get("CreatedResourceArn").is_none(), "nothing was made: {restore}");
    let validation = noon("message = \"rows are missing\"");
    assert_eq!(state(&validation), (Some("COMPLETED"), Some("FAILED"), Some("SUCCESSFUL")));
    assert_eq!(validation["ValidationStatusMessage"], "rows are missing");
    let deletion = noon("fails = \"deletion\"");
    assert_eq!(state(&deletion), (Some("COMPLETED"), Some("SUCCESSFUL"), Some("FAILED")));
    assert!(deletion["DeletionStatusMessage"].is_string());
    let other = noon("type = \"DynamoDB\", fails = \"restore\"");
    assert_eq!(state(&other).0, Some("COMPLETED"), "another type's");
    // What the estate says without a fault.
    let failed = world(&estate("validation = \"failed\""), "");
    assert_eq!(state(&at(&failed, "12:00:00")).1, Some("FAILED"));
    let kept = at(&world(&estate("undeletable = \"deletion protection\""), ""), "12:00:00");
    assert_eq!((state(&kept).2, &kept["DeletionStatusMessage"]), (Some("FAILED"), &json!("deletion protection")));
}

#[test]
fn a_restore_job_is_found_by_its_id_and_by_its_resource() {
    let calm = world(&estate("validation = \"successful\""), "");
    let job = at(&calm, "12:00:00");
    let described =
        calm.json("backup", "us-west-2", "DescribeRestoreJob", json!({ "restoreJobId": job["RestoreJobId"] }));
    assert_eq!(described, job);
    let of = |arn: &str| json!({ "resourceArn": arn });
    let list = calm.json("backup", "us-west-2", "ListRestoreJobsByProtectedResource", of(ORDERS));
    assert_eq!(list["RestoreJobs"].as_array().unwrap().len(), 10);
    let none = calm.json("backup", "us-west-2", "ListRestoreJobsByProtectedResource", of(LEDGER));
    assert_eq!(none["RestoreJobs"], json!([]));
    let refused = |operation, parameters| calm.refusal("backup", "us-west-2", operation, parameters);
    let unknown = (400, "ResourceNotFoundException");
    assert_eq!(refused("DescribeRestoreJob", json!({ "restoreJobId": "none" })), unknown);
    assert_eq!(refused("ListRestoreJobsByProtectedResource", of("arn:of:nothing")), unknown);
    let selection = json!({ "RestoreTestingPlanName": "tested", "RestoreTestingSelectionName": "tested_rds" });
    let selection = calm.json("backup", "us-west-2", "GetRestoreTestingSelection", selection);
    assert_eq!(selection["RestoreTestingSelection"]["ValidationWindowHours"], 3);
    let unknown_one = json!({ "RestoreTestingPlanName": "tested", "RestoreTestingSelectionName": "tested_ebs" });
    assert_eq!(refused("GetRestoreTestingSelection", unknown_one), unknown);
}

#[test]
fn a_restore_by_hand_may_have_failed() {
    let hand = format!(
        "{}\n[[backup.restore]]\nresource = \"{LEDGER}\"\nregion = \"us-west-2\"\nvault = \"dr\"\nago = \"2h\"\nduration = \"30m\"\nfailed = \"access denied\"\n",
        estate("")
    );
    let calm = world(&hand, "");
    let failed = restores(&calm, json!({ "status": "FAILED" }));
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["StatusMessage"], "access denied");
    assert!(failed[0].get("CreatedBy").is_none() && failed[0].get("ValidationStatus").is_none(), "{}", failed[0]);
}

#[test]
fn a_backup_that_is_skipped_has_no_job_and_leaves_the_plan_overdue() {
    let plan_of = |acts: &str| {
        let asked = world(&estate(""), acts);
        let list = asked.json("backup", "us-east-1", "ListBackupPlans", json!({}));
        let jobs = asked.pages("backup", "us-east-1", "ListBackupJobs", 50, &json!({}));
        (list["BackupPlansList"][0].clone(), jobs)
    };
    let (calm, jobs) = plan_of("");
    assert_eq!(moment(&calm["LastExecutionDate"]).to_string().get(..16), Some("2026-11-20T01:00"));
    assert_eq!(jobs.len(), 20);
    let (overdue, jobs) = plan_of("[[act]]\nat = \"-3d\"\nfault.skip-backup = { plan = \"daily\" }");
    assert_eq!(moment(&overdue["LastExecutionDate"]).to_string().get(..16), Some("2026-11-17T01:00"));
    assert_eq!(jobs.len(), 14, "three days less");
    let (never, jobs) = plan_of("[[act]]\nat = \"-30d\"\nfault.skip-backup = {}");
    assert!(never.get("LastExecutionDate").is_none() && jobs.is_empty(), "{never}");
    let one = format!("[[act]]\nat = \"-30d\"\nfault.skip-backup = {{ resource = \"{LEDGER}\" }}");
    let (half, jobs) = plan_of(&one);
    assert!(half["LastExecutionDate"].is_number());
    assert!(jobs.len() == 10 && jobs.iter().all(|job| job["ResourceArn"] == ORDERS), "the other one is backed up");
}
