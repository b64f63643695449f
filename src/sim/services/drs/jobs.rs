//! Jobs: those that calls started, those that launched drills, and those that ended them. COMPLETED says nothing of success: each server
//! has a launch status of its own.

use super::drills::{self, LAUNCH, NO_CAPACITY, SNAPSHOT, STARTS, TERMINATION};
use super::error::PAGES;
use super::request::{ids, initialized, moment};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::Server;
use crate::sim::estate::recovery_job::{self, Making, Work};
use crate::sim::fault::{Fault, LaunchEnd, LaunchFailure, is};
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// From the call until a machine at home has been converted and started anew, at least, and on top of it at most.
const REBOOT: (Span, Span) = (Span::from_minutes(4), Span::from_minutes(3));
/// What becomes of a machine whose launch fails for no reason of EC2's.
const NOT_UP: &str = "The launched instance did not pass its status checks.";

/// A job.
#[derive(Clone, Debug)]
pub(super) struct Job<'w> {
    pub(super) id: String,
    pub(super) region: &'w str,
    pub(super) work: Work,
    pub(super) created: Moment,
    pub(super) ends: Moment,
    pub(super) parts: Vec<Part<'w>>,
}

/// A server that takes part.
#[derive(Clone, Debug)]
pub(super) struct Part<'w> {
    pub(super) server: &'w Server,
    /// What is launched, fails back or is terminated.
    pub(super) machine: String,
    /// When that is done, or fails.
    pub(super) done: Moment,
    /// Why it fails.
    pub(super) failure: Option<&'static str>,
    /// When its machine began to be terminated, or will.
    pub(super) ended: Option<Moment>,
    /// How a machine is made of it.
    pub(super) made: Option<Making>,
}

/// `DescribeJobs`, newest first.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let wanted = ids(call, "jobIDs", "drsjob-")?;
    let (from, to) = (moment(call, "fromDate")?, moment(call, "toDate")?);
    let mut jobs = here(world, call)?;
    jobs.retain(|job| {
        wanted.as_ref().is_none_or(|wanted| wanted.contains(&job.id.as_str()))
            && from.is_none_or(|from| from <= job.created)
            && to.is_none_or(|to| job.created <= to)
    });
    let cut = page.cut(call, jobs);
    let items = cut.items.iter().map(|job| job.value(world));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// The jobs of the Region asked so far, newest first.
pub(super) fn here<'w>(world: &'w World, call: &'w Call) -> Result<Vec<Job<'w>>, AwsError> {
    initialized(world, &call.region)?;
    Ok(of_region(world, &call.region))
}

/// The jobs of a Region so far, newest first.
pub(super) fn of_region<'w>(world: &'w World, region: &'w str) -> Vec<Job<'w>> {
    let called =
        world.estate.drs.jobs.iter().filter(|job| job.region == region).rev().map(|job| Job::called(world, job));
    let drilled = drills::drills(world, region).into_iter().flat_map(|drill| drill.jobs());
    let mut jobs: Vec<Job<'w>> = called.chain(drilled).collect();
    jobs.retain(|job| !world.estate.drs.deleted_jobs.contains(&job.id));
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created));
    jobs
}

/// The launches of a server so far, newest first: the job, and what it made of the server. Each of those jobs has this one part.
pub(super) fn launches<'w>(world: &'w World, server: &'w Server) -> Vec<Job<'w>> {
    let called = world.estate.drs.jobs.iter().rev().filter(|job| matches!(job.work, Work::Recovery | Work::Drill));
    let called = called.filter_map(|job| {
        let part = job.parts.iter().find(|part| part.server == server.id)?;
        let part = Part::called(world, job, part, server);
        Some(Job { ends: part.done + STARTS, parts: vec![part], ..Job::bare(job) })
    });
    let drilled = drills::of_server(world, server).map(|drill| {
        let part = drill.part(server);
        drill.launch(vec![part])
    });
    let mut jobs: Vec<Job<'w>> = called.chain(drilled).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created));
    jobs
}

/// When the last launch of a server that brought a machine up was called for.
pub(in crate::sim::services) fn last_launch(world: &World, server: &Server) -> Option<Moment> {
    let launches = launches(world, server).into_iter();
    let mut good = launches.filter(|job| job.parts.iter().all(|part| part.failure.is_none()));
    good.next().map(|job| job.created)
}

impl<'w> Job<'w> {
    fn bare(job: &'w recovery_job::Job) -> Self {
        Self {
            id: job.id.clone(),
            region: &job.region,
            work: job.work,
            created: job.started,
            ends: job.started + TERMINATION,
            parts: Vec::new(),
        }
    }

    /// A job that a call started.
    pub(super) fn called(world: &'w World, job: &'w recovery_job::Job) -> Self {
        let servers = &world.estate.drs.servers;
        let parts = job.parts.iter().filter_map(|part| {
            let server = servers.iter().find(|server| server.id == part.server)?;
            Some(Part::called(world, job, part, server))
        });
        let parts: Vec<Part<'w>> = parts.collect();
        let last = parts.iter().map(|part| part.done).max().unwrap_or(job.started);
        Self { ends: last + STARTS, parts, ..Self::bare(job) }
    }

    /// Whether it is over.
    pub(super) fn is_over(&self, now: Moment) -> bool {
        self.ends <= now
    }

    fn status(&self, now: Moment) -> &'static str {
        if self.is_over(now) {
            "COMPLETED"
        } else if self.created + STARTS <= now {
            "STARTED"
        } else {
            "PENDING"
        }
    }

    /// `launchStatus` of a server that takes part: what this job did to it stays, whatever a later job does.
    pub(super) fn launch_status(&self, part: &Part<'_>, now: Moment) -> &'static str {
        let (waits, done) = match self.work {
            Work::Recovery | Work::Drill => (SNAPSHOT, "LAUNCHED"),
            Work::Failback => (STARTS, "LAUNCHED"),
            Work::Termination => (Span::ZERO, "TERMINATED"),
        };
        let has_ended = part.done <= now || self.is_over(now);
        match part.failure {
            Some(_) if has_ended => "FAILED",
            None if has_ended && (self.work != Work::Termination || self.is_over(now)) => done,
            Some(_) | None if now < self.created + waits => "PENDING",
            Some(_) | None => "IN_PROGRESS",
        }
    }

    /// `Job`.
    pub(super) fn value(&self, world: &World) -> Value {
        let (kind, initiated_by) = match self.work {
            Work::Recovery => ("LAUNCH", "START_RECOVERY"),
            Work::Drill => ("LAUNCH", "START_DRILL"),
            Work::Failback => ("LAUNCH", "FAILBACK"),
            Work::Termination => ("TERMINATE", "TERMINATE_RECOVERY_INSTANCES"),
        };
        let servers = self.parts.iter().map(|part| {
            let status = self.launch_status(part, world.now);
            let is_known = part.made.is_none() || status == "LAUNCHED";
            Value::map([
                ("sourceServerID", (&part.server.id).into()),
                ("recoveryInstanceID", is_known.then_some(&part.machine).into()),
                ("launchStatus", status.into()),
            ])
        });
        Value::map([
            ("jobID", (&self.id).into()),
            ("arn", self.arn(world).into()),
            ("type", kind.into()),
            ("initiatedBy", initiated_by.into()),
            ("creationDateTime", self.created.drs_text().into()),
            ("endDateTime", Some(self.ends).filter(|_| self.is_over(world.now)).map(Moment::drs_text).into()),
            ("status", self.status(world.now).into()),
            ("participatingServers", Value::list("server", servers)),
            ("tags", Value::texts(world.estate.drs.job_tags.get(&self.id).into_iter().flatten())),
        ])
    }

    /// Its ARN.
    pub(super) fn arn(&self, world: &World) -> String {
        world.arn("drs", self.region, &format!("job/{}", self.id))
    }
}

impl<'w> Part<'w> {
    /// How a job that a call started goes for a server.
    fn called(world: &World, job: &recovery_job::Job, part: &recovery_job::Part, server: &'w Server) -> Self {
        let drawn = world.unit(&["drs-job", &job.id, &part.server]);
        let takes = match job.work {
            Work::Recovery | Work::Drill => LAUNCH.0 + LAUNCH.1.share(drawn),
            Work::Failback => REBOOT.0 + REBOOT.1.share(drawn),
            Work::Termination => TERMINATION - STARTS,
        };
        let done = job.started + takes;
        let failure = match job.work {
            Work::Recovery | Work::Drill => failure(world, server, &server.region, done),
            Work::Failback => failure(world, server, &server.origin, done),
            Work::Termination => None,
        };
        let ended = world.estate.drs.machines.get(&part.machine).and_then(|machine| machine.ended);
        Self { server, machine: part.machine.clone(), done, failure, ended, made: part.made }
    }
}

/// What a fault says of the launches of a server at that moment.
pub(super) fn fault<'w>(world: &'w World, server: &Server, at: Moment) -> impl Iterator<Item = LaunchEnd> + use<'w> {
    let ids = [server.id.clone(), server.descends_from().to_owned()];
    world.faults(at).filter_map(move |fault| {
        let Fault::Launch(LaunchFailure { server, how }) = fault else { return None };
        ids.iter().any(|id| is(server, id)).then_some(*how)
    })
}

/// Why a machine of a server does not come up in a place at that moment, if it does not.
fn failure(world: &World, server: &Server, place: &str, at: Moment) -> Option<&'static str> {
    let ends: Vec<LaunchEnd> = fault(world, server, at).collect();
    let is_empty = world.faults(at).any(|fault| {
        let Fault::Capacity(missing) = fault else { return false };
        missing.region == place && missing.group.is_none() && missing.available == 0
    });
    if ends.contains(&LaunchEnd::NoCapacity) || is_empty {
        Some(NO_CAPACITY)
    } else if ends.contains(&LaunchEnd::Failed) || world.is_out(place, at) {
        Some(NOT_UP)
    } else {
        None
    }
}
