//! CloudWatch: every lag of the estate, the health checks and the ends of backup jobs, minute by minute, and alarms on them.

mod alarms;
mod list_metrics;
mod metric_data;
mod series;
mod sources;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::{AwsError, Codes, Protocol};

static OPERATIONS: &[Operation] = &[
    Operation::read("GetMetricData", metric_data::get),
    Operation::read("ListMetrics", list_metrics::list),
    Operation::read("DescribeAlarms", alarms::describe),
];

const NAME: &str = "GraniteServiceVersion20100801";
const ERRORS: &str = "com.amazonaws.cloudwatch.v2010_08_01";

/// CloudWatch. The Rust SDK speaks CBOR to it, boto3 and the aws CLI JSON.
pub static SERVICE: Service = Service {
    name: "monitoring",
    protocols: &[
        Protocol::Cbor { service: NAME, error_namespace: ERRORS, codes: Codes::Query },
        Protocol::AwsJson { target: NAME, error_namespace: ERRORS },
    ],
    operations: OPERATIONS,
};

fn validation(message: String) -> AwsError {
    AwsError::new(400, "ValidationError", message)
}

fn bad_token(message: String) -> AwsError {
    AwsError::new(400, "InvalidNextToken", message)
}

fn bad_parameter(message: String) -> AwsError {
    AwsError::new(400, "InvalidParameterValue", message).shaped("InvalidParameterValueException")
}
