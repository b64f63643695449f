//! A Region that does not answer, said once and not for each of its services.

use std::collections::{BTreeMap, BTreeSet};

use super::Judged;
use crate::model::kinds::Doubt;
use crate::model::words::{clock, listed};
use crate::model::{Disruption, Moment, Region, Text, Verdict};

/// `reasons`, where those that several services of one Region do not answer became one.
pub(super) fn in_one_sentence(
    mut reasons: Vec<(Verdict, Text)>,
    judged: &[Judged<'_>],
    now: Moment,
) -> Vec<(Verdict, Text)> {
    let mut silent: BTreeMap<&Region, Vec<(&Doubt, Moment)>> = BTreeMap::new();
    for doubt in judged.iter().flat_map(doubts) {
        if let Some(since) = doubt.silent_since {
            silent.entry(&doubt.region).or_default().push((doubt, since));
        }
    }
    for (region, doubts) in silent {
        let said: BTreeSet<&Text> = doubts.iter().map(|(doubt, _)| &doubt.why).collect();
        let Some(since) = doubts.iter().map(|(_, since)| *since).min().filter(|_| said.len() > 1) else { continue };
        reasons.retain(|(_, text)| !said.contains(text));
        let services: BTreeSet<&str> = doubts.iter().map(|(doubt, _)| doubt.service.as_str()).collect();
        let sentence = format!("{region} does not answer since {} ({})", clock(since, now), listed(services));
        reasons.push((Verdict::Unknown, Text::new(sentence)));
    }
    reasons
}

/// Everything that cannot be trusted about a Component.
fn doubts<'a>(judged: &'a Judged<'_>) -> impl Iterator<Item = &'a Doubt> {
    let evidence = &judged.evidence;
    let protections = Disruption::ALL.into_iter().map(|disruption| &evidence.protection.get(disruption).trust);
    protections.chain([&evidence.trust]).filter_map(|trust| trust.doubt())
}
