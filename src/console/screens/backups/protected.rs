//! What AWS Backup protects. A resource of the config is judged as its component is; of others the last job and the plan tell.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Source, Sources};
use super::{ago, ahead, schedule, short, states};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::Known;
use crate::model::facts::backup::{BackupJob, CopyJob, JobState, ProtectedResource};
use crate::model::facts::backup_plans::{PlanSummary, Rule, is_since, usual};
use crate::model::kinds::{Backup, Kind, overdue_after};
use crate::model::selection::{Plans, Taken, Takes};
use crate::model::{ComponentAssessment, Moment, Place, Query, Snapshot, Span, Verdict};

#[derive(Debug)]
struct Row {
    arn: String,
    kind: String,
    place: Place,
    source: Option<Arc<Source>>,
    owners: Owners,
    last: Option<Moment>,
    next: Option<Moment>,
    job: Option<Fact<BackupJob>>,
    copy: Option<Fact<CopyJob>>,
    plans: Vec<String>,
    component: Option<ComponentAssessment>,
    state: State,
}

/// How a resource stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Never,
    /// The backup that was due then is not there.
    Overdue(Moment),
    /// The last job ended otherwise than it should.
    Failed(String),
    /// The last copy did.
    CopyFailed,
    /// Its component is not met, for another reason.
    Judged(Verdict),
    Running(String),
    Good,
}

impl State {
    fn severity(&self) -> Severity {
        match self {
            Self::Never | Self::Overdue(_) | Self::Failed(_) | Self::CopyFailed => Severity::Bad,
            Self::Judged(verdict) => (*verdict).into(),
            Self::Running(_) => Severity::Busy,
            Self::Good => Severity::Fine,
        }
    }

    fn word(&self) -> &str {
        match self {
            Self::Never => "NEVER",
            Self::Overdue(_) => "OVERDUE",
            Self::CopyFailed => "COPY FAILED",
            Self::Failed(word) | Self::Running(word) => word,
            Self::Judged(verdict) => verdict.words(),
            Self::Good => "OK",
        }
    }

    const fn weight(&self) -> i64 {
        match self {
            Self::Never => 4,
            Self::Overdue(_) => 3,
            Self::Failed(_) => 2,
            Self::CopyFailed => 1,
            Self::Judged(_) | Self::Running(_) | Self::Good => 0,
        }
    }
}

/// The newest job of each resource, where it was made.
type Newest<T> = HashMap<(Place, String), Fact<T>>;

fn newest<T>(sources: &Sources, pick: fn(&Answer) -> Option<&[T]>, key: fn(&T) -> (&str, Option<Moment>)) -> Newest<T> {
    /// When it was made, and where in which answer it is.
    type Known<'a> = (Option<Moment>, usize, &'a Arc<Source>);
    let mut newest: HashMap<(&Place, &str), Known<'_>> = HashMap::new();
    for source in sources.iter() {
        let jobs = source.reading.value.as_deref().and_then(pick).unwrap_or_default();
        for (at, job) in jobs.iter().enumerate() {
            let (resource, created) = key(job);
            let known = newest.entry((source.place(), resource)).or_insert((created, at, source));
            if known.0 < created {
                *known = (created, at, source);
            }
        }
    }
    let held = newest.into_iter().filter_map(|((place, resource), (_, at, source))| {
        Some(((place.clone(), resource.to_owned()), Fact::at(source, pick, at)?))
    });
    held.collect()
}

/// How long the backups of each resource into each vault took, by the jobs that tell.
type Took<'a> = HashMap<(&'a Place, &'a str, &'a str), Vec<Span>>;

fn took(sources: &Sources) -> Took<'_> {
    let mut took: Took<'_> = HashMap::new();
    for source in sources.iter() {
        let jobs = source.reading.value.as_deref().and_then(backup_jobs).unwrap_or_default();
        for job in jobs.iter().filter(|job| matches!(job.state, Known::Is(JobState::Completed))) {
            if let (Some(created), Some(completed)) = (job.created, job.completed) {
                let key = (source.place(), job.resource.as_str(), job.vault.as_str());
                took.entry(key).or_default().push(completed.duration_since(created));
            }
        }
    }
    took
}

fn resources(answer: &Answer) -> Option<&[ProtectedResource]> {
    if let Answer::ProtectedResources(resources) = answer { Some(resources) } else { None }
}

fn backup_jobs(answer: &Answer) -> Option<&[BackupJob]> {
    if let Answer::BackupJobs(jobs) = answer { Some(jobs) } else { None }
}

fn copy_jobs(answer: &Answer) -> Option<&[CopyJob]> {
    if let Answer::CopyJobs(jobs) = answer { Some(jobs) } else { None }
}

/// A component of the kind `backup`, declared and judged.
struct Declared<'a> {
    system: &'a str,
    backup: &'a Backup,
    judged: Option<&'a ComponentAssessment>,
}

fn declared(world: &World) -> Vec<Declared<'_>> {
    let mut judged: HashMap<(&str, &str), &ComponentAssessment> = HashMap::new();
    for system in world.systems() {
        for component in system.components.iter().filter(|component| component.kind == "backup") {
            judged.insert((system.name.as_str(), component.name.as_str()), component);
        }
    }
    let mut declared = Vec::new();
    for system in &world.estate.systems {
        for component in &system.components {
            if let Kind::Backup(backup) = &component.kind {
                let judged = judged.get(&(system.name.as_str(), component.name.as_str())).copied();
                declared.push(Declared { system: &system.name, backup, judged });
            }
        }
    }
    declared
}

pub(super) fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let mut sources = Sources::of(snapshot, |query| matches!(query, Query::ProtectedResources(_)));
    let backups = Sources::of(snapshot, |query| matches!(query, Query::BackupJobs(_)));
    let copies = Sources::of(snapshot, |query| matches!(query, Query::CopyJobs(_)));
    let declared = declared(world);
    let mut known: HashMap<(&Place, &str), &Declared<'_>> = HashMap::new();
    for each in &declared {
        let worse = |other: &&Declared<'_>| other.judged.map(|judged| judged.verdict);
        let slot = known.entry((&each.backup.place, each.backup.resource.as_str())).or_insert(each);
        if worse(slot) < worse(&each) {
            *slot = each;
        }
    }
    let finder = Finder {
        plans: plans(snapshot),
        backups: newest(&backups, backup_jobs, |job| (job.resource.as_str(), job.created)),
        copies: newest(&copies, copy_jobs, |job| (job.resource.as_str(), job.created)),
        took: took(&backups),
        now,
    };
    let mut items: Vec<Box<dyn Item>> = Vec::new();
    for source in sources.iter() {
        let listed = source.reading.value.as_deref().and_then(resources).unwrap_or_default();
        for resource in listed {
            let declared = known.remove(&(source.place(), resource.arn.as_str()));
            let owners = world.owns.arn(resource.arn.as_str());
            let (arn, kind) = (resource.arn.as_str(), resource.resource_type.as_str());
            let found = Found { arn, kind, place: source.place(), last: resource.last_backup, source: Some(source) };
            items.push(Box::new(finder.row(&found, owners, declared)));
        }
    }
    // What the config names and AWS Backup never backed up, or has not told of yet.
    for ((place, arn), declared) in known {
        let source = sources.iter().find(|source| source.place() == place);
        let found = Found { arn, kind: "", place, last: None, source };
        items.push(Box::new(finder.row(&found, Owners::one(declared.system), Some(declared))));
    }
    sources.extend(&backups);
    sources.extend(&copies);
    Rows { items, sources }
}

fn plans(snapshot: &Snapshot) -> Plans<'_> {
    let mut plans = Plans::default();
    for (query, reading) in &snapshot.readings {
        if let Some(answer) = &reading.value {
            plans.add(query, answer);
        }
    }
    plans
}

/// What is known of a resource by itself.
struct Found<'a> {
    arn: &'a str,
    kind: &'a str,
    place: &'a Place,
    last: Option<Moment>,
    source: Option<&'a Arc<Source>>,
}

/// What is needed to judge resources.
struct Finder<'a> {
    plans: Plans<'a>,
    backups: Newest<BackupJob>,
    copies: Newest<CopyJob>,
    took: Took<'a>,
    now: Moment,
}

impl Finder<'_> {
    fn row(&self, found: &Found<'_>, owners: Owners, declared: Option<&Declared<'_>>) -> Row {
        let key = (found.place.clone(), found.arn.to_owned());
        let job = self.backups.get(&key).cloned();
        let taken = self.plans.of(found.place, found.arn);
        let made = |plan: &PlanSummary| {
            job.as_ref().and_then(Fact::get).is_some_and(|job| job.plan.as_ref() == Some(&plan.id))
        };
        let applied = || taken.iter().filter(|taken| taken.takes == Takes::Certainly || made(taken.summary));
        let next = applied().filter_map(|taken| schedule::next_of(taken.plan?, self.now)).min();
        let due_of = |taken: &Taken<'_>| {
            let rules = taken.plan.map_or(&[][..], |plan| plan.rules.as_slice()).iter();
            let usually = |rule: &Rule| {
                let took = self.took.get(&(found.place, found.arn, rule.vault.as_str()));
                took.cloned().and_then(usual)
            };
            let due = rules
                .filter(|rule| !rule.continuous)
                .filter_map(|rule| schedule::due(rule, usually(rule), self.now))
                .max();
            // A plan that is younger than its time has not missed it.
            due.filter(|due| taken.summary.created.is_none_or(|created| created < *due))
        };
        let due = applied().filter_map(due_of).max();
        let component = declared.and_then(|declared| declared.judged.cloned());
        let copy = self.copies.get(&key).cloned();
        let state =
            self.state(found, due, declared, job.as_ref().and_then(Fact::get), copy.as_ref().and_then(Fact::get));
        Row {
            arn: found.arn.to_owned(),
            kind: found.kind.to_owned(),
            place: found.place.clone(),
            source: found.source.cloned(),
            owners,
            last: found.last,
            next,
            copy,
            plans: applied().map(|taken| taken.summary.name.to_string()).collect(),
            job,
            component,
            state,
        }
    }

    /// How it stands, the worst first. `due` is when its plans last promised a backup; what the config says wins.
    fn state(
        &self,
        found: &Found<'_>,
        due: Option<Moment>,
        declared: Option<&Declared<'_>>,
        job: Option<&BackupJob>,
        copy: Option<&CopyJob>,
    ) -> State {
        let judged = declared.and_then(|declared| declared.judged).map_or(Verdict::Met, |component| component.verdict);
        let Some(last) = found.last else {
            let listed = found.source.is_some_and(|source| source.trust(self.now) == Trust::Fresh);
            return if listed { State::Never } else { State::Judged(judged.max(Verdict::Unknown)) };
        };
        let due = match declared.and_then(|declared| declared.backup.every) {
            Some(every) => {
                let missed = last.checked_add(overdue_after(every)).is_ok_and(|missed| self.now > missed);
                last.checked_add(every).ok().filter(|_| missed)
            }
            None => due.filter(|due| !is_since(last, *due)),
        };
        if let Some(due) = due {
            return State::Overdue(due);
        }
        let job = job.map(|job| (states::severity(&job.state), job.state.word().to_owned()));
        match (job, copy.map(|copy| states::severity(&copy.state))) {
            (Some((Severity::Bad | Severity::Unknown, word)), _) => State::Failed(word),
            (_, Some(Severity::Bad | Severity::Unknown)) => State::CopyFailed,
            (_, _) if judged != Verdict::Met => State::Judged(judged),
            (Some((Severity::Busy, word)), _) => State::Running(word),
            (_, _) => State::Good,
        }
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.arn
    }

    fn name(&self) -> &str {
        short(&self.arn)
    }

    fn severity(&self) -> Severity {
        self.state.severity()
    }

    fn weight(&self) -> i64 {
        self.state.weight()
    }

    fn figure(&self, _which: usize) -> i64 {
        self.last.map_or(i64::MAX, |at| -at.as_second())
    }

    fn trust(&self, now: Moment) -> Trust {
        let listed = self.source.as_ref().map(|source| source.trust(now));
        let judged = self.component.as_ref().map(|component| Trust::of(component, now));
        match (listed, judged) {
            (Some(Trust::Fresh), Some(judged)) => judged,
            (Some(listed), _) => listed,
            (None, Some(judged)) => judged,
            (None, None) => Trust::Never,
        }
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let copy = match self.copy.as_ref().and_then(Fact::get) {
            Some(copy) if copy.state == Known::Is(JobState::Completed) => ago(copy.created, now),
            Some(copy) => Line::new(states::severity(&copy.state).role(), copy.state.word()),
            None => Line::new(Role::TextMuted, "-"),
        };
        let kind = if self.kind.is_empty() { "-" } else { &self.kind };
        let plan = self.plans.first().map_or("-", String::as_str);
        vec![
            self.owners.cell(),
            Line::new(self.state.severity().role(), self.state.word()),
            ago(self.last, now),
            ahead(self.next, now),
            copy,
            Line::new(Role::Text, self.place.region.short()),
            Line::new(Role::TextMuted, kind),
            Line::new(Role::Text, plan),
            Line::new(Role::TextMuted, self.arn.as_str()),
        ]
    }

    fn words(&self) -> String {
        let (region, short) = (self.place.region.as_str(), self.place.region.short());
        format!("{} {} {} {region} {short}", self.state.word(), self.kind, self.plans.join(" "))
    }

    fn why(&self, now: Moment) -> String {
        let message = self.job.as_ref().and_then(Fact::get).and_then(|job| job.message.as_ref());
        let message = message.map(|message| format!(": {message}")).unwrap_or_default();
        let judged = self.component.as_ref().filter(|component| component.verdict != Verdict::Met);
        let own = match &self.state {
            State::Never => format!("AWS Backup in {} has never backed it up.", self.place.region),
            State::Overdue(due) => format!("The backup that was due at {} is not there.", format::when(*due, now)),
            State::Failed(word) => format!("The last backup job is {word}{message}."),
            State::CopyFailed => {
                let copy = self.copy.as_ref().and_then(Fact::get);
                let message = copy.and_then(|copy| copy.message.as_ref());
                let message = message.map(|message| format!(": {message}")).unwrap_or_default();
                let word = copy.map_or("FAILED", |copy| copy.state.word());
                format!("The last copy to another vault is {word}{message}.")
            }
            State::Judged(_) => String::new(),
            State::Running(word) => format!("A backup job is {word}."),
            State::Good => {
                let last = self.last.map(|at| format::when(at, now)).unwrap_or_default();
                format!("The last backup is from {last}.")
            }
        };
        match judged {
            Some(component) if own.is_empty() => component.reason.to_string(),
            Some(component) => format!("{own} {}", component.reason),
            None => own,
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let kind = if self.kind.is_empty() { "resource" } else { &self.kind };
        let mut detail = Detail::new(self.name(), &format!("{kind} in {}", self.place.region));
        detail.marked("state", Line::new(self.state.severity().role(), self.state.word()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.moment("last backup", self.last, now);
        detail.moment("next", self.next, now);
        for plan in &self.plans {
            detail.value("plan", plan.as_str());
        }
        detail.value("arn", self.arn.as_str());
        if let Some(component) = &self.component {
            detail.heading("what the judgement rests on");
            detail.marked("verdict", Line::new(Severity::from(component.verdict).role(), component.verdict.words()));
            for (label, value) in &component.evidence {
                detail.value(label, value.as_str());
            }
        }
        if let Some(source) = &self.source {
            detail.rests_on(source, now);
        }
        self.jobs(&mut detail, world, now);
        let shell = &world.shell;
        let arguments = ["--resource-arn", self.arn.as_str()];
        detail.command(command_line::aws(shell, &self.place, "backup", "describe-protected-resource", &arguments));
        let arguments = ["--by-resource-arn", self.arn.as_str()];
        detail.command(command_line::aws(shell, &self.place, "backup", "list-backup-jobs", &arguments));
        detail
    }
}

impl Row {
    /// Its backup jobs and copies, newest first.
    fn jobs(&self, detail: &mut Detail, world: &World, now: Moment) {
        let Some(snapshot) = world.snapshot() else { return };
        let mut told: Vec<(Option<Moment>, Line)> = Vec::new();
        let line = |at: Option<Moment>, what: &str, state: &Known<JobState>, message: Option<String>| {
            let at_text = at.map(|at| format::moment(at, now)).unwrap_or_default();
            let line = Line::new(Role::TextMuted, format!("{at_text}  {what} "))
                .with(states::severity(state).role(), state.word())
                .with(Role::Text, message.map(|message| format!(": {message}")).unwrap_or_default());
            (at, line)
        };
        let here =
            |query: &Query| *query.place() == self.place && matches!(query, Query::BackupJobs(_) | Query::CopyJobs(_));
        for source in Sources::of(snapshot, here).iter() {
            let Some(answer) = source.reading.value.as_deref() else { continue };
            for job in backup_jobs(answer).unwrap_or_default().iter().filter(|job| job.resource.as_str() == self.arn) {
                let what = format!("backup to {}", job.vault);
                told.push(line(job.created, &what, &job.state, job.message.as_ref().map(ToString::to_string)));
            }
            for job in copy_jobs(answer).unwrap_or_default().iter().filter(|job| job.resource.as_str() == self.arn) {
                let what = format!("copy to {}", short(job.destination_vault.as_str()));
                told.push(line(job.created, &what, &job.state, job.message.as_ref().map(ToString::to_string)));
            }
            detail.rests_on(source, now);
        }
        told.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        detail.heading("jobs, newest first");
        if told.is_empty() {
            detail.remark("None in the last days.");
        }
        for (_, line) in told {
            detail.line(line);
        }
    }
}
