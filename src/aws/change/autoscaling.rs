//! Changes of Auto Scaling groups.

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::error::SdkError;
use aws_sdk_autoscaling::operation::update_auto_scaling_group::UpdateAutoScalingGroupError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use super::whole;
use crate::runbook::call::UpdateGroup;

/// `UpdateAutoScalingGroup`. Its answer is empty.
pub(super) async fn update_group(
    client: &Client,
    change: &UpdateGroup,
) -> Result<Json, SdkError<UpdateAutoScalingGroupError, HttpResponse>> {
    let request = client
        .update_auto_scaling_group()
        .auto_scaling_group_name(&change.group)
        .min_size(whole(change.min))
        .max_size(whole(change.max))
        .desired_capacity(whole(change.desired));
    request.send().await.map(|_| json!({}))
}
