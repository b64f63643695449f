//! Backups, copies and restores that somebody asks for. A token that was used before brings the same job again, and nothing is done.

use serde_json::Value as Json;

use super::error::{invalid, not_found};
use super::point::{self, Point, Status, Wanted};
use super::{names, restore_metadata, restores, run};
use crate::sim::call::Call;
use crate::sim::estate::backup::{Asked, AskedCopy, AskedRestore, Copy, Plan, Resource, Vault};
use crate::sim::estate::deeds::{Deed, InstanceAct};
use crate::sim::estate::rds::{Details, Instance};
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

/// How long a backup or a copy takes of what no plan says it of.
const USUAL: Span = Span::from_minutes(15);
/// How long what nobody says anything of is kept: for ever, as AWS has it.
const FOR_EVER: Span = Span::from_days(36_500);
/// How much a restore brings back in a minute, and what it takes besides.
const GIB_A_MINUTE: i64 = 40;
const RESTORE_AT_LEAST: Span = Span::from_minutes(12);

fn missing(message: String) -> AwsError {
    AwsError::new(400, "MissingParameterValueException", message)
}

/// When, and with which token. Every one of these calls names the role that AWS Backup takes on.
fn asked(world: &World, call: &Call) -> Result<Asked, AwsError> {
    let role = call.required("IamRoleArn", missing)?;
    if !role.starts_with("arn:aws:iam::") {
        return Err(invalid(format!("IamRoleArn is no ARN of a role: {role}")));
    }
    let made_up = || world.uuid(&["backup-token", call.operation, &world.now.millis().to_string()]);
    Ok(Asked { at: world.now, token: call.text("IdempotencyToken").map_or_else(made_up, str::to_owned), fails: None })
}

/// How long the new point is kept.
fn kept(call: &Call) -> Result<Span, AwsError> {
    match call.parameters.get("Lifecycle").and_then(|lifecycle| lifecycle.get("DeleteAfterDays")) {
        None | Some(Json::Null) => Ok(FOR_EVER),
        Some(days) => {
            let days = days.as_i64().filter(|days| *days >= 1);
            days.map(Span::from_days).ok_or_else(|| invalid("DeleteAfterDays must be 1 or more.".to_owned()))
        }
    }
}

/// What Vault Lock says to a retention that does not conform: the job is taken, and fails.
fn refused_by_lock(vault: &Vault, kept: Span) -> Option<String> {
    let short = vault.locked_min.is_some_and(|least| kept < least);
    let long = vault.locked_max.is_some_and(|most| kept > most);
    (short || long).then(|| format!("The retention does not conform to the Vault Lock of {}.", vault.name))
}

/// `StartBackupJob`.
pub(super) fn backup(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let name = call.required("BackupVaultName", missing)?;
    let arn = call.required("ResourceArn", missing)?;
    let asked = asked(world, call)?;
    let vault = names::vault(world, &call.region, name)
        .ok_or_else(|| not_found(format!("Backup vault {name} does not exist.")))?;
    let known = known(world, arn).ok_or_else(|| not_found(format!("Resource {arn} does not exist.")))?;
    // What is of no Region, as a bucket, is where it is.
    let of_region = arn.split(':').nth(3).unwrap_or_default();
    if !of_region.is_empty() && of_region != call.region {
        return Err(invalid(format!("Resource {arn} is not in {}.", call.region)));
    }
    let again = run::backups_of(world, &call.region)
        .into_iter()
        .find(|job| job.plan.asked.as_ref().is_some_and(|known| known.token == asked.token));
    if let Some(job) = again {
        return Ok(Changed { answer: backup_answer(world, &job), applied: false });
    }
    let kept = kept(call)?;
    let fails = refused_by_lock(vault, kept);
    let of_plan = world.estate.backup.plans.iter().find(|plan| plan.resources.contains(&known));
    let plan = Plan {
        name: format!("asked for, {}", asked.token),
        region: call.region.clone(),
        vault: vault.name.clone(),
        resources: vec![known],
        every: FOR_EVER,
        offset: Span::ZERO,
        duration: of_plan.map_or(USUAL, |plan| plan.duration),
        kept,
        copies: Vec::new(),
        age: world.start - world.now,
        asked: Some(Asked { fails, ..asked }),
    };
    let answer = {
        let jobs = run::backups(world, &plan, None, world.now - Span::MINUTE);
        jobs.first().map_or(Value::Null, |job| backup_answer(world, job))
    };
    estate.backup.plans.push(plan);
    Ok(Changed::applied(answer))
}

fn backup_answer(world: &World, job: &run::Backup<'_>) -> Value {
    Value::map([
        ("BackupJobId", job.id(world).into()),
        ("RecoveryPointArn", point::arn_of_backup(world, job).into()),
        ("CreationDate", job.course.created.into()),
        ("IsParent", false.into()),
    ])
}

/// A resource that can be backed up: one that a plan names, or an RDS instance that was made since.
fn known(world: &World, arn: &str) -> Option<Resource> {
    let mut planned = world.estate.backup.plans.iter().flat_map(|plan| &plan.resources);
    if let Some(known) = planned.find(|resource| resource.arn == arn) {
        return Some(known.clone());
    }
    let instances = world.estate.rds.instances.iter().filter(|known| world.start - known.age <= world.now);
    let mut instances = instances.filter(|known| restore_metadata::source_arn(world, known) == arn);
    instances.next().map(|known| Resource { arn: arn.to_owned(), kind: "RDS".to_owned(), gib: known.storage_gib })
}

/// The point of that ARN, in a vault of the Region asked.
fn whole<'w>(world: &'w World, call: &Call, vault: Option<&str>) -> Result<Point<'w>, AwsError> {
    let arn = call.required("RecoveryPointArn", missing)?;
    let points = point::points(world, &call.region, Wanted { vault, resource: None });
    let found = points.into_iter().find(|point| point.arn(world) == arn);
    let found = found.ok_or_else(|| not_found(format!("Recovery point {arn} does not exist.")))?;
    match found.status {
        Status::Completed => Ok(found),
        Status::Creating | Status::Partial | Status::Expired | Status::Deleting => Err(AwsError::new(
            400,
            "InvalidRequestException",
            format!("Recovery point {arn} is {}.", found.status.name()),
        )),
    }
}

/// `StartCopyJob`.
pub(super) fn copy(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let source = call.required("SourceBackupVaultName", missing)?;
    let destination = call.required("DestinationBackupVaultArn", missing)?;
    let asked = asked(world, call)?;
    let answer = |copy: &AskedCopy| {
        Value::map([
            ("CopyJobId", run::copy_id(world, copy).into()),
            ("CreationDate", copy.asked.at.into()),
            ("IsParent", false.into()),
        ])
    };
    if let Some(known) = world.estate.backup.copies.iter().find(|copy| copy.asked.token == asked.token) {
        return Ok(Changed { answer: answer(known), applied: false });
    }
    let point = whole(world, call, Some(source))?;
    let mut vaults = world.estate.backup.vaults.iter();
    let vault = vaults
        .find(|vault| names::vault_arn(world, &vault.region, &vault.name) == destination)
        .ok_or_else(|| not_found(format!("Backup vault {destination} does not exist.")))?;
    let kept = kept(call)?;
    let copies = world.estate.backup.plans.iter().flat_map(|plan| plan.copies.iter().map(move |copy| (plan, copy)));
    let mut copies = copies.filter(|(plan, _)| plan.resources.contains(point.resource));
    let copy = AskedCopy {
        asked: Asked { fails: refused_by_lock(vault, kept), ..asked },
        resource: point.resource.clone(),
        from: (call.region.clone(), source.to_owned()),
        point: point.arn(world),
        data: point.created,
        to: Copy {
            vault: vault.name.clone(),
            region: vault.region.clone(),
            duration: copies.next().map_or(USUAL, |(_, copy)| copy.duration),
            kept,
        },
    };
    let answer = answer(&copy);
    estate.backup.copies.push(copy);
    Ok(Changed::applied(answer))
}

/// `StartRestoreJob`.
pub(super) fn restore(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let asked = asked(world, call)?;
    let answer = |restore: &AskedRestore| Value::map([("RestoreJobId", restores::asked_id(world, restore).into())]);
    if let Some(known) = world.estate.backup.asked.iter().find(|known| known.asked.token == asked.token) {
        return Ok(Changed { answer: answer(known), applied: false });
    }
    let Some(Json::Object(metadata)) = call.parameters.get("Metadata") else {
        return Err(missing("The request must contain the parameter Metadata.".to_owned()));
    };
    let told = |name: &str| metadata.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    let point = whole(world, call, None)?;
    let minutes = i64::from(point.resource.gib) / GIB_A_MINUTE;
    let mut restore = AskedRestore {
        asked,
        resource: point.resource.clone(),
        region: call.region.clone(),
        vault: point.vault.to_owned(),
        point: point.arn(world),
        data: point.created,
        duration: RESTORE_AT_LEAST + Span::from_minutes(minutes),
        makes: None,
    };
    if point.resource.kind == "RDS" {
        match told("DBInstanceIdentifier") {
            None => restore.asked.fails = Some("DBInstanceIdentifier is missing in the restore metadata.".to_owned()),
            Some(id)
                if world.estate.rds.instances.iter().any(|known| known.region == call.region && known.id == id) =>
            {
                restore.asked.fails = Some(format!("DB Instance already exists: {id}"));
            }
            Some(id) => {
                restore.makes = Some(world.arn("rds", &call.region, &format!("db:{id}")));
                let takes = restore.duration;
                estate.rds.instances.push(restored(world, call, &point, id, &told, takes));
            }
        }
    }
    let answer = answer(&restore);
    estate.backup.asked.push(restore);
    Ok(Changed::applied(answer))
}

/// The instance that comes of it: of the size it was, but without backups and standby unless the metadata say so.
fn restored<'m>(
    world: &World,
    call: &Call,
    point: &Point<'_>,
    id: &str,
    told: &impl Fn(&str) -> Option<&'m str>,
    takes: Span,
) -> Instance {
    let source = world.estate.rds.instances.iter();
    let source = source.rev().find(|known| restore_metadata::source_arn(world, known) == point.resource.arn);
    let text = |name: &str, usual: &str| told(name).unwrap_or(usual).to_owned();
    Instance {
        id: id.to_owned(),
        region: call.region.clone(),
        engine: source.map_or_else(|| text("Engine", "postgres"), |source| source.engine.clone()),
        version: source.map_or_else(|| "16.8".to_owned(), |source| source.version.clone()),
        class: text("DBInstanceClass", "db.m6g.large"),
        multi_az: told("MultiAZ") == Some("true"),
        zone: told("AvailabilityZone").map(str::to_owned),
        storage_gib: point.resource.gib,
        backup_days: 1,
        backup_region: None,
        replica_of: None,
        lag: None,
        protected: false,
        details: Details {
            subnet_group: told("DBSubnetGroupName").map(str::to_owned),
            parameter_group: told("DBParameterGroupName").map(str::to_owned),
            security_groups: told("VpcSecurityGroupIds")
                .and_then(|list| serde_json::from_str::<Vec<String>>(list).ok())
                .unwrap_or_default(),
            ..Details::default()
        },
        age: world.start - world.now,
        renamed: None,
        deeds: vec![Deed::new(world.now, InstanceAct::Create).then("creating", takes)],
    }
}
