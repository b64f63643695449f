//! Messages to people.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::SdkError;
use aws_sdk_sns::operation::publish::PublishError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use crate::runbook::call::Publish;

/// `Publish`. The message's id is kept.
pub(super) async fn publish(client: &Client, change: &Publish) -> Result<Json, SdkError<PublishError, HttpResponse>> {
    let request = client.publish().topic_arn(&change.topic).subject(&change.subject).message(&change.message);
    request.send().await.map(|answer| json!({ "MessageId": answer.message_id }))
}
