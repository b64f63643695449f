//! A Query: one thing to be known from AWS. Kinds name what they need; `observe` decides when it is read and batches it.

use super::{Place, Region, Service};

/// A CloudWatch series, read with a period of 60 s, newest points first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric {
    /// For example `AWS/RDS`.
    pub namespace: String,
    /// For example `ReplicaLag`.
    pub name: String,
    /// Name and value pairs, in the order of their names.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `Minimum`, `Maximum`, `Sum` or `SampleCount`.
    pub statistic: String,
    /// How far back to ask.
    pub window: Window,
}

/// How far back a series is asked for. CloudWatch bills by series, not by point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// 20 minutes: the newest value, and a sparkline.
    Recent,
    /// 3 hours, the span of the cheaper CloudWatch limit: since when a health check fails.
    Long,
}

/// One thing to be known from AWS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Query {
    /// Who we are: `sts:GetCallerIdentity`.
    Identity(Place),
    /// Every DRS source server: `drs:DescribeSourceServers`.
    SourceServers(Place),
    /// Every DRS recovery instance: `drs:DescribeRecoveryInstances`.
    RecoveryInstances(Place),
    /// DRS jobs of the last 24 hours: `drs:DescribeJobs`.
    DrsJobs(Place),
    /// The points in time of one DRS source server: `drs:DescribeRecoverySnapshots`.
    RecoverySnapshots(Place, String),
    /// Backup jobs of the last days: `backup:ListBackupJobs`.
    BackupJobs(Place),
    /// Copy jobs of the last days: `backup:ListCopyJobs`.
    CopyJobs(Place),
    /// Restore jobs of the last days: `backup:ListRestoreJobs`.
    RestoreJobs(Place),
    /// Everything AWS Backup ever backed up: `backup:ListProtectedResources`.
    ProtectedResources(Place),
    /// The recovery points of one vault: `backup:ListRecoveryPointsByBackupVault`.
    RecoveryPoints(Place, String),
    /// One vault: `backup:DescribeBackupVault`.
    Vault(Place, String),
    /// Every RDS instance: `rds:DescribeDBInstances`.
    DbInstances(Place),
    /// Every Aurora cluster: `rds:DescribeDBClusters`.
    DbClusters(Place),
    /// Every Aurora global database: `rds:DescribeGlobalClusters`.
    GlobalClusters(Place),
    /// Automated backups kept in that Region, those replicated into it included: `rds:DescribeDBInstanceAutomatedBackups`.
    DbAutomatedBackups(Place),
    /// Every health check: `route53:ListHealthChecks`. The Place's Region is `us-east-1`, where the control plane is.
    HealthChecks(Place),
    /// What the checkers of one health check saw: `route53:GetHealthCheckStatus`, 1 per second at most, so only where
    /// CloudWatch cannot be read.
    HealthCheckStatus(Place, String),
    /// One table: `dynamodb:DescribeTable`.
    Table(Place, String),
    /// Its point-in-time recovery: `dynamodb:DescribeContinuousBackups`.
    ContinuousBackups(Place, String),
    /// Every Auto Scaling group: `autoscaling:DescribeAutoScalingGroups`.
    Groups(Place),
    /// One CloudWatch series: part of a `cloudwatch:GetMetricData`.
    Series(Place, Metric),
}

impl Query {
    /// The Place asked.
    pub const fn place(&self) -> &Place {
        match self {
            Self::Identity(place)
            | Self::SourceServers(place)
            | Self::RecoveryInstances(place)
            | Self::DrsJobs(place)
            | Self::RecoverySnapshots(place, _)
            | Self::BackupJobs(place)
            | Self::CopyJobs(place)
            | Self::RestoreJobs(place)
            | Self::ProtectedResources(place)
            | Self::RecoveryPoints(place, _)
            | Self::Vault(place, _)
            | Self::DbInstances(place)
            | Self::DbClusters(place)
            | Self::GlobalClusters(place)
            | Self::DbAutomatedBackups(place)
            | Self::HealthChecks(place)
            | Self::HealthCheckStatus(place, _)
            | Self::Table(place, _)
            | Self::ContinuousBackups(place, _)
            | Self::Groups(place)
            | Self::Series(place, _) => place,
        }
    }

    /// The service and the API operation that answers it.
    pub const fn operation(&self) -> (Service, &'static str) {
        match self {
            Self::Identity(_) => (Service::Sts, "GetCallerIdentity"),
            Self::SourceServers(_) => (Service::Drs, "DescribeSourceServers"),
            Self::RecoveryInstances(_) => (Service::Drs, "DescribeRecoveryInstances"),
            Self::DrsJobs(_) => (Service::Drs, "DescribeJobs"),
            Self::RecoverySnapshots(..) => (Service::Drs, "DescribeRecoverySnapshots"),
            Self::BackupJobs(_) => (Service::Backup, "ListBackupJobs"),
            Self::CopyJobs(_) => (Service::Backup, "ListCopyJobs"),
            Self::RestoreJobs(_) => (Service::Backup, "ListRestoreJobs"),
            Self::ProtectedResources(_) => (Service::Backup, "ListProtectedResources"),
            Self::RecoveryPoints(..) => (Service::Backup, "ListRecoveryPointsByBackupVault"),
            Self::Vault(..) => (Service::Backup, "DescribeBackupVault"),
            Self::DbInstances(_) => (Service::Rds, "DescribeDBInstances"),
            Self::DbClusters(_) => (Service::Rds, "DescribeDBClusters"),
            Self::GlobalClusters(_) => (Service::Rds, "DescribeGlobalClusters"),
            Self::DbAutomatedBackups(_) => (Service::Rds, "DescribeDBInstanceAutomatedBackups"),
            Self::HealthChecks(_) => (Service::Route53, "ListHealthChecks"),
            Self::HealthCheckStatus(..) => (Service::Route53, "GetHealthCheckStatus"),
            Self::Table(..) => (Service::DynamoDb, "DescribeTable"),
            Self::ContinuousBackups(..) => (Service::DynamoDb, "DescribeContinuousBackups"),
            Self::Groups(_) => (Service::AutoScaling, "DescribeAutoScalingGroups"),
            Self::Series(..) => (Service::CloudWatch, "GetMetricData"),
        }
    }

    /// The Region asked.
    pub const fn region(&self) -> &Region {
        &self.place().region
    }

    /// Service, operation and Region as shown beside a figure: `drs:DescribeSourceServers us-west-2`.
    pub fn source(&self) -> String {
        let (service, operation) = self.operation();
        format!("{service}:{operation} {}", self.region())
    }
}
