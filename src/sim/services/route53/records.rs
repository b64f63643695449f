//! The record sets of a zone.

use super::zones::{self, name_servers};
use super::{invalid, page_size, reversed};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::dns::{Record, RecordType, Role, Routing, Zone, full_name};
use crate::sim::wire::{AwsError, Value};

/// The largest page.
const PAGE: usize = 300;
/// How long resolvers keep the zone's own records.
const NS_TTL: u32 = 172_800;
const SOA_TTL: u32 = 900;

/// Where a record stands in the list.
type Place<'a> = (String, &'static str, &'a str);

/// `ListResourceRecordSets`: by the labels of the name from its end, then by type, then by identifier, from where it is asked.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let size = page_size(call, PAGE)?;
    let zone = zones::asked(world, call.text("Id").unwrap_or_default())?;
    let (name, kind, id) = (call.text("name"), call.text("type"), call.text("identifier"));
    if (kind.is_some() && name.is_none()) || (id.is_some() && kind.is_none()) {
        return Err(invalid("identifier is taken with type only, and type with name only".to_owned()));
    }
    let records = of(world, zone);
    let begin = (name.map(reversed).unwrap_or_default(), kind.unwrap_or_default(), id.unwrap_or_default());
    let found: Vec<&Record> = records
        .iter()
        .filter(|record| {
            let (name, kind, id) = place(record);
            (name.as_str(), kind, id) >= (begin.0.as_str(), begin.1, begin.2)
        })
        .collect();
    let next = found.get(size);
    Ok(Value::map([
        ("ResourceRecordSets", Value::list("ResourceRecordSet", found.iter().take(size).map(|record| value(record)))),
        ("IsTruncated", next.is_some().into()),
        ("NextRecordName", next.map(|record| full_name(&record.name)).into()),
        ("NextRecordType", next.map(|record| record.kind.name()).into()),
        ("NextRecordIdentifier", next.and_then(|record| record.id.as_ref()).into()),
        ("MaxItems", size.to_string().into()),
    ]))
}

/// Every record of a zone, its own two among them, in Route 53's order.
pub(super) fn of(world: &World, zone: &Zone) -> Vec<Record> {
    let mut records = zone.records.clone();
    records.extend(own(world, zone, &zone.records));
    records.sort_by_cached_key(|record| {
        let (name, kind, id) = place(record);
        (name, kind, id.to_owned())
    });
    records
}

/// The records that Route 53 itself makes in a zone, its name servers and its start, but for those that somebody set since.
pub(in crate::sim) fn own(world: &World, zone: &Zone, records: &[Record]) -> Vec<Record> {
    let apex = full_name(&zone.name);
    let is_set = |kind| records.iter().any(|record| record.kind == kind && full_name(&record.name) == apex);
    let record = |kind, ttl, values| Record {
        name: zone.name.clone(),
        kind,
        id: None,
        routing: Routing::Simple,
        ttl: Some(ttl),
        values,
        alias: None,
        health_check: None,
    };
    let servers = name_servers(world, zone).map(|server| full_name(&server));
    let first = servers.first().cloned().unwrap_or_default();
    let start = format!("{first} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400");
    let made = [record(RecordType::Ns, NS_TTL, servers.to_vec()), record(RecordType::Soa, SOA_TTL, vec![start])];
    made.into_iter().filter(|record| !is_set(record.kind)).collect()
}

fn place(record: &Record) -> Place<'_> {
    (reversed(&full_name(&record.name)), record.kind.name(), record.id.as_deref().unwrap_or_default())
}

fn value(record: &Record) -> Value {
    let role = match &record.routing {
        Routing::Failover(Role::Primary) => Some("PRIMARY"),
        Routing::Failover(Role::Secondary) => Some("SECONDARY"),
        Routing::Simple | Routing::Weight(_) | Routing::Latency(_) | Routing::Multivalue => None,
    };
    let weight = if let Routing::Weight(weight) = &record.routing { Some(*weight) } else { None };
    let region = if let Routing::Latency(region) = &record.routing { Some(region) } else { None };
    let multivalue = (record.routing == Routing::Multivalue).then_some(true);
    let values = record.values.iter().map(|value| Value::map([("Value", value.into())]));
    let alias = record.alias.as_ref().map(|alias| {
        Value::map([
            ("HostedZoneId", (&alias.zone).into()),
            ("DNSName", full_name(&alias.name).into()),
            ("EvaluateTargetHealth", alias.evaluate_target_health.into()),
        ])
    });
    let has_values = record.alias.is_none();
    Value::map([
        ("Name", full_name(&record.name).into()),
        ("Type", record.kind.name().into()),
        ("SetIdentifier", record.id.as_ref().into()),
        ("Weight", weight.into()),
        ("Region", region.into()),
        ("Failover", role.into()),
        ("MultiValueAnswer", multivalue.into()),
        ("TTL", record.ttl.into()),
        ("ResourceRecords", if has_values { Value::list("ResourceRecord", values) } else { Value::Null }),
        ("AliasTarget", alias.unwrap_or(Value::Null)),
        ("HealthCheckId", record.health_check.as_ref().into()),
    ])
}
