//! The thread that reads keys. Not crossterm's EventStream: that one reads on the thread that polls it, and blocks there when an escape sequence
//! arrives in halves (Alt-[ is enough), or spins there when the terminal dies. Here only this thread does.

use std::{io, thread};

use crossterm::event::{Event, read};
use tokio::sync::mpsc::{Receiver, channel};

/// How many events may wait; more wait in the terminal.
const WAITING: usize = 256;

/// Starts the thread, and gives what it reads: keys and pastes. Ends with the process.
pub fn read_keys() -> io::Result<Receiver<Event>> {
    let (events, received) = channel(WAITING);
    thread::Builder::new().name("tty keyboard".to_owned()).spawn(move || {
        loop {
            match read() {
                Ok(event) => {
                    if events.blocking_send(event).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Without its size or its poller there is nothing to read; the closed channel says so.
                Err(_) => return,
            }
        }
    })?;
    Ok(received)
}
