//! `elasticache-global`: an ElastiCache global datastore.

use super::{ComponentKind, Evidence, LagUnit, lag};
use crate::model::index::Index;
use crate::model::{Place, Query};

/// An ElastiCache global datastore.
#[derive(Clone, Debug, PartialEq)]
pub struct ElasticacheGlobal {
    /// Its id.
    pub global_datastore: String,
    /// The dimensions of the secondary's `GlobalDatastoreReplicationLag`, in the order of their names.
    pub dimensions: Vec<(String, String)>,
    /// Where the secondary is; the metric is published there.
    pub place: Place,
}

impl ElasticacheGlobal {
    fn query(&self) -> Query {
        let dimensions: Vec<(&str, &str)> =
            self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        lag::lag_query(&self.place, "AWS/ElastiCache", "GlobalDatastoreReplicationLag", &dimensions)
    }
}

impl ComponentKind for ElasticacheGlobal {
    fn needs(&self) -> Vec<Query> {
        vec![self.query()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        lag::judge_series(
            index,
            &self.query(),
            LagUnit::Seconds,
            &format!("The global datastore {}", self.global_datastore),
        )
    }
}
