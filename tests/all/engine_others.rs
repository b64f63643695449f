//! Somebody else acts meanwhile. What was confirmed and is not so any more goes back to the person, planned anew and in words; what AWS refuses
//! because of it counts as not done; and nothing is sent on the ground of what was seen before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drdeck::engine::{Card, Order, Stage};
use drdeck::journal::{Entry, Journal, Record, Verdict};
use drdeck::model::Place;
use drdeck::runbook::call::{ChangeRecords, PromoteReplica, RecordSet, Rule, Swap, UpdateCheck, UpdateGroup};
use drdeck::runbook::{ApiCall, IntentId, Outcome, Refusal, RunId, Work};
use drdeck::sim::Running;

use crate::aws_stub::session_at;
use crate::engine_run::{Theatre, closed, confirm, until};
use crate::engine_world::check_records;
use crate::never_kit::{self, STEP, Step, drive};
use crate::never_table::Row;
use crate::proxy::Harm;
use crate::sim_kit;

/// Somebody else changes something, at once.
fn somebody_else(url: &str, call: &ApiCall) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async {
        let session = session_at(url, Duration::from_secs(20)).await;
        let intent = IntentId { run: RunId::new(1, 1), number: 1 };
        Box::pin(session.change(call, intent, Duration::from_secs(20))).await
    });
    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
}

fn faster(simulator: &Running, speed: f64) {
    sim_kit::control(simulator, "/_drdeck/clock", &serde_json::json!({ "speed": speed }));
}

#[test]
fn a_plan_that_changed_between_card_and_confirm_goes_back_to_the_person_with_the_difference() {
    let stage = Theatre::new("", 1.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    let has_card = |view: &drdeck::engine::View| view.cards().any(|(step, _)| step.id == "web");
    let view = until(&engine, "a card of web", has_card);
    let (step, plan) =
        view.cards().find(|(step, _)| step.id == "web").map(|(step, card)| (step.index, card.plan.clone())).unwrap();
    let west = Place::home("us-west-2");
    let other = UpdateGroup { place: west, group: "web".into(), min: 2, max: 10, desired: 5 };
    somebody_else(&stage.simulator.url(), &ApiCall::UpdateAutoScalingGroup(other));
    let number = engine.order(Order::Confirm { step, plan: plan.clone(), typed: None });
    until(&engine, "an answer", |view| view.reply(number).is_some());
    let refused = |view: &drdeck::engine::View| {
        view.steps[step].trouble.is_some() && view.cards().any(|(of, card)| of.index == step && card.plan != plan)
    };
    let view = until(&engine, "the card again, as it is now", refused);
    let trouble = view.steps[step].trouble.clone().unwrap();
    let words = trouble.as_str();
    assert!(words.starts_with("the plan changed since it was shown, and nothing was sent: "), "{words}");
    assert!(words.contains("from 4 instances (of 2 to 8) to 6") && words.contains("from 5 instances"), "{words}");
    assert!(words.contains("MaxSize was 8 and is now 10"), "{words}");
    assert_eq!(stage.changes().len(), 1, "the other one's");
    // The old plan cannot be confirmed any more, however often it is tried.
    let number = engine.order(Order::Confirm { step, plan, typed: None });
    let view = until(&engine, "an answer", |view| view.reply(number).is_some());
    let why = view.reply(number).unwrap().taken.clone().unwrap_err();
    assert!(why.as_str().starts_with("the plan changed since it was shown, and nothing was sent: "), "{why}");
    faster(&stage.simulator, 60.0);
    confirm(&engine, "web");
    confirm(&engine, "look");
    closed(&engine, Verdict::Finished);
    assert_eq!(stage.changes().len(), 2);
    check_records(&stage.entries(engine.run));
}

/// What came of a row before whose request somebody else made theirs.
struct Clash {
    entries: Vec<Entry>,
    /// The cards of the step, as they were shown before each confirm.
    cards: Vec<Card>,
    /// What stood above them.
    troubles: Vec<String>,
    changed: usize,
}

/// Plays a row; when its request arrives, `call` was made by somebody else a moment before. Until `end` of its card says so.
fn clash(kind: &str, call: ApiCall, end: fn(&Card) -> bool) -> Clash {
    let row = Row::of(kind);
    let theatre = never_kit::Theatre::of(row);
    let (url, acted) = (theatre.simulator.url(), AtomicBool::new(false));
    let call = Mutex::new(call);
    theatre.proxy.harm(move |_| {
        if !acted.swap(true, Ordering::SeqCst) {
            somebody_else(&url, &call.lock().unwrap());
        }
        Harm::None
    });
    let engine = theatre.start();
    let (mut cards, mut troubles): (Vec<Card>, Vec<String>) = (Vec::new(), Vec::new());
    let mut last: Option<Arc<Card>> = None;
    drive(&engine, row, |view, card| {
        // A card that cannot be confirmed is one, too.
        let shown = view.cards().find(|(step, _)| step.id == STEP);
        let Some((step, shown)) = shown else { return Step::Wait };
        if last.as_ref().is_none_or(|last| last.plan != shown.plan) {
            last = Some(Arc::clone(shown));
            cards.push((**shown).clone());
            troubles.push(step.trouble.as_ref().map(ToString::to_string).unwrap_or_default());
        }
        if cards.len() > 1 && end(shown) {
            return Step::End;
        }
        if card.is_some() { Step::Confirm } else { Step::Wait }
    });
    if engine.finish("over", Duration::from_secs(10)) == Some(Verdict::Finished) {
        panic!("the step was to be left at its card");
    }
    let entries = Journal::open(&theatre.runs(), engine.run).unwrap_or_else(|error| panic!("{error}")).entries;
    check_records(&entries);
    let changed = theatre.log().iter().filter(|entry| entry["changed"] == true).count();
    Clash { entries, cards, troubles, changed }
}

fn refusals(entries: &[Entry]) -> Vec<Refusal> {
    let refusal = |entry: &Entry| match &entry.record {
        Record::Outcome { outcome: Outcome::NotApplied { why, .. }, .. } => Some(*why),
        _ => None,
    };
    entries.iter().filter_map(refusal).collect()
}

#[test]
fn a_replica_that_somebody_else_promotes_meanwhile_is_not_promoted_again() {
    let call = ApiCall::PromoteReadReplica(PromoteReplica {
        place: Place::home("us-west-2"),
        instance: "orders-db-west".into(),
        backup_retention_days: Some(7),
    });
    let clash = clash("rds-promote-read-replica", call, |card| !matches!(card.work, Work::Calls(_)));
    assert_eq!(refusals(&clash.entries), [Refusal::Conflict]);
    assert_eq!(clash.changed, 1, "the other one's");
    let (last, trouble) = (clash.cards.last().unwrap(), clash.troubles.last().unwrap());
    assert!(matches!(last.work, Work::Already(_) | Work::Watch), "planned anew: {:?}", last.work);
    assert!(trouble.contains("InvalidDBInstanceState"), "why it was refused: {trouble}");
}

#[test]
fn a_record_that_somebody_else_changes_meanwhile_is_not_overwritten() {
    let set = |value: &str| RecordSet {
        name: "legacy.shop.example".into(),
        kind: "A".into(),
        set: Some("legacy-web-1".into()),
        rule: Rule::Multivalue,
        ttl: Some(60),
        values: vec![value.to_owned()],
        alias: None,
        health_check: Some("9e4f27d1-3c85-4b6a-9f10-d7b2a5c86601".into()),
    };
    let call = ApiCall::ChangeResourceRecordSets(ChangeRecords {
        place: Place::home("us-east-1"),
        zone: "Z0273916SHOP4EXMPL7".into(),
        swaps: vec![Swap { old: set("198.51.100.11"), new: set("203.0.113.99") }],
    });
    let clash = clash("route53-change-records", call, |card| card.blocker().is_some());
    assert_eq!(refusals(&clash.entries), [Refusal::Invalid]);
    assert_eq!(clash.changed, 1, "the other one's");
    let (what, why) = clash.cards.last().unwrap().blocker().map(|(what, why)| (what.clone(), why.clone())).unwrap();
    assert!(why.as_str().contains("203.0.113.99"), "{what}: {why}");
    let trouble = clash.troubles.last().unwrap();
    assert!(trouble.contains("InvalidChangeBatch"), "why it was refused: {trouble}");
}

#[test]
fn a_health_check_that_somebody_else_changes_meanwhile_is_planned_anew_with_its_new_version() {
    let call = ApiCall::UpdateHealthCheck(UpdateCheck {
        place: Place::home("us-east-1"),
        check: "3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101".into(),
        version: 1,
        inverted: false,
        disabled: true,
    });
    let clash = clash("route53-force-unhealthy", call, |card| matches!(card.work, Work::Calls(_)));
    assert_eq!(refusals(&clash.entries), [Refusal::Conflict]);
    let versions: Vec<_> = clash
        .cards
        .iter()
        .filter_map(|card| card.requests.first())
        .map(|request| request.parameters["HealthCheckVersion"].clone())
        .collect();
    let [first, .., last] = versions.as_slice() else { panic!("{versions:?}") };
    assert!(last.as_u64() > first.as_u64(), "{versions:?}");
    let trouble = clash.troubles.last().unwrap();
    assert!(trouble.contains("HealthCheckVersionMismatch"), "why it was refused: {trouble}");
}

/// A run whose step is confirmed by somebody is never driven by two: the second is told who holds it, and what was done last.
#[test]
fn a_second_operator_is_told_who_drives() {
    let stage = Theatre::new("", 1.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    let begin = stage.begin(crate::engine_run::RUNBOOK);
    let refused = drdeck::engine::Engine::start(stage.options(begin)).unwrap_err().to_string();
    let run = engine.run.to_string();
    assert!(refused.contains("alice") && refused.contains(&run), "{refused}");
    let view = until(&engine, "a card", |view| view.steps.iter().any(|step| matches!(step.stage, Stage::Card(_))));
    assert_eq!(view.holder.as_ref().unwrap().0.name.as_str(), "alice", "the first goes on");
    assert_eq!(engine.finish("over", Duration::from_secs(5)), Some(Verdict::Paused));
}
