//! Storage whose replication is known to CloudWatch alone here: S3, EFS, ElastiCache.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::link::{Lag, Link};
use super::rds::one_year;
use crate::sim::time::Span;

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
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
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
    /// The primary's replication group; named after the id and Region where the estate names none.
    pub from_group: Option<String>,
    /// The secondary's.
    pub to_group: Option<String>,
    /// `redis`, `valkey`.
    #[serde(default = "redis")]
    pub engine: String,
    /// `7.1.0`.
    #[serde(default = "seven")]
    pub version: String,
    /// `cache.r7g.large`.
    #[serde(default = "node")]
    pub node: String,
    /// How many nodes each replication group has.
    #[serde(default = "two")]
    pub nodes: u32,
    /// The dimensions of `GlobalDatastoreReplicationLag`.
    pub dimensions: BTreeMap<String, String>,
    /// How far behind it usually is.
    pub lag: Lag,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}

fn redis() -> String {
    "redis".to_owned()
}

fn seven() -> String {
    "7.1.0".to_owned()
}

fn node() -> String {
    "cache.r7g.large".to_owned()
}

fn two() -> u32 {
    2
}

impl GlobalDatastore {
    /// Its link.
    pub fn link(&self) -> Link {
        Link::new(&self.id, &self.from, &self.to, self.lag)
    }

    /// The name of the replication group that a Region has of it.
    pub fn group(&self, region: &str) -> Option<String> {
        let named = if region == self.from {
            &self.from_group
        } else if region == self.to {
            &self.to_group
        } else {
            return None;
        };
        // AWS puts five letters of its own in front of a global datastore's name.
        let bare = self.id.split_once('-').map_or(self.id.as_str(), |(_, bare)| bare);
        Some(named.clone().unwrap_or_else(|| format!("{bare}-{region}")))
    }
}
