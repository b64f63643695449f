//! Point-in-time recovery of a table in one Region.

use super::find;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::wire::{AwsError, Value};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let table = find(world, call)?.ok_or_else(|| {
        let asked = call.text("TableName").unwrap_or_default();
        AwsError::new(400, "TableNotFoundException", format!("Table not found: {asked}"))
    })?;
    let recovery = if table.pitr {
        Value::map([
            ("PointInTimeRecoveryStatus", "ENABLED".into()),
            ("RecoveryPeriodInDays", table.pitr_days.into()),
            ("EarliestRestorableDateTime", world.earliest_restorable(table.pitr_days, table.age).into()),
            ("LatestRestorableDateTime", world.latest_restorable(&call.region).into()),
        ])
    } else {
        Value::map([("PointInTimeRecoveryStatus", "DISABLED".into())])
    };
    let description =
        Value::map([("ContinuousBackupsStatus", "ENABLED".into()), ("PointInTimeRecoveryDescription", recovery)]);
    Ok(Value::map([("ContinuousBackupsDescription", description)]))
}
