//! Auto Scaling: groups, their instances, what changes their sizes, and what came of it.

mod activities;
mod changes;
mod groups;
mod lives;

pub(in crate::sim) use groups::serving;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::{AwsError, Protocol};

static OPERATIONS: &[Operation] = &[
    Operation::read("DescribeAutoScalingGroups", groups::describe),
    Operation::read("DescribeScalingActivities", activities::describe).about("AutoScalingGroupName"),
    Operation::change("UpdateAutoScalingGroup", changes::update).about("AutoScalingGroupName"),
    Operation::change("SetDesiredCapacity", changes::set_desired).about("AutoScalingGroupName"),
    Operation::change("SuspendProcesses", changes::suspend).about("AutoScalingGroupName"),
    Operation::change("ResumeProcesses", changes::resume).about("AutoScalingGroupName"),
];

/// Auto Scaling.
pub static SERVICE: Service = Service {
    name: "autoscaling",
    protocols: &[Protocol::AwsQuery { namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/" }],
    operations: OPERATIONS,
};

fn validation(message: String) -> AwsError {
    AwsError::new(400, "ValidationError", message)
}
