//! Aurora global databases. Every Region shows all of them.

use super::clusters::arn;
use super::filter;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::{Address, GlobalCluster};
use crate::sim::flow::Condition;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let mut found: Vec<&GlobalCluster> = world.estate.rds.global_clusters.iter().collect();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(asked) = call.text("GlobalClusterIdentifier") {
        found.retain(|global| asked.eq_ignore_ascii_case(&global.id));
        if found.is_empty() {
            return Err(AwsError::new(404, "GlobalClusterNotFoundFault", format!("Global cluster {asked} not found")));
        }
    }
    let found = filter::keep(
        call,
        found,
        |global, name| match name {
            "db-cluster-id" => {
                Some(std::iter::once(&global.writer).chain(&global.secondaries).map(|m| m.id.as_str()).collect())
            }
            _ => None,
        },
        &["db-cluster-id"],
    )?;
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|global| value(world, global));
    Ok(Value::map([("GlobalClusters", Value::list("GlobalClusterMember", values)), ("Marker", cut.next.into())]))
}

fn value(world: &World, global: &GlobalCluster) -> Value {
    let account = &world.estate.account;
    let members = std::iter::once(writer(world, global))
        .chain(global.secondaries.iter().map(|secondary| follower(world, global, secondary)));
    Value::map([
        ("GlobalClusterIdentifier", (&global.id).into()),
        ("GlobalClusterResourceId", format!("cluster-{}", world.hex(&["global", &global.id], 16)).into()),
        ("GlobalClusterArn", format!("arn:aws:rds::{account}:global-cluster:{}", global.id).into()),
        ("Status", "available".into()),
        ("Engine", (&global.engine).into()),
        ("EngineVersion", (&global.version).into()),
        ("StorageEncrypted", true.into()),
        ("DeletionProtection", true.into()),
        ("GlobalClusterMembers", Value::list("GlobalClusterMember", members)),
    ])
}

fn writer(world: &World, global: &GlobalCluster) -> Value {
    let readers = global.secondaries.iter().map(|secondary| arn(world, &secondary.region, &secondary.id).into());
    Value::map([
        ("DBClusterArn", arn(world, &global.writer.region, &global.writer.id).into()),
        ("Readers", Value::list("member", readers)),
        ("IsWriter", true.into()),
        ("SynchronizationStatus", "connected".into()),
    ])
}

fn follower(world: &World, global: &GlobalCluster, secondary: &Address) -> Value {
    let link = global.links().find(|link| link.id == secondary.id && link.to == secondary.region);
    let status = match link.map(|link| world.flow(&link, world.now).condition) {
        None | Some(Condition::Flowing | Condition::Behind | Condition::Stalled) => "connected",
        Some(Condition::Stopped) => "pending-resync",
    };
    Value::map([
        ("DBClusterArn", arn(world, &secondary.region, &secondary.id).into()),
        ("Readers", Value::list("member", [])),
        ("IsWriter", false.into()),
        ("GlobalWriteForwardingStatus", "disabled".into()),
        ("SynchronizationStatus", status.into()),
    ])
}
