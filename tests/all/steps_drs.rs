//! Every kind of step about Elastic Disaster Recovery: what its card says, what keeps it back, what it sends, how far it has come, and whether a
//! request whose answer was lost was carried out.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::drs::{
    Direction, Job, LogItem, RecoveryInstance, RecoverySnapshot, ReplicationState, SourceServer,
};
use drdeck::model::facts::drs_settings::LaunchConfiguration;
use drdeck::model::{Place, Query, Region, Span};
use drdeck::runbook::kinds::{Kind, Reversibility};
use drdeck::runbook::{Mode, Outcome, Work};
use serde_json::json;

use crate::fixture_steps::*;

const ONE: &str = "s-1111111111111111a";
const TWO: &str = "s-2222222222222222b";
const BACK_ONE: &str = "s-3333333333333333c";
const BACK_TWO: &str = "s-4444444444444444d";

fn server(id: &str, name: &str) -> SourceServer {
    SourceServer {
        id: t(id),
        arn: t(&format!("arn:aws:drs:us-west-2:111122223333:source-server/{id}")),
        name: Some(t(name)),
        tags: vec![(t("App"), t("legacy-web"))],
        state: Is(ReplicationState::Continuous),
        lag: Some(Span::ZERO),
        error: None,
        last_seen: Some(ago(20)),
        backlog_bytes: 0,
        total_bytes: 100,
        replicated_bytes: 100,
        eta: None,
        direction: Is(Direction::Failover),
        last_launch: t("NOT_STARTED"),
        origin_region: Some(Region::new("us-east-1")),
        recovery_instance: None,
        reversed: None,
    }
}

fn back(id: &str) -> Option<drdeck::model::Text> {
    Some(t(&format!("arn:aws:drs:us-east-1:111122223333:source-server/{id}")))
}

fn servers() -> Vec<SourceServer> {
    vec![server(ONE, "web-1"), server(TWO, "web-2")]
}

fn job(id: &str, by: &str, status: &str, tags: &[(&str, &str)], servers: &[(&str, &str)]) -> Job {
    Job {
        id: t(id),
        kind: t(if by == "TERMINATE_RECOVERY_INSTANCES" { "TERMINATE" } else { "LAUNCH" }),
        initiated_by: t(by),
        status: t(status),
        created: Some(ago(60)),
        ended: None,
        tags: tags.iter().map(|(key, value)| (t(key), t(value))).collect(),
        servers: servers.iter().map(|(id, status)| (t(id), t(status))).collect(),
    }
}

fn machine(id: &str, server: &str, job: &str) -> RecoveryInstance {
    RecoveryInstance {
        id: t(id),
        source_server: t(server),
        job: t(job),
        is_drill: false,
        origin: t("AWS"),
        ec2_state: t("RUNNING"),
        point_in_time: Some(ago(3_600)),
        failback_state: t("FAILBACK_NOT_STARTED"),
        replication: t("NOT_STARTED"),
    }
}

fn settings(disposition: &str, copy_private_ip: bool) -> Answer {
    Answer::LaunchConfiguration(Box::new(LaunchConfiguration {
        disposition: t(disposition),
        right_sizing: t("NONE"),
        copy_private_ip,
        copy_tags: true,
        launch_template: None,
        launch_into: None,
    }))
}

/// Points of 5, 15 and 25 minutes ago, and one that is only expected; those of the second server are a minute older.
fn points(id: &str) -> Answer {
    let older = if id == TWO { 60 } else { 0 };
    let point = |name: &str, taken: Option<i64>| {
        RecoverySnapshot::new(
            format!("pit-{name}{}", id.chars().last().unwrap()),
            taken.map(|seconds| ago(seconds + older)),
        )
    };
    Answer::RecoverySnapshots(vec![
        point("next", None),
        point("1", Some(300)),
        point("2", Some(900)),
        point("3", Some(1_500)),
    ])
}

fn at(place: Place, servers: Vec<SourceServer>, instances: Vec<RecoveryInstance>, jobs: Vec<Job>) -> Scene {
    let mut scene = Scene::new()
        .put(Query::RecoveryInstances(place.clone()), Answer::RecoveryInstances(instances))
        .put(Query::DrsJobs(place.clone()), Answer::DrsJobs(jobs));
    for server in &servers {
        let id = server.id.to_string();
        scene = scene
            .put(Query::RecoverySnapshots(place.clone(), id.clone()), points(&id))
            .put(Query::LaunchConfiguration(place.clone(), id), settings("STARTED", false));
    }
    scene.put(Query::SourceServers(place), Answer::SourceServers(servers))
}

fn recovered(instances: Vec<RecoveryInstance>, jobs: Vec<Job>) -> Scene {
    at(west(), servers(), instances, jobs)
}

fn own(status: &str, servers: &[(&str, &str)]) -> Job {
    let (intent, run) = (intent().to_string(), run_id().to_string());
    job("drsjob-1", "START_RECOVERY", status, &[("dr-intent", &intent), ("dr-run", &run)], servers)
}

fn answered() -> Option<Outcome> {
    Some(Outcome::Applied { answer: json!({ "jobID": "drsjob-1", "status": "PENDING" }) })
}

const BY_TAG: &str = "region = \"us-west-2\"\ntags = { App = \"legacy-web\" }\n";

fn of(word: &str) -> Kind {
    kind(&format!("kind = \"{word}\"\n{BY_TAG}"))
}

fn has(list: &[String], says: &str) {
    assert!(list.iter().any(|one| one.contains(says)), "{list:?}: {says}");
}

#[test]
fn servers_are_named_by_ids_or_by_tags_and_what_is_wrong_is_said() {
    let start = "kind = \"drs-start-recovery\"\nregion = \"us-west-2\"\n";
    for (keys, says) in [
        ("", "needs `servers`, or `tags`"),
        ("servers = []\n", "`servers` is empty"),
        ("tags = {}\n", "`tags` is empty"),
        ("servers = [\"i-1\"]\n", "a source server is s- and 17 letters or digits"),
        ("servers = [\"s-1111111111111111a\"]\ntags = { A = \"b\" }\n", "keep one of them"),
        ("tags = { A = \"b\" }\nreversed_from = \"us-west-2\"\n", "as `region` is"),
        ("tags = { A = \"b\" }\npoint = \"yesterday\"\n", "`point` is \"yesterday\"; write \"newest\""),
    ] {
        let said = problems(&format!("{start}{keys}"));
        assert!(said.contains(says), "{said}: {says}");
    }
    let by_id = kind(&format!("{start}servers = [\"{TWO}\", \"s-9999999999999999z\"]\n"));
    has(&blockers(&by_id, &recovered(vec![], vec![])), "there is no source server s-9999999999999999z in us-west-2");
    let nobody = kind(&format!("{start}tags = {{ App = \"erp\" }}\n"));
    has(&blockers(&nobody, &recovered(vec![], vec![])), "there are none");
    has(&blockers(&of("drs-start-recovery"), &Scene::new()), "DescribeSourceServers us-west-2 was not read yet");
}

#[test]
fn a_launch_pins_the_newest_point_of_each_server_and_shows_it_the_oldest_first() {
    let start = of("drs-start-recovery");
    let scene = recovered(vec![], vec![]);
    assert_eq!(start.step().facts().reversibility, Reversibility::Reversible);
    let card = start.step().describe(&scene.world()).to_string();
    assert!(
        card.starts_with(
            "launch 2 servers in us-west-2: web-2 (s-2222222222222222b) from pit-1b of 14:04:00Z, 6 min old; web-1"
        ),
        "{card}"
    );
    let loses = start.step().loses(&scene.world()).unwrap().to_string();
    assert_eq!(loses, format!("writes of up to 6 min before now: web-2 ({TWO}): 6 min; web-1 ({ONE}): 5 min"));
    let outage = scene.clone().began(120);
    assert!(
        start
            .step()
            .loses(&outage.world())
            .unwrap()
            .as_str()
            .contains("before the disruption at 14:08:00Z: web-2 (s-2222222222222222b): 4 min")
    );
    let (region, operation, sent) = request(&start, &scene);
    assert_eq!((region.as_str(), operation.as_str()), ("us-west-2", "StartRecovery"));
    let pinned = json!([
        { "sourceServerID": TWO, "recoverySnapshotID": "pit-1b" },
        { "sourceServerID": ONE, "recoverySnapshotID": "pit-1a" },
    ]);
    let tags = json!({ "dr-intent": intent().to_string(), "dr-run": run_id().to_string() });
    assert_eq!(sent, json!({ "sourceServers": pinned, "isDrill": false, "tags": tags }));
    let drill = scene.mode(Mode::Drill);
    assert_eq!(request(&start, &drill).2["isDrill"], json!(true));
    assert_eq!(start.step().loses(&drill.world()), None);
    assert!(start.step().describe(&drill.world()).as_str().contains("as a drill"));
}

#[test]
fn a_launch_takes_the_point_that_was_asked_for() {
    let scene = recovered(vec![], vec![]);
    let with = |point: &str| kind(&format!("kind = \"drs-start-recovery\"\n{BY_TAG}point = \"{point}\"\n"));
    let ids = |kind: &Kind, scene: &Scene| -> Vec<String> {
        let sent = request(kind, scene).2;
        let list = sent["sourceServers"].as_array().unwrap().clone();
        list.iter().map(|one| one["recoverySnapshotID"].as_str().unwrap_or("none").to_owned()).collect()
    };
    assert_eq!(ids(&with("2026-11-20T13:58:00Z"), &scene), ["pit-2b", "pit-2a"]);
    assert_eq!(ids(&with("latest"), &scene), ["none", "none"]);
    let mut chosen = scene.clone();
    has(&blockers(&with("chosen"), &chosen), "no point in time was chosen");
    chosen.run.choices.insert("point".to_owned(), "2026-11-20T13:46:00Z".to_owned());
    assert_eq!(ids(&with("chosen"), &chosen), ["pit-3b", "pit-3a"]);
    chosen.run.choices.insert("point".to_owned(), "noon".to_owned());
    has(&blockers(&with("chosen"), &chosen), "\"noon\", is no time");
    has(&blockers(&with("2026-11-20T10:00:00Z"), &scene), "has none that fits");
    // What DRS takes as it launches is as late as the replica is.
    let mut behind = servers();
    (behind[0].state, behind[0].lag) = (Is(ReplicationState::Stalled), Some(Span::from_mins(7)));
    let behind = at(west(), behind, vec![], vec![]);
    has(&warnings(&with("latest"), &behind), "web-1 (s-1111111111111111a) is STALLED");
    assert!(
        with("latest").step().loses(&behind.world()).unwrap().as_str().contains("7 min that are not replicated yet")
    );
}

#[test]
fn what_stands_in_the_way_of_a_launch_is_named_first() {
    let start = of("drs-start-recovery");
    let busy = recovered(vec![], vec![job("drsjob-7", "START_DRILL", "STARTED", &[], &[(ONE, "PENDING")])]);
    has(&blockers(&start, &busy), "drsjob-7 (START_DRILL) is STARTED; wait until it is COMPLETED");
    let serving = recovered(vec![machine("i-1", ONE, "drsjob-0")], vec![]);
    has(&blockers(&start, &serving), "launching again terminates it");
    let drill = RecoveryInstance { is_drill: true, ..machine("i-1", ONE, "drsjob-0") };
    has(&warnings(&start, &recovered(vec![drill], vec![])), "from a drill, which is terminated first");
    let gone = RecoveryInstance { ec2_state: t("TERMINATED"), ..machine("i-1", ONE, "drsjob-0") };
    assert_eq!(blockers(&start, &recovered(vec![gone], vec![])), Vec::<String>::new());
    let many: Vec<Job> = (0..20)
        .map(|n| job(&format!("drsjob-{n}"), "START_RECOVERY", "PENDING", &[], &[("s-other", "PENDING")]))
        .collect();
    has(&blockers(&start, &recovered(vec![], many)), "20 jobs at work and 1 more are over its 20");
    let query = Query::RecoverySnapshots(west(), ONE.to_owned());
    let none = recovered(vec![], vec![]).put(query.clone(), Answer::RecoverySnapshots(vec![]));
    has(&blockers(&start, &none), "web-1 (s-1111111111111111a) has none that fits");
    has(&blockers(&start, &none.silent(query)), "did not answer within 5 s");
    let checks = start.step().check(&busy.world());
    assert!(checks[0].is_blocker(), "blockers first");
    let odd =
        recovered(vec![], vec![]).put(Query::LaunchConfiguration(west(), ONE.to_owned()), settings("STOPPED", true));
    has(&warnings(&start, &odd), "is launched but not started");
    has(&warnings(&start, &odd), "keeps its private address");
}

#[test]
fn more_than_a_hundred_servers_are_launched_in_chunks_each_a_request_of_its_own() {
    let many: Vec<SourceServer> = (0..250).map(|n| server(&format!("s-{n:017}"), "web")).collect();
    let scene = at(west(), many, vec![], vec![]);
    let Work::Calls(calls) = of("drs-start-recovery").step().work(&scene.world()) else { panic!("requests") };
    let sizes: Vec<usize> =
        calls.iter().map(|call| call.parameters(intent())["sourceServers"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    assert_eq!(blockers(&of("drs-start-recovery"), &scene), Vec::<String>::new());
}

#[test]
fn a_launch_is_done_when_every_server_runs_and_not_when_its_job_is_completed() {
    let start = of("drs-start-recovery");
    let log = |events: &[(&str, &str, Option<&str>)]| {
        let item = |(event, server, error): &(&str, &str, Option<&str>)| LogItem {
            at: Some(ago(30)),
            event: t(event),
            server: Some(t(server)),
            instance: None,
            error: error.map(t),
        };
        Answer::JobLog(events.iter().map(item).collect())
    };
    let after = |jobs: Vec<Job>, machines: Vec<RecoveryInstance>| recovered(machines, jobs).sent(None, 60, answered());
    let both = || vec![machine("i-1", ONE, "drsjob-1"), machine("i-2", TWO, "drsjob-1")];
    assert_eq!(progress(&start, &recovered(vec![], vec![])).0, "not begun");
    let running =
        after(vec![own("STARTED", &[(ONE, "LAUNCHED"), (TWO, "IN_PROGRESS")])], vec![machine("i-1", ONE, "drsjob-1")]);
    assert_eq!(progress(&start, &running), ("running", "1 of 2 servers launched, drsjob-1 is STARTED".into()));
    let early = after(vec![own("STARTED", &[(ONE, "IN_PROGRESS"), (TWO, "FAILED")])], vec![]);
    let (word, said) = progress(&start, &early);
    assert!(word == "running" && said.contains("FAILED: web-2") && said.contains("retry launches only"), "{said}");
    let done = after(vec![own("COMPLETED", &[(ONE, "LAUNCHED"), (TWO, "LAUNCHED")])], both());
    assert_eq!(progress(&start, &done), ("done", "2 of 2 servers launched".into()));
    assert!(matches!(start.step().work(&done.world()), Work::Already(_)));
    let old =
        done.clone().put(Query::JobLog(west(), "drsjob-1".to_owned()), log(&[("USING_PREVIOUS_SNAPSHOT", ONE, None)]));
    let (word, said) = progress(&start, &old);
    let held = "web-1 (s-1111111111111111a) holds data of 13:10:00Z, older than was asked for";
    assert!(word == "failed" && said.contains(held) && said.contains("skip this step"), "{said}");
    let failed =
        after(vec![own("COMPLETED", &[(ONE, "LAUNCHED"), (TWO, "FAILED")])], vec![machine("i-1", ONE, "drsjob-1")])
            .put(
                Query::JobLog(west(), "drsjob-1".to_owned()),
                log(&[(
                    "LAUNCH_FAILED",
                    TWO,
                    Some("We do not have sufficient capacity (InsufficientInstanceCapacity)."),
                )]),
            );
    let (word, said) = progress(&start, &failed);
    assert_eq!(word, "failed");
    assert!(said.contains("web-2 (s-2222222222222222b): LAUNCH_FAILED: We do not have sufficient capacity"), "{said}");
    assert!(said.contains("although the job is COMPLETED") && said.contains("choose another instance type"), "{said}");
    // A retry launches only what does not run, and what runs does not stand in its way.
    assert_eq!(blockers(&start, &failed), Vec::<String>::new());
    let sent = request(&start, &failed).2;
    assert_eq!(sent["sourceServers"], json!([{ "sourceServerID": TWO, "recoverySnapshotID": "pit-1b" }]));
    let gone =
        after(vec![own("COMPLETED", &[(ONE, "LAUNCHED"), (TWO, "LAUNCHED")])], vec![machine("i-1", ONE, "drsjob-1")]);
    assert!(progress(&start, &gone).1.contains("there is no machine of it"));
    let stopped = vec![
        machine("i-1", ONE, "drsjob-1"),
        RecoveryInstance { ec2_state: t("STOPPED"), ..machine("i-2", TWO, "drsjob-1") },
    ];
    let stopped = after(vec![own("COMPLETED", &[(ONE, "LAUNCHED"), (TWO, "LAUNCHED")])], stopped);
    assert_eq!(progress(&start, &stopped).1, format!("2 of 2 servers launched; web-2 ({TWO}) is stopped"));
    assert_eq!(progress(&start, &stopped.silent(Query::DrsJobs(west()))).0, "unknown");
    assert!(reads(start.step(), &done).contains(&("DescribeJobLogItems".to_owned(), "us-west-2".to_owned())));
}

#[test]
fn whether_a_launch_was_carried_out_is_told_by_the_tag_of_its_job() {
    let start = of("drs-start-recovery");
    let before = recovered(vec![], vec![]);
    let call = call(&start, &before);
    assert_eq!(found(&start, &before, Some(call.clone())).0, "not applied");
    let tagged = recovered(vec![], vec![own("PENDING", &[(ONE, "PENDING")])]);
    assert_eq!(found(&start, &tagged, Some(call.clone())).0, "applied");
    let bare = recovered(vec![], vec![job("drsjob-9", "START_RECOVERY", "PENDING", &[], &[(ONE, "PENDING")])]);
    assert_eq!(found(&start, &bare, Some(call.clone())).0, "cannot tell");
    let other = job("drsjob-9", "START_RECOVERY", "PENDING", &[("dr-intent", "another-1")], &[(ONE, "PENDING")]);
    assert_eq!(found(&start, &recovered(vec![], vec![other]), Some(call.clone())).0, "not applied");
    let unread = before.silent(Query::DrsJobs(west()));
    assert_eq!(found(&start, &unread, Some(call)).0, "unread");
}

/// Both servers run in us-west-2 and replicate back into us-east-1 in that state.
fn reversed(state: ReplicationState) -> (Vec<SourceServer>, Vec<SourceServer>) {
    let here = vec![
        SourceServer { reversed: back(BACK_ONE), ..server(ONE, "web-1") },
        SourceServer { reversed: back(BACK_TWO), ..server(TWO, "web-2") },
    ];
    let to = |id: &str, of: &str, name: &str| SourceServer {
        state: Is(state),
        origin_region: Some(Region::new("us-west-2")),
        reversed: Some(t(&format!("arn:aws:drs:us-west-2:111122223333:source-server/{of}"))),
        replicated_bytes: 50,
        ..server(id, name)
    };
    (here, vec![to(BACK_ONE, ONE, "web-1"), to(BACK_TWO, TWO, "web-2")])
}

fn home(scene: Scene, there: Vec<SourceServer>) -> Scene {
    let ids: Vec<String> = there.iter().map(|server| server.id.to_string()).collect();
    let query = |id: &String| Query::RecoverySnapshots(east(), id.clone());
    let scene = ids.iter().fold(scene, |scene, id| scene.put(query(id), points(id)));
    scene.put(Query::SourceServers(east()), Answer::SourceServers(there))
}

#[test]
fn reversed_replication_is_done_when_all_are_level_at_the_other_side() {
    let reverse = of("drs-reverse-replication");
    let both = || vec![machine("i-1", ONE, "j"), machine("i-2", TWO, "j")];
    let before = recovered(both(), vec![]);
    let Work::Calls(calls) = reverse.step().work(&before.world()) else { panic!("requests") };
    let sent: Vec<_> = calls.iter().map(|call| call.parameters(intent())).collect();
    assert_eq!(sent, [json!({ "recoveryInstanceID": "i-1" }), json!({ "recoveryInstanceID": "i-2" })]);
    assert_eq!(blockers(&reverse, &before), Vec::<String>::new());
    assert!(
        reverse.step().describe(&before.world()).as_str().contains("i-1 of web-1 (s-1111111111111111a) to us-east-1")
    );
    assert_eq!(progress(&reverse, &before).0, "not begun");
    has(&blockers(&reverse, &recovered(vec![], vec![])), "has no recovery instance that serves");
    let stopped =
        vec![machine("i-1", ONE, "j"), RecoveryInstance { ec2_state: t("STOPPED"), ..machine("i-2", TWO, "j") }];
    has(&blockers(&reverse, &recovered(stopped, vec![])), "does not run: start it");
    let premises =
        vec![machine("i-1", ONE, "j"), RecoveryInstance { origin: t("ON_PREMISES"), ..machine("i-2", TWO, "j") }];
    has(&blockers(&reverse, &recovered(premises, vec![])), "came from premises");
    assert!(matches!(reverse.step().work(&before.clone().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    let begun = |state: &str| -> Vec<RecoveryInstance> {
        both().into_iter().map(|one| RecoveryInstance { failback_state: t(state), ..one }).collect()
    };
    let (here, there) = reversed(ReplicationState::InitialSync);
    let copying = home(at(west(), here, begun("FAILBACK_IN_PROGRESS"), vec![]), there).sent(None, 60, applied());
    let (word, said) = progress(&reverse, &copying);
    assert!(
        word == "running" && said.contains("0 of 2 servers level; web-1 (s-3333333333333333c) is INITIAL_SYNC"),
        "{said}"
    );
    let (here, there) = reversed(ReplicationState::Continuous);
    let level = home(at(west(), here, begun("FAILBACK_READY_FOR_LAUNCH"), vec![]), there);
    assert_eq!(progress(&reverse, &level), ("done", "2 of 2 servers level: CONTINUOUS".into()));
    let bare = Query::RecoverySnapshots(east(), BACK_TWO.to_owned());
    let (word, said) = progress(&reverse, &level.clone().put(bare.clone(), Answer::RecoverySnapshots(vec![])));
    assert!(
        word == "running" && said.contains("1 of 2 servers level; web-2") && said.contains("no point in time"),
        "{said}"
    );
    assert_eq!(progress(&reverse, &level.clone().silent(bare)).0, "unknown");
    assert!(matches!(reverse.step().work(&level.world()), Work::Already(_)));
    let (here, there) = reversed(ReplicationState::Stalled);
    let wrong = home(at(west(), here, begun("FAILBACK_ERROR"), vec![]), there);
    assert_eq!(progress(&reverse, &wrong).0, "failed");
    let call = call(&reverse, &before);
    assert_eq!(found(&reverse, &before, Some(call.clone())).0, "not applied");
    assert_eq!(found(&reverse, &level, Some(call.clone())).0, "applied");
    assert_eq!(found(&reverse, &recovered(vec![], vec![]), Some(call)).0, "cannot tell");
}

#[test]
fn a_launch_at_home_is_of_the_servers_that_replicate_back() {
    let start = kind(
        "kind = \"drs-start-recovery\"\nregion = \"us-east-1\"\nreversed_from = \"us-west-2\"\ntags = { App = \"legacy-web\" }\n",
    );
    let (here, there) = reversed(ReplicationState::Continuous);
    let scene =
        at(east(), there.clone(), vec![], vec![]).put(Query::SourceServers(west()), Answer::SourceServers(here));
    let (region, operation, sent) = request(&start, &scene);
    assert_eq!((region.as_str(), operation.as_str()), ("us-east-1", "StartRecovery"));
    let ids: Vec<_> =
        sent["sourceServers"].as_array().unwrap().iter().map(|one| one["sourceServerID"].clone()).collect();
    assert_eq!(ids, [json!(BACK_ONE), json!(BACK_TWO)]);
    let not_yet = at(east(), there, vec![], vec![]).put(Query::SourceServers(west()), Answer::SourceServers(servers()));
    has(&blockers(&start, &not_yet), "does not replicate back to us-east-1; reverse its replication first");
}

#[test]
fn machines_on_premises_go_home_when_their_clients_are_level() {
    let back = of("drs-start-failback-launch");
    let in_state = |state: &str| -> Vec<RecoveryInstance> {
        let one = |id: &str, server: &str| RecoveryInstance {
            origin: t("ON_PREMISES"),
            failback_state: t(state),
            ..machine(id, server, "j")
        };
        vec![one("i-1", ONE), one("i-2", TWO)]
    };
    let ready = recovered(in_state("FAILBACK_READY_FOR_LAUNCH"), vec![]);
    assert_eq!(blockers(&back, &ready), Vec::<String>::new());
    let (_, operation, sent) = request(&back, &ready);
    assert_eq!((operation.as_str(), &sent["recoveryInstanceIDs"]), ("StartFailbackLaunch", &json!(["i-1", "i-2"])));
    assert_eq!(sent["tags"]["dr-intent"], json!(intent().to_string()));
    assert!(back.step().describe(&ready.world()).as_str().contains("reboots"));
    has(&blockers(&back, &recovered(in_state("FAILBACK_IN_PROGRESS"), vec![])), "is FAILBACK_IN_PROGRESS");
    has(
        &blockers(&back, &recovered(vec![machine("i-1", ONE, "j"), machine("i-2", TWO, "j")], vec![])),
        "reverse its replication",
    );
    assert!(matches!(back.step().work(&ready.clone().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    assert_eq!(progress(&back, &ready).0, "not begun");
    let own = |status: &str, part: &str| {
        let id = intent().to_string();
        job("drsjob-1", "FAILBACK", status, &[("dr-intent", &id)], &[(ONE, part), (TWO, part)])
    };
    let at_work = recovered(in_state("FAILBACK_READY_FOR_LAUNCH"), vec![own("STARTED", "IN_PROGRESS")]).sent(
        None,
        60,
        answered(),
    );
    assert_eq!(progress(&back, &at_work), ("running", "0 of 2 servers home, drsjob-1 is STARTED".into()));
    let failed = recovered(in_state("FAILBACK_ERROR"), vec![own("COMPLETED", "FAILED")]).sent(None, 60, answered());
    assert_eq!(progress(&back, &failed).0, "failed");
    let home = recovered(in_state("FAILBACK_COMPLETED"), vec![]).sent(None, 60, answered());
    assert_eq!(progress(&back, &home), ("done", "2 of 2 servers home: FAILBACK_COMPLETED".into()));
    let call = call(&back, &ready);
    assert_eq!(found(&back, &ready, Some(call.clone())).0, "not applied");
    assert_eq!(found(&back, &at_work, Some(call)).0, "applied");
}

#[test]
fn replication_is_stopped_only_where_another_one_protects_what_serves() {
    let stop = kind(
        "kind = \"drs-stop-replication\"\nregion = \"us-east-1\"\nreversed_from = \"us-west-2\"\ntags = { App = \"legacy-web\" }\n",
    );
    assert_eq!(stop.step().facts().reversibility, Reversibility::OneWay);
    let (here, there) = reversed(ReplicationState::Stalled);
    let scene = |here: Vec<SourceServer>, there: Vec<SourceServer>| {
        at(east(), there, vec![], vec![]).put(Query::SourceServers(west()), Answer::SourceServers(here))
    };
    let safe = scene(here.clone(), there.clone());
    assert_eq!(blockers(&stop, &safe), Vec::<String>::new());
    let loses = stop.step().loses(&safe.world()).unwrap().to_string();
    assert!(
        loses.contains("every point in time in us-east-1") && loses.contains("3 points, back to 13:45:00Z"),
        "{loses}"
    );
    let Work::Calls(calls) = stop.step().work(&safe.world()) else { panic!("requests") };
    assert_eq!(calls[0].parameters(intent()), json!({ "sourceServerID": BACK_ONE }));
    let mut bare = here.clone();
    bare[0].state = Is(ReplicationState::Disconnected);
    has(&blockers(&stop, &scene(bare, there.clone())), "web-1 (s-1111111111111111a) is DISCONNECTED; protect it first");
    assert!(matches!(stop.step().work(&safe.clone().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    let (_, gone) = reversed(ReplicationState::Stopped);
    let stopped = scene(here, gone);
    assert_eq!(progress(&stop, &safe).0, "not begun");
    assert_eq!(progress(&stop, &stopped), ("done", "2 of 2 servers STOPPED".into()));
    assert!(matches!(stop.step().work(&stopped.world()), Work::Already(_)));
    let call = calls[0].clone();
    assert_eq!(found(&stop, &safe, Some(call.clone())).0, "not applied");
    assert_eq!(found(&stop, &stopped, Some(call)).0, "applied");
}

#[test]
fn only_machines_of_runs_are_terminated_and_never_those_that_serve() {
    let end = of("drs-terminate-recovery-instances");
    assert_eq!(end.step().facts().reversibility, Reversibility::OneWay);
    let run = run_id().to_string();
    let launched = || job("drsjob-0", "START_RECOVERY", "COMPLETED", &[("dr-run", "01JEARLIER")], &[(ONE, "LAUNCHED")]);
    let both = || vec![machine("i-1", ONE, "drsjob-0"), machine("i-2", TWO, "drsjob-0")];
    let (here, there) = reversed(ReplicationState::Continuous);
    let newer =
        |id: &str, server: &str| RecoveryInstance { point_in_time: Some(ago(60)), ..machine(id, server, "drsjob-h") };
    let at_home = |scene: Scene, machines: Vec<RecoveryInstance>| {
        home(scene, there.clone()).put(Query::RecoveryInstances(east()), Answer::RecoveryInstances(machines))
    };
    let safe = at_home(
        at(west(), here.clone(), both(), vec![launched()]),
        vec![newer("i-8", BACK_ONE), newer("i-9", BACK_TWO)],
    );
    assert_eq!(blockers(&end, &safe), Vec::<String>::new());
    let (_, operation, sent) = request(&end, &safe);
    assert_eq!(
        (operation.as_str(), sent),
        ("TerminateRecoveryInstances", json!({ "recoveryInstanceIDs": ["i-1", "i-2"] }))
    );
    let loses = end.step().loses(&safe.world()).unwrap().to_string();
    assert_eq!(loses, "2 machines with all disks and everything written on them: i-1; i-2");
    // Nothing runs at home, or what runs there is older: users may be here.
    let serving = at_home(at(west(), here.clone(), both(), vec![launched()]), vec![]);
    has(&blockers(&end, &serving), "i-1 of web-1 (s-1111111111111111a): nothing newer runs at home");
    let old = RecoveryInstance { point_in_time: Some(ago(9_000)), ..newer("i-8", BACK_ONE) };
    has(
        &blockers(
            &end,
            &at_home(at(west(), here.clone(), both(), vec![launched()]), vec![old, newer("i-9", BACK_TWO)]),
        ),
        "nothing newer runs at home",
    );
    let mut bare = here.clone();
    bare[1].state = Is(ReplicationState::Disconnected);
    let bare =
        at_home(at(west(), bare, both(), vec![launched()]), vec![newer("i-8", BACK_ONE), newer("i-9", BACK_TWO)]);
    has(&blockers(&end, &bare), "home is not protected, its replication here is DISCONNECTED");
    // A job of somebody else, or one that is older than the list of jobs.
    let strange = job("drsjob-0", "START_RECOVERY", "COMPLETED", &[], &[(ONE, "LAUNCHED")]);
    let homes = || vec![newer("i-8", BACK_ONE), newer("i-9", BACK_TWO)];
    has(&blockers(&end, &at_home(at(west(), here.clone(), both(), vec![strange]), homes())), "it is not drdeck's");
    let later = at_home(at(west(), here.clone(), both(), vec![]), homes());
    has(&blockers(&end, &later), "DescribeJobs us-west-2 was not read yet");
    let later = later.put(Query::DrsJob(west(), "drsjob-0".to_owned()), Answer::DrsJobs(vec![launched()]));
    assert_eq!(blockers(&end, &later), Vec::<String>::new());
    // On premises, the failback has to be complete.
    let premises = |state: &str| -> Vec<RecoveryInstance> {
        let as_one =
            |one: RecoveryInstance| RecoveryInstance { origin: t("ON_PREMISES"), failback_state: t(state), ..one };
        both().into_iter().map(as_one).collect()
    };
    let erp = |state: &str| at(west(), servers(), premises(state), vec![launched()]);
    has(&blockers(&end, &erp("FAILBACK_READY_FOR_LAUNCH")), "is FAILBACK_READY_FOR_LAUNCH");
    assert_eq!(blockers(&end, &erp("FAILBACK_COMPLETED")), Vec::<String>::new());
    // A drill ends its own machines and no others.
    let tried = || RecoveryInstance { is_drill: true, ..machine("i-5", ONE, "drsjob-5") };
    let by = |run: &str| job("drsjob-5", "START_DRILL", "COMPLETED", &[("dr-run", run)], &[(ONE, "LAUNCHED")]);
    let mut machines = both();
    machines.push(tried());
    let drill = recovered(machines.clone(), vec![by(&run)]).mode(Mode::Drill);
    assert_eq!(request(&end, &drill).2, json!({ "recoveryInstanceIDs": ["i-5"] }));
    assert_eq!(blockers(&end, &drill), Vec::<String>::new());
    has(
        &blockers(&end, &recovered(machines, vec![by("01JOTHER")]).mode(Mode::Drill)),
        "launched by the run 01JOTHER, not by this drill",
    );
    // Gone, going, or still there.
    let call = call(&end, &safe);
    assert_eq!(progress(&end, &safe).0, "not begun");
    let going = |state: &str| -> Vec<RecoveryInstance> {
        both().into_iter().map(|one| RecoveryInstance { ec2_state: t(state), ..one }).collect()
    };
    let leaving = at_home(at(west(), here.clone(), going("SHUTTING-DOWN"), vec![]), homes()).sent(
        Some(call.clone()),
        60,
        applied(),
    );
    assert_eq!(progress(&end, &leaving), ("running", "0 machines left, 2 shutting down".into()));
    let gone = at_home(at(west(), here, vec![], vec![]), homes()).sent(Some(call.clone()), 60, applied());
    assert_eq!(progress(&end, &gone), ("done", "all of them are terminated".into()));
    assert_eq!(found(&end, &safe, Some(call.clone())).0, "not applied");
    assert_eq!(found(&end, &leaving, Some(call.clone())).0, "applied");
    assert_eq!(found(&end, &gone, Some(call)).0, "applied");
}
