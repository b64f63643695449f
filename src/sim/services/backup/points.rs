//! Recovery points.

use super::backup_jobs::GIB;
use super::error::{PAGES, not_found};
use super::filter::{Filter, Seen};
use super::point::{self, Point, Wanted};
use super::restores::{self, Restoring};
use super::{names, vaults};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::paging::Page;
use crate::sim::wire::{AwsError, Value};

/// `ListRecoveryPointsByBackupVault`, newest first.
pub(super) fn in_vault(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let vault = vaults::asked(world, call)?;
    // This list has no filter by status.
    let filter = Filter::of(call, "", &[])?;
    let plan = call.text("backupPlanId");
    let wanted = Wanted { vault: Some(&vault.name), resource: call.text("resourceArn") };
    let mut points = point::points(world, &call.region, wanted);
    points.retain(|point| {
        plan.is_none_or(|plan| point.plan.is_some_and(|own| plan == names::plan_id(world, own)))
            && filter.fits(&seen(point))
    });
    let cut = page.cut(call, points);
    let restores = restores::restores(world, &call.region);
    let points = cut.items.iter().map(|point| value(world, point, &restores));
    Ok(Value::map([("RecoveryPoints", Value::list("RecoveryPoint", points)), ("NextToken", cut.next.into())]))
}

/// `ListRecoveryPointsByResource`, newest first: those in any vault of the Region. For a resource nobody knows there are none.
pub(super) fn of_resource(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let wanted = Wanted { vault: None, resource: Some(call.text("resourceArn").unwrap_or_default()) };
    let points = point::points(world, &call.region, wanted);
    let cut = page.cut(call, points);
    let points = cut.items.iter().map(|point| short_value(world, point));
    Ok(Value::map([("RecoveryPoints", Value::list("RecoveryPoint", points)), ("NextToken", cut.next.into())]))
}

/// `DescribeRecoveryPoint`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let vault = vaults::asked(world, call)?;
    let arn = call.text("recoveryPointArn").unwrap_or_default();
    let restores = restores::restores(world, &call.region);
    point::points(world, &call.region, Wanted { vault: Some(&vault.name), resource: None })
        .iter()
        .find(|point| point.arn(world) == arn)
        .map(|point| value(world, point, &restores).with("StorageClass", "WARM"))
        .ok_or_else(|| not_found(format!("Recovery point {arn} does not exist in vault {}.", vault.name)))
}

fn seen<'w>(point: &Point<'w>) -> Seen<'w> {
    Seen {
        state: point.status.name(),
        resource: &point.resource.arn,
        resource_type: &point.resource.kind,
        created: point.created,
        completed: point.completed,
        category: None,
    }
}

fn bytes(point: &Point<'_>) -> i64 {
    ((i64::from(point.resource.gib) * GIB) as f64 * point.done) as i64
}

fn value(world: &World, point: &Point<'_>, restores: &[Restoring<'_>]) -> Value {
    let vault = names::vault(world, point.region, point.vault);
    let source = point.copied_from.map(|(region, vault)| names::vault_arn(world, region, vault));
    let arn = point.arn(world);
    let last_restore = restores.iter().find(|job| job.point_arn == arn).map(|job| job.course.created);
    Value::map([
        ("RecoveryPointArn", arn.into()),
        ("BackupVaultName", point.vault.into()),
        ("BackupVaultArn", names::vault_arn(world, point.region, point.vault).into()),
        ("SourceBackupVaultArn", source.into()),
        ("ResourceArn", (&point.resource.arn).into()),
        ("ResourceType", (&point.resource.kind).into()),
        ("ResourceName", names::resource_name(point.resource).into()),
        ("CreatedBy", point.plan.map_or(Value::Null, |plan| names::created_by(world, plan))),
        ("IamRoleArn", names::role(world).into()),
        ("Status", point.status.name().into()),
        ("StatusMessage", point.message.as_deref().into()),
        ("CreationDate", point.created.into()),
        ("InitiationDate", point.initiated.into()),
        ("CompletionDate", point.completed.into()),
        ("BackupSizeInBytes", bytes(point).into()),
        ("CalculatedLifecycle", Value::map([("DeleteAt", (point.created + point.kept).into())])),
        ("Lifecycle", Value::map([("DeleteAfterDays", names::days(point.kept).into())])),
        ("EncryptionKeyArn", vault.map(|vault| names::key_arn(world, vault)).into()),
        ("EncryptionKeyType", "CUSTOMER_MANAGED_KMS_KEY".into()),
        ("IsEncrypted", true.into()),
        ("IsParent", false.into()),
        ("LastRestoreTime", last_restore.into()),
        ("VaultType", "BACKUP_VAULT".into()),
    ])
}

/// The shorter shape of `ListRecoveryPointsByResource`, which calls the size by another name.
fn short_value(world: &World, point: &Point<'_>) -> Value {
    let vault = names::vault(world, point.region, point.vault);
    Value::map([
        ("RecoveryPointArn", point.arn(world).into()),
        ("CreationDate", point.created.into()),
        ("Status", point.status.name().into()),
        ("StatusMessage", point.message.as_deref().into()),
        ("EncryptionKeyArn", vault.map(|vault| names::key_arn(world, vault)).into()),
        ("EncryptionKeyType", "CUSTOMER_MANAGED_KMS_KEY".into()),
        ("BackupSizeBytes", bytes(point).into()),
        ("BackupVaultName", point.vault.into()),
        ("IsParent", false.into()),
        ("ResourceName", names::resource_name(point.resource).into()),
        ("VaultType", "BACKUP_VAULT".into()),
    ])
}
