//! The lag of a Component over the last while, for its curve.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Moment;

/// Lags in seconds, oldest first. To be looked at, not to be judged by: moments in whole seconds (CloudWatch's points have no others) and lags in
/// single precision, for thousands of Components have an hour of them. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(Moment, f32)>", into = "Vec<(Moment, f32)>")]
pub struct LagHistory(Arc<[Point]>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    /// Seconds since 1970; they last until 2106.
    at: u32,
    lag: f32,
}

impl Point {
    fn moment(self) -> Moment {
        Moment::from_second(i64::from(self.at)).unwrap_or(Moment::MAX)
    }
}

impl LagHistory {
    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The points, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Moment, f64)> + Clone + '_ {
        self.0.iter().map(|point| (point.moment(), f64::from(point.lag)))
    }

    /// The newest lag.
    pub fn newest(&self) -> Option<f64> {
        self.0.last().map(|point| f64::from(point.lag))
    }

    /// The highest lag; 0 where there is none.
    pub fn highest(&self) -> f64 {
        self.iter().map(|(_, lag)| lag).fold(0.0, f64::max)
    }
}

impl FromIterator<(Moment, f64)> for LagHistory {
    fn from_iter<I: IntoIterator<Item = (Moment, f64)>>(points: I) -> Self {
        // A lag beyond single precision is infinite, which is what it is to a person.
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        let point = |(at, lag): (Moment, f64)| Some(Point { at: u32::try_from(at.as_second()).ok()?, lag: lag as f32 });
        Self(points.into_iter().filter_map(point).collect())
    }
}

impl From<Vec<(Moment, f32)>> for LagHistory {
    fn from(points: Vec<(Moment, f32)>) -> Self {
        points.into_iter().map(|(at, lag)| (at, f64::from(lag))).collect()
    }
}

impl From<LagHistory> for Vec<(Moment, f32)> {
    fn from(history: LagHistory) -> Self {
        history.0.iter().map(|point| (point.moment(), point.lag)).collect()
    }
}
