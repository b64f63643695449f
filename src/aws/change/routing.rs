//! Changes of ARC's routing controls, through one endpoint of their cluster.

use aws_sdk_route53recoverycluster::Client;
use aws_sdk_route53recoverycluster::error::{BuildError, SdkError};
use aws_sdk_route53recoverycluster::operation::update_routing_control_states::UpdateRoutingControlStatesError;
use aws_sdk_route53recoverycluster::types::{RoutingControlState, UpdateRoutingControlStateEntry};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use crate::runbook::call::SwitchControls;

/// `UpdateRoutingControlStates`. Its answer is empty.
pub(super) async fn switch(
    client: &Client,
    change: &SwitchControls,
) -> Result<Json, SdkError<UpdateRoutingControlStatesError, HttpResponse>> {
    let entries: Result<Vec<_>, BuildError> = change
        .states
        .iter()
        .map(|(arn, state)| {
            UpdateRoutingControlStateEntry::builder()
                .routing_control_arn(arn)
                .routing_control_state(RoutingControlState::from(state.as_str()))
                .build()
        })
        .collect();
    let overridden = Some(change.overridden.clone()).filter(|overridden| !overridden.is_empty());
    let request = client
        .update_routing_control_states()
        .set_update_routing_control_state_entries(Some(entries.map_err(SdkError::construction_failure)?))
        .set_safety_rules_to_override(overridden);
    request.send().await.map(|_| json!({}))
}
