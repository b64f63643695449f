//! How a run is told to people: the same words in the full screen and line by line.

use super::{Card, Clocks, Reach, Stage, StepView, Typed};
use crate::journal::history::{History, median_and_longest};
use crate::model::words::{self, length};
use crate::model::{Span, Text};
use crate::runbook::call::Plane;
use crate::runbook::{Outcome, Progress, Refusal, Reversibility, Step, Work};

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
    let took = history.get(&step.id).map(Vec::as_slice).unwrap_or_default();
    match median_and_longest(took) {
        Some((median, worst)) => format!(
            "{} (median of {}), at worst {}; {estimate}",
            length(median),
            words::count(took.len(), "run"),
            length(worst)
        ),
        None => format!("never run before; {estimate}"),
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

/// What to do about a step that is offered again because AWS refused its request; `None` where it is offered for another reason, which says so
/// itself.
pub fn after_refusal(step: &StepView) -> Option<&'static str> {
    let trouble = step.trouble.as_ref()?;
    match &step.attempts.last()?.outcome {
        Some(Outcome::NotApplied { why, error }) if trouble.as_str().ends_with(error.as_str()) => Some(way_on(*why)),
        Some(Outcome::Applied { .. } | Outcome::NotApplied { .. } | Outcome::InDoubt { .. }) | None => None,
    }
}

const fn way_on(why: Refusal) -> &'static str {
    match why {
        Refusal::NotSent => "nothing was done: confirm it again",
        Refusal::Throttled => {
            "nothing was done, and nothing is sent again by itself: wait some seconds, then confirm it again"
        }
        Refusal::Denied => {
            "nothing was done: have it allowed for this identity, then confirm it again; or pause, and let somebody go on who may"
        }
        Refusal::Expired => {
            "nothing was done: log in again in another terminal, as the same identity, then confirm it again"
        }
        Refusal::Invalid => {
            "nothing was done: what AWS says is wrong has to be put right first, in the runbook or in what it is about"
        }
        Refusal::Conflict => {
            "nothing was done: somebody or something else acts on it; look who, wait until that is over, then confirm it again"
        }
        Refusal::Capacity => {
            "nothing was done: take another instance type or zone, use a reservation, or have the quota raised; then confirm it again"
        }
        Refusal::NotFound => {
            "nothing was done: look whether it was renamed or deleted; correct the runbook, or leave the step out with the reason"
        }
    }
}

/// What to do about a step under way of which AWS tells nothing now.
pub const UNREAD: &str = "what was asked goes on in AWS all the same, and it is read again all the time: wait, or look for yourself and leave the step out with what you found; pausing loses nothing";

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
