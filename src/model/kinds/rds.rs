//! What the kinds of RDS and Aurora have in common.

use super::{Means, Protection};
use crate::model::facts::rds::{DbCluster, DbInstance};
use crate::model::index::Sight;
use crate::model::{Region, Text};

/// What the status of an instance or cluster says; it is a free string in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It serves, and it can be promoted.
    Available,
    /// It serves, but changes to it are refused for now.
    Busy,
    /// Anything else, known as bad or not known at all.
    Other,
}

/// The standing of that status.
pub(super) fn standing(status: &Text) -> Standing {
    match status.as_str() {
        "available" => Standing::Available,
        "backing-up"
        | "modifying"
        | "maintenance"
        | "upgrading"
        | "renaming"
        | "rebooting"
        | "configuring-enhanced-monitoring"
        | "configuring-iam-database-auth"
        | "configuring-log-exports"
        | "resetting-master-credentials"
        | "storage-optimization"
        | "storage-config-upgrade"
        | "storage-initialization"
        | "moving-to-vpc"
        | "converting-to-vpc" => Standing::Busy,
        _ => Standing::Other,
    }
}

/// Whether an instance of that status takes no writes until somebody starts it again.
pub(super) fn at_rest(status: &Text) -> bool {
    matches!(status.as_str(), "stopped" | "deleting" | "deleted")
}

/// The protection of an instance by its automated backups in its own Region.
pub(super) fn backups(name: &str, region: &Region, instance: &Sight<'_, DbInstance>) -> Protection {
    let (trust, read_at) = (instance.trust.clone(), instance.read_at);
    match instance.value {
        None if instance.is_fresh() => {
            Protection::unknown(format!("There is no RDS instance {name} in {region}"), trust)
        }
        None => Protection::unread(trust),
        Some(DbInstance { backup_retention_days: 0, .. }) => {
            Protection::none(format!("Automated backups of {name} are off in {region}"), trust, read_at)
        }
        Some(DbInstance { latest_restorable: Some(latest), .. }) => {
            Protection::since(Means::Continuous, *latest, None, trust, read_at)
        }
        Some(_) => Protection::unknown(format!("AWS names no restorable time for {name} in {region}"), trust),
    }
}

/// The protection of an Aurora cluster by its automated backups in its own Region.
pub(super) fn cluster_backups(name: &str, region: &Region, cluster: &Sight<'_, DbCluster>) -> Protection {
    let trust = cluster.trust.clone();
    match cluster.value {
        None if cluster.is_fresh() => {
            Protection::unknown(format!("There is no Aurora cluster {name} in {region}"), trust)
        }
        None => Protection::unread(trust),
        Some(found) => match found.latest_restorable {
            Some(latest) => {
                Protection::since(Means::Continuous, latest, found.earliest_restorable, trust, cluster.read_at)
            }
            None => Protection::unknown(format!("AWS names no restorable time for {name} in {region}"), trust),
        },
    }
}
