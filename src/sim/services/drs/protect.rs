//! What starts and ends the replication of a source server, and DRS in a Region.

use super::change::{after, free, server, server_mut};
use super::error::{conflict, invalid, not_found};
use super::request::{id, initialized};
use super::{jobs, machines, servers};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::{End, Server};
use crate::sim::services::Changed;
use crate::sim::wire::{AwsError, Value};

/// `InitializeService`: once is enough.
pub(super) fn initialize(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let applied = initialized(world, &call.region).is_err();
    if applied {
        estate.drs.initialized.push(call.region.clone());
    }
    Ok(Changed { answer: Value::Null, applied })
}

/// `StopReplication`: the points in time go with it.
pub(super) fn stop(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let server = server(world, call)?;
    free(world, &call.region, [server])?;
    if matches!(server.course.ended, Some((_, End::Stopped | End::Disconnected))) {
        return Err(conflict(format!("Source server {} does not replicate.", server.id)));
    }
    server_mut(estate, &server.id)?.course.ended = Some((world.now, End::Stopped));
    shown(estate, world, &server.id, |value| Value::map([("sourceServer", value)]))
}

/// `StartReplication`: everything is copied anew.
pub(super) fn start(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let server = server(world, call)?;
    free(world, &call.region, [server])?;
    if !matches!(server.course.ended, Some((_, End::Stopped))) || !has_source(world, server) {
        return Err(conflict(format!("The replication of source server {} is not stopped.", server.id)));
    }
    let course = &mut server_mut(estate, &server.id)?.course;
    (course.began, course.ended) = (Some(world.now), None);
    shown(estate, world, &server.id, |value| Value::map([("sourceServer", value)]))
}

/// Whether the machine that a server is replicated from is there.
fn has_source(world: &World, server: &Server) -> bool {
    let Some(id) = &server.course.from_machine else { return true };
    let machines = machines::of_region(world, &server.origin);
    machines.iter().any(|machine| machine.id == *id && machine.runs(world.now) && machine.disconnected().is_none())
}

/// `DisconnectSourceServer`: its agent is removed. Not while a recovery instance of it is there.
pub(super) fn disconnect(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let server = server(world, call)?;
    free(world, &call.region, [server])?;
    if let Some(machine) = machines::of_server(world, server).iter().find(|machine| machine.is_listed(world.now)) {
        return Err(conflict(format!("Source server {} has the recovery instance {}.", server.id, machine.id)));
    }
    if matches!(server.course.ended, Some((_, End::Disconnected))) {
        return Err(conflict(format!("Source server {} is disconnected.", server.id)));
    }
    server_mut(estate, &server.id)?.course.ended = Some((world.now, End::Disconnected));
    shown(estate, world, &server.id, |value| value)
}

/// `DeleteSourceServer`: DRS forgets it. It must be disconnected.
pub(super) fn delete(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let server = server(world, call)?;
    if !matches!(server.course.ended, Some((_, End::Disconnected))) {
        return Err(conflict(format!("Source server {} must be disconnected first.", server.id)));
    }
    server_mut(estate, &server.id)?.course.deleted = Some(world.now);
    for other in &mut estate.drs.servers {
        if other.course.reversed.as_ref().is_some_and(|reversed| reversed.id == server.id) {
            other.course.reversed = None;
        }
    }
    Ok(Changed::applied(Value::Null))
}

/// Answers with a server as it is now.
fn shown(
    estate: &mut Estate,
    world: &World,
    id: &str,
    within: impl FnOnce(Value) -> Value,
) -> Result<Changed, AwsError> {
    let world = after(world, estate);
    let server = server_mut(estate, id)?;
    Ok(Changed::applied(within(servers::value(&world, server))))
}

/// `DeleteJob`: only one that is over.
pub(super) fn delete_job(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    initialized(world, &call.region)?;
    let id = id(call, "jobID", "drsjob-").map_err(|error| invalid(error.message))?;
    let jobs = jobs::of_region(world, &call.region);
    let job = jobs.iter().find(|job| job.id == id).ok_or_else(|| not_found(format!("Job {id} does not exist.")))?;
    if !job.is_over(world.now) {
        return Err(conflict(format!("Job {id} is not over.")));
    }
    estate.drs.deleted_jobs.push(id.to_owned());
    Ok(Changed::applied(Value::Null))
}
