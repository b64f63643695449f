//! Lags that are known to CloudWatch alone: any replication that publishes a metric of its own.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::link::{Lag, Link};

/// CloudWatch.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudWatch {
    /// The lags.
    #[serde(default, rename = "lag")]
    pub lags: Vec<CustomLag>,
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
