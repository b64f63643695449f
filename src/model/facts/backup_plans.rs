//! AWS Backup: what should happen when.

use serde::{Deserialize, Serialize};

use crate::model::schedule::Schedule;
use crate::model::{Moment, Span, Text};

/// The schedule AWS takes for a rule that names none.
const USUAL_SCHEDULE: &str = "cron(0 5 ? * * *)";
/// The start window AWS takes for a rule that names none.
const USUAL_START_WINDOW: Span = Span::from_hours(8);
/// The completion window AWS takes for a rule that names none.
const USUAL_COMPLETION_WINDOW: Span = Span::from_hours(7 * 24);
/// A job may be stamped a little before the time it was due at.
const EARLY: Span = Span::from_mins(1);

/// A backup plan as listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Its id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// When it was made.
    pub created: Option<Moment>,
    /// When it last made a backup.
    pub last_execution: Option<Moment>,
}

/// A backup plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub name: Text,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// A rule of a backup plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name.
    pub name: Text,
    /// The vault it writes to, by name.
    pub vault: Text,
    /// `cron(…)` or `rate(…)`; AWS takes 05:00 UTC each day if there is none.
    pub schedule: Option<Text>,
    /// The time zone of the schedule, `Etc/UTC` if there is none.
    pub time_zone: Option<Text>,
    /// A job that did not begin so long after its time is cancelled; 8 hours if there is none.
    pub start_window: Option<Span>,
    /// A job that did not end so long after it began is cancelled; 7 days if there is none.
    pub completion_window: Option<Span>,
    /// How long a recovery point is kept; for ever if there is none.
    pub kept: Option<Span>,
    /// Point-in-time recovery is on.
    pub continuous: bool,
    /// Where it copies to.
    pub copies: Vec<CopyAction>,
}

impl Rule {
    /// Its schedule as AWS follows it.
    pub fn expression(&self) -> &str {
        self.schedule.as_ref().map_or(USUAL_SCHEDULE, Text::as_str)
    }

    /// When it is to happen.
    ///
    /// # Errors
    /// Why that cannot be followed, as a part of a sentence.
    pub fn times(&self) -> Result<Schedule, Text> {
        Schedule::parse(self.expression(), self.time_zone.as_ref().map(Text::as_str))
    }

    /// How long after its time a job may begin.
    pub fn starts_within(&self) -> Span {
        self.start_window.unwrap_or(USUAL_START_WINDOW)
    }

    /// How long a job is waited for once it may have begun: the window for it is days, so where it is known how long its like `usually` take,
    /// twice that.
    pub fn takes(&self, usually: Option<Span>) -> Span {
        let window = self.completion_window.unwrap_or(USUAL_COMPLETION_WINDOW);
        usually.map_or(window, |usual| usual.saturating_add(usual).max(Span::from_hours(1)).min(window))
    }
}

/// How long something usually takes that took so long before: the median.
pub fn usual(mut took: Vec<Span>) -> Option<Span> {
    took.sort_unstable();
    took.get(took.len() / 2).copied().map(|span| span.max(Span::ZERO))
}

/// Whether what was made at `made` is of the time `due`.
pub fn is_since(made: Moment, due: Moment) -> bool {
    made.saturating_add(EARLY).is_ok_and(|made| made >= due)
}

/// A copy that a rule makes of each recovery point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyAction {
    /// The vault it copies to, by ARN.
    pub vault: Text,
    /// How long the copy is kept; for ever if there is none.
    pub kept: Option<Span>,
}

/// What a plan backs up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Its name.
    pub name: Text,
    /// ARNs, with `*` for anything.
    pub resources: Vec<Text>,
    /// ARNs left out.
    pub not_resources: Vec<Text>,
    /// Tag and value; a resource with any of them is taken in.
    pub tags: Vec<(Text, Text)>,
    /// Conditions that all have to hold are there, which need the resources' tags to be judged.
    pub has_conditions: bool,
}

/// A restore testing plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestoreTestingPlan {
    /// Its ARN: restore jobs name it as their creator.
    pub arn: Text,
    /// Its name.
    pub name: Text,
    /// `cron(…)`.
    pub schedule: Text,
    /// The time zone of the schedule.
    pub time_zone: Option<Text>,
    /// When it last ran.
    pub last_execution: Option<Moment>,
    /// Restores begin within so long after their time.
    pub start_window: Span,
}

/// What a restore testing plan tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestoreTestingSelection {
    /// Its name.
    pub name: Text,
    /// `Aurora`, `EBS`, `S3`…
    pub resource_type: Text,
    /// What was restored is kept for validation so long.
    pub validation_window: Span,
}
