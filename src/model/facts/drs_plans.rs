//! DRS recovery plans.

use serde::{Deserialize, Serialize};

use crate::model::{Moment, Text};

/// A recovery plan of DRS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecoveryPlan {
    /// Its ARN.
    pub arn: Text,
    /// Its name.
    pub name: Text,
    /// `ACTIVE` or `INVALID`.
    pub status: Text,
    /// When it was last changed.
    pub updated: Option<Moment>,
}

/// A step of an execution of a recovery plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecutionStep {
    /// Its name.
    pub name: Text,
    /// Its place in the plan, from 1.
    pub index: u32,
    /// `NOT_STARTED`, `EXECUTING`, `WAITING`, `COMPLETED`, `FAILED`, `SKIPPED`, `TIMED_OUT`.
    pub status: Text,
    /// What went wrong.
    pub error: Option<Text>,
}

/// An execution of a recovery plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Its ARN.
    pub arn: Text,
    /// `DRILL` or `RECOVERY`.
    pub mode: Text,
    /// `CREATED`, `IN_PROGRESS`, `COMPLETED`, `FAILED`, `CANCELLING`, `CANCELLED`.
    pub status: Text,
    /// When it was started.
    pub started: Option<Moment>,
    /// What went wrong.
    pub error: Option<Text>,
}
