//! What goes wrong in AWS stops the run at its step, with the reason and the way on in words; put right, the run goes on from there.

use drdeck::demo;
use serde_json::json;

use crate::run_kit::{Cue, Ran, Stage, Then, say};

/// The text as one line, as a person reads it across the lines of a card.
fn read(ran: &Ran) -> String {
    ran.said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tells(ran: &Ran, all: &[&str]) {
    let said = read(ran);
    for words in all {
        assert!(said.contains(words), "{words:?} is not told:\n{}{}", ran.said, ran.errors);
    }
}

/// What is said to that question once it is that late.
const fn later<'a>(seen: &'a str, after: &'a str, answer: &'a str) -> Cue<'a> {
    Cue { seen, then: Then::Later { after, answer } }
}

/// Given up at that question.
fn enough(seen: &str) -> Cue<'_> {
    say(seen, "abort the test has seen enough")
}

fn given_up(ran: &Ran) {
    let last = ran.said.lines().last().unwrap_or_default();
    assert!(last == format!("run {}: aborted", ran.run) && ran.code == Some(2), "{}{}", ran.said, ran.errors);
}

#[test]
fn a_server_that_fails_in_a_completed_job_is_named_and_launched_alone() {
    let stage = Stage::shop("calm", "15m");
    let acts =
        json!([{ "until": "30m", "fault": { "launch": { "server": "s-3a1f60c27b94d8e05", "how": "no-capacity" } } }]);
    stage.faults(&acts);
    let cues = [
        // Somebody raises the quota, or chooses another type: that takes half an hour.
        later("? step 2 of 8 launch: retry", "50m", "retry"),
        enough("? step 3 of 8 check-site"),
    ];
    let ran = stage.run("legacy-web-failover", &cues);
    given_up(&ran);
    tells(
        &ran,
        &[
            "FAILED: 2 of 3 servers launched, although the job is COMPLETED. legacy-web-1 (s-3a1f60c27b94d8e05): LAUNCH_FAILED",
            "capacity is missing: choose another instance type",
            "launch 1 server in us-west-2: legacy-web-1",
            "step 2 of 8 launch: done: 3 of 3 servers launched",
        ],
    );
    let launched: Vec<String> = stage
        .calls()
        .iter()
        .filter(|call| call["operation"] == "StartRecovery")
        .map(|call| call["parameters"]["sourceServers"].as_array().unwrap().len().to_string())
        .collect();
    assert_eq!(launched, ["3", "1"], "each server is asked for once more only where it failed");
}

#[test]
fn older_data_than_was_asked_for_have_to_be_accepted_in_words() {
    let stage = Stage::shop("calm", "15m");
    let (_, text) = demo::RUNBOOKS.iter().find(|(name, _)| *name == "legacy-web-failover").unwrap();
    stage.write_runbook("legacy-web-failover", &text.replace("point = \"newest\"", "point = \"latest\""));
    stage.faults(&json!([{ "fault": { "launch": { "how": "previous-snapshot" } } }]));
    let cues = [
        say("? step 2 of 8 launch: retry", "skip the owner has looked at them: they will do"),
        enough("? step 3 of 8 check-site"),
    ];
    let ran = stage.run("legacy-web-failover", &cues);
    given_up(&ran);
    tells(
        &ran,
        &[
            "FAILED: 3 of 3 servers launched, and DRS used a previous snapshot: legacy-",
            "older than was asked for",
            "if data of then will do, skip this step with that reason",
            "left out launch: the owner has looked at them: they will do",
        ],
    );
}

#[test]
fn servers_that_get_no_capacity_are_told_and_come_when_there_is_some() {
    let stage = Stage::shop("calm", "15m");
    stage.faults(&json!([{ "until": "25m", "fault": { "capacity": { "region": "us-west-2", "group": "storefront-web", "available": 5 } } }]));
    let cues = [
        say("? type storefront to confirm step 3", "skip it is another test's"),
        later("? step 2 of 9 scale-up-web: retry", "45m", "retry"),
        enough("? step 4 of 9 check-web"),
    ];
    let ran = stage.run("storefront-failover", &cues);
    given_up(&ran);
    tells(
        &ran,
        &[
            "step 2 of 9 scale-up-web: FAILED: 5 of 6 in service",
            "We currently do not have sufficient m7g.large capacity",
            "if capacity is missing, add instance types or Zones to the group",
            "step 2 of 9 scale-up-web: done: 6 of 6 in service",
        ],
    );
}

#[test]
fn aurora_versions_that_differ_keep_the_failover_from_being_sent() {
    let estate = demo::ESTATE.replacen(
        "id = \"shop-usw2\"\nregion = \"us-west-2\"\nengine = \"aurora-postgresql\"\nversion = \"16.8\"",
        "id = \"shop-usw2\"\nregion = \"us-west-2\"\nengine = \"aurora-postgresql\"\nversion = \"15.10\"",
        1,
    );
    assert_ne!(estate, demo::ESTATE);
    let stage = Stage::new(&estate, "name = \"calm\"\nstory = \"\"\n", demo::CONFIG, demo::RUNBOOKS);
    let ran = stage.run("storefront-failover", &[enough("? step 3 of 9 fail-over-aurora: retry")]);
    given_up(&ran);
    tells(&ran, &["✗ BLOCKED", "15.10", "16.8", "detach it: aurora-global-detach"]);
    assert!(stage.changes().iter().all(|change| !change.contains("Global")), "{:?}", stage.changes());
}

#[test]
fn a_replica_that_is_backed_up_is_promoted_when_that_is_over() {
    let stage = Stage::shop("calm", "15m");
    stage.faults(&json!([{ "until": "20m", "fault": { "backing-up": { "database": "orders-db-west" } } }]));
    let cues = [later("promote-replica: retry", "40m", "retry"), enough("orders-db-west stands alone")];
    let ran = stage.run("orders-failover", &cues);
    given_up(&ran);
    tells(
        &ran,
        &[
            "✗ BLOCKED, not so: orders-db-west is available: orders-db-west is being backed up",
            "wait until that ends, then retry",
            "? type orders to confirm step 3 of",
        ],
    );
    let promoted = stage.changes().iter().filter(|change| change.contains("PromoteReadReplica")).count();
    assert_eq!(promoted, 1);
}
