//! How long steps took in earlier runs, and how long a recovery will take by that.

use std::collections::BTreeMap;

use super::account::{Account, StepEnd};
use super::proof;
use super::shelf::Run;
use crate::model::{Estimate, Recoveries, Span};
use crate::runbook::{Mode, Runbook, pace};

/// How long the steps of a runbook took in earlier live runs, by their ids; only where they were done.
pub type History = BTreeMap<String, Vec<Span>>;

/// What these runs tell of the steps of a runbook, whether it was run by itself or taken in by another; in the account that it may change, if it
/// names one.
pub fn of<'a>(runs: impl IntoIterator<Item = &'a Account>, runbook: &Runbook) -> History {
    let mut history = History::new();
    let is_of_account = |run: &&Account| match (&runbook.account, &run.aws_account) {
        (Some(own), Some(of)) => of.as_str() == own,
        (Some(_), None) => false,
        (None, _) => true,
    };
    for run in runs.into_iter().filter(|run| run.mode == Mode::Live).filter(is_of_account) {
        for step in &run.steps {
            let (StepEnd::Done(_), Some(took), Some(id)) = (&step.end, step.took, own_id(run, &step.id, &runbook.name))
            else {
                continue;
            };
            history.entry(id.to_owned()).or_default().push(took);
        }
    }
    history
}

/// What a step of a run is called in that runbook; `None` if it is none of its steps.
fn own_id<'a>(run: &Account, step: &'a str, runbook: &str) -> Option<&'a str> {
    if run.runbook == runbook {
        return Some(step);
    }
    let (of, id) = step.split_once('/')?;
    run.parts.iter().any(|part| part.step == of && part.runbook == runbook).then_some(id)
}

/// The usual of some times, and the longest; `None` if there are none.
pub fn median_and_longest(took: &[Span]) -> Option<(Span, Span)> {
    let mut took = took.to_vec();
    took.sort_unstable();
    Some((*took.get(took.len() / 2)?, *took.last()?))
}

/// What these runs and runbooks tell beforehand of how long recovery takes.
pub fn recoveries<'a>(runs: &[impl AsRef<Run>], runbooks: impl IntoIterator<Item = &'a Runbook>) -> Recoveries {
    let accounts = || runs.iter().filter_map(|run| run.as_ref().told.as_ref()).map(|told| &told.account);
    let estimate = |runbook: &Runbook| -> Option<Estimate> {
        let history = of(accounts(), runbook);
        pace::estimate(runbook, |id| Some(median_and_longest(history.get(id)?)?.0))
    };
    Recoveries {
        proofs: proof::of_runs(runs.iter().map(AsRef::as_ref)),
        estimates: runbooks.into_iter().filter_map(estimate).collect(),
    }
}
