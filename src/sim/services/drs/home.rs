//! The way home of a server on premises, as far as calls go.

use super::change::{cut_off, free, job_id, machine, machine_mut, machines, start, within_quotas};
use super::error::{conflict, invalid, not_found};
use super::failback::State;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::End;
use crate::sim::estate::recovery_job::{Part, Work};
use crate::sim::services::Changed;
use crate::sim::wire::{AwsError, Value};

/// `StartFailbackLaunch`: converts and reboots the machines at home. A Region has no failback client.
pub(super) fn launch(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let machines = machines(world, call)?;
    if let Some(machine) = machines.iter().find(|machine| machine.server.is_ec2()) {
        return Err(invalid(format!("Recovery instance {} did not originate on premises.", machine.id)));
    }
    within_quotas(world, &call.region, machines.len())?;
    free(world, &call.region, machines.iter().map(|machine| machine.server))?;
    for machine in &machines {
        let state = world.failback(machine).state;
        if state != State::Ready {
            return Err(conflict(format!(
                "Recovery instance {} is not ready for launch: {}.",
                machine.id,
                state.name()
            )));
        }
    }
    let part = |id: &String, server: &String| Part { server: server.clone(), machine: id.clone(), made: None };
    let parts = machines.iter().map(|machine| part(&machine.id, &machine.server.id)).collect();
    start(estate, world, call, (job_id(world, &call.region), Work::Failback), parts)
}

/// `StopFailback`. What has come home stays there.
pub(super) fn stop(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let machine = machine(world, call, not_found)?;
    if machine.server.is_ec2() {
        cut_off(estate, &machine.id, world.now, End::Stopped);
        machine_mut(estate, &machine.id).feeds = None;
    } else if !world.failback(&machine).is_complete() {
        machine_mut(estate, &machine.id).failback_stopped = Some(world.now);
    }
    Ok(Changed::applied(Value::Null))
}
