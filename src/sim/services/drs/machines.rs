//! The machines that were launched from source servers, and what became of them.

use super::drills::{self, TERMINATION};
use super::jobs::{self, Part};
use super::log::BOOT;
use crate::sim::World;
use crate::sim::estate::drs::{Disposition, Server};
use crate::sim::estate::recovery_job::{self, Data, Work};
use crate::sim::time::Moment;

/// A machine that was launched, or is being launched.
#[derive(Clone, Debug)]
pub(super) struct Machine<'w> {
    pub(super) id: String,
    pub(super) server: &'w Server,
    pub(super) job: String,
    pub(super) is_drill: bool,
    pub(super) launched: Moment,
    pub(super) data: Data,
    pub(super) disposition: Disposition,
    /// When it began to be terminated, or will.
    pub(super) ended: Option<Moment>,
    /// What calls made of it.
    pub(super) made: Option<&'w recovery_job::Machine>,
}

/// The machines of a server that came up or are about to, newest first; those that are gone as well.
pub(super) fn of_server<'w>(world: &'w World, server: &'w Server) -> Vec<Machine<'w>> {
    let launches = jobs::launches(world, server).into_iter();
    launches.filter_map(|job| machine(world, job.id, job.work, job.parts.into_iter().next()?)).collect()
}

/// The machines of all servers that a Region shows or showed, newest launch first.
pub(super) fn of_region<'w>(world: &'w World, region: &'w str) -> Vec<Machine<'w>> {
    // Jobs that were deleted left their machines.
    let called = world.estate.drs.jobs.iter().filter(|job| job.region == region).rev();
    let drilled = drills::drills(world, region)
        .into_iter()
        .filter(|drill| world.now < drill.over())
        .flat_map(|drill| drill.jobs());
    let mut jobs: Vec<jobs::Job<'w>> = called.map(|job| jobs::Job::called(world, job)).chain(drilled).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created));
    let all = jobs.into_iter().flat_map(|job| job.parts.into_iter().map(move |part| (job.id.clone(), job.work, part)));
    all.filter_map(|(id, work, part)| machine(world, id, work, part)).collect()
}

fn machine<'w>(world: &'w World, job: String, work: Work, part: Part<'w>) -> Option<Machine<'w>> {
    let made = part.made.filter(|_| part.failure.is_none())?;
    Some(Machine {
        made: world.estate.drs.machines.get(&part.machine),
        id: part.machine,
        server: part.server,
        job,
        is_drill: work == Work::Drill,
        launched: part.done,
        data: made.data,
        disposition: made.disposition,
        ended: part.ended,
    })
}

impl Machine<'_> {
    /// Whether EC2 has it.
    pub(super) fn exists(&self, at: Moment) -> bool {
        self.launched - BOOT <= at && self.ended.is_none_or(|ended| at < ended + TERMINATION)
    }

    /// Whether DRS shows it.
    pub(super) fn is_listed(&self, at: Moment) -> bool {
        self.exists(at) && self.made.and_then(|made| made.deleted).is_none_or(|deleted| at < deleted)
    }

    /// Whether it runs.
    pub(super) fn runs(&self, at: Moment) -> bool {
        self.state(at) == "RUNNING"
    }

    /// `ec2InstanceState`.
    pub(super) fn state(&self, at: Moment) -> &'static str {
        match self.disposition {
            _ if !self.exists(at) => "NOT_FOUND",
            _ if self.ended.is_some_and(|ended| ended <= at) => "SHUTTING-DOWN",
            _ if at < self.launched => "PENDING",
            Disposition::Started => "RUNNING",
            Disposition::Stopped => "STOPPED",
        }
    }

    /// Since when DRS has let go of it.
    pub(super) fn disconnected(&self) -> Option<Moment> {
        self.made.and_then(|made| made.disconnected)
    }
}

impl World {
    /// Whether a machine that was launched from a source server to serve, there or home again, runs in a place now, and that place is
    /// alive. Machines of drills do not count. `place` is a Region or `on-premises`.
    pub fn runs_recovered(&self, server_id: &str, place: &str) -> bool {
        if self.is_out(place, self.now) {
            return false;
        }
        let family = self
            .estate
            .drs
            .servers
            .iter()
            .filter(|server| server.id == server_id || server.descends_from() == server_id);
        family.into_iter().any(|server| {
            let is_here = |machine: &Machine<'_>| {
                let launched = server.region == place && machine.runs(self.now);
                launched || (server.origin == place && self.failback(machine).is_complete())
            };
            of_server(self, server).iter().any(|machine| !machine.is_drill && is_here(machine))
        })
    }
}
