//! Route 53 health checks.

use crate::model::{Moment, Text};

/// The configuration of a health check.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthCheck {
    /// Its id.
    pub id: Text,
    /// `HTTPS`, `CALCULATED`, `CLOUDWATCH_METRIC`, `RECOVERY_CONTROL`…
    pub kind: Text,
    /// What it watches: the domain name, address or alarm.
    pub target: Option<Text>,
    /// Reports the opposite of what it sees.
    pub inverted: bool,
    /// Considered healthy always, whatever it sees (trap 1); with `inverted`, unhealthy always.
    pub disabled: bool,
    /// For CloudWatch alarms: what counts while data are missing.
    pub insufficient_data: Option<Text>,
    /// The optimistic lock of UpdateHealthCheck.
    pub version: u64,
}

/// What one checker saw last.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The checker's Region.
    pub region: Text,
    /// Free text: `Success: HTTP Status Code 200, OK`, `Failure: …`. There is no API field that says "healthy".
    pub status: Text,
    /// When it looked.
    pub checked: Option<Moment>,
}
