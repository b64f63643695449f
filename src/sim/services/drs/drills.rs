//! Drills: the servers that were launched at the same time were launched by one job, and ended by another.

use super::jobs::{Job, Part};
use super::plan_runs;
use crate::sim::World;
use crate::sim::estate::drs::{DrillLaunch, DrillPoint, Server};
use crate::sim::estate::recovery_job::{Data, Making, Replaces, Work};
use crate::sim::time::{Moment, Span};

/// From the call until the job is started.
pub(super) const STARTS: Span = Span::from_seconds(10);
/// From the call until the snapshots are made.
pub(super) const SNAPSHOT: Span = Span::from_seconds(70);
/// From the call until the machines are launched, at least, and on top of it at most.
pub(super) const LAUNCH: (Span, Span) = (Span::from_minutes(8), Span::from_minutes(6));
/// How long a drill lasts: then its machines are terminated.
const LASTS: Span = Span::from_minutes(120);
/// How long a termination takes.
pub(super) const TERMINATION: Span = Span::from_minutes(2);

/// A drill of some servers of one Region.
#[derive(Clone, Debug)]
pub(super) struct Drill<'w> {
    pub(super) world: &'w World,
    pub(super) region: &'w str,
    pub(super) servers: Vec<&'w Server>,
    pub(super) started: Moment,
}

/// What EC2 said of a machine that it did not launch.
pub(super) const NO_CAPACITY: &str = "We currently do not have sufficient capacity in the Availability Zone you requested \
                                      (InsufficientInstanceCapacity).";

/// The drills of a Region so far, newest first.
pub(super) fn drills<'w>(world: &'w World, region: &'w str) -> Vec<Drill<'w>> {
    let mut drills: Vec<Drill<'w>> = Vec::new();
    for server in world.estate.drs.servers.iter().filter(|server| server.region == region) {
        for started in starts(world, server) {
            match drills.iter_mut().find(|drill| drill.started == started) {
                Some(drill) => drill.servers.push(server),
                None => drills.push(Drill { world, region: &server.region, servers: vec![server], started }),
            }
        }
    }
    drills.sort_by_key(|drill| std::cmp::Reverse(drill.started));
    drills
}

/// The drills of a server so far.
pub(super) fn of_server<'w>(world: &'w World, server: &'w Server) -> impl Iterator<Item = Drill<'w>> {
    let starts = starts(world, server).into_iter();
    starts.map(move |started| Drill { world, region: &server.region, servers: vec![server], started })
}

/// When drills of a server began: its own, and those of recovery plans.
fn starts(world: &World, server: &Server) -> Vec<Moment> {
    let own = server.last_drill.map(|ago| world.start - ago);
    let mut starts: Vec<Moment> = own.into_iter().chain(plan_runs::launches(world, server)).collect();
    starts.retain(|started| *started <= world.now);
    starts
}

impl<'w> Drill<'w> {
    /// The jobs that launched and ended it, the newer one first.
    pub(super) fn jobs(&self) -> Vec<Job<'w>> {
        let parts = self.servers.iter().map(|server| self.part(server)).collect();
        // Where nothing came up, or nothing was left, there is nothing to end.
        let ended =
            self.servers.iter().filter(|server| !self.has_failed(server) && self.ended(server) == self.ending());
        let ended: Vec<Part<'w>> = ended.map(|server| Part { made: None, ..self.part(server) }).collect();
        let end = (self.ending() <= self.world.now && !ended.is_empty()).then(|| Job {
            id: self.end_job(),
            region: self.region,
            work: Work::Termination,
            created: self.ending(),
            ends: self.over(),
            parts: ended,
        });
        end.into_iter().chain([self.launch(parts)]).collect()
    }

    /// The job that launched these servers of it.
    pub(super) fn launch(&self, parts: Vec<Part<'w>>) -> Job<'w> {
        let (created, ends) = (self.started, self.complete());
        Job { id: self.job(), region: self.region, work: Work::Drill, created, ends, parts }
    }

    /// What the launch made of a server.
    pub(super) fn part(&self, server: &'w Server) -> Part<'w> {
        let point = self.point(server);
        let data = if self.uses_previous(server) { Data::Previous(point) } else { Data::Fresh(point) };
        Part {
            server,
            machine: self.instance(server),
            done: self.launched(server),
            failure: self.has_failed(server).then_some(NO_CAPACITY),
            ended: Some(self.ended(server)),
            made: Some(Making { data, disposition: server.launch.disposition, replaces: Replaces::Nothing }),
        }
    }

    /// When the machine of a server began to be terminated, or will.
    fn ended(&self, server: &Server) -> Moment {
        let called = self.world.estate.drs.machines.get(&self.instance(server)).and_then(|machine| machine.ended);
        called.map_or(self.ending(), |ended| ended.min(self.ending()))
    }

    /// The id of the job that launched it.
    pub(super) fn job(&self) -> String {
        self.job_id("launch")
    }

    /// The id of the job that ended it.
    fn end_job(&self) -> String {
        self.job_id("terminate")
    }

    fn job_id(&self, what: &str) -> String {
        format!("drsjob-{}", self.world.hex(&["drill", what, self.region, &self.started.to_string()], 17))
    }

    /// The id of the machine launched from a server.
    fn instance(&self, server: &Server) -> String {
        format!("i-{}", self.world.hex(&["drill-instance", &server.id, &self.started.to_string()], 17))
    }

    /// When the machine of a server ran.
    fn launched(&self, server: &Server) -> Moment {
        self.started + LAUNCH.0 + LAUNCH.1.share(self.world.unit(&["drill-launch", &server.id]))
    }

    /// When all of them ran, and the job was done.
    pub(super) fn complete(&self) -> Moment {
        let last = self.servers.iter().map(|server| self.launched(server)).max();
        last.unwrap_or(self.started) + STARTS
    }

    /// When its machines began to be terminated.
    fn ending(&self) -> Moment {
        self.started + LASTS
    }

    /// When they were gone.
    pub(super) fn over(&self) -> Moment {
        self.ending() + TERMINATION
    }

    /// Whether the machine of a server never came up.
    fn has_failed(&self, server: &Server) -> bool {
        server.drilled.launch == DrillLaunch::Failed
    }

    /// Whether a server was launched from an older point in time: the job could take none.
    fn uses_previous(&self, server: &Server) -> bool {
        server.drilled.point == DrillPoint::Previous || !server.was_continuous(self.world, self.started)
    }

    /// The moment that the data of a server's machine are of.
    fn point(&self, server: &Server) -> Moment {
        let taken = self.started + SNAPSHOT.share(0.5);
        if !self.uses_previous(server) {
            return taken;
        }
        // The last that the policy had taken, before replication stood still if that is why.
        let flow = self.world.flow(&server.link(), self.started);
        let often = server.snapshots.iter().map(|rule| rule.every).min().unwrap_or(Span::HOUR);
        flow.recovery_point.min(self.started).floor(often)
    }
}
