//! Hosted zones.

use super::{invalid, page_size, records, reversed};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::dns::{Zone, full_name};
use crate::sim::wire::{AwsError, Value};

/// The largest page.
const PAGE: usize = 100;
/// The name servers of every zone.
const NAME_SERVERS: [(&str, &str); 4] = [("ns", "com"), ("ns", "net"), ("ns", "org"), ("ns", "co.uk")];

/// `ListHostedZones`, by id. The marker is the id of the first zone of the page.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let size = page_size(call, PAGE)?;
    let private_only = match call.text("hostedzonetype") {
        None => false,
        Some("PrivateHostedZone") => true,
        Some(other) => return Err(invalid(format!("hostedzonetype must be PrivateHostedZone, not {other}"))),
    };
    if let Some(set) = call.text("delegationsetid") {
        let message = format!("A reusable delegation set with the ID {set} does not exist.");
        return Err(AwsError::new(400, "NoSuchDelegationSet", message));
    }
    let mut zones: Vec<&Zone> =
        world.estate.route53.zones.iter().filter(|zone| zone.private || !private_only).collect();
    zones.sort_by(|a, b| a.id.cmp(&b.id));
    let marker = call.text("marker").map(bare).unwrap_or_default();
    let first = if marker.is_empty() {
        0
    } else {
        let known = zones.iter().position(|zone| zone.id == marker);
        known.ok_or_else(|| invalid(format!("The marker {marker} is not the ID of a hosted zone")))?
    };
    let next = zones.get(first.saturating_add(size)).map(|zone| zone.id.as_str());
    let page = zones.iter().skip(first).take(size).map(|zone| value(world, zone));
    Ok(Value::map([
        ("HostedZones", Value::list("HostedZone", page)),
        ("Marker", marker.into()),
        ("IsTruncated", next.is_some().into()),
        ("NextMarker", next.into()),
        ("MaxItems", size.to_string().into()),
    ]))
}

/// `ListHostedZonesByName`, by the labels of their names from the end, beginning with a name.
pub(super) fn by_name(world: &World, call: &Call) -> Result<Value, AwsError> {
    let size = page_size(call, PAGE)?;
    let (name, id) = (call.text("dnsname"), call.text("hostedzoneid").map(bare));
    if id.is_some() && name.is_none() {
        return Err(invalid("hostedzoneid is taken with dnsname only".to_owned()));
    }
    let mut zones: Vec<(String, &Zone)> =
        world.estate.route53.zones.iter().map(|zone| (reversed(&zone.name), zone)).collect();
    zones.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
    if let Some(name) = name {
        let begin = (reversed(name), id.unwrap_or_default());
        zones.retain(|(name, zone)| (name.as_str(), zone.id.as_str()) >= (begin.0.as_str(), begin.1));
    }
    let next = zones.get(size).map(|(_, zone)| *zone);
    let page = zones.iter().take(size).map(|(_, zone)| value(world, zone));
    Ok(Value::map([
        ("HostedZones", Value::list("HostedZone", page)),
        ("DNSName", name.map(full_name).into()),
        ("HostedZoneId", id.into()),
        ("IsTruncated", next.is_some().into()),
        ("NextDNSName", next.map(|zone| full_name(&zone.name)).into()),
        ("NextHostedZoneId", next.map(|zone| &zone.id).into()),
        ("MaxItems", size.to_string().into()),
    ]))
}

/// The zone of that id.
pub(super) fn asked<'w>(world: &'w World, id: &str) -> Result<&'w Zone, AwsError> {
    let id = bare(id);
    world
        .estate
        .route53
        .zones
        .iter()
        .find(|zone| zone.id == id)
        .ok_or_else(|| AwsError::new(404, "NoSuchHostedZone", format!("No hosted zone found with ID: {id}")))
}

/// The name servers of a zone.
pub(super) fn name_servers(world: &World, zone: &Zone) -> [String; 4] {
    NAME_SERVERS.map(|(word, end)| {
        let number = (world.unit(&["name-server", &zone.id, end]) * 2_000.0) as u32;
        format!("{word}-{number}.awsdns-{:02}.{end}", number % 64)
    })
}

/// An id with or without the prefix that replies carry.
pub(super) fn bare(id: &str) -> &str {
    id.strip_prefix("/hostedzone/").unwrap_or(id)
}

fn value(world: &World, zone: &Zone) -> Value {
    let comment = Some(&zone.comment).filter(|comment| !comment.is_empty());
    let features = zone.accelerated_recovery.then(|| Value::map([("AcceleratedRecoveryStatus", "ENABLED".into())]));
    Value::map([
        ("Id", format!("/hostedzone/{}", zone.id).into()),
        ("Name", full_name(&zone.name).into()),
        ("CallerReference", world.uuid(&["caller-reference", &zone.id]).into()),
        ("Config", Value::map([("Comment", comment.into()), ("PrivateZone", zone.private.into())])),
        ("ResourceRecordSetCount", i64::try_from(records::of(world, zone).len()).unwrap_or(i64::MAX).into()),
        ("Features", features.unwrap_or(Value::Null)),
    ])
}
