//! Changes of ElastiCache global datastores.

use aws_sdk_elasticache::Client;
use aws_sdk_elasticache::error::SdkError;
use aws_sdk_elasticache::operation::failover_global_replication_group::FailoverGlobalReplicationGroupError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use crate::runbook::call::FailoverDatastore;

/// `FailoverGlobalReplicationGroup`. The datastore's id and state are kept.
pub(super) async fn failover_datastore(
    client: &Client,
    change: &FailoverDatastore,
) -> Result<Json, SdkError<FailoverGlobalReplicationGroupError, HttpResponse>> {
    let request = client
        .failover_global_replication_group()
        .global_replication_group_id(&change.datastore)
        .primary_region(change.place.region.as_str())
        .primary_replication_group_id(&change.group);
    let answer = request.send().await?;
    let group = answer.global_replication_group;
    Ok(json!({
        "GlobalReplicationGroupId": group.as_ref().and_then(|group| group.global_replication_group_id.as_ref()),
        "Status": group.as_ref().and_then(|group| group.status.as_ref()),
    }))
}
