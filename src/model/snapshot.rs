//! A Snapshot: everything known at a moment, one Reading per Query.

use std::collections::BTreeMap;

use super::facts::{self, Answer};
use super::{Failure, FailureKind, Freshness, Moment, Query, Reading, Region, RunStart, Service};

/// Everything known, as `observe` hands it to `assess`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// What was asked, and what came of it.
    pub readings: BTreeMap<Query, Reading<Answer>>,
    /// Since when each System's users are not served, as earlier Assessments found; so that an outage keeps its start when
    /// the source that showed it dies.
    pub down_since: BTreeMap<String, (Moment, RunStart)>,
    /// Calls made for the last full refresh.
    pub calls: u64,
    /// What a refresh costs at the configured interval, in US dollars per hour, estimated.
    pub cost_per_hour_usd: f64,
}

/// How a source of readings (a service in a Region) stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceStatus {
    /// All its readings are fresh.
    Ok,
    /// At least one value is older than it should be.
    Stale,
    /// At least one Query was never answered.
    Error,
}

/// A source of readings and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceState {
    /// The service.
    pub service: Service,
    /// The Region.
    pub region: Region,
    /// The worst of its readings.
    pub status: SourceStatus,
    /// The oldest `read_at` of its readings.
    pub read_at: Option<Moment>,
    /// The failure that lasts longest.
    pub failure: Option<Failure>,
}

macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident: $variant:ident -> $type:ty;)*) => {
        impl Snapshot {
            $(
                $(#[$doc])*
                pub fn $name(&self, query: &Query) -> Reading<&$type> {
                    self.reading(query, |answer| match answer {
                        Answer::$variant(value) => Some(value),
                        _ => None,
                    })
                }
            )*
        }
    };
}

#[allow(clippy::wildcard_enum_match_arm, reason = "each reader picks its own variant and refuses all others")]
mod typed {
    use super::{Answer, Query, Reading, Snapshot, facts};

    readers! {
        /// The Reading of an `Identity`.
        identity: Identity -> facts::sts::Identity;
        /// The Reading of `SourceServers`.
        source_servers: SourceServers -> Vec<facts::drs::SourceServer>;
        /// The Reading of `RecoveryInstances`.
        recovery_instances: RecoveryInstances -> Vec<facts::drs::RecoveryInstance>;
        /// The Reading of `DrsJobs`.
        drs_jobs: DrsJobs -> Vec<facts::drs::Job>;
        /// The Reading of `RecoverySnapshots`.
        recovery_snapshots: RecoverySnapshots -> Vec<facts::drs::RecoverySnapshot>;
        /// The Reading of `BackupJobs`.
        backup_jobs: BackupJobs -> Vec<facts::backup::BackupJob>;
        /// The Reading of `CopyJobs`.
        copy_jobs: CopyJobs -> Vec<facts::backup::CopyJob>;
        /// The Reading of `RestoreJobs`.
        restore_jobs: RestoreJobs -> Vec<facts::backup::RestoreJob>;
        /// The Reading of `ProtectedResources`.
        protected_resources: ProtectedResources -> Vec<facts::backup::ProtectedResource>;
        /// The Reading of `RecoveryPoints`.
        recovery_points: RecoveryPoints -> Vec<facts::backup::RecoveryPoint>;
        /// The Reading of a `Vault`.
        vault: Vault -> facts::backup::Vault;
        /// The Reading of `DbInstances`.
        db_instances: DbInstances -> Vec<facts::rds::DbInstance>;
        /// The Reading of `DbClusters`.
        db_clusters: DbClusters -> Vec<facts::rds::DbCluster>;
        /// The Reading of `GlobalClusters`.
        global_clusters: GlobalClusters -> Vec<facts::rds::GlobalCluster>;
        /// The Reading of `DbAutomatedBackups`.
        db_automated_backups: DbAutomatedBackups -> Vec<facts::rds::AutomatedBackup>;
        /// The Reading of `HealthChecks`.
        health_checks: HealthChecks -> Vec<facts::route53::HealthCheck>;
        /// The Reading of a `HealthCheckStatus`.
        health_check_status: HealthCheckStatus -> Vec<facts::route53::Observation>;
        /// The Reading of a `Table`.
        table: Table -> facts::dynamodb::Table;
        /// The Reading of `ContinuousBackups`.
        continuous_backups: ContinuousBackups -> facts::dynamodb::ContinuousBackups;
        /// The Reading of `Groups`.
        groups: Groups -> Vec<facts::autoscaling::Group>;
        /// The Reading of a `Series`.
        series: Series -> facts::cloudwatch::Series;
    }
}

impl Snapshot {
    fn reading<'a, T>(&'a self, query: &Query, pick: impl FnOnce(&'a Answer) -> Option<T>) -> Reading<T> {
        match self.readings.get(query) {
            Some(reading) => reading.map(pick),
            None => Reading { value: None, read_at: None, fresh_until: None, failing: None },
        }
    }

    /// Every source and how it stands at `now`, in the order of service and Region.
    pub fn sources(&self, now: Moment) -> Vec<SourceState> {
        let mut sources: BTreeMap<(Service, &Region), SourceState> = BTreeMap::new();
        for (query, reading) in &self.readings {
            let (service, _) = query.operation();
            // "It is not there" is an answer.
            let not_there = reading.failing.as_ref().is_some_and(|f| f.kind == FailureKind::NotFound);
            let status = match reading.freshness(now) {
                Freshness::Fresh => SourceStatus::Ok,
                Freshness::Stale | Freshness::Missing if not_there => SourceStatus::Ok,
                Freshness::Stale => SourceStatus::Stale,
                Freshness::Missing => SourceStatus::Error,
            };
            let source = sources.entry((service, query.region())).or_insert_with(|| SourceState {
                service,
                region: query.region().clone(),
                status,
                read_at: reading.read_at,
                failure: None,
            });
            source.status = source.status.max(status);
            source.read_at = match (source.read_at, reading.read_at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            if let Some(failure) = reading.failing.as_ref().filter(|f| f.kind != FailureKind::NotFound)
                && source.failure.as_ref().is_none_or(|f| failure.since < f.since)
            {
                source.failure = Some(failure.clone());
            }
        }
        sources.into_values().collect()
    }
}
