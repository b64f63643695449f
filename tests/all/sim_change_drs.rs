//! Changes of DRS: what an operator does in a failover, and home again.

use std::cell::Cell;
use std::sync::Arc;

use drdeck::sim::estate::Estate;
use drdeck::sim::services::{self, Run};
use drdeck::sim::{Running, World};
use serde_json::{Value as Json, json};

use super::sim_asks::{Asked, world_of};
use super::sim_kit::{self, Reply, ask, at, control, send, signed, simulator};

const WEB: &str = "s-00000000000000001";
const FILES: &str = "s-00000000000000002";
const ERP: &str = "s-00000000000000003";
const EAST: &str = "us-east-1";
const WEST: &str = "us-west-2";

/// Two servers in us-east-1 and one on premises, all replicated to us-west-2; DRS is set up in us-east-1 as a way home.
fn estate() -> String {
    let server = |id: &str, name: &str, origin: &str, gib: u32| {
        format!(
            "[[drs.server]]\nid = \"{id}\"\nname = \"{name}\"\nhostname = \"{name}\"\n{origin}\nregion = \"us-west-2\"\n\
             tags = {{ App = \"legacy\" }}\nos = \"Ubuntu 22.04\"\ndisk = [{{ device = \"/dev/nvme0n1\", gib = {gib} }}]\n\
             memory_gib = 8\ncores = 2\ninstance_type = \"m6i.large\"\n"
        )
    };
    let east = "origin = \"us-east-1\"\norigin_zone = \"us-east-1a\"";
    format!(
        "name = \"test\"\naccount = \"111122223333\"\nregions = [\"us-east-1\", \"us-west-2\", \"us-east-2\"]\n\
         [drs]\ninitialized = [\"us-east-1\"]\n{}{}{}",
        server(WEB, "web", east, 50),
        server(FILES, "files", east, 600),
        server(ERP, "erp", "origin = \"on-premises\"", 1280),
    )
}

/// A simulator, whose clock stands still.
struct Sim {
    server: Running,
    minutes: Cell<i64>,
}

impl Sim {
    fn new(acts: &str) -> Self {
        Self { server: simulator(&estate(), acts), minutes: Cell::new(0) }
    }

    /// That many minutes later.
    fn wait(&self, minutes: i64) {
        self.minutes.set(self.minutes.get() + minutes);
        at(&self.server, &format!("{}m", self.minutes.get()));
    }

    fn reply(&self, region: &str, operation: &str, body: &Json) -> Reply {
        let headers = [("authorization", &*signed("drs", region)), ("content-type", "application/json")];
        send(&self.server, "POST", &format!("/{operation}"), &headers, body.to_string().as_bytes()).unwrap()
    }

    /// The answer of an operation that must not be refused.
    fn ok(&self, region: &str, operation: &str, body: Json) -> Json {
        let reply = self.reply(region, operation, &body);
        assert!(reply.status < 300, "{operation} {body}: {} {}", reply.status, reply.text());
        if reply.body.is_empty() { Json::Null } else { reply.json() }
    }

    /// Status and code of a refusal.
    fn refused(&self, region: &str, operation: &str, body: Json) -> (u16, String) {
        let reply = self.reply(region, operation, &body);
        assert!(reply.status >= 300, "{operation} {body}: {}", reply.text());
        (reply.status, reply.header("x-amzn-errortype").unwrap().to_owned())
    }

    fn recover(&self, region: &str, servers: &[&str], more: Json) -> String {
        let servers: Vec<Json> = servers.iter().map(|id| json!({ "sourceServerID": id })).collect();
        let mut body = json!({ "sourceServers": servers });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ok(region, "StartRecovery", body)["job"]["jobID"].as_str().unwrap().to_owned()
    }

    fn items(&self, region: &str, operation: &str, filters: Json) -> Vec<Json> {
        self.ok(region, operation, json!({ "filters": filters }))["items"].as_array().unwrap().clone()
    }

    fn server(&self, region: &str, id: &str) -> Json {
        self.items(region, "DescribeSourceServers", json!({ "sourceServerIDs": [id] }))[0].clone()
    }

    fn state(&self, region: &str, id: &str) -> String {
        self.server(region, id)["dataReplicationInfo"]["dataReplicationState"].as_str().unwrap().to_owned()
    }

    fn machines(&self, region: &str, of: &str) -> Vec<Json> {
        self.items(region, "DescribeRecoveryInstances", json!({ "sourceServerIDs": [of] }))
    }

    /// The id of the one machine of a server.
    fn machine(&self, region: &str, of: &str) -> String {
        let all = self.machines(region, of);
        assert_eq!(all.len(), 1, "{all:?}");
        all[0]["recoveryInstanceID"].as_str().unwrap().to_owned()
    }

    fn job(&self, region: &str, id: &str) -> Json {
        self.items(region, "DescribeJobs", json!({ "jobIDs": [id] }))[0].clone()
    }

    fn events(&self, region: &str, job: &str) -> Vec<String> {
        let items = self.ok(region, "DescribeJobLogItems", json!({ "jobID": job }));
        let items = items["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["event"].as_str().unwrap().to_owned()).collect()
    }

    fn points(&self, region: &str, id: &str) -> Vec<Json> {
        let all = self.ok(region, "DescribeRecoverySnapshots", json!({ "sourceServerID": id, "order": "DESC" }));
        all["items"].as_array().unwrap().iter().filter(|point| point["timestamp"].is_string()).cloned().collect()
    }

    fn fault(&self, fault: &Json) {
        let reply = control(&self.server, "/_drdeck/faults", &json!([{ "fault": fault }]));
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
}

fn of(id: &str) -> Json {
    json!({ "sourceServerID": id })
}

fn on(id: &str) -> Json {
    json!({ "recoveryInstanceID": id })
}

fn conflict() -> (u16, String) {
    (409, "ConflictException".to_owned())
}

#[test]
fn a_recovery_walks_through_its_job_and_leaves_machines_that_run() {
    let sim = Sim::new("");
    let body = json!({ "sourceServers": [of(WEB), of(FILES)], "isDrill": false, "tags": { "dr-intent": "i-1" } });
    let reply = sim.reply(WEST, "StartRecovery", &body);
    assert_eq!(reply.status, 202);
    let job = reply.json()["job"].clone();
    let id = job["jobID"].as_str().unwrap();
    assert_eq!(
        (&job["status"], &job["type"], &job["initiatedBy"]),
        (&json!("PENDING"), &json!("LAUNCH"), &json!("START_RECOVERY"))
    );
    assert_eq!(job["tags"], json!({ "dr-intent": "i-1" }));
    let waiting = |part: &Json| part["launchStatus"] == "PENDING" && part.get("recoveryInstanceID").is_none();
    assert!(job["participatingServers"].as_array().unwrap().iter().all(waiting), "{job}");
    assert_eq!(sim.refused(WEST, "StartRecovery", json!({ "sourceServers": [of(FILES)] })), conflict());
    assert_eq!(sim.refused(WEST, "StopReplication", of(WEB)), conflict());
    assert_eq!(sim.refused(WEST, "DeleteJob", json!({ "jobID": id })), conflict());

    sim.wait(3);
    let job = sim.job(WEST, id);
    assert_eq!(
        (&job["status"], &job["participatingServers"][0]["launchStatus"]),
        (&json!("STARTED"), &json!("IN_PROGRESS"))
    );
    assert!(sim.machines(WEST, WEB).is_empty());
    assert_eq!(sim.server(WEST, WEB)["lastLaunchResult"], "PENDING");

    sim.wait(15);
    let job = sim.job(WEST, id);
    assert_eq!((&job["status"], &job["tags"]["dr-intent"]), (&json!("COMPLETED"), &json!("i-1")));
    let parts = job["participatingServers"].as_array().unwrap();
    assert!(parts.iter().all(|part| part["launchStatus"] == "LAUNCHED" && part["recoveryInstanceID"].is_string()));
    let events = sim.events(WEST, id);
    for event in
        ["JOB_START", "SNAPSHOT_START", "SNAPSHOT_END", "CONVERSION_START", "CONVERSION_END", "LAUNCH_START", "JOB_END"]
    {
        assert!(events.iter().any(|known| known == event), "{event} in {events:?}");
    }
    assert!(!events.iter().any(|event| event == "USING_PREVIOUS_SNAPSHOT"));
    let web = sim.server(WEST, WEB);
    let machine = sim.machines(WEST, WEB)[0].clone();
    assert_eq!(
        (&web["recoveryInstanceId"], &web["lastLaunchResult"]),
        (&machine["recoveryInstanceID"], &json!("SUCCEEDED"))
    );
    assert_eq!(web["lifeCycle"]["lastLaunch"]["initiated"]["type"], "RECOVERY");
    assert_eq!(web["lifeCycle"]["lastLaunch"]["initiated"]["jobID"], id);
    assert_eq!((&machine["isDrill"], &machine["ec2InstanceState"]), (&json!(false), &json!("RUNNING")));
    assert_eq!(machine["originEnvironment"], "AWS");
    assert!(machine["pointInTimeSnapshotDateTime"].as_str().unwrap().starts_with("2026-11-20T12:00:35"));
    let since = sim.items(WEST, "DescribeJobs", json!({ "fromDate": "2026-11-20T11:50:00Z" }));
    assert_eq!(since.len(), 1);
    assert!(sim.items(WEST, "DescribeJobs", json!({ "fromDate": "2026-11-20T12:00:01Z" })).is_empty());
    // What is launched again goes first.
    let again = sim.recover(WEST, &[WEB], json!({ "isDrill": true }));
    sim.wait(1);
    assert_eq!(sim.machines(WEST, WEB)[0]["ec2InstanceState"], "SHUTTING-DOWN");
    sim.wait(15);
    assert_eq!(sim.job(WEST, &again)["initiatedBy"], "START_DRILL");
    assert!(sim.events(WEST, &again).iter().any(|event| event == "CLEANUP_END"));
    assert_ne!(sim.machine(WEST, WEB), machine["recoveryInstanceID"].as_str().unwrap());
    assert_eq!(sim.machines(WEST, WEB)[0]["isDrill"], true);
    sim.ok(WEST, "DeleteJob", json!({ "jobID": again }));
    assert!(sim.items(WEST, "DescribeJobs", json!({ "jobIDs": [again] })).is_empty());
    assert_eq!(
        sim.refused(WEST, "DeleteJob", json!({ "jobID": again })),
        (404, "ResourceNotFoundException".to_owned())
    );
}

#[test]
fn a_completed_job_can_have_servers_that_failed_or_took_older_data() {
    let sim = Sim::new("");
    sim.fault(&json!({ "launch": { "server": WEB, "how": "no-capacity" } }));
    sim.fault(&json!({ "launch": { "server": FILES, "how": "previous-snapshot" } }));
    sim.fault(&json!({ "launch": { "server": ERP, "how": "failed" } }));
    let unknown = control(&sim.server, "/_drdeck/faults", &json!([{ "fault": { "launch": { "server": "s-1" } } }]));
    assert!(unknown.status == 400 && unknown.text().contains("there is no source server"), "{}", unknown.text());
    let job = sim.recover(WEST, &[WEB, FILES, ERP], json!({}));
    sim.wait(16);
    let done = sim.job(WEST, &job);
    assert_eq!(done["status"], "COMPLETED");
    let statuses: Vec<&Json> =
        done["participatingServers"].as_array().unwrap().iter().map(|part| &part["launchStatus"]).collect();
    assert_eq!(statuses, ["FAILED", "LAUNCHED", "FAILED"]);
    let events = sim.events(WEST, &job);
    for (event, times) in [("LAUNCH_FAILED", 2), ("SNAPSHOT_FAIL", 1), ("USING_PREVIOUS_SNAPSHOT", 1), ("JOB_END", 1)] {
        assert_eq!(events.iter().filter(|known| *known == event).count(), times, "{event} in {events:?}");
    }
    let log = sim.ok(WEST, "DescribeJobLogItems", json!({ "jobID": job })).to_string();
    assert!(log.contains("InsufficientInstanceCapacity") && log.contains("status checks"), "{log}");
    assert!(sim.machines(WEST, WEB).is_empty());
    assert_eq!(sim.server(WEST, WEB)["lastLaunchResult"], "FAILED");
    assert!(sim.machines(WEST, FILES)[0]["pointInTimeSnapshotDateTime"].as_str().unwrap() < "2026-11-20T12:00:00");
}

#[test]
fn a_dead_source_is_recovered_from_its_last_point_and_a_pinned_point_is_taken() {
    let sim = Sim::new("[[act]]\nat = \"30m\"\nfault.outage = { site = \"us-east-1\" }");
    sim.wait(60);
    let points = sim.points(WEST, FILES);
    let newest = points[0]["timestamp"].as_str().unwrap();
    assert!(newest.starts_with("2026-11-20T12:30") || newest.starts_with("2026-11-20T12:20"), "{newest}");
    let older = sim.points(WEST, WEB)[1].clone();
    let pinned = json!({ "sourceServers": [
        { "sourceServerID": WEB, "recoverySnapshotID": older["snapshotID"] }, of(FILES)] });
    let job = sim.ok(WEST, "StartRecovery", pinned)["job"]["jobID"].as_str().unwrap().to_owned();
    sim.wait(16);
    assert_eq!(sim.machines(WEST, FILES)[0]["pointInTimeSnapshotDateTime"], newest);
    assert_eq!(sim.machines(WEST, WEB)[0]["pointInTimeSnapshotDateTime"], older["timestamp"]);
    let events = sim.events(WEST, &job);
    assert_eq!(events.iter().filter(|event| *event == "USING_PREVIOUS_SNAPSHOT").count(), 1, "{events:?}");
    let wrong = json!({ "sourceServers": [{ "sourceServerID": WEB, "recoverySnapshotID": "pit-00000000000000000" }] });
    assert_eq!(sim.refused(WEST, "StartRecovery", wrong), conflict());
}

#[test]
fn impossible_launches_and_quotas_are_refused() {
    let sim = Sim::new("");
    let start = |servers: Json| sim.refused(WEST, "StartRecovery", json!({ "sourceServers": servers }));
    let invalid = (400, "ValidationException".to_owned());
    assert_eq!(start(json!([])), invalid);
    assert_eq!(start(json!([of("s-1")])), invalid);
    assert_eq!(start(json!([of(WEB), of(WEB)])), invalid);
    assert_eq!(start(json!([of("s-99999999999999999")])), conflict());
    let many = |count: usize| (0..count).map(|number| of(&format!("s-{number:017}"))).collect::<Vec<_>>();
    assert_eq!(start(many(101).into()), (402, "ServiceQuotaExceededException".to_owned()));
    assert_eq!(start(many(201).into()), invalid);
    let elsewhere = sim.refused("us-east-2", "StartRecovery", json!({ "sourceServers": [of(WEB)] }));
    assert_eq!(elsewhere, (400, "UninitializedAccountException".to_owned()));
    assert_eq!(sim.reply("us-east-2", "InitializeService", &json!({})).status, 204);
    assert_eq!(sim.refused("us-east-2", "StartRecovery", json!({ "sourceServers": [of(WEB)] })), conflict());
    assert_eq!(
        sim.refused(WEST, "TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": ["i-0123456789abcdef0"] })),
        conflict()
    );
    assert_eq!(sim.refused(WEST, "ReverseReplication", on("i-0123456789abcdef0")).0, 404);
    assert_eq!(sim.refused(WEST, "StopReplication", of("s-99999999999999999")).0, 404);
}

#[test]
fn a_region_home_and_protected_again() {
    let sim = Sim::new("");
    sim.recover(WEST, &[WEB], json!({}));
    sim.wait(16);
    let there = sim.machine(WEST, WEB);
    let body = sim.ok(WEST, "ReverseReplication", on(&there));
    let arn = body["reversedDirectionSourceServerArn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:drs:us-east-1:111122223333:source-server/s-"), "{arn}");
    let back = arn.rsplit('/').next().unwrap();
    assert_eq!(sim.server(WEST, WEB)["reversedDirectionSourceServerArn"], arn);
    assert_eq!(sim.refused(WEST, "ReverseReplication", on(&there)), conflict());
    let server = sim.server(EAST, back);
    assert_eq!(
        (&server["replicationDirection"], &server["sourceCloudProperties"]["originRegion"]),
        (&json!("FAILBACK"), &json!(WEST))
    );
    assert_eq!(server["sourceProperties"]["identificationHints"]["awsInstanceID"], *there);
    assert_eq!((server["tags"]["App"].as_str(), sim.state(EAST, back).as_str()), (Some("legacy"), "INITIATING"));
    assert_eq!(sim.machines(WEST, WEB)[0]["failback"]["state"], "FAILBACK_IN_PROGRESS");
    assert_eq!(
        sim.refused(EAST, "StartRecovery", json!({ "sourceServers": [of(back)] })),
        conflict(),
        "it has no point yet"
    );
    sim.wait(6);
    assert_eq!(sim.state(EAST, back), "INITIAL_SYNC");
    sim.wait(24);
    assert_eq!(sim.state(EAST, back), "CONTINUOUS");
    assert_eq!(sim.machines(WEST, WEB)[0]["failback"]["state"], "FAILBACK_READY_FOR_LAUNCH");
    sim.recover(EAST, &[back], json!({}));
    sim.wait(16);
    let home = sim.machine(EAST, back);
    assert_eq!(sim.machines(EAST, back)[0]["ec2InstanceState"], "RUNNING");
    let again = sim.ok(EAST, "ReverseReplication", on(&home));
    assert!(again["reversedDirectionSourceServerArn"].as_str().unwrap().ends_with(WEB), "{again}");
    let web = sim.server(WEST, WEB);
    assert_eq!(
        (&web["replicationDirection"], &web["sourceCloudProperties"]["originRegion"]),
        (&json!("FAILOVER"), &json!(EAST))
    );
    assert_eq!(web["sourceProperties"]["identificationHints"]["awsInstanceID"], *home);
    assert!(sim.points(WEST, WEB).is_empty(), "everything is copied anew");
    // The order of AWS's documentation.
    sim.ok(EAST, "StopReplication", of(back));
    assert_eq!(sim.refused(EAST, "StopReplication", of(back)), conflict());
    assert!(sim.points(EAST, back).is_empty());
    assert_eq!(sim.refused(EAST, "DisconnectSourceServer", of(back)), conflict(), "its machine is there");
    sim.ok(WEST, "TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": [there] }));
    sim.ok(EAST, "DeleteRecoveryInstance", on(&home));
    assert_eq!(sim.refused(EAST, "DeleteSourceServer", of(back)), conflict(), "it is not disconnected");
    let gone = sim.ok(EAST, "DisconnectSourceServer", of(back));
    assert_eq!(gone["dataReplicationInfo"]["dataReplicationState"], "DISCONNECTED");
    assert_eq!(sim.reply(EAST, "DeleteSourceServer", &of(back)).status, 204);
    assert!(sim.items(EAST, "DescribeSourceServers", json!({})).is_empty());
    sim.wait(50);
    assert!(sim.machines(WEST, WEB).is_empty());
    assert_eq!(sim.state(WEST, WEB), "CONTINUOUS", "protected by what runs at home");
    assert!(!sim.points(WEST, WEB).is_empty());
    assert!(sim.server(WEST, WEB).get("reversedDirectionSourceServerArn").is_none());
}

#[test]
fn a_reversal_needs_the_region_it_goes_to() {
    let sim = Sim::new("[[act]]\nat = \"30m\"\nuntil = \"60m\"\nfault.endpoint = { region = \"us-east-1\" }");
    sim.recover(WEST, &[WEB, ERP], json!({}));
    sim.wait(31);
    let (web, erp) = (sim.machine(WEST, WEB), sim.machine(WEST, ERP));
    assert_eq!(sim.refused(WEST, "ReverseReplication", on(&web)), (500, "InternalServerException".to_owned()));
    sim.wait(30);
    assert_eq!(sim.refused(WEST, "ReverseReplication", on(&erp)), (400, "ValidationException".to_owned()));
    let back = sim.ok(WEST, "ReverseReplication", on(&web))["reversedDirectionSourceServerArn"].clone();
    let back = back.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    sim.wait(40);
    assert_eq!(sim.state(EAST, &back), "CONTINUOUS");
    let terminated = sim.ok(WEST, "TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": [web] }));
    assert_eq!(
        (&terminated["job"]["type"], &terminated["job"]["participatingServers"][0]["recoveryInstanceID"]),
        (&json!("TERMINATE"), &json!(web))
    );
    sim.wait(3);
    assert_eq!(
        sim.job(WEST, terminated["job"]["jobID"].as_str().unwrap())["participatingServers"][0]["launchStatus"],
        "TERMINATED"
    );
    assert_eq!(sim.state(EAST, &back), "STALLED", "nothing is left to replicate");
    assert!(!sim.points(EAST, &back).is_empty(), "its points stay");
    assert_eq!(sim.server(WEST, WEB)["lifeCycle"]["lastLaunch"]["status"], "TERMINATED");
    assert_eq!(sim.refused(WEST, "TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": [web] })), conflict());
}

#[test]
fn an_on_premises_server_comes_home_by_its_failback_client() {
    let sim = Sim::new("[[act]]\nat = \"5m\"\nuntil = \"120m\"\nfault.outage = { site = \"on-premises\" }");
    sim.wait(10);
    sim.recover(WEST, &[ERP], json!({}));
    sim.wait(80);
    let machine = sim.machine(WEST, ERP);
    let failback = || sim.machines(WEST, ERP)[0]["failback"].clone();
    let launch = || json!({ "recoveryInstanceIDs": [machine] });
    assert_eq!(failback()["state"], "FAILBACK_NOT_STARTED", "nobody is there to boot a client");
    assert_eq!(sim.refused(WEST, "StartFailbackLaunch", launch()), conflict());
    sim.wait(32); // two minutes after the site is back
    assert_eq!(failback()["state"], "FAILBACK_NOT_STARTED");
    sim.wait(10);
    assert_eq!(failback()["state"], "FAILBACK_IN_PROGRESS");
    assert_eq!(sim.state(WEST, ERP), "STALLED", "the machine at home runs the client, not its agent");
    sim.ok(WEST, "StopFailback", on(&machine));
    assert_eq!(failback()["state"], "FAILBACK_NOT_STARTED");
    sim.wait(90);
    assert_eq!(failback()["state"], "FAILBACK_READY_FOR_LAUNCH");
    let body = json!({ "recoveryInstanceIDs": [machine], "tags": { "dr-intent": "i-2" } });
    let job = sim.ok(WEST, "StartFailbackLaunch", body)["job"].clone();
    assert_eq!(
        (&job["initiatedBy"], &job["type"], &job["tags"]["dr-intent"]),
        (&json!("FAILBACK"), &json!("LAUNCH"), &json!("i-2"))
    );
    assert_eq!(sim.refused(WEST, "StartFailbackLaunch", launch()), conflict());
    sim.wait(8);
    assert_eq!(sim.job(WEST, job["jobID"].as_str().unwrap())["participatingServers"][0]["launchStatus"], "LAUNCHED");
    assert_eq!((&failback()["state"], &failback()["failbackJobID"]), (&json!("FAILBACK_COMPLETED"), &job["jobID"]));
    assert_eq!(sim.refused(WEST, "StartFailbackLaunch", launch()), conflict());
    assert_eq!(sim.state(WEST, ERP), "RESCAN", "its agent reads the disks again");
    sim.wait(120);
    assert_eq!(sim.state(WEST, ERP), "CONTINUOUS");
    assert!(!sim.points(WEST, ERP).is_empty());
}

#[test]
fn stopped_replication_costs_every_point_and_starts_anew() {
    let sim = Sim::new("");
    assert!(!sim.points(WEST, WEB).is_empty());
    let stopped = sim.ok(WEST, "StopReplication", of(WEB));
    let info = &stopped["sourceServer"]["dataReplicationInfo"];
    assert_eq!((&info["dataReplicationState"], info.get("lagDuration")), (&json!("STOPPED"), None));
    sim.wait(1);
    assert_eq!((sim.state(WEST, WEB).as_str(), sim.points(WEST, WEB).len()), ("STOPPED", 0));
    assert_eq!(sim.refused(WEST, "StartRecovery", json!({ "sourceServers": [of(WEB)] })), conflict());
    sim.wait(1);
    let started = sim.ok(WEST, "StartReplication", of(WEB));
    assert_eq!(started["sourceServer"]["dataReplicationInfo"]["dataReplicationState"], "INITIATING");
    assert_eq!(sim.refused(WEST, "StartReplication", of(WEB)), conflict());
    sim.wait(6);
    assert_eq!((sim.state(WEST, WEB).as_str(), sim.points(WEST, WEB).len()), ("INITIAL_SYNC", 0));
    sim.wait(30);
    assert_eq!(sim.state(WEST, WEB), "CONTINUOUS");
    assert!(!sim.points(WEST, WEB).is_empty());
    assert!(sim.points(WEST, WEB).iter().all(|point| point["timestamp"].as_str().unwrap() > "2026-11-20T12:02"));
}

#[test]
fn what_drs_lets_go_of_runs_on() {
    let sim = Sim::new("");
    sim.recover(WEST, &[WEB], json!({}));
    sim.wait(16);
    let machine = sim.machine(WEST, WEB);
    assert_eq!(sim.refused(WEST, "DeleteRecoveryInstance", on(&machine)), conflict());
    assert_eq!(sim.refused(WEST, "DisconnectSourceServer", of(WEB)), conflict());
    let reply = sim.reply(WEST, "DisconnectRecoveryInstance", &on(&machine));
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    assert_eq!(sim.refused(WEST, "DisconnectRecoveryInstance", on(&machine)), conflict());
    assert_eq!(sim.refused(WEST, "ReverseReplication", on(&machine)), conflict());
    assert_eq!(sim.machines(WEST, WEB)[0]["dataReplicationInfo"]["dataReplicationState"], "DISCONNECTED");
    sim.ok(WEST, "DeleteRecoveryInstance", on(&machine));
    assert!(sim.machines(WEST, WEB).is_empty());
    assert_eq!(sim.refused(WEST, "DisconnectRecoveryInstance", on(&machine)).0, 404);
}

#[test]
fn settings_and_tags_stay_as_they_were_set() {
    let sim = Sim::new("");
    let body = json!({ "sourceServerID": WEB, "launchDisposition": "STOPPED", "copyPrivateIp": true, "licensing": { "osByol": true } });
    let changed = sim.ok(WEST, "UpdateLaunchConfiguration", body);
    assert_eq!((&changed["launchDisposition"], &changed["copyPrivateIp"]), (&json!("STOPPED"), &json!(true)));
    assert_eq!(changed, sim.ok(WEST, "GetLaunchConfiguration", of(WEB)));
    let rules = json!([{ "ruleID": 1, "units": "HOUR", "interval": 1, "retentionDuration": 4, "enabled": true }]);
    let body = json!({ "sourceServerID": WEB, "bandwidthThrottling": 200, "pitPolicy": rules, "stagingAreaTags": { "a": "b" } });
    let changed = sim.ok(WEST, "UpdateReplicationConfiguration", body);
    assert_eq!(
        (&changed["bandwidthThrottling"], &changed["pitPolicy"], &changed["stagingAreaTags"]["a"]),
        (&json!(200), &rules, &json!("b"))
    );
    assert!(sim.points(WEST, WEB).len() <= 5);
    let wrong = json!({ "sourceServerID": WEB, "launchDisposition": "MAYBE" });
    assert_eq!(sim.refused(WEST, "UpdateLaunchConfiguration", wrong), (400, "ValidationException".to_owned()));
    let job = sim.recover(WEST, &[WEB], json!({}));
    sim.wait(16);
    assert_eq!(sim.machines(WEST, WEB)[0]["ec2InstanceState"], "STOPPED");
    let web = sim.server(WEST, WEB)["arn"].as_str().unwrap().to_owned();
    let arns = [
        web.clone(),
        sim.machines(WEST, WEB)[0]["arn"].as_str().unwrap().to_owned(),
        sim.job(WEST, &job)["arn"].as_str().unwrap().to_owned(),
    ];
    for arn in &arns {
        let path = format!("tags/{}", arn.replace('/', "%2F"));
        sim.ok(WEST, &path, json!({ "tags": { "Owner": "night" } }));
        let headers = [("authorization", &*signed("drs", WEST))];
        let listed = send(&sim.server, "GET", &format!("/{path}"), &headers, b"").unwrap().json();
        assert_eq!(listed["tags"]["Owner"], "night", "{arn}");
        let gone = send(&sim.server, "DELETE", &format!("/{path}?tagKeys=Owner"), &headers, b"").unwrap();
        assert_eq!((gone.status, gone.body.len()), (200, 0));
        let listed = send(&sim.server, "GET", &format!("/{path}"), &headers, b"").unwrap().json();
        assert!(listed["tags"].get("Owner").is_none(), "{arn}");
    }
    sim.ok(WEST, &format!("tags/{}", web.replace('/', "%2F")), json!({ "tags": { "Name": "shop-web" } }));
    assert_eq!(sim.server(WEST, WEB)["tags"], json!({ "Name": "shop-web", "App": "legacy" }));
    assert_eq!(
        sim.refused(
            WEST,
            &format!("tags/{}", arns[0].replace("web", "x").replace(WEB, ERP).replace('/', "%2F") + "0"),
            json!({ "tags": {} })
        )
        .0,
        404
    );
}

#[test]
fn changes_are_logged_with_what_they_are_about() {
    let sim = Sim::new("");
    sim.ok(WEST, "StopReplication", of(WEB));
    let calls = send(&sim.server, "GET", "/_drdeck/calls", &[], b"").unwrap().text();
    assert!(calls.contains("StopReplication") && calls.contains(WEB), "{calls}");
    assert!(ask(&sim.server, "/_drdeck/clock")["now"].as_str().unwrap().starts_with(&sim_kit::START[..10]));
}

/// The world after a change, and its answer.
fn changed(asked: &Asked, region: &str, operation: &str, parameters: Json) -> (Asked, Json) {
    let service = services::find("drs").unwrap();
    let operation = service.operation(operation).unwrap();
    let Run::Changes(change) = operation.run else { panic!("{} changes nothing", operation.name) };
    let mut estate = Estate::clone(&asked.world.estate);
    let call = asked.call(service.name, region, operation.name, parameters);
    let answer = change(&mut estate, &asked.world, &call).unwrap().answer;
    let body = service.protocols[0].encode(operation, &answer, "request").body;
    let world = World { estate: Arc::new(estate), ..asked.world.clone() };
    (Asked { world }, serde_json::from_slice(&body).unwrap_or_default())
}

/// Where a server's machines run, away and at home.
fn runs(asked: &Asked, server: &str, home: &str) -> (bool, bool) {
    (asked.world.runs_recovered(server, WEST), asked.world.runs_recovered(server, home))
}

#[test]
fn a_recovered_machine_runs_where_it_was_launched_while_that_place_is_alive() {
    let acts = "name = \"test\"\nstory = \"\"\n\
                [[act]]\nat = \"100m\"\nuntil = \"110m\"\nfault.outage = { site = \"us-west-2\" }";
    let calm = world_of(&estate(), acts);
    let start = |ids: &[&str], is_drill: bool| {
        let servers: Vec<Json> = ids.iter().map(|id| of(id)).collect();
        json!({ "sourceServers": servers, "isDrill": is_drill })
    };
    assert_eq!(runs(&calm, WEB, EAST), (false, false));
    let (drilling, _) = changed(&calm, WEST, "StartRecovery", start(&[WEB], true));
    assert_eq!(runs(&drilling.after("20m"), WEB, EAST), (false, false), "a drill serves nobody");
    let (started, _) = changed(&calm, WEST, "StartRecovery", start(&[WEB, ERP], false));
    assert_eq!(runs(&started.after("2m"), WEB, EAST), (false, false), "not yet");
    let there = started.after("20m");
    assert_eq!((runs(&there, WEB, EAST), runs(&there, FILES, EAST)), ((true, false), (false, false)));
    assert_eq!(runs(&there.after("105m"), WEB, EAST), (false, false), "nothing runs in a dead Region");
    let listed = there.json("drs", WEST, "DescribeRecoveryInstances", json!({}));
    let machine = |id: &str| {
        let items = listed["items"].as_array().unwrap();
        items.iter().find(|item| item["sourceServerID"] == id).unwrap()["recoveryInstanceID"].clone()
    };
    let (reversed, answer) = changed(&there, WEST, "ReverseReplication", json!({ "recoveryInstanceID": machine(WEB) }));
    let arn = answer["reversedDirectionSourceServerArn"].as_str().unwrap();
    let back = arn.rsplit('/').next().unwrap();
    let (launched, _) = changed(&reversed.after("60m"), EAST, "StartRecovery", start(&[back], false));
    let both = launched.after("80m");
    assert_eq!(runs(&both, WEB, EAST), (true, true));
    let one = json!({ "recoveryInstanceIDs": [machine(WEB)] });
    let (home, _) = changed(&both, WEST, "TerminateRecoveryInstances", one);
    assert_eq!(runs(&home, WEB, EAST), (false, true));
    // The failback client at home is level 40 minutes after the launch.
    let erp = json!({ "recoveryInstanceIDs": [machine(ERP)] });
    let (failing_back, _) = changed(&home, WEST, "StartFailbackLaunch", erp);
    assert_eq!(runs(&failing_back, ERP, "on-premises"), (true, false));
    assert_eq!(runs(&failing_back.after("90m"), ERP, "on-premises"), (true, true));
}
