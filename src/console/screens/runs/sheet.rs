//! What came of verifying or exporting a run, over the screen.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::format;
use crate::console::runs::{RunAnswer, RunAsk};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Line, Move, line, popup};
use crate::journal::findings::{Finding, Weight};

/// The sheet's state.
#[derive(Clone, Debug)]
pub struct Sheet {
    title: &'static str,
    lines: Vec<Line>,
    copied: String,
    offset: usize,
}

/// The widest sheet.
const WIDEST: u16 = 100;
/// Its frame, from top to bottom and from side to side.
const FRAME: (u16, u16) = (4, 2);

impl Sheet {
    /// Of that answer.
    pub fn of(answer: &RunAnswer) -> Self {
        let worst = answer.found.iter().map(|finding| finding.weight).max();
        let (title, first) = match (answer.ask, worst) {
            (RunAsk::Export(_), Some(Weight::Whole)) => ("Export", "Written, for you alone to read:"),
            (RunAsk::Export(_), _) => ("Export", "Nothing was written:"),
            (RunAsk::Verify(_) | RunAsk::Keep(_), Some(Weight::Broken) | None) => {
                ("Verify", "The journal cannot be vouched for.")
            }
            (RunAsk::Verify(_) | RunAsk::Keep(_), Some(Weight::Wrong)) => {
                ("Verify", "The journal is whole, but it tells of what no run of drdeck does.")
            }
            (RunAsk::Verify(_) | RunAsk::Keep(_), Some(Weight::Open)) => {
                ("Verify", "The journal is whole. What came of a request is not known yet.")
            }
            (RunAsk::Verify(_) | RunAsk::Keep(_), Some(Weight::Whole | Weight::Told)) => {
                ("Verify", "The journal is whole, and tells of a run as runs go.")
            }
        };
        let role = match (answer.ask, worst) {
            (_, Some(Weight::Whole | Weight::Told)) => Role::VerdictMet,
            (_, Some(Weight::Open)) => Role::SeverityWarning,
            (_, Some(Weight::Wrong | Weight::Broken) | None) => Role::SeverityError,
        };
        let mut lines = vec![Line::new(role, first), Line::empty()];
        lines.extend(answer.found.iter().map(of_finding));
        let copied: Vec<&str> = answer.found.iter().map(|finding| finding.words.as_str()).collect();
        Self { title, lines, copied: copied.join("\n"), offset: 0 }
    }

    /// What is copied of it.
    pub fn copied(&self) -> String {
        self.copied.clone()
    }

    fn wrapped(&self, width: u16) -> Vec<Line> {
        self.lines.iter().flat_map(|line| line.wrapped(usize::from(width), 2)).collect()
    }

    /// Its place, and its lines there.
    fn place(&self, area: Rect) -> (Rect, Vec<Line>) {
        let width = area.width.min(WIDEST);
        let lines = self.wrapped(width.saturating_sub(FRAME.0).max(1));
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(FRAME.1);
        (popup::centred(area, width, height), lines)
    }

    /// How many lines it has that can be scrolled through.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Scrolls.
    pub fn moved(&mut self, by: Move, area: Rect) {
        let (place, lines) = self.place(area);
        let page = usize::from(place.height.saturating_sub(FRAME.1));
        let last = lines.len().saturating_sub(page);
        self.offset = by.from(self.offset.min(last), last + 1, page);
    }

    /// Draws it over `area`.
    pub fn draw(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let (place, lines) = self.place(area);
        let inside = popup::draw(self.title, place, theme, buffer);
        let page = usize::from(inside.height);
        let offset = self.offset.min(lines.len().saturating_sub(page));
        line::draw_all(lines.get(offset..).unwrap_or_default(), inside, theme, buffer);
        let below = lines.len().saturating_sub(offset + page);
        if below > 0 && place.height > FRAME.1 {
            let more = Rect { y: place.bottom().saturating_sub(1), x: place.x + 2, height: 1, width: inside.width };
            let text = format!(" ▼ {} more ", format::count(below, "line"));
            Line::new(Role::KeyName, text).draw(more, theme, buffer);
        }
    }
}

fn of_finding(finding: &Finding) -> Line {
    let role = match finding.weight {
        Weight::Whole => Role::TextStrong,
        Weight::Told => Role::Text,
        Weight::Open => Role::SeverityWarning,
        Weight::Wrong | Weight::Broken => Role::SeverityError,
    };
    Line::new(role, finding.words.as_str())
}
