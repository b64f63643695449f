//! `DescribeRecoveryInstances`: the machines that were launched and are not gone.

use super::error::PAGES;
use super::failback::State;
use super::machines::{self, Machine};
use super::properties::{self, AGENT};
use super::replication;
use super::request::{filter, initialized};
use super::servers;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::paging::Page;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

/// `DescribeRecoveryInstances`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let mut all = here(world, call)?;
    all.retain(|machine| {
        among(call, "recoveryInstanceIDs", &machine.id) && among(call, "sourceServerIDs", &machine.server.id)
    });
    let cut = page.cut(call, all);
    let items = cut.items.iter().map(|machine| value(world, machine));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// The machines that the Region asked shows.
pub(super) fn here<'w>(world: &'w World, call: &'w Call) -> Result<Vec<Machine<'w>>, AwsError> {
    initialized(world, &call.region)?;
    let mut all = machines::of_region(world, &call.region);
    all.retain(|machine| machine.is_listed(world.now));
    Ok(all)
}

/// Whether an id is among those of a filter; this operation has no ValidationException. An absent or empty filter lets all through.
fn among(call: &Call, name: &str, id: &str) -> bool {
    let listed = filter(call, name).and_then(serde_json::Value::as_array);
    listed.is_none_or(|listed| listed.is_empty() || listed.iter().any(|wanted| *wanted == *id))
}

/// The ARN of a machine.
pub(super) fn arn(world: &World, machine: &Machine<'_>) -> String {
    world.arn("drs", &machine.server.region, &format!("recovery-instance/{}", machine.id))
}

fn value(world: &World, machine: &Machine<'_>) -> Value {
    let server = machine.server;
    let origin = if server.is_ec2() { "AWS" } else { "ON_PREMISES" };
    let tags = machine.made.and_then(|made| made.tags.as_ref()).map(Value::texts);
    let (failback, replication) = home(world, machine);
    Value::map([
        ("recoveryInstanceID", (&machine.id).into()),
        ("ec2InstanceID", (&machine.id).into()),
        ("ec2InstanceState", machine.state(world.now).into()),
        ("arn", arn(world, machine).into()),
        ("sourceServerID", (&server.id).into()),
        ("jobID", (&machine.job).into()),
        ("isDrill", machine.is_drill.into()),
        ("tags", tags.unwrap_or_else(|| servers::tags(server))),
        ("pointInTimeSnapshotDateTime", machine.data.of().drs_text().into()),
        ("originEnvironment", origin.into()),
        ("originAvailabilityZone", server.origin_zone.as_ref().into()),
        ("failback", failback),
        ("dataReplicationInfo", replication),
        ("recoveryInstanceProperties", properties::recovered(world, server, machine.launched.min(world.now))),
        ("agentVersion", AGENT.into()),
    ])
}

/// `failback` and `dataReplicationInfo`: how far a machine is on its way home.
fn home(world: &World, machine: &Machine<'_>) -> (Value, Value) {
    let state = |name: &'static str| Value::map([("dataReplicationState", name.into())]);
    if machine.disconnected().is_some() {
        return (Value::map([("state", State::NotStarted.name().into())]), state("DISCONNECTED"));
    }
    // Within AWS a source server in the Region it came from takes its data.
    let feeds = machine.made.and_then(|made| made.feeds.as_ref());
    let fed = feeds.and_then(|id| world.estate.drs.servers.iter().find(|server| server.id == *id));
    if let Some(fed) = fed.filter(|fed| fed.course.deleted.is_none()) {
        let replication = replication::of(world, fed);
        let state = if replication.is_continuous() { State::Ready } else { State::InProgress };
        let failback = Value::map([
            ("state", state.name().into()),
            ("failbackInitiationTime", fed.added(world).drs_text().into()),
        ]);
        return (failback, replication.of_machine(world));
    }
    let failback = world.failback(machine);
    let replicates = match failback.state {
        State::NotStarted => "NOT_STARTED",
        State::InProgress => "INITIAL_SYNC",
        State::Ready => "CONTINUOUS",
        State::NotReady => "STALLED",
        State::Error => "CONTINUOUS",
        State::Completed => "STOPPED",
    };
    let eta = failback.ready.filter(|_| failback.state == State::InProgress);
    let seen =
        failback.booted.map(|_| failback.done.unwrap_or_else(|| world.last_alive(&machine.server.origin, world.now)));
    let about = Value::map([
        ("state", failback.state.name().into()),
        ("failbackClientID", failback.booted.map(|_| world.uuid(&["failback-client", &machine.id])).into()),
        ("failbackInitiationTime", failback.booted.map(Moment::drs_text).into()),
        ("firstByteDateTime", failback.booted.map(Moment::drs_text).into()),
        ("failbackJobID", failback.job.into()),
        ("failbackClientLastSeenByServiceDateTime", seen.map(Moment::drs_text).into()),
        ("failbackToOriginalServer", failback.booted.map(|_| true).into()),
    ]);
    (about, state(replicates).with("etaDateTime", eta.map(Moment::drs_text)))
}
