//! The jobs there were: each slot of a plan's schedule gives one backup of each of its resources, each completed backup one copy
//! into each of the plan's copy vaults.

use super::course::{Course, Outcome};
use crate::sim::World;
use crate::sim::estate::backup::{Asked, AskedCopy, Copy, Plan, Resource};
use crate::sim::fault::Ending;
use crate::sim::time::{Moment, Span};

/// How long AWS Backup lists a job.
pub(super) const LISTED: Span = Span::from_days(30);
/// How long after its slot a job is created, at most.
const PICKED_UP: Span = Span::from_seconds(3);

/// One backup of one resource.
#[derive(Clone, Debug)]
pub(super) struct Backup<'w> {
    pub(super) plan: &'w Plan,
    pub(super) resource: &'w Resource,
    pub(super) course: Course,
    /// The moment the schedule gives; the job is created moments later.
    slot: Moment,
}

/// One copy of one backup.
#[derive(Clone, Debug)]
pub(super) struct Copying<'w> {
    pub(super) backup: Backup<'w>,
    pub(super) to: &'w Copy,
    pub(super) course: Course,
}

impl<'w> Backup<'w> {
    /// The id of its job.
    pub(super) fn id(&self, world: &World) -> String {
        let word = self.plan.asked.as_ref().map_or(self.plan.name.as_str(), |asked| asked.token.as_str());
        world.uuid(&["backup-job", word, &self.resource.arn, &self.slot.to_string()])
    }

    /// Its copy to one of the plan's vaults, which starts the moment the backup is complete; `None` until then, and without data.
    pub(super) fn copy(&self, world: &World, to: &'w Copy) -> Option<Copying<'w>> {
        let created = self.course.ended;
        let has_data = matches!(self.course.outcome, Outcome::Completed | Outcome::Issues);
        if !has_data || world.now < created {
            return None;
        }
        let failure = world.copy_failure(&self.plan.name, &to.region, created);
        let failure = failure.map(|failure| (failure.ending, failure.message.as_deref()));
        let course = Course::plot(world, &[&self.plan.region, &to.region], created, to.duration, failure);
        Some(Copying { backup: self.clone(), to, course })
    }

    /// Its copies so far.
    pub(super) fn copies(&self, world: &World) -> impl Iterator<Item = Copying<'w>> {
        self.plan.copies.iter().filter_map(|to| self.copy(world, to))
    }
}

impl Copying<'_> {
    /// The id of its job.
    pub(super) fn id(&self, world: &World) -> String {
        world.uuid(&["copy-job", &self.backup.id(world), &self.to.region, &self.to.vault])
    }
}

/// The backups of a plan, or of one of its resources, that were started after a moment, newest first. A Region that is down starts
/// none, and a fault may keep some from being started.
pub(super) fn backups<'w>(world: &World, plan: &'w Plan, resource: Option<&str>, after: Moment) -> Vec<Backup<'w>> {
    let resources: Vec<&'w Resource> =
        plan.resources.iter().filter(|known| resource.is_none_or(|arn| arn == known.arn)).collect();
    if let Some(asked) = &plan.asked {
        let made = |resource| asked_for(world, plan, resource, asked);
        return resources.into_iter().filter(|_| asked.at > after && asked.at <= world.now).map(made).collect();
    }
    let after = after.max(world.start - plan.age);
    let mut slots: Vec<Moment> = World::schedule(plan.every, plan.offset, after - PICKED_UP, world.now).collect();
    slots.reverse();
    slots
        .iter()
        .flat_map(|slot| resources.iter().map(move |resource| (*slot, *resource)))
        .filter_map(|(slot, resource)| {
            let waits = world.unit(&["picked-up", &plan.name, &resource.arn, &slot.to_string()]);
            let created = slot + PICKED_UP.share(waits);
            if created <= after
                || world.now < created
                || world.is_out(&plan.region, created)
                || world.is_backup_skipped(&plan.name, &resource.arn, slot)
            {
                return None;
            }
            let failure = world.backup_failure(&plan.name, created);
            let failure = failure.map(|failure| (failure.ending, failure.message.as_deref()));
            let course = Course::plot(world, &[&plan.region], created, plan.duration, failure);
            Some(Backup { plan, resource, course, slot })
        })
        .collect()
}

/// The backup that somebody asked for.
fn asked_for<'w>(world: &World, plan: &'w Plan, resource: &'w Resource, asked: &Asked) -> Backup<'w> {
    let failure = world.backup_failure(&plan.name, asked.at);
    let failure = failure.map(|failure| (failure.ending, failure.message.as_deref()));
    let failure = asked.fails.as_deref().map(|why| (Ending::Failed, Some(why))).or(failure);
    let course = Course::plot(world, &[&plan.region], asked.at, plan.duration, failure);
    Backup { plan, resource, course, slot: asked.at }
}

/// The backup jobs a Region lists, newest first.
pub(super) fn backups_of<'w>(world: &'w World, region: &str) -> Vec<Backup<'w>> {
    let plans = world.estate.backup.plans.iter().filter(|plan| plan.region == region);
    let mut all: Vec<_> = plans.flat_map(|plan| backups(world, plan, None, world.now - LISTED)).collect();
    all.sort_by_key(|backup| std::cmp::Reverse(backup.course.created));
    all
}

/// A copy that somebody asked for, and how it goes; `None` before it was.
pub(super) fn copying(world: &World, copy: &AskedCopy) -> Option<Course> {
    let fails = copy.asked.fails.as_deref().map(|why| (Ending::Failed, Some(why)));
    let regions = [copy.from.0.as_str(), copy.to.region.as_str()];
    (copy.asked.at <= world.now).then(|| Course::plot(world, &regions, copy.asked.at, copy.to.duration, fails))
}

/// The id of its job.
pub(super) fn copy_id(world: &World, copy: &AskedCopy) -> String {
    world.uuid(&["copy-job", &copy.asked.token, &copy.point, &copy.to.vault])
}

/// The copy jobs a Region lists, newest first: those out of its vaults.
pub(super) fn copies_of<'w>(world: &'w World, region: &str) -> Vec<Copying<'w>> {
    let mut all: Vec<_> = backups_of(world, region).iter().flat_map(|backup| backup.copies(world)).collect();
    all.sort_by_key(|copying| std::cmp::Reverse(copying.course.created));
    all
}
