//! What comes in and what goes out.

use std::sync::Arc;

use crate::journal::{Entry, Person, Record};
use crate::model::facts::sts::Identity;
use crate::model::{Moment, Snapshot, Span, Text};
use crate::runbook::{ApiCall, Attempt, Command, IntentId, Outcome, RunFacts};

/// What a person wants. Steps are indices of the runbook's.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// To do what the card shows.
    Confirm {
        /// The step.
        step: usize,
        /// The card's [`plan`](super::Card::plan).
        plan: String,
        /// What was typed, where the System's name has to be.
        typed: Option<String>,
    },
    /// To leave a step out.
    Skip {
        /// The step.
        step: usize,
        /// Why.
        reason: Text,
    },
    /// To offer a step again that failed or hangs; to read a card anew.
    Retry {
        /// The step.
        step: usize,
    },
    /// To have a remark recorded.
    Note {
        /// The step it is about.
        step: Option<usize>,
        /// The remark.
        text: Text,
    },
    /// To stop here and go on later. Calls in flight are waited for; nothing new is sent.
    Pause {
        /// Why.
        reason: Text,
    },
    /// To give the run up.
    Abort {
        /// Why.
        reason: Text,
    },
    /// To say what came of a request in doubt.
    Resolve {
        /// The step.
        step: usize,
        /// Whether it was carried out.
        applied: bool,
        /// How they know.
        reason: Text,
    },
    /// To say when the disruption began, and when the failed side is expected back. The step is confirmed after that.
    Decide {
        /// The step.
        step: usize,
        /// Since when.
        began: Moment,
        /// Until when.
        repair: Option<Moment>,
    },
    /// To choose what a card leaves open.
    Choose {
        /// The step.
        step: usize,
        /// The field.
        name: String,
        /// The value.
        value: String,
    },
    /// To go on although the old primary may take writes.
    Accept {
        /// The step.
        step: usize,
        /// Why.
        reason: Text,
    },
    /// To consent.
    Approve {
        /// The step.
        step: usize,
        /// Who does.
        by: Person,
        /// Whether that is another caller of AWS, from another session.
        verified: bool,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A person wants something. The answer is found under the number.
    Order {
        /// The number.
        number: u64,
        /// What.
        order: Order,
    },
    /// The record is on the disk, as this line.
    Appended(Box<Entry>),
    /// The record is not on the disk.
    NotAppended {
        /// What was said: the path, the bytes left.
        error: Text,
        /// Whether another record may be tried.
        journal: Condition,
    },
    /// What was asked for a step was read.
    Read {
        /// The step.
        step: usize,
        /// The number of the effect.
        ticket: u64,
        /// What came.
        snapshot: Arc<Snapshot>,
        /// When the reading began.
        at: Moment,
    },
    /// AWS said who we are.
    Identified {
        /// The step.
        step: usize,
        /// The number of the effect.
        ticket: u64,
        /// Whom AWS takes us for, or why that is not known.
        seen: Result<Identity, Text>,
    },
    /// A request was answered, or will not be any more; a program ended.
    Came {
        /// The step.
        step: usize,
        /// The request.
        intent: IntentId,
        /// What came of it.
        outcome: Outcome,
    },
    /// A program's check ended: well, or as the text says.
    Checked {
        /// The step.
        step: usize,
        /// The number of the effect.
        ticket: u64,
        /// What it says.
        said: Result<Text, Text>,
    },
    /// Time has passed.
    Tick,
}

/// What became of the journal when a record could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// As it was before: the record may be tried again.
    Sound,
    /// Nothing can be written any more.
    Lost,
}

/// What is to be done. Each brings an [`Event`].
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write a record. Brings [`Event::Appended`] or [`Event::NotAppended`]; there is one at a time.
    Append(Box<Record>),
    /// Read what a step needs. Brings [`Event::Read`], always.
    Read(Inquiry),
    /// Ask AWS who we are. Brings [`Event::Identified`].
    CheckIdentity {
        /// The step.
        step: usize,
        /// Its number.
        ticket: u64,
        /// The credentials should hold so long: newer ones are asked for if they do not.
        at_least: Span,
        /// The roles that its requests are sent with, besides that of the run: theirs are asked for, too.
        roles: Vec<Arc<str>>,
    },
    /// Send exactly one request. Its intent is on the disk. Brings [`Event::Came`].
    Send {
        /// The step.
        step: usize,
        /// The request's name.
        intent: IntentId,
        /// What is asked.
        call: Box<ApiCall>,
    },
    /// Start a program. Its intent is on the disk. Brings [`Event::Came`].
    Start {
        /// The step.
        step: usize,
        /// Its name.
        intent: IntentId,
        /// What.
        command: Command,
    },
    /// Start a program's check. Brings [`Event::Checked`].
    Check {
        /// The step.
        step: usize,
        /// Its number.
        ticket: u64,
        /// The program with its check.
        command: Command,
    },
}

/// What is to be read: all that the step names, given what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Inquiry {
    /// The step.
    pub step: usize,
    /// Its number.
    pub ticket: u64,
    /// What the run knows.
    pub run: Arc<RunFacts>,
    /// What was sent for the step.
    pub attempts: Arc<Vec<Attempt>>,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The order's number.
    pub number: u64,
    /// Whether it was taken; if not, why.
    pub taken: Result<(), Text>,
}
