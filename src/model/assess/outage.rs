//! Whether users are served, and since when not.

use std::collections::{BTreeMap, BTreeSet};

use super::Judged;
use crate::model::kinds::Health;
use crate::model::{Assessment, Moment, RunStart, Site, Snapshot, System, Up};

/// Whether an outage lasts, as the health checks of the active sites show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outage {
    /// Users are served.
    No,
    /// They are not, since that moment or, if its start was not seen, before.
    Since(Moment, RunStart),
    /// No check tells.
    Untold,
}

impl Outage {
    /// What the checks say now, and where they say nothing, what they said last.
    pub(super) fn observe(
        system: &System,
        active: &BTreeSet<Site>,
        judged: &[Judged<'_>],
        snapshot: &Snapshot,
    ) -> Self {
        let remembered = snapshot.down_since.get(&system.name).copied();
        let watched = |site: &Site| if active.is_empty() { *site == system.primary } else { active.contains(site) };
        let checks = judged.iter().filter_map(|each| each.evidence.health.as_ref());
        let healths: Vec<&Health> = checks.filter(|(site, _)| watched(site)).map(|(_, health)| health).collect();
        if healths.contains(&&Health::Passing) {
            return Self::No;
        }
        // Users are not served since the last of the checks began to fail.
        let starts = healths.iter().map(|health| match health {
            Health::Failing { since, start } => Some((*since, *start)),
            Health::Passing | Health::Unknown => None,
        });
        let down: Option<Vec<(Moment, RunStart)>> = starts.collect();
        match (down.and_then(|runs| runs.into_iter().max_by_key(|(since, _)| *since)), remembered) {
            (Some((since, RunStart::Seen)), _) => Self::Since(since, RunStart::Seen),
            (Some((since, RunStart::Earlier)), Some((known, start))) if known <= since => Self::Since(known, start),
            (Some((since, RunStart::Earlier)), _) => Self::Since(since, RunStart::Earlier),
            (None, Some((known, start))) => Self::Since(known, start),
            (None, None) => Self::Untold,
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

/// The sites whose checks fail and none passes.
pub(super) fn failing_sites<'a>(judged: &'a [Judged<'_>]) -> impl Iterator<Item = Site> + 'a {
    let checks = || judged.iter().filter_map(|each| each.evidence.health.as_ref());
    checks()
        .filter(|(_, health)| matches!(health, Health::Failing { .. }))
        .filter(move |(site, _)| !checks().any(|(other, health)| other == site && *health == Health::Passing))
        .map(|(site, _)| site.clone())
}

/// What the next Snapshot has to remember as `down_since`: an outage keeps its start until users are seen to be served again.
pub fn down_since(assessment: &Assessment) -> BTreeMap<String, (Moment, RunStart)> {
    let down = assessment.systems.iter().filter_map(|system| match system.up {
        Up::Down { since, start } => Some((system.name.clone(), (since, start))),
        Up::Up | Up::Unknown => None,
    });
    down.collect()
}
