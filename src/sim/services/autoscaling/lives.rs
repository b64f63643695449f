//! Which instances a group has at a moment: each place of the group, from the call that opened it to the call that closed it.

use crate::sim::World;
use crate::sim::estate::autoscaling::{Group, Resized, Size};
use crate::sim::fault::{Fault, is};
use crate::sim::time::{Moment, Span};
use crate::sim::timeline::NEVER;

/// How long after the loss of a zone a group has replaced what ran in it.
const REPLACED: Span = Span::from_minutes(4);
/// How long a launch takes, from the request to EC2 until it serves.
const LAUNCH: (Span, Span) = (Span::from_seconds(60), Span::from_seconds(170));
/// How long an instance takes to leave.
const LEAVE: (Span, Span) = (Span::from_seconds(40), Span::from_seconds(90));
/// How often a launch that failed is tried again.
pub(super) const RETRY: Span = Span::from_minutes(5);

/// One instance of a group, from its launch to its end.
#[derive(Clone, Debug)]
pub(super) struct Life<'g> {
    /// Its place in the group, from 0.
    pub(super) place: u32,
    pub(super) zone: &'g str,
    pub(super) id: String,
    /// The call that made room for it, and how many there were before; `None` for one that was there from the start.
    pub(super) opened: Option<(&'g Resized, u32)>,
    /// When EC2 had it launched. One that was there from the start has none.
    pub(super) launched: Option<Moment>,
    /// When it served.
    pub(super) serves: Option<Moment>,
    /// The call that had no room for it any more, and how many there were before.
    pub(super) closed: Option<(&'g Resized, u32)>,
    /// When it began to end, and when it was gone.
    pub(super) ends: Option<(Moment, Moment)>,
}

/// The state of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    InService,
    Terminating,
}

impl Life<'_> {
    /// How it is at that moment; `None` before and after.
    pub(super) fn state(&self, at: Moment) -> Option<State> {
        if let Some((ending, gone)) = self.ends
            && ending <= at
        {
            return (at < gone).then_some(State::Terminating);
        }
        let is_over = |moment: Option<Moment>| moment.is_none_or(|moment| moment <= at);
        is_over(self.launched).then(|| if is_over(self.serves) { State::InService } else { State::Pending })
    }
}

/// An instance as the group shows it.
#[derive(Clone, Debug)]
pub(super) struct Shown<'g> {
    pub(super) id: String,
    pub(super) zone: &'g str,
    pub(super) state: State,
    pub(super) is_healthy: bool,
}

/// All that were ever launched, by their places.
pub(super) fn all<'g>(world: &World, group: &'g Group) -> Vec<Life<'g>> {
    let mut lives: Vec<Life<'g>> = Vec::new();
    let mut zones = group.zones.iter().map(String::as_str).cycle();
    let mut zone_of: Vec<&'g str> = Vec::new();
    let mut open = |lives: &mut Vec<Life<'g>>, place: u32, opened: Option<(&'g Resized, u32)>| {
        let index = usize::try_from(place).unwrap_or(usize::MAX);
        while zone_of.len() <= index {
            zone_of.push(zones.next().unwrap_or_default());
        }
        let zone = zone_of.get(index).copied().unwrap_or_default();
        lives.push(launched(world, group, place, zone, opened));
    };
    (0..group.desired).for_each(|place| open(&mut lives, place, None));
    let mut desired = group.desired;
    for resized in group.sizes.iter().filter(|resized| resized.at <= world.now) {
        let Size { desired: wanted, .. } = resized.size;
        for life in lives.iter_mut().filter(|life| life.place >= wanted && life.closed.is_none()) {
            life.closed = Some((resized, desired));
            life.ends = Some(ending(world, group, life, resized.at));
        }
        (desired..wanted).for_each(|place| open(&mut lives, place, Some((resized, desired))));
        desired = wanted;
    }
    lives
}

fn launched<'g>(
    world: &World,
    group: &Group,
    place: u32,
    zone: &'g str,
    opened: Option<(&'g Resized, u32)>,
) -> Life<'g> {
    let at = place.to_string();
    let mut life =
        Life { place, zone, id: String::new(), opened, launched: None, serves: None, closed: None, ends: None };
    let Some((resized, _)) = opened else {
        life.id = id(world, &["instance", &group.region, &group.name, &at]);
        return life;
    };
    let asked = resized.at.millis().to_string();
    let words = ["launched", &group.region, &group.name, &at, &asked];
    life.id = id(world, &words);
    let mut begins = resized.at;
    for (from, until) in blocked(world, group, place) {
        if from <= begins && begins < until {
            begins = until + RETRY.share(world.unit(&words));
        }
    }
    life.launched = Some(begins);
    life.serves = Some(begins + world.between(LAUNCH.0, LAUNCH.1, &words));
    life
}

fn id(world: &World, words: &[&str]) -> String {
    format!("i-{}", world.hex(words, 17))
}

/// When an instance ends that there is no room for from that moment on.
fn ending(world: &World, group: &Group, life: &Life<'_>, at: Moment) -> (Moment, Moment) {
    let mut held = group.suspended("Terminate").map(|one| (one.from, one.until.unwrap_or(NEVER)));
    let begins = held.find(|(from, until)| *from <= at && at < *until).map_or(at, |(_, until)| until);
    if life.launched.is_some_and(|launched| begins < launched) {
        // It was never there.
        return (begins, begins);
    }
    (begins, begins + world.between(LEAVE.0, LEAVE.1, &["leave", &life.id]))
}

/// When nothing can be launched at a place of a group: no capacity, launching suspended, or the Region gone.
pub(super) fn blocked(world: &World, group: &Group, place: u32) -> Vec<(Moment, Moment)> {
    let mut times = shortages(world, group, place);
    times.extend(group.suspended("Launch").map(|one| (one.from, one.until.unwrap_or(NEVER))));
    times.extend(world.outages(&group.region));
    times.sort_unstable();
    times
}

/// When there is no capacity for a place of a group.
pub(super) fn shortages(world: &World, group: &Group, place: u32) -> Vec<(Moment, Moment)> {
    world.timeline.times(|fault| {
        let Fault::Capacity(missing) = fault else { return false };
        missing.region == group.region && is(&missing.group, &group.name) && missing.available <= place
    })
}

/// What a group shows: as many as it desires, or as many as there is capacity for; unhealthy while the Region is gone. Those of a
/// zone that is lost are unhealthy, until the group has replaced them in its other zones.
pub(super) fn shown<'g>(world: &World, group: &'g Group) -> Vec<Shown<'g>> {
    let available = world.capacity(&group.region, &group.name).unwrap_or(u32::MAX);
    let is_out = world.is_out(&group.region, world.now);
    let is_replaced = |zone: &str| {
        world.zone_losses(zone).iter().any(|(from, until)| *from + REPLACED <= world.now && world.now < *until)
    };
    let left: Vec<&String> = group.zones.iter().filter(|zone| !is_replaced(zone)).collect();
    let there = all(world, group).into_iter().filter_map(|life| life.state(world.now).map(|state| (life, state)));
    let (lost, kept): (Vec<_>, Vec<_>) = there.partition(|(life, _)| is_replaced(life.zone));
    let moved = lost.into_iter().zip(left.iter().copied().cycle()).map(|((life, state), zone)| {
        let id = id(world, &["replacement", &group.region, &group.name, &life.place.to_string()]);
        (Life { zone, id, ..life }, state)
    });
    let mut room = available;
    let mut shown = Vec::new();
    for (life, state) in kept.into_iter().chain(moved) {
        if state != State::Terminating {
            if room == 0 {
                continue;
            }
            room -= 1;
        }
        let is_healthy = !is_out && !world.is_zone_lost(life.zone, world.now);
        shown.push(Shown { id: life.id, zone: life.zone, state, is_healthy });
    }
    shown
}
