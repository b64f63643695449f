//! EFS replication.

use serde::{Deserialize, Serialize};

use crate::model::{Moment, Region, Text};

/// A replication of a file system, as its source's or its destination's Region tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replication {
    /// The source file system.
    pub source: Text,
    /// Its Region.
    pub source_region: Region,
    /// Its destinations.
    pub destinations: Vec<Destination>,
}

/// One destination of a replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Destination {
    /// The destination file system.
    pub file_system: Text,
    /// Its Region.
    pub region: Region,
    /// `ENABLED`, `ENABLING`, `DELETING`, `ERROR`, `PAUSED`, `PAUSING`.
    pub status: Text,
    /// Why, where AWS says so.
    pub message: Option<Text>,
    /// Everything written before that moment is there.
    pub last_replicated: Option<Moment>,
}
