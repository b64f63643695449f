//! Points in time. A server's policy has a snapshot taken at each multiple of a rule's interval and kept for the rule's time.

use super::error::{PAGES, invalid};
use super::request::{id, moment, servers};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::Server;
use crate::sim::flow::Condition;
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// From its slot until a snapshot is listed as taken, at least, and on top of it at most.
const TAKES: (Span, Span) = (Span::from_seconds(40), Span::from_seconds(30));
/// From its slot to the moment its data are of, at most.
const LATE: Span = Span::from_seconds(6);

/// One snapshot of the policy.
pub(super) struct Snapshot {
    /// When it is due.
    expected: Moment,
    /// The moment its data are of; `None` while it is only expected.
    pub(super) taken: Option<Moment>,
}

/// `DescribeRecoverySnapshots`, oldest first unless asked otherwise.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let id = id(call, "sourceServerID", "s-")?;
    let servers = servers(world, call)?;
    let server = servers.iter().find(|server| server.id == id);
    let server = server.ok_or_else(|| invalid(format!("Source server {id} does not exist.")))?;
    let (from, to) = (moment(call, "fromDateTime")?, moment(call, "toDateTime")?);
    let mut all = snapshots(world, server);
    all.retain(|snapshot| {
        let at = snapshot.taken.unwrap_or(snapshot.expected);
        from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
    });
    match call.text("order") {
        None | Some("ASC") => all.reverse(),
        Some("DESC") => {}
        Some(other) => return Err(invalid(format!("order must be ASC or DESC, not {other}"))),
    }
    let cut = page.cut(call, all);
    let items = cut.items.iter().map(|snapshot| value(world, server, snapshot));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// The snapshots of a server that are there, newest first.
///
/// None is taken while the replica is not up to date; the newest one due is then listed as expected. The newest that was taken
/// stays however old it is: a server that is gone must not lose its last point because its policy would have had a newer one.
pub(super) fn snapshots(world: &World, server: &Server) -> Vec<Snapshot> {
    if server.has_lost_its_points(world) {
        return Vec::new();
    }
    let longest = server.snapshots.iter().map(|rule| rule.kept).max().unwrap_or(Span::ZERO);
    let due = server
        .snapshots
        .iter()
        .flat_map(|rule| World::schedule(rule.every, Span::ZERO, world.now - longest, world.now));
    let mut slots: Vec<Moment> = due.collect();
    slots.sort_unstable_by(|a, b| b.cmp(a));
    slots.dedup();
    let is_protected = server.synced(world) <= world.now
        && world.flow(&world.server_link(server), world.now).condition != Condition::Stopped;
    let mut found = Vec::new();
    let mut has_newest = false;
    for (slot, place) in slots.into_iter().zip(0..) {
        let is_kept =
            server.snapshots.iter().any(|rule| slot == slot.floor(rule.every) && world.now < slot + rule.kept);
        if !is_kept && has_newest {
            continue;
        }
        let drawn = |what: &str| world.unit(&["snapshot", what, &server.id, &slot.to_string()]);
        let at = slot + LATE.share(drawn("late"));
        let listed = slot + TAKES.0 + TAKES.1.share(drawn("takes"));
        let is_made = server.is_continuous(world, at);
        if is_made && listed <= world.now {
            has_newest = true;
            found.push(Snapshot { expected: slot, taken: Some(at) });
        } else if place == 0 && is_protected && (is_made || world.now < at || !server.is_continuous(world, world.now)) {
            found.push(Snapshot { expected: slot, taken: None });
        }
    }
    found
}

impl Snapshot {
    /// Its id.
    pub(super) fn id(&self, world: &World, server: &Server) -> String {
        format!("pit-{}", world.hex(&["pit", &server.id, &self.expected.to_string()], 17))
    }
}

fn value(world: &World, server: &Server, snapshot: &Snapshot) -> Value {
    let slot = snapshot.expected.to_string();
    let volumes = server
        .disks
        .iter()
        .map(|disk| format!("snap-{}", world.hex(&["pit-volume", &server.id, &slot, &disk.device], 17)).into());
    let volumes = snapshot.taken.map(|_| Value::list("ebsSnapshot", volumes));
    Value::map([
        ("snapshotID", snapshot.id(world, server).into()),
        ("sourceServerID", (&server.id).into()),
        ("expectedTimestamp", snapshot.expected.drs_text().into()),
        ("timestamp", snapshot.taken.map(Moment::drs_text).into()),
        ("ebsSnapshots", volumes.unwrap_or(Value::Null)),
    ])
}
