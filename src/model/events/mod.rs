//! Events: what changed and when, in one clock over all services. Some are found by comparing two judgements, some are told by AWS with
//! their times, some by comparing two answers.

mod changes;
mod databases;
mod fold;
mod jobs;
mod looks;
mod names;
mod standing;
mod together;
mod told;

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

pub use changes::{at_first, changes, unwatched};
pub use fold::{Entry, fold};
pub use looks::answered;
pub use names::Names;
pub use standing::Standings;
pub use told::{tells, told};

use super::{Moment, Query, Region, Service, Text, Verdict};

/// So many Events are kept and shown at most.
pub const MOST: usize = 5_000;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened, as well as that is known: AWS's own time for what AWS tells, the moment of the judgement for what a judgement shows.
    pub at: Moment,
    /// When drdeck saw it first.
    pub seen_at: Moment,
    /// What it is.
    pub kind: EventKind,
    /// How bad it is.
    pub severity: Severity,
    /// What it befell.
    pub subject: Subject,
    /// What happened, in one sentence.
    pub text: Text,
    /// What it is an event of, always the same for the same thing: `users/storefront`, `alarm/arn:…`. Together with `at` and `severity` it
    /// tells Events apart.
    pub thing: String,
    /// The reading that told it; `None` for what a judgement on all of them shows.
    pub query: Option<Query>,
}

/// What tells one Event from all others, however often it is told.
pub type EventId = (String, Moment, Severity);

impl Event {
    /// What tells it from all others.
    pub fn id(&self) -> EventId {
        (self.thing.clone(), self.at, self.severity)
    }

    /// Where it was read, as shown beside it: `rds:DescribeEvents us-east-1`, or `drdeck` for what a judgement shows.
    pub fn source(&self) -> String {
        self.query.as_ref().map_or_else(|| "drdeck".to_owned(), Query::source)
    }

    /// Newest first; of the same moment the worse one first.
    pub fn newest_first(a: &Self, b: &Self) -> Ordering {
        (b.at, b.severity, &a.thing).cmp(&(a.at, a.severity, &b.thing))
    }
}

/// How bad an Event is; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Something is well again.
    Good,
    /// It happened, and nothing is wrong with that.
    Info,
    /// It may become bad, or something cannot be told any more.
    Warning,
    /// It is bad.
    Bad,
}

impl Severity {
    /// The word on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// How bad it is to be judged that way.
    pub const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Met => Self::Good,
            Verdict::AtRisk | Verdict::Unknown => Self::Warning,
            Verdict::Breached | Verdict::Split => Self::Bad,
        }
    }
}

/// What an Event befell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// A System, by its name.
    System(String),
    /// Several Systems at once, in the order of their names: a line of the story, and never one Event alone.
    Systems(Vec<String>),
    /// A Component.
    Component {
        /// The System it belongs to; the first one in the config, if several do.
        system: String,
        /// The Component.
        component: String,
    },
    /// A service in a Region, for what no System names.
    Service(Service, Region),
    /// drdeck itself: its credentials.
    Drdeck,
}

impl Subject {
    /// The System it belongs to.
    pub fn system(&self) -> Option<&str> {
        match self {
            Self::System(system) | Self::Component { system, .. } => Some(system),
            Self::Systems(_) | Self::Service(..) | Self::Drdeck => None,
        }
    }

    /// The Systems it belongs to.
    pub fn systems(&self) -> &[String] {
        match self {
            Self::System(system) | Self::Component { system, .. } => std::slice::from_ref(system),
            Self::Systems(systems) => systems,
            Self::Service(..) | Self::Drdeck => &[],
        }
    }

    /// As shown: `storefront`, `6 systems`, `storefront/shop-db`, `rds us-east-1`, `drdeck`.
    pub fn words(&self) -> String {
        match self {
            Self::System(system) => system.clone(),
            Self::Systems(systems) => match systems.as_slice() {
                [one] => one.clone(),
                several => format!("{} systems", several.len()),
            },
            Self::Component { system, component } => format!("{system}/{component}"),
            Self::Service(service, region) => format!("{service} {region}"),
            Self::Drdeck => "drdeck".to_owned(),
        }
    }
}

/// What an Event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// The Verdict on a System changed.
    Verdict,
    /// Users are not served, or are served again.
    Users,
    /// A System serves from other sites.
    Active,
    /// An RPO crossed its objective while the Verdict stayed.
    Objective,
    /// drdeck says that a failover is to be considered, or need not be any more.
    Failover,
    /// A service cannot be read any more, or can be again.
    Source,
    /// The credentials are about to end, or have ended.
    Credentials,
    /// Something RDS did or that happened to it.
    Database,
    /// A DRS job: a recovery, a drill, a failback.
    Recovery,
    /// A backup job.
    Backup,
    /// A copy job.
    Copy,
    /// A restore job that nobody started as a test.
    Restore,
    /// A restore test.
    RestoreTest,
    /// A CloudWatch alarm changed its state.
    Alarm,
    /// A health check fails, or passes again.
    HealthCheck,
    /// DNS answers otherwise than before.
    Dns,
    /// A System's own page answers otherwise than before.
    Probe,
    /// An ARC routing control, or an execution of an ARC Region switch plan or a DRS recovery plan.
    Switch,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Verdict,
        Self::Users,
        Self::Active,
        Self::Objective,
        Self::Failover,
        Self::Source,
        Self::Credentials,
        Self::Database,
        Self::Recovery,
        Self::Backup,
        Self::Copy,
        Self::Restore,
        Self::RestoreTest,
        Self::Alarm,
        Self::HealthCheck,
        Self::Dns,
        Self::Probe,
        Self::Switch,
    ];

    /// The word on the screen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Users => "users",
            Self::Active => "active",
            Self::Objective => "rpo",
            Self::Failover => "failover",
            Self::Source => "source",
            Self::Credentials => "login",
            Self::Database => "database",
            Self::Recovery => "recovery",
            Self::Backup => "backup",
            Self::Copy => "copy",
            Self::Restore => "restore",
            Self::RestoreTest => "test",
            Self::Alarm => "alarm",
            Self::HealthCheck => "check",
            Self::Dns => "dns",
            Self::Probe => "probe",
            Self::Switch => "switch",
        }
    }

    /// Whether it has to be kept by drdeck, because nobody tells it a second time.
    pub const fn keeping(self) -> Keeping {
        match self {
            Self::Verdict
            | Self::Users
            | Self::Active
            | Self::Objective
            | Self::Failover
            | Self::Source
            | Self::Credentials
            | Self::Alarm
            | Self::HealthCheck
            | Self::Dns
            | Self::Probe
            | Self::Switch => Keeping::Kept,
            Self::Database | Self::Recovery | Self::Backup | Self::Copy | Self::Restore | Self::RestoreTest => {
                Keeping::ToldAgain
            }
        }
    }
}

/// Who remembers an Event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// drdeck: AWS tells how things are, and not how they were.
    Kept,
    /// AWS, which tells it again with its time for as long as it matters.
    ToldAgain,
}

/// All that is known to have happened, newest first, repetitions folded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    /// The entries, newest first.
    pub entries: Vec<Entry>,
}
