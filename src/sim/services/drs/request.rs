//! What requests to DRS have in common: servers of one Region, filters, ids with a pattern.

use serde_json::Value as Json;

use super::error::{invalid, uninitialized};
use crate::sim::World;
use crate::sim::call::{self, Call};
use crate::sim::estate::drs::Server;
use crate::sim::time::Moment;
use crate::sim::wire::AwsError;

/// The most ids a filter takes.
const MOST_IDS: usize = 200;

/// Refuses what is asked of a Region where nobody has set DRS up: it is set up where servers are replicated to, and where the estate
/// or a call says so.
pub(super) fn initialized(world: &World, region: &str) -> Result<(), AwsError> {
    let drs = &world.estate.drs;
    let is_set_up =
        drs.initialized.iter().any(|known| known == region) || drs.servers.iter().any(|server| server.region == region);
    if is_set_up { Ok(()) } else { Err(uninitialized()) }
}

/// The source servers that a Region shows.
pub(super) fn servers<'w>(world: &'w World, call: &Call) -> Result<Vec<&'w Server>, AwsError> {
    initialized(world, &call.region)?;
    let is_there = |server: &&Server| {
        server.region == call.region && server.added(world) <= world.now && server.course.deleted.is_none()
    };
    Ok(world.estate.drs.servers.iter().filter(is_there).collect())
}

/// A member of `filters`.
pub(super) fn filter<'c>(call: &'c Call, name: &str) -> Option<&'c Json> {
    call.parameters.get("filters")?.get(name).filter(|value| !value.is_null())
}

/// A filter by ids: `None` when it is absent or empty, which lets all through.
pub(super) fn ids<'c>(call: &'c Call, name: &str, prefix: &str) -> Result<Option<Vec<&'c str>>, AwsError> {
    let listed = filter(call, name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let ids: Vec<&str> = listed.iter().filter_map(Json::as_str).collect();
    if ids.len() > MOST_IDS {
        return Err(invalid(format!("{name} must have at most {MOST_IDS} items, not {}", ids.len())));
    }
    if let Some(wrong) = ids.iter().find(|id| !is_id(id, prefix)) {
        return Err(invalid(format!("{name}: \"{wrong}\" must be {prefix} and 17 letters or digits")));
    }
    Ok((!ids.is_empty()).then_some(ids))
}

/// A filter by a moment.
pub(super) fn moment(call: &Call, name: &str) -> Result<Option<Moment>, AwsError> {
    match filter(call, name) {
        None => Ok(None),
        Some(sent) => {
            call::moment(sent).map(Some).ok_or_else(|| invalid(format!("{name} is no ISO 8601 time: {sent}")))
        }
    }
}

/// A required id.
pub(super) fn id<'c>(call: &'c Call, name: &str, prefix: &str) -> Result<&'c str, AwsError> {
    let id = call.required(name, invalid)?;
    if is_id(id, prefix) {
        Ok(id)
    } else {
        Err(invalid(format!("{name}: \"{id}\" must be {prefix} and 17 letters or digits")))
    }
}

/// Whether an id has that prefix and 17 letters or digits.
pub(super) fn is_id(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 17 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
