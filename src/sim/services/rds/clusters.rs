//! Aurora clusters.

use super::filter;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::{Cluster, GlobalCluster};
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let mut clusters: Vec<&Cluster> = world.estate.rds.clusters.iter().filter(|c| c.region == call.region).collect();
    clusters.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(asked) = call.text("DBClusterIdentifier") {
        clusters.retain(|c| asked.eq_ignore_ascii_case(&c.id) || asked == arn(world, &c.region, &c.id));
        if clusters.is_empty() {
            return Err(AwsError::new(404, "DBClusterNotFoundFault", format!("DBCluster {asked} not found.")));
        }
    }
    let clusters = filter::keep(
        call,
        clusters,
        |cluster, name| match name {
            "db-cluster-id" => Some(vec![cluster.id.as_str()]),
            "engine" => Some(vec![cluster.engine.as_str()]),
            _ => None,
        },
        &["db-cluster-id", "engine"],
    )?;
    let cut = page.cut(call, clusters);
    let values = cut.items.iter().map(|cluster| value(world, cluster));
    Ok(Value::map([("DBClusters", Value::list("DBCluster", values)), ("Marker", cut.next.into())]))
}

/// The ARN of a cluster.
pub(super) fn arn(world: &World, region: &str, id: &str) -> String {
    world.arn("rds", region, &format!("cluster:{id}"))
}

/// `DbClusterResourceId`.
pub(super) fn resource_id(world: &World, region: &str, id: &str) -> String {
    format!("cluster-{}", world.hex(&["cluster", region, id], 26).to_uppercase())
}

fn value(world: &World, cluster: &Cluster) -> Value {
    let Cluster { id, region, .. } = cluster;
    let global = global_of(world, cluster);
    let is_writer = global.is_none_or(|global| global.writer.region == *region && global.writer.id == *id);
    let members = cluster.instances.iter().enumerate().map(|(index, instance)| {
        Value::map([
            ("DBInstanceIdentifier", instance.into()),
            ("IsClusterWriter", (is_writer && index == 0).into()),
            ("DBClusterParameterGroupStatus", "in-sync".into()),
            ("PromotionTier", 1_u32.into()),
        ])
    });
    let host = format!("{}.{region}.rds.amazonaws.com", world.hex(&["rds", region], 12));
    let port: u32 = if cluster.engine.contains("mysql") { 3306 } else { 5432 };
    let zones = ["a", "b", "c"].into_iter().map(|zone| format!("{region}{zone}").into());
    Value::map([
        ("AllocatedStorage", 1_u32.into()),
        ("AvailabilityZones", Value::list("AvailabilityZone", zones)),
        ("BackupRetentionPeriod", cluster.backup_days.into()),
        ("DBClusterIdentifier", id.into()),
        ("Status", "available".into()),
        ("EarliestRestorableTime", world.earliest_restorable(cluster.backup_days, cluster.age).into()),
        ("Endpoint", is_writer.then(|| format!("{id}.cluster-{host}")).into()),
        ("ReaderEndpoint", format!("{id}.cluster-ro-{host}").into()),
        ("MultiAZ", (cluster.instances.len() > 1).into()),
        ("Engine", (&cluster.engine).into()),
        ("EngineVersion", (&cluster.version).into()),
        ("LatestRestorableTime", world.latest_restorable(region).into()),
        ("Port", port.into()),
        ("MasterUsername", "admin".into()),
        ("DBClusterMembers", Value::list("DBClusterMember", members)),
        ("StorageEncrypted", true.into()),
        ("DbClusterResourceId", resource_id(world, region, id).into()),
        ("DBClusterArn", arn(world, region, id).into()),
        ("ClusterCreateTime", (world.start - cluster.age).into()),
        ("EngineMode", "provisioned".into()),
        ("GlobalClusterIdentifier", global.map(|global| &global.id).into()),
    ])
}

fn global_of<'a>(world: &'a World, cluster: &Cluster) -> Option<&'a GlobalCluster> {
    world.estate.rds.global_clusters.iter().find(|global| {
        std::iter::once(&global.writer)
            .chain(&global.secondaries)
            .any(|member| member.region == cluster.region && member.id == cluster.id)
    })
}
