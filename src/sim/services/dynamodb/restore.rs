//! `RestoreTableToPointInTime`: a new table beside the one that it is restored from, without that one's settings.

use super::{continuous_backups, invalid, items, knows, named, not_found, of_region, tables};
use crate::sim::call::Call;
use crate::sim::estate::dynamodb::{Asked, Restored, Table, Writes};
use crate::sim::services::Changed;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

/// What a request may say.
const KNOWN: [&str; 5] =
    ["SourceTableArn", "SourceTableName", "TargetTableName", "UseLatestRestorableTime", "RestoreDateTime"];

/// `RestoreTableToPointInTime`.
pub(super) fn to_point_in_time(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    knows(call, &KNOWN)?;
    let target = call.required("TargetTableName", invalid)?;
    let plain = target.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    if !plain || !(3..=255).contains(&target.len()) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{target}' at 'targetTableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+ and have 3 to 255 characters"
        )));
    }
    let asked = match (call.text("SourceTableName"), call.text("SourceTableArn")) {
        (Some(asked), None) | (None, Some(asked)) => asked,
        (Some(_), Some(_)) | (None, None) => {
            return Err(invalid("One of SourceTableName and SourceTableArn must be given".to_owned()));
        }
    };
    let source = named(world, &call.region, asked).ok_or_else(|| not_found(asked))?;
    let Some((earliest, latest)) = continuous_backups::window(world, &call.region, source) else {
        let message = format!("Point in time recovery is not enabled for table '{}'", source.name);
        return Err(AwsError::new(400, "PointInTimeRecoveryUnavailableException", message));
    };
    let point = point(call, earliest, latest)?;
    if of_region(world, &call.region).any(|table| table.name == target) {
        return Err(AwsError::new(400, "TableAlreadyExistsException", format!("Table already exists: {target}")));
    }
    let takes = world.between(
        Span::from_minutes(9),
        Span::from_minutes(16),
        &["restore", target, &world.now.millis().to_string()],
    );
    let restored = Restored { source: source.name.clone(), point, asked: world.now, done: world.now + takes };
    let table = Table {
        name: target.to_owned(),
        regions: vec![call.region.clone()],
        consistency: None,
        witness: None,
        pitr: false,
        items: items::count(world, source, point),
        writes: Writes::None,
        lag: None,
        age: world.start - world.now,
        asked: Asked { restored: Some(restored), ..Asked::default() },
        ..source.clone()
    };
    let answer = Value::map([("TableDescription", tables::value(world, &table, &call.region))]);
    estate.dynamodb.tables.push(table);
    Ok(Changed::applied(answer))
}

/// The moment that a request names, which must be one that can be restored.
fn point(call: &Call, earliest: Moment, latest: Moment) -> Result<Moment, AwsError> {
    let newest = call.flag("UseLatestRestorableTime").unwrap_or_default();
    let named = call.parameters.get("RestoreDateTime").filter(|value| !value.is_null());
    let Some(_) = named else {
        return if newest {
            Ok(latest)
        } else {
            Err(invalid("One of RestoreDateTime and UseLatestRestorableTime must be given".to_owned()))
        };
    };
    if newest {
        return Err(invalid("RestoreDateTime and UseLatestRestorableTime cannot both be given".to_owned()));
    }
    let moment = call.moment("RestoreDateTime").ok_or_else(|| invalid("RestoreDateTime is no time".to_owned()))?;
    if moment < earliest || latest < moment {
        let message = format!("RestoreDateTime must be between {earliest} and {latest}");
        return Err(AwsError::new(400, "InvalidRestoreTimeException", message));
    }
    Ok(moment)
}
