//! The run that this console drives, as the event loop and the terminal's watcher share it: whoever leaves last sees to it that what is in
//! flight is recorded.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::engine::{Engine, Stage};

/// How long the outcome of a call in flight is waited for when the console has to end. A call gives up by itself before that.
const OUTCOME: Duration = Duration::from_secs(60);

/// How long it takes at most where nothing is in flight, or where the person does not want to wait.
pub(super) const AT_ONCE: Duration = Duration::from_secs(1);

/// A handle on the run, if there is one. All of them lead to the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Helm {
    engine: Arc<Mutex<Option<Engine>>>,
}

impl Helm {
    /// Takes a run over.
    pub(super) fn take(&self, engine: Engine) {
        *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = Some(engine);
    }

    /// The run.
    pub(super) fn engine(&self) -> Option<Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its session is over.
    pub(super) fn leave(&self) {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Ends the session of the run, if there is one: waits for the outcome of what is in flight, and gives the lock back. Blocks until then.
    pub(super) fn finish(&self, reason: &str) {
        let Some(engine) = self.engine() else { return };
        let flying = engine.views.borrow().steps.iter().any(|step| matches!(step.stage, Stage::Sending { .. }));
        engine.finish(reason, if flying { OUTCOME } else { AT_ONCE });
    }

    /// The same, whatever is in flight: what does not come now is in doubt.
    pub(super) fn finish_at_once(&self, reason: &str) {
        if let Some(engine) = self.engine() {
            engine.finish(reason, AT_ONCE);
        }
    }
}

/// Ends the session when it is dropped: also when the console ends by a defect.
#[derive(Debug)]
pub(super) struct AtTheEnd(pub(super) Helm);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        self.0.finish("the console has ended");
    }
}
