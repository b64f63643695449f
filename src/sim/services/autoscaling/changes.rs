//! What is asked of groups: other sizes, and that processes rest.

use super::{activities, validation};
use crate::sim::call::Call;
use crate::sim::estate::autoscaling::{Group, Resized, Size, Suspension};
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

/// `DefaultCooldown` of every group.
const COOLDOWN: Span = Span::from_minutes(5);
const PROCESSES: [&str; 9] = [
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
];

/// `UpdateAutoScalingGroup`: the sizes, and nothing else. A desired capacity that nobody names moves into the new bounds.
pub(super) fn update(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    knows(call, &["AutoScalingGroupName", "MinSize", "MaxSize", "DesiredCapacity"])?;
    let group = group(estate, call)?;
    let before = group.size(world.now);
    let (min, max) = (count(call, "MinSize")?.unwrap_or(before.min), count(call, "MaxSize")?.unwrap_or(before.max));
    if max < min {
        return Err(validation(format!("Max bound, {max}, must be greater than or equal to min bound, {min}")));
    }
    let desired = match count(call, "DesiredCapacity")? {
        Some(desired) if desired < min || max < desired => {
            let between = format!("must be between the specified min size:{min} and max size:{max}");
            return Err(validation(format!("Desired capacity:{desired} {between}")));
        }
        Some(desired) => desired,
        None => before.desired.clamp(min, max),
    };
    let size = Size { min, max, desired };
    let asked = format!(
        "At {} a user request update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {desired}",
        world.now
    );
    resize(group, world, size, &asked);
    Ok(Changed::applied(Value::Null))
}

/// `SetDesiredCapacity`, with or without regard to the cooldown.
pub(super) fn set_desired(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    knows(call, &["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"])?;
    let group = group(estate, call)?;
    let before = group.size(world.now);
    let Some(desired) = count(call, "DesiredCapacity")? else {
        return Err(validation(
            "1 validation error detected: Value null at 'desiredCapacity' failed to satisfy constraint: \
                               Member must not be null"
                .to_owned(),
        ));
    };
    let bound = if desired > before.max {
        Some(("above max", before.max))
    } else {
        (desired < before.min).then_some(("below min", before.min))
    };
    if let Some((side, bound)) = bound {
        let message =
            format!("New SetDesiredCapacity value {desired} is {side} value {bound} for the AutoScalingGroup.");
        return Err(validation(message));
    }
    let is_cooling = activities::of(world, group).iter().any(|activity| world.now < activity.began + COOLDOWN);
    if is_cooling && call.flag("HonorCooldown").unwrap_or_default() {
        let message = format!("Scaling activity of {} is in its cooldown period.", group.name);
        return Err(AwsError::new(400, "ScalingActivityInProgress", message));
    }
    let asked = format!("At {} a user request explicitly set group desired capacity", world.now);
    resize(group, world, Size { desired, ..before }, &asked);
    Ok(Changed::applied(Value::Null))
}

fn resize(group: &mut Group, world: &World, size: Size, asked: &str) {
    let before = group.size(world.now);
    let cause = if before.desired == size.desired {
        format!("{asked}.")
    } else {
        format!("{asked} changing the desired capacity from {} to {}.", before.desired, size.desired)
    };
    if size != before {
        group.sizes.push(Resized { at: world.now, size, cause });
    }
}

/// `SuspendProcesses`: those named, or all.
pub(super) fn suspend(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    knows(call, &["AutoScalingGroupName", "ScalingProcesses"])?;
    let processes = processes(call)?;
    let group = group(estate, call)?;
    for process in processes {
        if group.suspended(process).all(|one| one.until.is_some()) {
            group.suspensions.push(Suspension { process: process.to_owned(), from: world.now, until: None });
        }
    }
    Ok(Changed::applied(Value::Null))
}

/// `ResumeProcesses`: those named, or all.
pub(super) fn resume(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    knows(call, &["AutoScalingGroupName", "ScalingProcesses"])?;
    let processes = processes(call)?;
    let group = group(estate, call)?;
    let resumed = |one: &&mut Suspension| processes.contains(&one.process.as_str()) && one.until.is_none();
    group.suspensions.iter_mut().filter(resumed).for_each(|one| one.until = Some(world.now));
    Ok(Changed::applied(Value::Null))
}

fn processes(call: &Call) -> Result<Vec<&str>, AwsError> {
    let named = call.texts("ScalingProcesses");
    if let Some(unknown) = named.iter().find(|name| !PROCESSES.contains(name)) {
        return Err(validation(format!("Unrecognized scaling process: {unknown}")));
    }
    Ok(if named.is_empty() { PROCESSES.to_vec() } else { named })
}

/// Refuses parameters that would be left unheeded.
fn knows(call: &Call, known: &[&str]) -> Result<(), AwsError> {
    let mut sent = call.parameters.as_object().into_iter().flat_map(|parameters| parameters.keys());
    match sent.find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => Err(validation(format!("The simulator does not heed {other} in {}", call.operation))),
    }
}

fn group<'e>(estate: &'e mut Estate, call: &Call) -> Result<&'e mut Group, AwsError> {
    let name = call.required("AutoScalingGroupName", validation)?;
    let mut groups = estate.autoscaling.groups.iter_mut();
    let found = groups.find(|group| group.region == call.region && group.name == name);
    found.ok_or_else(|| validation("AutoScalingGroup name not found - null".to_owned()))
}

/// A number of instances.
fn count(call: &Call, name: &str) -> Result<Option<u32>, AwsError> {
    let bad = |sent: String| validation(format!("Value '{sent}' at '{name}' must be a number of 0 or more"));
    let Some(number) = call.integer(name).map_err(bad)? else { return Ok(None) };
    u32::try_from(number).map(Some).map_err(|_| bad(number.to_string()))
}
