//! In which Availability Zone an instance runs, and how it moved: the loss of its zone makes one with a standby fail over.

use crate::sim::World;
use crate::sim::estate::rds::Instance;
use crate::sim::time::{Moment, Span};

/// How long a Multi-AZ failover takes: AWS says one to two minutes.
const FAILOVER: Span = Span::from_seconds(90);
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
    let first = instance.zone.clone().unwrap_or_else(|| drawn(world, &instance.region, &instance.id));
    if !instance.multi_az {
        let losses = world.zone_losses(&first);
        let lost =
            losses.into_iter().find(|(from, until)| *from <= world.now && world.now < *until).map(|(from, _)| from);
        return Placement { zone: first, standby: None, failovers: Vec::new(), lost };
    }
    let second = after(&instance.region, &first);
    let of_zone = |zone: &String| -> Vec<(Moment, String)> {
        world.zone_losses(zone).into_iter().map(|(from, _)| (from, zone.clone())).collect()
    };
    let mut losses = of_zone(&first);
    losses.extend(of_zone(&second));
    losses.sort();
    let mut placement = Placement { zone: first, standby: Some(second), failovers: Vec::new(), lost: None };
    for (began, zone) in losses.into_iter().filter(|(began, _)| *began <= world.now) {
        let Some(standby) = placement.standby.clone().filter(|standby| !world.is_zone_lost(standby, began)) else {
            continue;
        };
        if zone != placement.zone {
            continue;
        }
        let ended = began + FAILOVER;
        placement.failovers.push(Failover { began, ended });
        if ended <= world.now {
            placement.standby = Some(std::mem::replace(&mut placement.zone, standby));
        }
    }
    placement
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
