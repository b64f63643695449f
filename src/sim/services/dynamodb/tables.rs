//! Tables as one Region sees them.

use super::{arn, invalid, of_region, required};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::dynamodb::{Consistency, Table};
use crate::sim::wire::{AwsError, Value};

pub(super) const ACTIVE: &str = "ACTIVE";
const CREATING: &str = "CREATING";
const UPDATING: &str = "UPDATING";

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    Ok(Value::map([("Table", value(world, required(world, call)?, &call.region))]))
}

/// `TableStatus`: while it is restored, and while it gets a replica, it is not ACTIVE.
pub(super) fn status(world: &World, table: &Table) -> &'static str {
    if table.asked.restored.as_ref().is_some_and(|restored| world.now < restored.done) {
        CREATING
    } else if table.asked.joined.iter().any(|(_, done)| world.now < *done) {
        UPDATING
    } else {
        ACTIVE
    }
}

pub(super) fn value(world: &World, table: &Table, region: &str) -> Value {
    let key = Value::map([("AttributeName", (&table.key).into()), ("KeyType", "HASH".into())]);
    let attribute = Value::map([("AttributeName", (&table.key).into()), ("AttributeType", "S".into())]);
    let created = world.start - table.age;
    let status = status(world, table);
    // AWS counts them every six hours, and while it restores not at all.
    let items = if status == CREATING { 0 } else { table.items };
    let described = Value::map([
        ("AttributeDefinitions", Value::list("member", [attribute])),
        ("TableName", (&table.name).into()),
        ("KeySchema", Value::list("member", [key])),
        ("TableStatus", status.into()),
        ("CreationDateTime", created.into()),
        ("TableSizeBytes", (i64::from(items) * 420).into()),
        ("ItemCount", items.into()),
        ("TableArn", arn(world, region, &table.name).into()),
        ("TableId", world.uuid(&["table", region, &table.name]).into()),
        (
            "BillingModeSummary",
            Value::map([
                ("BillingMode", "PAY_PER_REQUEST".into()),
                ("LastUpdateToPayPerRequestDateTime", created.into()),
            ]),
        ),
        ("DeletionProtectionEnabled", table.asked.restored.is_none().into()),
        ("RestoreSummary", restored(world, table, region)),
    ]);
    let Some(consistency) = table.consistency else { return described };
    let replicas = table.regions.iter().map(|region| {
        let joined = table.asked.joined.iter().find(|(joined, _)| joined == region);
        let status = if joined.is_some_and(|(_, done)| world.now < *done) { CREATING } else { ACTIVE };
        Value::map([
            ("RegionName", region.into()),
            ("ReplicaStatus", status.into()),
            ("ReplicaArn", arn(world, region, &table.name).into()),
        ])
    });
    let witnesses = table
        .witness
        .iter()
        .map(|region| Value::map([("RegionName", region.into()), ("WitnessStatus", "ACTIVE".into())]));
    let consistency = match consistency {
        Consistency::Eventual => "EVENTUAL",
        Consistency::Strong => "STRONG",
    };
    described
        .with("GlobalTableVersion", "2019.11.21")
        .with("Replicas", Value::list("member", replicas))
        .with("GlobalTableWitnesses", Value::list("member", witnesses))
        .with("MultiRegionConsistency", consistency)
}

fn restored(world: &World, table: &Table, region: &str) -> Value {
    let Some(restored) = &table.asked.restored else { return Value::Null };
    Value::map([
        ("SourceTableArn", arn(world, region, &restored.source).into()),
        ("RestoreDateTime", restored.point.into()),
        ("RestoreInProgress", (world.now < restored.done).into()),
    ])
}

/// How many names a page of ListTables has.
const MAX_NAMES: usize = 100;

/// ListTables has no token: a page goes on after the last table of the one before.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let size = page_size(call)?;
    let after = call.text("ExclusiveStartTableName").unwrap_or_default();
    let mut names: Vec<&String> =
        of_region(world, &call.region).map(|table| &table.name).filter(|name| name.as_str() > after).collect();
    names.sort();
    let more = names.len() > size;
    names.truncate(size);
    let last = names.last().filter(|_| more).copied();
    Ok(Value::map([
        ("TableNames", Value::list("member", names.iter().map(|name| (*name).into()))),
        ("LastEvaluatedTableName", last.into()),
    ]))
}

fn page_size(call: &Call) -> Result<usize, AwsError> {
    let bad = |sent: String| {
        invalid(format!("1 validation error detected: Value '{sent}' at 'limit' must be between 1 and {MAX_NAMES}"))
    };
    match call.integer("Limit").map_err(bad)? {
        None => Ok(MAX_NAMES),
        Some(limit) => {
            usize::try_from(limit).ok().filter(|n| (1..=MAX_NAMES).contains(n)).ok_or_else(|| bad(limit.to_string()))
        }
    }
}
