//! What a request for a change must say, and which database it means.

use serde_json::Value as Json;

use super::{clusters, instances, invalid, standing};
use crate::sim::call::Call;
use crate::sim::estate::rds::{Cluster, Instance};
use crate::sim::wire::AwsError;
use crate::sim::{Estate, World};

/// The longest identifier of a database.
const LONGEST: usize = 63;

/// Refuses parameters that would be left unheeded.
pub(super) fn knows(call: &Call, known: &[&str]) -> Result<(), AwsError> {
    let sent = call.parameters.as_object().into_iter().flat_map(|parameters| parameters.keys());
    match sent.into_iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => Err(AwsError::new(
            400,
            "InvalidParameterCombination",
            format!("The simulator does not heed {other} in {}", call.operation),
        )),
    }
}

/// A parameter that must be there.
pub(super) fn required<'a>(call: &'a Call, name: &str) -> Result<&'a str, AwsError> {
    call.required(name, |message| AwsError::new(400, "MissingParameter", message))
}

/// An identifier for something new, in small letters as RDS keeps it.
pub(super) fn new_identifier(call: &Call, name: &str) -> Result<String, AwsError> {
    let sent = required(call, name)?;
    let begins = sent.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = sent.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if begins && plain && !sent.ends_with('-') && !sent.contains("--") && sent.len() <= LONGEST {
        return Ok(sent.to_ascii_lowercase());
    }
    Err(invalid(format!(
        "The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, \
         digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )))
}

/// A flag; anything but `true` and `false` is refused.
pub(super) fn flag(call: &Call, name: &str) -> Result<Option<bool>, AwsError> {
    match call.parameters.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Bool(yes)) => Ok(Some(*yes)),
        Some(Json::String(text)) if text == "true" => Ok(Some(true)),
        Some(Json::String(text)) if text == "false" => Ok(Some(false)),
        Some(other) => Err(AwsError::new(400, "MalformedInput", format!("{name} is neither true nor false: {other}"))),
    }
}

/// Days that backups are kept: 0 to 35.
pub(super) fn backup_days(call: &Call) -> Result<Option<u32>, AwsError> {
    let bad = |sent: String| invalid(format!("Invalid backup retention period: {sent}. Must be between 0 and 35"));
    let Some(days) = call.integer("BackupRetentionPeriod").map_err(bad)? else { return Ok(None) };
    u32::try_from(days).ok().filter(|days| *days <= 35).map(Some).ok_or_else(|| bad(days.to_string()))
}

/// What becomes of a database's data when it is deleted: a last snapshot of that name, or nothing.
pub(super) fn last_snapshot(call: &Call, name: &'static str) -> Result<Option<String>, AwsError> {
    let combination = |message: String| AwsError::new(400, "InvalidParameterCombination", message);
    match (call.text(name), flag(call, "SkipFinalSnapshot")?.unwrap_or_default()) {
        (Some(_), true) => Err(combination(format!("{name} can't be specified when SkipFinalSnapshot is true."))),
        (None, false) => Err(combination(format!("{name} is required unless SkipFinalSnapshot is specified."))),
        (Some(_), false) => new_identifier(call, name).map(Some),
        (None, true) => Ok(None),
    }
}

/// What a request names by `DBInstanceIdentifier`.
pub(super) enum Named<'w> {
    /// An instance that belongs to no cluster.
    Alone(&'w Instance, standing::Standing),
    /// A member of a cluster.
    Member(&'w Cluster, standing::Member),
}

/// The instance that a request names.
pub(super) fn instance<'w>(world: &'w World, call: &'w Call) -> Result<Named<'w>, AwsError> {
    let asked = required(call, "DBInstanceIdentifier")?;
    let is_meant = |id: &str| instances::names(world, call, asked, id);
    if let Some((instance, standing)) = world.instances(&call.region).find(|(instance, _)| is_meant(&instance.id)) {
        return Ok(Named::Alone(instance, standing));
    }
    let member = world.clusters(&call.region).find_map(|(cluster, standing)| {
        let member = standing.members.iter().find(|member| is_meant(&member.id))?.clone();
        Some(Named::Member(cluster, member))
    });
    member.ok_or_else(|| instances::not_found(asked))
}

/// The cluster of the Region asked that a request names.
pub(super) fn cluster<'w>(
    world: &'w World,
    call: &'w Call,
    name: &str,
) -> Result<(&'w Cluster, standing::ClusterStanding), AwsError> {
    let asked = required(call, name)?;
    let mut found = world.clusters(&call.region);
    let is_meant = |cluster: &Cluster| {
        asked.eq_ignore_ascii_case(&cluster.id) || asked == clusters::arn(world, &cluster.region, &cluster.id)
    };
    found.find(|(cluster, _)| is_meant(cluster)).ok_or_else(|| clusters::not_found(asked))
}

/// Whether an identifier of a Region is taken by an instance.
pub(super) fn is_taken(world: &World, region: &str, id: &str) -> bool {
    let is_promised = |instance: &&Instance| instance.renamed.as_ref().is_some_and(|(_, since)| world.now < *since);
    let mut promised = world.estate.rds.instances.iter().filter(is_promised);
    world.instances(region).any(|(instance, _)| instance.id == id)
        || promised.any(|instance| instance.region == region && instance.id == id)
        || world.clusters(region).any(|(_, standing)| standing.members.iter().any(|member| member.id == id))
}

/// The same instance in the estate that is to be changed: of those that bear the name, the one created last.
pub(super) fn to_change<'e>(estate: &'e mut Estate, region: &str, id: &str) -> Result<&'e mut Instance, AwsError> {
    let mut all = estate.rds.instances.iter_mut().rev();
    all.find(|instance| instance.region == region && instance.id == id).ok_or_else(|| instances::not_found(id))
}

/// The same cluster in the estate that is to be changed.
pub(super) fn cluster_to_change<'e>(
    estate: &'e mut Estate,
    region: &str,
    id: &str,
) -> Result<&'e mut Cluster, AwsError> {
    let mut all = estate.rds.clusters.iter_mut().rev();
    all.find(|cluster| cluster.region == region && cluster.id == id).ok_or_else(|| clusters::not_found(id))
}
