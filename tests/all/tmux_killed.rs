//! The full-screen console killed with -9 while a request is under way, again and again, and the terminal that dies then: another console offers the
//! run, goes on with it, finds out what came of that request, and nothing is done twice. What `run_killed` and `run_signals` hold of the line by
//! line program.
//!
//! `DRDECK_SEED` is what chance is drawn from (1).

use std::time::{Duration, Instant};

use drdeck::journal::{Entry, Record, Verdict};
use drdeck::runbook::Outcome;
use rustix::process::Pid;

use crate::proxy::Harm;
use crate::run_proxied::{Proxied, is_between};
use crate::tmux_proxied::{Console, KINDS, Turn, check, holder, is_under_way, shop};

/// How long a request is kept before it is passed on, and its answer after that: between them every kill falls while it is under way.
const KEPT: (Duration, Duration) = (Duration::from_millis(1_200), Duration::from_millis(2_500));

/// How often one run is killed.
const KILLS: usize = 5;

/// A console that is not ended by then is not ended by itself.
const PATIENCE: Duration = Duration::from_secs(20);

fn until(what: &str, met: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !met() {
        assert!(Instant::now() < end, "{what} never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Drives until a request has come by.
fn until_sending(console: &mut Console<'_>) -> Option<String> {
    let shop = console.shop;
    let before = shop.proxy.passed().len();
    loop {
        match console.turn() {
            Turn::Over => return None,
            Turn::Doubt(step) => console.resolves(&step),
            Turn::Card(step) => {
                console.confirms(&step);
                let sent = || shop.proxy.passed().len() > before;
                // Its preconditions are read again first; where they are others now it is back at its card.
                until("the request, or its card anew", || sent() || !is_under_way(&console.entries(), &step));
                if sent() {
                    return Some(step);
                }
            }
        }
    }
}

#[derive(Default)]
struct Tally {
    kills: usize,
    applied: usize,
    requests: usize,
}

fn killed(seed: u64) -> Tally {
    let mut random = fastrand::Rng::with_seed(seed);
    let shop = shop(&KINDS);
    shop.proxy.harm(|_| Harm::Hold(KEPT.0, KEPT.1));
    let (mut tally, mut said) = (Tally::default(), Vec::new());
    loop {
        let mut console = Console::open(&shop, &format!("killed-{seed}-{}", tally.kills));
        if tally.kills == 0 {
            console.begins();
        } else {
            console.goes_on();
        }
        if tally.kills == KILLS {
            shop.proxy.harm(|_| Harm::None);
            console.finishes();
            said.append(&mut console.said);
            break;
        }
        let changed = shop.changed();
        if until_sending(&mut console).is_none() {
            said.append(&mut console.said);
            break;
        }
        // Half of the time before it is passed on, else after it was carried out, and its answer is on its way.
        let wait = if random.bool() { random.u64(0..700) } else { random.u64(1_500..3_000) };
        std::thread::sleep(Duration::from_millis(wait));
        said.append(&mut console.dies());
        tally.kills += 1;
        let entries = shop.entries(shop.run().expect("a run"));
        assert!(is_between(&entries), "killed {wait} ms after the request came by: {:#?}", entries.last());
        // What is kept until nobody is there any more is not passed on.
        std::thread::sleep(KEPT.0);
        tally.applied += usize::from(shop.changed() > changed);
    }
    check(&shop, &said);
    tally.requests = shop.proxy.passed().len();
    tally
}

#[test]
fn a_console_that_is_killed_between_intent_and_outcome_leaves_nothing_done_twice() {
    let began = Instant::now();
    let seed = std::env::var("DRDECK_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1_u64);
    let all: Vec<Tally> = std::thread::scope(|scope| {
        let runs = [0, 1].map(|at| scope.spawn(move || killed(seed * 1_000 + at)));
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let sum = |of: fn(&Tally) -> usize| all.iter().map(of).sum::<usize>();
    let (kills, applied) = (sum(|tally| tally.kills), sum(|tally| tally.applied));
    println!(
        "seed {seed}: {kills} kills between INTENT and OUTCOME in {} runs, {applied} of them after the change was made, {} requests in {:.1} s",
        all.len(),
        sum(|tally| tally.requests),
        began.elapsed().as_secs_f64()
    );
    assert!(kills >= KILLS, "{kills}");
}

/// The run is paused, and nobody holds its lock.
fn is_left_in_order(shop: &Proxied) -> Vec<Entry> {
    let entries = shop.entries(shop.run().expect("a run"));
    let last = entries.last().map(|entry| &entry.record);
    assert!(matches!(last, Some(Record::SessionClosed { verdict: Verdict::Paused, .. })), "{last:?}");
    assert!(holder(&shop.stage.state()).is_none(), "its lock is free");
    entries
}

/// Whether that process is over; nobody may have asked how it ended.
fn is_over(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    stat.map_or(true, |stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}

/// The terminal dies; how long the console takes to end.
fn hangs_up(console: Console<'_>) -> (Vec<String>, Duration) {
    let pid = console.pid();
    let began = Instant::now();
    console.tmux.run(&["kill-session"]);
    until("the end of the console", || is_over(pid));
    (console.said, began.elapsed())
}

#[test]
fn when_the_terminal_dies_during_a_call_its_outcome_is_written_and_another_console_goes_on() {
    let shop = shop(&["asg-scale", "sns-publish"]);
    // Nothing is in flight: at once.
    let console = Console::open(&shop, "hangup-idle");
    console.begins();
    assert!(matches!(console.turn(), Turn::Card(_)));
    let (mut said, idle) = hangs_up(console);
    is_left_in_order(&shop);

    // A request is.
    shop.proxy.harm(|_| Harm::Hold(Duration::ZERO, KEPT.1));
    let mut console = Console::open(&shop, "hangup-call");
    console.goes_on();
    until_sending(&mut console).expect("a request");
    let (mut more, flying) = hangs_up(console);
    said.append(&mut more);
    let entries = is_left_in_order(&shop);
    let outcome = entries.iter().rev().nth(1).map(|entry| &entry.record);
    assert!(matches!(outcome, Some(Record::Outcome { outcome: Outcome::Applied { .. }, .. })), "{outcome:?}");
    assert_eq!((shop.proxy.passed().len(), shop.changed()), (1, 1), "one request, one change");

    shop.proxy.harm(|_| Harm::None);
    let mut console = Console::open(&shop, "hangup-after");
    console.goes_on();
    console.finishes();
    said.append(&mut console.said);
    check(&shop, &said);
    assert_eq!((shop.proxy.passed().len(), shop.changed()), (2, 2), "a request for each step");
    println!(
        "the console ended {} ms after its terminal with nothing in flight (promised: 1000), {} ms after it with an answer that took {} ms",
        idle.as_millis(),
        flying.as_millis(),
        KEPT.1.as_millis()
    );
}
