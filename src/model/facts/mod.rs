//! What AWS says, in drdeck's own types: one file per service. Every string was sanitised when it entered ([`Text`]),
//! and an enum value that drdeck does not know is kept as it came.

pub mod autoscaling;
pub mod backup;
pub mod cloudwatch;
pub mod drs;
pub mod dynamodb;
pub mod rds;
pub mod route53;
pub mod sts;

use super::Text;

/// The answer to a [`Query`](super::Query), one variant per Query variant.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `Identity`.
    Identity(sts::Identity),
    /// To `SourceServers`.
    SourceServers(Vec<drs::SourceServer>),
    /// To `RecoveryInstances`.
    RecoveryInstances(Vec<drs::RecoveryInstance>),
    /// To `DrsJobs`.
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
    Vault(backup::Vault),
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
    Table(dynamodb::Table),
    /// To `ContinuousBackups`.
    ContinuousBackups(dynamodb::ContinuousBackups),
    /// To `Groups`.
    Groups(Vec<autoscaling::Group>),
    /// To `Series`.
    Series(cloudwatch::Series),
}

/// A value of an AWS enum: one that drdeck knows, or what came instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Known<T> {
    /// A value drdeck knows the meaning of.
    Is(T),
    /// Any other: shown as it came, judged Unknown.
    Other(Text),
}
