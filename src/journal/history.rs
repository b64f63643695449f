//! How long steps took in earlier runs, and how long a recovery would take by that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::account::{Account, StepAccount, StepEnd};
use super::proof;
use super::shelf::{Run, Stands};
use crate::model::{Recoveries, Span, Text};
use crate::runbook::{Mode, Runbook, Step, pace};

/// How long the steps of a runbook took in earlier runs, by their ids; only where that is known.
pub type History = BTreeMap<String, Vec<Span>>;

/// What live runs in an account of AWS tell of the steps of a runbook, whether it was run by itself or taken in by another. A journal that was
/// damaged or changed tells nothing.
pub fn of(runs: &[Arc<Run>], runbook: &Runbook, aws_account: &str) -> History {
    let mut history = History::new();
    let is_ours = |run: &&Account| run.aws_account.as_ref().map(Text::as_str) == Some(aws_account);
    for run in live(runs).filter(is_ours) {
        for did in &run.steps {
            let step = step_of(run, &did.id, runbook);
            if let Some((step, took)) = step.and_then(|step| Some((step, measured(did, step)?))) {
                history.entry(step.id.clone()).or_default().push(took);
            }
        }
    }
    history
}

fn live(runs: &[Arc<Run>]) -> impl Iterator<Item = &Account> {
    let sound = runs.iter().filter(|run| !matches!(run.stands, Stands::Broken(_)));
    let told = sound.filter_map(|run| run.told.as_ref()).filter(|told| told.report.wrong.is_empty());
    told.map(|told| &told.account).filter(|run| run.mode == Mode::Live)
}

/// The step of a runbook that a step of a run stands for, whichever of both was taken in by the other; `None` if there is none.
fn step_of<'a>(run: &Account, id: &str, runbook: &'a Runbook) -> Option<&'a Step> {
    let named = |id: &str| runbook.steps.iter().find(|step| step.id == id);
    if run.runbook == runbook.name {
        return named(id);
    }
    if let Some(part) = runbook.parts.iter().find(|part| part.runbook == run.runbook) {
        return named(&format!("{}/{id}", part.step));
    }
    let (of, id) = id.split_once('/')?;
    let is_of_it = run.parts.iter().any(|part| part.step == of && part.runbook == runbook.name);
    if is_of_it { named(id) } else { None }
}

/// How long a step took. Of a person's word a record tells when it was said, not how long somebody thought; and what was so already took nobody
/// any time.
fn measured(did: &StepAccount, step: &Step) -> Option<Span> {
    let StepEnd::Done(_) = did.end else { return None };
    let kind = step.kind.step();
    let was_so_already = kind.facts().plane.is_some() && did.requests == 0;
    if kind.asks().is_some() || was_so_already {
        return None;
    }
    Some(did.took?.max(Span::ZERO))
}

/// The usual of some times, and the longest; `None` if there are none.
pub fn median_and_longest(took: &[Span]) -> Option<(Span, Span)> {
    let mut took = took.to_vec();
    took.sort_unstable();
    Some((*took.get(took.len() / 2)?, *took.last()?))
}

/// What these runs and runbooks tell beforehand of how long recovery takes: in each account with runs, and in any other.
pub fn recoveries<'a>(runs: &[Arc<Run>], runbooks: impl IntoIterator<Item = &'a Runbook>) -> Recoveries {
    let accounts: BTreeSet<&Text> = live(runs).filter_map(|run| run.aws_account.as_ref()).collect();
    let mut estimates = Vec::new();
    for runbook in runbooks {
        let own = runbook.account.as_deref();
        // Of the others no history has to be gone through.
        let Some(by_its_word) = pace::estimate(runbook, own, |_| None) else { continue };
        estimates.push(by_its_word);
        let known = accounts.iter().map(|account| account.as_str());
        for account in known.filter(|account| own.is_none_or(|own| own == *account)) {
            let history = of(runs, runbook, account);
            let median = |id: &str| Some(median_and_longest(history.get(id)?)?.0);
            estimates
                .extend(pace::estimate(runbook, Some(account), median).filter(|estimate| estimate.sum.measured > 0));
        }
    }
    Recoveries { proofs: proof::of_runs(runs.iter().map(AsRef::as_ref)), estimates }
}
