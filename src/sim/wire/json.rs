//! A value as JSON, for rest-json and awsJson alike.

use super::value::Value;

/// The JSON text of a value: timestamps are epoch seconds, nulls in structures are left out.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// Appends a value. Lists are long, and most texts need no escaping: neither a tree nor an escape per letter is made.
fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Double(number) => out.push_str(&serde_json::Value::from(*number).to_string()),
        Value::String(text) => write_text(out, text),
        Value::Timestamp(moment) if moment.millis() % 1_000 == 0 => {
            out.push_str(&(moment.millis() / 1_000).to_string());
        }
        Value::Timestamp(moment) => out.push_str(&serde_json::Value::from(moment.seconds()).to_string()),
        Value::List(_, values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, value);
            }
            out.push(']');
        }
        Value::Map(members) => {
            out.push('{');
            let mut sent = members.iter().filter(|(_, value)| !matches!(value, Value::Null)).peekable();
            while let Some((name, value)) = sent.next() {
                write_text(out, name);
                out.push(':');
                write(out, value);
                if sent.peek().is_some() {
                    out.push(',');
                }
            }
            out.push('}');
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&serde_json::Value::from(text).to_string());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}
