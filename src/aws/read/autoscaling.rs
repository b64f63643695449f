//! Auto Scaling groups.

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{AutoScalingGroup, Instance, LifecycleState};

use super::convert::{count, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::autoscaling::Group;

/// The most that DescribeAutoScalingGroups gives in one page.
const PAGE: i32 = 100;

pub(super) async fn groups(ask: &Ask<'_>, client: &Client) -> Result<Vec<Group>, Unread> {
    ask.pages(
        |token| client.describe_auto_scaling_groups().max_records(PAGE).set_next_token(token).send(),
        |page| (page.auto_scaling_groups.unwrap_or_default().into_iter().map(group).collect(), page.next_token),
    )
    .await
}

fn group(raw: AutoScalingGroup) -> Group {
    let serving = raw.instances.unwrap_or_default().iter().filter(|instance| serves(instance)).count();
    Group {
        name: text(raw.auto_scaling_group_name),
        arn: text(raw.auto_scaling_group_arn),
        min: count(raw.min_size),
        max: count(raw.max_size),
        desired: count(raw.desired_capacity),
        in_service: count(Some(serving)),
        suspended: raw
            .suspended_processes
            .unwrap_or_default()
            .into_iter()
            .filter_map(|process| some_text(process.process_name))
            .collect(),
    }
}

fn serves(instance: &Instance) -> bool {
    let healthy = instance.health_status.as_deref().is_some_and(|health| health.eq_ignore_ascii_case("healthy"));
    healthy && instance.lifecycle_state == Some(LifecycleState::InService)
}
