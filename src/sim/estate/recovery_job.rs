//! What calls made of DRS since the simulator's start: jobs, and what became of the machines that jobs launched.

use std::collections::BTreeMap;

use super::drs::Disposition;
use crate::sim::time::Moment;

/// A job that a call started.
#[derive(Clone, Debug)]
pub struct Job {
    /// `drsjob-` and 17 characters.
    pub id: String,
    /// Where it runs.
    pub region: String,
    /// What it does.
    pub work: Work,
    /// When it was called for.
    pub started: Moment,
    /// The servers that take part.
    pub parts: Vec<Part>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// It launches machines that are to serve.
    Recovery,
    /// It launches machines to try them.
    Drill,
    /// It launches machines on premises, which a failback client has made ready.
    Failback,
    /// It terminates machines.
    Termination,
}

/// A server that takes part in a job.
#[derive(Clone, Debug)]
pub struct Part {
    /// The source server.
    pub server: String,
    /// The machine that is launched from it, fails back or is terminated.
    pub machine: String,
    /// How it is launched, where a machine is made.
    pub made: Option<Making>,
}

/// How a machine is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// What it takes its data from.
    pub data: Data,
    /// Whether it runs afterwards.
    pub disposition: Disposition,
    /// Whether one that was launched before is terminated first.
    pub replaces: Replaces,
}

/// Whether a launch terminates an earlier machine of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// There is none.
    Nothing,
    /// There is one, and it goes first.
    Earlier,
}

/// The moment that the data of a launch are of, and where they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// The point in time that the call names.
    Pinned(Moment),
    /// One that the job takes.
    Fresh(Moment),
    /// The last that was taken, as the replica is not up to date.
    Previous(Moment),
    /// The last that was taken, as the job's own failed.
    Fallback(Moment),
}

impl Data {
    /// The moment.
    pub const fn of(self) -> Moment {
        match self {
            Self::Pinned(at) | Self::Fresh(at) | Self::Previous(at) | Self::Fallback(at) => at,
        }
    }
}

/// What calls made of a machine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// When it began to be terminated.
    pub ended: Option<Moment>,
    /// When DRS let go of it: it runs on, and replicates nowhere.
    pub disconnected: Option<Moment>,
    /// When DRS forgot it: it runs on.
    pub deleted: Option<Moment>,
    /// The source server that it replicates into, in the Region it came from.
    pub feeds: Option<String>,
    /// When its failback was stopped last.
    pub failback_stopped: Option<Moment>,
    /// Its tags, if they were changed.
    pub tags: Option<BTreeMap<String, String>>,
}
