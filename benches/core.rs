//! How many whole runs a second the engine's core goes through: every record, every reading and every request of it, with nothing behind them
//! that takes time.
//!
//! ```text
//! cargo bench --bench core
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "as the tests whose made-up world it shares"
)]

use std::time::{Duration, Instant};

use drdeck::engine::core::{Event, Holding, Order, Stage};
use drdeck::journal::Verdict;
use drdeck::model::Span;
use drdeck::runbook::{Mode, Phase, Step};

#[path = "../tests/all/engine_world.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests use all of it")]
mod engine_world;

use engine_world::{World, manual, runbook, scale};

/// How long each measurement takes.
const TIME: Duration = Duration::from_secs(3);

fn steps(count: usize) -> Vec<Step> {
    let step = |at: usize| {
        let needs = if at == 0 { vec![] } else { vec![at - 1] };
        match at % 2 {
            0 => manual(&format!("say-{at}"), &needs, Phase::Execute),
            _ => scale(&format!("web-{at}"), &needs, Phase::Execute),
        }
    };
    (0..count).map(step).collect()
}

/// One run from its opening to its end: how many effects it had.
fn run(count: usize) -> usize {
    let mut world = World::new(runbook(steps(count)), Mode::Live);
    let mut effects = 0;
    loop {
        while let Some(effect) = world.effects.pop_front() {
            effects += 1;
            let event = world.carry_out(&effect);
            world.happens(event);
        }
        let view = world.view();
        if let Holding::Closed(verdict) = view.holding {
            assert_eq!(verdict, Verdict::Finished);
            return effects;
        }
        let card = view.steps.iter().find_map(|step| match &step.stage {
            Stage::Card(card) => Some((step.index, card.plan.clone())),
            _ => None,
        });
        match card {
            Some((step, plan)) => drop(world.order(Order::Confirm { step, plan, typed: None })),
            None => {
                world.now += Span::from_secs(5);
                world.settle();
                world.happens(Event::Tick);
            }
        }
    }
}

fn main() {
    println!("| whole simulated runs of the core | runs/s | effects/s |");
    println!("|---|---|---|");
    for count in [5, 10, 50] {
        run(count);
        let (began, mut runs, mut effects) = (Instant::now(), 0_u32, 0);
        while began.elapsed() < TIME {
            effects += run(count);
            runs += 1;
        }
        let seconds = began.elapsed().as_secs_f64();
        println!("| of {count} steps | {:.0} | {:.0} |", f64::from(runs) / seconds, effects as f64 / seconds);
    }
}
