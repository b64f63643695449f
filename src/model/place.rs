//! Where a question is asked: which AWS service, in which Region, through which role.

use serde::{Deserialize, Serialize};

use std::fmt;
use std::sync::Arc;

/// An AWS Region by its API name, for example `us-east-1`. Cheap to clone: every question names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Region(Arc<str>);

impl Region {
    /// The Region of that API name; nothing is checked here, the config does that.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into().into())
    }

    /// The API name, for example `us-east-1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The abbreviation on narrow screens: `us-east-1` is `use1`, `ap-northeast-2` is `apne2`, `us-gov-west-1` is `usgw1`.
    pub fn short(&self) -> String {
        let mut parts = self.0.split('-').peekable();
        let mut short = String::new();
        let mut first = true;
        while let Some(part) = parts.next() {
            if first || parts.peek().is_none() {
                short.push_str(part);
            } else {
                match part {
                    "northeast" => short.push_str("ne"),
                    "northwest" => short.push_str("nw"),
                    "southeast" => short.push_str("se"),
                    "southwest" => short.push_str("sw"),
                    other => short.extend(other.chars().next()),
                }
            }
            first = false;
        }
        short
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One AWS endpoint as one identity sees it. Two Places differ in what they can read and fail apart from each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The Region asked.
    pub region: Region,
    /// The role assumed for it, or the identity drdeck was started with.
    pub role: Option<Arc<str>>,
}

impl Place {
    /// What stands for a Region where the answer does not depend on one: DNS, an ARC cluster. AWS's own name for that.
    pub const EVERYWHERE: &str = "aws-global";

    /// The Region, asked with the identity drdeck was started with.
    pub fn home(region: impl Into<String>) -> Self {
        Self { region: Region::new(region), role: None }
    }
}

/// What drdeck reads: AWS services, named as in an ARN or an IAM action, and what it looks at with its own eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Service {
    /// ARC Region switch.
    ArcRegionSwitch,
    /// Auto Scaling groups.
    AutoScaling,
    /// AWS Backup.
    Backup,
    /// CloudWatch metrics and alarms.
    CloudWatch,
    /// DNS itself, asked by drdeck: no AWS API.
    Dns,
    /// Elastic Disaster Recovery.
    Drs,
    /// DynamoDB.
    DynamoDb,
    /// ElastiCache.
    ElastiCache,
    /// EFS.
    Efs,
    /// A System's own pages, asked by drdeck: no AWS API.
    Http,
    /// RDS and Aurora.
    Rds,
    /// Route 53.
    Route53,
    /// ARC routing controls, through the endpoints of their cluster.
    Route53RecoveryCluster,
    /// STS: who we are.
    Sts,
}

impl Service {
    /// The prefix of its IAM actions, for example `drs`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ArcRegionSwitch => "arc-region-switch",
            Self::AutoScaling => "autoscaling",
            Self::Backup => "backup",
            Self::CloudWatch => "cloudwatch",
            Self::Dns => "dns",
            Self::Drs => "drs",
            Self::DynamoDb => "dynamodb",
            Self::ElastiCache => "elasticache",
            Self::Efs => "elasticfilesystem",
            Self::Http => "http",
            Self::Rds => "rds",
            Self::Route53 => "route53",
            Self::Route53RecoveryCluster => "route53-recovery-cluster",
            Self::Sts => "sts",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
