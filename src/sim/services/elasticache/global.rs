//! `DescribeGlobalReplicationGroups`: the same from each Region of a global datastore.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::storage::GlobalDatastore;
use crate::sim::flow::Condition;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

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
    let member = |region: &str, role: &str, status: &str| {
        Value::map([
            ("ReplicationGroupId", store.group(region).into()),
            ("ReplicationGroupRegion", region.into()),
            ("Role", role.into()),
            ("AutomaticFailover", if store.nodes > 1 { "enabled" } else { "disabled" }.into()),
            ("Status", status.into()),
        ])
    };
    let members = [
        member(&store.from, "PRIMARY", "associated"),
        member(&store.to, "SECONDARY", if is_whole { "associated" } else { "disassociated" }),
    ];
    let members = if with_members { Value::list("GlobalReplicationGroupMember", members) } else { Value::Null };
    // A global datastore belongs to no Region.
    let arn = world.arn("elasticache", "", &format!("globalreplicationgroup:{}", store.id));
    Value::map([
        ("GlobalReplicationGroupId", (&store.id).into()),
        ("GlobalReplicationGroupDescription", " ".into()),
        ("Status", if is_whole { "available" } else { "primary-only" }.into()),
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
