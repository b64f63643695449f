//! How often each Query is asked again: as often as what was promised needs it, and no more calls than design.md allows: the pages of each
//! list with every refresh, and one call for each table, vault, zone and restore plan in the slow interval.

use std::time::Duration;

use crate::model::{Query, Span};

/// CloudWatch bills every series asked for, and has one point a minute: asking more often costs and tells nothing.
const METRICS_AT_MOST_EVERY: Span = Span::from_secs(60);

/// What people set up and rarely change.
const RARELY: Span = Span::from_hours(1);

/// What is asked of each server is asked so often at least.
const OF_SERVERS_AT_LEAST_EVERY: Span = Span::from_hours(6);

/// How old a table's newest restorable moment is when it is read; it ages on until it is read again.
const RESTORABLE_LAGS: Span = Span::from_mins(5);

/// DRS takes a snapshot every ten minutes.
const SNAPSHOTS_LAG: Span = Span::from_mins(10);

/// A simulator's clock may run so fast that its 30 s are over in no time; we do not ask it more often than this, in our own time.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// What may only seem so has to last for two refreshes, and for so long at least.
const SETTLES: Span = Span::from_mins(2);

/// While a simulator's clock stands still nothing becomes due by it, but faults may be played on it all the same.
const WAIT_WHILE_FROZEN: Duration = Duration::from_secs(5);

/// How often a Query is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pace {
    /// What moves by itself and is listed in few pages: with every refresh.
    Refresh,
    /// CloudWatch series: once a minute at most.
    Metrics,
    /// One call for each thing: at the slow interval.
    Slow,
    /// One of two questions about a thing, which take turns so that both together are one call for it at the slow interval.
    InTurn,
    /// What people set up: hourly.
    Rare,
    /// At this interval, because somebody was promised something of that kind.
    Promised(Span),
    /// Never again: what it tells has ended.
    Once,
}

impl Pace {
    /// The pace of a Query, where `promised` is the smallest RPO for damaged data of all components that ask it.
    pub fn of(query: &Query, promised: Option<Span>, paces: &Paces) -> Self {
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
            | Query::DbClusterAutomatedBackups(_)
            | Query::DbEvents(_)
            | Query::HealthChecks(_)
            | Query::HealthCheckStatus(..)
            | Query::Groups(_)
            | Query::ScalingActivities(..)
            | Query::Alarms(_)
            | Query::DnsAnswer(..)
            | Query::Probe(..)
            | Query::Probes(..)
            | Query::JobLog(..)
            | Query::DrsJob(..)
            | Query::RecordChange(..)
            | Query::RestoreMetadata(..)
            | Query::SwitchSteps(..)
            | Query::RecoveryPlanSteps(..)
            | Query::RoutingControls(_)
            | Query::FileSystemReplications(_)
            | Query::GlobalDatastores(_) => Self::Refresh,
            Query::Series(..) => Self::Metrics,
            Query::Identity(_)
            | Query::RecoveryPoints(..)
            | Query::Vault(..)
            | Query::HostedZones(_)
            | Query::Records(..)
            | Query::RestoreTestingPlans(_)
            | Query::RestoreTestingSelections(..)
            | Query::RecoveryPlans(_)
            | Query::RecoveryPlanExecutions(..)
            | Query::SwitchPlans(_)
            | Query::SwitchExecutions(..) => Self::Slow,
            Query::BackupPlans(_)
            | Query::BackupPlan(..)
            | Query::BackupSelections(..)
            | Query::BackupSelection(..) => Self::Rare,
            Query::Table(..) => Self::InTurn,
            Query::ContinuousBackups(..) => match promised.map(|rpo| to_keep(rpo, RESTORABLE_LAGS)) {
                Some(every) if every < paces.slow.saturating_mul(2) => Self::Promised(every),
                Some(_) | None => Self::InTurn,
            },
            Query::RecoverySnapshots(..) => Self::Promised(promised.map_or(OF_SERVERS_AT_LEAST_EVERY, |rpo| {
                of_servers(rpo / 4, paces.slow).min(to_keep(rpo, SNAPSHOTS_LAG))
            })),
            Query::LaunchConfiguration(..) | Query::ReplicationConfiguration(..) => {
                Self::Promised(promised.map_or(OF_SERVERS_AT_LEAST_EVERY, |rpo| of_servers(rpo, RARELY)))
            }
        }
    }

    /// How often what failed is tried again.
    const fn pulse(self) -> Self {
        match self {
            Self::Metrics => Self::Metrics,
            Self::Refresh | Self::Slow | Self::InTurn | Self::Rare | Self::Promised(_) | Self::Once => Self::Refresh,
        }
    }
}

/// How often a recovery point that lags `behind` when it is read must be read, so that its age does not come near what drdeck calls at risk of
/// `rpo`, four fifths of it, merely because nobody looked.
fn to_keep(rpo: Span, behind: Span) -> Span {
    let spare = Span::try_from_secs_f64(rpo.as_secs_f64() * 0.8).unwrap_or(rpo).saturating_sub(behind);
    Span::try_from_secs_f64(spare.as_secs_f64() * 0.75).unwrap_or(spare).max(Span::ZERO)
}

fn of_servers(wanted: Span, at_most: Span) -> Span {
    wanted.min(OF_SERVERS_AT_LEAST_EVERY).max(at_most)
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
            Pace::Metrics => METRICS_AT_MOST_EVERY,
            Pace::Slow => self.slow,
            Pace::InTurn => self.slow.saturating_mul(2),
            Pace::Rare => self.slow.max(RARELY),
            Pace::Promised(every) => every,
            Pace::Once => return Span::MAX,
        };
        wanted.max(self.refresh).max(scaled(SHORTEST_WAIT, speed))
    }

    /// For how long something has to last that may only seem so because a refresh is late.
    pub fn settles(&self, speed: f64) -> Span {
        self.interval(Pace::Refresh, speed).saturating_mul(2).max(SETTLES)
    }

    /// The interval at which what failed is tried again.
    pub fn retry(&self, pace: Pace, speed: f64) -> Span {
        self.interval(pace.pulse(), speed)
    }
}

/// An interval of a clock that runs at `speed` in our own time. A clock that runs slower than ours makes us wait no longer.
pub fn wait(interval: Span, speed: f64) -> Duration {
    if speed <= 0.0 {
        return WAIT_WHILE_FROZEN;
    }
    let seconds = interval.as_secs_f64() / speed.max(1.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).max(SHORTEST_WAIT)
}

/// How long a value asked for at `interval` counts as fresh in the time of a clock that runs at `speed`: until the second refresh after it is
/// overdue, which may take `round`, our own time.
pub fn good_for(interval: Span, speed: f64, round: Duration) -> Span {
    interval.saturating_mul(2).saturating_add(scaled(round, speed.max(1.0)))
}

/// Our own time in the time of a clock that runs at `speed`.
pub(super) fn scaled(length: Duration, speed: f64) -> Span {
    Span::try_from_secs_f64(length.as_secs_f64() * speed).unwrap_or(Span::MAX)
}
