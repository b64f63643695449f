//! The items of a table, of which there is the number alone: `Scan` counts them.

use super::{invalid, knows, required};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::dynamodb::Table;
use crate::sim::fault::Fault;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

/// `Scan` with `Select` `COUNT`, in one page however many there are.
pub(super) fn scan(world: &World, call: &Call) -> Result<Value, AwsError> {
    knows(call, &["TableName", "Select", "ConsistentRead", "ReturnConsumedCapacity"])?;
    let table = required(world, call)?;
    if call.text("Select") != Some("COUNT") {
        return Err(invalid("The simulator keeps the number of items alone: Select must be COUNT".to_owned()));
    }
    if table.asked.restored.as_ref().is_some_and(|restored| world.now < restored.done) {
        let message = format!("Requested resource not found: Table: {} not found", table.name);
        return Err(AwsError::new(400, "ResourceNotFoundException", message));
    }
    let count = count(world, table, world.now);
    Ok(Value::map([("Count", count.into()), ("ScannedCount", count.into())]))
}

/// How many items a table held at that moment.
pub(super) fn count(world: &World, table: &Table, at: Moment) -> u32 {
    let left = world.timeline.spells().iter().filter_map(|spell| {
        let Fault::EmptiedTable(emptied) = &spell.fault else { return None };
        let begun = emptied.table == table.name && spell.from <= at;
        // What was deleted stays deleted when the fault is over.
        let share = (at - spell.from).millis() as f64 / emptied.over.millis().max(1) as f64;
        begun.then(|| (f64::from(table.items) * (1.0 - share.clamp(0.0, 1.0))) as u32)
    });
    left.min().unwrap_or(table.items)
}
