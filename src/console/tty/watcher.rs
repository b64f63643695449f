//! The thread that notices the death of the terminal, and sees to it that the process ends. It waits for nobody: when the terminal dies without
//! a SIGHUP (under sudo, or with the signal ignored), crossterm's reader spins for ever, and whoever shares its fate never hears of it.

use std::{
    fs::File,
    io, process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use tokio::sync::mpsc::UnboundedSender;

/// The exit code when the terminal is gone: 128 + SIGHUP.
pub const HUNG_UP: u8 = 129;

/// How often it looks without being woken; with `GRACE` less than a second.
const INTERVAL: Timespec = Timespec { tv_sec: 0, tv_nsec: 400_000_000 };

/// How long the event loop may take to leave by itself; the reader may be spinning meanwhile.
const GRACE: Duration = Duration::from_millis(90);

/// Ends the watch when dropped: a terminal that goes away after we left it is none of our business.
#[derive(Debug)]
pub struct Watcher {
    left: Arc<AtomicBool>,
}

impl Watcher {
    /// Starts the thread. On hang-up it tells `hung_up`, lets `before` see to what has to be done before the process may end, and ends it with
    /// 129 unless that happens by itself.
    pub fn start(tty: File, hung_up: UnboundedSender<()>, before: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let left = Arc::new(AtomicBool::new(false));
        let watcher = Self { left: Arc::clone(&left) };
        thread::Builder::new().name("tty watcher".to_owned()).spawn(move || {
            while !is_dead(&tty) {
                if left.load(Ordering::Acquire) {
                    return;
                }
            }
            if left.load(Ordering::Acquire) {
                return;
            }
            // Nobody may be listening any more.
            let _ = hung_up.send(());
            before();
            thread::sleep(GRACE);
            process::exit(i32::from(HUNG_UP));
        })?;
        Ok(watcher)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.left.store(true, Ordering::Release);
    }
}

/// Waits for one interval or the death of the terminal. No events are asked for: hang-up and errors are reported always, input never.
fn is_dead(tty: &File) -> bool {
    let mut fds = [PollFd::new(tty, PollFlags::empty())];
    match poll(&mut fds, Some(&INTERVAL)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(_) => return true,
    }
    fds.iter().any(|fd| fd.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}
