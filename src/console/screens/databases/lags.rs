//! The lags that components have and what was judged of them, by the database they are of.

use std::collections::HashMap;

use super::super::listing::Severity;
use crate::console::world::World;
use crate::model::kinds::Kind;
use crate::model::{ComponentAssessment, LagHistory, Text, Verdict};

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

/// What its component is judged to be, where what AWS calls the database says nothing of it.
#[derive(Clone, Debug)]
pub(super) struct Behind {
    verdict: Verdict,
    /// Why.
    pub(super) why: Text,
}

impl Behind {
    fn of(component: &ComponentAssessment) -> Option<Self> {
        match component.verdict {
            Verdict::AtRisk | Verdict::Breached | Verdict::Split => {
                Some(Self { verdict: component.verdict, why: component.reason.clone() })
            }
            // What could not be read is told by its age.
            Verdict::Met | Verdict::Unknown => None,
        }
    }

    /// How bad that is.
    pub(super) fn severity(&self) -> Severity {
        self.verdict.into()
    }

    /// The word for it.
    pub(super) const fn word(&self) -> &'static str {
        self.verdict.words()
    }
}

/// The lags of all replicas.
#[derive(Debug, Default)]
pub(super) struct Lags {
    known: HashMap<Of, (LagHistory, Option<Behind>)>,
}

impl Lags {
    /// Those of all components.
    pub(super) fn of(world: &World) -> Self {
        let mut known: HashMap<Of, (LagHistory, Option<Behind>)> = HashMap::new();
        let declared = world
            .estate
            .systems
            .iter()
            .flat_map(|system| system.components.iter().map(move |component| (system.name.as_str(), component)));
        let judged: HashMap<(&str, &str), &ComponentAssessment> = world
            .systems()
            .iter()
            .flat_map(|system| system.components.iter().map(move |component| (system.name.as_str(), component)))
            .map(|(system, component)| ((system, component.name.as_str()), component))
            .collect();
        for (system, component) in declared {
            let Some(judged) = judged.get(&(system, component.name.as_str())) else { continue };
            let of = if let Kind::RdsReplica(rds) = &component.kind {
                Of::Replica(rds.replica_place.region.to_string(), rds.replica.clone())
            } else if let Kind::AuroraGlobal(aurora) = &component.kind {
                Of::Global(aurora.global_cluster.clone())
            } else if let Kind::DynamodbGlobalTable(table) = &component.kind {
                Of::Table(table.table.clone())
            } else {
                continue;
            };
            let (lag, behind) = known.entry(of).or_default();
            if !judged.lag_history.is_empty() {
                *lag = judged.lag_history.clone();
            }
            // Several may rest on it; the worst is told.
            if let Some(now) = Behind::of(judged)
                && behind.as_ref().is_none_or(|known| known.verdict < now.verdict)
            {
                *behind = Some(now);
            }
        }
        Self { known }
    }

    fn get(&self, of: &Of) -> (LagHistory, Option<Behind>) {
        self.known.get(of).cloned().unwrap_or_default()
    }

    pub(super) fn replica(&self, region: &str, id: &str) -> (LagHistory, Option<Behind>) {
        self.get(&Of::Replica(region.to_owned(), id.to_owned()))
    }

    pub(super) fn global(&self, id: &str) -> (LagHistory, Option<Behind>) {
        self.get(&Of::Global(id.to_owned()))
    }

    pub(super) fn table(&self, name: &str) -> (LagHistory, Option<Behind>) {
        self.get(&Of::Table(name.to_owned()))
    }
}
