//! How long the steps of a runbook take: one after the other, and side by side where none has to wait for another.

use std::ops::Range;

use super::{Phase, Runbook, Step, Variant};
use crate::model::{Estimate, Span, StepSum, Text};

/// For each step, how long after the begin it is done at the earliest, where each takes as long as `takes` says, which gets its index.
pub fn ends(steps: &[Step], takes: impl Fn(usize, &Step) -> Span) -> Vec<Span> {
    let mut ends: Vec<Span> = Vec::with_capacity(steps.len());
    for (at, step) in steps.iter().enumerate() {
        let begins = step.needs.iter().filter_map(|need| ends.get(*need)).max().copied().unwrap_or(Span::ZERO);
        ends.push(begins.saturating_add(takes(at, step)));
    }
    ends
}

/// The longest way through all steps of a runbook, by its own word.
pub fn longest(runbook: &Runbook) -> Span {
    ends(&runbook.steps, |_, step| step.estimate).into_iter().max().unwrap_or(Span::ZERO)
}

/// The longest way to the steps that users wait for, by its own word.
pub fn until_served(runbook: &Runbook) -> Span {
    served(&runbook.steps, &ends(&runbook.steps, |_, step| step.estimate), &(0..runbook.steps.len()))
}

/// Of steps that are done so long after the begin, when the last of `among` is that users wait for; whatever those wait for counts.
pub fn served(steps: &[Step], ends: &[Span], among: &Range<usize>) -> Span {
    let each = steps.iter().zip(ends).take(among.end).skip(among.start);
    each.filter(|(step, _)| is_awaited(step)).map(|(_, end)| *end).max().unwrap_or(Span::ZERO)
}

/// Whether users wait for a step: what comes after they are verified to be served is for those who look after the System.
fn is_awaited(step: &Step) -> bool {
    step.phase <= Phase::Verify
}

/// What a runbook of one System adds up to until users are served, in an account where `measured` knows how long steps took. `None` where nobody
/// waits for it, as on the way home; where both sides are expected to be well; and where it takes in others, which speak for themselves.
pub fn estimate(runbook: &Runbook, account: Option<&str>, measured: impl Fn(&str) -> Option<Span>) -> Option<Estimate> {
    let disruption = runbook.direction.recovers_from()?;
    if runbook.variant == Variant::Planned || !runbook.parts.is_empty() {
        return None;
    }
    let took: Vec<Option<Span>> = runbook.steps.iter().map(|step| measured(&step.id)).collect();
    let ends = ends(&runbook.steps, |at, step| took.get(at).copied().flatten().unwrap_or(step.estimate));
    let awaited: Vec<bool> = runbook.steps.iter().map(is_awaited).collect();
    Some(Estimate {
        system: runbook.system.clone(),
        disruption,
        account: account.map(Text::new),
        sum: StepSum {
            runbook: runbook.name.clone(),
            takes: served(&runbook.steps, &ends, &(0..runbook.steps.len())),
            steps: awaited.iter().filter(|is| **is).count(),
            measured: awaited.iter().zip(&took).filter(|(is, took)| **is && took.is_some()).count(),
        },
    })
}
