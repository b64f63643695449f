//! `ReverseReplication`: what a server was recovered to, or came home to, replicates back to the other Region.

use super::change::{free, machine, machine_mut, server_mut};
use super::error::{conflict, invalid, not_found};
use super::request::initialized;
use super::servers;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::{Course, Direction, Drilled, Launch, Reversed, Server, Staging};
use crate::sim::fault::{Fault, is};
use crate::sim::services::Changed;
use crate::sim::wire::{AwsError, Value};

/// `ReverseReplication`. A source server that already stands for the other direction is used again, with a copy of its own; otherwise
/// one is created in the Region that the server came from.
pub(super) fn reverse(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let machine = machine(world, call, not_found)?;
    let from = machine.server;
    if !from.is_ec2() {
        return Err(invalid(format!("Recovery instance {} did not originate in AWS.", machine.id)));
    }
    free(world, &call.region, [from])?;
    if machine.disconnected().is_some() || !machine.runs(world.now) {
        let state = machine.state(world.now);
        return Err(conflict(format!("Recovery instance {} cannot replicate: {state}.", machine.id)));
    }
    let peer = peer(world, from);
    let is_fed =
        |server: &&Server| server.course.from_machine.as_ref() == Some(&machine.id) && server.course.ended.is_none();
    if peer.is_some_and(|peer| is_fed(&peer)) {
        return Err(conflict(format!("The replication of recovery instance {} is reversed already.", machine.id)));
    }
    reachable(world, &from.origin)?;
    initialized(world, &from.origin)?;
    let server = peer.map_or_else(|| created(world, from), Server::clone);
    let back = fed(server, from, &machine.id, world);
    let answer = Value::map([("reversedDirectionSourceServerArn", servers::arn(world, &back).into())]);
    let here = server_mut(estate, &from.id)?;
    here.course.reversed = Some(Reversed { region: back.region.clone(), id: back.id.clone() });
    machine_mut(estate, &machine.id).feeds = Some(back.id.clone());
    match server_mut(estate, &back.id) {
        Ok(known) => *known = back,
        Err(_) => estate.drs.servers.push(back),
    }
    Ok(Changed::applied(answer))
}

/// The source server for the other direction, if there is one.
fn peer<'w>(world: &'w World, server: &Server) -> Option<&'w Server> {
    let known = server.course.reversed.as_ref()?;
    let mut servers = world.estate.drs.servers.iter();
    servers.find(|server| server.id == known.id && server.course.deleted.is_none())
}

/// Fails as a Region fails whose peer does not answer.
fn reachable(world: &World, region: &str) -> Result<(), AwsError> {
    let is_down = world.faults(world.now).any(|fault| {
        let Fault::Endpoint(down) = fault else { return false };
        is(&down.service, "drs") && is(&down.region, region)
    });
    if is_down || world.is_out(region, world.now) {
        return Err(AwsError::new(500, "InternalServerException", format!("{region} could not be reached.")));
    }
    Ok(())
}

/// A server that takes its data from a machine launched from `from`.
fn fed(server: Server, from: &Server, machine: &str, world: &World) -> Server {
    let course = Course {
        direction: match from.course.direction {
            Direction::Failover => Direction::Failback,
            Direction::Failback => Direction::Failover,
        },
        from_machine: Some(machine.to_owned()),
        descends_from: (from.descends_from() != server.id).then(|| from.descends_from().to_owned()),
        began: Some(world.now),
        ended: None,
        reversed: Some(Reversed { region: from.region.clone(), id: from.id.clone() }),
        deleted: None,
    };
    Server { origin: from.region.clone(), origin_zone: Some(format!("{}a", from.region)), course, ..server }
}

/// A source server of the Region that `from` came from, added now.
fn created(world: &World, from: &Server) -> Server {
    Server {
        id: format!("s-{}", world.hex(&["reversed", &from.id, &world.now.to_string()], 17)),
        region: from.origin.clone(),
        age: world.start - world.now,
        last_drill: None,
        drilled: Drilled::default(),
        launch: Launch::default(),
        replication: Staging::default(),
        ..from.clone()
    }
}
