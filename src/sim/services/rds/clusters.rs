//! Aurora clusters.

use std::sync::Arc;

use super::standing::ClusterStanding;
use super::{details, filter, topology};
use crate::sim::call::Call;
use crate::sim::estate::rds::Cluster;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let mut clusters: Vec<(&Cluster, ClusterStanding)> = world.clusters(&call.region).collect();
    clusters.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    if let Some(asked) = call.text("DBClusterIdentifier") {
        clusters.retain(|(c, _)| asked.eq_ignore_ascii_case(&c.id) || asked == arn(world, &c.region, &c.id));
        if clusters.is_empty() {
            return Err(not_found(asked));
        }
    }
    let clusters = filter::keep(
        call,
        clusters,
        |(cluster, _), name| match name {
            "db-cluster-id" => Some(vec![cluster.id.as_str()]),
            "engine" => Some(vec![cluster.engine.as_str()]),
            _ => None,
        },
        &["db-cluster-id", "engine"],
    )?;
    let cut = page.cut(call, clusters);
    let values = cut.items.iter().map(|(cluster, standing)| value(world, cluster, standing));
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

/// Complains of a cluster that does not exist.
pub(super) fn not_found(asked: &str) -> AwsError {
    AwsError::new(404, "DBClusterNotFoundFault", format!("DBCluster {asked} not found."))
}

/// What a change of a cluster answers: the cluster as it is from then on.
pub(super) fn changed(estate: &Estate, world: &World, region: &str, id: &str) -> Value {
    let world = &World { estate: Arc::new(estate.clone()), ..world.clone() };
    let found = world.clusters(region).find(|(cluster, _)| cluster.id == id);
    let value = found.map(|(cluster, standing)| value(world, cluster, &standing));
    Value::map([("DBCluster", value.unwrap_or(Value::Null))])
}

fn value(world: &World, cluster: &Cluster, standing: &ClusterStanding) -> Value {
    let Cluster { id, region, details, .. } = cluster;
    let around = topology::around(world, cluster);
    let is_writer = around.as_ref().is_none_or(|(_, global)| {
        global.writer.as_ref().is_some_and(|writer| writer.region == *region && writer.id == *id)
    });
    let moving = around.as_ref().and_then(|(_, global)| global.moving).and_then(|deed| deed.stage(world.now));
    let status = moving.map(|stage| stage.status).filter(|status| *status != topology::PENDING);
    let members = standing.members.iter().enumerate().map(|(index, member)| {
        Value::map([
            ("DBInstanceIdentifier", (&member.id).into()),
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
        ("Status", status.unwrap_or(standing.status).into()),
        ("EarliestRestorableTime", world.earliest_restorable(cluster.backup_days, cluster.age).into()),
        ("Endpoint", is_writer.then(|| format!("{id}.cluster-{host}")).into()),
        ("ReaderEndpoint", format!("{id}.cluster-ro-{host}").into()),
        ("MultiAZ", (standing.members.len() > 1).into()),
        ("Engine", (&cluster.engine).into()),
        ("EngineVersion", (&cluster.version).into()),
        ("LatestRestorableTime", world.latest_restorable(region).into()),
        ("Port", port.into()),
        ("MasterUsername", "admin".into()),
        ("DBClusterMembers", Value::list("DBClusterMember", members)),
        ("DBClusterParameterGroup", details::parameter_group(details, &cluster.engine, &cluster.version).into()),
        ("DBSubnetGroup", details::subnet_group(details).into()),
        ("VpcSecurityGroups", details::security_groups(world, region, details)),
        ("StorageEncrypted", true.into()),
        ("KmsKeyId", details::key(world, region, details).into()),
        ("TagList", details::tags(&details.tags)),
        ("DbClusterResourceId", resource_id(world, region, id).into()),
        ("DBClusterArn", arn(world, region, id).into()),
        ("ClusterCreateTime", (world.start - cluster.age).into()),
        ("EngineMode", "provisioned".into()),
        ("GlobalClusterIdentifier", around.map(|(global, _)| &global.id).into()),
    ])
}
