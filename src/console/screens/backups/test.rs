//! Restore testing plans, and how their last restores ended.

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use super::{ago, ahead, short, states};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::backup::RestoreJob;
use crate::model::facts::backup_plans::RestoreTestingPlan;
use crate::model::schedule::Schedule;
use crate::model::{Moment, Query, Text};

#[derive(Debug)]
struct Row {
    plan: Fact<RestoreTestingPlan>,
    /// What it tests: the kinds of resources.
    tests: Vec<String>,
    next: Option<Moment>,
    /// Its restores, newest first.
    restores: Vec<Fact<RestoreJob>>,
    owners: Owners,
}

pub(super) fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let mut sources = Sources::of(snapshot, |query| matches!(query, Query::RestoreTestingPlans(_)));
    let restores = Sources::of(snapshot, |query| matches!(query, Query::RestoreJobs(_)));
    let items: Vec<Box<dyn Item>> = sources
        .iter()
        .flat_map(|source| Fact::all(source, plans))
        .filter_map(|plan| {
            let found = plan.get()?;
            let asked = Query::RestoreTestingSelections(plan.source().place().clone(), found.name.to_string());
            let tests = snapshot.restore_testing_selections(&asked).value.map_or(&[][..], Vec::as_slice);
            let zone = found.time_zone.as_ref().map(Text::as_str);
            let next = Schedule::parse(found.schedule.as_str(), zone).ok().and_then(|times| times.next_after(now));
            let mut mine: Vec<Fact<RestoreJob>> = restores
                .iter()
                .flat_map(|source| Fact::all(source, jobs))
                .filter(|job| job.get().is_some_and(|job| job.testing_plan.as_ref() == Some(&found.arn)))
                .collect();
            mine.sort_by_key(|job| std::cmp::Reverse(job.get().and_then(|job| job.created)));
            let tests = tests.iter().map(|test| test.resource_type.to_string()).collect();
            Some(Box::new(Row { plan, tests, next, restores: mine, owners: Owners::default() }) as Box<dyn Item>)
        })
        .collect();
    sources.extend(&restores);
    Rows { items, sources }
}

fn plans(answer: &Answer) -> Option<&[RestoreTestingPlan]> {
    if let Answer::RestoreTestingPlans(plans) = answer { Some(plans) } else { None }
}

fn jobs(answer: &Answer) -> Option<&[RestoreJob]> {
    if let Answer::RestoreJobs(jobs) = answer { Some(jobs) } else { None }
}

/// How a restore ended, with its validation, which alone tells whether it can be used.
fn result(job: &RestoreJob) -> (String, Severity) {
    let own = states::severity(&job.state);
    match (own, job.validation.as_ref().map(Text::as_str)) {
        (Severity::Fine, Some("SUCCESSFUL")) => ("VALIDATED".to_owned(), Severity::Fine),
        (Severity::Fine, Some("VALIDATING")) => ("VALIDATING".to_owned(), Severity::Busy),
        (Severity::Fine, Some(word @ ("FAILED" | "TIMED_OUT"))) => (format!("INVALID: {word}"), Severity::Bad),
        (Severity::Fine, Some(word)) => (word.to_owned(), Severity::Unknown),
        (Severity::Fine, None) => ("RESTORED".to_owned(), Severity::Watch),
        (Severity::Busy | Severity::Watch | Severity::Unknown | Severity::Bad, _) => (job.state.word().to_owned(), own),
    }
}

impl Row {
    fn newest(&self) -> Option<&RestoreJob> {
        self.restores.first().and_then(Fact::get)
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        self.plan.get().map_or("", |plan| plan.arn.as_str())
    }

    fn name(&self) -> &str {
        self.plan.get().map_or("", |plan| plan.name.as_str())
    }

    fn severity(&self) -> Severity {
        self.newest().map_or(Severity::Watch, |job| result(job).1)
    }

    fn trust(&self, now: Moment) -> Trust {
        self.plan.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(plan) = self.plan.get() else { return Vec::new() };
        let result = self.newest().map_or_else(|| "no restore".to_owned(), |job| result(job).0);
        let tests = if self.tests.is_empty() { "-".to_owned() } else { self.tests.join(", ") };
        vec![
            Line::new(self.severity().role(), result),
            ago(plan.last_execution, now),
            ahead(self.next, now),
            Line::new(Role::Text, tests),
            Line::new(Role::Text, self.plan.source().region()),
            Line::new(Role::TextMuted, plan.schedule.as_str()),
        ]
    }

    fn words(&self) -> String {
        format!("{} {}", self.tests.join(" "), self.plan.source().place().region)
    }

    fn why(&self, now: Moment) -> String {
        let Some(job) = self.newest() else {
            return "No restore by it is known from the last days.".to_owned();
        };
        let resource = job.resource.as_ref().map_or("a resource", |arn| short(arn.as_str()));
        let at = job.created.map(|at| format!(" at {}", format::when(at, now))).unwrap_or_default();
        let message = job.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        let what = match result(job) {
            (_, Severity::Fine) => "was restored and validated".to_owned(),
            (_, Severity::Watch) => "was restored, but nobody has validated what came of it".to_owned(),
            (word, Severity::Busy | Severity::Unknown | Severity::Bad) => format!("is {word}"),
        };
        format!("The last test, of {resource}{at}, {what}{message}.")
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(plan) = self.plan.get() else { return Detail::new("", "") };
        let source = self.plan.source();
        let mut detail = Detail::new(plan.name.as_str(), &format!("restore testing plan in {}", source.place().region));
        detail.marked("in words", Line::new(self.severity().role(), self.why(now)));
        detail.value("schedule", plan.schedule.as_str());
        detail.moment("last run", plan.last_execution, now);
        detail.moment("next run", self.next, now);
        detail.value("start within", format::span(plan.start_window));
        detail.value("tests", self.tests.join(", "));
        detail.value("arn", plan.arn.as_str());
        detail.rests_on(source, now);
        detail.heading("its restores, newest first");
        if self.restores.is_empty() {
            detail.remark("None in the last days.");
        }
        for job in self.restores.iter().filter_map(Fact::get) {
            let (word, severity) = result(job);
            let at = job.created.map(|at| format::moment(at, now)).unwrap_or_default();
            let resource = job.resource.as_ref().map_or("?", |arn| short(arn.as_str()));
            let left = match job.deletion.as_ref().map(Text::as_str) {
                Some("FAILED") => "; what was restored could not be deleted",
                Some(_) | None => "",
            };
            detail.line(
                Line::new(Role::TextMuted, format!("{at}  "))
                    .with(Role::TextStrong, resource)
                    .with(Role::Text, "  ")
                    .with(severity.role(), word)
                    .with(Role::SeverityWarning, left),
            );
        }
        for job in &self.restores {
            detail.rests_on(job.source(), now);
        }
        detail.command(command_line::of(&source.query, now, &world.shell));
        detail
    }
}
