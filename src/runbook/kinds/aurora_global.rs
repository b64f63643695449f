//! An Aurora global database as the kinds of steps see it, from the Region that they ask.

use super::loss;
use super::seen::Seen;
use crate::model::facts::Known;
use crate::model::facts::rds::{DbCluster, GlobalCluster, GlobalMember, Synchronization};
use crate::model::kinds::LagUnit;
use crate::model::kinds::lag::{self, Lag};
use crate::model::words::{arn_name, arn_region};
use crate::model::{Place, Query, Text};
use crate::runbook::by_hand::{self, Line};
use crate::runbook::check::Check;
use crate::runbook::world::World;

/// A global database and the Region whose API is asked about it: that of the cluster which is to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// The Region asked.
    pub place: Place,
    /// The identifier of the global cluster.
    pub id: String,
}

impl Global {
    pub(super) fn query(&self) -> Query {
        Query::GlobalClusters(self.place.clone())
    }

    pub(super) fn clusters_query(&self) -> Query {
        Query::DbClusters(self.place.clone())
    }

    /// The line that reads it and its members.
    pub(super) fn shown(&self) -> Line {
        by_hand::read(
            &self.place,
            "rds describe-global-clusters",
            &["--global-cluster-identifier", &self.id],
            "GlobalClusters[].{Engine:Engine, Version:EngineVersion, Moves:FailoverState, Members:GlobalClusterMembers[].{Arn:DBClusterArn, Writer:IsWriter, Sync:SynchronizationStatus}}",
        )
    }

    /// The line that reads a cluster of the Region asked, by its identifier or its ARN.
    pub(super) fn cluster_shown(&self, cluster: &str) -> Line {
        cluster_shown(&self.place, cluster)
    }

    /// The line that reads how far a cluster of the Region asked is behind.
    pub(super) fn lag_shown(&self, cluster: &str) -> Line {
        let dimensions = [("DBClusterIdentifier", cluster)];
        by_hand::series(&self.place, "AWS/RDS", "AuroraGlobalDBRPOLag", &dimensions, "Maximum")
    }

    /// `Aurora global database storefront in us-west-2`.
    pub(super) fn words(&self) -> String {
        format!("Aurora global database {} in {}", self.id, self.place.region)
    }

    pub(super) fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, GlobalCluster> {
        let query = self.query();
        Seen::among(world, &query, &world.snapshot.global_clusters(&query), |one| one.id.as_str() == self.id)
    }

    /// The cluster of that name in the Region asked.
    pub(super) fn cluster<'a>(&self, world: &World<'a>, name: &str) -> Seen<'a, DbCluster> {
        let query = self.clusters_query();
        Seen::among(world, &query, &world.snapshot.db_clusters(&query), |one| one.id.as_str() == name)
    }

    /// The member in the Region asked: a global database has one cluster in each.
    pub(super) fn member<'a>(&self, global: &'a GlobalCluster) -> Option<&'a GlobalMember> {
        global.members.iter().find(|member| arn_region(&member.cluster_arn) == Some(self.place.region.as_str()))
    }

    /// How far `cluster` of the Region asked is behind.
    pub(super) fn lag_queries(&self, cluster: &str) -> [Query; 2] {
        // Older engines report the second only.
        ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"]
            .map(|name| lag::lag_query(&self.place, "AWS/RDS", name, &[("DBClusterIdentifier", cluster)]))
    }

    pub(super) fn lag(&self, world: &World<'_>, cluster: &str) -> Lag {
        let [query, older] = self.lag_queries(cluster);
        loss::lag_of(world, &query, Some(&older), LagUnit::Milliseconds)
    }

    /// What is read to fail over to the Region asked: the lag once the cluster's name is known.
    pub(super) fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = vec![self.query(), self.clusters_query()];
        if let Some(member) = self.seen(world).value().and_then(|global| self.member(global)) {
            queries.extend(self.lag_queries(arn_name(&member.cluster_arn)));
        }
        queries
    }
}

/// The line that reads an Aurora cluster and its instances.
pub(super) fn cluster_shown(place: &Place, cluster: &str) -> Line {
    by_hand::read(
        place,
        "rds describe-db-clusters",
        &["--db-cluster-identifier", cluster],
        "DBClusters[].{Status:Status, Engine:Engine, Version:EngineVersion, Instances:DBClusterMembers[].{Id:DBInstanceIdentifier, Writer:IsClusterWriter}}",
    )
}

/// The member that takes the writes.
pub(super) fn writer(global: &GlobalCluster) -> Option<&GlobalMember> {
    global.members.iter().find(|member| member.is_writer)
}

/// `shop-usw2 in us-west-2`.
pub(super) fn named(arn: &Text) -> String {
    match arn_region(arn) {
        Some(region) => format!("{} in {region}", arn_name(arn)),
        None => arn_name(arn).to_owned(),
    }
}

/// Whether nobody is moving the writer now.
pub(super) fn is_settled(global: &GlobalCluster) -> Check {
    let what = format!("nothing else moves the writer of {}", global.id);
    match &global.failover {
        None => Check::holds(what),
        Some(state) => {
            let to = state.to.as_ref().map(|to| format!(" to {}", named(to))).unwrap_or_default();
            Check::blocks(what, format!("it is {}{to} now; wait until that has ended, then look again", state.status))
        }
    }
}

/// Whether a member could take the writes at once: it is there, available, has an instance, and runs the writer's release.
pub(super) fn can_take_over(
    global: &GlobalCluster,
    member: &GlobalMember,
    cluster: &Seen<'_, DbCluster>,
) -> Vec<Check> {
    let name = named(&member.cluster_arn);
    let cluster = match cluster.required(&format!("Aurora cluster {name}")) {
        Ok(cluster) => cluster,
        Err(check) => return vec![check],
    };
    let has_instance = format!("{name} has an instance");
    let instances = if cluster.members.is_empty() {
        let why = "it has none (headless) and cannot take writes; add one with a step aurora-add-instance, about ten minutes, then retry";
        Check::blocks(has_instance, why)
    } else {
        Check::holds(has_instance)
    };
    let available = format!("{name} is available");
    let status = match cluster.status.as_str() {
        "available" => Check::holds(available),
        "backing-up" => Check::blocks(available, "it is being backed up; wait until that ends, then retry"),
        status => Check::blocks(available, format!("it is {status}; AWS refuses it as a target until it is available")),
    };
    vec![instances, status, same_release(global, cluster)]
}

fn same_release(global: &GlobalCluster, cluster: &DbCluster) -> Check {
    let what = format!("{} runs the release of the writer", cluster.id);
    let (ours, theirs) = (&cluster.engine_version, &global.engine_version);
    if theirs.as_str().is_empty() {
        return Check::warns(what, "AWS does not tell the writer's version; with another one it refuses");
    }
    if release(ours) == release(theirs) {
        return Check::holds(what);
    }
    Check::blocks(
        what,
        format!(
            "it runs {} {ours}, {} runs {theirs}: AWS moves the writer only between equal major and minor versions; detach the cluster with a step aurora-global-detach instead",
            cluster.engine, global.id
        ),
    )
}

/// Major and minor of an engine's version: 16.8, or 3.08 of 8.0.mysql_aurora.3.08.2.
fn release(version: &Text) -> Vec<&str> {
    let version = version.as_str();
    let own = version.split_once("mysql_aurora.").map_or(version, |(_, own)| own);
    own.split('.').take(2).collect()
}

/// Whether a member has all of the writer's data but for its lag.
pub(super) fn out_of_line(member: &GlobalMember) -> Option<String> {
    match &member.synchronization {
        // Older engines do not say.
        None | Some(Known::Is(Synchronization::Connected)) => None,
        Some(Known::Is(Synchronization::PendingResync)) => {
            Some("it must be synchronised again (pending-resync)".to_owned())
        }
        Some(Known::Other(status)) => Some(format!("its synchronization is {status}")),
    }
}
