//! How a step stands, in a glyph, a word and a colour.

use crate::console::mark;
use crate::console::run::{Live, Seat};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::engine::{Stage, StepView};
use crate::runbook::{Progress, Work};

/// Glyph, words and role.
pub struct State {
    /// The glyph.
    pub glyph: &'static str,
    /// The words.
    pub words: String,
    /// The meaning.
    pub role: Role,
}

fn state(glyph: &'static str, words: impl Into<String>, role: Role) -> State {
    State { glyph, words: words.into(), role }
}

/// How a step stands.
pub fn of(live: &Live, step: &StepView) -> State {
    match &step.stage {
        Stage::Waiting(_) => state("·", "waits", Role::StepWaiting),
        // What is on another one's screen is not known here.
        Stage::Planning => match live.seat {
            Seat::Driver => state(mark::WAITING, "being read", Role::StepRunning),
            Seat::Observer(_) if live.awaits_consent(step.index) => state("▶", "CONSENT?", Role::StepTurn),
            Seat::Observer(_) => state("▶", "with the operator", Role::StepTurn),
            Seat::Nobody => state("·", "not confirmed", Role::StepWaiting),
        },
        Stage::Card(card) if card.blocker().is_some() => state(mark::BAD, "BLOCKED", Role::StepFailed),
        Stage::Card(card) => match (&live.seat, &card.work, &step.trouble) {
            (Seat::Observer(_) | Seat::Nobody, ..) => state("▶", "their turn", Role::StepTurn),
            // It was confirmed before, and came to nothing.
            (Seat::Driver, _, Some(_)) => state("▲", "NOT DONE: YOU", Role::StepStuck),
            (Seat::Driver, Work::Ask(_), None) => state("▶", "YOUR WORD", Role::StepTurn),
            (
                Seat::Driver,
                Work::Calls(_)
                | Work::OneOf(_)
                | Work::Command(_)
                | Work::Watch
                | Work::Already(_)
                | Work::NotInThisMode(_),
                None,
            ) => state("▶", "YOUR TURN", Role::StepTurn),
        },
        Stage::Confirming => state(mark::BUSY, "being checked", Role::StepRunning),
        Stage::Sending { .. } => state(mark::BUSY, "SENDING", Role::StepRunning),
        Stage::InDoubt(_) => state(mark::UNKNOWN, "IN DOUBT", Role::StepDoubt),
        Stage::Asking(_) => state(mark::UNKNOWN, "IN DOUBT: YOU", Role::StepDoubt),
        Stage::Verifying(_) if step.stuck => state("▲", "STUCK", Role::StepStuck),
        Stage::Verifying(Some(Progress::Unknown(_))) => state(mark::UNKNOWN, "NOT READ", Role::StepStuck),
        Stage::Verifying(Some(Progress::Running { share: Some(share), .. })) => {
            state(mark::BUSY, format!("runs {:.0}%", share.clamp(0.0, 1.0) * 100.0), Role::StepRunning)
        }
        Stage::Verifying(_) => state(mark::BUSY, "runs", Role::StepRunning),
        Stage::Done { .. } if live.view.fences.iter().any(|fence| fence.step == step.index) => {
            state("▲", "FENCE OPEN", Role::StepStuck)
        }
        Stage::Done { .. } => state(mark::GOOD, "done", Role::StepDone),
        Stage::Failed { .. } => state(mark::BAD, "FAILED", Role::StepFailed),
        Stage::Skipped { .. } => state("-", "left out", Role::StepSkipped),
    }
}

/// The same as a line.
pub fn line(live: &Live, step: &StepView) -> Line {
    let State { glyph, words, role } = of(live, step);
    Line::new(role, format!("{glyph} {words}"))
}

/// For whom or what it waits, or what was seen of it last: what stands in the last column of the list.
pub fn why(live: &Live, step: &StepView) -> Line {
    let id = |index: &usize| live.step(*index).map(|step| step.id.clone()).unwrap_or_default();
    match &step.stage {
        Stage::Waiting(needs) => {
            Line::new(Role::StepWaiting, format!("for {}", needs.iter().map(id).collect::<Vec<_>>().join(", ")))
        }
        Stage::Card(card) => match (card.blocker(), &step.trouble) {
            (Some((what, _)), _) => Line::new(Role::StepFailed, format!("not so: {what}")),
            (None, Some(trouble)) => Line::new(Role::StepStuck, trouble.as_str()),
            (None, None) => Line::new(Role::Text, definition(live, step)),
        },
        Stage::Done { evidence, .. } => Line::new(Role::TextMuted, evidence.as_str()),
        Stage::Failed { why, .. } => Line::new(Role::StepFailed, why.as_str()),
        Stage::Skipped { reason, .. } => Line::new(Role::TextMuted, reason.as_str()),
        Stage::Planning
        | Stage::Confirming
        | Stage::Sending { .. }
        | Stage::InDoubt(_)
        | Stage::Asking(_)
        | Stage::Verifying(_) => {
            let seen = crate::engine::words::progress(step).unwrap_or_else(|| definition(live, step));
            Line::new(Role::Text, seen)
        }
    }
}

fn definition(live: &Live, step: &StepView) -> String {
    live.definition(step.index).map(|of| of.title.to_string()).unwrap_or_default()
}
