//! Aurora global databases. Every Region shows all of them.

use std::sync::Arc;

use super::clusters::arn;
use super::topology::{Follower, Topology};
use super::{filter, topology};
use crate::sim::call::Call;
use crate::sim::estate::deeds::GlobalAct;
use crate::sim::estate::rds::{Address, GlobalCluster};
use crate::sim::flow::Condition;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let mut found: Vec<&GlobalCluster> = world.estate.rds.global_clusters.iter().collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(asked) = call.text("GlobalClusterIdentifier") {
        found.retain(|global| asked.eq_ignore_ascii_case(&global.id));
        if found.is_empty() {
            return Err(not_found(asked));
        }
    }
    let found: Vec<(&GlobalCluster, Topology<'_>)> =
        found.into_iter().map(|global| (global, topology::of(world, global))).collect();
    let found = filter::keep(
        call,
        found,
        |(_, topology), name| match name {
            "db-cluster-id" => Some(topology.members().map(|member| member.id.as_str()).collect()),
            _ => None,
        },
        &["db-cluster-id"],
    )?;
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|(global, topology)| value(world, global, topology));
    Ok(Value::map([("GlobalClusters", Value::list("GlobalClusterMember", values)), ("Marker", cut.next.into())]))
}

/// Complains of a global database that does not exist.
pub(super) fn not_found(asked: &str) -> AwsError {
    AwsError::new(404, "GlobalClusterNotFoundFault", format!("Global cluster {asked} not found"))
}

/// What a change of a global database answers: it, as it is from then on.
pub(super) fn changed(estate: &Estate, world: &World, id: &str) -> Value {
    let world = &World { estate: Arc::new(estate.clone()), ..world.clone() };
    let found = world.estate.rds.global_clusters.iter().find(|global| global.id == id);
    let value = found.map(|global| value(world, global, &topology::of(world, global)));
    Value::map([("GlobalCluster", value.unwrap_or(Value::Null))])
}

fn value(world: &World, global: &GlobalCluster, topology: &Topology<'_>) -> Value {
    let account = &world.estate.account;
    let followers = topology.followers.iter().map(|follower| follower_value(world, global, follower));
    let members = topology.writer.iter().map(|writer| writer_value(world, writer, topology)).chain(followers);
    let stage = topology.moving.and_then(|deed| deed.stage(world.now)).map(|stage| stage.status);
    let status = stage.filter(|status| *status != topology::PENDING).unwrap_or("available");
    Value::map([
        ("GlobalClusterIdentifier", (&global.id).into()),
        ("GlobalClusterResourceId", format!("cluster-{}", world.hex(&["global", &global.id], 16)).into()),
        ("GlobalClusterArn", format!("arn:aws:rds::{account}:global-cluster:{}", global.id).into()),
        ("Status", status.into()),
        ("Engine", (&global.engine).into()),
        ("EngineVersion", (&global.version).into()),
        ("StorageEncrypted", true.into()),
        ("DeletionProtection", true.into()),
        ("GlobalClusterMembers", Value::list("GlobalClusterMember", members)),
        ("FailoverState", failover_state(world, topology).into()),
    ])
}

/// The failover or switchover under way: from whom to whom, and whether data may be lost.
fn failover_state(world: &World, topology: &Topology<'_>) -> Option<Value> {
    let deed = topology.moving?;
    let (from, to, may_lose) = match &deed.act {
        GlobalAct::Failover { from, to } => (from, to, true),
        GlobalAct::Switchover { from, to } => (from, to, false),
        GlobalAct::Leave(_) | GlobalAct::Join(_) => return None,
    };
    Some(Value::map([
        ("Status", deed.stage(world.now)?.status.into()),
        ("FromDbClusterArn", arn(world, &from.region, &from.id).into()),
        ("ToDbClusterArn", arn(world, &to.region, &to.id).into()),
        ("IsDataLossAllowed", may_lose.into()),
    ]))
}

fn writer_value(world: &World, writer: &Address, topology: &Topology<'_>) -> Value {
    let followers = topology.followers.iter().map(|follower| &follower.address);
    let readers = followers.map(|follower| arn(world, &follower.region, &follower.id).into());
    Value::map([
        ("DBClusterArn", arn(world, &writer.region, &writer.id).into()),
        ("Readers", Value::list("member", readers)),
        ("IsWriter", true.into()),
        ("SynchronizationStatus", "connected".into()),
    ])
}

fn follower_value(world: &World, global: &GlobalCluster, follower: &Follower) -> Value {
    let Address { region, id } = &follower.address;
    Value::map([
        ("DBClusterArn", arn(world, region, id).into()),
        ("Readers", Value::list("member", [])),
        ("IsWriter", false.into()),
        ("GlobalWriteForwardingStatus", "disabled".into()),
        ("SynchronizationStatus", if in_line(world, global, follower) { "connected" } else { "pending-resync" }.into()),
    ])
}

/// Whether a follower is connected to the writer.
pub(super) fn in_line(world: &World, global: &GlobalCluster, follower: &Follower) -> bool {
    let flows = match world.flow(&follower.link(global), world.now).condition {
        Condition::Flowing | Condition::Behind | Condition::Stalled => true,
        Condition::Stopped => false,
    };
    flows && follower.is_connected(world.now)
}
