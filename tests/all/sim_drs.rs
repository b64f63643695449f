//! DRS of the simulator: what the states say, and what they keep silent about.

use drdeck::sim::Moment;
use serde_json::{Value as Json, json};

use super::sim_asks::{Asked, world};

const EC2: &str = "s-00000000000000001";
const ON_PREMISES: &str = "s-00000000000000002";

/// Two servers: one in us-east-1, one on premises, both replicated to us-west-2.
const ESTATE: &str = r#"
[[drs.server]]
id = "s-00000000000000001"
name = "web"
hostname = "ip-10-20-1-11.ec2.internal"
origin = "us-east-1"
origin_zone = "us-east-1a"
region = "us-west-2"
tags = { App = "legacy" }
os = "Ubuntu 22.04"
disk = [{ device = "/dev/nvme0n1", gib = 50 }, { device = "/dev/nvme1n1", gib = 150 }]
memory_gib = 8
cores = 2
instance_type = "m6i.large"
last_drill = "30m"
[[drs.server]]
id = "s-00000000000000002"
name = "erp"
hostname = "erp.corp"
origin = "on-premises"
region = "us-west-2"
os = "RHEL 8"
disk = [{ device = "/dev/sda", gib = 80 }]
memory_gib = 64
cores = 16
instance_type = "r6i.2xlarge"
"#;

fn server(asked: &Asked, id: &str) -> Json {
    let filters = json!({ "filters": { "sourceServerIDs": [id] } });
    asked.json("drs", "us-west-2", "DescribeSourceServers", filters)["items"][0].clone()
}

fn backlog(server: &Json) -> i64 {
    let disks = server["dataReplicationInfo"]["replicatedDisks"].as_array().unwrap();
    disks.iter().map(|disk| disk["backloggedStorageBytes"].as_i64().unwrap()).sum()
}

/// State, lag and error of a server.
fn state(server: &Json) -> (&str, Option<&str>, Option<&str>) {
    let info = &server["dataReplicationInfo"];
    let text = |value: &'_ Json| value.as_str().map(str::to_owned);
    let error = info["dataReplicationError"]["error"].as_str();
    assert_eq!(text(&info["dataReplicationError"]["rawError"]).is_some(), error.is_some());
    (info["dataReplicationState"].as_str().unwrap(), info["lagDuration"].as_str(), error)
}

fn seen(server: &Json) -> Moment {
    Moment::parse(server["lifeCycle"]["lastSeenByServiceDateTime"].as_str().unwrap()).unwrap()
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn snapshots(asked: &Asked, id: &str) -> Vec<Json> {
    asked.pages("drs", "us-west-2", "DescribeRecoverySnapshots", 4, &json!({ "sourceServerID": id, "order": "DESC" }))
}

/// The newest snapshot that was taken: hour and minute.
fn newest_taken(asked: &Asked, id: &str) -> String {
    let taken = snapshots(asked, id).into_iter().find_map(|one| one["timestamp"].as_str().map(str::to_owned));
    taken.unwrap()[11..16].to_owned()
}

#[test]
fn a_calm_server_is_continuous_and_seen() {
    let asked = world(ESTATE, "").after("1h");
    let web = server(&asked, EC2);
    assert_eq!((state(&web), backlog(&web)), (("CONTINUOUS", Some("PT0S"), None), 0));
    assert!((asked.world.now - seen(&web)).seconds() < 31.0);
    assert_eq!((&web["replicationDirection"], &web["tags"]["Name"]), (&json!("FAILOVER"), &json!("web")));
    assert_eq!(web["sourceCloudProperties"]["originRegion"], "us-east-1");
    assert!(web["sourceProperties"]["identificationHints"]["awsInstanceID"].is_string());
    let erp = server(&asked, ON_PREMISES);
    assert!(erp.get("sourceCloudProperties").is_none(), "{erp}");
    assert!(erp["sourceProperties"]["identificationHints"]["vmWareUuid"].is_string());
    assert_eq!(erp["sourceProperties"]["identificationHints"]["hostname"], "erp.corp");
    assert_eq!(erp["lastLaunchResult"], "NOT_STARTED");
}

#[test]
fn a_stalled_server_keeps_its_last_lag_while_its_backlog_grows_and_then_drains() {
    let acts = format!("[[act]]\nat = \"10m\"\nuntil = \"1h10m\"\nfault.stall = {{ link = \"{EC2}\" }}");
    let calm = world(ESTATE, &acts);
    let (early, late) = (server(&calm.after("20m"), EC2), server(&calm.after("1h"), EC2));
    for stalled in [&early, &late] {
        assert_eq!(state(stalled), ("STALLED", Some("PT0S"), Some("UNSTABLE_NETWORK")), "the lag is that of before");
    }
    assert!(0 < backlog(&early) && backlog(&early) * 4 < backlog(&late), "{} {}", backlog(&early), backlog(&late));
    assert!((calm.after("1h").world.now - seen(&late)).seconds() < 31.0, "its agent is heard");
    assert_eq!(state(&server(&calm.after("1h"), ON_PREMISES)).0, "CONTINUOUS", "the other one is well");
    let draining = server(&calm.after("1h15m"), EC2);
    let (state_now, lag, error) = state(&draining);
    assert_eq!((state_now, error), ("BACKLOG", None));
    assert_eq!(lag, Some("PT40M"), "60 minutes less four times five");
    assert!(backlog(&draining) < backlog(&late));
    assert_eq!(draining["dataReplicationInfo"]["etaDateTime"], "2026-11-20T13:25:00.000000+00:00");
    assert_eq!(state(&server(&calm.after("1h30m"), EC2)), ("CONTINUOUS", Some("PT0S"), None));
}

#[test]
fn a_disconnected_server_has_no_lag_at_all_and_reads_its_disks_again_afterwards() {
    let acts = format!("[[act]]\nat = \"10m\"\nuntil = \"1h10m\"\nfault.stop = {{ link = \"{EC2}\" }}");
    let calm = world(ESTATE, &acts);
    let gone = server(&calm.after("1h"), EC2);
    assert_eq!(state(&gone), ("DISCONNECTED", None, Some("AGENT_NOT_SEEN")));
    let disks = gone["dataReplicationInfo"]["replicatedDisks"].as_array().unwrap();
    assert!(disks.iter().all(|disk| disk["totalStorageBytes"] == 0), "{disks:?}");
    let (since, last) = (at("2026-11-20T12:10:00Z"), seen(&gone));
    assert!(last <= since && (since - last).seconds() < 31.0, "{last}");
    let back = server(&calm.after("1h12m"), EC2);
    assert_eq!(state(&back).0, "RESCAN");
    let disk = &back["dataReplicationInfo"]["replicatedDisks"][0];
    let (rescanned, total) =
        (disk["rescannedStorageBytes"].as_i64().unwrap(), disk["totalStorageBytes"].as_i64().unwrap());
    assert!(0 < rescanned && rescanned < total, "{disk}");
    assert_eq!(state(&server(&calm.after("1h21m"), EC2)).0, "BACKLOG");
    assert_eq!(state(&server(&calm.after("1h26m"), EC2)).0, "CONTINUOUS");
}

#[test]
fn a_server_whose_site_is_gone_is_not_seen_and_its_points_in_time_stand_still() {
    let acts = "[[act]]\nat = \"12m\"\nuntil = \"9h\"\nfault.outage = { site = \"us-east-1\" }";
    let calm = world(ESTATE, acts);
    for after in ["22m", "3h2m", "8h2m"] {
        let asked = calm.after(after);
        let web = server(&asked, EC2);
        assert_eq!(state(&web), ("STALLED", Some("PT0S"), Some("AGENT_NOT_SEEN")), "{after}");
        assert!(seen(&web) <= at("2026-11-20T12:12:00Z"), "{after}");
        assert_eq!(newest_taken(&asked, EC2), "12:10", "{after}: the newest stays, whatever its rule says");
        let newest = &snapshots(&asked, EC2)[0];
        assert!(newest.get("timestamp").is_none(), "{after}: expected, but not taken: {newest}");
        assert_eq!(state(&server(&asked, ON_PREMISES)).0, "CONTINUOUS", "{after}");
        assert_ne!(newest_taken(&asked, ON_PREMISES), "12:10", "{after}");
    }
    assert_eq!(state(&server(&calm.after("9h30m"), EC2)).0, "BACKLOG");
    assert_eq!(newest_taken(&calm.after("9h30m"), EC2), "12:10", "no point in time while it catches up");
    assert_eq!(newest_taken(&calm.after("12h5m"), EC2), "00:00");
}

#[test]
fn snapshots_follow_the_policy_and_one_being_taken_is_only_expected() {
    let asked = world(ESTATE, "").after("10s");
    let all = snapshots(&asked, EC2);
    let newest = &all[0];
    assert_eq!(newest["expectedTimestamp"], "2026-11-20T12:00:00.000000+00:00");
    assert!(newest.get("timestamp").is_none() && newest.get("ebsSnapshots").is_none(), "{newest}");
    let done = world(ESTATE, "").after("2m");
    assert_eq!(newest_taken(&done, EC2), "12:00");
    // Six of the last hour, 23 more of the last day, and the midnights of a week but today's, which is among the hours.
    assert_eq!(snapshots(&done, EC2).len(), 6 + 23 + 6);
    let mut ascending =
        done.pages("drs", "us-west-2", "DescribeRecoverySnapshots", 9, &json!({ "sourceServerID": EC2 }));
    ascending.reverse();
    assert_eq!(ascending, snapshots(&done, EC2));
    let window = json!({ "sourceServerID": EC2, "filters": { "fromDateTime": "2026-11-20T11:30:00Z", "toDateTime": "2026-11-20T11:45:00Z" } });
    assert_eq!(
        done.json("drs", "us-west-2", "DescribeRecoverySnapshots", window)["items"].as_array().unwrap().len(),
        2
    );
    assert_eq!(all[1]["ebsSnapshots"].as_array().unwrap().len(), 2, "one per disk");
}

#[test]
fn a_server_that_was_just_added_copies_its_disks_first() {
    let estate = ESTATE.replace("name = \"erp\"", "name = \"erp\"\nage = \"5m\"");
    let calm = world(&estate, "");
    let young = server(&calm.after("-3m"), ON_PREMISES);
    assert_eq!(state(&young), ("INITIATING", None, None));
    assert!(young["lifeCycle"].get("firstByteDateTime").is_none());
    let copying = server(&calm.after("5m"), ON_PREMISES);
    assert_eq!(state(&copying), ("INITIAL_SYNC", None, None), "no lag: it is not protected");
    let disk = &copying["dataReplicationInfo"]["replicatedDisks"][0];
    assert!(disk["replicatedStorageBytes"].as_i64() < disk["totalStorageBytes"].as_i64(), "{disk}");
    assert!(snapshots(&calm.after("5m"), ON_PREMISES).is_empty());
    assert_eq!(state(&server(&calm.after("1h"), ON_PREMISES)).0, "CONTINUOUS");
    let none_yet = calm.after("-10m").json("drs", "us-west-2", "DescribeSourceServers", json!({}));
    assert_eq!(none_yet["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_drill_has_a_job_a_log_a_machine_and_an_end() {
    let calm = world(ESTATE, "");
    let jobs = |asked: &Asked| asked.pages("drs", "us-west-2", "DescribeJobs", 1, &json!({ "filters": {} }));
    let machines = |asked: &Asked| asked.pages("drs", "us-west-2", "DescribeRecoveryInstances", 1, &json!({}));
    let log = |asked: &Asked, job: &Json| -> Vec<String> {
        let entries = asked.pages("drs", "us-west-2", "DescribeJobLogItems", 2, &json!({ "jobID": job["jobID"] }));
        entries.iter().map(|entry| entry["event"].as_str().unwrap().to_owned()).collect()
    };
    let launching = calm.after("-25m");
    let job = jobs(&launching).remove(0);
    assert_eq!(
        (&job["status"], &job["initiatedBy"], job.get("endDateTime")),
        (&json!("STARTED"), &json!("START_DRILL"), None)
    );
    assert_eq!(job["participatingServers"][0]["launchStatus"], "IN_PROGRESS");
    assert_eq!(log(&launching, &job), ["JOB_START", "SNAPSHOT_START", "SNAPSHOT_END", "CONVERSION_START"]);
    assert_eq!(server(&launching, EC2)["lastLaunchResult"], "PENDING");
    assert!(machines(&launching).is_empty());

    let drilling = calm.after("0s");
    let job = jobs(&drilling).remove(0);
    let machine = machines(&drilling).remove(0);
    assert_eq!(
        (&job["status"], &job["participatingServers"][0]["launchStatus"]),
        (&json!("COMPLETED"), &json!("LAUNCHED"))
    );
    assert_eq!((&machine["isDrill"], &machine["ec2InstanceState"]), (&json!(true), &json!("RUNNING")));
    assert_eq!(machine["jobID"], job["jobID"]);
    let web = server(&drilling, EC2);
    assert_eq!(web["recoveryInstanceId"], machine["recoveryInstanceID"]);
    assert_eq!(web["lifeCycle"]["lastLaunch"]["initiated"]["jobID"], job["jobID"]);
    assert_eq!(log(&drilling, &job).last().unwrap(), "JOB_END");
    let of_other = json!({ "filters": { "sourceServerIDs": [ON_PREMISES] } });
    assert!(drilling.pages("drs", "us-west-2", "DescribeRecoveryInstances", 5, &of_other).is_empty());

    let over = calm.after("2h");
    let kinds: Vec<Json> = jobs(&over).iter().map(|job| job["type"].clone()).collect();
    assert_eq!(kinds, ["TERMINATE", "LAUNCH"], "newest first");
    assert!(machines(&over).is_empty());
    assert!(server(&over, EC2).get("recoveryInstanceId").is_none());
    let since = json!({ "filters": { "fromDate": "2026-11-20T12:30:00Z" } });
    assert_eq!(over.pages("drs", "us-west-2", "DescribeJobs", 5, &since).len(), 1);
}

#[test]
fn a_region_without_drs_and_impossible_questions_are_refused() {
    let asked = world(ESTATE, "");
    let refusal = |region, operation, parameters| asked.refusal("drs", region, operation, parameters);
    for operation in ["DescribeSourceServers", "DescribeRecoveryInstances", "DescribeJobs"] {
        assert_eq!(refusal("us-east-1", operation, json!({})), (400, "UninitializedAccountException"));
    }
    let many: Vec<String> = (0..201).map(|number| format!("s-{number:017}")).collect();
    for filters in [json!({ "sourceServerIDs": ["s-1"] }), json!({ "sourceServerIDs": many })] {
        let parameters = json!({ "filters": filters });
        assert_eq!(refusal("us-west-2", "DescribeSourceServers", parameters), (400, "ValidationException"));
    }
    for parameters in [json!({ "maxResults": 0 }), json!({ "nextToken": "x" })] {
        assert_eq!(refusal("us-west-2", "DescribeSourceServers", parameters), (400, "ValidationException"));
    }
    let unknown = json!({ "sourceServerID": "s-99999999999999999" });
    assert_eq!(refusal("us-west-2", "DescribeRecoverySnapshots", unknown), (400, "ValidationException"));
    assert_eq!(
        refusal("us-west-2", "DescribeJobs", json!({ "filters": { "fromDate": "noon" } })),
        (400, "ValidationException")
    );
    let nobody = json!({ "filters": { "sourceServerIDs": ["s-99999999999999999"] } });
    assert_eq!(asked.json("drs", "us-west-2", "DescribeSourceServers", nobody)["items"], json!([]));
}

#[test]
fn servers_come_in_pages() {
    let estate: String = (0..250).fold(String::new(), |all, number| {
        let (_, one) = ESTATE.rsplit_once("[[drs.server]]").unwrap();
        all + "[[drs.server]]" + &one.replace(ON_PREMISES, &format!("s-{number:017}"))
    });
    let asked = world(&estate, "");
    let default = asked.json("drs", "us-west-2", "DescribeSourceServers", json!({}));
    assert_eq!(default["items"].as_array().unwrap().len(), 100);
    assert!(default["nextToken"].is_string());
    for size in [1, 7, 100, 250, 1_000] {
        let all = asked.pages("drs", "us-west-2", "DescribeSourceServers", size, &json!({}));
        assert_eq!(all.len(), 250);
    }
}
