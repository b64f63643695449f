//! Changes of Auto Scaling groups.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::Change;
use crate::model::Place;

/// `UpdateAutoScalingGroup`: how many instances a group has. Setting the same again changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateGroup {
    /// Where.
    pub place: Place,
    /// The group's name.
    pub group: String,
    /// Fewest.
    pub min: u32,
    /// Most.
    pub max: u32,
    /// As many as there should be now.
    pub desired: u32,
}

change!(UpdateGroup, "autoscaling", "UpdateAutoScalingGroup", |change| change.group.clone(), |_| json!({
    "AutoScalingGroupName": change.group,
    "MinSize": change.min,
    "MaxSize": change.max,
    "DesiredCapacity": change.desired,
}));
