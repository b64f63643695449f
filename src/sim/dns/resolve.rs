//! What a name resolves to: records, routing and health, as Route 53 weighs them. `TestDNSAnswer` tells it, the DNS server answers it.

use crate::sim::World;
use crate::sim::estate::dns::{Alias, Record, RecordType, Role, Routing, Zone, full_name, plain};
use crate::sim::health::Health;
use crate::sim::services::route53::own_records;

/// How many records a multivalue answer has at most.
const MOST_VALUES: usize = 8;
/// How often a name may lead to another one.
const MAX_DEPTH: usize = 8;
/// How long resolvers keep the address of a load balancer, which is all that an alias to it says.
const LOAD_BALANCER_TTL: u32 = 60;

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) struct Answered {
    /// The name it is about, in full.
    pub(in crate::sim) name: String,
    /// Its type.
    pub(in crate::sim) kind: RecordType,
    /// Seconds that resolvers keep it.
    pub(in crate::sim) ttl: u32,
    /// What it says, as Route 53's API writes it.
    pub(in crate::sim) value: String,
}

/// What there is for a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Found {
    /// The records asked for; those of the names on the way to them come first.
    Answer(Vec<Answered>),
    /// Somebody else's name servers know.
    Referral(Vec<Answered>),
    /// The name is there, the type is not.
    NoData,
    /// There is no such name.
    NoName,
}

/// A zone, asked by a resolver.
pub(in crate::sim) struct Dns<'a> {
    /// The world at the moment of the question.
    pub(in crate::sim) world: &'a World,
    zone: &'a Zone,
    /// The records that Route 53 itself made in it.
    own: Vec<Record>,
    /// The address of the resolver, or of the network it asks for; empty if unknown.
    resolver: &'a str,
    /// What weights are drawn by: another word, another draw.
    draw: &'a str,
}

impl<'a> Dns<'a> {
    /// A zone, asked by the resolver of that address.
    pub(in crate::sim) fn new(world: &'a World, zone: &'a Zone, resolver: &'a str, draw: &'a str) -> Self {
        Self { world, zone, own: own_records(world, zone, zone.published(world.now)), resolver, draw }
    }

    /// What there is of that type under that name.
    pub(in crate::sim) fn find(&self, name: &str, kind: RecordType) -> Found {
        let name = &plain(name);
        if let Some(cut) = self.delegation(name) {
            return Found::Referral(cut);
        }
        let Some(source) = self.source(name) else {
            return if self.is_between(name) { Found::NoData } else { Found::NoName };
        };
        let mut answer = Vec::new();
        self.follow(name, &source, kind, 0, &mut answer);
        if answer.is_empty() { Found::NoData } else { Found::Answer(answer) }
    }

    /// The types there are under that name.
    pub(in crate::sim) fn kinds(&self, name: &str) -> Vec<RecordType> {
        let Some(source) = self.source(&plain(name)) else { return Vec::new() };
        let mut kinds: Vec<RecordType> = self.named(&source).map(|record| record.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// The start of the zone.
    pub(in crate::sim) fn soa(&self) -> Vec<Answered> {
        let apex = plain(&self.zone.name);
        self.answer(&apex, &apex, RecordType::Soa, 0)
    }

    /// The name servers of a part of the zone that was given away, when the name is in it.
    fn delegation(&self, name: &str) -> Option<Vec<Answered>> {
        let apex = plain(&self.zone.name);
        let parts = std::iter::successors(Some(name), |name| parent(name)).take_while(|part| *part != apex);
        let cut = parts.filter(|part| self.named(part).any(|record| record.kind == RecordType::Ns)).last()?;
        Some(self.answer(cut, cut, RecordType::Ns, 0))
    }

    /// The name in the zone that answers for a name: itself, or the wildcard that covers it.
    fn source(&self, name: &str) -> Option<String> {
        if self.named(name).next().is_some() {
            return Some(name.to_owned());
        }
        if self.is_between(name) {
            return None;
        }
        for above in std::iter::successors(parent(name), |name| parent(name)) {
            let wildcard = format!("*.{above}");
            if self.named(&wildcard).next().is_some() {
                return Some(wildcard);
            }
            if self.named(above).next().is_some() || self.is_between(above) {
                return None;
            }
        }
        None
    }

    /// Whether a name has no record but names below it do: it is there, and says nothing.
    fn is_between(&self, name: &str) -> bool {
        self.records().any(|record| is_below(&record.name, name))
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        self.zone.published(self.world.now).iter().chain(&self.own)
    }

    fn named<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s Record> {
        self.records().filter(move |record| record.name.trim_end_matches('.').eq_ignore_ascii_case(name))
    }

    /// The records of a type, or another name and what is found under it.
    fn follow(&self, name: &str, source: &str, kind: RecordType, depth: usize, answer: &mut Vec<Answered>) {
        let own = self.answer(name, source, kind, 0);
        if !own.is_empty() || kind == RecordType::Cname {
            answer.extend(own);
            return;
        }
        let other = self.answer(name, source, RecordType::Cname, 0);
        let next = other.first().map(|record| plain(&record.value));
        answer.extend(other);
        if let Some(next) = next.filter(|_| depth < MAX_DEPTH)
            && self.delegation(&next).is_none()
            && let Some(source) = self.source(&next)
        {
            self.follow(&next, &source, kind, depth + 1, answer);
        }
    }

    /// The records of exactly that type that are answered to a name by what stands under `source`.
    fn answer(&self, name: &str, source: &str, kind: RecordType, depth: usize) -> Vec<Answered> {
        let values = self.values(source, kind, depth).into_iter();
        values.map(|(ttl, value)| Answered { name: full_name(name), kind, ttl, value }).collect()
    }

    fn values(&self, source: &str, kind: RecordType, depth: usize) -> Vec<(u32, String)> {
        let chosen = self.choose(&self.set(source, kind), depth);
        chosen.iter().flat_map(|record| self.data(record, depth)).collect()
    }

    fn set(&self, name: &str, kind: RecordType) -> Vec<&Record> {
        self.named(name).filter(|record| record.kind == kind).collect()
    }

    /// Those of a set that are answered. Where nothing is healthy, Route 53 answers as if everything were.
    fn choose<'r>(&self, set: &[&'r Record], depth: usize) -> Vec<&'r Record> {
        let healthy: Vec<&Record> = set.iter().copied().filter(|record| self.is_healthy(record, depth)).collect();
        let candidates = if healthy.is_empty() { set } else { &healthy };
        match set.first().map(|record| &record.routing) {
            None => Vec::new(),
            Some(Routing::Simple) => set.to_vec(),
            Some(Routing::Failover(_)) => {
                let of = |wanted: Role| candidates.iter().find(|record| record.routing == Routing::Failover(wanted));
                of(Role::Primary).or(of(Role::Secondary)).copied().into_iter().collect()
            }
            Some(Routing::Weight(_)) => self.weighted(candidates).into_iter().collect(),
            Some(Routing::Latency(_)) => self.nearest(candidates).into_iter().collect(),
            Some(Routing::Multivalue) => candidates.iter().copied().take(MOST_VALUES).collect(),
        }
    }

    /// One of them, each as often as it weighs; weights of zero count, alike, only where there are no others.
    fn weighted<'r>(&self, candidates: &[&'r Record]) -> Option<&'r Record> {
        let given =
            |record: &Record| if let Routing::Weight(weight) = record.routing { f64::from(weight) } else { 0.0 };
        let is_weighed = candidates.iter().any(|record| given(record) > 0.0);
        let weight = |record: &Record| if is_weighed { given(record) } else { 1.0 };
        let all: f64 = candidates.iter().map(|record| weight(record)).sum();
        let mut drawn = all * self.world.unit(&["answer", self.resolver, self.draw]);
        let found = candidates.iter().find(|record| {
            drawn -= weight(record);
            weight(record) > 0.0 && drawn < 0.0
        });
        found.or(candidates.first()).copied()
    }

    /// The one whose Region is nearest to the resolver: one without an address is near the estate's first Region, any other has a
    /// Region of its own, drawn from its network.
    fn nearest<'r>(&self, candidates: &[&'r Record]) -> Option<&'r Record> {
        let network = self.resolver.rsplit_once('.').map_or(self.resolver, |(network, _)| network);
        let regions = &self.world.estate.regions;
        let home = if network.is_empty() { 0.0 } else { self.world.unit(&["near", network]) * regions.len() as f64 };
        let far = |record: &Record| {
            let Routing::Latency(region) = &record.routing else { return usize::MAX };
            let place = regions.iter().position(|known| known == region).unwrap_or(regions.len());
            (place + regions.len() - home as usize) % regions.len().max(1)
        };
        candidates.iter().copied().min_by_key(|record| far(record))
    }

    fn is_healthy(&self, record: &Record, depth: usize) -> bool {
        let world = self.world;
        let checks = &world.estate.route53.health_checks;
        let check = record.health_check.as_ref().and_then(|id| checks.iter().find(|check| check.id == *id));
        let target = record.alias.as_ref().filter(|alias| alias.evaluate_target_health);
        check.is_none_or(|check| world.health(check, world.now) == Health::Healthy)
            && target.is_none_or(|alias| self.is_target_healthy(alias, record.kind, depth))
    }

    /// Whether an alias points to something that works: one of the zone's own records, or a load balancer, named after its Region.
    fn is_target_healthy(&self, alias: &Alias, kind: RecordType, depth: usize) -> bool {
        if alias.zone != self.zone.id {
            let regions = self.world.estate.regions.iter();
            let mut home = regions.filter(|region| alias.name.contains(&format!(".{region}.")));
            return !home.any(|region| self.world.is_out(region, self.world.now));
        }
        let set = self.set(&plain(&alias.name), kind);
        depth >= MAX_DEPTH || set.iter().any(|record| self.is_healthy(record, depth + 1))
    }

    /// What a record says and for how long; an alias says what its target does.
    fn data(&self, record: &Record, depth: usize) -> Vec<(u32, String)> {
        let Some(alias) = &record.alias else {
            let ttl = record.ttl.unwrap_or_default();
            return record.values.iter().map(|value| (ttl, value.clone())).collect();
        };
        if alias.zone != self.zone.id {
            return self.addresses(&alias.name, record.kind);
        }
        if depth >= MAX_DEPTH { Vec::new() } else { self.values(&plain(&alias.name), record.kind, depth + 1) }
    }

    /// The two addresses of a load balancer.
    fn addresses(&self, name: &str, kind: RecordType) -> Vec<(u32, String)> {
        let part = |node: &str, part: &str| (self.world.unit(&["address", name, node, part]) * 254.0) as u8 + 1;
        ["1", "2"]
            .into_iter()
            .map(|node| match kind {
                RecordType::Aaaa => format!("2001:db8::{:x}:{:x}", part(node, "high"), part(node, "low")),
                RecordType::A
                | RecordType::Cname
                | RecordType::Mx
                | RecordType::Txt
                | RecordType::Ns
                | RecordType::Soa => format!("198.51.100.{}", part(node, "low")),
            })
            .map(|address| (LOAD_BALANCER_TTL, address))
            .collect()
    }
}

/// The name above a name; there is none above the last label.
fn parent(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, above)| above)
}

/// Whether a name ends with another one and has more labels.
fn is_below(name: &str, above: &str) -> bool {
    let name = name.trim_end_matches('.');
    let rest = name.len().checked_sub(above.len());
    let parts = rest.and_then(|rest| name.split_at_checked(rest));
    parts.is_some_and(|(labels, end)| labels.ends_with('.') && end.eq_ignore_ascii_case(above))
}
