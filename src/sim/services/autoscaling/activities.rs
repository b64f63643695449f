//! `DescribeScalingActivities`: each launch and each end of an instance that somebody's call led to, and each launch that failed.

use super::groups::PAGES;
use super::lives::{self, Life, RETRY};
use super::validation;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::autoscaling::Group;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

static ACTIVITY_PAGES: PageRule = PageRule { default: 100, ..PAGES };
/// How many failed attempts at one place of a group are listed.
const MOST_ATTEMPTS: usize = 24;
/// How long an attempt takes that fails.
const ATTEMPT: Span = Span::from_seconds(2);

/// One activity.
#[derive(Clone, Debug)]
pub(super) struct Activity<'g> {
    group: &'g Group,
    id: String,
    description: String,
    cause: String,
    pub(super) began: Moment,
    ended: Option<Moment>,
    /// Why it failed.
    failure: Option<String>,
    zone: &'g str,
}

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &ACTIVITY_PAGES)?;
    let world = &page.world(world);
    let name = call.text("AutoScalingGroupName");
    let groups = world.estate.autoscaling.groups.iter().filter(|group| group.region == call.region);
    let groups: Vec<&Group> = groups.filter(|group| name.is_none_or(|name| name == group.name)).collect();
    if let Some(name) = name.filter(|_| groups.is_empty()) {
        return Err(validation(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")));
    }
    let ids = call.texts("ActivityIds");
    let mut all: Vec<Activity<'_>> = groups.into_iter().flat_map(|group| of(world, group)).collect();
    all.retain(|activity| ids.is_empty() || ids.contains(&activity.id.as_str()));
    // The newest first, and those that are not over before all others.
    all.sort_by(|a, b| (a.ended.is_some(), b.began, &a.id).cmp(&(b.ended.is_some(), a.began, &b.id)));
    let cut = page.cut(call, all);
    let values = cut.items.iter().map(|activity| value(world, activity));
    Ok(Value::map([("Activities", Value::list("member", values)), ("NextToken", cut.next.into())]))
}

/// What happened in a group until now.
pub(super) fn of<'g>(world: &World, group: &'g Group) -> Vec<Activity<'g>> {
    let lives = lives::all(world, group);
    let mut all: Vec<Activity<'g>> = lives.iter().flat_map(|life| of_life(world, group, life)).collect();
    all.retain(|activity| activity.began <= world.now);
    all
}

fn of_life<'g>(world: &World, group: &'g Group, life: &Life<'g>) -> Vec<Activity<'g>> {
    let activity = |what: &str, began: Moment, ended: Moment, description: String, cause: String| Activity {
        group,
        id: world.uuid(&["activity", &life.id, what, &began.millis().to_string()]),
        description,
        cause,
        began,
        ended: (ended <= world.now).then_some(ended),
        failure: None,
        zone: life.zone,
    };
    let desired = group.size(world.now).desired;
    let mut all: Vec<Activity<'g>> = Vec::new();
    for at in attempts(world, group, life) {
        let failure = format!(
            "We currently do not have sufficient {} capacity in the Availability Zone you requested ({}). Our system will be working \
             on provisioning additional capacity. Launching EC2 instance failed.",
            group.instance_type, life.zone
        );
        let cause = match life.opened {
            Some((resized, before)) => launch_cause(&resized.cause, at, before, resized.size.desired),
            None => launch_cause("", at, life.place, desired),
        };
        let description = format!("Launching a new EC2 instance.  Status Reason: {failure}");
        let failed = activity("attempt", at, at + ATTEMPT, description, cause);
        all.push(Activity { failure: Some(failure), ..failed });
    }
    if let (Some((resized, before)), Some(launched), Some(serves)) = (life.opened, life.launched, life.serves)
        && life.ends.is_none_or(|(ending, _)| launched <= ending)
    {
        let cause = launch_cause(&resized.cause, launched, before, resized.size.desired);
        all.push(activity("launch", launched, serves, format!("Launching a new EC2 instance: {}", life.id), cause));
    }
    if let (Some((resized, before)), Some((ending, gone))) = (life.closed, life.ends)
        && ending < gone
    {
        let cause = format!(
            "{}  At {ending} an instance was taken out of service in response to a difference between desired and actual capacity, \
             shrinking the capacity from {before} to {}.  At {ending} instance {} was selected for termination.",
            resized.cause, resized.size.desired, life.id
        );
        all.push(activity("end", ending, gone, format!("Terminating EC2 instance: {}", life.id), cause));
    }
    all
}

fn launch_cause(asked: &str, at: Moment, from: u32, to: u32) -> String {
    let began = format!(
        "At {at} an instance was started in response to a difference between desired and actual capacity, increasing the capacity \
         from {from} to {to}."
    );
    if asked.is_empty() { began } else { format!("{asked}  {began}") }
}

/// When a launch failed for want of capacity, while there was room in the group.
fn attempts(world: &World, group: &Group, life: &Life<'_>) -> Vec<Moment> {
    let opened = life.opened.map(|(resized, _)| resized.at);
    let until = life.ends.map_or(world.now, |(ending, _)| ending.min(world.now));
    let mut all = Vec::new();
    for (from, end) in lives::shortages(world, group, life.place) {
        let first = opened.map_or(from, |opened| opened.max(from));
        // One that serves is not launched again.
        let is_launched = life.launched.is_some_and(|launched| launched < first);
        let tries = std::iter::successors(Some(first), |at| Some(*at + RETRY)).take(MOST_ATTEMPTS);
        all.extend(tries.take_while(|at| !is_launched && *at < end && *at <= until));
    }
    all
}

fn value(world: &World, activity: &Activity<'_>) -> Value {
    let Activity { group, .. } = activity;
    let (status, progress): (&str, i64) = match (&activity.failure, activity.ended) {
        (Some(_), _) => ("Failed", 100),
        (None, Some(_)) => ("Successful", 100),
        (None, None) => ("InProgress", 30),
    };
    let subnet = world.hex(&["subnet", activity.zone], 17);
    let details = format!("{{\"Subnet ID\":\"subnet-{subnet}\",\"Availability Zone\":\"{}\"}}", activity.zone);
    Value::map([
        ("ActivityId", (&activity.id).into()),
        ("AutoScalingGroupName", (&group.name).into()),
        ("Description", (&activity.description).into()),
        ("Cause", (&activity.cause).into()),
        ("StartTime", activity.began.into()),
        ("EndTime", activity.ended.into()),
        ("StatusCode", status.into()),
        ("StatusMessage", activity.failure.clone().into()),
        ("Progress", progress.into()),
        ("Details", details.into()),
    ])
}
