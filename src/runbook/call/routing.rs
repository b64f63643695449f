//! Changes of ARC's routing controls: on the data plane, through an endpoint of their cluster.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::{Change, Plane};
use crate::model::Place;

/// The prefix of its IAM actions: calls of this service go to the endpoints of a cluster and nowhere else.
pub const CLUSTER: &str = "route53-recovery-cluster";

/// How a routing control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "AWS's own words")]
pub enum Switch {
    On,
    Off,
}

impl Switch {
    /// Both.
    pub const ALL: [Self; 2] = [Self::On, Self::Off];

    /// AWS's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::Off => "Off",
        }
    }
}

/// `UpdateRoutingControlStates`: several controls, all or none. Setting the same again changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwitchControls {
    /// The Region of the endpoint asked.
    pub place: Place,
    /// The controls' ARNs, and how each is to stand.
    pub states: Vec<(String, Switch)>,
    /// The ARNs of safety rules that need not hold.
    pub overridden: Vec<String>,
}

impl Change for SwitchControls {
    fn service(&self) -> &'static str {
        CLUSTER
    }

    fn operation(&self) -> &'static str {
        "UpdateRoutingControlStates"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.states.iter().map(|(arn, _)| arn.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn plane(&self) -> Plane {
        Plane::Data
    }

    fn parameters(&self, _: IntentId) -> Json {
        let entry = |(arn, state): &(String, Switch)| json!({ "RoutingControlArn": arn, "RoutingControlState": state.as_str() });
        let entries: Vec<Json> = self.states.iter().map(entry).collect();
        let mut parameters = json!({ "UpdateRoutingControlStateEntries": entries });
        if let (false, Json::Object(members)) = (self.overridden.is_empty(), &mut parameters) {
            members.insert("SafetyRulesToOverride".to_owned(), json!(self.overridden));
        }
        parameters
    }
}
