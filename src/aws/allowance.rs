//! How often Route 53 may be asked: half of what it allows (aws-facts, section 2), by everything that drdeck does with one account.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::model::Service;

/// The one operation that has a limit of its own.
const STATUS: &str = "GetHealthCheckStatus";

/// Between two GetHealthCheckStatus calls: Route 53 allows one a second.
pub const BETWEEN_STATUSES: Duration = Duration::from_secs(2);

/// Between any two calls: Route 53 allows ten a second.
const BETWEEN_CALLS: Duration = Duration::from_millis(200);

/// Calls without a pause: half of Route 53's 50, less a few that the SDK may have to send a second time.
const CALLS_AT_ONCE: u32 = 20;

/// GetHealthCheckStatus calls without a pause: half of Route 53's 4.
const STATUSES_AT_ONCE: u32 = 2;

/// So many calls at once, and then one at a time.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    every: Duration,
    at_once: u32,
    /// When all that was taken is back.
    full_at: Instant,
}

impl Bucket {
    /// A full one at `now`: `at_once` calls, and one more `every` so long.
    pub const fn full(now: Instant, at_once: u32, every: Duration) -> Self {
        Self { every, at_once, full_at: now }
    }

    /// Takes one call; how long that has to wait.
    pub fn take(&mut self, now: Instant) -> Duration {
        self.full_at = self.full_at.max(now) + self.every;
        self.full_at.saturating_duration_since(now).saturating_sub(self.every.saturating_mul(self.at_once))
    }
}

/// What one account's Route 53 may still be asked.
#[derive(Debug)]
pub(super) struct Allowance {
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    calls: Bucket,
    statuses: Bucket,
}

impl Default for Allowance {
    fn default() -> Self {
        let now = Instant::now();
        let calls = Bucket::full(now, CALLS_AT_ONCE, BETWEEN_CALLS);
        let statuses = Bucket::full(now, STATUSES_AT_ONCE, BETWEEN_STATUSES);
        Self { buckets: Mutex::new(Buckets { calls, statuses }) }
    }
}

impl Allowance {
    /// Waits for the turn of a call; at once where nothing is rationed.
    pub(super) async fn turn(&self, service: Service, operation: &str) {
        if service == Service::Route53 {
            sleep(self.take(operation)).await;
        }
    }

    /// Takes one call to Route 53, in turn or not; how long that would have to wait.
    pub(super) fn take(&self, operation: &str) -> Duration {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = buckets.calls.take(now);
        if operation == STATUS { wait.max(buckets.statuses.take(now)) } else { wait }
    }
}

/// Whether a call waits for its turn before it is known at what moment it is made: turns of this one are far apart.
pub(super) fn waits_before(operation: &str) -> bool {
    operation == STATUS
}
