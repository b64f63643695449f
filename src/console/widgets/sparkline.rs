//! A curve in one row of text.

use crate::model::{LagHistory, Moment};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Where nothing was measured: a missing point is not a zero.
const GAP: char = '·';

/// The lags in at most `width` columns, from zero to the highest. Each column shows the highest of its time; columns without
/// a point show `·`.
pub fn sparkline(lags: &LagHistory, width: usize) -> String {
    let (Some((first, _)), Some((last, _))) = (lags.iter().next(), lags.iter().next_back()) else {
        return String::new();
    };
    let seconds = |moment: Moment| usize::try_from(moment.duration_since(first).as_secs()).unwrap_or(0);
    let step = lags
        .iter()
        .zip(lags.iter().skip(1))
        .map(|((a, _), (b, _))| seconds(b).saturating_sub(seconds(a)))
        .filter(|step| *step > 0)
        .min()
        .unwrap_or(1);
    let slots = seconds(last) / step + 1;
    let per_column = slots.div_ceil(width.max(1)).max(1);
    let mut columns: Vec<Option<f64>> = vec![None; slots.div_ceil(per_column).min(width)];
    for (moment, value) in lags.iter().filter(|(_, value)| value.is_finite() && *value >= 0.0) {
        if let Some(column) = columns.get_mut(seconds(moment) / step / per_column) {
            *column = Some(column.map_or(value, |highest| highest.max(value)));
        }
    }
    let highest = columns.iter().flatten().copied().fold(0.0, f64::max);
    columns.into_iter().map(|column| column.map_or(GAP, |value| bar(value, highest))).collect()
}

fn bar(value: f64, highest: f64) -> char {
    let share = if highest > 0.0 { value / highest } else { 0.0 };
    // Between 0 and 7 by construction; the cast saturates.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturating, see above")]
    let level = (share * 7.0).round() as usize;
    BARS.get(level).copied().unwrap_or('█')
}
