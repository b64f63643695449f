//! By whom something is changed: with credentials that have expired or will before the step is over, as somebody else than the run began with, or
//! without the permission, nothing is sent, or what was sent is refused and counts as not done; each in words.

use std::sync::Arc;
use std::time::Duration;

use drdeck::engine::{Engine, Order, View};
use drdeck::journal::{Entry, Record, Verdict};
use drdeck::model::{Moment, Place, Span};
use drdeck::runbook::{Outcome, Refusal};
use serde_json::{Value as Json, json};

use crate::engine_run::{RUNBOOK, Theatre, closed, confirm, until};
use crate::engine_world::check_records;
use crate::sim_kit;

const ROLE: &str = "arn:aws:iam::111122223333:role/operator";

fn faults(stage: &Theatre, acts: &Json) {
    let reply = sim_kit::control(&stage.simulator, "/_drdeck/faults", acts);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// What stands above the card of `web` once it is there again.
fn trouble(engine: &Engine) -> String {
    let is_back = |view: &View| {
        view.cards().any(|(step, card)| step.id == "web" && step.trouble.is_some() && card.blocker().is_none())
    };
    let view = until(engine, "the card of web with what went wrong", is_back);
    view.steps[1].trouble.as_ref().unwrap().to_string()
}

fn intents(entries: &[Entry]) -> usize {
    entries.iter().filter(|entry| matches!(entry.record, Record::Intent { .. })).count()
}

fn refusal(entries: &[Entry]) -> Option<Refusal> {
    entries.iter().find_map(|entry| match &entry.record {
        Record::Outcome { outcome: Outcome::NotApplied { why, .. }, .. } => Some(*why),
        _ => None,
    })
}

/// The run goes on and ends as if nothing had been.
fn ends_well(stage: &Theatre, engine: &Engine) -> Vec<Entry> {
    confirm(engine, "web");
    confirm(engine, "look");
    closed(engine, Verdict::Finished);
    assert_eq!(stage.changes().len(), 1);
    let entries = stage.entries(engine.run);
    check_records(&entries);
    entries
}

#[test]
fn expired_credentials_are_seen_before_the_step_and_nothing_is_sent() {
    let stage = Theatre::new("", 30.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    until(&engine, "a card of web", |view| view.cards().any(|(step, _)| step.id == "web"));
    faults(&stage, &json!([{ "times": 1, "fault": { "expired-credentials": { "service": "sts" } } }]));
    confirm(&engine, "web");
    let said = trouble(&engine);
    assert!(said.starts_with("AWS does not say who we are: credentials have expired, log in again"), "{said}");
    assert_eq!(intents(&stage.entries_now(engine.run)), 0, "no intent, no request");
    let entries = ends_well(&stage, &engine);
    assert_eq!(intents(&entries), 1);
}

#[test]
fn credentials_that_expire_in_the_very_moment_are_a_refusal_and_the_card_comes_back() {
    let stage = Theatre::new("", 30.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    faults(
        &stage,
        &json!([{ "times": 1, "fault": { "expired-credentials": { "operation": "UpdateAutoScalingGroup" } } }]),
    );
    confirm(&engine, "web");
    let said = trouble(&engine);
    assert!(said.starts_with("credentials have expired, log in again"), "{said}");
    let entries = ends_well(&stage, &engine);
    assert_eq!((refusal(&entries), intents(&entries)), (Some(Refusal::Expired), 2));
}

#[test]
fn a_denied_call_is_a_refusal_and_says_who_may_not_do_what() {
    let stage = Theatre::new("", 30.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    faults(&stage, &json!([{ "times": 1, "fault": { "denied": { "operation": "UpdateAutoScalingGroup" } } }]));
    confirm(&engine, "web");
    let said = trouble(&engine);
    assert!(said.contains("user/demo") && said.contains("autoscaling:UpdateAutoScalingGroup"), "{said}");
    let entries = ends_well(&stage, &engine);
    assert_eq!((refusal(&entries), intents(&entries)), (Some(Refusal::Denied), 2));
}

#[test]
fn a_step_whose_readings_are_denied_cannot_be_confirmed() {
    let stage = Theatre::new("", 30.0);
    faults(&stage, &json!([{ "fault": { "denied": { "service": "autoscaling" } } }]));
    let engine = stage.start();
    confirm(&engine, "declare");
    let blocked = |view: &View| view.cards().any(|(step, card)| step.id == "web" && card.blocker().is_some());
    let view = until(&engine, "a blocked card", blocked);
    let (step, card) = view.cards().find(|(step, _)| step.id == "web").unwrap();
    let (_, why) = card.blocker().unwrap();
    assert!(why.as_str().contains("autoscaling:DescribeAutoScalingGroups"), "{why}");
    let number = engine.order(Order::Confirm { step: step.index, plan: card.plan.clone(), typed: None });
    let view = until(&engine, "an answer", |view| view.reply(number).is_some());
    let refused = view.reply(number).unwrap().taken.clone().unwrap_err();
    assert!(refused.as_str().starts_with("blocked, it is not so that "), "{refused}");
    assert_eq!(engine.finish("over", Duration::from_secs(5)), Some(Verdict::Paused));
    assert_eq!(stage.changes().len(), 0);
}

/// A runbook whose changes are made in a role, and whose step may take 20 minutes.
fn in_a_role() -> String {
    let text = RUNBOOK.replacen("regions =", &format!("role_arn = \"{ROLE}\"\nregions ="), 1);
    text.replacen("desired = 6\n", "desired = 6\nworst = \"20m\"\n", 1)
}

#[test]
fn credentials_that_end_before_the_step_may_be_over_are_not_begun_with() {
    let stage = Theatre::new("", 30.0);
    // A session's end is told in wall time, as AWS does.
    let end = Moment::now().checked_add(Span::from_mins(10)).unwrap();
    let short = json!({ "service": "sts", "operation": "AssumeRole", "field": "Expiration", "value": end.to_string() });
    faults(&stage, &json!([{ "until": "2h", "fault": { "value": short } }]));
    let text = in_a_role();
    let mut options = stage.options(stage.begin(&text));
    options.home = Place { region: options.home.region, role: Some(Arc::from(ROLE)) };
    let engine = Engine::start(options).unwrap_or_else(|error| panic!("{error}"));
    confirm(&engine, "declare");
    confirm(&engine, "web");
    let said = trouble(&engine);
    assert!(said.starts_with("the credentials end at "), "{said}");
    assert!(said.ends_with("but this step may take 20 min; log in again, then confirm"), "{said}");
    assert_eq!(intents(&stage.entries_now(engine.run)), 0, "no intent, no request");
    // Then the login gives an hour.
    sim_kit::at(&stage.simulator, "3h");
    std::thread::sleep(Duration::from_secs(2));
    ends_well(&stage, &engine);
    let view = engine.views.borrow().clone();
    let arn = view.identity.as_ref().unwrap().arn.to_string();
    assert!(arn.contains(":assumed-role/operator/"), "{arn}");
}
