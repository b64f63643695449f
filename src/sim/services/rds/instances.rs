//! DB instances: those of their own, read replicas, and the members of Aurora clusters.

use super::{filter, invalid, placement};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::{Cluster, Instance};
use crate::sim::flow::Condition;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// One instance of the answer.
#[derive(Clone, Copy)]
enum Row<'a> {
    Alone(&'a Instance),
    Member(&'a Cluster, &'a str),
}

impl Row<'_> {
    fn id(&self) -> &str {
        match self {
            Row::Alone(instance) => &instance.id,
            Row::Member(_, id) => id,
        }
    }

    fn engine(&self) -> &str {
        match self {
            Row::Alone(instance) => &instance.engine,
            Row::Member(cluster, _) => &cluster.engine,
        }
    }

    fn cluster(&self) -> Option<&str> {
        match self {
            Row::Alone(_) => None,
            Row::Member(cluster, _) => Some(&cluster.id),
        }
    }
}

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let alone = world.estate.rds.instances.iter().filter(|i| i.region == call.region).map(Row::Alone);
    let clusters = world.estate.rds.clusters.iter().filter(|c| c.region == call.region);
    let members = clusters.flat_map(|cluster| cluster.instances.iter().map(move |id| Row::Member(cluster, id)));
    let mut rows: Vec<Row<'_>> = alone.chain(members).collect();
    rows.sort_by(|a, b| a.id().cmp(b.id()));
    if let Some(asked) = call.text("DBInstanceIdentifier") {
        rows.retain(|row| names(world, call, asked, row));
        if rows.is_empty() {
            return Err(not_found(asked));
        }
    }
    let rows = filter::keep(
        call,
        rows,
        |row, name| match name {
            "db-instance-id" => Some(vec![row.id()]),
            "db-cluster-id" => Some(row.cluster().into_iter().collect()),
            "engine" => Some(vec![row.engine()]),
            _ => None,
        },
        &["db-instance-id", "db-cluster-id", "engine"],
    )?;
    let cut = page.cut(call, rows);
    let values = cut.items.iter().map(|row| match row {
        Row::Alone(instance) => alone_value(world, instance),
        Row::Member(cluster, id) => member_value(world, cluster, id),
    });
    Ok(Value::map([("DBInstances", Value::list("DBInstance", values)), ("Marker", cut.next.into())]))
}

/// Whether an identifier or ARN of a request means that instance.
fn names(world: &World, call: &Call, asked: &str, row: &Row<'_>) -> bool {
    asked.eq_ignore_ascii_case(row.id()) || asked == world.arn("rds", &call.region, &format!("db:{}", row.id()))
}

fn not_found(id: &str) -> AwsError {
    if id.len() > 63 && !id.starts_with("arn:") {
        return invalid(format!("Invalid database identifier: {id}"));
    }
    AwsError::new(404, "DBInstanceNotFound", format!("DBInstance {id} not found."))
}

fn alone_value(world: &World, instance: &Instance) -> Value {
    let Instance { id, region, .. } = instance;
    let placement = placement::of(world, instance);
    let latest =
        (instance.backup_days > 0).then(|| world.at(placement.lost.unwrap_or(world.now)).latest_restorable(region));
    let value = common(world, region, id, &instance.engine, &instance.version, &instance.class, instance.age)
        .with("AvailabilityZone", placement.zone)
        .with("SecondaryAvailabilityZone", placement.standby)
        .with("AllocatedStorage", instance.storage_gib)
        .with("BackupRetentionPeriod", instance.backup_days)
        .with("LatestRestorableTime", latest)
        .with("MultiAZ", instance.multi_az)
        .with("StorageType", "gp3")
        .with(
            "ReadReplicaDBInstanceIdentifiers",
            Value::list("ReadReplicaDBInstanceIdentifier", replicas(world, instance)),
        )
        .with(
            "DBInstanceAutomatedBackupsReplications",
            Value::list("DBInstanceAutomatedBackupsReplication", replicated(world, instance)),
        );
    let Some(source) = &instance.replica_of else { return value };
    let source = if source.region == *region {
        source.id.clone()
    } else {
        world.arn("rds", &source.region, &format!("db:{}", source.id))
    };
    value
        .with("ReadReplicaSourceDBInstanceIdentifier", source)
        .with("StatusInfos", Value::list("DBInstanceStatusInfo", replication(world, instance)))
}

fn member_value(world: &World, cluster: &Cluster, id: &str) -> Value {
    common(world, &cluster.region, id, &cluster.engine, &cluster.version, &cluster.class, cluster.age)
        .with("AvailabilityZone", placement::drawn(world, &cluster.region, id))
        .with("AllocatedStorage", 1_u32)
        .with("BackupRetentionPeriod", cluster.backup_days)
        .with("MultiAZ", false)
        .with("StorageType", "aurora")
        .with("DBClusterIdentifier", &cluster.id)
        .with("PromotionTier", 1_u32)
        .with("ReadReplicaDBInstanceIdentifiers", Value::list("ReadReplicaDBInstanceIdentifier", []))
}

fn common(world: &World, region: &str, id: &str, engine: &str, version: &str, class: &str, age: Span) -> Value {
    let port: u32 = if engine.contains("mysql") || engine.contains("maria") { 3306 } else { 5432 };
    let created: Moment = world.start - age;
    Value::map([
        ("DBInstanceIdentifier", id.into()),
        ("DBInstanceClass", class.into()),
        ("Engine", engine.into()),
        ("DBInstanceStatus", "available".into()),
        ("MasterUsername", "admin".into()),
        (
            "Endpoint",
            Value::map([
                ("Address", format!("{id}.{}.{region}.rds.amazonaws.com", world.hex(&["rds", region], 12)).into()),
                ("Port", port.into()),
            ]),
        ),
        ("InstanceCreateTime", created.into()),
        ("EngineVersion", version.into()),
        ("StorageEncrypted", true.into()),
        ("DbiResourceId", resource_id(world, region, id).into()),
        ("DBInstanceArn", world.arn("rds", region, &format!("db:{id}")).into()),
    ])
}

/// `DbiResourceId`.
pub(super) fn resource_id(world: &World, region: &str, id: &str) -> String {
    format!("db-{}", world.hex(&["dbi", region, id], 26).to_uppercase())
}

/// The replicas of an instance: names in its own Region, ARNs from others.
fn replicas(world: &World, source: &Instance) -> Vec<Value> {
    let of = |replica: &&Instance| {
        replica.replica_of.as_ref().is_some_and(|address| address.region == source.region && address.id == source.id)
    };
    let instances = world.estate.rds.instances.iter();
    instances
        .filter(of)
        .map(|replica| {
            if replica.region == source.region {
                replica.id.as_str().into()
            } else {
                world.arn("rds", &replica.region, &format!("db:{}", replica.id)).into()
            }
        })
        .collect()
}

fn replicated(world: &World, instance: &Instance) -> Vec<Value> {
    let region = instance.backup_region.as_deref();
    region
        .map(|region| {
            let arn = super::automated_backups::arn(world, region, &instance.region, &instance.id);
            Value::map([("DBInstanceAutomatedBackupsArn", arn.into())])
        })
        .into_iter()
        .collect()
}

/// `StatusInfos` of a replica.
fn replication(world: &World, replica: &Instance) -> Option<Value> {
    let flow = world.flow(&replica.link()?, world.now);
    let (normal, status, message) = match flow.condition {
        Condition::Flowing | Condition::Behind | Condition::Stalled => (true, "replicating", None),
        Condition::Stopped => (false, "error", Some("Replication I/O thread stopped: error connecting to source")),
    };
    Some(Value::map([
        ("StatusType", "read replication".into()),
        ("Normal", normal.into()),
        ("Status", status.into()),
        ("Message", message.into()),
    ]))
}
