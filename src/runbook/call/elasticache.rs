//! Changes of ElastiCache global datastores.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::Change;
use crate::model::Place;

/// `FailoverGlobalReplicationGroup`: the replication group of another Region takes the writes. To be called in its Region. Names its target, so once
/// done it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailoverDatastore {
    /// The target's Region.
    pub place: Place,
    /// The global datastore's id.
    pub datastore: String,
    /// The replication group that is to take the writes.
    pub group: String,
}

change!(
    FailoverDatastore,
    "elasticache",
    "FailoverGlobalReplicationGroup",
    |change| change.datastore.clone(),
    |_| json!({
        "GlobalReplicationGroupId": change.datastore,
        "PrimaryRegion": change.place.region.as_str(),
        "PrimaryReplicationGroupId": change.group,
    })
);
