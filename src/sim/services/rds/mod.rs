//! RDS and Aurora: instances, clusters, global clusters, automated backups, events.

mod automated_backups;
mod cluster_backups;
mod clusters;
mod events;
mod filter;
mod global_clusters;
mod instances;
mod placement;

use crate::sim::services::paging::invalid_parameter_value as invalid;
use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::read("DescribeDBInstances", instances::describe).about("DBInstanceIdentifier"),
    Operation::read("DescribeDBClusters", clusters::describe).about("DBClusterIdentifier"),
    Operation::read("DescribeGlobalClusters", global_clusters::describe).about("GlobalClusterIdentifier"),
    Operation::read("DescribeDBInstanceAutomatedBackups", automated_backups::describe).about("DBInstanceIdentifier"),
    Operation::read("DescribeDBClusterAutomatedBackups", cluster_backups::describe).about("DBClusterIdentifier"),
    Operation::read("DescribeEvents", events::describe).about("SourceIdentifier"),
];

/// RDS and Aurora.
pub static SERVICE: Service = Service {
    name: "rds",
    protocols: &[Protocol::AwsQuery { namespace: "http://rds.amazonaws.com/doc/2014-10-31/" }],
    operations: OPERATIONS,
};
