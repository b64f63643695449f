//! ElastiCache: global datastores and the replication groups they are made of.

mod global;
mod groups;

use crate::sim::services::paging::PageRule;
use crate::sim::services::{Operation, Service};
use crate::sim::wire::{AwsError, Protocol};

static OPERATIONS: &[Operation] = &[
    Operation::read("DescribeGlobalReplicationGroups", global::describe).about("GlobalReplicationGroupId"),
    Operation::read("DescribeReplicationGroups", groups::describe).about("ReplicationGroupId"),
];

/// ElastiCache.
pub static SERVICE: Service = Service {
    name: "elasticache",
    protocols: &[Protocol::AwsQuery { namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/" }],
    operations: OPERATIONS,
};

/// Every list of ElastiCache has pages of 20 to 100.
static PAGES: PageRule = PageRule {
    size: "MaxRecords",
    token: "Marker",
    default: 100,
    min: 20,
    max: 100,
    bad_size: invalid,
    bad_token: invalid,
};

fn invalid(message: String) -> AwsError {
    AwsError::new(400, "InvalidParameterValue", message)
}
