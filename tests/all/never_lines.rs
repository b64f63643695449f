//! The AWS CLI line that a card prints, given to a shell and the real AWS CLI: it does in a fresh shop what drdeck would have done, and nothing
//! else. The step itself says so: it has nothing left to send.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use drdeck::engine::{Card, Engine, Order, Stage};
use drdeck::runbook::Work;
use drdeck::runbook::call::cli;
use serde_json::{Value as Json, json};

use crate::never_kit::{self, STEP, Step, Theatre, drive, is_on_the_wire};
use crate::never_table::{Row, Way};
use crate::sim_kit;

/// The CLI is a heavy program: more of them side by side are no faster.
const SIDE_BY_SIDE: usize = 4;

/// Whether an instance was rebooted is told by its zone before: only whoever reboots it knows that. And each confirm of a backup, a copy or a
/// restore starts another job: only the request's own token tells whose it is.
const ALWAYS_SENDS: [&str; 4] =
    ["rds-reboot-with-failover", "backup-start-backup", "backup-start-copy", "backup-start-restore"];

fn clock(theatre: &Theatre, speed: f64) {
    let reply = sim_kit::control(&theatre.simulator, "/_drdeck/clock", &json!({ "speed": speed }));
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// The service models of botocore: those that come with the CLI are months older and do not know DRS's recovery plans yet.
fn models() -> PathBuf {
    let libraries = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/lib");
    let mut pythons = fs::read_dir(&libraries).expect("`tests/run` installs it").map(|entry| entry.unwrap().path());
    let python = pythons.find(|path| path.join("site-packages/botocore").exists()).expect("botocore");
    python.join("site-packages/botocore/data")
}

/// Runs a line as whoever copied it would: in a shell.
fn shell(line: &str) {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin");
    assert!(bin.join("aws").exists(), "the AWS CLI is missing: `tests/run` installs it");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", line])
        .env_clear()
        .env("PATH", path)
        .env("HOME", "/nonexistent")
        .env("AWS_ACCESS_KEY_ID", "demo")
        .env("AWS_SECRET_ACCESS_KEY", "demo")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("AWS_DATA_PATH", models())
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn changes(log: &[Json]) -> usize {
    log.iter().filter(|entry| entry["changed"] == true).count()
}

/// The step's card, once all that goes before it is done.
fn card(engine: &Engine, row: &Row) -> Card {
    let mut found = None;
    drive(engine, row, |_, card| match card {
        Some((STEP, card)) => {
            found = Some((**card).clone());
            Step::End
        }
        Some(_) => Step::Confirm,
        None => Step::Wait,
    });
    found.expect("the card of the step")
}

/// Reads the step anew until it has nothing to send, or says that what it would send is done.
fn until_nothing_is_left(engine: &Engine, row: &Row) {
    let end = Instant::now() + Duration::from_secs(60);
    let index = row.before.len();
    loop {
        engine.order(Order::Retry { step: index });
        std::thread::sleep(Duration::from_millis(500));
        let view = engine.views.borrow().clone();
        let stage = &view.steps[index].stage;
        match stage {
            Stage::Card(card) if !matches!(card.work, Work::Calls(_)) || card.blocker().is_some() => return,
            _ => assert!(Instant::now() < end, "{}: something is left to send: {stage:#?}", row.word),
        }
    }
}

#[test]
fn the_printed_line_of_every_kind_does_the_same_to_a_fresh_shop() {
    let sends = |row: &&Row| matches!(row.way, Way::Finds | Way::Asks);
    let rows: Vec<&Row> = Row::all().into_iter().filter(sends).collect();
    never_kit::each(&rows, SIDE_BY_SIDE, |row| {
        let theatre = Theatre::of(row);
        let engine = theatre.start();
        let card = card(&engine, row);
        // What a card pins, as a point in time, is there for an hour; a shell takes its time.
        clock(&theatre, 0.0);
        let before = theatre.log();
        let url = theatre.simulator.url();
        for request in &card.requests {
            shell(&cli::line_for(&request.call, request.intent, Some(&url), None));
        }
        let log = theatre.log();
        assert_eq!(changes(&log) - changes(&before), card.requests.len(), "one change for each line");
        for request in &card.requests {
            let same: Vec<&Json> =
                log.iter().filter(|entry| is_on_the_wire(entry, &request.call, request.intent)).collect();
            let [same] = same.as_slice() else {
                let of: Vec<_> = log.iter().filter(|entry| entry["operation"] == request.call.operation()).collect();
                panic!("the CLI sent {of:#?}, and the card shows {:#}", request.parameters)
            };
            let region =
                if request.call.service() == "route53" { "aws-global" } else { request.call.region().as_str() };
            assert_eq!((&same["region"], &same["changed"]), (&region.into(), &true.into()));
        }
        clock(&theatre, never_kit::SPEED);
        if row.way == Way::Finds && !ALWAYS_SENDS.contains(&row.word) {
            until_nothing_is_left(&engine, row);
        }
        engine.finish("over", Duration::from_secs(1));
    });
}
