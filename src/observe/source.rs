//! A source: what answers and fails together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{Estate, Place, Query, Region, Service, Site};

/// A service in a Region as one identity sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The service.
    pub service: Service,
    /// The Region and the identity.
    pub place: Place,
    /// Which of its rate limits applies.
    pub lane: Lane,
}

/// The rate limits that a service knows apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// The usual one.
    Usual,
    /// Route 53's GetHealthCheckStatus: a bucket of 4 that gains 1 a second (aws-facts, section 2). We use half of that.
    Checkers,
}

impl Source {
    /// The source that answers a Query.
    pub fn of(query: &Query) -> Self {
        let lane = match query {
            Query::HealthCheckStatus(..) => Lane::Checkers,
            Query::Identity(_)
            | Query::SourceServers(_)
            | Query::RecoveryInstances(_)
            | Query::DrsJobs(_)
            | Query::RecoverySnapshots(..)
            | Query::BackupJobs(_)
            | Query::CopyJobs(_)
            | Query::RestoreJobs(_)
            | Query::ProtectedResources(_)
            | Query::RecoveryPoints(..)
            | Query::Vault(..)
            | Query::DbInstances(_)
            | Query::DbClusters(_)
            | Query::GlobalClusters(_)
            | Query::DbAutomatedBackups(_)
            | Query::HealthChecks(_)
            | Query::Table(..)
            | Query::ContinuousBackups(..)
            | Query::Groups(_)
            | Query::Series(..) => Lane::Usual,
        };
        Self { service: query.operation().0, place: query.place().clone(), lane }
    }

    /// The Queries of each source.
    pub fn group(queries: &BTreeSet<Query>) -> BTreeMap<Self, BTreeSet<Query>> {
        let mut sources: BTreeMap<Self, BTreeSet<Query>> = BTreeMap::new();
        for query in queries {
            sources.entry(Self::of(query)).or_default().insert(query.clone());
        }
        sources
    }
}

/// The Regions of an estate, those that Systems are recovered to first: they are there when the others are not.
pub(super) fn regions(estate: &Estate) -> Vec<Region> {
    let recovery = estate.systems.iter().map(|system| system.recovery.clone());
    let primary = estate.systems.iter().filter_map(|system| match &system.primary {
        Site::Region(region) => Some(region.clone()),
        Site::OnPremises => None,
    });
    let mut seen = BTreeSet::new();
    recovery.chain(primary).filter(|region| seen.insert(region.clone())).collect()
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.service, self.place.region)
    }
}
