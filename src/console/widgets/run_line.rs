//! A run's own line on every other screen: what it is, where it stands, who drives it, what is left of the RTO.
//!
//! ```text
//!  LIVE  orders-failover 3/15 promote-replica YOUR TURN · RTO 47m29s left · 7
//! ```

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Line, frame};
use crate::console::run::{Live, Seat};
use crate::console::screens::runbook::{clock, state};
use crate::console::theme::{Role, Theme};
use crate::engine::Holding;

/// Draws the line of the first of `runs`, and how many more there are, on the first row of `area`.
pub fn draw(runs: &[&Live], area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let Some(live) = runs.first() else { return };
    let line = line(live, runs.len() - 1);
    line.draw(area, theme, buffer);
}

/// The line of a run, with how many others there are.
pub fn line(live: &Live, others: usize) -> Line {
    let view = &live.view;
    let mut line = Line::new(frame::badge(view.run.mode), format!(" {} ", frame::word(view.run.mode)));
    match &live.seat {
        Seat::Driver => {}
        Seat::Observer(_) => {
            let holder = view.holder.as_ref().map(|(person, _)| person.name.to_string()).unwrap_or_default();
            line.push(Role::TextMuted, format!(" OBSERVER, {holder} drives ·"));
        }
        Seat::Nobody => line.push(Role::TextMuted, " nobody drives ·"),
    }
    line.push(Role::TextStrong, format!(" {}", view.run.runbook));
    match (&view.holding, live.foremost()) {
        (Holding::Closed(verdict), _) => line.push(Role::TextStrong, format!(" {}", verdict.as_str())),
        (Holding::ReadOnly(_), _) => line.push(Role::StepFailed, " STOPPED, nothing more is sent"),
        (Holding::Stopping(_), _) => line.push(Role::StepStuck, " being stopped"),
        (Holding::Open, Some(step)) => {
            line.push(Role::Text, format!(" {}/{} {} ", step.index + 1, view.steps.len(), step.id));
            line.append(state::line(live, step));
            let more = live.in_trouble().filter(|other| other.index != step.index).count();
            if more > 0 {
                line.push(Role::StepStuck, format!(", {more} more in trouble"));
            }
        }
        (Holding::Open, None) => {}
    }
    if let Some(left) = clock::left(&view.clocks, &view.parts) {
        line.push(Role::TextMuted, " · ");
        line.append(left);
    }
    if others > 0 {
        line.push(Role::TextMuted, format!(" · +{others}"));
    }
    line.push(Role::TextMuted, " · ");
    line.push(Role::KeyName, "7");
    line
}
