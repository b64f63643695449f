//! What launches came to, and what machines they left.

use super::Drs;
use super::server::origin;
use crate::model::facts::Known;
use crate::model::facts::drs::{Direction, Job, LogItem, RecoveryInstance, ReplicationState, SourceServer};
use crate::model::index::{Index, Sight};
use crate::model::kinds::Evidence;
use crate::model::words::{clock, listed};
use crate::model::{Moment, Query, Verdict};

/// Where a server runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// Where it comes from.
    AtOrigin,
    /// There, and recovered as well.
    Twice,
    /// Only where it was recovered to; nothing replicates it back.
    Recovered,
    /// Where it was recovered to, and it replicates back.
    Failback,
}

type Jobs<'s, 'a> = Sight<'s, [(&'a Job, &'a str)]>;

impl Drs {
    fn jobs_of<'s, 'a>(&self, index: &'s Index<'a>, server: &SourceServer) -> Jobs<'s, 'a> {
        index.drs_jobs_of(&Query::DrsJobs(self.place.clone()), server.id.as_str())
    }

    /// The newest launch of any of `servers`, whose log is read.
    pub(super) fn newest_launch<'a>(&self, index: &Index<'a>, servers: &[&'a SourceServer]) -> Option<&'a Job> {
        let jobs = servers.iter().flat_map(|server| {
            let jobs = self.jobs_of(index, server);
            jobs.value.unwrap_or_default().iter().map(|(job, _)| *job).max_by_key(|job| (is_launch(job), job.created))
        });
        jobs.filter(|job| is_launch(job)).max_by_key(|job| job.created)
    }

    pub(super) fn log_query(&self, job: &Job) -> Query {
        Query::JobLog(self.place.clone(), job.id.as_str().to_owned())
    }

    /// What the log of the newest launch says that the job does not: DRS took older data than it could have, or a step failed.
    pub(super) fn judge_log(&self, evidence: &mut Evidence, index: &Index<'_>, servers: &[&SourceServer]) {
        let (now, Some(job)) = (index.now(), self.newest_launch(index, servers)) else { return };
        let log = index.snapshot().job_log(&self.log_query(job));
        for item in log.value.into_iter().flatten() {
            let server = servers.iter().find(|server| item.server.as_ref() == Some(&server.id));
            let who = match (server, &item.server) {
                (Some(server), _) => server.called().to_owned(),
                (None, None) => job.id.as_str().to_owned(),
                // Others may have been launched with ours.
                (None, Some(_)) => continue,
            };
            let when = item.at.map(|at| format!(" at {}", clock(at, now))).unwrap_or_default();
            let error = item.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            let event = &item.event;
            if event.as_str() == "USING_PREVIOUS_SNAPSHOT" {
                let data = server.and_then(|server| self.data_of(index, server, job));
                let data = data.map(|at| format!(", of {}", clock(at, now))).unwrap_or_default();
                evidence.note("job log", format!("{who}: {event}{when}"));
                evidence.finding(
                    Verdict::AtRisk,
                    format!("The last launch of {who} took an older snapshot{data}: it lacks what was written after it ({})", job.id),
                );
            } else if is_failure(item) {
                evidence.note("job log", format!("{who}: {event}{when}{error}"));
                evidence.finding(
                    Verdict::AtRisk,
                    format!("In the last launch of {who} ({}): {event}{when}{error}", job.id),
                );
            }
        }
    }

    /// The moment the data are of that `job` launched `server` with.
    fn data_of(&self, index: &Index<'_>, server: &SourceServer, job: &Job) -> Option<Moment> {
        let query = Query::RecoveryInstances(self.place.clone());
        let launched = index.recovery_instances_of(&query, server.id.as_str());
        launched.value?.iter().find(|instance| instance.job == job.id)?.point_in_time
    }

    /// What a launch, or machines already launched, mean for the next one. Says where the server runs.
    pub(super) fn judge_launches(&self, evidence: &mut Evidence, index: &Index<'_>, server: &SourceServer) -> Runs {
        let name = server.called();
        let jobs = self.jobs_of(index, server);
        let launched = index.recovery_instances_of(&Query::RecoveryInstances(self.place.clone()), server.id.as_str());
        evidence.rests_on(&jobs);
        evidence.rests_on(&launched);
        evidence.blockers_unknown |= !jobs.is_fresh();
        let all = jobs.value.unwrap_or_default();
        if let Some((job, _)) = all.iter().find(|(job, _)| job.status.as_str() != "COMPLETED") {
            evidence.blocker(
                Verdict::AtRisk,
                format!("{name} is in the job {} ({}, {})", job.id, job.initiated_by, job.status),
            );
        }
        let launches = all.iter().filter(|(job, _)| is_launch(job));
        if let Some((job, launch)) = launches.max_by_key(|(job, _)| job.created) {
            evidence.note("last launch", format!("{name}: {launch} in {}", job.id));
            // A job that is COMPLETED says nothing about each server.
            match (*launch, job.status.as_str()) {
                ("FAILED", _) => {
                    evidence.finding(Verdict::AtRisk, format!("The last launch of {name} failed ({})", job.id));
                }
                ("LAUNCHED" | "TERMINATED", _) => {}
                (other, "COMPLETED") => evidence
                    .finding(Verdict::AtRisk, format!("The job {} is COMPLETED, but {name} in it is {other}", job.id)),
                (_, _) => {}
            }
        } else if server.last_launch.as_str() == "FAILED" {
            evidence.finding(Verdict::AtRisk, format!("The last launch of {name} failed"));
        }
        let instances = launched.value.unwrap_or_default();
        judge_drills(evidence, name, instances, &jobs);
        let real = instances.iter().find(|instance| instance.ec2_state.as_str() == "RUNNING" && !instance.is_drill);
        match (&server.direction, real) {
            (Known::Is(Direction::Failback), _) => Runs::Failback,
            (Known::Is(Direction::Failover) | Known::Other(_), None) => Runs::AtOrigin,
            (Known::Is(Direction::Failover) | Known::Other(_), Some(instance)) => {
                evidence.note("recovered as", instance.id.as_str());
                if server.state == Known::Is(ReplicationState::Continuous) {
                    evidence.finding(
                        Verdict::AtRisk,
                        format!(
                            "{name} still runs in {} while {} runs in {}",
                            origin(server).as_str(),
                            instance.id,
                            self.place.region
                        ),
                    );
                    Runs::Twice
                } else {
                    Runs::Recovered
                }
            }
        }
    }
}

/// Machines of a drill stay, and cost, until somebody terminates them (trap 22). While the job that launched them is among those of the
/// last day, the drill may still go on.
fn judge_drills(evidence: &mut Evidence, name: &str, instances: &[&RecoveryInstance], jobs: &Jobs<'_, '_>) {
    let drills: Vec<&RecoveryInstance> = instances
        .iter()
        .copied()
        .filter(|instance| instance.is_drill && !matches!(instance.ec2_state.as_str(), "TERMINATED" | "NOT_FOUND"))
        .collect();
    if drills.is_empty() {
        return;
    }
    let shown = |drills: &[&RecoveryInstance]| listed(drills.iter().map(|instance| instance.id.as_str()));
    evidence.note("drill instances", format!("{name}: {}", shown(&drills)));
    let recent =
        |instance: &RecoveryInstance| jobs.value.is_none_or(|jobs| jobs.iter().any(|(job, _)| job.id == instance.job));
    let left: Vec<&RecoveryInstance> = drills.into_iter().filter(|instance| !recent(instance)).collect();
    if jobs.is_fresh() && !left.is_empty() {
        evidence.finding(
            Verdict::AtRisk,
            format!("A drill of {name} a day ago or more left {}: it costs until it is terminated", shown(&left)),
        );
    }
}

fn is_launch(job: &Job) -> bool {
    job.kind.as_str() == "LAUNCH"
}

/// Whether an entry of a job log says that something went wrong.
fn is_failure(item: &LogItem) -> bool {
    let event = item.event.as_str();
    event.ends_with("_FAIL") || event.ends_with("_FAILED") || matches!(event, "SERVER_SKIPPED" | "JOB_CANCEL")
}
