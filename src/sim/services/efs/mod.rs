//! EFS: the replication of file systems.

mod changes;
mod replications;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

/// The path of the replication of one file system.
const REPLICATION: &str = "/2015-02-01/file-systems/{SourceFileSystemId}/replication-configuration";

static OPERATIONS: &[Operation] = &[
    Operation::rest(
        "GET",
        "/2015-02-01/file-systems/replication-configurations",
        "DescribeReplicationConfigurations",
        replications::describe,
    )
    .about("FileSystemId"),
    Operation::rest_change("POST", REPLICATION, "CreateReplicationConfiguration", changes::create)
        .about("SourceFileSystemId"),
    Operation::rest_change("DELETE", REPLICATION, "DeleteReplicationConfiguration", changes::delete)
        .about("SourceFileSystemId")
        .answers(204),
    Operation::rest_change(
        "PUT",
        "/2015-02-01/file-systems/{FileSystemId}/protection",
        "UpdateFileSystemProtection",
        changes::protect,
    )
    .about("FileSystemId"),
];

/// EFS.
pub static SERVICE: Service =
    Service { name: "elasticfilesystem", protocols: &[Protocol::RestJson], operations: OPERATIONS };
