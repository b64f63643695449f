//! An Assessment: what the readings mean for each System at a moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::facts::sts::Identity;
use super::kinds::Copies;
use super::{
    Criticality, LagHistory, Moment, PerDisruption, Reading, Region, Service, Site, SourceState, Span, StepSum,
    Strategy, Text, Verdict,
};

/// The judgement on all Systems at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The moment judged.
    pub now: Moment,
    /// The Systems in the order of the config. Those that were not judged anew are shared with the Assessment before.
    pub systems: Vec<Arc<SystemAssessment>>,
    /// Every source of readings.
    pub sources: Vec<SourceState>,
    /// The services that do not answer at all, each in its Region, in the order of service and Region: what the top line calls gone.
    pub silent: Vec<Silent>,
    /// Who reads: the home identity.
    pub identity: Reading<Identity>,
    /// Calls of the last full refresh.
    pub calls: u64,
    /// Estimated cost of refreshing, US dollars per hour.
    pub cost_per_hour_usd: f64,
    /// The next moment after `now` at which this judgement changes although nothing new was read (a value becomes stale, an RPO
    /// crosses its objective or four fifths of it).
    pub next_change: Option<Moment>,
}

/// A service of which nothing is heard any more in a Region: every reading of it fails by silence since then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The service; Route 53 is its control plane, its DNS answers elsewhere.
    pub service: Service,
    /// The Region asked.
    pub region: Region,
    /// The first attempt that brought nothing after the last that did.
    pub since: Moment,
}

/// The judgement on one System.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemAssessment {
    /// Its name.
    pub name: String,
    /// From the config.
    pub criticality: Criticality,
    /// From the config.
    pub strategy: Strategy,
    /// From the config.
    pub primary: Site,
    /// From the config.
    pub recovery: Region,
    /// From the config.
    pub depends_on: Vec<String>,
    /// Where it serves now, as observed. Empty if nothing tells.
    pub active: BTreeSet<Site>,
    /// Whether users are served.
    pub up: Up,
    /// Whether something seen in time says what `active` does, so that it holds however old the rest is.
    pub active_told: Told,
    /// Whether something seen in time says what `up` does.
    pub up_told: Told,
    /// The worst of everything below.
    pub verdict: Verdict,
    /// The verdict explained in one sentence, for somebody who runs the business: where it is served from, what would be lost, what was
    /// promised.
    pub summary: Text,
    /// Since when it is broken enough, and for long enough, that a failover should be considered.
    pub consider_failover: Option<Moment>,
    /// Why, in sentences: first that users are not served and that a failover should be considered, then worst first. Empty only when
    /// Met and served.
    pub reasons: Vec<Text>,
    /// RPO for each Disruption that has an objective or a figure.
    pub rpo: PerDisruption<RpoJudgement>,
    /// RTO for each Disruption.
    pub rto: PerDisruption<RtoJudgement>,
    /// What stands in the way of a failover now, as far as the components tell.
    pub blockers: Vec<Text>,
    /// Some component could not say whether it is in the way.
    pub blockers_unknown: bool,
    /// The Components in the order of the config.
    pub components: Vec<ComponentAssessment>,
}

/// Whether users are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Up {
    /// They are.
    Up,
    /// They are not, since that moment.
    Down {
        /// The first failing reading.
        since: Moment,
        /// Whether the outage began then, or may have begun before.
        start: RunStart,
    },
    /// It cannot be told.
    Unknown,
}

/// How far a statement holds that several readings make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// One of them was made in time.
    Now,
    /// It is as old as the Components it comes from.
    Before,
}

/// Whether the start of a run of failing readings was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunStart {
    /// A passing reading comes before it.
    Seen,
    /// The readings do not reach back far enough.
    Earlier,
}

impl RunStart {
    /// What follows its moment in a sentence: nothing, or ` or earlier`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Seen => "",
            Self::Earlier => " or earlier",
        }
    }
}

/// The RPO of a System for one Disruption.
#[derive(Clone, Debug, PartialEq)]
pub struct RpoJudgement {
    /// What was promised.
    pub objective: Option<Span>,
    /// What would be lost now: now, or the start of the outage, minus the recovery point of the worst component.
    pub now: Option<Span>,
    /// The outage's start, if the figure is frozen by one.
    pub frozen_at: Option<Moment>,
    /// Met against the objective; Unknown where a reading that counts is stale or missing; Met where nothing was promised.
    pub verdict: Verdict,
    /// The component that decides.
    pub worst: Option<String>,
    /// When the reading behind the figure was made.
    pub read_at: Option<Moment>,
    /// Whether that reading is too old, or was never made.
    pub stale: bool,
}

/// The RTO of a System for one Disruption.
#[derive(Clone, Debug, PartialEq)]
pub struct RtoJudgement {
    /// What was promised.
    pub objective: Option<Span>,
    /// What a finished run measured.
    pub proven: Option<Span>,
    /// When.
    pub proven_at: Option<Moment>,
    /// What the steps of its runbook add up to. No promise is kept by that.
    pub estimated: Option<StepSum>,
    /// Never proven is AtRisk, proven to be too slow is Breached; Met where nothing was promised.
    pub verdict: Verdict,
}

/// What would be lost of a Component for one Disruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing: synchronous replication, or nothing was written since.
    None,
    /// What was written since the newest recovery point. `oldest` bounds the window that can be picked from, where there is one.
    Since {
        /// The newest moment it could be brought back to.
        newest: Moment,
        /// The oldest, for Disruptions of data.
        oldest: Option<Moment>,
    },
    /// Everything: there is no recovery point.
    Everything,
    /// It could not be read.
    Unknown,
    /// This Component holds no data that counts for the Disruption.
    NotApplicable,
}

/// The judgement on one Component.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentAssessment {
    /// Its name.
    pub name: String,
    /// Its kind as written in the config: `rds-replica`.
    pub kind: &'static str,
    /// The word on it.
    pub verdict: Verdict,
    /// What would be lost.
    pub loss: PerDisruption<Loss>,
    /// Its recovery points as shown: `Loss::None` is the moment of the reading.
    pub recovery_point: PerDisruption<Option<Moment>>,
    /// `rds:DescribeDBInstances us-west-2`: the reading that decided.
    pub source: String,
    /// When that was read.
    pub read_at: Option<Moment>,
    /// Whether that reading, or any other this judgement needs, is stale or missing.
    pub stale: bool,
    /// Why the verdict, in one sentence; what was seen, if Met.
    pub reason: Text,
    /// The evidence: label and value, for the detail view.
    pub evidence: Vec<(&'static str, Text)>,
    /// Which way it copies, where that was set up and does not follow the writer.
    pub copies: Option<Copies>,
    /// Lag in seconds, oldest first, for the sparkline; empty where the kind has none.
    pub lag_history: LagHistory,
}
