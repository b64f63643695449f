//! Elastic Disaster Recovery: source servers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::link::{Lag, Link};
use super::rds::one_year;
use crate::sim::time::Span;

/// DRS.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drs {
    /// The source servers.
    #[serde(default, rename = "server")]
    pub servers: Vec<Server>,
}

/// A source server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// `s-` and 17 characters; faults name the link by it.
    pub id: String,
    /// The tag `Name`.
    pub name: String,
    /// The hostname.
    pub hostname: String,
    /// The Region that runs it, or `on-premises`.
    pub origin: String,
    /// The zone of an EC2 server.
    pub origin_zone: Option<String>,
    /// The Region it is replicated to, where DRS shows it.
    pub region: String,
    /// Its other tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// `Ubuntu 24.04`…
    pub os: String,
    /// Its disks.
    #[serde(rename = "disk")]
    pub disks: Vec<Disk>,
    /// GiB of memory.
    pub memory_gib: u32,
    /// CPU cores.
    pub cores: u32,
    /// What launch makes of it: `m7i.large`.
    pub instance_type: String,
    /// How far behind continuous replication usually is.
    #[serde(default = "continuous")]
    pub lag: Lag,
    /// Which points in time are kept.
    #[serde(default = "usual_policy")]
    pub snapshots: Vec<SnapshotRule>,
    /// How long before the simulator's start it was added.
    #[serde(default = "one_year")]
    pub age: Span,
    /// How long before the simulator's start it was last launched, in a drill; absent if never.
    pub last_drill: Option<Span>,
}

/// A disk.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// `/dev/nvme0n1`.
    pub device: String,
    /// GiB.
    pub gib: u32,
}

/// One rule of the point-in-time policy: a snapshot at each multiple of `every`, kept for `kept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotRule {
    /// The interval.
    pub every: Span,
    /// How long each is kept.
    pub kept: Span,
}

fn continuous() -> Lag {
    Lag { base: Span::ZERO, jitter: Span::ZERO, every: None }
}

/// The policy that DRS sets up: every 10 minutes for an hour, hourly for a day, daily for a week.
fn usual_policy() -> Vec<SnapshotRule> {
    vec![
        SnapshotRule { every: Span::from_minutes(10), kept: Span::HOUR },
        SnapshotRule { every: Span::HOUR, kept: Span::DAY },
        SnapshotRule { every: Span::DAY, kept: Span::from_days(7) },
    ]
}

impl Server {
    /// Its link.
    pub fn link(&self) -> Link {
        Link { zone: self.origin_zone.clone(), ..Link::new(&self.id, &self.origin, &self.region, self.lag) }
    }
}
