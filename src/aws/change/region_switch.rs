//! Changes of ARC Region switch.

use aws_sdk_arcregionswitch::Client;
use aws_sdk_arcregionswitch::error::SdkError;
use aws_sdk_arcregionswitch::operation::approve_plan_execution_step::ApprovePlanExecutionStepError;
use aws_sdk_arcregionswitch::operation::start_plan_execution::StartPlanExecutionError;
use aws_sdk_arcregionswitch::types::{Approval, ExecutionAction, ExecutionMode};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use crate::runbook::IntentId;
use crate::runbook::call::{ApproveStep, StartPlan};

/// `StartPlanExecution`. The execution's id is kept.
pub(super) async fn start(
    client: &Client,
    change: &StartPlan,
    intent: IntentId,
) -> Result<Json, SdkError<StartPlanExecutionError, HttpResponse>> {
    let request = client
        .start_plan_execution()
        .plan_arn(&change.plan)
        .target_region(change.target.as_str())
        .action(ExecutionAction::from(change.action.as_str()))
        .mode(ExecutionMode::from(change.mode.as_str()))
        .comment(format!("drdeck {intent}"))
        .client_token(intent.to_string());
    request.send().await.map(|answer| json!({ "executionId": answer.execution_id }))
}

/// `ApprovePlanExecutionStep`. Its answer is empty.
pub(super) async fn approve(
    client: &Client,
    change: &ApproveStep,
    intent: IntentId,
) -> Result<Json, SdkError<ApprovePlanExecutionStepError, HttpResponse>> {
    let request = client
        .approve_plan_execution_step()
        .plan_arn(&change.plan)
        .execution_id(&change.execution)
        .step_name(&change.step)
        .approval(Approval::Approve)
        .comment(format!("drdeck {intent}"));
    request.send().await.map(|_| json!({}))
}
