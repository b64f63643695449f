//! What a step is to do, and what came of it.

use serde::{Deserialize, Serialize};

use super::ApiCall;
use crate::model::{Moment, Span, Text};

/// What a step is to do once it is confirmed. A pure function of what was read: the same readings make the same work.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// These requests, one after the other; each is an INTENT of its own, and the next is sent only when the one before it was applied.
    Calls(Vec<ApiCall>),
    /// One of these requests, which all mean the same through different endpoints: the next is tried only once it is proven that the one before
    /// it was not carried out, because its endpoint could not be reached or asked to slow down. Each is an INTENT of its own.
    OneOf(Vec<ApiCall>),
    /// This program.
    Command(Command),
    /// The person's word.
    Ask(Question),
    /// Nothing is sent; the step is done when its verification holds.
    Watch,
    /// Nothing need be sent: it is so already, as the text says.
    Already(Text),
    /// In this mode nothing is done, as the text says ("a drill moves no traffic").
    NotInThisMode(Text),
}

impl Work {
    /// The requests that it may send.
    pub fn calls(&self) -> &[ApiCall] {
        match self {
            Self::Calls(calls) | Self::OneOf(calls) => calls,
            Self::Command(_) | Self::Ask(_) | Self::Watch | Self::Already(_) | Self::NotInThisMode(_) => &[],
        }
    }
}

/// A program with its arguments, started without a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// The program that tells whether the work is done: exit code 0 if it is.
    pub check: Vec<String>,
    /// Environment variables that are passed on besides PATH, HOME and LANG, by name.
    pub env: Vec<String>,
    /// How long it may run.
    pub timeout: Span,
}

/// What a person is asked for, where that is the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// To do something, and to say so.
    Manual,
    /// Somebody else's consent.
    Approval,
    /// To declare the outage: this sets the RTO clock.
    Decision,
    /// To prove that the old primary takes no writes, or to accept that it may.
    Fence,
}

/// Something that the operator chooses on a step's card before confirming it: `choose point 2026-11-20T09:30:00Z`.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its name, under which [`super::RunFacts::choices`] keeps it.
    pub name: String,
    /// What is chosen, and between what.
    pub what: Text,
    /// What it takes.
    pub form: ChoiceForm,
    /// What was chosen so far, as it was given.
    pub chosen: Option<Text>,
}

/// What a choice takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceForm {
    /// A moment from this window, as far as its ends are known.
    Moment {
        /// The oldest.
        earliest: Option<Moment>,
        /// The newest.
        latest: Option<Moment>,
    },
    /// A text in the step's own form.
    Value,
}

impl ChoiceForm {
    /// The word that stands for it in what a person is asked: `choose point TIME`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Moment { .. } => "TIME",
            Self::Value => "VALUE",
        }
    }
}

/// How far the work has come, as read from AWS. A step is done when this says so, not when a call returned.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The verification holds: what was seen.
    Done(Text),
    /// On its way: the last state seen, and how far from 0 to 1 where that is known.
    Running {
        /// The last state seen.
        state: Text,
        /// From 0 to 1.
        share: Option<f64>,
    },
    /// It ended otherwise than it should: why, and the way on.
    Failed {
        /// What was seen.
        why: Text,
        /// What the person can do now.
        way_on: Text,
    },
    /// Not begun, as far as can be read.
    NotBegun(Text),
    /// It cannot be read: why.
    Unknown(Text),
}

/// Whether a request whose answer was lost was carried out, as found by reading.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It was: the evidence.
    Applied(Text),
    /// It was not, as far as this reading shows: the evidence. Believed only when two readings, 60 s apart, say so.
    NotApplied(Text),
    /// What goes on there will tell: what was seen. It is read again; the person is asked only where it takes longer than the step at worst.
    NotYet(Text),
    /// It could not be read: why. It is read again; the person is asked where that stays so.
    Unread(Text),
    /// AWS does not tell: what was looked at. The person is asked.
    CannotTell(Text),
}
