//! How often each Query is asked again.

use std::time::Duration;

use crate::model::{Query, Span};

/// CloudWatch bills every series asked for, and has one point a minute: asking more often costs and tells nothing.
const METRICS_AT_MOST_EVERY: Span = Span::from_secs(60);

/// A table's newest restorable moment is some five minutes old when it is read, and ages until it is read again: at the slow pace a data RPO
/// of 10 minutes would seem breached.
const RESTORABLE_EVERY: Span = Span::from_secs(300);

/// A simulator's clock may run so fast that its 30 s are over in no time; we do not ask it more often than this, in our own time.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// While a simulator's clock stands still nothing becomes due by it, but faults may be played on it all the same.
const WAIT_WHILE_FROZEN: Duration = Duration::from_secs(5);

/// The classes of pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pace {
    /// What moves by itself and is listed in few pages: with every refresh.
    Refresh,
    /// CloudWatch series: once a minute at most.
    Metrics,
    /// One call for each table, but what it tells is an RPO.
    Restorable,
    /// One call for each table, vault or server: rarely.
    Slow,
}

impl Pace {
    /// How often at least a source is asked something, so that it is not found dead late; and what failed is asked again.
    pub const fn pulse(self) -> Self {
        match self {
            Self::Metrics => Self::Metrics,
            Self::Refresh | Self::Restorable | Self::Slow => Self::Refresh,
        }
    }

    /// The pace of a Query.
    pub const fn of(query: &Query) -> Self {
        match query {
            Query::SourceServers(_)
            | Query::RecoveryInstances(_)
            | Query::DrsJobs(_)
            | Query::BackupJobs(_)
            | Query::CopyJobs(_)
            | Query::RestoreJobs(_)
            | Query::ProtectedResources(_)
            | Query::DbInstances(_)
            | Query::DbClusters(_)
            | Query::GlobalClusters(_)
            | Query::DbAutomatedBackups(_)
            | Query::HealthChecks(_)
            | Query::HealthCheckStatus(..)
            | Query::Groups(_) => Self::Refresh,
            Query::Series(..) => Self::Metrics,
            Query::Identity(_)
            | Query::RecoverySnapshots(..)
            | Query::RecoveryPoints(..)
            | Query::Vault(..)
            | Query::Table(..) => Self::Slow,
            Query::ContinuousBackups(..) => Self::Restorable,
        }
    }
}

/// The intervals of the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paces {
    /// Of a refresh.
    pub refresh: Span,
    /// Of what is asked rarely.
    pub slow: Span,
}

impl Paces {
    /// The interval of a pace, in the time of a clock that runs at `speed`.
    pub fn interval(&self, pace: Pace, speed: f64) -> Span {
        let wanted = match pace {
            Pace::Refresh => self.refresh,
            Pace::Metrics => self.refresh.max(METRICS_AT_MOST_EVERY),
            Pace::Restorable => self.slow.min(RESTORABLE_EVERY).max(self.refresh),
            Pace::Slow => self.slow.max(self.refresh),
        };
        wanted.max(scaled(SHORTEST_WAIT, speed))
    }

    /// The same in our own time. A clock that runs slower than ours makes us wait no longer.
    pub fn wait(&self, pace: Pace, speed: f64) -> Duration {
        if speed <= 0.0 {
            return WAIT_WHILE_FROZEN;
        }
        let seconds = self.interval(pace, speed).as_secs_f64() / speed.max(1.0);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).max(SHORTEST_WAIT)
    }

    /// How long a value counts as fresh in the time of a clock that runs at `speed`: until the second refresh after it is overdue, which may
    /// take `round`, our own time.
    pub fn good_for(&self, pace: Pace, speed: f64, round: Duration) -> Span {
        let twice = self.interval(pace, speed).saturating_mul(2);
        twice.saturating_add(scaled(round, speed.max(1.0)))
    }
}

/// Our own time in the time of a clock that runs at `speed`.
fn scaled(length: Duration, speed: f64) -> Span {
    Span::try_from_secs_f64(length.as_secs_f64() * speed).unwrap_or(Span::MAX)
}
