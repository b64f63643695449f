//! Tags of source servers, recovery instances and jobs, by their ARNs.

use std::collections::BTreeMap;

use super::change::{machine_mut, server_mut, tags};
use super::error::{invalid, not_found};
use super::instances;
use super::jobs;
use super::machines;
use super::servers;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::Server;
use crate::sim::services::Changed;
use crate::sim::wire::{AwsError, Value};

/// The tag that a server's name is.
const NAME: &str = "Name";

/// What has tags.
enum Tagged {
    Server(String),
    Machine(String),
    Job(String),
}

/// `ListTagsForResource`.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let (_, tags) = find(world, call)?;
    Ok(Value::map([("tags", Value::texts(&tags))]))
}

/// `TagResource`.
pub(super) fn add(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let (tagged, mut all) = find(world, call)?;
    all.extend(tags(call.parameters.get("tags"))?);
    keep(estate, tagged, all)
}

/// `UntagResource`.
pub(super) fn remove(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let (tagged, mut all) = find(world, call)?;
    let keys = call.texts("tagKeys");
    all.retain(|key, _| !keys.contains(&key.as_str()));
    keep(estate, tagged, all)
}

/// What an ARN of the Region asked names, and its tags.
fn find(world: &World, call: &Call) -> Result<(Tagged, BTreeMap<String, String>), AwsError> {
    let arn = call.required("resourceArn", invalid)?;
    let drs = &world.estate.drs;
    let mut here = drs.servers.iter().filter(|server| server.region == call.region && server.course.deleted.is_none());
    if let Some(server) = here.find(|server| servers::arn(world, server) == arn) {
        return Ok((Tagged::Server(server.id.clone()), of_server(server)));
    }
    let machines = machines::of_region(world, &call.region);
    let mut listed = machines.iter().filter(|machine| machine.is_listed(world.now));
    if let Some(machine) = listed.find(|machine| instances::arn(world, machine) == arn) {
        let own = machine.made.and_then(|made| made.tags.clone());
        return Ok((Tagged::Machine(machine.id.clone()), own.unwrap_or_else(|| of_server(machine.server))));
    }
    let jobs = jobs::of_region(world, &call.region);
    if let Some(job) = jobs.iter().find(|job| job.arn(world) == arn) {
        return Ok((Tagged::Job(job.id.clone()), drs.job_tags.get(&job.id).cloned().unwrap_or_default()));
    }
    Err(not_found(format!("{arn} does not exist.")))
}

fn of_server(server: &Server) -> BTreeMap<String, String> {
    let mut tags = server.tags.clone();
    if !server.name.is_empty() {
        tags.insert(NAME.to_owned(), server.name.clone());
    }
    tags
}

fn keep(estate: &mut Estate, tagged: Tagged, mut tags: BTreeMap<String, String>) -> Result<Changed, AwsError> {
    match tagged {
        Tagged::Server(id) => {
            let server = server_mut(estate, &id)?;
            server.name = tags.remove(NAME).unwrap_or_default();
            server.tags = tags;
        }
        Tagged::Machine(id) => machine_mut(estate, &id).tags = Some(tags),
        Tagged::Job(id) => {
            estate.drs.job_tags.insert(id, tags);
        }
    }
    Ok(Changed::applied(Value::Null))
}
