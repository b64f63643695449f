//! Storage whose replication is known to CloudWatch alone here: S3, EFS, ElastiCache.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::link::{Lag, Link};
use super::rds::one_year;
use crate::sim::time::{Moment, Span};

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
    /// The file systems that were opened since for a replication to overwrite them.
    #[serde(skip)]
    pub unprotected: BTreeSet<String>,
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
    /// How long before the simulator's start it was created; less than nothing for what was created since.
    #[serde(default = "one_year")]
    pub age: Span,
    /// For one that was created since: when, and how long it takes until everything is there.
    #[serde(skip)]
    pub created: Option<(Moment, Span)>,
    /// When it was deleted.
    #[serde(skip)]
    pub deleted: Option<Moment>,
}

impl EfsReplication {
    /// Its link, named after the source file system.
    pub fn link(&self) -> Link {
        let began = self.created.map(|(at, takes)| (at + takes, takes));
        Link { began, ended: self.deleted, ..Link::new(&self.file_system, &self.from, &self.to, self.lag) }
    }

    /// Whether it is there at that moment.
    pub fn is_there(&self, at: Moment) -> bool {
        self.created.is_none_or(|(created, _)| created <= at) && self.deleted.is_none_or(|deleted| at < deleted)
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
    /// Who was asked to take the writes since, oldest first.
    #[serde(skip)]
    pub failovers: Vec<Failover>,
}

/// A failover of a global datastore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failover {
    /// When it was asked for.
    pub at: Moment,
    /// From when on it holds.
    pub done: Moment,
    /// The Region that takes the writes.
    pub to: String,
    /// The primary node of the Region that follows from then on: the metric's dimension.
    pub follower: String,
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

    /// The Region that takes the writes at that moment.
    pub fn primary(&self, at: Moment) -> &str {
        let done = self.failovers.iter().rev().find(|failover| failover.done <= at);
        done.map_or(&self.from, |failover| &failover.to)
    }

    /// Whether it is about to change then.
    pub fn is_changing(&self, at: Moment) -> bool {
        self.failovers.iter().any(|failover| failover.at <= at && at < failover.done)
    }

    /// The link into a Region for each time that it followed.
    pub fn links_into(&self, region: &str) -> Vec<Link> {
        let starts =
            std::iter::once((None, &self.from)).chain(self.failovers.iter().map(|one| (Some(one.done), &one.to)));
        let ends = self.failovers.iter().map(|one| Some(one.done)).chain([None]);
        let followed = starts.zip(ends).filter(|((_, primary), _)| *primary != region);
        followed
            .map(|((began, primary), ended)| Link {
                began: began.map(|began| (began, Span::ZERO)),
                ended,
                ..Link::new(&self.id, primary, region, self.lag)
            })
            .collect()
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
