//! The estate: the resources that exist in the simulated account, one file per group of services. Read from TOML, never changed.

pub mod autoscaling;
pub mod backup;
pub mod check;
pub mod cloudwatch;
pub mod drs;
pub mod dynamodb;
pub mod link;
pub mod rds;
pub mod route53;
pub mod storage;

use serde::Deserialize;

/// Everything that exists in the account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    /// Its name.
    pub name: String,
    /// The account's twelve digits.
    pub account: String,
    /// The IAM user whose keys everybody uses.
    #[serde(default = "demo_user")]
    pub user: String,
    /// Its Regions; a request for any other is refused.
    pub regions: Vec<String>,
    /// RDS and Aurora.
    #[serde(default)]
    pub rds: rds::Rds,
    /// DynamoDB.
    #[serde(default)]
    pub dynamodb: dynamodb::DynamoDb,
    /// S3 replication rules.
    #[serde(default)]
    pub s3: storage::S3,
    /// EFS replication.
    #[serde(default)]
    pub efs: storage::Efs,
    /// ElastiCache global datastores.
    #[serde(default)]
    pub elasticache: storage::ElastiCache,
    /// Auto Scaling groups.
    #[serde(default)]
    pub autoscaling: autoscaling::AutoScaling,
    /// Elastic Disaster Recovery.
    #[serde(default)]
    pub drs: drs::Drs,
    /// AWS Backup.
    #[serde(default)]
    pub backup: backup::Backup,
    /// Route 53.
    #[serde(default)]
    pub route53: route53::Route53,
    /// Lags that are known to CloudWatch alone.
    #[serde(default)]
    pub cloudwatch: cloudwatch::CloudWatch,
}

fn demo_user() -> String {
    "demo".to_owned()
}
