//! What finished runs have measured: how long recovery really took. A promise that nobody ever kept is a hope.

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

/// What was measured last of each System.
pub type Proven = BTreeMap<String, PerDisruption<Option<Measured>>>;

/// The newest proofs that count in `account` at `now`. One of later is of another time: of a simulator that was begun anew. Where it is not known
/// who we are nothing is proven.
pub fn newest(proofs: &[Proof], account: Option<&str>, now: Moment) -> Proven {
    let mut proven = Proven::new();
    let ours = |proof: &&Proof| account == Some(proof.account.as_str()) && proof.measured.at <= now;
    for proof in proofs.iter().filter(ours) {
        let known = proven.entry(proof.system.clone()).or_default();
        let known = match proof.disruption {
            Disruption::Region => &mut known.region,
            Disruption::Data => &mut known.data,
        };
        if known.is_none_or(|known| known.at <= proof.measured.at) {
            *known = Some(proof.measured);
        }
    }
    proven
}
