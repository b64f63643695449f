//! The one thread that writes to the terminal. It may block for as long as the terminal does not read; nobody else does.

use std::{
    fs::File,
    io::{self, Write},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc::UnboundedSender;

/// Sends bytes to the writing thread.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    bytes: Vec<u8>,
    done: Done,
}

#[derive(Debug)]
enum Done {
    /// Tell the event loop, which may then draw again.
    Frame,
    /// Tell nobody.
    Unseen,
    /// Tell the one who waits.
    Awaited(mpsc::Sender<()>),
}

impl Writer {
    /// Starts the thread. It reports each finished frame, or why it could not be written, to `written`.
    pub fn start(mut tty: File, written: UnboundedSender<io::Result<()>>) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::Builder::new().name("tty writer".to_owned()).spawn(move || {
            for job in queue {
                let result = write_whole(&mut tty, &job.bytes);
                // Nobody listening means that the console is leaving.
                match job.done {
                    Done::Frame => _ = written.send(result),
                    Done::Unseen => {}
                    Done::Awaited(waiting) => _ = waiting.send(()),
                }
            }
        })?;
        Ok(Self { jobs })
    }

    /// Hands over a frame and returns at once. One at a time: the next only after this one was reported.
    pub fn write_frame(&self, frame: Vec<u8>) {
        // The thread ends only with the process; a send cannot fail before.
        let _ = self.jobs.send(Job { bytes: frame, done: Done::Frame });
    }

    /// Hands over bytes that no frame has to wait for.
    pub fn write(&self, bytes: Vec<u8>) {
        let _ = self.jobs.send(Job { bytes, done: Done::Unseen });
    }

    /// Writes `bytes` after everything handed over before, and waits for that, but not longer than `patience`.
    pub fn write_and_wait(&self, bytes: Vec<u8>, patience: Duration) {
        let (done, waiting) = mpsc::channel();
        if self.jobs.send(Job { bytes, done: Done::Awaited(done) }).is_ok() {
            // A terminal that does not read gets no goodbye.
            let _ = waiting.recv_timeout(patience);
        }
    }
}

/// One `write` where the terminal takes all at once. Whoever shares the terminal may have made it non-blocking: then wait for room.
fn write_whole(tty: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match tty.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(&*tty, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
