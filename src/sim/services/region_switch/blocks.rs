//! What a step of a plan does, in Region switch's own words.

use crate::sim::World;
use crate::sim::estate::arc::{Block, SwitchPlan, SwitchStep};
use crate::sim::wire::Value;

/// How long a block may take, in minutes: AWS's usual.
const TIMEOUT_MINUTES: u32 = 60;

/// A step.
pub(super) fn value(world: &World, plan: &SwitchPlan, step: &SwitchStep) -> Value {
    let (kind, member, configuration) = match &step.block {
        Block::Approval => ("ManualApproval", "executionApprovalConfig", approval(world)),
        Block::Aurora(id) => ("AuroraGlobalDatabase", "globalAuroraConfig", aurora(world, id)),
        Block::Scale { group, percent } => {
            ("EC2AutoScaling", "ec2AsgCapacityIncreaseConfig", scale(world, plan, group, *percent))
        }
        Block::RoutingControls(panel) => {
            ("ARCRoutingControl", "arcRoutingControlConfig", routing_controls(world, plan, panel))
        }
        Block::Records { zone, record } => {
            ("Route53HealthCheck", "route53HealthCheckConfig", records(plan, zone, record))
        }
    };
    Value::map([
        ("name", (&step.name).into()),
        ("executionBlockConfiguration", Value::map([(member, configuration.with("timeoutMinutes", TIMEOUT_MINUTES))])),
        ("executionBlockType", kind.into()),
    ])
}

fn approval(world: &World) -> Value {
    Value::map([("approvalRole", world.arn("iam", "", "role/approver").into())])
}

fn aurora(world: &World, id: &str) -> Value {
    let global = world.estate.rds.global_clusters.iter().find(|global| global.id == id);
    let members = global.into_iter().flat_map(|global| std::iter::once(&global.writer).chain(&global.secondaries));
    let arns = members.map(|member| world.arn("rds", &member.region, &format!("cluster:{}", member.id)).into());
    Value::map([
        ("behavior", "switchoverOnly".into()),
        ("ungraceful", Value::map([("ungraceful", "failover".into())])),
        ("globalClusterIdentifier", id.into()),
        ("databaseClusterArns", Value::list("arn", arns)),
    ])
}

fn scale(world: &World, plan: &SwitchPlan, group: &str, percent: u32) -> Value {
    let groups = plan.regions.iter().map(|region| {
        let id = world.uuid(&["group", region, group]);
        let arn = format!("autoScalingGroup:{id}:autoScalingGroupName/{group}");
        Value::map([("arn", world.arn("autoscaling", region, &arn).into())])
    });
    Value::map([
        ("asgs", Value::list("asg", groups)),
        ("ungraceful", Value::map([("minimumSuccessPercentage", 100_u32.into())])),
        ("targetPercent", percent.into()),
        ("capacityMonitoringApproach", "sampledMaxInLast24Hours".into()),
    ])
}

/// Activating a Region turns on the controls named after it, and those of the other Region off.
fn routing_controls(world: &World, plan: &SwitchPlan, panel: &str) -> Value {
    let switches = |region: &String| {
        let of_panel = world.estate.arc.controls().filter(move |(_, own, _)| own.name == panel);
        let states = of_panel.map(|(cluster, panel, control)| {
            let state = if control.name.ends_with(region.as_str()) { "On" } else { "Off" };
            let arn = world.control_arn(cluster, panel, control);
            Value::map([("routingControlArn", arn.into()), ("state", state.into())])
        });
        Value::list("control", states)
    };
    let by_region = plan.regions.iter().map(|region| (region.clone().into(), switches(region))).collect();
    Value::map([("regionAndRoutingControls", Value::Map(by_region))])
}

fn records(plan: &SwitchPlan, zone: &str, record: &str) -> Value {
    let sets = plan
        .regions
        .iter()
        .map(|region| Value::map([("recordSetIdentifier", region.into()), ("region", region.into())]));
    Value::map([
        ("hostedZoneId", zone.into()),
        ("recordName", record.into()),
        ("recordSets", Value::list("recordSet", sets)),
    ])
}
