//! ARC Region switch: plans, and how they were executed. Its control plane is in us-east-1; what a recovery needs is in each Region
//! of a plan.

mod blocks;
mod executions;
mod plans;
mod run;

use crate::sim::services::paging::PageRule;
use crate::sim::services::{Operation, Service};
use crate::sim::wire::{AwsError, Codes, Protocol};

/// Where the control plane is.
const HOME: &str = "us-east-1";

static OPERATIONS: &[Operation] = &[
    Operation::read("ListPlans", plans::list).at_home_in(HOME),
    Operation::read("ListPlansInRegion", plans::list_in_region),
    Operation::read("GetPlan", plans::get).about("arn").at_home_in(HOME),
    Operation::read("GetPlanInRegion", plans::get_in_region).about("arn"),
    Operation::read("ListPlanExecutions", executions::list).about("planArn"),
    Operation::read("GetPlanExecution", executions::get).about("executionId"),
    Operation::change("StartPlanExecution", executions::start).about("planArn"),
    Operation::change("ApprovePlanExecutionStep", executions::approve).about("executionId"),
];

const NAME: &str = "ArcRegionSwitch";
const ERRORS: &str = "com.amazonaws.arcregionswitch";

/// ARC Region switch. The Rust SDK speaks CBOR to it, boto3 and the aws CLI JSON.
pub static SERVICE: Service = Service {
    name: "arc-region-switch",
    protocols: &[
        Protocol::Cbor { service: NAME, error_namespace: ERRORS, codes: Codes::Shapes },
        Protocol::AwsJson { target: NAME, error_namespace: ERRORS },
    ],
    operations: OPERATIONS,
};

/// Every list has pages of 1 to 100.
static PAGES: PageRule = PageRule {
    size: "maxResults",
    token: "nextToken",
    default: 100,
    min: 1,
    max: 100,
    bad_size: invalid,
    bad_token: invalid,
};

fn invalid(message: String) -> AwsError {
    AwsError::new(400, "ValidationException", message)
}

fn not_found(message: String) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", message)
}
