//! CloudWatch: lags that are known to it alone, as any replication may publish a metric of its own, and alarms.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::link::{Lag, Link};
use super::rds::one_year;
use crate::sim::time::Span;

/// CloudWatch.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudWatch {
    /// The lags.
    #[serde(default, rename = "lag")]
    pub lags: Vec<CustomLag>,
    /// The alarms.
    #[serde(default, rename = "alarm")]
    pub alarms: Vec<Alarm>,
}

/// How an alarm compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Comparison {
    /// More than the threshold.
    #[serde(rename = ">")]
    Greater,
    /// As much or more.
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// As much or less.
    #[serde(rename = "<=")]
    LessOrEqual,
}

/// What an alarm makes of periods without a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// Nothing; when all are missing it has insufficient data.
    #[default]
    Missing,
    /// The state stays as it was.
    Ignore,
    /// They count as breaching.
    Breaching,
    /// They count as not breaching.
    NotBreaching,
}

/// The statistic an alarm looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlarmStatistic {
    /// The least of a period.
    Minimum,
    /// The most.
    Maximum,
    /// The mean.
    Average,
    /// All together.
    Sum,
}

/// A metric alarm.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// The Region it watches in.
    pub region: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// `AWS/RDS`.
    pub namespace: String,
    /// `ReplicaLag`.
    pub metric: String,
    /// The metric's dimensions.
    pub dimensions: BTreeMap<String, String>,
    /// Its statistic.
    pub statistic: AlarmStatistic,
    /// The length of a period.
    #[serde(default = "one_minute")]
    pub period: Span,
    /// How many periods it looks at.
    #[serde(default = "once")]
    pub periods: u32,
    /// How it compares.
    pub comparison: Comparison,
    /// With what.
    pub threshold: f64,
    /// What it makes of missing points.
    #[serde(default)]
    pub missing: Missing,
    /// How long before the simulator's start it was made.
    #[serde(default = "one_year")]
    pub age: Span,
}

fn one_minute() -> Span {
    Span::MINUTE
}

fn once() -> u32 {
    1
}

/// The unit a lag is published in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LagUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// A lag with a metric of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomLag {
    /// What faults name it by.
    pub id: String,
    /// The site it comes from.
    pub from: String,
    /// The Region it goes to, where the metric is published.
    pub to: String,
    /// `Kafka/MirrorMaker`…
    pub namespace: String,
    /// The metric's name.
    pub metric: String,
    /// Its dimensions.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// Its unit.
    pub unit: LagUnit,
    /// How far behind it usually is.
    pub behind: Lag,
}

impl CustomLag {
    /// Its link.
    pub fn link(&self) -> Link {
        Link::new(&self.id, &self.from, &self.to, self.behind)
    }
}
