//! Moments, lengths of time and names, as sentences say them.

use super::{Moment, Region, Site, Span, Text};

/// `at` as a sentence says it at `now`: the time of day, with the date unless it is within twelve hours.
pub fn clock(at: Moment, now: Moment) -> String {
    let near = now.duration_since(at).abs() < Span::from_hours(12);
    at.strftime(if near { "%H:%M:%SZ" } else { "%Y-%m-%d %H:%M:%SZ" }).to_string()
}

/// A length of time in its two largest units: `850 ms`, `12 s`, `2 min 14 s`, `5 h`, `7 d 3 h`.
pub fn length(span: Span) -> String {
    let whole = span.as_secs().unsigned_abs();
    let sign = if span.is_negative() { "-" } else { "" };
    let pair = |big: u64, big_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{sign}{big} {big_unit}"),
        small => format!("{sign}{big} {big_unit} {small} {small_unit}"),
    };
    match whole {
        0 => match span.as_millis().unsigned_abs() {
            0 => "0 s".to_owned(),
            millis => format!("{sign}{millis} ms"),
        },
        1..60 => format!("{sign}{whole} s"),
        60..3_600 => pair(whole / 60, "min", whole % 60, "s"),
        3_600..172_800 => pair(whole / 3_600, "h", whole % 3_600 / 60, "min"),
        _ => pair(whole / 86_400, "d", whole % 86_400 / 3_600, "h"),
    }
}

/// A length of time as a stopwatch shows it: `00:07:12`, `51:00:00`.
pub fn stopwatch(span: Span) -> String {
    let whole = span.as_secs().unsigned_abs();
    let sign = if span.is_negative() { "-" } else { "" };
    format!("{sign}{:02}:{:02}:{:02}", whole / 3_600, whole % 3_600 / 60, whole % 60)
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let items: Vec<S> = items.into_iter().collect();
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.as_ref().to_owned(),
        Some((last, rest)) => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}

/// `1 instance`, `2 instances`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Sites as a sentence lists them.
pub fn sites<'a>(sites: impl IntoIterator<Item = &'a Site>) -> String {
    listed(sites.into_iter().map(Site::as_str))
}

/// The Region of an ARN; `None` for a plain identifier.
pub fn arn_region(arn: &Text) -> Option<&str> {
    arn.as_str().strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2)).filter(|region| !region.is_empty())
}

/// The last part of an RDS ARN, or the plain identifier itself.
pub fn arn_name(arn: &Text) -> &str {
    arn.as_str().rsplit(':').next().unwrap_or_default()
}

/// The Region that is a part of the DNS name of an AWS resource, such as that of a load balancer: the first label that reads like one.
pub fn region_in(name: &str) -> Option<Region> {
    let labels = name.split('.').map(|label| label.strip_prefix("s3-website-").unwrap_or(label));
    labels.filter(|label| is_region(label)).map(Region::new).next()
}

fn is_region(label: &str) -> bool {
    const MIDDLE: [&str; 12] = [
        "gov",
        "iso",
        "isob",
        "north",
        "south",
        "east",
        "west",
        "central",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
    ];
    let parts: Vec<&str> = label.split('-').collect();
    match parts.as_slice() {
        [area, middle @ .., number] => {
            area.len() == 2
                && area.bytes().all(|byte| byte.is_ascii_lowercase())
                && !middle.is_empty()
                && middle.iter().all(|part| MIDDLE.contains(part))
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        [] | [_] => false,
    }
}
