//! RDS and Aurora: instances, clusters, global clusters, automated backups, events.

mod automated_backups;
mod cluster_backups;
mod cluster_changes;
mod clusters;
mod details;
mod events;
mod filter;
mod global_changes;
mod global_clusters;
mod instance_changes;
mod instances;
mod placement;
mod replica;
mod request;
mod restore;
mod serving;
mod snapshots;
mod standing;
mod told;
pub(in crate::sim) mod topology;

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
    Operation::read("DescribeDBSnapshots", snapshots::describe).about("DBInstanceIdentifier"),
    Operation::read("DescribeDBClusterSnapshots", snapshots::describe_of_clusters).about("DBClusterIdentifier"),
    Operation::change("PromoteReadReplica", instance_changes::promote).about("DBInstanceIdentifier"),
    Operation::change("ModifyDBInstance", instance_changes::modify).about("DBInstanceIdentifier"),
    Operation::change("StopDBInstance", instance_changes::stop).about("DBInstanceIdentifier"),
    Operation::change("StartDBInstance", instance_changes::start).about("DBInstanceIdentifier"),
    Operation::change("RebootDBInstance", instance_changes::reboot).about("DBInstanceIdentifier"),
    Operation::change("DeleteDBInstance", instance_changes::delete).about("DBInstanceIdentifier"),
    Operation::change("CreateDBInstanceReadReplica", replica::create).about("DBInstanceIdentifier"),
    Operation::change("StartDBInstanceAutomatedBackupsReplication", automated_backups::replicate)
        .about("SourceDBInstanceArn"),
    Operation::change("CreateDBInstance", cluster_changes::create_instance).about("DBInstanceIdentifier"),
    Operation::change("CreateDBCluster", cluster_changes::create).about("DBClusterIdentifier"),
    Operation::change("DeleteDBCluster", cluster_changes::delete).about("DBClusterIdentifier"),
    Operation::change("FailoverDBCluster", cluster_changes::failover).about("DBClusterIdentifier"),
    Operation::change("RestoreDBInstanceToPointInTime", restore::to_point_in_time).about("TargetDBInstanceIdentifier"),
    Operation::change("FailoverGlobalCluster", global_changes::failover).about("GlobalClusterIdentifier"),
    Operation::change("SwitchoverGlobalCluster", global_changes::switchover).about("GlobalClusterIdentifier"),
    Operation::change("RemoveFromGlobalCluster", global_changes::remove).about("GlobalClusterIdentifier"),
];

/// RDS and Aurora.
pub static SERVICE: Service = Service {
    name: "rds",
    protocols: &[Protocol::AwsQuery { namespace: "http://rds.amazonaws.com/doc/2014-10-31/" }],
    operations: OPERATIONS,
};
