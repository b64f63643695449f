//! What AWS says, in drdeck's own types: one file per service. Every string was sanitised when it entered ([`Text`]),
//! and an enum value that drdeck does not know is kept as it came.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

pub mod arc;
pub mod autoscaling;
pub mod backup;
pub mod backup_plans;
pub mod cloudwatch;
pub mod drs;
pub mod drs_plans;
pub mod drs_settings;
pub mod dynamodb;
pub mod efs;
pub mod elasticache;
pub mod look;
pub mod rds;
pub mod route53;
pub mod sts;

use super::Text;

/// The answer to a [`Query`](super::Query), one variant per Query variant. There are tens of thousands of them, most of them series: what is
/// larger has a place of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To `Identity`.
    Identity(sts::Identity),
    /// To `SourceServers`.
    SourceServers(Vec<drs::SourceServer>),
    /// To `RecoveryInstances`.
    RecoveryInstances(Vec<drs::RecoveryInstance>),
    /// To `DrsJobs` and `DrsJob`.
    DrsJobs(Vec<drs::Job>),
    /// To `RecoverySnapshots`.
    RecoverySnapshots(Vec<drs::RecoverySnapshot>),
    /// To `BackupJobs`.
    BackupJobs(Vec<backup::BackupJob>),
    /// To `CopyJobs`.
    CopyJobs(Vec<backup::CopyJob>),
    /// To `RestoreJobs`.
    RestoreJobs(Vec<backup::RestoreJob>),
    /// To `ProtectedResources`.
    ProtectedResources(Vec<backup::ProtectedResource>),
    /// To `RecoveryPoints`.
    RecoveryPoints(Vec<backup::RecoveryPoint>),
    /// To `Vault`.
    Vault(Box<backup::Vault>),
    /// To `DbInstances`.
    DbInstances(Vec<rds::DbInstance>),
    /// To `DbClusters`.
    DbClusters(Vec<rds::DbCluster>),
    /// To `GlobalClusters`.
    GlobalClusters(Vec<rds::GlobalCluster>),
    /// To `DbAutomatedBackups`.
    DbAutomatedBackups(Vec<rds::AutomatedBackup>),
    /// To `HealthChecks`.
    HealthChecks(Vec<route53::HealthCheck>),
    /// To `HealthCheckStatus`.
    HealthCheckStatus(Vec<route53::Observation>),
    /// To `Table`.
    Table(Box<dynamodb::Table>),
    /// To `ContinuousBackups`.
    ContinuousBackups(dynamodb::ContinuousBackups),
    /// To `Groups`.
    Groups(Vec<autoscaling::Group>),
    /// To `ScalingActivities`.
    ScalingActivities(Vec<autoscaling::Activity>),
    /// To `Series`.
    Series(cloudwatch::Series),
    /// To `Alarms`.
    Alarms(Vec<cloudwatch::Alarm>),
    /// To `HostedZones`.
    HostedZones(Vec<route53::Zone>),
    /// To `Records`.
    Records(Vec<route53::Record>),
    /// To `DnsAnswer`.
    DnsAnswer(look::DnsAnswer),
    /// To `Probe`.
    Probe(look::Response),
    /// To `DbEvents`.
    DbEvents(Vec<rds::Event>),
    /// To `DbClusterAutomatedBackups`.
    DbClusterAutomatedBackups(Vec<rds::ClusterAutomatedBackup>),
    /// To `BackupPlans`.
    BackupPlans(Vec<backup_plans::PlanSummary>),
    /// To `BackupPlan`.
    BackupPlan(backup_plans::Plan),
    /// To `BackupSelections`.
    BackupSelections(Vec<Text>),
    /// To `BackupSelection`.
    BackupSelection(Box<backup_plans::Selection>),
    /// To `RestoreTestingPlans`.
    RestoreTestingPlans(Vec<backup_plans::RestoreTestingPlan>),
    /// To `RestoreTestingSelections`.
    RestoreTestingSelections(Vec<backup_plans::RestoreTestingSelection>),
    /// To `JobLog`.
    JobLog(Vec<drs::LogItem>),
    /// To `LaunchConfiguration`.
    LaunchConfiguration(Box<drs_settings::LaunchConfiguration>),
    /// To `ReplicationConfiguration`.
    ReplicationConfiguration(Box<drs_settings::ReplicationConfiguration>),
    /// To `RecoveryPlans`.
    RecoveryPlans(Vec<drs_plans::RecoveryPlan>),
    /// To `RecoveryPlanExecutions`.
    RecoveryPlanExecutions(Vec<drs_plans::Execution>),
    /// To `RoutingControls`.
    RoutingControls(Vec<arc::RoutingControl>),
    /// To `SwitchPlans`.
    SwitchPlans(Vec<arc::SwitchPlan>),
    /// To `SwitchExecutions`.
    SwitchExecutions(Vec<arc::SwitchExecution>),
    /// To `FileSystemReplications`.
    FileSystemReplications(Vec<efs::Replication>),
    /// To `GlobalDatastores`.
    GlobalDatastores(Vec<elasticache::GlobalDatastore>),
    /// To `RecordChange`.
    RecordChange(route53::RecordChange),
    /// To `RestoreMetadata`: names and values.
    RestoreMetadata(Vec<(Text, Text)>),
    /// To `SwitchSteps`.
    SwitchSteps(Vec<arc::SwitchStep>),
    /// To `RecoveryPlanSteps`.
    RecoveryPlanSteps(Vec<drs_plans::ExecutionStep>),
    /// To `Probes`.
    Probes(Vec<look::Response>),
}

impl Answer {
    /// Gives back the room that it does not need: a list that was made in place of an SDK's has that one's, several times as large, and tens of
    /// thousands of jobs and points name the same few resources and vaults.
    pub fn shrink(&mut self) {
        match self {
            Self::SourceServers(list) => list.shrink_to_fit(),
            Self::RecoveryInstances(list) => list.shrink_to_fit(),
            Self::RecoverySnapshots(list) => list.shrink_to_fit(),
            Self::DrsJobs(list) => list.shrink_to_fit(),
            Self::BackupJobs(list) => {
                let mut known = Strings::default();
                for job in &mut *list {
                    known.share([&mut job.resource, &mut job.resource_type, &mut job.vault]);
                    known.share(&mut job.plan);
                }
                list.shrink_to_fit();
            }
            Self::CopyJobs(list) => {
                let mut known = Strings::default();
                for job in &mut *list {
                    known.share([&mut job.resource, &mut job.destination_vault]);
                }
                list.shrink_to_fit();
            }
            Self::RestoreJobs(list) => list.shrink_to_fit(),
            Self::ProtectedResources(list) => list.shrink_to_fit(),
            Self::RecoveryPoints(list) => {
                let mut known = Strings::default();
                for point in &mut *list {
                    known.share([&mut point.resource]);
                    known.share(&mut point.source_vault);
                }
                list.shrink_to_fit();
            }
            Self::DbInstances(list) => list.shrink_to_fit(),
            Self::DbClusters(list) => list.shrink_to_fit(),
            Self::GlobalClusters(list) => list.shrink_to_fit(),
            Self::DbAutomatedBackups(list) => list.shrink_to_fit(),
            Self::HealthChecks(list) => list.shrink_to_fit(),
            Self::HealthCheckStatus(list) => list.shrink_to_fit(),
            Self::Groups(list) => list.shrink_to_fit(),
            Self::ScalingActivities(list) => list.shrink_to_fit(),
            Self::Alarms(list) => list.shrink_to_fit(),
            Self::HostedZones(list) => list.shrink_to_fit(),
            Self::Records(list) => list.shrink_to_fit(),
            Self::DbEvents(list) => list.shrink_to_fit(),
            Self::DbClusterAutomatedBackups(list) => list.shrink_to_fit(),
            Self::BackupPlans(list) => list.shrink_to_fit(),
            Self::BackupSelections(list) => list.shrink_to_fit(),
            Self::RestoreTestingPlans(list) => list.shrink_to_fit(),
            Self::RestoreTestingSelections(list) => list.shrink_to_fit(),
            Self::JobLog(list) => list.shrink_to_fit(),
            Self::RecoveryPlans(list) => list.shrink_to_fit(),
            Self::RecoveryPlanExecutions(list) => list.shrink_to_fit(),
            Self::RoutingControls(list) => list.shrink_to_fit(),
            Self::SwitchPlans(list) => list.shrink_to_fit(),
            Self::SwitchExecutions(list) => list.shrink_to_fit(),
            Self::FileSystemReplications(list) => list.shrink_to_fit(),
            Self::GlobalDatastores(list) => list.shrink_to_fit(),
            Self::Probes(list) => list.shrink_to_fit(),
            Self::RestoreMetadata(list) => list.shrink_to_fit(),
            Self::SwitchSteps(list) => list.shrink_to_fit(),
            Self::RecoveryPlanSteps(list) => list.shrink_to_fit(),
            Self::Series(series) => series.points.shrink_to_fit(),
            Self::Identity(_)
            | Self::Vault(_)
            | Self::Table(_)
            | Self::ContinuousBackups(_)
            | Self::DnsAnswer(_)
            | Self::Probe(_)
            | Self::RecordChange(_)
            | Self::BackupPlan(_)
            | Self::BackupSelection(_)
            | Self::LaunchConfiguration(_)
            | Self::ReplicationConfiguration(_) => {}
        }
    }
}

/// The strings of a list, each kept once.
#[derive(Default)]
struct Strings(HashSet<Text>);

impl Strings {
    fn share<'a>(&mut self, texts: impl IntoIterator<Item = &'a mut Text>) {
        for text in texts {
            match self.0.get(text) {
                Some(known) => text.clone_from(known),
                None => drop(self.0.insert(text.clone())),
            }
        }
    }
}

/// A value of an AWS enum: one that drdeck knows, or what came instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Known<T> {
    /// A value drdeck knows the meaning of.
    Is(T),
    /// Any other: shown as it came, judged Unknown.
    Other(Text),
}
