//! RDS instances, Aurora clusters and global clusters.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Estate;
use super::deeds::{ClusterAct, Deed, GlobalAct, InstanceAct};
use super::link::{Lag, Link};
use crate::sim::time::{Moment, Span};

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
    /// Whether it is protected from being deleted.
    #[serde(default)]
    pub protected: bool,
    /// What else it was created with.
    #[serde(default)]
    pub details: Details,
    /// How long before the simulator's start it was created; less than nothing for what was created since.
    #[serde(default = "one_year")]
    pub age: Span,
    /// What it was called at first and from when on it bears this name; `None` where it always did.
    #[serde(skip)]
    pub renamed: Option<(String, Moment)>,
    /// What was asked of it since, oldest first.
    #[serde(skip)]
    pub deeds: Vec<Deed<InstanceAct>>,
}

/// What else a database was created with; what is left out is as RDS has it by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Details {
    /// The name of the subnets it runs in.
    pub subnet_group: Option<String>,
    /// The name of its parameters.
    pub parameter_group: Option<String>,
    /// Who may reach it: `sg-…`.
    pub security_groups: Vec<String>,
    /// The key it is encrypted with.
    pub kms_key: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
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
    /// What else it was created with.
    #[serde(default)]
    pub details: Details,
    /// How long before the simulator's start it was created; less than nothing for what was created since.
    #[serde(default = "one_year")]
    pub age: Span,
    /// What was asked of it since, oldest first.
    #[serde(skip)]
    pub deeds: Vec<Deed<ClusterAct>>,
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
    /// The cluster that takes the writes at the simulator's start.
    pub writer: Address,
    /// The clusters that follow then.
    pub secondaries: Vec<Address>,
    /// How far behind they usually are.
    pub lag: Lag,
    /// What was asked of it since, oldest first.
    #[serde(skip)]
    pub deeds: Vec<Deed<GlobalAct>>,
}

pub(super) fn one_year() -> Span {
    Span::from_days(365)
}

impl Instance {
    /// What it was called when it was created: what AWS keeps under any other name goes by that.
    pub fn first_name(&self) -> &str {
        self.renamed.as_ref().map_or(self.id.as_str(), |(first, _)| first)
    }

    /// What tells it from every other that ever bore one of its names.
    pub fn lineage(&self) -> String {
        let created = self.deeds.iter().find(|deed| deed.act == InstanceAct::Create);
        created.map_or_else(|| self.first_name().to_owned(), |deed| format!("{} {}", self.first_name(), deed.at))
    }

    /// The link of a replica, from when it was created until replication ended.
    pub fn link(&self) -> Option<Link> {
        let source = self.replica_of.as_ref()?;
        let created = self.deeds.iter().find(|deed| deed.act == InstanceAct::Create);
        Some(Link {
            began: match &self.renamed {
                Some((_, since)) => Some((*since, Span::ZERO)),
                None => created.map(|deed| (deed.done, deed.done - deed.at)),
            },
            ended: self.replication_ended(),
            ..Link::new(&self.id, &source.region, &self.region, self.lag.unwrap_or(USUAL))
        })
    }

    /// When a replica stopped to follow its source for good, under this name.
    pub fn replication_ended(&self) -> Option<Moment> {
        self.deeds.iter().find_map(|deed| match &deed.act {
            InstanceAct::Promote(_) | InstanceAct::Delete(_) | InstanceAct::Orphan => Some(deed.at),
            InstanceAct::Rename(to) if *to != self.id => Some(deed.done),
            InstanceAct::Create
            | InstanceAct::Modify(_)
            | InstanceAct::Rename(_)
            | InstanceAct::ReplicateBackups(_)
            | InstanceAct::Stop
            | InstanceAct::Start
            | InstanceAct::Reboot(_) => None,
        })
    }
}

/// The lag of a healthy MySQL replica, where the estate names none.
const USUAL: Lag = Lag { base: Span::ZERO, jitter: Span::from_seconds(2), every: None };

impl GlobalCluster {
    /// Every cluster that ever belonged to it, the first writer first.
    pub fn everybody(&self) -> impl Iterator<Item = &Address> {
        std::iter::once(&self.writer).chain(self.followers())
    }

    /// Every cluster that ever followed.
    pub fn followers(&self) -> impl Iterator<Item = &Address> {
        let later = self.deeds.iter().filter_map(|deed| match &deed.act {
            GlobalAct::Failover { from, .. } | GlobalAct::Switchover { from, .. } | GlobalAct::Join(from) => Some(from),
            GlobalAct::Leave(_) => None,
        });
        let mut seen: Vec<&Address> = Vec::new();
        for follower in self.secondaries.iter().chain(later) {
            if !seen.contains(&follower) {
                seen.push(follower);
            }
        }
        seen.into_iter()
    }

    /// One link per cluster that follows or ever did, named after it, from the first writer.
    fn links(&self) -> impl Iterator<Item = Link> + '_ {
        self.followers().map(|to| Link::new(&to.id, &self.writer.region, &to.region, self.lag))
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

impl Estate {
    /// When the first thing was asked of a database or a group that can move a metric.
    pub fn first_asked(&self) -> Option<Moment> {
        let instances = self.rds.instances.iter().flat_map(|instance| instance.deeds.first()).map(|deed| deed.at);
        let clusters = self.rds.clusters.iter().flat_map(|cluster| cluster.deeds.first()).map(|deed| deed.at);
        let global = self.rds.global_clusters.iter().flat_map(|global| global.deeds.first()).map(|deed| deed.at);
        let groups = self.autoscaling.groups.iter().flat_map(|group| group.sizes.first()).map(|resized| resized.at);
        instances.chain(clusters).chain(global).chain(groups).min()
    }
}
