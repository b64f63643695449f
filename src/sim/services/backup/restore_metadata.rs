//! What a recovery point was made of, as `StartRestoreJob` takes it back: every name as AWS Backup writes it for that kind of resource.

use super::error::not_found;
use super::point::{self, Point, Wanted};
use super::{names, vaults};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::Instance;
use crate::sim::wire::{AwsError, Value};

/// `GetRecoveryPointRestoreMetadata`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let vault = vaults::asked(world, call)?;
    let arn = call.text("recoveryPointArn").unwrap_or_default();
    let points = point::points(world, &call.region, Wanted { vault: Some(&vault.name), resource: None });
    let point = points
        .iter()
        .find(|point| point.arn(world) == arn)
        .ok_or_else(|| not_found(format!("Recovery point {arn} does not exist in vault {}.", vault.name)))?;
    let metadata = of(world, point).into_iter().map(|(name, value)| (name.to_owned().into(), value.into())).collect();
    Ok(Value::map([
        ("BackupVaultArn", names::vault_arn(world, &call.region, &vault.name).into()),
        ("RecoveryPointArn", arn.into()),
        ("RestoreMetadata", Value::Map(metadata)),
        ("ResourceType", (&point.resource.kind).into()),
    ]))
}

/// Names and values, in the order of the names.
fn of(world: &World, point: &Point<'_>) -> Vec<(&'static str, String)> {
    let resource = point.resource;
    let name = names::resource_name(resource).to_owned();
    match resource.kind.as_str() {
        "RDS" => of_instance(world, &resource.arn, name, point.region),
        "DynamoDB" => vec![("encryptionType", "Default".to_owned()), ("originalTableName", name)],
        "S3" => vec![
            ("CreationTime", point.created.to_string()),
            ("DestinationBucketName", name),
            ("Encrypted", "true".to_owned()),
            ("NewBucket", "false".to_owned()),
        ],
        _ => vec![("name", name)],
    }
}

/// The name stays the old one: whoever restores beside what lives has to give another.
fn of_instance(world: &World, arn: &str, name: String, region: &str) -> Vec<(&'static str, String)> {
    let source = world.estate.rds.instances.iter().find(|known| source_arn(world, known) == arn);
    let class = source.map_or_else(|| "db.m6g.large".to_owned(), |source| source.class.clone());
    let engine = source.map_or_else(|| "postgres".to_owned(), |source| source.engine.clone());
    let multi_az = source.is_some_and(|source| source.multi_az);
    // The subnets and groups of the other Region are not these: AWS names its default ones.
    vec![
        ("AutoMinorVersionUpgrade", "true".to_owned()),
        ("AvailabilityZone", format!("{region}a")),
        ("DBInstanceClass", class),
        ("DBInstanceIdentifier", name),
        ("DBSubnetGroupName", "default".to_owned()),
        ("Engine", engine),
        ("MultiAZ", multi_az.to_string()),
        ("PubliclyAccessible", "false".to_owned()),
    ]
}

/// The ARN of an instance.
pub(super) fn source_arn(world: &World, instance: &Instance) -> String {
    world.arn("rds", &instance.region, &format!("db:{}", instance.id))
}
