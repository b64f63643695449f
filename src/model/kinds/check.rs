//! What Route 53 makes of a health check: its settings, what it reports and since when.

use super::{Health, lag};
use crate::model::facts::arc::RoutingControl;
use crate::model::facts::cloudwatch::Series;
use crate::model::facts::route53::{self, Observation};
use crate::model::index::{Index, Sight};
use crate::model::query::Window;
use crate::model::{Moment, Place, Query, RunStart, Snapshot, Span, Verdict};

/// How old the newest point of `HealthCheckStatus` may be; one comes each minute.
const POINT_GOOD_FOR: Span = Span::from_mins(5);

/// How Route 53 counts what a health check guards when it chooses an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// It may be answered.
    Healthy,
    /// It is answered only where all are unhealthy.
    Unhealthy,
    /// It cannot be told.
    Untold,
}

/// A health check as configured and as seen.
#[derive(Debug)]
pub(super) struct Check<'a> {
    id: &'a str,
    place: &'a Place,
    /// How it is set.
    pub(super) config: Sight<'a, route53::HealthCheck>,
    /// `HealthCheckStatus`.
    pub(super) series: Sight<'a, Series>,
    /// What its checkers saw, where they were asked.
    pub(super) checkers: Sight<'a, Vec<Observation>>,
    /// The routing control it follows, if it follows one and an ARC cluster is asked.
    pub(super) switch: Option<Sight<'a, RoutingControl>>,
    now: Moment,
}

/// Where the settings are read.
pub(super) fn config_query(place: &Place) -> Query {
    Query::HealthChecks(place.clone())
}

/// What CloudWatch publishes of the check.
pub(super) fn series_query(place: &Place, id: &str) -> Query {
    let dimensions = [("HealthCheckId", id)];
    lag::series_query(place, "AWS/Route53", "HealthCheckStatus", &dimensions, "Minimum", Window::Long)
}

/// What the checkers themselves say.
pub(super) fn checkers_query(place: &Place, id: &str) -> Query {
    Query::HealthCheckStatus(place.clone(), id.to_owned())
}

/// What `HealthCheckStatus` says: 1 is healthy, 0 is not. `None` if its newest point is too old.
pub(super) fn from_series(series: &Series, now: Moment) -> Option<Health> {
    let (newest, value) = series.newest()?;
    if now.duration_since(newest) > POINT_GOOD_FOR || value.is_nan() {
        return None;
    }
    if value >= 1.0 {
        return Some(Health::Passing);
    }
    let failing = series.points.iter().take_while(|(_, value)| *value < 1.0);
    let since = failing.clone().last().map_or(newest, |(at, _)| *at);
    // Where points are missing the run may have begun among them.
    let start = match series.points.get(failing.count()) {
        Some((before, _)) if since.duration_since(*before) <= POINT_GOOD_FOR => RunStart::Seen,
        Some(_) | None => RunStart::Earlier,
    };
    Some(Health::Failing { since, start })
}

/// Route 53 takes an endpoint as healthy when more than 18 of 100 checkers reach it ("How Amazon Route 53 determines whether a health check is
/// healthy", its Developer Guide): some networks are always in trouble somewhere.
const ENOUGH_IN_A_HUNDRED: usize = 18;

/// What the checkers say who looked not long before they were asked, counted as Route 53 counts. Their words are free text; only `Success` and
/// `Failure` are told apart.
fn from_checkers(observations: &[Observation], asked: Moment) -> Health {
    let is_late = |seen: &Observation| seen.checked.is_some_and(|at| asked.duration_since(at) <= POINT_GOOD_FOR);
    let late: Vec<&Observation> = observations.iter().filter(|seen| is_late(seen)).collect();
    let says = |word: &'static str| late.iter().filter(move |seen| seen.status.as_str().starts_with(word));
    let (passing, failing) = (says("Success").count(), says("Failure").count());
    let first = says("Failure").filter_map(|seen| seen.checked).min();
    match (passing * 100 <= ENOUGH_IN_A_HUNDRED * (passing + failing), first) {
        (true, Some(since)) => Health::Failing { since, start: RunStart::Earlier },
        (false, _) if passing > 0 => Health::Passing,
        (true, None) | (false, _) => Health::Unknown,
    }
}

/// Whether it has checkers of its own that could be asked; one made of other things has none.
pub(super) fn has_checkers(config: Option<&route53::HealthCheck>) -> bool {
    config.is_none_or(|found| !matches!(found.kind.as_str(), "CALCULATED" | "CLOUDWATCH_METRIC" | "RECOVERY_CONTROL"))
}

/// The routing controls, if an ARC cluster is asked for them.
fn controls_query(index: &Index<'_>) -> Option<Query> {
    let query = Query::RoutingControls(Place::home(Place::EVERYWHERE));
    index.snapshot().readings.contains_key(&query).then_some(query)
}

/// What has to be known besides its settings and its series, given what is known.
pub(super) fn follow_ups(index: &Index<'_>, place: &Place, id: &str) -> Vec<Query> {
    let query = series_query(place, id);
    let series = lag::series(index, &query);
    let asked = index.snapshot().readings.contains_key(&query);
    let told = series.is_fresh() && series.value.is_some_and(|series| from_series(series, index.now()).is_some());
    let config = index.health_check(&config_query(place), id).value;
    let checkers = (asked && !told && has_checkers(config)).then(|| checkers_query(place, id));
    let follows = config.is_some_and(|found| found.routing_control.is_some());
    checkers.into_iter().chain(controls_query(index).filter(|_| follows)).collect()
}

/// What is said of the check by name: "The health check of www.shop.example".
pub(super) fn name(config: Option<&route53::HealthCheck>, id: &str) -> String {
    match config.and_then(|found| found.target.as_ref()) {
        Some(target) => format!("The health check of {target}"),
        None => format!("The health check {id}"),
    }
}

impl<'a> Check<'a> {
    /// What is known of the check.
    pub(super) fn observe(index: &Index<'a>, place: &'a Place, id: &'a str) -> Self {
        let config = index.health_check(&config_query(place), id);
        let followed = config.value.and_then(|found| found.routing_control.as_ref());
        let switch =
            followed.zip(controls_query(index)).map(|(arn, query)| index.routing_control(&query, arn.as_str()));
        Self {
            id,
            place,
            config,
            switch,
            series: lag::series(index, &series_query(place, id)),
            checkers: index.one(&checkers_query(place, id), Snapshot::health_check_status),
            now: index.now(),
        }
    }

    /// Its id.
    pub(super) const fn id(&self) -> &'a str {
        self.id
    }

    /// What is said of it by name.
    pub(super) fn name(&self) -> String {
        name(self.config.value, self.id)
    }

    /// What it reports by the newest source that tells, and which that was; `None` and CloudWatch if none does.
    pub(super) fn reports(&self) -> (Option<Health>, Query) {
        let by_series = self.series.value.and_then(|series| from_series(series, self.now));
        if self.series.is_fresh() && by_series.is_some() {
            return (by_series, series_query(self.place, self.id));
        }
        match (self.checkers.value, self.checkers.read_at) {
            (Some(seen), Some(asked)) if self.checkers.is_fresh() => {
                (Some(from_checkers(seen, asked)), checkers_query(self.place, self.id))
            }
            _ => (None, series_query(self.place, self.id)),
        }
    }

    /// How Route 53 counts it now.
    pub(super) fn counts(&self) -> Counts {
        match self.config.value.map(|found| (found.disabled, found.inverted)) {
            Some((true, false)) => return Counts::Healthy,
            Some((true, true)) => return Counts::Unhealthy,
            Some((false, _)) | None => {}
        }
        let switch = self.switch.as_ref().filter(|switch| switch.is_fresh()).and_then(|switch| switch.value);
        match (self.reports().0, switch.map(|control| control.state.as_str())) {
            (Some(Health::Passing), _) => Counts::Healthy,
            (Some(Health::Failing { .. }), _) => Counts::Unhealthy,
            (Some(Health::Unknown) | None, Some("On")) => Counts::Healthy,
            (Some(Health::Unknown) | None, Some("Off")) => Counts::Unhealthy,
            (Some(Health::Unknown) | None, _) => Counts::Untold,
        }
    }

    /// The moment at which its newest point says nothing any more.
    pub(super) fn grows_old(&self) -> Option<Moment> {
        let (at, _) = self.series.value.and_then(Series::newest)?;
        at.checked_add(POINT_GOOD_FOR).ok()
    }

    /// Whether its state follows from what it sees: neither disabled nor inverted, as far as is known.
    pub(super) fn is_honest(&self) -> bool {
        self.config.value.is_none_or(|found| !found.disabled && !found.inverted)
    }

    /// What its switches make of it, in words that follow its name (trap 1).
    pub(super) fn setting(&self) -> Option<&'static str> {
        let found = self.config.value?;
        match (found.disabled, found.inverted) {
            (false, false) => None,
            (true, false) => Some("is disabled: Route 53 takes it as healthy, whatever happens"),
            (true, true) => Some("is disabled and inverted: Route 53 takes it as unhealthy, whatever happens"),
            (false, true) => Some(
                "is inverted: it reports the opposite of what it sees, so that it passes as soon as its endpoint really fails",
            ),
        }
    }

    /// What may come of its settings on the day they are needed (trap 5).
    pub(super) fn warning(&self) -> Option<(Verdict, String)> {
        let found = self.config.value.filter(|found| found.kind.as_str() == "CLOUDWATCH_METRIC")?;
        let name = self.name();
        let dead = "and the alarms of a dead Region have none";
        match found.insufficient_data.as_ref().map(|missing| missing.as_str()) {
            Some("Unhealthy") => None,
            // What AWS assumes unless told otherwise.
            Some("Healthy") | None => {
                Some((Verdict::AtRisk, format!("{name} follows an alarm and passes while that has no data, {dead}")))
            }
            Some("LastKnownStatus") => Some((
                Verdict::AtRisk,
                format!("{name} follows an alarm and stays as it was while that has no data, {dead}"),
            )),
            Some(other) => {
                Some((Verdict::Unknown, format!("{name} follows an alarm; while that has no data it is \"{other}\"")))
            }
        }
    }

    /// How long it takes to notice a failure, where it looks by itself (trap 6).
    pub(super) fn notices_within(&self) -> Option<Span> {
        let found = self.config.value?;
        let seconds = found.interval_seconds?.checked_mul(found.failure_threshold?)?;
        Some(Span::from_secs(seconds.into()))
    }
}
