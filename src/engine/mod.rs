//! Takes a person through a runbook, one confirmed step at a time, so that nothing is done twice and nothing is lost.
//!
//! * [`core`]: pure. A state, what happens, and what is to be done about it.
//! * [`Desk`]: what every front end needs before a run begins.
//! * [`Engine`]: the thread that does it. It owns the journal, the System's lock and whatever changes AWS; it never touches the terminal.

pub mod approvals;
pub mod core;
pub mod desk;
mod hands;
mod opening;
mod options;
mod program;
mod reads;
pub mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::{mpsc as queue, watch};

pub use self::core::{
    Card, Clocks, Doubt, Fence, Holding, Note, Order, PartView, Reach, Reply, Request, Stage, StepView, Typed, View,
};
pub use desk::{Desk, Driver, Unfinished, Written};
pub use options::{Begin, EngineError, New, Options};

use crate::aws::STACK;
use crate::journal::Verdict;
use crate::model::Text;
use crate::runbook::RunId;

/// After the patience of [`Engine::finish`] is over, recording takes no longer than this.
const TO_RECORD: Duration = Duration::from_secs(5);

/// A run under way. Cheap to clone: every clone drives the same run. Once the last one is gone the run is paused.
#[derive(Clone, Debug)]
pub struct Engine {
    /// The run.
    pub run: RunId,
    /// What a front end shows: a new one whenever something happened, and every second. It ends with the session.
    pub views: watch::Receiver<Arc<View>>,
    wishes: queue::UnboundedSender<Wish>,
    numbers: Arc<AtomicU64>,
    ended: Arc<Ended>,
}

/// What comes from a front end.
#[derive(Debug)]
enum Wish {
    /// An order, under its number.
    Order(u64, Order),
    /// To end: why, and how long to wait for what is in flight.
    Finish(Text, Duration),
}

/// Whether the thread has ended.
#[derive(Debug, Default)]
struct Ended {
    flag: Mutex<bool>,
    changed: Condvar,
}

impl Engine {
    /// Takes the System's lock, opens the journal and the session, and begins. Blocks until that is done; then returns, and the run goes on
    /// on a thread of its own.
    ///
    /// # Errors
    /// Every [`EngineError`]; nothing was sent then, and the lock is free.
    pub fn start(options: Options) -> Result<Self, EngineError> {
        let (wishes, heard) = queue::unbounded_channel();
        let (ready, opened) = mpsc::sync_channel(1);
        let ended = Arc::new(Ended::default());
        let over = Arc::clone(&ended);
        thread::Builder::new().name("engine".into()).stack_size(STACK).spawn(move || {
            let worked = catch_unwind(AssertUnwindSafe(|| work(options, heard, &ready)));
            if worked.is_err() {
                tracing::error!("the engine has stopped by a defect");
            }
            *over.flag.lock().unwrap_or_else(PoisonError::into_inner) = true;
            over.changed.notify_all();
        })?;
        let (run, views) = opened.recv().unwrap_or_else(|_| {
            Err(EngineError::System(std::io::Error::other("the engine has stopped by a defect before it began")))
        })?;
        Ok(Self { run, views, wishes, numbers: Arc::default(), ended })
    }

    /// Gives an order. What becomes of it is in [`View::replies`] under the number, as soon as everything that follows from it at once is on
    /// the disk.
    pub fn order(&self, order: Order) -> u64 {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        // Nobody listens once the session is over; the last View says so.
        let _ = self.wishes.send(Wish::Order(number, order));
        number
    }

    /// Ends the session: begins nothing new, waits no longer than `patience` for the outcome of what is in flight, records it (as in doubt, if
    /// it did not come), closes the session and gives the lock back. Blocks until then; how the run stands, or `None` if that could not be
    /// recorded.
    pub fn finish(&self, reason: &str, patience: Duration) -> Option<Verdict> {
        let _ = self.wishes.send(Wish::Finish(Text::new(reason), patience));
        let until = Instant::now() + patience + TO_RECORD;
        let mut flag = self.ended.flag.lock().unwrap_or_else(PoisonError::into_inner);
        while !*flag {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            flag = self.ended.changed.wait_timeout(flag, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        match self.views.borrow().holding {
            Holding::Closed(verdict) => Some(verdict),
            Holding::Open | Holding::Stopping(_) | Holding::ReadOnly(_) => None,
        }
    }
}

type Ready = mpsc::SyncSender<Result<(RunId, watch::Receiver<Arc<View>>), EngineError>>;

/// All that the thread does.
fn work(options: Options, heard: queue::UnboundedReceiver<Wish>, ready: &Ready) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(error.into()));
            return;
        }
    };
    let hands = match runtime.block_on(opening::open(options)) {
        Ok(hands) => hands,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let views = hands.views();
    let _ = ready.send(Ok((hands.run(), views.subscribe())));
    if catch_unwind(AssertUnwindSafe(|| drive(&runtime, hands, heard))).is_err() {
        views.send_modify(|view| *view = Arc::new(view.after_a_defect()));
    }
    // A lookup of a name may still hang in a thread of its own.
    runtime.shutdown_background();
}

fn drive(runtime: &Runtime, hands: hands::Hands, heard: queue::UnboundedReceiver<Wish>) {
    runtime.block_on(hands.work(heard));
}
