//! DRS jobs, with the launch status of each of their servers, and their logs. A job that is COMPLETED says nothing of success.

use std::collections::HashMap;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::drs::{Job, LogItem, SourceServer};
use crate::model::{Moment, Place, Query, Snapshot, Text};

#[derive(Debug)]
struct Row {
    job: Fact<Job>,
    owners: Owners,
}

pub(super) fn rows(world: &World, _now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::DrsJobs(_)));
    let listings = snapshot.readings.keys().filter(|query| matches!(***query, Query::SourceServers(_)));
    let listed = listings.filter_map(|query| snapshot.source_servers(query).value).flatten();
    let listed: HashMap<&str, &SourceServer> = listed.map(|server| (server.id.as_str(), server)).collect();
    let owners_of = |id: &str| match listed.get(id) {
        Some(server) => world.owns.server(server),
        None => world.owns.server_id(id),
    };
    let facts = sources.iter().flat_map(|source| Fact::all(source, jobs));
    let items = facts.filter_map(|job| {
        let servers = job.get()?.servers.iter();
        let owners = Owners::together(servers.map(|(server, _)| owners_of(server.as_str())));
        Some(Box::new(Row { owners, job }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

fn jobs(answer: &Answer) -> Option<&[Job]> {
    if let Answer::DrsJobs(jobs) = answer { Some(jobs) } else { None }
}

/// How bad a launch status is.
fn launch_role(launch: &str) -> Role {
    match launch {
        "FAILED" => Role::SeverityError,
        "LAUNCHED" => Role::VerdictMet,
        _ => Role::Text,
    }
}

fn failed(job: &Job) -> usize {
    job.servers.iter().filter(|(_, launch)| launch.as_str() == "FAILED").count()
}

/// Servers of a launch that neither run nor were terminated after they did.
fn missing(job: &Job) -> usize {
    let ended = |launch: &Text| matches!(launch.as_str(), "LAUNCHED" | "TERMINATED");
    if job.kind.as_str() == "LAUNCH" { job.servers.iter().filter(|(_, launch)| !ended(launch)).count() } else { 0 }
}

fn severity(job: &Job) -> Severity {
    match (failed(job), job.status.as_str()) {
        (1.., _) => Severity::Bad,
        (0, "COMPLETED") if missing(job) > 0 => Severity::Watch,
        (0, "COMPLETED") => Severity::Fine,
        (0, "PENDING" | "STARTED") => Severity::Busy,
        (0, _) => Severity::Unknown,
    }
}

/// `2 of 3 launched, 1 FAILED`.
fn outcome(job: &Job) -> String {
    let count = |word: &str| job.servers.iter().filter(|(_, launch)| launch.as_str() == word).count();
    let (all, launched, failed) = (job.servers.len(), count("LAUNCHED"), count("FAILED"));
    match (job.kind.as_str(), failed) {
        ("LAUNCH", 0) => format!("{launched} of {all} launched"),
        (_, 0) => format::count(all, "server"),
        (_, failed) => format!("{failed} of {all} FAILED"),
    }
}

/// `start recovery`: AWS's word in small letters.
fn plain(word: &Text) -> String {
    word.as_str().replace('_', " ").to_lowercase()
}

/// The job in one line, as the page of a server shows it.
pub(super) fn line(detail: &mut Detail, job: &Job, launch: &str, now: Moment) {
    let at = job.created.map(|at| format::when(at, now)).unwrap_or_default();
    detail.line(
        Line::new(Role::TextStrong, job.id.as_str())
            .with(Role::Text, format!("  {}, job {}, this server ", plain(&job.initiated_by), job.status))
            .with(launch_role(launch), launch)
            .with(Role::TextMuted, format!("  {at}")),
    );
    detail.copy("job", job.id.as_str());
}

/// The job's log, or what of it is about one server; it is read while somebody looks.
pub(super) fn log(
    detail: &mut Detail,
    snapshot: &Snapshot,
    place: &Place,
    job: &Job,
    server: Option<&Text>,
    now: Moment,
) {
    let query = Query::JobLog(place.clone(), job.id.to_string());
    detail.look(query.clone());
    detail.heading(format!("log of {}", job.id));
    match (snapshot.job_log(&query).value, snapshot.readings.get(&query)) {
        (Some(items), _) => {
            let mut items: Vec<&LogItem> = items
                .iter()
                .filter(|item| server.is_none_or(|server| item.server.as_ref().is_none_or(|named| named == server)))
                .collect();
            items.sort_by_key(|item| item.at);
            for item in items {
                log_line(detail, item, now);
            }
        }
        (None, Some(reading)) if reading.failing.is_some() => detail.remark("It could not be read."),
        (None, _) => detail.remark("Being read…"),
    }
    for source in Sources::of(snapshot, |other| *other == query).iter() {
        detail.rests_on(source, now);
    }
}

fn log_line(detail: &mut Detail, item: &LogItem, now: Moment) {
    let event = item.event.as_str();
    let role = match event {
        _ if event.contains("FAIL") || item.error.is_some() => Role::SeverityError,
        // Older data than asked for were recovered (trap 15).
        "USING_PREVIOUS_SNAPSHOT" => Role::SeverityWarning,
        _ => Role::Text,
    };
    let at = item.at.map(|at| format::moment(at, now)).unwrap_or_default();
    let mut line = Line::new(Role::TextMuted, format!("{at}  ")).with(role, event);
    for about in [&item.server, &item.instance].into_iter().flatten() {
        line.push(Role::TextMuted, format!("  {about}"));
    }
    if event == "USING_PREVIOUS_SNAPSHOT" {
        line.push(Role::SeverityWarning, ": older data than the newest were recovered");
    }
    if let Some(error) = &item.error {
        line.push(Role::SeverityError, format!(": {error}"));
    }
    detail.line(line);
}

impl Item for Row {
    fn id(&self) -> &str {
        self.job.get().map_or("", |job| job.id.as_str())
    }

    fn name(&self) -> &str {
        self.id()
    }

    fn severity(&self) -> Severity {
        self.job.get().map_or(Severity::Unknown, severity)
    }

    fn weight(&self) -> i64 {
        self.figure(0)
    }

    fn figure(&self, _which: usize) -> i64 {
        self.job.get().and_then(|job| job.created).map_or(0, |at| at.as_second())
    }

    fn trust(&self, now: Moment) -> Trust {
        self.job.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(job) = self.job.get() else { return Vec::new() };
        let outcome_role = if failed(job) > 0 { Role::SeverityError } else { Role::Text };
        let took = match (job.created, job.ended) {
            (Some(from), Some(to)) => format::elapsed(to.duration_since(from)),
            (Some(from), None) => format::elapsed(now.duration_since(from)),
            (None, _) => "-".to_owned(),
        };
        vec![
            Line::new(severity(job).role(), job.status.as_str()),
            Line::new(Role::Text, plain(&job.initiated_by)),
            Line::new(outcome_role, outcome(job)),
            Line::new(Role::Text, job.created.map_or_else(|| "-".to_owned(), |at| format::brief(at, now))),
            Line::new(Role::Text, took),
            self.owners.cell(),
            Line::new(Role::Text, self.job.source().region()),
        ]
    }

    fn words(&self) -> String {
        let Some(job) = self.job.get() else { return String::new() };
        let mut words = format!("{} {} {}", job.kind, plain(&job.initiated_by), job.status);
        for (server, launch) in &job.servers {
            words.push_str(&format!(" {server} {launch}"));
        }
        format!("{words} {}", self.job.source().place().region)
    }

    fn why(&self, _now: Moment) -> String {
        let Some(job) = self.job.get() else { return String::new() };
        let what = plain(&job.initiated_by);
        match severity(job) {
            Severity::Bad | Severity::Watch if job.status.as_str() == "COMPLETED" => {
                format!("The job is COMPLETED, and yet: {} ({what}).", outcome(job))
            }
            Severity::Bad => format!("{} ({what}); the job is {}.", outcome(job), job.status),
            Severity::Fine => format!("{} ({what}).", outcome(job)),
            Severity::Busy => format!("Under way ({what}): {}.", outcome(job)),
            Severity::Watch | Severity::Unknown => format!("The job is {}, which drdeck does not know.", job.status),
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(job) = self.job.get() else { return Detail::new("", "") };
        let source = self.job.source();
        let place = source.place();
        let mut detail = Detail::new(job.id.as_str(), &format!("DRS job in {}", place.region));
        detail.marked("state", Line::new(severity(job).role(), job.status.as_str()));
        detail.value("in words", self.why(now));
        detail.value("kind", job.kind.as_str());
        detail.value("initiated by", job.initiated_by.as_str());
        detail.moment("started", job.created, now);
        detail.moment("ended", job.ended, now);
        detail.rests_on(source, now);
        detail.heading("its servers");
        let names = world.snapshot().map(|snapshot| snapshot.source_servers(&Query::SourceServers(place.clone())));
        let known = names.as_ref().and_then(|names| names.value).map_or(&[][..], Vec::as_slice);
        for (server, launch) in &job.servers {
            let name = known.iter().find(|known| known.id == *server).map(SourceServer::called);
            detail.line(
                Line::new(launch_role(launch.as_str()), format!("{:<12}", launch.as_str()))
                    .with(Role::TextStrong, server.as_str())
                    .with(Role::TextMuted, name.map(|name| format!("  {name}")).unwrap_or_default()),
            );
            detail.copy("server", server.as_str());
        }
        if let Some(snapshot) = world.snapshot() {
            log(&mut detail, snapshot, place, job, None, now);
        }
        let filter = format!("jobIDs={}", job.id);
        detail.command(command_line::aws(&world.shell, place, "drs", "describe-jobs", &["--filters", &filter]));
        let log = ["--job-id", job.id.as_str()];
        detail.command(command_line::aws(&world.shell, place, "drs", "describe-job-log-items", &log));
        detail
    }
}
