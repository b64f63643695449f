//! Global datastores: the same from each Region of one, and which of them takes the writes.

use std::sync::Arc;

use crate::sim::call::Call;
use crate::sim::estate::storage::{Failover, GlobalDatastore};
use crate::sim::flow::Condition;
use crate::sim::services::Changed;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let mut stores: Vec<&GlobalDatastore> =
        known(world).filter(|store| store.from == call.region || store.to == call.region).collect();
    stores.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(asked) = call.text("GlobalReplicationGroupId") {
        stores.retain(|store| asked.eq_ignore_ascii_case(&store.id));
        if stores.is_empty() {
            let message = format!("Global replication group {asked} not found.");
            return Err(AwsError::new(404, "GlobalReplicationGroupNotFoundFault", message));
        }
    }
    let with_members = call.flag("ShowMemberInfo") == Some(true);
    let cut = page.cut(call, stores);
    let values = cut.items.iter().map(|store| value(world, store, with_members));
    Ok(Value::map([
        ("Marker", cut.next.into()),
        ("GlobalReplicationGroups", Value::list("GlobalReplicationGroup", values)),
    ]))
}

/// The global datastores there are by now.
pub(super) fn known(world: &World) -> impl Iterator<Item = &GlobalDatastore> {
    world.estate.elasticache.global_datastores.iter().filter(|store| world.start - store.age <= world.now)
}

/// Whether the secondary still belongs to it: a replication that is broken off leaves the primary alone.
pub(super) fn is_whole(world: &World, store: &GlobalDatastore) -> bool {
    match world.flow(&store.link(), world.now).condition {
        Condition::Flowing | Condition::Behind | Condition::Stalled => true,
        Condition::Stopped => false,
    }
}

fn value(world: &World, store: &GlobalDatastore, with_members: bool) -> Value {
    let is_whole = is_whole(world, store);
    let primary = store.primary(world.now);
    let status = if store.is_changing(world.now) {
        "modifying"
    } else if is_whole {
        "available"
    } else {
        "primary-only"
    };
    let member = |region: &str| {
        let (role, status) = if region == primary {
            ("PRIMARY", "associated")
        } else {
            ("SECONDARY", if is_whole { "associated" } else { "disassociated" })
        };
        Value::map([
            ("ReplicationGroupId", store.group(region).into()),
            ("ReplicationGroupRegion", region.into()),
            ("Role", role.into()),
            ("AutomaticFailover", if store.nodes > 1 { "enabled" } else { "disabled" }.into()),
            ("Status", status.into()),
        ])
    };
    let members = [member(&store.from), member(&store.to)];
    let members = if with_members { Value::list("GlobalReplicationGroupMember", members) } else { Value::Null };
    // A global datastore belongs to no Region.
    let arn = world.arn("elasticache", "", &format!("globalreplicationgroup:{}", store.id));
    Value::map([
        ("GlobalReplicationGroupId", (&store.id).into()),
        ("GlobalReplicationGroupDescription", " ".into()),
        ("Status", status.into()),
        ("CacheNodeType", (&store.node).into()),
        ("Engine", (&store.engine).into()),
        ("EngineVersion", (&store.version).into()),
        ("Members", members),
        ("ClusterEnabled", false.into()),
        ("AuthTokenEnabled", false.into()),
        ("TransitEncryptionEnabled", true.into()),
        ("AtRestEncryptionEnabled", true.into()),
        ("ARN", arn.into()),
    ])
}

/// `FailoverGlobalReplicationGroup`: the replication group of a Region takes the writes; it must be one that follows.
pub(super) fn failover(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let missing = |message: String| AwsError::new(400, "InvalidParameterValue", message);
    let asked = call.required("GlobalReplicationGroupId", missing)?;
    let region = call.required("PrimaryRegion", missing)?;
    let group = call.required("PrimaryReplicationGroupId", missing)?;
    let here = |store: &&GlobalDatastore| store.from == call.region || store.to == call.region;
    let Some(store) = known(world).filter(here).find(|store| asked.eq_ignore_ascii_case(&store.id)) else {
        let message = format!("Global replication group {asked} not found.");
        return Err(AwsError::new(404, "GlobalReplicationGroupNotFoundFault", message));
    };
    if !store.group(region).is_some_and(|own| own.eq_ignore_ascii_case(group)) {
        return Err(missing(format!("{group} in {region} is no member of {}.", store.id)));
    }
    let bad = |message: String| Err(AwsError::new(400, "InvalidGlobalReplicationGroupState", message));
    if store.is_changing(world.now) {
        return bad(format!("Global replication group {} is not in available state: it is modifying.", store.id));
    }
    if store.primary(world.now) == region {
        return Err(missing(format!("{group} in {region} is the primary of {} already.", store.id)));
    }
    if !is_whole(world, store) {
        return bad(format!("{group} in {region} is not associated with {}.", store.id));
    }
    if world.is_out(region, world.now) {
        return bad(format!("{group} in {region} cannot be reached."));
    }
    let (least, most) = (Span::from_seconds(40), Span::from_seconds(100));
    let done = world.now + world.between(least, most, &["failover", &store.id, &world.now.millis().to_string()]);
    let follower = if region == store.to { &store.from } else { &store.to };
    let follower = format!("{}-001", store.group(follower).unwrap_or_default());
    let id = store.id.clone();
    let all = &mut estate.elasticache.global_datastores;
    if let Some(changed) = all.iter_mut().find(|one| one.id == id) {
        changed.failovers.push(Failover { at: world.now, done, to: region.to_owned(), follower });
    }
    let world = &World { estate: Arc::new(estate.clone()), ..world.clone() };
    let changed = known(world).find(|store| store.id == id).map(|store| value(world, store, true));
    Ok(Changed::applied(Value::map([("GlobalReplicationGroup", changed.unwrap_or(Value::Null))])))
}

impl World {
    /// Whether a global datastore takes writes in a Region.
    pub(in crate::sim) fn takes_cache(&self, at: &str, id: &str) -> bool {
        known(self).any(|store| store.id == id && store.primary(self.now) == at)
    }
}
