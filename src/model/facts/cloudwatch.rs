//! CloudWatch series.

use crate::model::{Moment, Text};

/// `StatusCode` of a metric result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeriesStatus {
    /// All there is.
    Complete,
    /// More pages could not be read.
    Partial,
    /// CloudWatch failed on this series.
    InternalError,
    /// This identity may not read it.
    Forbidden,
    /// Any other.
    Other(Text),
}

/// A series, newest point first. Missing points are not zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Whether CloudWatch could answer.
    pub status: SeriesStatus,
    /// The start of each period and its value.
    pub points: Vec<(Moment, f64)>,
}

impl Series {
    /// The newest point.
    pub fn newest(&self) -> Option<(Moment, f64)> {
        self.points.first().copied()
    }
}
