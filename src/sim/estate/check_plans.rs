//! What recovery plans, Region switch plans and routing controls must satisfy: the things they name exist.

use super::Estate;
use super::arc::{Block, SwitchPlan};
use super::recovery_plan::{RecoveryPlan, Step};
use crate::sim::load::Complaint;

/// How many Regions a Region switch plan has.
const PLAN_REGIONS: usize = 2;

impl Estate {
    /// The first plan that names what there is not.
    pub(super) fn check_plans(&self) -> Result<(), Complaint> {
        self.drs.recovery_plans.iter().try_for_each(|plan| self.check_recovery_plan(plan))?;
        self.arc.plans.iter().try_for_each(|plan| self.check_switch_plan(plan))?;
        let clusters = self.arc.clusters.iter().map(|cluster| &cluster.name);
        let inside = self.arc.controls().flat_map(|(_, panel, control)| [&panel.name, &control.name]);
        if let Some(name) = clusters.chain(inside).find(|name| name.is_empty() || name.contains(char::is_whitespace)) {
            return complain(
                name,
                format!("\"{name}\": the names of clusters, panels and routing controls have no spaces"),
            );
        }
        for check in &self.route53.health_checks {
            let Some(name) = &check.routing_control else { continue };
            if !self.arc.controls().any(|(.., control)| control.name == *name) {
                return complain(
                    name,
                    format!("health check \"{}\": there is no routing control \"{name}\"", check.name),
                );
            }
        }
        Ok(())
    }

    fn check_recovery_plan(&self, plan: &RecoveryPlan) -> Result<(), Complaint> {
        for step in &plan.steps {
            if step.servers.is_empty() == step.wait.is_none() {
                return complain(&step.name, format!("step \"{}\": either `servers` or `wait`", step.name));
            }
            let mut servers = step.servers.iter();
            if let Some(unknown) =
                servers.find(|id| !self.drs.servers.iter().any(|s| s.id == **id && s.region == plan.region))
            {
                return complain(
                    unknown,
                    format!("step \"{}\": {} has no server \"{unknown}\"", step.name, plan.region),
                );
            }
            if let Some(other) = strangers(step).next() {
                return complain(
                    other,
                    format!("step \"{}\": `optional` names \"{other}\", which is not among its servers", step.name),
                );
            }
        }
        Ok(())
    }

    fn check_switch_plan(&self, plan: &SwitchPlan) -> Result<(), Complaint> {
        if plan.regions.len() != PLAN_REGIONS {
            return complain(&plan.name, format!("plan \"{}\": it switches between {PLAN_REGIONS} Regions", plan.name));
        }
        for execution in &plan.executions {
            if !plan.regions.contains(&execution.region) {
                return complain(
                    &execution.region,
                    format!("plan \"{}\": {} is not one of its Regions", plan.name, execution.region),
                );
            }
            if let Some(step) = &execution.fails_at
                && !plan.steps.iter().any(|known| known.name == *step)
            {
                return complain(step, format!("plan \"{}\": it has no step \"{step}\"", plan.name));
            }
        }
        plan.steps.iter().try_for_each(|step| match self.lacks(&step.block) {
            Some((name, what)) => complain(name, format!("step \"{}\": there is no {what} \"{name}\"", step.name)),
            None => Ok(()),
        })
    }

    /// What a block names and there is not.
    fn lacks<'b>(&self, block: &'b Block) -> Option<(&'b str, &'static str)> {
        let (name, what, is_known) = match block {
            Block::Approval => return None,
            Block::Aurora(id) => (id, "global cluster", self.rds.global_clusters.iter().any(|global| global.id == *id)),
            Block::Scale { group, .. } => {
                (group, "Auto Scaling group", self.autoscaling.groups.iter().any(|known| known.name == *group))
            }
            Block::RoutingControls(panel) => {
                (panel, "control panel", self.arc.controls().any(|(_, known, _)| known.name == *panel))
            }
            Block::Records { zone, .. } => {
                (zone, "hosted zone", self.route53.zones.iter().any(|known| known.id == *zone))
            }
        };
        (!is_known).then_some((name.as_str(), what))
    }
}

/// The optional servers of a step that it does not have.
fn strangers(step: &Step) -> impl Iterator<Item = &String> {
    step.optional.iter().filter(|id| !step.servers.contains(id))
}

fn complain(words: &str, message: String) -> Result<(), Complaint> {
    Err(Complaint { words: words.to_owned(), occurrence: 0, message })
}
