//! CloudWatch series and alarms.

use serde::{Deserialize, Serialize};

use super::Known;
use crate::model::{Moment, Text};

/// `StatusCode` of a metric result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// `StateValue` of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "AWS's own names")]
pub enum AlarmState {
    Ok,
    Alarm,
    InsufficientData,
}

/// An alarm, of a metric or of other alarms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// How it stands.
    pub state: Known<AlarmState>,
    /// Why, as CloudWatch says it.
    pub reason: Option<Text>,
    /// Since when it stands so.
    pub since: Option<Moment>,
    /// Whether it tells anybody.
    pub actions_enabled: bool,
    /// `missing`, `ignore`, `breaching`, `notBreaching`.
    pub missing_data: Option<Text>,
    /// Namespace and name of its metric; `None` for an alarm of alarms or of an expression.
    pub metric: Option<(Text, Text)>,
}
