//! The runbooks that can be used, read now and then by a thread of their own: a folder that hangs holds up nothing else.

use std::sync::Arc;
use std::sync::mpsc::{self, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use crate::console::desk::ReadRunbooks;
use crate::runbook::Runbook;

/// How often they are read: somebody may write one while the console is open.
const EVERY: Duration = Duration::from_secs(60);

/// Whether something is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Same,
    New,
}

/// The runbooks, as they were read last.
pub(super) struct KnownRunbooks {
    read: ReadRunbooks,
    usable: Vec<Arc<Runbook>>,
    /// What a reading that is under way will find.
    found: Option<mpsc::Receiver<Vec<Arc<Runbook>>>>,
    begun_at: Option<Instant>,
}

impl KnownRunbooks {
    /// None yet.
    pub(super) const fn new(read: ReadRunbooks) -> Self {
        Self { read, usable: Vec::new(), found: None, begun_at: None }
    }

    /// Those that can be used. Of the others the one who begins a run is told what is wrong.
    pub(super) fn usable(&self) -> impl Iterator<Item = &Runbook> {
        self.usable.iter().map(AsRef::as_ref)
    }

    /// Takes what was found meanwhile, and has them read anew once it is time. Returns at once.
    pub(super) fn look(&mut self) -> Change {
        match self.found.as_ref().map(mpsc::Receiver::try_recv) {
            Some(Ok(usable)) => {
                self.found = None;
                let change = if usable == self.usable { Change::Same } else { Change::New };
                self.usable = usable;
                return change;
            }
            Some(Err(TryRecvError::Empty)) => return Change::Same,
            // They cannot be read: those of before count.
            Some(Err(TryRecvError::Disconnected)) => self.found = None,
            None => {}
        }
        if self.begun_at.is_none_or(|at| at.elapsed() >= EVERY) {
            self.begun_at = Some(Instant::now());
            let (tell, found) = mpsc::channel();
            let read = Arc::clone(&self.read);
            let begun = thread::Builder::new().name("runbooks".into()).spawn(move || {
                if let Ok(all) = read() {
                    let usable = all.into_iter().filter_map(|(_, written)| Some(written.ok()?.runbook));
                    // Nobody may want it any more.
                    let _ = tell.send(usable.collect());
                }
            });
            self.found = begun.is_ok().then_some(found);
        }
        Change::Same
    }
}
