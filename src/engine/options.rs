//! What an engine has to be told, and why it may not start.

use std::io;
use std::sync::Arc;

use crate::aws::{Access, Unread};
use crate::config::Dns;
use crate::journal::{self, JournalError, Objectives, Verdict};
use crate::model::{Moment, Place, Region, Text};
use crate::runbook::{Mode, RunId, Runbook};

/// Who drives what, and how AWS is reached.
#[derive(Clone, Debug)]
pub struct Options {
    /// The System.
    pub system: String,
    /// A new run, or one that was begun.
    pub begin: Begin,
    /// The operator's name.
    pub operator: Text,
    /// How AWS is reached.
    pub access: Access,
    /// Whom to ask what DNS answers.
    pub dns: Dns,
    /// The Regions whose STS is tried for credentials, those that Systems are recovered to first.
    pub regions: Vec<Region>,
    /// Where, and as which role, AWS is asked who we are: on the side that is recovered to, whose endpoints live.
    pub home: Place,
    /// Where runs are recorded.
    pub state: journal::Place,
}

/// What an engine begins with.
#[derive(Clone, Debug)]
pub enum Begin {
    /// A new run.
    New(Box<New>),
    /// One that was paused or broke off. It goes on with the runbook that its journal holds.
    Resume {
        /// The run.
        run: RunId,
        /// Regions newer than this program, as the config names them.
        extra_regions: Vec<String>,
    },
}

/// A new run.
#[derive(Clone, Debug)]
pub struct New {
    /// The runbook.
    pub runbook: Arc<Runbook>,
    /// Its text.
    pub text: String,
    /// Live, drill or tabletop.
    pub mode: Mode,
    /// The incident, if the person named one.
    pub incident: Option<Text>,
    /// When the disruption began, as readings show.
    pub began: Option<Moment>,
    /// What was promised for the loss of a Region.
    pub objectives: Objectives,
    /// The same for the System of each runbook that it takes in, in the order of [`Runbook::parts`].
    pub nested: Vec<Objectives>,
}

/// Why an engine does not start. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Of the journal or the lock.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// AWS does not say who we are, or the simulator what time it is.
    #[error("{0}")]
    Unread(Unread),
    /// Another account than the run, the runbook or the config is about.
    #[error(
        "the credentials in use are of account {is}, but {whose} is about account {wanted}; log in there, then start again"
    )]
    Account {
        /// The one we are in.
        is: Text,
        /// The one it should be.
        wanted: Text,
        /// Who says so.
        whose: String,
    },
    /// It has ended.
    #[error("run {run} cannot go on: it {}", ended(*.verdict))]
    Over {
        /// The run.
        run: RunId,
        /// How.
        verdict: Verdict,
    },
    /// The journal is of another System, or its runbook cannot be read.
    #[error("run {run} cannot go on: {why}")]
    Unfit {
        /// The run.
        run: RunId,
        /// Why.
        why: String,
    },
    /// No thread or runtime can be had.
    #[error("the system gives no thread to run in: {0}")]
    System(#[from] io::Error),
}

const fn ended(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Finished => "is finished",
        Verdict::Aborted => "was given up",
        Verdict::Paused => "is paused",
    }
}
