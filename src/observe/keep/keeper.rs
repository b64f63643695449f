//! The thread that writes: a disk that is slow delays nobody who reads AWS.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;

use rustix::fs::FlockOperation;

use super::files::Folder;
use super::{Memory, Outages, Present, chronicle, past};
use crate::model::Event;

/// Held by the one drdeck that writes, of all that watch the same.
pub(super) const LOCK: &str = "lock";

/// What waits to be written. A disk that is further behind than this loses what comes.
const WAITING: usize = 64;

/// Something to be written.
enum Job {
    Present(Box<Present>),
    Events(Vec<Event>),
    Outages(Outages),
}

/// Writes what is to be remembered, on a thread of its own.
#[derive(Debug)]
pub(in crate::observe) struct Keeper {
    jobs: SyncSender<Job>,
    thread: thread::JoinHandle<()>,
}

impl Keeper {
    /// Begins to wait for something to write.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub(in crate::observe) fn start(memory: Memory) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::sync_channel(WAITING);
        let thread =
            thread::Builder::new().name("memory".to_owned()).spawn(move || Writer::new(memory).run(&waiting))?;
        Ok(Self { jobs, thread })
    }

    /// What is known now. Returns at once.
    pub(in crate::observe) fn keep(&self, present: Present) {
        self.send(Job::Present(Box::new(present)));
    }

    /// What happened. Returns at once.
    pub(in crate::observe) fn happened(&self, events: Vec<Event>) {
        self.send(Job::Events(events));
    }

    /// The outages that last. Returns at once.
    pub(in crate::observe) fn last(&self, outages: Outages) {
        self.send(Job::Outages(outages));
    }

    fn send(&self, job: Job) {
        match self.jobs.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => tracing::warn!("the disk is too slow: something is not remembered"),
            Err(TrySendError::Disconnected(_)) => tracing::warn!("nothing is remembered any more"),
        }
    }

    /// Waits until all is written.
    pub(in crate::observe) fn finish(self) {
        let Self { jobs, thread } = self;
        drop(jobs);
        // What it has to tell of its end is in the log.
        let _ = thread.join();
    }
}

struct Writer {
    memory: Memory,
    /// Once it is ours to write to.
    folder: Option<(Folder, std::fs::File)>,
    /// Whether it was said that it cannot be.
    said: bool,
}

impl Writer {
    const fn new(memory: Memory) -> Self {
        Self { memory, folder: None, said: false }
    }

    fn run(mut self, waiting: &Receiver<Job>) {
        while let Ok(job) = waiting.recv() {
            if let Err(error) = self.write(&job) {
                if !std::mem::replace(&mut self.said, true) {
                    let folder = self.memory.path();
                    tracing::warn!(%error, folder = %folder.display(), "what was read is not remembered");
                }
                self.folder = None;
            }
        }
    }

    fn write(&mut self, job: &Job) -> io::Result<()> {
        if let Job::Outages(outages) = job {
            // The same for all who watch, so there is no need to be the one who writes.
            self.memory.remember_outages(outages);
            return Ok(());
        }
        let (folder, _lock) = match self.folder.take() {
            Some(ours) => self.folder.insert(ours),
            None => {
                let folder = self.memory.made()?;
                let lock = folder.append(LOCK)?;
                rustix::fs::flock(lock.as_fd(), FlockOperation::NonBlockingLockExclusive).map_err(|error| {
                    io::Error::new(error.kind(), "another drdeck that watches the same writes already")
                })?;
                self.folder.insert((folder, lock))
            }
        };
        match job {
            Job::Present(present) => past::write(folder, &self.memory.watched, present),
            Job::Events(events) => chronicle::append(folder, events),
            Job::Outages(_) => Ok(()),
        }
    }
}
