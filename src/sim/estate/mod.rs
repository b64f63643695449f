//! The estate: the resources that exist in the simulated account, one file per group of services. Read from TOML, or made
//! from the seed. A change of it is made to a copy, which takes its place.

pub mod arc;
pub mod autoscaling;
pub mod backup;
pub mod check;
mod check_plans;
pub mod cloudwatch;
pub mod deeds;
pub mod dns;
pub mod drs;
pub mod dynamodb;
pub mod iam;
pub mod large;
pub mod link;
pub mod rds;
pub mod recovery_job;
pub mod recovery_plan;
pub mod route53;
pub mod site;
pub mod sns;
pub mod storage;

use std::sync::Arc;

use serde::Deserialize;

/// Everything that exists in the account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    /// Its name.
    pub name: String,
    /// The account's twelve digits.
    pub account: String,
    /// The IAM user of every access key that is nobody else's.
    #[serde(default = "demo_user")]
    pub user: String,
    /// The other IAM users.
    #[serde(default)]
    pub iam: iam::Iam,
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
    /// Application Recovery Controller: routing controls and Region switch.
    #[serde(default)]
    pub arc: arc::RecoveryController,
    /// SNS.
    #[serde(default)]
    pub sns: sns::Sns,
    /// Lags that are known to CloudWatch alone.
    #[serde(default)]
    pub cloudwatch: cloudwatch::CloudWatch,
    /// What systems need in places to serve their users there.
    #[serde(default, rename = "site")]
    pub sites: Vec<site::Site>,
    /// The estates of other accounts, which a role of theirs leads to. An estate file has one account.
    #[serde(skip)]
    pub others: Vec<Arc<Estate>>,
}

impl Estate {
    /// The estate of each account, the caller's own first.
    pub fn accounts(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.others.iter().map(Arc::as_ref))
    }

    /// Whether a service answers in that Region: in those of the estate, and the data plane of routing controls wherever a cluster
    /// has an endpoint.
    pub fn serves(&self, service: &str, region: &str) -> bool {
        self.regions.iter().any(|known| known == region)
            || (service == "route53-recovery-cluster" && self.arc.endpoints().any(|known| known == region))
    }

    /// The Availability Zones there are: three of each Region, and those that groups and servers name.
    pub fn zones(&self) -> Vec<String> {
        let usual = self.regions.iter().flat_map(|region| ["a", "b", "c"].map(|letter| format!("{region}{letter}")));
        let named = self.autoscaling.groups.iter().flat_map(|group| group.zones.iter().cloned());
        let origins = self.drs.servers.iter().filter_map(|server| server.origin_zone.clone());
        let mut zones: Vec<String> = usual.chain(named).chain(origins).collect();
        zones.sort();
        zones.dedup();
        zones
    }
}

fn demo_user() -> String {
    "demo".to_owned()
}
