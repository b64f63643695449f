//! Everything a person can do, in ONE table. Key map, bottom line, Help, palette and the README's list of keys are made from it.

use super::keymap::Key;
use super::widgets::Move;

/// Something a person can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Open what is under the cursor.
    Open,
    /// Take the palette's entry.
    Choose,
    /// Stop typing and keep the filter.
    KeepFilter,
    /// Undo or close one thing.
    Back,
    /// Type a filter.
    Filter,
    /// The next order of the table.
    Sort,
    /// Hide what is met, or show it again.
    ProblemsOnly,
    /// Read everything anew.
    Refresh,
    /// Copy what is under the cursor.
    Copy,
    /// The System after this one.
    NextSystem,
    /// The System before this one.
    PreviousSystem,
    /// Find an action, a System or a theme by name.
    Palette,
    /// The palette, narrowed to themes.
    ChooseTheme,
    /// The keys and words of this screen.
    Help,
    /// Leave this screen; drdeck at the first one.
    Quit,
    /// Leave drdeck.
    QuitAtOnce,
    /// The Systems screen.
    GoToSystems,
    /// The System screen.
    GoToSystem,
    /// Move the cursor or scroll.
    Move(Move),
    /// Paint the whole screen anew.
    Redraw,
}

/// What gets the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The screen shown without a config.
    Welcome,
    /// The overview.
    Systems,
    /// One System.
    System,
    /// Help.
    Help,
    /// A filter being typed.
    Filter,
    /// The palette being typed into.
    Palette,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Welcome, Self::Systems, Self::System, Self::Help, Self::Filter, Self::Palette];

    /// The name on the screen and in the README.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Welcome => "Welcome",
            Self::Systems => "Systems",
            Self::System => "System",
            Self::Help => "Help",
            Self::Filter => "Filter",
            Self::Palette => "Palette",
        }
    }

    /// Whether letters are text here.
    pub const fn takes_text(self) -> bool {
        match self {
            Self::Filter | Self::Palette => true,
            Self::Welcome | Self::Systems | Self::System | Self::Help => false,
        }
    }
}

/// Where the bottom line has room for an action, most important first; those without a rank are found in Help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// Shown while there is room for actions up to this rank.
    Rank(u8),
    /// The same, but only while it can be taken: that there is nothing to undo needs no words.
    WhileEnabled(u8),
    /// Not shown.
    Never,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What is done.
    pub action: Action,
    /// Its name in the palette, and one day in the config.
    pub name: &'static str,
    /// The keys that do it.
    pub keys: &'static [Key],
    /// One or two words for the bottom line.
    pub label: &'static str,
    /// A sentence for Help.
    pub help: &'static str,
    /// Where it works.
    pub works_in: &'static [Context],
    /// Its place in the bottom line.
    pub hint: Hint,
}

/// What is on the screen now, as far as it decides which actions can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// What gets the keys.
    pub context: Context,
    /// Systems, components, lines or entries that can be moved through.
    pub rows: usize,
    /// Systems in the table.
    pub systems: usize,
    /// What `Back` would undo.
    pub undoable: Undoable,
}

/// Whether there is something that `Back` would undo or close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undoable {
    /// There is.
    Something,
    /// There is not.
    Nothing,
}

use Context::{Filter, Help, Palette, System, Systems, Welcome};

const SCREENS: &[Context] = &[Welcome, Systems, System, Help];
const DATA: &[Context] = &[Systems, System];
const ALL: &[Context] = &Context::ALL;

/// All actions, in the order of Help and the palette.
pub const ENTRIES: &[Entry] = &[
    Entry {
        action: Action::Open,
        name: "open",
        keys: &[Key::ENTER],
        label: "open",
        help: "Open the selected System.",
        works_in: &[Systems],
        hint: Hint::Rank(2),
    },
    Entry {
        action: Action::Choose,
        name: "choose",
        keys: &[Key::ENTER],
        label: "choose",
        help: "Do what is selected.",
        works_in: &[Palette],
        hint: Hint::Rank(0),
    },
    Entry {
        action: Action::KeepFilter,
        name: "keep-filter",
        keys: &[Key::ENTER],
        label: "keep filter",
        help: "Keep the filter and go back to the list.",
        works_in: &[Filter],
        hint: Hint::Rank(0),
    },
    Entry {
        action: Action::Back,
        name: "back",
        keys: &[Key::ESC],
        label: "back",
        help: "Undo or close one thing: the text typed, the filter, this screen.",
        works_in: &[Systems, System, Help],
        hint: Hint::WhileEnabled(0),
    },
    Entry {
        action: Action::Back,
        name: "cancel",
        keys: &[Key::ESC],
        label: "cancel",
        help: "Close the input; what it changed is undone.",
        works_in: &[Filter, Palette],
        hint: Hint::Rank(1),
    },
    Entry {
        action: Action::Filter,
        name: "filter",
        keys: &[Key::Char('/')],
        label: "filter",
        help: "Show only what contains the words you type: name, verdict, Region, tier, strategy, up or down.",
        works_in: &[Systems, Help],
        hint: Hint::Rank(4),
    },
    Entry {
        action: Action::Sort,
        name: "sort",
        keys: &[Key::Char('s')],
        label: "sort",
        help: "Sort by the next of: worst first, tier, name, RPO now.",
        works_in: &[Systems],
        hint: Hint::Rank(5),
    },
    Entry {
        action: Action::ProblemsOnly,
        name: "problems-only",
        keys: &[Key::Char('!')],
        label: "problems",
        help: "Show only Systems that are down or not MET; again to show all.",
        works_in: &[Systems],
        hint: Hint::Rank(6),
    },
    Entry {
        action: Action::NextSystem,
        name: "next-system",
        keys: &[Key::TAB, Key::Char(']')],
        label: "next system",
        help: "Show the next System, in the order of the overview.",
        works_in: &[System],
        hint: Hint::Rank(5),
    },
    Entry {
        action: Action::PreviousSystem,
        name: "previous-system",
        keys: &[Key::BACK_TAB, Key::Char('[')],
        label: "previous",
        help: "Show the previous System, in the order of the overview.",
        works_in: &[System],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Refresh,
        name: "refresh",
        keys: &[Key::Char('r'), Key::Ctrl('r')],
        label: "refresh",
        help: "Read everything from AWS anew, now. Only reads; nothing is changed.",
        works_in: DATA,
        hint: Hint::Rank(7),
    },
    Entry {
        action: Action::Copy,
        name: "copy",
        keys: &[Key::Char('y')],
        label: "copy",
        help: "Copy the selected System or component as a line of text.",
        works_in: DATA,
        hint: Hint::Rank(8),
    },
    Entry {
        action: Action::Palette,
        name: "palette",
        keys: &[Key::Char(':')],
        label: "palette",
        help: "Find an action, a System or a theme by typing part of its name.",
        works_in: SCREENS,
        hint: Hint::Rank(3),
    },
    Entry {
        action: Action::Help,
        name: "help",
        keys: &[Key::Char('?'), Key::F1],
        label: "help",
        help: "Show the keys of this screen, all keys, and what the signs and abbreviations mean.",
        works_in: &[Welcome, Systems, System],
        hint: Hint::Rank(1),
    },
    Entry {
        action: Action::Quit,
        name: "quit",
        keys: &[Key::Char('q')],
        label: "quit",
        help: "Go back; on the first screen leave drdeck. Nothing in AWS changes by it.",
        works_in: SCREENS,
        hint: Hint::Rank(2),
    },
    Entry {
        action: Action::QuitAtOnce,
        name: "quit-at-once",
        keys: &[Key::Ctrl('c')],
        label: "quit",
        help: "Leave drdeck from anywhere. Nothing in AWS changes by it.",
        works_in: ALL,
        hint: Hint::Never,
    },
    Entry {
        action: Action::ChooseTheme,
        name: "theme",
        keys: &[Key::Char('T')],
        label: "theme",
        help: "Choose the colours; each is shown while you are on it.",
        works_in: SCREENS,
        hint: Hint::Never,
    },
    Entry {
        action: Action::GoToSystems,
        name: "systems",
        keys: &[Key::Char('1')],
        label: "systems",
        help: "Go to the overview of all Systems.",
        works_in: DATA,
        hint: Hint::Never,
    },
    Entry {
        action: Action::GoToSystem,
        name: "system",
        keys: &[Key::Char('2')],
        label: "system",
        help: "Go to the selected System.",
        works_in: DATA,
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::Down),
        name: "down",
        keys: &[Key::Char('j'), Key::DOWN],
        label: "down",
        help: "One down.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::Up),
        name: "up",
        keys: &[Key::Char('k'), Key::UP],
        label: "up",
        help: "One up.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::Down),
        name: "next-match",
        keys: &[Key::DOWN, Key::Ctrl('n')],
        label: "next",
        help: "The next entry, while typing.",
        works_in: &[Filter, Palette],
        hint: Hint::Rank(2),
    },
    Entry {
        action: Action::Move(Move::Up),
        name: "previous-match",
        keys: &[Key::UP, Key::Ctrl('p')],
        label: "previous",
        help: "The previous entry, while typing.",
        works_in: &[Filter, Palette],
        hint: Hint::Rank(3),
    },
    Entry {
        action: Action::Move(Move::PageDown),
        name: "page-down",
        keys: &[Key::PAGE_DOWN, Key::Ctrl('f')],
        label: "page down",
        help: "One page down.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::PageUp),
        name: "page-up",
        keys: &[Key::PAGE_UP, Key::Ctrl('b')],
        label: "page up",
        help: "One page up.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::HalfPageDown),
        name: "half-page-down",
        keys: &[Key::Ctrl('d')],
        label: "half page down",
        help: "Half a page down.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::HalfPageUp),
        name: "half-page-up",
        keys: &[Key::Ctrl('u')],
        label: "half page up",
        help: "Half a page up.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::First),
        name: "first",
        keys: &[Key::Char('g'), Key::HOME],
        label: "first",
        help: "To the top.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Move(Move::Last),
        name: "last",
        keys: &[Key::Char('G'), Key::END],
        label: "last",
        help: "To the end.",
        works_in: &[Systems, System, Help],
        hint: Hint::Never,
    },
    Entry {
        action: Action::Redraw,
        name: "redraw",
        keys: &[Key::Ctrl('l')],
        label: "redraw",
        help: "Paint the whole screen anew, when something else has written to the terminal.",
        works_in: ALL,
        hint: Hint::Never,
    },
];

/// The entries that work in `context`, in the order of the table.
pub fn in_context(context: Context) -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().filter(move |entry| entry.works_in.contains(&context))
}

/// Why `action` cannot be taken now, in a few words; `None` if it can.
pub const fn disabled(action: Action, situation: &Situation) -> Option<&'static str> {
    match action {
        Action::Open | Action::Copy | Action::GoToSystem if situation.rows == 0 => Some("nothing selected"),
        Action::Choose if situation.rows == 0 => Some("no match"),
        Action::NextSystem | Action::PreviousSystem if situation.systems < 2 => Some("only one"),
        Action::Back if matches!(situation.undoable, Undoable::Nothing) => Some("first screen"),
        Action::Open
        | Action::Choose
        | Action::KeepFilter
        | Action::Back
        | Action::Filter
        | Action::Sort
        | Action::ProblemsOnly
        | Action::Refresh
        | Action::Copy
        | Action::NextSystem
        | Action::PreviousSystem
        | Action::Palette
        | Action::ChooseTheme
        | Action::Help
        | Action::Quit
        | Action::QuitAtOnce
        | Action::GoToSystems
        | Action::GoToSystem
        | Action::Move(_)
        | Action::Redraw => None,
    }
}

/// The README's list of keys: a Markdown table of all entries.
pub fn markdown() -> String {
    let mut table = "| Key | What it does | Where |\n|---|---|---|\n".to_owned();
    for entry in ENTRIES {
        let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
        let places = if entry.works_in.len() == Context::ALL.len() {
            "everywhere".to_owned()
        } else {
            entry.works_in.iter().map(|context| context.name()).collect::<Vec<_>>().join(", ")
        };
        table.push_str(&format!("| {} | {} | {places} |\n", keys.join(" "), entry.help));
    }
    table
}
