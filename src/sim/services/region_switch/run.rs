//! How an execution of a plan went or goes: step after step, each as long as the estate says, until one fails.

use super::plans;
use crate::sim::World;
use crate::sim::estate::arc::{Block, SwitchExecution, SwitchPlan, SwitchStep};
use crate::sim::time::{Moment, Span};

/// One execution.
#[derive(Clone, Debug)]
pub(super) struct Run<'w> {
    pub(super) plan: &'w SwitchPlan,
    pub(super) execution: &'w SwitchExecution,
    pub(super) started: Moment,
}

/// One step of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepRun<'w> {
    pub(super) step: &'w SwitchStep,
    /// Absent for one that comes after a failed one.
    pub(super) began: Option<Moment>,
    /// Absent for one that failed too.
    pub(super) ends: Option<Moment>,
}

/// How long a step tries before it gives up.
const GIVES_UP: Span = Span::from_minutes(10);

/// The executions of a plan so far, newest first.
pub(super) fn of<'w>(world: &World, plan: &'w SwitchPlan) -> Vec<Run<'w>> {
    let runs = plan.executions.iter().map(|execution| Run { plan, execution, started: world.start - execution.ago });
    let mut runs: Vec<Run<'w>> = runs.filter(|run| run.started <= world.now).collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.started));
    runs
}

impl<'w> Run<'w> {
    /// Its id: the Region that executes it, and sixteen digits.
    pub(super) fn id(&self, world: &World) -> String {
        let digits = world.hex(&["switch", &plans::arn(world, self.plan), &self.started.to_string()], 16);
        format!("{}/{digits}", self.execution.region)
    }

    /// Its steps, in their order.
    pub(super) fn steps(&self) -> Vec<StepRun<'w>> {
        let mut at = Some(self.started);
        let mut steps = Vec::new();
        for step in &self.plan.steps {
            let fails = self.execution.fails_at.as_ref() == Some(&step.name);
            let ends = match (&self.execution.asked, &step.block) {
                (Some(asked), Block::Approval) => {
                    let mut approved = asked.approved.iter();
                    at.and_then(|_| approved.find(|(name, _)| *name == step.name)).map(|(_, when)| *when)
                }
                (_, _) => at.filter(|_| !fails).map(|began| began + step.takes),
            };
            steps.push(StepRun { step, began: at, ends });
            at = ends;
        }
        steps
    }

    /// When it ended; one that stands at a failed step has not.
    pub(super) fn ended(&self, now: Moment) -> Option<Moment> {
        let last = self.steps().last().map_or(Some(self.started), |last| last.ends);
        last.filter(|ended| *ended <= now)
    }

    /// `executionState`.
    pub(super) fn state(&self, now: Moment) -> &'static str {
        if self.ended(now).is_some() {
            return "completed";
        }
        let current = self.steps().into_iter().rev().find(|step| step.began.is_some_and(|began| began <= now));
        match current {
            Some(step) if step.has_failed(now) => "pausedByFailedStep",
            Some(StepRun { step: SwitchStep { block: Block::Approval, .. }, .. }) => "pendingManualApproval",
            Some(_) => "inProgress",
            None => "pending",
        }
    }

    /// When something last happened to it.
    pub(super) fn updated(&self, now: Moment) -> Moment {
        let marks = self.steps().into_iter().flat_map(|step| [step.began, step.ends, step.gave_up()]);
        marks.flatten().filter(|at| *at <= now).max().unwrap_or(self.started)
    }
}

impl StepRun<'_> {
    /// When it failed, or will.
    fn gave_up(&self) -> Option<Moment> {
        self.began.filter(|_| self.ends.is_none()).map(|began| began + GIVES_UP)
    }

    fn has_failed(&self, now: Moment) -> bool {
        self.gave_up().is_some_and(|at| at <= now)
    }

    /// `status`, and when it began and ended.
    pub(super) fn status(&self, now: Moment) -> (&'static str, Option<Moment>, Option<Moment>) {
        let began = self.began.filter(|began| *began <= now);
        let ended = self.ends.or(self.gave_up()).filter(|ended| *ended <= now);
        let status = match (began, ended) {
            (None, _) => "notStarted",
            (Some(_), Some(_)) if self.ends.is_none() => "failed",
            (Some(_), Some(_)) => "completed",
            (Some(_), None) if matches!(self.step.block, Block::Approval) => "pendingApproval",
            (Some(_), None) => "running",
        };
        (status, began, ended.filter(|_| began.is_some()))
    }
}
