//! In which Availability Zone an instance runs, and how it moved: the loss of its zone makes one with a standby fail over.

use crate::sim::World;
use crate::sim::estate::deeds::{InstanceAct, Reboot};
use crate::sim::estate::rds::Instance;
use crate::sim::time::{Moment, Span};

/// How long a Multi-AZ failover takes: AWS says one to two minutes.
pub(super) const FAILOVER: Span = Span::from_seconds(90);
const LETTERS: [&str; 3] = ["a", "b", "c"];

/// One Multi-AZ failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failover {
    pub(super) began: Moment,
    pub(super) ended: Moment,
}

/// Where an instance runs now.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    pub(super) zone: String,
    /// The zone of its standby.
    pub(super) standby: Option<String>,
    /// The failovers that began so far, oldest first.
    pub(super) failovers: Vec<Failover>,
    /// Since when an instance without a standby is lost with its zone.
    pub(super) lost: Option<Moment>,
}

/// Where an instance runs. After a failover it stays where it is: RDS does not fail back.
pub(super) fn of(world: &World, instance: &Instance) -> Placement {
    let first = instance.zone.clone().unwrap_or_else(|| drawn(world, &instance.region, instance.first_name()));
    let second = after(&instance.region, &first);
    let mut placement = Placement { zone: first, standby: Some(second), failovers: Vec::new(), lost: None };
    for (began, cause) in causes(world, instance, &placement) {
        let Some(standby) = placement.standby.clone().filter(|standby| !world.is_zone_lost(standby, began)) else {
            continue;
        };
        if !has_standby(instance, began) || cause.is_some_and(|zone| zone != placement.zone) {
            continue;
        }
        let ended = began + FAILOVER;
        placement.failovers.push(Failover { began, ended });
        if ended <= world.now {
            placement.standby = Some(std::mem::replace(&mut placement.zone, standby));
        }
    }
    if !has_standby(instance, world.now) {
        placement.standby = None;
        let losses = world.zone_losses(&placement.zone);
        let lost = losses.into_iter().find(|(from, until)| *from <= world.now && world.now < *until);
        placement.lost = lost.map(|(from, _)| from);
    }
    placement
}

/// Whether an instance has a standby in another zone at that moment.
fn has_standby(instance: &Instance, at: Moment) -> bool {
    let settled = instance.deeds.iter().rev().filter(|deed| deed.done <= at);
    let mut settings = settled.filter_map(|deed| match &deed.act {
        InstanceAct::Modify(settings) => settings.multi_az,
        InstanceAct::Create
        | InstanceAct::Promote(_)
        | InstanceAct::Rename(_)
        | InstanceAct::ReplicateBackups(_)
        | InstanceAct::Stop
        | InstanceAct::Start
        | InstanceAct::Reboot(_)
        | InstanceAct::Delete(_)
        | InstanceAct::Orphan => None,
    });
    settings.next().unwrap_or(instance.multi_az)
}

/// What made an instance fail over until now, if it had a standby: the loss of a zone, by its name, or somebody who asked for it.
fn causes(world: &World, instance: &Instance, placement: &Placement) -> Vec<(Moment, Option<String>)> {
    let zones = std::iter::once(&placement.zone).chain(&placement.standby);
    let losses = zones.flat_map(|zone| world.zone_losses(zone).into_iter().map(|(from, _)| (from, Some(zone.clone()))));
    let asked = instance.deeds.iter().filter(|deed| deed.act == InstanceAct::Reboot(Reboot::Failover));
    let mut all: Vec<_> = losses.chain(asked.map(|deed| (deed.at, None))).collect();
    all.retain(|(began, _)| *began <= world.now);
    all.sort();
    all
}

/// The zone of an instance for which the estate names none.
pub(super) fn drawn(world: &World, region: &str, id: &str) -> String {
    let letter = LETTERS.get((world.unit(&["zone", id]) * 3.0) as usize).unwrap_or(&"a");
    format!("{region}{letter}")
}

/// The zone after that one.
fn after(region: &str, zone: &str) -> String {
    let letters = LETTERS.iter().zip(LETTERS.iter().cycle().skip(1));
    let next = letters.filter(|(letter, _)| zone == format!("{region}{letter}")).map(|(_, next)| *next).next();
    format!("{region}{}", next.unwrap_or("a"))
}
