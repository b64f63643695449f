//! What recovery means, as pure functions: readings in, verdicts out. No I/O, no clock of its own; the time is an argument.

pub mod assess;
pub mod assessment;
pub mod estate;
pub mod events;
pub mod facts;
pub mod index;
pub mod kinds;
pub mod lag_history;
pub mod place;
pub mod plans;
pub mod proof;
pub mod query;
pub mod reading;
pub mod readings;
pub mod schedule;
pub mod selection;
pub mod snapshot;
pub mod text;
pub mod verdict;
pub mod words;

/// A point in time, UTC. All of drdeck's times are AWS's times (or the simulator's), never a local time zone.
pub type Moment = jiff::Timestamp;

/// A length of time; may be negative while two clocks disagree.
pub type Span = jiff::SignedDuration;

pub use assess::{Judgements, assess, down_since};
pub use assessment::{
    Assessment, ComponentAssessment, Loss, RpoJudgement, RtoJudgement, RunStart, Silent, SystemAssessment, Told, Up,
};
pub use estate::{Component, Criticality, Disruption, Estate, Objective, PerDisruption, Probe, Site, Strategy, System};
pub use events::{Event, EventKind, Events};
pub use lag_history::LagHistory;
pub use place::{Place, Region, Service};
pub use proof::{Estimate, Estimated, Measured, Proof, Proven, Recoveries, StepSum};
pub use query::Query;
pub use reading::{Failure, FailureKind, Freshness, Reading};
pub use readings::Readings;
pub use snapshot::{Snapshot, SourceState, SourceStatus};
pub use text::Text;
pub use verdict::Verdict;
