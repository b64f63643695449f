//! The steps of a run: how each ended, how long it took, who confirmed it.

use std::sync::Arc;

use super::record;
use super::words::NEUTRAL;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::screens::listing::{
    By, Detail, Head, Item, Listing, Order, Owners, Rows, Severity, Sources, WORST_FIRST,
};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::journal::account::{StepAccount, StepEnd};
use crate::journal::{Read, tell};
use crate::model::Moment;

pub(super) const STEPS: Listing = Listing {
    title: "steps",
    noun: "step",
    heads: &[
        Head::names("STEP", 16, 0),
        Head::names("STATE", 8, 1),
        Head::names("TOOK", 6, 2).right(),
        Head::names("REQUESTS", 8, 4).right(),
        Head::names("BY", 8, 5).up_to(16),
        Head::names("IN WORDS", 26, 3).prose().up_to(110),
    ],
    orders: &[IN_ORDER, SLOWEST_FIRST, WORST_FIRST],
    rows,
    unasked: NONE,
    none: NONE,
};

const NONE: &str = "Nothing was recorded of this run that can be read.";

const IN_ORDER: Order = Order { words: "as in the runbook", by: By::Figure(PLACE) };
const SLOWEST_FIRST: Order = Order { words: "slowest first", by: By::Figure(TOOK) };
const PLACE: usize = 0;
const TOOK: usize = 1;

fn rows(world: &World, _now: Moment) -> Rows {
    let Some(run) = world.opened_run() else { return Rows::default() };
    let Some(told) = &run.told else { return Rows::default() };
    let owners = Owners::one(&told.account.system);
    let steps = told.account.steps.iter().enumerate();
    let items = steps.map(|(at, step)| {
        let row = Row {
            step: step.clone(),
            name: tell::harmless(&step.id),
            at,
            read: run.read.clone(),
            owners: owners.clone(),
        };
        Box::new(row) as Box<dyn Item>
    });
    Rows { items: items.collect(), sources: Sources::default() }
}

#[derive(Debug)]
struct Row {
    step: StepAccount,
    name: String,
    at: usize,
    read: Option<Arc<Read>>,
    owners: Owners,
}

impl Row {
    fn state(&self) -> &'static str {
        match (&self.step.end, &self.step.by) {
            (StepEnd::Done(_), _) => "done",
            (StepEnd::Skipped(_), _) => "left out",
            (StepEnd::Failed(_), _) => "failed",
            (StepEnd::Open, Some(_)) => "begun",
            (StepEnd::Open, None) => "not done",
        }
    }

    fn words_of_end(&self) -> &str {
        match &self.step.end {
            StepEnd::Done(words) | StepEnd::Skipped(words) | StepEnd::Failed(words) => words.as_str(),
            StepEnd::Open => "",
        }
    }

    fn by(&self) -> &str {
        self.step.by.as_ref().map(|by| by.name.as_str()).unwrap_or_default()
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.step.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn severity(&self) -> Severity {
        match (&self.step.end, &self.step.by) {
            (StepEnd::Done(_), _) => Severity::Fine,
            (StepEnd::Skipped(_), _) => Severity::Watch,
            (StepEnd::Failed(_), _) => Severity::Bad,
            (StepEnd::Open, Some(_)) => Severity::Busy,
            (StepEnd::Open, None) => Severity::Fine,
        }
    }

    fn mark(&self) -> Option<(&'static str, Role)> {
        match (&self.step.end, &self.step.by) {
            (StepEnd::Open, None) => Some(NEUTRAL),
            (StepEnd::Done(_) | StepEnd::Skipped(_) | StepEnd::Failed(_) | StepEnd::Open, _) => None,
        }
    }

    fn weight(&self) -> i64 {
        self.figure(PLACE)
    }

    fn figure(&self, which: usize) -> i64 {
        match which {
            PLACE => -i64::try_from(self.at).unwrap_or(i64::MAX),
            _ => self.step.took.map_or(-1, |took| took.as_secs()),
        }
    }

    fn trust(&self, _now: Moment) -> Trust {
        Trust::Fresh
    }

    fn headline(&self) -> Vec<String> {
        vec![self.name.clone(), format!("step {}", self.at + 1), self.state().to_owned()]
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        let requests = if self.step.requests == 0 { "-".to_owned() } else { self.step.requests.to_string() };
        vec![
            Line::new(record::role(self.severity()), self.state()),
            Line::new(Role::Text, self.step.took.map(format::elapsed).unwrap_or_else(|| "-".to_owned())),
            Line::new(Role::TextMuted, requests),
            Line::new(Role::TextMuted, self.by()),
            Line::new(record::role(self.severity()), self.words_of_end()),
        ]
    }

    fn words(&self) -> String {
        format!("{} {} {}", self.state(), self.by(), self.words_of_end())
    }

    fn why(&self, _now: Moment) -> String {
        let words = self.words_of_end();
        if words.is_empty() { format!("It is {}.", self.state()) } else { format!("It is {}: {words}", self.state()) }
    }

    fn detail(&self, _world: &World, now: Moment) -> Detail {
        let mut detail = Detail::new(&self.name, "step");
        detail.value("state", self.state());
        detail.value("in words", self.words_of_end());
        detail.maybe("took", self.step.took.map(|took| format!("{} from its last confirm", format::span(took))));
        detail.maybe("confirmed by", self.step.by.as_ref().map(|by| format!("{} ({})", by.name, by.arn)));
        detail.value("requests", self.step.requests.to_string());
        detail.heading("all that is recorded of it");
        let entries = self.read.iter().flat_map(|read| &read.entries);
        for entry in entries.filter(|entry| entry.record.step() == Some(self.step.id.as_str())) {
            let when = Line::new(Role::TextMuted, format!("{:>4} {}  ", entry.seq, format::moment(entry.at, now)));
            detail.line(when.with(Role::Text, record::brief(&entry.record)));
        }
        detail
    }
}
