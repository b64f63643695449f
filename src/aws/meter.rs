//! What is measured on every request: how many there are, and how far this machine's clock is from AWS's by the `Date` of the answers.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;

use super::allowance::Allowance;
use crate::model::Span;

/// Answers kept to take the median of: one odd proxy or one late answer changes nothing.
const SAMPLES: usize = 9;

/// Below this, the header's resolution of a second and the time an answer travels explain the difference.
const NOTABLE: Span = Span::from_secs(5);

tokio::task_local! {
    /// The requests sent for what a task is waiting for. The SDK sends them in the task that awaits them.
    static REQUESTS: AtomicU64;
}

/// What `work` comes to, and how many requests the metered clients sent for it, second attempts included. Each future that was handed another one
/// has room for it several times over, so `work` is on the heap before it is handed on.
pub(super) fn counted<T>(work: impl Future<Output = T>) -> impl Future<Output = (T, u64)> {
    let work = Box::pin(work);
    let counting = async {
        let outcome = work.await;
        (outcome, REQUESTS.with(|requests| requests.load(Ordering::Relaxed)))
    };
    REQUESTS.scope(AtomicU64::new(0), counting)
}

/// The meter on every client of a session.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    /// The last differences between the `Date` of an answer and our clock, in milliseconds; AWS ahead of us is positive.
    samples: Arc<Mutex<Vec<i64>>>,
    /// Of the account whose clients these are.
    allowance: Arc<Allowance>,
}

/// What the SDK calls Route 53.
const ROUTE_53: &str = "Route 53";

impl Meter {
    /// The same meter for another account.
    pub(super) fn with(&self, allowance: Arc<Allowance>) -> Self {
        Self { samples: Arc::clone(&self.samples), allowance }
    }

    /// What the account's Route 53 may still be asked.
    pub(super) fn allowance(&self) -> &Allowance {
        &self.allowance
    }

    /// The median difference, if it is a notable one: add it to our time to get AWS's.
    pub(super) fn skew(&self) -> Option<Span> {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner).clone();
        samples.sort_unstable();
        let median = samples.get(samples.len() / 2).copied().map(Span::from_millis)?;
        (median.abs() >= NOTABLE).then_some(median)
    }

    fn add(&self, sample: i64) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() >= SAMPLES {
            samples.remove(0);
        }
        samples.push(sample);
    }
}

#[dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // The first attempt had its turn; the SDK sends a second one without asking, and the next call waits for it.
        let is_second = bag.load::<RequestAttempts>().is_some_and(|attempts| attempts.attempts() > 1);
        if let Some(call) = bag.load::<Metadata>().filter(|call| is_second && call.service() == ROUTE_53) {
            let _ = self.allowance.take(call.name());
        }
        // Outside of `counted` nobody wants to know.
        let _ = REQUESTS.try_with(|requests| requests.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let theirs = context
            .response()
            .headers()
            .get("date")
            .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok())
            .and_then(|date| date.to_millis().ok());
        if let (Some(theirs), Ok(ours)) = (theirs, DateTime::from(SystemTime::now()).to_millis()) {
            self.add(theirs.saturating_sub(ours));
        }
        Ok(())
    }
}
