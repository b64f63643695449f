//! Changes of ARC Region switch: an execution of a plan that somebody else wrote is started, and its waiting steps are approved.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::{Change, Plane};
use crate::model::{Place, Region};

/// What an execution does to its Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SwitchAction {
    /// It takes traffic in.
    Activate,
    /// It gives traffic away.
    Deactivate,
}

/// How an execution treats what it cannot do without a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SwitchMode {
    /// It loses nothing: both Regions are there.
    Graceful,
    /// The other Region is gone.
    Ungraceful,
}

impl SwitchAction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Activate, Self::Deactivate];

    /// AWS's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
        }
    }
}

impl SwitchMode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Graceful, Self::Ungraceful];

    /// AWS's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graceful => "graceful",
            Self::Ungraceful => "ungraceful",
        }
    }
}

/// `StartPlanExecution`: sent again under the same token it starts no other execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartPlan {
    /// The Region asked.
    pub place: Place,
    /// The plan's ARN.
    pub plan: String,
    /// The Region that is switched.
    pub target: Region,
    /// Which way.
    pub action: SwitchAction,
    /// What of loss.
    pub mode: SwitchMode,
}

/// `ApprovePlanExecutionStep`: a step that waits for somebody goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApproveStep {
    /// The Region asked.
    pub place: Place,
    /// The plan's ARN.
    pub plan: String,
    /// The execution.
    pub execution: String,
    /// The step, as the plan calls it.
    pub step: String,
}

impl Change for StartPlan {
    fn service(&self) -> &'static str {
        "arc-region-switch"
    }

    fn operation(&self) -> &'static str {
        "StartPlanExecution"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.plan.clone()
    }

    fn plane(&self) -> Plane {
        Plane::Data
    }

    fn parameters(&self, intent: IntentId) -> Json {
        json!({
            "planArn": self.plan,
            "targetRegion": self.target.as_str(),
            "action": self.action.as_str(),
            "mode": self.mode.as_str(),
            "comment": format!("drdeck {intent}"),
            "clientToken": intent.to_string(),
        })
    }
}

impl Change for ApproveStep {
    fn service(&self) -> &'static str {
        "arc-region-switch"
    }

    fn operation(&self) -> &'static str {
        "ApprovePlanExecutionStep"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.execution.clone()
    }

    fn plane(&self) -> Plane {
        Plane::Data
    }

    fn parameters(&self, intent: IntentId) -> Json {
        json!({
            "planArn": self.plan,
            "executionId": self.execution,
            "stepName": self.step,
            "approval": "approve",
            "comment": format!("drdeck {intent}"),
        })
    }
}
