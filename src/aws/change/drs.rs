//! Changes of Elastic Disaster Recovery.

use std::collections::HashMap;

use aws_sdk_drs::Client;
use aws_sdk_drs::error::{BuildError, SdkError};
use aws_sdk_drs::operation::reverse_replication::ReverseReplicationError;
use aws_sdk_drs::operation::start_failback_launch::StartFailbackLaunchError;
use aws_sdk_drs::operation::start_recovery::StartRecoveryError;
use aws_sdk_drs::operation::start_recovery_plan_execution::StartRecoveryPlanExecutionError;
use aws_sdk_drs::operation::stop_replication::StopReplicationError;
use aws_sdk_drs::operation::terminate_recovery_instances::TerminateRecoveryInstancesError;
use aws_sdk_drs::types::{Job, RecoveryPlanExecutionMode, StartRecoveryRequestSourceServer};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use crate::runbook::IntentId;
use crate::runbook::call::{
    INTENT, Launch, Pinned, RUN, ReverseReplication, StartFailbackLaunch, StartRecovery, StartRecoveryPlan,
    StopReplication, TerminateInstances,
};

/// What comes of a request.
type Asked<E> = Result<Json, SdkError<E, HttpResponse>>;

/// `StartRecovery`. Its job's id and state are kept.
pub(super) async fn start_recovery(
    client: &Client,
    change: &StartRecovery,
    intent: IntentId,
) -> Asked<StartRecoveryError> {
    let servers: Result<Vec<_>, BuildError> = change.servers.iter().map(pinned).collect();
    let request = client
        .start_recovery()
        .set_source_servers(Some(servers.map_err(SdkError::construction_failure)?))
        .is_drill(change.launch == Launch::Drill)
        .set_tags(Some(tags(intent)));
    request.send().await.map(|answer| job(answer.job.as_ref()))
}

/// `StartFailbackLaunch`. Its job's id and state are kept.
pub(super) async fn start_failback_launch(
    client: &Client,
    change: &StartFailbackLaunch,
    intent: IntentId,
) -> Asked<StartFailbackLaunchError> {
    let request = client
        .start_failback_launch()
        .set_recovery_instance_ids(Some(change.instances.clone()))
        .set_tags(Some(tags(intent)));
    request.send().await.map(|answer| job(answer.job.as_ref()))
}

/// `StartRecoveryPlanExecution`. The execution's ARN is kept.
pub(super) async fn start_recovery_plan(
    client: &Client,
    change: &StartRecoveryPlan,
    intent: IntentId,
) -> Asked<StartRecoveryPlanExecutionError> {
    let request = client
        .start_recovery_plan_execution()
        .recovery_plan_arn(&change.plan)
        .mode(RecoveryPlanExecutionMode::from(StartRecoveryPlan::mode_of(change.launch)))
        .client_token(intent.to_string())
        .set_tags(Some(tags(intent)));
    let answer = request.send().await?;
    Ok(json!({
        "recoveryPlanExecutionArn": answer.recovery_plan_execution.map(|execution| execution.recovery_plan_execution_arn),
    }))
}

/// `ReverseReplication`. The ARN of the source server that replicates the other way is kept.
pub(super) async fn reverse_replication(
    client: &Client,
    change: &ReverseReplication,
) -> Asked<ReverseReplicationError> {
    let answer = client.reverse_replication().recovery_instance_id(&change.instance).send().await?;
    Ok(json!({ "reversedDirectionSourceServerArn": answer.reversed_direction_source_server_arn }))
}

/// `StopReplication`. Its answer is the source server as everybody can read it.
pub(super) async fn stop_replication(client: &Client, change: &StopReplication) -> Asked<StopReplicationError> {
    client.stop_replication().source_server_id(&change.server).send().await.map(|_| json!({}))
}

/// `TerminateRecoveryInstances`. Its job's id and state are kept.
pub(super) async fn terminate(client: &Client, change: &TerminateInstances) -> Asked<TerminateRecoveryInstancesError> {
    let request = client.terminate_recovery_instances().set_recovery_instance_ids(Some(change.instances.clone()));
    request.send().await.map(|answer| job(answer.job.as_ref()))
}

fn pinned(pinned: &Pinned) -> Result<StartRecoveryRequestSourceServer, BuildError> {
    StartRecoveryRequestSourceServer::builder()
        .source_server_id(&pinned.server)
        .set_recovery_snapshot_id(pinned.snapshot.clone())
        .build()
}

fn tags(intent: IntentId) -> HashMap<String, String> {
    HashMap::from([(INTENT.to_owned(), intent.to_string()), (RUN.to_owned(), intent.run.to_string())])
}

fn job(job: Option<&Job>) -> Json {
    let status = job.and_then(|job| job.status.as_ref()).map(|status| status.as_str());
    json!({ "jobID": job.map(|job| &job.job_id), "status": status })
}
