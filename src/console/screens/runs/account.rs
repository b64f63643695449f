//! What a run came to: a line for each figure of an auditor.

use super::words;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::screens::listing::{
    By, Detail, Head, Item, Listing, Order, Owners, Rows, Severity, Sources, WORST_FIRST,
};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::journal::{Record, Run, Told, tell};
use crate::model::words::length;
use crate::model::{Moment, Span};

pub(super) const ACCOUNT: Listing = Listing {
    title: "account",
    noun: "figure",
    heads: &[Head::names("FIGURE", 18, 0).up_to(24), Head::names("IN WORDS", 56, 1).prose().up_to(160)],
    orders: &[IN_ORDER, WORST_FIRST],
    rows,
    unasked: NONE,
    none: NONE,
};

const NONE: &str = "Nothing was recorded of this run that can be read.";

const IN_ORDER: Order = Order { words: "in order", by: By::Figure(0) };

fn rows(world: &World, now: Moment) -> Rows {
    let Some(run) = world.opened_run() else { return Rows::default() };
    let Some(told) = &run.told else { return Rows::default() };
    let owners = Owners::one(&told.account.system);
    let mut figures = Figures { rows: Vec::new(), owners };
    figures.names(run, told, now);
    figures.times(run, told, now);
    figures.losses(run, told);
    figures.open(run, told);
    figures.chain(told);
    let items = figures.rows.into_iter().map(|row| Box::new(row) as Box<dyn Item>);
    Rows { items: items.collect(), sources: Sources::default() }
}

struct Figures {
    rows: Vec<Row>,
    owners: Owners,
}

impl Figures {
    fn add(&mut self, name: &str, text: impl Into<String>, severity: Severity) {
        let at = self.rows.len();
        let (name, text, owners) = (name.to_owned(), text.into(), self.owners.clone());
        self.rows.push(Row { id: format!("{at} {name}"), name, text, at, severity, mark: None, owners });
    }

    fn say(&mut self, name: &str, text: impl Into<String>) {
        self.add(name, text, Severity::Fine);
        if let Some(row) = self.rows.last_mut() {
            row.mark = Some(words::NEUTRAL);
        }
    }

    fn names(&mut self, run: &Run, told: &Told, now: Moment) {
        let account = &told.account;
        self.say("run", run.run.to_string());
        self.say("runbook", format!("{}, {}", account.runbook, account.mode.as_str()));
        self.say("system", format!("{} of {}", account.direction.as_str(), account.system));
        if let Some(incident) = &account.incident {
            self.say("incident", incident.as_str());
        }
        self.say("opened", format::when(account.opened, now));
        self.say("last record", format::when(account.last, now));
        self.add("stands", words::standing(run, now), words::severity(run));
        for by in &account.drivers {
            self.say("driven by", format!("{} ({})", by.name, by.arn));
        }
        self.say("steps", format!("{} of {} done or left out", account.ended(), account.steps.len()));
    }

    fn times(&mut self, run: &Run, told: &Told, now: Moment) {
        let account = &told.account;
        if let Some(began) = account.began {
            self.say("disruption began", format::when(began, now));
        }
        let promised = account.objectives.rto_s.map(Span::from_secs);
        let severity = match (account.rto(), promised) {
            (Some(took), Some(promised)) if took > promised => Severity::Bad,
            (Some(_), _) => Severity::Fine,
            (None, _) => Severity::Unknown,
        };
        self.add("recovery time", words::clocks(run, told, now), severity);
        let split = run.read.as_ref().and_then(|read| account.split(&read.entries));
        if let Some(split) = split {
            self.say("  before the run", length(split.before));
            self.say("  people", format!("{}: they read, decided and did; or nobody drove", length(split.human)));
            self.say("  AWS", format!("{}: it worked on what was confirmed", length(split.machine)));
        }
    }

    fn losses(&mut self, run: &Run, told: &Told) {
        if let Some(seconds) = told.account.objectives.rpo_s {
            self.say("may be lost (RPO)", format!("promised {}", length(Span::from_secs(seconds))));
        }
        let entries = run.read.iter().flat_map(|read| &read.entries);
        for entry in entries {
            if let Record::Confirmed { step, loses: Some(loses), by, .. } = &entry.record {
                let text = format!("{}, confirmed by {}: {loses}", tell::harmless(step), by.name);
                self.add("lost", text, Severity::Watch);
            }
        }
    }

    fn open(&mut self, run: &Run, told: &Told) {
        for (step, by, reason) in &told.account.open_fences {
            let text = format!("{}: not proven; {} accepted the risk: {reason}", tell::harmless(step), by.name);
            self.add("open fence", text, Severity::Watch);
        }
        let (words, severity) = if matches!(run.stands, crate::journal::Stands::Driven(_)) {
            ("no answer is recorded yet", Severity::Busy)
        } else {
            ("nobody knows whether it was carried out", Severity::Bad)
        };
        for intent in told.in_doubt() {
            self.add("in doubt", format!("{intent}: {words}"), severity);
        }
    }

    fn chain(&mut self, told: &Told) {
        let report = &told.report;
        self.add("journal", format!("{}, chain whole", format::count(report.records, "record")), Severity::Fine);
        self.say("head", report.head.hash.as_str());
        for (seq, what) in &report.wrong {
            self.add("wrong", format!("record {seq}: {}", tell::harmless(what)), Severity::Bad);
        }
    }
}

#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    text: String,
    at: usize,
    severity: Severity,
    mark: Option<(&'static str, Role)>,
    owners: Owners,
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn mark(&self) -> Option<(&'static str, Role)> {
        self.mark
    }

    fn figure(&self, _which: usize) -> i64 {
        -i64::try_from(self.at).unwrap_or(i64::MAX)
    }

    fn trust(&self, _now: Moment) -> Trust {
        Trust::Fresh
    }

    fn headline(&self) -> Vec<String> {
        vec![self.name.trim().to_owned()]
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        let role = match self.severity {
            Severity::Bad => Role::SeverityError,
            Severity::Watch | Severity::Unknown => Role::SeverityWarning,
            Severity::Fine | Severity::Busy => Role::Text,
        };
        vec![Line::new(role, self.text.as_str())]
    }

    fn words(&self) -> String {
        self.text.clone()
    }

    fn why(&self, _now: Moment) -> String {
        self.text.clone()
    }

    fn detail(&self, _world: &World, _now: Moment) -> Detail {
        let mut detail = Detail::new(self.name.trim(), "of the run's account");
        detail.value("in words", self.text.as_str());
        detail
    }
}
