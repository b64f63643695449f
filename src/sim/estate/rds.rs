//! RDS instances, Aurora clusters and global clusters.

use serde::Deserialize;

use super::link::{Lag, Link};
use crate::sim::time::Span;

/// RDS and Aurora.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rds {
    /// Instances that belong to no cluster.
    #[serde(default, rename = "instance")]
    pub instances: Vec<Instance>,
    /// Aurora clusters.
    #[serde(default, rename = "cluster")]
    pub clusters: Vec<Cluster>,
    /// Aurora global databases.
    #[serde(default, rename = "global_cluster")]
    pub global_clusters: Vec<GlobalCluster>,
}

/// Where something is: a Region, and its identifier there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The Region.
    pub region: String,
    /// The identifier.
    pub id: String,
}

/// An RDS instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// The Region it runs in.
    pub region: String,
    /// `mysql`, `postgres`…
    pub engine: String,
    /// `8.0.42`.
    pub version: String,
    /// `db.r6g.xlarge`.
    pub class: String,
    /// A standby in another zone.
    #[serde(default)]
    pub multi_az: bool,
    /// The zone it was created in, one of `a`, `b` and `c` of its Region; drawn from the seed where the estate names none.
    pub zone: Option<String>,
    /// GiB.
    pub storage_gib: u32,
    /// Days automated backups are kept; 0 is off.
    pub backup_days: u32,
    /// The Region automated backups are replicated to.
    pub backup_region: Option<String>,
    /// The instance it is a read replica of.
    pub replica_of: Option<Address>,
    /// For a replica: how far behind it usually is.
    pub lag: Option<Lag>,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}

/// An Aurora cluster.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// `DBClusterIdentifier`.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// `aurora-postgresql`, `aurora-mysql`.
    pub engine: String,
    /// `16.8`.
    pub version: String,
    /// Days automated backups are kept.
    pub backup_days: u32,
    /// Its instances, the writer (or the first to be promoted) first; empty is headless.
    pub instances: Vec<String>,
    /// `db.r6g.large`.
    pub class: String,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}

/// An Aurora global database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalCluster {
    /// `GlobalClusterIdentifier`.
    pub id: String,
    /// `aurora-postgresql`.
    pub engine: String,
    /// `16.8`.
    pub version: String,
    /// The cluster that takes the writes.
    pub writer: Address,
    /// The clusters that follow.
    pub secondaries: Vec<Address>,
    /// How far behind they usually are.
    pub lag: Lag,
}

pub(super) fn one_year() -> Span {
    Span::from_days(365)
}

impl Instance {
    /// The link of a replica.
    pub fn link(&self) -> Option<Link> {
        let source = self.replica_of.as_ref()?;
        Some(Link::new(&self.id, &source.region, &self.region, self.lag.unwrap_or(USUAL)))
    }
}

/// The lag of a healthy MySQL replica, where the estate names none.
const USUAL: Lag = Lag { base: Span::ZERO, jitter: Span::from_seconds(2), every: None };

impl GlobalCluster {
    /// One link per secondary, named after the secondary cluster.
    pub fn links(&self) -> impl Iterator<Item = Link> + '_ {
        self.secondaries.iter().map(|to| Link::new(&to.id, &self.writer.region, &to.region, self.lag))
    }
}

impl Rds {
    /// Every link between databases.
    pub fn links(&self) -> Vec<Link> {
        let mut links: Vec<Link> = self.instances.iter().filter_map(Instance::link).collect();
        links.extend(self.global_clusters.iter().flat_map(GlobalCluster::links));
        links
    }
}
