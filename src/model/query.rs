//! A Query: one thing to be known from AWS. Kinds name what they need; `observe` decides when it is read and batches it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Place, Region, Service};

/// A CloudWatch series, read with a period of 60 s, newest points first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Window {
    /// 20 minutes: the newest value, and a sparkline.
    Recent,
    /// 3 hours, the span of the cheaper CloudWatch limit: since when a health check fails.
    Long,
}

/// A question to DNS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DnsQuestion {
    /// The name, without a dot at its end.
    pub name: String,
    /// `A`, `AAAA` or `CNAME`.
    pub kind: String,
    /// Whom it is put to.
    pub server: DnsServer,
}

/// Who answers a question to DNS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DnsServer {
    /// The name servers of the zone: what Route 53 answers now, without caches.
    Authoritative,
    /// The resolvers of this machine, or those of the config: what clients that share them get, from their caches.
    Resolver,
}

/// One thing to be known from AWS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// What the Auto Scaling group of that name did last, newest first: `autoscaling:DescribeScalingActivities`.
    ScalingActivities(Place, String),
    /// One CloudWatch series: part of a `cloudwatch:GetMetricData`.
    Series(Place, Arc<Metric>),
    /// Every alarm: `cloudwatch:DescribeAlarms`.
    Alarms(Place),
    /// Every hosted zone: `route53:ListHostedZones`.
    HostedZones(Place),
    /// The records of the hosted zone of that id: `route53:ListResourceRecordSets`.
    Records(Place, String),
    /// What DNS answers; no AWS API. The Place's Region is [`Place::EVERYWHERE`].
    DnsAnswer(Place, DnsQuestion),
    /// What a GET of that URL brings; no AWS API. The Place's Region is the site that the URL belongs to.
    Probe(Place, String),
    /// What RDS did in the last 24 hours: `rds:DescribeEvents`.
    DbEvents(Place),
    /// Automated backups of Aurora clusters kept in that Region: `rds:DescribeDBClusterAutomatedBackups`.
    DbClusterAutomatedBackups(Place),
    /// Every backup plan: `backup:ListBackupPlans`.
    BackupPlans(Place),
    /// The rules of one backup plan, by its id: `backup:GetBackupPlan`.
    BackupPlan(Place, String),
    /// The selections of one backup plan, by its id: `backup:ListBackupSelections`.
    BackupSelections(Place, String),
    /// What one selection takes in, by the ids of the plan and of the selection: `backup:GetBackupSelection`.
    BackupSelection(Place, String, String),
    /// Every restore testing plan: `backup:ListRestoreTestingPlans`.
    RestoreTestingPlans(Place),
    /// What one restore testing plan tests, by its name: `backup:ListRestoreTestingSelections`.
    RestoreTestingSelections(Place, String),
    /// The log of one DRS job: `drs:DescribeJobLogItems`.
    JobLog(Place, String),
    /// How a source server would be launched: `drs:GetLaunchConfiguration`.
    LaunchConfiguration(Place, String),
    /// How a source server replicates: `drs:GetReplicationConfiguration`.
    ReplicationConfiguration(Place, String),
    /// Every DRS recovery plan: `drs:ListRecoveryPlans`.
    RecoveryPlans(Place),
    /// The executions of one DRS recovery plan, by its ARN: `drs:ListRecoveryPlanExecutions`.
    RecoveryPlanExecutions(Place, String),
    /// Every routing control of the ARC cluster: `route53-recovery-cluster:ListRoutingControls`, from the endpoint in the Place's Region, or,
    /// where that is [`Place::EVERYWHERE`], from whichever answers.
    RoutingControls(Place),
    /// Every ARC Region switch plan: `arc-region-switch:ListPlansInRegion`.
    SwitchPlans(Place),
    /// The executions of one ARC Region switch plan, by its ARN: `arc-region-switch:ListPlanExecutions`.
    SwitchExecutions(Place, String),
    /// Every EFS replication: `elasticfilesystem:DescribeReplicationConfigurations`.
    FileSystemReplications(Place),
    /// Every ElastiCache global datastore: `elasticache:DescribeGlobalReplicationGroups`.
    GlobalDatastores(Place),
    /// One DRS job by its id, however long ago it ran: `drs:DescribeJobs`.
    DrsJob(Place, String),
    /// How far a change of records has come, by its id: `route53:GetChange`.
    RecordChange(Place, String),
    /// What a restore of one recovery point would be told, by the vault and the point's ARN: `backup:GetRecoveryPointRestoreMetadata`.
    RestoreMetadata(Place, String, String),
    /// The steps of one execution of an ARC Region switch plan, by the plan's ARN and its id: `arc-region-switch:GetPlanExecution`.
    SwitchSteps(Place, String, String),
    /// The steps of one execution of a DRS recovery plan, by its ARN: `drs:ListRecoveryPlanExecutionSteps`.
    RecoveryPlanSteps(Place, String),
    /// What several GETs of that URL bring, a second apart; no AWS API. The Place's Region is [`Place::EVERYWHERE`].
    Probes(Place, String, u32),
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
            | Self::Series(place, _)
            | Self::Alarms(place)
            | Self::HostedZones(place)
            | Self::DbEvents(place)
            | Self::DbClusterAutomatedBackups(place)
            | Self::BackupPlans(place)
            | Self::RestoreTestingPlans(place)
            | Self::RecoveryPlans(place)
            | Self::RoutingControls(place)
            | Self::SwitchPlans(place)
            | Self::FileSystemReplications(place)
            | Self::GlobalDatastores(place)
            | Self::Records(place, _)
            | Self::ScalingActivities(place, _)
            | Self::DnsAnswer(place, _)
            | Self::Probe(place, _)
            | Self::BackupPlan(place, _)
            | Self::BackupSelections(place, _)
            | Self::RestoreTestingSelections(place, _)
            | Self::JobLog(place, _)
            | Self::LaunchConfiguration(place, _)
            | Self::ReplicationConfiguration(place, _)
            | Self::RecoveryPlanExecutions(place, _)
            | Self::SwitchExecutions(place, _)
            | Self::DrsJob(place, _)
            | Self::RecordChange(place, _)
            | Self::RecoveryPlanSteps(place, _)
            | Self::RestoreMetadata(place, _, _)
            | Self::SwitchSteps(place, _, _)
            | Self::Probes(place, _, _)
            | Self::BackupSelection(place, _, _) => place,
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
            Self::ScalingActivities(..) => (Service::AutoScaling, "DescribeScalingActivities"),
            Self::Series(..) => (Service::CloudWatch, "GetMetricData"),
            Self::Alarms(_) => (Service::CloudWatch, "DescribeAlarms"),
            Self::HostedZones(_) => (Service::Route53, "ListHostedZones"),
            Self::Records(..) => (Service::Route53, "ListResourceRecordSets"),
            Self::DnsAnswer(..) => (Service::Dns, "Query"),
            Self::Probe(..) => (Service::Http, "Get"),
            Self::DbEvents(_) => (Service::Rds, "DescribeEvents"),
            Self::DbClusterAutomatedBackups(_) => (Service::Rds, "DescribeDBClusterAutomatedBackups"),
            Self::BackupPlans(_) => (Service::Backup, "ListBackupPlans"),
            Self::BackupPlan(..) => (Service::Backup, "GetBackupPlan"),
            Self::BackupSelections(..) => (Service::Backup, "ListBackupSelections"),
            Self::BackupSelection(..) => (Service::Backup, "GetBackupSelection"),
            Self::RestoreTestingPlans(_) => (Service::Backup, "ListRestoreTestingPlans"),
            Self::RestoreTestingSelections(..) => (Service::Backup, "ListRestoreTestingSelections"),
            Self::JobLog(..) => (Service::Drs, "DescribeJobLogItems"),
            Self::LaunchConfiguration(..) => (Service::Drs, "GetLaunchConfiguration"),
            Self::ReplicationConfiguration(..) => (Service::Drs, "GetReplicationConfiguration"),
            Self::RecoveryPlans(_) => (Service::Drs, "ListRecoveryPlans"),
            Self::RecoveryPlanExecutions(..) => (Service::Drs, "ListRecoveryPlanExecutions"),
            Self::RoutingControls(_) => (Service::Route53RecoveryCluster, "ListRoutingControls"),
            Self::SwitchPlans(_) => (Service::ArcRegionSwitch, "ListPlansInRegion"),
            Self::SwitchExecutions(..) => (Service::ArcRegionSwitch, "ListPlanExecutions"),
            Self::FileSystemReplications(_) => (Service::Efs, "DescribeReplicationConfigurations"),
            Self::GlobalDatastores(_) => (Service::ElastiCache, "DescribeGlobalReplicationGroups"),
            Self::DrsJob(..) => (Service::Drs, "DescribeJobs"),
            Self::RecordChange(..) => (Service::Route53, "GetChange"),
            Self::RestoreMetadata(..) => (Service::Backup, "GetRecoveryPointRestoreMetadata"),
            Self::SwitchSteps(..) => (Service::ArcRegionSwitch, "GetPlanExecution"),
            Self::RecoveryPlanSteps(..) => (Service::Drs, "ListRecoveryPlanExecutionSteps"),
            Self::Probes(..) => (Service::Http, "Get"),
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
