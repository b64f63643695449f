//! What the screens show of health checks and of the names that rest on them: the judgement that Components get, for every check and every
//! name that was read, whether or not a Component is about it.

use std::collections::BTreeSet;

use super::Health;
use super::check::{self, Check, Counts};
use super::dns_record::{DnsRecord, Found, described};
use super::record_sets::{Set, Zone, choose};
use crate::model::facts::cloudwatch::Series;
use crate::model::facts::route53::Routing;
use crate::model::index::Index;
use crate::model::query::DnsServer;
use crate::model::{Moment, Place, Query, Site, Snapshot, Span, Text, Verdict};

/// The Readings that decide where traffic goes, without all others: an [`Index`] of them is made in no time.
pub fn of_traffic(snapshot: &Snapshot) -> Snapshot {
    let decides = |query: &Query| {
        matches!(query, Query::Series(_, metric) if metric.name == "HealthCheckStatus")
            || matches!(query, Query::HealthChecks(_) | Query::HealthCheckStatus(..) | Query::HostedZones(_))
            || matches!(query, Query::Records(..) | Query::DnsAnswer(..) | Query::RoutingControls(_))
    };
    let readings = snapshot.readings.iter().filter(|(query, _)| decides(query));
    Snapshot {
        readings: readings.map(|(query, reading)| (query.clone(), reading.clone())).collect(),
        ..Snapshot::default()
    }
}

/// How a health check stands.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckView {
    /// What it reports, by the newest source that tells; what it reported last, where that cannot be read any more; `None` if nothing was
    /// asked.
    pub reports: Option<Health>,
    /// The source that tells that.
    pub told_by: Query,
    /// How Route 53 counts it, its switches included.
    pub counts: Counts,
    /// The state of the routing control it follows, if that was read in time.
    pub switch: Option<Text>,
    /// The start of the minute of its newest point.
    pub newest: Option<Moment>,
    /// What its switches make of it, in words that follow its name.
    pub setting: Option<&'static str>,
    /// What may come of its settings on the day they are needed.
    pub warning: Option<String>,
    /// How long it takes to notice a failure.
    pub notices_within: Option<Span>,
}

/// How the health check `id` of `place` stands.
pub fn check_view(index: &Index<'_>, place: &Place, id: &str) -> CheckView {
    let check = Check::observe(index, place, id);
    let asked = |query: &Query| index.snapshot().readings.contains_key(query);
    let told = asked(&check::series_query(place, id)) || asked(&check::checkers_query(place, id));
    let switch = check.switch.as_ref().filter(|switch| switch.is_fresh()).and_then(|switch| switch.value);
    let (reports, told_by) = check.reports();
    let last = || check::from_series(check.series.value?, check.series.read_at?);
    CheckView {
        reports: told.then(|| reports.or_else(last).unwrap_or(Health::Unknown)),
        told_by,
        counts: check.counts(),
        switch: switch.map(|control| control.state.clone()),
        newest: check.series.value.and_then(Series::newest).map(|(at, _)| at),
        setting: check.setting(),
        warning: check.warning().map(|(_, warning)| warning),
        notices_within: check.notices_within(),
    }
}

/// What is read of a health check while somebody looks at it: its series, and what its checkers saw, if it has any.
pub fn check_queries(index: &Index<'_>, place: &Place, id: &str) -> (Query, Option<Query>) {
    let config = index.health_check(&check::config_query(place), id).value;
    (check::series_query(place, id), check::has_checkers(config).then(|| check::checkers_query(place, id)))
}

/// A name, and where Route 53 sends those who ask for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// What is answered and why, in words that follow the name.
    pub words: String,
    /// The Verdict on that; `None` if it is as it should be.
    pub unusual: Option<Verdict>,
    /// The record sets.
    pub sets: Vec<RouteSet>,
    /// The question whose answer says which set is answered.
    pub asked: Query,
    /// Who tells which set is answered.
    pub told_by: ToldBy,
    /// How long clients may keep an answer, seconds: the longest of all sets.
    pub ttl: Option<u32>,
}

/// Who tells which of a name's record sets is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldBy {
    /// DNS itself.
    Dns,
    /// The records and the health of each, for DNS was not asked or said something else.
    Records,
    /// Nobody.
    Nobody,
}

/// One record set of a name.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteSet {
    /// When it is to be answered.
    pub routing: Routing,
    /// What tells it apart from the others.
    pub set: Option<Text>,
    /// Where it leads, if that can be told.
    pub site: Option<Site>,
    /// Its first value, or the name it stands for.
    pub target: String,
    /// All of it, in a sentence.
    pub words: String,
    /// How Route 53 counts it.
    pub counts: Counts,
    /// Whether anything looks after its health.
    pub guarded: bool,
    /// Its health check.
    pub check: Option<Text>,
    /// Whether it is answered, as DNS says or, where that was not asked, as the records say.
    pub answered: bool,
}

impl DnsRecord {
    /// Where Route 53 sends those who ask for the name.
    pub fn route(&self, index: &Index<'_>) -> Route {
        let server = Self::server(self.zone(index).value);
        let records = self.records_query();
        let zone = Zone { place: &self.place, records: &records, watched: &self.watched, server: &server };
        let sets = zone.sets(index, &self.record, &self.kind);
        let choice = choose(&sets);
        let asked = self.question(server.clone());
        let sight = index.one(&asked, Snapshot::dns_answer);
        let answer = sight.value.filter(|_| sight.is_fresh());
        let answered = answer.map(|answer| Self::answered(&sets, &choice, answer)).unwrap_or_default();
        let allowed = choice.allowed(sets.len());
        let found = Found { zone: None, sets, choice, answer, answered };
        let (unusual, words) = self.describe(&found);
        let chosen: BTreeSet<usize> = match (found.answered.as_slice(), &allowed) {
            ([], Some(allowed)) => allowed.iter().copied().collect(),
            (answered, _) => answered.iter().copied().collect(),
        };
        let told_by = match (found.answered.is_empty(), &allowed) {
            (false, _) => ToldBy::Dns,
            (true, Some(_)) => ToldBy::Records,
            (true, None) => ToldBy::Nobody,
        };
        let kept = found.sets.iter().filter_map(|set| set.record.ttl).max();
        let own = answer.filter(|_| server == DnsServer::Authoritative).and_then(|answer| answer.ttl);
        Route {
            words,
            unusual,
            told_by,
            ttl: kept.or(own),
            sets: found.sets.iter().enumerate().map(|(at, set)| view(set, chosen.contains(&at))).collect(),
            asked,
        }
    }
}

fn view(set: &Set<'_>, answered: bool) -> RouteSet {
    let record = set.record;
    let target = record.alias.as_ref().map(|alias| &alias.target).or(record.values.first());
    RouteSet {
        routing: record.routing.clone(),
        set: record.set.clone(),
        site: set.site.clone(),
        target: target.map(ToString::to_string).unwrap_or_default(),
        words: described(set),
        counts: set.counts,
        guarded: set.is_guarded(),
        check: record.health_check.clone(),
        answered,
    }
}
