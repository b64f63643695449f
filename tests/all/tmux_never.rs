//! Whatever happens to a request on its way, whoever drives by keys in the full-screen console confirms each request, sees what is known of it, and
//! nothing is sent again without another yes: the promise of `never_twice`, kept by the real program in a terminal.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use drdeck::journal::{Entry, Record};
use drdeck::runbook::{Outcome, Refusal};

use crate::never_kit::is_applied;
use crate::never_table::{Row, Way};
use crate::proxy::Harm;
use crate::tmux_proxied::{Console, KINDS, LATE, Turn, check, shop};

/// What is done to the first request of each step.
const HARMS: [(&str, Harm); 5] = [
    ("dropped", Harm::DropAfter),
    ("500", Harm::ErrorAfter),
    ("late", Harm::LateAfter(LATE)),
    ("throttled", Harm::Throttle),
    ("reset", Harm::ResetBefore),
];

fn count(entries: &[Entry], step: &str, wanted: impl Fn(&Record) -> bool) -> usize {
    entries.iter().filter(|entry| entry.record.step() == Some(step) && wanted(&entry.record)).count()
}

/// Whether the last that is on record of a step is that AWS refused its request.
fn is_refused(entries: &[Entry], step: &str) -> bool {
    let last = entries.iter().rev().find(|entry| entry.record.step() == Some(step));
    last.is_some_and(|entry| matches!(entry.record, Record::Outcome { outcome: Outcome::NotApplied { .. }, .. }))
}

/// What is on record of a step whose first request was so harmed.
fn holds(entries: &[Entry], step: &str, harm: Harm) {
    let yes = count(entries, step, |record| matches!(record, Record::Confirmed { .. }));
    let sent = count(entries, step, |record| matches!(record, Record::Intent { .. }));
    let doubts =
        count(entries, step, |record| matches!(record, Record::Outcome { outcome: Outcome::InDoubt { .. }, .. }));
    let slowed = count(entries, step, |record| {
        matches!(record, Record::Outcome { outcome: Outcome::NotApplied { why: Refusal::Throttled, .. }, .. })
    });
    let found = |applied: bool| {
        count(entries, step, |record| matches!(record, Record::Reconciled { applied: Some(is), .. } if *is == applied))
    };
    let resolved = count(entries, step, |record| matches!(record, Record::Resolved { .. }));
    if harm == Harm::Throttle {
        assert_eq!((slowed, doubts, sent), (1, 0, 2), "{step}: throttled is proof, and it is sent again");
        assert!(yes >= 2, "{step}: only after another yes");
        return;
    }
    assert_eq!((doubts, slowed), (1, 0), "{step} was in doubt");
    let asks = Row::of(step).way == Way::Asks;
    assert_eq!((resolved, found(is_applied(harm))), if asks { (1, 0) } else { (0, 1) }, "{step}: who found out");
    let again = usize::from(!is_applied(harm));
    assert_eq!(sent, 1 + again, "{step}: sent again only where it was not applied");
    assert!(yes > again, "{step}: only after another yes");
}

fn played(name: &str, harm: Harm) {
    let shop = shop(&KINDS);
    shop.proxy.harm(move |passing| if passing.before == 0 { harm } else { Harm::None });
    let mut console = Console::open(&shop, &format!("never-{name}"));
    console.begins();
    let mut asked = BTreeSet::new();
    loop {
        match console.turn() {
            Turn::Over => break,
            Turn::Card(step) => {
                if harm == Harm::Throttle && is_refused(&console.entries(), &step) {
                    let screen = console.tmux.screen();
                    assert!(screen.contains("BEFORE THIS") && screen.contains("hrottl"), "the reason:\n{screen}");
                }
                console.confirms(&step);
            }
            Turn::Doubt(step) => {
                let screen = console.tmux.screen();
                assert!(screen.contains("It is never sent again by itself"), "{step}:\n{screen}");
                console.resolves(&step);
                asked.insert(step);
            }
        }
    }
    let entries = check(&shop, &console.said);
    for step in KINDS {
        holds(&entries, step, harm);
        if Row::of(step).way == Way::Asks && harm != Harm::Throttle {
            assert!(asked.contains(step), "{step}: the person was asked");
            continue;
        }
        let screen = console.shows(step);
        let told = if harm == Harm::Throttle {
            "AWS asks to slow down"
        } else if is_applied(harm) {
            "ANSWER LOST"
        } else {
            "IN DOUBT, AWS may have done this"
        };
        assert!(screen.contains(told), "{step} tells of it afterwards:\n{screen}");
    }
    let (sent, changed) = (shop.proxy.passed().len(), shop.changed());
    assert_eq!(changed, KINDS.len(), "one change for each step");
    println!("{name}: {} yes, {sent} requests, {changed} changes", console.said.len());
}

#[test]
fn driven_by_keys_no_harmed_request_is_sent_again_without_another_yes() {
    let began = Instant::now();
    std::thread::scope(|scope| {
        let plays = HARMS
            .map(|(name, harm)| (name, scope.spawn(move || catch_unwind(AssertUnwindSafe(|| played(name, harm))))));
        let failed: Vec<String> = plays
            .into_iter()
            .filter_map(|(name, play)| {
                let panic = play.join().unwrap().err()?;
                let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                Some(format!("{name}: {text}"))
            })
            .collect();
        assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    });
    println!("{} harms of {} kinds in {:.1} s", HARMS.len(), KINDS.len(), began.elapsed().as_secs_f64());
}
