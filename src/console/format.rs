//! How figures are written: spans, moments, accounts, identities. Pure text; what it means is said by roles.

pub use crate::model::words::count;
use crate::model::{Moment, Span};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// From here on spans are counted in days: a goal of 24 h reads `24h`, not `1d`.
const DAYS_FROM: u64 = 2 * DAY;

/// Whole seconds, rounded down; zero if negative, for two clocks may disagree.
fn seconds(span: Span) -> u64 {
    u64::try_from(span.as_secs()).unwrap_or(0)
}

fn two_units(big: u64, big_unit: char, small: u64, small_unit: char) -> String {
    if small == 0 { format!("{big}{big_unit}") } else { format!("{big}{big_unit}{small:02}{small_unit}") }
}

/// The two largest units, rounded down: `41s`, `2m14s`, `1h05m`, `24h`, `3d04h`. Zero is `0`.
pub fn span(span: Span) -> String {
    match seconds(span) {
        0 => "0".to_owned(),
        s if s < MINUTE => format!("{s}s"),
        s if s < HOUR => two_units(s / MINUTE, 'm', s % MINUTE, 's'),
        s if s < DAYS_FROM => two_units(s / HOUR, 'h', s % HOUR / MINUTE, 'm'),
        s => two_units(s / DAY, 'd', s % DAY / HOUR, 'h'),
    }
}

/// As [`span()`], without seconds from a minute on: `41s`, `9m`, `1h50m`. So that a figure at rest changes once a minute.
pub fn coarse(amount: Span) -> String {
    match seconds(amount) {
        s if (MINUTE..HOUR).contains(&s) => format!("{}m", s / MINUTE),
        _ => span(amount),
    }
}

/// One unit, at most four characters for what lasts less than a decade: `45s`, `3m`, `23h`, `12d`. For ages.
pub fn age(age: Span) -> String {
    match seconds(age) {
        s if s < MINUTE => format!("{s}s"),
        s if s < HOUR => format!("{}m", s / MINUTE),
        s if s < DAYS_FROM => format!("{}h", s / HOUR),
        s => format!("{}d", s / DAY),
    }
}

/// How long something lasts, at most five characters: `2m14s`, `59m`, `1h14m`, `23h`, `12d`.
pub fn elapsed(elapsed: Span) -> String {
    match seconds(elapsed) {
        s if s < 10 * MINUTE || (HOUR..10 * HOUR).contains(&s) => span(elapsed),
        _ => age(elapsed),
    }
}

/// A figure that is compared with `goal`: as coarse as it may be without looking like the goal when it is more: `9m`, `>5m`, `1m40s`.
pub fn against(now: Span, goal: Option<Span>) -> String {
    let Some(goal) = goal else { return coarse(now) };
    let figure = if seconds(goal).is_multiple_of(MINUTE) { coarse(now) } else { span(now) };
    if now > goal && figure == span(goal) { format!(">{figure}") } else { figure }
}

/// The time of day, UTC: `14:02:17Z`.
pub fn clock(moment: Moment) -> String {
    moment.strftime("%H:%M:%SZ").to_string()
}

/// The time of day, with the date if that is not today's: `14:02:17Z`, `2026-11-19 14:02Z`.
pub fn moment(moment: Moment, now: Moment) -> String {
    let day = |moment: Moment| moment.strftime("%Y-%m-%d").to_string();
    if day(moment) == day(now) { clock(moment) } else { moment.strftime("%Y-%m-%d %H:%MZ").to_string() }
}

/// A moment in a column of twelve: `14:02:17Z`, `11-19 14:02Z`; the date alone if it is of another year.
pub fn brief(moment: Moment, now: Moment) -> String {
    let same = |form: &str| moment.strftime(form).to_string() == now.strftime(form).to_string();
    let form = match (same("%Y-%m-%d"), same("%Y")) {
        (true, _) => "%H:%M:%SZ",
        (false, true) => "%m-%d %H:%MZ",
        (false, false) => "%Y-%m-%d",
    };
    moment.strftime(form).to_string()
}

/// A moment and how far away it is: `14:02:17Z, 3m ago`, `16:00:00Z, in 2h`.
pub fn when(at: Moment, now: Moment) -> String {
    let ahead = at.duration_since(now);
    if ahead > Span::ZERO {
        format!("{}, in {}", moment(at, now), age(ahead))
    } else {
        format!("{}, {} ago", moment(at, now), age(ahead.abs()))
    }
}

/// Bytes with one unit: `0`, `812 B`, `3.4 GiB`, `120 GiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return if bytes == 0 { "0".to_owned() } else { format!("{bytes} B") };
    }
    // Exact enough for three digits.
    #[allow(clippy::cast_precision_loss, reason = "see above")]
    let mut amount = bytes as f64 / 1024.0;
    let mut units = UNITS.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    for larger in units {
        if amount < 1000.0 {
            break;
        }
        amount /= 1024.0;
        unit = larger;
    }
    if amount < 9.95 { format!("{amount:.1} {unit}") } else { format!("{amount:.0} {unit}") }
}

/// An account in groups of four digits, `1111-2222-3333`; anything that is not twelve digits as it is.
pub fn account(account: &str) -> String {
    if account.len() != 12 || !account.chars().all(|c| c.is_ascii_digit()) {
        return account.to_owned();
    }
    let mut grouped = String::with_capacity(14);
    for (i, digit) in account.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(digit);
    }
    grouped
}

/// The last part of an ARN, which names the person or session: `alice`.
pub fn identity(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// What refreshing costs: `$0.04/h`; below a cent `<$0.01/h`.
pub fn cost(usd_per_hour: f64) -> String {
    if usd_per_hour > 0.0 && usd_per_hour < 0.01 { "<$0.01/h".to_owned() } else { format!("${usd_per_hour:.2}/h") }
}

/// A lag in seconds as a span; below ten seconds with one decimal: `0.8s`, `12s`, `4m10s`.
pub fn lag(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "?".to_owned();
    }
    if seconds < 9.95 {
        return format!("{seconds:.1}s");
    }
    Span::try_from_secs_f64(seconds.round()).map_or_else(|_| "?".to_owned(), span)
}

/// A lag in seconds in at most five characters: `0.8s`, `4m10s`, `1h08m`, `12d`.
pub fn short_lag(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 9.95 {
        return lag(seconds);
    }
    Span::try_from_secs_f64(seconds.round()).map_or_else(|_| "?".to_owned(), elapsed)
}
