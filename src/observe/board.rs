//! The board on which everything known stands: takes outcomes, says what is wanted, has it judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::agenda::Agenda;
use super::keep::{Lags, Outages, Past, Present};
use super::round::Outcome;
use super::story::Progress;
use super::{Lane, Origin, Pace, Settings, Source, pace};
use crate::aws::{BETWEEN_STATUSES, Unread};
use crate::model::facts::Answer;
use crate::model::kinds::Kind;
use crate::model::{
    self, Assessment, Estate, Failure, FailureKind, Judgements, Moment, Query, Reading, Recoveries, RunStart, Snapshot,
    Span, Text, proof,
};

/// What GetMetricData costs for each series asked for, in US dollars (aws-facts, section 2; it differs a little by Region).
const COST_OF_A_SERIES_USD: f64 = 0.01 / 1_000.0;

/// Everything known.
pub(super) struct Board {
    estate: Arc<Estate>,
    always: BTreeSet<Arc<Query>>,
    /// What of it was promised something.
    promised: BTreeMap<Arc<Query>, Span>,
    /// What was wanted last.
    wanted: Arc<BTreeSet<Arc<Query>>>,
    /// The speed of the clock for which it still is; `None` when something has happened on which that depends.
    wanted_at: Option<f64>,
    /// How often each Query is asked.
    agenda: Arc<Agenda>,
    settings: Settings,
    snapshot: Snapshot,
    judgements: Judgements,
    /// The readings that came since they were made.
    changed: BTreeSet<Arc<Query>>,
    calls: BTreeMap<Arc<Query>, u64>,
    /// How many health checks' checkers are asked in a round.
    checkers: u32,
    /// What a person looks at besides.
    looked: BTreeSet<Query>,
    /// What is known from before the start, and when it was seen; each until it is answered.
    remembered: BTreeSet<Arc<Query>>,
    last_seen: Option<Moment>,
    /// Lags over a longer time than they are asked for.
    lags: Lags,
    /// The account whose outages are known to last.
    outages_of: Option<Text>,
    /// What is known beforehand of how long recovery takes, in whatever account.
    recoveries: Recoveries,
    /// Set while the identity we read as belongs to another account than the config is about.
    stranger: Option<Unread>,
}

impl Board {
    /// Nothing is known yet.
    pub(super) fn new(estate: Arc<Estate>, settings: Settings) -> Self {
        let always: BTreeSet<Arc<Query>> = estate.queries().into_iter().map(Arc::new).collect();
        let promised =
            estate.promised().into_iter().filter_map(|(query, rpo)| Some((always.get(&query)?.clone(), rpo)));
        let promised = with_promise(promised).collect();
        let agenda = Arc::new(Agenda::new(settings.paces));
        let snapshot = Snapshot::default();
        Self {
            estate,
            always,
            promised,
            wanted: Arc::default(),
            wanted_at: None,
            agenda,
            settings,
            snapshot,
            judgements: Judgements::default(),
            changed: BTreeSet::new(),
            calls: BTreeMap::new(),
            checkers: 0,
            looked: BTreeSet::new(),
            remembered: BTreeSet::new(),
            last_seen: None,
            lags: Lags::default(),
            outages_of: None,
            recoveries: Recoveries::default(),
            stranger: None,
        }
    }

    /// What is known from before the start; all of it is stale.
    pub(super) fn remember(&mut self, past: Past) {
        self.remembered = past.snapshot.readings.keys().cloned().collect();
        self.last_seen = Some(past.seen_at);
        self.snapshot.readings = past.snapshot.readings;
        (self.judgements, self.wanted_at) = (Judgements::default(), None);
        self.lags = past.lags;
    }

    /// Forgets what is known from before the start: it was of another time.
    pub(super) fn forget(&mut self) {
        for query in std::mem::take(&mut self.remembered) {
            self.snapshot.readings.remove(&query);
        }
        self.snapshot.down_since.clear();
        (self.judgements, self.wanted_at) = (Judgements::default(), None);
        (self.last_seen, self.lags) = (None, Lags::default());
    }

    /// Nobody answers at all.
    pub(super) fn nobody_answers(&mut self, unread: &Unread, at: Moment) {
        let failure = || Failure { since: at, at, kind: unread.kind, error: unread.error.clone() };
        (self.judgements, self.wanted_at) = (Judgements::default(), None);
        for reading in self.snapshot.readings.values_mut() {
            *reading = std::mem::replace(reading, Reading::failed(failure())).and_failed(failure());
        }
    }

    /// What of `outages`, as far as any are known, is taken to last at `now`; until it turns out that they are of another account.
    pub(super) fn goes_on(&mut self, outages: Option<Outages>, now: Moment) {
        let outages = outages.unwrap_or_default();
        self.outages_of.clone_from(&outages.account);
        self.snapshot.down_since = outages.lasting(now);
    }

    /// The outages that last at `now`, to be remembered.
    pub(super) fn outages(&self, now: Moment) -> Outages {
        Outages::new(now, self.snapshot.down_since.clone()).of(self.outages_of.clone())
    }

    /// What is known beforehand of how long recovery takes.
    pub(super) fn foresee(&mut self, recoveries: Recoveries) {
        self.recoveries = recoveries;
    }

    /// What a person looks at from now on.
    pub(super) fn look(&mut self, queries: BTreeSet<Query>) {
        self.looked = queries;
        self.wanted_at = None;
    }

    /// What a person looks at.
    pub(super) const fn looked(&self) -> &BTreeSet<Query> {
        &self.looked
    }

    /// Whether what is known was read since the start.
    pub(super) fn origin(&self) -> Origin {
        let read =
            |query: &Arc<Query>| self.snapshot.readings.get(query).is_some_and(|reading| reading.value.is_some());
        match self.last_seen {
            Some(seen) if self.remembered.iter().any(read) => {
                let answered = |(query, reading): (&Arc<Query>, &Reading<Arc<Answer>>)| {
                    reading.value.is_some() && !self.remembered.contains(query)
                };
                if self.snapshot.readings.iter().any(answered) {
                    Origin::Partly(seen)
                } else {
                    Origin::Remembered(seen)
                }
            }
            Some(_) | None => Origin::Live,
        }
    }

    /// Whether everything in `wanted` was tried since the start.
    pub(super) fn progress(&self, wanted: &BTreeSet<Arc<Query>>) -> Progress {
        if wanted.iter().all(|query| self.calls.contains_key(query)) { Progress::Settled } else { Progress::Starting }
    }

    /// What is to be known after the end.
    pub(super) fn present(&self, now: Moment, speed: f64) -> Present {
        Present { snapshot: self.snapshot(), lags: self.lags.kept().collect(), seen_at: now, speed }
    }

    /// What has to be read, given what is known, by a clock that runs at `speed`. Readings that nobody needs any more are forgotten.
    /// The same set as before unless something has changed in it.
    pub(super) fn wanted(&mut self, now: Moment, speed: f64) -> Arc<BTreeSet<Arc<Query>>> {
        self.update(now);
        if self.wanted_at.is_some_and(|of| (of - speed).abs() < f64::EPSILON) {
            return Arc::clone(&self.wanted);
        }
        // What is wanted already is the very same, not an equal one: there are tens of thousands, and each is named in many places.
        let known =
            |query: Arc<Query>| self.always.get(&query).or_else(|| self.wanted.get(&query)).cloned().unwrap_or(query);
        let follow_ups = self.judgements.follow_ups();
        let follow_ups: Vec<_> = follow_ups.into_iter().map(|(query, rpo)| (known(query), rpo)).collect();
        let mut promised = self.promised.clone();
        for (query, rpo) in with_promise(follow_ups.iter().cloned()) {
            promised.entry(query).and_modify(|smallest| *smallest = rpo.min(*smallest)).or_insert(rpo);
        }
        let mut wanted: BTreeSet<Arc<Query>> = follow_ups.into_iter().map(|(query, _)| query).collect();
        // An old series says nothing about CloudWatch; whether that can be read is not known until it was tried.
        if self.remembered.iter().any(|query| matches!(**query, Query::Series(..)) && !self.calls.contains_key(query)) {
            wanted.retain(|query| Source::of(query).lane != Lane::Checkers);
        }
        wanted.extend(self.always.iter().cloned());
        let looked =
            self.looked.iter().filter(|query| !wanted.contains(*query)).cloned().map(Arc::new).collect::<Vec<_>>();
        wanted.extend(looked);
        self.remembered.retain(|query| wanted.contains(query));
        self.snapshot.readings.retain(|query, _| wanted.contains(query));
        self.calls.retain(|query, _| wanted.contains(query));
        self.checkers =
            wanted.iter().map(|query| u32::from(Source::of(query).lane == Lane::Checkers)).fold(0, u32::saturating_add);
        let agenda = Agenda::of(self.settings.paces, &wanted, promised, &self.looked, &self.snapshot, speed);
        if *self.agenda != agenda {
            self.agenda = Arc::new(agenda);
        }
        if *self.wanted != wanted {
            self.wanted = Arc::new(wanted);
        }
        self.wanted_at = Some(speed);
        Arc::clone(&self.wanted)
    }

    /// How often each Query is asked.
    pub(super) fn agenda(&self) -> Arc<Agenda> {
        Arc::clone(&self.agenda)
    }

    /// Takes what came of a Query, by a clock that runs at `speed`.
    pub(super) fn take(&mut self, outcome: Outcome, speed: f64) {
        let Outcome { query, result, at, calls } = outcome;
        self.calls.insert(Arc::clone(&query), calls);
        let result = self.as_ourselves(&query, result);
        let good_for = pace::good_for(self.agenda.interval(&query, speed), speed, self.round_of(&query));
        let known = self.snapshot.readings.remove(&query);
        if is_of_another_account(&result, known.as_ref()) {
            self.forget();
        }
        if let (Ok(Answer::Identity(identity)), None) = (&result, &query.place().role) {
            let before = self.outages_of.replace(identity.account.clone());
            if before.is_some_and(|before| before != identity.account) {
                self.snapshot.down_since.clear();
                (self.judgements, self.wanted_at) = (Judgements::default(), None);
            }
        }
        let is_answer = match &result {
            Ok(_) => true,
            Err(unread) => unread.kind == FailureKind::NotFound,
        };
        if is_answer && self.remembered.remove(&query) {
            self.wanted_at = None;
        }
        let reading = match (result, known) {
            (Ok(answer), known) => {
                let before = known.and_then(|known| known.value);
                Reading::fresh(self.shared(&query, answer, before), at, good_for)
            }
            (Err(unread), known) => {
                let failure = Failure { since: at, at, kind: unread.kind, error: unread.error };
                match known {
                    Some(reading) => reading.and_failed(failure),
                    None => Reading::failed(failure),
                }
            }
        };
        self.changed.insert(Arc::clone(&query));
        self.snapshot.readings.insert(query, reading);
    }

    /// The answer as it is kept: the very one that was `before` or that a neighbour has, if it says the same. Thousands of servers have the same
    /// settings, and what is shown still holds the old answers.
    fn shared(&self, query: &Arc<Query>, mut answer: Answer, before: Option<Arc<Answer>>) -> Arc<Answer> {
        let neighbour = || self.snapshot.readings.before(query)?.value.clone();
        let same = |other: &Arc<Answer>| **other == answer;
        match before.filter(same).or_else(|| neighbour().filter(same)) {
            Some(other) => other,
            None => {
                answer.shrink();
                Arc::new(answer)
            }
        }
    }

    /// The System whose outage lasts, and since when.
    pub(super) const fn down_since(&self) -> &BTreeMap<String, (Moment, RunStart)> {
        &self.snapshot.down_since
    }

    /// How long a round may take in which `query` is asked: the time-out, or the pauses between the questions about checkers.
    fn round_of(&self, query: &Query) -> Duration {
        let patience = self.settings.access.patience();
        match Source::of(query).lane {
            Lane::Usual | Lane::Things => patience,
            Lane::Checkers => patience + BETWEEN_STATUSES.saturating_mul(self.checkers),
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
                (self.judgements, self.wanted_at) = (Judgements::default(), None);
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

    /// Judges what has changed.
    fn update(&mut self, now: Moment) {
        let changed = std::mem::take(&mut self.changed);
        let depends = |query: &Arc<Query>| {
            matches!(**query, Query::DrsJobs(_) | Query::JobLog(..)) || self.remembered.contains(query)
        };
        let patience = self.settings.paces.refresh;
        let account = self.settings.account.as_deref().or(self.outages_of.as_ref().map(Text::as_str));
        self.snapshot.proven = proof::newest(&self.recoveries.proofs, account, now);
        self.snapshot.estimated = proof::slowest(&self.recoveries.estimates, account);
        let moved = self.judgements.update(&self.estate, &self.snapshot, now, &changed, patience);
        if moved || changed.iter().any(depends) {
            self.wanted_at = None;
        }
    }

    /// What all of it means at `now`.
    pub(super) fn judge(&mut self, now: Moment) -> Assessment {
        self.snapshot.calls = self.calls.values().sum();
        self.snapshot.cost_per_hour_usd = self.cost_per_hour_usd();
        self.update(now);
        let mut assessment = self.judgements.assessment(&self.snapshot, now);
        self.lags.join(&mut assessment);
        self.judgements.keep(&assessment);
        self.snapshot.down_since = model::down_since(&assessment);
        assessment
    }

    /// What is known. The answers are shared, not copied.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::new(self.snapshot.clone())
    }

    /// At AWS's own pace, whatever a simulator's clock does.
    fn cost_per_hour_usd(&self) -> f64 {
        let series = self.snapshot.readings.keys().filter(|query| matches!(***query, Query::Series(..))).count();
        let rounds = 3_600.0 / self.settings.paces.interval(Pace::Metrics, 1.0).as_secs_f64();
        let series = u32::try_from(series).unwrap_or(u32::MAX);
        f64::from(series) * rounds * COST_OF_A_SERIES_USD
    }

    /// `queries`, those about the health of sites that serve first: there may not be time for all.
    pub(super) fn urgent_first(&self, queries: BTreeSet<Arc<Query>>, assessment: &Assessment) -> Vec<Arc<Query>> {
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
        let waits = |query: &Arc<Query>| matches!(query.as_ref(), Query::HealthCheckStatus(_, id) if !serving.contains(id.as_str()));
        let (rest, first): (Vec<_>, Vec<_>) = queries.into_iter().partition(waits);
        first.into_iter().chain(rest).collect()
    }

    /// Those of `wanted` that were never tried.
    pub(super) fn untried(&self, wanted: &BTreeSet<Arc<Query>>) -> BTreeSet<Arc<Query>> {
        wanted.iter().filter(|query| !self.snapshot.readings.contains_key(query)).cloned().collect()
    }
}

/// Those that somebody was promised something of, where how often they are asked depends on it.
fn with_promise(queries: impl Iterator<Item = (Arc<Query>, Option<Span>)>) -> impl Iterator<Item = (Arc<Query>, Span)> {
    let paced = queries.filter(|(query, _)| Lane::of(query) == Lane::Things);
    paced.filter_map(|(query, rpo)| Some((query, rpo?)))
}

/// Whether the identity we read as has another account than when it was asked last.
fn is_of_another_account(result: &Result<Answer, Unread>, known: Option<&Reading<Arc<Answer>>>) -> bool {
    match (result, known.and_then(|known| known.value.as_deref())) {
        (Ok(Answer::Identity(is)), Some(Answer::Identity(was))) => is.account != was.account,
        (Ok(_) | Err(_), _) => false,
    }
}
