//! Elastic Disaster Recovery. What is replicated how follows from the timeline (`replication`), points in time from the servers'
//! policies (`snapshots`), past drills from the estate (`drills`), those of recovery plans from their steps (`plan_runs`), jobs that calls
//! started from when they were (`jobs`), and the machines from both (`machines`).

mod change;
mod configure;
mod drills;
mod error;
mod executions;
mod failback;
mod home;
mod instances;
mod jobs;
mod log;
mod machines;
mod plan_runs;
mod plans;
mod properties;
mod protect;
mod recover;
mod replication;
mod request;
mod reverse;
mod servers;
mod settings;
mod snapshots;
mod tags;
mod terminate;

pub(super) use jobs::last_launch;

use crate::sim::services::{Change, Operation, Service};
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
    post("InitializeService", "/InitializeService", protect::initialize).answers(204),
    post("StartRecovery", "/StartRecovery", recover::recover).answers(202),
    post("TerminateRecoveryInstances", "/TerminateRecoveryInstances", terminate::terminate),
    post("DisconnectRecoveryInstance", "/DisconnectRecoveryInstance", terminate::disconnect)
        .about("recoveryInstanceID"),
    post("DeleteRecoveryInstance", "/DeleteRecoveryInstance", terminate::delete).about("recoveryInstanceID"),
    post("ReverseReplication", "/ReverseReplication", reverse::reverse).about("recoveryInstanceID"),
    post("StartFailbackLaunch", "/StartFailbackLaunch", home::launch),
    post("StopFailback", "/StopFailback", home::stop).about("recoveryInstanceID"),
    post("StopReplication", "/StopReplication", protect::stop).about("sourceServerID"),
    post("StartReplication", "/StartReplication", protect::start).about("sourceServerID"),
    post("DisconnectSourceServer", "/DisconnectSourceServer", protect::disconnect).about("sourceServerID"),
    post("DeleteSourceServer", "/DeleteSourceServer", protect::delete).about("sourceServerID").answers(204),
    post("UpdateLaunchConfiguration", "/UpdateLaunchConfiguration", configure::launch).about("sourceServerID"),
    post("UpdateReplicationConfiguration", "/UpdateReplicationConfiguration", configure::replication)
        .about("sourceServerID"),
    post("DeleteJob", "/DeleteJob", protect::delete_job).about("jobID").answers(204),
    post("TagResource", "/tags/{resourceArn}", tags::add).about("resourceArn"),
    Operation::rest_change("DELETE", "/tags/{resourceArn}", "UntagResource", tags::remove).about("resourceArn"),
    Operation::rest("GET", "/tags/{resourceArn}", "ListTagsForResource", tags::list).about("resourceArn"),
    Operation::rest("POST", "/ListRecoveryPlans", "ListRecoveryPlans", plans::list),
    Operation::rest("POST", "/GetRecoveryPlan", "GetRecoveryPlan", plans::get).about("recoveryPlanArn"),
    Operation::rest("POST", "/ListRecoveryPlanSteps", "ListRecoveryPlanSteps", plans::steps).about("recoveryPlanArn"),
    Operation::rest("POST", "/ListRecoveryPlanExecutions", "ListRecoveryPlanExecutions", executions::list)
        .about("recoveryPlanArn"),
    Operation::rest_change("POST", "/StartRecoveryPlanExecution", "StartRecoveryPlanExecution", executions::start)
        .about("recoveryPlanArn"),
    Operation::rest("POST", "/GetRecoveryPlanExecution", "GetRecoveryPlanExecution", executions::get)
        .about("recoveryPlanExecutionArn"),
    Operation::rest("POST", "/ListRecoveryPlanExecutionSteps", "ListRecoveryPlanExecutionSteps", executions::steps)
        .about("recoveryPlanExecutionArn"),
    Operation::rest("POST", "/GetRecoveryPlanExecutionStep", "GetRecoveryPlanExecutionStep", executions::step)
        .about("recoveryPlanExecutionStepArn"),
];

/// A change, at the path of its name.
const fn post(name: &'static str, path: &'static str, change: Change) -> Operation {
    Operation::rest_change("POST", path, name, change)
}

/// Elastic Disaster Recovery.
pub static SERVICE: Service = Service { name: "drs", protocols: &[Protocol::RestJson], operations: OPERATIONS };
