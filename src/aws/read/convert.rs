//! From the wire's values to drdeck's.

use aws_smithy_types::DateTime;

use crate::aws::error::Unread;
use crate::model::facts::Known;
use crate::model::{FailureKind, Moment, Text};

/// A string that may be missing, as an empty one.
pub(super) fn text(raw: Option<String>) -> Text {
    Text::new(raw.unwrap_or_default())
}

/// A string that may be missing or empty.
pub(super) fn some_text(raw: Option<String>) -> Option<Text> {
    raw.filter(|raw| !raw.is_empty()).map(Text::new)
}

/// A moment as the SDK parsed it, to the microsecond: what JSON and CBOR send as a floating-point number holds no more. One that lies
/// outside of drdeck's time counts as missing.
pub(super) fn moment(raw: Option<DateTime>) -> Option<Moment> {
    Moment::from_nanosecond(raw?.as_nanos()).ok()?.round(jiff::Unit::Microsecond).ok()
}

/// A moment for the SDK.
pub(super) fn date_time(at: Moment) -> DateTime {
    DateTime::from_secs_and_nanos(at.as_second(), u32::try_from(at.subsec_nanosecond()).unwrap_or(0))
}

/// A moment that the service sends as a plain string. `field` names it in the failure.
pub(super) fn parsed_moment(field: &str, raw: Option<&str>) -> Result<Option<Moment>, Unread> {
    match raw.filter(|raw| !raw.is_empty()) {
        None => Ok(None),
        Some(raw) => raw
            .parse()
            .map(Some)
            .map_err(|_| Unread::new(FailureKind::Unreadable, format!("{field} is not a time: {raw:?}"))),
    }
}

/// A value of an enum: one that `known` names, or what came instead. A missing one is an empty `Other`.
pub(super) fn known<T: Copy>(raw: Option<&str>, known: &[(&str, T)]) -> Known<T> {
    let raw = raw.unwrap_or_default();
    match known.iter().find(|(word, _)| *word == raw) {
        Some((_, value)) => Known::Is(*value),
        None => Known::Other(Text::new(raw)),
    }
}

/// A count that cannot be negative; one that is counts as zero.
pub(super) fn count<N: TryInto<u32>>(raw: Option<N>) -> u32 {
    raw.and_then(|raw| raw.try_into().ok()).unwrap_or(0)
}
