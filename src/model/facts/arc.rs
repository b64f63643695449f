//! Application Recovery Controller: routing controls and Region switch.

use serde::{Deserialize, Serialize};

use crate::model::{Moment, Region, Text};

/// A routing control: a switch that a health check of the type `RECOVERY_CONTROL` follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoutingControl {
    /// Its ARN.
    pub arn: Text,
    /// Its name.
    pub name: Text,
    /// The control panel it is on.
    pub panel: Text,
    /// `On` or `Off`.
    pub state: Text,
}

/// A Region switch plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwitchPlan {
    /// Its ARN.
    pub arn: Text,
    /// Its name.
    pub name: Text,
    /// `activeActive` or `activePassive`.
    pub approach: Text,
    /// The Region it starts from, where the approach has one.
    pub primary: Option<Region>,
    /// Its Regions.
    pub regions: Vec<Region>,
    /// The recovery time it was made for, minutes.
    pub objective_minutes: Option<u32>,
}

/// A step of an execution of a Region switch plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwitchStep {
    /// Its name, as the plan has it.
    pub name: Text,
    /// `notStarted`, `running`, `failed`, `completed`, `canceled`, `skipped`, `pendingApproval`.
    pub status: Text,
    /// When it was started.
    pub started: Option<Moment>,
    /// When it ended.
    pub ended: Option<Moment>,
}

/// An execution of a Region switch plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwitchExecution {
    /// Its id.
    pub id: Text,
    /// `inProgress`, `completed`, `failed`, `pendingManualApproval`…
    pub state: Text,
    /// `activate`, `deactivate`, `postRecovery`.
    pub action: Text,
    /// `graceful` or `ungraceful`.
    pub mode: Text,
    /// The Region that is switched.
    pub region: Region,
    /// When it was started.
    pub started: Option<Moment>,
    /// When it ended.
    pub ended: Option<Moment>,
    /// How long recovery really took, as AWS says it.
    pub actual_recovery_time: Option<Text>,
}
