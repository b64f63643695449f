//! Settings of a source server: how it is replicated, and how it would be launched.

use super::error::not_found;
use super::request::servers;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::{Disposition, RightSizing, Server, SnapshotRule};
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};

/// From this size on a staging disk is of the type for large ones, in GiB.
const LARGE: u32 = 500;

/// `GetLaunchConfiguration`.
pub(super) fn launch(world: &World, call: &Call) -> Result<Value, AwsError> {
    let server = asked(world, call)?;
    let disposition = match server.launch.disposition {
        Disposition::Started => "STARTED",
        Disposition::Stopped => "STOPPED",
    };
    let right_sizing = match server.launch.right_sizing {
        RightSizing::None => "NONE",
        RightSizing::Basic => "BASIC",
        RightSizing::InAws => "IN_AWS",
    };
    let into = server.launch.into_instance.as_ref().map(|id| Value::map([("launchIntoEC2InstanceID", id.into())]));
    Ok(Value::map([
        ("sourceServerID", (&server.id).into()),
        ("name", server.launch.name.as_ref().unwrap_or(&server.name).into()),
        ("ec2LaunchTemplateID", format!("lt-{}", world.hex(&["launch-template", &server.id], 17)).into()),
        ("launchDisposition", disposition.into()),
        ("targetInstanceTypeRightSizingMethod", right_sizing.into()),
        ("copyPrivateIp", server.launch.copy_private_ip.into()),
        ("copyTags", (!server.launch.without_tags).into()),
        ("licensing", Value::map([("osByol", server.launch.own_licence.into())])),
        ("postLaunchEnabled", server.launch.post_launch.into()),
        ("launchIntoInstanceProperties", into.unwrap_or_else(|| Value::map([]))),
    ]))
}

/// `GetReplicationConfiguration`.
pub(super) fn replication(world: &World, call: &Call) -> Result<Value, AwsError> {
    let server = asked(world, call)?;
    let staging = &server.replication;
    let drawn = |what: &str, prefix: &str| format!("{prefix}-{}", world.hex(&["staging", what, &server.region], 17));
    let disks = server.disks.iter().zip(0..).map(|(disk, place)| {
        let usual = if disk.gib >= LARGE { staging.large_disks.as_str() } else { "GP3" };
        let own = staging.disks.get(&disk.device);
        let kind = own.and_then(|own| own.kind.as_deref()).unwrap_or(usual);
        Value::map([
            ("deviceName", (&disk.device).into()),
            ("isBootDisk", (place == 0).into()),
            ("stagingDiskType", kind.into()),
            ("iops", own.map_or(0, |own| own.iops).into()),
            ("throughput", own.map_or(0, |own| own.throughput).into()),
            ("optimizedStagingDiskType", if kind == "AUTO" { "GP3" } else { kind }.into()),
        ])
    });
    let key = (staging.encryption == "CUSTOM")
        .then(|| world.arn("kms", &server.region, &format!("key/{}", world.uuid(&["staging-key", &server.region]))));
    let key = key.map(|usual| staging.key.clone().unwrap_or(usual));
    let groups = if staging.groups.is_empty() { vec![drawn("group", "sg")] } else { staging.groups.clone() };
    let rules = server.snapshots.iter().zip(1..).map(|(rule, id)| rule_value(rule, id));
    Ok(Value::map([
        ("sourceServerID", (&server.id).into()),
        ("name", staging.name.as_ref().unwrap_or(&server.name).into()),
        ("stagingAreaSubnetId", staging.subnet.clone().unwrap_or_else(|| drawn("subnet", "subnet")).into()),
        ("associateDefaultSecurityGroup", (!staging.without_default_group).into()),
        ("replicationServersSecurityGroupsIDs", Value::list("group", groups.into_iter().map(Value::from))),
        ("replicationServerInstanceType", (&staging.server_type).into()),
        ("useDedicatedReplicationServer", staging.dedicated.into()),
        ("defaultLargeStagingDiskType", (&staging.large_disks).into()),
        ("replicatedDisks", Value::list("disk", disks)),
        ("ebsEncryption", (&staging.encryption).into()),
        ("ebsEncryptionKeyArn", key.into()),
        ("bandwidthThrottling", staging.bandwidth.into()),
        ("dataPlaneRouting", if staging.public { "PUBLIC_IP" } else { "PRIVATE_IP" }.into()),
        ("createPublicIP", staging.public.into()),
        ("stagingAreaTags", Value::texts(&staging.tags)),
        ("pitPolicy", Value::list("rule", rules)),
        ("autoReplicateNewDisks", (!staging.ignores_new_disks).into()),
        ("internetProtocol", if staging.ipv6 { "IPV6" } else { "IPV4" }.into()),
    ]))
}

/// Neither operation has a `ValidationException`: an id that is none is not found either.
fn asked<'w>(world: &'w World, call: &Call) -> Result<&'w Server, AwsError> {
    let id = call.text("sourceServerID").unwrap_or_default();
    let found = servers(world, call)?.into_iter().find(|server| server.id == id);
    found.ok_or_else(|| not_found(format!("Source server {id} does not exist.")))
}

/// A rule of the point-in-time policy, in the largest unit that its interval is a multiple of.
fn rule_value(rule: &SnapshotRule, id: i64) -> Value {
    let units = [("DAY", Span::DAY), ("HOUR", Span::HOUR), ("MINUTE", Span::MINUTE)];
    let fits = |(_, unit): &&(&str, Span)| rule.every.millis() % unit.millis() == 0;
    let (name, unit) = units.iter().find(fits).copied().unwrap_or(("MINUTE", Span::MINUTE));
    Value::map([
        ("ruleID", id.into()),
        ("units", name.into()),
        ("interval", (rule.every.millis() / unit.millis()).into()),
        ("retentionDuration", (rule.kept.millis() / unit.millis()).into()),
        ("enabled", true.into()),
    ])
}
