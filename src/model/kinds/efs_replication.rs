//! `efs-replication`: the replication of an EFS file system.

use super::{ComponentKind, Copies, Evidence, LagUnit, Serving, lag};
use crate::model::index::Index;
use crate::model::{Place, Query, Site};

/// The replication of an EFS file system.
#[derive(Clone, Debug, PartialEq)]
pub struct EfsReplication {
    /// The id of the file system replicated from: `fs-…`.
    pub file_system: String,
    /// The id of the file system replicated to.
    pub destination_file_system: String,
    /// Where the source is; the metric is published there.
    pub source_place: Place,
    /// Where the destination is.
    pub destination_place: Place,
}

impl EfsReplication {
    fn query(&self) -> Query {
        let dimensions = [
            ("FileSystemId", self.file_system.as_str()),
            ("DestinationFileSystemId", self.destination_file_system.as_str()),
        ];
        lag::lag_query(&self.source_place, "AWS/EFS", "TimeSinceLastSync", &dimensions)
    }
}

impl ComponentKind for EfsReplication {
    fn needs(&self) -> Vec<Query> {
        vec![self.query()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let what = format!("The replication of {} to {}", self.file_system, self.destination_file_system);
        let mut evidence = lag::judge_series(index, &self.query(), LagUnit::Seconds, &what);
        let source = Site::Region(self.source_place.region.clone());
        if !evidence.lag_history.is_empty() {
            evidence.serving = Serving::Located(source.clone());
        }
        evidence.copies = Some(Copies::From(source));
        evidence
    }
}
