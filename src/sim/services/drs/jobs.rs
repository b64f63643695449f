//! `DescribeJobs`: the jobs that launched drills, and those that ended them. COMPLETED says nothing of success: each server has a
//! launch status of its own.

use super::drills::{self, Drill, STARTS};
use super::error::PAGES;
use super::request::{ids, moment};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::drs::Server;
use crate::sim::services::paging::Page;
use crate::sim::time::Moment;
use crate::sim::wire::{AwsError, Value};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Launch,
    Terminate,
}

/// A job.
#[derive(Clone, Debug)]
pub(super) struct Job<'w> {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) drill: Drill<'w>,
    pub(super) created: Moment,
    pub(super) ends: Moment,
}

/// `DescribeJobs`, newest first.
pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let wanted = ids(call, "jobIDs", "drsjob-")?;
    let (from, to) = (moment(call, "fromDate")?, moment(call, "toDate")?);
    let mut jobs = jobs(world, call)?;
    jobs.retain(|job| {
        wanted.as_ref().is_none_or(|wanted| wanted.contains(&job.id.as_str()))
            && from.is_none_or(|from| from <= job.created)
            && to.is_none_or(|to| job.created <= to)
    });
    let cut = page.cut(call, jobs);
    let items = cut.items.iter().map(|job| value(world, call, job));
    Ok(Value::map([("items", Value::list("item", items)), ("nextToken", cut.next.into())]))
}

/// The jobs of a Region so far, newest first.
pub(super) fn jobs<'w>(world: &'w World, call: &Call) -> Result<Vec<Job<'w>>, AwsError> {
    let mut jobs = Vec::new();
    for drill in drills::drills(world, call)? {
        let (ending, over) = (drill.ending(), drill.over());
        // Where nothing came up, there is nothing to end.
        if ending <= world.now && drill.servers.iter().any(|server| !drill.has_failed(server)) {
            jobs.push(Job {
                id: drill.end_job(),
                kind: Kind::Terminate,
                drill: drill.clone(),
                created: ending,
                ends: over,
            });
        }
        let (started, complete) = (drill.started, drill.complete());
        jobs.push(Job { id: drill.job(), kind: Kind::Launch, drill, created: started, ends: complete });
    }
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created));
    Ok(jobs)
}

fn value(world: &World, call: &Call, job: &Job<'_>) -> Value {
    let (kind, initiated_by) = match job.kind {
        Kind::Launch => ("LAUNCH", "START_DRILL"),
        Kind::Terminate => ("TERMINATE", "TERMINATE_RECOVERY_INSTANCES"),
    };
    let status = if job.ends <= world.now {
        "COMPLETED"
    } else if job.created + STARTS <= world.now {
        "STARTED"
    } else {
        "PENDING"
    };
    let takes_part = |server: &&&Server| job.kind == Kind::Launch || !job.drill.has_failed(server);
    let servers = job.drill.servers.iter().filter(takes_part).map(|server| {
        let (launch, instance) = match job.kind {
            // What this job did to it stays, whatever a later job does.
            Kind::Launch if job.drill.has_failed(server) => (job.drill.launch_status(server, world.now), None),
            Kind::Launch if job.ends <= world.now => ("LAUNCHED", Some(job.drill.instance(server))),
            Kind::Launch => {
                let status = job.drill.launch_status(server, world.now);
                (status, (status == "LAUNCHED").then(|| job.drill.instance(server)))
            }
            Kind::Terminate if job.ends <= world.now => ("TERMINATED", Some(job.drill.instance(server))),
            Kind::Terminate => ("IN_PROGRESS", Some(job.drill.instance(server))),
        };
        Value::map([
            ("sourceServerID", (&server.id).into()),
            ("recoveryInstanceID", instance.into()),
            ("launchStatus", launch.into()),
        ])
    });
    Value::map([
        ("jobID", (&job.id).into()),
        ("arn", world.arn("drs", &call.region, &format!("job/{}", job.id)).into()),
        ("type", kind.into()),
        ("initiatedBy", initiated_by.into()),
        ("creationDateTime", job.created.drs_text().into()),
        ("endDateTime", Some(job.ends).filter(|ends| *ends <= world.now).map(Moment::drs_text).into()),
        ("status", status.into()),
        ("participatingServers", Value::list("server", servers)),
        ("tags", Value::map([])),
    ])
}
