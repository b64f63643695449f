//! The palette: whatever can be done here, each System and each theme, found by typing part of its name.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tui_input::Input;

use super::{Cursor, Line, Move, popup, prompt};
use crate::console::action::Action;
use crate::console::theme::{Role, Theme};

/// What an entry stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An action.
    Act(Action),
    /// The screen of the System of that name.
    System(String),
    /// The theme of that name.
    Theme(String),
    /// To copy that text.
    Copy(String),
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteEntry {
    /// What is typed for it.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its key, if it has one.
    pub key: String,
    /// What it stands for.
    pub choice: Choice,
}

/// The palette's state.
#[derive(Clone, Debug)]
pub struct Palette {
    title: &'static str,
    input: Input,
    entries: Vec<PaletteEntry>,
    /// Those that match, best first, as places in `entries`.
    matches: Vec<usize>,
    cursor: Cursor,
}

/// Entries in sight.
const PAGE: u16 = 12;
/// Columns, on a terminal that has them.
const WIDTH: u16 = 72;
/// Columns on a very wide one.
const WIDEST: u16 = 120;

impl Palette {
    /// The palette of these entries under that title, with something typed already.
    pub fn new(title: &'static str, entries: Vec<PaletteEntry>, typed: &str) -> Self {
        let mut palette =
            Self { title, input: Input::from(typed), entries, matches: Vec::new(), cursor: Cursor::default() };
        palette.typed();
        palette
    }

    /// The text being typed.
    pub const fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    /// Finds what matches the text.
    pub fn typed(&mut self) {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(self.input.value(), CaseMatching::Ignore, Normalization::Smart);
        let mut scratch = Vec::new();
        let mut scored: Vec<(u32, usize)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(i, entry)| {
                pattern.score(Utf32Str::new(&entry.name, &mut scratch), &mut matcher).map(|score| (score, i))
            })
            .collect();
        scored.sort_by_key(|(score, i)| (std::cmp::Reverse(*score), *i));
        self.matches = scored.into_iter().map(|(_, i)| i).collect();
        self.cursor = Cursor::default();
    }

    /// How many entries match.
    pub fn len(&self) -> usize {
        self.matches.len()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.matches.is_empty()
    }

    /// Moves the cursor.
    pub fn moved(&mut self, by: Move) {
        self.cursor.moved(by, self.matches.len(), usize::from(PAGE));
    }

    /// Puts the cursor on the entry that stands for `choice`, if it matches.
    pub fn put_on(&mut self, choice: &Choice) {
        let found = self.matches.iter().position(|i| self.entries.get(*i).is_some_and(|entry| entry.choice == *choice));
        if let Some(at) = found {
            self.cursor.put(at, self.matches.len(), usize::from(PAGE));
        }
    }

    /// What is under the cursor.
    pub fn selected(&self) -> Option<&PaletteEntry> {
        self.matches.get(self.cursor.at).and_then(|i| self.entries.get(*i))
    }

    /// Draws it over `area`. Tells where the terminal's cursor belongs.
    pub fn draw(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
        let place = popup::centred(area, WIDTH.max(area.width * 2 / 3).min(WIDEST), PAGE + 3);
        let inside = popup::draw(self.title, place, theme, buffer);
        let position = prompt::draw(": ", &self.input, inside, theme, buffer);
        let rows = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
        if self.matches.is_empty() {
            Line::new(Role::TextMuted, "  Nothing has that name.").draw(rows, theme, buffer);
            return position;
        }
        let in_sight = self.cursor.in_sight(self.matches.len(), usize::from(rows.height));
        let name_width = self.entries.iter().map(|entry| Line::new(Role::Text, entry.name.as_str()).width()).max();
        let name_width = name_width.unwrap_or(0).min(32);
        for (at, row) in in_sight.zip(rows.rows()) {
            let Some(entry) = self.matches.get(at).and_then(|i| self.entries.get(*i)) else { break };
            let line = Line::new(Role::Text, "  ").with(Role::TextStrong, entry.name.as_str());
            let line = line.padded(name_width + 4).with(Role::TextMuted, entry.about.as_str());
            let key = u16::try_from(entry.key.len()).unwrap_or(0);
            line.draw(Rect { width: row.width.saturating_sub(key + 1), ..row }, theme, buffer);
            if key < row.width {
                Line::new(Role::KeyName, entry.key.as_str()).draw(
                    Rect { x: row.right() - key, width: key, ..row },
                    theme,
                    buffer,
                );
            }
            if at == self.cursor.at {
                buffer.set_style(row, theme.style(Role::Selection));
            }
        }
        position
    }
}
