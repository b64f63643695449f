//! rest-json: DRS and AWS Backup. The error's code travels in a header, because DRS has errors whose body has a `code` of its own.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json};

use super::{Asked, AwsError, Protocol, Reply, Request, Value, json, unreadable};
use crate::sim::services::{Operation, Route, Service};

pub(super) fn decode(service: &'static Service, request: &Request) -> Result<Asked, AwsError> {
    let (operation, mut parameters) = route(service, request)
        .ok_or_else(|| Protocol::RestJson.unknown_operation(&format!("{} {}", request.method, request.path)))?;
    if !request.body.is_empty() {
        parameters.extend(serde_json::from_slice::<Map<String, Json>>(&request.body).map_err(unreadable)?);
    }
    Ok((operation, parameters.into()))
}

/// The operation at a path, with the labels of the path and the query string as parameters.
pub(super) fn route(service: &'static Service, request: &Request) -> Option<(&'static Operation, Map<String, Json>)> {
    let (operation, mut parameters) = service.operations.iter().find_map(|operation| match operation.route {
        Route::Path(method, template) if method == request.method.as_str() => {
            labels(template, &request.path).map(|labels| (operation, labels))
        }
        Route::Path(..) | Route::Name => None,
    })?;
    for (name, value) in form_urlencoded::parse(request.query.as_bytes()) {
        match parameters.get_mut(name.as_ref()) {
            None => {
                parameters.insert(name.into_owned(), value.into_owned().into());
            }
            Some(Json::Array(values)) => values.push(value.into_owned().into()),
            Some(single) => *single = Json::Array(vec![single.take(), value.into_owned().into()]),
        }
    }
    Some((operation, parameters))
}

/// The labels of a path, if it fits the template. An encoded slash (`%2F`) does not end a segment.
fn labels(template: &str, path: &str) -> Option<Map<String, Json>> {
    let mut found = Map::new();
    let mut wanted = template.trim_matches('/').split('/');
    let mut given = path.trim_matches('/').split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(found),
            (Some(wanted), Some(given)) => {
                let given = percent_decode_str(given).decode_utf8().ok()?;
                match wanted.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
                    Some(label) => {
                        found.insert(label.to_owned(), given.into_owned().into());
                    }
                    None if wanted == given => {}
                    None => return None,
                }
            }
            (None, Some(_)) | (Some(_), None) => return None,
        }
    }
}

/// An answer without members has no body at all.
pub(super) fn encode(status: u16, value: &Value) -> Reply {
    let body = if *value == Value::Null { Vec::new() } else { json::text(value).into_bytes() };
    Reply { status, headers: vec![("content-type", "application/json".to_owned())], body }
}

pub(super) fn refuse(error: &AwsError) -> Reply {
    Reply {
        status: error.status,
        headers: vec![("content-type", "application/json".to_owned()), ("x-amzn-errortype", error.code.to_owned())],
        body: serde_json::json!({ "message": error.message }).to_string().into_bytes(),
    }
}
