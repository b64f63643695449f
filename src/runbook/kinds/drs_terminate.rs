//! `drs-terminate-recovery-instances`: machines that runs of drdeck launched are terminated, and never those that serve.

use super::drs_servers::{
    Chosen, REGION, SERVERS, TAGS, is_active, is_continuous, is_there, reversed, said, some_of, tag,
};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::Section;
use crate::model::facts::drs::{Job, RecoveryInstance, SourceServer};
use crate::model::words::count;
use crate::model::{Query, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, known, look};
use crate::runbook::call::{ApiCall, Plane, RUN, TerminateInstances};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// The most machines of one request.
const MACHINES_PER_CALL: usize = 100;

/// Terminates recovery instances.
#[derive(Clone, Debug, PartialEq)]
pub struct DrsTerminate {
    /// The source servers whose machines are meant.
    pub chosen: Chosen,
}

/// A source server and its machine.
type Pair<'a> = (&'a SourceServer, &'a RecoveryInstance);

impl DrsTerminate {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "drs-terminate-recovery-instances",
        doc: "Terminates recovery instances that runs of drdeck launched: in a drill those of this drill, else those that nobody uses since the servers are home again.",
        keys: &[REGION, SERVERS, TAGS],
        read: |section: &Section<'_>, around: &Around| {
            Some(Kind::DrsTerminate(Self { chosen: Chosen::read(section, around)? }))
        },
    };

    /// The machines that are meant: of drills in a drill, and those that were to serve otherwise.
    fn pairs<'a>(&self, world: &World<'a>) -> Result<Vec<Pair<'a>>, String> {
        let (servers, instances) = (self.chosen.find(world)?, self.chosen.instances(world)?);
        let is_meant = |one: &&RecoveryInstance| one.is_drill == (world.run.mode == Mode::Drill) && is_there(one);
        let pair = |one: &'a RecoveryInstance| {
            servers.iter().find(|server| server.id == one.source_server).map(|server| (*server, one))
        };
        Ok(instances.iter().filter(is_meant).filter_map(pair).collect())
    }

    fn job_query(&self, one: &RecoveryInstance) -> Query {
        Query::DrsJob(self.chosen.place.clone(), one.job.to_string())
    }

    fn job<'a>(&self, world: &World<'a>, one: &RecoveryInstance) -> Result<Option<&'a Job>, String> {
        let is = |job: &&Job| job.id == one.job;
        if let Some(job) = self.chosen.jobs(world)?.iter().find(is) {
            return Ok(Some(job));
        }
        Ok(fresh(world, &self.job_query(one), Snapshot::drs_jobs)?.iter().find(is))
    }

    /// Why a machine is not a run's own.
    fn stranger(&self, world: &World<'_>, one: &RecoveryInstance) -> Option<String> {
        let job = match self.job(world, one) {
            Ok(job) => job,
            Err(why) => return Some(format!("{}: {why}", one.id)),
        };
        let run = job.and_then(|job| tag(job, RUN));
        let own = world.run.id.to_string();
        match run {
            Some(run) if world.run.mode == Mode::Drill && run != own => {
                Some(format!("{} was launched by the run {run}, not by this drill", one.id))
            }
            Some(_) => None,
            None => Some(format!("{} was launched by {}, which carries no {RUN}: it is not drdeck's", one.id, one.job)),
        }
    }

    /// Why a machine may be the one that serves. It is not when what runs at home holds newer data and is replicated here.
    fn serves(&self, world: &World<'_>, (server, one): Pair<'_>) -> Option<String> {
        if one.is_drill {
            return None;
        }
        let name = format!("{} of {}", one.id, said(server));
        let is_home = if one.origin.as_str() == "ON_PREMISES" {
            (one.failback_state.as_str() != "FAILBACK_COMPLETED").then(|| format!("{name} is {}", one.failback_state))
        } else {
            match self.home(world, server) {
                Err(why) => Some(format!("{name}: {why}")),
                Ok(home) => {
                    let is_newer = home.is_some_and(|home| home.point_in_time > one.point_in_time);
                    (!is_newer).then(|| format!("{name}: nothing newer runs at home"))
                }
            }
        };
        is_home.or_else(|| {
            (!is_continuous(server)).then(|| {
                format!("{}: home is not protected, its replication here is {}", said(server), server.state.word())
            })
        })
    }

    /// The machine that runs at home for a server that came from a Region.
    fn home<'a>(&self, world: &World<'a>, server: &SourceServer) -> Result<Option<&'a RecoveryInstance>, String> {
        let Some((place, id)) = reversed(server, &self.chosen.place) else { return Ok(None) };
        let there = fresh(world, &Query::RecoveryInstances(place), Snapshot::recovery_instances)?;
        let runs = |one: &&RecoveryInstance| {
            one.source_server.as_str() == id && !one.is_drill && one.ec2_state.as_str() == "RUNNING"
        };
        Ok(there.iter().find(runs))
    }
}

impl StepKind for DrsTerminate {
    fn evidence(&self) -> Evidence {
        Evidence { done: "the machines are gone", lost: "by the machines and the termination job" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::OneWay,
            plane: Some(Plane::Control),
            regions: vec![self.chosen.place.region.clone()],
            permissions: vec!["drs:TerminateRecoveryInstances"],
            undo: Text::new("it cannot be undone: the machines and their disks are gone"),
            on_failure: Text::new("look whether a job is at work on the machine, wait for it, then retry"),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = self.chosen.reads();
        let pairs = self.pairs(world).unwrap_or_default();
        let jobs = self.chosen.jobs(world).map_or(&[][..], Vec::as_slice);
        for (server, one) in pairs {
            if !jobs.iter().any(|job| job.id == one.job) {
                queries.push(self.job_query(one));
            }
            queries.extend(reversed(server, &self.chosen.place).map(|(place, _)| Query::RecoveryInstances(place)));
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let region = &self.chosen.place.region;
        match self.pairs(world) {
            Ok(pairs) if pairs.is_empty() => Text::new(format!("no recovery instance of a run is left in {region}")),
            Ok(pairs) => {
                let words =
                    pairs.iter().map(|(server, one)| format!("{} of {} ({})", one.id, said(server), one.ec2_state));
                Text::new(format!("terminate in {region}: {}", some_of(words)))
            }
            Err(_) => Text::new(format!("terminate the recovery instances of {}", self.chosen.meant())),
        }
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let pairs = self.pairs(world).ok()?;
        if pairs.is_empty() {
            return None;
        }
        let ids = some_of(pairs.iter().map(|(_, one)| one.id.as_str()));
        Some(Text::new(format!(
            "{} with all disks and everything written on them: {ids}",
            count(pairs.len(), "machine")
        )))
    }

    fn by_hand(&self) -> ByHand {
        let machines = self.chosen.machines_by_hand();
        let calls = machines.chunks(MACHINES_PER_CALL).map(|chunk| {
            let (place, instances) = (self.chosen.place.clone(), chunk.to_vec());
            change(&ApiCall::TerminateRecoveryInstances(TerminateInstances { place, instances }), &[])
        });
        let mut first = self.chosen.first_by_hand();
        first.push(look(
            self.chosen.machines_shown(),
            format!("{}; only machines that this exercise or this failover launched", self.chosen.machine_marks()),
        ));
        first.push(known("users are not on them: home serves with newer data, and is replicated. Ask a second person"));
        ByHand {
            first,
            then: self.chosen.more_by_hand().into_iter().chain(calls).collect(),
            last: vec![look(self.chosen.machines_shown(), "they are gone, or TERMINATED")],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "the machines are known";
        let pairs = match self.pairs(world) {
            Ok(pairs) => pairs,
            Err(why) => return vec![Check::blocks(what, why)],
        };
        let block = |what: &str, wrong: Vec<String>| {
            if wrong.is_empty() { Check::holds(what) } else { Check::blocks(what, some_of(wrong)) }
        };
        let strangers = pairs.iter().filter_map(|(_, one)| self.stranger(world, one)).collect();
        let serving = pairs.iter().filter_map(|pair| self.serves(world, *pair)).collect();
        let servers: Vec<&SourceServer> = pairs.iter().map(|(server, _)| *server).collect();
        let mut checks = vec![
            Check::holds(what),
            block("a run of drdeck launched them", strangers),
            block("users are not on them: home runs with newer data, and is replicated", serving),
            self.chosen.check_free(world, &servers),
        ];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        let Ok(pairs) = self.pairs(world) else { return Work::Watch };
        if pairs.is_empty() {
            return Work::Already(Text::new("no recovery instance of these servers is left"));
        }
        let call = |chunk: &[Pair<'_>]| {
            let instances = chunk.iter().map(|(_, one)| one.id.to_string()).collect();
            ApiCall::TerminateRecoveryInstances(TerminateInstances { place: self.chosen.place.clone(), instances })
        };
        Work::Calls(pairs.chunks(MACHINES_PER_CALL).map(call).collect())
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let found = self.pairs(world).and_then(|pairs| Ok((pairs, self.chosen.instances(world)?)));
        let (pairs, instances) = match found {
            Ok(found) => found,
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let left = count(pairs.len(), "machine");
        if world.sent().is_none() {
            return if pairs.is_empty() {
                Progress::Done(Text::new("no machine is left"))
            } else {
                Progress::NotBegun(Text::new(format!("{left} there")))
            };
        }
        // Those that are on their way are not gone yet.
        let going = instances.iter().filter(|one| one.ec2_state.as_str() == "SHUTTING-DOWN").count();
        if pairs.is_empty() && going == 0 {
            return Progress::Done(Text::new("all of them are terminated"));
        }
        Progress::Running { state: Text::new(format!("{left} left, {going} shutting down")), share: None }
    }

    /// By the machines themselves: gone, or going; or by a job that terminates them.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::TerminateRecoveryInstances(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let found = self.chosen.instances(world).and_then(|instances| Ok((instances, self.chosen.jobs(world)?)));
        let (instances, jobs) = match found {
            Ok(found) => found,
            Err(why) => return Found::Unread(Text::new(why)),
        };
        let asked: Vec<&RecoveryInstance> =
            instances.iter().filter(|one| call.instances.iter().any(|id| one.id.as_str() == id)).collect();
        let left: Vec<&RecoveryInstance> = asked.iter().copied().filter(|one| is_there(one)).collect();
        let is_job = |job: &&Job| {
            job.kind.as_str() == "TERMINATE"
                && is_active(job)
                && asked.iter().any(|one| job.servers.iter().any(|(id, _)| *id == one.source_server))
        };
        if left.is_empty() {
            return Found::Applied(Text::new("all of the machines are gone, or shutting down"));
        }
        if let Some(job) = jobs.iter().find(is_job) {
            return Found::Applied(Text::new(format!("{} terminates them: it is {}", job.id, job.status)));
        }
        let there = some_of(left.iter().map(|one| format!("{} is {}", one.id, one.ec2_state)));
        if left.len() < call.instances.len() {
            return Found::CannotTell(Text::new(format!("some of the machines are gone, but {there}")));
        }
        Found::NotApplied(Text::new(there))
    }
}
