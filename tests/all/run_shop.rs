//! The shop's systems moved and brought home by the real binary, one confirmed step at a time; after each move an expert looks by other
//! means (tests/python/end_state.py), and the journal is held against the story.

use drdeck::model::Moment;
use serde_json::{Value as Json, json};

use crate::run_kit::{Cue, Stage, Then, clock, python, say};

/// A system that moves and comes home.
struct Journey<'a> {
    system: &'a str,
    scenario: &'a str,
    /// What happens on the way out.
    out: &'a [Cue<'a>],
    /// When everything is well again on both sides.
    well: &'a str,
    /// When the way home has been over for so long that backups have caught up.
    later: &'a str,
    /// The steps that users wait for, and those that protection waits for, in that order.
    last: (&'a str, Option<&'a str>),
}

/// How `status` sees a system: its verdict, where it serves, and each component's verdict.
type Standing = (String, Json, Vec<(String, String)>);

/// How `status` sees a system. On a machine that is busy one look may not get all its answers; time stands still meanwhile.
fn standing(stage: &Stage, system: &str) -> Standing {
    let mut seen = look(stage, system);
    for _ in 0..8 {
        if seen.2.iter().all(|(_, verdict)| verdict != "unknown") {
            break;
        }
        seen = look(stage, system);
    }
    seen
}

fn look(stage: &Stage, system: &str) -> Standing {
    let output = stage.command(&["status", "--output", "json", "--system", system]).output().unwrap();
    let said: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let found = said["systems"].as_array().unwrap().iter().find(|found| found["name"] == system).unwrap().clone();
    let word = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let components = found["components"].as_array().unwrap().iter();
    let verdicts = components.map(|one| (word(&one["name"]), word(&one["verdict"]))).collect();
    (word(&found["verdict"]), found["active"].clone(), verdicts)
}

fn record<'j>(journal: &'j Json, kind: &str) -> Option<&'j Json> {
    journal["records"].as_array().unwrap().iter().find(|record| record["type"] == kind)
}

/// What `status` says of a system's RTO after the loss of a Region: the seconds that were proven, and when; and what its runbook adds up to.
fn rto(stage: &Stage, system: &str) -> ((Json, Json), Json) {
    let output = stage.command(&["status", "--output", "json", "--system", system]).output().unwrap();
    let said: Json = serde_json::from_slice(&output.stdout).unwrap();
    let found = said["systems"].as_array().unwrap().iter().find(|found| found["name"] == system).unwrap().clone();
    let rto = &found["rto"]["region"];
    ((rto["proven_s"].clone(), rto["proven_at"].clone()), rto["estimated_s"].clone())
}

/// That the journal is whole, and that its clocks stop where they should: at verified traffic, and at what protects.
fn is_told(stage: &Stage, run: &str, (served, protected): (&str, Option<&str>)) -> Json {
    stage.says(&["journal", "verify", run]);
    let journal = stage.journal(run);
    let done = |step: &str| {
        let all = journal["records"].as_array().unwrap();
        let found = all.iter().find(|record| record["type"] == "done" && record["step"] == step);
        found.unwrap_or_else(|| panic!("{step} is not done:\n{journal:#}"))["at"].clone()
    };
    let told = record(&journal, "served").expect("users are served");
    assert_eq!((&told["step"], &told["served"]), (&Json::from(served), &done(served)));
    let told = record(&journal, "protected");
    let expected = protected.map(|step| (Json::from(step), done(step)));
    assert_eq!(told.map(|told| (told["step"].clone(), told["protected"].clone())), expected);
    journal
}

/// There and home again, to where everything is as it was.
fn travel(journey: &Journey<'_>) {
    let Journey { system, scenario, out, well, later, last } = *journey;
    let stage = Stage::shop(scenario, "0m");
    let calm = standing(&stage, system);
    let (proven, by_its_word) = rto(&stage, system);
    assert_eq!(proven, (Json::Null, Json::Null), "nobody has run it yet");
    stage.at("15m");
    let ran = stage.run(&format!("{system}-failover"), out).finished();
    assert!(!ran.said.contains("FAILED") && !ran.said.contains("IN DOUBT"), "{}", ran.said);
    python("end_state.py", &[&stage.simulator.url(), system, "moved"]);
    assert_ne!(look(&stage, system).0, "split", "{system} serves on one side only");
    let journal = is_told(&stage, &ran.run, last);
    let reached = journal["rto_s"].as_i64().unwrap();
    let moment = |name: &str| journal[name].as_str().unwrap().parse::<Moment>().unwrap();
    assert_eq!(reached, moment("served").duration_since(moment("began")).as_secs());
    let (when, as_measured) = rto(&stage, system);
    assert_eq!(when.0, json!(reached), "what the finished run measured is proven");
    let both = (by_its_word.as_i64().unwrap(), as_measured.as_i64().unwrap());
    assert!(both.0 > 0 && both.1 > 0, "what its steps add up to, before and after: {both:?}");
    let at = when.1.as_str().unwrap().parse::<Moment>().unwrap();
    assert_eq!(at.as_second(), moment("served").as_second());
    stage.at(well);
    let home = stage.run(&format!("{system}-failback"), &[]).finished();
    assert!(!home.said.contains("FAILED") && !home.said.contains("IN DOUBT"), "{}", home.said);
    python("end_state.py", &[&stage.simulator.url(), system, "home"]);
    stage.says(&["journal", "verify", &home.run]);
    assert!(record(&stage.journal(&home.run), "protected").is_some(), "it could move again");
    stage.at(later);
    let (_, active, components) = standing(&stage, system);
    assert_eq!((active, components), (calm.1, calm.2), "{system} is not home");
    assert_eq!(rto(&stage, system).0, when, "the way home proves nothing of the way out");
    // And so it could move again: up to where users are served there.
    let again = stage.run(&format!("{system}-failover"), &[say("users are served again after", "pause")]);
    // Where nothing but a message was left, it may have been finished before the pause was heard.
    assert!(matches!(again.code, Some(0 | 1)) && !again.said.contains("FAILED"), "{}{}", again.said, again.errors);
}

#[test]
fn legacy_web_moves_and_comes_home() {
    // Somebody stops the old servers, so that their agents fall silent: three faults stand for it.
    let silent = |server: &str| json!({ "until": "4h", "fault": { "stop": { "link": server } } });
    let servers = ["s-3a1f60c27b94d8e05", "s-3a1f60c27b94d8e06", "s-3a1f60c27b94d8e07"];
    let stopped =
        Cue { seen: "? step 7 of 8 fence-old-servers", then: Then::Faults(servers.map(silent).into_iter().collect()) };
    travel(&Journey {
        system: "legacy-web",
        scenario: "region-outage",
        out: &[clock("fence-old-servers [", "5h10m"), stopped],
        well: "7h",
        later: "10h",
        last: ("check-name", Some("replicate-back")),
    });
}

#[test]
fn erp_moves_and_comes_home() {
    travel(&Journey {
        system: "erp",
        scenario: "datacenter-outage",
        out: &[],
        well: "5h",
        later: "9h",
        last: ("check-name", None),
    });
}

#[test]
fn storefront_moves_and_comes_home() {
    travel(&Journey {
        system: "storefront",
        scenario: "region-outage",
        out: &[clock("follow-again: ", "4h31m")],
        well: "6h",
        later: "8h",
        last: ("check-name", Some("follow-again")),
    });
}

#[test]
fn orders_moves_and_comes_home() {
    travel(&Journey {
        system: "orders",
        scenario: "region-outage",
        out: &[clock("region-back: ", "4h35m")],
        well: "8h",
        later: "18h",
        last: ("check-name", Some("caught-up")),
    });
}
