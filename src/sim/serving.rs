//! A thread that serves until it is let go of.

use std::convert::Infallible;
use std::io;
use std::thread::{Builder, JoinHandle};

use tokio::sync::oneshot;

/// A thread with a runtime of its own. It ends when this is dropped, or by itself.
#[derive(Debug)]
pub(super) struct Serving {
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Starts it: what `serve` makes is awaited there, with an error only where it can serve no more.
    pub(super) fn start<Served>(name: &'static str, serve: impl FnOnce() -> Served + Send + 'static) -> io::Result<Self>
    where
        Served: Future<Output = io::Result<()>>,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let thread = Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    // The sender is never used, only dropped: then this ends.
                    _ = stopped => {}
                    result = serve() => if let Err(error) = result {
                        tracing::error!(%error, "{name} stopped listening");
                    },
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    /// Waits until it ends by itself.
    pub(super) fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
