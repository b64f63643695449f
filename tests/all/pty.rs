//! A terminal of our own around the real binary: what it gets, what it sends, when it dies.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::AsFd,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{self, Mode, OFlags},
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Termios, Winsize, tcgetattr, tcsetwinsize},
};
use tempfile::TempDir;

/// Long enough for the slowest machine; a test that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether the program's session has the terminal as its own, and hears of its death by SIGHUP.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Session {
    /// The terminal's death sends SIGHUP.
    Own,
    /// The terminal is somebody else's, as under sudo: no signal comes.
    Foreign,
}

/// What to start, and on what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program<'a> {
    /// The file to run.
    pub(crate) path: &'a str,
    /// Its arguments.
    pub(crate) arguments: &'a [&'a str],
    /// Variables besides PATH, HOME and the XDG folders.
    pub(crate) environment: &'a [(&'a str, &'a str)],
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    /// Whose terminal it is.
    pub(crate) session: Session,
}

impl Default for Program<'_> {
    /// The demo on 80 by 24.
    fn default() -> Self {
        Self {
            path: env!("CARGO_BIN_EXE_drdeck"),
            arguments: &["demo"],
            environment: &[("TERM", "xterm-256color")],
            size: (80, 24),
            session: Session::Own,
        }
    }
}

/// A terminal with a program on it.
pub(crate) struct Pty {
    master: Option<File>,
    /// Kept open as a shell would, so that its mode can be seen after the program.
    slave: Option<File>,
    child: Child,
    /// Everything the program wrote that was read so far.
    pub(crate) output: Vec<u8>,
    /// Where it has its configuration and state.
    _home: TempDir,
}

impl Pty {
    /// Starts a program in an empty home.
    pub(crate) fn start(program: Program<'_>) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let slave = File::from(slave);
        tcsetwinsize(&slave, winsize(program.size)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new("setsid");
        match program.session {
            Session::Own => _ = command.arg("--ctty"),
            Session::Foreign => {}
        }
        command.arg(program.path).args(program.arguments);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home.path());
        for folder in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env(folder, home.path().join(folder));
        }
        command.envs(program.environment.iter().copied());
        let stdio = || slave.try_clone().unwrap();
        let child = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        Self { master: Some(File::from(master)), slave: Some(slave), child, output: Vec::new(), _home: home }
    }

    /// The mode of the terminal, as `stty -a` shows it.
    pub(crate) fn mode(&self) -> String {
        let Termios { input_modes, output_modes, control_modes, local_modes, special_codes, .. } =
            tcgetattr(self.slave.as_ref().unwrap()).unwrap();
        format!("{input_modes:?} {output_modes:?} {control_modes:?} {local_modes:?} {special_codes:?}")
    }

    /// Presses keys.
    pub(crate) fn send(&mut self, keys: &str) {
        self.master.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Changes the size.
    pub(crate) fn resize(&self, size: (u16, u16)) {
        tcsetwinsize(self.master.as_ref().unwrap(), winsize(size)).unwrap();
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Reads until the program has written `text` since the last call, and gives what was read.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let start = self.output.len();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = String::from_utf8_lossy(&self.output[start..]).into_owned();
            if seen.contains(text) {
                return seen;
            }
            assert!(Instant::now() < deadline, "{text:?} never came; there was {seen:?}");
            self.read_for(Duration::from_millis(50));
        }
    }

    /// Reads what comes within `time`.
    pub(crate) fn read_for(&mut self, time: Duration) -> Vec<u8> {
        let start = self.output.len();
        let deadline = Instant::now() + time;
        let mut master = self.master.as_ref().unwrap();
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            let mut fds = [PollFd::from_borrowed_fd(master.as_fd(), PollFlags::IN)];
            let left = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
            if poll(&mut fds, Some(&left)).unwrap() == 0 {
                break;
            }
            let mut bytes = [0; 65_536];
            // The slave is open here, so that the end of the program is not an error of the terminal.
            let count = master.read(&mut bytes).unwrap();
            self.output.extend_from_slice(&bytes[..count]);
        }
        self.output[start..].to_vec()
    }

    /// The terminal dies: both ends are closed.
    pub(crate) fn hang_up(&mut self) {
        self.slave = None;
        self.master = None;
    }

    /// Waits for the end of the program, reading what it still writes.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                if self.master.is_some() {
                    self.read_for(Duration::from_millis(20));
                }
                return status;
            }
            assert!(Instant::now() < deadline, "the program did not end");
            match self.master {
                Some(_) => _ = self.read_for(Duration::from_millis(10)),
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    /// Waits for the end of the program without reading, and gives the processor time that it took since, as far as it could be seen.
    pub(crate) fn wait_and_measure(&mut self) -> (ExitStatus, Duration) {
        let before = self.processor_time().unwrap_or_default();
        let (mut last, deadline) = (before, Instant::now() + PATIENCE);
        loop {
            last = self.processor_time().unwrap_or(last).max(last);
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, last - before);
            }
            assert!(Instant::now() < deadline, "the program did not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether the program is stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stat().is_some_and(|fields| fields[0] == "T")
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The fields of /proc/PID/stat from the state on.
    fn stat(&self) -> Option<Vec<String>> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let (_, fields) = stat.rsplit_once(") ")?;
        Some(fields.split(' ').map(str::to_owned).collect())
    }

    fn processor_time(&self) -> Option<Duration> {
        let fields = self.stat()?;
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Some(Duration::from_millis(ticks * 10))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit code as a shell tells it.
pub(crate) fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

const fn winsize((columns, rows): (u16, u16)) -> Winsize {
    Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 }
}
