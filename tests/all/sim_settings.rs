//! DRS of the simulator: settings, logs of jobs that did not go well, recovery plans.

use serde_json::{Value as Json, json};

use crate::sim_asks::{Asked, world};

const FILES: &str = "s-00000000000000001";
const WEB: &str = "s-00000000000000002";

/// Two servers of us-east-1; `files` and `web` are more of each one's table.
fn servers(files: &str, web: &str) -> String {
    let server = |id: &str, name: &str, more: &str| {
        format!(
            "[[drs.server]]\nid = \"{id}\"\nname = \"{name}\"\nhostname = \"{name}.internal\"\norigin = \"us-east-1\"\norigin_zone = \"us-east-1a\"\n\
             region = \"us-west-2\"\nos = \"Ubuntu 22.04\"\ndisk = [{{ device = \"/dev/nvme0n1\", gib = 50 }}, {{ device = \"/dev/nvme1n1\", gib = 900 }}]\n\
             memory_gib = 8\ncores = 2\ninstance_type = \"m6i.large\"\n{more}\n"
        )
    };
    server(FILES, "files", files) + &server(WEB, "web", web)
}

const PLAN: &str = r#"
[[drs.recovery_plan]]
name = "both"
region = "us-west-2"
description = "files first"
step = [
    { name = "files", servers = ["s-00000000000000001"] },
    { name = "pause", wait = "5m" },
    { name = "web", servers = ["s-00000000000000002"], optional = ["s-00000000000000002"] },
]
drill = [{ ago = "1h" }]
"#;

fn drs(asked: &Asked, operation: &str, parameters: Json) -> Json {
    asked.json("drs", "us-west-2", operation, parameters)
}

fn of(server: &str) -> Json {
    json!({ "sourceServerID": server })
}

#[test]
fn a_server_has_the_settings_that_drs_sets_up() {
    let calm = world(&servers("", ""), "");
    let launch = drs(&calm, "GetLaunchConfiguration", of(WEB));
    assert_eq!(launch["launchDisposition"], "STARTED");
    assert_eq!(launch["targetInstanceTypeRightSizingMethod"], "BASIC");
    assert_eq!((&launch["copyPrivateIp"], &launch["copyTags"]), (&json!(false), &json!(true)));
    assert!(launch["ec2LaunchTemplateID"].as_str().unwrap().starts_with("lt-"));
    let replication = drs(&calm, "GetReplicationConfiguration", of(WEB));
    assert_eq!(
        replication["pitPolicy"],
        json!([
            { "ruleID": 1, "units": "MINUTE", "interval": 10, "retentionDuration": 60, "enabled": true },
            { "ruleID": 2, "units": "HOUR", "interval": 1, "retentionDuration": 24, "enabled": true },
            { "ruleID": 3, "units": "DAY", "interval": 1, "retentionDuration": 7, "enabled": true },
        ])
    );
    assert_eq!(
        (&replication["bandwidthThrottling"], &replication["dataPlaneRouting"]),
        (&json!(0), &json!("PRIVATE_IP"))
    );
    let subnet = |server| drs(&calm, "GetReplicationConfiguration", of(server))["stagingAreaSubnetId"].clone();
    assert_eq!(subnet(WEB), subnet(FILES), "one staging area for all of a Region");
}

#[test]
fn settings_are_those_of_the_estate() {
    let launch = "launch = { disposition = \"STOPPED\", right_sizing = \"IN_AWS\", copy_private_ip = true, without_tags = true, into_instance = \"i-1\" }";
    let staging = "replication = { bandwidth = 200, large_disks = \"ST1\", public = true, encryption = \"CUSTOM\", ignores_new_disks = true }\nlast_drill = \"1h\"";
    let asked = world(&servers("", &format!("{launch}\n{staging}")), "");
    let launch = drs(&asked, "GetLaunchConfiguration", of(WEB));
    assert_eq!((&launch["launchDisposition"], &launch["copyTags"]), (&json!("STOPPED"), &json!(false)));
    assert_eq!(launch["launchIntoInstanceProperties"], json!({ "launchIntoEC2InstanceID": "i-1" }));
    let replication = drs(&asked, "GetReplicationConfiguration", of(WEB));
    assert_eq!((&replication["bandwidthThrottling"], &replication["createPublicIP"]), (&json!(200), &json!(true)));
    let disks: Vec<&str> = replication["replicatedDisks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| disk["stagingDiskType"].as_str().unwrap())
        .collect();
    assert_eq!(disks, ["GP3", "ST1"], "large ones have a type of their own");
    assert!(replication["ebsEncryptionKeyArn"].as_str().unwrap().starts_with("arn:aws:kms:us-west-2:"));
    assert_eq!(replication["autoReplicateNewDisks"], false);
    // What is launched stopped is there, and does not run.
    let machines = drs(&asked, "DescribeRecoveryInstances", json!({}));
    assert_eq!(machines["items"][0]["ec2InstanceState"], "STOPPED");
}

#[test]
fn settings_of_nobody_and_of_nowhere_are_refused() {
    let calm = world(&servers("", ""), "");
    for operation in ["GetLaunchConfiguration", "GetReplicationConfiguration"] {
        let refusal = |region, parameters| calm.refusal("drs", region, operation, parameters);
        assert_eq!(refusal("us-west-2", of("s-99999999999999999")), (404, "ResourceNotFoundException"));
        assert_eq!(refusal("us-west-2", json!({})), (404, "ResourceNotFoundException"));
        assert_eq!(refusal("us-east-1", of(WEB)), (400, "UninitializedAccountException"));
    }
}

/// The events of the newest job that launched something, of one server or of the job itself.
fn events(asked: &Asked, server: &str) -> Vec<String> {
    let jobs = drs(asked, "DescribeJobs", json!({ "filters": {} }));
    let job = jobs["items"].as_array().unwrap().iter().find(|job| job["type"] == "LAUNCH").unwrap()["jobID"].clone();
    let log = drs(asked, "DescribeJobLogItems", json!({ "jobID": job }));
    let of_server = |item: &&Json| item["eventData"]["sourceServerID"].as_str().is_none_or(|id| id == server);
    let items = log["items"].as_array().unwrap().iter().filter(of_server);
    items.map(|item| item["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_launch_from_an_older_snapshot_is_told_by_the_log_alone() {
    let stalled = "[[act]]\nat = \"-3h\"\nuntil = \"-30m\"\nfault.stall = { link = \"s-00000000000000002\" }";
    let asked = world(&servers("last_drill = \"1h\"", "last_drill = \"1h\""), stalled);
    let usual = [
        "JOB_START",
        "SNAPSHOT_START",
        "SNAPSHOT_END",
        "CONVERSION_START",
        "CONVERSION_END",
        "LAUNCH_START",
        "JOB_END",
    ];
    assert_eq!(events(&asked, FILES), usual);
    let older =
        ["JOB_START", "USING_PREVIOUS_SNAPSHOT", "CONVERSION_START", "CONVERSION_END", "LAUNCH_START", "JOB_END"];
    assert_eq!(events(&asked, WEB), older);
    let machines = drs(&asked, "DescribeRecoveryInstances", json!({}));
    let point = |server: &str| {
        let all = machines["items"].as_array().unwrap();
        let machine = all.iter().find(|machine| machine["sourceServerID"] == server).unwrap();
        machine["pointInTimeSnapshotDateTime"].as_str().unwrap().get(..16).unwrap().to_owned()
    };
    assert_eq!(point(FILES), "2026-11-20T11:00");
    assert_eq!(point(WEB), "2026-11-20T09:00", "the last before replication stood still");
    let written = world(&servers("", "last_drill = \"1h\"\ndrilled = { point = \"previous\" }"), "");
    assert_eq!(events(&written, WEB), older, "or because the estate says so");
}

#[test]
fn a_job_is_completed_though_a_server_failed() {
    let asked = world(&servers("last_drill = \"1h\"", "last_drill = \"1h\"\ndrilled = { launch = \"failed\" }"), "");
    let jobs = drs(&asked, "DescribeJobs", json!({ "filters": {} }));
    let job = &jobs["items"][0];
    assert_eq!(job["status"], "COMPLETED");
    let launched: Vec<(&str, &str)> = job["participatingServers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|server| (server["sourceServerID"].as_str().unwrap(), server["launchStatus"].as_str().unwrap()))
        .collect();
    assert_eq!(launched, [(FILES, "LAUNCHED"), (WEB, "FAILED")]);
    assert_eq!(events(&asked, WEB).iter().rev().nth(1).unwrap(), "LAUNCH_FAILED");
    let servers = drs(&asked, "DescribeSourceServers", json!({ "filters": { "sourceServerIDs": [WEB] } }));
    assert_eq!(servers["items"][0]["lastLaunchResult"], "FAILED");
    assert_eq!(drs(&asked, "DescribeRecoveryInstances", json!({}))["items"].as_array().unwrap().len(), 1);
    let over = asked.after("3h");
    let jobs = drs(&over, "DescribeJobs", json!({ "filters": {} }));
    let ended = jobs["items"].as_array().unwrap().iter().find(|job| job["type"] == "TERMINATE").unwrap();
    assert_eq!(ended["participatingServers"].as_array().unwrap().len(), 1, "the other one never was");
}

#[test]
fn a_recovery_plan_says_what_it_launches_in_which_order() {
    let asked = world(&(servers("", "") + PLAN), "");
    let plan = drs(&asked, "ListRecoveryPlans", json!({}))["recoveryPlans"][0].clone();
    assert_eq!((&plan["name"], &plan["status"]), (&json!("both"), &json!("ACTIVE")));
    assert_eq!(plan["createdAt"], "2025-11-20T12:00:00Z", "these dates end with Z, unlike the others of DRS");
    let named = json!({ "recoveryPlanArn": plan["recoveryPlanArn"] });
    let found = drs(&asked, "GetRecoveryPlan", named.clone());
    assert_eq!(found["recoveryPlan"]["description"], "files first");
    let steps = drs(&asked, "ListRecoveryPlanSteps", named)["recoveryPlanSteps"].clone();
    assert_eq!(steps[1]["configuration"], json!({ "waitStepConfiguration": { "waitDurationMinutes": 5 } }));
    let arn = format!("arn:aws:drs:us-west-2:111122223333:source-server/{WEB}");
    let web = json!({ "serverStepConfiguration": { "servers": [{ "serverArn": arn, "impactLevel": "OPTIONAL" }] } });
    assert_eq!((&steps[2]["stepOrder"], &steps[2]["configuration"]), (&json!(3), &web));
}

#[test]
fn a_drill_of_a_plan_goes_step_by_step_with_jobs_of_its_own() {
    let calm = world(&(servers("", "") + PLAN), "");
    let executions = |asked: &Asked, parameters| {
        drs(asked, "ListRecoveryPlanExecutions", parameters)["recoveryPlanExecutions"].clone()
    };
    let execution = executions(&calm, json!({}))[0].clone();
    assert_eq!((&execution["mode"], &execution["status"]), (&json!("DRILL"), &json!("COMPLETED")));
    assert_eq!(execution["startedAt"], "2026-11-20T11:00:00Z");
    let named = json!({ "recoveryPlanExecutionArn": execution["recoveryPlanExecutionArn"] });
    let whole = drs(&calm, "GetRecoveryPlanExecution", named.clone())["recoveryPlanExecution"].clone();
    assert!(whole["completedAt"].as_str().unwrap() > "2026-11-20T11:20:00Z", "{whole}");
    let states = |after: &str| {
        let steps = drs(&calm.after(after), "ListRecoveryPlanExecutionSteps", named.clone());
        let steps = steps["recoveryPlanExecutionSteps"].as_array().unwrap().clone();
        steps.iter().map(|step| step["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states("-59m"), ["EXECUTING", "NOT_STARTED", "NOT_STARTED"]);
    assert_eq!(executions(&calm.after("-59m"), json!({}))[0]["status"], "IN_PROGRESS");
    assert_eq!(states("0s"), ["COMPLETED", "COMPLETED", "COMPLETED"]);
    let waiting = (0..60).find(|minute| states(&format!("-{}m", 60 - minute))[1] == "WAITING");
    assert!(waiting.is_some_and(|minute| minute >= 8), "after the files are there: {waiting:?}");
    // The jobs of its steps are jobs like any other, and the servers' last launches.
    let steps = drs(&calm, "ListRecoveryPlanExecutionSteps", named.clone())["recoveryPlanExecutionSteps"].clone();
    let jobs = drs(&calm, "DescribeJobs", json!({ "filters": {} }));
    let known: Vec<&Json> = jobs["items"].as_array().unwrap().iter().map(|job| &job["jobID"]).collect();
    for (index, server) in [(0, FILES), (2, WEB)] {
        let job = &steps[index]["configuration"]["executionServerStepConfiguration"]["servers"][0]["jobID"];
        assert!(known.contains(&job), "{job} {known:?}");
        let found = drs(&calm, "DescribeSourceServers", json!({ "filters": { "sourceServerIDs": [server] } }));
        assert_eq!(&found["items"][0]["lifeCycle"]["lastLaunch"]["initiated"]["jobID"], job);
    }
    let step = json!({ "recoveryPlanExecutionStepArn": steps[2]["recoveryPlanExecutionStepArn"] });
    let step = drs(&calm, "GetRecoveryPlanExecutionStep", step)["recoveryPlanExecutionStep"].clone();
    assert_eq!((&step["stepName"], &step["attempt"]), (&json!("web"), &json!(1)));
    let mut done = named;
    done["filter"] = json!({ "status": "NOT_STARTED" });
    assert_eq!(drs(&calm, "ListRecoveryPlanExecutionSteps", done)["recoveryPlanExecutionSteps"], json!([]));
    assert_eq!(executions(&calm, json!({ "status": "FAILED" })), json!([]));
}

#[test]
fn a_drill_stops_at_a_critical_server_that_fails_and_not_at_an_optional_one() {
    let failed = "drilled = { launch = \"failed\" }";
    let critical = world(&(servers(failed, "") + PLAN), "");
    let execution = drs(&critical, "ListRecoveryPlanExecutions", json!({}))["recoveryPlanExecutions"][0].clone();
    assert_eq!((&execution["status"], &execution["errorDetail"]["code"]), (&json!("FAILED"), &json!("STEP_FAILED")));
    let named = json!({ "recoveryPlanExecutionArn": execution["recoveryPlanExecutionArn"] });
    let steps = drs(&critical, "ListRecoveryPlanExecutionSteps", named)["recoveryPlanExecutionSteps"].clone();
    assert_eq!(steps[0]["errorDetail"]["message"], "Could not be launched: files.");
    assert_eq!((&steps[1]["status"], &steps[2]["status"]), (&json!("NOT_STARTED"), &json!("NOT_STARTED")));
    let optional = world(&(servers("", failed) + PLAN), "");
    let execution = drs(&optional, "ListRecoveryPlanExecutions", json!({}))["recoveryPlanExecutions"][0].clone();
    assert_eq!(execution["status"], "COMPLETED");
}

#[test]
fn recovery_plans_come_in_pages_and_unknown_ones_are_refused() {
    let more: String = (0..5).map(|n| PLAN.replace("\"both\"", &format!("\"plan {n}\""))).collect();
    let asked = world(&(servers("", "") + PLAN + &more), "");
    let page = drs(&asked, "ListRecoveryPlans", json!({ "maxResults": 4 }));
    assert_eq!(page["recoveryPlans"].as_array().unwrap().len(), 4);
    let rest = drs(&asked, "ListRecoveryPlans", json!({ "maxResults": 4, "nextToken": page["nextToken"] }));
    assert_eq!((rest["recoveryPlans"].as_array().unwrap().len(), rest.get("nextToken")), (2, None));
    let refusal = |region, operation, parameters| asked.refusal("drs", region, operation, parameters);
    let arn = "arn:aws:drs:us-west-2:111122223333:recovery-plan/none";
    let unknown = (404, "ResourceNotFoundException");
    assert_eq!(refusal("us-west-2", "GetRecoveryPlan", json!({ "recoveryPlanArn": arn })), unknown);
    assert_eq!(refusal("us-west-2", "GetRecoveryPlanExecution", json!({ "recoveryPlanExecutionArn": arn })), unknown);
    assert_eq!(
        refusal("us-west-2", "ListRecoveryPlanExecutionSteps", json!({ "recoveryPlanExecutionArn": arn })),
        unknown
    );
    let wrong = (400, "ValidationException");
    assert_eq!(refusal("us-west-2", "GetRecoveryPlan", json!({ "recoveryPlanArn": "both" })), wrong);
    assert_eq!(refusal("us-west-2", "ListRecoveryPlanExecutions", json!({ "status": "DONE" })), wrong);
    assert_eq!(refusal("us-west-2", "ListRecoveryPlans", json!({ "nextToken": "x" })), wrong);
    assert_eq!(refusal("us-east-1", "ListRecoveryPlans", json!({})), (400, "UninitializedAccountException"));
}
