//! The full-screen console: event loop, terminal layer, theme, and the state and screens they show.

pub mod action;
pub mod app;
pub mod clipboard;
pub mod command_line;
mod crew;
mod desk;
pub mod event;
mod event_loop;
pub mod figures;
pub mod format;
mod helm;
pub mod keymap;
pub mod mark;
pub mod run;
pub mod runs;
pub mod screens;
pub mod sentences;
pub mod theme;
pub mod tty;
pub mod widgets;
pub mod world;

use std::{collections::BTreeSet, env};

use tokio::sync::watch;

pub use app::{App, AppOptions, Begins, Start};
pub use command_line::Shell;
pub use desk::{ReadRunbooks, RunDesk, Runbooks};
pub use event::{Command, Event, Notice, NoticeLevel};
pub use theme::{Role, Theme, Themes};
pub use tty::Unsuitable;
pub use world::Mode;

use crate::journal;
use crate::model::{Query, Text};
use crate::observe::Observation;
use clipboard::Route;
use runs::Foresee;

/// What the console is started with.
pub struct ConsoleOptions {
    /// What the screens start with.
    pub app: AppOptions,
    /// The title of the window.
    pub title: Text,
    /// The name of the theme to start with; see `theme::choose`.
    pub theme: String,
    /// The themes there are.
    pub themes: Themes,
    /// The readings as they come; `None` before the first.
    pub observations: watch::Receiver<Option<Observation>>,
    /// Asks for everything to be read anew; must return at once.
    pub refresh: Box<dyn FnMut() + Send>,
    /// Says what has to be read besides, as long as a person looks at it; must return at once.
    pub look: Box<dyn FnMut(BTreeSet<Query>) + Send>,
    /// Takes what is known beforehand of how long recovery takes.
    pub foresee: Foresee,
    /// Reads the runbooks there are.
    pub runbooks: ReadRunbooks,
    /// Where runs are recorded, and Regions newer than this program that their runbooks may name; or why that is not known.
    pub runs: Result<(journal::Place, Vec<String>), Text>,
    /// What it takes to begin runs; `None` where nothing may be changed.
    pub desk: Option<RunDesk>,
}

/// The columns of the terminal, if there is one.
pub fn terminal_width() -> Option<u16> {
    crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|columns| *columns > 0)
}

/// Why the console ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person quit.
    Quit,
    /// The terminal is gone, or SIGHUP said so.
    HungUp,
    /// Another signal asked to end; its number.
    Signalled(i32),
}

impl Ended {
    /// The exit code: 0, or 128 and the signal's number.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::HungUp => tty::HUNG_UP,
            Self::Signalled(number) => u8::try_from(number).map_or(u8::MAX, |number| number.saturating_add(128)),
        }
    }
}

/// Shows the console until it ends, and gives the terminal back as it was. Needs a terminal on standard input and output; reads TERM, TMUX and STY.
pub fn run(options: ConsoleOptions) -> Result<Ended, Unsuitable> {
    tty::check(env::var_os("TERM").as_deref())?;
    let route = Route::choose(env::var_os("TMUX").as_deref(), env::var_os("STY").as_deref());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(event_loop::run(options, route))?)
}
