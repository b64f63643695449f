//! `TestDNSAnswer`: what Route 53's name servers answer now, from records, routing and health.

use super::records;
use super::zones::{self, name_servers};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::dns::{Alias, Record, Role, Routing, Zone, full_name};
use crate::sim::health::Health;
use crate::sim::wire::{AwsError, Value};

/// How many records a multivalue answer has at most.
const MOST_VALUES: usize = 8;
/// How often an alias may point to an alias.
const MAX_DEPTH: usize = 8;

pub(super) fn test(world: &World, call: &Call) -> Result<Value, AwsError> {
    let required = |name: &str| call.required(name, super::invalid);
    let (name, kind) = (full_name(required("recordname")?), required("recordtype")?);
    let zone = zones::asked(world, required("hostedzoneid")?)?;
    let records = records::of(world, zone);
    let resolver = call.text("edns0clientsubnetip").or(call.text("resolverip")).unwrap_or_default();
    let dns = Dns { world, zone, records: &records, resolver };
    let is_known = records.iter().any(|record| full_name(&record.name) == name);
    let data = dns.answer(&name, kind, 0);
    let [server, ..] = name_servers(world, zone);
    Ok(Value::map([
        ("Nameserver", server.into()),
        ("RecordName", name.into()),
        ("RecordType", kind.into()),
        ("RecordData", Value::list("RecordDataEntry", data.into_iter().map(Value::from))),
        ("ResponseCode", if is_known { "NOERROR" } else { "NXDOMAIN" }.into()),
        ("Protocol", "UDP".into()),
    ]))
}

/// A zone, asked by a resolver.
struct Dns<'a> {
    world: &'a World,
    zone: &'a Zone,
    records: &'a [Record],
    resolver: &'a str,
}

impl Dns<'_> {
    /// The data of the answer; nothing for a name or type that there is not.
    fn answer(&self, name: &str, kind: &str, depth: usize) -> Vec<String> {
        let chosen = self.choose(&self.set(name, kind), depth);
        chosen.iter().flat_map(|record| self.data(record, kind, depth)).collect()
    }

    /// The records of a name: those of the type asked, or an alias of another name.
    fn set(&self, name: &str, kind: &str) -> Vec<&Record> {
        let named = |kind: &str| -> Vec<&Record> {
            self.records.iter().filter(|r| r.kind.name() == kind && full_name(&r.name) == name).collect()
        };
        let own = named(kind);
        if own.is_empty() { named("CNAME") } else { own }
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

    /// One of them, each as often as it weighs; a weight of zero counts only where there is no other.
    fn weighted<'r>(&self, candidates: &[&'r Record]) -> Option<&'r Record> {
        let weight =
            |record: &Record| if let Routing::Weight(weight) = record.routing { f64::from(weight) } else { 0.0 };
        let all: f64 = candidates.iter().map(|record| weight(record)).sum();
        let mut drawn = all * self.world.unit(&["answer", self.resolver, &self.world.now.millis().to_string()]);
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
            && target.is_none_or(|alias| self.is_target_healthy(alias, record.kind.name(), depth))
    }

    /// Whether an alias points to something that works: one of the zone's own records, or a load balancer, named after its Region.
    fn is_target_healthy(&self, alias: &Alias, kind: &str, depth: usize) -> bool {
        if alias.zone != self.zone.id {
            let regions = self.world.estate.regions.iter();
            let mut home = regions.filter(|region| alias.name.contains(&format!(".{region}.")));
            return !home.any(|region| self.world.is_out(region, self.world.now));
        }
        let set = self.set(&full_name(&alias.name), kind);
        depth >= MAX_DEPTH || set.iter().any(|record| self.is_healthy(record, depth + 1))
    }

    /// What a record says; an alias says what its target does.
    fn data(&self, record: &Record, kind: &str, depth: usize) -> Vec<String> {
        let Some(alias) = &record.alias else { return record.values.clone() };
        if alias.zone != self.zone.id {
            return self.addresses(&alias.name, kind);
        }
        if depth >= MAX_DEPTH { Vec::new() } else { self.answer(&full_name(&alias.name), kind, depth + 1) }
    }

    /// The two addresses of a load balancer.
    fn addresses(&self, name: &str, kind: &str) -> Vec<String> {
        let part = |node: &str, part: &str| (self.world.unit(&["address", name, node, part]) * 254.0) as u8 + 1;
        ["1", "2"]
            .into_iter()
            .map(|node| match kind {
                "AAAA" => format!("2001:db8::{:x}:{:x}", part(node, "high"), part(node, "low")),
                _ => format!("198.51.100.{}", part(node, "low")),
            })
            .collect()
    }
}
