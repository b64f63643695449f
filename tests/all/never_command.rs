//! A program of one's own that is killed, or stopped because it takes too long: it is not started again without a confirm, its check is believed
//! where it says that the work is done, and the person is asked where it does not.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use drdeck::aws::{Access, Login};
use drdeck::config;
use drdeck::engine::{Begin, Engine, New, Options, Stage};
use drdeck::journal::{Journal, Objectives, Place as Runs, Record};
use drdeck::model::{Place, Region, Text};
use drdeck::runbook::{Mode, Outcome, parse};

use crate::engine_world::check_records;
use crate::never_kit::{STEP, Step, drive};
use crate::never_table::{Row, Way};
use crate::sim_kit::{self, ESTATE};

/// Writes a line into FILE where it does its work.
struct Program {
    script: &'static str,
    timeout: &'static str,
    /// How often the person is asked.
    asked: usize,
    confirms: usize,
}

fn run(program: &Program) {
    let row = Row::of("command");
    assert_eq!(row.way, Way::Program);
    let simulator = sim_kit::simulator_at(ESTATE, "", 1.0);
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("done");
    let script = program.script.replace("FILE", &file.display().to_string());
    let text = format!(
        "system = \"shop\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"A program.\"\nregions = [\"us-west-2\"]\n\n\
         [[step]]\nid = \"{STEP}\"\nphase = \"execute\"\ntitle = \"It\"\nestimate = \"1m\"\nkind = \"command\"\n\
         argv = [\"sh\", \"-c\", {script:?}]\ncheck = [\"test\", \"-s\", {:?}]\ntimeout = \"{}\"\n",
        file.display().to_string(),
        program.timeout
    );
    let runbook = parse::parse(&text, Path::new("shop-failover.toml"), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let runs = Runs::new(state.path());
    let engine = Engine::start(Options {
        system: "shop".into(),
        begin: Begin::New(Box::new(New {
            runbook: Arc::new(runbook),
            text,
            mode: Mode::Live,
            incident: None,
            began: None,
            objectives: Objectives::default(),
            nested: Vec::new(),
        })),
        operator: Text::new("alice"),
        access: Access {
            endpoint_url: Some(simulator.url()),
            arc: Vec::new(),
            login: Login::Simulator { user: None },
            timeout: Duration::from_secs(4),
            session_name: None,
        },
        dns: config::Dns::default(),
        regions: vec![Region::new("us-west-2")],
        home: Place::home("us-west-2"),
        state: runs.clone(),
    })
    .unwrap_or_else(|error| panic!("{error}"));
    let mut asked = 0;
    drive(&engine, row, |view, card| match card {
        Some(_) => Step::Confirm,
        None if view.steps.iter().any(|step| matches!(step.stage, Stage::Asking(_))) => {
            asked += 1;
            Step::Say { applied: false }
        }
        None => Step::Wait,
    });
    let entries = Journal::open(&runs, engine.run).unwrap_or_else(|error| panic!("{error}")).entries;
    check_records(&entries);
    let count = |wanted: fn(&Record) -> bool| entries.iter().filter(|entry| wanted(&entry.record)).count();
    let confirms = count(|record| matches!(record, Record::Confirmed { .. }));
    let starts = count(|record| matches!(record, Record::Intent { .. }));
    let doubts = count(|record| matches!(record, Record::Outcome { outcome: Outcome::InDoubt { .. }, .. }));
    let word = program.script;
    assert_eq!((asked, confirms, starts, doubts), (program.asked, program.confirms, program.confirms, 1), "{word}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "once\n", "{word}");
}

#[test]
fn a_program_that_is_killed_after_its_work_is_found_done_by_its_check() {
    run(&Program { script: "echo once >> FILE; kill -9 $$", timeout: "1m", asked: 0, confirms: 1 });
}

#[test]
fn a_program_that_takes_too_long_after_its_work_is_found_done_by_its_check() {
    run(&Program { script: "echo once >> FILE; sleep 60", timeout: "1s", asked: 0, confirms: 1 });
}

#[test]
fn a_program_that_is_killed_before_its_work_is_asked_about_and_confirmed_again() {
    let script = "if test -e FILE.tried; then echo once >> FILE; else touch FILE.tried; kill -9 $$; fi";
    run(&Program { script, timeout: "1m", asked: 1, confirms: 2 });
}
