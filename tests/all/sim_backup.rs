//! AWS Backup of the simulator: jobs, copies and recovery points follow from plans and faults.

use std::collections::BTreeMap;

use drdeck::sim::Moment;
use serde_json::{Value as Json, json};

use super::sim_asks::{Asked, moment, world};

/// Hourly backups of 20 minutes, copied within 15 minutes, in a world that starts at 12:00.
const ESTATE: &str = r#"
[[backup.vault]]
name = "prod"
region = "us-east-1"
key = "key-1"
[[backup.vault]]
name = "dr"
region = "us-west-2"
key = "key-2"
locked_min = "1d"
locked_max = "365d"
[[backup.plan]]
name = "hourly"
region = "us-east-1"
vault = "prod"
every = "1h"
duration = "20m"
kept = "2d"
resource = [
    { arn = "arn:aws:rds:us-east-1:111122223333:db:orders", type = "RDS", gib = 10 },
    { arn = "arn:aws:ec2:us-east-1:111122223333:volume/vol-0123456789abcdef0", type = "EBS", gib = 20 },
]
copy = [{ vault = "dr", region = "us-west-2", duration = "15m", kept = "1d" }]
"#;
const ORDERS: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
const VOLUME: &str = "arn:aws:ec2:us-east-1:111122223333:volume/vol-0123456789abcdef0";

fn points(asked: &Asked, region: &str, vault: &str) -> Vec<Json> {
    let of = json!({ "backupVaultName": vault, "resourceArn": ORDERS });
    asked.pages("backup", region, "ListRecoveryPointsByBackupVault", 7, &of)
}

fn jobs(asked: &Asked, parameters: Json) -> Vec<Json> {
    asked.pages("backup", "us-east-1", "ListBackupJobs", 100, &parameters)
}

fn newest_job(asked: &Asked) -> Json {
    jobs(asked, json!({ "resourceArn": ORDERS }))[0].clone()
}

fn newest_copy(asked: &Asked) -> Json {
    asked.json("backup", "us-east-1", "ListCopyJobs", json!({ "resourceArn": ORDERS }))["CopyJobs"][0].clone()
}

/// The hour of the newest point of that status in a vault.
fn newest(asked: &Asked, region: &str, vault: &str, status: &str) -> Option<String> {
    let points = points(asked, region, vault);
    let of_status = points.iter().filter(|point| point["Status"] == status);
    let newest = of_status.map(|point| moment(&point["CreationDate"])).max()?;
    Some(newest.to_string()[11..16].to_owned())
}

#[test]
fn a_backup_runs_completes_and_is_copied() {
    let calm = world(ESTATE, "");
    let running = calm.after("5m");
    let job = newest_job(&running);
    assert_eq!((&job["State"], &job["PercentDone"]), (&json!("RUNNING"), &json!("24.9")), "{job}");
    assert!(job.get("CompletionDate").is_none() && job.get("MessageCategory").is_none(), "{job}");
    assert_eq!(newest(&running, "us-east-1", "prod", "CREATING").as_deref(), Some("12:00"));
    assert_eq!(newest(&running, "us-east-1", "prod", "COMPLETED").as_deref(), Some("11:00"));

    let copying = calm.after("25m");
    let job = newest_job(&copying);
    assert_eq!((&job["State"], &job["PercentDone"]), (&json!("COMPLETED"), &json!("100.0")), "{job}");
    assert_eq!((&job["MessageCategory"], job.get("StatusMessage")), (&json!("SUCCESS"), None));
    assert_eq!(newest(&copying, "us-east-1", "prod", "COMPLETED").as_deref(), Some("12:00"));
    let copy = newest_copy(&copying);
    assert_eq!((&copy["State"], &copy["CreationDate"]), (&json!("RUNNING"), &job["CompletionDate"]), "{copy}");
    assert_eq!(copy["CreatedByBackupJobId"], job["BackupJobId"]);
    assert_eq!(newest(&copying, "us-west-2", "dr", "CREATING").as_deref(), Some("12:00"));
    assert_eq!(newest(&copying, "us-west-2", "dr", "COMPLETED").as_deref(), Some("11:00"));

    let copied = calm.after("36m");
    let copy = newest_copy(&copied);
    let point = points(&copied, "us-west-2", "dr").remove(0);
    assert_eq!(copy["State"], "COMPLETED");
    assert_eq!(point["RecoveryPointArn"], copy["DestinationRecoveryPointArn"]);
    assert_eq!(point["SourceBackupVaultArn"], copy["SourceBackupVaultArn"]);
    assert_eq!(point["CreationDate"], job["CreationDate"], "a copy is as old as its data");
    assert_eq!(point["CompletionDate"], copy["CompletionDate"], "but complete only now");
    assert!(point["CompletionDate"].as_f64() > point["CreationDate"].as_f64());
}

#[test]
fn a_copy_that_fails_leaves_a_completed_backup_without_a_point_elsewhere() {
    let acts = "[[act]]\nat = \"-3h\"\nfault.copy = { plan = \"hourly\", to = \"us-west-2\", message = \"no grant\" }";
    let asked = world(ESTATE, acts).after("50m");
    assert_eq!(newest_job(&asked)["State"], "COMPLETED");
    let copy = newest_copy(&asked);
    assert_eq!((&copy["State"], &copy["StatusMessage"]), (&json!("FAILED"), &json!("no grant")), "{copy}");
    assert!(copy.get("DestinationRecoveryPointArn").is_none(), "{copy}");
    assert_eq!(newest(&asked, "us-east-1", "prod", "COMPLETED").as_deref(), Some("12:00"));
    assert_eq!(newest(&asked, "us-west-2", "dr", "COMPLETED").as_deref(), Some("08:00"));
}

#[test]
fn each_ending_of_a_backup_has_its_state_and_its_point() {
    let cases = [
        ("failed", "FAILED", None),
        ("partial", "PARTIAL", Some("PARTIAL")),
        ("issues", "COMPLETED", Some("COMPLETED")),
        ("aborted", "ABORTED", None),
        ("expired", "EXPIRED", None),
    ];
    for (ending, state, point) in cases {
        let acts = format!("[[act]]\nat = \"-1h30m\"\nuntil = \"-30m\"\nfault.backup = {{ ending = \"{ending}\" }}");
        let asked = world(ESTATE, &acts).after("10m");
        let of_eleven = jobs(&asked, json!({ "resourceArn": ORDERS, "createdBefore": "2026-11-20T11:30:00Z" }));
        let job = &of_eleven[0];
        assert_eq!(job["State"], state, "{ending}: {job}");
        assert!(job["StatusMessage"].as_str().is_some_and(|said| !said.is_empty()), "{ending}: {job}");
        assert!(job["CompletionDate"].is_number(), "{ending}: {job}");
        let points = points(&asked, "us-east-1", "prod");
        let of_eleven = points.iter().find(|point| point["CreationDate"] == job["CreationDate"]);
        assert_eq!(of_eleven.map(|point| point["Status"].as_str().unwrap()), point, "{ending}");
        assert_eq!(job.get("RecoveryPointArn").is_some(), point.is_some(), "{ending}: {job}");
        let copied = newest(&asked, "us-west-2", "dr", "COMPLETED");
        let expected = if ending == "issues" { "11:00" } else { "10:00" };
        assert_eq!(copied.as_deref(), Some(expected), "{ending}: only whole backups are copied");
    }
}

#[test]
fn while_they_go_wrong_jobs_wait_run_and_stop() {
    let acts = |ending: &str| format!("[[act]]\nat = \"-10m\"\nfault.backup = {{ ending = \"{ending}\" }}");
    assert_eq!(newest_job(&world(ESTATE, &acts("expired")).after("50m"))["State"], "PENDING");
    assert_eq!(newest_job(&world(ESTATE, &acts("aborted")).after("8m"))["State"], "RUNNING");
    assert_eq!(newest_job(&world(ESTATE, &acts("aborted")).after("9m30s"))["State"], "ABORTING");
    assert_eq!(newest_job(&world(ESTATE, &acts("failed")).after("9m"))["State"], "RUNNING");
}

#[test]
fn a_region_that_is_down_makes_no_backups_and_its_jobs_hang_until_it_is_back() {
    let acts = "[[act]]\nat = \"10m\"\nuntil = \"3h30m\"\nfault.outage = { site = \"us-east-1\" }";
    let calm = world(ESTATE, acts);
    let hanging = newest_job(&calm.after("3h10m"));
    assert_eq!((&hanging["State"], &hanging["PercentDone"]), (&json!("RUNNING"), &json!("49.9")), "{hanging}");
    assert_eq!(moment(&hanging["CreationDate"]).to_string()[11..16], *"12:00", "nothing was started since");
    let back = calm.after("3h40m");
    let interrupted = newest_job(&back);
    assert_eq!((&interrupted["BackupJobId"], &interrupted["State"]), (&hanging["BackupJobId"], &json!("FAILED")));
    assert_eq!(newest(&back, "us-east-1", "prod", "COMPLETED").as_deref(), Some("11:00"));
    assert_eq!(newest(&back, "us-west-2", "dr", "COMPLETED").as_deref(), Some("11:00"));
    assert_eq!(newest(&calm.after("4h25m"), "us-east-1", "prod", "COMPLETED").as_deref(), Some("16:00"));
}

#[test]
fn a_copy_fails_when_the_region_it_goes_to_is_lost() {
    let acts = "[[act]]\nat = \"25m\"\nuntil = \"1h\"\nfault.outage = { site = \"us-west-2\" }";
    let calm = world(ESTATE, acts);
    assert_eq!(newest_copy(&calm.after("50m"))["State"], "RUNNING");
    assert_eq!(newest_copy(&calm.after("1h5m"))["State"], "FAILED");
    assert_eq!(newest_job(&calm.after("1h5m"))["State"], "RUNNING", "the source's own backups go on");
}

#[test]
fn retention_takes_points_away_and_a_region_that_is_down_cannot() {
    let calm = world(ESTATE, "").after("30m");
    let count = |points: &[Json]| {
        points.iter().fold(BTreeMap::new(), |mut count: BTreeMap<String, usize>, point| {
            *count.entry(point["Status"].as_str().unwrap().to_owned()).or_default() += 1;
            count
        })
    };
    // 13:00 of the day before yesterday until 12:00 of today.
    assert_eq!(count(&points(&calm, "us-east-1", "prod")), BTreeMap::from([("COMPLETED".to_owned(), 48)]));
    // Just before 12:00 the point of 12:00 two days ago is still there; just after it is being deleted.
    let due = world(ESTATE, "").after("5m");
    assert_eq!(count(&points(&due, "us-east-1", "prod"))["DELETING"], 1);
    let acts = "[[act]]\nat = \"-10m\"\nuntil = \"4h\"\nfault.outage = { site = \"us-east-1\" }";
    let down = world(ESTATE, acts).after("2h30m");
    assert_eq!(count(&points(&down, "us-east-1", "prod"))["EXPIRED"], 3, "12:00, 13:00 and 14:00 are due");
    let back = world(ESTATE, acts).after("4h5m");
    let states = count(&points(&back, "us-east-1", "prod"));
    assert_eq!((states["DELETING"], states.get("EXPIRED")), (5, None));
}

#[test]
fn filters_let_through_what_fits_all_of_them() {
    let asked = world(ESTATE, "").after("30m");
    let count = |parameters: Json| jobs(&asked, parameters).len();
    let nine = "2026-11-20T09:30:00Z";
    assert_eq!(count(json!({ "createdAfter": nine })), 6);
    assert_eq!(count(json!({ "createdAfter": nine, "resourceType": "EBS" })), 3);
    assert_eq!(count(json!({ "createdAfter": nine, "resourceArn": VOLUME, "state": "COMPLETED" })), 3);
    assert_eq!(count(json!({ "createdAfter": nine, "createdBefore": "2026-11-20T11:30:00Z" })), 4);
    assert_eq!(count(json!({ "createdAfter": nine, "completeBefore": "2026-11-20T11:30:00Z" })), 4);
    assert_eq!(count(json!({ "createdAfter": nine, "completeAfter": "2026-11-20T11:30:00Z" })), 2);
    assert_eq!(count(json!({ "createdAfter": nine, "backupVaultName": "prod", "messageCategory": "SUCCESS" })), 6);
    assert_eq!(count(json!({ "backupVaultName": "other" })), 0);
    assert_eq!(count(json!({ "accountId": "999999999999" })), 0);
    assert_eq!(count(json!({ "accountId": "*", "createdAfter": nine })), 6);
    assert_eq!(count(json!({ "parentJobId": "any" })), 0);
    let vault = "arn:aws:backup:us-west-2:111122223333:backup-vault:dr";
    let copies = |parameters: Json| asked.pages("backup", "us-east-1", "ListCopyJobs", 3, &parameters).len();
    assert_eq!(copies(json!({ "destinationVaultArn": vault, "createdAfter": nine, "state": "COMPLETED" })), 4);
    assert_eq!(copies(json!({ "destinationVaultArn": "arn:aws:backup:us-west-2:111122223333:backup-vault:x" })), 0);
    let of_job = json!({ "sourceRecoveryPointArn": newest_job(&asked)["RecoveryPointArn"] });
    assert_eq!(copies(of_job), 1);
    assert_eq!(
        asked.pages("backup", "us-west-2", "ListCopyJobs", 9, &json!({})).len(),
        0,
        "listed where they come from"
    );
}

#[test]
fn pages_hold_everything_once_though_the_clock_runs_on() {
    let asked = world(ESTATE, "").after("30m");
    let whole = asked.json("backup", "us-east-1", "ListBackupJobs", json!({}));
    let first = asked.json("backup", "us-east-1", "ListBackupJobs", json!({ "maxResults": 900 }));
    let next = json!({ "maxResults": "900", "nextToken": first["NextToken"] });
    let later = asked.after("1h30m").json("backup", "us-east-1", "ListBackupJobs", next);
    let paged: Vec<&Json> = [&first, &later].iter().flat_map(|page| page["BackupJobs"].as_array().unwrap()).collect();
    let ids = |jobs: &[&Json]| -> Vec<String> { jobs.iter().map(|job| job["BackupJobId"].to_string()).collect() };
    let all: Vec<&Json> = whole["BackupJobs"].as_array().unwrap().iter().collect();
    assert_eq!(all.len(), 1_000, "the largest page");
    assert_eq!(ids(&paged)[..1_000], ids(&all));
    assert_eq!(ids(&paged).len(), 1_440, "30 days, 24 hours, two resources");
    let refusal = |parameters| asked.refusal("backup", "us-east-1", "ListBackupJobs", parameters);
    for wrong in [
        json!({ "maxResults": 1001 }),
        json!({ "maxResults": 0 }),
        json!({ "nextToken": "abc" }),
        json!({ "state": "ODD" }),
        json!({ "createdAfter": "noon" }),
    ] {
        assert_eq!(refusal(wrong.clone()), (400, "InvalidParameterValueException"), "{wrong}");
    }
}

#[test]
fn each_thing_that_is_listed_can_be_described() {
    let asked = world(ESTATE, "").after("30m");
    let job = newest_job(&asked);
    let described =
        asked.json("backup", "us-east-1", "DescribeBackupJob", json!({ "backupJobId": job["BackupJobId"] }));
    assert_eq!(described, job);
    let copy = newest_copy(&asked);
    let described = asked.json("backup", "us-east-1", "DescribeCopyJob", json!({ "copyJobId": copy["CopyJobId"] }));
    assert_eq!(described["CopyJob"], copy);
    for point in points(&asked, "us-west-2", "dr") {
        let which = json!({ "backupVaultName": "dr", "recoveryPointArn": point["RecoveryPointArn"] });
        let described = asked.json("backup", "us-west-2", "DescribeRecoveryPoint", which);
        assert_eq!((&described["Status"], &described["CreationDate"]), (&point["Status"], &point["CreationDate"]));
    }
    let missing = |operation, parameters| asked.refusal("backup", "us-east-1", operation, parameters);
    let none = (400, "ResourceNotFoundException");
    assert_eq!(missing("DescribeBackupJob", json!({ "backupJobId": "x" })), none);
    assert_eq!(missing("DescribeCopyJob", json!({ "copyJobId": "x" })), none);
    assert_eq!(missing("DescribeBackupVault", json!({ "backupVaultName": "dr" })), none, "it is in the other Region");
    assert_eq!(missing("ListRecoveryPointsByBackupVault", json!({ "backupVaultName": "x" })), none);
    assert_eq!(missing("DescribeProtectedResource", json!({ "resourceArn": "arn:x" })), none);
}

#[test]
fn vaults_say_lock_key_and_count() {
    let asked = world(ESTATE, "").after("30m");
    let vault = asked.json("backup", "us-west-2", "DescribeBackupVault", json!({ "backupVaultName": "dr" }));
    assert_eq!(
        (&vault["Locked"], &vault["MinRetentionDays"], &vault["MaxRetentionDays"]),
        (&json!(true), &json!(1), &json!(365))
    );
    assert_eq!(vault["EncryptionKeyArn"], "arn:aws:kms:us-west-2:111122223333:key/key-2");
    let all =
        asked.pages("backup", "us-west-2", "ListRecoveryPointsByBackupVault", 10, &json!({ "backupVaultName": "dr" }));
    assert_eq!(vault["NumberOfRecoveryPoints"], all.len());
    let listed = asked.json("backup", "us-west-2", "ListBackupVaults", json!({}));
    assert_eq!(listed["BackupVaultList"], json!([vault]));
    let prod = asked.json("backup", "us-east-1", "DescribeBackupVault", json!({ "backupVaultName": "prod" }));
    assert_eq!((&prod["Locked"], prod.get("LockDate")), (&json!(false), None));
    let gapped = json!({ "vaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT" });
    assert_eq!(asked.json("backup", "us-west-2", "ListBackupVaults", gapped)["BackupVaultList"], json!([]));
}

#[test]
fn protected_resources_know_their_last_backup_also_when_no_point_is_left() {
    let asked = world(ESTATE, "").after("10m");
    let results = asked.pages("backup", "us-east-1", "ListProtectedResources", 1, &json!({}));
    let arns: Vec<&str> = results.iter().map(|result| result["ResourceArn"].as_str().unwrap()).collect();
    assert_eq!(arns, [VOLUME, ORDERS]);
    assert!(
        results.iter().all(|result| moment(&result["LastBackupTime"]) < Moment::parse("2026-11-20T11:01:00Z").unwrap())
    );
    let acts = "[[act]]\nat = \"-10d\"\nfault.backup = { ending = \"failed\" }";
    let failing = world(ESTATE, acts);
    assert_eq!(points(&failing, "us-east-1", "prod").len(), 0);
    let results = failing.pages("backup", "us-west-2", "ListProtectedResources", 10, &json!({}));
    assert_eq!(moment(&results[0]["LastBackupTime"]).to_string()[..16], *"2026-11-10T11:00", "{results:?}");
    assert!(results[0].get("LastRecoveryPointArn").is_none());
}

#[test]
fn a_restore_uses_the_newest_whole_point_of_its_time() {
    let estate = format!(
        "{ESTATE}\n[[backup.restore]]\nresource = \"{ORDERS}\"\nregion = \"us-west-2\"\nvault = \"dr\"\nago = \"3h10m\"\nduration = \"40m\"\nvalidation = \"successful\"\n"
    );
    let asked = world(&estate, "");
    let restores = |parameters: Json| asked.pages("backup", "us-west-2", "ListRestoreJobs", 5, &parameters);
    let job = restores(json!({ "status": "COMPLETED" })).remove(0);
    assert_eq!((&job["ValidationStatus"], &job["PercentDone"]), (&json!("SUCCESSFUL"), &json!("100.0")));
    assert_eq!(moment(&job["RecoveryPointCreationDate"]).to_string()[11..16], *"08:00", "{job}");
    assert_eq!(job["CreatedResourceArn"], "arn:aws:rds:us-west-2:111122223333:db:orders-restored");
    assert!(restores(json!({ "status": "RUNNING" })).is_empty());
    let protected = asked.json("backup", "us-west-2", "DescribeProtectedResource", json!({ "resourceArn": ORDERS }));
    assert_eq!(protected["LatestRestoreExecutionTimeMinutes"], 40);
    let used = points(&asked, "us-west-2", "dr");
    let used = used.iter().find(|point| point["RecoveryPointArn"] == job["RecoveryPointArn"]).unwrap();
    assert_eq!(used["LastRestoreTime"], job["CreationDate"]);
    let running = world(&estate, "").after("-2h50m");
    let job = running.pages("backup", "us-west-2", "ListRestoreJobs", 5, &json!({})).remove(0);
    assert_eq!(
        (&job["Status"], &job["PercentDone"], job.get("ValidationStatus")),
        (&json!("RUNNING"), &json!("50.0"), None)
    );
}

#[test]
fn a_restore_of_what_no_plan_backs_up_is_refused_when_the_estate_is_read() {
    let head = "name = \"test\"\naccount = \"111122223333\"\nregions = [\"us-east-1\", \"us-west-2\"]\n";
    let restore = "[[backup.restore]]\nresource = \"arn:x\"\nregion = \"us-west-2\"\nvault = \"dr\"\nago = \"1d\"\nduration = \"1h\"\n";
    let error = drdeck::sim::parse_estate("estate.toml", &format!("{head}{ESTATE}{restore}")).unwrap_err().to_string();
    assert!(error.starts_with("estate.toml:2"), "{error}");
    assert!(error.ends_with("restore: no plan backs \"arn:x\" up into vault \"dr\" in us-west-2"), "{error}");
}
