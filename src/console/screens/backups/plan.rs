//! Backup plans and when they run.

use std::sync::Arc;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Source, Sources};
use super::{ago, ahead, schedule, short};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::backup_plans::{Plan, PlanSummary};
use crate::model::{Moment, Query};

#[derive(Debug)]
struct Row {
    summary: Fact<PlanSummary>,
    /// The answer with its rules.
    plan: Option<Arc<Source>>,
    next: Option<Moment>,
    owners: Owners,
}

pub(super) fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let mut sources = Sources::of(snapshot, |query| matches!(query, Query::BackupPlans(_)));
    let plans = Sources::of(snapshot, |query| matches!(query, Query::BackupPlan(..)));
    let facts = sources.iter().flat_map(|source| Fact::all(source, summaries));
    let items: Vec<Box<dyn Item>> = facts
        .filter_map(|summary| {
            let asked = Query::BackupPlan(summary.source().place().clone(), summary.get()?.id.to_string());
            let plan = plans.iter().find(|source| source.query == asked).cloned();
            let next = plan.as_ref().and_then(|source| schedule::next_of(rules(source)?, now));
            Some(Box::new(Row { summary, plan, next, owners: Owners::default() }) as Box<dyn Item>)
        })
        .collect();
    sources.extend(&plans);
    Rows { items, sources }
}

fn summaries(answer: &Answer) -> Option<&[PlanSummary]> {
    if let Answer::BackupPlans(plans) = answer { Some(plans) } else { None }
}

fn rules(source: &Source) -> Option<&Plan> {
    if let Some(Answer::BackupPlan(plan)) = source.reading.value.as_deref() { Some(plan) } else { None }
}

impl Row {
    fn plan(&self) -> Option<&Plan> {
        self.plan.as_deref().and_then(rules)
    }

    /// The words of all its rules, each once.
    fn each(&self, of: impl Fn(&Plan) -> Vec<String>) -> String {
        let mut words = self.plan().map(of).unwrap_or_default();
        words.sort();
        words.dedup();
        if words.is_empty() { "-".to_owned() } else { words.join(", ") }
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        self.summary.get().map_or("", |summary| summary.id.as_str())
    }

    fn name(&self) -> &str {
        self.summary.get().map_or("", |summary| summary.name.as_str())
    }

    fn severity(&self) -> Severity {
        match self.plan() {
            None => Severity::Unknown,
            Some(plan) if plan.rules.is_empty() => Severity::Watch,
            Some(_) if self.next.is_none() => Severity::Watch,
            Some(_) => match self.summary.get().and_then(|summary| summary.last_execution) {
                Some(_) => Severity::Fine,
                None => Severity::Watch,
            },
        }
    }

    fn figure(&self, _which: usize) -> i64 {
        self.next.map_or(i64::MIN, |at| -at.as_second())
    }

    fn trust(&self, now: Moment) -> Trust {
        self.summary.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let last = self.summary.get().and_then(|summary| summary.last_execution);
        let state = match self.severity() {
            Severity::Fine => "OK",
            Severity::Unknown => "UNREAD",
            Severity::Busy | Severity::Watch | Severity::Bad => match (self.next, last) {
                (None, _) => "NO TIMES",
                (Some(_), _) => "NEVER",
            },
        };
        let count = self.plan().map_or_else(|| "?".to_owned(), |plan| plan.rules.len().to_string());
        let vaults = self.each(|plan| plan.rules.iter().map(|rule| rule.vault.to_string()).collect());
        let copies = self.each(|plan| {
            let copies = plan.rules.iter().flat_map(|rule| &rule.copies);
            copies.map(|copy| short(copy.vault.as_str()).to_owned()).collect()
        });
        let times = self.each(|plan| plan.rules.iter().map(schedule::expression).collect());
        vec![
            Line::new(self.severity().role(), state),
            ago(last, now),
            ahead(self.next, now),
            Line::new(Role::Text, count),
            Line::new(Role::Text, vaults),
            Line::new(Role::Text, copies),
            Line::new(Role::Text, self.summary.source().region()),
            Line::new(Role::TextMuted, times),
        ]
    }

    fn words(&self) -> String {
        let vaults = self.each(|plan| plan.rules.iter().map(|rule| rule.vault.to_string()).collect());
        format!("{vaults} {}", self.summary.source().place().region)
    }

    fn why(&self, now: Moment) -> String {
        let Some(plan) = self.plan() else { return "Its rules were not read yet.".to_owned() };
        let last = self.summary.get().and_then(|summary| summary.last_execution);
        match (plan.rules.as_slice(), self.next, last) {
            ([], _, _) => "It has no rule: it backs up nothing.".to_owned(),
            (_, None, _) => "When it runs next cannot be told from its schedules.".to_owned(),
            (_, Some(next), None) => format!("It has never run; it runs next at {}.", format::when(next, now)),
            (_, Some(next), Some(last)) => {
                format!("It ran at {} and runs next at {}.", format::when(last, now), format::when(next, now))
            }
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(summary) = self.summary.get() else { return Detail::new("", "") };
        let place = self.summary.source().place();
        let mut detail = Detail::new(summary.name.as_str(), &format!("backup plan in {}", place.region));
        detail.marked("in words", Line::new(self.severity().role(), self.why(now)));
        detail.moment("last run", summary.last_execution, now);
        detail.moment("next run", self.next, now);
        detail.value("id", summary.id.as_str());
        detail.rests_on(self.summary.source(), now);
        for rule in self.plan().map_or(&[][..], |plan| plan.rules.as_slice()) {
            detail.heading(format!("rule {}", rule.name));
            detail.value("schedule", schedule::expression(rule));
            detail.moment("next", schedule::next(rule, now), now);
            detail.value("vault", rule.vault.as_str());
            detail.value("kept", rule.kept.map_or_else(|| "for ever".to_owned(), format::span));
            detail.maybe("start within", rule.start_window.map(format::span));
            detail.maybe("end within", rule.completion_window.map(format::span));
            if rule.continuous {
                detail.value("continuous", "yes: to any moment of the last days");
            }
            for copy in &rule.copies {
                let kept = copy.kept.map_or_else(|| "for ever".to_owned(), format::span);
                detail.value("copied to", format!("{}, kept {kept}", copy.vault));
            }
        }
        self.selections(&mut detail, world, now);
        if let Some(source) = &self.plan {
            detail.rests_on(source, now);
            detail.command(command_line::of(&source.query, now, &world.shell));
        }
        detail
    }
}

impl Row {
    /// What it takes in.
    fn selections(&self, detail: &mut Detail, world: &World, now: Moment) {
        let (Some(summary), Some(snapshot)) = (self.summary.get(), world.snapshot()) else { return };
        let place = self.summary.source().place();
        let query = Query::BackupSelections(place.clone(), summary.id.to_string());
        let Some(ids) = snapshot.backup_selections(&query).value else { return };
        for id in ids {
            let query = Query::BackupSelection(place.clone(), summary.id.to_string(), id.to_string());
            let Some(selection) = snapshot.backup_selection(&query).value else { continue };
            detail.heading(format!("selection {}", selection.name));
            for arn in &selection.resources {
                detail.value("takes in", arn.as_str());
            }
            for arn in &selection.not_resources {
                detail.value("leaves out", arn.as_str());
            }
            for (key, value) in &selection.tags {
                detail.value("tagged", format!("{key}={value}"));
            }
            if selection.has_conditions {
                detail.remark("It has conditions besides, which only the resources' tags could answer.");
            }
            for source in Sources::of(snapshot, |other| *other == query).iter() {
                detail.rests_on(source, now);
            }
        }
    }
}
