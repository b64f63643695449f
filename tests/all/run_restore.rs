//! The dropped table, sessions and content with the real engine and `drdeck runbook run`. Every AWS CLI line that a manual step names is run as it
//! stands on the card. Of the dropped table: the operator sees the window, picks a moment, sees what is lost with it, and the restored table holds
//! what the table held then.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use drdeck::sim::time::Span;
use serde_json::Value as Json;

use crate::run_kit::{Heard, Ran, Stage, Talk, python, usual};

const BEAT: Duration = Duration::from_millis(250);
/// While nothing is said for so long, time passes.
const SILENCE: Duration = Duration::from_secs(2);

/// The AWS CLI's answer to a line of a card, against the simulator that stands there.
pub(crate) fn aws(line: &str) -> Json {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin");
    let output = Command::new("sh")
        .args(["-c", line])
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .envs([
            ("AWS_ACCESS_KEY_ID", "demo"),
            ("AWS_SECRET_ACCESS_KEY", "demo"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_PAGER", ""),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or(Json::Null)
}

/// The AWS CLI lines in a text: each ends with its endpoint.
fn lines(text: &str) -> Vec<String> {
    const END: &str = "--endpoint-url ";
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("aws ") {
        let line = &rest[at..];
        let Some(url) = line.find(END).map(|at| at + END.len()) else { break };
        let end = line[url..].find(char::is_whitespace).map_or(line.len(), |end| url + end);
        found.push(line[..end].to_owned());
        rest = &line[end..];
    }
    found
}

/// The next question, while time passes where nothing is said; `None` at the end of the run.
fn question(stage: &Stage, talk: &mut Talk) -> Option<String> {
    let mut silent = Instant::now();
    loop {
        match talk.hear(BEAT) {
            Heard::Line(line) if line.starts_with("? ") => return Some(line),
            Heard::Line(_) => silent = Instant::now(),
            Heard::Nothing if silent.elapsed() > SILENCE => {
                stage.pass(Span::from_seconds(60));
                silent = Instant::now();
            }
            Heard::Nothing => {}
            Heard::End => return None,
        }
    }
}

/// The card that was shown last, as one line: it is folded for a terminal.
fn card(talk: &Talk) -> String {
    let shown = talk.said().rsplit("\n== step ").next().unwrap();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The step that a question is about.
fn step(question: &str) -> &str {
    let (step, _) = question.split_once(": ").unwrap_or((question, ""));
    step.rsplit(' ').next().unwrap_or_default()
}

/// Answers as a person does who has nothing against it; before that, what a manual step says is done. `before` hears of each step first.
fn go_on(stage: &Stage, talk: &mut Talk, mut before: impl FnMut(&str)) {
    // Where steps stand side by side a question may be asked again; what it asks for is done once.
    let mut seen = BTreeSet::new();
    while let Some(question) = question(stage, talk) {
        let step = step(&question).to_owned();
        let is_new = seen.insert(step.clone());
        if is_new {
            before(&step);
        }
        if is_new && card(talk).contains("sends nothing; your word is recorded") {
            for line in lines(&card(talk)) {
                aws(&line);
            }
        }
        let answer = usual(&question).unwrap_or_else(|| panic!("{question}\n{}", talk.said()));
        talk.say(&answer);
    }
}

fn moves(stage: &Stage, runbook: &str, before: impl FnMut(&str)) -> Ran {
    let mut talk = stage.start(&["runbook", "run", runbook]);
    go_on(stage, &mut talk, before);
    talk.end().finished()
}

const REST: &str = "skip REASON, note TEXT, pause, abort REASON";

#[test]
fn a_dropped_table_comes_back_from_the_window_to_the_restored_table() {
    // The deletion began at 14:10, was over at 14:14, and it is 14:25 now.
    let stage = Stage::shop("dropped-table", "25m");
    let url = stage.simulator.url();
    let count = |table: &str| {
        let line =
            format!("aws dynamodb scan --select COUNT --table-name {table} --region us-east-1 --endpoint-url {url}");
        aws(&line)["Count"].as_u64().unwrap()
    };
    assert_eq!(count("sessions"), 0, "the live table is empty");
    let mut talk = stage.start(&["runbook", "run", "sessions-undelete"]);
    let asked = |talk: &mut Talk| question(&stage, talk).unwrap_or_default();
    let mut first = asked(&mut talk);
    if first.starts_with("? your name") {
        talk.say("alice");
        first = asked(&mut talk);
    }
    assert!(first.starts_with("? step 1 of 12 declare: yes, start TIME"), "{first}");
    talk.say("start 2026-11-20T14:10:00Z");
    asked(&mut talk);
    talk.say("yes");
    assert!(asked(&mut talk).starts_with("? step 2 of 12 stop-the-damage: yes, "));
    talk.say("yes");

    let blocked = format!("? step 3 of 12 restore: choose point TIME, retry, {REST}");
    assert_eq!(asked(&mut talk), blocked);
    let shown = card(&talk);
    assert!(shown.contains("it can be restored to any moment from 2026-10-16 14:25:00Z to 14:20:00Z"), "{shown}");
    assert!(shown.contains("BLOCKED") && shown.contains("no moment was chosen yet"), "{shown}");
    talk.say("choose point noon");
    assert_eq!(asked(&mut talk), blocked);
    assert!(talk.said().contains("! choose point takes a time like 2026-11-20T"), "{}", talk.said());
    talk.say("choose point 2026-11-20T14:23:00Z");
    assert_eq!(asked(&mut talk), blocked);
    assert!(card(&talk).contains("14:23:00Z is too new"), "{}", card(&talk));
    let ready = format!("? step 3 of 12 restore: yes, choose point TIME, {REST}");
    talk.say("choose point 2026-11-20T14:12:00Z");
    assert_eq!(asked(&mut talk), ready);
    let damaged = "it is 2 min after the disruption began at 14:10:00Z: the damage may be in it";
    assert!(card(&talk).contains(damaged), "{}", card(&talk));
    talk.say("choose point 2026-11-20T14:02:48Z");
    assert_eq!(asked(&mut talk), ready);
    let lost = "you lose 00:07:12 of writes: sessions-restored will hold sessions as of 14:02:48Z";
    assert!(card(&talk).contains(lost), "{}", card(&talk));
    assert_eq!(stage.changes(), Vec::<String>::new(), "nothing is sent before the confirm");
    talk.say("yes");

    let mut done = Vec::new();
    go_on(&stage, &mut talk, |step| {
        if step == "compare" {
            assert_eq!(count("sessions-restored"), 912_407, "the restored table holds what there was");
        }
        done.push(step.to_owned());
    });
    let ran = talk.end().finished();
    let said = "sessions-restored is ACTIVE and holds sessions as of 14:02:48Z, with 912407 items as AWS last counted";
    assert!(ran.said.contains(said), "{}", ran.said);
    assert!(done.contains(&"compare".to_owned()) && done.contains(&"switch".to_owned()), "{done:?}");
    assert_eq!((count("sessions-restored"), count("sessions")), (912_407, 0));
    let mut changes = stage.changes();
    changes.sort();
    assert_eq!(
        changes,
        [
            "dynamodb RestoreTableToPointInTime sessions-restored in us-east-1",
            "dynamodb UpdateContinuousBackups sessions-restored in us-east-1",
            "dynamodb UpdateTable sessions-restored in us-east-1",
            "sns Publish arn:aws:sns:us-west-2:111122223333:dr-incidents in us-west-2",
        ]
    );
    let journal = stage.journal(&ran.run).to_string();
    assert!(journal.contains("you lose 00:07:12 of writes"), "what was lost is on record");
    stage.says(&["journal", "verify", &ran.run]);
}

#[test]
fn sessions_leaves_a_region_and_comes_back() {
    let stage = Stage::shop("region-outage", "15m");
    let back = |step: &str| {
        if step == "tell" {
            stage.at("4h35m")
        }
    };
    moves(&stage, "sessions-failover", back);
    python("end_state_stores.py", &[&stage.simulator.url(), "sessions", "moved"]);
    stage.at("6h");
    moves(&stage, "sessions-failback", |_| {});
    python("end_state_stores.py", &[&stage.simulator.url(), "sessions", "home"]);
}

#[test]
fn content_moves_and_comes_home() {
    let stage = Stage::shop("region-outage", "15m");
    let back = |step: &str| {
        if step == "open-old-files" {
            stage.at("4h35m")
        }
    };
    moves(&stage, "content-failover", back);
    python("end_state_stores.py", &[&stage.simulator.url(), "content", "moved"]);
    stage.at("7h");
    moves(&stage, "content-failback", |_| {});
    python("end_state_stores.py", &[&stage.simulator.url(), "content", "home"]);
}

#[test]
fn a_zone_is_left_and_come_back_to_as_an_exercise() {
    let stage = Stage::shop("calm", "15m");
    let ran = moves(&stage, "storefront-zone-exercise", |_| {});
    let steps = ran.steps();
    assert!(steps["orders-back"].contains("orders-db runs in us-east-1a and no more in "), "{steps:?}");
    let changes = stage.changes();
    assert_eq!(
        changes,
        [
            "rds FailoverDBCluster shop-use1 in us-east-1",
            "rds RebootDBInstance orders-db in us-east-1",
            "rds FailoverDBCluster shop-use1 in us-east-1",
            "rds RebootDBInstance orders-db in us-east-1",
        ]
    );
}
