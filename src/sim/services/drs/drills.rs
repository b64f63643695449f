//! Drills: the servers that were launched at the same time were launched by one job, and ended by another.

use super::plan_runs;
use super::request::servers;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::{DrillLaunch, DrillPoint, Server};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::AwsError;

/// From the call until the job is started.
pub(super) const STARTS: Span = Span::from_seconds(10);
/// From the call until the snapshots are made.
pub(super) const SNAPSHOT: Span = Span::from_seconds(70);
/// From the call until the machines are launched, at least, and on top of it at most.
const LAUNCH: (Span, Span) = (Span::from_minutes(8), Span::from_minutes(6));
/// How long a drill lasts: then its machines are terminated.
const LASTS: Span = Span::from_minutes(120);
/// How long a termination takes.
const TERMINATION: Span = Span::from_minutes(2);

/// A drill of some servers of one Region.
#[derive(Clone, Debug)]
pub(super) struct Drill<'w> {
    pub(super) world: &'w World,
    pub(super) region: &'w str,
    pub(super) servers: Vec<&'w Server>,
    pub(super) started: Moment,
}

/// The drills of a Region so far, newest first.
pub(super) fn drills<'w>(world: &'w World, call: &Call) -> Result<Vec<Drill<'w>>, AwsError> {
    let mut drills: Vec<Drill<'w>> = Vec::new();
    for server in servers(world, call)? {
        for started in starts(world, server) {
            match drills.iter_mut().find(|drill| drill.started == started) {
                Some(drill) => drill.servers.push(server),
                None => drills.push(Drill { world, region: &server.region, servers: vec![server], started }),
            }
        }
    }
    drills.sort_by_key(|drill| std::cmp::Reverse(drill.started));
    Ok(drills)
}

/// The last drill of a server.
pub(super) fn of_server<'w>(world: &'w World, server: &'w Server) -> Option<Drill<'w>> {
    let started = starts(world, server).into_iter().max()?;
    Some(Drill { world, region: &server.region, servers: vec![server], started })
}

/// When drills of a server began: its own, and those of recovery plans.
fn starts(world: &World, server: &Server) -> Vec<Moment> {
    let own = server.last_drill.map(|ago| world.start - ago);
    let mut starts: Vec<Moment> = own.into_iter().chain(plan_runs::launches(world, server)).collect();
    starts.retain(|started| *started <= world.now);
    starts
}

/// Since when the last drill that launched a server is over with its launch.
pub(in crate::sim::services) fn last_launch(world: &World, server: &Server) -> Option<Moment> {
    of_server(world, server).filter(|_| server.drilled.launch == DrillLaunch::Launched).map(|drill| drill.started)
}

impl Drill<'_> {
    /// The id of the job that launched it.
    pub(super) fn job(&self) -> String {
        self.job_id("launch")
    }

    /// The id of the job that ended it.
    pub(super) fn end_job(&self) -> String {
        self.job_id("terminate")
    }

    fn job_id(&self, what: &str) -> String {
        format!("drsjob-{}", self.world.hex(&["drill", what, self.region, &self.started.to_string()], 17))
    }

    /// The id of the machine launched from a server.
    pub(super) fn instance(&self, server: &Server) -> String {
        format!("i-{}", self.world.hex(&["drill-instance", &server.id, &self.started.to_string()], 17))
    }

    /// When the machine of a server ran.
    pub(super) fn launched(&self, server: &Server) -> Moment {
        self.started + LAUNCH.0 + LAUNCH.1.share(self.world.unit(&["drill-launch", &server.id]))
    }

    /// When all of them ran, and the job was done.
    pub(super) fn complete(&self) -> Moment {
        let last = self.servers.iter().map(|server| self.launched(server)).max();
        last.unwrap_or(self.started) + STARTS
    }

    /// When its machines began to be terminated.
    pub(super) fn ending(&self) -> Moment {
        self.started + LASTS
    }

    /// When they were gone.
    pub(super) fn over(&self) -> Moment {
        self.ending() + TERMINATION
    }

    /// Whether the machine of a server never came up.
    pub(super) fn has_failed(&self, server: &Server) -> bool {
        server.drilled.launch == DrillLaunch::Failed
    }

    /// Whether a server was launched from an older point in time: the job could take none.
    pub(super) fn uses_previous(&self, server: &Server) -> bool {
        server.drilled.point == DrillPoint::Previous || !server.is_continuous(self.world, self.started)
    }

    /// The moment that the data of a server's machine are of.
    pub(super) fn point(&self, server: &Server) -> Moment {
        let taken = self.started + SNAPSHOT.share(0.5);
        if !self.uses_previous(server) {
            return taken;
        }
        // The last that the policy had taken, before replication stood still if that is why.
        let flow = self.world.flow(&server.link(), self.started);
        let often = server.snapshots.iter().map(|rule| rule.every).min().unwrap_or(Span::HOUR);
        flow.recovery_point.min(self.started).floor(often)
    }

    /// Whether the machine of a server is there.
    pub(super) fn is_up(&self, server: &Server, now: Moment) -> bool {
        !self.has_failed(server) && self.launched(server) <= now && now < self.over()
    }

    /// `launchStatus` of a server.
    pub(super) fn launch_status(&self, server: &Server, now: Moment) -> &'static str {
        if now < self.started + SNAPSHOT {
            "PENDING"
        } else if now < self.launched(server) {
            "IN_PROGRESS"
        } else if self.has_failed(server) {
            "FAILED"
        } else if now < self.over() {
            "LAUNCHED"
        } else {
            "TERMINATED"
        }
    }
}
