//! awsJson 1.0: DynamoDB, and CloudWatch as boto3 and the aws CLI call it.

use serde_json::{Map, Value as Json};

use super::{Asked, AwsError, Protocol, Reply, Request, Value, json, unreadable};
use crate::sim::services::Service;

/// `X-Amz-Target: DynamoDB_20120810.DescribeTable` in its two parts.
pub(super) fn target(request: &Request) -> Option<(&str, &str)> {
    request.headers.get("x-amz-target")?.to_str().ok()?.rsplit_once('.')
}

pub(super) fn decode(service: &'static Service, request: &Request) -> Result<Asked, AwsError> {
    let protocol = Protocol::AwsJson { target: "", error_namespace: "" };
    let (_, name) = target(request).ok_or_else(|| protocol.unknown_operation("(none)"))?;
    let operation = service.operation(name).ok_or_else(|| protocol.unknown_operation(name))?;
    if request.body.is_empty() {
        return Ok((operation, Map::new().into()));
    }
    let parameters: Map<String, Json> = serde_json::from_slice(&request.body).map_err(unreadable)?;
    Ok((operation, parameters.into()))
}

pub(super) fn encode(value: &Value) -> Reply {
    Reply {
        status: 200,
        headers: vec![("content-type", "application/x-amz-json-1.0".to_owned())],
        body: json::text(value).into_bytes(),
    }
}

pub(super) fn refuse(namespace: &str, error: &AwsError) -> Reply {
    let mut headers = vec![("content-type", "application/x-amz-json-1.0".to_owned())];
    if error.code != error.shape {
        // A service that once spoke awsQuery (CloudWatch) keeps its old codes here.
        headers.push(("x-amzn-query-error", format!("{};{}", error.code, error.fault())));
    }
    let body = serde_json::json!({ "__type": format!("{namespace}#{}", error.shape), "message": error.message });
    Reply { status: error.status, headers, body: body.to_string().into_bytes() }
}
