//! What is asked of replications: their end, which lets the destination be written to, and one the other way.

use serde_json::Value as Json;

use super::replications::{invalid, value};
use crate::sim::call::Call;
use crate::sim::estate::storage::EfsReplication;
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

fn conflict(message: String) -> AwsError {
    AwsError::new(409, "ConflictException", message)
}

/// The id that a request names by that parameter, which may be an ARN.
fn id<'c>(call: &'c Call, name: &str) -> Result<&'c str, AwsError> {
    let asked = call.required(name, invalid)?;
    Ok(asked.rsplit('/').next().unwrap_or(asked))
}

/// The replications that are there.
fn there(world: &World) -> impl Iterator<Item = &EfsReplication> {
    world.estate.efs.replications.iter().filter(|one| one.is_there(world.now))
}

/// The Region of a file system: it is known by the replications that it ever had.
fn region<'w>(world: &'w World, file_system: &str) -> Result<&'w str, AwsError> {
    let of = |one: &'w EfsReplication| {
        let source = (one.file_system == file_system).then_some(one.from.as_str());
        source.or_else(|| (one.destination_file_system == file_system).then_some(one.to.as_str()))
    };
    let not_found = || AwsError::new(404, "FileSystemNotFound", format!("File system '{file_system}' does not exist."));
    world.estate.efs.replications.iter().find_map(of).ok_or_else(not_found)
}

/// `DeleteReplicationConfiguration`, asked in either Region: without it the destination takes writes.
pub(super) fn delete(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let source = id(call, "SourceFileSystemId")?;
    if let Some(other) =
        call.text("deletionMode").filter(|mode| !["ALL_CONFIGURATIONS", "LOCAL_CONFIGURATION_ONLY"].contains(mode))
    {
        return Err(invalid(format!("Unknown deletionMode {other}")));
    }
    let is_meant = |one: &EfsReplication| {
        one.file_system == source && (one.from == call.region || one.to == call.region) && one.is_there(world.now)
    };
    let found = estate.efs.replications.iter_mut().find(|one| is_meant(one));
    let Some(found) = found else {
        let message = format!("File system '{source}' has no replication configuration.");
        return Err(AwsError::new(404, "ReplicationNotFound", message));
    };
    found.deleted = Some(world.now);
    Ok(Changed::applied(Value::map([])))
}

/// `CreateReplicationConfiguration` to a file system that is there and may be overwritten.
pub(super) fn create(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let source = id(call, "SourceFileSystemId")?;
    let from = region(world, source)?;
    if from != call.region {
        let message = format!("File system '{source}' does not exist.");
        return Err(AwsError::new(404, "FileSystemNotFound", message));
    }
    let [wanted] = call.items("Destinations") else {
        return Err(invalid("Destinations must name one file system.".to_owned()));
    };
    let text = |name: &str| wanted.get(name).and_then(Json::as_str);
    let (Some(to), Some(destination)) = (text("Region"), text("FileSystemId")) else {
        return Err(invalid(
            "The simulator replicates to a file system that is there: FileSystemId and Region".to_owned(),
        ));
    };
    let destination = destination.rsplit('/').next().unwrap_or(destination);
    if region(world, destination)? != to {
        let message = format!("File system '{destination}' does not exist in {to}.");
        return Err(AwsError::new(404, "FileSystemNotFound", message));
    }
    for file_system in [source, destination] {
        let takes_part =
            |one: &EfsReplication| one.file_system == file_system || one.destination_file_system == file_system;
        if there(world).any(takes_part) {
            let message = format!("File system '{file_system}' is a part of a replication already.");
            return Err(AwsError::new(409, "ReplicationAlreadyExists", message));
        }
    }
    if !world.estate.efs.unprotected.contains(destination) {
        return Err(conflict(format!("Replication overwrite protection of '{destination}' is enabled.")));
    }
    let known = world.estate.efs.replications.iter().find(|one| one.file_system == destination);
    let lag = known.or(world.estate.efs.replications.first()).map(|one| one.lag);
    let Some(lag) = lag else { return Err(invalid("no file system is known".to_owned())) };
    let words = ["efs", source, &world.now.millis().to_string()];
    let takes = world.between(Span::from_minutes(8), Span::from_minutes(20), &words);
    let made = EfsReplication {
        file_system: source.to_owned(),
        destination_file_system: destination.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        lag,
        age: world.start - world.now,
        created: Some((world.now, takes)),
        deleted: None,
    };
    let answer = value(world, &made);
    estate.efs.unprotected.remove(destination);
    estate.efs.replications.push(made);
    Ok(Changed::applied(answer))
}

/// `UpdateFileSystemProtection`: whether a replication may overwrite a file system.
pub(super) fn protect(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let file_system = id(call, "FileSystemId")?;
    if region(world, file_system)? != call.region {
        let message = format!("File system '{file_system}' does not exist.");
        return Err(AwsError::new(404, "FileSystemNotFound", message));
    }
    if there(world).any(|one| one.destination_file_system == file_system) {
        return Err(conflict(format!("File system '{file_system}' is being replicated to.")));
    }
    let wanted = call.required("ReplicationOverwriteProtection", invalid)?;
    let applied = match wanted {
        "ENABLED" => estate.efs.unprotected.remove(file_system),
        "DISABLED" => estate.efs.unprotected.insert(file_system.to_owned()),
        other => return Err(invalid(format!("ReplicationOverwriteProtection is ENABLED or DISABLED, not {other}"))),
    };
    Ok(Changed { answer: Value::map([("ReplicationOverwriteProtection", wanted.into())]), applied })
}

impl World {
    /// Whether a file system of a Region takes writes: it is no destination of a replication.
    pub(in crate::sim) fn takes_files(&self, at: &str, file_system: &str) -> bool {
        region(self, file_system).is_ok_and(|region| region == at)
            && !there(self).any(|one| one.destination_file_system == file_system)
    }
}
