//! Keys: how they are written, and which action a key stands for.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{self, Context, Entry};

/// A key, as the table of actions names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character as typed: `G` is Shift-g.
    Char(char),
    /// A letter with Ctrl.
    Ctrl(char),
    /// A key with a name.
    Named(&'static str, KeyCode),
}

#[allow(missing_docs, reason = "the keys' own names")]
impl Key {
    pub const ENTER: Self = Self::Named("Enter", KeyCode::Enter);
    pub const ESC: Self = Self::Named("Esc", KeyCode::Esc);
    pub const TAB: Self = Self::Named("Tab", KeyCode::Tab);
    pub const BACK_TAB: Self = Self::Named("Shift-Tab", KeyCode::BackTab);
    pub const UP: Self = Self::Named("Up", KeyCode::Up);
    pub const DOWN: Self = Self::Named("Down", KeyCode::Down);
    pub const LEFT: Self = Self::Named("Left", KeyCode::Left);
    pub const RIGHT: Self = Self::Named("Right", KeyCode::Right);
    pub const HOME: Self = Self::Named("Home", KeyCode::Home);
    pub const END: Self = Self::Named("End", KeyCode::End);
    pub const PAGE_UP: Self = Self::Named("PgUp", KeyCode::PageUp);
    pub const PAGE_DOWN: Self = Self::Named("PgDn", KeyCode::PageDown);
    pub const F1: Self = Self::Named("F1", KeyCode::F(1));
}

impl Key {
    /// Whether `event` is this key.
    pub fn is(self, event: &KeyEvent) -> bool {
        // Terminals differ in whether they report Shift with a character it has already changed, and with Shift-Tab.
        let modifiers = event.modifiers - KeyModifiers::SHIFT;
        match self {
            Self::Char(c) => event.code == KeyCode::Char(c) && modifiers.is_empty(),
            Self::Ctrl(c) => event.code == KeyCode::Char(c) && modifiers == KeyModifiers::CONTROL,
            Self::Named(_, code) => event.code == code && modifiers.is_empty(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Char(c) => write!(f, "{c}"),
            Self::Ctrl(c) => write!(f, "Ctrl-{c}"),
            Self::Named(name, _) => f.write_str(name),
        }
    }
}

/// The entry that `event` stands for in `context`.
pub fn find(context: Context, event: &KeyEvent) -> Option<&'static Entry> {
    action::in_context(context).find(|entry| entry.keys.iter().any(|key| key.is(event)))
}
