//! Every effect boundary of every runbook of the shop as a crash point: the run goes on from what is on the disk, each step that was under way
//! comes to its end, and nothing happens twice.
//!
//! A crash takes away what is in memory, so between two records or requests all boundaries are the same crash: what differs is after each record
//! and after each request, before the core hears of it. After the steps that were under way are done, what is left is the run as it would
//! have gone on; every few crash points it is played to its end all the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use drdeck::demo;
use drdeck::engine::core::{Holding, Stage, View};
use drdeck::journal::{Record, Verdict};

use crate::crash_shop::{Durable, Shop, opened};

/// Every so many crash points the run is played to its end.
const TO_THE_END: usize = 9;

/// How many Systems are moved side by side.
const SIDE_BY_SIDE: usize = 3;

#[derive(Default)]
struct Counted {
    crashes: AtomicUsize,
    requests: AtomicUsize,
    whole: AtomicUsize,
}

/// Whether a step was begun and is not done.
fn under_way(view: &View) -> bool {
    view.steps.iter().any(|step| match step.stage {
        Stage::Confirming
        | Stage::Sending { .. }
        | Stage::InDoubt(_)
        | Stage::Asking(_)
        | Stage::Verifying(_)
        | Stage::Failed { .. } => true,
        Stage::Card(_) | Stage::Planning => step.began.is_some(),
        Stage::Waiting(_) | Stage::Done { .. } | Stage::Skipped { .. } => false,
    })
}

/// Plays a runbook to its end, and at each crash point what comes of a crash there.
fn crash_everywhere(mut shop: Shop, counted: &Counted) -> Shop {
    shop.goes_on(
        |_| false,
        |shop, durable| {
            let number = counted.crashes.fetch_add(1, Ordering::SeqCst);
            if durable == Durable::Request {
                counted.requests.fetch_add(1, Ordering::SeqCst);
            }
            let last = shop.entries.last().map(|entry| &entry.record);
            if matches!(last, Some(Record::SessionClosed { .. })) {
                return;
            }
            let mut crashed = shop.crashed();
            if number.is_multiple_of(TO_THE_END) {
                counted.whole.fetch_add(1, Ordering::SeqCst);
                crashed.goes_on(|_| false, |_, _| ());
                assert_eq!(crashed.view().holding, Holding::Closed(Verdict::Finished));
            } else {
                crashed.goes_on(|view| !under_way(view), |_, _| ());
            }
            crashed.check();
        },
    );
    assert_eq!(shop.view().holding, Holding::Closed(Verdict::Finished));
    shop.check();
    shop
}

/// The runbooks that move one System out and home, in this order.
fn journeys() -> Vec<Vec<(&'static str, &'static str)>> {
    let mut journeys: Vec<Vec<(&str, &str)>> = Vec::new();
    // One that takes in others has their steps.
    for (name, text) in demo::RUNBOOKS.iter().filter(|(_, text)| !text.contains("kind = \"runbook\"")) {
        let out = name.strip_suffix("-failback").map(|system| format!("{system}-failover"));
        let way_out = journeys.iter_mut().find(|journey| Some(journey[0].0.to_owned()) == out);
        match way_out {
            Some(journey) => journey.push((name, text)),
            None => journeys.push(vec![(name, text)]),
        }
    }
    journeys
}

#[test]
#[ignore = "minutes for each System, and not yet seen to end for the newest runbooks: name it with --ignored"]
fn a_crash_at_every_boundary_of_every_runbook_of_the_shop_repeats_nothing() {
    let began = Instant::now();
    let (journeys, counted, next) = (journeys(), Counted::default(), AtomicUsize::new(0));
    let failed: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(journey) = journeys.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let mut world = Some(opened());
                    for (name, text) in journey {
                        let began = Instant::now();
                        let simulator = world.take().unwrap_or_else(opened);
                        let played = catch_unwind(AssertUnwindSafe(|| {
                            crash_everywhere(Shop::begin(simulator, name, text), &counted).leave()
                        }));
                        println!("{name}: {:.1} s", began.elapsed().as_secs_f64());
                        match played {
                            Ok(simulator) => world = Some(simulator),
                            Err(panic) => {
                                let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                                failed.lock().unwrap().push(format!("{name}: {text}"));
                                break;
                            }
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let Counted { crashes, requests, whole } = counted;
    println!(
        "{} runbooks, {} crash points, {} of them right after a request, {} played to the end, in {:.1} s",
        demo::RUNBOOKS.len(),
        crashes.into_inner(),
        requests.into_inner(),
        whole.into_inner(),
        began.elapsed().as_secs_f64()
    );
}
