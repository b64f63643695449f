//! SNS: topics, and messages that are kept for whoever wants to know what was published.

mod publish;
mod topics;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::{AwsError, Protocol};

static OPERATIONS: &[Operation] = &[
    Operation::read("ListTopics", topics::list),
    Operation::read("GetTopicAttributes", topics::attributes).about("TopicArn"),
    Operation::change("Publish", publish::publish).about("TopicArn"),
];

/// SNS.
pub static SERVICE: Service = Service {
    name: "sns",
    protocols: &[Protocol::AwsQuery { namespace: "http://sns.amazonaws.com/doc/2010-03-31/" }],
    operations: OPERATIONS,
};

/// A parameter that says something impossible.
fn invalid(why: impl std::fmt::Display) -> AwsError {
    AwsError::new(400, "InvalidParameter", format!("Invalid parameter: {why}"))
}
