//! Point-in-time recovery of a table in one Region.

use super::{find, invalid, knows, not_found, to_change};
use crate::sim::call::Call;
use crate::sim::estate::dynamodb::Table;
use crate::sim::services::Changed;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let table = find(world, call)?.ok_or_else(|| not_found(call.text("TableName").unwrap_or_default()))?;
    Ok(Value::map([("ContinuousBackupsDescription", description(world, &call.region, table))]))
}

fn description(world: &World, region: &str, table: &Table) -> Value {
    let recovery = match window(world, region, table) {
        Some((earliest, latest)) => Value::map([
            ("PointInTimeRecoveryStatus", "ENABLED".into()),
            ("RecoveryPeriodInDays", table.pitr_days.into()),
            ("EarliestRestorableDateTime", earliest.into()),
            ("LatestRestorableDateTime", latest.into()),
        ]),
        None => Value::map([("PointInTimeRecoveryStatus", "DISABLED".into())]),
    };
    Value::map([("ContinuousBackupsStatus", "ENABLED".into()), ("PointInTimeRecoveryDescription", recovery)])
}

/// The oldest and the newest moment that a Region can restore a table to; nothing without point-in-time recovery.
pub(super) fn window(world: &World, region: &str, table: &Table) -> Option<(Moment, Moment)> {
    let latest = world.latest_restorable(region);
    let earliest = world.earliest_restorable(table.pitr_days, table.age);
    // Switched on, it knows nothing of what was before.
    let earliest = table.asked.recovery.map_or(earliest, |since| since.max(earliest));
    table.pitr.then(|| (earliest, latest.max(earliest)))
}

/// `UpdateContinuousBackups`: on or off.
pub(super) fn update(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    knows(call, &["TableName", "PointInTimeRecoverySpecification"])?;
    let table = find(world, call)?.ok_or_else(|| not_found(call.text("TableName").unwrap_or_default()))?;
    let specification = call.parameters.get("PointInTimeRecoverySpecification");
    let enabled =
        specification.and_then(|said| said.get("PointInTimeRecoveryEnabled")).and_then(serde_json::Value::as_bool);
    let Some(enabled) = enabled else {
        let message =
            "1 validation error detected: PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled must not be null";
        return Err(invalid(message.to_owned()));
    };
    let days = specification.and_then(|said| said.get("RecoveryPeriodInDays")).and_then(serde_json::Value::as_u64);
    let days = match days.map(u32::try_from) {
        None => table.pitr_days,
        Some(Ok(days @ 1..=35)) => days,
        Some(_) => return Err(invalid("RecoveryPeriodInDays must be between 1 and 35".to_owned())),
    };
    let changed = to_change(estate, &table.name)?;
    let applied = changed.pitr != enabled || changed.pitr_days != days;
    if enabled && !changed.pitr {
        changed.asked.recovery = Some(world.now);
    }
    (changed.pitr, changed.pitr_days) = (enabled, days);
    let answer = Value::map([("ContinuousBackupsDescription", description(world, &call.region, changed))]);
    Ok(Changed { answer, applied })
}
