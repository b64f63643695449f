//! `UpdateTable`, as far as it makes a table a global one: a replica in one more Region.

use serde_json::Value as Json;

use super::{invalid, knows, required, tables, to_change};
use crate::sim::call::Call;
use crate::sim::estate::dynamodb::Consistency;
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

/// `UpdateTable` with `ReplicaUpdates`.
pub(super) fn update(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    knows(call, &["TableName", "ReplicaUpdates"])?;
    let table = required(world, call)?;
    let [wanted] = call.items("ReplicaUpdates") else {
        return Err(invalid("The simulator changes one replica at a time: ReplicaUpdates must name one".to_owned()));
    };
    let region = wanted.get("Create").and_then(|create| create.get("RegionName")).and_then(Json::as_str);
    let Some(region) = region else {
        return Err(invalid("The simulator creates replicas alone: ReplicaUpdates must say Create".to_owned()));
    };
    if !world.estate.regions.iter().any(|known| known == region) {
        return Err(invalid(format!("Unsupported Region: {region}")));
    }
    if table.regions.iter().any(|own| own == region) {
        return Err(invalid(format!(
            "Failed to create a the new replica of table '{}' in {region}: it is there",
            table.name
        )));
    }
    if world
        .estate
        .dynamodb
        .tables
        .iter()
        .any(|other| other.name == table.name && other.regions.iter().any(|own| own == region))
    {
        return Err(invalid(format!("Failed to create a the new replica: table '{}' exists in {region}", table.name)));
    }
    let words = [region, &table.name, &world.now.millis().to_string()];
    let done = world.now + world.between(Span::from_minutes(4), Span::from_minutes(9), &words);
    if tables::status(world, table) != tables::ACTIVE {
        let message =
            format!("Attempt to change a resource which is still in use: Table is being changed: {}", table.name);
        return Err(AwsError::new(400, "ResourceInUseException", message));
    }
    let changed = to_change(estate, &table.name)?;
    changed.consistency.get_or_insert(Consistency::Eventual);
    changed.regions.push(region.to_owned());
    changed.asked.joined.push((region.to_owned(), done));
    let answer = Value::map([("TableDescription", tables::value(world, changed, &call.region))]);
    Ok(Changed::applied(answer))
}
