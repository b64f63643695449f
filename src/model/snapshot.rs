//! A Snapshot: everything known at a moment, one Reading per Query.

use std::collections::BTreeMap;

use super::facts::{self, Answer};
use super::{
    Estimated, Failure, FailureKind, Freshness, Moment, Proven, Query, Reading, Readings, Region, RunStart, Service,
};

/// Everything known, as `observe` hands it to `assess`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// What was asked, and what came of it. A clone shares both.
    pub readings: Readings,
    /// Since when each System's users are not served, as earlier Assessments found; so that an outage keeps its start when
    /// the source that showed it dies.
    pub down_since: BTreeMap<String, (Moment, RunStart)>,
    /// How long recovery took when it was last proven.
    pub proven: Proven,
    /// How long it will take, as the steps of the runbooks add up.
    pub estimated: Estimated,
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
                    self.reading(query, |answer| -> Option<&$type> { match answer {
                        Answer::$variant(value) => Some(value),
                        _ => None,
                    } })
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
        /// The Reading of `DrsJobs` or a `DrsJob`.
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
        /// The Reading of `ScalingActivities`.
        scaling_activities: ScalingActivities -> Vec<facts::autoscaling::Activity>;
        /// The Reading of a `Series`.
        series: Series -> facts::cloudwatch::Series;
        /// The Reading of `Alarms`.
        alarms: Alarms -> Vec<facts::cloudwatch::Alarm>;
        /// The Reading of `HostedZones`.
        hosted_zones: HostedZones -> Vec<facts::route53::Zone>;
        /// The Reading of `Records`.
        records: Records -> Vec<facts::route53::Record>;
        /// The Reading of `DnsAnswer`.
        dns_answer: DnsAnswer -> facts::look::DnsAnswer;
        /// The Reading of `Probe`.
        probe: Probe -> facts::look::Response;
        /// The Reading of `Probes`.
        probes: Probes -> Vec<facts::look::Response>;
        /// The Reading of a `RecordChange`.
        record_change: RecordChange -> facts::route53::RecordChange;
        /// The Reading of `RestoreMetadata`.
        restore_metadata: RestoreMetadata -> Vec<(crate::model::Text, crate::model::Text)>;
        /// The Reading of `SwitchSteps`.
        switch_steps: SwitchSteps -> Vec<facts::arc::SwitchStep>;
        /// The Reading of `RecoveryPlanSteps`.
        recovery_plan_steps: RecoveryPlanSteps -> Vec<facts::drs_plans::ExecutionStep>;
        /// The Reading of `DbEvents`.
        db_events: DbEvents -> Vec<facts::rds::Event>;
        /// The Reading of `DbClusterAutomatedBackups`.
        db_cluster_automated_backups: DbClusterAutomatedBackups -> Vec<facts::rds::ClusterAutomatedBackup>;
        /// The Reading of `BackupPlans`.
        backup_plans: BackupPlans -> Vec<facts::backup_plans::PlanSummary>;
        /// The Reading of `BackupPlan`.
        backup_plan: BackupPlan -> facts::backup_plans::Plan;
        /// The Reading of `BackupSelections`.
        backup_selections: BackupSelections -> Vec<crate::model::Text>;
        /// The Reading of `BackupSelection`.
        backup_selection: BackupSelection -> facts::backup_plans::Selection;
        /// The Reading of `RestoreTestingPlans`.
        restore_testing_plans: RestoreTestingPlans -> Vec<facts::backup_plans::RestoreTestingPlan>;
        /// The Reading of `RestoreTestingSelections`.
        restore_testing_selections: RestoreTestingSelections -> Vec<facts::backup_plans::RestoreTestingSelection>;
        /// The Reading of `JobLog`.
        job_log: JobLog -> Vec<facts::drs::LogItem>;
        /// The Reading of `LaunchConfiguration`.
        launch_configuration: LaunchConfiguration -> facts::drs_settings::LaunchConfiguration;
        /// The Reading of `ReplicationConfiguration`.
        replication_configuration: ReplicationConfiguration -> facts::drs_settings::ReplicationConfiguration;
        /// The Reading of `RecoveryPlans`.
        recovery_plans: RecoveryPlans -> Vec<facts::drs_plans::RecoveryPlan>;
        /// The Reading of `RecoveryPlanExecutions`.
        recovery_plan_executions: RecoveryPlanExecutions -> Vec<facts::drs_plans::Execution>;
        /// The Reading of `RoutingControls`.
        routing_controls: RoutingControls -> Vec<facts::arc::RoutingControl>;
        /// The Reading of `SwitchPlans`.
        switch_plans: SwitchPlans -> Vec<facts::arc::SwitchPlan>;
        /// The Reading of `SwitchExecutions`.
        switch_executions: SwitchExecutions -> Vec<facts::arc::SwitchExecution>;
        /// The Reading of `FileSystemReplications`.
        file_system_replications: FileSystemReplications -> Vec<facts::efs::Replication>;
        /// The Reading of `GlobalDatastores`.
        global_datastores: GlobalDatastores -> Vec<facts::elasticache::GlobalDatastore>;
    }
}

impl Snapshot {
    fn reading<'a, T>(&'a self, query: &Query, pick: impl FnOnce(&'a Answer) -> Option<T>) -> Reading<T> {
        match self.readings.get(query) {
            Some(reading) => reading.map(|answer| pick(answer)),
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
                source.failure = Some(Failure::clone(failure));
            }
        }
        sources.into_values().collect()
    }
}
