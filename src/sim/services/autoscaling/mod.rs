//! Auto Scaling: groups and their instances.

mod groups;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[Operation::read("DescribeAutoScalingGroups", groups::describe)];

/// Auto Scaling.
pub static SERVICE: Service = Service {
    name: "autoscaling",
    protocols: &[Protocol::AwsQuery { namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/" }],
    operations: OPERATIONS,
};
