//! Elastic Disaster Recovery. What is replicated how follows from the timeline (`replication`), points in time from the servers'
//! policies (`snapshots`), drills from the estate (`drills`).

mod drills;
mod error;
mod instances;
mod jobs;
mod log;
mod properties;
mod replication;
mod request;
mod servers;
mod snapshots;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::rest("POST", "/DescribeSourceServers", "DescribeSourceServers", servers::describe),
    Operation::rest("POST", "/DescribeRecoveryInstances", "DescribeRecoveryInstances", instances::describe),
    Operation::rest("POST", "/DescribeJobs", "DescribeJobs", jobs::describe),
    Operation::rest("POST", "/DescribeJobLogItems", "DescribeJobLogItems", log::describe).about("jobID"),
    Operation::rest("POST", "/DescribeRecoverySnapshots", "DescribeRecoverySnapshots", snapshots::describe)
        .about("sourceServerID"),
];

/// Elastic Disaster Recovery.
pub static SERVICE: Service = Service { name: "drs", protocols: &[Protocol::RestJson], operations: OPERATIONS };
