//! awsQuery: RDS, Auto Scaling, STS. Forms in, XML out.

use hyper::Method;
use hyper::header::CONTENT_TYPE;
use serde_json::{Map, Value as Json};

use super::{Asked, AwsError, Protocol, Reply, Request, Value, unreadable, xml};
use crate::sim::services::Service;

/// How deep a parameter's name may nest; AWS's own go to five.
const MAX_DEPTH: usize = 12;

/// Whether a request is a form, or a GET at `/` with an `Action`.
pub(super) fn is_form(request: &Request) -> bool {
    let form = request
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    form || (request.method == Method::GET && request.query.contains("Action="))
}

pub(super) fn decode(service: &'static Service, request: &Request) -> Result<Asked, AwsError> {
    let mut parameters = Json::Object(Map::new());
    let mut action = None;
    for (name, value) in form_urlencoded::parse(request.query.as_bytes()).chain(form_urlencoded::parse(&request.body)) {
        match name.as_ref() {
            "Action" => action = Some(value.into_owned()),
            "Version" => {}
            _ => insert(&mut parameters, &name, value.into_owned())?,
        }
    }
    let action =
        action.ok_or_else(|| AwsError::new(400, "MissingAction", "The request must contain the parameter Action"))?;
    let operation =
        service.operation(&action).ok_or_else(|| Protocol::AwsQuery { namespace: "" }.unknown_operation(&action))?;
    let Json::Object(parameters) = parameters else { return Err(unreadable("no parameters")) };
    Ok((operation, fold_members(parameters).into()))
}

/// Puts `a.b.1.c=v` at its place in the tree.
fn insert(tree: &mut Json, name: &str, value: String) -> Result<(), AwsError> {
    if name.split('.').count() > MAX_DEPTH {
        return Err(unreadable(format!("the parameter {name} nests too deep")));
    }
    let mut node = tree;
    for part in name.split('.') {
        if !node.is_object() {
            *node = Json::Object(Map::new());
        }
        let Json::Object(members) = node else { return Err(unreadable(name)) };
        node = members.entry(part).or_insert(Json::Null);
    }
    *node = Json::String(value);
    Ok(())
}

/// Turns objects with the keys 1, 2, 3… into lists, and drops the name between a list and its items
/// (`Filters.Filter.1.Name`, `Filters.member.1.Name` and `Filters.1.Name` are the same).
fn fold(tree: Json) -> Json {
    let is_list = is_numbered(&tree);
    let Json::Object(members) = tree else { return tree };
    if is_list {
        let mut items: Vec<(u32, Json)> =
            members.into_iter().map(|(key, value)| (key.parse().unwrap_or(u32::MAX), fold(value))).collect();
        items.sort_by_key(|(index, _)| *index);
        return items.into_iter().map(|(_, value)| value).collect();
    }
    if members.len() == 1 && members.values().all(is_numbered) {
        return members.into_iter().next().map_or(Json::Null, |(_, list)| fold(list));
    }
    fold_members(members).into()
}

fn is_numbered(tree: &Json) -> bool {
    tree.as_object().is_some_and(|members| !members.is_empty() && members.keys().all(|key| key.parse::<u32>().is_ok()))
}

fn fold_members(members: Map<String, Json>) -> Map<String, Json> {
    members.into_iter().map(|(key, value)| (key, fold(value))).collect()
}

pub(super) fn encode(namespace: &str, operation: &str, value: &Value, request_id: &str) -> Reply {
    let mut body = format!("<{operation}Response xmlns=\"{namespace}\">");
    xml::element(&mut body, &format!("{operation}Result"), value);
    body.push_str(&format!(
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    ));
    Reply { status: 200, headers: vec![("content-type", "text/xml".to_owned())], body: body.into_bytes() }
}

/// The error body of awsQuery and rest-xml.
pub(super) fn refuse(namespace: &str, error: &AwsError, request_id: &str) -> Reply {
    let mut body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"{namespace}\">");
    let value = Value::map([
        ("Type", error.fault().into()),
        ("Code", error.code.into()),
        ("Message", error.message.as_str().into()),
    ]);
    xml::element(&mut body, "Error", &value);
    body.push_str(&format!("<RequestId>{request_id}</RequestId></ErrorResponse>"));
    Reply { status: error.status, headers: vec![("content-type", "text/xml".to_owned())], body: body.into_bytes() }
}
