//! Whether a health check was healthy, five minutes to a sign.

use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::model::{Moment, Span};

/// The signs: three hours.
const SIGNS: usize = 36;
/// The seconds of one sign.
const EACH: i64 = 300;

/// What was measured in the time of a sign.
#[derive(Clone, Copy)]
enum Sign {
    Nothing,
    Healthy,
    /// At least once not.
    Unhealthy,
}

/// `points` in any order: 1 is healthy, all else is not. The last sign ends `now`.
pub(super) fn strip(points: &[(Moment, f64)], now: Moment) -> Line {
    let mut signs = [Sign::Nothing; SIGNS];
    for (at, value) in points {
        let age = now.duration_since(*at).max(Span::ZERO).as_secs() / EACH;
        let place = usize::try_from(age).ok().and_then(|age| (SIGNS - 1).checked_sub(age));
        let Some(sign) = place.and_then(|place| signs.get_mut(place)) else { continue };
        *sign = match (*sign, *value >= 1.0) {
            (Sign::Unhealthy, _) | (_, false) => Sign::Unhealthy,
            (Sign::Nothing | Sign::Healthy, true) => Sign::Healthy,
        };
    }
    let mut line = Line::empty();
    for sign in signs {
        match sign {
            Sign::Nothing => line.push(Role::TextMuted, "·"),
            Sign::Healthy => line.push(Role::Sparkline, "█"),
            Sign::Unhealthy => line.push(Role::VerdictBreached, "▁"),
        }
    }
    line
}
