//! Every effect boundary of every runbook of the shop as a crash point: the run goes on from what is on the disk, each step that was under way
//! comes to its end, and nothing happens twice.
//!
//! A crash takes away what is in memory, so between two records or requests all boundaries are the same crash: what differs is after each record
//! and after each request, before the core hears of it. After the steps that were under way are done, what is left is the run as it would
//! have gone on; every few crash points it is played to its end all the same.
//!
//! What takes in other runbooks has their steps, each boundary of which was a crash point already. What it adds is one journal in which several
//! Systems are under way side by side: crash points of it are drawn by chance, `DRDECK_SEED` is from what (1).

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

/// How many crash points are drawn of a run of several Systems, and how many of those are played to the end.
const DRAWN: Drawn = Drawn { one_of: 25, to_the_end: 20 };

/// How many Systems are moved side by side.
const SIDE_BY_SIDE: usize = 3;

struct Drawn {
    one_of: usize,
    to_the_end: usize,
}

#[derive(Default)]
struct Counted {
    runbooks: AtomicUsize,
    crashes: AtomicUsize,
    requests: AtomicUsize,
    side_by_side: AtomicUsize,
    whole: AtomicUsize,
}

/// Whether a step was begun and is not done.
fn under_way(view: &View) -> Vec<usize> {
    let begun = view.steps.iter().filter(|step| match step.stage {
        Stage::Confirming
        | Stage::Sending { .. }
        | Stage::InDoubt(_)
        | Stage::Asking(_)
        | Stage::Verifying(_)
        | Stage::Failed { .. } => true,
        Stage::Card(_) | Stage::Planning => step.began.is_some(),
        Stage::Waiting(_) | Stage::Done { .. } | Stage::Skipped { .. } => false,
    });
    begun.map(|step| step.index).collect()
}

/// Whether these steps are over, and what came of every request is known.
fn are_over(steps: &[usize], view: &View) -> bool {
    let over = |step: &usize| matches!(view.steps[*step].stage, Stage::Done { .. } | Stage::Skipped { .. });
    let open = |stage: &Stage| {
        matches!(stage, Stage::Confirming | Stage::Sending { .. } | Stage::InDoubt(_) | Stage::Asking(_))
    };
    steps.iter().all(over) && !view.steps.iter().any(|step| open(&step.stage))
}

/// Plays a runbook to its end, and at each crash point what comes of a crash there.
fn crash_everywhere(mut shop: Shop, several: bool, seed: u64, counted: &Counted) -> Shop {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut at = 0;
    shop.goes_on(
        |_| false,
        |shop, durable| {
            let last = shop.entries.last().map(|entry| &entry.record);
            if matches!(last, Some(Record::SessionClosed { .. })) || several && random.usize(..DRAWN.one_of) > 0 {
                return;
            }
            counted.crashes.fetch_add(1, Ordering::SeqCst);
            if durable == Durable::Request {
                counted.requests.fetch_add(1, Ordering::SeqCst);
            }
            let begun = under_way(&shop.view());
            if begun.len() > 1 {
                counted.side_by_side.fetch_add(1, Ordering::SeqCst);
            }
            let mut crashed = shop.crashed();
            if at % (if several { DRAWN.to_the_end } else { TO_THE_END }) == 0 {
                counted.whole.fetch_add(1, Ordering::SeqCst);
                crashed.goes_on(|_| false, |_, _| ());
                assert_eq!(crashed.view().holding, Holding::Closed(Verdict::Finished));
            } else {
                crashed.goes_on(|view| are_over(&begun, view), |_, _| ());
            }
            at += 1;
            crashed.check();
        },
    );
    assert_eq!(shop.view().holding, Holding::Closed(Verdict::Finished));
    shop.check();
    counted.runbooks.fetch_add(1, Ordering::SeqCst);
    shop
}

/// A runbook takes in others.
fn takes_in(text: &str) -> bool {
    text.contains("kind = \"runbook\"")
}

/// The runbooks that move one System, or several, out and home, in this order; what takes longest first.
fn journeys() -> Vec<Vec<(&'static str, &'static str)>> {
    let mut journeys: Vec<Vec<(&str, &str)>> = Vec::new();
    for (name, text) in demo::RUNBOOKS {
        let out = name.strip_suffix("-failback").map(|system| format!("{system}-failover"));
        let way_out = journeys.iter_mut().find(|journey| Some(journey[0].0.to_owned()) == out);
        match way_out {
            Some(journey) => journey.push((name, text)),
            None => journeys.push(vec![(name, text)]),
        }
    }
    journeys.sort_by_key(|journey| !takes_in(journey[0].1));
    journeys
}

#[test]
fn a_crash_at_every_boundary_of_every_runbook_of_the_shop_repeats_nothing() {
    let began = Instant::now();
    let seed = std::env::var("DRDECK_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let only = std::env::var("DRDECK_ONLY").unwrap_or_default();
    let (mut journeys, counted, next) = (journeys(), Counted::default(), AtomicUsize::new(0));
    journeys.retain(|journey| journey[0].0.starts_with(&only));
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
                            let shop = Shop::begin(simulator, name, text);
                            crash_everywhere(shop, takes_in(text), seed, &counted).leave()
                        }));
                        println!("{name}: {:.1} s", began.elapsed().as_secs_f64());
                        match played {
                            Ok(simulator) => world = Some(simulator),
                            Err(panic) => {
                                let text = panic.downcast_ref::<String>().cloned();
                                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                                let text = text.unwrap_or_default();
                                failed.lock().unwrap().push(format!("{name}, seed {seed}: {text}"));
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
    let Counted { runbooks, crashes, requests, side_by_side, whole } = counted;
    println!(
        "seed {seed}: {} runbooks, {} crash points, {} of them right after a request, {} with several steps under way, {} played to the end, in {:.1} s",
        runbooks.into_inner(),
        crashes.into_inner(),
        requests.into_inner(),
        side_by_side.into_inner(),
        whole.into_inner(),
        began.elapsed().as_secs_f64()
    );
}
