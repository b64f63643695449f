//! A value as XML elements, for awsQuery and rest-xml alike.

use quick_xml::escape::escape;

use super::value::Value;

/// Appends `<name>value</name>`; a null is left out, an empty list or structure is an empty element.
pub(super) fn element(out: &mut String, name: &str, value: &Value) {
    if matches!(value, Value::Null) {
        return;
    }
    out.push('<');
    out.push_str(name);
    out.push('>');
    content(out, value);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Appends what stands inside an element.
pub(super) fn content(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Double(number) => out.push_str(&number.to_string()),
        Value::String(text) => out.push_str(&escape(text.as_str())),
        Value::Timestamp(moment) => out.push_str(&moment.to_string()),
        Value::List(item, values) => values.iter().for_each(|value| element(out, item, value)),
        Value::Map(members) => members.iter().for_each(|(name, value)| element(out, name, value)),
    }
}
