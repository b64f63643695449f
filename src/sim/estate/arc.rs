//! Application Recovery Controller: clusters with their routing controls, and Region switch plans.

use serde::Deserialize;

use super::rds::one_year;
use crate::sim::load::Complaint;
use crate::sim::time::{Moment, Span};

/// Application Recovery Controller.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryController {
    /// The clusters of routing controls.
    #[serde(default, rename = "cluster")]
    pub clusters: Vec<Cluster>,
    /// The Region switch plans.
    #[serde(default, rename = "plan")]
    pub plans: Vec<SwitchPlan>,
}

/// A cluster: five endpoints, each of which knows the state of every control.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// The Regions of its endpoints; they need not be Regions of the estate.
    #[serde(default = "usual_endpoints")]
    pub endpoints: Vec<String>,
    /// Its control panels.
    #[serde(rename = "panel")]
    pub panels: Vec<Panel>,
}

/// A control panel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// Its name.
    pub name: String,
    /// Its routing controls.
    #[serde(rename = "control")]
    pub controls: Vec<Control>,
    /// What must hold of them after every change.
    #[serde(default, rename = "rule")]
    pub rules: Vec<SafetyRule>,
}

/// A safety rule: so many of some controls of a panel stay on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyRule {
    /// Its name.
    pub name: String,
    /// How many of them stay on.
    #[serde(default = "one")]
    pub at_least: usize,
    /// The controls it is about, by their names; empty: all of the panel.
    #[serde(default)]
    pub controls: Vec<String>,
}

/// A routing control: a switch that a health check of the type `RECOVERY_CONTROL` follows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its name; faults and health checks name it by this.
    pub name: String,
    /// How it is switched at the start.
    pub state: Switch,
    /// How it was switched since, and when, the earliest first.
    #[serde(skip)]
    pub switched: Vec<(Moment, Switch)>,
}

impl SafetyRule {
    /// Whether it is about a control.
    pub fn concerns(&self, control: &Control) -> bool {
        self.controls.is_empty() || self.controls.contains(&control.name)
    }
}

/// The state of a routing control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Switch {
    /// Traffic goes there: its health check is healthy.
    On,
    /// It does not.
    Off,
}

impl Switch {
    /// AWS's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::Off => "Off",
        }
    }
}

/// A Region switch plan for two Regions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchPlan {
    /// Its name: up to 32 letters, digits and hyphens.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its two Regions.
    pub regions: Vec<String>,
    /// The Region that is usually active; absent for active/active.
    pub primary: Option<String>,
    /// The recovery time it is made for.
    pub recovery_time: Option<Span>,
    /// What activating a Region does, in order.
    #[serde(rename = "step")]
    pub steps: Vec<SwitchStep>,
    /// How it was executed so far.
    #[serde(default, rename = "execution")]
    pub executions: Vec<SwitchExecution>,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}

/// A step of a Region switch plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchStep {
    /// Its name.
    pub name: String,
    /// What it does.
    pub block: Block,
    /// How long it takes.
    pub takes: Span,
}

/// What a step does.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Block {
    /// Waits until someone approves.
    Approval,
    /// Switches an Aurora global database over, named by its identifier.
    Aurora(String),
    /// Raises Auto Scaling groups of that name in the Region to that share of the other Region's capacity, in percent.
    Scale {
        /// The groups' name.
        group: String,
        /// Percent.
        percent: u32,
    },
    /// Switches the routing controls of a panel.
    RoutingControls(String),
    /// Turns the health checks of a record set.
    Records {
        /// The hosted zone's id.
        zone: String,
        /// The record's name.
        record: String,
    },
}

/// An execution of a Region switch plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchExecution {
    /// How long before the simulator's start it was started.
    pub ago: Span,
    /// The Region that was activated or deactivated.
    pub region: String,
    /// Which of both.
    #[serde(default)]
    pub action: SwitchAction,
    /// Whether it was meant to lose nothing.
    #[serde(default)]
    pub mode: SwitchMode,
    /// Why it was done.
    #[serde(default)]
    pub comment: String,
    /// The step that failed, and at which it stands ever since; absent: none did.
    pub fails_at: Option<String>,
    /// Set for one that somebody asked for since the simulator's start: its approvals are waited for.
    #[serde(skip)]
    pub asked: Option<AskedSwitch>,
}

/// How an execution was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedSwitch {
    /// Its `clientToken`, if one was sent.
    pub token: Option<String>,
    /// The steps that somebody approved, and when.
    pub approved: Vec<(String, Moment)>,
}

/// What an execution does to its Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SwitchAction {
    /// It takes traffic in.
    #[default]
    Activate,
    /// It gives traffic away.
    Deactivate,
}

/// How an execution treats what it cannot do without a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SwitchMode {
    /// It loses nothing: both Regions are there.
    #[default]
    Graceful,
    /// The other Region is gone.
    Ungraceful,
}

impl RecoveryController {
    /// Every routing control with its cluster and panel.
    pub fn controls(&self) -> impl Iterator<Item = (&Cluster, &Panel, &Control)> {
        self.clusters.iter().flat_map(|cluster| {
            let panels = cluster.panels.iter();
            panels.flat_map(move |panel| panel.controls.iter().map(move |control| (cluster, panel, control)))
        })
    }

    /// The first thing that is wrong with safety rules.
    pub fn check(&self) -> Result<(), Complaint> {
        for panel in self.clusters.iter().flat_map(|cluster| &cluster.panels) {
            for rule in &panel.rules {
                let unknown = rule.controls.iter().find(|name| panel.controls.iter().all(|own| own.name != **name));
                if let Some(name) = unknown {
                    let message =
                        format!("rule \"{}\": there is no routing control \"{name}\" in its panel", rule.name);
                    return Err(Complaint { words: name.clone(), occurrence: 0, message });
                }
                let on = panel.controls.iter().filter(|own| rule.concerns(own) && own.state == Switch::On).count();
                if on < rule.at_least {
                    let message =
                        format!("rule \"{}\": {on} of its controls are On, and {} must be", rule.name, rule.at_least);
                    return Err(Complaint { words: rule.name.clone(), occurrence: 0, message });
                }
            }
        }
        Ok(())
    }

    /// The Regions in which a cluster has an endpoint.
    pub fn endpoints(&self) -> impl Iterator<Item = &String> {
        self.clusters.iter().flat_map(|cluster| &cluster.endpoints)
    }
}

const fn one() -> usize {
    1
}

/// Where ARC puts the endpoints of a cluster.
fn usual_endpoints() -> Vec<String> {
    ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"].map(str::to_owned).to_vec()
}
