//! rpc-v2-cbor: CloudWatch and ARC Region switch as the Rust SDK calls them.

use ciborium::Value as Cbor;
use ciborium::value::Integer;
use serde_json::{Map, Value as Json};

use super::{Asked, AwsError, Codes, Protocol, Reply, Request, Value, unreadable};
use crate::sim::services::Service;

/// CBOR's tag for seconds since the epoch.
const EPOCH_SECONDS: u64 = 1;

pub(super) fn decode(service: &'static Service, request: &Request) -> Result<Asked, AwsError> {
    let protocol = Protocol::Cbor { service: "", error_namespace: "", codes: Codes::Shapes };
    let name = request.path.rsplit('/').next().unwrap_or_default();
    let operation = service.operation(name).ok_or_else(|| protocol.unknown_operation(name))?;
    if request.body.is_empty() {
        return Ok((operation, Map::new().into()));
    }
    let body: Cbor = ciborium::from_reader(request.body.as_ref()).map_err(unreadable)?;
    let parameters = body.into_map().map_err(|_| unreadable("a CBOR map was expected"))?;
    Ok((operation, members(parameters)?.into()))
}

/// CBOR as JSON; moments become epoch seconds.
fn plain(value: Cbor) -> Result<Json, AwsError> {
    Ok(match value {
        Cbor::Null => Json::Null,
        Cbor::Bool(yes) => yes.into(),
        Cbor::Integer(number) => i64::try_from(number).map_err(unreadable)?.into(),
        Cbor::Float(number) => number.into(),
        Cbor::Text(text) => text.into(),
        Cbor::Tag(EPOCH_SECONDS, seconds) => plain(*seconds)?,
        Cbor::Array(values) => values.into_iter().map(plain).collect::<Result<_, _>>()?,
        Cbor::Map(map) => members(map)?.into(),
        Cbor::Bytes(_) | Cbor::Tag(..) | _ => return Err(unreadable("a CBOR value of an unexpected kind")),
    })
}

fn members(map: Vec<(Cbor, Cbor)>) -> Result<Map<String, Json>, AwsError> {
    let named = |(name, value): (Cbor, Cbor)| {
        let name = name.into_text().map_err(|_| unreadable("a member's name must be a text"))?;
        Ok((name, plain(value)?))
    };
    map.into_iter().map(named).collect()
}

pub(super) fn encode(value: &Value) -> Reply {
    Reply { status: 200, headers: headers(), body: bytes(&tagged(value)) }
}

pub(super) fn refuse(namespace: &str, codes: Codes, error: &AwsError) -> Reply {
    let body = Cbor::Map(vec![
        (text("__type"), text(&format!("{namespace}#{}", error.shape))),
        (text("message"), text(&error.message)),
    ]);
    let mut headers = headers();
    if codes == Codes::Query {
        headers.push(("x-amzn-query-error", format!("{};{}", error.code, error.fault())));
    }
    Reply { status: error.status, headers, body: bytes(&body) }
}

fn headers() -> Vec<(&'static str, String)> {
    vec![("content-type", "application/cbor".to_owned()), ("smithy-protocol", "rpc-v2-cbor".to_owned())]
}

fn text(text: &str) -> Cbor {
    Cbor::Text(text.to_owned())
}

/// A value as CBOR. Doubles stay floats even where they are whole: an integer among CloudWatch's values is a decoding error.
fn tagged(value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(yes) => Cbor::Bool(*yes),
        Value::Integer(number) => Cbor::Integer(Integer::from(*number)),
        Value::Double(number) => Cbor::Float(*number),
        Value::String(words) => text(words),
        Value::Timestamp(moment) => Cbor::Tag(EPOCH_SECONDS, Box::new(Cbor::Float(moment.seconds()))),
        Value::List(_, values) => Cbor::Array(values.iter().map(tagged).collect()),
        Value::Map(members) => Cbor::Map(
            members
                .iter()
                .filter(|(_, value)| !matches!(value, Value::Null))
                .map(|(name, value)| (text(name), tagged(value)))
                .collect(),
        ),
    }
}

fn bytes(value: &Cbor) -> Vec<u8> {
    let mut body = Vec::new();
    // Writing to memory fails only when memory does; an empty body is then a decoding error at the client, which is the truth.
    if ciborium::into_writer(value, &mut body).is_err() {
        body.clear();
    }
    body
}
