//! What the list of steps shows: all of them, or only what is going on; of several Systems, each below a line with its own clocks.

use super::clock;
use crate::console::mark;
use crate::console::run::Live;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::engine::{PartView, Stage, StepView};

/// Which steps are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// All of them.
    All,
    /// Those that wait for a person, are under way or went wrong.
    GoingOn,
}

impl Show {
    /// How a run is shown at first: of several Systems there are more steps than a screen has rows.
    pub(super) const fn of(parts: &[PartView]) -> Self {
        if parts.is_empty() { Self::All } else { Self::GoingOn }
    }

    /// The other way.
    #[must_use]
    pub(super) const fn turned(self) -> Self {
        match self {
            Self::All => Self::GoingOn,
            Self::GoingOn => Self::All,
        }
    }
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// The line of one of several Systems, by its index.
    System(usize),
    /// A step, by its index.
    Step(usize),
}

/// The rows, with the step under the cursor among them.
pub(super) fn rows(live: &Live, show: Show, under: usize) -> Vec<Row> {
    let view = &live.view;
    let mut rows = Vec::with_capacity(view.steps.len() + view.parts.len());
    let mut parts = view.parts.iter().enumerate().peekable();
    for step in &view.steps {
        while let Some((at, _)) = parts.next_if(|(_, part)| part.steps.start <= step.index) {
            rows.push(Row::System(at));
        }
        let is_shown = match show {
            Show::All => true,
            Show::GoingOn => step.index == under || is_going_on(live, step),
        };
        if is_shown {
            rows.push(Row::Step(step.index));
        }
    }
    rows
}

/// Whether a person should see it now.
fn is_going_on(live: &Live, step: &StepView) -> bool {
    match &step.stage {
        Stage::Waiting(_) | Stage::Skipped { .. } => false,
        Stage::Done { .. } => live.view.fences.iter().any(|fence| fence.step == step.index),
        Stage::Planning
        | Stage::Card(_)
        | Stage::Confirming
        | Stage::Sending { .. }
        | Stage::InDoubt(_)
        | Stage::Asking(_)
        | Stage::Verifying(_)
        | Stage::Failed { .. } => true,
    }
}

/// The name of a step in the list: below the line of its System that System is not named again.
pub(super) fn name<'v>(live: &'v Live, step: &'v StepView) -> (u16, &'v str) {
    match live.view.parts.iter().find(|part| part.steps.contains(&step.index)) {
        Some(_) => (1, step.id.split_once('/').map_or(step.id.as_str(), |(_, own)| own)),
        None => (0, step.id.as_str()),
    }
}

/// The glyph of the line of a System, and what it says: its clocks, how far it has come, and what comes next.
pub(super) fn system(live: &Live, part: &PartView) -> (Line, Line) {
    let longest = live.view.parts.iter().map(|part| part.system.chars().count()).max().unwrap_or(0);
    let own = || part.steps.clone().filter_map(|index| live.step(index));
    let settled = own().filter(|step| matches!(step.stage, Stage::Done { .. } | Stage::Skipped { .. })).count();
    let is_over = settled == part.steps.len();
    let mut line = Line::new(Role::Title, part.system.as_str()).padded(longest + 1);
    line.append(clock::short(&part.clocks));
    line.push(Role::TextMuted, format!(" · {settled} of {}", part.steps.len()));
    if own().any(|step| live.view.fences.iter().any(|fence| fence.step == step.index)) {
        line.push(Role::TextMuted, " · ");
        line.push(Role::Danger, "FENCE OPEN");
    }
    let waiting = own().find_map(|step| match &step.stage {
        Stage::Waiting(needs) => Some((step, needs)),
        Stage::Planning
        | Stage::Card(_)
        | Stage::Confirming
        | Stage::Sending { .. }
        | Stage::InDoubt(_)
        | Stage::Asking(_)
        | Stage::Verifying(_)
        | Stage::Done { .. }
        | Stage::Failed { .. }
        | Stage::Skipped { .. } => None,
    });
    if let Some((step, needs)) = waiting {
        let foreign = needs.iter().find(|need| !part.steps.contains(need)).and_then(|need| live.step(*need));
        let text = match foreign {
            Some(need) => format!(" · waits for {}", need.id),
            None => format!(" · next {}", name(live, step).1),
        };
        line.push(Role::TextMuted, text);
    }
    let glyph = if is_over { Line::new(Role::StepDone, mark::GOOD) } else { Line::new(Role::Border, "─") };
    (glyph, line)
}
