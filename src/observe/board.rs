//! The board on which everything known stands: takes outcomes, says what is wanted, has it judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::round::{self, Outcome};
use super::{Lane, Pace, Settings, Source};
use crate::aws::Unread;
use crate::model::facts::Answer;
use crate::model::kinds::Kind;
use crate::model::{self, Assessment, Estate, Failure, FailureKind, Moment, Query, Reading, Snapshot};

/// What GetMetricData costs for each series asked for, in US dollars (aws-facts, section 2; it differs a little by Region).
const COST_OF_A_SERIES_USD: f64 = 0.01 / 1_000.0;

/// Everything known.
pub(super) struct Board {
    estate: Arc<Estate>,
    always: BTreeSet<Query>,
    settings: Settings,
    snapshot: Snapshot,
    calls: BTreeMap<Query, u64>,
    /// How many health checks' checkers are asked in a round.
    checkers: u32,
    /// Set while the identity we read as belongs to another account than the config is about.
    stranger: Option<Unread>,
}

impl Board {
    /// Nothing is known yet.
    pub(super) fn new(estate: Arc<Estate>, settings: Settings) -> Self {
        let always = estate.queries();
        let snapshot = Snapshot::default();
        Self { estate, always, settings, snapshot, calls: BTreeMap::new(), checkers: 0, stranger: None }
    }

    /// What has to be read, given what is known. Readings that nobody needs any more are forgotten.
    pub(super) fn wanted(&mut self, now: Moment) -> BTreeSet<Query> {
        let mut wanted = self.estate.follow_ups(&self.snapshot, now);
        wanted.extend(self.always.iter().cloned());
        self.snapshot.readings.retain(|query, _| wanted.contains(query));
        self.calls.retain(|query, _| wanted.contains(query));
        self.checkers =
            wanted.iter().map(|query| u32::from(Source::of(query).lane == Lane::Checkers)).fold(0, u32::saturating_add);
        wanted
    }

    /// Takes what came of a Query, by a clock that runs at `speed`.
    pub(super) fn take(&mut self, outcome: Outcome, speed: f64) {
        let Outcome { query, result, at, calls } = outcome;
        self.calls.insert(query.clone(), calls);
        let result = self.as_ourselves(&query, result);
        let good_for = self.settings.paces.good_for(Pace::of(&query), speed, self.round_of(&query));
        let known = self.snapshot.readings.remove(&query);
        let reading = match (result, known) {
            (Ok(answer), _) => Reading::fresh(answer, at, good_for),
            (Err(unread), known) => {
                let failure = Failure { since: at, at, kind: unread.kind, error: unread.error };
                match known {
                    Some(reading) => reading.and_failed(failure),
                    None => Reading::failed(failure),
                }
            }
        };
        self.snapshot.readings.insert(query, reading);
    }

    /// How long a round may take in which `query` is asked: the time-out, or the pauses between the questions about checkers.
    fn round_of(&self, query: &Query) -> Duration {
        let patience = self.settings.access.patience();
        match Source::of(query).lane {
            Lane::Usual => patience,
            Lane::Checkers => patience + round::BETWEEN_CHECKERS.saturating_mul(self.checkers),
        }
    }

    /// Readings of another account than the config is about would be judged as if they were ours.
    fn as_ourselves(&mut self, query: &Query, result: Result<Answer, Unread>) -> Result<Answer, Unread> {
        let Some(expected) = self.settings.account.as_ref().filter(|_| query.place().role.is_none()) else {
            return result;
        };
        if let Ok(Answer::Identity(identity)) = &result {
            self.stranger = (identity.account.as_str() != expected).then(|| {
                let ours = format!(
                    "these credentials are of account {}, the config is about {expected}: nothing read with them counts; \
                     use another profile, or correct `account`",
                    identity.account
                );
                Unread::new(FailureKind::Denied, ours)
            });
            if let Some(stranger) = &self.stranger {
                // Whatever came before we knew.
                let failure = |at| Failure { since: at, at, kind: stranger.kind, error: stranger.error.clone() };
                for (query, reading) in &mut self.snapshot.readings {
                    if let (None, Some(at)) = (&query.place().role, reading.read_at) {
                        *reading = Reading::failed(failure(at));
                    }
                }
            }
        }
        match &self.stranger {
            Some(stranger) => Err(stranger.clone()),
            None => result,
        }
    }

    /// What all of it means at `now`.
    pub(super) fn judge(&mut self, now: Moment) -> Assessment {
        self.snapshot.calls = self.calls.values().sum();
        self.snapshot.cost_per_hour_usd = self.cost_per_hour_usd();
        let assessment = model::assess(&self.estate, &self.snapshot, now);
        self.snapshot.down_since = model::down_since(&assessment);
        assessment
    }

    /// At AWS's own pace, whatever a simulator's clock does.
    fn cost_per_hour_usd(&self) -> f64 {
        let series = self.snapshot.readings.keys().filter(|query| matches!(query, Query::Series(..))).count();
        let rounds = 3_600.0 / self.settings.paces.interval(Pace::Metrics, 1.0).as_secs_f64();
        let series = u32::try_from(series).unwrap_or(u32::MAX);
        f64::from(series) * rounds * COST_OF_A_SERIES_USD
    }

    /// `queries`, those about the health of sites that serve first: there may not be time for all.
    pub(super) fn urgent_first(&self, queries: BTreeSet<Query>, assessment: &Assessment) -> Vec<Query> {
        let mut serving: BTreeSet<&str> = BTreeSet::new();
        for (system, judged) in self.estate.systems.iter().zip(&assessment.systems) {
            for component in &system.components {
                if let Kind::HealthCheck(check) = &component.kind
                    && (judged.active.contains(&check.watches) || check.watches == system.primary)
                {
                    serving.insert(&check.id);
                }
            }
        }
        let waits = |query: &Query| matches!(query, Query::HealthCheckStatus(_, id) if !serving.contains(id.as_str()));
        let (rest, first): (Vec<_>, Vec<_>) = queries.into_iter().partition(waits);
        first.into_iter().chain(rest).collect()
    }

    /// Those of `wanted` that were never tried.
    pub(super) fn untried(&self, wanted: BTreeSet<Query>) -> BTreeSet<Query> {
        wanted.into_iter().filter(|query| !self.snapshot.readings.contains_key(query)).collect()
    }
}
