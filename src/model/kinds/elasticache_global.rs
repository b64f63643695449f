//! `elasticache-global`: an ElastiCache global datastore.

use super::{ComponentKind, Copies, Evidence, LagUnit, lag};
use crate::model::index::Index;
use crate::model::{Place, Query, Site};

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
        let what = format!("The global datastore {}", self.global_datastore);
        let mut evidence = lag::judge_series(index, &self.query(), LagUnit::Seconds, &what);
        evidence.copies = Some(Copies::To(Site::Region(self.place.region.clone())));
        evidence
    }
}
