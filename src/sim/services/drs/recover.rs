//! `StartRecovery`: launches machines from source servers, to serve or to try them.

use serde_json::Value as Json;

use super::change::{count, cut_off, free, job_id, machine_mut, start, within_quotas};
use super::drills::{SNAPSHOT, STARTS};
use super::error::{conflict, invalid};
use super::request::{is_id, servers};
use super::{jobs, machines, replication, snapshots};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::drs::{End, Server};
use crate::sim::estate::recovery_job::{Data, Making, Part, Replaces, Work};
use crate::sim::fault::LaunchEnd;
use crate::sim::services::Changed;
use crate::sim::wire::AwsError;

/// `StartRecovery`. There is no error for a server that is not there: it is in no state to be launched.
pub(super) fn recover(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let known = servers(world, call)?;
    let asked = asked(call)?;
    within_quotas(world, &call.region, asked.len())?;
    let mut wanted = Vec::new();
    for (id, point) in &asked {
        let server = known.iter().copied().find(|server| server.id == **id);
        let server = server.ok_or_else(|| conflict(format!("Source server {id} does not exist.")))?;
        wanted.push((server, data(world, server, *point)?));
    }
    free(world, &call.region, wanted.iter().map(|(server, _)| *server))?;
    let job = job_id(world, &call.region);
    let work = if call.flag("isDrill").unwrap_or(false) { Work::Drill } else { Work::Recovery };
    let parts = wanted.into_iter().map(|(server, data)| {
        let replaces = replace(estate, world, server);
        Part {
            server: server.id.clone(),
            machine: format!("i-{}", world.hex(&["drs-machine", &job, &server.id], 17)),
            made: Some(Making { data, disposition: server.launch.disposition, replaces }),
        }
    });
    let parts = parts.collect();
    start(estate, world, call, (job, work), parts)
}

/// The servers that a call names, and the points in time that it wants of them.
fn asked(call: &Call) -> Result<Vec<(&str, Option<&str>)>, AwsError> {
    let mut asked = Vec::new();
    for item in call.items("sourceServers") {
        let id = item.get("sourceServerID").and_then(Json::as_str).unwrap_or_default();
        let point = item.get("recoverySnapshotID").and_then(Json::as_str);
        if !is_id(id, "s-") || point.is_some_and(|point| !is_id(point, "pit-")) {
            return Err(invalid(format!(
                "sourceServers: {item} does not name a server, or a recovery snapshot of one"
            )));
        }
        asked.push((id, point));
    }
    let ids: Vec<&str> = asked.iter().map(|(id, _)| *id).collect();
    count("sourceServers", &ids)?;
    Ok(asked)
}

/// What a launch takes its data from.
fn data(world: &World, server: &Server, pinned: Option<&str>) -> Result<Data, AwsError> {
    let points = snapshots::snapshots(world, server);
    if let Some(id) = pinned {
        let point = points.iter().find(|point| point.id(world, server) == id).and_then(|point| point.taken);
        let missing = || conflict(format!("Source server {} has no recovery snapshot {id}.", server.id));
        return point.map(Data::Pinned).ok_or_else(missing);
    }
    let newest = points.iter().find_map(|point| point.taken);
    let fails = jobs::fault(world, server, world.now).any(|end| end == LaunchEnd::PreviousSnapshot);
    match (replication::of(world, server).is_continuous(), newest) {
        (true, Some(newest)) if fails => Ok(Data::Fallback(newest)),
        (true, _) => Ok(Data::Fresh(world.now + SNAPSHOT.share(0.5))),
        (false, Some(newest)) => Ok(Data::Previous(newest)),
        (false, None) => Err(conflict(format!("Source server {} has no point in time to launch from.", server.id))),
    }
}

/// DRS keeps one machine of a server: one that is there goes before the next is launched.
fn replace(estate: &mut Estate, world: &World, server: &Server) -> Replaces {
    let mut replaces = Replaces::Nothing;
    for machine in machines::of_server(world, server) {
        let is_kept = machine.disconnected().is_some() || machine.ended.is_some_and(|ended| ended <= world.now);
        if machine.is_listed(world.now) && !is_kept {
            machine_mut(estate, &machine.id).ended = Some(world.now + STARTS);
            cut_off(estate, &machine.id, world.now + STARTS, End::SourceGone);
            replaces = Replaces::Earlier;
        }
    }
    replaces
}
