//! The two clocks of a run, and what is left to do.

use std::ops::Range;

use super::ledger::{Course, Track};
use super::view::PartView;
use super::{Standing, State};
use crate::model::{Moment, Span};
use crate::runbook::pace;

/// The clocks of a run, at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Clocks {
    /// Since when users are not served: the disruption's start. `None` if nobody has said.
    pub began: Option<Moment>,
    /// When users were served on the other side, as verified: the RTO clock stopped then.
    pub served: Option<Moment>,
    /// The RTO clock: how long users have not been served, or had not been.
    pub unserved: Option<Span>,
    /// The RTO that was promised.
    pub rto: Option<Span>,
    /// What is left of it; negative once it is missed. `None` without a promise, or once users are served.
    pub left: Option<Span>,
    /// What is left to do until users are served, by the estimates of the longest chain of steps.
    pub until_served: Span,
    /// When that will be, if all goes on now.
    pub expected: Moment,
    /// When the System could fail over again.
    pub protected: Option<Moment>,
    /// How long it could not fail over again, or had not been able to.
    pub unprotected: Option<Span>,
    /// What is left to do until it can.
    pub until_protected: Span,
}

/// What clocks are made of.
struct Milestones {
    began: Option<Moment>,
    served: Option<Moment>,
    protected: Option<Moment>,
    rto: Option<Span>,
}

impl State {
    /// The clocks at `now`. Of several Systems: since the first was not served, until the last is, and the RTO that is nearest.
    pub(super) fn clocks(&self, now: Moment) -> Clocks {
        let ledger = &self.ledger;
        let at = Milestones {
            began: ledger.run.began,
            served: ledger.served,
            protected: ledger.protected,
            rto: ledger.objectives.0,
        };
        let mut clocks = self.clocks_of(&at, &(0..self.runbook.steps.len()), now);
        let parts = self.parts(now);
        let nearest =
            parts.iter().map(|part| &part.clocks).filter(|part| part.left.is_some()).min_by_key(|part| part.left);
        if let Some(nearest) = nearest {
            (clocks.rto, clocks.left) = (nearest.rto, nearest.left);
        }
        clocks
    }

    /// Each of several Systems, with its own clocks.
    pub(super) fn parts(&self, now: Moment) -> Vec<PartView> {
        let parts = self.runbook.parts.iter().zip(&self.ledger.parts);
        parts
            .map(|(part, ledger)| {
                let at = Milestones {
                    began: ledger.run.began,
                    served: ledger.served,
                    protected: ledger.protected,
                    rto: ledger.objectives.0,
                };
                PartView {
                    system: part.system.clone(),
                    runbook: part.runbook.clone(),
                    steps: part.steps.clone(),
                    clocks: self.clocks_of(&at, &part.steps, now),
                }
            })
            .collect()
    }

    fn clocks_of(&self, at: &Milestones, steps: &Range<usize>, now: Moment) -> Clocks {
        let Milestones { began, served, protected, rto } = *at;
        let since = |end: Option<Moment>| began.map(|began| end.unwrap_or(now).duration_since(began));
        let unserved = since(served);
        let left = match (rto, unserved, served) {
            (Some(rto), Some(unserved), None) => Some(rto.saturating_sub(unserved)),
            (_, _, _) => None,
        };
        let (until_served, until_protected) = self.remaining(steps, now);
        Clocks {
            began,
            served,
            unserved,
            rto,
            left,
            until_served,
            expected: now.checked_add(until_served).unwrap_or(Moment::MAX),
            protected,
            unprotected: since(protected),
            until_protected,
        }
    }

    /// The longest chains of steps that are left, by estimate: to the last one of `steps` that users wait for, and to the last one of them all. What
    /// they wait for counts, whatever System it moves.
    fn remaining(&self, steps: &Range<usize>, now: Moment) -> (Span, Span) {
        let all = &self.runbook.steps;
        let ends = pace::ends(all, |at, step| self.left_of(at, step.estimate, now));
        let protected = ends.get(steps.clone()).and_then(|ends| ends.iter().max()).copied().unwrap_or(Span::ZERO);
        (pace::served(all, &ends, steps), protected)
    }

    fn left_of(&self, step: usize, estimate: Span, now: Moment) -> Span {
        let Some(track) = self.ledger.tracks.get(step) else { return estimate };
        if track.is_settled() {
            return Span::ZERO;
        }
        match (self.standing(step), &track.course) {
            (Standing::Sending | Standing::Verifying, Course::Confirmed(confirmed)) => {
                estimate.saturating_sub(now.duration_since(confirmed.at)).max(Span::ZERO)
            }
            _ => estimate,
        }
    }

    /// Whether a step takes longer than its worst time.
    pub(super) fn is_stuck(&self, step: usize, track: &Track, now: Moment) -> bool {
        let worst = self.runbook.steps.get(step).map(|step| step.worst);
        match (&track.course, self.standing(step), worst) {
            (Course::Confirmed(confirmed), Standing::Verifying | Standing::InDoubt | Standing::Asking, Some(worst)) => {
                now.duration_since(confirmed.at) > worst
            }
            _ => false,
        }
    }
}
