//! Snapshots: what a deletion leaves behind, the daily ones of clusters, and what a failover keeps of the old primary.

use super::events::{self, Event, Source};
use super::topology::back;
use super::{clusters, filter, instances};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::deeds::{ClusterAct, Deed, GlobalAct, InstanceAct};
use crate::sim::estate::rds::{Address, Cluster, Instance};
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// What somebody asked for, and nobody but them deletes.
const MANUAL: &str = "manual";

/// A snapshot of a cluster.
pub(super) struct ClusterSnapshot<'w> {
    name: String,
    cluster: &'w Cluster,
    begun: Moment,
    ready: Moment,
    kind: &'static str,
}

impl ClusterSnapshot<'_> {
    /// The event that tells of it.
    pub(super) fn told(&self, world: &World) -> Event {
        let source = Source { id: self.name.clone(), kind: "db-cluster-snapshot", arn: self.arn(world) };
        Event { at: self.ready, source, category: "backup", message: "Automated cluster snapshot created".to_owned() }
    }

    fn arn(&self, world: &World) -> String {
        world.arn("rds", &self.cluster.region, &format!("cluster-snapshot:{}", self.name))
    }
}

/// How long a last snapshot of an instance takes.
fn takes(instance: &Instance) -> Span {
    instances::backup_takes(instance.storage_gib)
}

/// `DescribeDBSnapshots`: the last ones of instances that were deleted.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let instances = world.estate.rds.instances.iter().filter(|instance| instance.region == call.region);
    let mut found: Vec<(&Instance, &String, Moment)> = instances
        .flat_map(|instance| {
            let asked = instance.deeds.iter().filter(|deed| deed.at <= world.now);
            asked.filter_map(move |deed| match &deed.act {
                InstanceAct::Delete(Some(name)) => Some((instance, name, deed.at)),
                InstanceAct::Delete(None)
                | InstanceAct::Create
                | InstanceAct::Promote(_)
                | InstanceAct::Modify(_)
                | InstanceAct::Rename(_)
                | InstanceAct::ReplicateBackups(_)
                | InstanceAct::Stop
                | InstanceAct::Start
                | InstanceAct::Reboot(_)
                | InstanceAct::Orphan => None,
            })
        })
        .collect();
    found.sort_by(|a, b| a.1.cmp(b.1));
    let automated = call.text("SnapshotType").is_some_and(|kind| kind != "manual");
    let of = call.text("DBInstanceIdentifier");
    found.retain(|(instance, ..)| !automated && of.is_none_or(|of| of.eq_ignore_ascii_case(&instance.id)));
    if let Some(name) = call.text("DBSnapshotIdentifier") {
        found.retain(|(_, snapshot, _)| name.eq_ignore_ascii_case(snapshot));
        if found.is_empty() {
            return Err(AwsError::new(404, "DBSnapshotNotFound", format!("DBSnapshot {name} not found.")));
        }
    }
    let found = filter::keep(
        call,
        found,
        |(instance, name, _), asked| match asked {
            "db-instance-id" => Some(vec![instance.id.as_str()]),
            "db-snapshot-id" => Some(vec![name.as_str()]),
            "snapshot-type" => Some(vec!["manual"]),
            "engine" => Some(vec![instance.engine.as_str()]),
            _ => None,
        },
        &["db-instance-id", "db-snapshot-id", "snapshot-type", "engine"],
    )?;
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|(instance, name, at)| value(world, instance, name, *at));
    Ok(Value::map([("DBSnapshots", Value::list("DBSnapshot", values)), ("Marker", cut.next.into())]))
}

fn value(world: &World, instance: &Instance, name: &str, at: Moment) -> Value {
    let ready = at + takes(instance);
    let is_ready = ready <= world.now;
    let created = is_ready.then_some(ready);
    Value::map([
        ("DBSnapshotIdentifier", name.into()),
        ("DBInstanceIdentifier", (&instance.id).into()),
        ("SnapshotCreateTime", created.into()),
        ("Engine", (&instance.engine).into()),
        ("AllocatedStorage", instance.storage_gib.into()),
        ("Status", if is_ready { "available" } else { "creating" }.into()),
        ("InstanceCreateTime", instances::created(world, instance).into()),
        ("MasterUsername", "admin".into()),
        ("EngineVersion", (&instance.version).into()),
        ("SnapshotType", "manual".into()),
        ("PercentProgress", percent(world, at, ready).into()),
        ("StorageType", "gp3".into()),
        ("Encrypted", true.into()),
        ("DBSnapshotArn", world.arn("rds", &instance.region, &format!("snapshot:{name}")).into()),
        ("DbiResourceId", instances::resource_id(world, &instance.region, &instance.lineage()).into()),
    ])
}

fn percent(world: &World, begun: Moment, ready: Moment) -> i64 {
    let whole = (ready - begun).millis().max(1);
    ((world.now - begun).millis() * 100 / whole).clamp(0, 100)
}

/// `DescribeDBClusterSnapshots`.
pub(super) fn describe_of_clusters(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let mut found = of_clusters(world, &call.region);
    found.retain(|snapshot| {
        let kept = Span::from_days(i64::from(snapshot.cluster.backup_days));
        snapshot.begun <= world.now && (snapshot.kind == MANUAL || world.now < snapshot.begun + kept)
    });
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let (of, kind) = (call.text("DBClusterIdentifier"), call.text("SnapshotType"));
    found.retain(|one| {
        of.is_none_or(|of| of.eq_ignore_ascii_case(&one.cluster.id)) && kind.is_none_or(|kind| kind == one.kind)
    });
    if let Some(name) = call.text("DBClusterSnapshotIdentifier") {
        found.retain(|snapshot| name.eq_ignore_ascii_case(&snapshot.name) || name == snapshot.arn(world));
        if found.is_empty() {
            let message = format!("DBClusterSnapshot {name} not found.");
            return Err(AwsError::new(404, "DBClusterSnapshotNotFoundFault", message));
        }
    }
    let found = filter::keep(
        call,
        found,
        |snapshot, asked| match asked {
            "db-cluster-id" => Some(vec![snapshot.cluster.id.as_str()]),
            "db-cluster-snapshot-id" => Some(vec![snapshot.name.as_str()]),
            "snapshot-type" => Some(vec![snapshot.kind]),
            "engine" => Some(vec![snapshot.cluster.engine.as_str()]),
            _ => None,
        },
        &["db-cluster-id", "db-cluster-snapshot-id", "snapshot-type", "engine"],
    )?;
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|snapshot| cluster_value(world, snapshot));
    Ok(Value::map([("DBClusterSnapshots", Value::list("DBClusterSnapshot", values)), ("Marker", cut.next.into())]))
}

fn of_clusters<'w>(world: &'w World, region: &str) -> Vec<ClusterSnapshot<'w>> {
    let mut all = Vec::new();
    for cluster in world.estate.rds.clusters.iter().filter(|cluster| cluster.region == region) {
        if world.clusters(region).any(|(there, _)| std::ptr::eq(there, cluster)) {
            let oldest = world.now - Span::from_days(i64::from(cluster.backup_days));
            all.extend(events::daily(world, cluster, oldest, world.now).into_iter().map(|begun| ClusterSnapshot {
                name: format!("rds:{}-{}", cluster.id, events::minute(begun)),
                cluster,
                begun,
                ready: begun + events::SNAPSHOT,
                kind: "automated",
            }));
        }
        for deed in &cluster.deeds {
            if let ClusterAct::Delete(Some(name)) = &deed.act {
                let ready = deed.at + events::SNAPSHOT;
                all.push(ClusterSnapshot { name: name.clone(), cluster, begun: deed.at, ready, kind: MANUAL });
            }
        }
    }
    for deed in world.estate.rds.global_clusters.iter().flat_map(|global| &global.deeds) {
        if let GlobalAct::Failover { from, .. } = &deed.act
            && from.region == region
        {
            all.extend(of_old_primary(world, from, deed));
        }
    }
    all
}

/// The snapshot that Aurora takes of the old primary when its Region is back, of what was not replicated.
pub(super) fn of_old_primary<'w>(
    world: &'w World,
    old: &Address,
    deed: &Deed<GlobalAct>,
) -> Option<ClusterSnapshot<'w>> {
    let mut clusters = world.estate.rds.clusters.iter();
    let cluster = clusters.find(|cluster| cluster.region == old.region && cluster.id == old.id)?;
    let begun = back(world, &old.region, deed.done);
    Some(ClusterSnapshot {
        name: format!("rds:unplanned-global-failover-{}-{}", old.id, events::minute(begun)),
        cluster,
        begun,
        ready: begun + events::SNAPSHOT,
        kind: "automated",
    })
}

fn cluster_value(world: &World, snapshot: &ClusterSnapshot<'_>) -> Value {
    let Cluster { id, region, engine, version, .. } = snapshot.cluster;
    let is_ready = snapshot.ready <= world.now;
    let zones = ["a", "b", "c"].into_iter().map(|zone| format!("{region}{zone}").into());
    Value::map([
        ("AvailabilityZones", Value::list("AvailabilityZone", zones)),
        ("DBClusterSnapshotIdentifier", (&snapshot.name).into()),
        ("DBClusterIdentifier", id.into()),
        ("SnapshotCreateTime", snapshot.begun.into()),
        ("Engine", engine.into()),
        ("EngineMode", "provisioned".into()),
        ("AllocatedStorage", 1_u32.into()),
        ("Status", if is_ready { "available" } else { "creating" }.into()),
        ("ClusterCreateTime", (world.start - snapshot.cluster.age).into()),
        ("MasterUsername", "admin".into()),
        ("EngineVersion", version.into()),
        ("SnapshotType", snapshot.kind.into()),
        ("PercentProgress", percent(world, snapshot.begun, snapshot.ready).into()),
        ("StorageEncrypted", true.into()),
        ("DBClusterSnapshotArn", snapshot.arn(world).into()),
        ("DbClusterResourceId", clusters::resource_id(world, region, id).into()),
    ])
}
