//! What ends a recovery instance, or what DRS has to do with it.

use super::change::{cut_off, free, job_id, machine, machine_mut, machines, start, within_quotas};
use super::error::{conflict, not_found};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::End;
use crate::sim::estate::recovery_job::{Part, Work};
use crate::sim::services::Changed;
use crate::sim::wire::{AwsError, Value};

/// `TerminateRecoveryInstances`.
pub(super) fn terminate(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let machines = machines(world, call)?;
    within_quotas(world, &call.region, machines.len())?;
    free(world, &call.region, machines.iter().map(|machine| machine.server))?;
    for machine in &machines {
        if machine.disconnected().is_some() || !matches!(machine.state(world.now), "RUNNING" | "STOPPED") {
            let state = machine.state(world.now);
            return Err(conflict(format!("Recovery instance {} cannot be terminated: {state}.", machine.id)));
        }
    }
    let job = job_id(world, &call.region);
    let part = |id: &String, server: &String| Part { server: server.clone(), machine: id.clone(), made: None };
    let parts = machines.iter().map(|machine| part(&machine.id, &machine.server.id)).collect();
    for machine in &machines {
        machine_mut(estate, &machine.id).ended = Some(world.now);
        cut_off(estate, &machine.id, world.now, End::SourceGone);
    }
    start(estate, world, call, (job, Work::Termination), parts)
}

/// `DisconnectRecoveryInstance`: its agent is removed; it runs on.
pub(super) fn disconnect(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let machine = machine(world, call, not_found)?;
    free(world, &call.region, [machine.server])?;
    if machine.disconnected().is_some() {
        return Err(conflict(format!("Recovery instance {} is disconnected.", machine.id)));
    }
    machine_mut(estate, &machine.id).disconnected = Some(world.now);
    cut_off(estate, &machine.id, world.now, End::Disconnected);
    Ok(Changed::applied(Value::Null))
}

/// `DeleteRecoveryInstance`: DRS forgets it; it runs on. It must be disconnected, or protect itself the other way.
pub(super) fn delete(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let machine = machine(world, call, conflict)?;
    free(world, &call.region, [machine.server])?;
    let feeds = machine.made.is_some_and(|made| made.feeds.is_some());
    if machine.disconnected().is_none() && !feeds {
        return Err(conflict(format!("Recovery instance {} must be disconnected first.", machine.id)));
    }
    machine_mut(estate, &machine.id).deleted = Some(world.now);
    Ok(Changed::applied(Value::Null))
}
