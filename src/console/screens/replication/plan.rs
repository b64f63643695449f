//! DRS recovery plans and their executions. Shown, not run.

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::drs_plans::{Execution, RecoveryPlan};
use crate::model::{Moment, Query};

#[derive(Debug)]
struct Row {
    plan: Fact<RecoveryPlan>,
    /// The newest one.
    execution: Option<Execution>,
    owners: Owners,
}

pub(super) fn rows(world: &World, _now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::RecoveryPlans(_)));
    let facts = sources.iter().flat_map(|source| Fact::all(source, plans));
    let items = facts.filter_map(|plan| {
        let query = Query::RecoveryPlanExecutions(plan.source().place().clone(), plan.get()?.arn.to_string());
        let executions = snapshot.recovery_plan_executions(&query);
        let newest = executions.value.and_then(|all| all.iter().max_by_key(|execution| execution.started));
        let execution = newest.cloned();
        Some(Box::new(Row { plan, execution, owners: Owners::default() }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

fn plans(answer: &Answer) -> Option<&[RecoveryPlan]> {
    if let Answer::RecoveryPlans(plans) = answer { Some(plans) } else { None }
}

fn execution_role(status: &str) -> Role {
    match status {
        "FAILED" => Role::SeverityError,
        "CANCELLED" | "CANCELLING" => Role::SeverityWarning,
        "COMPLETED" => Role::VerdictMet,
        _ => Role::Text,
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
        let status = self.plan.get().map_or("", |plan| plan.status.as_str());
        let execution = self.execution.as_ref().map(|execution| execution.status.as_str());
        match (status, execution) {
            ("ACTIVE", Some("FAILED")) | ("INVALID", _) => Severity::Bad,
            ("ACTIVE", Some("CREATED" | "IN_PROGRESS" | "CANCELLING")) => Severity::Busy,
            ("ACTIVE", Some("COMPLETED")) => Severity::Fine,
            ("ACTIVE", _) => Severity::Watch,
            _ => Severity::Unknown,
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.plan.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(plan) = self.plan.get() else { return Vec::new() };
        let execution = match &self.execution {
            Some(execution) => {
                let at = execution.started.map(|at| format!(" {}", format::brief(at, now))).unwrap_or_default();
                let status = execution.status.as_str();
                Line::new(execution_role(status), status).with(Role::Text, at)
            }
            None => Line::new(Role::TextMuted, "never"),
        };
        vec![
            Line::new(self.severity().role(), plan.status.as_str()),
            execution,
            Line::new(Role::Text, self.execution.as_ref().map_or("-", |execution| execution.mode.as_str())),
            Line::new(Role::Text, plan.updated.map_or_else(|| "-".to_owned(), |at| format::brief(at, now))),
            Line::new(Role::Text, self.plan.source().region()),
        ]
    }

    fn words(&self) -> String {
        let status = self.plan.get().map_or("", |plan| plan.status.as_str());
        let execution = self.execution.as_ref().map(|execution| format!("{} {}", execution.mode, execution.status));
        format!("{status} {} {}", execution.unwrap_or_default(), self.plan.source().place().region)
    }

    fn why(&self, now: Moment) -> String {
        let Some(plan) = self.plan.get() else { return String::new() };
        match &self.execution {
            _ if plan.status.as_str() == "INVALID" => "The plan is INVALID: it cannot be executed as it is.".to_owned(),
            None => "No execution of it is known: it was never tried.".to_owned(),
            Some(execution) => {
                let at = execution.started.map(|at| format!(" of {}", format::when(at, now))).unwrap_or_default();
                let error = execution.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
                format!("The last execution ({}){at} is {}{error}.", execution.mode, execution.status)
            }
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(plan) = self.plan.get() else { return Detail::new("", "") };
        let source = self.plan.source();
        let place = source.place();
        let mut detail = Detail::new(plan.name.as_str(), &format!("DRS recovery plan in {}", place.region));
        detail.marked("state", Line::new(self.severity().role(), plan.status.as_str()));
        detail.value("in words", self.why(now));
        detail.value("arn", plan.arn.as_str());
        detail.moment("changed", plan.updated, now);
        detail.rests_on(source, now);
        let query = Query::RecoveryPlanExecutions(place.clone(), plan.arn.to_string());
        detail.look(query.clone());
        detail.heading("executions, newest first");
        let executions = world.snapshot().and_then(|snapshot| snapshot.recovery_plan_executions(&query).value);
        let mut executions: Vec<&Execution> = executions.map_or(Vec::new(), |all| all.iter().collect());
        executions.sort_by_key(|execution| std::cmp::Reverse(execution.started));
        if executions.is_empty() {
            detail.remark("None is known.");
        }
        for execution in executions {
            let at = execution.started.map(|at| format::when(at, now)).unwrap_or_default();
            let status = execution.status.as_str();
            let error = execution.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            detail.line(
                Line::new(execution_role(status), format!("{status:<12}"))
                    .with(Role::Text, format!("{:<10}", execution.mode.as_str()))
                    .with(Role::TextMuted, at)
                    .with(Role::SeverityError, error),
            );
            detail.copy("execution", execution.arn.as_str());
        }
        detail.command(command_line::of(&Query::RecoveryPlans(place.clone()), now, &world.shell));
        detail.command(command_line::of(&query, now, &world.shell));
        detail
    }
}
