//! Token buckets, as AWS throttles: Route 53 has one for the account and one per action. They run on wall time, whatever the
//! simulated clock does: a client that is too fast for AWS is too fast here.

use std::collections::HashMap;
use std::time::Instant;

/// A bucket's size and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rate {
    burst: f64,
    per_second: f64,
}

/// Route 53's bucket of the account, and of each action without one of its own.
const USUAL: Rate = Rate { burst: 50.0, per_second: 10.0 };

/// The actions of Route 53 with a bucket of their own.
fn route53(action: &str) -> Rate {
    match action {
        "GetHealthCheckStatus" | "GetHealthCheckLastFailureReason" => Rate { burst: 4.0, per_second: 1.0 },
        "CreateHealthCheck" => Rate { burst: 50.0, per_second: 0.5 },
        "DeleteHealthCheck" => Rate { burst: 15.0, per_second: 3.0 },
        "CreateHostedZone" => Rate { burst: 40.0, per_second: 2.0 },
        _ => USUAL,
    }
}

/// Whether a call may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Admitted,
    /// It is one too many.
    Refused,
}

/// The buckets of all services that throttle.
#[derive(Debug, Default)]
pub struct Throttle {
    buckets: HashMap<&'static str, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Throttle {
    /// Takes a token for a call at that wall-clock moment, from the account's bucket and from the action's.
    pub fn admit(&mut self, service: &str, action: &'static str, now: Instant) -> Admission {
        if service != "route53" {
            return Admission::Admitted;
        }
        let account = self.available("(account)", USUAL, now);
        let own = self.available(action, route53(action), now);
        if account < 1.0 || own < 1.0 {
            return Admission::Refused;
        }
        for key in ["(account)", action] {
            if let Some(bucket) = self.buckets.get_mut(key) {
                bucket.tokens -= 1.0;
            }
        }
        Admission::Admitted
    }

    fn available(&mut self, key: &'static str, rate: Rate, now: Instant) -> f64 {
        let bucket = self.buckets.entry(key).or_insert(Bucket { tokens: rate.burst, filled: now });
        let elapsed = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.tokens = (bucket.tokens + elapsed * rate.per_second).min(rate.burst);
        bucket.filled = now;
        bucket.tokens
    }
}
