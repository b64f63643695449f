//! What a run proves of an RTO. Only a live one that was finished does: a drill moves no traffic, a rehearsal on paper moves nothing, and of a run
//! that was given up or still goes on nobody knows what it will have come to. What a broken journal tells, or one that tells of what no run of
//! drdeck does, proves nothing.

use super::account::Account;
use super::record::{Entry, Record, Verdict};
use super::shelf::{Run, Stands};
use super::verify::Report;
use crate::model::proof::{Measured, Proof};
use crate::model::{Disruption, Moment, Span, Text};
use crate::runbook::{Direction, Mode};

/// What a run has measured of each System that it moved, and where nobody was seen to be served, nothing.
pub(super) fn of(entries: &[Entry], account: &Account, report: &Report) -> Vec<Proof> {
    let disruption = match account.direction {
        Direction::Failover => Disruption::Region,
        Direction::Restore => Disruption::Data,
        Direction::Failback | Direction::Exercise => return Vec::new(),
    };
    let is_live = match account.mode {
        Mode::Live => true,
        Mode::Drill | Mode::Tabletop => false,
    };
    let is_sound = report.wrong.is_empty() && report.in_doubt.is_empty();
    let owner = entries.iter().find_map(|entry| {
        if let Record::SessionOpened { identity, .. } = &entry.record { Some(identity.account.clone()) } else { None }
    });
    let (true, true, Some(Verdict::Finished), Some(owner)) = (is_live, is_sound, account.verdict, owner) else {
        return Vec::new();
    };
    let proof = |system: &str, began: Option<Moment>, served: Option<Moment>| -> Option<Proof> {
        let (began, at) = (began?, served?);
        let took = at.duration_since(began);
        let measured = Measured { took, at };
        let (system, account): (_, Text) = (system.to_owned(), owner.clone());
        (took > Span::ZERO).then_some(Proof { system, disruption, account, measured })
    };
    match account.parts.as_slice() {
        [] => proof(&account.system, account.began, account.served).into_iter().collect(),
        parts => parts.iter().filter_map(|part| proof(&part.system, part.began, part.served)).collect(),
    }
}

/// What these runs prove.
pub fn of_runs<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Vec<Proof> {
    let sound = runs.into_iter().filter(|run| run.stands == Stands::Closed(Verdict::Finished));
    sound.filter_map(|run| run.told.as_ref()).flat_map(|told| told.proofs.iter().cloned()).collect()
}
