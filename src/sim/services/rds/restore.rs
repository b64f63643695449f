//! `RestoreDBInstanceToPointInTime`: a new instance from the automated backups that the Region asked keeps.

use super::automated_backups::{self, Backups};
use super::instance_changes::drawn;
use super::standing::{BACKING_UP, CREATING};
use super::{details, instances, invalid, request};
use crate::sim::call::Call;
use crate::sim::estate::deeds::{Deed, InstanceAct};
use crate::sim::estate::rds::{Details, Instance};
use crate::sim::services::Changed;
use crate::sim::time::Moment;
use crate::sim::wire::AwsError;
use crate::sim::{Estate, World};

/// What a request may say; of some of it nothing is shown.
const KNOWN: [&str; 19] = [
    "TargetDBInstanceIdentifier",
    "SourceDBInstanceIdentifier",
    "SourceDbiResourceId",
    "SourceDBInstanceAutomatedBackupsArn",
    "RestoreTime",
    "UseLatestRestorableTime",
    "DBInstanceClass",
    "AvailabilityZone",
    "MultiAZ",
    "DBSubnetGroupName",
    "VpcSecurityGroupIds",
    "DBParameterGroupName",
    "OptionGroupName",
    "PubliclyAccessible",
    "AutoMinorVersionUpgrade",
    "CopyTagsToSnapshot",
    "DeletionProtection",
    "Port",
    "Tags",
];

fn combination(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidParameterCombination", message)
}

pub(super) fn to_point_in_time(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &KNOWN)?;
    let id = request::new_identifier(call, "TargetDBInstanceIdentifier")?;
    let backups = source(world, call)?;
    check_moment(call, &backups)?;
    if request::is_taken(world, &call.region, &id) {
        return Err(AwsError::new(400, "DBInstanceAlreadyExists", "DB instance already exists"));
    }
    let zone = call.text("AvailabilityZone").map(str::to_owned);
    if let Some(other) =
        zone.as_ref().filter(|zone| !world.estate.zones().contains(zone) || !zone.starts_with(&call.region))
    {
        return Err(invalid(format!("Invalid availability zone: {other}")));
    }
    let source = backups.instance;
    let takes = drawn(world, &id, "restore", 12 * 60, 22 * 60);
    let asked = details::asked(call, "DBParameterGroupName");
    // The key is that of the backups, which are another Region's where they are replicated.
    let kms_key = source.details.kms_key.clone().filter(|_| source.region == call.region);
    estate.rds.instances.push(Instance {
        id: id.clone(),
        region: call.region.clone(),
        class: call.text("DBInstanceClass").map_or_else(|| source.class.clone(), str::to_owned),
        multi_az: request::flag(call, "MultiAZ")?.unwrap_or_default(),
        protected: request::flag(call, "DeletionProtection")?.unwrap_or_default(),
        zone,
        details: Details { kms_key, ..asked },
        backup_days: backups.days,
        backup_region: None,
        lag: None,
        replica_of: None,
        renamed: None,
        age: world.start - world.now,
        deeds: vec![
            Deed::new(world.now, InstanceAct::Create)
                .then(CREATING, takes)
                .afterwards(BACKING_UP, instances::backup_takes(source.storage_gib)),
        ],
        ..source.clone()
    });
    Ok(Changed::applied(instances::changed(estate, world, &call.region, &id)))
}

/// The backups that a request names.
fn source<'w>(world: &'w World, call: &'w Call) -> Result<Backups<'w>, AwsError> {
    let named = ["SourceDBInstanceIdentifier", "SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn"]
        .map(|name| call.text(name));
    let not_found = |asked: &str| {
        AwsError::new(404, "DBInstanceAutomatedBackupNotFound", format!("Automated backup {asked} not found."))
    };
    match named {
        [Some(id), None, None] => {
            let mut all = world.instances(&call.region);
            let found = all.find(|(instance, _)| instances::names(world, call, id, &instance.id));
            let (instance, _) = found.ok_or_else(|| instances::not_found(id))?;
            automated_backups::kept(world, instance, &call.region).ok_or_else(|| {
                let message = format!("Point in time restore is not enabled for {}: it keeps no backups.", instance.id);
                AwsError::new(400, "PointInTimeRestoreNotEnabled", message)
            })
        }
        [None, Some(asked), None] | [None, None, Some(asked)] => {
            let all = world.estate.rds.instances.iter();
            let mut kept = all.filter_map(|instance| automated_backups::kept(world, instance, &call.region));
            kept.find(|backups| asked == backups.resource_id || asked == backups.arn).ok_or_else(|| not_found(asked))
        }
        [..] => Err(combination("Exactly one source must be specified.")),
    }
}

/// Whether a request names one moment, and one that can be restored.
fn check_moment(call: &Call, backups: &Backups<'_>) -> Result<(), AwsError> {
    let newest = request::flag(call, "UseLatestRestorableTime")?.unwrap_or_default();
    match (call.text("RestoreTime"), newest) {
        (None, true) => Ok(()),
        (None, false) => Err(combination("Either RestoreTime or UseLatestRestorableTime must be specified.")),
        (Some(_), true) => Err(combination("RestoreTime can't be specified with UseLatestRestorableTime.")),
        (Some(sent), false) => {
            let moment: Moment = call.moment("RestoreTime").ok_or_else(|| invalid(format!("{sent} is no time")))?;
            let id = &backups.instance.id;
            match backups.window {
                Some((earliest, latest)) if earliest <= moment && moment <= latest => Ok(()),
                Some((earliest, latest)) => Err(invalid(format!(
                    "The specified instance {id} cannot be restored to {moment}: only from {earliest} to {latest}."
                ))),
                None => Err(invalid(format!("The specified instance {id} cannot be restored yet."))),
            }
        }
    }
}
