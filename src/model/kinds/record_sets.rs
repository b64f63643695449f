//! The record sets of one name, as Route 53 weighs them: which it counts as healthy, which it answers, and where they lead.

use std::collections::BTreeSet;

use super::Trust;
use super::check::{Check, Counts};
use crate::model::facts::route53::{Record, Routing};
use crate::model::index::Index;
use crate::model::query::{DnsQuestion, DnsServer};
use crate::model::words::region_in;
use crate::model::{Place, Query, Region, Site, Snapshot, Text};

/// How often a name may lead to another one of its zone.
const MAX_DEPTH: usize = 4;

/// Where the records of a name are, and what tells their sites apart.
#[derive(Clone, Copy)]
pub(super) struct Zone<'a> {
    /// Where Route 53 is asked.
    pub(super) place: &'a Place,
    /// Every record of the zone.
    pub(super) records: &'a Query,
    /// The health checks of the System and the sites they watch.
    pub(super) watched: &'a [(String, Site)],
    /// Who answers for names of the zone.
    pub(super) server: &'a DnsServer,
}

/// One record set of the name.
pub(super) struct Set<'a> {
    pub(super) record: &'a Record,
    /// How Route 53 counts it.
    pub(super) counts: Counts,
    pub(super) check: Option<Check<'a>>,
    /// Where it leads, if that can be told.
    pub(super) site: Option<Site>,
    /// The name it stands for, if it says no addresses itself.
    other_name: Option<String>,
    /// How far what it stands for can be trusted, where that had to be asked.
    pub(super) trust: Trust,
    /// What it says now, if that can be told.
    leads_to: Option<BTreeSet<&'a str>>,
    /// Whether `leads_to` is all it ever says: a load balancer's addresses come and go.
    is_fixed: bool,
}

/// Whether a set has to be told apart from others, for which it must be known what it leads to.
#[derive(Clone, Copy)]
enum Told {
    Alone,
    Apart,
}

/// Which of the sets Route 53 answers.
pub(super) enum Choice {
    /// There is one, or all of them are meant.
    All,
    /// The primary, since it is healthy.
    Primary(usize),
    /// The secondary, since the primary is unhealthy and it is healthy.
    Secondary(usize),
    /// The primary although it is unhealthy: the secondary is no better, or there is none (trap 3).
    PrimaryAnyway(usize),
    /// Any of these, by weight.
    Weighted(Vec<usize>),
    /// Of these the one nearest to who asks.
    Nearest(Vec<usize>),
    /// Any of these, by another rule.
    Healthy(Vec<usize>),
    /// All of them: none is healthy, and then Route 53 takes all for healthy (trap 4).
    FailOpen,
    /// It cannot be told.
    Untold,
}

/// The question for the addresses of `name`, put to whoever knows: the zone's own servers for its names, the resolvers for others.
pub(super) fn question(name: &str, kind: &str, server: DnsServer) -> Query {
    let question = DnsQuestion { name: name.to_owned(), kind: kind.to_owned(), server };
    Query::DnsAnswer(Place::home(Place::EVERYWHERE), question)
}

/// The name without its dot, in small letters.
pub(super) fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

impl<'a> Zone<'a> {
    /// The records of `name` and of type `kind`, or else those that make it another name; a wildcard's where it has none of its own.
    pub(super) fn records_of(&self, index: &Index<'a>, name: &str, kind: &str) -> Vec<&'a Record> {
        let above = std::iter::successors(name.split_once('.').map(|(_, above)| above), |name| {
            name.split_once('.').map(|(_, above)| above)
        });
        let names = std::iter::once(name.to_owned()).chain(above.map(|above| format!("*.{above}")));
        for name in names {
            let found = index.records_of(self.records, &name).value.unwrap_or_default();
            let of = |kind: &str| -> Vec<&'a Record> {
                found.iter().copied().filter(|record| record.kind.as_str() == kind).collect()
            };
            let records = of(kind);
            let records = if records.is_empty() { of("CNAME") } else { records };
            if !records.is_empty() || !found.is_empty() {
                return records;
            }
        }
        Vec::new()
    }

    /// The name that a record stands for, if it says no addresses itself.
    fn other_name(record: &Record, kind: &str) -> Option<String> {
        match &record.alias {
            Some(alias) => Some(bare(alias.target.as_str())),
            None if record.kind.as_str() == "CNAME" && kind != "CNAME" => {
                record.values.first().map(|value| bare(value.as_str()))
            }
            None => None,
        }
    }

    /// What has to be asked to tell the sets of `name` apart: what each of them leads to.
    pub(super) fn questions(&self, index: &Index<'a>, name: &str, kind: &str) -> Vec<Query> {
        let sets = self.records_of(index, name, kind);
        if sets.len() < 2 {
            return Vec::new();
        }
        sets.iter()
            .filter_map(|record| Self::other_name(record, kind))
            .map(|name| self.ask(index, &name, kind))
            .collect()
    }

    fn ask(&self, index: &Index<'a>, name: &str, kind: &str) -> Query {
        let ours = !self.records_of(index, name, kind).is_empty();
        question(name, kind, if ours { self.server.clone() } else { DnsServer::Resolver })
    }

    /// The sets of `name`.
    pub(super) fn sets(&self, index: &Index<'a>, name: &str, kind: &str) -> Vec<Set<'a>> {
        let records = self.records_of(index, name, kind);
        let told_apart = if records.len() < 2 { Told::Alone } else { Told::Apart };
        records.into_iter().map(|record| self.set(index, record, kind, told_apart, 0)).collect()
    }

    fn set(&self, index: &Index<'a>, record: &'a Record, kind: &str, told: Told, depth: usize) -> Set<'a> {
        let check = record.health_check.as_ref().map(|id| Check::observe(index, self.place, id.as_str()));
        let other = Self::other_name(record, kind);
        let below = match &other {
            Some(name) if depth < MAX_DEPTH => {
                let records = self.records_of(index, name, kind).into_iter();
                records.map(|record| self.set(index, record, kind, Told::Alone, depth + 1)).collect()
            }
            Some(_) | None => Vec::new(),
        };
        let own = check.as_ref().map_or(Counts::Healthy, Check::counts);
        let target = match &record.alias {
            // What Route 53 sees of a load balancer nobody else is told; it is taken for well until an answer says otherwise.
            Some(alias) if alias.evaluates_health && !below.is_empty() => best(&below),
            Some(_) | None => Counts::Healthy,
        };
        let (leads_to, trust) = match (&other, told) {
            (None, _) => (Some(record.values.iter().map(Text::as_str).collect()), Trust::Fresh),
            (Some(name), Told::Apart) => {
                let answer = index.one(&self.ask(index, name, kind), Snapshot::dns_answer);
                let values = answer.value.filter(|_| answer.is_fresh()).map(|answer| answer.values.iter());
                let said: Option<BTreeSet<&str>> = values.map(|values| values.map(Text::as_str).collect());
                (said.filter(|values| !values.is_empty()), answer.trust)
            }
            (Some(_), Told::Alone) => (None, Trust::Fresh),
        };
        let is_fixed = other.is_none() || (!below.is_empty() && below.iter().all(|set| set.is_fixed));
        let site = self.site(record, other.as_deref(), &below);
        Set { record, counts: worse(own, target), check, site, other_name: other, trust, leads_to, is_fixed }
    }

    /// Where a record set leads: its own Region, the Region in the name it stands for, what its health check watches, what it is called. A set
    /// that was led elsewhere keeps its check and its name.
    fn site(&self, record: &Record, other: Option<&str>, below: &[Set<'_>]) -> Option<Site> {
        if let Routing::Latency(region) = &record.routing {
            return Some(Site::Region(Region::new(region.as_str())));
        }
        let checked = record.health_check.as_ref().and_then(|id| {
            self.watched.iter().find(|(watched, _)| watched == id.as_str()).map(|(_, site)| site.clone())
        });
        let named = || other.and_then(region_in).map(Site::Region);
        let followed = || {
            let sites: BTreeSet<&Site> = below.iter().filter_map(|set| set.site.as_ref()).collect();
            match (sites.first(), sites.len()) {
                (Some(site), 1) => Some((*site).clone()),
                _ => None,
            }
        };
        let called = || record.set.as_ref().and_then(|set| region_in(set.as_str())).map(Site::Region);
        named().or_else(followed).or(checked).or_else(called)
    }
}

fn best(sets: &[Set<'_>]) -> Counts {
    let any = |counts| sets.iter().any(|set| set.counts == counts);
    match (any(Counts::Healthy), any(Counts::Untold)) {
        (true, _) => Counts::Healthy,
        (false, true) => Counts::Untold,
        (false, false) => Counts::Unhealthy,
    }
}

fn worse(a: Counts, b: Counts) -> Counts {
    match (a, b) {
        (Counts::Unhealthy, _) | (_, Counts::Unhealthy) => Counts::Unhealthy,
        (Counts::Untold, _) | (_, Counts::Untold) => Counts::Untold,
        (Counts::Healthy, Counts::Healthy) => Counts::Healthy,
    }
}

impl Set<'_> {
    /// `the primary (us-east-1)`, `the record set eu (eu-west-1)`, `us-east-1`.
    pub(super) fn words(&self) -> String {
        let set = self.record.set.as_ref().map(|set| set.as_str());
        let site = self.site.as_ref().map(Site::as_str);
        match (&self.record.routing, site.or(set)) {
            (Routing::Primary, Some(place)) => format!("the primary ({place})"),
            (Routing::Primary, None) => "the primary".to_owned(),
            (Routing::Secondary, Some(place)) => format!("the secondary ({place})"),
            (Routing::Secondary, None) => "the secondary".to_owned(),
            (Routing::Simple, Some(place)) => format!("its only record set ({place})"),
            (Routing::Simple, None) => "its only record set".to_owned(),
            (Routing::Weighted(_) | Routing::Latency(_) | Routing::Other(_), _) => match (set, site) {
                (Some(set), Some(site)) if set != site => format!("{set} ({site})"),
                (Some(name), _) | (None, Some(name)) => name.to_owned(),
                (None, None) => "a record set without a name".to_owned(),
            },
        }
    }

    /// Whether `values` come from it, as far as can be told.
    pub(super) fn says(&self, values: &BTreeSet<&str>) -> Option<bool> {
        if self.other_name.as_ref().is_some_and(|name| values.iter().any(|value| bare(value) == *name)) {
            return Some(true);
        }
        let own = self.leads_to.as_ref()?;
        if own.iter().any(|value| values.contains(value)) {
            return Some(true);
        }
        // A load balancer answers with some of its addresses; other ones prove nothing.
        self.is_fixed.then_some(false)
    }

    /// Whether something says when it is not to be answered.
    pub(super) fn is_guarded(&self) -> bool {
        self.check.is_some() || self.record.alias.as_ref().is_some_and(|alias| alias.evaluates_health)
    }

    const fn weight(&self) -> Option<u64> {
        match self.record.routing {
            Routing::Weighted(weight) => Some(weight),
            Routing::Simple | Routing::Primary | Routing::Secondary | Routing::Latency(_) | Routing::Other(_) => None,
        }
    }
}

/// The position of the set with that routing.
pub(super) fn position(sets: &[Set<'_>], routing: &Routing) -> Option<usize> {
    sets.iter().position(|set| set.record.routing == *routing)
}

/// Which of `sets` Route 53 answers, by what it is told of their health.
pub(super) fn choose(sets: &[Set<'_>]) -> Choice {
    let counts = |at: usize| sets.get(at).map(|set| set.counts);
    if let Some(primary) = position(sets, &Routing::Primary) {
        let secondary = position(sets, &Routing::Secondary);
        return match (counts(primary), secondary.and_then(counts)) {
            (Some(Counts::Healthy), _) => Choice::Primary(primary),
            (Some(Counts::Unhealthy), Some(Counts::Healthy)) => secondary.map_or(Choice::Untold, Choice::Secondary),
            (Some(Counts::Unhealthy), Some(Counts::Unhealthy) | None) => Choice::PrimaryAnyway(primary),
            (Some(Counts::Unhealthy), Some(Counts::Untold)) | (Some(Counts::Untold) | None, _) => Choice::Untold,
        };
    }
    if sets.len() < 2 {
        return Choice::All;
    }
    if sets.iter().any(|set| set.counts == Counts::Untold) {
        return Choice::Untold;
    }
    let healthy: Vec<usize> = (0..sets.len()).filter(|at| counts(*at) == Some(Counts::Healthy)).collect();
    if healthy.is_empty() {
        return Choice::FailOpen;
    }
    match sets.first().map(|set| &set.record.routing) {
        Some(Routing::Weighted(_)) => {
            let weighs = |at: &usize| sets.get(*at).and_then(Set::weight).is_some_and(|weight| weight > 0);
            let weighing: Vec<usize> = healthy.iter().copied().filter(weighs).collect();
            // Those of no weight are answered only where there are no others.
            Choice::Weighted(if weighing.is_empty() { healthy } else { weighing })
        }
        Some(Routing::Latency(_)) => Choice::Nearest(healthy),
        Some(Routing::Simple | Routing::Primary | Routing::Secondary | Routing::Other(_)) | None => {
            Choice::Healthy(healthy)
        }
    }
}

impl Choice {
    /// The positions of the sets that may be answered; `None` if that cannot be told.
    pub(super) fn allowed(&self, count: usize) -> Option<Vec<usize>> {
        match self {
            Self::All | Self::FailOpen => Some((0..count).collect()),
            Self::Primary(at) | Self::Secondary(at) | Self::PrimaryAnyway(at) => Some(vec![*at]),
            Self::Weighted(at) | Self::Nearest(at) | Self::Healthy(at) => Some(at.clone()),
            Self::Untold => None,
        }
    }
}
