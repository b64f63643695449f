//! What a request says a record set is: read from its parameters, and refused where it contradicts itself.

use serde_json::{Map, Value as Json};

use crate::sim::call::Call;
use crate::sim::estate::dns::{Alias, Record, RecordType, Role, Routing, full_name, plain};
use crate::sim::wire::AwsError;

use super::invalid;

/// How many records a request may name; those of an UPSERT count twice.
const MOST_RECORDS: usize = 1_000;
/// How many characters their values may have; those of an UPSERT count twice.
const MOST_LETTERS: usize = 32_000;
/// The longest comment.
const MOST_COMMENT: usize = 256;
/// The largest TTL.
const MAX_TTL: u32 = i32::MAX.unsigned_abs();
/// The largest weight.
const MAX_WEIGHT: u32 = 255;

/// What is done with a record set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    /// It must not be there.
    Create,
    /// It must be there, exactly so.
    Delete,
    /// It is there afterwards, whatever was before.
    Upsert,
}

/// One of the changes of a request.
pub(super) struct Edit {
    pub(super) action: Action,
    pub(super) record: Record,
}

/// What a request asks.
pub(super) struct Batch {
    pub(super) edits: Vec<Edit>,
    pub(super) comment: String,
}

impl Action {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Delete => "DELETE",
            Self::Upsert => "UPSERT",
        }
    }
}

impl Batch {
    pub(super) fn of(call: &Call) -> Result<Self, AwsError> {
        let batch = call.parameters.get("ChangeBatch").and_then(Json::as_object);
        let batch =
            batch.ok_or_else(|| schema("The content of element 'ChangeResourceRecordSetsRequest' is not complete"))?;
        only(batch, &["Comment", "Changes"])?;
        let comment = text(batch, "Comment").unwrap_or_default().to_owned();
        if comment.chars().count() > MOST_COMMENT {
            return Err(invalid(format!("Comment must have at most {MOST_COMMENT} characters")));
        }
        let changes = batch.get("Changes").and_then(Json::as_array).filter(|changes| !changes.is_empty());
        let changes = changes
            .ok_or_else(|| schema("The content of element 'Changes' is not complete. One of 'Change' is expected"))?;
        let edits: Vec<Edit> = changes.iter().map(Edit::of).collect::<Result<_, _>>()?;
        let counted = |count: fn(&Record) -> usize| -> usize {
            edits.iter().map(|edit| count(&edit.record) * if edit.action == Action::Upsert { 2 } else { 1 }).sum()
        };
        let too_many = |what: &str, most: usize| {
            Err(AwsError::new(400, "InvalidChangeBatch", format!("[Number of {what} limit of {most} exceeded.]")))
        };
        if counted(|record| record.values.len().max(1)) > MOST_RECORDS {
            return too_many("records", MOST_RECORDS);
        }
        if counted(|record| record.values.iter().map(|value| value.chars().count()).sum()) > MOST_LETTERS {
            return too_many("characters", MOST_LETTERS);
        }
        Ok(Self { edits, comment })
    }
}

impl Edit {
    fn of(change: &Json) -> Result<Self, AwsError> {
        let change = object(change)?;
        only(change, &["Action", "ResourceRecordSet"])?;
        let action = match text(change, "Action") {
            Some("CREATE") => Action::Create,
            Some("DELETE") => Action::Delete,
            Some("UPSERT") => Action::Upsert,
            other => {
                let sent = other.unwrap_or_default();
                return Err(schema(&format!(
                    "Value '{sent}' is not facet-valid with respect to enumeration '[CREATE, DELETE, UPSERT]'"
                )));
            }
        };
        let set = object(change.get("ResourceRecordSet").unwrap_or(&Json::Null))?;
        Ok(Self { action, record: record(action, set)? })
    }
}

fn record(action: Action, set: &Map<String, Json>) -> Result<Record, AwsError> {
    only(
        set,
        &[
            "Name",
            "Type",
            "SetIdentifier",
            "Weight",
            "Region",
            "Failover",
            "MultiValueAnswer",
            "TTL",
            "ResourceRecords",
            "AliasTarget",
            "HealthCheckId",
            "GeoLocation",
            "GeoProximityLocation",
            "CidrRoutingConfig",
            "TrafficPolicyInstanceId",
        ],
    )?;
    for unknown in ["GeoLocation", "GeoProximityLocation", "CidrRoutingConfig", "TrafficPolicyInstanceId"] {
        if set.contains_key(unknown) {
            return Err(invalid(format!("The simulator has no records with {unknown}")));
        }
    }
    let (name, type_name) = (required(set, "Name")?, required(set, "Type")?);
    let known = RecordType::ALL.into_iter().find(|known| known.name() == type_name);
    let kind = known.ok_or_else(|| invalid(format!("The simulator has no records of the type {type_name}")))?;
    let id = text(set, "SetIdentifier").map(str::to_owned);
    let whose = format!(
        "in Change with [Action={}, Name={}, Type={type_name}, SetIdentifier={}]",
        action.name(),
        full_name(name),
        id.as_deref().unwrap_or("null")
    );
    let wrong = |what: String| Err(invalid(format!("Invalid request: {what} {whose}")));
    let choices = ["Weight", "Region", "Failover", "MultiValueAnswer"];
    let chosen = choices.iter().filter(|choice| set.contains_key(**choice)).count();
    match (chosen, &id) {
        (0, None) | (1, Some(_)) => {}
        (0, Some(_)) => {
            let one_of =
                "[Weight, Region, Failover, GeoLocation, GeoProximityLocation, CidrRoutingConfig, or MultiValueAnswer]";
            return wrong(format!("Missing field, expected exactly one of {one_of}, but found none"));
        }
        (1, None) => return wrong("Missing field 'SetIdentifier'".to_owned()),
        _ => return wrong(format!("Expected exactly one of [{}], but found more than one", choices.join(", "))),
    }
    let ttl = number(set, "TTL", MAX_TTL)?;
    let values: Vec<String> = match set.get("ResourceRecords") {
        None => Vec::new(),
        Some(list) => list.as_array().into_iter().flatten().map(value).collect::<Result<_, _>>()?,
    };
    let alias = set.get("AliasTarget").map(alias).transpose()?;
    let contents =
        "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
    match (&alias, ttl, values.is_empty()) {
        (Some(_), None, true) | (None, Some(_), false) => {}
        (Some(_), ..) => return wrong(format!("{contents}, but found more than one")),
        (None, None, true) => return wrong(format!("{contents}, but found none")),
        (None, None, false) => return wrong("Missing field 'TTL'".to_owned()),
        (None, Some(_), true) => return wrong("Missing field 'ResourceRecords'".to_owned()),
    }
    let routing = routing(set)?;
    if routing == Routing::Multivalue && alias.is_some() {
        return wrong("MultiValueAnswer is not taken with AliasTarget".to_owned());
    }
    let health_check = text(set, "HealthCheckId").map(str::to_owned);
    Ok(Record { name: plain(name), kind, id, routing, ttl, values, alias, health_check })
}

fn routing(set: &Map<String, Json>) -> Result<Routing, AwsError> {
    if let Some(weight) = number(set, "Weight", MAX_WEIGHT)? {
        return Ok(Routing::Weight(weight));
    }
    if let Some(region) = text(set, "Region") {
        return Ok(Routing::Latency(region.to_owned()));
    }
    match text(set, "Failover") {
        None => {}
        Some("PRIMARY") => return Ok(Routing::Failover(Role::Primary)),
        Some("SECONDARY") => return Ok(Routing::Failover(Role::Secondary)),
        Some(other) => {
            return Err(schema(&format!(
                "Value '{other}' is not facet-valid with respect to enumeration '[PRIMARY, SECONDARY]'"
            )));
        }
    }
    match text(set, "MultiValueAnswer") {
        None => Ok(Routing::Simple),
        Some("true") => Ok(Routing::Multivalue),
        Some(_) => Err(invalid("MultiValueAnswer must be true where it is said".to_owned())),
    }
}

fn value(record: &Json) -> Result<String, AwsError> {
    let record = object(record)?;
    only(record, &["Value"])?;
    required(record, "Value").map(str::to_owned)
}

fn alias(target: &Json) -> Result<Alias, AwsError> {
    let target = object(target)?;
    only(target, &["HostedZoneId", "DNSName", "EvaluateTargetHealth"])?;
    let evaluate_target_health = match required(target, "EvaluateTargetHealth")? {
        "true" => true,
        "false" => false,
        other => return Err(schema(&format!("'{other}' is not a valid value for 'boolean'"))),
    };
    let zone = super::zones::bare(required(target, "HostedZoneId")?).to_owned();
    Ok(Alias { zone, name: plain(required(target, "DNSName")?), evaluate_target_health })
}

fn number(members: &Map<String, Json>, name: &str, most: u32) -> Result<Option<u32>, AwsError> {
    let Some(sent) = text(members, name) else { return Ok(None) };
    let read = sent.parse().ok().filter(|number| *number <= most);
    read.map(Some).ok_or_else(|| invalid(format!("{name} must be a number from 0 to {most}, not {sent}")))
}

fn object(value: &Json) -> Result<&Map<String, Json>, AwsError> {
    value.as_object().ok_or_else(|| schema("The content of element 'Change' is not complete"))
}

fn required<'m>(members: &'m Map<String, Json>, name: &str) -> Result<&'m str, AwsError> {
    text(members, name).ok_or_else(|| schema(&format!("One of '{name}' is expected")))
}

fn text<'m>(members: &'m Map<String, Json>, name: &str) -> Option<&'m str> {
    members.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
}

/// Refuses what the schema does not know.
pub(super) fn only(members: &Map<String, Json>, known: &[&str]) -> Result<(), AwsError> {
    let unknown = members.keys().find(|name| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(schema(&format!("Invalid content was found starting with element '{name}'"))))
}

/// What Route 53 says to a body that does not fit its schema.
pub(super) fn schema(why: &str) -> AwsError {
    invalid(format!("Invalid XML ; {why}."))
}
