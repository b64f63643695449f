//! How servers would be launched, how they replicate, and the recovery plans of their Region. None of it carries a figure, so what is not
//! read yet is left out.

use super::Drs;
use crate::model::facts::drs::SourceServer;
use crate::model::facts::drs_settings::{LaunchConfiguration, PointRule, ReplicationConfiguration};
use crate::model::index::Index;
use crate::model::kinds::Evidence;
use crate::model::plans;
use crate::model::words::{clock, length, listed};
use crate::model::{Query, Span, Text, Verdict};

impl Drs {
    pub(super) fn settings_queries(&self, server: &str) -> [Query; 2] {
        [
            Query::LaunchConfiguration(self.place.clone(), server.to_owned()),
            Query::ReplicationConfiguration(self.place.clone(), server.to_owned()),
        ]
    }

    /// What the settings of a server mean for a recovery. Says how often a point in time is taken, if that is known.
    pub(super) fn judge_settings(
        &self,
        evidence: &mut Evidence,
        index: &Index<'_>,
        server: &SourceServer,
    ) -> Option<Span> {
        let [launch, replication] = self.settings_queries(server.id.as_str());
        if let Some(launch) = index.snapshot().launch_configuration(&launch).value {
            judge_launch(evidence, server.called(), launch);
        }
        let replication = index.snapshot().replication_configuration(&replication).value?;
        judge_replication(evidence, server, replication);
        replication.points.iter().map(|rule| rule.every).min()
    }

    /// The recovery plans of the Region. Their list does not say which servers they are for, so that they weigh only where there are no
    /// others than ours.
    pub(super) fn judge_plans(&self, evidence: &mut Evidence, index: &Index<'_>, servers: &[&SourceServer]) {
        let listed = index.snapshot().source_servers(&self.query()).value;
        let only_ours = listed.is_some_and(|all| all.len() == servers.len());
        for view in plans::recovery_plans(index.snapshot(), &self.place, index.now()) {
            let last = match view.executions.as_ref().map(|all| all.first()) {
                None => "executions not read".to_owned(),
                Some(None) => "never executed".to_owned(),
                Some(Some(last)) => {
                    let when = last.started.map(|at| format!(" of {}", clock(at, index.now()))).unwrap_or_default();
                    format!("last {}{when}: {}", last.mode, last.status)
                }
            };
            evidence.note("recovery plan", format!("{}: {}, {last}", view.plan.name, view.plan.status));
            if let (true, Some(state)) = (only_ours, view.state) {
                evidence.finding(Verdict::AtRisk, state.as_str());
            }
        }
    }
}

fn judge_launch(evidence: &mut Evidence, name: &str, launch: &LaunchConfiguration) {
    let mut notes = vec![format!("disposition {}", launch.disposition), format!("size {}", launch.right_sizing)];
    if launch.copy_private_ip {
        notes.push("keeps its private address, which clashes where that is taken".to_owned());
    }
    if let Some(instance) = &launch.launch_into {
        notes.push(format!("into {instance}"));
    }
    match &launch.launch_template {
        Some(template) => notes.push(format!("template {template}")),
        None => notes.push("no launch template".to_owned()),
    }
    evidence.note("launch", format!("{name}: {}", listed(notes)));
    if launch.disposition.as_str() == "STOPPED" {
        evidence.finding(
            Verdict::AtRisk,
            format!("{name} would be launched but not running: its launch disposition is STOPPED"),
        );
    }
}

fn judge_replication(evidence: &mut Evidence, server: &SourceServer, replication: &ReplicationConfiguration) {
    let name = server.called();
    let speed = match replication.bandwidth {
        0 => "not throttled".to_owned(),
        limit => format!("throttled to {limit} Mbit/s"),
    };
    let rule = |rule: &PointRule| format!("every {} kept {}", length(rule.every), length(rule.kept));
    let points = listed(replication.points.iter().map(rule));
    let routing = replication.routing.as_ref().map(|routing| format!(", {routing}")).unwrap_or_default();
    let encryption = replication.encryption.as_ref().map(Text::as_str).unwrap_or("not told");
    evidence.note("replication", format!("{name}: {speed}{routing}, encryption {encryption}"));
    if replication.points.is_empty() {
        evidence.note("points in time", format!("{name}: none"));
        evidence.finding(
            Verdict::AtRisk,
            format!("No points in time of {name} are kept: damaged data would be all there is to recover"),
        );
    } else {
        evidence.note("points in time", format!("{name}: {points}"));
    }
    if replication.bandwidth > 0 && server.backlog_bytes > 0 {
        evidence.finding(Verdict::AtRisk, format!("{name} has a backlog, and its replication is {speed}"));
    }
    if !replication.takes_new_disks {
        evidence.note("new disks", format!("{name}: not replicated"));
    }
}
