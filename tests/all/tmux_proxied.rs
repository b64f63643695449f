//! The console in tmux before the simulated shop, and a proxy between them: a run that a person drives by keys, whose requests are harmed or kept on
//! their way, and a checker over its journal and the simulator's call log.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use drdeck::demo;
use drdeck::journal::{Entry, Holder, Record, Verdict};
use drdeck::runbook::Outcome;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use crate::engine_world::check_records;
use crate::never_kit::{check_changes, is_on_the_wire};
use crate::never_table::Row;
use crate::run_kit::Stage;
use crate::run_proxied::{Proxied, open};
use crate::tmux_console::Tmux;

pub(crate) const SYSTEM: &str = "storefront";
pub(crate) const RUNBOOK: &str = "storefront-failover";

/// The kinds of step that are driven: three that AWS tells of by their state, one by its tag, one of which it does not tell.
pub(crate) const KINDS: [&str; 5] =
    ["asg-scale", "route53-change-records", "aurora-global-failover", "sns-publish", "drs-start-recovery"];

/// How fast time runs while a step goes on in AWS: five minutes a second; and while AWS is read to find out what came of a request. While a person
/// reads a card it goes on as it does: a plan that names a point in time of a minute ago is another one soon.
const RUNS: f64 = 300.0;
const DOUBT: f64 = 60.0;
const ACTS: f64 = 1.0;

/// One System, and nothing is read but who we are and what each step asks for. A reading may take so long, and a change twice that.
const CONFIG: &str = r#"
name = "shop"
simulator = true
endpoint_url = "http://127.0.0.1:4566"
account = "111122223333"

[polling]
interval = "6h"
timeout = "3s"
slow_interval = "24h"

[dns]
authoritative = ["127.0.0.1:4567"]
resolvers = ["127.0.0.1:4567"]

[[system]]
name = "storefront"
criticality = "critical"
strategy = "warm-standby"
primary = "us-east-1"
recovery = "us-west-2"

[system.objective.region]
rpo = "5m"
rto = "15m"

[[system.component]]
name = "web"
kind = "asg"
group = "storefront-web"
capacity = 4
"#;

/// An answer after everybody has stopped waiting.
pub(crate) const LATE: Duration = Duration::from_secs(8);

/// How long whoever drives waits for a turn.
const PATIENCE: Duration = Duration::from_secs(60);

/// A yes that is not on record by then was not taken.
const TAKEN: Duration = Duration::from_secs(5);

/// The shop, with one runbook of these kinds, one step each, one after the other, and a proxy before it.
pub(crate) fn shop(kinds: &[&str]) -> Proxied {
    let mut text = format!(
        "system = \"{SYSTEM}\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"Some steps.\"\n\
         account = \"111122223333\"\nregions = [\"us-east-1\", \"us-west-2\"]\n"
    );
    for kind in kinds {
        let Row { word, keys, before, .. } = Row::of(kind);
        assert!(before.is_empty(), "{kind} needs nothing before it");
        text.push_str(&format!(
            "\n[[step]]\nid = \"{word}\"\nphase = \"execute\"\ntitle = \"It\"\nestimate = \"5m\"\nworst = \"4h\"\nkind = \"{word}\"\n{keys}"
        ));
    }
    let stage = Stage::new(demo::ESTATE, "name = \"calm\"\nstory = \"\"\n", CONFIG, &[(RUNBOOK, &text)]);
    stage.at("30m");
    Proxied::before(stage, ACTS)
}

/// What the run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// That a person confirms this step.
    Card(String),
    /// That a person says what came of this step's request.
    Doubt(String),
    /// Nothing any more.
    Over,
}

/// A terminal with a console in it.
pub(crate) struct Console<'a> {
    pub(crate) shop: &'a Proxied,
    pub(crate) tmux: Tmux,
    /// Every step that a person said yes to, once for each yes.
    pub(crate) said: Vec<String>,
}

impl<'a> Console<'a> {
    /// Starts the console in a terminal of its own, and waits until it knows who we are.
    pub(crate) fn open(shop: &'a Proxied, name: &str) -> Self {
        let tmux = Tmux::start(name);
        tmux.run(&["resize-window", "-x", "100", "-y", "48"]);
        let (config, state) = (shop.stage.config(), shop.stage.state());
        tmux.type_line(&format!(
            "{} --config {} --state-dir {}; echo \"it ended with $?\"",
            env!("CARGO_BIN_EXE_drdeck"),
            config.display(),
            state.display()
        ));
        tmux.wait_until("the overview, read", |screen| screen.contains(SYSTEM) && screen.contains("1111-2222-3333"));
        Self { shop, tmux, said: Vec::new() }
    }

    /// Waits until a question is asked that listens.
    fn question(&self) -> String {
        self.tmux.wait_until("a question that listens", listens)
    }

    fn types_the_name(&self) {
        self.tmux.run(&["send-keys", "-l", SYSTEM]);
        self.tmux.wait_until("the name", |screen| {
            screen.lines().any(|line| line.contains(&format!("type {SYSTEM} ")) && line.matches(SYSTEM).count() == 2)
        });
        self.tmux.keys(&["Enter"]);
    }

    /// Begins the run, and opens the page of its first step.
    pub(crate) fn begins(&self) {
        self.tmux.keys(&["x"]);
        self.tmux.wait_for(&format!("LIVE      {RUNBOOK}"));
        self.tmux.keys(&["Enter"]);
        self.question();
        self.tmux.type_line("INC-7");
        self.types_the_name();
        self.opens_the_page();
    }

    /// Goes on with the run that another console left: it is the first that is offered.
    pub(crate) fn goes_on(&self) {
        self.tmux.keys(&["x"]);
        self.tmux.wait_for(&format!("LIVE      go on with {RUNBOOK}"));
        self.tmux.keys(&["Enter"]);
        let asked = self.question();
        assert!(asked.contains("goes on"), "{asked}");
        self.types_the_name();
        self.opens_the_page();
    }

    fn opens_the_page(&self) {
        self.tmux.wait_until("the run", |screen| screen.contains("STANDS") && screen.contains(KINDS[0]));
        self.tmux.keys(&["Enter"]);
        self.tmux.wait_for(" · step ");
    }

    /// Waits until the run waits for a person.
    pub(crate) fn turn(&self) -> Turn {
        let (end, mut speed) = (Instant::now() + PATIENCE, ACTS);
        loop {
            // The page may stand at its end.
            self.tmux.keys(&["g"]);
            std::thread::sleep(Duration::from_millis(120));
            let screen = self.tmux.screen();
            let stands = stands(&screen);
            let turn = match page(&screen) {
                _ if screen.contains("The run is finished") => Some(Turn::Over),
                Some(step) if stands.contains("IN DOUBT: YOU") => Some(Turn::Doubt(step)),
                // What was confirmed last may still be on the screen.
                Some(step) if is_turn(stands) && !is_under_way(&self.entries(), &step) => Some(Turn::Card(step)),
                Some(_) | None => None,
            };
            let next = match (&turn, stands) {
                (None, stands) if stands.contains("IN DOUBT") => DOUBT,
                (None, stands) if stands.contains("runs") || stands.contains("STUCK") => RUNS,
                (Some(_) | None, _) => ACTS,
            };
            if next != speed {
                self.shop.clock(next);
                speed = next;
            }
            if let Some(turn) = turn.filter(|_| !is_put_off(&screen)) {
                return turn;
            }
            if is_put_off(&screen) {
                self.tmux.keys(&["Escape"]);
            }
            assert!(!stands.contains("FAILED"), "{screen}");
            assert!(Instant::now() < end, "nobody's turn for {PATIENCE:?}:\n{screen}");
        }
    }

    /// Reads the card of that step to its end, says yes, and waits until that is on record. Where the card was planned anew meanwhile nothing is, and
    /// it is that step's turn again.
    pub(crate) fn confirms(&mut self, step: &str) {
        self.tmux.keys(&["G"]);
        self.tmux.wait_for("end of the card");
        self.tmux.keys(&["x"]);
        let asked = self.tmux.wait_until("a question", |screen| listens(screen) || is_put_off(screen));
        if is_put_off(&asked) {
            return;
        }
        assert!(asked.contains(&format!(" {step}")), "{asked}");
        let before = self.confirms_of(step);
        self.said.push(step.to_owned());
        if asked.contains(&format!("type {SYSTEM}")) {
            self.types_the_name();
        } else {
            self.tmux.keys(&["y"]);
        }
        self.answered();
        let end = Instant::now() + TAKEN;
        while self.confirms_of(step) == before && Instant::now() < end && !is_put_off(&self.tmux.screen()) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the question is gone.
    fn answered(&self) {
        self.tmux.wait_until("the end of the question", |screen| !screen.contains("Cancel (Esc)"));
    }

    fn confirms_of(&self, step: &str) -> usize {
        let is = |entry: &&Entry| matches!(entry.record, Record::Confirmed { .. }) && entry.record.step() == Some(step);
        self.entries().iter().filter(is).count()
    }

    /// Says what came of the request of that step that is in doubt, as the simulator knows it.
    pub(crate) fn resolves(&self, step: &str) {
        let (intent, call) = open(&self.entries(), step).expect("a request in doubt");
        let call = call.expect("of AWS");
        self.shop.settles();
        let is = |entry: &Json| entry["changed"] == true && is_on_the_wire(entry, &call, intent);
        let word = if self.shop.stage.calls().iter().any(is) { "applied" } else { "not-applied" };
        self.tmux.keys(&["x"]);
        self.question();
        self.tmux.type_line(word);
        self.tmux.type_line("I asked the subscribers");
        self.answered();
    }

    /// Drives to the end.
    pub(crate) fn finishes(&mut self) {
        loop {
            match self.turn() {
                Turn::Over => return,
                Turn::Card(step) => self.confirms(&step),
                Turn::Doubt(step) => self.resolves(&step),
            }
        }
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.shop.entries(self.shop.run().expect("a run"))
    }

    /// The page of that step, all of it that the terminal shows.
    pub(crate) fn shows(&self, step: &str) -> String {
        for key in ["[", "]"] {
            for _ in KINDS {
                let screen = self.tmux.screen();
                if page(&screen).is_some_and(|shown| shown == step) {
                    return screen;
                }
                self.tmux.keys(&[key]);
                std::thread::sleep(Duration::from_millis(150));
            }
        }
        panic!("no page of {step}:\n{}", self.tmux.screen())
    }

    /// The console's process.
    pub(crate) fn pid(&self) -> Pid {
        let holder = holder(&self.shop.stage.state()).expect("somebody drives");
        i32::try_from(holder.pid).ok().and_then(Pid::from_raw).unwrap()
    }

    /// Kills the console on the spot.
    pub(crate) fn dies(self) -> Vec<String> {
        let pid = self.pid();
        kill_process(pid, Signal::KILL).unwrap();
        self.tmux.wait_for("it ended with 137");
        self.said
    }
}

/// How the step of the page stands.
fn stands(screen: &str) -> &str {
    screen.lines().find_map(|line| line.split_once(" STANDS ")).map(|(_, stands)| stands).unwrap_or_default()
}

/// Whether it stands at its card, for the first time or again.
fn is_turn(stands: &str) -> bool {
    ["YOUR TURN", "NOT DONE: YOU"].iter().any(|turn| stands.contains(turn))
}

/// Whether a question is asked that listens.
fn listens(screen: &str) -> bool {
    screen.contains("Cancel (Esc)") && !screen.contains("one moment: no key")
}

/// Whether a question was closed, or its answer not taken, because the card was planned anew.
fn is_put_off(screen: &str) -> bool {
    [" It changed ─", " It was not taken ─"].iter().any(|title| screen.contains(title))
}

/// Whether a step is neither at its card nor over, as far as is on record.
pub(crate) fn is_under_way(entries: &[Entry], step: &str) -> bool {
    let session = entries.iter().rposition(|entry| matches!(entry.record, Record::SessionOpened { .. }));
    let of = entries.iter().skip(session.unwrap_or(0)).rev().filter(|entry| entry.record.step() == Some(step));
    of.map(|entry| &entry.record)
        .find_map(|record| match record {
            Record::Confirmed { .. } | Record::Intent { .. } => Some(true),
            Record::Outcome { outcome: Outcome::NotApplied { .. }, .. } | Record::Refused { .. } => Some(false),
            Record::Outcome { outcome: Outcome::Applied { .. } | Outcome::InDoubt { .. }, .. } => Some(true),
            Record::Reconciled { applied, .. } => Some(*applied != Some(false)),
            Record::Resolved { applied, .. } => Some(*applied),
            _ => None,
        })
        .unwrap_or(false)
}

/// Whose page it is.
fn page(screen: &str) -> Option<String> {
    let line = screen.lines().find(|line| line.contains(" · step "))?;
    line.split(" · step ").next()?.split_whitespace().next_back().map(str::to_owned)
}

/// Who holds the lock of the System, as it says.
pub(crate) fn holder(state: &Path) -> Option<Holder> {
    let text = fs::read_to_string(state.join("locks").join(format!("{SYSTEM}.lock"))).ok()?;
    serde_json::from_str(&text).ok()
}

/// Nothing was done twice: as many requests as intents, each after a yes of the person's, and the simulator made each change once that the
/// journal knows of, and no other. The run has come to its end, and its journal is whole.
pub(crate) fn check(shop: &Proxied, said: &[String]) -> Vec<Entry> {
    let run = shop.run().expect("a run");
    let entries = shop.entries(run);
    check_records(&entries);
    check_changes(&entries, &shop.stage.calls());
    let of = |step: &str, wanted: fn(&Record) -> bool| {
        entries.iter().filter(|entry| entry.record.step() == Some(step) && wanted(&entry.record)).count()
    };
    for step in KINDS {
        let yes = said.iter().filter(|said| *said == step).count();
        let confirms = of(step, |record| matches!(record, Record::Confirmed { .. }));
        let intents = of(step, |record| matches!(record, Record::Intent { .. }));
        assert!(intents <= confirms && confirms <= yes, "{step}: {intents} requests, {confirms} confirms, {yes} yes");
    }
    let intents = entries.iter().filter(|entry| matches!(entry.record, Record::Intent { .. })).count();
    assert!(shop.proxy.passed().len() <= intents, "no request without an intent, none twice");
    let end = entries.last().map(|entry| &entry.record);
    assert!(matches!(end, Some(Record::SessionClosed { verdict: Verdict::Finished, .. })), "{end:?}");
    shop.stage.says(&["journal", "verify", &run.to_string()]);
    entries
}
