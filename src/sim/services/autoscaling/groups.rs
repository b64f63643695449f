//! Auto Scaling groups. Unknown names are left out of the answer; that is how AWS says they do not exist.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::autoscaling::Group;
use crate::sim::services::paging::{Page, PageRule};
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

/// As many as it desires, or as many as there is capacity for; unhealthy while the Region is gone.
fn instances(world: &World, group: &Group) -> Vec<Value> {
    let available = world.capacity(&group.region, &group.name).unwrap_or(u32::MAX);
    let health = if world.is_out(&group.region, world.now) { "Unhealthy" } else { "Healthy" };
    let zones = group.zones.iter().cycle();
    (0..group.desired.min(available))
        .zip(zones)
        .map(|(index, zone)| {
            let id = world.hex(&["instance", &group.region, &group.name, &index.to_string()], 17);
            Value::map([
                ("InstanceId", format!("i-{id}").into()),
                ("InstanceType", (&group.instance_type).into()),
                ("AvailabilityZone", zone.into()),
                ("LifecycleState", "InService".into()),
                ("HealthStatus", health.into()),
                ("LaunchTemplate", launch_template(world, group)),
                ("ProtectedFromScaleIn", false.into()),
            ])
        })
        .collect()
}
