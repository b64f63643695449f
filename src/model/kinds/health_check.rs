//! `health-check`: a Route 53 health check that watches one site.

use super::{ComponentKind, Evidence, Health, Trust, lag};
use crate::model::facts::cloudwatch::Series;
use crate::model::facts::route53::{self, Observation};
use crate::model::index::{Index, Sight};
use crate::model::query::Window;
use crate::model::words::clock;
use crate::model::{Moment, Place, Query, RunStart, Site, Snapshot, Span, Text, Verdict};

/// A Route 53 health check.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthCheck {
    /// Its id.
    pub id: String,
    /// The site whose users' path it checks.
    pub watches: Site,
    /// Always `us-east-1`, where Route 53's control plane and metrics are; with the role to ask with.
    pub place: Place,
}

/// How old the newest point of `HealthCheckStatus` may be; one comes each minute.
const POINT_GOOD_FOR: Span = Span::from_mins(5);

/// What `HealthCheckStatus` says: 1 is healthy, 0 is not. `None` if its newest point is too old.
fn from_series(series: &Series, now: Moment) -> Option<Health> {
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

/// What most of the checkers say who looked not long before they were asked. Their words are free text; only `Success` and `Failure` are
/// told apart.
fn from_checkers(observations: &[Observation], asked: Moment) -> Health {
    let is_late = |seen: &Observation| seen.checked.is_some_and(|at| asked.duration_since(at) <= POINT_GOOD_FOR);
    let late: Vec<&Observation> = observations.iter().filter(|seen| is_late(seen)).collect();
    let says = |word: &'static str| late.iter().filter(move |seen| seen.status.as_str().starts_with(word));
    let (passing, failing) = (says("Success").count(), says("Failure").count());
    let first = says("Failure").filter_map(|seen| seen.checked).min();
    match (failing > passing, first) {
        (true, Some(since)) => Health::Failing { since, start: RunStart::Earlier },
        (false, _) if passing > 0 => Health::Passing,
        (true, None) | (false, _) => Health::Unknown,
    }
}

impl HealthCheck {
    fn config_query(&self) -> Query {
        Query::HealthChecks(self.place.clone())
    }

    fn series_query(&self) -> Query {
        let dimensions = [("HealthCheckId", self.id.as_str())];
        lag::series_query(&self.place, "AWS/Route53", "HealthCheckStatus", &dimensions, "Minimum", Window::Long)
    }

    fn checkers_query(&self) -> Query {
        Query::HealthCheckStatus(self.place.clone(), self.id.clone())
    }

    /// What the newest sources say, and which of them said it.
    fn observed<'a>(&self, index: &Index<'a>, series: &Sight<'a, Series>) -> (Option<Health>, Query) {
        let by_series = series.value.and_then(|series| from_series(series, index.now()));
        if series.is_fresh() && by_series.is_some() {
            return (by_series, self.series_query());
        }
        let checkers = index.one(&self.checkers_query(), Snapshot::health_check_status);
        match (checkers.value, checkers.read_at) {
            (Some(seen), Some(asked)) if checkers.is_fresh() => {
                (Some(from_checkers(seen, asked)), self.checkers_query())
            }
            _ => (None, self.series_query()),
        }
    }

    fn judge_config(&self, evidence: &mut Evidence, found: &route53::HealthCheck, name: &str) -> bool {
        evidence.note("type", found.kind.as_str());
        if let Some(target) = &found.target {
            evidence.note("target", target.as_str());
        }
        if let Some(missing) = &found.insufficient_data {
            evidence.note("while data are missing", missing.as_str());
        }
        let sentence = match (found.disabled, found.inverted) {
            (false, false) => return true,
            (true, false) => "is disabled: Route 53 takes it as healthy, whatever happens",
            (true, true) => "is disabled and inverted: Route 53 takes it as unhealthy, whatever happens",
            (false, true) => "is inverted: it reports the opposite of what it sees",
        };
        evidence.note("setting", sentence);
        evidence.finding(Verdict::Unknown, format!("{name} {sentence}"));
        false
    }
}

impl ComponentKind for HealthCheck {
    fn needs(&self) -> Vec<Query> {
        vec![self.config_query(), self.series_query()]
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let series = lag::series(index, &self.series_query());
        let asked = index.snapshot().readings.contains_key(&self.series_query());
        let told = series.is_fresh() && series.value.is_some_and(|series| from_series(series, index.now()).is_some());
        if asked && !told { vec![self.checkers_query()] } else { Vec::new() }
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let now = index.now();
        let query = self.series_query();
        let config = index.health_check(&self.config_query(), &self.id);
        let series = lag::series(index, &query);
        let (health, source) = self.observed(index, &series);
        let mut evidence = Evidence::from(&query);
        evidence.decided_by(&query, &series);
        evidence.rests_on(&config);
        if source == query {
            evidence.rests_on(&series);
        } else {
            let checkers = index.one(&self.checkers_query(), Snapshot::health_check_status);
            evidence.rests_on(&checkers);
            evidence.decided_by(&source, &checkers);
            evidence.note("asked", "the checkers themselves, since CloudWatch does not tell");
        }
        let target = config.value.and_then(|found| found.target.as_ref());
        let name = target
            .map_or_else(|| format!("The health check {}", self.id), |target| format!("The health check of {target}"));
        let honest = match config.value {
            Some(found) => self.judge_config(&mut evidence, found, &name),
            None if config.is_fresh() => {
                evidence.finding(Verdict::Unknown, format!("There is no health check {} in Route 53", self.id));
                false
            }
            // Whether it is disabled cannot be told; then failing is believed and passing is not.
            None => matches!(health, Some(Health::Failing { .. })),
        };
        let health = health.filter(|_| honest).unwrap_or(Health::Unknown);
        match &health {
            Health::Passing => evidence.seen = Text::new(format!("{name} passes for {}", self.watches.as_str())),
            Health::Failing { since, start } => {
                // A start that nobody saw moves with every look; since when users are not served is remembered and said elsewhere.
                let since = match start {
                    RunStart::Seen => format!(" since {}", clock(*since, now)),
                    RunStart::Earlier => String::new(),
                };
                evidence.finding(Verdict::AtRisk, format!("{name} fails for {}{since}", self.watches.as_str()));
            }
            Health::Unknown if honest && evidence.trust == Trust::Fresh => {
                evidence.finding(Verdict::Unknown, format!("{name} reports nothing for {}", self.watches.as_str()));
            }
            Health::Unknown => {}
        }
        if let Some((at, _)) = series.value.and_then(Series::newest) {
            evidence.note("newest point", clock(at, now));
            evidence.changes.extend(at.checked_add(POINT_GOOD_FOR).ok());
        }
        evidence.health = Some((self.watches.clone(), health));
        evidence
    }
}
