//! What is recorded. A record is never changed: what it says is added to, with a new `v` when a reader of today would misread it.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::model::{Moment, Text};
use crate::runbook::{ApiCall, Command, Direction, IntentId, Mode, Outcome, RunId};

/// The version of the format. A reader refuses any other.
pub const VERSION: u32 = 1;

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// [`VERSION`].
    pub v: u32,
    /// From 1, without gaps. This and never the time orders records.
    pub seq: u64,
    /// When, by AWS's clock or the simulator's.
    pub at: Moment,
    /// When, by this machine's clock.
    pub wall: Moment,
    /// The hash of the line before; 64 zeros for the first.
    pub prev: String,
    /// What happened.
    #[serde(flatten)]
    pub record: Record,
}

/// A caller of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Twelve digits.
    pub account: Text,
    /// Who.
    pub arn: Text,
}

/// Who said something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The operator's name.
    pub name: Text,
    /// Whom AWS took them for.
    pub arn: Text,
}

/// What was promised for the loss of a Region, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// How much may be lost.
    pub rpo_s: Option<i64>,
    /// How long it may take.
    pub rto_s: Option<i64>,
}

/// A runbook that the run's own takes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nested {
    /// What the ids of its steps begin with: `orders` in `orders/promote-replica`.
    pub step: String,
    /// Its name.
    pub runbook: String,
    /// The System it moves.
    pub system: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// What was promised for that System.
    pub objectives: Objectives,
    /// Its text.
    pub text: String,
}

/// How a run ended, or stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every step is done or was skipped.
    Finished,
    /// It can be gone on with.
    Paused,
    /// It was given up.
    Aborted,
}

/// What happened. Steps are named by their ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// The first of every journal.
    RunOpened {
        /// The run.
        run: RunId,
        /// The runbook's name.
        runbook: String,
        /// SHA-256 of its text: what is run is what was opened.
        sha256: String,
        /// As its owner counts.
        version: Text,
        /// The System it moves.
        system: String,
        /// Which way.
        direction: Direction,
        /// How.
        mode: Mode,
        /// The incident, if the person named one.
        incident: Option<Text>,
        /// When the disruption began, as readings showed at that moment.
        began: Option<Moment>,
        /// What was promised for the loss of a Region.
        objectives: Objectives,
        /// Its steps.
        steps: Vec<String>,
        /// The text of the runbook: an auditor needs no other file.
        text: String,
        /// The runbooks that it takes in, in the order of their steps.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nested: Vec<Nested>,
    },
    /// Somebody drives: at the start, after a pause or a crash, or another person.
    SessionOpened {
        /// Who.
        by: Person,
        /// The caller of AWS.
        identity: Identity,
        /// The machine.
        host: Text,
        /// Its process.
        pid: u32,
        /// drdeck's version.
        drdeck: String,
    },
    /// A torn last line was cut off: so many bytes, kept in a file of that name beside the journal.
    Repaired {
        /// Bytes.
        bytes: u64,
        /// The file.
        kept: String,
    },
    /// The operator chose: a point in time, an expected repair.
    Chosen {
        /// The step on whose card it was.
        step: String,
        /// Which field.
        name: String,
        /// What.
        value: String,
        /// Who.
        by: Person,
    },
    /// The outage was declared: this sets the RTO clock.
    Decided {
        /// The step.
        step: String,
        /// When the disruption began.
        began: Moment,
        /// When the failed side is expected to be back.
        repair: Option<Moment>,
        /// Who.
        by: Person,
    },
    /// A step's card was confirmed.
    Confirmed {
        /// The step.
        step: String,
        /// SHA-256 of everything that was shown and would be sent.
        plan: String,
        /// Whether the System's name was typed.
        typed: bool,
        /// How many requests it is to send, one after the other: where fewer were carried out when the next session begins, the rest needs a
        /// new confirm.
        #[serde(default)]
        requests: usize,
        /// Of how many requests, each through another endpoint, one is to be carried out; 0 where all are.
        #[serde(default, skip_serializing_if = "is_zero")]
        alternatives: usize,
        /// What was said to be lost.
        loses: Option<Text>,
        /// Who.
        by: Person,
    },
    /// One request, or one program, is about to be sent. No record of what came of it means: nobody knows.
    Intent {
        /// The step.
        step: String,
        /// Its name, which AWS knows it by.
        intent: IntentId,
        /// What is asked of AWS.
        call: Option<ApiCall>,
        /// Or the program.
        command: Option<Command>,
        /// The parameters as they are sent.
        parameters: Json,
    },
    /// What came of it.
    Outcome {
        /// The step.
        step: String,
        /// The request.
        intent: IntentId,
        /// What.
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// What reading showed of a request in doubt. `None` is: AWS does not tell.
    Reconciled {
        /// The step.
        step: String,
        /// The request.
        intent: IntentId,
        /// Whether it was carried out.
        applied: Option<bool>,
        /// What was seen.
        evidence: Text,
    },
    /// What the person said of a request in doubt.
    Resolved {
        /// The step.
        step: String,
        /// The request.
        intent: IntentId,
        /// Whether it was carried out.
        applied: bool,
        /// How they know.
        reason: Text,
        /// Who.
        by: Person,
    },
    /// Somebody consented.
    Approved {
        /// The step.
        step: String,
        /// Who.
        by: Person,
        /// Whether that is another caller of AWS than the operator, from another session. If not, it is the operator's word.
        verified: bool,
    },
    /// The old primary may still take writes, and somebody accepts that. The fence stays open until it is proven.
    RiskAccepted {
        /// The step.
        step: String,
        /// Why.
        reason: Text,
        /// Who.
        by: Person,
    },
    /// The old primary takes no writes.
    FenceProven {
        /// The step.
        step: String,
        /// What was seen.
        evidence: Text,
    },
    /// A step is done: its verification holds, or the person's word is its verification.
    Done {
        /// The step.
        step: String,
        /// What was seen.
        evidence: Text,
    },
    /// A step ended otherwise than it should.
    Failed {
        /// The step.
        step: String,
        /// What was seen.
        why: Text,
    },
    /// A confirm was refused before anything was sent.
    Refused {
        /// The step.
        step: String,
        /// Why.
        why: Text,
    },
    /// A failed or refused step is offered again.
    Retried {
        /// The step.
        step: String,
        /// Who.
        by: Person,
    },
    /// A step is left out.
    Skipped {
        /// The step.
        step: String,
        /// Why.
        reason: Text,
        /// Who.
        by: Person,
    },
    /// A remark.
    Noted {
        /// The step it is about.
        step: Option<String>,
        /// The remark.
        text: Text,
        /// Who.
        by: Person,
    },
    /// Users are served on the other side, as verified: the RTO clock stops.
    Served {
        /// The step that showed it.
        step: String,
        /// When.
        served: Moment,
    },
    /// The System could fail over again: the second clock stops.
    Protected {
        /// The step that showed it.
        step: String,
        /// When.
        protected: Moment,
    },
    /// The session that drove is over.
    SessionClosed {
        /// How the run stands.
        verdict: Verdict,
        /// Why: `pause`, `hangup`, `terminated`, the reason of an abort.
        reason: Text,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Record {
    /// The step it is about.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::RunOpened { .. }
            | Self::SessionOpened { .. }
            | Self::Repaired { .. }
            | Self::SessionClosed { .. } => None,
            Self::Noted { step, .. } => step.as_deref(),
            Self::Chosen { step, .. }
            | Self::Decided { step, .. }
            | Self::Confirmed { step, .. }
            | Self::Intent { step, .. }
            | Self::Outcome { step, .. }
            | Self::Reconciled { step, .. }
            | Self::Resolved { step, .. }
            | Self::Approved { step, .. }
            | Self::RiskAccepted { step, .. }
            | Self::FenceProven { step, .. }
            | Self::Done { step, .. }
            | Self::Failed { step, .. }
            | Self::Refused { step, .. }
            | Self::Retried { step, .. }
            | Self::Skipped { step, .. }
            | Self::Served { step, .. }
            | Self::Protected { step, .. } => Some(step),
        }
    }
}
