//! A filter over a list: its text, and whether it gets the keys.

use tui_input::Input;

use super::Line;
use crate::console::theme::Role;

/// A filter's state.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    input: Input,
    typing: Typing,
}

/// Whether the text gets the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Typing {
    #[default]
    No,
    /// It does; the text before it did.
    Yes(String),
}

/// What `back` came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Undone {
    /// The typing, or the text.
    Text,
    /// Nothing: there was nothing to undo.
    Nothing,
}

impl Filter {
    /// Whether the text gets the keys.
    pub fn is_typing(&self) -> bool {
        self.typing != Typing::No
    }

    /// Whether all is let through.
    pub fn is_empty(&self) -> bool {
        self.text().trim().is_empty()
    }

    /// The text as typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Its words in small letters; a row is let through when it holds each of them.
    pub fn words(&self) -> Vec<String> {
        self.text().split_whitespace().map(str::to_lowercase).collect()
    }

    /// The text, to be drawn.
    pub const fn shown(&self) -> &Input {
        &self.input
    }

    /// The text, to be typed into.
    pub const fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    /// Gives the keys to the text.
    pub fn start_typing(&mut self) {
        self.typing = Typing::Yes(self.text().to_owned());
    }

    /// Keeps the text as typed.
    pub fn keep(&mut self) {
        self.typing = Typing::No;
    }

    /// Undoes one thing: the typing, or else the text.
    pub fn back(&mut self) -> Undone {
        match std::mem::take(&mut self.typing) {
            Typing::Yes(before) => self.input = Input::new(before),
            Typing::No if !self.text().is_empty() => self.input.reset(),
            Typing::No => return Undone::Nothing,
        }
        Undone::Text
    }
}

/// A name, with the letters marked that one of `words`, in small letters, found.
pub fn highlighted(name: &str, words: &[String]) -> Line {
    let small = name.to_lowercase();
    // Where lowering a letter changes how many bytes it takes, places no longer agree; then nothing is marked.
    let found = words
        .iter()
        .filter(|_| small.len() == name.len())
        .filter_map(|word| small.find(word.as_str()).map(|at| (at, at + word.len())))
        .min();
    let parts = found.and_then(|(from, to)| Some((name.get(..from)?, name.get(from..to)?, name.get(to..)?)));
    match parts {
        Some((before, hit, after)) => {
            Line::new(Role::TextStrong, before).with(Role::Match, hit).with(Role::TextStrong, after)
        }
        None => Line::new(Role::TextStrong, name),
    }
}
