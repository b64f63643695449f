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

impl Change for FailoverDatastore {
    fn service(&self) -> &'static str {
        "elasticache"
    }

    fn operation(&self) -> &'static str {
        "FailoverGlobalReplicationGroup"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.datastore.clone()
    }

    fn parameters(&self, _: IntentId) -> Json {
        json!({
            "GlobalReplicationGroupId": self.datastore,
            "PrimaryRegion": self.place.region.as_str(),
            "PrimaryReplicationGroupId": self.group,
        })
    }
}
