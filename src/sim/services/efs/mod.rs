//! EFS: the replication of file systems.

mod replications;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[Operation::rest(
    "GET",
    "/2015-02-01/file-systems/replication-configurations",
    "DescribeReplicationConfigurations",
    replications::describe,
)
.about("FileSystemId")];

/// EFS.
pub static SERVICE: Service =
    Service { name: "elasticfilesystem", protocols: &[Protocol::RestJson], operations: OPERATIONS };
