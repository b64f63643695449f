//! Backup, copy and restore jobs. A failed job that a later one has made good is no more than worth a look.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Source, Sources};
use super::{short, states};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::backup::{BackupJob, CopyJob, JobState, RestoreJob};
use crate::model::facts::{Answer, Known};
use crate::model::words::arn_region;
use crate::model::{Moment, Query, Region, Text};

/// A job of one of three kinds.
#[derive(Debug)]
enum Job {
    Backup(Fact<BackupJob>),
    Copy(Fact<CopyJob>),
    Restore(Fact<RestoreJob>),
}

/// What all three have.
struct Told<'a> {
    id: &'a Text,
    resource: Option<&'a Text>,
    state: &'a Known<JobState>,
    created: Option<Moment>,
    completed: Option<Moment>,
    message: Option<&'a Text>,
    kind: Option<&'a Text>,
}

impl Job {
    fn source(&self) -> &Arc<Source> {
        match self {
            Self::Backup(job) => job.source(),
            Self::Copy(job) => job.source(),
            Self::Restore(job) => job.source(),
        }
    }

    fn told(&self) -> Option<Told<'_>> {
        Some(match self {
            Self::Backup(job) => {
                let job = job.get()?;
                Told {
                    id: &job.id,
                    resource: Some(&job.resource),
                    state: &job.state,
                    created: job.created,
                    completed: job.completed,
                    message: job.message.as_ref(),
                    kind: Some(&job.resource_type),
                }
            }
            Self::Copy(job) => {
                let job = job.get()?;
                Told {
                    id: &job.id,
                    resource: Some(&job.resource),
                    state: &job.state,
                    created: job.created,
                    completed: job.completed,
                    message: job.message.as_ref(),
                    kind: None,
                }
            }
            Self::Restore(job) => {
                let job = job.get()?;
                Told {
                    id: &job.id,
                    resource: job.resource.as_ref(),
                    state: &job.state,
                    created: job.created,
                    completed: job.completed,
                    message: job.message.as_ref(),
                    kind: job.resource_type.as_ref(),
                }
            }
        })
    }

    /// Where it writes to, as far as that tells jobs of a resource apart.
    fn target(&self) -> &str {
        match self {
            Self::Backup(job) => job.get().map_or("", |job| job.vault.as_str()),
            Self::Copy(job) => job.get().map_or("", |job| job.destination_vault.as_str()),
            Self::Restore(_) => "",
        }
    }
}

#[derive(Debug)]
struct Row {
    job: Job,
    owners: Owners,
    severity: Severity,
}

fn backup_jobs(answer: &Answer) -> Option<&[BackupJob]> {
    if let Answer::BackupJobs(jobs) = answer { Some(jobs) } else { None }
}

fn copy_jobs(answer: &Answer) -> Option<&[CopyJob]> {
    if let Answer::CopyJobs(jobs) = answer { Some(jobs) } else { None }
}

fn restore_jobs(answer: &Answer) -> Option<&[RestoreJob]> {
    if let Answer::RestoreJobs(jobs) = answer { Some(jobs) } else { None }
}

pub(super) fn backups(world: &World, _now: Moment) -> Rows {
    let sources = asked(world, |query| matches!(query, Query::BackupJobs(_)));
    let jobs = sources.iter().flat_map(|source| Fact::all(source, backup_jobs)).map(Job::Backup).collect();
    rows(world, jobs, sources)
}

pub(super) fn copies(world: &World, _now: Moment) -> Rows {
    let sources = asked(world, |query| matches!(query, Query::CopyJobs(_)));
    let jobs = sources.iter().flat_map(|source| Fact::all(source, copy_jobs)).map(Job::Copy).collect();
    rows(world, jobs, sources)
}

pub(super) fn restores(world: &World, _now: Moment) -> Rows {
    let sources = asked(world, |query| matches!(query, Query::RestoreJobs(_)));
    let jobs = sources.iter().flat_map(|source| Fact::all(source, restore_jobs)).map(Job::Restore).collect();
    rows(world, jobs, sources)
}

fn asked(world: &World, wanted: fn(&Query) -> bool) -> Sources {
    world.snapshot().map(|snapshot| Sources::of(snapshot, wanted)).unwrap_or_default()
}

fn rows(world: &World, jobs: Vec<Job>, sources: Sources) -> Rows {
    // The newest job of a resource that went well.
    let mut good: HashMap<(&str, &str), Moment> = HashMap::new();
    for job in &jobs {
        let Some(told) = job.told().filter(|told| *told.state == Known::Is(JobState::Completed)) else { continue };
        if let (Some(resource), Some(created)) = (told.resource, told.created) {
            let newest = good.entry((resource.as_str(), job.target())).or_insert(created);
            *newest = created.max(*newest);
        }
    }
    // Jobs of the same resource are many: its owners are found once.
    let mut owned: HashMap<&str, Owners> = HashMap::new();
    let judged: Vec<(Severity, Owners)> = jobs
        .iter()
        .map(|job| {
            let Some(told) = job.told() else { return (Severity::Unknown, Owners::default()) };
            let resource = told.resource.map_or("", Text::as_str);
            let made_good = good.get(&(resource, job.target())).is_some_and(|newest| Some(*newest) > told.created);
            let owners = owned.entry(resource).or_insert_with_key(|resource| world.owns.arn(resource)).clone();
            (severity(&told, job, made_good), owners)
        })
        .collect();
    let items = jobs.into_iter().zip(judged);
    let items = items.map(|(job, (severity, owners))| Box::new(Row { job, owners, severity }) as Box<dyn Item>);
    Rows { items: items.collect(), sources }
}

fn severity(told: &Told<'_>, job: &Job, made_good: bool) -> Severity {
    let own = states::severity(told.state);
    let issues = own == Severity::Fine && told.message.is_some();
    let checked = match job {
        Job::Restore(restore) => restore.get().map_or(Severity::Unknown, checked),
        Job::Backup(_) | Job::Copy(_) => Severity::Fine,
    };
    let own = own.max(checked).max(if issues { Severity::Watch } else { Severity::Fine });
    if made_good && own == Severity::Bad { Severity::Watch } else { own }
}

/// What became of a restore after it ended: COMPLETED is not validated (trap 36), and what was restored for a test must go again.
fn checked(job: &RestoreJob) -> Severity {
    let validation = match job.validation.as_ref().map(Text::as_str) {
        Some("SUCCESSFUL") => Severity::Fine,
        Some("VALIDATING") => Severity::Busy,
        Some("FAILED" | "TIMED_OUT") => Severity::Bad,
        Some(_) => Severity::Unknown,
        // A test that nobody has checked proves little; a restore in earnest is checked by those who wanted it.
        None if job.testing_plan.is_some() && job.state == Known::Is(JobState::Completed) => Severity::Watch,
        None => Severity::Fine,
    };
    let deletion = job.deletion.as_ref().map_or(Severity::Fine, |word| match word.as_str() {
        "SUCCESSFUL" => Severity::Fine,
        "DELETING" => Severity::Busy,
        "FAILED" => Severity::Watch,
        _ => Severity::Unknown,
    });
    validation.max(deletion)
}

fn word_of(word: Option<&Text>) -> Line {
    match word {
        None => Line::new(Role::TextMuted, "-"),
        Some(word) => {
            let role = match word.as_str() {
                "FAILED" | "TIMED_OUT" => Role::SeverityError,
                "SUCCESSFUL" => Role::VerdictMet,
                _ => Role::Text,
            };
            Line::new(role, word.as_str())
        }
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        self.job.told().map_or("", |told| told.id.as_str())
    }

    fn name(&self) -> &str {
        self.job.told().map_or("", |told| told.resource.map_or(told.id.as_str(), |arn| short(arn.as_str())))
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn weight(&self) -> i64 {
        self.figure(0)
    }

    fn figure(&self, _which: usize) -> i64 {
        self.job.told().and_then(|told| told.created).map_or(0, |at| at.as_second())
    }

    fn trust(&self, now: Moment) -> Trust {
        self.job.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(told) = self.job.told() else { return Vec::new() };
        let took = match (told.created, told.completed) {
            (Some(from), Some(to)) => format::elapsed(to.duration_since(from)),
            (Some(from), None) => format::elapsed(now.duration_since(from)),
            (None, _) => "-".to_owned(),
        };
        let state = Line::new(self.severity.role(), told.state.word());
        let started = Line::new(Role::Text, told.created.map_or_else(|| "-".to_owned(), |at| format::brief(at, now)));
        let took = Line::new(Role::Text, took);
        let kind = Line::new(Role::TextMuted, told.kind.map_or("-", Text::as_str));
        let region = Line::new(Role::Text, self.job.source().region());
        let id = Line::new(Role::TextMuted, told.id.as_str());
        let owners = self.owners.cell();
        match &self.job {
            Job::Backup(_) => {
                vec![owners, state, started, took, Line::new(Role::Text, self.job.target()), kind, region, id]
            }
            Job::Copy(_) => {
                let arn = Text::new(self.job.target());
                let target = short(self.job.target());
                let there =
                    arn_region(&arn).map(|region| format!(" {}", Region::new(region).short())).unwrap_or_default();
                vec![owners, state, started, took, Line::new(Role::Text, format!("{target}{there}")), region, id]
            }
            Job::Restore(job) => {
                let job = job.get();
                let validation = word_of(job.and_then(|job| job.validation.as_ref()));
                let deletion = word_of(job.and_then(|job| job.deletion.as_ref()));
                vec![owners, state, validation, started, took, deletion, kind, region, id]
            }
        }
    }

    fn words(&self) -> String {
        let Some(told) = self.job.told() else { return String::new() };
        let resource = told.resource.map_or("", Text::as_str);
        let (kind, message) = (told.kind.map_or("", Text::as_str), told.message.map_or("", Text::as_str));
        let region = self.job.source().place().region.as_str();
        format!("{} {resource} {kind} {message} {} {region}", told.state.word(), self.job.target())
    }

    fn why(&self, now: Moment) -> String {
        let Some(told) = self.job.told() else { return String::new() };
        let what = match &self.job {
            Job::Backup(_) => "backup",
            Job::Copy(_) => "copy",
            Job::Restore(_) => "restore",
        };
        let at = told.created.map(|at| format!(" of {}", format::when(at, now))).unwrap_or_default();
        let message = told.message.map(|message| format!(": {message}")).unwrap_or_default();
        let later = match (self.severity, states::severity(told.state)) {
            (Severity::Watch, Severity::Bad) => " A later one went well.",
            (Severity::Watch, Severity::Fine) if told.message.is_some() => " It ended with issues.",
            _ => "",
        };
        let checked = match &self.job {
            Job::Restore(job) => match job.get().and_then(|job| job.validation.as_ref()) {
                Some(word) => format!(" Its validation is {word}."),
                None => " It was not validated.".to_owned(),
            },
            Job::Backup(_) | Job::Copy(_) => String::new(),
        };
        format!("The {what}{at} is {}{message}.{later}{checked}", told.state.word())
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(told) = self.job.told() else { return Detail::new("", "") };
        let source = self.job.source();
        let place = source.place();
        let (what, operation, argument) = match &self.job {
            Job::Backup(_) => ("backup job", "describe-backup-job", "--backup-job-id"),
            Job::Copy(_) => ("copy job", "describe-copy-job", "--copy-job-id"),
            Job::Restore(_) => ("restore job", "describe-restore-job", "--restore-job-id"),
        };
        let mut detail = Detail::new(self.name(), &format!("{what} in {}", place.region));
        detail.marked("state", Line::new(self.severity.role(), told.state.word()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.maybe("resource", told.resource.map(ToString::to_string));
        detail.maybe("kind", told.kind.map(ToString::to_string));
        detail.moment("started", told.created, now);
        detail.moment("ended", told.completed, now);
        detail.maybe("message", told.message.map(ToString::to_string));
        detail.value("job", told.id.as_str());
        match &self.job {
            Job::Backup(job) => {
                if let Some(job) = job.get() {
                    detail.value("vault", job.vault.as_str());
                    detail.maybe("recovery point", job.recovery_point.as_ref().map(ToString::to_string));
                    detail.value("started by", job.plan.as_ref().map_or("hand", Text::as_str));
                }
            }
            Job::Copy(job) => {
                if let Some(job) = job.get() {
                    detail.value("to", job.destination_vault.as_str());
                    detail.value("copied", job.source_point.as_str());
                    detail.maybe("the copy", job.destination_point.as_ref().map(ToString::to_string));
                }
            }
            Job::Restore(job) => {
                if let Some(job) = job.get() {
                    detail.value("recovery point", job.recovery_point.as_str());
                    detail.marked("validation", word_of(job.validation.as_ref()));
                    detail.marked("clean-up", word_of(job.deletion.as_ref()));
                    detail.maybe("tested by", job.testing_plan.as_ref().map(ToString::to_string));
                }
            }
        }
        detail.rests_on(source, now);
        detail.command(command_line::aws(&world.shell, place, "backup", operation, &[argument, told.id.as_str()]));
        detail
    }
}
