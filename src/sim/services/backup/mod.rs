//! AWS Backup: what `asks` takes in is written into the estate. Jobs and recovery points follow from the plans: `course` says how a job goes, `run` which jobs there are, `point`
//! which recovery points; the other files answer with them.

mod asks;
mod backup_jobs;
mod copy_jobs;
mod course;
mod error;
mod filter;
mod metrics;
mod names;
mod plans;
mod point;
mod points;
mod resources;
mod restore_jobs;
mod restore_metadata;
mod restore_testing;
mod restores;
mod run;
mod vaults;

pub(super) use metrics::{Ended, ends};

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::rest("GET", "/backup-jobs", "ListBackupJobs", backup_jobs::list),
    Operation::rest("GET", "/backup-jobs/{backupJobId}", "DescribeBackupJob", backup_jobs::describe)
        .about("backupJobId"),
    Operation::rest("GET", "/copy-jobs", "ListCopyJobs", copy_jobs::list),
    Operation::rest("GET", "/copy-jobs/{copyJobId}", "DescribeCopyJob", copy_jobs::describe).about("copyJobId"),
    Operation::rest("GET", "/restore-jobs", "ListRestoreJobs", restore_jobs::list),
    Operation::rest("GET", "/restore-jobs/{restoreJobId}", "DescribeRestoreJob", restore_jobs::describe)
        .about("restoreJobId"),
    Operation::rest(
        "GET",
        "/resources/{resourceArn}/restore-jobs",
        "ListRestoreJobsByProtectedResource",
        restore_jobs::of_resource,
    )
    .about("resourceArn"),
    Operation::rest("GET", "/resources", "ListProtectedResources", resources::list),
    Operation::rest("GET", "/resources/{resourceArn}", "DescribeProtectedResource", resources::describe)
        .about("resourceArn"),
    Operation::rest(
        "GET",
        "/resources/{resourceArn}/recovery-points",
        "ListRecoveryPointsByResource",
        points::of_resource,
    )
    .about("resourceArn"),
    Operation::rest("GET", "/backup-vaults", "ListBackupVaults", vaults::list),
    Operation::rest("GET", "/backup-vaults/{backupVaultName}", "DescribeBackupVault", vaults::describe)
        .about("backupVaultName"),
    Operation::rest(
        "GET",
        "/backup-vaults/{backupVaultName}/recovery-points",
        "ListRecoveryPointsByBackupVault",
        points::in_vault,
    )
    .about("backupVaultName"),
    Operation::rest(
        "GET",
        "/backup-vaults/{backupVaultName}/recovery-points/{recoveryPointArn}",
        "DescribeRecoveryPoint",
        points::describe,
    )
    .about("recoveryPointArn"),
    Operation::rest(
        "GET",
        "/backup-vaults/{backupVaultName}/recovery-points/{recoveryPointArn}/restore-metadata",
        "GetRecoveryPointRestoreMetadata",
        restore_metadata::get,
    )
    .about("recoveryPointArn"),
    Operation::rest_change("PUT", "/backup-jobs", "StartBackupJob", asks::backup).about("ResourceArn"),
    Operation::rest_change("PUT", "/copy-jobs", "StartCopyJob", asks::copy).about("RecoveryPointArn"),
    Operation::rest_change("PUT", "/restore-jobs", "StartRestoreJob", asks::restore).about("RecoveryPointArn"),
    Operation::rest("GET", "/backup/plans", "ListBackupPlans", plans::list),
    Operation::rest("GET", "/backup/plans/{backupPlanId}", "GetBackupPlan", plans::get).about("backupPlanId"),
    Operation::rest("GET", "/backup/plans/{backupPlanId}/selections", "ListBackupSelections", plans::selections)
        .about("backupPlanId"),
    Operation::rest(
        "GET",
        "/backup/plans/{backupPlanId}/selections/{selectionId}",
        "GetBackupSelection",
        plans::selection,
    )
    .about("selectionId"),
    Operation::rest("GET", "/restore-testing/plans", "ListRestoreTestingPlans", restore_testing::list),
    Operation::rest(
        "GET",
        "/restore-testing/plans/{RestoreTestingPlanName}",
        "GetRestoreTestingPlan",
        restore_testing::get,
    )
    .about("RestoreTestingPlanName"),
    Operation::rest(
        "GET",
        "/restore-testing/plans/{RestoreTestingPlanName}/selections",
        "ListRestoreTestingSelections",
        restore_testing::selections,
    )
    .about("RestoreTestingPlanName"),
    Operation::rest(
        "GET",
        "/restore-testing/plans/{RestoreTestingPlanName}/selections/{RestoreTestingSelectionName}",
        "GetRestoreTestingSelection",
        restore_testing::selection,
    )
    .about("RestoreTestingSelectionName"),
];

/// AWS Backup.
pub static SERVICE: Service = Service { name: "backup", protocols: &[Protocol::RestJson], operations: OPERATIONS };
