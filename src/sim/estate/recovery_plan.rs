//! Recovery plans of DRS: which servers are launched in which order, and the drills that followed them.

use serde::Deserialize;

use super::rds::one_year;
use crate::sim::time::Span;

/// A recovery plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryPlan {
    /// Its name.
    pub name: String,
    /// The Region it recovers in.
    pub region: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it does, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// The drills that followed it.
    #[serde(default, rename = "drill")]
    pub drills: Vec<PlannedDrill>,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}

/// A step: servers that are launched together, or a pause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// The servers, by their ids; none in a pause.
    #[serde(default)]
    pub servers: Vec<String>,
    /// Those of them whose failure does not stop the plan.
    #[serde(default)]
    pub optional: Vec<String>,
    /// How long to pause.
    pub wait: Option<Span>,
}

/// A drill of a plan. Its servers' `last_drill` follows from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedDrill {
    /// How long before the simulator's start it was started; less than nothing for what was started since.
    pub ago: Span,
    /// Set for one that somebody asked for since.
    #[serde(skip)]
    pub asked: Option<AskedPlan>,
}

/// How an execution was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedPlan {
    /// Its `clientToken`.
    pub token: String,
    /// `DRILL` or `RECOVERY`.
    pub mode: &'static str,
}
