//! What changes have in common: what they name must exist and be free, and jobs have quotas.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::error::{conflict, invalid, not_found, over_quota};
use super::instances;
use super::jobs::{self, Job};
use super::machines::Machine;
use super::request::{initialized, is_id, servers};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::{End, Server};
use crate::sim::estate::recovery_job::{self, Part, Work};
use crate::sim::services::Changed;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

/// The most ids that one call names.
pub(super) const MOST_IDS: usize = 200;
/// Quota L-B827C881: concurrent jobs.
const MOST_JOBS: usize = 20;
/// Quota L-D88FAC3A: source servers in one job.
const MOST_SERVERS: usize = 100;

/// The source server that a call names.
pub(super) fn server<'w>(world: &'w World, call: &Call) -> Result<&'w Server, AwsError> {
    let all = servers(world, call)?;
    let id = call.required("sourceServerID", invalid)?;
    if !is_id(id, "s-") {
        return Err(invalid(format!("sourceServerID: \"{id}\" must be s- and 17 letters or digits")));
    }
    let found = all.into_iter().find(|server| server.id == id);
    found.ok_or_else(|| not_found(format!("Source server {id} does not exist.")))
}

/// The recovery instance that a call names. `missing` is what is said to an id that the Region does not show.
pub(super) fn machine<'w>(
    world: &'w World,
    call: &'w Call,
    missing: fn(String) -> AwsError,
) -> Result<Machine<'w>, AwsError> {
    let all = instances::here(world, call)?;
    let id = machine_id(call.required("recoveryInstanceID", invalid)?)?;
    let found = all.into_iter().find(|machine| machine.id == id);
    found.ok_or_else(|| missing(format!("Recovery instance {id} does not exist.")))
}

/// The recovery instances that a call names, in its order.
pub(super) fn machines<'w>(world: &'w World, call: &'w Call) -> Result<Vec<Machine<'w>>, AwsError> {
    let all = instances::here(world, call)?;
    let asked = call.texts("recoveryInstanceIDs");
    count("recoveryInstanceIDs", &asked)?;
    asked
        .into_iter()
        .map(|id| {
            let id = machine_id(id)?;
            let found = all.iter().find(|machine| machine.id == id).cloned();
            found.ok_or_else(|| conflict(format!("Recovery instance {id} does not exist.")))
        })
        .collect()
}

/// A list of ids has 1 to 200, each once.
pub(super) fn count(name: &str, ids: &[&str]) -> Result<(), AwsError> {
    if ids.is_empty() || ids.len() > MOST_IDS {
        return Err(invalid(format!("{name} must have 1 to {MOST_IDS} items, not {}", ids.len())));
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() == ids.len() { Ok(()) } else { Err(invalid(format!("{name} names an item twice"))) }
}

fn machine_id(id: &str) -> Result<&str, AwsError> {
    let digits = id.strip_prefix("i-").unwrap_or_default();
    if (8..=17).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(id)
    } else {
        Err(invalid(format!("recoveryInstanceID: \"{id}\" must be i- and 8 to 17 hexadecimal digits")))
    }
}

/// Refuses what concerns servers that take part in a job which is not over.
pub(super) fn free<'s>(
    world: &World,
    region: &str,
    servers: impl IntoIterator<Item = &'s Server>,
) -> Result<(), AwsError> {
    let running = running(world, region);
    for server in servers {
        let busy = running.iter().find(|job| job.parts.iter().any(|part| part.server.id == server.id));
        if let Some(job) = busy {
            return Err(conflict(format!("Source server {} takes part in job {}.", server.id, job.id)));
        }
    }
    Ok(())
}

fn running<'w>(world: &'w World, region: &'w str) -> Vec<Job<'w>> {
    let mut jobs = jobs::of_region(world, region);
    jobs.retain(|job| !job.is_over(world.now));
    jobs
}

/// Refuses a job that would be one too many, or that has too many servers.
pub(super) fn within_quotas(world: &World, region: &str, servers: usize) -> Result<(), AwsError> {
    if servers > MOST_SERVERS {
        return Err(over_quota(format!("A job has at most {MOST_SERVERS} source servers, not {servers}.")));
    }
    if running(world, region).len() >= MOST_JOBS {
        return Err(over_quota(format!("There are at most {MOST_JOBS} jobs at a time.")));
    }
    Ok(())
}

/// The id of a job that starts now.
pub(super) fn job_id(world: &World, region: &str) -> String {
    let number = world.estate.drs.jobs.len().to_string();
    format!("drsjob-{}", world.hex(&["drs-call", region, &number, &world.now.to_string()], 17))
}

/// Keeps a job that starts now, and answers with it.
pub(super) fn start(
    estate: &mut Estate,
    world: &World,
    call: &Call,
    (id, work): (String, Work),
    parts: Vec<Part>,
) -> Result<Changed, AwsError> {
    initialized(world, &call.region)?;
    let tags = tags(call.parameters.get("tags"))?;
    let job = recovery_job::Job { id: id.clone(), region: call.region.clone(), work, started: world.now, parts };
    estate.drs.jobs.push(job);
    if !tags.is_empty() {
        estate.drs.job_tags.insert(id.clone(), tags);
    }
    let world = after(world, estate);
    let jobs = jobs::of_region(&world, &call.region);
    let job = jobs.iter().find(|job| job.id == id).map(|job| job.value(&world));
    Ok(Changed::applied(Value::map([("job", job.into())])))
}

/// Tags as a request has them.
pub(super) fn tags(sent: Option<&Json>) -> Result<BTreeMap<String, String>, AwsError> {
    let sent = sent.and_then(Json::as_object).into_iter().flatten();
    sent.map(|(key, value)| match value.as_str() {
        Some(value) if !key.is_empty() && key.len() <= 256 && value.len() <= 256 => Ok((key.clone(), value.to_owned())),
        Some(_) | None => Err(invalid(format!("tags: \"{key}\" and its value must have at most 256 characters"))),
    })
    .collect()
}

/// The world with that estate.
pub(super) fn after(world: &World, estate: &Estate) -> World {
    World { estate: Arc::new(estate.clone()), ..world.clone() }
}

/// A server of the estate to change.
pub(super) fn server_mut<'e>(estate: &'e mut Estate, id: &str) -> Result<&'e mut Server, AwsError> {
    let found = estate.drs.servers.iter_mut().find(|server| server.id == id);
    found.ok_or_else(|| not_found(format!("Source server {id} does not exist.")))
}

/// What calls made of a machine, to change.
pub(super) fn machine_mut<'e>(estate: &'e mut Estate, id: &str) -> &'e mut recovery_job::Machine {
    estate.drs.machines.entry(id.to_owned()).or_default()
}

/// What a machine replicates into gets nothing from then on.
pub(super) fn cut_off(estate: &mut Estate, machine: &str, at: Moment, end: End) {
    for server in &mut estate.drs.servers {
        let is_fed = server.course.from_machine.as_deref() == Some(machine);
        if is_fed && !matches!(server.course.ended, Some((_, End::Stopped | End::Disconnected))) {
            server.course.ended = Some((at, end));
        }
    }
}
