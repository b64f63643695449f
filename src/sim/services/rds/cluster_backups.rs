//! Automated backups of Aurora clusters, kept in their own Region.

use super::clusters::{arn, resource_id};
use super::{details, events, filter};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::Cluster;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};

const STATUS: &str = "active";
/// How long the window is in which a backup begins: AWS's least.
const WINDOW_MINUTES: i64 = 30;

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let of_region = world.clusters(&call.region).map(|(cluster, _)| cluster).filter(|cluster| cluster.backup_days > 0);
    let mut found: Vec<(&Cluster, String)> =
        of_region.map(|cluster| (cluster, resource_id(world, &cluster.region, &cluster.id))).collect();
    found.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    for asked in ["DBClusterIdentifier", "DbClusterResourceId"].into_iter().filter_map(|name| call.text(name)) {
        found.retain(|(cluster, resource)| asked.eq_ignore_ascii_case(&cluster.id) || asked == resource);
        if found.is_empty() {
            let message = format!("Automated backup {asked} not found.");
            return Err(AwsError::new(404, "DBClusterAutomatedBackupNotFoundFault", message));
        }
    }
    let found = filter::keep(
        call,
        found,
        |(cluster, resource), name| match name {
            "db-cluster-id" => Some(vec![cluster.id.as_str()]),
            "db-cluster-resource-id" => Some(vec![resource.as_str()]),
            "status" => Some(vec![STATUS]),
            _ => None,
        },
        &["db-cluster-id", "db-cluster-resource-id", "status"],
    )?;
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|(cluster, resource)| value(world, cluster, resource));
    Ok(Value::map([
        ("DBClusterAutomatedBackups", Value::list("DBClusterAutomatedBackup", values)),
        ("Marker", cut.next.into()),
    ]))
}

fn value(world: &World, cluster: &Cluster, resource: &str) -> Value {
    let Cluster { id, region, .. } = cluster;
    let earliest = world.earliest_restorable(cluster.backup_days, cluster.age);
    let latest = world.latest_restorable(region);
    let name = world.hex(&["auto-backup", "cluster", region, id], 26);
    let port: u32 = if cluster.engine.contains("mysql") { 3306 } else { 5432 };
    let license = if cluster.engine.contains("mysql") { "general-public-license" } else { "postgresql-license" };
    let zones = ["a", "b", "c"].into_iter().map(|zone| format!("{region}{zone}").into());
    let key = details::key(world, region, &cluster.details);
    let minute = events::backup_window(world, id).millis() / Span::MINUTE.millis();
    let clock = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let window = format!("{}-{}", clock(minute), clock(minute + WINDOW_MINUTES));
    Value::map([
        ("Engine", (&cluster.engine).into()),
        ("DBClusterAutomatedBackupsArn", world.arn("rds", region, &format!("cluster-auto-backup:ab-{name}")).into()),
        ("DBClusterIdentifier", id.into()),
        ("RestoreWindow", Value::map([("EarliestTime", earliest.into()), ("LatestTime", latest.into())])),
        ("MasterUsername", "admin".into()),
        ("DbClusterResourceId", resource.into()),
        ("Region", region.into()),
        ("LicenseModel", license.into()),
        ("Status", STATUS.into()),
        ("IAMDatabaseAuthenticationEnabled", false.into()),
        ("ClusterCreateTime", (world.start - cluster.age).into()),
        ("StorageEncrypted", true.into()),
        ("AllocatedStorage", 1_u32.into()),
        ("EngineVersion", (&cluster.version).into()),
        ("DBClusterArn", arn(world, region, id).into()),
        ("BackupRetentionPeriod", cluster.backup_days.into()),
        ("PreferredBackupWindow", window.into()),
        ("EngineMode", "provisioned".into()),
        ("AvailabilityZones", Value::list("AvailabilityZone", zones)),
        ("Port", port.into()),
        ("KmsKeyId", key.into()),
        ("StorageType", "aurora".into()),
    ])
}
