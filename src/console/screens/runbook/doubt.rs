//! A request of which nobody knows what came: what was asked, and what AWS shows, side by side.

use super::page::Page;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::engine::{Doubt, Stage};
use crate::model::{Moment, Text};
use crate::runbook::ApiCall;

/// From this width on both stand side by side.
const WIDE: usize = 60;

/// What was asked, in a few words.
pub(super) fn what(call: Option<&ApiCall>) -> String {
    call.map_or("a program".to_owned(), |call| format!("{} of {} in {}", call.action(), call.target(), call.region()))
}

/// Adds what is known to a page.
pub(super) fn add(doubt: &Doubt, stage: &Stage, now: Moment, page: &mut Page) {
    let lost = "the session broke off before its answer came";
    let asked = [
        ("WAS ASKED", what(doubt.call.as_ref())),
        ("", format!("as {}", doubt.intent)),
        ("", format::when(doubt.at, now)),
        ("ANSWER", doubt.error.as_ref().map_or(lost, Text::as_str).to_owned()),
    ];
    let seen = [
        ("AWS SHOWS", doubt.evidence.as_ref().map_or("nothing yet; it is being read", Text::as_str).to_owned()),
        (
            "",
            doubt.proven_from.map_or_else(String::new, |at| {
                format!("a second reading from {} on may prove that it was not applied", format::clock(at))
            }),
        ),
    ];
    page.gap();
    if page.width() >= WIDE {
        let half = (page.width() - 3) / 2;
        let (left, right) = (column(&asked, half), column(&seen, half));
        for at in 0..left.len().max(right.len()) {
            let of = |lines: &[Line]| lines.get(at).cloned().unwrap_or_default();
            let mut line = of(&left).padded(half);
            line.push(Role::Border, " │ ");
            line.append(of(&right));
            page.put(line);
        }
    } else {
        for (label, text) in asked.iter().chain(&seen).filter(|(_, text)| !text.is_empty()) {
            page.text(label, Role::Text, text);
        }
    }
    page.gap();
    page.text("", Role::StepDoubt, "AWS may have done this. It is never sent again by itself.");
    match stage {
        Stage::Asking(_) => page.add(
            "ANSWER",
            Line::new(Role::Text, "look in AWS, then ")
                .with(Role::KeyName, "x")
                .with(Role::Text, " says what you found: applied, or not applied"),
        ),
        Stage::InDoubt(_)
        | Stage::Waiting(_)
        | Stage::Planning
        | Stage::Card(_)
        | Stage::Confirming
        | Stage::Sending { .. }
        | Stage::Verifying(_)
        | Stage::Done { .. }
        | Stage::Failed { .. }
        | Stage::Skipped { .. } => page.add(
            "NEXT",
            Line::new(Role::Text, "drdeck reads AWS to find out; ")
                .with(Role::KeyName, "x")
                .with(Role::Text, " says it where you know better"),
        ),
    }
}

fn column(rows: &[(&str, String)], width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        if !label.is_empty() {
            lines.push(Line::new(Role::TableHeader, format!(" {label}")));
        }
        lines.extend(Line::new(Role::Text, format!("   {text}")).wrapped(width, 3));
    }
    lines
}
