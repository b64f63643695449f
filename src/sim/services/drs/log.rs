//! `DescribeJobLogItems`: what a job did, step by step.

use super::drills::{SNAPSHOT, STARTS};
use super::error::{PAGES, invalid};
use super::jobs::{self, Job, Kind};
use super::request::id;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::Server;
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// From the end of a server's conversion until its machine runs.
const BOOT: Span = Span::from_seconds(90);

/// One line of a log.
struct Entry<'w> {
    at: Moment,
    event: &'static str,
    server: Option<&'w Server>,
}

/// `DescribeJobLogItems`, oldest first: what has happened so far.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let id = id(call, "jobID", "drsjob-")?;
    let jobs = jobs::jobs(world, call)?;
    let job = jobs.iter().find(|job| job.id == id).ok_or_else(|| invalid(format!("Job {id} does not exist.")))?;
    let mut entries = match job.kind {
        Kind::Launch => launch(job),
        Kind::Terminate => Vec::new(),
    };
    entries.push(Entry { at: job.created + STARTS, event: "JOB_START", server: None });
    entries.push(Entry { at: job.ends, event: "JOB_END", server: None });
    entries.retain(|entry| entry.at <= world.now);
    entries.sort_by_key(|entry| entry.at);
    let cut = page.cut(call, entries);
    let items = cut.items.iter().map(|entry| value(world, job, entry));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// Each server of a launch goes through snapshot, conversion and launch.
fn launch<'w>(job: &Job<'w>) -> Vec<Entry<'w>> {
    let second = Span::from_seconds(1);
    let steps = job.drill.servers.iter().flat_map(|server| {
        let converted = job.drill.launched(server) - BOOT;
        let snapshot = if job.drill.uses_previous(server) {
            vec![("USING_PREVIOUS_SNAPSHOT", job.created + SNAPSHOT)]
        } else {
            vec![("SNAPSHOT_START", job.created + STARTS + second), ("SNAPSHOT_END", job.created + SNAPSHOT)]
        };
        let launch = [
            ("CONVERSION_START", job.created + SNAPSHOT + second),
            ("CONVERSION_END", converted),
            ("LAUNCH_START", converted + second),
        ];
        let failed = job.drill.has_failed(server).then(|| ("LAUNCH_FAILED", job.drill.launched(server)));
        let steps = snapshot.into_iter().chain(launch).chain(failed);
        steps.map(|(event, at)| Entry { at, event, server: Some(server) }).collect::<Vec<_>>()
    });
    steps.collect()
}

/// What EC2 said of a machine that it did not launch.
const REFUSED: &str = "We currently do not have sufficient capacity in the Availability Zone you requested \
                       (InsufficientInstanceCapacity).";

fn value(world: &World, job: &Job<'_>, entry: &Entry<'_>) -> Value {
    let converter = |server: &Server| format!("i-{}", world.hex(&["conversion-server", &job.id, &server.id], 17));
    let converting = entry.server.filter(|_| entry.event.starts_with("CONVERSION"));
    let launching = entry.server.filter(|server| entry.event.starts_with("LAUNCH") && !job.drill.has_failed(server));
    let error = (entry.event == "LAUNCH_FAILED").then_some(REFUSED);
    let data = Value::map([
        ("sourceServerID", entry.server.map(|server| &server.id).into()),
        ("conversionServerID", converting.map(converter).into()),
        ("targetInstanceID", launching.map(|server| job.drill.instance(server)).into()),
        ("rawError", error.into()),
    ]);
    Value::map([("logDateTime", entry.at.drs_text().into()), ("event", entry.event.into()), ("eventData", data)])
}
