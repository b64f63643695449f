//! ElastiCache: global datastores and the replication groups they are made of.

mod global;
mod groups;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::read("DescribeGlobalReplicationGroups", global::describe).about("GlobalReplicationGroupId"),
    Operation::read("DescribeReplicationGroups", groups::describe).about("ReplicationGroupId"),
    Operation::change("FailoverGlobalReplicationGroup", global::failover).about("GlobalReplicationGroupId"),
];

/// ElastiCache.
pub static SERVICE: Service = Service {
    name: "elasticache",
    protocols: &[Protocol::AwsQuery { namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/" }],
    operations: OPERATIONS,
};
