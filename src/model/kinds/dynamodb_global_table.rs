//! `dynamodb-global-table`: a table with replicas in several Regions.

use std::collections::BTreeSet;

use super::dynamodb_table::{point_in_time, status_verdict, window};
use super::lag::{self, Lag};
use super::{ComponentKind, Evidence, LagUnit, Means, Protection, Serving, Trust};
use crate::model::facts::Known;
use crate::model::facts::cloudwatch::Series;
use crate::model::facts::dynamodb::{Consistency, ReplicaStatus, Table};
use crate::model::index::{Index, Sight};
use crate::model::query::Window;
use crate::model::words::{clock, length, listed};
use crate::model::{Loss, Place, Query, Region, Site, Snapshot, Text, Verdict};

/// A DynamoDB global table.
#[derive(Clone, Debug, PartialEq)]
pub struct DynamodbGlobalTable {
    /// Its name, the same in each Region.
    pub table: String,
    /// The Regions of its replicas: the primary first; at least two. A witness is not among them.
    pub places: Vec<Place>,
}

/// The table as one Region tells it.
struct View<'a> {
    place: &'a Place,
    sight: Sight<'a, Table>,
}

/// How a table replicates, as observed.
#[derive(Clone, Debug, PartialEq)]
enum Mode {
    Strong,
    Eventual,
    OneRegion,
    Other(Text),
}

fn mode(table: &Table) -> Mode {
    match &table.consistency {
        Some(Known::Is(Consistency::Strong)) => Mode::Strong,
        Some(Known::Is(Consistency::Eventual)) => Mode::Eventual,
        Some(Known::Other(word)) => Mode::Other(word.clone()),
        // Tables from before there was a choice.
        None if !table.replicas.is_empty() => Mode::Eventual,
        None => Mode::OneRegion,
    }
}

/// The view to trust: a fresh one, else the newest; of equals the last, since that Region survives the first.
fn best<'v, 'a>(views: &'v [View<'a>]) -> Option<(&'v View<'a>, &'a Table)> {
    let seen = views.iter().filter_map(|view| view.sight.value.map(|table| (view, table)));
    seen.max_by_key(|(view, _)| (view.sight.is_fresh(), view.sight.read_at))
}

/// One way of an asynchronous replication: what `from` sends to `to`.
struct Way<'a> {
    from: &'a Place,
    to: &'a Place,
    series: Sight<'a, Series>,
    written: Sight<'a, Series>,
    lag: Lag,
}

impl DynamodbGlobalTable {
    fn table_query(&self, place: &Place) -> Query {
        Query::Table(place.clone(), self.table.clone())
    }

    fn backups_query(&self, place: &Place) -> Query {
        Query::ContinuousBackups(place.clone(), self.table.clone())
    }

    fn latency_query(&self, from: &Place, to: &Place) -> Query {
        let dimensions = [("TableName", self.table.as_str()), ("ReceivingRegion", to.region.as_str())];
        lag::lag_query(from, "AWS/DynamoDB", "ReplicationLatency", &dimensions)
    }

    fn writes_query(&self, place: &Place) -> Query {
        let dimensions = [("TableName", self.table.as_str())];
        lag::series_query(place, "AWS/DynamoDB", "ConsumedWriteCapacityUnits", &dimensions, "Sum", Window::Recent)
    }

    fn views<'a>(&'a self, index: &Index<'a>) -> Vec<View<'a>> {
        let view = |place| View { place, sight: index.one(&self.table_query(place), Snapshot::table) };
        self.places.iter().map(view).collect()
    }

    fn pairs(&self) -> impl Iterator<Item = (&Place, &Place)> {
        self.places.iter().flat_map(|from| self.places.iter().map(move |to| (from, to))).filter(|(from, to)| from != to)
    }

    /// What is wrong with the replicas, and where there are good ones.
    fn judge_replicas(
        &self,
        evidence: &mut Evidence,
        views: &[View<'_>],
        view: &View<'_>,
        table: &Table,
    ) -> BTreeSet<Site> {
        let mut good = BTreeSet::new();
        for place in &self.places {
            let (name, region) = (&self.table, &place.region);
            let own = views.iter().find(|own| own.place == place).and_then(|own| own.sight.value);
            let listed = table.replicas.iter().find(|(replica, _)| replica == region).map(|(_, status)| status);
            let problem = match listed {
                Some(Known::Is(status)) => replica_problem(*status),
                Some(Known::Other(status)) => Some((Verdict::Unknown, format!("is {status}"))),
                // A Region does not always list itself.
                None if place == view.place => None,
                None => Some((Verdict::Breached, "does not exist".to_owned())),
            };
            if let Some((verdict, problem)) = problem {
                evidence.note("replica", format!("{region}: {problem}"));
                evidence.blocker(verdict, format!("The replica of {name} in {region} {problem}"));
                continue;
            }
            if let Some((own, verdict)) = own.and_then(|own| status_verdict(&own.status).map(|verdict| (own, verdict)))
            {
                evidence.note("replica", format!("{region}: {}", own.status));
                evidence.blocker(verdict, format!("{name} in {region} is {}", own.status));
                continue;
            }
            evidence.note("replica", format!("{region}: active"));
            good.insert(Site::Region(region.clone()));
        }
        good
    }

    fn ways<'a>(&'a self, index: &Index<'a>) -> Vec<Way<'a>> {
        self.pairs()
            .map(|(from, to)| {
                let series = lag::series(index, &self.latency_query(from, to));
                let written = lag::series(index, &self.writes_query(from));
                let lag = lag::newest_lag(&series, LagUnit::Milliseconds);
                Way { from, to, series, written, lag }
            })
            .collect()
    }

    /// What would be lost of an asynchronous table: the worst of all ways, since any Region may be the one that is lost.
    fn judge_ways(&self, evidence: &mut Evidence, index: &Index<'_>) -> Protection {
        let ways = self.ways(index);
        let lags = ways.iter().any(|way| matches!(way.lag, Lag::Of { .. }));
        let mut seen = Vec::new();
        let mut worst: Option<Protection> = None;
        for way in &ways {
            evidence.rests_on(&way.series);
            evidence.rests_on(&way.written);
            let (from, to) = (&way.from.region, &way.to.region);
            evidence.note("lag", format!("{from} to {to}: {}", lag::shown(way.lag, index.now())));
            let protection = self.judge_way(way, lags);
            if let Lag::Of { lag, at, .. } = way.lag {
                seen.push(format!("{} from {from} to {to} at {}", length(lag), clock(at, index.now())));
            }
            if worst.as_ref().is_none_or(|worst| rank(&protection) > rank(worst)) {
                evidence.decided_by(&self.latency_query(way.from, way.to), &way.series);
                evidence.lag_history = lag::lag_history(&way.series, LagUnit::Milliseconds);
                worst = Some(protection);
            }
        }
        evidence.seen = Text::new(if seen.is_empty() {
            format!("{} is idle: nothing was written for 20 min", self.table)
        } else {
            format!("{} replicates with a lag of {}", self.table, listed(&seen))
        });
        worst.unwrap_or_else(|| Protection::unknown(format!("{} has no second Region", self.table), Trust::Fresh))
    }

    fn judge_way(&self, way: &Way<'_>, others_lag: bool) -> Protection {
        let (name, from, to) = (&self.table, &way.from.region, &way.to.region);
        let trust = way.series.trust.clone().and(&way.written.trust);
        match way.lag {
            Lag::NoPoints => {
                let Some(written) = way.written.value else { return Protection::unread(trust) };
                let writes: f64 = written.points.iter().map(|(_, units)| units.max(0.0)).sum();
                // Where another way has a lag, the writes counted here are those that came from there.
                if writes > 0.0 && !others_lag {
                    Protection::unknown(format!("{name} is written in {from} but reports no lag to {to}"), trust)
                } else {
                    Protection::nothing_lost(Means::Continuous, trust, way.series.read_at)
                }
            }
            lag @ (Lag::Of { .. } | Lag::Invalid(_) | Lag::Unread) => {
                Protection { trust, ..lag::protection(lag, &way.series, &format!("{name} from {from} to {to}")) }
            }
        }
    }

    /// The window of the Region that could bring back most, of those that have one and can be read; else what the first says.
    fn judge_points(&self, evidence: &mut Evidence, index: &Index<'_>) -> Protection {
        let mut chosen: Option<Protection> = None;
        for place in &self.places {
            let backups = index.one(&self.backups_query(place), Snapshot::continuous_backups);
            evidence.rests_on(&backups);
            let protection = point_in_time(&self.table, place, &backups);
            evidence.note("point in time", format!("{}: {}", place.region, window(&protection, index.now())));
            let use_of = |protection: &Protection| match protection.loss {
                Loss::Since { newest, .. } if protection.trust == Trust::Fresh => (3, Some(newest)),
                Loss::Since { newest, .. } => (2, Some(newest)),
                // What cannot be told may still be there; what is proven off is not.
                Loss::None | Loss::Unknown | Loss::NotApplicable => (1, None),
                Loss::Everything => (0, None),
            };
            if chosen.as_ref().is_none_or(|chosen| use_of(&protection) > use_of(chosen)) {
                chosen = Some(protection);
            }
        }
        chosen.unwrap_or_else(Protection::not_applicable)
    }
}

/// What is wrong with a replica of that status, and how bad that is.
fn replica_problem(status: ReplicaStatus) -> Option<(Verdict, String)> {
    let (verdict, words) = match status {
        ReplicaStatus::Active | ReplicaStatus::Updating => return None,
        ReplicaStatus::Creating => (Verdict::Breached, "is still being created"),
        ReplicaStatus::CreationFailed => (Verdict::Breached, "could not be created"),
        ReplicaStatus::Deleting => (Verdict::Breached, "is being deleted"),
        ReplicaStatus::RegionDisabled => (Verdict::Breached, "cannot be used: the Region is disabled for the account"),
        ReplicaStatus::InaccessibleEncryptionCredentials => {
            (Verdict::Breached, "cannot be used: its key is out of reach")
        }
        ReplicaStatus::Archiving => (Verdict::Breached, "is being archived"),
        ReplicaStatus::Archived => (Verdict::Breached, "is archived"),
        ReplicaStatus::ReplicationNotAuthorized => (Verdict::Unknown, "gets no data: replication is not authorised"),
    };
    Some((verdict, words.to_owned()))
}

/// The worse the loss, the higher.
fn rank(protection: &Protection) -> (u8, std::cmp::Reverse<Option<crate::model::Moment>>) {
    use std::cmp::Reverse;
    match protection.loss {
        Loss::NotApplicable => (0, Reverse(None)),
        // Idle, but only if that can be trusted.
        Loss::None if protection.trust == Trust::Fresh => (1, Reverse(None)),
        Loss::None => (2, Reverse(None)),
        Loss::Since { newest, .. } => (3, Reverse(Some(newest))),
        Loss::Unknown => (4, Reverse(None)),
        Loss::Everything => (5, Reverse(None)),
    }
}

impl ComponentKind for DynamodbGlobalTable {
    fn needs(&self) -> Vec<Query> {
        let tables = self.places.iter().map(|place| self.table_query(place));
        let backups = self.places.iter().map(|place| self.backups_query(place));
        tables.chain(backups).collect()
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let views = self.views(index);
        match best(&views).map(|(_, table)| mode(table)) {
            Some(Mode::Eventual) => {
                let latencies = self.pairs().map(|(from, to)| self.latency_query(from, to));
                latencies.chain(self.places.iter().map(|place| self.writes_query(place))).collect()
            }
            Some(Mode::Strong | Mode::OneRegion | Mode::Other(_)) | None => Vec::new(),
        }
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let name = &self.table;
        let views = self.views(index);
        let first = self.places.first().map_or_else(|| Place::home(""), Clone::clone);
        let mut evidence = Evidence::from(&self.table_query(&first));
        for view in &views {
            evidence.rests_on(&view.sight);
            if view.sight.is_absent() {
                evidence
                    .blocker(Verdict::Unknown, format!("There is no DynamoDB table {name} in {}", view.place.region));
            }
        }
        evidence.protection.data = self.judge_points(&mut evidence, index);
        let Some((view, table)) = best(&views) else {
            let trust = views.iter().fold(Trust::Fresh, |trust, view| trust.and(&view.sight.trust));
            evidence.blockers_unknown = true;
            evidence.protection.region = Protection::unread(trust);
            return evidence;
        };
        evidence.decided_by(&self.table_query(view.place), &view.sight);
        evidence.blockers_unknown = !view.sight.is_fresh();
        let (trust, read_at) = (view.sight.trust.clone(), view.sight.read_at);
        let good = self.judge_replicas(&mut evidence, &views, view, table);
        evidence.serving = Serving::Anywhere(good.clone());
        if !table.witnesses.is_empty() {
            evidence.note("witness", listed(table.witnesses.iter().map(Region::as_str)));
        }
        let protection = match mode(table) {
            Mode::Strong => {
                evidence.note("consistency", "strong: written in two Regions at once");
                evidence.seen =
                    Text::new(format!("{name} is written to {} at once", listed(good.iter().map(Site::as_str))));
                Protection::nothing_lost(Means::Synchronous, trust.clone(), read_at)
            }
            Mode::Eventual => {
                evidence.note("consistency", "eventual");
                let protection = self.judge_ways(&mut evidence, index);
                Protection { trust: protection.trust.clone().and(&trust), ..protection }
            }
            Mode::OneRegion => {
                let why = format!("{name} has no replica: it is in {} only", view.place.region);
                Protection::none(why, trust.clone(), read_at)
            }
            Mode::Other(word) => {
                evidence.note("consistency", word.as_str());
                Protection::unknown(format!("{name} replicates in a way drdeck does not know: {word}"), trust.clone())
            }
        };
        // A figure is worth nothing while fewer than two replicas can be used.
        evidence.protection.region = match (good.len(), &protection.loss) {
            (0 | 1, Loss::None | Loss::Since { .. } | Loss::Unknown) => {
                let worst = evidence.findings.iter().max_by_key(|(verdict, _)| *verdict).cloned();
                match worst {
                    Some((Verdict::Breached, why)) => Protection::none(why.as_str(), trust, read_at),
                    Some((_, why)) => Protection::unknown(why.as_str(), trust),
                    None => protection,
                }
            }
            _ => protection,
        };
        evidence
    }
}
