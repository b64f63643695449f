//! A value as JSON, for rest-json and awsJson alike.

use super::value::Value;

/// The JSON of a value: timestamps are epoch seconds, nulls in structures are left out.
pub(super) fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Integer(number) => (*number).into(),
        Value::Double(number) => (*number).into(),
        Value::String(text) => text.as_str().into(),
        Value::Timestamp(moment) if moment.millis() % 1_000 == 0 => (moment.millis() / 1_000).into(),
        Value::Timestamp(moment) => moment.seconds().into(),
        Value::List(_, values) => values.iter().map(json).collect(),
        Value::Map(members) => members
            .iter()
            .filter(|(_, value)| !matches!(value, Value::Null))
            .map(|(name, value)| (name.to_string(), json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
