//! A source: what answers and fails together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

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
    /// The usual one: lists, with every refresh.
    Usual,
    /// Questions about single things (a table, a vault, a server): there may be thousands, so they are asked in turn, and no list waits for them.
    Things,
    /// Route 53's GetHealthCheckStatus, which has the smallest of all: see [`crate::aws::BETWEEN_STATUSES`].
    Checkers,
}

impl Lane {
    /// The lane of a Query.
    pub(super) const fn of(query: &Query) -> Self {
        match query {
            Query::HealthCheckStatus(..) => Self::Checkers,
            Query::RecoverySnapshots(..)
            | Query::LaunchConfiguration(..)
            | Query::ReplicationConfiguration(..)
            | Query::JobLog(..)
            | Query::DrsJob(..)
            | Query::RecordChange(..)
            | Query::RestoreMetadata(..)
            | Query::SwitchSteps(..)
            | Query::RecoveryPlanSteps(..)
            | Query::RecoveryPlanExecutions(..)
            | Query::RecoveryPoints(..)
            | Query::Vault(..)
            | Query::BackupPlan(..)
            | Query::BackupSelections(..)
            | Query::BackupSelection(..)
            | Query::RestoreTestingSelections(..)
            | Query::Table(..)
            | Query::ContinuousBackups(..)
            | Query::Records(..)
            | Query::ScalingActivities(..)
            | Query::SwitchExecutions(..) => Self::Things,
            Query::Identity(_)
            | Query::SourceServers(_)
            | Query::RecoveryInstances(_)
            | Query::DrsJobs(_)
            | Query::RecoveryPlans(_)
            | Query::BackupJobs(_)
            | Query::CopyJobs(_)
            | Query::RestoreJobs(_)
            | Query::ProtectedResources(_)
            | Query::BackupPlans(_)
            | Query::RestoreTestingPlans(_)
            | Query::DbInstances(_)
            | Query::DbClusters(_)
            | Query::GlobalClusters(_)
            | Query::DbAutomatedBackups(_)
            | Query::DbClusterAutomatedBackups(_)
            | Query::DbEvents(_)
            | Query::HealthChecks(_)
            | Query::HostedZones(_)
            | Query::Groups(_)
            | Query::Series(..)
            | Query::Alarms(_)
            | Query::DnsAnswer(..)
            | Query::Probe(..)
            | Query::Probes(..)
            | Query::RoutingControls(_)
            | Query::SwitchPlans(_)
            | Query::FileSystemReplications(_)
            | Query::GlobalDatastores(_) => Self::Usual,
        }
    }
}

impl Source {
    /// The source that answers a Query.
    pub fn of(query: &Query) -> Self {
        let lane = Lane::of(query);
        Self { service: query.operation().0, place: query.place().clone(), lane }
    }

    /// The Queries of each source.
    pub fn group(queries: &BTreeSet<Arc<Query>>) -> BTreeMap<Self, BTreeSet<Arc<Query>>> {
        let mut sources: BTreeMap<Self, BTreeSet<Arc<Query>>> = BTreeMap::new();
        for query in queries {
            sources.entry(Self::of(query)).or_default().insert(Arc::clone(query));
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
