//! Auto Scaling groups. Unknown names are left out of the answer; that is how AWS says they do not exist.

use super::lives::{self, Shown, State};
use super::validation;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::autoscaling::Group;
use crate::sim::fault::Fault;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

pub(super) static PAGES: PageRule = PageRule {
    size: "MaxRecords",
    token: "NextToken",
    default: 50,
    min: 1,
    max: 100,
    bad_size: validation,
    bad_token: |message| AwsError::new(400, "InvalidNextToken", message),
};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let names = call.texts("AutoScalingGroupNames");
    let mut groups: Vec<&Group> = world
        .estate
        .autoscaling
        .groups
        .iter()
        .filter(|group| group.region == call.region)
        .filter(|group| names.is_empty() || names.contains(&group.name.as_str()))
        .collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let cut = page.cut(call, groups);
    let values = cut.items.iter().map(|group| value(world, group));
    Ok(Value::map([("AutoScalingGroups", Value::list("member", values)), ("NextToken", cut.next.into())]))
}

fn value(world: &World, group: &Group) -> Value {
    let Group { name, region, .. } = group;
    let texts = |texts: &[String]| Value::list("member", texts.iter().map(Value::from));
    let arn = format!("autoScalingGroup:{}:autoScalingGroupName/{name}", world.uuid(&["group", region, name]));
    let instances = lives::shown(world, group);
    let instances = instances.iter().map(|shown| instance(world, group, shown));
    let held =
        group.suspensions.iter().filter(|one| one.from <= world.now && one.until.is_none_or(|until| world.now < until));
    let suspended = held.map(|one| {
        Value::map([
            ("ProcessName", (&one.process).into()),
            ("SuspensionReason", format!("User suspended at {}", one.from).into()),
        ])
    });
    let size = group.size(world.now);
    let targets: Vec<String> = group.target_group.iter().cloned().collect();
    Value::map([
        ("AutoScalingGroupName", name.into()),
        ("AutoScalingGroupARN", world.arn("autoscaling", region, &arn).into()),
        ("LaunchTemplate", launch_template(world, group)),
        ("MinSize", size.min.into()),
        ("MaxSize", size.max.into()),
        ("DesiredCapacity", size.desired.into()),
        ("DefaultCooldown", 300_u32.into()),
        ("AvailabilityZones", texts(&group.zones)),
        ("LoadBalancerNames", Value::list("member", [])),
        ("TargetGroupARNs", texts(&targets)),
        ("HealthCheckType", if targets.is_empty() { "EC2" } else { "ELB" }.into()),
        ("HealthCheckGracePeriod", 300_u32.into()),
        ("Instances", Value::list("member", instances)),
        ("CreatedTime", (world.start - group.age).into()),
        ("SuspendedProcesses", Value::list("member", suspended)),
        ("EnabledMetrics", Value::list("member", [])),
        ("Tags", Value::list("member", [])),
        ("TerminationPolicies", Value::list("member", ["Default".into()])),
        ("NewInstancesProtectedFromScaleIn", false.into()),
    ])
}

fn launch_template(world: &World, group: &Group) -> Value {
    Value::map([
        ("LaunchTemplateId", format!("lt-{}", world.hex(&["lt", &group.region, &group.launch_template], 17)).into()),
        ("LaunchTemplateName", (&group.launch_template).into()),
        ("Version", "$Latest".into()),
    ])
}

fn instance(world: &World, group: &Group, shown: &Shown<'_>) -> Value {
    let state = match shown.state {
        State::Pending => "Pending",
        State::InService => "InService",
        State::Terminating => "Terminating",
    };
    Value::map([
        ("InstanceId", (&shown.id).into()),
        ("InstanceType", (&group.instance_type).into()),
        ("AvailabilityZone", shown.zone.into()),
        ("LifecycleState", state.into()),
        ("HealthStatus", if shown.is_healthy { "Healthy" } else { "Unhealthy" }.into()),
        ("LaunchTemplate", launch_template(world, group)),
        ("ProtectedFromScaleIn", false.into()),
    ])
}

/// How many instances of a group serve; `None` when there is no such group in the Region.
pub(in crate::sim) fn serving(world: &World, region: &str, name: &str) -> Option<usize> {
    let mut groups = world.estate.autoscaling.groups.iter();
    let group = groups.find(|group| group.region == region && group.name == name)?;
    let moves = |fault: &Fault| matches!(fault, Fault::Capacity(_) | Fault::Zone(_) | Fault::Outage(_));
    if group.sizes.is_empty() && !world.faults(world.now).any(moves) {
        // All is as it was in the beginning; health checks ask often.
        return usize::try_from(group.desired).ok();
    }
    let serves = |shown: &&Shown<'_>| shown.state == State::InService && shown.is_healthy;
    Some(lives::shown(world, group).iter().filter(serves).count())
}
