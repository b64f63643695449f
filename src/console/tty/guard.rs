//! The state of the terminal before us, and how it gets it back: on leaving, on stopping, on a panic. Only the console's thread gives it back.

use std::{
    io::{self, Write},
    panic, process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
    time::Duration,
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio::sync::mpsc::UnboundedSender;

use super::Writer;
use crate::model::Text;

/// Alternate screen, bracketed paste, no cursor, plain style, empty.
const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[0m\x1b[2J";

/// The same backwards, after the end of an update that may be open; the title comes back from the terminal's stack.
const LEAVE: &str = "\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?2004l\x1b[?1049l\x1b[23;0t";

/// How long a terminal may take to take our last bytes.
const PATIENCE: Duration = Duration::from_millis(300);

/// The exit code after a panic, as Rust has it.
const PANICKED: i32 = 101;

type Hook = Box<dyn Fn(&panic::PanicHookInfo<'_>) + Sync + Send + 'static>;

/// Holds the terminal in our state; gives it back when dropped.
pub struct Guard {
    terminal: Arc<Held>,
    previous_hook: Option<Hook>,
}

struct Held {
    writer: Writer,
    owner: ThreadId,
    entered: AtomicBool,
    title: String,
}

impl Guard {
    /// Takes the terminal over, and panics with it: one on this thread gives the terminal back, says where and exits 101; the place of one on another
    /// thread goes to `defects`. `title` is the window's.
    pub fn enter(title: &Text, writer: Writer, defects: UnboundedSender<String>) -> io::Result<Self> {
        let terminal = Arc::new(Held {
            writer,
            owner: thread::current().id(),
            entered: AtomicBool::new(false),
            title: title.as_str().to_owned(),
        });
        let previous_hook = panic::take_hook();
        let held = Arc::clone(&terminal);
        panic::set_hook(Box::new(move |info| on_panic(&held, &defects, info)));
        let guard = Self { terminal, previous_hook: Some(previous_hook) };
        guard.terminal.enter()?;
        Ok(guard)
    }

    /// Gives the terminal back for now: before stopping.
    pub fn leave(&self) {
        self.terminal.leave();
    }

    /// Takes the terminal over once more, from whatever state it is in; everything has to be drawn again.
    pub fn enter_again(&self) -> io::Result<()> {
        self.terminal.enter()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.terminal.leave();
        if let Some(previous) = self.previous_hook.take()
            && !thread::panicking()
        {
            panic::set_hook(previous);
        }
    }
}

impl Held {
    fn enter(&self) -> io::Result<()> {
        // A shell may have changed the mode while we were stopped: crossterm sets raw mode only when it thinks that it is not set.
        disable_raw_mode()?;
        enable_raw_mode()?;
        let mut bytes = String::new();
        if !self.entered.swap(true, Ordering::AcqRel) {
            bytes.push_str(&format!("\x1b[22;0t\x1b]2;{}\x07", self.title));
        }
        bytes.push_str(ENTER);
        self.writer.write(bytes.into_bytes());
        Ok(())
    }

    fn leave(&self) {
        if !self.entered.swap(false, Ordering::AcqRel) {
            return;
        }
        self.writer.write_and_wait(LEAVE.into(), PATIENCE);
        // A terminal that is gone has no mode to give back.
        let _ = disable_raw_mode();
    }
}

/// Says where, never what: a message may hold values that are nobody's business.
fn on_panic(held: &Held, defects: &UnboundedSender<String>, info: &panic::PanicHookInfo<'_>) {
    let place =
        info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
    if thread::current().id() != held.owner {
        // Without an event loop there is nobody left to tell.
        let _ = defects.send(place);
        return;
    }
    held.leave();
    let _ = writeln!(
        io::stderr(),
        "drdeck stopped: a defect at {place}. The terminal is as it was before. Please report that place."
    );
    process::exit(PANICKED);
}
