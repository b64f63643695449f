//! The engine's core where a step is more than one request, or none: chunks, decisions, consent, fences, programs; and where the journal fails.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use drdeck::engine::core::{Condition, Effect, Event, Holding, Order, Stage};
use drdeck::engine::words::after_refusal;
use drdeck::journal::{Record, Verdict};
use drdeck::model::facts::drs::ReplicationState;
use drdeck::model::{Span, Text};
use drdeck::runbook::{Attempt, IntentId, Mode, Outcome, Refusal, RunId, parse};

use crate::engine_world::{Fate, World, moment, person};

fn world(steps: &str, mode: Mode) -> World {
    let head = r#"
system = "shop"
direction = "failover"
version = "1"
owner = "us"
summary = "There."
regions = ["us-west-2"]
"#;
    let text = format!("{head}{steps}");
    let runbook = parse::parse(&text, Path::new("shop-failover.toml"), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    World::new(Arc::new(runbook), mode)
}

fn one(kind: &str, keys: &str) -> String {
    format!(
        "[[step]]\nid = \"it\"\nkind = \"{kind}\"\nphase = \"execute\"\ntitle = \"It\"\nestimate = \"1m\"\n{keys}\n"
    )
}

fn stage(world: &World) -> Stage {
    world.view().steps[0].stage.clone()
}

const IDS: [&str; 3] = ["s-0000000000000000a", "s-0000000000000000b", "s-0000000000000000c"];

fn chunks() -> World {
    let ids = IDS.map(|id| format!("\"{id}\"")).join(", ");
    let mut world =
        world(&one("drs-stop-replication", &format!("region = \"us-west-2\"\nservers = [{ids}]")), Mode::Live);
    world.servers = IDS.iter().map(|id| ((*id).to_owned(), ReplicationState::Continuous)).collect();
    world.passes(31);
    world
}

fn requests(world: &World) -> usize {
    match stage(world) {
        Stage::Card(card) => card.requests.len(),
        other => panic!("a card: {other:?}"),
    }
}

#[test]
fn each_request_of_a_confirm_is_an_intent_of_its_own_and_waits_for_the_one_before() {
    let mut world = chunks();
    assert_eq!(requests(&world), 3);
    world.confirm("it").unwrap();
    assert_eq!(world.applied.len(), 3);
    let words = world.words();
    let sent: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| ["intent", "outcome"].contains(word)).collect();
    assert_eq!(sent, ["intent", "outcome", "intent", "outcome", "intent", "outcome"]);
    world.passes(10);
    assert_eq!(world.view().holding, Holding::Closed(Verdict::Finished));
}

#[test]
fn after_a_partial_failure_a_new_confirm_plans_only_the_rest() {
    for fate in [Fate::Throttled, Fate::AppliedLost, Fate::ResetBefore] {
        let mut world = chunks();
        world.fates.extend([Fate::Applied, fate]);
        world.confirm("it").unwrap();
        world.passes(70);
        let left = if fate == Fate::AppliedLost { 1 } else { 2 };
        assert_eq!(requests(&world), left, "{fate:?}");
        assert_eq!(world.sent.len(), 2, "{fate:?}: nothing more without a new confirm");
        world.confirm("it").unwrap();
        world.passes(10);
        assert_eq!(world.applied.len(), 3, "{fate:?}");
        assert_eq!(world.view().holding, Holding::Closed(Verdict::Finished), "{fate:?}");
    }
}

#[test]
fn a_crash_between_two_requests_leaves_the_rest_to_a_new_confirm() {
    let mut world = chunks();
    let Stage::Card(card) = stage(&world) else { panic!("a card") };
    world.order(Order::Confirm { step: 0, plan: card.plan.clone(), typed: Some("shop".into()) });
    while world.applied.is_empty() || !matches!(world.entries.last().unwrap().record, Record::Outcome { .. }) {
        let effect = world.effects.pop_front().unwrap();
        let event = world.carry_out(&effect);
        world.happens(event);
    }
    world.crash();
    world.quiet();
    assert_eq!(requests(&world), 2);
    let trouble = world.view().steps[0].trouble.clone().unwrap();
    assert_eq!(trouble.as_str(), "1 of 3 requests were carried out; the rest is planned anew");
}

#[test]
fn what_cannot_be_undone_needs_the_name_of_the_system_typed_exactly() {
    let mut world = chunks();
    let Stage::Card(card) = stage(&world) else { panic!("a card") };
    for typed in [None, Some("Shop"), Some("shop "), Some("yes")] {
        let plan = card.plan.clone();
        let why = world.ordered(Order::Confirm { step: 0, plan, typed: typed.map(str::to_owned) }).unwrap_err();
        assert!(why.as_str().contains("type the System's name, shop"), "{why}");
    }
    assert!(world.sent.is_empty());
    world.confirm("it").unwrap();
    assert_eq!(world.sent.len(), 3);
}

#[test]
fn nothing_is_changed_outside_of_the_regions_of_the_runbook() {
    let mut world = world(&one("asg-scale", "group = \"it\"\nregion = \"us-east-1\"\ndesired = 6"), Mode::Live);
    let why = world.confirm("it").unwrap_err();
    assert!(why.as_str().contains("us-east-1 is not among its `regions`"), "{why}");
    assert!(world.sent.is_empty());
}

#[test]
fn a_decision_sets_the_clock_and_is_confirmed_with_it() {
    let mut world = world(
        &(one("decision", "")
            + &one("manual", "needs = [\"it\"]").replace("\"It\"", "\"Then\"").replacen("\"it\"", "\"then\"", 1)),
        Mode::Live,
    );
    world.passes(10);
    let Stage::Card(card) = stage(&world) else { panic!("a card") };
    world.ordered(Order::Decide { step: 0, began: moment(99), repair: None }).unwrap_err();
    let decide = world.order(Order::Decide { step: 0, began: moment(-600), repair: Some(moment(9_000)) });
    let confirm = world.order(Order::Confirm { step: 0, plan: card.plan.clone(), typed: None });
    world.quiet();
    let view = world.view();
    assert_eq!(view.reply(decide).unwrap().taken, Ok(()));
    assert_eq!(view.reply(confirm).unwrap().taken, Ok(()));
    assert!(matches!(view.steps[0].stage, Stage::Done { .. }), "{:?}", view.steps[0]);
    assert_eq!(view.clocks.began, Some(moment(-600)));
    assert_eq!(view.clocks.unserved, Some(Span::from_secs(610)));
    assert_eq!(view.clocks.left, Some(Span::from_secs(290)));
    assert_eq!(view.run.repair, Some(moment(9_000)));
}

#[test]
fn a_decision_that_says_nothing_takes_what_readings_showed() {
    let mut world = world(&one("decision", ""), Mode::Live);
    world.passes(10);
    world.confirm("it").unwrap();
    assert!(world.words().contains(&"decided".to_owned()));
    assert_eq!(world.view().clocks.began, Some(moment(-120)));
}

#[test]
fn consent_is_verified_only_from_another_caller() {
    for (name, verified) in [("bob", true), ("alice", false)] {
        let mut world = world(&one("approval", ""), Mode::Live);
        world.quiet();
        world.ordered(Order::Approve { step: 0, by: person(name), verified: true }).unwrap();
        let said = world.entries.iter().find_map(|entry| match &entry.record {
            Record::Approved { verified, .. } => Some(*verified),
            _ => None,
        });
        assert_eq!(said, Some(verified), "{name}");
        assert!(matches!(stage(&world), Stage::Done { .. }));
    }
}

fn fence() -> World {
    let keys = "old = \"auto-scaling-group\"\nname = \"it\"\nregion = \"us-west-2\"";
    let steps = one("fence", keys) + &one("manual", "needs = [\"it\"]").replacen("\"it\"", "\"then\"", 1);
    world(&steps, Mode::Live)
}

fn empty(world: &mut World) {
    let group = world.groups.get_mut("it").unwrap();
    (group.min, group.max, group.desired, group.in_service) = (0, 0, 0, 0);
}

#[test]
fn a_fence_that_is_proven_asks_nobody() {
    let mut world = fence();
    empty(&mut world);
    world.passes(16);
    assert!(matches!(stage(&world), Stage::Done { .. }), "{:?}", stage(&world));
    assert!(world.words().contains(&"fence_proven".to_owned()));
    assert!(world.view().fences.is_empty());
}

#[test]
fn an_accepted_fence_stays_open_until_it_is_proven() {
    for skipped in [false, true] {
        let mut world = fence();
        world.quiet();
        let reason = Text::new("the Region is dead");
        let order = if skipped { Order::Skip { step: 0, reason } } else { Order::Accept { step: 0, reason } };
        world.ordered(order).unwrap();
        assert_eq!(world.view().fences.len(), 1);
        world.passes(20);
        let fence = world.view().fences[0].clone();
        assert!(fence.seen.is_some_and(|seen| seen.as_str().contains("wants 1 instances")));
        empty(&mut world);
        world.passes(20);
        assert!(world.view().fences.is_empty(), "it is proven by now");
        assert_eq!(world.words().iter().filter(|word| *word == "fence_proven").count(), 1);
        world.confirm("then").unwrap();
        assert_eq!(world.view().holding, Holding::Closed(Verdict::Finished));
    }
}

#[test]
fn a_program_that_fails_and_says_so_is_offered_again() {
    let mut world = world(&one("command", "argv = [\"make\"]\ncheck = [\"made\"]"), Mode::Live);
    world.quiet();
    let Stage::Card(card) = stage(&world) else { panic!("a card") };
    world.order(Order::Confirm { step: 0, plan: card.plan.clone(), typed: None });
    for _ in 0..100 {
        let Some(effect) = world.effects.pop_front() else { break };
        let event = match (&effect, world.carry_out(&effect)) {
            (Effect::Start { .. }, Event::Came { step, intent, .. }) => {
                let outcome = Outcome::Applied { answer: serde_json::json!({ "exit": 3 }) };
                Event::Came { step, intent, outcome }
            }
            (Effect::Check { .. }, Event::Checked { step, ticket, .. }) => {
                Event::Checked { step, ticket, said: Err(Text::new("its check made ended with exit code 1")) }
            }
            (_, event) => event,
        };
        world.happens(event);
    }
    let Stage::Failed { why, .. } = stage(&world) else { panic!("failed: {:?}", stage(&world)) };
    assert!(why.as_str().contains("exit code 3"), "{why}");
    world.ordered(Order::Retry { step: 0 }).unwrap();
    let trouble = world.view().steps[0].trouble.clone();
    assert_eq!(trouble, Some(why), "what failed is on the card that comes back");
    world.confirm("it").unwrap();
    assert_eq!(world.view().holding, Holding::Closed(Verdict::Finished));
    assert_eq!(world.sent.len(), 2, "two confirms, two starts");
}

#[test]
fn every_refusal_says_what_to_do_and_no_other_trouble_is_taken_for_one() {
    let mut step = chunks().view().steps[0].clone();
    assert_eq!(after_refusal(&step), None, "nothing was sent");
    let mut said = BTreeSet::new();
    for why in [
        Refusal::NotSent,
        Refusal::Throttled,
        Refusal::Denied,
        Refusal::Expired,
        Refusal::Invalid,
        Refusal::Conflict,
        Refusal::Capacity,
        Refusal::NotFound,
    ] {
        let error = Text::new("AWS says no");
        let outcome = Some(Outcome::NotApplied { why, error: error.clone() });
        let intent = IntentId { run: RunId::new(1, 1), number: 1 };
        step.attempts = Arc::new(vec![Attempt { intent, call: None, at: moment(0), outcome }]);
        step.trouble = Some(error);
        let way_on = after_refusal(&step).unwrap();
        assert!(way_on.starts_with("nothing was done"), "{why:?}: {way_on}");
        assert!(said.insert(way_on), "{why:?} says what another one says");
        step.trouble = Some(Text::new("the credentials end at 14:02:07Z; log in again, then confirm"));
        assert_eq!(after_refusal(&step), None, "it was refused here");
    }
}

/// Carries on until a record of that word is to be written.
fn until_writing(world: &mut World, word: &str) {
    let is = |effect: &Effect| matches!(effect, Effect::Append(record) if serde_json::to_value(&**record).unwrap()["type"] == word);
    while !world.effects.iter().any(is) {
        let effect = world.effects.pop_front().expect("something is to be done");
        let event = world.carry_out(&effect);
        world.happens(event);
    }
    world.effects.retain(|effect| !is(effect));
}

fn full() -> Event {
    Event::NotAppended { error: Text::new("the disk is full (0 bytes are free)"), journal: Condition::Sound }
}

#[test]
fn a_full_disk_before_the_intent_keeps_the_step_from_starting() {
    for word in ["confirmed", "intent"] {
        let mut world = chunks();
        let Stage::Card(card) = stage(&world) else { panic!("a card") };
        let number = world.order(Order::Confirm { step: 0, plan: card.plan.clone(), typed: Some("shop".into()) });
        until_writing(&mut world, word);
        world.happens(full());
        world.quiet();
        assert!(world.view().reply(number).unwrap().taken.is_err() || word == "intent");
        let trouble = world.view().steps[0].trouble.clone().unwrap();
        assert!(
            trouble.as_str().contains("nothing was sent, because it could not be recorded: the disk is full"),
            "{trouble}"
        );
        assert!(world.sent.is_empty(), "{word}");
        world.confirm("it").unwrap();
        assert_eq!(world.sent.len(), 3, "{word}: and once there is room it goes on");
    }
}

#[test]
fn an_outcome_that_does_not_fit_is_kept_and_written_when_it_does() {
    let mut world = chunks();
    let Stage::Card(card) = stage(&world) else { panic!("a card") };
    world.order(Order::Confirm { step: 0, plan: card.plan.clone(), typed: Some("shop".into()) });
    until_writing(&mut world, "outcome");
    world.happens(full());
    assert!(world.effects.is_empty(), "nothing further is sent");
    assert!(world.view().error.is_some());
    assert_eq!(world.sent.len(), 1);
    world.passes(3);
    assert_eq!(world.sent.len(), 3);
    assert_eq!(world.view().error, None);
}

#[test]
fn after_the_journal_is_lost_nothing_is_done() {
    let mut world = chunks();
    let Stage::Card(card) = stage(&world) else { panic!("a card") };
    world.order(Order::Confirm { step: 0, plan: card.plan.clone(), typed: Some("shop".into()) });
    until_writing(&mut world, "outcome");
    world.happens(Event::NotAppended { error: Text::new("EIO"), journal: Condition::Lost });
    world.passes(10);
    assert!(matches!(world.view().holding, Holding::ReadOnly(_)));
    assert_eq!(world.sent.len(), 1);
    world.ordered(Order::Retry { step: 0 }).unwrap_err();
    assert!(matches!(stage(&world), Stage::Sending { .. }));
}
