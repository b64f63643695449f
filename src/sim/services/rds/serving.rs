//! Which databases of a Region take writes, and which answer at all: what a site asks that needs one.

use super::{instances, placement, standing, topology};
use crate::sim::World;
use crate::sim::estate::rds::{Cluster, Instance};
use crate::sim::estate::site::is_meant;
use crate::sim::fault::Fault;

impl World {
    /// Whether a database of a Region that a pattern means takes writes. That the Region is there is not asked.
    pub(in crate::sim) fn writes(&self, region: &str, pattern: &str) -> bool {
        let is_writer = |instance: &Instance| match self.standing(instance) {
            // Of most instances nothing was ever asked, and health checks ask often.
            None if instance.deeds.is_empty() => instance.replica_of.is_none(),
            None => false,
            Some(standing) => standing.takes_writes(),
        };
        let mut alone = self.meant(region, pattern);
        let mut clusters = self.meant_clusters(region, pattern);
        alone.any(|instance| is_writer(instance) && self.is_up(instance))
            || clusters.any(|cluster| self.answers(cluster) && topology::may_write(self, cluster))
    }

    /// Whether a database of a Region that a pattern means answers reads.
    pub(in crate::sim) fn reads(&self, region: &str, pattern: &str) -> bool {
        let is_reader = |instance: &Instance| match self.standing(instance) {
            None => instance.deeds.is_empty(),
            Some(standing) => standing.answers(),
        };
        self.meant(region, pattern).any(|instance| is_reader(instance) && self.is_up(instance))
            || self.meant_clusters(region, pattern).any(|cluster| self.answers(cluster))
    }

    fn meant<'w>(&'w self, region: &'w str, pattern: &'w str) -> impl Iterator<Item = &'w Instance> + 'w {
        let all = self.estate.rds.instances.iter();
        all.filter(move |instance| instance.region == region && is_meant(pattern, &instance.id))
    }

    fn meant_clusters<'w>(&'w self, region: &'w str, pattern: &'w str) -> impl Iterator<Item = &'w Cluster> + 'w {
        let all = self.estate.rds.clusters.iter();
        all.filter(move |cluster| cluster.region == region && is_meant(pattern, &cluster.id))
    }

    /// How an instance stands of which something was asked, if it exists.
    fn standing(&self, instance: &Instance) -> Option<standing::Standing> {
        (!instance.deeds.is_empty()).then(|| standing::of_instance(self, instance)).flatten()
    }

    fn answers(&self, cluster: &Cluster) -> bool {
        if cluster.deeds.is_empty() {
            return !cluster.instances.is_empty();
        }
        standing::of_cluster(self, cluster).is_some_and(|standing| standing.answers())
    }

    /// Whether an instance is there: not lost with its zone, and not failing over.
    fn is_up(&self, instance: &Instance) -> bool {
        let is_lost = self.timeline.spells().iter().any(|spell| matches!(spell.fault, Fault::Zone(_)));
        if !is_lost && instance.deeds.is_empty() {
            return true;
        }
        let placement = placement::of(self, instance);
        let failing = |failover: &placement::Failover| failover.began <= self.now && self.now < failover.ended;
        placement.lost.is_none()
            && !placement.failovers.iter().any(failing)
            && instances::created(self, instance) <= self.now
    }
}
