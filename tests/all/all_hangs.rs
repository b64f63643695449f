//! Every AWS call hangs while a run is on: the card, the timeline and Help are there, the run can be paused, and one can leave. How quick keys are
//! then is measured by benches/console.py.

use std::time::Instant;

use drdeck::journal::{Entry, Holder, Journal, Lock, Place, Record, Verdict};
use drdeck::model::{Moment, Text};
use drdeck::runbook::{Outcome, RunId};
use serde_json::json;

use crate::game_day::{GameDay, says};
use crate::tmux_run::moment;

/// The records of the one run, and that nobody holds its lock.
fn left(day: &GameDay) -> Vec<Entry> {
    let place = Place::new(day.stage.state());
    let run = place.all().unwrap()[0];
    let holder = Holder {
        system: "legacy-web".to_owned(),
        run,
        operator: Text::new("a test"),
        pid: std::process::id(),
        since: Moment::now(),
    };
    drop(Lock::take(&place, &holder).expect("the lock is free"));
    records(&place, run)
}

fn records(place: &Place, run: RunId) -> Vec<Entry> {
    Journal::open(place, run).unwrap().entries
}

/// That the session was closed as paused, with that reason.
#[track_caller]
fn is_paused(entries: &[Entry], why: &str) {
    match entries.last().map(|entry| &entry.record) {
        Some(Record::SessionClosed { verdict: Verdict::Paused, reason }) => assert_eq!(reason.as_str(), why),
        other => panic!("the last record is {other:?}"),
    }
}

#[test]
fn the_card_the_timeline_and_help_are_there_and_the_run_can_be_paused() {
    let day = GameDay::at_the_launch("hangs");
    let tmux = &day.tmux;
    day.facilitator("Nothing answers any more");
    // What is asked from now on hangs: the card is read anew, and that is waited for.
    tmux.keys(&["r"]);
    tmux.keys(&["G"]);
    tmux.wait_for("end of the card");
    tmux.keys(&["?"]);
    tmux.wait_until("Help", |screen| screen.contains("Help") || screen.contains("HELP"));
    tmux.keys(&["Escape"]);
    tmux.wait_for("STANDS");
    tmux.keys(&["8"]);
    tmux.wait_for("driven");
    tmux.keys(&["Enter"]);
    says(&tmux.wait_for("TIMELINE"), &["opened", "session", "declare"]);
    tmux.keys(&["7"]);
    tmux.wait_for("STEP");
    tmux.keys(&["p"]);
    tmux.wait_for("Pause the run");
    let asked = Instant::now();
    tmux.type_line("AWS hangs");
    tmux.wait_for("The run is paused");
    println!("paused after {:?} while every call hangs", asked.elapsed());
    is_paused(&left(&day), "AWS hangs");
    tmux.keys(&["C-c"]);
    tmux.wait_for("it ended with 0");
}

#[test]
fn who_leaves_while_every_call_hangs_pauses_the_run() {
    let day = GameDay::at_the_launch("hangs-quit");
    let tmux = &day.tmux;
    day.facilitator("Nothing answers any more");
    tmux.keys(&["r"]);
    tmux.keys(&["C-c"]);
    tmux.wait_for("pause the run and leave");
    moment();
    tmux.keys(&["y"]);
    tmux.wait_for("it ended with 0");
    is_paused(&left(&day), "the operator left");
}

#[test]
fn a_pause_waits_for_what_was_sent_and_says_so() {
    let day = GameDay::at_the_launch("hangs-sent");
    let tmux = &day.tmux;
    day.faults(
        &json!([{ "fault": { "lost-answer": { "service": "drs", "operation": "StartRecovery", "how": "late" } } }]),
    );
    day.confirm();
    tmux.wait_for("SENDING");
    says(&tmux.screen(), &["without an answer in time it is in doubt"]);
    day.facilitator("Nothing answers any more");
    tmux.keys(&["p"]);
    tmux.wait_for("Pause the run");
    tmux.type_line("AWS hangs");
    says(&tmux.wait_for("Being stopped"), &["Being stopped: AWS hangs; what is in flight is waited for"]);
    // Until the request is given up: then it is in doubt, on record and on the screen.
    let screen = tmux.wait_for("The run is paused");
    says(&screen, &["IN DOUBT"]);
    let entries = left(&day);
    is_paused(&entries, "AWS hangs");
    let outcomes: Vec<&Outcome> = entries
        .iter()
        .filter_map(|entry| match &entry.record {
            Record::Outcome { outcome, .. } => Some(outcome),
            _ => None,
        })
        .collect();
    assert!(matches!(outcomes.as_slice(), [Outcome::InDoubt { .. }]), "{outcomes:?}");
}

#[test]
fn who_asks_twice_leaves_at_once_and_what_was_sent_is_in_doubt() {
    let day = GameDay::at_the_launch("hangs-twice");
    let tmux = &day.tmux;
    day.faults(
        &json!([{ "fault": { "lost-answer": { "service": "drs", "operation": "StartRecovery", "how": "late" } } }]),
    );
    day.confirm();
    tmux.wait_for("SENDING");
    tmux.keys(&["C-c"]);
    tmux.wait_for("pause the run and leave");
    moment();
    tmux.keys(&["y"]);
    tmux.wait_for("what is in flight is waited for");
    tmux.keys(&["C-c"]);
    tmux.wait_for("it ended with 0");
    let entries = left(&day);
    let doubts =
        entries.iter().filter(|entry| matches!(entry.record, Record::Outcome { outcome: Outcome::InDoubt { .. }, .. }));
    assert_eq!(doubts.count(), 1, "{entries:#?}");
    assert!(matches!(
        entries.last().map(|entry| &entry.record),
        Some(Record::SessionClosed { verdict: Verdict::Paused, .. })
    ));
}
