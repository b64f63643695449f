//! Vaults.

use super::error::{PAGES, not_found};
use super::names;
use super::point::{self, Wanted};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::backup::Vault;
use crate::sim::services::paging::Page;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};

/// How long after its setting a Vault Lock can still be taken away: AWS's least.
const COOLING_OFF: Span = Span::from_days(3);

/// `ListBackupVaults`, by name. None of them is shared, and all are of the usual type.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let is_asked =
        call.text("vaultType").is_none_or(|kind| kind == "BACKUP_VAULT") && call.flag("shared") != Some(true);
    let of_region = |vault: &&Vault| is_asked && vault.region == call.region && vault_exists(world, vault);
    let mut vaults: Vec<&Vault> = world.estate.backup.vaults.iter().filter(of_region).collect();
    vaults.sort_by(|a, b| a.name.cmp(&b.name));
    let cut = page.cut(call, vaults);
    let vaults = cut.items.iter().map(|vault| value(world, vault));
    Ok(Value::map([("BackupVaultList", Value::list("BackupVault", vaults)), ("NextToken", cut.next.into())]))
}

/// `DescribeBackupVault`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    asked(world, call).map(|vault| value(world, vault))
}

/// The vault a call is about, in the Region asked.
pub(super) fn asked<'w>(world: &'w World, call: &Call) -> Result<&'w Vault, AwsError> {
    let name = call.text("backupVaultName").unwrap_or_default();
    names::vault(world, &call.region, name)
        .filter(|vault| vault_exists(world, vault))
        .ok_or_else(|| not_found(format!("Backup vault {name} does not exist.")))
}

fn vault_exists(world: &World, vault: &Vault) -> bool {
    world.start - vault.age <= world.now
}

fn value(world: &World, vault: &Vault) -> Value {
    let created = world.start - vault.age;
    let points = point::points(world, &vault.region, Wanted { vault: Some(&vault.name), resource: None }).len();
    let is_locked = names::is_locked(vault);
    Value::map([
        ("BackupVaultName", (&vault.name).into()),
        ("BackupVaultArn", names::vault_arn(world, &vault.region, &vault.name).into()),
        ("VaultType", "BACKUP_VAULT".into()),
        ("VaultState", "AVAILABLE".into()),
        ("EncryptionKeyArn", names::key_arn(world, vault).into()),
        ("EncryptionKeyType", "CUSTOMER_MANAGED_KMS_KEY".into()),
        ("CreationDate", created.into()),
        ("CreatorRequestId", world.uuid(&["creator-request", &vault.region, &vault.name]).into()),
        ("NumberOfRecoveryPoints", i64::try_from(points).unwrap_or(i64::MAX).into()),
        ("Locked", is_locked.into()),
        ("MinRetentionDays", vault.locked_min.map(names::days).into()),
        ("MaxRetentionDays", vault.locked_max.map(names::days).into()),
        ("LockDate", is_locked.then_some(created + COOLING_OFF).into()),
    ])
}
