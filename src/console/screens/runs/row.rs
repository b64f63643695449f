//! A run in the list of runs.

use std::sync::Arc;

use super::words;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::screens::listing::{Detail, Item, Owners, Severity};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::journal::{Run, Stands};
use crate::model::Moment;

/// The figure that puts open runs first, then broken ones, and the newest of each.
pub(super) const OPEN: usize = 0;
/// The figure of their age.
pub(super) const NEWEST: usize = 1;

/// More than there are milliseconds since 1970.
const FIRST: i64 = 1 << 60;

/// A row of the list.
#[derive(Debug)]
pub(super) struct Row {
    run: Arc<Run>,
    id: String,
    name: String,
    owners: Owners,
    opened: String,
}

impl Row {
    pub(super) fn new(run: &Arc<Run>, now: Moment) -> Self {
        let account = run.told.as_ref().map(|told| &told.account);
        let named = i64::try_from(run.run.milliseconds()).ok().and_then(|ms| Moment::from_millisecond(ms).ok());
        let opened = account.map(|account| account.opened).or(named);
        Self {
            id: run.run.to_string(),
            name: account.map_or_else(|| run.run.to_string(), |account| account.runbook.clone()),
            owners: account.map(|account| Owners::one(&account.system)).unwrap_or_default(),
            opened: opened.map(|opened| format::brief(opened, now)).unwrap_or_default(),
            run: Arc::clone(run),
        }
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn severity(&self) -> Severity {
        words::severity(&self.run)
    }

    fn mark(&self) -> Option<(&'static str, Role)> {
        Some(words::mark(&self.run))
    }

    fn weight(&self) -> i64 {
        self.figure(OPEN)
    }

    fn figure(&self, which: usize) -> i64 {
        let newest = i64::try_from(self.run.run.milliseconds()).unwrap_or_default();
        match (which, &self.run.stands) {
            (OPEN, stands) if stands.is_open() => FIRST + newest,
            (OPEN, Stands::Broken(_)) => FIRST / 2 + newest,
            (_, _) => newest,
        }
    }

    /// What was recorded does not change with age.
    fn trust(&self, _now: Moment) -> Trust {
        Trust::Fresh
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let run = &self.run;
        let account = run.told.as_ref().map(|told| &told.account);
        let mode = account.map_or_else(Line::empty, |account| {
            Line::new(words::mode_role(account.mode, &run.stands), account.mode.as_str())
        });
        let fences = account.map_or(0, |account| account.open_fences.len());
        let steps = account.map(|account| format!("{}/{}", account.ended(), account.steps.len()));
        vec![
            words::stands(run),
            mode,
            words::rto(run, now),
            words::doubts(run),
            words::count(fences),
            Line::new(Role::TextMuted, self.opened.as_str()),
            Line::new(Role::Text, words::driver(run).unwrap_or_default()),
            words::unprotected(run, now),
            Line::new(Role::Text, steps.unwrap_or_default()),
            self.owners.cell(),
        ]
    }

    fn words(&self) -> String {
        let Some(told) = &self.run.told else { return self.run.stands.as_str().to_owned() };
        let account = &told.account;
        let by: Vec<&str> = account.drivers.iter().map(|by| by.name.as_str()).collect();
        let incident = account.incident.as_ref().map(|incident| incident.as_str()).unwrap_or_default();
        format!(
            "{} {} {} {incident} {}",
            self.run.stands.as_str(),
            account.mode.as_str(),
            account.direction.as_str(),
            by.join(" ")
        )
    }

    fn why(&self, now: Moment) -> String {
        let mut said = words::standing(&self.run, now);
        if let Some(told) = &self.run.told {
            if self.run.stands.is_open() {
                said.push_str(&format!("; {}", words::place(told)));
            }
            if !matches!(self.run.stands, Stands::Broken(_)) {
                said.push_str(&format!("; {}", words::clocks(&self.run, told, now)));
            }
        }
        if let Some(open) = words::left_open(&self.run) {
            said.push_str(&format!("; {open}"));
        }
        capital(&said) + "."
    }

    /// Enter opens the run itself; this is what can be copied of it.
    fn detail(&self, _world: &World, now: Moment) -> Detail {
        let mut detail = Detail::new(&self.name, "run");
        detail.value("id", self.id.as_str());
        if let Some(told) = &self.run.told {
            let account = &told.account;
            detail.value("runbook", account.runbook.as_str());
            detail.value("system", account.system.as_str());
            detail.value("mode", account.mode.as_str());
            detail.maybe("incident", account.incident.as_ref().map(|incident| incident.as_str()));
            detail.moment("opened", Some(account.opened), now);
            detail.value("head", told.report.head.hash.as_str());
        }
        detail.value("stands", words::standing(&self.run, now));
        detail.copy("show", format!("drdeck journal show {}", self.id));
        detail
    }
}

/// The same as the beginning of a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
