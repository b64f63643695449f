//! Events of instances: their daily backups, Multi-AZ failovers, and replication that is broken off and comes back.

use super::{PAGES, invalid, placement};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::rds::Instance;
use crate::sim::fault::Fault;
use crate::sim::services::paging::Page;
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
struct Event<'w> {
    at: Moment,
    instance: &'w Instance,
    category: &'static str,
    message: &'static str,
}

/// `DescribeEvents`, oldest first.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
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
    let instances = world.estate.rds.instances.iter().filter(|instance| {
        instance.region == call.region
            && kind.is_none_or(|kind| kind == "db-instance")
            && id.is_none_or(|id| id.eq_ignore_ascii_case(&instance.id))
    });
    let mut events: Vec<Event<'_>> = instances.flat_map(|instance| of(world, instance, from, until)).collect();
    events.retain(|event| {
        from <= event.at && event.at <= until && (categories.is_empty() || categories.contains(&event.category))
    });
    events.sort_by(|a, b| (a.at, &a.instance.id).cmp(&(b.at, &b.instance.id)));
    let cut = page.cut(call, events);
    let values = cut.items.iter().map(|event| value(world, event));
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

fn of<'w>(world: &World, instance: &'w Instance, from: Moment, until: Moment) -> Vec<Event<'w>> {
    let mut events = Vec::new();
    let mut add = |at: Moment, category, message| events.push(Event { at, instance, category, message });
    for failover in placement::of(world, instance).failovers {
        add(failover.began, "failover", "Multi-AZ instance failover started.");
        add(failover.ended - RESTART, "availability", "DB instance restarted");
        add(failover.ended, "failover", "Multi-AZ instance failover completed");
    }
    if instance.backup_days > 0 {
        let offset = Span::DAY.share(world.unit(&["backup-window", &instance.id]));
        let takes = Span::from_seconds(90 + i64::from(instance.storage_gib) / 8);
        let created = world.start - instance.age;
        for at in World::schedule(Span::DAY, offset, (from - Span::DAY).max(created), until) {
            if !world.is_out(&instance.region, at) {
                add(at, "backup", "Backing up DB instance");
                add(at + takes, "backup", "Finished DB Instance backup");
            }
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

/// How long before the end of a failover the database is up again.
const RESTART: Span = Span::from_seconds(20);

fn value(world: &World, event: &Event<'_>) -> Value {
    let Instance { id, region, .. } = event.instance;
    Value::map([
        ("SourceIdentifier", id.into()),
        ("SourceType", "db-instance".into()),
        ("Message", event.message.into()),
        ("EventCategories", Value::list("EventCategory", [event.category.into()])),
        ("Date", event.at.into()),
        ("SourceArn", world.arn("rds", region, &format!("db:{id}")).into()),
    ])
}
