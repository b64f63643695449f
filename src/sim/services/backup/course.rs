//! How one job goes, from its start to its end: fixed by the moment it starts at, and by what the timeline does to it.

use crate::sim::World;
use crate::sim::fault::Ending;
use crate::sim::time::{Moment, Span};
use crate::sim::timeline::NEVER;

/// How long a job may wait for its start before it expires (the "start within" of a rule, its least value).
pub(super) const START_WINDOW: Span = Span::HOUR;
/// How long a job takes to stop.
const STOPPING: Span = Span::MINUTE;

/// What becomes of a job in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Completed,
    /// Completed, with a message: what the AWS console calls "completed with issues".
    Issues,
    Partial,
    Failed,
    Aborted,
    Expired,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It waits for its start.
    Waiting,
    Running,
    Stopping,
    Ended(Outcome),
}

/// The course of one job.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// When it was created.
    pub(super) created: Moment,
    /// When it is through if nothing disturbs it.
    pub(super) expected: Moment,
    /// When it ends; [`NEVER`] while a Region that it needs does not come back.
    pub(super) ended: Moment,
    /// How it ends.
    pub(super) outcome: Outcome,
    /// What it says at its end.
    pub(super) message: Option<String>,
    /// From when on it makes no progress any more.
    halted: Moment,
}

impl Course {
    /// The course of a job that needs those Regions. A Region that goes down halts it; when the Region is back, the job fails.
    pub(super) fn plot(
        world: &World,
        regions: &[&str],
        created: Moment,
        takes: Span,
        failure: Option<(Ending, Option<&str>)>,
    ) -> Self {
        let expected = created + takes;
        let half = created + takes.share(0.5);
        let (ended, outcome, usual) = match failure.map(|(ending, _)| ending) {
            None => (expected, Outcome::Completed, None),
            Some(Ending::Issues) => {
                (expected, Outcome::Issues, Some("Completed with issues: some objects were skipped."))
            }
            Some(Ending::Partial) => (expected, Outcome::Partial, Some("Only a part of the data was saved.")),
            Some(Ending::Failed) => (half, Outcome::Failed, Some(DENIED)),
            Some(Ending::Aborted) => (half, Outcome::Aborted, Some("The job was stopped by a user.")),
            Some(Ending::Expired) => {
                (created + START_WINDOW, Outcome::Expired, Some("The job did not start within its window."))
            }
        };
        let said = failure.and_then(|(_, message)| message).or(usual).map(str::to_owned);
        let outages = regions.iter().flat_map(|region| world.outages(region));
        // A job that never starts is not interrupted.
        let runs = outcome != Outcome::Expired;
        let interruption = outages.filter(|(from, until)| runs && *from < ended && created < *until).min();
        match interruption {
            None => Self { created, expected, ended, outcome, message: said, halted: ended },
            Some((from, until)) => Self {
                created,
                expected,
                ended: until,
                outcome: Outcome::Failed,
                message: Some("The job was interrupted because a Region was not available.".to_owned()),
                halted: from.max(created),
            },
        }
    }

    /// Where it stands.
    pub(super) fn phase(&self, now: Moment) -> Phase {
        match self.outcome {
            outcome if self.ended <= now => Phase::Ended(outcome),
            Outcome::Expired => Phase::Waiting,
            Outcome::Aborted if self.ended - STOPPING <= now => Phase::Stopping,
            Outcome::Completed | Outcome::Issues | Outcome::Partial | Outcome::Failed | Outcome::Aborted => {
                Phase::Running
            }
        }
    }

    /// When it ended, if it has.
    pub(super) fn completed(&self, now: Moment) -> Option<Moment> {
        (self.ended <= now && self.ended < NEVER).then_some(self.ended)
    }

    /// What it says, once it has ended.
    pub(super) fn said(&self, now: Moment) -> Option<&str> {
        self.completed(now).and(self.message.as_deref())
    }

    /// The AWS console's word for how it ended. A message of the estate's own has none.
    pub(super) fn category(&self, now: Moment) -> Option<&'static str> {
        match (self.phase(now), self.said(now)) {
            (Phase::Ended(Outcome::Completed), _) => Some("SUCCESS"),
            (Phase::Ended(Outcome::Failed), Some(DENIED)) => Some("AccessDenied"),
            (Phase::Ended(_) | Phase::Waiting | Phase::Running | Phase::Stopping, _) => None,
        }
    }

    /// How much of it is done, from 0 to 1.
    pub(super) fn done(&self, now: Moment) -> f64 {
        match self.outcome {
            Outcome::Expired => 0.0,
            Outcome::Completed | Outcome::Issues | Outcome::Partial if self.ended <= now => 1.0,
            Outcome::Completed | Outcome::Issues | Outcome::Partial | Outcome::Failed | Outcome::Aborted => {
                let whole = (self.expected - self.created).seconds();
                let spent = (now.min(self.halted) - self.created).seconds();
                if whole > 0.0 { (spent / whole).clamp(0.0, 0.999) } else { 0.999 }
            }
        }
    }
}

/// What AWS Backup says when its role may not do what the job needs.
const DENIED: &str = "Insufficient privileges to perform this action.";
