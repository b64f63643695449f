//! The `Filters` of RDS: each names a field and the values it may have.

use serde_json::Value as Json;

use super::invalid;
use crate::sim::call::Call;
use crate::sim::wire::AwsError;

/// What one item answers to a filter: the values it has under that name; `None` when RDS knows no such filter.
pub(super) type Answers<'a> = Option<Vec<&'a str>>;

/// Keeps the items that pass every filter. Identifiers are compared without regard to case, as RDS does.
pub(super) fn keep<T>(
    call: &Call,
    items: Vec<T>,
    answers: impl for<'a> Fn(&'a T, &str) -> Answers<'a>,
    known: &[&str],
) -> Result<Vec<T>, AwsError> {
    let mut kept = items;
    for filter in call.items("Filters") {
        let name = filter.get("Name").and_then(Json::as_str).unwrap_or_default();
        if !known.contains(&name) {
            return Err(invalid(format!("Unrecognized filter name: {name}")));
        }
        let values: Vec<&str> =
            filter.get("Values").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        kept.retain(|item| {
            let has = answers(item, name).unwrap_or_default();
            values.iter().any(|wanted| has.iter().any(|value| value.eq_ignore_ascii_case(wanted)))
        });
    }
    Ok(kept)
}
