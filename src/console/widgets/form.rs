//! A question over the screen, answered by one key or by typing. Where the answer changes something it is guarded: it is heard only after a
//! moment without any key, and what has to be typed cannot be pasted, so that nothing typed ahead, held or pasted answers it.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tui_input::Input;

use super::prompt::{self, Typed};
use super::{Line, frame, line, popup};
use crate::console::theme::{Role, Theme};
use crate::runbook::Mode;

/// Without any key for so long, a guarded question begins to listen.
pub const QUIET: Duration = Duration::from_millis(300);

/// A key that was not heard may be held down: it is heard again only after so long. Keyboards begin to repeat before that.
const HELD: Duration = Duration::from_millis(1_000);

/// Columns, on a terminal that has them.
const WIDTH: u16 = 76;

/// Whether an answer changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It does not.
    None,
    /// It does: it listens only after a moment without any key.
    Quiet,
}

/// Whether a guarded question listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listening {
    /// It has since a moment without any key.
    Yes,
    /// Not yet: since then no key came.
    Since(Instant),
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Anything, or nothing.
    Optional,
    /// Something; if not, the sentence says what.
    Needed(&'static str),
    /// This and nothing else, typed and not pasted.
    Exactly(String),
}

/// A field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    label: String,
    input: Input,
    rule: Rule,
}

impl Field {
    /// An empty one.
    pub fn new(label: impl Into<String>, rule: Rule) -> Self {
        Self { label: label.into(), input: Input::default(), rule }
    }

    /// The same, filled in.
    #[must_use]
    pub fn with(mut self, text: impl Into<String>) -> Self {
        self.input = Input::from(text.into());
        self
    }

    fn problem(&self) -> Option<String> {
        match &self.rule {
            Rule::Optional => None,
            Rule::Needed(what) => self.input.value().trim().is_empty().then(|| (*what).to_owned()),
            Rule::Exactly(wanted) => (self.input.value() != wanted).then(|| match self.input.value() {
                "" => format!("type {wanted} to go on; Esc cancels"),
                typed => format!("\"{typed}\" is not {wanted}; nothing was done"),
            }),
        }
    }
}

/// A question over the screen. Without fields it is answered by `y`.
#[derive(Clone, Debug)]
pub struct Form {
    title: String,
    mode: Option<Mode>,
    text: Vec<Line>,
    yes: String,
    fields: Vec<Field>,
    at: usize,
    guard: Guard,
    listening: Listening,
    /// The key that was not heard last.
    unheard: Option<KeyCode>,
    problem: Option<String>,
}

impl Form {
    /// A question under that title, opened at `now`; `yes` says what is done; where it says
    /// nothing, there is only something to read.
    pub fn new(title: impl Into<String>, yes: impl Into<String>, guard: Guard, now: Instant) -> Self {
        Self {
            title: title.into(),
            mode: None,
            text: Vec::new(),
            yes: yes.into(),
            fields: Vec::new(),
            at: 0,
            guard,
            listening: match guard {
                Guard::None => Listening::Yes,
                Guard::Quiet => Listening::Since(now),
            },
            unheard: None,
            problem: None,
        }
    }

    /// The same, in the frame of that mode.
    #[must_use]
    pub const fn in_mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// The same with one more line of text.
    #[must_use]
    pub fn saying(mut self, line: Line) -> Self {
        self.text.push(line);
        self
    }

    /// The same with one more field.
    #[must_use]
    pub fn asking(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Whether it is answered by typing.
    pub const fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether a key is not heard: it came too soon, or is held down.
    pub fn is_deaf(&mut self, key: &KeyEvent, now: Instant) -> bool {
        let leaves = key.code == KeyCode::Esc
            || (key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL));
        if self.guard == Guard::None || leaves {
            return false;
        }
        let typing = self.has_fields() && self.listening == Listening::Yes;
        if key.kind == KeyEventKind::Repeat && !typing {
            self.not_heard(key.code, now);
            return true;
        }
        let Listening::Since(since) = self.listening else { return false };
        let needed = if self.unheard == Some(key.code) { HELD } else { QUIET };
        if now.saturating_duration_since(since) < needed {
            self.not_heard(key.code, now);
            return true;
        }
        self.listening = Listening::Yes;
        false
    }

    fn not_heard(&mut self, key: KeyCode, now: Instant) {
        self.listening = Listening::Since(now);
        self.unheard = Some(key);
    }

    /// Something happened that is no key of the person's: what they see is another now.
    pub const fn disturbed(&mut self, now: Instant) {
        if matches!(self.guard, Guard::Quiet) {
            self.listening = Listening::Since(now);
        }
    }

    /// When it begins to listen, if it does not yet.
    pub fn next_tick(&self, now: Instant) -> Option<Instant> {
        match self.listening {
            Listening::Yes => None,
            Listening::Since(since) => Some(since + QUIET).filter(|at| *at > now),
        }
    }

    fn listens(&self, now: Instant) -> bool {
        match self.listening {
            Listening::Yes => true,
            Listening::Since(since) => now.saturating_duration_since(since) >= QUIET,
        }
    }

    /// The text being typed.
    pub fn input(&mut self) -> Option<&mut Input> {
        self.problem = None;
        self.fields.get_mut(self.at).map(|field| &mut field.input)
    }

    /// Takes pasted text, where it may be pasted.
    pub fn paste(&mut self, pasted: &str, now: Instant) -> Typed {
        match self.fields.get_mut(self.at) {
            Some(Field { rule: Rule::Exactly(_), .. }) => {
                self.problem = Some("this has to be typed; what was pasted is ignored".to_owned());
                self.disturbed(now);
                Typed::Same
            }
            Some(field) => prompt::paste(&mut field.input, pasted),
            None => {
                self.disturbed(now);
                Typed::Same
            }
        }
    }

    /// Goes to the field that many places on.
    pub fn turn(&mut self, by: isize) {
        self.problem = None;
        let len = isize::try_from(self.fields.len()).unwrap_or(1).max(1);
        let at = (isize::try_from(self.at).unwrap_or(0) + by).rem_euclid(len);
        self.at = usize::try_from(at).unwrap_or(0);
    }

    /// Takes what was typed: the texts of all fields once the last one was taken, and every one is as it has to be.
    pub fn submit(&mut self) -> Option<Vec<String>> {
        self.problem = self.fields.get(self.at).and_then(Field::problem);
        if self.problem.is_some() {
            return None;
        }
        if self.at + 1 < self.fields.len() {
            self.at += 1;
            return None;
        }
        let wrong = self.fields.iter().enumerate().find_map(|(at, field)| Some((at, field.problem()?)));
        if let Some((at, problem)) = wrong {
            self.at = at;
            self.problem = Some(problem);
            return None;
        }
        Some(self.fields.iter().map(|field| field.input.value().trim().to_owned()).collect())
    }

    /// What was typed cannot be used.
    pub fn object(&mut self, at: usize, problem: String) {
        self.at = at;
        self.problem = Some(problem);
    }

    /// Whether Enter does it now; until then it cancels, or goes on to the next field.
    fn is_filled(&self) -> bool {
        self.has_fields()
            && self.at + 1 == self.fields.len()
            && self.fields.iter().all(|field| field.problem().is_none())
    }

    /// Draws it over `area`. Tells where the terminal's cursor belongs.
    pub fn draw(&self, now: Instant, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
        let width = WIDTH.min(area.width);
        let inner = usize::from(width).saturating_sub(4).max(1);
        let mut lines: Vec<Line> = self.text.iter().flat_map(|line| line.wrapped(inner, 0)).collect();
        let labels = self.fields.iter().map(|field| Line::new(Role::Text, field.label.as_str()).width()).max();
        let column = labels.map_or(0, |width| width + 2).min(inner / 2);
        let below = self.fields.len() + usize::from(self.problem.is_some()) + 1 + usize::from(self.has_fields()) + 1;
        // What is typed stays in sight, however low the terminal is.
        let room = usize::from(area.height).saturating_sub(2 + below);
        if lines.len() > room {
            lines.truncate(room.saturating_sub(1));
            lines.push(Line::new(Role::TextMuted, "…"));
        }
        let height = u16::try_from(lines.len() + below + 2).unwrap_or(u16::MAX);
        let place = popup::centred(area, width, height);
        let inside = match self.mode {
            Some(mode) => frame::popup(&self.title, mode, place, theme, buffer),
            None => popup::draw(&self.title, place, theme, buffer),
        };
        let shown = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        line::draw_all(&lines, inside, theme, buffer);
        let mut rows = inside.rows().skip(usize::from(shown) + 1);
        let mut position = None;
        for (at, field) in self.fields.iter().enumerate() {
            let Some(row) = rows.next() else { break };
            let label = Line::new(if at == self.at { Role::KeyName } else { Role::TextMuted }, field.label.as_str());
            label.padded(column).draw(row, theme, buffer);
            let start = u16::try_from(column).unwrap_or(0).min(row.width);
            let field_row = Rect { x: row.x + start, width: row.width - start, ..row };
            let cursor = prompt::draw("", &field.input, field_row, theme, buffer);
            if at == self.at {
                position = cursor;
            }
        }
        if let (Some(problem), Some(row)) = (&self.problem, rows.next()) {
            Line::new(Role::SeverityError, problem.as_str()).draw(row, theme, buffer);
        }
        if let Some(row) = inside.rows().next_back() {
            self.buttons(now).draw(row, theme, buffer);
        }
        position
    }

    /// What Enter does has the focus.
    fn buttons(&self, now: Instant) -> Line {
        if self.yes.is_empty() {
            return Line::new(Role::Selection, " Close (Esc) ");
        }
        let (cancel, yes) = (" Cancel (Esc) ", format!(" {} ", self.yes));
        if !self.listens(now) {
            return Line::new(Role::Selection, cancel)
                .with(Role::Text, "  ")
                .with(Role::KeyDisabled, yes.as_str())
                .with(Role::TextMuted, "  one moment: no key");
        }
        if !self.has_fields() {
            return Line::new(Role::Selection, cancel)
                .with(Role::Text, "  ")
                .with(Role::KeyName, "y")
                .with(Role::Text, yes.as_str());
        }
        match (self.is_filled(), self.at + 1 < self.fields.len()) {
            (true, _) => Line::new(Role::Text, cancel).with(Role::Text, "  ").with(Role::Selection, yes.as_str()),
            (false, true) => Line::new(Role::Text, cancel).with(Role::Text, "  ").with(Role::Selection, " Next field "),
            (false, false) => {
                Line::new(Role::Selection, cancel).with(Role::Text, "  ").with(Role::KeyDisabled, yes.as_str())
            }
        }
    }
}
