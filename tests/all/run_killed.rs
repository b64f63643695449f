//! The real binary killed with -9, again and again, most of the time while a request is under way: what it said was done is on record, no record is
//! lost, the journal verifies, the run goes on to its end, and the call log of the simulator shows nothing twice.
//!
//! `DRDECK_KILLS` is how often (20), `DRDECK_SEED` what chance is drawn from (1).

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use drdeck::journal::{Entry, Record, Verdict, read_text};

use crate::engine_world::check_records;
use crate::never_kit::check_changes;
use crate::proxy::Harm;
use crate::run_kit::{Heard, Talk};
use crate::run_proxied::{Proxied, is_between};

/// Ten minutes a second.
const SPEED: f64 = 600.0;

/// How often a run is killed before it may come to its end.
const OF_ONE_RUN: usize = 5;

const SIDE_BY_SIDE: usize = 3;

const RUNBOOKS: [&str; 4] = ["orders-failover", "legacy-web-failover", "storefront-failover", "erp-failover"];

/// Nobody answered what had to be asked first.
const UNAVAILABLE: i32 = 69;

/// When a session is killed.
#[derive(Clone, Copy, Debug)]
enum Kill {
    /// So long after its first change has come by.
    Request(Duration),
    /// So long after it was started.
    After(Duration),
    /// Not at all.
    Never,
}

fn milliseconds(random: &mut fastrand::Rng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(random.u64(range))
}

fn kill(random: &mut fastrand::Rng) -> Kill {
    match random.u8(..10) {
        0..7 => Kill::Request(milliseconds(random, 0..180)),
        _ => Kill::After(milliseconds(random, 300..4_000)),
    }
}

/// Talks until the end, or until the kill.
fn talk(shop: &Proxied, talk: &mut Talk, kill: Kill) -> bool {
    let (began, before) = (Instant::now(), shop.proxy.passed().len());
    loop {
        match kill {
            Kill::Request(wait) if shop.proxy.passed().len() > before => {
                std::thread::sleep(wait);
                talk.kill();
                return true;
            }
            Kill::After(wait) if began.elapsed() > wait => {
                talk.kill();
                return true;
            }
            Kill::Request(_) | Kill::After(_) | Kill::Never => {}
        }
        match talk.hear(Duration::from_millis(5)) {
            Heard::End => return false,
            Heard::Nothing => {}
            Heard::Line(line) => {
                assert!(!line.contains(": FAILED: "), "{}", talk.said());
                if line.starts_with("? ")
                    && let Some(answer) = shop.answer(&line)
                {
                    talk.say(&answer);
                }
            }
        }
    }
}

/// What was said was on record before: a request that was told of has its intent, a step that is done its evidence.
fn is_recorded(said: &str, entries: &[Entry]) {
    let known = |step: &str, wanted: fn(&Record) -> bool| {
        entries.iter().any(|entry| entry.record.step() == Some(step) && wanted(&entry.record))
    };
    for line in said.lines() {
        let Some((step, words)) = line.strip_prefix("   step ").and_then(|line| line.split_once(": ")) else {
            continue;
        };
        let step = step.rsplit(' ').next().unwrap_or_default();
        if words.starts_with("done: ") {
            assert!(known(step, |record| matches!(record, Record::Done { .. })), "{line}");
        }
        if words.starts_with("sending ") {
            assert!(known(step, |record| matches!(record, Record::Intent { .. })), "{line}");
        }
    }
}

#[derive(Default)]
struct Tally {
    kills: usize,
    between: usize,
    sessions: usize,
    unavailable: usize,
    records: usize,
    requests: usize,
}

fn killed(runbook: &str, seed: u64, kills: usize) -> Tally {
    let mut random = fastrand::Rng::with_seed(seed);
    let shop = Proxied::shop(SPEED);
    let mut holds = random.fork();
    let holds = Mutex::new(move || Harm::Hold(milliseconds(&mut holds, 0..120), milliseconds(&mut holds, 150..400)));
    shop.proxy.harm(move |_| (holds.lock().unwrap())());
    let mut tally = Tally::default();
    let mut kept: Vec<u8> = Vec::new();
    loop {
        let next = if tally.kills < kills { kill(&mut random) } else { Kill::Never };
        let mut session = shop.stage.start(&["runbook", "run", runbook]);
        tally.sessions += 1;
        let was_killed = talk(&shop, &mut session, next);
        let said = session.said().to_owned();
        if !was_killed {
            let ran = session.end();
            // A busy machine: the simulator did not answer in time, and nothing began.
            if ran.code == Some(UNAVAILABLE) && tally.unavailable < OF_ONE_RUN {
                tally.unavailable += 1;
                continue;
            }
            ran.finished();
            break;
        }
        tally.kills += 1;
        let Some(run) = shop.run() else { continue };
        let bytes = shop.bytes(run);
        let read = read_text(&bytes).unwrap_or_else(|error| panic!("{next:?}: {error}\n{said}"));
        assert!(bytes.starts_with(&kept), "a record that was there is not any more, after {next:?}");
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        kept = bytes[..whole].to_vec();
        is_recorded(&said, &read.entries);
        if is_between(&read.entries) {
            tally.between += 1;
        }
        // It was killed on its way out: whoever starts it again begins another run.
        let last = read.entries.last().map(|entry| &entry.record);
        if matches!(last, Some(Record::SessionClosed { verdict: Verdict::Finished, .. })) {
            break;
        }
    }
    let run = shop.run().expect("a run");
    let entries = shop.entries(run);
    assert!(shop.bytes(run).starts_with(&kept));
    let said = shop.stage.says(&["journal", "verify", &run.to_string()]);
    println!("{runbook}, seed {seed}: {}", said.lines().last().unwrap_or_default());
    check_records(&entries);
    check_changes(&entries, &shop.stage.calls());
    let intents = entries.iter().filter(|entry| matches!(entry.record, Record::Intent { .. })).count();
    assert!(shop.proxy.passed().len() <= intents, "no request without an intent, none twice");
    tally.records = entries.len();
    tally.requests = shop.proxy.passed().len();
    tally
}

#[test]
fn killed_again_and_again_it_loses_nothing_and_does_nothing_twice() {
    let number =
        |name: &str, usual: usize| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (kills, seed) = (number("DRDECK_KILLS", 20), number("DRDECK_SEED", 1) as u64);
    let (next, all, failed) = (AtomicUsize::new(0), Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let left = kills.saturating_sub(all.lock().unwrap().kills);
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    // A run may be over before it was killed as often as it could be: then one more begins.
                    if left == 0 || at >= kills || !failed.lock().unwrap().is_empty() {
                        return;
                    }
                    let (runbook, seed) = (RUNBOOKS[at % RUNBOOKS.len()], seed * 1_000 + at as u64);
                    match std::panic::catch_unwind(|| killed(runbook, seed, left.min(OF_ONE_RUN))) {
                        Ok(tally) => {
                            let mut all = all.lock().unwrap();
                            all.kills += tally.kills;
                            all.between += tally.between;
                            all.sessions += tally.sessions;
                            all.unavailable += tally.unavailable;
                            all.records += tally.records;
                            all.requests += tally.requests;
                        }
                        Err(panic) => {
                            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                            failed.lock().unwrap().push(format!("{runbook}, seed {seed}: {text}"));
                        }
                    }
                }
            });
        }
    });
    let failed: Vec<String> = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let runs = next.into_inner();
    let Tally { kills: done, between, sessions, unavailable, records, requests } = all.into_inner().unwrap();
    println!(
        "{done} kills in at most {runs} runs, {between} of them between INTENT and OUTCOME; {sessions} sessions ({unavailable} without an answer), {records} records, {requests} requests"
    );
    assert!(done >= kills, "{done} of {kills}");
    assert!(between * 2 >= done, "only {between} of {done} kills met a request under way");
}
