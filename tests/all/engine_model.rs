//! The engine's core under everything at once: random orders of events, random fates of requests, and crashes, each from a seed that is printed;
//! and a crash at every single effect boundary. The made-up world checks every record and every request as it comes.

use drdeck::engine::core::{Event, Holding, Order, Stage};
use drdeck::journal::{Record, Verdict};
use drdeck::model::{Span, Text};
use drdeck::runbook::{Mode, Phase, Step};

use crate::engine_world::{Fate, World, check_records, manual, runbook, scale};

fn steps() -> Vec<Step> {
    vec![
        manual("declare", &[], Phase::Decide),
        scale("web", &[0], Phase::Execute),
        scale("api", &[0], Phase::Execute),
        manual("look", &[1, 2], Phase::Verify),
        scale("home", &[3], Phase::Return),
    ]
}

/// What a person does who wants to get through: confirms what waits, retries what failed, says what AWS does not tell.
fn next_order(world: &World, random: &mut fastrand::Rng) -> Option<Order> {
    let view = world.view();
    if view.holding != Holding::Open {
        return None;
    }
    let start = random.usize(..view.steps.len());
    let turned = view.steps.iter().cycle().skip(start).take(view.steps.len());
    for step in turned {
        let index = step.index;
        match &step.stage {
            Stage::Card(card) if card.blocker().is_none() => {
                let plan = if random.u8(..20) == 0 { "0".repeat(64) } else { card.plan.clone() };
                return Some(Order::Confirm { step: index, plan, typed: None });
            }
            // An honest person looks into the console, once nothing is on its way any more.
            Stage::Asking(doubt) if world.late.is_empty() => {
                let applied = world.groups.get(&step.id).is_some_and(|group| group.desired == 6);
                let reason = Text::new(format!("seen in the console: {}", doubt.intent));
                return Some(Order::Resolve { step: index, applied, reason });
            }
            Stage::Failed { .. } => return Some(Order::Retry { step: index }),
            _ => {}
        }
    }
    None
}

fn mischief(world: &mut World, random: &mut fastrand::Rng) {
    let step = random.usize(..5);
    let reason = Text::new("because");
    match random.u8(..14) {
        0 => drop(world.order(Order::Note { step: Some(step), text: reason })),
        1 => drop(world.order(Order::Retry { step })),
        2 => drop(world.order(Order::Choose { step, name: "when".into(), value: "now".into() })),
        3 => world.dark = !world.dark,
        4 => {
            let group = world.groups.values_mut().nth(step).unwrap();
            group.max = random.u32(6..12);
        }
        5 => drop(world.order(Order::Pause { reason })),
        6 => {
            let plan = world.view().cards().next().map(|(_, card)| card.plan.clone()).unwrap_or_default();
            world.order(Order::Confirm { step, plan, typed: None });
        }
        7 if random.u8(..8) == 0 => drop(world.order(Order::Skip { step, reason })),
        _ => {}
    }
}

/// One run from a seed, to its end.
fn run(seed: u64) -> World {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = World::new(runbook(steps()), Mode::Live);
    for turn in 0..20_000 {
        if world.view().holding == Holding::Closed(Verdict::Finished) {
            return world;
        }
        if matches!(world.view().holding, Holding::Closed(_)) {
            world.crash();
        }
        match random.u8(..100) {
            0 => {
                world.crash();
            }
            1..=4 => mischief(&mut world, &mut random),
            5..=14 => {
                world.fates.clear();
                world.fates.push_back(*random.choice(Fate::ALL.iter()).unwrap());
            }
            15..=29 => {
                if let Some(order) = next_order(&world, &mut random) {
                    world.order(order);
                }
            }
            30..=44 => {
                world.now += Span::from_secs(random.i64(1..9));
                world.settle();
                world.happens(Event::Tick);
                if turn > 15_000 {
                    world.dark = false;
                }
            }
            _ => {
                // Effects are carried out in any order, as threads and networks do.
                if world.effects.is_empty() {
                    continue;
                }
                let at = random.usize(..world.effects.len());
                let effect = world.effects.remove(at).unwrap();
                let event = world.carry_out(&effect);
                // A crash may come between what was done and hearing of it.
                if random.u8(..60) == 0 {
                    world.crash();
                } else {
                    world.happens(event);
                }
            }
        }
    }
    panic!("seed {seed}: the run does not finish: {:#?}", world.view());
}

/// Each confirm of a step was applied once at most.
fn check(world: &World) {
    check_records(&world.entries);
    let count = |wanted: fn(&Record) -> bool| world.entries.iter().filter(|entry| wanted(&entry.record)).count();
    let intents = count(|record| matches!(record, Record::Intent { .. }));
    let confirms = count(|record| matches!(record, Record::Confirmed { requests: 1, .. }));
    assert!(world.sent.len() <= intents && intents <= confirms, "{} {intents} {confirms}", world.sent.len());
    assert!(world.applied.len() <= world.sent.len());
    let last = world.entries.last().map(|entry| &entry.record);
    assert!(matches!(last, Some(Record::SessionClosed { verdict: Verdict::Finished, .. })));
}

#[test]
fn whatever_happens_nothing_is_sent_twice_and_the_run_finishes() {
    let seeds: u64 = std::env::var("DRDECK_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(120);
    let (mut records, mut sent, mut sessions) = (0, 0, 0);
    for seed in 0..seeds {
        let world = std::panic::catch_unwind(|| run(seed)).unwrap_or_else(|_| panic!("seed {seed}"));
        check(&world);
        records += world.entries.len();
        sent += world.sent.len();
        sessions += world.words().iter().filter(|word| *word == "session_opened").count();
    }
    println!("{seeds} seeds: {sessions} sessions, {records} records, {sent} requests, none sent twice");
}

/// A run that goes straight on, with a crash before or after its `at`-th effect was carried out. How many effects it had.
fn crashed(fate: Fate, at: usize, after: bool) -> (World, usize) {
    let mut random = fastrand::Rng::with_seed(7);
    let mut world = World::new(runbook(steps()), Mode::Live);
    world.fates.extend([fate, fate]);
    let mut carried_out = 0;
    for _ in 0..5_000 {
        if world.view().holding == Holding::Closed(Verdict::Finished) {
            return (world, carried_out);
        }
        match world.effects.pop_front() {
            Some(effect) => {
                carried_out += 1;
                if carried_out == at && !after {
                    world.crash();
                    continue;
                }
                let event = world.carry_out(&effect);
                if carried_out == at {
                    world.crash();
                } else {
                    world.happens(event);
                }
            }
            None => match next_order(&world, &mut random) {
                Some(order) => drop(world.order(order)),
                None => {
                    world.now += Span::from_secs(3);
                    world.settle();
                    world.happens(Event::Tick);
                }
            },
        }
    }
    panic!(
        "{fate:?}, crash {} effect {at}: the run does not finish: {:#?}",
        if after { "after" } else { "before" },
        world.view()
    );
}

#[test]
fn a_crash_at_every_effect_boundary_loses_nothing_and_repeats_nothing() {
    let mut crashes = 0;
    for fate in Fate::ALL {
        let (world, effects) = crashed(fate, usize::MAX, false);
        check(&world);
        for at in 1..=effects {
            for after in [false, true] {
                let (world, _) = crashed(fate, at, after);
                check(&world);
                crashes += 1;
            }
        }
    }
    println!("{crashes} crash points");
}

/// Between two effects nothing is durable but what was appended: the state built from the records shows what the one before knew of them.
#[test]
fn the_state_of_a_resumed_run_is_the_fold_of_its_records() {
    let world = run(11);
    let mut folded = drdeck::engine::core::Ledger::of(&world.runbook, &world.entries[..2]).unwrap();
    world.entries[2..].iter().for_each(|entry| folded.apply(entry));
    assert_eq!(&folded, world.state.ledger());
    assert_eq!(folded, drdeck::engine::core::Ledger::of(&world.runbook, &world.entries).unwrap());
}
