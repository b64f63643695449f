//! Help: the keys of the screen one came from, what every sign and abbreviation means, and the keys of all other places.

use std::borrow::Cow;
use std::cell::OnceCell;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tui_input::Input;

use super::glossary::{GLOSSARY, HEADS};
use crate::console::action::{Context, ENTRIES, Entry, Undoable};
use crate::console::format;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Line, Move, line, prompt};

/// Help's state.
#[derive(Clone, Debug)]
pub struct Help {
    /// The screen one came from.
    of: Context,
    filter: Input,
    typing: Typing,
    offset: usize,
    /// The lines of one width, until something else is searched for: to wrap them all takes longer than a key may.
    kept: OnceCell<(usize, Vec<Line>)>,
}

/// Whether the search gets the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typing {
    No,
    Yes,
}

/// Wide enough for the longest keys and signs.
const LABEL: usize = 18;

impl Help {
    /// Help of that screen.
    pub fn new(of: Context) -> Self {
        Self { of, filter: Input::default(), typing: Typing::No, offset: 0, kept: OnceCell::new() }
    }

    /// Whether the search gets the keys.
    pub fn is_typing(&self) -> bool {
        self.typing == Typing::Yes
    }

    /// Gives the keys to the search.
    pub const fn start_typing(&mut self) {
        self.typing = Typing::Yes;
    }

    /// Keeps what was searched for.
    pub const fn keep_filter(&mut self) {
        self.typing = Typing::No;
    }

    /// The text searched for; after a change the page begins at its top.
    pub fn filter(&mut self) -> &mut Input {
        self.offset = 0;
        self.kept.take();
        &mut self.filter
    }

    /// Undoes the search, if there is one.
    pub fn back(&mut self) -> Undoable {
        if self.typing == Typing::No && self.filter.value().is_empty() {
            return Undoable::Nothing;
        }
        self.typing = Typing::No;
        self.filter.reset();
        self.offset = 0;
        self.kept.take();
        Undoable::Something
    }

    /// Scrolls.
    pub fn moved(&mut self, by: Move, area: Rect) {
        let page = usize::from(text_area(area).height);
        if self.kept.get().is_some_and(|(width, _)| *width != usize::from(area.width)) {
            self.kept.take();
        }
        let last = self.lines(usize::from(area.width)).len().saturating_sub(page);
        self.offset = by.from(self.offset.min(last), last + 1, page);
    }

    /// Everything that matches the search, in `width` columns.
    pub fn lines(&self, width: usize) -> Cow<'_, [Line]> {
        let (of, kept) = self.kept.get_or_init(|| (width, self.wrapped(width)));
        if *of == width { Cow::Borrowed(kept) } else { Cow::Owned(self.wrapped(width)) }
    }

    fn wrapped(&self, width: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        let keys = |entry: &&Entry| entry.works_in.contains(&self.of);
        let here = ENTRIES.iter().filter(keys).map(|entry| (keys_of(entry), entry.help.to_owned()));
        self.section(&format!("KEYS ON {}", self.of.name().to_uppercase()), here, width, &mut lines);
        let mut words = [("SIGNS AND ABBREVIATIONS", GLOSSARY), ("HEADS OF THE LISTS", HEADS)];
        // What is explained first is what one sees.
        if matches!(self.of, Context::List | Context::Detail | Context::Runs) {
            words.reverse();
        }
        for (title, words) in words {
            let rows = words.iter().map(|(word, meaning)| ((*word).to_owned(), (*meaning).to_owned()));
            self.section(title, rows, width, &mut lines);
        }
        let elsewhere = ENTRIES.iter().filter(|entry| !keys(entry));
        let elsewhere = elsewhere.map(|entry| (keys_of(entry), format!("{} ({})", entry.help, places_of(entry))));
        self.section("KEYS ELSEWHERE", elsewhere, width, &mut lines);
        if lines.is_empty() {
            let text = format!(" Nothing here speaks of \"{}\".", self.filter.value().trim());
            lines.push(Line::new(Role::TextMuted, text));
        }
        lines
    }

    fn section(&self, title: &str, rows: impl Iterator<Item = (String, String)>, width: usize, lines: &mut Vec<Line>) {
        let words: Vec<String> = self.filter.value().split_whitespace().map(str::to_lowercase).collect();
        let mut found = rows
            .filter(|(label, text)| {
                words.is_empty() || {
                    let all = format!("{label} {text}").to_lowercase();
                    words.iter().all(|word| all.contains(word.as_str()))
                }
            })
            .peekable();
        if found.peek().is_none() {
            return;
        }
        if !lines.is_empty() {
            lines.push(Line::empty());
        }
        lines.push(Line::new(Role::TableHeader, format!(" {title}")));
        for (label, text) in found {
            let label = Line::new(Role::Text, "  ").with(Role::KeyName, label).padded(LABEL);
            lines.extend(label.with(Role::Text, "  ").with(Role::Text, text).wrapped(width, LABEL + 2));
        }
    }

    /// Draws the screen. Tells where the terminal's cursor belongs, while one searches.
    pub fn draw(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
        let place = text_area(area);
        let lines = self.lines(usize::from(area.width));
        let page = usize::from(place.height);
        let offset = self.offset.min(lines.len().saturating_sub(page));
        line::draw_all(lines.get(offset..).unwrap_or_default(), place, theme, buffer);
        let status = Rect { y: place.bottom(), height: area.height - place.height, ..area };
        if self.is_typing() {
            return prompt::draw(" / ", &self.filter, status, theme, buffer);
        }
        let below = lines.len().saturating_sub(offset + page);
        let mut line = Line::new(Role::Title, " Help");
        if !self.filter.value().is_empty() {
            line.push(Role::TextMuted, " · search ");
            line.push(Role::Match, self.filter.value());
        }
        if below > 0 {
            line.push(Role::KeyName, format!(" · ▼ {} more", format::count(below, "line")));
        }
        line.draw(status, theme, buffer);
        None
    }
}

fn text_area(area: Rect) -> Rect {
    Rect { height: area.height.saturating_sub(u16::from(area.height > 1)), ..area }
}

fn keys_of(entry: &Entry) -> String {
    entry.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn places_of(entry: &Entry) -> String {
    entry.works_in.iter().map(|context| context.name()).collect::<Vec<_>>().join(", ")
}
