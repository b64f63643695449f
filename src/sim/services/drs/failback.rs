//! The way home of a server on premises. Somebody boots the failback client at home, which copies the recovery instance's disks; when
//! it is level, `StartFailbackLaunch` converts and reboots it.

use super::jobs::Job;
use super::machines::{self, Machine};
use crate::sim::World;
use crate::sim::estate::check::ON_PREMISES;
use crate::sim::estate::drs::{Disposition, Server};
use crate::sim::estate::link::Link;
use crate::sim::estate::recovery_job::Work;
use crate::sim::time::{Moment, Span};
use crate::sim::timeline::NEVER;

/// From when the site and the recovery instance are there until somebody has booted the client.
const BOOTED: Span = Span::from_minutes(5);
/// From then until the client is level, at least; and on top of it for the largest disks.
const COPIED: (Span, Span) = (Span::from_minutes(10), Span::from_minutes(30));
/// GiB that take the longest.
const LARGEST: f64 = 1_024.0;
/// From a stopped failback until somebody boots the client anew.
const TRIED_AGAIN: Span = Span::from_minutes(30);

/// How far a failback to premises has come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failback {
    /// `failback.state`.
    pub(super) state: State,
    /// When the client was booted.
    pub(super) booted: Option<Moment>,
    /// When it is level, or will be.
    pub(super) ready: Option<Moment>,
    /// The job that launched it.
    pub(super) job: Option<String>,
    /// When the machine at home ran again.
    pub(super) done: Option<Moment>,
}

/// `failback.state`, as far as it occurs here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    NotStarted,
    InProgress,
    Ready,
    NotReady,
    Completed,
    Error,
}

impl State {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "FAILBACK_NOT_STARTED",
            Self::InProgress => "FAILBACK_IN_PROGRESS",
            Self::Ready => "FAILBACK_READY_FOR_LAUNCH",
            Self::NotReady => "FAILBACK_NOT_READY_FOR_LAUNCH",
            Self::Completed => "FAILBACK_COMPLETED",
            Self::Error => "FAILBACK_ERROR",
        }
    }
}

impl Failback {
    const NONE: Self = Self { state: State::NotStarted, booted: None, ready: None, job: None, done: None };

    /// Whether the machine at home runs again.
    pub(super) fn is_complete(&self) -> bool {
        self.state == State::Completed
    }
}

impl World {
    /// How the failback of a machine to premises goes. Machines of drills do not fail back, nor do those that came from a Region.
    pub(super) fn failback(&self, machine: &Machine<'_>) -> Failback {
        let now = self.now;
        let stays = machine.disposition == Disposition::Stopped || machine.is_drill;
        if machine.server.origin != ON_PREMISES || stays {
            return Failback::NONE;
        }
        let made = machine.made;
        let stopped = made.and_then(|made| made.failback_stopped);
        let gone = [machine.ended, machine.disconnected()].into_iter().flatten().min().unwrap_or(NEVER);
        let copied = COPIED.0 + COPIED.1.share((machine.server.gib() / LARGEST).min(1.0));
        let mut base = stopped.map_or(machine.launched, |stopped| (stopped + TRIED_AGAIN).max(machine.launched));
        for (from, until) in self.outages(ON_PREMISES) {
            if base < until && from < base + copied {
                base = until;
            }
        }
        let (booted, ready) = (base + BOOTED, base + copied);
        let is_job = |job: &&crate::sim::estate::recovery_job::Job| {
            job.work == Work::Failback
                && job.parts.iter().any(|part| part.machine == machine.id)
                && stopped.is_none_or(|stopped| stopped < job.started)
        };
        let job = self.estate.drs.jobs.iter().rev().find(is_job).map(|job| Job::called(self, job));
        let part = job.as_ref().and_then(|job| job.parts.iter().find(|part| part.machine == machine.id));
        let ended = part.filter(|part| part.done <= now);
        let done = ended.filter(|part| part.failure.is_none()).map(|part| part.done);
        let state = match ended {
            Some(_) if done.is_some() => State::Completed,
            Some(_) => State::Error,
            None if gone <= now || now < booted => State::NotStarted,
            None if now < ready => State::InProgress,
            None if self.is_out(ON_PREMISES, now) => State::NotReady,
            None => State::Ready,
        };
        let has_begun = booted <= now && booted < gone;
        Failback {
            state,
            booted: has_begun.then_some(booted),
            ready: has_begun.then_some(ready),
            job: job.map(|job| job.id),
            done,
        }
    }

    /// The link of a server, with the times when its machine at home runs the failback client instead of its agent.
    pub fn server_link(&self, server: &Server) -> Link {
        let mut link = server.link();
        if server.origin == ON_PREMISES && !self.estate.drs.jobs.is_empty() {
            link.pauses = machines::of_server(self, server)
                .iter()
                .filter_map(|machine| {
                    let failback = self.failback(machine);
                    let stopped = machine.made.and_then(|made| made.failback_stopped);
                    let over = failback.done.or(machine.ended).unwrap_or(NEVER);
                    failback
                        .booted
                        .filter(|booted| stopped.is_none_or(|stopped| stopped < *booted))
                        .map(|booted| (booted, over))
                })
                .filter(|(booted, over)| booted < over)
                .collect();
        }
        link
    }
}
