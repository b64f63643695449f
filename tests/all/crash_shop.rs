//! The engine's core before the simulated shop: what it wants read is read there, what it sends is carried out there, and its records are kept in
//! memory. Time stands still but when it is let pass. At any moment all of it can be had once more, for what would come of a crash.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drdeck::aws::Unread;
use drdeck::config::{self, Overrides};
use drdeck::demo;
use drdeck::engine::core::{Effect, Event, Holding, Inquiry, Order, Stage, State, View, step};
use drdeck::engine::desk;
use drdeck::journal::record::Nested;
use drdeck::journal::{Entry, Identity, Objectives, Record};
use drdeck::look::Contact;
use drdeck::model::facts::{Answer, sts};
use drdeck::model::{Failure, Moment, Query, Reading, Snapshot, Span, Text};
use drdeck::runbook::{Mode, Part, Question, RunId, Runbook, Variant, Work, World, nest, parse};
use drdeck::sim::Running;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::aws_stub::session_at;
use crate::by_hand;
use crate::engine_world::{check_records, entry, person, session};
use crate::never_kit::{check_changes, is_on_the_wire};
use crate::sim_kit;

/// Where the shop's runbooks look for its pages.
const PAGES: &str = "http://127.0.0.1:4566";

/// A reading is fresh for so long.
const FRESH: Span = Span::from_mins(1);

/// The longest that time is let pass at once, and how often before a run counts as stuck.
const LONGEST: Span = Span::from_mins(16);
const STUCK: usize = 400;

/// What was read already, by what had been changed until then, the moment and the question: most of what comes after a crash is as it would have been
/// without.
type Memory = Arc<Mutex<BTreeMap<(String, Moment, Query), Reading<Arc<Answer>>>>>;

/// A run in the shop.
pub(crate) struct Shop {
    simulator: Running,
    contact: Contact,
    runtime: Arc<Runtime>,
    runbook: Arc<Runbook>,
    now: Moment,
    identity: Identity,
    state: State,
    effects: VecDeque<Effect>,
    orders: u64,
    /// What is on the disk.
    pub(crate) entries: Vec<Entry>,
    /// How many changes the simulator had made before the run.
    before: usize,
    /// How long time passes next.
    pace: Span,
    memory: Memory,
    /// All that was changed since the run began, and when.
    changed: String,
    /// Which of the changes since the run began were made by hand, because a manual step says so.
    by_hand: Vec<usize>,
}

/// What a durable effect was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durable {
    /// A record was written.
    Record,
    /// A request was carried out.
    Request,
}

fn runtime() -> Arc<Runtime> {
    Arc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
}

fn contact(simulator: &Running, runtime: &Runtime) -> Contact {
    let session = runtime.block_on(session_at(&simulator.url(), Duration::from_secs(30)));
    let names = vec![simulator.dns];
    Contact::new(session, &config::Dns { resolvers: names.clone(), authoritative: names })
}

/// A runbook of the shop, with the steps of those that it takes in.
fn whole(name: &str, text: &str) -> Runbook {
    let parsed = |name: &str, text: &str| {
        let runbook = parse::parse(text, Path::new(&format!("{name}.toml")), &[]);
        runbook.unwrap_or_else(|wrong| panic!("{wrong}"))
    };
    let others: Vec<(Runbook, &str)> = demo::RUNBOOKS.iter().map(|(name, text)| (parsed(name, text), *text)).collect();
    let known: Vec<(&Runbook, &str)> = others.iter().map(|(other, text)| (other, *text)).collect();
    nest::take_in(parsed(name, text), &known).unwrap_or_else(|wrong| panic!("{}", wrong.join("; ")))
}

/// What the shop's config promises for a runbook: of the run itself, and of each System that it takes in.
fn promised(runbook: &Runbook) -> (Objectives, Vec<Objectives>) {
    let overrides = Overrides { endpoint_url: None, profile: None };
    let config = config::parse(demo::CONFIG, Path::new("config.toml"), &overrides).unwrap();
    desk::promised(&config.estate.systems, runbook)
}

fn nested((part, objectives): (&Part, &Objectives)) -> Nested {
    Nested {
        step: part.step.clone(),
        runbook: part.runbook.clone(),
        system: part.system.clone(),
        sha256: part.sha256.clone(),
        objectives: *objectives,
        text: part.text.clone(),
    }
}

/// The shop, half an hour after it opened.
pub(crate) fn opened() -> Running {
    let simulator = sim_kit::simulator(demo::ESTATE, "");
    sim_kit::at(&simulator, "30m");
    simulator
}

impl Shop {
    /// A new run of a runbook of the shop.
    pub(crate) fn begin(simulator: Running, name: &str, text: &str) -> Self {
        let runbook = Arc::new(whole(name, text));
        let now: Moment = sim_kit::ask(&simulator, "/_drdeck/clock")["now"].as_str().unwrap().parse().unwrap();
        let identity = Identity { account: Text::new("111122223333"), arn: person("alice").arn };
        let (objectives, parts) = promised(&runbook);
        let opened = Record::RunOpened {
            // AWS knows requests by the run's name: no two runs have the same.
            run: RunId::new(u64::try_from(now.as_millisecond()).unwrap(), 7),
            runbook: runbook.name.clone(),
            sha256: runbook.sha256.clone(),
            version: runbook.version.clone(),
            system: runbook.system.clone(),
            direction: runbook.direction,
            mode: Mode::Live,
            incident: None,
            // On the planned way home users are served all the while.
            began: now.checked_sub(Span::from_mins(2)).ok().filter(|_| runbook.variant == Variant::Unplanned),
            objectives,
            nested: runbook.parts.iter().zip(&parts).map(nested).collect(),
            steps: runbook.steps.iter().map(|step| step.id.clone()).collect(),
            text: text.to_owned(),
        };
        let entries = vec![entry(1, now, opened), entry(2, now, session(&identity))];
        let state = State::new(Arc::clone(&runbook), &entries).unwrap();
        let runtime = runtime();
        let contact = contact(&simulator, &runtime);
        let before = changes(&simulator).len();
        let effects = VecDeque::new();
        let pace = Span::from_mins(1);
        let mut shop = Self {
            simulator,
            contact,
            runtime,
            runbook,
            now,
            identity,
            state,
            effects,
            orders: 0,
            entries,
            before,
            pace,
            memory: Memory::default(),
            changed: String::new(),
            by_hand: Vec::new(),
        };
        shop.happens(Event::Tick);
        shop
    }

    /// The same world after a crash, and the run taken up again there: nothing is left of it but what is on the disk.
    pub(crate) fn crashed(&self) -> Self {
        let simulator = self.simulator.twin().unwrap();
        let mut entries = self.entries.clone();
        entries.push(entry(entries.len() as u64 + 1, self.now, session(&self.identity)));
        let mut shop = Self {
            contact: contact(&simulator, &self.runtime),
            simulator,
            runtime: Arc::clone(&self.runtime),
            runbook: Arc::clone(&self.runbook),
            now: self.now,
            identity: self.identity.clone(),
            state: State::new(Arc::clone(&self.runbook), &entries).unwrap(),
            effects: VecDeque::new(),
            orders: 0,
            entries,
            before: self.before,
            pace: Span::from_mins(1),
            memory: Arc::clone(&self.memory),
            changed: self.changed.clone(),
            by_hand: self.by_hand.clone(),
        };
        shop.happens(Event::Tick);
        shop
    }

    pub(crate) fn view(&self) -> View {
        self.state.view(self.now)
    }

    /// The world as the run leaves it.
    pub(crate) fn leave(self) -> Running {
        self.simulator
    }

    fn happens(&mut self, event: Event) {
        let (state, effects) = step(self.state.clone(), event, self.now);
        self.state = state;
        self.effects.extend(effects);
    }

    /// Goes on until `until` says so, or the run is over. After everything that a crash would not undo, and before the core hears of it, `durable`
    /// is told.
    pub(crate) fn goes_on(&mut self, until: impl Fn(&View) -> bool, mut durable: impl FnMut(&Self, Durable)) {
        let mut waited = 0;
        loop {
            if let Some(effect) = self.effects.pop_front() {
                let (event, was) = self.carry_out(&effect);
                if let Some(was) = was {
                    (waited, self.pace) = (0, Span::from_mins(1));
                    durable(self, was);
                }
                self.happens(event);
                continue;
            }
            let view = self.view();
            if matches!(view.holding, Holding::Closed(_)) || until(&view) {
                return;
            }
            match self.order(&view) {
                Some(order) => {
                    if let Order::Confirm { step, .. } = &order {
                        self.does_by_hand(*step);
                    }
                    self.orders += 1;
                    let number = self.orders;
                    self.happens(Event::Order { number, order });
                }
                None => {
                    waited += 1;
                    assert!(waited < STUCK, "{} is stuck: {:#?}", self.runbook.name, view.steps);
                    self.passes();
                }
            }
        }
    }

    fn passes(&mut self) {
        self.now += self.pace;
        self.pace = self.pace.saturating_add(self.pace).min(LONGEST);
        let reply = sim_kit::control(&self.simulator, "/_drdeck/clock", &json!({ "now": self.now }));
        assert_eq!(reply.status, 200, "{}", reply.text());
        self.happens(Event::Tick);
    }

    /// What a person does who wants to get through.
    fn order(&self, view: &View) -> Option<Order> {
        view.steps.iter().find_map(|of| {
            let step = of.index;
            match &of.stage {
                Stage::Card(card) if card.blocker().is_none() => Some(match &card.work {
                    Work::Ask(Question::Approval) => Order::Approve { step, by: person("bob"), verified: false },
                    Work::Ask(Question::Fence) => Order::Accept { step, reason: Text::new("it is a rehearsal") },
                    _ => Order::Confirm {
                        step,
                        plan: card.plan.clone(),
                        typed: Some(self.runbook.system_of(step).to_owned()),
                    },
                }),
                // What a person picks in a window.
                Stage::Card(_) if view.run.choices.is_empty() && self.is_chosen(step) => {
                    let point = self.now.checked_sub(Span::from_mins(20)).ok()?;
                    Some(Order::Choose { step, name: "point".into(), value: format!("{point:.0}") })
                }
                Stage::Asking(doubt) => {
                    let call = doubt.call.as_ref()?;
                    let is = |entry: &Json| entry["changed"] == true && is_on_the_wire(entry, call, doubt.intent);
                    let applied = self.calls().iter().any(is);
                    Some(Order::Resolve { step, applied, reason: Text::new("a subscriber told me") })
                }
                Stage::Failed { why, .. } => panic!("{} of {} failed: {why}", of.id, self.runbook.name),
                _ => None,
            }
        })
    }

    /// Whether a step leaves a moment to whoever drives.
    fn is_chosen(&self, step: usize) -> bool {
        self.runbook.steps[step].kind.word().ends_with("restore-to-point-in-time")
    }

    fn carry_out(&mut self, effect: &Effect) -> (Event, Option<Durable>) {
        match effect {
            Effect::Append(record) => {
                let entry = entry(self.entries.len() as u64 + 1, self.now, (**record).clone());
                self.entries.push(entry.clone());
                (Event::Appended(Box::new(entry)), Some(Durable::Record))
            }
            Effect::Read(inquiry) => {
                let Inquiry { step, ticket, .. } = *inquiry;
                (Event::Read { step, ticket, snapshot: Arc::new(self.read(inquiry)), at: self.now }, None)
            }
            Effect::CheckIdentity { step, ticket, .. } => {
                let Identity { account, arn } = self.identity.clone();
                let seen = Ok(sts::Identity { account, arn, expires: None });
                (Event::Identified { step: *step, ticket: *ticket, seen }, None)
            }
            Effect::Send { step, intent, call } => {
                let patience = Duration::from_secs(30);
                let sent = Box::pin(self.contact.session.change(call, *intent, patience));
                let outcome = self.runtime.block_on(sent);
                self.changed.push_str(&format!("{} {}\n", self.now, call.parameters(*intent)));
                (Event::Came { step: *step, intent: *intent, outcome }, Some(Durable::Request))
            }
            Effect::Start { .. } | Effect::Check { .. } => panic!("the shop's runbooks start no programs"),
        }
    }

    fn read(&self, inquiry: &Inquiry) -> Snapshot {
        let kind = &self.runbook.steps[inquiry.step].kind;
        let mut snapshot = Snapshot::default();
        for _ in 0..3 {
            let world =
                World { snapshot: &snapshot, now: self.now, run: &inquiry.run, attempts: inquiry.attempts.as_slice() };
            let mut wanted = kind.step().reads(&world);
            wanted.retain(|query| !snapshot.readings.contains_key(query));
            for query in wanted {
                let key = (self.changed.clone(), self.now, query);
                let known = self.memory.lock().unwrap().get(&key).cloned();
                let reading = known.unwrap_or_else(|| {
                    let reading = self.ask(&key.2);
                    self.memory.lock().unwrap().insert(key.clone(), reading.clone());
                    reading
                });
                snapshot.readings.insert(Arc::new(key.2), reading);
            }
        }
        snapshot
    }

    /// Does what a manual step says is done in AWS, by the lines in its text. What was done before a crash is refused, and stands.
    fn does_by_hand(&mut self, step: usize) {
        let step = &self.runbook.steps[step];
        if step.kind.word() != "manual" {
            return;
        }
        for line in by_hand::lines(step.text.as_str()) {
            let before = changes(&self.simulator).len();
            by_hand::does(&self.simulator, &line);
            if changes(&self.simulator).len() > before {
                self.by_hand.push(before - self.before);
                self.changed.push_str(&format!("{} {line}\n", self.now));
            }
        }
    }

    fn ask(&self, query: &Query) -> Reading<Arc<Answer>> {
        match self.answer(&self.here(query)) {
            Ok(answer) => Reading::fresh(Arc::new(answer), self.now, FRESH),
            Err(unread) => {
                let (since, at) = (self.now, self.now);
                Reading::failed(Failure { since, at, kind: unread.kind, error: unread.error })
            }
        }
    }

    fn answer(&self, query: &Query) -> Result<Answer, Unread> {
        // drdeck looks several times, a second of our own time apart. The shop's time stands still: one look tells it all.
        if let Query::Probes(place, url, times) = query {
            let once = self.answer(&Query::Probe(place.clone(), url.clone()))?;
            let Answer::Probe(response) = once else { panic!("a probe is answered by {once:?}") };
            return Ok(Answer::Probes(vec![response; *times as usize]));
        }
        self.runtime.block_on(Box::pin(self.contact.read(query, self.now))).result
    }

    /// The pages of this very simulator.
    fn here(&self, query: &Query) -> Query {
        let url = |url: &str| url.replace(PAGES, &self.simulator.url());
        match query {
            Query::Probe(place, at) => Query::Probe(place.clone(), url(at)),
            Query::Probes(place, at, times) => Query::Probes(place.clone(), url(at), *times),
            other => other.clone(),
        }
    }

    /// The changes since the run began, but for those that were made by hand.
    fn calls(&self) -> Vec<Json> {
        let all = changes(&self.simulator).split_off(self.before).into_iter().enumerate();
        all.filter(|(at, _)| !self.by_hand.contains(at)).map(|(_, call)| call).collect()
    }

    /// Nothing happened twice, and what is on record is what the simulator did.
    pub(crate) fn check(&self) {
        check_records(&self.entries);
        check_changes(&self.entries, &self.calls());
    }
}

/// The calls that changed something. The log has thousands of others: each is told apart by how its text begins.
fn changes(simulator: &Running) -> Vec<Json> {
    let log = sim_kit::send(simulator, "GET", "/_drdeck/calls", &[], b"").unwrap().text();
    let entries = log.trim_start_matches('[').trim_end_matches(']').split(",{\"at\":");
    let changed = entries.filter(|entry| entry.get(..80).is_some_and(|begin| begin.contains("\"changed\":true,")));
    changed
        .map(|entry| {
            let whole = if entry.starts_with('{') { entry.to_owned() } else { format!("{{\"at\":{entry}") };
            serde_json::from_str(&whole).unwrap_or_else(|error| panic!("{error}: {whole}"))
        })
        .collect()
}
