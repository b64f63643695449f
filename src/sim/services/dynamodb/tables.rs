//! Tables as one Region sees them.

use super::{arn, find, invalid};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::dynamodb::{Consistency, Table};
use crate::sim::wire::{AwsError, Value};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let table = find(world, call)?.ok_or_else(|| {
        let asked = call.text("TableName").unwrap_or_default();
        AwsError::new(
            400,
            "ResourceNotFoundException",
            format!("Requested resource not found: Table: {asked} not found"),
        )
    })?;
    Ok(Value::map([("Table", value(world, table, &call.region))]))
}

fn value(world: &World, table: &Table, region: &str) -> Value {
    let key = Value::map([("AttributeName", (&table.key).into()), ("KeyType", "HASH".into())]);
    let attribute = Value::map([("AttributeName", (&table.key).into()), ("AttributeType", "S".into())]);
    let created = world.start - table.age;
    let described = Value::map([
        ("AttributeDefinitions", Value::list("member", [attribute])),
        ("TableName", (&table.name).into()),
        ("KeySchema", Value::list("member", [key])),
        ("TableStatus", "ACTIVE".into()),
        ("CreationDateTime", created.into()),
        ("TableSizeBytes", (i64::from(table.items) * 420).into()),
        ("ItemCount", table.items.into()),
        ("TableArn", arn(world, region, &table.name).into()),
        ("TableId", world.uuid(&["table", region, &table.name]).into()),
        (
            "BillingModeSummary",
            Value::map([
                ("BillingMode", "PAY_PER_REQUEST".into()),
                ("LastUpdateToPayPerRequestDateTime", created.into()),
            ]),
        ),
        ("DeletionProtectionEnabled", true.into()),
    ]);
    let Some(consistency) = table.consistency else { return described };
    let replicas = table.regions.iter().map(|region| {
        Value::map([
            ("RegionName", region.into()),
            ("ReplicaStatus", "ACTIVE".into()),
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

/// How many names a page of ListTables has.
const MAX_NAMES: usize = 100;

/// ListTables has no token: a page goes on after the last table of the one before.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let size = page_size(call)?;
    let after = call.text("ExclusiveStartTableName").unwrap_or_default();
    let tables = world.estate.dynamodb.tables.iter().filter(|table| table.regions.contains(&call.region));
    let mut names: Vec<&String> = tables.map(|table| &table.name).filter(|name| name.as_str() > after).collect();
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
