//! The real binary, the simulated shop, and a proxy between them: changes can be kept on their way, and whoever drives can be ended meanwhile.

use std::fs;
use std::time::Duration;

use drdeck::journal::{Entry, Place as Runs, Record, read_text};
use drdeck::runbook::{ApiCall, IntentId, Outcome, RunId};
use serde_json::{Value as Json, json};

use crate::never_kit::is_on_the_wire;
use crate::proxy::Proxy;
use crate::run_kit::{Stage, usual};
use crate::sim_kit::control;

/// A stage whose config leads to a proxy.
pub(crate) struct Proxied {
    pub(crate) stage: Stage,
    pub(crate) proxy: Proxy,
}

impl Proxied {
    /// The shop on a calm day, half an hour after it opened, and how fast its time runs.
    pub(crate) fn shop(speed: f64) -> Self {
        Self::before(Stage::shop("calm", "30m"), speed)
    }

    /// Any stage, and how fast its time runs.
    pub(crate) fn before(stage: Stage, speed: f64) -> Self {
        let proxy = Proxy::start(stage.simulator.addr);
        let config = fs::read_to_string(stage.config()).unwrap();
        let proxied = config.replace(&stage.simulator.url(), &format!("http://{}", proxy.addr));
        assert_ne!(config, proxied, "the config names the simulator");
        fs::write(stage.config(), proxied).unwrap();
        let shop = Self { stage, proxy };
        shop.clock(speed);
        shop
    }

    /// How fast time runs from now on.
    pub(crate) fn clock(&self, speed: f64) {
        let reply = control(&self.stage.simulator, "/_drdeck/clock", &json!({ "speed": speed }));
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    pub(crate) fn runs(&self) -> Runs {
        Runs::new(self.stage.state())
    }

    /// The one run there is, if it was begun.
    pub(crate) fn run(&self) -> Option<RunId> {
        let all = self.runs().all().unwrap_or_default();
        assert!(all.len() <= 1, "one run: {all:?}");
        all.first().copied()
    }

    /// What stands in the run's file now.
    pub(crate) fn bytes(&self, run: RunId) -> Vec<u8> {
        fs::read(self.runs().journal(run)).unwrap()
    }

    /// The whole records of the run's file.
    pub(crate) fn entries(&self, run: RunId) -> Vec<Entry> {
        read_text(&self.bytes(run)).unwrap_or_else(|error| panic!("{error}")).entries
    }

    /// What a person says to a question who wants to get through, and who knows of a request in doubt what the simulator knows. `None` where time has
    /// to pass.
    pub(crate) fn answer(&self, question: &str) -> Option<String> {
        if question.starts_with("? IN DOUBT") {
            let entries = self.entries(self.run().expect("a run"));
            let step = question.split(": ").next().and_then(|begin| begin.rsplit(' ').next()).expect("a step");
            let (intent, call) = open(&entries, step).expect("a request in doubt");
            let call = call.expect("of AWS");
            self.settles();
            let is = |entry: &Json| entry["changed"] == true && is_on_the_wire(entry, &call, intent);
            let word = if self.stage.calls().iter().any(is) { "applied" } else { "not-applied" };
            return Some(format!("{word} I asked the subscribers"));
        }
        usual(question)
    }

    /// Waits until no change is on its way any more: whoever looks before that does not see what comes of it.
    pub(crate) fn settles(&self) {
        while self.proxy.is_busy() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The changes that the simulator made.
    pub(crate) fn changed(&self) -> usize {
        self.stage.calls().iter().filter(|call| call["changed"] == true).count()
    }
}

/// The request of that step of which the records do not say what came.
pub(crate) fn open(entries: &[Entry], step: &str) -> Option<(IntentId, Option<ApiCall>)> {
    let mut open = std::collections::BTreeMap::new();
    // Of steps side by side several may be in doubt.
    for entry in entries.iter().filter(|entry| entry.record.step() == Some(step)) {
        match &entry.record {
            Record::Intent { intent, call, .. } => drop(open.insert(*intent, call.clone())),
            Record::Outcome { intent, outcome: Outcome::Applied { .. } | Outcome::NotApplied { .. }, .. }
            | Record::Reconciled { intent, applied: Some(_), .. }
            | Record::Resolved { intent, .. } => drop(open.remove(intent)),
            _ => {}
        }
    }
    open.pop_last()
}

/// Whether the last request has an intent on the disk and no outcome, not even a doubtful one.
pub(crate) fn is_between(entries: &[Entry]) -> bool {
    let mut open = std::collections::BTreeSet::new();
    for entry in entries {
        match &entry.record {
            Record::Intent { intent, .. } => drop(open.insert(*intent)),
            Record::Outcome { intent, .. } => drop(open.remove(intent)),
            _ => {}
        }
    }
    !open.is_empty()
        && {
            // What an earlier session left behind was found out, or will be; this one's is the newest.
            let newest = entries.iter().rev().find_map(|entry| match &entry.record {
                Record::Intent { intent, .. } => Some(*intent),
                _ => None,
            });
            newest.is_some_and(|newest| open.contains(&newest))
            && !entries.iter().rev().any(|entry| {
                matches!(&entry.record, Record::Reconciled { intent, .. } | Record::Resolved { intent, .. } if Some(*intent) == newest)
            })
        }
}
