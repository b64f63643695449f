//! The restores there were: those that the estate says were tried, and those that restore testing starts.

use super::course::{Course, Outcome};
use super::point::{self, Point, Status, Wanted};
use super::{names, run};
use crate::sim::World;
use crate::sim::estate::backup::{AskedRestore, Resource, Restore, RestoreTest, Validation};
use crate::sim::fault::{Ending, Stage};
use crate::sim::time::{Moment, Span};

/// How long the deletion of what a test restored takes.
const DELETION: Span = Span::from_minutes(8);

/// A restore and the recovery point it used: the newest whole one that the vault held when it began.
#[derive(Clone, Debug)]
pub(super) struct Restoring<'w> {
    pub(super) resource: &'w Resource,
    pub(super) region: &'w str,
    pub(super) vault: &'w str,
    pub(super) point_created: Moment,
    pub(super) point_arn: String,
    pub(super) course: Course,
    /// The test that started it.
    pub(super) test: Option<&'w RestoreTest>,
    /// What somebody asked for.
    asked: Option<&'w AskedRestore>,
    validation: Option<Validated<'w>>,
    deletion: Option<Deleted<'w>>,
}

/// How what was restored is validated.
#[derive(Clone, Debug)]
struct Validated<'w> {
    at: Moment,
    status: &'static str,
    message: Option<&'w str>,
}

/// How what was restored is deleted.
#[derive(Clone, Debug)]
struct Deleted<'w> {
    from: Moment,
    status: &'static str,
    message: Option<&'w str>,
}

/// The restores of a Region so far, newest first. One whose vault held nothing to restore was never begun.
pub(super) fn restores<'w>(world: &'w World, region: &str) -> Vec<Restoring<'w>> {
    let tried = world.estate.backup.restores.iter().filter(|restore| restore.region == region);
    let mut all: Vec<Restoring<'w>> = tried.filter_map(|restore| tried_by_hand(world, restore)).collect();
    let tests = world.estate.backup.restore_tests.iter().filter(|test| test.region == region);
    all.extend(tests.flat_map(|test| tested(world, test)));
    let asked = world.estate.backup.asked.iter();
    all.extend(
        asked
            .filter(|asked| asked.region == region && asked.asked.at <= world.now)
            .map(|asked| asked_for(world, asked)),
    );
    all.sort_by(|a, b| (b.course.created, &a.resource.arn).cmp(&(a.course.created, &b.resource.arn)));
    all
}

fn asked_for<'w>(world: &World, restore: &'w AskedRestore) -> Restoring<'w> {
    let fails = restore.asked.fails.as_deref().map(|why| (Ending::Failed, Some(why)));
    Restoring {
        resource: &restore.resource,
        region: &restore.region,
        vault: &restore.vault,
        point_created: restore.data,
        point_arn: restore.point.clone(),
        course: Course::plot(world, &[&restore.region], restore.asked.at, restore.duration, fails),
        test: None,
        asked: Some(restore),
        validation: None,
        deletion: None,
    }
}

fn tried_by_hand<'w>(world: &'w World, restore: &'w Restore) -> Option<Restoring<'w>> {
    let created = world.start - restore.ago;
    let wanted = Wanted { vault: Some(&restore.vault), resource: Some(&restore.resource) };
    let (point, point_arn) = newest(world, &restore.region, wanted, created)?;
    let failure = restore.failed.as_deref().map(|message| (Ending::Failed, Some(message)));
    let course = Course::plot(world, &[&restore.region], created, restore.duration, failure);
    let validation = restore.validation.map(|validation| Validated {
        at: course.ended,
        status: name(validation),
        message: restore.validation_message.as_deref(),
    });
    Some(Restoring {
        resource: point.resource,
        region: &restore.region,
        vault: &restore.vault,
        point_created: point.created,
        point_arn,
        course,
        test: None,
        asked: None,
        validation,
        deletion: None,
    })
}

/// The restores of a test: at each of its times one of each resource of its types, from the newest point of its window.
fn tested<'w>(world: &'w World, test: &'w RestoreTest) -> Vec<Restoring<'w>> {
    let mut resources: Vec<&'w Resource> = world.estate.backup.plans.iter().flat_map(|plan| &plan.resources).collect();
    resources.retain(|resource| test.types.contains(&resource.kind));
    resources.sort_by(|a, b| a.arn.cmp(&b.arn));
    resources.dedup_by(|a, b| a.arn == b.arn);
    let window = Span::HOUR.times(i64::from(test.start_window_hours));
    let since = (world.start - test.age).max(world.now - run::LISTED - window);
    let slots: Vec<Moment> = World::schedule(test.every, test.offset, since, world.now).collect();
    let restores = slots.iter().flat_map(|slot| resources.iter().map(move |resource| (*slot, *resource)));
    restores
        .filter_map(|(slot, resource)| {
            let waits = world.unit(&["restore-test", &test.name, &resource.arn, &slot.to_string()]);
            restored_for(world, test, resource, (slot + window.share(waits)).floor(Span::from_seconds(1)))
        })
        .collect()
}

fn restored_for<'w>(
    world: &'w World,
    test: &'w RestoreTest,
    resource: &Resource,
    created: Moment,
) -> Option<Restoring<'w>> {
    if world.is_out(&test.region, created) {
        return None;
    }
    let wanted = Wanted { vault: None, resource: Some(&resource.arn) };
    let (point, point_arn) = newest(world, &test.region, wanted, created)
        .filter(|(point, _)| created - point.created <= Span::from_days(i64::from(test.window_days)))?;
    let fails = |stage| world.test_failure(&test.name, &resource.kind, stage, created);
    let failure = fails(Stage::Restore).map(|failure| (Ending::Failed, failure.message.as_deref()));
    let course = Course::plot(world, &[&test.region], created, test.duration, failure);
    let is_whole = course.outcome == Outcome::Completed;
    let validation = Some(validated(test, fails(Stage::Validation).map(|failure| failure.message.as_deref()), &course))
        .filter(|_| is_whole && test.validation_hours > 0);
    let refused = fails(Stage::Deletion).map(|failure| failure.message.as_deref().unwrap_or(NOT_DELETED));
    let refused = refused.or(test.undeletable.as_deref());
    let deletion = is_whole.then(|| Deleted {
        from: validation.as_ref().map_or(course.ended, |validation| validation.at),
        status: if refused.is_some() { "FAILED" } else { "SUCCESSFUL" },
        message: refused,
    });
    Some(Restoring {
        resource: point.resource,
        region: &test.region,
        vault: point.vault,
        point_created: point.created,
        point_arn,
        course,
        test: Some(test),
        asked: None,
        validation,
        deletion,
    })
}

/// What whoever validates says, if that is in time: a fault, or what the estate has.
fn validated<'w>(test: &'w RestoreTest, fault: Option<Option<&'w str>>, course: &Course) -> Validated<'w> {
    let said = match fault {
        Some(message) => Some((Validation::Failed, Some(message.unwrap_or(NOT_VALID)))),
        None => test.validation.map(|validation| (validation, (validation == Validation::Failed).then_some(NOT_VALID))),
    };
    let window = Span::HOUR.times(i64::from(test.validation_hours));
    match said {
        Some((validation, message)) if test.validated_after <= window => {
            Validated { at: course.ended + test.validated_after, status: name(validation), message }
        }
        Some(_) | None => Validated { at: course.ended + window, status: "TIMED_OUT", message: None },
    }
}

const fn name(validation: Validation) -> &'static str {
    match validation {
        Validation::Successful => "SUCCESSFUL",
        Validation::Failed => "FAILED",
    }
}

/// The newest whole point at that moment, and its ARN.
fn newest<'w>(world: &'w World, region: &str, wanted: Wanted<'_>, at: Moment) -> Option<(Point<'w>, String)> {
    if world.now < at {
        return None;
    }
    let then = world.at(at);
    let points = point::points_of(&world.estate, &then, region, wanted);
    let used = points.into_iter().find(|point| point.status == Status::Completed)?;
    let arn = used.arn(&then);
    Some((used, arn))
}

/// The id of the job of a restore that somebody asked for.
pub(super) fn asked_id(world: &World, restore: &AskedRestore) -> String {
    world.uuid(&["restore-job", &restore.asked.token, &restore.point])
}

impl Restoring<'_> {
    /// The id of its job.
    pub(super) fn id(&self, world: &World) -> String {
        if let Some(restore) = self.asked {
            return asked_id(world, restore);
        }
        let created = self.course.created.to_string();
        world.uuid(&["restore-job", &self.resource.arn, self.region, self.vault, &created])
    }

    /// How many minutes it took; `None` while it runs.
    pub(super) fn minutes(&self, now: Moment) -> Option<i64> {
        let ended = self.course.completed(now)?;
        Some((ended - self.course.created).millis() / Span::MINUTE.millis())
    }

    /// The ARN of what it made: nothing before it is complete.
    pub(super) fn made(&self, world: &World) -> Option<String> {
        let is_whole = self.course.outcome == Outcome::Completed && self.course.completed(world.now).is_some();
        let id = self.id(world);
        if let Some(makes) = self.asked.and_then(|asked| asked.makes.clone()) {
            return is_whole.then_some(makes);
        }
        is_whole.then(|| match self.test {
            Some(_) => names::tested_arn(world, self.resource, self.region, &id),
            None => names::restored_arn(world, self.resource, self.region, &id),
        })
    }

    /// `ValidationStatus` and its message.
    pub(super) fn validation(&self, now: Moment) -> (Option<&'static str>, Option<&str>) {
        match &self.validation {
            Some(validation) if validation.at <= now && self.course.completed(now).is_some() => {
                (Some(validation.status), validation.message)
            }
            Some(_) if self.test.is_some() && self.course.completed(now).is_some() => (Some("VALIDATING"), None),
            Some(_) | None => (None, None),
        }
    }

    /// `DeletionStatus` and its message.
    pub(super) fn deletion(&self, now: Moment) -> (Option<&'static str>, Option<&str>) {
        match &self.deletion {
            Some(deletion) if deletion.from + DELETION <= now => (Some(deletion.status), deletion.message),
            Some(deletion) if deletion.from <= now => (Some("DELETING"), None),
            Some(_) | None => (None, None),
        }
    }
}

/// What a validation that fails says.
const NOT_VALID: &str = "The restored resource did not pass validation.";
/// What a deletion that fails says.
const NOT_DELETED: &str = "The restored resource could not be deleted: it is in use or protected against deletion.";
