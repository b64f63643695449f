//! Auto Scaling groups.

use serde::Deserialize;

use super::rds::one_year;
use crate::sim::time::{Moment, Span};

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
    /// Which sizes were asked for since, oldest first.
    #[serde(skip)]
    pub sizes: Vec<Resized>,
    /// Which processes were suspended since, oldest first.
    #[serde(skip)]
    pub suspensions: Vec<Suspension>,
}

/// The bounds of a group, and how many instances it desires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Fewest instances.
    pub min: u32,
    /// Most.
    pub max: u32,
    /// How many it is to run.
    pub desired: u32,
}

/// A size that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resized {
    /// When.
    pub at: Moment,
    /// What it was then to be.
    pub size: Size,
    /// Why, in the words of its activities.
    pub cause: String,
}

/// A process that was suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// `Launch`, `Terminate`…
    pub process: String,
    /// When.
    pub from: Moment,
    /// Until when; absent: it is still.
    pub until: Option<Moment>,
}

impl Group {
    /// Its size at that moment.
    pub fn size(&self, at: Moment) -> Size {
        let asked = self.sizes.iter().rev().find(|resized| resized.at <= at);
        asked.map_or(Size { min: self.min, max: self.max, desired: self.desired }, |resized| resized.size)
    }

    /// When a process is suspended.
    pub fn suspended<'g>(&'g self, process: &'g str) -> impl Iterator<Item = &'g Suspension> + 'g {
        self.suspensions.iter().filter(move |suspension| suspension.process == process)
    }
}
