//! `DescribeJobLogItems`: what a job did, step by step.

use super::drills::{SNAPSHOT, STARTS};
use super::error::{PAGES, invalid};
use super::jobs::{self, Job, Part};
use super::request::id;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::Server;
use crate::sim::estate::recovery_job::{Data, Making, Replaces, Work};
use crate::sim::services::paging::Page;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// From the end of a server's conversion until its machine runs.
pub(super) const BOOT: Span = Span::from_seconds(90);

/// One line of a log.
struct Entry<'j> {
    at: Moment,
    event: &'static str,
    part: Option<&'j Part<'j>>,
}

/// `DescribeJobLogItems`, oldest first: what has happened so far.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let id = id(call, "jobID", "drsjob-")?;
    let jobs = jobs::here(world, call)?;
    let job = jobs.iter().find(|job| job.id == id).ok_or_else(|| invalid(format!("Job {id} does not exist.")))?;
    let steps = job.parts.iter().flat_map(|part| {
        let steps = match (job.work, part.made) {
            (Work::Recovery | Work::Drill, Some(made)) => launch(job, part, made),
            (Work::Failback, _) => conversion(job.created + STARTS + SECOND, part),
            (Work::Recovery | Work::Drill | Work::Termination, _) => Vec::new(),
        };
        steps.into_iter().map(move |(event, at)| Entry { at, event, part: Some(part) })
    });
    let mut entries: Vec<Entry<'_>> = steps.collect();
    entries.push(Entry { at: job.created + STARTS, event: "JOB_START", part: None });
    entries.push(Entry { at: job.ends, event: "JOB_END", part: None });
    entries.retain(|entry| entry.at <= world.now);
    entries.sort_by_key(|entry| entry.at);
    let cut = page.cut(call, entries);
    let items = cut.items.iter().map(|entry| value(world, job, entry));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

const SECOND: Span = Span::from_seconds(1);

/// Each server of a launch goes through snapshot, conversion and launch; a machine that is already there goes first.
fn launch(job: &Job<'_>, part: &Part<'_>, made: Making) -> Vec<(&'static str, Moment)> {
    let start = job.created + STARTS + SECOND;
    let snapped = job.created + SNAPSHOT;
    let mut steps = match made.replaces {
        Replaces::Nothing => Vec::new(),
        Replaces::Earlier => vec![("CLEANUP_START", start), ("CLEANUP_END", start + SECOND)],
    };
    steps.extend(match made.data {
        Data::Pinned(_) => Vec::new(),
        Data::Fresh(_) => vec![("SNAPSHOT_START", start + SECOND), ("SNAPSHOT_END", snapped)],
        Data::Previous(_) => vec![("USING_PREVIOUS_SNAPSHOT", snapped)],
        Data::Fallback(_) => vec![
            ("SNAPSHOT_START", start + SECOND),
            ("SNAPSHOT_FAIL", snapped - SECOND),
            ("USING_PREVIOUS_SNAPSHOT", snapped),
        ],
    });
    steps.extend(conversion(snapped + SECOND, part));
    steps
}

fn conversion(start: Moment, part: &Part<'_>) -> Vec<(&'static str, Moment)> {
    let converted = part.done - BOOT;
    let failed = part.failure.map(|_| ("LAUNCH_FAILED", part.done));
    [("CONVERSION_START", start), ("CONVERSION_END", converted), ("LAUNCH_START", converted + SECOND)]
        .into_iter()
        .chain(failed)
        .collect()
}

fn value(world: &World, job: &Job<'_>, entry: &Entry<'_>) -> Value {
    let converter = |server: &Server| format!("i-{}", world.hex(&["conversion-server", &job.id, &server.id], 17));
    let converting = entry.part.filter(|_| entry.event.starts_with("CONVERSION") && job.work != Work::Failback);
    let launching = entry.part.filter(|part| entry.event.starts_with("LAUNCH") && part.failure.is_none());
    let error = match entry.event {
        "LAUNCH_FAILED" => entry.part.and_then(|part| part.failure),
        "SNAPSHOT_FAIL" => Some("The snapshot of a volume could not be completed."),
        _ => None,
    };
    let data = Value::map([
        ("sourceServerID", entry.part.map(|part| &part.server.id).into()),
        ("conversionServerID", converting.map(|part| converter(part.server)).into()),
        ("targetInstanceID", launching.filter(|part| part.made.is_some()).map(|part| &part.machine).into()),
        ("rawError", error.into()),
    ]);
    Value::map([("logDateTime", entry.at.drs_text().into()), ("event", entry.event.into()), ("eventData", data)])
}
