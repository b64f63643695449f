//! DB instances: those of their own, read replicas, and the members of Aurora clusters.

use std::sync::Arc;

use super::standing::{self, CREATING, Member, Standing};
use super::{details, filter, invalid, placement};
use crate::sim::call::Call;
use crate::sim::estate::deeds::InstanceAct;
use crate::sim::estate::rds::{Cluster, Details, Instance};
use crate::sim::flow::Condition;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

/// One instance of the answer.
#[derive(Clone)]
enum Row<'w> {
    Alone(&'w Instance, Standing),
    Member(&'w Cluster, Member),
}

impl Row<'_> {
    fn id(&self) -> &str {
        match self {
            Row::Alone(instance, _) => &instance.id,
            Row::Member(_, member) => &member.id,
        }
    }

    fn engine(&self) -> &str {
        match self {
            Row::Alone(instance, _) => &instance.engine,
            Row::Member(cluster, _) => &cluster.engine,
        }
    }

    fn cluster(&self) -> Option<&str> {
        match self {
            Row::Alone(..) => None,
            Row::Member(cluster, _) => Some(&cluster.id),
        }
    }
}

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let alone = world.instances(&call.region).map(|(instance, standing)| Row::Alone(instance, standing));
    let members = world
        .clusters(&call.region)
        .flat_map(|(cluster, standing)| standing.members.into_iter().map(move |member| Row::Member(cluster, member)));
    let mut rows: Vec<Row<'_>> = alone.chain(members).collect();
    rows.sort_by(|a, b| a.id().cmp(b.id()));
    if let Some(asked) = call.text("DBInstanceIdentifier") {
        rows.retain(|row| names(world, call, asked, row.id()));
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
        Row::Alone(instance, standing) => alone_value(world, instance, standing),
        Row::Member(cluster, member) => member_value(world, cluster, member),
    });
    Ok(Value::map([("DBInstances", Value::list("DBInstance", values)), ("Marker", cut.next.into())]))
}

/// What a change of an instance answers: the instance as it is from then on.
pub(super) fn changed(estate: &Estate, world: &World, region: &str, id: &str) -> Value {
    let world = &World { estate: Arc::new(estate.clone()), ..world.clone() };
    let alone = world.instances(region).find(|(instance, _)| instance.id == id);
    let alone = alone.map(|(instance, standing)| alone_value(world, instance, &standing));
    let value = alone.or_else(|| {
        world.clusters(region).find_map(|(cluster, standing)| {
            let member = standing.members.into_iter().find(|member| member.id == id)?;
            Some(member_value(world, cluster, &member))
        })
    });
    Value::map([("DBInstance", value.unwrap_or(Value::Null))])
}

/// Whether an identifier or ARN of a request means that instance.
pub(super) fn names(world: &World, call: &Call, asked: &str, id: &str) -> bool {
    asked.eq_ignore_ascii_case(id) || asked == world.arn("rds", &call.region, &format!("db:{id}"))
}

pub(super) fn not_found(id: &str) -> AwsError {
    if id.len() > 63 && !id.starts_with("arn:") {
        return invalid(format!("Invalid database identifier: {id}"));
    }
    AwsError::new(404, "DBInstanceNotFound", format!("DBInstance {id} not found."))
}

fn alone_value(world: &World, instance: &Instance, standing: &Standing) -> Value {
    let Instance { id, region, .. } = instance;
    let placement = placement::of(world, instance);
    let alive = placement.lost.unwrap_or(world.now);
    let archived = world.at(alive).latest_restorable(region);
    let first = standing.backups_since.map(|since| since + backup_takes(instance.storage_gib));
    let latest = (standing.backup_days > 0 && first.is_none_or(|first| first <= archived)).then_some(archived);
    let shown = Shown {
        id,
        lineage: &instance.lineage(),
        region,
        engine: &instance.engine,
        version: &instance.version,
        class: &standing.class,
        details: &instance.details,
    };
    let created = (standing.status != CREATING).then(|| created(world, instance));
    let value = common(world, &shown, standing.status, created)
        .with("AvailabilityZone", placement.zone)
        .with("SecondaryAvailabilityZone", placement.standby)
        .with("AllocatedStorage", instance.storage_gib)
        .with("BackupRetentionPeriod", standing.backup_days)
        .with("LatestRestorableTime", latest)
        .with("MultiAZ", standing.multi_az)
        .with("StorageType", "gp3")
        .with("DeletionProtection", standing.protected)
        .with("PendingModifiedValues", pending(standing))
        .with(
            "ReadReplicaDBInstanceIdentifiers",
            Value::list("ReadReplicaDBInstanceIdentifier", replicas(world, instance)),
        )
        .with(
            "DBInstanceAutomatedBackupsReplications",
            Value::list("DBInstanceAutomatedBackupsReplication", replicated(world, instance, standing)),
        );
    let secured =
        |value: Value| value.with("VpcSecurityGroups", details::security_groups(world, region, &instance.details));
    let Some(source) = &standing.source else { return secured(value) };
    let source = if source.region == *region {
        source.id.clone()
    } else {
        world.arn("rds", &source.region, &format!("db:{}", source.id))
    };
    let value = value
        .with("ReadReplicaSourceDBInstanceIdentifier", source)
        .with("StatusInfos", Value::list("DBInstanceStatusInfo", replication(world, instance, standing)));
    secured(value)
}

/// When it was created: for what a call created, when that was done.
pub(super) fn created(world: &World, instance: &Instance) -> Moment {
    let made = instance.deeds.iter().find(|deed| deed.act == InstanceAct::Create);
    made.map_or(world.start - instance.age, |deed| deed.done)
}

/// How long a backup of so many GiB takes.
pub(super) fn backup_takes(gib: u32) -> Span {
    Span::from_seconds(90 + i64::from(gib) / 8)
}

fn pending(standing: &Standing) -> Value {
    let settings = &standing.pending;
    Value::map([
        ("DBInstanceIdentifier", standing.new_name.clone().into()),
        ("DBInstanceClass", settings.class.clone().into()),
        ("BackupRetentionPeriod", settings.backup_days.into()),
        ("MultiAZ", settings.multi_az.into()),
    ])
}

fn member_value(world: &World, cluster: &Cluster, member: &Member) -> Value {
    let shown = Shown {
        id: &member.id,
        lineage: &member.id,
        region: &cluster.region,
        engine: &cluster.engine,
        version: &cluster.version,
        class: &member.class,
        details: &Details { tags: member.tags.clone(), ..cluster.details.clone() },
    };
    let created = (member.status != CREATING).then(|| member.created.unwrap_or(world.start - cluster.age));
    common(world, &shown, member.status, created)
        .with("AvailabilityZone", placement::drawn(world, &cluster.region, &member.id))
        .with("AllocatedStorage", 1_u32)
        .with("BackupRetentionPeriod", cluster.backup_days)
        .with("MultiAZ", false)
        .with("StorageType", "aurora")
        .with("DBClusterIdentifier", &cluster.id)
        .with("PromotionTier", 1_u32)
        .with("VpcSecurityGroups", details::security_groups(world, &cluster.region, &cluster.details))
        .with("ReadReplicaDBInstanceIdentifiers", Value::list("ReadReplicaDBInstanceIdentifier", []))
}

/// What an instance is shown as.
struct Shown<'a> {
    id: &'a str,
    lineage: &'a str,
    region: &'a str,
    engine: &'a str,
    version: &'a str,
    class: &'a str,
    details: &'a Details,
}

/// What is said of every instance. One that is being created has no address yet.
fn common(world: &World, shown: &Shown<'_>, status: &'static str, created: Option<Moment>) -> Value {
    let Shown { id, lineage, region, engine, version, class, details } = *shown;
    let port: u32 = if engine.contains("mysql") || engine.contains("maria") { 3306 } else { 5432 };
    let endpoint = created.map(|_| {
        Value::map([
            ("Address", format!("{id}.{}.{region}.rds.amazonaws.com", world.hex(&["rds", region], 12)).into()),
            ("Port", port.into()),
        ])
    });
    // A member of a cluster has parameters of its own, whatever those of its cluster are.
    let own = if engine.starts_with("aurora") { &Details::default() } else { details };
    let parameters = Value::map([
        ("DBParameterGroupName", details::parameter_group(own, engine, version).into()),
        ("ParameterApplyStatus", "in-sync".into()),
    ]);
    Value::map([
        ("DBInstanceIdentifier", id.into()),
        ("DBInstanceClass", class.into()),
        ("Engine", engine.into()),
        ("DBInstanceStatus", status.into()),
        ("MasterUsername", "admin".into()),
        ("Endpoint", endpoint.into()),
        ("InstanceCreateTime", created.into()),
        ("DBParameterGroups", Value::list("DBParameterGroup", [parameters])),
        ("DBSubnetGroup", details::subnets(world, region, details)),
        ("EngineVersion", version.into()),
        ("StorageEncrypted", true.into()),
        ("KmsKeyId", details::key(world, region, details).into()),
        ("TagList", details::tags(&details.tags)),
        ("DbiResourceId", resource_id(world, region, lineage).into()),
        ("DBInstanceArn", world.arn("rds", region, &format!("db:{id}")).into()),
    ])
}

/// `DbiResourceId`.
pub(super) fn resource_id(world: &World, region: &str, lineage: &str) -> String {
    format!("db-{}", world.hex(&["dbi", region, lineage], 26).to_uppercase())
}

/// The replicas of an instance that exist and are not promoted: names in its own Region, ARNs from others.
fn replicas(world: &World, source: &Instance) -> Vec<Value> {
    let found = following(world, source);
    let shown = found.map(|replica| {
        if replica.region == source.region {
            replica.id.as_str().into()
        } else {
            world.arn("rds", &replica.region, &format!("db:{}", replica.id)).into()
        }
    });
    shown.collect()
}

/// The instances that are replicas of that one.
pub(super) fn following<'w>(world: &'w World, source: &'w Instance) -> impl Iterator<Item = &'w Instance> + 'w {
    // Of the thousands of a large estate only those that were ever replicas of it are looked at closely.
    let named = |replica: &&Instance| {
        let meant = |id: &str| id == source.id || source.renamed.is_some();
        replica.replica_of.as_ref().is_some_and(|address| address.region == source.region && meant(&address.id))
    };
    let follows = |replica: &&Instance| {
        let orphaned = replica.deeds.iter().any(|deed| deed.act == InstanceAct::Orphan && deed.at <= world.now);
        let standing = if orphaned { None } else { standing::of_instance(world, replica) };
        standing.and_then(|standing| standing.source).is_some_and(|address| address.id == source.id)
    };
    world.estate.rds.instances.iter().filter(named).filter(follows)
}

fn replicated(world: &World, instance: &Instance, standing: &Standing) -> Option<Value> {
    let (region, _) = standing.backups_in.as_ref().filter(|_| standing.backup_days > 0)?;
    let arn = super::automated_backups::arn(world, region, instance);
    Some(Value::map([("DBInstanceAutomatedBackupsArn", arn.into())]))
}

/// `StatusInfos` of a replica; nothing before it is there.
fn replication(world: &World, replica: &Instance, standing: &Standing) -> Option<Value> {
    let link = replica.link().filter(|_| standing.status != CREATING)?;
    let flow = world.flow(&link, world.now);
    let (normal, status, message) = match flow.condition {
        Condition::Flowing | Condition::Behind | Condition::Stalled => (true, "replicating", None),
        Condition::Stopped if link.ended.is_some_and(|ended| ended <= world.now) => {
            (false, "terminated", Some("Replication has been terminated"))
        }
        Condition::Stopped => (false, "error", Some("Replication I/O thread stopped: error connecting to source")),
    };
    Some(Value::map([
        ("StatusType", "read replication".into()),
        ("Normal", normal.into()),
        ("Status", status.into()),
        ("Message", message.into()),
    ]))
}
