//! `DescribeReplicationGroups`: those of a Region that belong to a global datastore.

use super::global::{is_whole, known};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::storage::GlobalDatastore;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

const PORT: u32 = 6379;

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let mut groups: Vec<(String, &GlobalDatastore)> =
        known(world).filter_map(|store| Some((store.group(&call.region)?, store))).collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(asked) = call.text("ReplicationGroupId") {
        groups.retain(|(group, _)| asked.eq_ignore_ascii_case(group));
        if groups.is_empty() {
            let message = format!("ReplicationGroup {asked} not found.");
            return Err(AwsError::new(404, "ReplicationGroupNotFoundFault", message));
        }
    }
    let cut = page.cut(call, groups);
    let values = cut.items.iter().map(|(group, store)| value(world, &call.region, group, store));
    Ok(Value::map([("Marker", cut.next.into()), ("ReplicationGroups", Value::list("ReplicationGroup", values))]))
}

fn value(world: &World, region: &str, group: &str, store: &GlobalDatastore) -> Value {
    let is_primary = store.primary(world.now) == region;
    let belongs = is_primary || is_whole(world, store);
    let role = if is_primary { "PRIMARY" } else { "SECONDARY" };
    let global = Value::map([
        ("GlobalReplicationGroupId", (&store.id).into()),
        ("GlobalReplicationGroupMemberRole", role.into()),
    ]);
    let host = |name: &str| {
        let address = format!("{name}.{}.{region}.cache.amazonaws.com", world.hex(&["cache", region], 6));
        Value::map([("Address", address.into()), ("Port", PORT.into())])
    };
    let cluster = |number: u32| format!("{group}-{number:03}");
    let nodes = (1..=store.nodes).map(|number| {
        let zone = ["a", "b", "c"].into_iter().cycle().nth(number as usize - 1).unwrap_or("a");
        Value::map([
            ("CacheClusterId", cluster(number).into()),
            ("CacheNodeId", "0001".into()),
            ("ReadEndpoint", host(&cluster(number))),
            ("PreferredAvailabilityZone", format!("{region}{zone}").into()),
            ("CurrentRole", if number == 1 { "primary" } else { "replica" }.into()),
        ])
    });
    let shard = Value::map([
        ("NodeGroupId", "0001".into()),
        ("Status", "available".into()),
        ("PrimaryEndpoint", host(&format!("master.{group}"))),
        ("ReaderEndpoint", host(&format!("replica.{group}"))),
        ("NodeGroupMembers", Value::list("NodeGroupMember", nodes)),
    ]);
    let switch = if store.nodes > 1 { "enabled" } else { "disabled" };
    Value::map([
        ("ReplicationGroupId", group.into()),
        ("Description", " ".into()),
        ("GlobalReplicationGroupInfo", if belongs { global } else { Value::Null }),
        ("Status", "available".into()),
        ("PendingModifiedValues", Value::map([])),
        ("MemberClusters", Value::list("ClusterId", (1..=store.nodes).map(|number| cluster(number).into()))),
        ("NodeGroups", Value::list("NodeGroup", [shard])),
        ("AutomaticFailover", switch.into()),
        ("MultiAZ", switch.into()),
        ("SnapshotRetentionLimit", 0_u32.into()),
        ("SnapshotWindow", "08:00-09:00".into()),
        ("ClusterEnabled", false.into()),
        ("CacheNodeType", (&store.node).into()),
        ("AuthTokenEnabled", false.into()),
        ("TransitEncryptionEnabled", true.into()),
        ("AtRestEncryptionEnabled", true.into()),
        ("ARN", world.arn("elasticache", region, &format!("replicationgroup:{group}")).into()),
        ("ReplicationGroupCreateTime", (world.start - store.age).into()),
        ("DataTiering", "disabled".into()),
        ("AutoMinorVersionUpgrade", true.into()),
        ("NetworkType", "ipv4".into()),
        ("IpDiscovery", "ipv4".into()),
        ("TransitEncryptionMode", "required".into()),
        ("ClusterMode", "disabled".into()),
        ("Engine", (&store.engine).into()),
    ])
}
