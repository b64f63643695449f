//! `drs-start-recovery`: launches source servers, each from a point in time that is known before.

use super::drs_point::{Planned, Point, snapshots};
use super::drs_servers::{
    Chosen, REGION, REVERSED_FROM, SERVERS, TAGS, is_active, is_continuous, is_there, own, said, some_of, started,
};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional};
use crate::model::facts::drs::{Job, LogItem, SourceServer};
use crate::model::words::{clock, count, length, listed};
use crate::model::{Query, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Launch, Pinned, Plane, StartRecovery};
use crate::runbook::check::Check;
use crate::runbook::work::{Choice, Found, Progress, Work};
use crate::runbook::world::{Attempt, Outcome, World};

/// The most servers of one job, jobs at a time, and servers in all jobs at a time: quotas of DRS.
const SERVERS_PER_JOB: usize = 100;
const JOBS_AT_A_TIME: usize = 20;
const SERVERS_AT_A_TIME: usize = 500;

/// Launches source servers.
#[derive(Clone, Debug, PartialEq)]
pub struct DrsStartRecovery {
    /// Which servers.
    pub chosen: Chosen,
    /// From which point in time.
    pub point: Point,
}

/// What became of a server in the jobs of this step, newest first.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    job: &'a Job,
    status: &'a str,
}

impl DrsStartRecovery {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "drs-start-recovery",
        doc: "Launches DRS source servers, as drills in a drill, and waits until every one of them runs. Those that failed can be retried alone.",
        keys: &[
            REGION,
            SERVERS,
            TAGS,
            REVERSED_FROM,
            optional(
                "point",
                Shape::Text,
                "newest",
                r#""newest""#,
                "The point in time: newest (each server's newest, pinned), latest (DRS takes one as it launches), chosen (by the operator, in the run), or a time.",
            ),
        ],
        read,
    };

    fn part<'a>(jobs: &[&'a Job], server: &SourceServer) -> Option<Part<'a>> {
        jobs.iter().find_map(|job| {
            let (_, status) = job.servers.iter().find(|(id, _)| *id == server.id)?;
            Some(Part { job, status: status.as_str() })
        })
    }

    /// The servers that are still to be launched: those which no job of this step has launched, or is about to.
    fn left<'a>(&self, world: &World<'a>, servers: &[&'a SourceServer]) -> Result<Vec<&'a SourceServer>, String> {
        if world.sent().is_none() {
            return Ok(servers.to_vec());
        }
        let jobs = own(world, self.chosen.jobs(world)?);
        let is_left = |server: &&&SourceServer| match Self::part(&jobs, server) {
            None => true,
            Some(part) => part.status != "LAUNCHED" && !is_active(part.job),
        };
        Ok(servers.iter().filter(is_left).copied().collect())
    }

    fn plan<'a>(&self, world: &World<'a>) -> Result<Vec<Planned<'a>>, String> {
        let servers = self.chosen.find(world)?;
        self.point.plan(world, &self.chosen.place, &self.left(world, &servers)?)
    }

    fn log_query(&self, job: &Job) -> Query {
        Query::JobLog(self.chosen.place.clone(), job.id.to_string())
    }

    fn log<'a>(&self, world: &World<'a>, job: &Job) -> &'a [LogItem] {
        fresh(world, &self.log_query(job), Snapshot::job_log).map_or(&[][..], Vec::as_slice)
    }

    fn launch(world: &World<'_>) -> Launch {
        match world.run.mode {
            Mode::Drill => Launch::Drill,
            Mode::Live | Mode::Tabletop => Launch::Recovery,
        }
    }

    fn check_points(&self, planned: &Result<Vec<Planned<'_>>, String>) -> Check {
        let what = "every server has a point in time to launch from";
        let planned = match planned {
            Ok(planned) => planned,
            Err(why) => return Check::blocks(what, why),
        };
        let without: Vec<String> = planned.iter().filter(|one| !one.is_usable()).map(|one| said(one.server)).collect();
        if !without.is_empty() {
            let why = format!("{} has none that fits; choose a later one, or leave the server out", listed(without));
            return Check::blocks(what, why);
        }
        let behind = planned.iter().filter(|one| one.takes_new && !is_continuous(one.server));
        let behind: Vec<String> =
            behind.map(|one| format!("{} is {}", said(one.server), one.server.state.word())).collect();
        if behind.is_empty() {
            return Check::holds(what);
        }
        Check::warns(what, format!("{}: DRS may use the newest that is there without saying so first", listed(behind)))
    }

    fn check_quota(&self, world: &World<'_>, servers: usize) -> Check {
        let what = "DRS takes so many jobs and servers at a time";
        let Ok(jobs) = self.chosen.jobs(world) else { return Check::warns(what, "the jobs at work cannot be read") };
        let active: Vec<&Job> = jobs.iter().filter(|job| is_active(job)).collect();
        let wanted = servers.div_ceil(SERVERS_PER_JOB);
        let busy: usize = active.iter().map(|job| job.servers.len()).sum();
        if active.len() + wanted > JOBS_AT_A_TIME {
            let why =
                format!("{} at work and {wanted} more are over its {JOBS_AT_A_TIME}; wait", count(active.len(), "job"));
            return Check::blocks(what, why);
        }
        if busy + servers > SERVERS_AT_A_TIME {
            let why = format!("{busy} servers in jobs and {servers} more are over its {SERVERS_AT_A_TIME}; wait");
            return Check::blocks(what, why);
        }
        Check::holds(what)
    }

    /// A launch terminates the machine that was launched before.
    fn check_machines(&self, world: &World<'_>, servers: &[&SourceServer]) -> Check {
        let what = "no machine of these servers is replaced";
        let instances = match self.chosen.instances(world) {
            Ok(instances) => instances,
            Err(why) => return Check::blocks(what, why),
        };
        let pairs = servers.iter().filter_map(|server| {
            let mut own = instances.iter().filter(|one| one.source_server == server.id && is_there(one));
            Some((*server, own.next()?))
        });
        let there: Vec<_> = pairs.collect();
        let say = |drill: bool| -> Vec<String> {
            let of_kind = there.iter().filter(|(_, one)| one.is_drill == drill);
            of_kind.map(|(server, one)| format!("{} is {} as {}", said(server), one.ec2_state, one.id)).collect()
        };
        let (serving, drills) = (say(false), say(true));
        if !serving.is_empty() {
            let why =
                format!("{}: launching again terminates it with all it has written; leave it out", some_of(serving));
            return Check::blocks(what, why);
        }
        if !drills.is_empty() {
            return Check::warns(what, format!("{} from a drill, which is terminated first", some_of(drills)));
        }
        Check::holds(what)
    }

    fn check_settings(&self, world: &World<'_>, servers: &[&SourceServer]) -> Check {
        let what = "the launch settings fit";
        let mut found = Vec::new();
        for server in servers {
            let query = Query::LaunchConfiguration(self.chosen.place.clone(), server.id.to_string());
            match fresh(world, &query, Snapshot::launch_configuration) {
                Ok(settings) => {
                    if settings.disposition.as_str() == "STOPPED" {
                        found.push(format!("{} is launched but not started", said(server)));
                    }
                    if settings.copy_private_ip {
                        found.push(format!("{} keeps its private address, which must be free", said(server)));
                    }
                }
                Err(why) => found.push(format!("those of {} are not known: {why}", said(server))),
            }
        }
        if found.is_empty() { Check::holds(what) } else { Check::warns(what, some_of(found)) }
    }

    /// Why a server was not launched, as its job's log says.
    fn reason(&self, world: &World<'_>, part: Part<'_>, server: &SourceServer) -> String {
        let log = self.log(world, part.job);
        let of_server = log.iter().rev().filter(|item| item.server.as_ref() == Some(&server.id));
        let mut failed = of_server.filter(|item| item.event.as_str().contains("FAIL"));
        let name = said(server);
        match failed.next() {
            Some(LogItem { event, error: Some(error), .. }) => {
                format!("{name}: {event}: {}", error.as_str().trim_end_matches(['.', ' ']))
            }
            Some(LogItem { event, .. }) => format!("{name}: {event}"),
            None => format!("{name}: {}, and the log of {} does not say why", part.status, part.job.id),
        }
    }

    /// What the machines really hold, where that is older than was asked for.
    fn older(&self, world: &World<'_>, parts: &[(&SourceServer, Part<'_>)]) -> Vec<String> {
        let used = |(server, part): &(&SourceServer, Part<'_>)| {
            let log = self.log(world, part.job);
            let previous = log.iter().any(|item| {
                item.event.as_str() == "USING_PREVIOUS_SNAPSHOT"
                    && item.server.as_ref().is_none_or(|id| *id == server.id)
            });
            let instances = self.chosen.instances(world).ok()?;
            let machine = instances.iter().find(|one| one.source_server == server.id && one.job == part.job.id);
            let of = machine.and_then(|one| one.point_in_time).map(|at| format!(" of {}", clock(at, world.now)));
            previous.then(|| format!("{} holds data{}, older than was asked for", said(server), of.unwrap_or_default()))
        };
        parts.iter().filter_map(used).collect()
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (chosen, point) = (Chosen::read(section, around), Point::read(section));
    Some(Kind::DrsStartRecovery(DrsStartRecovery { chosen: chosen?, point: point? }))
}

impl StepKind for DrsStartRecovery {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "every server's launch is LAUNCHED: a COMPLETED job alone is not enough",
            lost: "by the tag `dr-intent` of the job, on all pages of the jobs since then",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.chosen.place.region.clone()],
            permissions: vec!["drs:StartRecovery", "drs:TagResource"],
            undo: Text::new(
                "terminate the recovery instances while no users are on them; the source servers are not touched",
            ),
            on_failure: Text::new(
                "read why in the job's log; where capacity is missing, change the instance type or the subnet in the launch template; then retry, which launches only the servers that do not run",
            ),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = self.chosen.reads();
        if let Ok(servers) = self.chosen.find(world) {
            for server in servers {
                queries.push(snapshots(&self.chosen.place, server));
                queries.push(Query::LaunchConfiguration(self.chosen.place.clone(), server.id.to_string()));
            }
        }
        if let Ok(jobs) = self.chosen.jobs(world) {
            queries.extend(own(world, jobs).into_iter().map(|job| self.log_query(job)));
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let region = &self.chosen.place.region;
        let purpose = match Self::launch(world) {
            Launch::Drill => "as a drill ",
            Launch::Recovery => "",
        };
        match self.plan(world) {
            Ok(planned) if planned.is_empty() => {
                Text::new(format!("every server of {} was launched", self.chosen.meant()))
            }
            Ok(planned) => {
                let words = planned.iter().map(|one| one.words(world.now));
                Text::new(format!("launch {} {purpose}in {region}: {}", count(planned.len(), "server"), some_of(words)))
            }
            Err(_) => Text::new(format!("launch {purpose}{}", self.chosen.meant())),
        }
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        if Self::launch(world) == Launch::Drill {
            return None;
        }
        let planned = match self.plan(world) {
            Ok(planned) => planned,
            Err(why) => return Some(Text::new(format!("not known how much: {why}"))),
        };
        let until = world.run.began.filter(|began| *began < world.now).unwrap_or(world.now);
        let mut lost: Vec<_> = planned.iter().filter_map(|one| one.loss(until)).collect();
        lost.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
        let (longest, _) = lost.first()?;
        let end = if until == world.now {
            "now".to_owned()
        } else {
            format!("the disruption at {}", clock(until, world.now))
        };
        Some(Text::new(format!(
            "writes of up to {} before {end}: {}",
            length(*longest),
            some_of(lost.iter().map(|(_, words)| words))
        )))
    }

    fn choices(&self, world: &World<'_>) -> Vec<Choice> {
        self.point.choices(world, &self.chosen.place, &self.chosen.find(world).unwrap_or_default())
    }

    fn by_hand(&self) -> ByHand {
        let servers = self.chosen.servers_by_hand();
        let mut first = self.chosen.first_by_hand();
        let mut pinned = Vec::new();
        for (number, server) in (1..).zip(&servers) {
            let point = self.point.by_hand(number);
            if let Some((mark, which)) = &point {
                let see = format!("{mark} is the Id of {which}; its Time is that of the data: write it down");
                first.push(look(super::drs_point::shown(&self.chosen.place, server), see));
            }
            pinned.push(Pinned { server: server.clone(), snapshot: point.map(|(mark, _)| mark) });
        }
        first.push(look(
            self.chosen.machines_shown(),
            "no machine of these servers is RUNNING already: a second launch makes a second one",
        ));
        let mut then = self.chosen.more_by_hand();
        then.extend(pinned.chunks(SERVERS_PER_JOB).map(|chunk| {
            let (place, servers) = (self.chosen.place.clone(), chunk.to_vec());
            change(&ApiCall::StartRecovery(StartRecovery { place, launch: Launch::Recovery, servers }), &[])
        }));
        ByHand {
            first,
            then,
            last: self.chosen.job_by_hand(
                "every Launched is LAUNCHED: a job that is COMPLETED can have failed servers",
                "no USING_PREVIOUS_SNAPSHOT: it says that an older point was taken, with older data",
            ),
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "the source servers are there";
        let servers = self.chosen.find(world).and_then(|servers| self.left(world, &servers));
        let servers = match servers {
            Ok(servers) => servers,
            Err(why) => return vec![Check::blocks(what, why)],
        };
        let mut checks = vec![
            Check::holds(what),
            self.check_points(&self.plan(world)),
            self.chosen.check_free(world, &servers),
            self.check_machines(world, &servers),
            self.check_quota(world, servers.len()),
            self.check_settings(world, &servers),
        ];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        let Ok(planned) = self.plan(world) else { return Work::Watch };
        if planned.is_empty() {
            return Work::Already(Text::new("every server is launched, or being launched"));
        }
        let call = |chunk: &[Planned<'_>]| {
            let servers = chunk.iter().map(Planned::pinned).collect();
            ApiCall::StartRecovery(StartRecovery {
                place: self.chosen.place.clone(),
                launch: Self::launch(world),
                servers,
            })
        };
        Work::Calls(planned.chunks(SERVERS_PER_JOB).map(call).collect())
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let found = self.chosen.find(world).and_then(|servers| Ok((servers, self.chosen.jobs(world)?)));
        let (servers, jobs) = match found {
            Ok((servers, jobs)) => (servers, own(world, jobs)),
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        if world.sent().is_none() {
            return Progress::NotBegun(Text::new("no server was launched"));
        }
        let instances = match self.chosen.instances(world) {
            Ok(instances) => instances,
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let parts: Vec<(&SourceServer, Part<'_>)> =
            servers.iter().filter_map(|server| Some((*server, Self::part(&jobs, server)?))).collect();
        let state = |(server, part): &(&SourceServer, Part<'_>)| {
            let mut own = instances.iter().filter(|one| one.source_server == server.id && one.job == part.job.id);
            own.next().map(|one| one.ec2_state.as_str())
        };
        let up = |one: &&(&SourceServer, Part<'_>)| {
            one.1.status == "LAUNCHED" && state(one).is_some_and(|state| state != "PENDING")
        };
        let launched = parts.iter().filter(up).count();
        let all = servers.len();
        let words = format!("{launched} of {} launched", count(all, "server"));
        let is_asked = |server: &&SourceServer| {
            parts.iter().any(|(known, _)| known.id == server.id) || asked(world).contains(&server.id.as_str())
        };
        let unasked: Vec<String> = servers.iter().copied().filter(|one| !is_asked(one)).map(said).collect();
        let is_at_work = jobs.iter().any(|job| is_active(job));
        if !unasked.is_empty() && !is_at_work {
            return Progress::Failed {
                why: Text::new(format!("{words}; {} was in no request yet", some_of(unasked))),
                way_on: Text::new("retry, which launches only what does not run"),
            };
        }
        if parts.len() < all || is_at_work {
            #[allow(clippy::cast_precision_loss, reason = "a share of some servers")]
            let share = (all > 0).then(|| launched as f64 / all as f64);
            let id = jobs.first().map(|job| format!(", {} is {}", job.id, job.status)).unwrap_or_default();
            let failed = parts.iter().filter(|(_, part)| part.status == "FAILED");
            let failed: Vec<String> = failed.map(|(server, part)| self.reason(world, *part, server)).collect();
            let so_far = if failed.is_empty() {
                String::new()
            } else {
                let why = some_of(failed);
                format!(". FAILED: {why}; once the job is COMPLETED, retry launches only what failed")
            };
            return Progress::Running { state: Text::new(format!("{words}{id}{so_far}")), share };
        }
        let failed: Vec<_> = parts.iter().filter(|(_, part)| part.status != "LAUNCHED").collect();
        if !failed.is_empty() {
            let why = some_of(failed.iter().map(|(server, part)| self.reason(world, *part, server)));
            return Progress::Failed {
                why: Text::new(format!("{words}, although the job is COMPLETED. {why}")),
                way_on: Text::new(way_on(&why)),
            };
        }
        let gone: Vec<String> =
            parts.iter().filter(|one| state(one).is_none()).map(|(server, _)| said(server)).collect();
        if launched < all && gone.is_empty() {
            return Progress::Running { state: Text::new(format!("{words}, the others are starting")), share: None };
        }
        if !gone.is_empty() {
            return Progress::Failed {
                why: Text::new(format!("{} was launched, and there is no machine of it", listed(gone))),
                way_on: Text::new("find out who terminated it, then skip this step with a reason, and launch it anew"),
            };
        }
        let older = self.older(world, &parts);
        if !older.is_empty() {
            return Progress::Failed {
                why: Text::new(format!("{words}, and DRS used a previous snapshot: {}", some_of(older))),
                way_on: Text::new(
                    "if data of then will do, skip this step with that reason; if not, terminate these machines, wait for a new point in time, then launch them again",
                ),
            };
        }
        let stopped = parts
            .iter()
            .filter(|one| state(one) == Some("STOPPED"))
            .map(|(server, _)| format!("{} is stopped", said(server)));
        let notes: Vec<String> = stopped.collect();
        let notes = if notes.is_empty() { String::new() } else { format!("; {}", some_of(notes)) };
        Progress::Done(Text::new(format!("{words}{notes}")))
    }

    /// By the tag of the job; a job without one may be anybody's.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::StartRecovery(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let servers: Vec<&str> = call.servers.iter().map(|pinned| pinned.server.as_str()).collect();
        started(self.chosen.jobs(world), attempt, &["START_RECOVERY", "START_DRILL"], &servers)
    }
}

/// The servers of all requests of this step that were carried out, or may have been.
fn asked<'a>(world: &World<'a>) -> Vec<&'a str> {
    let sent = world.attempts.iter().filter(|attempt| !matches!(attempt.outcome, Some(Outcome::NotApplied { .. })));
    let calls = sent.filter_map(|attempt| attempt.call.as_ref());
    let servers =
        calls.filter_map(|call| if let ApiCall::StartRecovery(call) = call { Some(&call.servers) } else { None });
    servers.flatten().map(|pinned| pinned.server.as_str()).collect()
}

/// What to do, given why.
fn way_on(why: &str) -> &'static str {
    if why.contains("apacity") {
        "capacity is missing: choose another instance type or subnet in the server's launch template, or use a capacity reservation; then retry, which launches only these"
    } else {
        "read the job's log and the launch settings of these servers, put right what they name, then retry, which launches only these"
    }
}
