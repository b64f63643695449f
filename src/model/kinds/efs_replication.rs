//! `efs-replication`: the replication of an EFS file system.

use super::lag::{self, Lag};
use super::{ComponentKind, Copies, Evidence, LagUnit, Means, Protection, Serving, Trust};
use crate::model::facts::efs::{Destination, Replication};
use crate::model::index::{Index, Sight};
use crate::model::words::{clock, length};
use crate::model::{Loss, Moment, Place, Query, Site, Text, Verdict};

/// The replication of an EFS file system.
#[derive(Clone, Debug, PartialEq)]
pub struct EfsReplication {
    /// The id of the file system replicated from: `fs-…`.
    pub file_system: String,
    /// The id of the file system replicated to.
    pub destination_file_system: String,
    /// Where the source is; the metric is published there.
    pub source_place: Place,
    /// Where the destination is.
    pub destination_place: Place,
}

/// One of the two file systems.
#[derive(Clone, Copy)]
struct Side<'a> {
    id: &'a str,
    place: &'a Place,
}

impl Side<'_> {
    fn list_query(self) -> Query {
        Query::FileSystemReplications(self.place.clone())
    }

    fn lag_query(self, to: Side<'_>) -> Query {
        let dimensions = [("FileSystemId", self.id), ("DestinationFileSystemId", to.id)];
        lag::lag_query(self.place, "AWS/EFS", "TimeSinceLastSync", &dimensions)
    }

    fn site(self) -> Site {
        Site::Region(self.place.region.clone())
    }
}

/// What EFS itself says of the replication from one side to the other, as both Regions tell it.
struct Told<'a> {
    /// The freshest word on it.
    destination: Option<&'a Destination>,
    trust: Trust,
    read_at: Option<Moment>,
    /// Both Regions were asked in time, and it is not there.
    is_absent: bool,
}

impl EfsReplication {
    const fn sides(&self) -> (Side<'_>, Side<'_>) {
        (
            Side { id: self.file_system.as_str(), place: &self.source_place },
            Side { id: self.destination_file_system.as_str(), place: &self.destination_place },
        )
    }

    /// Which way it replicates, as far as EFS tells: after a failover the way back may have been set up.
    fn way<'s>(&'s self, index: &Index<'_>) -> (Side<'s>, Side<'s>) {
        let (source, destination) = self.sides();
        let (ahead, back) = (told(index, source, destination), told(index, destination, source));
        if ahead.destination.is_none() && back.destination.is_some() {
            (destination, source)
        } else {
            (source, destination)
        }
    }
}

fn told<'a>(index: &Index<'a>, from: Side<'_>, to: Side<'_>) -> Told<'a> {
    let lists = [to, from].map(|side| index.file_system_replication(&side.list_query(), from.id));
    let is_absent = lists.iter().all(|list| list.is_fresh() && destination(list, to).is_none());
    let seen = lists.iter().filter_map(|list| Some((destination(list, to)?, list)));
    match seen.max_by_key(|(_, list)| (list.is_fresh(), list.read_at)) {
        Some((destination, list)) => {
            Told { destination: Some(destination), trust: list.trust.clone(), read_at: list.read_at, is_absent }
        }
        None => Told { destination: None, trust: Trust::Fresh, read_at: None, is_absent },
    }
}

fn destination<'a>(list: &Sight<'a, Replication>, to: Side<'_>) -> Option<&'a Destination> {
    list.value?.destinations.iter().find(|destination| destination.file_system.as_str() == to.id)
}

/// What is wrong with a replication of that status.
fn judge_status(evidence: &mut Evidence, what: &str, destination: &Destination) {
    let message = destination.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    let status = &destination.status;
    evidence.note("replication", format!("{status}{message}"));
    match status.as_str() {
        "ENABLED" => {}
        "ENABLING" => evidence.finding(Verdict::AtRisk, format!("{what} is still being set up{message}")),
        "ERROR" => evidence.finding(Verdict::AtRisk, format!("{what} is broken off (ERROR){message}")),
        "PAUSED" | "PAUSING" => evidence.finding(Verdict::AtRisk, format!("{what} is paused ({status}){message}")),
        "DELETING" => evidence.finding(Verdict::AtRisk, format!("{what} is being deleted{message}")),
        _ => evidence.finding(Verdict::Unknown, format!("{what} is {status}{message}")),
    }
}

impl ComponentKind for EfsReplication {
    fn needs(&self) -> Vec<Query> {
        let (source, destination) = self.sides();
        vec![source.lag_query(destination), source.list_query(), destination.list_query()]
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let (from, to) = self.way(index);
        let turned = from.id == self.destination_file_system;
        if turned { vec![from.lag_query(to)] } else { Vec::new() }
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let now = index.now();
        let (from, to) = self.way(index);
        let what = format!("The replication of {} to {}", from.id, to.id);
        let query = from.lag_query(to);
        let series = lag::series(index, &query);
        let lag = lag::newest_lag(&series, LagUnit::Seconds);
        let told = told(index, from, to);
        let mut evidence = Evidence::from(&query);
        evidence.decided_by(&query, &series);
        evidence.lag_history = lag::lag_history(&series, LagUnit::Seconds);
        evidence.note("lag", lag::shown(lag, now));
        if let Lag::Of { lag, at, .. } = lag {
            evidence.seen = Text::new(format!("{what} had a lag of {} at {}", length(lag), clock(at, now)));
        }
        // CloudWatch and EFS tell the same, and what arrived is best known where it arrives.
        let list = index.file_system_replication(&from.list_query(), from.id);
        if told.destination.is_none() || !told.trust.is_fresh() {
            evidence.rests_on(&series);
        }

        let by_metric = lag::protection(lag, &series, &what);
        let by_list = told.destination.and_then(|destination| destination.last_replicated).map(|at| {
            evidence.note("replicated to", clock(at, now));
            Protection::since(Means::Continuous, at, None, told.trust.clone(), told.read_at)
        });
        if let Some(destination) = told.destination {
            judge_status(&mut evidence, &what, destination);
        }
        evidence.protection.region = match by_list {
            Some(by_list) if better(&by_list, &by_metric) => {
                let list_query = if list.is_fresh() { from.list_query() } else { to.list_query() };
                evidence.source = list_query.source();
                evidence.read_at = by_list.read_at;
                if let Some(at) = told.destination.and_then(|destination| destination.last_replicated) {
                    evidence.seen = Text::new(format!("{what} holds everything written before {}", clock(at, now)));
                }
                by_list
            }
            Some(_) | None => by_metric,
        };
        if told.is_absent {
            let why = format!("{what} does not exist");
            if matches!(lag, Lag::Of { .. }) {
                evidence.finding(Verdict::AtRisk, format!("{why} any more"));
            } else {
                evidence.protection.region = Protection::none(why, Trust::Fresh, list.read_at);
            }
        }
        if !evidence.lag_history.is_empty() || told.destination.is_some() {
            evidence.serving = Serving::Located(from.site());
        }
        evidence.copies = Some(Copies::From(from.site()));
        evidence
    }
}

/// Whether `a` says more than `b`: what was read in time, then the newer recovery point.
fn better(a: &Protection, b: &Protection) -> bool {
    let worth = |protection: &Protection| match protection.loss {
        Loss::Since { newest, .. } => (protection.trust.is_fresh(), Some(newest)),
        Loss::None | Loss::Everything | Loss::Unknown | Loss::NotApplicable => (false, None),
    };
    worth(a) > worth(b)
}
