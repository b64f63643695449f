//! `DescribeSourceServers`.

use serde_json::Value as Json;

use super::error::PAGES;
use super::properties::AGENT;
use super::request::{filter, ids, servers};
use super::{drills, properties, replication};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::Server;
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// `DescribeSourceServers`, in the estate's order.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let wanted = ids(call, "sourceServerIDs", "s-")?;
    let hardware = filter(call, "hardwareId").and_then(Json::as_str).filter(|id| !id.is_empty());
    // All servers are staged in their own account.
    let staged_elsewhere = filter(call, "stagingAccountIDs")
        .and_then(Json::as_array)
        .is_some_and(|accounts| !accounts.is_empty() && !accounts.iter().any(|account| *account == *call.account));
    let mut servers = servers(world, call)?;
    servers.retain(|server| {
        !staged_elsewhere
            && wanted.as_ref().is_none_or(|wanted| wanted.contains(&server.id.as_str()))
            && hardware.is_none_or(|hardware| hardware == server.hardware(world))
    });
    let cut = page.cut(call, servers);
    let items = cut.items.iter().map(|server| value(world, server));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// The tags of a server, `Name` first.
pub(super) fn tags(server: &Server) -> Value {
    let name = String::from("Name");
    Value::texts(std::iter::once((&name, &server.name)).chain(server.tags.iter().filter(|(key, _)| **key != name)))
}

fn value(world: &World, server: &Server) -> Value {
    let drill = drills::of_server(world, server);
    let instance = drill.as_ref().filter(|drill| drill.is_up(server, world.now)).map(|drill| drill.instance(server));
    let launch = drill.as_ref().map(|drill| drill.launch_status(server, world.now));
    let result = match launch {
        None => "NOT_STARTED",
        Some("PENDING" | "IN_PROGRESS") => "PENDING",
        Some("FAILED") => "FAILED",
        Some(_) => "SUCCEEDED",
    };
    let last_launch = drill.as_ref().zip(launch).map(|(drill, status)| {
        let initiated = Value::map([
            ("apiCallDateTime", drill.started.drs_text().into()),
            ("jobID", drill.job().into()),
            ("type", "DRILL".into()),
        ]);
        Value::map([("initiated", initiated), ("status", status.into())])
    });
    Value::map([
        ("sourceServerID", (&server.id).into()),
        ("arn", world.arn("drs", &server.region, &format!("source-server/{}", server.id)).into()),
        ("tags", tags(server)),
        ("recoveryInstanceId", instance.into()),
        ("lastLaunchResult", result.into()),
        ("dataReplicationInfo", replication::of(world, server).value(world)),
        ("lifeCycle", life_cycle(world, server, last_launch)),
        ("sourceProperties", properties::source(world, server)),
        ("stagingArea", staging(world)),
        ("sourceCloudProperties", properties::cloud(world, server)),
        ("replicationDirection", "FAILOVER".into()),
        ("agentVersion", AGENT.into()),
    ])
}

fn life_cycle(world: &World, server: &Server, last_launch: Option<Value>) -> Value {
    let first_byte = Some(server.first_byte(world)).filter(|first| *first <= world.now);
    let elapsed = first_byte.map(|first| Span::iso(world.now - first));
    Value::map([
        ("addedToServiceDateTime", server.added(world).drs_text().into()),
        ("firstByteDateTime", first_byte.map(Moment::drs_text).into()),
        ("elapsedReplicationDuration", elapsed.into()),
        ("lastSeenByServiceDateTime", server.last_seen(world).drs_text().into()),
        ("lastLaunch", last_launch.unwrap_or(Value::Null)),
    ])
}

fn staging(world: &World) -> Value {
    Value::map([("status", "NOT_EXTENDED".into()), ("stagingAccountID", (&world.estate.account).into())])
}
