//! Jobs that ended, as AWS Backup and DRS list them.

use super::told::Telling;
use super::{Event, EventKind, Severity};
use crate::model::facts::Known;
use crate::model::facts::backup::{BackupJob, CopyJob, JobState, RestoreJob};
use crate::model::facts::drs::Job;
use crate::model::words::listed;
use crate::model::{Moment, Text};

/// How a job of AWS Backup ended. `None` while it runs.
fn ended(state: &Known<JobState>, message: Option<&Text>) -> Option<(Severity, &'static str)> {
    match state {
        Known::Is(JobState::Completed) if message.is_some() => Some((Severity::Warning, "completed with issues")),
        Known::Is(JobState::Completed) => Some((Severity::Info, "completed")),
        Known::Is(JobState::Partial) => Some((Severity::Warning, "is partial")),
        Known::Is(JobState::Failed) => Some((Severity::Bad, "failed")),
        Known::Is(JobState::Aborted) => Some((Severity::Bad, "was aborted")),
        Known::Is(JobState::Expired) => Some((Severity::Bad, "expired: it did not begin in time")),
        Known::Is(JobState::Created | JobState::Pending | JobState::Running | JobState::Aborting) | Known::Other(_) => {
            None
        }
    }
}

fn sentence(what: &str, of: &str, how: &str, message: Option<&Text>) -> Text {
    let of = of.rsplit([':', '/']).next().unwrap_or(of);
    let why = message.map(|message| format!(": {message}")).unwrap_or_default();
    Text::new(format!("{what} of {of} {how}{why}"))
}

/// A backup job that ended.
pub(super) fn backup(telling: &Telling<'_>, job: &BackupJob) -> Option<Event> {
    let (severity, how) = ended(&job.state, job.message.as_ref())?;
    let at = job.completed.or(job.created).filter(|at| telling.is_news(severity, *at))?;
    let event = telling.event(EventKind::Backup, severity, at, job.resource.as_str(), format!("backup/{}", job.id));
    Some(Event { text: sentence("Backup", job.resource.as_str(), how, job.message.as_ref()), ..event })
}

/// A copy job that ended.
pub(super) fn copy(telling: &Telling<'_>, job: &CopyJob) -> Option<Event> {
    let (severity, how) = ended(&job.state, job.message.as_ref())?;
    let at = job.completed.or(job.created).filter(|at| telling.is_news(severity, *at))?;
    let event = telling.event(EventKind::Copy, severity, at, job.resource.as_str(), format!("copy/{}", job.id));
    let vault = job.destination_vault.as_str().rsplit(':').next().unwrap_or_default();
    let how = format!("to {vault} {how}");
    Some(Event { text: sentence("Copy", job.resource.as_str(), &how, job.message.as_ref()), ..event })
}

/// A restore job that ended, and for a test what came of its validation.
pub(super) fn restore(telling: &Telling<'_>, job: &RestoreJob) -> Vec<Event> {
    let of = job.resource.as_ref().unwrap_or(&job.recovery_point).as_str();
    let (kind, what) = if job.testing_plan.is_some() {
        (EventKind::RestoreTest, "Restore test")
    } else {
        (EventKind::Restore, "Restore")
    };
    let Some(at) = job.completed.or(job.created) else { return Vec::new() };
    let one = |severity, part: &str, how: &str, message: Option<&Text>| Event {
        text: sentence(what, of, how, message),
        ..telling.event(kind, severity, at, of, format!("restore/{}/{part}", job.id))
    };
    let ended =
        ended(&job.state, job.message.as_ref()).map(|(severity, how)| one(severity, "end", how, job.message.as_ref()));
    let validation = job.validation.as_ref().and_then(|validation| match validation.as_str() {
        "SUCCESSFUL" => Some(one(Severity::Good, "validation", "was validated", None)),
        "FAILED" => Some(one(Severity::Bad, "validation", "failed its validation", None)),
        "TIMED_OUT" => Some(one(Severity::Bad, "validation", "was not validated in time", None)),
        _ => None,
    });
    let deletion = job.deletion.as_ref().filter(|deletion| deletion.as_str() == "FAILED");
    let left = deletion
        .map(|_| one(Severity::Warning, "deletion", "left what it restored behind: it could not be deleted", None));
    ended.into_iter().chain(validation).chain(left).collect()
}

/// DRS jobs: their start, and how they ended for the servers: `COMPLETED` alone says nothing (trap 16).
pub(super) fn recoveries(telling: &Telling<'_>, jobs: &[Job]) -> Vec<Event> {
    jobs.iter().flat_map(|job| recovery(telling, job)).collect()
}

fn recovery(telling: &Telling<'_>, job: &Job) -> Vec<Event> {
    let words = job.initiated_by.as_str().replace('_', " ").to_lowercase();
    let mut servers: Vec<&str> = job.servers.iter().map(|(server, _)| server.as_str()).collect();
    servers.sort_unstable();
    let subject = servers.first().map(|server| telling.names.server(telling.query, server, telling.snapshot));
    let one = |severity, at: Moment, part: &str, text: String| {
        let event = telling.of(EventKind::Recovery, severity, at, format!("drs/{}/{part}", job.id));
        Event { subject: subject.clone().unwrap_or_else(|| event.subject.clone()), text: Text::new(text), ..event }
    };
    let started = job.created.map(|at| {
        let of = if servers.is_empty() { String::new() } else { format!(" of {} servers", servers.len()) };
        one(Severity::Info, at, "start", format!("DRS: {words}{of} started"))
    });
    let ended = job.ended.map(|at| {
        let failed: Vec<&str> = job
            .servers
            .iter()
            .filter(|(_, status)| status.as_str() == "FAILED")
            .map(|(server, _)| server.as_str())
            .collect();
        let text = match (failed.len(), servers.len()) {
            (0, of) => format!("DRS: {words} of {of} servers ended"),
            (some, of) => format!("DRS: {words} failed for {some} of {of} servers: {}", listed(&failed)),
        };
        one(if failed.is_empty() { Severity::Good } else { Severity::Bad }, at, "end", text)
    });
    started.into_iter().chain(ended).collect()
}
