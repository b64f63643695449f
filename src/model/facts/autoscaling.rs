//! Auto Scaling groups.

use serde::{Deserialize, Serialize};

use crate::model::{Moment, Text};

/// An Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// The fewest instances it keeps.
    pub min: u32,
    /// The most it may have.
    pub max: u32,
    /// How many it wants now.
    pub desired: u32,
    /// How many are in service and healthy.
    pub in_service: u32,
    /// Processes that were suspended: a suspended `Launch` cannot scale.
    pub suspended: Vec<Text>,
}

/// Something a group did, or tried to do: a launch, a termination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// When it began.
    pub at: Option<Moment>,
    /// `Successful`, `Failed`, `InProgress`…
    pub status: Text,
    /// Why it is as it is: `We currently do not have sufficient … capacity`.
    pub message: Option<Text>,
    /// What: `Launching a new EC2 instance`.
    pub what: Text,
}
