//! The terminal as a device: whole frames to it (writer), keys from it (keyboard), its death (watcher), and its state before and after us (guard).
//! Nothing here knows what is shown.

mod backend;
mod guard;
mod keyboard;
mod pen;
mod screen;
mod shift;
mod watcher;
mod writer;

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, IsTerminal},
    os::fd::AsFd,
};

use ratatui::layout::Size;

pub use backend::FrameBackend;
pub use guard::Guard;
pub use keyboard::read_keys;
pub use watcher::{HUNG_UP, Watcher};
pub use writer::Writer;

/// Why no full screen can be shown here.
#[derive(Debug, thiserror::Error)]
pub enum Unsuitable {
    /// Standard input or output leads elsewhere.
    #[error("drdeck needs a terminal, and standard {0} is not one; for scripts and pipes there is `drdeck status`")]
    NoTerminal(&'static str),
    /// The terminal only prints lines.
    #[error("drdeck cannot draw on this terminal (TERM={0}); set TERM to what it is, or use `drdeck status`")]
    Dumb(String),
    /// The terminal refused.
    #[error("the terminal cannot be used: {0}; there is still `drdeck status`")]
    Io(#[from] io::Error),
}

/// Whether standard input and output are a terminal that can be drawn on. `term` is the value of TERM.
pub fn check(term: Option<&OsStr>) -> Result<(), Unsuitable> {
    if !io::stdin().is_terminal() {
        return Err(Unsuitable::NoTerminal("input"));
    }
    if !io::stdout().is_terminal() {
        return Err(Unsuitable::NoTerminal("output"));
    }
    match term.map(OsStr::to_string_lossy) {
        None => Err(Unsuitable::Dumb(String::new())),
        Some(term) if term.is_empty() || term == "dumb" => Err(Unsuitable::Dumb(term.into_owned())),
        Some(_) => Ok(()),
    }
}

/// A handle of our own on the terminal behind standard output.
pub fn open() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// The size of the terminal; 80x24 when it does not know (a serial line, a fresh pty).
pub fn size(tty: impl AsFd) -> Size {
    rustix::termios::tcgetwinsize(tty).map_or(UNKNOWN_SIZE, |size| known_size(size.ws_col, size.ws_row))
}

/// `columns` by `rows`: 80x24 where the terminal says 0, and never more than what a screen can be (anybody can tell a pty that it has
/// 65,535 columns and rows; that would be four thousand million cells).
fn known_size(columns: u16, rows: u16) -> Size {
    Size {
        width: if columns == 0 { UNKNOWN_SIZE.width } else { columns.min(LARGEST_SIZE.width) },
        height: if rows == 0 { UNKNOWN_SIZE.height } else { rows.min(LARGEST_SIZE.height) },
    }
}

const UNKNOWN_SIZE: Size = Size { width: 80, height: 24 };

const LARGEST_SIZE: Size = Size { width: 1_000, height: 500 };
