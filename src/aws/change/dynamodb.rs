//! Changes of DynamoDB tables.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::restore_table_to_point_in_time::RestoreTableToPointInTimeError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use serde_json::{Value as Json, json};

use crate::runbook::call::RestoreTable;

/// `RestoreTableToPointInTime`. The new table's ARN and state are kept.
pub(super) async fn restore_table(
    client: &Client,
    change: &RestoreTable,
) -> Result<Json, SdkError<RestoreTableToPointInTimeError, HttpResponse>> {
    let request = client
        .restore_table_to_point_in_time()
        .source_table_name(&change.source)
        .target_table_name(&change.table)
        .set_restore_date_time(change.moment.map(|moment| DateTime::from_secs(moment.as_second())))
        .set_use_latest_restorable_time(change.moment.is_none().then_some(true));
    let answer = request.send().await?;
    let table = answer.table_description;
    Ok(json!({
        "TableArn": table.as_ref().and_then(|table| table.table_arn.as_ref()),
        "TableStatus": table.as_ref().and_then(|table| table.table_status.as_ref()).map(|status| status.as_str()),
    }))
}
