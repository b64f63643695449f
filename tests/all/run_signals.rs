//! Whoever drives is ended while a request is under way: by a signal, by the death of the terminal, or behind a reader that reads no more. The
//! outcome is waited for and written, the lock is free, and another terminal goes on where this one stopped.

use std::path::Path;
use std::time::{Duration, Instant};

use drdeck::journal::{Entry, Record, Verdict};
use drdeck::runbook::Outcome;
use rustix::process::{Pid, Signal, kill_process};

use crate::engine_world::check_records;
use crate::never_kit::check_changes;
use crate::proxy::Harm;
use crate::pty::{Program, Pty, Session, code};
use crate::run_kit::{Heard, Talk};
use crate::run_proxied::{Proxied, is_between};

/// How long the answer to a change is kept: long enough to be met, shorter than drdeck waits.
const KEPT: Duration = Duration::from_secs(2);

const RUNBOOK: &str = r#"
system = "storefront"
direction = "failover"
version = "1"
owner = "us"
summary = "Scales up."
account = "111122223333"
regions = ["us-west-2"]

[[step]]
id = "web"
kind = "asg-scale"
phase = "execute"
title = "Scale up"
group = "storefront-web"
region = "us-west-2"
desired = 6
estimate = "3m"

[[step]]
id = "look"
kind = "manual"
phase = "verify"
title = "Look at it"
estimate = "1m"
"#;

const NAME: &str = "scale-up";

fn stage() -> Proxied {
    let shop = Proxied::shop(1.0);
    shop.stage.write_runbook(NAME, RUNBOOK);
    shop.proxy.harm(|_| Harm::Hold(Duration::ZERO, KEPT));
    shop
}

/// Talks until a request is on its way.
fn until_sending(shop: &Proxied, talk: &mut Talk) {
    loop {
        match talk.hear(Duration::from_millis(20)) {
            Heard::Line(line) if line.contains("sending autoscaling:UpdateAutoScalingGroup") => return,
            Heard::Line(line) if line.starts_with("? ") => talk.say(&shop.answer(&line).expect("an answer")),
            Heard::Line(_) | Heard::Nothing => {}
            Heard::End => panic!("it ended: {}", talk.said()),
        }
    }
}

/// Nobody drives any more: what came of the request is on record, and the run is paused.
fn is_left_in_order(shop: &Proxied) -> Vec<Entry> {
    let run = shop.run().expect("a run");
    let entries = shop.entries(run);
    let [.., outcome, last] = entries.as_slice() else { panic!("{entries:#?}") };
    let applied = matches!(outcome.record, Record::Outcome { outcome: Outcome::Applied { .. }, .. });
    assert!(applied, "the outcome: {:?}", outcome.record);
    assert!(matches!(last.record, Record::SessionClosed { verdict: Verdict::Paused, .. }), "{:?}", last.record);
    entries
}

/// Another terminal goes on, and comes to the end.
fn goes_on(shop: &Proxied) {
    shop.clock(120.0);
    let mut talk = shop.stage.start(&["runbook", "run", NAME]);
    loop {
        match talk.hear(Duration::from_millis(50)) {
            Heard::End => break,
            Heard::Nothing => {}
            Heard::Line(line) => {
                if line.starts_with("? ")
                    && let Some(answer) = shop.answer(&line)
                {
                    talk.say(&answer);
                }
            }
        }
    }
    let ran = talk.end().finished();
    assert!(ran.said.contains("? resume run "), "{}", ran.said);
    let entries = shop.entries(shop.run().expect("a run"));
    check_records(&entries);
    check_changes(&entries, &shop.stage.calls());
    assert_eq!((shop.proxy.passed().len(), shop.changed()), (1, 1), "one request, one change");
}

#[test]
fn sigterm_sighup_and_sigint_wait_for_the_outcome() {
    for (signal, why) in [(Signal::TERM, "terminated"), (Signal::HUP, "hang-up"), (Signal::INT, "interrupted (Ctrl-C)")]
    {
        let shop = stage();
        let mut talk = shop.stage.start(&["runbook", "run", NAME]);
        until_sending(&shop, &mut talk);
        let pid = i32::try_from(talk.pid()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(pid, signal).unwrap();
        let ran = talk.end();
        assert_eq!(ran.code, Some(1), "{}{}", ran.said, ran.errors);
        assert_eq!(ran.said.lines().last(), Some(&*format!("run {}: paused", ran.run)), "{}", ran.said);
        assert!(ran.said.contains(&format!("{why}: what is in flight is waited for")), "{}", ran.said);
        let entries = is_left_in_order(&shop);
        let Some(Record::SessionClosed { reason, .. }) = entries.last().map(|entry| &entry.record) else {
            panic!("the end")
        };
        assert_eq!(reason.as_str(), why);
        goes_on(&shop);
    }
}

/// A program on a terminal of its own, driven until its request is on its way, whether or not anybody reads.
fn on_a_terminal(shop: &Proxied, session: Session, reads: bool) -> Pty {
    let (config, state) = (shop.stage.config(), shop.stage.state());
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let arguments =
        ["--config", &text(&config), "--state-dir", &text(&state), "runbook", "run", NAME].map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut pty =
        Pty::start(Program { arguments: &arguments, session, environment: &[("TERM", "xterm")], ..Program::default() });
    if !reads {
        // Each of these lines is answered: more than any terminal takes in before somebody reads.
        pty.send(&"x\n".repeat(1_000));
    }
    let end = Instant::now() + Duration::from_secs(60);
    while shop.proxy.passed().is_empty() {
        assert!(Instant::now() < end, "no request: {}", String::from_utf8_lossy(&pty.output));
        // Before anything is asked this is refused.
        pty.send("yes\n");
        match reads {
            true => drop(pty.read_for(Duration::from_millis(200))),
            false => std::thread::sleep(Duration::from_millis(200)),
        }
    }
    pty
}

#[test]
fn a_terminal_that_dies_is_a_pause_after_the_outcome() {
    for session in [Session::Own, Session::Foreign] {
        let shop = stage();
        let mut pty = on_a_terminal(&shop, session, true);
        assert!(is_between(&shop.entries(shop.run().unwrap())), "a request is under way");
        pty.hang_up();
        let (status, took) = pty.wait_and_measure();
        assert_eq!(code(status), 1, "{session:?}");
        assert!(took < Duration::from_secs(1), "it took {took:?} of the processor to wait");
        is_left_in_order(&shop);
        goes_on(&shop);
    }
}

#[test]
fn a_reader_that_stops_reading_holds_up_neither_the_outcome_nor_the_end() {
    let shop = stage();
    let mut pty = on_a_terminal(&shop, Session::Own, false);
    assert!(is_between(&shop.entries(shop.run().unwrap())), "a request is under way");
    std::thread::sleep(KEPT);
    pty.signal(Signal::TERM);
    let (status, _) = pty.wait_and_measure();
    assert_eq!(code(status), 1);
    let entries = shop.entries(shop.run().unwrap());
    assert!(!is_between(&entries), "the outcome is written although nobody reads");
    let paused = entries.iter().any(|entry| matches!(entry.record, Record::SessionClosed { .. }));
    assert!(paused, "{:?}", entries.last());
    // What the terminal took in is all that was ever said.
    let read = String::from_utf8_lossy(&pty.read_for(Duration::from_millis(200))).into_owned();
    assert!(!read.contains(": paused"), "the terminal was not full: {read}");
    goes_on(&shop);
}

#[test]
fn a_second_terminal_is_told_who_drives_and_what_was_done_last() {
    let shop = stage();
    let mut talk = shop.stage.start(&["runbook", "run", NAME]);
    let line = talk.hear_of("? step 1 of 2 web");
    let output = shop.stage.command(&["runbook", "run", NAME]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{errors}");
    let run = shop.run().expect("one run").to_string();
    let process = format!("{}", talk.pid());
    for word in ["storefront", "alice", &run, &process, "the last thing, "] {
        assert!(errors.contains(word), "{word:?} in {errors}");
    }
    // The other runbooks of the System are held, too.
    let output = shop.stage.command(&["runbook", "run", "storefront-failover"]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && errors.contains("alice"), "{errors}");
    talk.say(&shop.answer(&line).unwrap());
    talk.hear_of("sending autoscaling:UpdateAutoScalingGroup");
    talk.say("pause");
    let ran = talk.end();
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    is_left_in_order(&shop);
    goes_on(&shop);
}
