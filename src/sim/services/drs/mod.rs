//! Elastic Disaster Recovery. What is replicated how follows from the timeline (`replication`), points in time from the servers'
//! policies (`snapshots`), drills from the estate (`drills`), those of recovery plans from their steps (`plan_runs`).

mod drills;
mod error;
mod executions;
mod instances;
mod jobs;
mod log;
mod plan_runs;
mod plans;
mod properties;
mod replication;
mod request;
mod servers;
mod settings;
mod snapshots;

pub(super) use drills::last_launch;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::rest("POST", "/DescribeSourceServers", "DescribeSourceServers", servers::describe),
    Operation::rest("POST", "/DescribeRecoveryInstances", "DescribeRecoveryInstances", instances::describe),
    Operation::rest("POST", "/DescribeJobs", "DescribeJobs", jobs::describe),
    Operation::rest("POST", "/DescribeJobLogItems", "DescribeJobLogItems", log::describe).about("jobID"),
    Operation::rest("POST", "/DescribeRecoverySnapshots", "DescribeRecoverySnapshots", snapshots::describe)
        .about("sourceServerID"),
    Operation::rest("POST", "/GetLaunchConfiguration", "GetLaunchConfiguration", settings::launch)
        .about("sourceServerID"),
    Operation::rest("POST", "/GetReplicationConfiguration", "GetReplicationConfiguration", settings::replication)
        .about("sourceServerID"),
    Operation::rest("POST", "/ListRecoveryPlans", "ListRecoveryPlans", plans::list),
    Operation::rest("POST", "/GetRecoveryPlan", "GetRecoveryPlan", plans::get).about("recoveryPlanArn"),
    Operation::rest("POST", "/ListRecoveryPlanSteps", "ListRecoveryPlanSteps", plans::steps).about("recoveryPlanArn"),
    Operation::rest("POST", "/ListRecoveryPlanExecutions", "ListRecoveryPlanExecutions", executions::list)
        .about("recoveryPlanArn"),
    Operation::rest("POST", "/GetRecoveryPlanExecution", "GetRecoveryPlanExecution", executions::get)
        .about("recoveryPlanExecutionArn"),
    Operation::rest("POST", "/ListRecoveryPlanExecutionSteps", "ListRecoveryPlanExecutionSteps", executions::steps)
        .about("recoveryPlanExecutionArn"),
    Operation::rest("POST", "/GetRecoveryPlanExecutionStep", "GetRecoveryPlanExecutionStep", executions::step)
        .about("recoveryPlanExecutionStepArn"),
];

/// Elastic Disaster Recovery.
pub static SERVICE: Service = Service { name: "drs", protocols: &[Protocol::RestJson], operations: OPERATIONS };
