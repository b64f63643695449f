//! What a run proves of an RTO. Only a live one that was finished does: a drill moves no traffic, a rehearsal on paper moves nothing, and of a run
//! that was given up or still goes on nobody knows what it will have come to. What a broken journal tells, or one that tells of what no run of
//! drdeck does, proves nothing.

use super::account::Account;
use super::record::Verdict;
use super::shelf::{Run, Stands};
use super::verify::Report;
use crate::model::proof::{Measured, Proof};
use crate::model::{Moment, Span};
use crate::runbook::Mode;

/// What a run has measured of each System that it moved, and where nobody was seen to be served, nothing.
pub(super) fn of(account: &Account, report: &Report) -> Vec<Proof> {
    let Some(disruption) = account.direction.recovers_from() else { return Vec::new() };
    let is_live = match account.mode {
        Mode::Live => true,
        Mode::Drill | Mode::Tabletop => false,
    };
    let is_sound = report.wrong.is_empty() && report.in_doubt.is_empty();
    let (true, true, Some(Verdict::Finished), Some(owner)) = (is_live, is_sound, account.verdict, &account.aws_account)
    else {
        return Vec::new();
    };
    let proof = |system: &str, began: Option<Moment>, served: Option<Moment>| -> Option<Proof> {
        let (began, at) = (began?, served?);
        let took = at.duration_since(began);
        let measured = Measured { took, at };
        (took > Span::ZERO).then_some(Proof { system: system.to_owned(), disruption, account: owner.clone(), measured })
    };
    match account.parts.as_slice() {
        [] => proof(&account.system, account.began, account.served).into_iter().collect(),
        parts => parts.iter().filter_map(|part| proof(&part.system, part.began, part.served)).collect(),
    }
}

/// What these runs prove.
pub(super) fn of_runs<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Vec<Proof> {
    let sound = runs.into_iter().filter(|run| run.stands == Stands::Closed(Verdict::Finished));
    sound.filter_map(|run| run.told.as_ref()).flat_map(|told| told.proofs.iter().cloned()).collect()
}
