//! A kind's row played on the real engine, with a proxy between it and the simulated shop; what came of it, and a checker that nothing happened
//! twice.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use drdeck::aws::{Access, Login};
use drdeck::config::{self, ArcEndpoint};
use drdeck::demo;
use drdeck::engine::{Begin, Card, Engine, Holding, New, Options, Order, Stage, View};
use drdeck::journal::{Entry, Journal, Objectives, Place as Runs, Record, Verdict};
use drdeck::model::{Place, Region, Text};
use drdeck::runbook::{ApiCall, IntentId, Outcome, parse};
use drdeck::sim::Running;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::engine_world::check_records;
use crate::never_table::Row;
use crate::proxy::{Harm, Passing, Proxy};
use crate::sim_kit;

/// How fast simulated time runs: ten minutes a second.
pub(crate) const SPEED: f64 = 600.0;

/// How long a reading may take; a change is given up after twice that.
const TIMEOUT: Duration = Duration::from_secs(4);

/// An answer that comes after everybody has stopped waiting.
pub(crate) const LATE: Duration = Duration::from_secs(10);

/// A row of the table takes no longer than this.
const PATIENCE: Duration = Duration::from_secs(180);

/// The step of a row; those before it are `before-1` and so on.
pub(crate) const STEP: &str = "it";

/// A shop, a proxy before it, and a runbook that is one row.
pub(crate) struct Theatre {
    pub(crate) row: &'static Row,
    pub(crate) simulator: Running,
    pub(crate) proxy: Proxy,
    pub(crate) state: TempDir,
}

impl Theatre {
    pub(crate) fn of(row: &'static Row) -> Self {
        let simulator = sim_kit::simulator_at(demo::ESTATE, "", SPEED);
        let proxy = Proxy::start(simulator.addr);
        Self { row, simulator, proxy, state: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn runs(&self) -> Runs {
        Runs::new(self.state.path())
    }

    pub(crate) fn start(&self) -> Engine {
        let url = format!("http://{}", self.proxy.addr);
        let text = text(self.row);
        let runbook = parse::parse(&text, Path::new("shop-failover.toml"), &[]);
        let runbook = runbook.unwrap_or_else(|wrong| panic!("the row of {}: {wrong}", self.row.word));
        let options = Options {
            system: "shop".into(),
            begin: Begin::New(Box::new(New {
                runbook: Arc::new(runbook),
                text,
                mode: self.row.mode,
                incident: None,
                began: None,
                objectives: Objectives::default(),
                nested: Vec::new(),
            })),
            operator: Text::new("alice"),
            access: Access {
                endpoint_url: Some(url.clone()),
                arc: vec![ArcEndpoint { region: Region::new("us-west-2"), url }],
                login: Login::Simulator { user: None },
                timeout: TIMEOUT,
                session_name: None,
            },
            dns: config::Dns::default(),
            regions: vec![Region::new("us-west-2")],
            home: Place::home("us-west-2"),
            state: self.runs(),
        };
        Engine::start(options).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The simulator's call log.
    pub(crate) fn log(&self) -> Vec<Json> {
        sim_kit::ask(&self.simulator, "/_drdeck/calls").as_array().unwrap().clone()
    }
}

/// A runbook whose last step is the row's.
pub(crate) fn text(row: &Row) -> String {
    let mut text = String::from(
        "system = \"shop\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"A row.\"\n\
         account = \"111122223333\"\nregions = [\"us-east-1\", \"us-west-2\", \"us-east-2\"]\n",
    );
    let mut step = |id: &str, word: &str, keys: &str| {
        text.push_str(&format!(
            "\n[[step]]\nid = \"{id}\"\nphase = \"execute\"\ntitle = \"{word}\"\nestimate = \"5m\"\nkind = \"{word}\"\n{keys}"
        ));
    };
    for (at, (word, keys)) in row.before.iter().enumerate() {
        step(&format!("before-{}", at + 1), word, keys);
    }
    step(STEP, row.word, row.keys);
    text
}

/// The card of a step that could be confirmed now, or why not.
fn ready(view: &View) -> Option<(usize, &str, &Arc<Card>)> {
    let mut cards = view.cards().filter(|(_, card)| card.blocker().is_none());
    cards.next().map(|(step, card)| (step.index, step.id.as_str(), card))
}

/// Drives a run until `until` says so of what it is told: a card before it is confirmed, or the end of the run.
pub(crate) fn drive(engine: &Engine, row: &Row, mut until: impl FnMut(&View, Option<(&str, &Arc<Card>)>) -> Step) {
    let end = Instant::now() + PATIENCE;
    let mut chosen = false;
    loop {
        assert!(Instant::now() < end, "{} takes too long: {:#?}", row.word, engine.views.borrow().steps);
        std::thread::sleep(Duration::from_millis(20));
        let view = Arc::clone(&engine.views.borrow());
        if let Holding::Closed(verdict) = view.holding {
            assert_eq!(verdict, Verdict::Finished);
            return;
        }
        assert!(matches!(view.holding, Holding::Open | Holding::Stopping(_)), "{:?}", view.holding);
        // Until it is chosen the card may be blocked.
        if let Some((step, _)) = view.cards().find(|(step, _)| step.id == STEP && !chosen) {
            chosen = true;
            for (name, value) in row.choices {
                engine.order(Order::Choose { step: step.index, name: (*name).into(), value: (*value).into() });
            }
            if !row.choices.is_empty() {
                continue;
            }
        }
        let order = match ready(&view) {
            Some((step, id, card)) => match until(&view, Some((id, card))) {
                Step::Confirm => Order::Confirm { step, plan: card.plan.clone(), typed: Some(view.run.system.clone()) },
                Step::End => return,
                Step::Say { .. } | Step::Wait => panic!("there is a card"),
            },
            None => match until(&view, None) {
                Step::Say { applied } => {
                    let asking = view.steps.iter().find(|step| matches!(step.stage, Stage::Asking(_)));
                    let step = asking.expect("a step that asks").index;
                    Order::Resolve { step, applied, reason: Text::new("a subscriber told me") }
                }
                Step::Wait => {
                    let failed = view.steps.iter().find(|step| matches!(step.stage, Stage::Failed { .. }));
                    // Nobody approves the first step of its plan: AWS gives that up after an hour, and what is held here was seen by then.
                    if failed.is_some() && row.word == "arc-region-switch" {
                        return;
                    }
                    assert!(failed.is_none(), "{}: {failed:#?}", row.word);
                    continue;
                }
                Step::End => return,
                Step::Confirm => panic!("there is no card"),
            },
        };
        let number = engine.order(order);
        while engine.views.borrow().reply(number).is_none() {
            assert!(Instant::now() < end, "no answer to an order: {:#?}", engine.views.borrow().steps);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// What whoever drives does next.
pub(crate) enum Step {
    Confirm,
    /// What came of the request in doubt.
    Say {
        applied: bool,
    },
    Wait,
    End,
}

/// A run that is over.
pub(crate) struct Played {
    pub(crate) entries: Vec<Entry>,
    pub(crate) log: Vec<Json>,
    pub(crate) passed: Vec<Passing>,
    /// The calls on each card of the row's step that was confirmed, with the parameters that it showed.
    pub(crate) shown: Vec<(ApiCall, Json)>,
    /// How many of its requests were harmed.
    pub(crate) harmed: usize,
    /// How often the person was asked what came of one.
    pub(crate) asked: usize,
}

/// Whether a change that is so harmed was carried out.
pub(crate) fn is_applied(harm: Harm) -> bool {
    match harm {
        Harm::None | Harm::DropAfter | Harm::ErrorAfter | Harm::LateAfter(_) | Harm::Hold(..) => true,
        Harm::Throttle | Harm::ResetBefore => false,
    }
}

/// Plays a row to its end. What comes before its step goes through; of its own changes those that are carried out all the same are all harmed, and
/// of those that are not the first.
pub(crate) fn play(row: &'static Row, harm: Harm) -> Played {
    let theatre = Theatre::of(row);
    let (armed, harmed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (is_armed, count) = (Arc::clone(&armed), Arc::clone(&harmed));
    theatre.proxy.harm(move |_| {
        let harms = is_armed.load(Ordering::SeqCst) && harm != Harm::None;
        if harms && (is_applied(harm) || count.load(Ordering::SeqCst) == 0) {
            count.fetch_add(1, Ordering::SeqCst);
            harm
        } else {
            Harm::None
        }
    });
    let engine = theatre.start();
    let (mut shown, mut asked) = (Vec::new(), 0);
    drive(&engine, row, |view, card| match card {
        Some((id, card)) => {
            if id == STEP {
                armed.store(true, Ordering::SeqCst);
                shown = card.requests.iter().map(|one| (one.call.clone(), one.parameters.clone())).collect();
            }
            Step::Confirm
        }
        None if view.steps.iter().any(|step| matches!(step.stage, Stage::Asking(_))) => {
            asked += 1;
            Step::Say { applied: is_applied(harm) }
        }
        None => Step::Wait,
    });
    let run = engine.run;
    engine.finish("over", Duration::from_secs(1));
    let entries = Journal::open(&theatre.runs(), run).unwrap_or_else(|error| panic!("{error}")).entries;
    let (log, passed) = (theatre.log(), theatre.proxy.passed());
    Played { entries, log, passed, shown, harmed: harmed.load(Ordering::SeqCst), asked }
}

/// The requests of a run: the step, the name, what was asked, and what is known of it in the end.
fn requests(entries: &[Entry]) -> Vec<(&str, IntentId, &ApiCall, bool)> {
    let mut sent = Vec::new();
    let mut applied: BTreeMap<IntentId, bool> = BTreeMap::new();
    for entry in entries {
        match &entry.record {
            Record::Intent { step, intent, call: Some(call), .. } => sent.push((step.as_str(), *intent, call)),
            Record::Outcome { intent, outcome, .. } => match outcome {
                Outcome::Applied { .. } => drop(applied.insert(*intent, true)),
                Outcome::NotApplied { .. } => drop(applied.insert(*intent, false)),
                Outcome::InDoubt { .. } => {}
            },
            Record::Reconciled { intent, applied: Some(is), .. } => drop(applied.insert(*intent, *is)),
            Record::Resolved { intent, applied: is, .. } => drop(applied.insert(*intent, *is)),
            _ => {}
        }
    }
    let known =
        |intent: IntentId| *applied.get(&intent).unwrap_or_else(|| panic!("nobody knows what came of {intent}"));
    sent.into_iter().map(|(step, intent, call)| (step, intent, call, known(intent))).collect()
}

/// Nothing was sent twice: as many requests as intents, each after a confirm that allows it; and the simulator made each change that the journal
/// says was made, once, and no other.
pub(crate) fn check(entries: &[Entry], log: &[Json], passed: usize) {
    check_records(entries);
    assert_eq!(passed, requests(entries).len(), "a request for each intent, and none besides");
    check_changes(entries, log);
}

/// The simulator made each change that the journal says was made, once, and no other; no step made one twice.
pub(crate) fn check_changes(entries: &[Entry], log: &[Json]) {
    let requests = requests(entries);
    let changed: Vec<&Json> = log.iter().filter(|call| call["changed"] == true).collect();
    let mut expected: BTreeMap<&str, usize> = BTreeMap::new();
    let mut targets: BTreeMap<(&str, &str, String), usize> = BTreeMap::new();
    for (step, intent, call, applied) in &requests {
        if !applied {
            continue;
        }
        *expected.entry(call.operation()).or_default() += 1;
        let times = targets.entry((step, call.operation(), call.target())).or_default();
        *times += 1;
        assert_eq!(*times, 1, "{step} did {} to {} twice", call.operation(), call.target());
        // Another step may have asked for the same: there and back again.
        let same = |entry: &&&Json| is_on_the_wire(entry, call, *intent);
        let alike = requests.iter().filter(|(_, other, of, applied)| {
            *applied && of.operation() == call.operation() && of.parameters(*other) == call.parameters(*intent)
        });
        let (made, asked) = (changed.iter().filter(same).count(), alike.count());
        let told = || {
            let of = entries.iter().filter(|entry| entry.record.step() == Some(step));
            let records = of.map(|entry| serde_json::to_string(entry).unwrap());
            records.chain(changed.iter().filter(same).map(ToString::to_string)).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(made, asked, "{intent}, {}, is a change once:\n{}", call.operation(), told());
    }
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for call in &changed {
        *made.entry(call["operation"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(made, expected, "the changes that the simulator made, and those that the journal knows of");
}

/// Whether an entry of the call log is that call: its operation and its parameters, each of them. Forms and XML carry every value as a text, and
/// where the path names the hosted zone it is called `Id`.
pub(crate) fn is_on_the_wire(entry: &Json, call: &ApiCall, intent: IntentId) -> bool {
    let sent = call.parameters(intent);
    let same = |sent: &Json| entry["parameters"] == *sent;
    entry["operation"] == call.operation() && (same(&sent) || same(&texts(&sent)) || same(&seconds(&sent)))
}

/// JSON carries moments in seconds.
fn seconds(parameters: &Json) -> Json {
    let mut parameters = parameters.clone();
    if let Some(moment) = parameters.get_mut("RestoreDateTime") {
        let at: drdeck::model::Moment = moment.as_str().unwrap().parse().unwrap();
        *moment = at.as_second().into();
    }
    parameters
}

fn texts(value: &Json) -> Json {
    match value {
        Json::Bool(yes) => Json::String(yes.to_string()),
        Json::Number(number) => Json::String(number.to_string()),
        Json::Array(list) => list.iter().map(texts).collect(),
        Json::Object(members) => {
            let is_zone = members.contains_key("ChangeBatch");
            let name = |name: &String| if is_zone && name == "HostedZoneId" { "Id".to_owned() } else { name.clone() };
            members.iter().map(|(key, value)| (name(key), texts(value))).collect()
        }
        Json::Null | Json::String(_) => value.clone(),
    }
}

/// Does `work` for each row, several side by side: they wait most of their time. All that failed is told, by its row.
pub(crate) fn each(rows: &[&'static Row], side_by_side: usize, work: impl Fn(&'static Row) + Sync) {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..side_by_side {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let worked = catch_unwind(AssertUnwindSafe(|| work(row)));
                    if let Err(panic) = worked {
                        let text = panic.downcast_ref::<String>().cloned();
                        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                        failed.lock().unwrap().push(format!("{}: {}", row.word, text.unwrap_or_default()));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} rows:\n\n{}", failed.len(), rows.len(), failed.join("\n\n"));
}
