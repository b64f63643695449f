//! `metric`: any CloudWatch series that is a replication lag.

use std::sync::Arc;

use super::{ComponentKind, Evidence, lag};
use crate::model::index::Index;
use crate::model::query::{self, Window};
use crate::model::{Place, Query};

/// Any CloudWatch series that is a replication lag.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// For example `Acme/Replication`.
    pub namespace: String,
    /// The metric's name.
    pub metric: String,
    /// Name and value pairs, in the order of their names.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `Minimum`, `Maximum`, `Sum` or `SampleCount`.
    pub statistic: String,
    /// What the values count.
    pub unit: LagUnit,
    /// Where it is published.
    pub place: Place,
}

/// What the values of a lag count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LagUnit {
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
}

impl Metric {
    fn query(&self) -> Query {
        let mut dimensions = self.dimensions.clone();
        dimensions.sort();
        Query::Series(
            self.place.clone(),
            Arc::new(query::Metric {
                namespace: self.namespace.clone(),
                name: self.metric.clone(),
                dimensions,
                statistic: self.statistic.clone(),
                window: Window::Recent,
            }),
        )
    }
}

impl ComponentKind for Metric {
    fn needs(&self) -> Vec<Query> {
        vec![self.query()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        lag::judge_series(index, &self.query(), self.unit, &format!("{} {}", self.namespace, self.metric))
    }
}
