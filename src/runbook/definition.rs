//! The written procedure.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::kinds::Kind;
use crate::model::{Disruption, Objective, Region, Span, System, Text};

/// A runbook, checked: steps refer to steps that are there, and form no circle.
#[derive(Clone, Debug, PartialEq)]
pub struct Runbook {
    /// Its name, which is its file's: `orders-failover`.
    pub name: String,
    /// The System that it moves; where it takes in other runbooks, a word for all of theirs.
    pub system: String,
    /// Which way.
    pub direction: Direction,
    /// Whether both sides are expected to be well.
    pub variant: Variant,
    /// As its owner counts: shown, recorded, not interpreted.
    pub version: Text,
    /// Whom to ask about it.
    pub owner: Text,
    /// What it is for, in a sentence or two.
    pub summary: Text,
    /// The runbook that leads back.
    pub back: Option<String>,
    /// The only account in which it may be run, twelve digits.
    pub account: Option<String>,
    /// The only Regions in which it may change anything.
    pub regions: Vec<Region>,
    /// The role assumed for its changes; without one, changes are made with the identity that reads.
    pub role: Option<String>,
    /// Its steps, in the order of the file. Each of `needs` stands before the step that needs it. Those of the runbooks that it takes in stand
    /// where it names them.
    pub steps: Vec<Step>,
    /// The runbooks that it takes in, in the order of their steps; empty where it moves one System itself.
    pub parts: Vec<Part>,
    /// SHA-256 of its text, 64 hexadecimal digits: pinned when a run opens.
    pub sha256: String,
}

/// A runbook that another one takes in, with the System that it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The step that names it; the ids of its own steps begin with it: `orders/promote-replica`.
    pub step: String,
    /// Its name.
    pub runbook: String,
    /// The System that it moves.
    pub system: String,
    /// As its owner counts.
    pub version: Text,
    /// Whom to ask about it.
    pub owner: Text,
    /// Whether it expects both sides to be well.
    pub variant: Variant,
    /// The only Regions in which its steps may change anything.
    pub regions: Vec<Region>,
    /// Its steps, as indices of [`Runbook::steps`].
    pub steps: Range<usize>,
    /// SHA-256 of its text.
    pub sha256: String,
    /// Its text: the journal of a run holds it.
    pub text: String,
}

/// Which way a runbook moves its System.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the recovery Region.
    Failover,
    /// Home again.
    Failback,
    /// Nowhere: what was deleted or damaged comes back beside what is there.
    Restore,
    /// Nowhere: it is tried out whether a System would stand the loss of a part of it.
    Exercise,
}

/// Whether both sides are expected to be well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The side that is left may be gone.
    Unplanned,
    /// Both sides are well: nothing may be lost.
    Planned,
}

/// How a runbook is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// For real.
    Live,
    /// A rehearsal in AWS: servers are launched as drills, traffic is not moved, nothing one-way is done.
    Drill,
    /// A rehearsal on paper: nothing is sent.
    Tabletop,
}

/// What a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "plain words")]
pub enum Phase {
    Detect,
    Decide,
    Execute,
    Verify,
    Communicate,
    Return,
}

impl Phase {
    /// All of them, in their order.
    pub const ALL: [Self; 6] =
        [Self::Detect, Self::Decide, Self::Execute, Self::Verify, Self::Communicate, Self::Return];

    /// The word in runbooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Decide => "decide",
            Self::Execute => "execute",
            Self::Verify => "verify",
            Self::Communicate => "communicate",
            Self::Return => "return",
        }
    }
}

impl Direction {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Failover, Self::Failback, Self::Restore, Self::Exercise];

    /// What users wait for it after, so that somebody declares when that began and there is a time that was promised; `None` where nothing was lost.
    pub const fn recovers_from(self) -> Option<Disruption> {
        match self {
            Self::Failover => Some(Disruption::Region),
            Self::Restore => Some(Disruption::Data),
            Self::Failback | Self::Exercise => None,
        }
    }

    /// What was promised for it: a restore answers the loss of data, all others that of a Region.
    pub const fn objective(self, system: &System) -> Option<&Objective> {
        match self {
            Self::Failover | Self::Failback | Self::Exercise => system.objectives.region.as_ref(),
            Self::Restore => system.objectives.data.as_ref(),
        }
    }

    /// The word in runbooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failover => "failover",
            Self::Failback => "failback",
            Self::Restore => "restore",
            Self::Exercise => "exercise",
        }
    }
}

impl Variant {
    /// The word for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unplanned => "unplanned",
            Self::Planned => "planned",
        }
    }
}

impl Mode {
    /// The word in journals and for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Drill => "drill",
            Self::Tabletop => "tabletop",
        }
    }
}

impl Runbook {
    /// The index of the step of that id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    /// The index of the part that a step belongs to; `None` for a step of the runbook's own.
    pub fn part_of(&self, step: usize) -> Option<usize> {
        self.parts.iter().position(|part| part.steps.contains(&step))
    }

    /// The System that a step moves: its name is typed to confirm what cannot be undone.
    pub fn system_of(&self, step: usize) -> &str {
        let part = self.part_of(step).and_then(|part| self.parts.get(part));
        part.map_or(self.system.as_str(), |part| part.system.as_str())
    }

    /// The Regions in which a step may change anything.
    pub fn regions_of(&self, step: usize) -> &[Region] {
        let part = self.part_of(step).and_then(|part| self.parts.get(part));
        part.map_or(self.regions.as_slice(), |part| part.regions.as_slice())
    }

    /// The Systems that it moves, in the order of its steps.
    pub fn systems(&self) -> Vec<&str> {
        if self.parts.is_empty() {
            return vec![&self.system];
        }
        self.parts.iter().map(|part| part.system.as_str()).collect()
    }
}

/// One action.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name, unique in the runbook: `promote-replica`.
    pub id: String,
    /// What it belongs to.
    pub phase: Phase,
    /// What it does, in a few words.
    pub title: Text,
    /// What the person has to know before confirming.
    pub text: Text,
    /// The steps that must be done before it, as indices of [`Runbook::steps`]: all smaller than its own.
    pub needs: Vec<usize>,
    /// What it is.
    pub kind: Kind,
    /// What to do if it fails.
    pub on_failure: Option<Text>,
    /// How to undo it, where the kind's own words do not suffice.
    pub undo: Option<Text>,
    /// What to do where the control plane in us-east-1, or the Region that fails, does not answer its call.
    pub alternative: Option<Text>,
    /// How long it usually takes.
    pub estimate: Span,
    /// The longest it may take before it counts as stuck: three estimates and a minute unless the runbook says otherwise.
    pub worst: Span,
}
