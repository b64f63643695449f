//! ElastiCache global datastores.

use serde::{Deserialize, Serialize};

use crate::model::{Region, Text};

/// A global datastore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalDatastore {
    /// Its id.
    pub id: Text,
    /// `available`, `modifying`, `primary-only`…
    pub status: Text,
    /// Its replication groups.
    pub members: Vec<Member>,
}

/// A replication group in a global datastore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The replication group.
    pub group: Text,
    /// Its Region.
    pub region: Region,
    /// `PRIMARY` or `SECONDARY`.
    pub role: Text,
    /// `associated`…
    pub status: Text,
    /// Whether it fails over by itself within its Region: `enabled`, `disabled`.
    pub automatic_failover: Text,
}
