//! ARC Region switch plans and their executions. Shown, not run.

use super::super::listing::{Detail, Item, Owners, Rows, Severity, Sources};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::arc::{SwitchExecution, SwitchPlan};
use crate::model::plans::switch_plans;
use crate::model::{Moment, Place, Query, Region, Span};

#[derive(Debug)]
struct Row {
    place: Place,
    plan: SwitchPlan,
    /// The newest one; `None` if there is none, or none could be read.
    execution: Option<SwitchExecution>,
    /// That one runs, or that the last one failed.
    state: Option<String>,
    /// Where its executions could be read.
    known: Known,
    sources: Sources,
    owners: Owners,
}

/// Whether the executions of a plan could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Yes,
    No,
}

fn executions(place: &Place, plan: &SwitchPlan) -> Query {
    Query::SwitchExecutions(place.clone(), plan.arn.to_string())
}

pub(super) fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let mut sources = Sources::of(snapshot, |query| matches!(query, Query::SwitchPlans(_)));
    let items: Vec<Box<dyn Item>> = switch_plans(snapshot, now)
        .into_iter()
        .map(|view| {
            let asked = executions(view.place, view.plan);
            let listing = Query::SwitchPlans(view.place.clone());
            let row = Row {
                execution: view.executions.as_ref().and_then(|all| all.first()).map(|newest| (*newest).clone()),
                known: if view.executions.is_some() { Known::Yes } else { Known::No },
                state: view.state.map(|state| state.to_string()),
                sources: Sources::of(snapshot, |query| *query == asked || *query == listing),
                place: view.place.clone(),
                plan: view.plan.clone(),
                owners: Owners::default(),
            };
            Box::new(row) as Box<dyn Item>
        })
        .collect();
    sources.extend(&Sources::of(snapshot, |query| matches!(query, Query::SwitchExecutions(..))));
    Rows { items, sources }
}

fn severity(state: &str) -> Severity {
    match state {
        "completed" | "completedMonitoringApplicationHealth" => Severity::Fine,
        "inProgress" | "pending" => Severity::Busy,
        "pendingManualApproval" | "pausedByOperator" | "pausedByFailedStep" | "canceled" => Severity::Watch,
        "failed" | "completedWithExceptions" | "planExecutionTimedOut" => Severity::Bad,
        _ => Severity::Unknown,
    }
}

fn took(execution: &SwitchExecution, now: Moment) -> Option<Span> {
    Some(execution.ended.unwrap_or(now).duration_since(execution.started?).max(Span::ZERO))
}

/// `activate usw2 graceful`.
fn what(execution: &SwitchExecution) -> String {
    format!("{} {} {}", execution.action, execution.region.short(), execution.mode)
}

impl Row {
    fn regions(&self) -> String {
        self.plan.regions.iter().map(Region::short).collect::<Vec<_>>().join(" ")
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        self.plan.arn.as_str()
    }

    fn name(&self) -> &str {
        self.plan.name.as_str()
    }

    fn severity(&self) -> Severity {
        match (&self.execution, self.known) {
            (Some(execution), _) => severity(execution.state.as_str()),
            // Never tried.
            (None, Known::Yes) => Severity::Watch,
            (None, Known::No) => Severity::Unknown,
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.sources.iter().map(|source| source.trust(now)).find(|trust| *trust != Trust::Fresh).unwrap_or(Trust::Fresh)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let goal = self.plan.objective_minutes.map(|minutes| format::span(Span::from_mins(minutes.into())));
        let last = match (&self.execution, self.known) {
            (Some(execution), _) => {
                let at = execution.started.map(|at| format!(" {}", format::brief(at, now))).unwrap_or_default();
                Line::new(self.severity().role(), execution.state.as_str()).with(Role::Text, at)
            }
            (None, Known::Yes) => Line::new(self.severity().role(), "never"),
            (None, Known::No) => Line::new(self.severity().role(), "?"),
        };
        let took = self.execution.as_ref().and_then(|execution| took(execution, now));
        vec![
            last,
            Line::new(Role::Text, self.execution.as_ref().map_or_else(|| "-".to_owned(), what)),
            Line::new(Role::Text, took.map_or_else(|| "-".to_owned(), format::elapsed)),
            Line::new(Role::Text, goal.unwrap_or_else(|| "-".to_owned())),
            Line::new(Role::TextMuted, self.plan.approach.as_str()),
            Line::new(Role::Text, self.regions()),
        ]
    }

    fn words(&self) -> String {
        let last = self.execution.as_ref().map(|last| format!("{} {}", last.state, what(last))).unwrap_or_default();
        let regions: Vec<&str> = self.plan.regions.iter().map(Region::as_str).collect();
        format!("{last} {} {} {}", self.plan.approach, self.regions(), regions.join(" "))
    }

    fn why(&self, now: Moment) -> String {
        let ended = |execution: &SwitchExecution| {
            let at = execution.started.map(|at| format!(" of {}", format::when(at, now))).unwrap_or_default();
            let took = took(execution, now).map(|took| format!(", took {}", format::span(took))).unwrap_or_default();
            format!("Its last execution, {}{at}: {}{took}.", what(execution), execution.state)
        };
        match (&self.state, &self.execution, self.known) {
            (Some(state), _, _) => format!("{state}."),
            (None, Some(execution), _) => ended(execution),
            (None, None, Known::Yes) => "No execution of it is known: it was never tried.".to_owned(),
            (None, None, Known::No) => "Its executions could not be read.".to_owned(),
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let plan = &self.plan;
        let mut detail = Detail::new(plan.name.as_str(), "ARC Region switch plan");
        detail.marked(
            "state",
            Line::new(self.severity().role(), self.severity().glyph()).with(Role::Text, format!(" {}", self.why(now))),
        );
        detail.value("approach", plan.approach.as_str());
        detail.maybe("starts from", plan.primary.as_ref().map(Region::as_str));
        detail.value("Regions", plan.regions.iter().map(Region::as_str).collect::<Vec<_>>().join(", "));
        let goal = plan.objective_minutes.map(|minutes| format::span(Span::from_mins(minutes.into())));
        detail.maybe("meant to take", goal);
        detail.value("arn", plan.arn.as_str());
        let query = executions(&self.place, plan);
        detail.look(query.clone());
        detail.heading("executions, newest first");
        let read = world.snapshot().and_then(|snapshot| snapshot.switch_executions(&query).value);
        let mut all: Vec<&SwitchExecution> = read.map_or(Vec::new(), |all| all.iter().collect());
        all.sort_by_key(|execution| std::cmp::Reverse(execution.started));
        match (all.is_empty(), self.known) {
            (true, Known::Yes) => detail.remark("There is none."),
            (true, Known::No) => detail.remark("They could not be read."),
            (false, _) => {}
        }
        for execution in all {
            let at = execution.started.map(|at| format::when(at, now)).unwrap_or_default();
            let took = took(execution, now).map(|took| format!(", took {}", format::span(took))).unwrap_or_default();
            let actual = execution.actual_recovery_time.as_ref();
            let actual = actual.map(|actual| format!(", recovery time as AWS has it: {actual}")).unwrap_or_default();
            let state = execution.state.as_str();
            detail.line(
                Line::new(severity(state).role(), format!("{state:<12} "))
                    .with(Role::Text, format!("{:<26} ", what(execution)))
                    .with(Role::TextMuted, format!("{at}{took}{actual}")),
            );
            detail.copy("execution", execution.id.as_str());
        }
        detail.command(command_line::of(&Query::SwitchPlans(self.place.clone()), now, &world.shell));
        detail.command(command_line::of(&query, now, &world.shell));
        for source in self.sources.iter() {
            detail.rests_on(source, now);
        }
        detail
    }
}
