//! Whether a failover should be considered, and since when.

use std::collections::BTreeMap;

use super::Judged;
use super::active::Active;
use super::looks::{self, Look};
use super::outage::Outage;
use super::upcoming::Changes;
use crate::model::kinds::Health;
use crate::model::words::{clock, sites};
use crate::model::{Moment, Region, RunStart, Site, Span, Text};

/// How long it has to be bad: what is shorter is over before anybody could act.
const LASTS: Span = Span::from_mins(2);

/// Why a failover should be considered.
pub(super) struct Considered {
    pub(super) since: Moment,
    pub(super) sentence: Text,
}

/// A run of what is bad.
struct Run {
    since: Moment,
    start: RunStart,
    what: String,
}

/// Whether the System is broken where it is active, for longer than two minutes. What will have lasted that long is noted in `changes`.
pub(super) fn consider(
    active: &Active,
    judged: &[Judged<'_>],
    looks: &[Look<'_>],
    outage: Outage,
    dead: &BTreeMap<Region, Moment>,
    now: Moment,
    changes: &mut Changes,
) -> Option<Considered> {
    let runs = [
        checks_fail(active, judged, outage),
        region_is_gone(active, looks, outage, dead),
        lasts(active, judged, outage),
    ];
    let run = runs.into_iter().flatten().min_by_key(|run| run.since)?;
    changes.at(run.since.checked_add(LASTS));
    if now.duration_since(run.since) <= LASTS {
        return None;
    }
    let sentence = format!("Consider failover: {} since {}{}", run.what, clock(run.since, now), run.start.words());
    Some(Considered { since: run.since, sentence: Text::new(sentence) })
}

/// An outage of a site that checks watch lasts until users are seen to be served: that the checks cannot be read any more is no good news.
fn lasts(active: &Active, judged: &[Judged<'_>], outage: Outage) -> Option<Run> {
    let mut checks = judged.iter().filter_map(|each| each.evidence.health.as_ref());
    let (since, start) = outage.frozen_at()?;
    // Where nothing tells where it is active, the checks that showed the outage were those of where it is meant to run.
    let watched = checks.any(|(site, _)| active.sites.is_empty() || active.sites.contains(site));
    watched.then(|| Run { since, start, what: "users have not been served".to_owned() })
}

/// More than half of the checks of where it is active fail.
fn checks_fail(active: &Active, judged: &[Judged<'_>], outage: Outage) -> Option<Run> {
    let checks = judged.iter().filter_map(|each| each.evidence.health.as_ref());
    let checks: Vec<&Health> =
        checks.filter(|(site, _)| active.sites.contains(site)).map(|(_, health)| health).collect();
    let mut failing: Vec<(Moment, RunStart)> = checks
        .iter()
        .filter_map(|health| match health {
            Health::Failing { since, start } => Some((*since, *start)),
            Health::Passing | Health::Unknown => None,
        })
        .collect();
    failing.sort_unstable_by_key(|(since, _)| *since);
    // The first half may fail; with the next one it is more than half.
    let (since, start) = failing.get(checks.len() / 2).copied()?;
    let (since, start) = remembered(since, start, outage);
    let what = format!("more than half of the health checks of {} have failed", sites(&active.sites));
    Some(Run { since, start, what })
}

/// The site where it is active is gone by all that can be seen: a Region answers no call, and none of its pages is there.
fn region_is_gone(active: &Active, looks: &[Look<'_>], outage: Outage, dead: &BTreeMap<Region, Moment>) -> Option<Run> {
    let (down, start) = outage.frozen_at()?;
    let gone = active.sites.iter().filter(|site| looks::all_bad(looks, site)).filter_map(|site| match site {
        Site::Region(region) => {
            dead.get(region).map(|since| (*since, format!("{region} has not answered and its pages have been gone")))
        }
        // There is no API that could tell more of a data centre than its pages do.
        Site::OnPremises => Some((down, "the pages of on-premises have been gone".to_owned())),
    });
    let (since, what) = gone.max_by_key(|(since, _)| *since)?;
    // A silence that began later than the outage was heard to begin.
    let (since, start) = if since > down { (since, RunStart::Seen) } else { (down, start) };
    Some(Run { since, start, what })
}

/// A run whose start was not seen began no later than the outage it is a part of.
fn remembered(since: Moment, start: RunStart, outage: Outage) -> (Moment, RunStart) {
    match (start, outage.frozen_at()) {
        (RunStart::Earlier, Some((known, start))) if known <= since => (known, start),
        (RunStart::Earlier | RunStart::Seen, _) => (since, start),
    }
}
