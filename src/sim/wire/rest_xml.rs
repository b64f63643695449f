//! rest-xml: Route 53.

use super::rest_json::route;
use super::{Asked, AwsError, Protocol, Reply, Request, Value, xml, xml_in};
use crate::sim::services::Service;

pub(super) fn decode(service: &'static Service, request: &Request) -> Result<Asked, AwsError> {
    let (operation, mut parameters) = route(service, request).ok_or_else(|| {
        Protocol::RestXml { namespace: "" }.unknown_operation(&format!("{} {}", request.method, request.path))
    })?;
    if !request.body.is_empty() {
        // Path and query string win: no body names what they name.
        let mut members = xml_in::members(&request.body, &format!("{}Request", operation.name))?;
        members.append(&mut parameters);
        parameters = members;
    }
    Ok((operation, parameters.into()))
}

pub(super) fn encode(namespace: &str, operation: &str, value: &Value) -> Reply {
    let mut body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response xmlns=\"{namespace}\">");
    xml::content(&mut body, value);
    body.push_str(&format!("</{operation}Response>"));
    Reply { status: 200, headers: vec![("content-type", "text/xml".to_owned())], body: body.into_bytes() }
}
