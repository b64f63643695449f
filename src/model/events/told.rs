//! What AWS itself tells, with its own times.

use super::{Event, EventKind, Names, Severity, Subject, databases, jobs};
use crate::model::facts::arc::SwitchExecution;
use crate::model::facts::cloudwatch::{Alarm, AlarmState, Series};
use crate::model::facts::drs_plans::Execution;
use crate::model::facts::{Answer, Known};
use crate::model::query::Metric;
use crate::model::{Moment, Query, Snapshot, Span, Text};

/// Two points further apart than this may hide a change between them.
const GAP: Span = Span::from_mins(5);

/// Whether the answer to `query` tells of Events, by itself ([`told`]) or together with the one before ([`super::answered`]).
pub fn tells(query: &Query) -> bool {
    matches!(
        query,
        Query::DbEvents(_)
            | Query::DrsJobs(_)
            | Query::BackupJobs(_)
            | Query::CopyJobs(_)
            | Query::RestoreJobs(_)
            | Query::Alarms(_)
            | Query::SwitchExecutions(..)
            | Query::RecoveryPlanExecutions(..)
            | Query::Records(..)
            | Query::DnsAnswer(..)
            | Query::Probe(..)
            | Query::RoutingControls(_)
    ) || is_health_check(query)
}

fn is_health_check(query: &Query) -> bool {
    matches!(query, Query::Series(_, metric) if metric.namespace == "AWS/Route53" && metric.name == "HealthCheckStatus")
}

/// How long what went well is told: the same happens every day.
const ROUTINE: Span = Span::from_hours(24);

/// How long anything is told: an alarm that went off a year ago is no news.
const NEWS: Span = Span::from_hours(7 * 24);

/// What is needed to tell of an answer.
pub(super) struct Telling<'a> {
    /// Who the names belong to.
    pub(super) names: &'a Names,
    /// All that is known, for names that other answers explain.
    pub(super) snapshot: &'a Snapshot,
    /// What was asked.
    pub(super) query: &'a Query,
    /// When it was read.
    pub(super) read_at: Moment,
}

impl Telling<'_> {
    /// Whether something that happened at `at` is still worth to be told.
    pub(super) fn is_news(&self, severity: Severity, at: Moment) -> bool {
        let age = self.read_at.duration_since(at);
        age <= if severity <= Severity::Info { ROUTINE } else { NEWS }
    }

    /// An Event at `at` of the thing called `what`.
    pub(super) fn event(&self, kind: EventKind, severity: Severity, at: Moment, what: &str, thing: String) -> Event {
        Event { subject: self.names.subject(self.query, what), ..self.of(kind, severity, at, thing) }
    }

    /// An Event at `at` of the service.
    pub(super) fn of(&self, kind: EventKind, severity: Severity, at: Moment, thing: String) -> Event {
        Event {
            at,
            seen_at: self.read_at,
            kind,
            severity,
            subject: Subject::Service(self.query.operation().0, self.query.region().clone()),
            text: Text::default(),
            thing,
            query: Some(self.query.clone()),
        }
    }
}

/// What the answer to `query` in `snapshot` tells to have happened. Nothing if it was never answered.
#[allow(clippy::wildcard_enum_match_arm, reason = "the other answers tell how things are, and not what happened")]
pub fn told(names: &Names, query: &Query, snapshot: &Snapshot) -> Vec<Event> {
    let Some(reading) = snapshot.readings.get(query) else { return Vec::new() };
    let (Some(answer), Some(read_at)) = (&reading.value, reading.read_at) else { return Vec::new() };
    let telling = Telling { names, snapshot, query, read_at };
    let mut events: Vec<Event> = match (&**answer, query) {
        (Answer::DbEvents(events), _) => databases::told(&telling, events),
        (Answer::DrsJobs(list), _) => jobs::recoveries(&telling, list),
        (Answer::BackupJobs(list), _) => list.iter().filter_map(|job| jobs::backup(&telling, job)).collect(),
        (Answer::CopyJobs(list), _) => list.iter().filter_map(|job| jobs::copy(&telling, job)).collect(),
        (Answer::RestoreJobs(list), _) => list.iter().flat_map(|job| jobs::restore(&telling, job)).collect(),
        (Answer::Alarms(list), _) => list.iter().filter_map(|alarm| of_alarm(&telling, alarm)).collect(),
        (Answer::SwitchExecutions(list), _) => list.iter().flat_map(|run| of_switch(&telling, run)).collect(),
        (Answer::RecoveryPlanExecutions(list), _) => list.iter().filter_map(|run| of_plan(&telling, run)).collect(),
        (Answer::Series(series), Query::Series(_, metric)) if is_health_check(query) => {
            of_checks(&telling, metric, series)
        }
        _ => Vec::new(),
    };
    events.retain(|event| telling.is_news(event.severity, event.at));
    events
}

/// An alarm that is as it should be says nothing unless it was otherwise: then it is told to be well since then.
fn of_alarm(telling: &Telling<'_>, alarm: &Alarm) -> Option<Event> {
    let at = alarm.since?;
    let (severity, state) = match &alarm.state {
        Known::Is(AlarmState::Ok) => (Severity::Good, "is OK"),
        Known::Is(AlarmState::Alarm) => (Severity::Bad, "is in ALARM"),
        Known::Is(AlarmState::InsufficientData) => (Severity::Warning, "has too few data"),
        Known::Other(state) => (Severity::Warning, state.as_str()),
    };
    let why = alarm.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let event = telling.event(EventKind::Alarm, severity, at, alarm.name.as_str(), format!("alarm/{}", alarm.arn));
    Some(Event { text: Text::new(format!("Alarm {} {state}{why}", alarm.name)), ..event })
}

/// The changes in the points of `HealthCheckStatus`, newest first as CloudWatch tells them. A change is where both sides were seen.
fn of_checks(telling: &Telling<'_>, metric: &Metric, series: &Series) -> Vec<Event> {
    let Some((_, id)) = metric.dimensions.iter().find(|(name, _)| name == "HealthCheckId") else { return Vec::new() };
    let pairs = series.points.windows(2).filter_map(|pair| match pair {
        [newer, older] => Some((*newer, *older)),
        _ => None,
    });
    let changed = pairs.filter(|((newer, value), (older, before))| {
        (*value >= 1.0) != (*before >= 1.0) && newer.duration_since(*older) <= GAP
    });
    let event = |((at, value), _): ((Moment, f64), (Moment, f64))| {
        let (severity, text) = if value >= 1.0 {
            (Severity::Good, "The health check passes again")
        } else {
            (Severity::Bad, "The health check fails")
        };
        let event = telling.event(EventKind::HealthCheck, severity, at, id, format!("check/{id}"));
        let text = match event.subject {
            Subject::Component { .. } => text.to_owned(),
            Subject::System(_) | Subject::Systems(_) | Subject::Service(..) | Subject::Drdeck => {
                format!("{text}: {id}")
            }
        };
        Event { text: Text::new(text), ..event }
    };
    changed.map(event).collect()
}

/// Start and end of an execution of a Region switch plan.
fn of_switch(telling: &Telling<'_>, run: &SwitchExecution) -> Vec<Event> {
    let thing = |what: &str| format!("switch/{}/{what}", run.id);
    let words = format!("Region switch: {} of {}, {}", run.action, run.region, run.mode);
    let started = run.started.map(|at| Event {
        text: Text::new(format!("{words}, started")),
        ..telling.of(EventKind::Switch, Severity::Info, at, thing("start"))
    });
    let ended = run.ended.map(|at| {
        let severity = match run.state.as_str() {
            "completed" => Severity::Good,
            "completedWithExceptions" | "completedMonitoringApplicationHealth" => Severity::Warning,
            _ => Severity::Bad,
        };
        let took = run.actual_recovery_time.as_ref().map(|took| format!(", recovery took {took}")).unwrap_or_default();
        Event {
            text: Text::new(format!("{words}: {}{took}", run.state)),
            ..telling.of(EventKind::Switch, severity, at, thing("end"))
        }
    });
    started.into_iter().chain(ended).collect()
}

/// An execution of a DRS recovery plan; AWS does not tell when it ended.
fn of_plan(telling: &Telling<'_>, run: &Execution) -> Option<Event> {
    let severity = match run.status.as_str() {
        "COMPLETED" => Severity::Good,
        "FAILED" => Severity::Bad,
        "CANCELLED" | "CANCELLING" => Severity::Warning,
        _ => Severity::Info,
    };
    let why = run.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    let event = telling.of(EventKind::Switch, severity, run.started?, format!("recovery-plan/{}", run.arn));
    Some(Event { text: Text::new(format!("Recovery plan, {}: {}{why}", run.mode, run.status)), ..event })
}
