//! A Reading: a value, when it was read, and since when and why it cannot be read any more.

use serde::{Deserialize, Serialize};

use super::{Moment, Span, Text};

/// Why a call brought no value. The class decides what the person is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FailureKind {
    /// No credentials were found at all.
    NoCredentials,
    /// The credentials have expired.
    Expired,
    /// AWS refused the call for this identity.
    Denied,
    /// AWS asked us to slow down.
    Throttled,
    /// No answer within the time-out.
    TimedOut,
    /// The connection could not be made or was reset.
    Unreachable,
    /// The service answered with an error of its own (5xx).
    ServerError,
    /// What was asked for does not exist.
    NotFound,
    /// The endpoint does not speak this AWS API (an HTML page, an unknown route, another protocol).
    NotAws,
    /// Our clock and AWS's differ too far for signatures to hold.
    ClockSkew,
    /// AWS called the request invalid.
    Invalid,
    /// The answer could not be understood.
    Unreadable,
}

impl FailureKind {
    /// Whether the service did not answer, as it happens to all of a Region at once.
    pub const fn is_silence(self) -> bool {
        match self {
            Self::TimedOut | Self::Unreachable | Self::ServerError => true,
            Self::Throttled
            | Self::NoCredentials
            | Self::Expired
            | Self::Denied
            | Self::NotFound
            | Self::NotAws
            | Self::ClockSkew
            | Self::Invalid
            | Self::Unreadable => false,
        }
    }
}

/// A failed attempt to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The first failing attempt since the last good one.
    pub since: Moment,
    /// The last attempt.
    pub at: Moment,
    /// The class of the failure.
    pub kind: FailureKind,
    /// What AWS or the network said, in one line.
    pub error: Text,
}

/// A value as last read, with what is needed to say how far it can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading<T> {
    /// The last value that was read and when; `None` if it never could be.
    pub value: Option<T>,
    /// When `value` was read.
    pub read_at: Option<Moment>,
    /// Until when `value` counts as fresh: `read_at` plus two polling intervals, in the time of the source's clock.
    pub fresh_until: Option<Moment>,
    /// Set from the first failed attempt until the next good one.
    pub failing: Option<Box<Failure>>,
}

/// How far a Reading can be trusted at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Freshness {
    /// Read in time, and the last attempt succeeded.
    Fresh,
    /// The value is old: later attempts failed or did not come. Never shown as good.
    Stale,
    /// Never read.
    Missing,
}

impl<T> Reading<T> {
    /// A value just read.
    pub fn fresh(value: T, read_at: Moment, good_for: Span) -> Self {
        Self {
            value: Some(value),
            read_at: Some(read_at),
            fresh_until: Some(read_at.checked_add(good_for).unwrap_or(Moment::MAX)),
            failing: None,
        }
    }

    /// Never read: the attempt failed.
    pub fn failed(failure: Failure) -> Self {
        Self { value: None, read_at: None, fresh_until: None, failing: Some(Box::new(failure)) }
    }

    /// The same value, now that one more attempt failed.
    #[must_use]
    pub fn and_failed(mut self, failure: Failure) -> Self {
        let since = self.failing.as_ref().map_or(failure.since, |f| f.since);
        self.failing = Some(Box::new(Failure { since, ..failure }));
        self
    }

    /// Whether the value can be trusted at `now`.
    pub fn freshness(&self, now: Moment) -> Freshness {
        match (&self.value, &self.failing, self.fresh_until) {
            (None, _, _) => Freshness::Missing,
            (Some(_), None, Some(until)) if now <= until => Freshness::Fresh,
            (Some(_), _, _) => Freshness::Stale,
        }
    }

    /// How old the value is at `now`; zero if the clocks disagree.
    pub fn age(&self, now: Moment) -> Option<Span> {
        self.read_at.map(|at| now.duration_since(at).max(Span::ZERO))
    }

    /// The same Reading of a part of the value.
    pub fn map<'a, U>(&'a self, part: impl FnOnce(&'a T) -> Option<U>) -> Reading<U> {
        Reading {
            value: self.value.as_ref().and_then(part),
            read_at: self.read_at,
            fresh_until: self.fresh_until,
            failing: self.failing.clone(),
        }
    }
}
