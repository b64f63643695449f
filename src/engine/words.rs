//! How a run is told to people: the same words in the full screen and line by line.

use super::{Card, Clocks, History, Reach, Stage, StepView, Typed};
use crate::model::words::{self, length};
use crate::model::{Span, Text};
use crate::runbook::call::Plane;
use crate::runbook::{Progress, Reversibility, Step, Work};

/// Whether what a card does can be undone.
pub fn undone(card: &Card) -> String {
    let words = match card.facts.reversibility {
        Reversibility::Harmless => "it changes nothing in AWS",
        Reversibility::Reversible => "yes",
        Reversibility::WithLoss => "yes, but what was lost stays lost",
        Reversibility::OneWay => "NO, this is one-way",
    };
    match card.typed {
        Typed::Name => format!("{words}; to confirm it the system's name is typed"),
        Typed::Nothing => words.to_owned(),
    }
}

/// What is sent once it is confirmed.
pub fn sends(card: &Card) -> String {
    match &card.work {
        Work::Watch if card.blocker().is_some() => "nothing, as long as it is blocked".to_owned(),
        Work::Calls(calls) => words::count(calls.len(), "request"),
        Work::OneOf(calls) => format!(
            "one request, through {}: each is tried only where the one before it was proven not to be carried out",
            words::count(calls.len(), "endpoint")
        ),
        Work::Command(_) => "one program, without a shell".to_owned(),
        Work::Ask(_) => "nothing; your word is recorded".to_owned(),
        Work::Watch => "nothing; it waits until it is so".to_owned(),
        Work::Already(why) => format!("nothing, it is so already: {why}"),
        Work::NotInThisMode(why) => format!("nothing in this mode: {why}"),
    }
}

/// What has to be up for a call.
pub const fn plane(plane: Plane) -> &'static str {
    match plane {
        Plane::Data => "data plane",
        Plane::Control => "control plane",
        Plane::GlobalControl => "global control plane (us-east-1)",
    }
}

/// Whether a Region has answered.
pub fn reached(reach: &Reach) -> String {
    match reach {
        Reach::Answers => "answers".to_owned(),
        Reach::Fails(error) => format!("DOES NOT ANSWER: {error}"),
        Reach::NotAsked => "not asked just now".to_owned(),
    }
}

/// How long a step takes: as measured, and as its runbook says.
pub fn takes(step: &Step, history: &History) -> String {
    let estimate = format!("estimated {}, at worst {}", length(step.estimate), length(step.worst));
    let mut took = history.get(&step.id).cloned().unwrap_or_default();
    took.sort_unstable();
    match (took.get(took.len() / 2), took.last()) {
        (Some(median), Some(worst)) => format!(
            "{} (median of {}), at worst {}; {estimate}",
            length(*median),
            words::count(took.len(), "run"),
            length(*worst)
        ),
        (_, _) => format!("never run before; {estimate}"),
    }
}

/// The RTO clock in a line.
pub fn clock(clocks: &Clocks) -> String {
    let rest = format!("about {} of steps are left until users are served", length(clocks.until_served));
    match (clocks.served, clocks.unserved, clocks.left) {
        (Some(_), Some(took), _) => {
            let protected = match (clocks.protected, clocks.unprotected) {
                (Some(_), Some(took)) => format!("protected again after {}", length(took)),
                (None, Some(since)) => format!("unprotected for {}", length(since)),
                (_, None) => "not protected".to_owned(),
            };
            format!("users were served after {}; {protected}", length(took))
        }
        (None, Some(since), Some(left)) if left < Span::ZERO => {
            format!("users are not served for {}: the RTO is missed by {}; {rest}", length(since), length(left.abs()))
        }
        (None, Some(since), Some(left)) => {
            format!("users are not served for {}, {} of the RTO are left; {rest}", length(since), length(left))
        }
        (None, Some(since), None) => format!("users are not served for {}; {rest}", length(since)),
        (Some(served), None, _) => format!("users were verified to be served at {served:.0}"),
        (None, None, _) => format!("nobody said when a disruption began; {rest}"),
    }
}

/// How a step that needs nobody goes on, in a few words; the same words until something changes.
pub fn progress(step: &StepView) -> Option<String> {
    match &step.stage {
        Stage::Sending { call: Some(call), .. } => Some(format!("sending {} to {}", call.action(), call.region())),
        Stage::Sending { call: None, .. } => Some("the program runs".to_owned()),
        Stage::InDoubt(doubt) => {
            let error =
                doubt.error.as_ref().map_or("the session broke off before its answer came".to_owned(), Text::to_string);
            let seen = doubt.evidence.as_ref().map(|seen| format!("; seen: {seen}")).unwrap_or_default();
            Some(format!("IN DOUBT, AWS may have done this: {error}{seen}; reading AWS to find out"))
        }
        Stage::Verifying(Some(Progress::Running { state, .. })) => Some(state.to_string()),
        Stage::Verifying(Some(Progress::NotBegun(state) | Progress::Unknown(state) | Progress::Done(state))) => {
            Some(state.to_string())
        }
        Stage::Verifying(Some(Progress::Failed { why, .. })) => Some(why.to_string()),
        Stage::Verifying(None) => Some("waiting until it is so".to_owned()),
        Stage::Done { evidence, .. } => Some(format!("done: {evidence}")),
        Stage::Failed { why, .. } => Some(format!("FAILED: {why}")),
        Stage::Skipped { reason, .. } => Some(format!("skipped: {reason}")),
        Stage::Waiting(_) | Stage::Planning | Stage::Card(_) | Stage::Confirming | Stage::Asking(_) => None,
    }
}
