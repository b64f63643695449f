//! What the status of an RDS instance or an Aurora cluster means. The API has no enum for it.

use super::super::listing::Severity;

/// How bad a status is.
pub(super) fn severity(status: &str) -> Severity {
    match status {
        "available"
        | "active"
        | "backing-up"
        | "configuring-enhanced-monitoring"
        | "storage-optimization"
        | "storage-config-upgrade"
        | "storage-initialization" => Severity::Fine,
        "modifying"
        | "upgrading"
        | "maintenance"
        | "rebooting"
        | "renaming"
        | "resetting-master-credentials"
        | "starting"
        | "creating"
        | "promoting"
        | "failing-over"
        | "switching-over"
        | "update-iam-db-auth"
        | "converting-to-vpc"
        | "moving-to-vpc"
        | "backtracking"
        | "migrating"
        | "configuring-iam-database-auth"
        | "configuring-log-exports"
        | "configuring-activity-stream"
        | "delete-precheck"
        | "preparing-data-migration"
        | "cancelling"
        | "pending" => Severity::Busy,
        "failed"
        | "stopped"
        | "stopping"
        | "storage-full"
        | "deleting"
        | "restore-error"
        | "insufficient-capacity"
        | "inaccessible-encryption-credentials"
        | "inaccessible-encryption-credentials-recoverable"
        | "cloning-failed"
        | "migration-failed" => Severity::Bad,
        other if other.starts_with("incompatible-") => Severity::Bad,
        _ => Severity::Unknown,
    }
}
