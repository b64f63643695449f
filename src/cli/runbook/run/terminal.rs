//! Lines in and lines out. Neither keeps the run waiting: what is read comes by a channel, what is said goes by one.

use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc as channel;

use crate::model::Text;

/// What is said at the end is waited for so long, where somebody reads at all.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The terminal, or whatever stands for it.
#[derive(Debug)]
pub(super) struct Terminal {
    pub(super) lines: Lines,
    pub(super) voice: Voice,
    /// Ends when everything is written.
    written: mpsc::Receiver<()>,
}

/// What is said to drdeck.
#[derive(Debug)]
pub(super) struct Lines(channel::UnboundedReceiver<String>);

/// What drdeck says.
#[derive(Debug)]
pub(super) struct Voice(mpsc::Sender<String>);

impl Terminal {
    /// Standard input and output.
    pub(super) fn open() -> io::Result<Self> {
        let (line, lines) = channel::unbounded_channel();
        thread::Builder::new().name("lines in".to_owned()).spawn(move || {
            for read in io::stdin().lock().lines() {
                let Ok(read) = read else { return };
                if line.send(read).is_err() {
                    return;
                }
            }
        })?;
        let (out, said) = mpsc::channel::<String>();
        let (done, written) = mpsc::channel();
        thread::Builder::new().name("lines out".to_owned()).spawn(move || {
            let _done = done;
            for text in said {
                let mut stdout = io::stdout().lock();
                // A pipe that was closed has nobody behind it; the run goes on, and its record tells all of this.
                let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
            }
        })?;
        Ok(Self { lines: Lines(lines), voice: Voice(out), written })
    }

    /// Waits until everything said is written, for a moment.
    pub(super) fn close(self) {
        drop(self.voice);
        let _ = self.written.recv_timeout(LAST_WORDS);
    }
}

impl Lines {
    /// The next line; `None` when nobody will say anything any more.
    pub(super) async fn next(&mut self) -> Option<String> {
        self.0.recv().await
    }
}

impl Voice {
    /// Says a line. Whatever AWS or a file put into it cannot command the terminal.
    pub(super) fn say(&self, line: impl AsRef<str>) {
        let line = Text::new(line.as_ref());
        // The thread ends with the process.
        let _ = self.0.send(format!("{line}\n"));
    }
}
