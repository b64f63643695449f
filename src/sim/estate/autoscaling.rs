//! Auto Scaling groups.

use serde::Deserialize;

use super::rds::one_year;
use crate::sim::time::Span;

/// Auto Scaling.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoScaling {
    /// The groups.
    #[serde(default, rename = "group")]
    pub groups: Vec<Group>,
}

/// A group. Its instances are as many as it desires, spread over its zones.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Fewest instances.
    pub min: u32,
    /// Most.
    pub max: u32,
    /// How many it runs.
    pub desired: u32,
    /// Its zones.
    pub zones: Vec<String>,
    /// `m7g.large`.
    pub instance_type: String,
    /// The launch template.
    pub launch_template: String,
    /// The target group of its load balancer, as an ARN.
    pub target_group: Option<String>,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}
