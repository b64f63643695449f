//! Runs as the console knows them: past and present ones, those that other processes on this machine drive among them. A thread of its own
//! reads them from the state folder.

mod known;
mod reader;

use std::sync::Arc;

pub use reader::{Foresee, Reader};

use crate::engine::View;
use crate::engine::core::Watched;
use crate::journal::findings::Finding;
use crate::journal::{Holder, Run, Stands};
use crate::model::{Moment, Text};
use crate::runbook::RunId;

/// What the state folder tells.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    /// Every run, oldest first.
    pub all: Vec<Arc<Run>>,
    /// Why the folder cannot be read, or was not read to its end.
    pub trouble: Option<Text>,
    /// Those that other processes drive, and those that they drove when this console looked last.
    pub watched: Vec<Observed>,
    /// Since when this console looks, by this machine's clock, as the names of runs count.
    pub since: Option<Moment>,
}

/// A run that another process on this machine drives, or drove just now.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The run.
    pub run: RunId,
    /// Who drives it, if anybody still does.
    pub holder: Option<Holder>,
    /// The run; or why it cannot be shown step by step.
    pub watched: Result<Arc<Watched>, Text>,
}

/// What is wanted of the thread that reads runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunAsk {
    /// The records of that run, and of no other, from now on.
    Keep(Option<RunId>),
    /// To go through a run's journal as it stands on the disk now. Answered.
    Verify(RunId),
    /// To write both documents of a run to files. Answered.
    Export(RunId),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAnswer {
    /// What was asked for.
    pub ask: RunAsk,
    /// Line by line.
    pub found: Vec<Finding>,
}

impl Runs {
    /// The run of that name.
    pub fn get(&self, run: RunId) -> Option<&Arc<Run>> {
        self.all.binary_search_by_key(&run, |known| known.run).ok().and_then(|at| self.all.get(at))
    }

    /// The newest moment that a record tells of: the time, where no other clock is known yet.
    pub fn newest(&self) -> Option<Moment> {
        self.all.iter().filter_map(|run| run.told.as_ref()).map(|told| told.account.last).max()
    }
}

impl Observed {
    /// The run as its records tell it.
    pub fn view(&self, now: Moment) -> Option<View> {
        self.watched.as_ref().ok().map(|watched| watched.view(now))
    }
}

/// Who drives a run from another process, in words: why nothing can be done about it here.
pub fn driven_by(holder: &Holder) -> String {
    format!("driven by {} in process {}", holder.operator, holder.pid)
}

/// Who drives `run`, if that is another process.
pub fn other_holder(run: &Run) -> Option<&Holder> {
    match &run.stands {
        Stands::Driven(holder) => (holder.pid != std::process::id()).then_some(holder),
        Stands::BrokenOff | Stands::Closed(_) | Stands::Empty | Stands::Broken(_) => None,
    }
}
