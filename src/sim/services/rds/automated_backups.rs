//! Automated backups of instances: those of the Region's own instances, and those replicated into it from another.

use super::{filter, instances, standing};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::Instance;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

/// One set of backups, kept in the Region asked.
#[derive(Clone)]
struct Backups<'a> {
    instance: &'a Instance,
    arn: String,
    resource_id: String,
    status: &'static str,
    days: u32,
    earliest: Moment,
    latest: Moment,
}

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let instances = world.estate.rds.instances.iter();
    let mut found: Vec<Backups<'_>> = instances.filter_map(|instance| kept(world, instance, &call.region)).collect();
    found.sort_by(|a, b| a.instance.id.cmp(&b.instance.id));
    let asked: Vec<&str> = ["DBInstanceIdentifier", "DbiResourceId", "DBInstanceAutomatedBackupsArn"]
        .into_iter()
        .filter_map(|p| call.text(p))
        .collect();
    for asked in asked {
        found.retain(|backups| {
            asked.eq_ignore_ascii_case(&backups.instance.id) || asked == backups.resource_id || asked == backups.arn
        });
        if found.is_empty() {
            let message = format!("Automated backup {asked} not found.");
            return Err(AwsError::new(404, "DBInstanceAutomatedBackupNotFound", message));
        }
    }
    let found = filter::keep(
        call,
        found,
        |backups, name| match name {
            "db-instance-id" => Some(vec![backups.instance.id.as_str()]),
            "dbi-resource-id" => Some(vec![backups.resource_id.as_str()]),
            "status" => Some(vec![backups.status]),
            _ => None,
        },
        &["db-instance-id", "dbi-resource-id", "status"],
    )?;
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|backups| value(world, backups));
    Ok(Value::map([
        ("DBInstanceAutomatedBackups", Value::list("DBInstanceAutomatedBackup", values)),
        ("Marker", cut.next.into()),
    ]))
}

/// The backups of an instance that a Region keeps.
fn kept<'a>(world: &World, instance: &'a Instance, region: &str) -> Option<Backups<'a>> {
    let here = instance.region == region || instance.backup_region.as_deref() == Some(region);
    let standing = here.then(|| standing::of_instance(world, instance)).flatten()?;
    if standing.backup_days == 0 || standing.status == standing::CREATING {
        return None;
    }
    let created = instances::created(world, instance);
    let since = standing.backups_since.map_or(created, |since| since.max(created));
    let earliest = world.earliest_restorable(standing.backup_days, instance.age).max(since);
    let (status, latest) = if instance.region == region {
        ("active", world.latest_restorable(region))
    } else if instance.backup_region.as_deref() == Some(region) {
        ("replicating", world.latest_replicated(&instance.region, region))
    } else {
        return None;
    };
    Some(Backups {
        instance,
        arn: arn(world, region, &instance.region, &instance.id),
        resource_id: instances::resource_id(world, &instance.region, &instance.id),
        status,
        days: standing.backup_days,
        earliest,
        latest: latest.max(earliest),
    })
}

/// The ARN of the backups that a Region keeps of an instance of another, or of its own.
pub(super) fn arn(world: &World, region: &str, instance_region: &str, instance: &str) -> String {
    let name = world.hex(&["auto-backup", region, instance_region, instance], 26);
    world.arn("rds", region, &format!("auto-backup:ab-{name}"))
}

fn value(world: &World, backups: &Backups<'_>) -> Value {
    let Instance { id, region, .. } = backups.instance;
    Value::map([
        ("DBInstanceArn", world.arn("rds", region, &format!("db:{id}")).into()),
        ("DbiResourceId", (&backups.resource_id).into()),
        ("Region", region.into()),
        ("DBInstanceIdentifier", id.into()),
        (
            "RestoreWindow",
            Value::map([("EarliestTime", backups.earliest.into()), ("LatestTime", backups.latest.into())]),
        ),
        ("AllocatedStorage", backups.instance.storage_gib.into()),
        ("Status", backups.status.into()),
        ("InstanceCreateTime", instances::created(world, backups.instance).into()),
        ("MasterUsername", "admin".into()),
        ("Engine", (&backups.instance.engine).into()),
        ("EngineVersion", (&backups.instance.version).into()),
        ("Encrypted", true.into()),
        ("StorageType", "gp3".into()),
        ("BackupRetentionPeriod", backups.days.into()),
        ("DBInstanceAutomatedBackupsArn", (&backups.arn).into()),
        ("BackupTarget", "region".into()),
    ])
}
