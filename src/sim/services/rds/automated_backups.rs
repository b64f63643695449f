//! Automated backups of instances: those of the Region's own instances, and those replicated into it from another.

use super::standing::must_be_available;
use super::{filter, instances, invalid, request, standing};
use crate::sim::call::Call;
use crate::sim::estate::deeds::{Deed, InstanceAct};
use crate::sim::estate::rds::Instance;
use crate::sim::services::Changed;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};
use crate::sim::{Estate, World};

/// One set of backups, kept in the Region asked.
#[derive(Clone)]
pub(super) struct Backups<'a> {
    pub(super) instance: &'a Instance,
    pub(super) arn: String,
    pub(super) resource_id: String,
    status: &'static str,
    pub(super) days: u32,
    /// From when to when it can be restored; `None` while there is nothing yet.
    pub(super) window: Option<(Moment, Moment)>,
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
pub(super) fn kept<'a>(world: &World, instance: &'a Instance, region: &str) -> Option<Backups<'a>> {
    let sent = |deed: &Deed<InstanceAct>| matches!(&deed.act, InstanceAct::ReplicateBackups(to) if to == region);
    let here = instance.region == region
        || instance.backup_region.as_deref() == Some(region)
        || instance.deeds.iter().any(sent);
    let standing = here.then(|| standing::of_instance(world, instance)).flatten()?;
    if standing.backup_days == 0 || standing.status == standing::CREATING {
        return None;
    }
    let created = instances::created(world, instance);
    let since = standing.backups_since.map_or(created, |since| since.max(created));
    let earliest = world.earliest_restorable(standing.backup_days, instance.age).max(since);
    let window = |earliest: Moment, latest: Moment| Some((earliest, latest.max(earliest)));
    let (status, window) = if instance.region == region {
        ("active", window(earliest, world.latest_restorable(region)))
    } else {
        let (_, since) = standing.backups_in.as_ref().filter(|(to, _)| to == region)?;
        match since {
            Some(since) if world.now < *since => ("pending", None),
            Some(since) => {
                ("replicating", window(earliest.max(*since), world.latest_replicated(&instance.region, region)))
            }
            None => ("replicating", window(earliest, world.latest_replicated(&instance.region, region))),
        }
    };
    Some(Backups {
        instance,
        arn: arn(world, region, instance),
        resource_id: instances::resource_id(world, &instance.region, &instance.lineage()),
        status,
        days: standing.backup_days,
        window,
    })
}

/// How long the first copy takes: at least, and at most.
const FIRST: (Span, Span) = (Span::from_minutes(6), Span::from_minutes(15));

/// `StartDBInstanceAutomatedBackupsReplication`: called in the Region that is to keep them.
pub(super) fn replicate(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(
        call,
        &["SourceDBInstanceArn", "BackupRetentionPeriod", "KmsKeyId", "PreSignedUrl", "SourceRegion"],
    )?;
    let sent = request::required(call, "SourceDBInstanceArn")?;
    let (region, id) = sent
        .strip_prefix("arn:aws:rds:")
        .and_then(|rest| rest.split_once(&format!(":{}:db:", world.estate.account)))
        .ok_or_else(|| instances::not_found(sent))?;
    let mut candidates = world.instances(region);
    let Some((instance, standing)) = candidates.find(|(instance, _)| instance.id.eq_ignore_ascii_case(id)) else {
        return Err(instances::not_found(id));
    };
    if region == call.region {
        return Err(invalid("Automated backups cannot be replicated to the Region of the DB instance.".to_owned()));
    }
    if world.is_out(region, world.now) {
        return Err(standing::bad_state(format!("The source {id} in {region} cannot be reached.")));
    }
    must_be_available(&instance.id, standing.status)?;
    if standing.backup_days == 0 {
        return Err(standing::bad_state(format!(
            "Automated backups are not enabled for this database instance: {id}."
        )));
    }
    if standing.backups_in.is_some() {
        return Err(standing::bad_state(format!("Automated backups of {id} are replicated already.")));
    }
    if call.text("KmsKeyId").is_none() {
        let message = "The source is encrypted: KmsKeyId must name a key of this Region.";
        return Err(AwsError::new(400, "InvalidParameterCombination", message));
    }
    request::backup_days(call)?;
    let takes = world.between(FIRST.0, FIRST.1, &["replicate-backups", &instance.id, &world.now.millis().to_string()]);
    let deed = Deed::new(world.now, InstanceAct::ReplicateBackups(call.region.clone())).from(world.now + takes);
    let target = request::to_change(estate, region, &instance.id)?;
    target.deeds.push(deed);
    let shown = kept(world, target, &call.region).map(|backups| value(world, &backups));
    Ok(Changed::applied(Value::map([("DBInstanceAutomatedBackup", shown.unwrap_or(Value::Null))])))
}

/// The ARN of the backups that a Region keeps of an instance of another, or of its own.
pub(super) fn arn(world: &World, region: &str, instance: &Instance) -> String {
    let name = world.hex(&["auto-backup", region, &instance.region, &instance.lineage()], 26);
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
            backups
                .window
                .map(|(from, to)| Value::map([("EarliestTime", from.into()), ("LatestTime", to.into())]))
                .into(),
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
