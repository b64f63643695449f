//! Storage whose replication is known to CloudWatch alone here: S3, EFS, ElastiCache.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::link::{Lag, Link};

/// S3.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// Replication rules with metrics on.
    #[serde(default, rename = "replication")]
    pub replications: Vec<S3Replication>,
}

/// A replication rule. Its metrics are published in the destination Region.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Replication {
    /// The rule's id; faults name the link by it.
    pub rule_id: String,
    /// The bucket replicated.
    pub source_bucket: String,
    /// Its replica.
    pub destination_bucket: String,
    /// The source's Region.
    pub from: String,
    /// The destination's.
    pub to: String,
    /// How far behind it usually is.
    pub lag: Lag,
}

impl S3Replication {
    /// Its link, named after the rule.
    pub fn link(&self) -> Link {
        Link::new(&self.rule_id, &self.from, &self.to, self.lag)
    }
}

/// EFS.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Efs {
    /// Replicated file systems.
    #[serde(default, rename = "replication")]
    pub replications: Vec<EfsReplication>,
}

/// A replicated file system. `TimeSinceLastSync` is published in the source Region.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EfsReplication {
    /// The source; faults name the link by it.
    pub file_system: String,
    /// The destination.
    pub destination_file_system: String,
    /// The source's Region.
    pub from: String,
    /// The destination's.
    pub to: String,
    /// How far behind it usually is.
    pub lag: Lag,
}

impl EfsReplication {
    /// Its link, named after the source file system.
    pub fn link(&self) -> Link {
        Link::new(&self.file_system, &self.from, &self.to, self.lag)
    }
}

/// ElastiCache.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElastiCache {
    /// Global datastores.
    #[serde(default, rename = "global_datastore")]
    pub global_datastores: Vec<GlobalDatastore>,
}

/// A global datastore. Its lag is published in the secondary's Region, under the dimensions of the secondary's primary node.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalDatastore {
    /// Its id; faults name the link by it.
    pub id: String,
    /// The primary's Region.
    pub from: String,
    /// The secondary's.
    pub to: String,
    /// The dimensions of `GlobalDatastoreReplicationLag`.
    pub dimensions: BTreeMap<String, String>,
    /// How far behind it usually is.
    pub lag: Lag,
}

impl GlobalDatastore {
    /// Its link.
    pub fn link(&self) -> Link {
        Link::new(&self.id, &self.from, &self.to, self.lag)
    }
}
