//! The lags that components have, by the database they are of.

use std::collections::HashMap;
use std::sync::Arc;

use crate::console::world::World;
use crate::model::Moment;
use crate::model::kinds::Kind;

/// Seconds behind, oldest first.
type History = Arc<[(Moment, f64)]>;

/// Which database.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Of {
    /// The RDS replica of that Region and identifier.
    Replica(String, String),
    /// The global database of that identifier.
    Global(String),
    /// The table of that name, wherever it is a replica.
    Table(String),
}

/// The lags of all replicas.
#[derive(Debug, Default)]
pub(super) struct Lags {
    known: HashMap<Of, History>,
}

impl Lags {
    /// Those of all components.
    pub(super) fn of(world: &World) -> Self {
        let mut known = HashMap::new();
        let declared = world
            .estate
            .systems
            .iter()
            .flat_map(|system| system.components.iter().map(move |component| (system.name.as_str(), component)));
        let judged: HashMap<(&str, &str), &[(Moment, f64)]> = world
            .systems()
            .iter()
            .flat_map(|system| system.components.iter().map(move |component| (system.name.as_str(), component)))
            .map(|(system, component)| ((system, component.name.as_str()), component.lag_history.as_slice()))
            .collect();
        for (system, component) in declared {
            let Some(history) = judged.get(&(system, component.name.as_str())).filter(|history| !history.is_empty())
            else {
                continue;
            };
            let of = if let Kind::RdsReplica(rds) = &component.kind {
                Of::Replica(rds.replica_place.region.to_string(), rds.replica.clone())
            } else if let Kind::AuroraGlobal(aurora) = &component.kind {
                Of::Global(aurora.global_cluster.clone())
            } else if let Kind::DynamodbGlobalTable(table) = &component.kind {
                Of::Table(table.table.clone())
            } else {
                continue;
            };
            known.insert(of, History::from(*history));
        }
        Self { known }
    }

    fn get(&self, of: &Of) -> Option<History> {
        self.known.get(of).cloned()
    }

    pub(super) fn replica(&self, region: &str, id: &str) -> Option<History> {
        self.get(&Of::Replica(region.to_owned(), id.to_owned()))
    }

    pub(super) fn global(&self, id: &str) -> Option<History> {
        self.get(&Of::Global(id.to_owned()))
    }

    pub(super) fn table(&self, name: &str) -> Option<History> {
        self.get(&Of::Table(name.to_owned()))
    }
}

/// The newest.
pub(super) fn newest(history: Option<&History>) -> Option<f64> {
    history.and_then(|history| history.last()).map(|(_, lag)| *lag)
}
