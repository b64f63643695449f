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

impl Change for UpdateGroup {
    fn service(&self) -> &'static str {
        "autoscaling"
    }

    fn operation(&self) -> &'static str {
        "UpdateAutoScalingGroup"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.group.clone()
    }

    fn parameters(&self, _: IntentId) -> Json {
        json!({
            "AutoScalingGroupName": self.group,
            "MinSize": self.min,
            "MaxSize": self.max,
            "DesiredCapacity": self.desired,
        })
    }
}
