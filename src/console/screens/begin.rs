//! What can be begun for a System: a run that waits to be gone on with first, then each runbook live, as a drill, on paper.

use std::sync::Arc;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::format;
use crate::console::run::{How, Offer, Offered};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Cursor, Line, Move, frame, line, popup};
use crate::engine::Unfinished;
use crate::model::{Moment, Site, SystemAssessment, Text};
use crate::runbook::{Direction, Mode, Runbook, Variant};

/// The menu's state.
#[derive(Clone, Debug)]
pub struct BeginMenu {
    /// The System.
    pub system: String,
    rows: Rows,
    cursor: Cursor,
}

#[derive(Clone, Debug)]
enum Rows {
    /// The runbooks are being read.
    Reading,
    /// What there is, and what could not be looked at.
    There(Vec<Row>, Option<Text>),
}

/// Something that can be chosen.
#[derive(Clone, Debug)]
struct Row {
    line: Line,
    choice: Result<Choice, Text>,
}

/// A run that could be begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The runbook.
    pub runbook: Arc<Runbook>,
    /// Live, drill or tabletop, anew or where an earlier one stopped.
    pub how: How,
    /// An earlier run of it that waits to be gone on with.
    pub unfinished: Option<Unfinished>,
}

/// The modes, the real one first.
const MODES: [Mode; 3] = [Mode::Live, Mode::Drill, Mode::Tabletop];

/// Columns, on a terminal that has them.
const WIDTH: u16 = 100;

impl BeginMenu {
    /// The menu of that System, whose runbooks are being read.
    pub const fn new(system: String) -> Self {
        Self { system, rows: Rows::Reading, cursor: Cursor { at: 0, offset: 0 } }
    }

    /// Takes up what there is. `began` is since when users are not served, as readings show.
    pub fn offered(&mut self, offered: Offered, assessed: Option<&SystemAssessment>, began: Option<Moment>) {
        if offered.system != self.system && !offered.system.is_empty() {
            return;
        }
        let away = assessed.is_some_and(is_away);
        let mut offers = offered.runbooks;
        // What one would want now comes first: out of the lost Region, or home again; and what moves this System alone.
        let wanted = if away { Direction::Failback } else { Direction::Failover };
        offers.sort_by_key(|offer| match &offer.runbook {
            Ok(runbook) => (order(runbook.direction, wanted), !runbook.parts.is_empty(), offer.name.clone()),
            Err(_) => (u8::MAX, false, offer.name.clone()),
        });
        let mut rows: Vec<Row> = offers.iter().filter_map(resume).collect();
        for offer in &offers {
            match &offer.runbook {
                Ok(runbook) => rows.extend(MODES.map(|mode| anew(offer, runbook, mode, began))),
                Err(error) => rows.push(Row {
                    line: Line::new(Role::TextMuted, format!("   {} cannot be used", offer.name)),
                    choice: Err(error.clone()),
                }),
            }
        }
        self.rows = Rows::There(rows, offered.error);
        self.cursor = Cursor::default();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows().is_empty()
    }

    fn rows(&self) -> &[Row] {
        match &self.rows {
            Rows::Reading => &[],
            Rows::There(rows, _) => rows,
        }
    }

    /// Moves the cursor.
    pub fn moved(&mut self, by: Move) {
        self.cursor.moved(by, self.len(), self.len().max(1));
    }

    /// What is under the cursor, or why it cannot be begun.
    pub fn chosen(&self) -> Option<&Result<Choice, Text>> {
        self.rows().get(self.cursor.at).map(|row| &row.choice)
    }

    /// Draws it over `area`.
    pub fn draw(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let width = WIDTH.min(area.width);
        let inner = usize::from(width).saturating_sub(4).max(1);
        let mut foot = Vec::new();
        match (&self.rows, self.chosen()) {
            (Rows::Reading, _) => foot.extend(Line::new(Role::TextMuted, "Reading the runbooks…").wrapped(inner, 0)),
            (Rows::There(rows, error), chosen) => {
                if rows.is_empty() && error.is_none() {
                    let text = format!(
                        "There is no runbook of {} in the folder runbooks/ beside the config. `drdeck demo --export DIR` writes examples to copy.",
                        self.system
                    );
                    foot.extend(Line::new(Role::Text, text).wrapped(inner, 0));
                }
                if let Some(error) = error {
                    foot.extend(Line::new(Role::SeverityError, error.as_str()).wrapped(inner, 0));
                }
                match chosen {
                    Some(Ok(choice)) => {
                        let mode = choice.how.mode();
                        let promise = format!("{}: {}.", frame::word(mode), frame::promise(mode));
                        foot.extend(Line::new(Role::TextStrong, promise).wrapped(inner, 0));
                        foot.extend(Line::new(Role::Text, choice.runbook.summary.as_str()).wrapped(inner, 0));
                    }
                    Some(Err(error)) => foot.extend(Line::new(Role::SeverityError, error.as_str()).wrapped(inner, 0)),
                    None => {}
                }
            }
        }
        foot.truncate(5);
        let rows = self.rows().len();
        let height = u16::try_from(rows + foot.len() + 3).unwrap_or(u16::MAX).max(6);
        let place = popup::centred(area, width, height);
        let inside = popup::draw(&format!("Run a runbook of {}", self.system), place, theme, buffer);
        let feet = u16::try_from(foot.len()).unwrap_or(0).min(inside.height);
        let list = Rect { height: inside.height.saturating_sub(feet + 1), ..inside };
        let in_sight = self.cursor.in_sight(rows, usize::from(list.height));
        for (at, row) in in_sight.zip(list.rows()) {
            let Some(of) = self.rows().get(at) else { break };
            of.line.draw(row, theme, buffer);
            if at == self.cursor.at {
                buffer.set_style(row, theme.style(Role::Selection));
            }
        }
        let below = Rect { y: inside.bottom() - feet, height: feet, ..inside };
        line::draw_all(&foot, below, theme, buffer);
    }
}

/// Whether a System serves from somewhere else than its home.
fn is_away(system: &SystemAssessment) -> bool {
    let home = match &system.primary {
        Site::OnPremises => system.active.contains(&Site::OnPremises),
        primary => system.active.contains(primary),
    };
    !system.active.is_empty() && !home
}

/// Where runbooks of a direction stand in the menu.
fn order(direction: Direction, wanted: Direction) -> u8 {
    match direction {
        direction if direction == wanted => 0,
        Direction::Restore => 1,
        Direction::Failover | Direction::Failback => 2,
        Direction::Exercise => 3,
    }
}

/// The mode as it is marked everywhere, in a column.
fn badge(mode: Mode) -> Line {
    Line::new(frame::badge(mode), format!(" {:<8} ", frame::word(mode)))
}

fn resume(offer: &Offer) -> Option<Row> {
    let (Ok(runbook), Some(earlier)) = (&offer.runbook, &offer.unfinished) else { return None };
    let mode = earlier.account.mode;
    let mut line = badge(mode);
    line.push(Role::TextStrong, format!(" go on with {}", offer.name));
    line.push(
        Role::Text,
        format!(
            " {} at step {} of {} {}, last record {}",
            earlier.how,
            earlier.next + 1,
            earlier.account.steps.len(),
            earlier.step,
            format::moment(earlier.wall, earlier.wall)
        ),
    );
    let how = How::Resume { run: earlier.run, mode };
    let choice = Choice { runbook: Arc::clone(runbook), how, unfinished: Some(earlier.clone()) };
    Some(Row { line, choice: Ok(choice) })
}

fn anew(offer: &Offer, runbook: &Arc<Runbook>, mode: Mode, began: Option<Moment>) -> Row {
    let mut line = badge(mode);
    line.push(Role::TextStrong, format!(" {}", offer.name));
    let planned = match runbook.variant {
        Variant::Planned => ", planned: both sides are well",
        Variant::Unplanned => "",
    };
    let several = match runbook.parts.len() {
        0 => String::new(),
        several => format!(" of {several} Systems"),
    };
    line.push(Role::TextMuted, format!("  {}{several}{planned}", runbook.direction.as_str()));
    let how = How::New { mode, began, instead: None };
    let choice = Choice { runbook: Arc::clone(runbook), how, unfinished: offer.unfinished.clone() };
    Row { line, choice: Ok(choice) }
}
