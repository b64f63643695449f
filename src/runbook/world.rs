//! What a step kind sees: what was just read, and what its run knows.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{ApiCall, IntentId, Mode, RunId};
use crate::model::{Moment, Snapshot, Text};

/// What a step kind sees.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// What was read for it.
    pub snapshot: &'a Snapshot,
    /// The moment, by AWS's clock or the simulator's.
    pub now: Moment,
    /// The run.
    pub run: &'a RunFacts,
    /// What was sent for this step so far, oldest first.
    pub attempts: &'a [Attempt],
}

/// What a run knows.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFacts {
    /// Its name.
    pub id: RunId,
    /// Live, drill or tabletop.
    pub mode: Mode,
    /// The runbook's name.
    pub runbook: String,
    /// The System.
    pub system: String,
    /// The incident's name, as the person gave it.
    pub incident: Option<Text>,
    /// Who drives it.
    pub operator: Text,
    /// The account it changes.
    pub account: Text,
    /// When the run was opened.
    pub opened: Moment,
    /// When the disruption began, as the decision says; before it, as readings show.
    pub began: Option<Moment>,
    /// When the failed side is expected to be back, as the decision says.
    pub repair: Option<Moment>,
    /// What the operator chose in earlier steps or on this one's card, by the field's name: a point in time, for example.
    pub choices: std::collections::BTreeMap<String, String>,
    /// What its finished steps say of themselves: the step's id, when it was done, and its evidence, in the order they were done.
    pub done: Vec<(String, Moment, Text)>,
}

/// One request that was sent, or may have been.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its name, which AWS knows it by.
    pub intent: IntentId,
    /// What was asked; `None` for a command.
    pub call: Option<ApiCall>,
    /// When it was about to be sent.
    pub at: Moment,
    /// What came of it; `None` while nobody knows.
    pub outcome: Option<Outcome>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It was carried out.
    Applied {
        /// What the answer tells, as far as it is kept: ids and states.
        answer: Json,
    },
    /// It was not, and that is proven: refused before it was sent, throttled, denied, invalid, a conflict.
    NotApplied {
        /// The class.
        why: Refusal,
        /// What was said.
        error: Text,
    },
    /// Nobody knows yet.
    InDoubt {
        /// What happened to the answer.
        error: Text,
    },
}

/// Why a request was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It never left this machine.
    NotSent,
    /// AWS asked us to slow down.
    Throttled,
    /// This identity may not.
    Denied,
    /// The credentials have expired.
    Expired,
    /// AWS called it invalid.
    Invalid,
    /// Something else is going on: somebody else acts, or an earlier request still does.
    Conflict,
    /// There is no capacity, or a quota is used up.
    Capacity,
    /// What it is about does not exist.
    NotFound,
}

impl Refusal {
    /// Whether that is a matter of the endpoint asked: another endpoint of the same cluster may take the same request.
    pub const fn is_of_the_endpoint(self) -> bool {
        match self {
            Self::NotSent | Self::Throttled => true,
            Self::Denied | Self::Expired | Self::Invalid | Self::Conflict | Self::Capacity | Self::NotFound => false,
        }
    }
}

impl World<'_> {
    /// The last request of this step that was carried out, or may have been.
    pub fn sent(&self) -> Option<&Attempt> {
        self.attempts.iter().rev().find(|attempt| !matches!(attempt.outcome, Some(Outcome::NotApplied { .. })))
    }
}
