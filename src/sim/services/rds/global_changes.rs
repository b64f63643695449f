//! What is asked of Aurora global databases: failover, switchover, and that a cluster leave.

use super::cluster_changes::global;
use super::instance_changes::drawn;
use super::standing::{self, AVAILABLE, ClusterStanding, bad_cluster_state};
use super::topology::{self, FAILING_OVER, PENDING, SWITCHING_OVER, Topology};
use super::{clusters, global_clusters, request};
use crate::sim::call::Call;
use crate::sim::estate::deeds::{Deed, GlobalAct};
use crate::sim::estate::rds::{Address, Cluster, GlobalCluster};
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::AwsError;
use crate::sim::{Estate, World};

/// How long a move is pending before it begins.
const ACCEPTED: Span = Span::from_seconds(10);

/// How another cluster comes to write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// At once, whatever is lost.
    Failover,
    /// When it has everything.
    Switchover,
}

/// `FailoverGlobalCluster`; where it does not say that data may be lost, it is a switchover.
pub(super) fn failover(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["GlobalClusterIdentifier", "TargetDbClusterIdentifier", "AllowDataLoss", "Switchover"])?;
    let may_lose = request::flag(call, "AllowDataLoss")?.unwrap_or_default();
    if may_lose && request::flag(call, "Switchover")?.unwrap_or_default() {
        let message = "AllowDataLoss and Switchover can't be specified together.";
        return Err(AwsError::new(400, "InvalidParameterCombination", message));
    }
    go(estate, world, call, if may_lose { Way::Failover } else { Way::Switchover })
}

/// `SwitchoverGlobalCluster`.
pub(super) fn switchover(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["GlobalClusterIdentifier", "TargetDbClusterIdentifier"])?;
    go(estate, world, call, Way::Switchover)
}

fn bad_state(message: String) -> AwsError {
    AwsError::new(400, "InvalidGlobalClusterStateFault", message)
}

fn go(estate: &mut Estate, world: &World, call: &Call, way: Way) -> Result<Changed, AwsError> {
    let global = global(world, request::required(call, "GlobalClusterIdentifier")?)?;
    let asked = request::required(call, "TargetDbClusterIdentifier")?;
    let topology = topology::of(world, global);
    if let Some(moving) = topology.moving {
        let status = moving.stage(world.now).map_or(PENDING, |stage| stage.status);
        return Err(bad_state(format!("Global cluster {} is already moving: {status}.", global.id)));
    }
    let Some(from) = topology.writer.clone() else {
        return Err(bad_state(format!("Global cluster {} has no primary.", global.id)));
    };
    let to = member(world, call, &topology, asked)?;
    if from == to {
        return Err(bad_cluster_state(format!("DB cluster {} is the primary already.", to.id)));
    }
    let (target, standing) = existing(world, &to)?;
    let (source, _) = existing(world, &from)?;
    must_stand_by(world, target, &standing, source)?;
    match way {
        Way::Failover if call.region != to.region => {
            return Err(bad_cluster_state(format!(
                "A failover to {} must be asked for in its Region, {}.",
                to.id, to.region
            )));
        }
        Way::Switchover => must_be_in_line(world, global, &topology, &from, &to)?,
        Way::Failover => {}
    }
    let (act, word) = match way {
        Way::Failover => (GlobalAct::Failover { from, to }, FAILING_OVER),
        Way::Switchover => (GlobalAct::Switchover { from, to }, SWITCHING_OVER),
    };
    let takes = drawn(world, &global.id, "move", 50, 160);
    let deed = Deed::new(world.now, act).then(PENDING, ACCEPTED).then(word, takes);
    keep(estate, world, global, deed)
}

/// The member that an ARN, or in its own Region an identifier, means.
fn member(world: &World, call: &Call, topology: &Topology<'_>, asked: &str) -> Result<Address, AwsError> {
    let is_meant = |member: &&Address| {
        asked == clusters::arn(world, &member.region, &member.id)
            || (member.region == call.region && asked.eq_ignore_ascii_case(&member.id))
    };
    topology.members().find(is_meant).cloned().ok_or_else(|| clusters::not_found(asked))
}

fn existing<'w>(world: &'w World, address: &'w Address) -> Result<(&'w Cluster, ClusterStanding), AwsError> {
    let mut found = world.clusters(&address.region);
    found.find(|(cluster, _)| cluster.id == address.id).ok_or_else(|| clusters::not_found(&address.id))
}

/// Refuses a target that could not write: without instances, not available, of another version, or lost with its Region.
fn must_stand_by(
    world: &World,
    target: &Cluster,
    standing: &ClusterStanding,
    source: &Cluster,
) -> Result<(), AwsError> {
    let id = &target.id;
    if standing.members.is_empty() {
        return Err(bad_cluster_state(format!("DB cluster {id} has no DB instance to promote.")));
    }
    if standing.status != AVAILABLE || !standing.answers() || world.is_out(&target.region, world.now) {
        return Err(bad_cluster_state(format!("DB cluster {id} or its DB instances are not available.")));
    }
    if release(&target.version) != release(&source.version) {
        return Err(bad_cluster_state(format!(
            "The engine versions of {id} ({}) and {} ({}) differ.",
            target.version, source.id, source.version
        )));
    }
    Ok(())
}

/// Major and minor of a version: 16.8, or 3.08 of 8.0.mysql_aurora.3.08.2.
fn release(version: &str) -> Vec<&str> {
    let own = version.split_once("mysql_aurora.").map_or(version, |(_, own)| own);
    own.split('.').take(2).collect()
}

/// Refuses a switchover that could not bring everything over.
fn must_be_in_line(
    world: &World,
    global: &GlobalCluster,
    topology: &Topology<'_>,
    from: &Address,
    to: &Address,
) -> Result<(), AwsError> {
    let writes = existing(world, from)?.1;
    if world.is_out(&from.region, world.now) || !writes.answers() {
        return Err(bad_state(format!(
            "The primary {} in {} is not healthy: a switchover needs it.",
            from.id, from.region
        )));
    }
    let is_in_line = topology.follower(to).is_some_and(|follower| global_clusters::in_line(world, global, follower));
    if is_in_line {
        return Ok(());
    }
    Err(bad_state(format!("DB cluster {} is not synchronized with the primary.", to.id)))
}

/// `RemoveFromGlobalCluster`: what follows stands alone from then on and takes writes; the primary may leave last.
pub(super) fn remove(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["GlobalClusterIdentifier", "DbClusterIdentifier"])?;
    let global = global(world, request::required(call, "GlobalClusterIdentifier")?)?;
    let asked = request::required(call, "DbClusterIdentifier")?;
    let topology = topology::of(world, global);
    let address = member(world, call, &topology, asked)?;
    if topology.moving.is_some() {
        return Err(bad_state(format!("Global cluster {} is failing over.", global.id)));
    }
    let is_leaving = |deed: &Deed<GlobalAct>| deed.act == GlobalAct::Leave(address.clone()) && world.now < deed.done;
    if global.deeds.iter().any(is_leaving) {
        return Err(bad_cluster_state(format!("DB cluster {} is already being removed.", address.id)));
    }
    if topology.writer.as_ref() == Some(&address) && !topology.followers.is_empty() {
        return Err(bad_state(format!("{} is the primary, and others follow it: remove them first.", address.id)));
    }
    let (_, standing) = existing(world, &address)?;
    if standing.status != standing::AVAILABLE {
        return Err(bad_cluster_state(format!("DB cluster {} is {}.", address.id, standing.status)));
    }
    let takes = drawn(world, &address.id, "leave", 40, 100);
    let deed = Deed::new(world.now, GlobalAct::Leave(address)).then(standing::MODIFYING, takes);
    keep(estate, world, global, deed)
}

fn keep(
    estate: &mut Estate,
    world: &World,
    global: &GlobalCluster,
    deed: Deed<GlobalAct>,
) -> Result<Changed, AwsError> {
    let mut all = estate.rds.global_clusters.iter_mut();
    let held = all.find(|held| held.id == global.id).ok_or_else(|| global_clusters::not_found(&global.id))?;
    held.deeds.push(deed);
    Ok(Changed::applied(global_clusters::changed(estate, world, &global.id)))
}
