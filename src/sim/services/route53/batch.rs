//! A batch of changes against the records of a zone: all of them or none, with a message for each that does not fit.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::record_set::{Action, Edit};
use super::records;
use crate::sim::World;
use crate::sim::estate::dns::{Alias, Record, RecordType, Routing, Zone, full_name, plain};
use crate::sim::wire::AwsError;

/// The longest part of a name between two dots, and the longest name.
const MOST_LABEL: usize = 63;
const MOST_NAME: usize = 255;

/// The records of a zone after a batch.
pub(super) fn applied(world: &World, zone: &Zone, edits: Vec<Edit>) -> Result<Vec<Record>, AwsError> {
    let checks = &world.estate.route53.health_checks;
    for id in edits.iter().filter_map(|edit| edit.record.health_check.as_ref()) {
        if !checks.iter().any(|check| check.id == *id) {
            let message = format!("A health check with id {id} does not exist.");
            return Err(AwsError::new(404, "NoSuchHealthCheck", message));
        }
    }
    // Those that Route 53 itself made can be set, too.
    let own = records::own(world, zone, &zone.records);
    let mut after = zone.records.clone();
    after.extend(own.iter().cloned());
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for edit in &edits {
        let key = (edit.action, edit.record.name.clone(), edit.record.kind, edit.record.id.clone());
        if seen.insert(key) {
            wrong.extend(apply(zone, &mut after, edit));
        } else {
            let (action, kind, name) = (edit.action.name(), edit.record.kind.name(), full_name(&edit.record.name));
            wrong.push(format!(
                "The request contains an invalid set of changes for a resource record set '{action} {kind} {name}'"
            ));
        }
    }
    let written = edits.iter().filter(|edit| edit.action != Action::Delete);
    wrong.extend(written.filter_map(|edit| dangling(world, zone, &after, &edit.record)));
    if !wrong.is_empty() {
        return Err(AwsError::new(400, "InvalidChangeBatch", format!("[{}]", wrong.join(", "))));
    }
    after.retain(|record| !own.contains(record));
    Ok(after)
}

/// Makes one change; what is wrong with it, if anything.
fn apply(zone: &Zone, records: &mut Vec<Record>, edit: &Edit) -> Vec<String> {
    let record = &edit.record;
    let wrong = shape(zone, record);
    if !wrong.is_empty() {
        return wrong;
    }
    let place = records.iter().position(|known| is_same_set(known, record));
    let refused = match (edit.action, place.and_then(|place| records.get(place))) {
        (Action::Create, Some(_)) => Some(format!("Tried to create {} but it already exists", named(record))),
        (Action::Delete, None) => Some(format!("Tried to delete {} but it was not found", named(record))),
        (Action::Delete, Some(known)) if !says_the_same(known, record) => {
            Some(format!("Tried to delete {} but the values provided do not match the current values", named(record)))
        }
        (Action::Delete, Some(_)) => needed(zone, record),
        (Action::Create | Action::Upsert, known) => conflict(zone, records, known, record),
    };
    if let Some(refused) = refused {
        return vec![refused];
    }
    if let Some(place) = place {
        records.remove(place);
    }
    if edit.action != Action::Delete {
        records.push(record.clone());
    }
    Vec::new()
}

/// How Route 53 names a record set.
fn named(record: &Record) -> String {
    let id = record.id.as_ref().map(|id| format!(", set identifier='{id}'")).unwrap_or_default();
    format!("resource record set [name='{}', type='{}'{id}]", full_name(&record.name), record.kind.name())
}

fn is_same_set(one: &Record, other: &Record) -> bool {
    (full_name(&one.name), one.kind, &one.id) == (full_name(&other.name), other.kind, &other.id)
}

/// Whether two record sets say the same: the order of values does not count, nor how names are written.
fn says_the_same(one: &Record, other: &Record) -> bool {
    let values = |record: &Record| {
        let is_name = matches!(record.kind, RecordType::Cname | RecordType::Ns);
        let mut values: Vec<String> =
            record.values.iter().map(|value| if is_name { plain(value) } else { value.clone() }).collect();
        values.sort_unstable();
        values
    };
    let alias = |record: &Record| {
        record.alias.as_ref().map(|alias| (alias.zone.clone(), plain(&alias.name), alias.evaluate_target_health))
    };
    (&one.routing, one.ttl, &one.health_check) == (&other.routing, other.ttl, &other.health_check)
        && values(one) == values(other)
        && alias(one) == alias(other)
}

/// Why a record set may not be deleted, if it may not.
fn needed(zone: &Zone, record: &Record) -> Option<String> {
    let is_apex = full_name(&record.name) == full_name(&zone.name);
    match record.kind {
        RecordType::Ns if is_apex => {
            Some("A HostedZone must contain at least one NS record for the zone itself.".to_owned())
        }
        RecordType::Soa if is_apex => Some("A HostedZone must contain exactly one SOA record.".to_owned()),
        RecordType::A
        | RecordType::Aaaa
        | RecordType::Cname
        | RecordType::Mx
        | RecordType::Txt
        | RecordType::Ns
        | RecordType::Soa => None,
    }
}

/// Why a record set may not stand beside the others, if it may not. `known` is the one it replaces.
fn conflict(zone: &Zone, records: &[Record], known: Option<&Record>, record: &Record) -> Option<String> {
    let (name, kind) = (full_name(&record.name), record.kind.name());
    let zone_name = full_name(&zone.name);
    let others = || {
        let same_name = records.iter().filter(|other| full_name(&other.name) == name);
        same_name.filter(|other| known.is_none_or(|known| !std::ptr::eq(*other, known)))
    };
    if record.kind == RecordType::Cname {
        if name == zone_name {
            return Some(format!(
                "RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone_name}"
            ));
        }
        if others().any(|other| other.kind != RecordType::Cname) {
            return Some(format!(
                "RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the \
                 same DNS name in zone {zone_name}"
            ));
        }
    } else if others().any(|other| other.kind == RecordType::Cname) {
        return Some(format!(
            "RRSet of type {kind} with DNS name {name} is not permitted because a conflicting RRSet of type CNAME with the \
             same DNS name already exists in zone {zone_name}"
        ));
    }
    let mut set = others().filter(|other| other.kind == record.kind);
    let begin = match &record.id {
        Some(id) => format!("RRSet with DNS name {name}, type {kind}, SetIdentifier {id} cannot be created"),
        None => format!("RRSet with DNS name {name}, type {kind} cannot be created"),
    };
    set.find_map(|other| match (&record.routing, &other.routing) {
        (Routing::Weight(_), Routing::Weight(_)) | (Routing::Multivalue, Routing::Multivalue) => None,
        (Routing::Failover(own), Routing::Failover(theirs)) => (own == theirs).then(|| {
            format!("{begin} because one with the same failover role already exists with the same name and type")
        }),
        (Routing::Latency(own), Routing::Latency(theirs)) => (own == theirs)
            .then(|| format!("{begin} because one with the same region already exists with the same name and type")),
        (
            own,
            Routing::Simple | Routing::Weight(_) | Routing::Failover(_) | Routing::Latency(_) | Routing::Multivalue,
        ) => Some(format!("{begin} as a non-{} set exists with the same name and type", word(own))),
    })
}

fn word(routing: &Routing) -> &'static str {
    match routing {
        Routing::Simple => "simple",
        Routing::Failover(_) => "failover",
        Routing::Weight(_) => "weighted",
        Routing::Latency(_) => "latency",
        Routing::Multivalue => "multivalue answer",
    }
}

/// What is wrong with a record set by itself.
fn shape(zone: &Zone, record: &Record) -> Vec<String> {
    let (name, zone_name) = (full_name(&record.name), full_name(&zone.name));
    if let Some(why) = bad_name(&record.name) {
        return vec![format!("FATAL problem: {why} encountered with '{}'", record.name)];
    }
    if !format!(".{name}").ends_with(&format!(".{zone_name}")) {
        return vec![format!("RRSet with DNS name {name} is not permitted in zone {zone_name}")];
    }
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for value in &record.values {
        if !seen.insert(value) {
            wrong.push(format!("Duplicate Resource Record: '{value}'"));
        }
        if let Some(why) = bad_value(record.kind, value) {
            wrong.push(format!("Invalid Resource Record: 'FATAL problem: {why} encountered with '{value}''"));
        }
    }
    if matches!(record.kind, RecordType::Cname | RecordType::Soa) && record.values.len() > 1 {
        wrong.push(format!("RRSet of type {} with DNS name {name} must have exactly one value", record.kind.name()));
    }
    wrong
}

fn bad_name(name: &str) -> Option<&'static str> {
    let mut labels = name.split('.');
    if name.len() > MOST_NAME {
        Some("DomainNameTooLong (Domain name is too long)")
    } else if labels.clone().any(str::is_empty) {
        Some("DomainLabelEmpty (Domain label is empty)")
    } else if labels.any(|label| label.len() > MOST_LABEL) {
        Some("DomainLabelTooLong (Domain label is too long)")
    } else if name.chars().any(|letter| !letter.is_ascii_graphic()) {
        Some("UnsupportedCharacter (Value contains unsupported characters)")
    } else {
        None
    }
}

fn bad_value(kind: RecordType, value: &str) -> Option<&'static str> {
    let fits = match kind {
        RecordType::A => value.parse::<Ipv4Addr>().is_ok(),
        RecordType::Aaaa => value.parse::<Ipv6Addr>().is_ok(),
        RecordType::Cname | RecordType::Ns => bad_name(plain(value).as_str()).is_none(),
        RecordType::Mx => {
            let mut words = value.split_whitespace();
            let (priority, server) = (words.next().map(str::parse::<u16>), words.next());
            matches!(priority, Some(Ok(_))) && server.is_some() && words.next().is_none()
        }
        RecordType::Txt => {
            let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            inner.is_some_and(|inner| inner.split("\" \"").all(|part| part.len() <= 255))
        }
        RecordType::Soa => value.split_whitespace().count() == 7,
    };
    let why = match kind {
        RecordType::A => "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)",
        RecordType::Aaaa => "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)",
        RecordType::Cname | RecordType::Ns => "InvalidDomainName (Value is not a valid domain name)",
        RecordType::Mx => "MXRRDATANotTwoFields (MX record doesn't have 2 fields)",
        RecordType::Txt => "InvalidCharacterString (Value should be enclosed in quotation marks)",
        RecordType::Soa => "SOARRDATANotSevenFields (SOA record doesn't have 7 fields)",
    };
    (!fits).then_some(why)
}

/// Why an alias leads nowhere, if it does. Another zone that is not of the account is one of AWS's own.
fn dangling(world: &World, zone: &Zone, records: &[Record], record: &Record) -> Option<String> {
    let Alias { zone: target, name, .. } = record.alias.as_ref()?;
    let (name, kind) = (full_name(name), record.kind.name());
    let begin = format!("Tried to create an alias that targets {name}, type {kind} in zone {target},");
    let mut known = world.estate.route53.zones.iter();
    if *target != zone.id {
        return known
            .any(|other| other.id == *target)
            .then(|| format!("{begin} but the alias target name does not lie within the target zone"));
    }
    if !format!(".{name}").ends_with(&format!(".{}", full_name(&zone.name))) {
        return Some(format!("{begin} but the alias target name does not lie within the target zone"));
    }
    let found = records.iter().any(|other| other.kind == record.kind && full_name(&other.name) == name);
    (!found).then(|| format!("{begin} but that target was not found"))
}
