//! The engine as it is: its thread, a journal on a disk, and the simulator's AWS.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use drdeck::aws::{Access, Login};
use drdeck::config;
use drdeck::engine::{Begin, Engine, EngineError, Holding, New, Options, Order, Stage, View};
use drdeck::journal::{Entry, Journal, JournalError, Objectives, Place as Runs, Record, Verdict};
use drdeck::model::{Place, Region, Text};
use drdeck::runbook::{Mode, RunId, parse};
use drdeck::sim::Running;
use tempfile::TempDir;

use crate::sim_kit::{self, ESTATE, simulator_at};

pub(crate) const RUNBOOK: &str = r#"
system = "small"
direction = "failover"
version = "1"
owner = "us"
summary = "Scales up."
regions = ["us-west-2"]

[[step]]
id = "declare"
kind = "manual"
phase = "decide"
title = "Declare it"
estimate = "1m"

[[step]]
id = "web"
kind = "asg-scale"
phase = "execute"
title = "Scale up"
group = "web"
region = "us-west-2"
desired = 6
estimate = "1m"

[[step]]
id = "look"
kind = "manual"
phase = "verify"
title = "Look at it"
estimate = "1m"
"#;

pub(crate) struct Theatre {
    pub(crate) simulator: Running,
    state: TempDir,
    pub(crate) arc: Vec<config::ArcEndpoint>,
}

impl Theatre {
    pub(crate) fn new(acts: &str, speed: f64) -> Self {
        Self::of(ESTATE, acts, speed)
    }

    pub(crate) fn of(estate: &str, acts: &str, speed: f64) -> Self {
        let state = tempfile::tempdir().unwrap();
        Self { simulator: simulator_at(estate, acts, speed), state, arc: Vec::new() }
    }

    /// Begins a run of that runbook.
    pub(crate) fn begin_with(&self, text: &str) -> Engine {
        Engine::start(self.options(self.begin(text))).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn runs(&self) -> Runs {
        Runs::new(self.state.path())
    }

    pub(crate) fn options(&self, begin: Begin) -> Options {
        let url = self.simulator.url();
        Options {
            system: "small".into(),
            begin,
            operator: Text::new("alice"),
            access: Access {
                endpoint_url: Some(url),
                arc: self.arc.clone(),
                login: Login::Simulator { user: None },
                timeout: Duration::from_secs(2),
                session_name: None,
            },
            dns: config::Dns::default(),
            regions: vec![Region::new("us-west-2")],
            home: Place::home("us-west-2"),
            state: self.runs(),
        }
    }

    pub(crate) fn begin(&self, text: &str) -> Begin {
        let runbook =
            parse::parse(text, Path::new("small-failover.toml"), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
        Begin::New(Box::new(New {
            runbook: Arc::new(runbook),
            text: text.to_owned(),
            mode: Mode::Live,
            incident: None,
            began: None,
            objectives: Objectives::default(),
            nested: Vec::new(),
        }))
    }

    pub(crate) fn start(&self) -> Engine {
        Engine::start(self.options(self.begin(RUNBOOK))).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn resume(&self, run: RunId) -> Result<Engine, EngineError> {
        Engine::start(self.options(Begin::Resume { run, extra_regions: Vec::new() }))
    }

    pub(crate) fn entries(&self, run: RunId) -> Vec<Entry> {
        Journal::open(&self.runs(), run).unwrap_or_else(|error| panic!("{error}")).entries
    }

    /// The same while the run goes on.
    pub(crate) fn entries_now(&self, run: RunId) -> Vec<Entry> {
        drdeck::journal::list::read(&self.runs(), run).unwrap_or_else(|error| panic!("{error}")).entries
    }

    /// The changes that the simulator made.
    pub(crate) fn changes(&self) -> Vec<serde_json::Value> {
        let calls = sim_kit::send(&self.simulator, "GET", "/_drdeck/calls", &[], b"").unwrap().json();
        calls.as_array().unwrap().iter().filter(|call| call["changed"] == true).cloned().collect()
    }
}

/// Waits until the View is so.
pub(crate) fn until(engine: &Engine, what: &str, is_so: impl Fn(&View) -> bool) -> Arc<View> {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let view = Arc::clone(&engine.views.borrow());
        if is_so(&view) {
            return view;
        }
        assert!(Instant::now() < end, "not within a minute: {what}: {view:#?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn confirm(engine: &Engine, id: &str) {
    let is_card = |view: &View| view.cards().any(|(step, card)| step.id == id && card.blocker().is_none());
    let view = until(engine, &format!("a card of {id}"), is_card);
    let (step, plan) =
        view.cards().find(|(step, _)| step.id == id).map(|(step, card)| (step.index, card.plan.clone())).unwrap();
    let number = engine.order(Order::Confirm { step, plan, typed: None });
    let view = until(engine, "an answer", |view| view.reply(number).is_some());
    assert_eq!(view.reply(number).unwrap().taken, Ok(()));
}

pub(crate) fn closed(engine: &Engine, verdict: Verdict) -> Arc<View> {
    until(engine, "the end", |view| view.holding == Holding::Closed(verdict))
}

#[test]
fn a_run_goes_through_the_simulator() {
    let stage = Theatre::new("", 30.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    confirm(&engine, "web");
    confirm(&engine, "look");
    closed(&engine, Verdict::Finished);
    let changes = stage.changes();
    assert_eq!(changes.len(), 1, "{changes:?}");
    let entries = stage.entries(engine.run);
    let intent = entries.iter().find_map(|entry| match &entry.record {
        Record::Intent { parameters, .. } => Some((entry.wall, parameters.clone())),
        _ => None,
    });
    let (at, parameters) = intent.unwrap();
    // The query protocol knows no numbers.
    let plain = |value: &serde_json::Value| value.to_string().replace('"', "");
    assert_eq!(plain(&changes[0]["parameters"]), plain(&parameters));
    let confirmed = entries.iter().rfind(|entry| entry.wall <= at && matches!(entry.record, Record::Confirmed { .. }));
    println!(
        "from the confirm to the intent on the disk, re-reads included: {}",
        at.duration_since(confirmed.unwrap().wall)
    );
    assert_eq!(engine.finish("over", Duration::from_secs(5)), Some(Verdict::Finished));
    let again = stage.resume(engine.run).unwrap_err();
    assert!(matches!(again, EngineError::Over { verdict: Verdict::Finished, .. }), "{again}");
}

#[test]
fn a_second_operator_is_refused_and_the_lock_is_free_afterwards() {
    let stage = Theatre::new("", 1.0);
    let engine = stage.start();
    let refused = Engine::start(stage.options(stage.begin(RUNBOOK))).unwrap_err();
    assert!(
        matches!(&refused, EngineError::Journal(JournalError::Held(holder)) if holder.run == engine.run),
        "{refused}"
    );
    confirm(&engine, "declare");
    assert_eq!(engine.finish("hang-up", Duration::from_secs(2)), Some(Verdict::Paused));
    let engine = stage.resume(engine.run).unwrap_or_else(|error| panic!("{error}"));
    let view = until(&engine, "a card of web", |view| view.cards().count() == 1);
    assert!(matches!(view.steps[0].stage, Stage::Done { .. }), "what was done is known");
    assert_eq!(engine.finish("terminated", Duration::from_secs(2)), Some(Verdict::Paused));
}

#[test]
fn an_engine_that_nobody_holds_pauses_its_run() {
    let stage = Theatre::new("", 1.0);
    let engine = stage.start();
    let (run, views) = (engine.run, engine.views.clone());
    drop(engine);
    let end = Instant::now() + Duration::from_secs(10);
    while views.borrow().holding != Holding::Closed(Verdict::Paused) {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(10));
    }
    let last = stage.entries(run).pop().unwrap().record;
    assert!(matches!(last, Record::SessionClosed { verdict: Verdict::Paused, .. }), "{last:?}");
}

#[test]
fn a_lost_answer_is_found_out_by_reading() {
    let acts = "[[act]]\nfault.lost-answer = { operation = \"UpdateAutoScalingGroup\", how = \"error\" }\n";
    let stage = Theatre::new(acts, 30.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    confirm(&engine, "web");
    confirm(&engine, "look");
    closed(&engine, Verdict::Finished);
    assert_eq!(stage.changes().len(), 1);
    let words: Vec<bool> = stage
        .entries(engine.run)
        .iter()
        .filter_map(|entry| match &entry.record {
            Record::Reconciled { applied, .. } => *applied,
            _ => None,
        })
        .collect();
    assert_eq!(words, [true]);
}

#[test]
fn a_program_is_started_once_and_its_check_is_believed() {
    let stage = Theatre::new("", 1.0);
    let file = stage.state.path().join("made");
    let path = file.display();
    let text = format!(
        r#"
system = "small"
direction = "failover"
version = "1"
owner = "us"
summary = "Starts something."
regions = ["us-west-2"]

[[step]]
id = "make"
kind = "command"
phase = "execute"
title = "Make it"
estimate = "1m"
argv = ["mkdir", "{path}"]
check = ["test", "-d", "{path}"]
"#
    );
    let engine = Engine::start(stage.options(stage.begin(&text))).unwrap_or_else(|error| panic!("{error}"));
    let is_card = |view: &View| view.cards().count() == 1;
    let view = until(&engine, "a card", is_card);
    let plan = view.cards().next().unwrap().1.plan.clone();
    engine.order(Order::Confirm { step: 0, plan, typed: Some("small".into()) });
    closed(&engine, Verdict::Finished);
    assert!(file.is_dir());
}

#[test]
fn what_is_in_flight_when_time_is_up_is_in_doubt_and_found_out_later() {
    let acts = "[[act]]\nfault.lost-answer = { operation = \"UpdateAutoScalingGroup\", how = \"late\" }\n";
    let stage = Theatre::new(acts, 30.0);
    let engine = stage.start();
    confirm(&engine, "declare");
    confirm(&engine, "web");
    until(&engine, "a request in flight", |view| matches!(view.steps[1].stage, Stage::Sending { intent: Some(_), .. }));
    assert_eq!(engine.finish("hang-up", Duration::from_millis(200)), Some(Verdict::Paused));
    let records: Vec<Record> = stage.entries(engine.run).into_iter().map(|entry| entry.record).collect();
    let [.., Record::Outcome { outcome, .. }, Record::SessionClosed { .. }] = records.as_slice() else {
        panic!("the outcome and the end: {records:#?}")
    };
    assert!(matches!(outcome, drdeck::runbook::Outcome::InDoubt { .. }), "{outcome:?}");
    let engine = stage.resume(engine.run).unwrap_or_else(|error| panic!("{error}"));
    confirm(&engine, "look");
    closed(&engine, Verdict::Finished);
    assert_eq!(stage.changes().len(), 1);
}
