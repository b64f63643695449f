//! Whether users are served, and since when not.

use std::collections::BTreeMap;

use super::Judged;
use super::active::Active;
use super::looks::{self, Look};
use crate::model::kinds::Health;
use crate::model::{Assessment, Moment, RunStart, Site, Snapshot, System, Up};

/// Whether an outage lasts, as the health checks of the active sites show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outage {
    /// Users are served.
    No,
    /// They are not, since that moment or, if its start was not seen, before.
    Since(Moment, RunStart),
    /// Nothing tells.
    Untold,
}

impl Outage {
    /// What is seen now, and where nothing is seen, what was seen last.
    pub(super) fn observe(
        system: &System,
        active: &Active,
        judged: &[Judged<'_>],
        looks: &[Look<'_>],
        snapshot: &Snapshot,
    ) -> Self {
        let remembered = snapshot.down_since.get(&system.name).copied();
        let seen_at = |sites: &mut dyn Iterator<Item = &Site>| {
            let healths: Vec<Health> = sites.filter_map(|site| looks::health(judged, looks, site)).collect();
            looks::together(&healths)
        };
        let here = if active.sites.is_empty() {
            seen_at(&mut std::iter::once(&system.primary))
        } else {
            seen_at(&mut active.sites.iter())
        };
        // Where it is active may be well; but users who are sent elsewhere are served there or not at all.
        let there = seen_at(&mut active.sent_to.iter());
        let down = [&here, &there].into_iter().flatten().find_map(|health| match health {
            Health::Failing { since, start } => Some((*since, *start)),
            Health::Passing | Health::Unknown => None,
        });
        match (down, &here, remembered) {
            (Some((since, RunStart::Seen)), _, _) => Self::Since(since, RunStart::Seen),
            (Some((since, RunStart::Earlier)), _, Some((known, start))) if known <= since => Self::Since(known, start),
            (Some((since, RunStart::Earlier)), _, _) => Self::Since(since, RunStart::Earlier),
            (None, Some(Health::Passing), _) => Self::No,
            // Nothing watches where it serves now: that it was down where it served before says nothing of that.
            (None, None, _) if there == Some(Health::Passing) => Self::No,
            (None, None, _) => Self::Untold,
            (None, Some(Health::Unknown | Health::Failing { .. }), Some((known, start))) => Self::Since(known, start),
            (None, Some(Health::Unknown | Health::Failing { .. }), None) => Self::Untold,
        }
    }

    /// The moment at which what would be lost stands still.
    pub(super) const fn frozen_at(self) -> Option<(Moment, RunStart)> {
        match self {
            Self::Since(since, start) => Some((since, start)),
            Self::No | Self::Untold => None,
        }
    }

    pub(super) const fn up(self) -> Up {
        match self {
            Self::No => Up::Up,
            Self::Since(since, start) => Up::Down { since, start },
            Self::Untold => Up::Unknown,
        }
    }
}

/// What the next Snapshot has to remember as `down_since`: an outage keeps its start until users are seen to be served again.
pub fn down_since(assessment: &Assessment) -> BTreeMap<String, (Moment, RunStart)> {
    let down = assessment.systems.iter().filter_map(|system| match system.up {
        Up::Down { since, start } => Some((system.name.clone(), (since, start))),
        Up::Up | Up::Unknown => None,
    });
    down.collect()
}
