//! Fields whose value a fault replaces: unknown enum values, states between two states.

use std::borrow::Cow;

use super::fault::FieldValue;
use super::wire::Value;

/// Replaces a field wherever the fault means it. With an item, missing members on the way are added.
pub(super) fn apply(fault: &FieldValue, answer: &mut Value) {
    let path: Vec<&str> = fault.field.split('.').collect();
    match answer {
        Value::List(_, values) => values.iter_mut().for_each(|value| apply(fault, value)),
        Value::Map(members) => {
            let meant = match &fault.item {
                Some(item) => members.iter().any(|(_, value)| matches!(value, Value::String(text) if text == item)),
                None => has(members, &path),
            };
            if meant {
                set(members, &path, &fault.value);
            }
            members.iter_mut().for_each(|(_, value)| apply(fault, value));
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Double(_)
        | Value::String(_)
        | Value::Timestamp(_) => {}
    }
}

type Members = Vec<(Cow<'static, str>, Value)>;

fn has(members: &Members, path: &[&str]) -> bool {
    let Some((name, rest)) = path.split_first() else { return false };
    members
        .iter()
        .filter(|(member, _)| member == name)
        .any(|(_, value)| rest.is_empty() || matches!(value, Value::Map(inner) if has(inner, rest)))
}

fn set(members: &mut Members, path: &[&str], text: &str) {
    let Some((name, rest)) = path.split_first() else { return };
    let new = |rest: &[&str]| if rest.is_empty() { Value::String(text.to_owned()) } else { Value::Map(Vec::new()) };
    if !members.iter().any(|(member, _)| member == name) {
        members.push((Cow::Owned((*name).to_owned()), new(rest)));
    }
    for (_, value) in members.iter_mut().filter(|(member, _)| member == name) {
        match (rest.is_empty(), &*value) {
            // A number stays one, so that a client can read it.
            (true, Value::Integer(_)) => *value = text.parse().map_or_else(|_| new(rest), Value::Integer),
            (false, Value::Map(_)) => {}
            (true | false, _) => *value = new(rest),
        }
        if let Value::Map(inner) = value {
            set(inner, rest, text);
        }
    }
}
