//! Changes of a source server's settings.

use serde_json::Value as Json;

use super::change::{after, free, server, server_mut, tags};
use super::error::invalid;
use super::settings;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::{Disposition, RightSizing, SnapshotRule, StagedDisk};
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::AwsError;

/// `UpdateLaunchConfiguration`: what is left out stays.
pub(super) fn launch(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let id = server(world, call)?.id.clone();
    let launch = &mut server_mut(estate, &id)?.launch;
    if let Some(name) = call.text("name") {
        launch.name = Some(name.to_owned());
    }
    match one_of(call, "launchDisposition", &["STARTED", "STOPPED"])? {
        Some("STARTED") => launch.disposition = Disposition::Started,
        Some(_) => launch.disposition = Disposition::Stopped,
        None => {}
    }
    match one_of(call, "targetInstanceTypeRightSizingMethod", &["NONE", "BASIC", "IN_AWS"])? {
        Some("NONE") => launch.right_sizing = RightSizing::None,
        Some("BASIC") => launch.right_sizing = RightSizing::Basic,
        Some(_) => launch.right_sizing = RightSizing::InAws,
        None => {}
    }
    set(&mut launch.copy_private_ip, call.flag("copyPrivateIp"));
    set(&mut launch.without_tags, call.flag("copyTags").map(|copied| !copied));
    set(&mut launch.post_launch, call.flag("postLaunchEnabled"));
    let member = |name: &str, inner: &str| call.parameters.get(name).and_then(|value| value.get(inner)).cloned();
    set(&mut launch.own_licence, member("licensing", "osByol").and_then(|yes| yes.as_bool()));
    if let Some(into) = member("launchIntoInstanceProperties", "launchIntoEC2InstanceID") {
        launch.into_instance = into.as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    }
    Ok(Changed::applied(settings::launch(&after(world, estate), call)?))
}

/// `UpdateReplicationConfiguration`: what is left out stays. Not while the server is being launched.
pub(super) fn replication(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let known = server(world, call)?;
    free(world, &call.region, [known])?;
    let server = server_mut(estate, &known.id)?;
    if let Some(rules) = call.parameters.get("pitPolicy").and_then(Json::as_array) {
        server.snapshots = rules
            .iter()
            .filter(|rule| rule.get("enabled") != Some(&Json::Bool(false)))
            .map(rule)
            .collect::<Result<_, _>>()?;
    }
    let staging = &mut server.replication;
    let text = |name: &str| call.text(name).map(str::to_owned);
    if let Some(subnet) = text("stagingAreaSubnetId") {
        if !subnet.starts_with("subnet-") {
            return Err(invalid(format!("stagingAreaSubnetId: \"{subnet}\" is no subnet")));
        }
        staging.subnet = Some(subnet);
    }
    staging.name = text("name").or(staging.name.take());
    set(&mut staging.without_default_group, call.flag("associateDefaultSecurityGroup").map(|yes| !yes));
    if call.parameters.get("replicationServersSecurityGroupsIDs").is_some() {
        let groups = call.texts("replicationServersSecurityGroupsIDs");
        staging.groups = groups.into_iter().map(str::to_owned).collect();
    }
    set(&mut staging.server_type, text("replicationServerInstanceType"));
    set(&mut staging.dedicated, call.flag("useDedicatedReplicationServer"));
    let kind = one_of(call, "defaultLargeStagingDiskType", &["GP2", "GP3", "ST1", "AUTO"])?;
    set(&mut staging.large_disks, kind.map(str::to_owned));
    for disk in call.items("replicatedDisks") {
        let number = |name: &str| disk.get(name).and_then(Json::as_u64).and_then(|number| u32::try_from(number).ok());
        let word = |name: &str| disk.get(name).and_then(Json::as_str).map(str::to_owned);
        let device = word("deviceName").ok_or_else(|| invalid("replicatedDisks: deviceName is missing".to_owned()))?;
        let staged = StagedDisk {
            kind: word("stagingDiskType"),
            iops: number("iops").unwrap_or(0),
            throughput: number("throughput").unwrap_or(0),
        };
        staging.disks.insert(device, staged);
    }
    set(&mut staging.encryption, one_of(call, "ebsEncryption", &["DEFAULT", "CUSTOM", "NONE"])?.map(str::to_owned));
    staging.key = text("ebsEncryptionKeyArn").or(staging.key.take());
    let bandwidth =
        call.integer("bandwidthThrottling").map_err(|sent| invalid(format!("bandwidthThrottling: {sent}")))?;
    set(&mut staging.bandwidth, bandwidth.map(|mbits| u32::try_from(mbits).unwrap_or(0)));
    let routing = one_of(call, "dataPlaneRouting", &["PRIVATE_IP", "PUBLIC_IP"])?;
    set(&mut staging.public, routing.map(|word| word == "PUBLIC_IP").or(call.flag("createPublicIP")));
    set(&mut staging.ignores_new_disks, call.flag("autoReplicateNewDisks").map(|yes| !yes));
    set(&mut staging.ipv6, one_of(call, "internetProtocol", &["IPV4", "IPV6"])?.map(|word| word == "IPV6"));
    if call.parameters.get("stagingAreaTags").is_some() {
        staging.tags = tags(call.parameters.get("stagingAreaTags"))?;
    }
    Ok(Changed::applied(settings::replication(&after(world, estate), call)?))
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// A word that a call says, if AWS knows it.
fn one_of<'c>(call: &'c Call, name: &str, known: &[&str]) -> Result<Option<&'c str>, AwsError> {
    match call.text(name).filter(|word| !known.contains(word)) {
        Some(unknown) => Err(invalid(format!("{name} must be one of {}, not {unknown}", known.join(", ")))),
        None => Ok(call.text(name)),
    }
}

/// A rule of the point-in-time policy: whole units of a minute or more.
fn rule(sent: &Json) -> Result<SnapshotRule, AwsError> {
    let unit = match sent.get("units").and_then(Json::as_str) {
        Some("MINUTE") => Span::MINUTE,
        Some("HOUR") => Span::HOUR,
        Some("DAY") => Span::DAY,
        Some(_) | None => return Err(invalid("pitPolicy: units must be MINUTE, HOUR or DAY".to_owned())),
    };
    let times = |name: &str| {
        let number = sent.get(name).and_then(Json::as_i64).filter(|number| (1..=10_000).contains(number));
        number.ok_or_else(|| invalid(format!("pitPolicy: {name} must be 1 or more")))
    };
    Ok(SnapshotRule { every: unit.times(times("interval")?), kept: unit.times(times("retentionDuration")?) })
}
