//! How the drills of recovery plans went: step after step, each begun when the one before it is over.

use super::drills::Drill;
use crate::sim::World;
use crate::sim::estate::drs::{DrillLaunch, Server};
use crate::sim::estate::recovery_plan::{PlannedDrill, RecoveryPlan, Step};
use crate::sim::time::{Moment, Span};

/// One execution of a plan.
#[derive(Clone, Debug)]
pub(super) struct Run<'w> {
    pub(super) plan: &'w RecoveryPlan,
    pub(super) started: Moment,
    /// `DRILL` or `RECOVERY`.
    pub(super) mode: &'static str,
    pub(super) steps: Vec<StepRun<'w>>,
}

/// One step of it.
#[derive(Clone, Debug)]
pub(super) struct StepRun<'w> {
    pub(super) step: &'w Step,
    /// Its servers.
    pub(super) servers: Vec<&'w Server>,
    /// When it began, or will; absent after a step that failed.
    pub(super) began: Option<Moment>,
    /// When it is over.
    pub(super) ends: Option<Moment>,
    /// The servers that did not come up and that the plan cannot do without.
    pub(super) failed: Vec<&'w Server>,
}

/// Every execution of a plan so far, newest first.
pub(super) fn of<'w>(world: &'w World, plan: &'w RecoveryPlan) -> Vec<Run<'w>> {
    let mode = |drill: &PlannedDrill| drill.asked.as_ref().map_or("DRILL", |asked| asked.mode);
    let mut starts: Vec<(Moment, &'static str)> =
        plan.drills.iter().map(|drill| (world.start - drill.ago, mode(drill))).collect();
    starts.retain(|(started, _)| *started <= world.now);
    starts.sort_unstable_by(|a, b| b.cmp(a));
    let run = |(started, mode)| Run { plan, started, mode, steps: steps(world, plan, started) };
    starts.into_iter().map(run).collect()
}

/// The moments at which plans launched a server, or will.
pub(super) fn launches(world: &World, server: &Server) -> Vec<Moment> {
    let plans = world.estate.drs.recovery_plans.iter().filter(|plan| plan.region == server.region);
    let runs = plans.flat_map(|plan| of(world, plan));
    let steps = runs.flat_map(|run| run.steps);
    steps.filter(|step| step.step.servers.contains(&server.id)).filter_map(|step| step.began).collect()
}

fn steps<'w>(world: &'w World, plan: &'w RecoveryPlan, started: Moment) -> Vec<StepRun<'w>> {
    let mut at = Some(started);
    let mut runs = Vec::new();
    for step in &plan.steps {
        let all = world.estate.drs.servers.iter();
        let servers: Vec<&'w Server> = all.filter(|server| step.servers.contains(&server.id)).collect();
        let ends = at.map(|began| ends(world, plan, &servers, step.wait, began));
        let mut failed = servers.clone();
        failed.retain(|server| server.drilled.launch == DrillLaunch::Failed && !step.optional.contains(&server.id));
        let goes_on = failed.is_empty();
        runs.push(StepRun { step, servers, began: at, ends, failed });
        at = ends.filter(|_| goes_on);
    }
    runs
}

/// When a step is over: its servers are launched by one job, or its pause has passed.
fn ends(world: &World, plan: &RecoveryPlan, servers: &[&Server], wait: Option<Span>, began: Moment) -> Moment {
    if servers.is_empty() {
        return began + wait.unwrap_or(Span::ZERO);
    }
    Drill { world, region: &plan.region, servers: servers.to_vec(), started: began }.complete()
}

impl Run<'_> {
    /// Its id.
    pub(super) fn id(&self, world: &World) -> String {
        world.uuid(&["recovery-plan-execution", &self.plan.region, &self.plan.name, &self.started.to_string()])
    }

    /// Whether a step failed by now.
    pub(super) fn failure(&self, now: Moment) -> Option<&StepRun<'_>> {
        self.steps.iter().find(|step| !step.failed.is_empty() && step.ends.is_some_and(|ends| ends <= now))
    }

    /// When it was over, if it is.
    pub(super) fn completed(&self, now: Moment) -> Option<Moment> {
        let last = self.steps.iter().filter_map(|step| step.ends).max().unwrap_or(self.started);
        Some(last).filter(|ended| *ended <= now)
    }
}

impl StepRun<'_> {
    /// `status` of the step.
    pub(super) fn status(&self, now: Moment) -> &'static str {
        match (self.began.filter(|began| *began <= now), self.ends.filter(|ends| *ends <= now)) {
            (None, _) => "NOT_STARTED",
            (Some(_), Some(_)) if !self.failed.is_empty() => "FAILED",
            (Some(_), Some(_)) => "COMPLETED",
            (Some(_), None) if self.servers.is_empty() => "WAITING",
            (Some(_), None) => "EXECUTING",
        }
    }
}
