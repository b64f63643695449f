//! What happens to the console, and what it asks for: the only words between the event loop and the state.

use std::collections::BTreeSet;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::run::{Beginning, Begun, Consent, Offered, Seat};
use super::runs::{RunAnswer, RunAsk, Runs};
use crate::engine::{Order, View};
use crate::model::{Query, Text};
use crate::observe::Observation;
use crate::runbook::RunId;

/// Something that happened. The loop gives each one to `App::update`, in order, with the instant it was taken up.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed or repeats; releases never come. A SIGINT from outside comes as Ctrl-C.
    Key(KeyEvent),
    /// Bracketed paste, as the terminal sent it: not sanitised, may hold newlines.
    Paste(String),
    /// The terminal's new size in columns and rows; also sent once before the first frame.
    Resize(u16, u16),
    /// New readings and the judgement on them; only the latest is sent when several are waiting.
    Observed(Observation),
    /// The moment named by `App::next_tick` has come.
    Tick,
    /// The terminal layer has something to tell the person, for a few seconds.
    Notice(Notice),
    /// The runs of this machine, whenever anything about one of them has changed.
    Runs(Arc<Runs>),
    /// What came of a [`Command::Runs`].
    RunAnswered(RunAnswer),
    /// What can be begun for a System.
    Offered(Box<Offered>),
    /// A run was begun here, or why it was not.
    Begun(Result<Box<Begun>, Text>),
    /// How a run stands; only the latest View of each is sent when several are waiting.
    Run {
        /// Who this console is in it.
        seat: Seat,
        /// The run.
        view: Arc<View>,
    },
    /// The last order was given under this number: its reply comes with a View.
    Ordered(u64),
    /// There will be no more Views of that run: its session is over, or it is not watched any more.
    RunOver(RunId),
}

/// A short message to the person at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub level: NoticeLevel,
    /// What to say; one line.
    pub text: Text,
}

impl Notice {
    /// Something was done.
    pub fn info(text: impl AsRef<str>) -> Self {
        Self { level: NoticeLevel::Info, text: Text::new(text) }
    }

    /// Something was done in another way than asked.
    pub fn warning(text: impl AsRef<str>) -> Self {
        Self { level: NoticeLevel::Warning, text: Text::new(text) }
    }

    /// Something could not be done.
    pub fn error(text: impl AsRef<str>) -> Self {
        Self { level: NoticeLevel::Error, text: Text::new(text) }
    }
}

/// How bad a Notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeLevel {
    /// Done.
    Info,
    /// Done, but not as asked.
    Warning,
    /// Not done.
    Error,
}

/// Something the console wants done outside its own state; returned by `App::update`, carried out by the event loop.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Restore the terminal and end with exit code 0.
    Quit,
    /// Copy this line: to tmux's buffer inside tmux, by OSC 52 otherwise. Answered with a Notice.
    Copy(String),
    /// Read everything anew, now.
    Refresh,
    /// A person looks at something that needs these besides: read them as long as nothing else is said here. Empty when nobody looks any more.
    Look(BTreeSet<Query>),
    /// Show the theme of this name from now on. Answered with a Notice only when the theme has warnings.
    SetTheme(String),
    /// Clear the terminal and write the whole screen again (Ctrl-L): something else has written to it.
    Redraw,
    /// Have something done with a run's journal.
    Runs(RunAsk),
    /// Find out what can be begun for the System of that name. Answered with [`Event::Offered`].
    Offer(String),
    /// Begin a run. Answered with [`Event::Begun`].
    Begin(Box<Beginning>),
    /// Consent to a step of a run that somebody else drives. Answered with a Notice.
    Consent(Box<Consent>),
    /// Give an order to the run that is driven here. Answered with [`Event::Ordered`].
    Order(Order),
}
