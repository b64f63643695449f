//! The engine's core, step by step: what a confirm leads to, and what it never leads to.

use drdeck::engine::core::{Holding, Order, Stage};
use drdeck::engine::words::after_refusal;
use drdeck::journal::{Record, Verdict};
use drdeck::model::{Span, Text};
use drdeck::runbook::{Mode, Outcome, Phase};

use crate::engine_world::{Fate, World, manual, moment, runbook, scale};

fn linear(mode: Mode) -> World {
    World::new(
        runbook(vec![
            manual("declare", &[], Phase::Decide),
            scale("web", &[0], Phase::Execute),
            manual("look", &[1], Phase::Verify),
            manual("tell", &[2], Phase::Return),
        ]),
        mode,
    )
}

fn stage(world: &World, id: &str) -> Stage {
    world.view().steps.into_iter().find(|step| step.id == id).unwrap().stage
}

fn trouble(world: &World, id: &str) -> String {
    let step = world.view().steps.into_iter().find(|step| step.id == id).unwrap();
    step.trouble.map(|text| text.to_string()).unwrap_or_default()
}

#[test]
fn a_linear_runbook_is_run_to_its_end() {
    let mut world = linear(Mode::Live);
    world.quiet();
    assert!(matches!(stage(&world, "declare"), Stage::Card(_)));
    assert!(matches!(stage(&world, "web"), Stage::Waiting(needs) if needs == [0]));
    world.confirm("declare").unwrap();
    world.confirm("web").unwrap();
    assert!(matches!(stage(&world, "web"), Stage::Verifying(_)), "{:?}", stage(&world, "web"));
    world.passes(12);
    assert!(matches!(stage(&world, "web"), Stage::Done { .. }));
    world.confirm("look").unwrap();
    let clocks = world.view().clocks;
    assert_eq!(clocks.served, Some(world.now), "users are served once the last verifying step is done");
    assert_eq!(clocks.unserved, Some(Span::from_secs(132)));
    assert_eq!(clocks.left, None);
    assert_eq!(clocks.protected, None);
    world.confirm("tell").unwrap();
    assert_eq!(world.view().clocks.protected, Some(world.now));
    assert_eq!(world.view().holding, Holding::Closed(Verdict::Finished));
    let expected = [
        "run_opened",
        "session_opened",
        "confirmed",
        "done",
        "confirmed",
        "intent",
        "outcome",
        "done",
        "confirmed",
        "done",
        "served",
        "confirmed",
        "done",
        "protected",
        "session_closed",
    ];
    assert_eq!(world.words(), expected);
    assert_eq!(world.applied.len(), 1);
}

#[test]
fn the_request_on_the_card_is_the_one_that_is_sent() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    let Stage::Card(card) = stage(&world, "web") else { panic!("a card") };
    world.confirm("web").unwrap();
    let sent = world.entries.iter().find_map(|entry| match &entry.record {
        Record::Intent { intent, call, parameters, .. } => Some((*intent, call.clone().unwrap(), parameters.clone())),
        _ => None,
    });
    let shown = &card.requests[0];
    assert_eq!(sent, Some((shown.intent, shown.call.clone(), shown.parameters.clone())));
}

#[test]
fn what_changed_between_card_and_confirm_is_refused_in_words() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.quiet();
    world.groups.get_mut("web").unwrap().max = 9;
    world.confirm("web").unwrap();
    let why = trouble(&world, "web");
    assert!(why.contains("request 1: MaxSize was 6 and is now 9"), "{why}");
    assert!(world.sent.is_empty());
    assert!(world.words().contains(&"refused".to_owned()));
    world.confirm("web").unwrap();
    assert_eq!(world.sent.len(), 1, "the new card can be confirmed");
}

#[test]
fn a_confirm_of_an_older_card_is_refused() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.quiet();
    let plan = world.view().cards().next().unwrap().1.plan.clone();
    world.groups.get_mut("web").unwrap().max = 9;
    world.passes(31);
    let why = world.ordered(Order::Confirm { step: 1, plan, typed: None }).unwrap_err();
    assert!(why.as_str().contains("MaxSize was 6 and is now 9"), "{why}");
    assert!(world.sent.is_empty());
}

#[test]
fn a_blocked_step_cannot_be_confirmed() {
    let mut world = linear(Mode::Live);
    world.dark = true;
    world.confirm("declare").unwrap();
    let why = world.confirm("web").unwrap_err();
    assert!(why.as_str().contains("no answer within 5 s"), "{why}");
    assert!(world.sent.is_empty());
    world.dark = false;
    world.passes(31);
    world.confirm("web").unwrap();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn nothing_is_sent_by_another_identity_or_with_credentials_that_end() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    let alice = world.identity.clone();
    world.identity.arn = Text::new("arn:aws:iam::111122223333:user/mallory");
    world.confirm("web").unwrap();
    assert!(trouble(&world, "web").contains("user/mallory"), "{}", trouble(&world, "web"));
    world.identity = alice;
    world.expires = Some(world.now + Span::from_secs(100));
    world.confirm("web").unwrap();
    assert!(trouble(&world, "web").contains("credentials end at"), "{}", trouble(&world, "web"));
    assert!(world.sent.is_empty());
    world.expires = Some(world.now + Span::from_secs(1_000));
    world.confirm("web").unwrap();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn each_fate_of_a_request_leads_to_one_application_for_each_confirm() {
    for fate in Fate::ALL {
        let mut world = linear(Mode::Live);
        world.confirm("declare").unwrap();
        world.fates.push_back(fate);
        world.confirm("web").unwrap();
        let applied = match fate {
            Fate::Applied | Fate::AppliedLost => 1,
            Fate::ResetBefore | Fate::Late | Fate::Throttled => 0,
        };
        assert_eq!(world.applied.len(), applied, "{fate:?}");
        world.passes(80);
        match fate {
            Fate::Applied | Fate::AppliedLost | Fate::Late => {
                assert!(matches!(stage(&world, "web"), Stage::Done { .. }), "{fate:?}: {:?}", stage(&world, "web"));
            }
            Fate::ResetBefore | Fate::Throttled => {
                assert!(matches!(stage(&world, "web"), Stage::Card(_)), "{fate:?}: {:?}", stage(&world, "web"));
                assert!(!trouble(&world, "web").is_empty());
                let way_on = after_refusal(&world.view().steps[1]);
                assert!(way_on.is_some_and(|way_on| way_on.contains("confirm it again")), "{fate:?}: {way_on:?}");
                assert_eq!(world.sent.len(), 1, "nothing is sent again by itself");
                world.confirm("web").unwrap();
                world.passes(12);
                assert!(matches!(stage(&world, "web"), Stage::Done { .. }));
            }
        }
        assert_eq!(world.applied.len(), 1, "{fate:?}");
        // What is known although its answer was lost says how.
        let learned = world.view().steps[1].learned.clone();
        assert_eq!(learned.is_some(), matches!(fate, Fate::AppliedLost | Fate::Late), "{fate:?}: {learned:?}");
    }
}

#[test]
fn two_readings_a_minute_apart_prove_that_nothing_was_done() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.fates.push_back(Fate::ResetBefore);
    world.confirm("web").unwrap();
    let Stage::InDoubt(doubt) = stage(&world, "web") else { panic!("in doubt: {:?}", stage(&world, "web")) };
    assert_eq!(doubt.proven_from, Some(world.now + Span::from_secs(60)));
    world.passes(59);
    assert!(matches!(stage(&world, "web"), Stage::InDoubt(_)));
    world.passes(6);
    assert!(matches!(stage(&world, "web"), Stage::Card(_)));
}

#[test]
fn a_person_says_what_aws_does_not_tell() {
    for applied in [true, false] {
        let mut world = linear(Mode::Live);
        world.confirm("declare").unwrap();
        world.fates.push_back(Fate::ResetBefore);
        let index = 1;
        world.quiet();
        let plan = world.view().cards().next().unwrap().1.plan.clone();
        world.order(Order::Confirm { step: index, plan, typed: None });
        while !world.effects.iter().any(|effect| matches!(effect, drdeck::engine::core::Effect::Send { .. })) {
            let effect = world.effects.pop_front().unwrap();
            let event = world.carry_out(&effect);
            world.happens(event);
        }
        world.dark = true;
        world.quiet();
        world.passes(115);
        let Stage::InDoubt(doubt) = stage(&world, "web") else { panic!("read on: {:?}", stage(&world, "web")) };
        assert!(doubt.evidence.unwrap().as_str().contains("no answer within 5 s"));
        world.passes(10);
        assert!(matches!(stage(&world, "web"), Stage::Asking(_)), "{:?}", stage(&world, "web"));
        world.ordered(Order::Skip { step: index, reason: Text::new("why not") }).unwrap_err();
        world.ordered(Order::Resolve { step: index, applied, reason: Text::new(" ") }).unwrap_err();
        world.ordered(Order::Resolve { step: index, applied, reason: Text::new("seen in the console") }).unwrap();
        match applied {
            true => assert!(matches!(stage(&world, "web"), Stage::Verifying(_))),
            false => assert!(matches!(stage(&world, "web"), Stage::Card(_))),
        }
        assert_eq!(world.sent.len(), 1);
    }
}

/// Where the Region answers again within two minutes nobody is asked; and a question that AWS answers meanwhile is withdrawn.
#[test]
fn a_doubt_that_reading_settles_after_all_is_not_the_person_s() {
    for dark in [60, 200] {
        let mut world = linear(Mode::Live);
        world.confirm("declare").unwrap();
        world.fates.push_back(Fate::AppliedLost);
        world.quiet();
        let plan = world.view().cards().next().unwrap().1.plan.clone();
        world.order(Order::Confirm { step: 1, plan, typed: None });
        while !world.effects.iter().any(|effect| matches!(effect, drdeck::engine::core::Effect::Send { .. })) {
            let effect = world.effects.pop_front().unwrap();
            let event = world.carry_out(&effect);
            world.happens(event);
        }
        world.dark = true;
        world.passes(dark);
        assert_eq!(matches!(stage(&world, "web"), Stage::Asking(_)), dark > 120);
        world.dark = false;
        world.passes(12);
        assert!(matches!(stage(&world, "web"), Stage::Done { .. }), "{:?}", stage(&world, "web"));
        assert_eq!(world.sent.len(), 1);
        let asked =
            world.entries.iter().filter(|entry| matches!(entry.record, Record::Reconciled { applied: None, .. }));
        assert_eq!(asked.count(), usize::from(dark > 120));
    }
}

#[test]
fn skip_means_skip_and_is_shown() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.ordered(Order::Skip { step: 1, reason: Text::new("") }).unwrap_err();
    world.ordered(Order::Skip { step: 1, reason: Text::new("large enough") }).unwrap();
    world.quiet();
    let Stage::Card(card) = stage(&world, "look") else { panic!("a card") };
    assert_eq!(card.skipped, [("web".to_owned(), Text::new("large enough"))]);
    assert!(world.sent.is_empty());
}

#[test]
fn a_pause_sends_nothing_new_and_can_be_resumed() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.quiet();
    let plan = world.view().cards().next().unwrap().1.plan.clone();
    world.order(Order::Confirm { step: 1, plan, typed: None });
    let pause = world.order(Order::Pause { reason: Text::new("pause") });
    world.quiet();
    assert_eq!(world.view().reply(pause).unwrap().taken, Ok(()));
    assert_eq!(world.view().holding, Holding::Closed(Verdict::Paused));
    assert!(world.sent.is_empty());
    world.crash();
    world.confirm("web").unwrap();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn a_pause_waits_for_what_is_in_flight() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.quiet();
    let plan = world.view().cards().next().unwrap().1.plan.clone();
    world.order(Order::Confirm { step: 1, plan, typed: None });
    while !world.effects.iter().any(|effect| matches!(effect, drdeck::engine::core::Effect::Send { .. })) {
        let effect = world.effects.pop_front().unwrap();
        let event = world.carry_out(&effect);
        world.happens(event);
    }
    let stopped = world.view().after_a_defect();
    assert!(matches!(stopped.steps[1].stage, Stage::InDoubt(_)), "{:?}", stopped.steps[1]);
    assert!(matches!(stopped.holding, Holding::ReadOnly(_)));
    world.order(Order::Pause { reason: Text::new("hangup") });
    assert!(matches!(world.view().holding, Holding::Stopping(_)));
    assert!(world.state.is_sending());
    world.quiet();
    let words = world.words();
    assert_eq!(words[words.len() - 2..], ["outcome", "session_closed"]);
}

#[test]
fn on_paper_nothing_is_sent_and_what_it_cannot_know_is_no_blocker() {
    let mut world =
        World::new(runbook(vec![scale("web", &[], Phase::Execute), scale("api", &[0], Phase::Verify)]), Mode::Tabletop);
    world.confirm("web").unwrap();
    world.dark = true;
    world.passes(31);
    world.confirm("api").unwrap();
    assert_eq!(world.view().holding, Holding::Closed(Verdict::Finished));
    assert!(world.sent.is_empty());
    assert!(!world.words().iter().any(|word| word == "intent" || word == "served"));
}

#[test]
fn a_step_that_hangs_is_stuck_and_can_be_offered_again() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.confirm("web").unwrap();
    world.groups.get_mut("web").unwrap().desired = 2;
    world.passes(300);
    let step = world.view().steps[1].clone();
    assert!(step.stuck, "{step:?}");
    world.ordered(Order::Retry { step: 1 }).unwrap();
    world.confirm("web").unwrap();
    world.passes(12);
    assert!(matches!(stage(&world, "web"), Stage::Done { .. }));
    assert_eq!(world.sent.len(), 2, "and was confirmed twice");
}

#[test]
fn independent_steps_run_side_by_side() {
    let steps = vec![
        scale("web", &[], Phase::Execute),
        scale("api", &[], Phase::Execute),
        manual("look", &[0, 1], Phase::Verify),
    ];
    let mut world = World::new(runbook(steps), Mode::Live);
    world.quiet();
    assert_eq!(world.view().cards().count(), 2);
    assert_eq!(world.view().clocks.until_served, Span::from_secs(120), "the longest chain, not the sum");
    world.confirm("web").unwrap();
    let Stage::Card(card) = stage(&world, "api") else { panic!("a card") };
    assert_eq!(card.requests[0].intent.number, 2, "the name it would have now");
    world.confirm("api").unwrap();
    world.passes(12);
    world.confirm("look").unwrap();
    assert_eq!(world.applied.len(), 2);
}

#[test]
fn another_operator_goes_on_as_recorded() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.identity.arn = Text::new("arn:aws:iam::111122223333:user/bob");
    world.crash();
    world.confirm("web").unwrap();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn an_unknown_outcome_survives_the_crash() {
    let mut world = linear(Mode::Live);
    world.confirm("declare").unwrap();
    world.quiet();
    let plan = world.view().cards().next().unwrap().1.plan.clone();
    world.order(Order::Confirm { step: 1, plan, typed: None });
    while !matches!(world.entries.last().unwrap().record, Record::Intent { .. }) {
        let effect = world.effects.pop_front().unwrap();
        let event = world.carry_out(&effect);
        world.happens(event);
    }
    world.crash();
    assert!(matches!(stage(&world, "web"), Stage::InDoubt(_)), "{:?}", stage(&world, "web"));
    let attempt = &world.view().steps[1].attempts[0];
    assert_eq!(attempt.outcome, None::<Outcome>);
    assert_eq!(attempt.at, moment(0));
}
