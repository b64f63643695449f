//! The recovery points there are: what backups and copies made, less what retention took away.

use super::course::{Course, Outcome, Phase};
use super::names;
use super::run::{self, Backup};
use crate::sim::World;
use crate::sim::estate::Estate;
use crate::sim::estate::backup::{AskedCopy, Copy, Plan, Resource};
use crate::sim::time::{Moment, Span};

/// How long the deletion of an expired point takes.
const DELETION: Span = Span::from_minutes(10);

/// `Status` of a recovery point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Creating,
    Completed,
    Partial,
    /// Its retention is over, but it cannot be deleted.
    Expired,
    Deleting,
}

/// A recovery point.
#[derive(Clone, Debug)]
pub(super) struct Point<'w> {
    /// The plan that made it; `None` where somebody asked for the copy.
    pub(super) plan: Option<&'w Plan>,
    pub(super) resource: &'w Resource,
    /// The vault it is in.
    pub(super) vault: &'w str,
    /// The Region of that vault.
    pub(super) region: &'w str,
    /// The Region and the vault it was copied from.
    pub(super) copied_from: Option<(&'w str, &'w str)>,
    /// The start of the backup: the moment its data are of. A copy keeps it here: that is how this simulator models what AWS leaves
    /// unsaid, and a reader does well not to depend on it: the copy's own end is `completed`.
    pub(super) created: Moment,
    /// When the job that made it started.
    pub(super) initiated: Moment,
    /// When the backup, or the copy, was complete.
    pub(super) completed: Option<Moment>,
    pub(super) status: Status,
    /// What a point that is not whole says.
    pub(super) message: Option<String>,
    /// How much of its data is there, from 0 to 1.
    pub(super) done: f64,
    pub(super) kept: Span,
    /// The id of the job that made it.
    job: String,
}

impl Status {
    /// AWS's name of it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Completed => "COMPLETED",
            Self::Partial => "PARTIAL",
            Self::Expired => "EXPIRED",
            Self::Deleting => "DELETING",
        }
    }
}

impl Point<'_> {
    /// Its ARN.
    pub(super) fn arn(&self, world: &World) -> String {
        names::point_arn(world, self.resource, self.region, &self.job)
    }
}

/// The ARN of the point a backup makes.
pub(super) fn arn_of_backup(world: &World, backup: &Backup<'_>) -> String {
    names::point_arn(world, backup.resource, &backup.plan.region, &backup.id(world))
}

/// Which points are wanted; what is left out matches all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    /// In the vault of that name.
    pub(super) vault: Option<&'a str>,
    /// Of the resource with that ARN.
    pub(super) resource: Option<&'a str>,
}

/// The points in the vaults of a Region, newest first.
pub(super) fn points<'w>(world: &'w World, region: &str, wanted: Wanted<'_>) -> Vec<Point<'w>> {
    points_of(&world.estate, world, region, wanted)
}

/// The points of an estate at the moment of that world, newest first.
pub(super) fn points_of<'w>(estate: &'w Estate, world: &World, region: &str, wanted: Wanted<'_>) -> Vec<Point<'w>> {
    let plans = estate.backup.plans.iter();
    let mut all: Vec<Point<'w>> = plans.flat_map(|plan| of_plan(world, plan, region, wanted)).collect();
    all.extend(estate.backup.copies.iter().filter_map(|copy| made_by_asked(world, copy, region, wanted)));
    all.sort_by_key(|point| std::cmp::Reverse((point.created, point.completed)));
    all
}

fn of_plan<'w>(world: &World, plan: &'w Plan, region: &str, wanted: Wanted<'_>) -> Vec<Point<'w>> {
    let is_wanted = |in_region: &str, vault: &str| in_region == region && wanted.vault.is_none_or(|name| name == vault);
    let own = is_wanted(&plan.region, &plan.vault).then_some(plan.kept);
    let into: Vec<&'w Copy> = plan.copies.iter().filter(|copy| is_wanted(&copy.region, &copy.vault)).collect();
    let Some(longest) = into.iter().map(|copy| copy.kept).chain(own).max() else { return Vec::new() };
    let mut points = Vec::new();
    for backup in run::backups(world, plan, wanted.resource, oldest_due(world, region) - longest) {
        if own.is_some() {
            points.extend(made_by_backup(world, &backup));
        }
        let copies = into.iter().filter_map(|to| backup.copy(world, to));
        points.extend(copies.filter_map(|copying| made_by_copy(world, &copying)));
    }
    points
}

fn made_by_backup<'w>(world: &World, backup: &Backup<'w>) -> Option<Point<'w>> {
    let plan = backup.plan;
    let created = backup.course.created;
    Some(Point {
        plan: Some(plan),
        resource: backup.resource,
        vault: &plan.vault,
        region: &plan.region,
        copied_from: None,
        created,
        initiated: created,
        completed: backup.course.completed(world.now),
        status: status(world, &backup.course, &plan.region, created + plan.kept)?,
        message: (backup.course.outcome == Outcome::Partial)
            .then(|| backup.course.said(world.now))
            .flatten()
            .map(str::to_owned),
        done: backup.course.done(world.now),
        kept: plan.kept,
        job: backup.id(world),
    })
}

fn made_by_copy<'w>(world: &World, copying: &run::Copying<'w>) -> Option<Point<'w>> {
    let (plan, to) = (copying.backup.plan, copying.to);
    let created = copying.backup.course.created;
    Some(Point {
        plan: Some(plan),
        resource: copying.backup.resource,
        vault: &to.vault,
        region: &to.region,
        copied_from: Some((&plan.region, &plan.vault)),
        created,
        initiated: copying.course.created,
        completed: copying.course.completed(world.now),
        status: status(world, &copying.course, &to.region, created + to.kept)?,
        message: (copying.course.outcome == Outcome::Partial)
            .then(|| copying.course.said(world.now))
            .flatten()
            .map(str::to_owned),
        done: copying.course.done(world.now),
        kept: to.kept,
        job: copying.id(world),
    })
}

fn made_by_asked<'w>(world: &World, copy: &'w AskedCopy, region: &str, wanted: Wanted<'_>) -> Option<Point<'w>> {
    let is_wanted = copy.to.region == region
        && wanted.vault.is_none_or(|name| name == copy.to.vault)
        && wanted.resource.is_none_or(|arn| arn == copy.resource.arn);
    let course = run::copying(world, copy).filter(|_| is_wanted)?;
    Some(Point {
        plan: None,
        resource: &copy.resource,
        vault: &copy.to.vault,
        region: &copy.to.region,
        copied_from: Some((&copy.from.0, &copy.from.1)),
        created: copy.data,
        initiated: course.created,
        completed: course.completed(world.now),
        status: status(world, &course, &copy.to.region, copy.asked.at + copy.to.kept)?,
        message: None,
        done: course.done(world.now),
        kept: copy.to.kept,
        job: run::copy_id(world, copy),
    })
}

/// How a point stands; `None` when there is none: not made, or deleted.
fn status(world: &World, course: &Course, region: &str, due: Moment) -> Option<Status> {
    let made = match course.phase(world.now) {
        Phase::Running | Phase::Stopping => Status::Creating,
        Phase::Ended(Outcome::Completed | Outcome::Issues) => Status::Completed,
        Phase::Ended(Outcome::Partial) => Status::Partial,
        Phase::Waiting | Phase::Ended(Outcome::Failed | Outcome::Aborted | Outcome::Expired) => return None,
    };
    if world.now < due {
        return Some(made);
    }
    // A Region that is down deletes nothing: the point is EXPIRED until it is back.
    let back = world.outages(region).iter().find(|(from, until)| *from <= due && due < *until).map(|(_, until)| *until);
    match back {
        Some(back) if world.now < back => Some(Status::Expired),
        Some(back) if world.now < back + DELETION => Some(Status::Deleting),
        None if world.now < due + DELETION => Some(Status::Deleting),
        Some(_) | None => None,
    }
}

/// The due date of the oldest point that may still be there.
fn oldest_due(world: &World, region: &str) -> Moment {
    let usual = world.now - DELETION;
    let outages = world.outages(region);
    let halting = outages.iter().filter(|(from, until)| *from <= world.now && usual < *until).map(|(from, _)| *from);
    halting.fold(usual, Moment::min)
}
