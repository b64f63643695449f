//! Auto Scaling groups. Unknown names are left out of the answer; that is how AWS says they do not exist.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::autoscaling::Group;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};

static PAGES: PageRule = PageRule {
    size: "MaxRecords",
    token: "NextToken",
    default: 50,
    min: 1,
    max: 100,
    bad_size: |message| AwsError::new(400, "ValidationError", message),
    bad_token: |message| AwsError::new(400, "InvalidNextToken", message),
};

/// How long after the loss of a zone a group has replaced what ran in it.
const REPLACED: Span = Span::from_minutes(4);

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
    let targets: Vec<String> = group.target_group.iter().cloned().collect();
    Value::map([
        ("AutoScalingGroupName", name.into()),
        ("AutoScalingGroupARN", world.arn("autoscaling", region, &arn).into()),
        ("LaunchTemplate", launch_template(world, group)),
        ("MinSize", group.min.into()),
        ("MaxSize", group.max.into()),
        ("DesiredCapacity", group.desired.into()),
        ("DefaultCooldown", 300_u32.into()),
        ("AvailabilityZones", texts(&group.zones)),
        ("LoadBalancerNames", Value::list("member", [])),
        ("TargetGroupARNs", texts(&targets)),
        ("HealthCheckType", if targets.is_empty() { "EC2" } else { "ELB" }.into()),
        ("HealthCheckGracePeriod", 300_u32.into()),
        ("Instances", Value::list("member", instances(world, group))),
        ("CreatedTime", (world.start - group.age).into()),
        ("SuspendedProcesses", Value::list("member", [])),
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

/// As many as it desires, or as many as there is capacity for; unhealthy while the Region is gone. Those of a zone that is lost are
/// unhealthy, until the group has replaced them in its other zones.
fn instances(world: &World, group: &Group) -> Vec<Value> {
    let available = world.capacity(&group.region, &group.name).unwrap_or(u32::MAX);
    let is_out = world.is_out(&group.region, world.now);
    let is_replaced = |zone: &str| {
        world.zone_losses(zone).iter().any(|(from, until)| *from + REPLACED <= world.now && world.now < *until)
    };
    let left: Vec<&String> = group.zones.iter().filter(|zone| !is_replaced(zone)).collect();
    let (lost, kept): (Vec<_>, Vec<_>) =
        (0..group.desired).zip(group.zones.iter().cycle()).partition(|(_, zone)| is_replaced(zone));
    let moved =
        lost.into_iter().zip(left.iter().copied().cycle()).map(|((index, _), zone)| (index, zone, "replacement"));
    let all = kept.into_iter().map(|(index, zone)| (index, zone, "instance")).chain(moved);
    let available = usize::try_from(available).unwrap_or(usize::MAX);
    all.take(available)
        .map(|(index, zone, word)| {
            let id = world.hex(&[word, &group.region, &group.name, &index.to_string()], 17);
            let is_unhealthy = is_out || world.is_zone_lost(zone, world.now);
            Value::map([
                ("InstanceId", format!("i-{id}").into()),
                ("InstanceType", (&group.instance_type).into()),
                ("AvailabilityZone", zone.into()),
                ("LifecycleState", "InService".into()),
                ("HealthStatus", if is_unhealthy { "Unhealthy" } else { "Healthy" }.into()),
                ("LaunchTemplate", launch_template(world, group)),
                ("ProtectedFromScaleIn", false.into()),
            ])
        })
        .collect()
}
