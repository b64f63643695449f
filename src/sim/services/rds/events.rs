//! Events: daily backups of instances and clusters, Multi-AZ failovers, and replication that is broken off and comes back.

use super::{instances, invalid, placement, standing, told};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::{Cluster, Instance};
use crate::sim::fault::Fault;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// How far back RDS remembers.
const KEPT: Span = Span::from_days(14);
/// How far back it answers unless asked otherwise, in minutes.
const USUAL_MINUTES: i64 = 60;
const SOURCE_TYPES: [&str; 9] = [
    "db-instance",
    "db-parameter-group",
    "db-security-group",
    "db-snapshot",
    "db-cluster",
    "db-cluster-snapshot",
    "custom-engine-version",
    "db-proxy",
    "blue-green-deployment",
];

/// One event.
pub(super) struct Event {
    pub(super) at: Moment,
    pub(super) source: Source,
    pub(super) category: &'static str,
    pub(super) message: String,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) arn: String,
}

/// `DescribeEvents`, oldest first.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PageRule::MARKED)?;
    let world = &page.world(world);
    let (from, until) = times(world, call)?;
    let (id, kind) = (call.text("SourceIdentifier"), call.text("SourceType"));
    if let Some(unknown) = kind.filter(|kind| !SOURCE_TYPES.contains(kind)) {
        return Err(invalid(format!("Unknown SourceType: {unknown}")));
    }
    if id.is_some() && kind.is_none() {
        let message = "SourceType must be specified with SourceIdentifier.".to_owned();
        return Err(AwsError::new(400, "InvalidParameterCombination", message));
    }
    let categories = call.texts("EventCategories");
    let instances = world.estate.rds.instances.iter().filter(|instance| instance.region == call.region);
    let clusters = world.estate.rds.clusters.iter().filter(|cluster| cluster.region == call.region);
    let mut events: Vec<Event> = instances.flat_map(|instance| of_instance(world, instance, from, until)).collect();
    events.extend(clusters.flat_map(|cluster| of_cluster(world, cluster, from, until)));
    events.extend(told::of_region(world, &call.region));
    events.retain(|event| {
        from <= event.at
            && event.at <= until
            && kind.is_none_or(|kind| kind == event.source.kind)
            && id.is_none_or(|id| id.eq_ignore_ascii_case(&event.source.id))
            && (categories.is_empty() || categories.contains(&event.category))
    });
    events.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
    let cut = page.cut(call, events);
    let values = cut.items.iter().map(value);
    Ok(Value::map([("Events", Value::list("Event", values)), ("Marker", cut.next.into())]))
}

/// From when to when: `StartTime` and `EndTime`, or `Duration` minutes until now, at most the last fourteen days.
fn times(world: &World, call: &Call) -> Result<(Moment, Moment), AwsError> {
    let minutes = call.integer("Duration").map_err(|sent| invalid(format!("Duration must be minutes, not {sent}")))?;
    let minutes = minutes.unwrap_or(USUAL_MINUTES);
    let most = KEPT.millis() / Span::MINUTE.millis();
    if !(0..=most).contains(&minutes) {
        return Err(invalid(format!("Duration must be from 0 to {most}, not {minutes}")));
    }
    let moment = |name: &str| match (call.text(name), call.moment(name)) {
        (Some(sent), None) => Err(invalid(format!("{name} is no time: {sent}"))),
        (None | Some(_), found) => Ok(found),
    };
    let until = moment("EndTime")?.unwrap_or(world.now).min(world.now);
    let from = moment("StartTime")?.unwrap_or(until - Span::from_minutes(minutes));
    if until < from {
        return Err(invalid("StartTime must be before EndTime".to_owned()));
    }
    Ok((from.max(world.now - KEPT), until))
}

fn of_instance(world: &World, instance: &Instance, from: Moment, until: Moment) -> Vec<Event> {
    let Instance { id, region, .. } = instance;
    let arn = world.arn("rds", region, &format!("db:{id}"));
    let source = Source { id: id.clone(), kind: "db-instance", arn };
    let mut events = Vec::new();
    let mut add = |at: Moment, category, message: &str| {
        events.push(Event { at, source: source.clone(), category, message: message.to_owned() });
    };
    let named = |failover: &placement::Failover| standing::bears_its_name(instance, failover.began);
    for failover in placement::of(world, instance).failovers.into_iter().filter(named) {
        add(failover.began, "failover", "Multi-AZ instance failover started.");
        add(failover.ended - RESTART, "availability", "DB instance restarted");
        add(failover.ended, "failover", "Multi-AZ instance failover completed");
    }
    let takes = instances::backup_takes(instance.storage_gib);
    for at in backups(world, (instance.first_name(), region), world.start - instance.age, from, until) {
        let then = standing::of_instance(&world.at(at), instance);
        if then.is_some_and(|then| then.backup_days > 0 && then.status == standing::AVAILABLE) {
            add(at, "backup", "Backing up DB instance");
            add(at + takes, "backup", "Finished DB Instance backup");
        }
    }
    if let Some(link) = instance.link() {
        let stops = world
            .timeline
            .times(|fault| matches!(fault, Fault::Stop(links) if links.include(&link.id, &link.from, &link.to)));
        for (stopped, resumed) in stops {
            add(stopped, "read replica", "Replication for the Read Replica has stopped: error connecting to source");
            add(resumed, "read replica", "Replication for the Read Replica resumed");
        }
    }
    events
}

/// A cluster is backed up by a snapshot a day, which has a name of its own.
fn of_cluster(world: &World, cluster: &Cluster, from: Moment, until: Moment) -> Vec<Event> {
    let Cluster { id, region, .. } = cluster;
    let events = daily(world, cluster, from, until).into_iter().flat_map(|at| {
        let name = format!("rds:{id}-{}", minute(at));
        let arn = world.arn("rds", region, &format!("cluster-snapshot:{name}"));
        let source = Source { id: name, kind: "db-cluster-snapshot", arn };
        let event =
            |at, message: &str| Event { at, source: source.clone(), category: "backup", message: message.to_owned() };
        [event(at, "Creating automated cluster snapshot"), event(at + SNAPSHOT, "Automated cluster snapshot created")]
    });
    events.collect()
}

/// When the daily snapshots of a cluster begin: while it is there.
pub(super) fn daily(world: &World, cluster: &Cluster, from: Moment, until: Moment) -> Vec<Moment> {
    if cluster.backup_days == 0 {
        return Vec::new();
    }
    let mut all = backups(world, (&cluster.id, &cluster.region), world.start - cluster.age, from, until);
    all.retain(|at| standing::of_cluster(&world.at(*at), cluster).is_some());
    all
}

/// A moment as the names of snapshots have it: `2026-11-20-04-12`.
pub(super) fn minute(at: Moment) -> String {
    at.to_string().chars().take(16).map(|c| if c.is_ascii_digit() { c } else { '-' }).collect()
}

/// How long the snapshot of a cluster takes.
pub(super) const SNAPSHOT: Span = Span::from_seconds(75);

/// When the daily backups of a database begin, some before `from` among them: its Region was there.
fn backups(world: &World, (id, region): (&str, &str), created: Moment, from: Moment, until: Moment) -> Vec<Moment> {
    let offset = backup_window(world, id);
    let times = World::schedule(Span::DAY, offset, (from - Span::DAY).max(created), until);
    times.filter(|at| !world.is_out(region, *at)).collect()
}

/// When in the day a database is backed up.
pub(super) fn backup_window(world: &World, id: &str) -> Span {
    Span::DAY.share(world.unit(&["backup-window", id]))
}

/// How long before the end of a failover the database is up again.
const RESTART: Span = Span::from_seconds(20);

fn value(event: &Event) -> Value {
    Value::map([
        ("SourceIdentifier", (&event.source.id).into()),
        ("SourceType", event.source.kind.into()),
        ("Message", (&event.message).into()),
        ("EventCategories", Value::list("EventCategory", [event.category.into()])),
        ("Date", event.at.into()),
        ("SourceArn", (&event.source.arn).into()),
    ])
}
