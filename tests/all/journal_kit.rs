//! Journals for tests: records of every type, and a run made by hand.

use std::fs;
use std::path::Path;

use drdeck::journal::{Entry, Identity, Journal, JournalError, Objectives, Person, Place, Record, Verdict};
use drdeck::model::{Moment, Place as Endpoint, Span, Text};
use drdeck::runbook::call::UpdateGroup;
use drdeck::runbook::{ApiCall, Command, Direction, IntentId, Mode, Outcome, Refusal, RunId};
use serde_json::{Value as Json, json};

pub(crate) const RUN: RunId = RunId::new(1_795_183_200_000, 7);

/// The time of day on the day of the outage.
pub(crate) fn at(time: &str) -> Moment {
    format!("2026-11-20T{time}Z").parse().unwrap()
}

pub(crate) fn person(name: &str) -> Person {
    Person { name: Text::new(name), arn: Text::new(format!("arn:aws:sts::111122223333:assumed-role/operator/{name}")) }
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text)
}

pub(crate) fn intent(number: u32) -> IntentId {
    IntentId { run: RUN, number }
}

pub(crate) fn call(group: &str) -> ApiCall {
    let place = Endpoint::home("us-west-2");
    ApiCall::UpdateAutoScalingGroup(UpdateGroup { place, group: group.to_owned(), min: 3, max: 12, desired: 6 })
}

pub(crate) fn opened(steps: &[&str]) -> Record {
    opened_as(RUN, "orders-failover", Mode::Live, steps)
}

pub(crate) fn opened_as(run: RunId, runbook: &str, mode: Mode, steps: &[&str]) -> Record {
    Record::RunOpened {
        run,
        runbook: runbook.to_owned(),
        sha256: "ab".repeat(32),
        version: text("7"),
        system: "orders".to_owned(),
        direction: Direction::Failover,
        mode,
        incident: Some(text("INC-1234")),
        began: None,
        objectives: Objectives { rpo_s: Some(300), rto_s: Some(900) },
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        text: "system = \"orders\"\n# Äöü: the text, with \"quotes\", a \\ and\ta tab\n".to_owned(),
        nested: Vec::new(),
    }
}

pub(crate) fn session(name: &str) -> Record {
    let by = person(name);
    let identity = Identity { account: text("111122223333"), arn: by.arn.clone() };
    Record::SessionOpened { by, identity, host: text("bastion-1"), pid: 4711, drdeck: "0.4.0".to_owned() }
}

pub(crate) fn closed(verdict: Verdict, reason: &str) -> Record {
    Record::SessionClosed { verdict, reason: text(reason) }
}

pub(crate) fn confirmed(step: &str, requests: usize) -> Record {
    Record::Confirmed {
        step: step.to_owned(),
        plan: "cd".repeat(32),
        typed: false,
        requests,
        alternatives: 0,
        loses: None,
        by: person("alice"),
    }
}

pub(crate) fn sends(step: &str, number: u32) -> Record {
    let call = call(step);
    let parameters = call.parameters(intent(number));
    Record::Intent { step: step.to_owned(), intent: intent(number), call: Some(call), command: None, parameters }
}

pub(crate) fn outcome(step: &str, number: u32, outcome: Outcome) -> Record {
    Record::Outcome { step: step.to_owned(), intent: intent(number), outcome }
}

pub(crate) fn applied(step: &str, number: u32) -> Record {
    outcome(step, number, Outcome::Applied { answer: Json::Null })
}

pub(crate) fn throttled(step: &str, number: u32) -> Record {
    let error = text("Rate exceeded");
    outcome(step, number, Outcome::NotApplied { why: Refusal::Throttled, error })
}

pub(crate) fn lost(step: &str, number: u32) -> Record {
    outcome(step, number, Outcome::InDoubt { error: text("no answer within 30 s") })
}

pub(crate) fn reconciled(step: &str, number: u32, applied: Option<bool>) -> Record {
    let evidence = text("the group wants 6 instances");
    Record::Reconciled { step: step.to_owned(), intent: intent(number), applied, evidence }
}

pub(crate) fn resolved(step: &str, number: u32, applied: bool) -> Record {
    let (reason, by) = (text("seen in the AWS console"), person("alice"));
    Record::Resolved { step: step.to_owned(), intent: intent(number), applied, reason, by }
}

pub(crate) fn done(step: &str) -> Record {
    Record::Done { step: step.to_owned(), evidence: text("6 of 6 instances in service") }
}

pub(crate) fn failed(step: &str) -> Record {
    Record::Failed { step: step.to_owned(), why: text("no capacity in us-west-2a; retry with another type") }
}

pub(crate) fn retried(step: &str) -> Record {
    Record::Retried { step: step.to_owned(), by: person("alice") }
}

pub(crate) fn skipped(step: &str) -> Record {
    Record::Skipped { step: step.to_owned(), reason: text("no status page tonight"), by: person("alice") }
}

pub(crate) fn refused(step: &str) -> Record {
    Record::Refused { step: step.to_owned(), why: text("the plan changed: 4 instead of 6 instances") }
}

pub(crate) fn decided(step: &str, began: &str) -> Record {
    Record::Decided { step: step.to_owned(), began: at(began), repair: Some(at("18:00:00")), by: person("alice") }
}

pub(crate) fn accepted(step: &str) -> Record {
    Record::RiskAccepted { step: step.to_owned(), reason: text("the Region does not answer"), by: person("alice") }
}

pub(crate) fn proven(step: &str) -> Record {
    Record::FenceProven { step: step.to_owned(), evidence: text("0 connections for 10 min") }
}

pub(crate) fn served(step: &str, time: &str) -> Record {
    Record::Served { step: step.to_owned(), served: at(time) }
}

pub(crate) fn protected(step: &str, time: &str) -> Record {
    Record::Protected { step: step.to_owned(), protected: at(time) }
}

/// Every type of record, in a run as runs go: declared, approved, fenced, scaled in two requests with a throttled one and one in doubt, a
/// program, a pause, a crash, a repair.
pub(crate) fn every_record() -> Vec<Record> {
    let steps = ["declare", "approve", "fence", "scale", "promote", "cache", "tell", "check", "rebuild"];
    let name = |step: &str| step.to_owned();
    let program = Command {
        argv: vec!["/usr/local/bin/warm".to_owned(), "--all".to_owned(), "a b".to_owned()],
        check: vec!["/usr/local/bin/warm".to_owned(), "--check".to_owned()],
        env: vec!["PROXY".to_owned()],
        timeout: Span::from_secs(90),
    };
    vec![
        opened(&steps),
        session("alice"),
        Record::Chosen { step: name("declare"), name: name("repair"), value: name("4h"), by: person("alice") },
        confirmed("declare", 0),
        decided("declare", "13:58:00"),
        done("declare"),
        Record::Approved { step: name("approve"), by: person("bob"), verified: true },
        done("approve"),
        accepted("fence"),
        done("fence"),
        confirmed("scale", 2),
        sends("scale", 1),
        throttled("scale", 1),
        refused("scale"),
        confirmed("scale", 2),
        sends("scale", 2),
        applied("scale", 2),
        sends("scale", 3),
        outcome("scale", 3, Outcome::Applied { answer: json!({"Activity": "a-1", "Progress": 0.5, "Done": false}) }),
        done("scale"),
        Record::Confirmed {
            step: name("promote"),
            plan: "ef".repeat(32),
            typed: true,
            requests: 1,
            alternatives: 0,
            loses: Some(text("42 s of writes to orders-db")),
            by: person("alice"),
        },
        sends("promote", 4),
        lost("promote", 4),
        reconciled("promote", 4, None),
        resolved("promote", 4, true),
        failed("promote"),
        retried("promote"),
        closed(Verdict::Paused, "waits for the database team"),
        Record::Repaired { bytes: 17, kept: name("failed-1") },
        session("bob"),
        Record::Noted { step: None, text: text("handed over at shift change, ünïcode"), by: person("bob") },
        Record::Noted { step: Some(name("promote")), text: text("the replica is fine"), by: person("bob") },
        confirmed("promote", 1),
        sends("promote", 5),
        reconciled("promote", 5, Some(true)),
        done("promote"),
        confirmed("cache", 1),
        Record::Intent {
            step: name("cache"),
            intent: intent(6),
            parameters: json!({ "argv": program.argv }),
            call: None,
            command: Some(program),
        },
        outcome("cache", 6, Outcome::Applied { answer: json!({ "exit": 0 }) }),
        done("cache"),
        skipped("tell"),
        confirmed("check", 0),
        done("check"),
        served("check", "14:41:00"),
        proven("fence"),
        confirmed("rebuild", 0),
        done("rebuild"),
        protected("rebuild", "15:58:00"),
        closed(Verdict::Finished, "every step is done or was left out"),
    ]
}

/// A journal with those records, ten seconds apart from 14:00 on.
pub(crate) fn written(place: &Place, records: &[Record]) -> Vec<Entry> {
    let mut journal = Journal::create(place, RUN).unwrap();
    let time = |n: usize| at("14:00:00").checked_add(Span::from_secs(10 * n as i64)).unwrap();
    let append = |(n, record): (usize, &Record)| journal.append(time(n), time(n), record.clone()).unwrap();
    records.iter().enumerate().map(append).collect()
}

/// The same without a disk: each with the time of day at which it was recorded.
pub(crate) fn entries(records: &[(&str, Record)]) -> Vec<Entry> {
    let number = |n: usize| n as u64 + 1;
    let entry = |(n, (time, record)): (usize, &(&str, Record))| Entry {
        v: 1,
        seq: number(n),
        at: at(time),
        wall: at(time),
        prev: String::new(),
        record: record.clone(),
    };
    records.iter().enumerate().map(entry).collect()
}

/// A state directory with a journal of exactly those bytes.
pub(crate) fn on_disk(bytes: &[u8]) -> (tempfile::TempDir, Place) {
    let state = tempfile::tempdir().unwrap();
    let place = Place::new(state.path());
    drop(Journal::create(&place, RUN).unwrap());
    fs::write(place.journal(RUN), bytes).unwrap();
    (state, place)
}

pub(crate) fn bytes_of(place: &Place) -> Vec<u8> {
    fs::read(place.journal(RUN)).unwrap()
}

/// The line that a journal is broken at, and why.
pub(crate) fn broken(error: &JournalError) -> (usize, String) {
    match error {
        JournalError::Broken { line, why } => (*line, why.clone()),
        other => panic!("not broken: {other}"),
    }
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let names =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
