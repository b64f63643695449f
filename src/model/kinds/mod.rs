//! The kinds of Component. A new kind is one file here and one line in [`Kind`].

mod alarm;
mod asg;
mod aurora_global;
mod backup;
mod check;
mod dns_record;
mod drs;
mod dynamodb_global_table;
mod dynamodb_table;
mod efs_replication;
mod elasticache_global;
mod evidence;
mod health_check;
pub(crate) mod lag;
mod metric;
mod rds;
mod rds_instance;
mod rds_replica;
mod record_sets;
mod s3_replication;
mod traffic;

pub use alarm::Alarm;
pub use asg::Asg;
pub use aurora_global::AuroraGlobal;
pub use backup::{Backup, CopyVault, overdue_after};
pub use check::Counts;
pub use dns_record::DnsRecord;
pub use drs::{Drs, Servers};
pub use dynamodb_global_table::DynamodbGlobalTable;
pub use dynamodb_table::DynamodbTable;
pub use efs_replication::EfsReplication;
pub use elasticache_global::ElasticacheGlobal;
pub use evidence::{Copies, Doubt, Evidence, Health, Means, Protection, Serving, Trust};
pub use health_check::HealthCheck;
pub use metric::{LagUnit, Metric};
pub use rds_instance::RdsInstance;
pub use rds_replica::RdsReplica;
pub use s3_replication::S3Replication;
pub use traffic::{CheckView, Route, RouteSet, ToldBy, check_queries, check_view, of_traffic};

use super::Query;
use super::index::Index;

/// What to ask about a Component, and what the answers mean. Pure.
pub trait ComponentKind {
    /// What has to be known always.
    fn needs(&self) -> Vec<Query>;

    /// What has to be known besides, given what is known so far: the lag of a cluster whose name an answer tells, the checkers'
    /// own words while CloudWatch is silent.
    fn follow_ups(&self, _index: &Index<'_>) -> Vec<Query> {
        Vec::new()
    }

    /// What the answers mean.
    fn judge(&self, index: &Index<'_>) -> Evidence;
}

/// What a Component is and where. Regions and roles are resolved: nothing here refers to the System any more.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// DRS source servers.
    Drs(Drs),
    /// An RDS instance with its automated backups.
    RdsInstance(RdsInstance),
    /// An RDS instance and its read replica in another Region.
    RdsReplica(RdsReplica),
    /// An Aurora global database.
    AuroraGlobal(AuroraGlobal),
    /// A DynamoDB table of one Region.
    DynamodbTable(DynamodbTable),
    /// A DynamoDB global table.
    DynamodbGlobalTable(DynamodbGlobalTable),
    /// An S3 replication rule.
    S3Replication(S3Replication),
    /// The replication of an EFS file system.
    EfsReplication(EfsReplication),
    /// An ElastiCache global datastore.
    ElasticacheGlobal(ElasticacheGlobal),
    /// A resource that AWS Backup protects.
    Backup(Backup),
    /// An Auto Scaling group to fail over to.
    Asg(Asg),
    /// A Route 53 health check.
    HealthCheck(HealthCheck),
    /// A DNS name that users ask for.
    DnsRecord(DnsRecord),
    /// A CloudWatch alarm.
    Alarm(Alarm),
    /// Any CloudWatch series that is a lag.
    Metric(Metric),
}

impl Kind {
    /// Every kind's word, as the config writes it.
    pub const NAMES: [&'static str; 15] = [
        "drs",
        "rds-instance",
        "rds-replica",
        "aurora-global",
        "dynamodb-table",
        "dynamodb-global-table",
        "s3-replication",
        "efs-replication",
        "elasticache-global",
        "backup",
        "asg",
        "health-check",
        "dns-record",
        "alarm",
        "metric",
    ];

    /// The word in the config and in JSON: `rds-replica`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Drs(_) => "drs",
            Self::RdsInstance(_) => "rds-instance",
            Self::RdsReplica(_) => "rds-replica",
            Self::AuroraGlobal(_) => "aurora-global",
            Self::DynamodbTable(_) => "dynamodb-table",
            Self::DynamodbGlobalTable(_) => "dynamodb-global-table",
            Self::S3Replication(_) => "s3-replication",
            Self::EfsReplication(_) => "efs-replication",
            Self::ElasticacheGlobal(_) => "elasticache-global",
            Self::Backup(_) => "backup",
            Self::Asg(_) => "asg",
            Self::HealthCheck(_) => "health-check",
            Self::DnsRecord(_) => "dns-record",
            Self::Alarm(_) => "alarm",
            Self::Metric(_) => "metric",
        }
    }
}

impl Kind {
    fn component(&self) -> &dyn ComponentKind {
        match self {
            Self::Drs(kind) => kind,
            Self::RdsInstance(kind) => kind,
            Self::RdsReplica(kind) => kind,
            Self::AuroraGlobal(kind) => kind,
            Self::DynamodbTable(kind) => kind,
            Self::DynamodbGlobalTable(kind) => kind,
            Self::S3Replication(kind) => kind,
            Self::EfsReplication(kind) => kind,
            Self::ElasticacheGlobal(kind) => kind,
            Self::Backup(kind) => kind,
            Self::Asg(kind) => kind,
            Self::HealthCheck(kind) => kind,
            Self::DnsRecord(kind) => kind,
            Self::Alarm(kind) => kind,
            Self::Metric(kind) => kind,
        }
    }
}

impl ComponentKind for Kind {
    fn needs(&self) -> Vec<Query> {
        self.component().needs()
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        self.component().follow_ups(index)
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        self.component().judge(index)
    }
}
