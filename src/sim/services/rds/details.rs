//! What else a database was created with: where in its network, with which parameters and key, under which tags.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::Details;
use crate::sim::wire::Value;

/// What a request for a new database says of it. `parameters` is what its group of parameters is called there.
pub(super) fn asked(call: &Call, parameters: &str) -> Details {
    let text = |name: &str| call.text(name).map(str::to_owned);
    let tag = |tag: &Json| {
        let part = |name: &str| tag.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        (part("Key"), part("Value"))
    };
    Details {
        subnet_group: text("DBSubnetGroupName"),
        parameter_group: text(parameters),
        security_groups: call.texts("VpcSecurityGroupIds").into_iter().map(str::to_owned).collect(),
        kms_key: text("KmsKeyId"),
        tags: call.items("Tags").iter().map(tag).collect(),
    }
}

/// The key it is encrypted with, as an ARN: that of the Region's RDS where none was named.
pub(super) fn key(world: &World, region: &str, details: &Details) -> String {
    match &details.kms_key {
        Some(arn) if arn.starts_with("arn:") => arn.clone(),
        Some(alias) if alias.starts_with("alias/") => usual_key(world, region),
        Some(id) => world.arn("kms", region, &format!("key/{id}")),
        None => usual_key(world, region),
    }
}

/// The key of RDS itself in a Region.
pub(super) fn usual_key(world: &World, region: &str) -> String {
    world.arn("kms", region, &format!("key/{}", world.uuid(&["rds-key", region])))
}

/// The groups of parameters that an engine has where none was named: `default.mysql8.0`, `default.aurora-postgresql16`.
pub(super) fn parameter_group(details: &Details, engine: &str, version: &str) -> String {
    let usual = || {
        let parts = if engine.contains("postgres") { 1 } else { 2 };
        let family: Vec<&str> = version.split('.').take(parts).collect();
        format!("default.{engine}{}", family.join("."))
    };
    details.parameter_group.clone().unwrap_or_else(usual)
}

/// The name of its subnet group.
pub(super) fn subnet_group(details: &Details) -> String {
    details.subnet_group.clone().unwrap_or_else(|| "default".to_owned())
}

/// `DBSubnetGroup` of an instance.
pub(super) fn subnets(world: &World, region: &str, details: &Details) -> Value {
    Value::map([
        ("DBSubnetGroupName", subnet_group(details).into()),
        ("VpcId", format!("vpc-{}", world.hex(&["vpc", region], 17)).into()),
        ("SubnetGroupStatus", "Complete".into()),
    ])
}

/// `VpcSecurityGroups`.
pub(super) fn security_groups(world: &World, region: &str, details: &Details) -> Value {
    let usual = format!("sg-{}", world.hex(&["default-security-group", region], 17));
    let ids = if details.security_groups.is_empty() { vec![usual] } else { details.security_groups.clone() };
    let members =
        ids.into_iter().map(|id| Value::map([("VpcSecurityGroupId", id.into()), ("Status", "active".into())]));
    Value::list("VpcSecurityGroupMembership", members)
}

/// `TagList`.
pub(super) fn tags(tags: &BTreeMap<String, String>) -> Value {
    Value::list("Tag", tags.iter().map(|(key, value)| Value::map([("Key", key.into()), ("Value", value.into())])))
}
