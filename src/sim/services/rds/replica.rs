//! `CreateDBInstanceReadReplica`: called in the Region that gets the replica; a source in another one is named by its ARN.

use super::instance_changes::drawn;
use super::standing::{CREATING, bad_state, must_be_available};
use super::{details, instances, invalid, request};
use crate::sim::call::Call;
use crate::sim::estate::deeds::{Deed, InstanceAct};
use crate::sim::estate::rds::{Address, Instance};
use crate::sim::services::Changed;
use crate::sim::wire::AwsError;
use crate::sim::{Estate, World};

/// What a request may say; of some of it nothing is shown.
const KNOWN: [&str; 19] = [
    "DBInstanceIdentifier",
    "SourceDBInstanceIdentifier",
    "DBInstanceClass",
    "MultiAZ",
    "AvailabilityZone",
    "KmsKeyId",
    "PreSignedUrl",
    "SourceRegion",
    "Tags",
    "DeletionProtection",
    "DBSubnetGroupName",
    "VpcSecurityGroupIds",
    "DBParameterGroupName",
    "OptionGroupName",
    "PubliclyAccessible",
    "AutoMinorVersionUpgrade",
    "CopyTagsToSnapshot",
    "StorageType",
    "Port",
];

/// How many replicas an instance of MySQL, MariaDB or PostgreSQL has at most.
const MOST: usize = 15;

pub(super) fn create(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &KNOWN)?;
    let id = request::new_identifier(call, "DBInstanceIdentifier")?;
    let address = source(world, call)?;
    if request::is_taken(world, &call.region, &id) {
        return Err(AwsError::new(400, "DBInstanceAlreadyExists", "DB instance already exists"));
    }
    let mut candidates = world.instances(&address.region);
    let Some((source, standing)) = candidates.find(|(instance, _)| instance.id == address.id) else {
        return Err(instances::not_found(&address.id));
    };
    if world.is_out(&source.region, world.now) {
        return Err(bad_state(format!("The source {} in {} cannot be reached.", source.id, source.region)));
    }
    must_be_available(&source.id, standing.status)?;
    if standing.backup_days == 0 {
        return Err(bad_state(format!("Automated backups are not enabled for this database instance: {}.", source.id)));
    }
    if instances::following(world, source).count() >= MOST {
        return Err(invalid(format!("{} already has {MOST} read replicas.", source.id)));
    }
    let is_elsewhere = source.region != call.region;
    if is_elsewhere && call.text("KmsKeyId").is_none() {
        let message = "The source is encrypted: KmsKeyId must name a key of this Region.";
        return Err(AwsError::new(400, "InvalidParameterCombination", message));
    }
    let zone = call.text("AvailabilityZone").map(str::to_owned);
    if let Some(other) =
        zone.as_ref().filter(|zone| !world.estate.zones().contains(zone) || !zone.starts_with(&call.region))
    {
        return Err(invalid(format!("Invalid availability zone: {other}")));
    }
    let takes = drawn(world, &id, "create", 15 * 60, 25 * 60);
    estate.rds.instances.push(Instance {
        id: id.clone(),
        region: call.region.clone(),
        class: call.text("DBInstanceClass").map_or_else(|| standing.class.clone(), str::to_owned),
        multi_az: request::flag(call, "MultiAZ")?.unwrap_or_default(),
        protected: request::flag(call, "DeletionProtection")?.unwrap_or_default(),
        zone,
        details: details::asked(call, "DBParameterGroupName"),
        backup_days: 0,
        backup_region: None,
        lag: source.lag,
        replica_of: Some(address.clone()),
        renamed: None,
        age: world.start - world.now,
        deeds: vec![Deed::new(world.now, InstanceAct::Create).then(CREATING, takes)],
        ..source.clone()
    });
    Ok(Changed::applied(instances::changed(estate, world, &call.region, &id)))
}

/// What a request names as the source: an identifier of the same Region, or an ARN of any.
fn source(world: &World, call: &Call) -> Result<Address, AwsError> {
    let sent = request::required(call, "SourceDBInstanceIdentifier")?;
    let Some(arn) = sent.strip_prefix("arn:aws:rds:") else {
        return Ok(Address { region: call.region.clone(), id: sent.to_ascii_lowercase() });
    };
    let (region, rest) = arn.split_once(':').unwrap_or((arn, ""));
    let id = rest.strip_prefix(&format!("{}:db:", world.estate.account)).ok_or_else(|| instances::not_found(sent))?;
    Ok(Address { region: region.to_owned(), id: id.to_ascii_lowercase() })
}
