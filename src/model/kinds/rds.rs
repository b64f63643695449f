//! What the kinds of RDS and Aurora have in common.

use super::{Evidence, Means, Protection};
use crate::model::facts::rds::{ClusterAutomatedBackup, DbCluster, DbInstance, Event};
use crate::model::index::{Index, Sight};
use crate::model::words::clock;
use crate::model::{Moment, Place, Query, Region, Text, Verdict};

/// How many of the last events are shown.
const EVENTS_SHOWN: usize = 3;

/// What the status of an instance or cluster says; it is a free string in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It serves, and it can be promoted.
    Available,
    /// It serves, but changes to it are refused for now.
    Busy,
    /// Anything else, known as bad or not known at all.
    Other,
}

/// The standing of that status.
pub(super) fn standing(status: &Text) -> Standing {
    match status.as_str() {
        "available" => Standing::Available,
        "backing-up"
        | "modifying"
        | "maintenance"
        | "upgrading"
        | "renaming"
        | "rebooting"
        | "configuring-enhanced-monitoring"
        | "configuring-iam-database-auth"
        | "configuring-log-exports"
        | "resetting-master-credentials"
        | "storage-optimization"
        | "storage-config-upgrade"
        | "storage-initialization"
        | "moving-to-vpc"
        | "converting-to-vpc" => Standing::Busy,
        _ => Standing::Other,
    }
}

/// Whether an instance of that status takes no writes until somebody starts it again.
pub(super) fn at_rest(status: &Text) -> bool {
    matches!(status.as_str(), "stopped" | "deleting" | "deleted")
}

/// The protection of an instance by its automated backups in its own Region.
pub(super) fn backups(name: &str, region: &Region, instance: &Sight<'_, DbInstance>) -> Protection {
    let (trust, read_at) = (instance.trust.clone(), instance.read_at);
    match instance.value {
        None if instance.is_fresh() => {
            Protection::unknown(format!("There is no RDS instance {name} in {region}"), trust)
        }
        None => Protection::unread(trust),
        Some(DbInstance { backup_retention_days: 0, .. }) => {
            Protection::none(format!("Automated backups of {name} are off in {region}"), trust, read_at)
        }
        Some(DbInstance { latest_restorable: Some(latest), .. }) => {
            Protection::since(Means::Continuous, *latest, None, trust, read_at)
        }
        Some(_) => Protection::unknown(format!("AWS names no restorable time for {name} in {region}"), trust),
    }
}

/// The protection of an Aurora cluster by its automated backups in its own Region. Those of a cluster that is gone may be there still.
pub(super) fn cluster_backups(
    name: &str,
    region: &Region,
    cluster: &Sight<'_, DbCluster>,
    retained: &Sight<'_, [&ClusterAutomatedBackup]>,
) -> Protection {
    let trust = cluster.trust.clone();
    match cluster.value {
        None if cluster.is_fresh() => {
            let kept = retained.value.unwrap_or_default().iter().filter_map(|kept| Some((kept.latest?, kept.earliest)));
            match kept.max_by_key(|(latest, _)| *latest) {
                Some((latest, earliest)) => {
                    Protection::since(Means::Continuous, latest, earliest, trust.and(&retained.trust), retained.read_at)
                }
                None => Protection::unknown(format!("There is no Aurora cluster {name} in {region}"), trust),
            }
        }
        None => Protection::unread(trust),
        Some(found) => match found.latest_restorable {
            Some(latest) => {
                Protection::since(Means::Continuous, latest, found.earliest_restorable, trust, cluster.read_at)
            }
            None => Protection::unknown(format!("AWS names no restorable time for {name} in {region}"), trust),
        },
    }
}

/// What RDS says it did to the instance or cluster `name` in the last day, newest first. It explains; nothing rests on it.
pub(super) fn events<'a>(index: &Index<'a>, place: &Place, name: &str) -> Vec<(Moment, &'a Event)> {
    let found = index.db_events_of(&Query::DbEvents(place.clone()), name);
    let mut events: Vec<(Moment, &Event)> =
        found.value.unwrap_or_default().iter().filter_map(|event| Some((event.at?, *event))).collect();
    events.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    events
}

/// Shows the newest events that are no backups.
pub(super) fn note_events(evidence: &mut Evidence, events: &[(Moment, &Event)], now: Moment) {
    let telling = events.iter().filter(|(_, event)| !is(event, "backup"));
    for (at, event) in telling.take(EVENTS_SHOWN) {
        evidence.note("event", format!("{}: {}, {}", event.source, event.message, clock(*at, now)));
    }
}

fn is(event: &Event, category: &str) -> bool {
    event.categories.iter().any(|each| each.as_str() == category)
}

/// Whether an instance stands in two zones, and what its failovers within the Region came to.
pub(super) fn judge_zones(
    evidence: &mut Evidence,
    instance: &DbInstance,
    region: &Region,
    events: &[(Moment, &Event)],
    now: Moment,
) {
    let name = &instance.id;
    match (instance.multi_az, &instance.zone, &instance.standby_zone) {
        (true, zone, Some(standby)) => {
            let zone = zone.as_ref().map_or("not told", Text::as_str);
            evidence.note("zones", format!("{name}: {zone}, standby in {standby}"));
        }
        (true, zone, None) => {
            let zone = zone.as_ref().map_or("not told", Text::as_str);
            evidence.note("zones", format!("{name}: {zone}, no standby told"));
            evidence.finding(
                Verdict::AtRisk,
                format!("{name} in {region} is Multi-AZ but has no standby in another zone now"),
            );
        }
        (false, Some(zone), _) => evidence.note("zones", format!("{name}: {zone} only")),
        (false, None, _) => {}
    }
    let single = events.iter().find(|(_, event)| event.message.as_str().contains("Single-AZ"));
    if let (false, Some((at, event))) = (instance.multi_az, single) {
        evidence.finding(
            Verdict::AtRisk,
            format!("{name} in {region} lost its standby at {}: {}", clock(*at, now), event.message),
        );
    }
    // A failover that started and did not end is the newest of its events.
    if let Some((at, event)) = events.iter().find(|(_, event)| is(event, "failover")) {
        evidence.note("failover", format!("{}, {}", event.message, clock(*at, now)));
        if event.message.as_str().to_lowercase().contains("started") {
            evidence.finding(
                Verdict::AtRisk,
                format!("{name} in {region} fails over to its standby since {}", clock(*at, now)),
            );
        }
    }
}
