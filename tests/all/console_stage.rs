//! A console without a terminal: keys in, buffers out, at a clock that stands still.

use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use drdeck::console::{App, AppOptions, Begins, Command, Event, Mode, Shell, Start, Theme, Themes};
use drdeck::model::Assessment;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use crate::fixture_assessment as fixture;

/// The console, its size, and the moment at which all happens.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) now: Instant,
    size: (u16, u16),
}

impl Stage {
    /// A console of the shop before anything was read.
    pub(crate) fn unread(size: (u16, u16)) -> Self {
        Self::start(size, Start::Watch(Arc::new(fixture::estate())))
    }

    /// A console that was started that way.
    pub(crate) fn start(size: (u16, u16), start: Start) -> Self {
        let app = App::new(AppOptions {
            mode: Mode::Demo,
            name: "shop".to_owned(),
            start,
            clock: None,
            shell: Shell::default(),
            theme: "default".to_owned(),
            themes: Themes::default().names(),
            begins: Begins::Yes,
        });
        let mut stage = Self { app, now: Instant::now(), size };
        stage.resize(size);
        stage
    }

    /// A console of the shop that was judged that way; the clock stands still.
    pub(crate) fn observed(size: (u16, u16), assessment: Assessment) -> Self {
        let mut stage = Self::unread(size);
        stage.observe(assessment);
        stage
    }

    pub(crate) fn observe(&mut self, assessment: Assessment) {
        let observation = fixture::observation(assessment, self.now, 0.0);
        self.event(Event::Observed(observation));
    }

    pub(crate) fn event(&mut self, event: Event) -> Vec<Command> {
        self.app.update(event, self.now)
    }

    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.event(Event::Resize(size.0, size.1));
    }

    /// Presses keys, written with spaces between them: `j j Enter`, `Ctrl-d`, `"orders"` for a text.
    pub(crate) fn keys(&mut self, keys: &str) -> Vec<Command> {
        let mut commands = Vec::new();
        for key in keys.split_whitespace() {
            if let Some(text) = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) {
                for c in text.chars() {
                    commands.extend(self.event(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))));
                }
                continue;
            }
            commands.extend(self.event(Event::Key(named(key))));
        }
        commands
    }

    /// What is on the screen.
    pub(crate) fn buffer(&self, theme: &str) -> Buffer {
        let (theme, warnings) = Themes::default().load(theme);
        assert!(warnings.is_empty(), "{warnings:?}");
        self.drawn(&theme)
    }

    pub(crate) fn drawn(&self, theme: &Theme) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| self.app.view(theme, self.now, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        text(&self.buffer("default"))
    }
}

/// The text of a buffer, a line for each row.
pub(crate) fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        text.push_str(row(buffer, y).trim_end());
        text.push('\n');
    }
    text
}

/// The text of one row.
pub(crate) fn row(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

fn named(key: &str) -> KeyEvent {
    let (modifiers, key) = match key.strip_prefix("Ctrl-") {
        Some(key) => (KeyModifiers::CONTROL, key),
        None => (KeyModifiers::NONE, key),
    };
    let code = match key {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Shift-Tab" => return KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "F1" => KeyCode::F(1),
        "Backspace" => KeyCode::Backspace,
        other => KeyCode::Char(other.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}
