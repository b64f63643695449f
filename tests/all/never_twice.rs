//! Whatever happens to a request on its way, of whatever kind of step: it is carried out once at most for each confirm, it is never sent again
//! without one, and what came of it is found out: by reading where AWS tells, and by asking where it does not.

use std::path::Path;
use std::time::Instant;

use drdeck::journal::{Entry, Record};
use drdeck::runbook::{Outcome, Refusal, Work, parse};

use crate::fixture_steps::Scene;
use crate::never_kit::{self, LATE, Played, STEP, check, is_applied, is_on_the_wire, play};
use crate::never_table::{Row, Way};
use crate::proxy::Harm;

/// How many rows are played side by side.
const SIDE_BY_SIDE: usize = 10;

fn sending() -> Vec<&'static Row> {
    let sends = |row: &&Row| matches!(row.way, Way::Finds | Way::Asks);
    Row::all().into_iter().filter(sends).collect()
}

fn count(entries: &[Entry], wanted: impl Fn(&Record) -> bool) -> usize {
    entries.iter().filter(|entry| entry.record.step() == Some(STEP) && wanted(&entry.record)).count()
}

/// What has to be in the journal and in the simulator after a row was so harmed.
fn holds(row: &Row, harm: Harm, played: &Played) {
    let Played { entries, log, passed, harmed, asked, .. } = played;
    check(entries, log, passed.len());
    let confirms = count(entries, |record| matches!(record, Record::Confirmed { .. }));
    let intents = count(entries, |record| matches!(record, Record::Intent { .. }));
    let found = |applied: bool| {
        count(entries, |record| matches!(record, Record::Reconciled { applied: Some(is), .. } if *is == applied))
    };
    let resolved = count(entries, |record| matches!(record, Record::Resolved { .. }));
    let doubts = count(entries, |record| matches!(record, Record::Outcome { outcome: Outcome::InDoubt { .. }, .. }));
    assert!(intents > 0, "it sends something");
    if harm == Harm::None {
        assert_eq!((*harmed, doubts, *asked), (0, 0, 0));
        return;
    }
    assert!(*harmed > 0, "something was harmed");
    if harm == Harm::Throttle {
        let slowed = count(entries, |record| {
            matches!(record, Record::Outcome { outcome: Outcome::NotApplied { why: Refusal::Throttled, .. }, .. })
        });
        assert_eq!((slowed, doubts, *asked), (1, 0, 0), "throttled is proof");
        assert!(confirms >= 2, "a person confirms again");
        return;
    }
    assert_eq!(doubts, *harmed, "each is in doubt");
    let (expected_found, expected_asked) = match row.way {
        Way::Finds => (*harmed, 0),
        Way::Asks => (0, *harmed),
        Way::Program | Way::SendsNothing => unreachable!("no proxy sees it"),
    };
    let reconciled: Vec<&Record> = entries
        .iter()
        .map(|entry| &entry.record)
        .filter(|record| matches!(record, Record::Reconciled { .. }))
        .collect();
    let is = (found(is_applied(harm)), found(!is_applied(harm)), *asked, resolved);
    assert_eq!(is, (expected_found, 0, expected_asked, expected_asked), "who finds out: {reconciled:#?}");
    if !is_applied(harm) {
        assert!(confirms >= 2, "a person confirms again");
    }
}

fn all(name: &str, harm: Harm) {
    let began = Instant::now();
    let rows = sending();
    never_kit::each(&rows, SIDE_BY_SIDE, |row| {
        let began = Instant::now();
        holds(row, harm, &play(row, harm));
        println!("{name}: {}, {:.1} s", row.word, began.elapsed().as_secs_f64());
    });
    println!("{name}: {} kinds in {:.1} s", rows.len(), began.elapsed().as_secs_f64());
}

#[test]
fn an_answer_that_is_dropped_after_the_change() {
    all("dropped", Harm::DropAfter);
}

#[test]
fn an_answer_of_500_after_the_change() {
    all("500", Harm::ErrorAfter);
}

#[test]
fn an_answer_after_the_time_out() {
    all("late", Harm::LateAfter(LATE));
}

#[test]
fn a_throttled_change() {
    all("throttled", Harm::Throttle);
}

#[test]
fn a_reset_before_the_change() {
    all("reset", Harm::ResetBefore);
}

/// Without any harm, what the card showed is what arrives: operation, Region and every parameter.
#[test]
fn the_call_on_the_card_is_the_call_that_the_simulator_received() {
    never_kit::each(&sending(), SIDE_BY_SIDE, |row| {
        let played = play(row, Harm::None);
        holds(row, Harm::None, &played);
        let sent: Vec<_> = played
            .entries
            .iter()
            .filter_map(|entry| match &entry.record {
                Record::Intent { step, intent, call: Some(call), parameters, .. } if step == STEP => {
                    Some((*intent, call.clone(), parameters.clone()))
                }
                _ => None,
            })
            .collect();
        let told: Vec<_> = sent.iter().map(|(_, call, parameters)| (call.clone(), parameters.clone())).collect();
        assert_eq!(told, played.shown, "what was sent is what the card showed, under the names that it showed");
        for (intent, call, _) in &sent {
            let arrived: Vec<_> = played.log.iter().filter(|entry| is_on_the_wire(entry, call, *intent)).collect();
            let [arrived] = arrived.as_slice() else {
                let of: Vec<_> = played.log.iter().filter(|entry| entry["operation"] == call.operation()).collect();
                panic!("{} arrived as {of:#?}, not as {:#}", call.operation(), call.parameters(*intent))
            };
            // Route 53 is asked in no Region.
            let region = if call.service() == "route53" { "aws-global" } else { call.region().as_str() };
            assert_eq!((&arrived["region"], &arrived["changed"]), (&region.into(), &true.into()), "{arrived}");
        }
    });
}

/// What sends nothing says so: it names no permission, no plane, and no work but a person's word and readings.
#[test]
fn a_kind_that_the_proxy_never_sees_sends_nothing() {
    for row in Row::all().into_iter().filter(|row| row.way == Way::SendsNothing) {
        let text = never_kit::text(row);
        let runbook = parse::parse(&text, Path::new("shop-failover.toml"), &[]);
        let runbook = runbook.unwrap_or_else(|wrong| panic!("the row of {}: {wrong}", row.word));
        let step = runbook.steps.last().unwrap().kind.step();
        let facts = step.facts();
        assert_eq!((facts.plane, facts.permissions), (None, Vec::<&str>::new()), "{}", row.word);
        let work = step.work(&Scene::new().world());
        assert!(matches!(work, Work::Ask(_) | Work::Watch | Work::Already(_)), "{}: {work:?}", row.word);
    }
}
