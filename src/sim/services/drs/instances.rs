//! `DescribeRecoveryInstances`: the machines of drills that are not over.

use super::drills::{self, Drill};
use super::error::PAGES;
use super::properties::{self, AGENT};
use super::request::filter;
use super::servers;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::{Disposition, Server};
use crate::sim::services::paging::Page;
use crate::sim::wire::{AwsError, Value};

/// `DescribeRecoveryInstances`.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let drills = drills::drills(world, call)?;
    let up = drills.iter().flat_map(|drill| drill.servers.iter().map(move |server| (drill, *server)));
    let wanted = |drill: &Drill<'_>, server: &Server| {
        among(call, "recoveryInstanceIDs", &drill.instance(server)) && among(call, "sourceServerIDs", &server.id)
    };
    let all = up.filter(|(drill, server)| drill.is_up(server, world.now) && wanted(drill, server)).collect();
    let cut = page.cut(call, all);
    let items = cut.items.iter().map(|(drill, server)| value(world, drill, server));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// Whether an id is among those of a filter; this operation has no ValidationException. An absent or empty filter lets all through.
fn among(call: &Call, name: &str, id: &str) -> bool {
    let listed = filter(call, name).and_then(serde_json::Value::as_array);
    listed.is_none_or(|listed| listed.is_empty() || listed.iter().any(|wanted| *wanted == *id))
}

fn value(world: &World, drill: &Drill<'_>, server: &Server) -> Value {
    let id = drill.instance(server);
    let launched = drill.launched(server);
    let state = match server.launch.disposition {
        _ if drill.ending() <= world.now => "SHUTTING-DOWN",
        Disposition::Started => "RUNNING",
        Disposition::Stopped => "STOPPED",
    };
    let origin = if server.is_ec2() { "AWS" } else { "ON_PREMISES" };
    Value::map([
        ("recoveryInstanceID", (&id).into()),
        ("ec2InstanceID", (&id).into()),
        ("ec2InstanceState", state.into()),
        ("arn", world.arn("drs", &server.region, &format!("recovery-instance/{id}")).into()),
        ("sourceServerID", (&server.id).into()),
        ("jobID", drill.job().into()),
        ("isDrill", true.into()),
        ("tags", servers::tags(server)),
        ("pointInTimeSnapshotDateTime", drill.point(server).drs_text().into()),
        ("originEnvironment", origin.into()),
        ("originAvailabilityZone", server.origin_zone.as_ref().into()),
        ("failback", Value::map([("state", "FAILBACK_NOT_STARTED".into())])),
        ("dataReplicationInfo", Value::map([("dataReplicationState", "NOT_STARTED".into())])),
        ("recoveryInstanceProperties", properties::recovered(world, server, launched)),
        ("agentVersion", AGENT.into()),
    ])
}
