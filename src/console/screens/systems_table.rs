//! The columns of the overview.
//!
//! ```text
//!   SYSTEM         TIER UP      ACTIVE   RPO now/goal  RTO proven/goal GO VERDICT
//! ✗ storefront     crit ✗ 2m14s use1        9m / 5m    never / 15m     ✓  BREACHED
//! ```

use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::theme::{Role, Theme};
use crate::console::widgets::table::{self, Column, Placed};
use crate::console::widgets::{Line, filter};
use crate::console::{figures, mark};
use crate::model::{Disruption, Moment, SystemAssessment};

/// A column of the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their heads say it")]
pub enum Cell {
    System,
    Tier,
    Up,
    Active,
    Rpo,
    Rto,
    Go,
    Verdict,
    DataRpo,
    Strategy,
    DependsOn,
    Reason,
}

/// The mark and the space before the first column.
const MARK: u16 = 2;
/// A name that long has room at 80 columns.
const NAME: u16 = 14;
/// Longer names are cut however wide the terminal is.
const LONGEST_NAME: u16 = 40;

const COLUMNS: [Column<Cell>; 12] = [
    Column { key: Cell::System, title: "SYSTEM", width: NAME, max_width: NAME, rank: 0 },
    Column { key: Cell::Tier, title: "TIER", width: 4, max_width: 4, rank: 7 },
    Column { key: Cell::Up, title: "UP", width: 7, max_width: 7, rank: 2 },
    Column { key: Cell::Active, title: "ACTIVE", width: 8, max_width: 8, rank: 4 },
    Column { key: Cell::Rpo, title: "RPO now/goal", width: 15, max_width: 15, rank: 3 },
    Column { key: Cell::Rto, title: "RTO proven/goal", width: 13, max_width: 13, rank: 6 },
    Column { key: Cell::Go, title: "GO", width: 2, max_width: 2, rank: 5 },
    Column { key: Cell::Verdict, title: "VERDICT", width: 8, max_width: 8, rank: 1 },
    Column { key: Cell::DataRpo, title: "DATA RPO", width: 15, max_width: 15, rank: 8 },
    Column { key: Cell::Strategy, title: "STRATEGY", width: 18, max_width: 18, rank: 9 },
    Column { key: Cell::DependsOn, title: "DEPENDS ON", width: 12, max_width: 20, rank: 10 },
    Column { key: Cell::Reason, title: "FIRST REASON", width: 24, max_width: u16::MAX, rank: 11 },
];

/// The columns for a terminal of that width, when the longest name takes `longest_name`. Below 80 columns the least important are left out,
/// and the name gives way last.
pub fn columns(width: u16, longest_name: u16) -> Vec<Placed<Cell>> {
    let mut columns = COLUMNS;
    let wanted = longest_name.clamp(6, LONGEST_NAME);
    let room = width.saturating_sub(MARK);
    for column in columns.iter_mut().filter(|column| column.key == Cell::System) {
        // On a narrow terminal the verdict goes before the end of the name: together they take 9 columns more than the name.
        column.width = NAME.min(wanted).min(room.saturating_sub(9).max(4));
        column.max_width = wanted;
    }
    table::place(&columns, room)
}

/// Draws the heads on the first row of `area`.
pub fn draw_heads(columns: &[Placed<Cell>], area: Rect, theme: &Theme, buffer: &mut Buffer) {
    table::draw_heads(columns, beside_mark(area), theme, buffer);
}

fn beside_mark(area: Rect) -> Rect {
    Rect { x: area.x + MARK.min(area.width), width: area.width.saturating_sub(MARK), ..area }
}

/// How a row is drawn.
pub struct Row<'a> {
    /// Its System.
    pub system: &'a SystemAssessment,
    /// The time at AWS; `None` before anything was read.
    pub now: Option<Moment>,
    /// The words of the filter, in small letters.
    pub filter: &'a [String],
}

impl Row<'_> {
    /// Draws it on the first row of `area`.
    pub fn draw(&self, columns: &[Placed<Cell>], area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let system = self.system;
        let glyph = match self.now {
            Some(now) => figures::glyph(system, now),
            None => Line::new(Role::TextMuted, mark::WAITING),
        };
        glyph.draw(area, theme, buffer);
        table::draw_row(columns, beside_mark(area), theme, buffer, |cell, width| {
            let line = self.cell(cell, width);
            match cell {
                Cell::Active | Cell::Rpo | Cell::DataRpo => line.squeezed(usize::from(width)),
                Cell::System
                | Cell::Tier
                | Cell::Up
                | Cell::Rto
                | Cell::Go
                | Cell::Verdict
                | Cell::Strategy
                | Cell::DependsOn
                | Cell::Reason => line,
            }
        });
    }

    fn cell(&self, cell: Cell, width: u16) -> Line {
        let system = self.system;
        match (cell, self.now) {
            (Cell::System, _) => filter::highlighted(&system.name, self.filter),
            (Cell::Tier, _) => Line::new(Role::Text, system.criticality.short()),
            (Cell::Rto, _) => figures::rto(system, Disruption::Region, self.now),
            (Cell::Strategy, _) => Line::new(Role::Text, system.strategy.as_str()),
            (Cell::DependsOn, _) => Line::new(Role::Text, depends_on(system, width)),
            (Cell::Reason, _) => {
                let reason = system.reasons.first().map(|reason| reason.as_str()).unwrap_or_default();
                Line::new(Role::TextMuted, reason)
            }
            (Cell::Up | Cell::Active | Cell::Go, None) => Line::new(Role::TextMuted, mark::WAITING),
            (Cell::Rpo, None) => waiting_rpo(system, Disruption::Region),
            (Cell::DataRpo, None) => waiting_rpo(system, Disruption::Data),
            (Cell::Verdict, None) => Line::new(Role::VerdictUnknown, system.verdict.words()),
            (Cell::Up, Some(now)) => figures::up(system, now),
            (Cell::Active, Some(now)) => figures::active(system, now),
            (Cell::Rpo, Some(now)) => figures::rpo(system, Disruption::Region, now),
            (Cell::DataRpo, Some(now)) => figures::rpo(system, Disruption::Data, now),
            (Cell::Go, Some(now)) => figures::go(system, now),
            (Cell::Verdict, Some(now)) => figures::verdict(system, now),
        }
    }
}

fn waiting_rpo(system: &SystemAssessment, disruption: Disruption) -> Line {
    match system.rpo.get(disruption).objective {
        Some(goal) => {
            Line::new(Role::TextMuted, format!("{:>5} / {}", mark::WAITING, crate::console::format::span(goal)))
        }
        None => Line::new(Role::TextMuted, "    -"),
    }
}

/// The Systems that must be there first: as many as have room, and how many more.
fn depends_on(system: &SystemAssessment, width: u16) -> String {
    let all = system.depends_on.join(", ");
    match system.depends_on.as_slice() {
        [] => "-".to_owned(),
        [first, more @ ..] if !more.is_empty() && Line::new(Role::Text, all.as_str()).width() > usize::from(width) => {
            format!("{first} +{}", more.len())
        }
        _ => all,
    }
}
