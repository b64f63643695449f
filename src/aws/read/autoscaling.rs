//! Auto Scaling groups.

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{self, AutoScalingGroup, Instance, LifecycleState};

use super::convert::{count, moment, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::autoscaling::{Activity, Group};

/// The most that DescribeAutoScalingGroups gives in one page.
const PAGE: i32 = 100;

/// How many activities of a group are read.
const NEWEST: i32 = 20;

pub(super) async fn groups(ask: &Ask<'_>, client: &Client) -> Result<Vec<Group>, Unread> {
    ask.pages(
        |token| client.describe_auto_scaling_groups().max_records(PAGE).set_next_token(token).send(),
        |page| (page.auto_scaling_groups.unwrap_or_default().into_iter().map(group).collect(), page.next_token),
    )
    .await
}

/// The newest activities of one group, one page of them: what it did before does not say why it is short now.
pub(super) async fn activities(ask: &Ask<'_>, client: &Client, group: &str) -> Result<Vec<Activity>, Unread> {
    let request = client.describe_scaling_activities().auto_scaling_group_name(group).max_records(NEWEST);
    let page = ask.once(request.send()).await?;
    Ok(page.activities.unwrap_or_default().into_iter().map(activity).collect())
}

fn activity(raw: types::Activity) -> Activity {
    Activity {
        at: moment(raw.start_time),
        status: text(raw.status_code.map(|status| status.as_str().to_owned())),
        message: some_text(raw.status_message),
        what: text(raw.description),
    }
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
