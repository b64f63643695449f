//! `rds-replica`: an RDS instance and its read replica in another Region.

use std::collections::BTreeSet;

use super::lag::{self, Lag};
use super::rds::{Standing, at_rest, backups, events, judge_zones, note_events, standing};
use super::{ComponentKind, Evidence, LagUnit, Means, Protection, Serving, Trust};
use crate::model::facts::cloudwatch::Series;
use crate::model::facts::rds::{DbInstance, Replication};
use crate::model::index::{Index, Sight};
use crate::model::query::Window;
use crate::model::words::{arn_name, arn_region, clock, length};
use crate::model::{Loss, Place, Query, Region, Site, Text, Verdict};

/// An RDS instance and the read replica that would be promoted.
#[derive(Clone, Debug, PartialEq)]
pub struct RdsReplica {
    /// The identifier of the instance that is followed.
    pub source: String,
    /// The identifier of the one that follows.
    pub replica: String,
    /// Where the source runs.
    pub source_place: Place,
    /// Where the replica runs.
    pub replica_place: Place,
}

/// One of the two instances, as configured and as seen.
struct Side<'a> {
    name: &'a str,
    place: &'a Place,
    sight: Sight<'a, DbInstance>,
}

impl Side<'_> {
    const fn region(&self) -> &Region {
        &self.place.region
    }

    fn site(&self) -> Site {
        Site::Region(self.place.region.clone())
    }

    /// Whether it was seen, and follows no other instance.
    fn stands_alone(&self) -> bool {
        self.sight.value.is_some_and(|instance| instance.replica_source.is_none())
    }

    /// Whether it takes no writes as far as can be told: it was stopped, it is gone, or its Region cannot be read.
    fn is_out(&self) -> bool {
        !self.sight.is_fresh() || self.sight.value.is_none_or(|instance| at_rest(&instance.status))
    }

    /// Whether it follows `other`.
    fn follows(&self, other: &Self) -> bool {
        self.sight.value.and_then(|instance| instance.replica_source.as_ref()).is_some_and(|source| {
            let region = arn_region(source).unwrap_or(self.place.region.as_str());
            arn_name(source) == other.name && region == other.place.region.as_str()
        })
    }
}

/// Which of the two writes, as observed.
enum Roles<'s, 'a> {
    /// The first writes, the second follows.
    Follows(&'s Side<'a>, &'s Side<'a>),
    /// Both stand alone: both take writes.
    Both,
    /// The first writes; the second was stopped, is gone, or its Region cannot be read.
    Alone(&'s Side<'a>, &'s Side<'a>),
    /// It cannot be told.
    Untold,
}

impl RdsReplica {
    fn side<'a>(index: &Index<'a>, name: &'a str, place: &'a Place) -> Side<'a> {
        Side { name, place, sight: index.db_instance(&Query::DbInstances(place.clone()), name) }
    }

    fn sides<'a>(&'a self, index: &Index<'a>) -> (Side<'a>, Side<'a>) {
        (Self::side(index, &self.source, &self.source_place), Self::side(index, &self.replica, &self.replica_place))
    }

    fn lag_query(name: &str, place: &Place) -> Query {
        lag::lag_query(place, "AWS/RDS", "ReplicaLag", &[("DBInstanceIdentifier", name)])
    }

    /// The same lag further back: when it was last good.
    fn earlier_query(name: &str, place: &Place) -> Query {
        let dimensions = [("DBInstanceIdentifier", name)];
        lag::series_query(place, "AWS/RDS", "ReplicaLag", &dimensions, "Maximum", Window::Long)
    }
}

fn roles<'s, 'a>(source: &'s Side<'a>, replica: &'s Side<'a>) -> Roles<'s, 'a> {
    if replica.follows(source) {
        return Roles::Follows(source, replica);
    }
    if source.follows(replica) {
        return Roles::Follows(replica, source);
    }
    match (source.stands_alone(), replica.stands_alone()) {
        // What an unreachable Region said last proves nothing about who writes there now.
        (true, true) if !source.is_out() && !replica.is_out() => Roles::Both,
        (_, true) if source.is_out() => Roles::Alone(replica, source),
        (true, _) if replica.is_out() => Roles::Alone(source, replica),
        _ => Roles::Untold,
    }
}

/// Whether an instance follows as it should.
fn is_running(replication: &Replication) -> bool {
    replication.normal && replication.status.as_str() == "replicating"
}

/// Whether replication broke off but what came before is there: its last lag still proves a recovery point. AWS ends it after 30 days,
/// and then says `terminated`.
fn is_broken_off(status: &str) -> bool {
    matches!(status, "error" | "stopped" | "replication degraded" | "replication stop point reached")
}

/// The recovery point that the last good lag proves, of a follower that broke off.
fn judge_broken_off(
    evidence: &mut Evidence,
    index: &Index<'_>,
    follower: &Side<'_>,
    recent: &Sight<'_, Series>,
    why: &str,
) -> Protection {
    let trust = follower.sight.trust.clone();
    let found = match lag::last_safe(recent, LagUnit::Seconds) {
        Some(safe) => Some((safe, recent.trust.clone(), recent.read_at)),
        None => {
            let earlier = lag::series(index, &RdsReplica::earlier_query(follower.name, follower.place));
            evidence.rests_on(&earlier);
            lag::last_safe(&earlier, LagUnit::Seconds).map(|safe| (safe, earlier.trust, earlier.read_at))
        }
    };
    match found {
        Some((safe, seen, read_at)) => {
            evidence.finding(Verdict::AtRisk, why);
            evidence.note("last followed to", clock(safe, index.now()));
            Protection::since(Means::Continuous, safe, None, trust.and(&seen), read_at)
        }
        None => Protection::unknown(why, trust),
    }
}

/// What the follower's replication is worth for the loss of the writer's Region, and what stands in the way of promoting it.
fn judge_follower(evidence: &mut Evidence, index: &Index<'_>, writer: &Side<'_>, follower: &Side<'_>) {
    let Some(instance) = follower.sight.value else {
        evidence.protection.region = Protection::unread(follower.sight.trust.clone());
        return;
    };
    let (name, region, now) = (follower.name, follower.region(), index.now());
    let query = RdsReplica::lag_query(name, follower.place);
    let series = lag::series(index, &query);
    evidence.rests_on(&series);
    evidence.decided_by(&query, &series);
    evidence.lag_history = lag::lag_history(&series, LagUnit::Seconds);
    let lag = lag::newest_lag(&series, LagUnit::Seconds);
    let trust = follower.sight.trust.clone().and(&series.trust);
    evidence.note("lag", lag::shown(lag, now));

    let status = instance.replication.as_ref().map(|replication| replication.status.as_str());
    evidence.note("replication", status.unwrap_or("not told"));
    evidence.protection.region = match &instance.replication {
        Some(replication) if is_running(replication) => {
            let mut protection = lag::protection(lag, &series, &format!("The replica {name}"));
            protection.trust = trust;
            protection
        }
        Some(replication) => {
            let message = replication.message.as_ref().map(|message| format!(" ({message})")).unwrap_or_default();
            let said =
                if replication.status.as_str() == "replicating" { "not normal" } else { replication.status.as_str() };
            let why = format!("{name} does not follow {}: replication is {said}{message}", writer.name);
            evidence.decided_by(&Query::DbInstances(follower.place.clone()), &follower.sight);
            evidence.blockers.push(Text::new(&why));
            match replication.status.as_str() {
                "terminated" => Protection::none(why, trust, follower.sight.read_at),
                status if is_broken_off(status) => judge_broken_off(evidence, index, follower, &series, &why),
                _ => Protection::unknown(why, trust),
            }
        }
        None => Protection::unknown(format!("AWS does not say whether {name} follows {}", writer.name), trust),
    };
    match standing(&instance.status) {
        Standing::Available => {}
        Standing::Busy => evidence.blocker(
            Verdict::AtRisk,
            format!("{name} in {region} is {}: it cannot be promoted until that ends", instance.status),
        ),
        Standing::Other => evidence.blocker(Verdict::Unknown, format!("{name} in {region} is {}", instance.status)),
    }
    if let Some(leader) = writer.sight.value {
        evidence.note(
            "engine",
            format!("{} {} follows {}", instance.engine, instance.engine_version, leader.engine_version),
        );
    }
    if let Lag::Of { lag, at, .. } = lag {
        evidence.seen =
            Text::new(format!("{name} follows {} with {} lag at {}", writer.name, length(lag), clock(at, now)));
    }
}

impl ComponentKind for RdsReplica {
    fn needs(&self) -> Vec<Query> {
        vec![
            Query::DbInstances(self.source_place.clone()),
            Query::DbInstances(self.replica_place.clone()),
            Query::DbEvents(self.source_place.clone()),
            Query::DbEvents(self.replica_place.clone()),
            Self::lag_query(&self.replica, &self.replica_place),
        ]
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let (source, replica) = self.sides(index);
        let mut queries = Vec::new();
        if let Roles::Follows(_, follower) = roles(&source, &replica) {
            // After a failover and the way back prepared, it is the old source that lags.
            if follower.name == source.name && follower.place == source.place {
                queries.push(Self::lag_query(source.name, source.place));
            }
            let replication = follower.sight.value.and_then(|instance| instance.replication.as_ref());
            if replication.is_some_and(|replication| is_broken_off(replication.status.as_str())) {
                queries.push(Self::earlier_query(follower.name, follower.place));
            }
        }
        queries
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (source, replica) = self.sides(index);
        let now = index.now();
        let mut evidence = Evidence::from(&Query::DbInstances(self.replica_place.clone()));
        evidence.decided_by(&Query::DbInstances(self.replica_place.clone()), &replica.sight);
        for side in [&replica, &source] {
            evidence.rests_on(&side.sight);
            let (name, region) = (side.name, side.region());
            match side.sight.value {
                Some(instance) => {
                    evidence.note(
                        if side.name == source.name && side.place == source.place { "source" } else { "replica" },
                        format!("{name} in {region}: {}", instance.status),
                    );
                    let events = events(index, side.place, name);
                    judge_zones(&mut evidence, instance, region, &events, now);
                    note_events(&mut evidence, &events, now);
                }
                None if side.sight.is_fresh() => {
                    evidence.blocker(Verdict::Unknown, format!("There is no RDS instance {name} in {region}"));
                }
                None => {}
            }
        }
        match roles(&source, &replica) {
            Roles::Follows(writer, follower) => {
                evidence.serving = Serving::Writer(BTreeSet::from([writer.site()]));
                evidence.blockers_unknown = !follower.sight.is_fresh();
                evidence.protection.data = backups(writer.name, writer.region(), &writer.sight);
                judge_follower(&mut evidence, index, writer, follower);
                if let Some(leader) = writer.sight.value.filter(|leader| standing(&leader.status) == Standing::Other) {
                    evidence.finding(
                        Verdict::AtRisk,
                        format!("{} in {} is {}", writer.name, writer.region(), leader.status),
                    );
                }
            }
            Roles::Both => {
                evidence.serving = Serving::Writer(BTreeSet::from([source.site(), replica.site()]));
                let why = format!(
                    "{} in {} and {} in {} both take writes: neither follows the other",
                    source.name,
                    source.region(),
                    replica.name,
                    replica.region()
                );
                evidence.protection.region = Protection::none(&why, replica.sight.trust.clone(), replica.sight.read_at);
                evidence.protection.data = backups(replica.name, replica.region(), &replica.sight);
                evidence.blocker(Verdict::Split, why);
            }
            Roles::Alone(writer, other) => {
                evidence.serving = Serving::Writer(BTreeSet::from([writer.site()]));
                evidence.decided_by(&Query::DbInstances(writer.place.clone()), &writer.sight);
                evidence.blockers_unknown = !other.sight.is_fresh();
                evidence.protection.data = backups(writer.name, writer.region(), &writer.sight);
                let why = format!("No instance follows {} in {}", writer.name, writer.region());
                evidence.protection.region = if other.sight.is_fresh() {
                    Protection::none(&why, writer.sight.trust.clone(), writer.sight.read_at)
                } else {
                    Protection::unread(other.sight.trust.clone())
                };
                if other.sight.value.is_some()
                    && !other.sight.is_fresh()
                    && writer.name == replica.name
                    && writer.place == replica.place
                {
                    evidence.finding(
                        Verdict::AtRisk,
                        format!(
                            "{} was promoted; whether {} still takes writes cannot be read",
                            writer.name, other.name
                        ),
                    );
                }
            }
            Roles::Untold => {
                let trust = source.sight.trust.clone().and(&replica.sight.trust);
                evidence.blockers_unknown = true;
                let why = match replica.sight.value.and_then(|instance| instance.replica_source.as_ref()) {
                    Some(leader) => format!("{} follows {leader}, not {}", replica.name, source.name),
                    None if source.sight.is_absent() || replica.sight.is_absent() => {
                        let absent = if source.sight.is_absent() { &source } else { &replica };
                        format!("There is no RDS instance {} in {}", absent.name, absent.region())
                    }
                    None => format!("Which of {} and {} takes the writes cannot be told", source.name, replica.name),
                };
                evidence.protection.region = Protection::unknown(&why, trust.clone());
                evidence.protection.data = backups(source.name, source.region(), &source.sight);
                if trust == Trust::Fresh {
                    evidence.finding(Verdict::Unknown, why);
                }
            }
        }
        if let Loss::Since { newest, .. } = evidence.protection.data.loss {
            evidence.note("restorable to", clock(newest, now));
        }
        evidence
    }
}
