//! The source servers that a DRS step is about, what runs of theirs, and the jobs that the step started.

use super::Around;
use super::seen::fresh;
use crate::document::{Key, Section, Shape, optional, required};
use crate::model::facts::Known;
use crate::model::facts::drs::{Job, RecoveryInstance, ReplicationState, SourceServer};
use crate::model::kinds::Servers;
use crate::model::words::{arn_region, listed};
use crate::model::{Place, Query, Region, Snapshot, Text};
use crate::runbook::by_hand::{self, Deed, Line, Look, look};
use crate::runbook::call::INTENT;
use crate::runbook::call::cli::member;
use crate::runbook::check::Check;
use crate::runbook::work::Found;
use crate::runbook::world::{Attempt, Outcome, World};

/// The key for where DRS is asked.
pub(super) const REGION: Key = required("region", Shape::Region, r#""us-west-2""#, "The Region whose DRS is asked.");
/// The key for servers by their ids.
pub(super) const SERVERS: Key = optional(
    "servers",
    Shape::Texts,
    "those with the tags",
    r#"["s-0123456789abcdef0"]"#,
    "The source servers by their ids; this or `tags`.",
);
/// The key for servers by their tags.
pub(super) const TAGS: Key = optional(
    "tags",
    Shape::Pairs,
    "those with the ids",
    r#"{ App = "legacy-web" }"#,
    "All source servers that carry every one of these tags; this or `servers`.",
);
/// The key for servers that replicate the other way.
pub(super) const REVERSED_FROM: Key = optional(
    "reversed_from",
    Shape::Region,
    "the servers themselves",
    r#""us-west-2""#,
    "The servers are those of this Region; meant are those in `region` that replicate the other way.",
);

/// Which source servers are meant, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Which.
    pub servers: Servers,
    /// Where DRS is asked.
    pub place: Place,
    /// Where the servers are whose counterparts in `place` are meant.
    pub reversed_from: Option<Place>,
}

impl Chosen {
    /// As runbooks write it.
    pub(super) fn read(section: &Section<'_>, around: &Around) -> Option<Self> {
        let place = around.place(section, REGION.name);
        let other = section.region(REVERSED_FROM.name);
        let (is_written, reversed_from) = (section.has(REVERSED_FROM.name), other.map(|found| found.value));
        if let (Some(place), Some(other)) = (&place, &reversed_from)
            && place.region == *other
        {
            section
                .wrong(REVERSED_FROM.name, format!("is {other}, as `region` is; name the Region they replicate from"));
            return None;
        }
        let ids = section.texts(SERVERS.name);
        let tags = section.pairs(TAGS.name);
        let servers = match (ids, tags) {
            (Some(_), Some(_)) => {
                section.wrong(TAGS.name, "stands beside `servers`; keep one of them");
                return None;
            }
            (Some(ids), None) if !ids.is_empty() => {
                let wrong = ids.iter().find(|id| !is_server(id.value));
                if let Some(wrong) = wrong {
                    let is =
                        format!("`servers` names \"{}\"; a source server is s- and 17 letters or digits", wrong.value);
                    section.walk.wrong(&wrong.span, is);
                    return None;
                }
                Servers::Ids(ids.iter().map(|id| id.value.to_owned()).collect())
            }
            (None, Some(tags)) if !tags.is_empty() => Servers::Tags(tags),
            (Some(_), None) => {
                section.wrong(SERVERS.name, "is empty; name at least one source server");
                return None;
            }
            (None, Some(_)) => {
                section.wrong(TAGS.name, "is empty; name at least one tag");
                return None;
            }
            (None, None) => {
                section.needs(SERVERS.name, "or `tags`: which source servers are meant");
                return None;
            }
        };
        let place = place?;
        let reversed_from = match reversed_from {
            Some(region) => Some(Place { region, role: place.role.clone() }),
            None if is_written => return None,
            None => None,
        };
        Some(Self { servers, place, reversed_from })
    }

    /// Where the servers are that are written down.
    fn named_at(&self) -> &Place {
        self.reversed_from.as_ref().unwrap_or(&self.place)
    }

    /// What tells which servers are meant, what runs of theirs, and which jobs there were lately.
    pub(super) fn reads(&self) -> Vec<Query> {
        let place = &self.place;
        let mut queries = vec![
            Query::SourceServers(place.clone()),
            Query::RecoveryInstances(place.clone()),
            Query::DrsJobs(place.clone()),
        ];
        queries.extend(self.reversed_from.clone().map(Query::SourceServers));
        queries
    }

    /// The line that reads the servers that are written down.
    pub(super) fn named_shown(&self) -> Line {
        match &self.servers {
            Servers::Ids(ids) => shown(self.named_at(), ids),
            Servers::Tags(tags) => {
                let is = |(key, value): &(String, String)| format!("tags.{}=={}", member(key), by_hand::literal(value));
                let all: Vec<String> = tags.iter().map(is).collect();
                let query = format!("items[?{}].{SHOWN}", all.join(" && "));
                by_hand::read(self.named_at(), "drs describe-source-servers", &[], &query)
            }
        }
    }

    /// The line that reads the machines that run of servers.
    pub(super) fn machines_shown(&self) -> Line {
        let query = "items[].{Machine:recoveryInstanceID, Server:sourceServerID, State:ec2InstanceState, Of:originEnvironment, Drill:isDrill, Failback:failback.state}";
        by_hand::read(&self.place, "drs describe-recovery-instances", &[], query)
    }

    /// The servers' ids, or the marks that stand for them.
    pub(super) fn servers_by_hand(&self) -> Vec<String> {
        match (&self.servers, &self.reversed_from) {
            (Servers::Ids(ids), None) => ids.clone(),
            (Servers::Ids(_) | Servers::Tags(_), _) => self.marks("SERVER"),
        }
    }

    /// The marks that stand for their machines.
    pub(super) fn machines_by_hand(&self) -> Vec<String> {
        self.marks("MACHINE")
    }

    fn marks(&self, what: &str) -> Vec<String> {
        let number = match &self.servers {
            Servers::Ids(ids) => ids.len(),
            Servers::Tags(_) => 1,
        };
        (1..=number).map(|number| format!("<{what}-{number}>")).collect()
    }

    /// Which machines the marks stand for.
    pub(super) fn machine_marks(&self) -> String {
        format!("{} stands for the Machine of each of these servers", listed(self.machines_by_hand()))
    }

    /// What has to be so before, as a person sees it.
    pub(super) fn first_by_hand(&self) -> Vec<Look> {
        let mut said = match &self.servers {
            Servers::Ids(_) => "all of them are there".to_owned(),
            Servers::Tags(_) if self.reversed_from.is_none() => "<SERVER-1> is the Id of the first of them".to_owned(),
            Servers::Tags(_) => "these are meant".to_owned(),
        };
        if self.reversed_from.is_some() {
            let marks = listed(self.servers_by_hand());
            said.push_str(&format!(
                "; {marks}: the last part of Back, the server in {} that replicates the other way",
                self.place.region
            ));
        }
        let query =
            "items[?status!=`\"COMPLETED\"`].{Job:jobID, Type:type, Servers:participatingServers[].sourceServerID}";
        let jobs = by_hand::read(&self.place, "drs describe-jobs", &[], query);
        vec![look(self.named_shown(), said), look(jobs, "no job of these servers goes on: AWS refuses a second one")]
    }

    /// What has to be said where the lines show one server and there are more.
    pub(super) fn more_by_hand(&self) -> Vec<Deed> {
        match &self.servers {
            Servers::Ids(_) => Vec::new(),
            Servers::Tags(_) => {
                let more = "the line shows the first server; add the others, or enter it once for each where it takes one only";
                vec![Deed::Words(Text::new(more))]
            }
        }
    }

    /// How a person sees the job end that was started.
    pub(super) fn job_by_hand(&self, launched: &str, logged: &str) -> Vec<Look> {
        let job = by_hand::read(
            &self.place,
            "drs describe-jobs",
            &["--filters", "jobIDs=<JOB>"],
            "items[].{Status:status, Servers:participatingServers[].{Id:sourceServerID, Launched:launchStatus}}",
        );
        let log = by_hand::read(
            &self.place,
            "drs describe-job-log-items",
            &["--job-id", "<JOB>"],
            "items[].{At:logDateTime, Event:event, Server:eventData.sourceServerID, Error:eventData.rawError}",
        );
        vec![look(job, format!("{launched}; <JOB> is the jobID that the launch printed")), look(log, logged)]
    }

    /// Where the other way of the replication leads: the Region of the other side, which [`Self::first_by_hand`] shows.
    pub(super) fn back_at(&self) -> Place {
        let region = self.reversed_from.as_ref().map_or_else(|| Region::new("<OTHER-REGION>"), |at| at.region.clone());
        Place { region, role: self.place.role.clone() }
    }

    /// What is meant, before anything is read.
    pub(super) fn meant(&self) -> String {
        let which = match &self.servers {
            Servers::Ids(ids) => listed(ids),
            Servers::Tags(tags) => {
                format!("all tagged {}", listed(tags.iter().map(|(key, value)| format!("{key}={value}"))))
            }
        };
        match &self.reversed_from {
            Some(other) => {
                format!("the source servers in {} that replicate back {which} of {}", self.place.region, other.region)
            }
            None => format!("the source servers {which} in {}", self.place.region),
        }
    }

    /// The servers that are meant, each one found; or why they are not known.
    pub(super) fn find<'a>(&self, world: &World<'a>) -> Result<Vec<&'a SourceServer>, String> {
        let at = self.named_at();
        let all = fresh(world, &Query::SourceServers(at.clone()), Snapshot::source_servers)?;
        let named: Vec<&SourceServer> = match &self.servers {
            Servers::Ids(ids) => {
                let lost: Vec<&String> =
                    ids.iter().filter(|id| !all.iter().any(|one| one.id.as_str() == **id)).collect();
                if !lost.is_empty() {
                    return Err(format!("there is no source server {} in {}", listed(lost), at.region));
                }
                all.iter().filter(|one| ids.iter().any(|id| one.id.as_str() == id)).collect()
            }
            Servers::Tags(tags) => all.iter().filter(|one| carries(one, tags)).collect(),
        };
        if named.is_empty() {
            return Err(format!("{}: there are none", self.meant()));
        }
        if self.reversed_from.is_none() {
            return Ok(named);
        }
        let here = fresh(world, &Query::SourceServers(self.place.clone()), Snapshot::source_servers)?;
        named.into_iter().map(|server| self.counterpart(server, here)).collect()
    }

    fn counterpart<'a>(&self, server: &SourceServer, here: &'a [SourceServer]) -> Result<&'a SourceServer, String> {
        let region = &self.place.region;
        let (place, id) =
            reversed(server, &self.place).filter(|(place, _)| place.region == *region).ok_or_else(|| {
                format!("{} does not replicate back to {region}; reverse its replication first", said(server))
            })?;
        let found = here.iter().find(|one| one.id.as_str() == id);
        found.ok_or_else(|| format!("there is no source server {id} in {}, which {} names", place.region, said(server)))
    }

    /// The recovery instances of `place`.
    pub(super) fn instances<'a>(&self, world: &World<'a>) -> Result<&'a Vec<RecoveryInstance>, String> {
        fresh(world, &Query::RecoveryInstances(self.place.clone()), Snapshot::recovery_instances)
    }

    /// The jobs of `place` of the last 24 hours.
    pub(super) fn jobs<'a>(&self, world: &World<'a>) -> Result<&'a Vec<Job>, String> {
        fresh(world, &Query::DrsJobs(self.place.clone()), Snapshot::drs_jobs)
    }

    /// That no job is at work on any of the servers: DRS runs one at a time for each.
    pub(super) fn check_free(&self, world: &World<'_>, servers: &[&SourceServer]) -> Check {
        let what = "no other job is at work on these servers";
        let jobs = match self.jobs(world) {
            Ok(jobs) => jobs,
            Err(why) => return Check::blocks(what, why),
        };
        let is_meant = |id: &Text| servers.iter().any(|server| server.id == *id);
        let busy = jobs.iter().filter(|job| is_active(job));
        let mut busy = busy.filter(|job| job.servers.iter().any(|(id, _)| is_meant(id)));
        match busy.next() {
            None => Check::holds(what),
            Some(job) => Check::blocks(
                what,
                format!("{} ({}) is {}; wait until it is COMPLETED", job.id, job.initiated_by, job.status),
            ),
        }
    }
}

/// What is shown of a source server, in the language of `--query`.
const SHOWN: &str = "{Id:sourceServerID, Name:sourceProperties.identificationHints.hostname, State:dataReplicationInfo.dataReplicationState, Lag:dataReplicationInfo.lagDuration, Back:reversedDirectionSourceServerArn}";

/// The line that reads source servers by their ids; all, where there are none.
pub(super) fn shown(place: &Place, ids: &[String]) -> Line {
    let filter = format!("sourceServerIDs={}", ids.join(","));
    let arguments = if ids.is_empty() { Vec::new() } else { vec!["--filters", filter.as_str()] };
    by_hand::read(place, "drs describe-source-servers", &arguments, &format!("items[].{SHOWN}"))
}

/// Where, and under which id, a server replicates the other way.
pub(super) fn reversed<'a>(server: &'a SourceServer, place: &Place) -> Option<(Place, &'a str)> {
    let arn = server.reversed.as_ref()?;
    let region = Region::new(arn_region(arn)?);
    Some((Place { region, role: place.role.clone() }, arn.as_str().rsplit('/').next()?))
}

/// A server by its name and id.
pub(super) fn said(server: &SourceServer) -> String {
    match &server.name {
        Some(name) => format!("{name} ({})", server.id),
        None => server.id.to_string(),
    }
}

/// How many names a sentence lists before it counts the rest.
const NAMED: usize = 12;

/// Some of many, for a sentence.
pub(super) fn some_of<S: AsRef<str>>(all: impl IntoIterator<Item = S>) -> String {
    let all: Vec<S> = all.into_iter().collect();
    let rest = all.len().saturating_sub(NAMED);
    let shown = all.iter().take(NAMED).map(AsRef::as_ref).collect::<Vec<_>>().join("; ");
    if rest == 0 { shown } else { format!("{shown}; and {rest} more") }
}

/// Whether a job is still at work.
pub(super) fn is_active(job: &Job) -> bool {
    matches!(job.status.as_str(), "PENDING" | "STARTED")
}

/// Whether a machine is there, whatever it does.
pub(super) fn is_there(instance: &RecoveryInstance) -> bool {
    !matches!(instance.ec2_state.as_str(), "TERMINATED" | "SHUTTING-DOWN" | "NOT_FOUND")
}

/// Whether a server's replica is level with it.
pub(super) fn is_continuous(server: &SourceServer) -> bool {
    server.state == Known::Is(ReplicationState::Continuous)
}

/// What a job carries under a tag.
pub(super) fn tag<'a>(job: &'a Job, key: &str) -> Option<&'a str> {
    job.tags.iter().find(|(name, _)| name.as_str() == key).map(|(_, value)| value.as_str())
}

/// Those of `jobs` that requests of this step started, newest first.
pub(super) fn own<'a>(world: &World<'_>, jobs: &'a [Job]) -> Vec<&'a Job> {
    let is_own = |job: &&Job| world.attempts.iter().any(|attempt| is_of(job, attempt));
    let mut own: Vec<&Job> = jobs.iter().filter(is_own).collect();
    own.sort_by_key(|job| std::cmp::Reverse(job.created));
    own
}

fn is_of(job: &Job, attempt: &Attempt) -> bool {
    match &attempt.outcome {
        Some(Outcome::NotApplied { .. }) => false,
        Some(Outcome::Applied { answer })
            if answer.get("jobID").and_then(|id| id.as_str()) == Some(job.id.as_str()) =>
        {
            true
        }
        Some(Outcome::Applied { .. } | Outcome::InDoubt { .. }) | None => {
            tag(job, INTENT) == Some(attempt.intent.to_string().as_str())
        }
    }
}

/// How far AWS's clock and the one that dates intents may be apart.
const CLOCKS: crate::model::Span = crate::model::Span::from_mins(10);

/// Whether a job that carries the intent as a tag was started. One without any such tag, of the same servers and started since, may be it or somebody
/// else's: AWS does not tell.
pub(super) fn started(
    jobs: Result<&Vec<Job>, String>,
    attempt: &Attempt,
    initiated_by: &[&str],
    servers: &[&str],
) -> Found {
    let jobs = match jobs {
        Ok(jobs) => jobs,
        Err(why) => return Found::Unread(Text::new(why)),
    };
    if let Some(job) = jobs.iter().find(|job| tag(job, INTENT) == Some(attempt.intent.to_string().as_str())) {
        return Found::Applied(Text::new(format!(
            "{} carries {INTENT}={}: it is {}",
            job.id, attempt.intent, job.status
        )));
    }
    let since = attempt.at.checked_sub(CLOCKS).unwrap_or(attempt.at);
    let may_be = |job: &&Job| {
        tag(job, INTENT).is_none()
            && initiated_by.contains(&job.initiated_by.as_str())
            && job.created.is_none_or(|created| created >= since)
            && job.servers.iter().any(|(id, _)| servers.contains(&id.as_str()))
    };
    match jobs.iter().find(may_be) {
        Some(job) => Found::CannotTell(Text::new(format!(
            "{} ({}) is of these servers and began since, but carries no {INTENT}: it may be this request's or somebody else's",
            job.id, job.initiated_by
        ))),
        None => Found::NotApplied(Text::new(format!("no job carries {INTENT}={}", attempt.intent))),
    }
}

fn is_server(id: &str) -> bool {
    id.strip_prefix("s-").is_some_and(|rest| rest.len() == 17 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn carries(server: &SourceServer, tags: &[(String, String)]) -> bool {
    tags.iter().all(|(key, value)| {
        server.tags.iter().any(|(name, is)| (name.as_str(), is.as_str()) == (key.as_str(), value.as_str()))
    })
}
