//! How long recovery takes: what finished runs have measured, and what the steps of runbooks add up to. A promise that nobody ever kept is a hope.

use std::collections::BTreeMap;

use super::{Disruption, Moment, PerDisruption, Span, Text};

/// What one finished run has measured of one System.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The System.
    pub system: String,
    /// What it was recovered from.
    pub disruption: Disruption,
    /// In which account: what is proven in another one is proven of another System.
    pub account: Text,
    /// What was measured.
    pub measured: Measured,
}

/// A recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// From the beginning of the disruption until users were verified to be served.
    pub took: Span,
    /// When they were.
    pub at: Moment,
}

/// What the steps of a runbook add up to, for one System.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The System.
    pub system: String,
    /// What it is recovered from.
    pub disruption: Disruption,
    /// The account of the runs that it was measured by, or the only one that the runbook may change; `None` where it goes for any.
    pub account: Option<Text>,
    /// The sum.
    pub sum: StepSum,
}

/// The longest way through the steps of a runbook until users are verified to be served. What people think about meanwhile is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSum {
    /// The runbook.
    pub runbook: String,
    /// How long they take.
    pub takes: Span,
    /// How many steps there are until then.
    pub steps: usize,
    /// Of how many it is known from live runs; of the others there is only the runbook's word.
    pub measured: usize,
}

/// All that is known beforehand of how long recovery takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recoveries {
    /// What runs have measured.
    pub proofs: Vec<Proof>,
    /// What runbooks add up to.
    pub estimates: Vec<Estimate>,
}

/// What the steps of each System's runbooks add up to.
pub type Estimated = BTreeMap<String, PerDisruption<Option<StepSum>>>;

/// What was measured last of each System.
pub type Proven = BTreeMap<String, PerDisruption<Option<Measured>>>;

/// The newest proofs that count in `account` at `now`. One of later is of another time: of a simulator that was begun anew. Where it is not known
/// who we are nothing is proven.
pub fn newest(proofs: &[Proof], account: Option<&str>, now: Moment) -> Proven {
    let mut proven = Proven::new();
    let ours = |proof: &&Proof| account == Some(proof.account.as_str()) && proof.measured.at <= now;
    for proof in proofs.iter().filter(ours) {
        let known = proven.entry(proof.system.clone()).or_default().get_mut(proof.disruption);
        if known.is_none_or(|known| known.at <= proof.measured.at) {
            *known = Some(proof.measured);
        }
    }
    proven
}

/// What counts of them in `account`: what was measured there before what a runbook says in any. Where several runbooks could be run the slowest
/// counts, for which it will be is not known.
pub fn slowest(estimates: &[Estimate], account: Option<&str>) -> Estimated {
    let is_ours = |estimate: &&Estimate| estimate.account.as_ref().is_none_or(|of| Some(of.as_str()) == account);
    let mut best: BTreeMap<&str, &Estimate> = BTreeMap::new();
    for estimate in estimates.iter().filter(is_ours) {
        let known = best.entry(&estimate.sum.runbook).or_insert(estimate);
        if estimate.sum.measured > known.sum.measured {
            *known = estimate;
        }
    }
    let mut estimated = Estimated::new();
    for Estimate { system, disruption, sum, .. } in best.into_values() {
        let known = estimated.entry(system.clone()).or_default().get_mut(*disruption);
        if known.as_ref().is_none_or(|known| known.takes < sum.takes) {
            *known = Some(sum.clone());
        }
    }
    estimated
}
