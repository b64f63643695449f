//! `DescribeSourceServers`.

use serde_json::Value as Json;

use super::drills::TERMINATION;
use super::error::PAGES;
use super::properties::AGENT;
use super::request::{filter, ids, servers};
use super::{jobs, machines, properties, replication};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::{Direction, Server};
use crate::sim::estate::recovery_job::Work;
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

impl Direction {
    const fn name(self) -> &'static str {
        match self {
            Self::Failover => "FAILOVER",
            Self::Failback => "FAILBACK",
        }
    }
}

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
    let called = Some((&name, &server.name)).filter(|(_, name)| !name.is_empty());
    Value::texts(called.into_iter().chain(server.tags.iter().filter(|(key, _)| **key != name)))
}

/// The ARN of a server.
pub(super) fn arn(world: &World, server: &Server) -> String {
    arn_of(world, &server.region, &server.id)
}

fn arn_of(world: &World, region: &str, id: &str) -> String {
    world.arn("drs", region, &format!("source-server/{id}"))
}

/// `SourceServer`.
pub(super) fn value(world: &World, server: &Server) -> Value {
    let launches = jobs::launches(world, server);
    let machines = machines::of_server(world, server);
    let instance = machines.iter().find(|machine| machine.is_listed(world.now) && machine.launched <= world.now);
    let launch = launches.first().and_then(|job| {
        let part = job.parts.first()?;
        let is_gone = part.failure.is_none() && part.ended.is_some_and(|ended| ended + TERMINATION <= world.now);
        Some((job, if is_gone { "TERMINATED" } else { job.launch_status(part, world.now) }))
    });
    let result = match launch {
        None => "NOT_STARTED",
        Some((_, "PENDING" | "IN_PROGRESS")) => "PENDING",
        Some((_, "FAILED")) => "FAILED",
        Some(_) => "SUCCEEDED",
    };
    let last_launch = launch.map(|(job, status)| {
        let initiated = Value::map([
            ("apiCallDateTime", job.created.drs_text().into()),
            ("jobID", (&job.id).into()),
            ("type", if job.work == Work::Drill { "DRILL" } else { "RECOVERY" }.into()),
        ]);
        Value::map([("initiated", initiated), ("status", status.into())])
    });
    let reversed = server.course.reversed.as_ref();
    Value::map([
        ("sourceServerID", (&server.id).into()),
        ("arn", arn(world, server).into()),
        ("tags", tags(server)),
        ("recoveryInstanceId", instance.map(|machine| &machine.id).into()),
        ("lastLaunchResult", result.into()),
        ("dataReplicationInfo", replication::of(world, server).value(world)),
        ("lifeCycle", life_cycle(world, server, last_launch)),
        ("sourceProperties", properties::source(world, server)),
        ("stagingArea", staging(world)),
        ("sourceCloudProperties", properties::cloud(world, server)),
        ("replicationDirection", server.course.direction.name().into()),
        ("reversedDirectionSourceServerArn", reversed.map(|other| arn_of(world, &other.region, &other.id)).into()),
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
