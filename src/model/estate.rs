//! What the config declares: the Systems, their Components and what was promised for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::index::Index;
use super::kinds::{ComponentKind, Kind};
use super::{Moment, Place, Query, Region, Snapshot, Span};

/// All Systems of the config, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estate {
    /// The Systems.
    pub systems: Vec<System>,
    /// What is read for no System in particular: ARC's routing controls and Region switch plans.
    pub shared: BTreeSet<Query>,
}

impl Estate {
    /// Everything that has to be read always.
    pub fn queries(&self) -> BTreeSet<Query> {
        self.systems.iter().flat_map(System::queries).chain(self.shared.iter().cloned()).collect()
    }

    /// What has to be read besides, given what is known: names that only answers tell, other sources for dead ones. To be asked for
    /// again with every Snapshot; a Query that is no longer named is no longer needed.
    pub fn follow_ups(&self, snapshot: &Snapshot, now: Moment) -> BTreeSet<Query> {
        self.follow_ups_in(&Index::new(snapshot, now)).into_keys().collect()
    }

    /// The same with an [`Index`] at hand, each with the smallest RPO for damaged data that was promised of what it tells.
    pub fn follow_ups_in(&self, index: &Index<'_>) -> BTreeMap<Query, Option<Span>> {
        let of_systems = self.systems.iter().flat_map(|system| system.follow_ups(index));
        smallest(of_systems.chain(super::plans::follow_ups(index.snapshot()).into_iter().map(|query| (query, None))))
    }

    /// What components always need, each with the smallest RPO for damaged data that was promised of what it tells.
    pub fn promised(&self) -> BTreeMap<Query, Option<Span>> {
        smallest(self.systems.iter().flat_map(|system| system.with_promises(|component| component.kind.needs())))
    }
}

/// Each Query once, with the smallest of its promises.
pub(super) fn smallest<Q: Ord>(queries: impl Iterator<Item = (Q, Option<Span>)>) -> BTreeMap<Q, Option<Span>> {
    let mut all: BTreeMap<Q, Option<Span>> = BTreeMap::new();
    for (query, promised) in queries {
        let smallest = all.entry(query).or_default();
        *smallest = [*smallest, promised].into_iter().flatten().min();
    }
    all
}

/// What the business recovers as one.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Its name, unique.
    pub name: String,
    /// How much it matters.
    pub criticality: Criticality,
    /// How it is to be recovered.
    pub strategy: Strategy,
    /// Where it is meant to run.
    pub primary: Site,
    /// Where it is recovered to.
    pub recovery: Region,
    /// The Systems that must be there first.
    pub depends_on: Vec<String>,
    /// What was promised.
    pub objectives: PerDisruption<Option<Objective>>,
    /// What it is made of.
    pub components: Vec<Component>,
    /// Where drdeck looks at it with its own eyes.
    pub probes: Vec<Probe>,
}

/// A page of a System that drdeck asks for itself, as a user would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The site that answers it.
    pub site: Site,
    /// Its address; any answer of 2xx or 3xx is good.
    pub url: String,
}

impl Probe {
    /// What has to be known.
    pub fn query(&self) -> Query {
        Query::Probe(Place::home(self.site.as_str()), self.url.clone())
    }
}

impl System {
    /// What has to be read for it besides, given what is known; each with the smallest RPO for damaged data that was promised of what it tells.
    pub fn follow_ups(&self, index: &Index<'_>) -> BTreeMap<Query, Option<Span>> {
        self.with_promises(|component| component.kind.follow_ups(index))
    }

    fn with_promises(&self, queries: impl Fn(&Component) -> Vec<Query>) -> BTreeMap<Query, Option<Span>> {
        smallest(self.components.iter().flat_map(|component| {
            let promised = component.promised(self, Disruption::Data);
            queries(component).into_iter().map(move |query| (query, promised))
        }))
    }

    /// Everything that has to be read for it always, and who each role is that reads it. That is asked in the recovery Region, which
    /// is there when the other is not.
    pub fn queries(&self) -> BTreeSet<Query> {
        let needs = self.components.iter().flat_map(|component| component.kind.needs());
        let mut queries: BTreeSet<Query> = needs.collect();
        let roles: BTreeSet<Option<Arc<str>>> =
            queries.iter().map(|query| query.place().role.clone()).chain([None]).collect();
        queries.extend(roles.into_iter().map(|role| Query::Identity(Place { region: self.recovery.clone(), role })));
        queries.extend(self.probes.iter().map(Probe::query));
        queries
    }
}

/// One AWS thing a System needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its name, unique in the System.
    pub name: String,
    /// For which Disruptions its recovery points count; from the kind unless the config says otherwise.
    pub counts_for: PerDisruption<bool>,
    /// An RPO of its own, when the System's does not apply to it (the weekly backup behind a replicated table). Such a component is
    /// judged against this alone and stays out of the System's RPO figure.
    pub own_rpo: Option<Span>,
    /// What it is and where.
    pub kind: Kind,
}

impl Component {
    /// The RPO that was promised of it, one of `system`'s, for a Disruption it counts for.
    fn promised(&self, system: &System, disruption: Disruption) -> Option<Span> {
        let systems = system.objectives.get(disruption).and_then(|objective| objective.rpo);
        self.own_rpo.or(systems).filter(|_| *self.counts_for.get(disruption))
    }
}

/// A site a System runs at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// An AWS Region.
    Region(Region),
    /// A data centre of our own: `on-premises`.
    OnPremises,
}

impl Site {
    /// The Region's API name, or `on-premises`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Region(region) => region.as_str(),
            Self::OnPremises => "on-premises",
        }
    }

    /// The abbreviation on narrow screens: `use1`, `onprem`.
    pub fn short(&self) -> String {
        match self {
            Self::Region(region) => region.short(),
            Self::OnPremises => "onprem".to_owned(),
        }
    }
}

/// How much a System matters, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "plain words")]
pub enum Criticality {
    Critical,
    High,
    Medium,
    Low,
}

impl Criticality {
    /// The word in config and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// The abbreviation in the TIER column.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Critical => "crit",
            Self::High => "high",
            Self::Medium => "med",
            Self::Low => "low",
        }
    }
}

/// How a System is to be recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "AWS's own words")]
pub enum Strategy {
    BackupAndRestore,
    PilotLight,
    WarmStandby,
    ActiveActive,
}

impl Strategy {
    /// The words in config and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BackupAndRestore => "backup-and-restore",
            Self::PilotLight => "pilot-light",
            Self::WarmStandby => "warm-standby",
            Self::ActiveActive => "active-active",
        }
    }
}

/// What is survived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disruption {
    /// The active Region is gone; only what is usable from the other one counts.
    Region,
    /// Data were deleted, corrupted or encrypted; live replication has copied the damage.
    Data,
}

impl Disruption {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Region, Self::Data];

    /// The word in config and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Data => "data",
        }
    }
}

/// One value for each Disruption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerDisruption<T> {
    /// For the loss of the active Region.
    pub region: T,
    /// For the loss of data.
    pub data: T,
}

impl<T> PerDisruption<T> {
    /// The value for one Disruption.
    pub const fn get(&self, disruption: Disruption) -> &T {
        match disruption {
            Disruption::Region => &self.region,
            Disruption::Data => &self.data,
        }
    }

    /// The place of the value for one Disruption.
    pub const fn get_mut(&mut self, disruption: Disruption) -> &mut T {
        match disruption {
            Disruption::Region => &mut self.region,
            Disruption::Data => &mut self.data,
        }
    }

    /// One value for each, made by `f`.
    pub fn from_fn(mut f: impl FnMut(Disruption) -> T) -> Self {
        Self { region: f(Disruption::Region), data: f(Disruption::Data) }
    }
}

/// The RPO and RTO promised for a Disruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// How much may be lost. Zero is met only by synchronous replication.
    pub rpo: Option<Span>,
    /// How long recovery may take; never zero.
    pub rto: Option<Span>,
}
