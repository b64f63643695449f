//! What every front end needs before a run begins: who drives, what was promised, which run waits, how long steps took.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Begin, Options, View};
use crate::aws::{Access, Session, Unread};
use crate::config::{Config, Dns};
use crate::journal::account::{Account, StepEnd};
use crate::journal::history::{self, History};
use crate::journal::list::{Standing, standing, unfinished};
use crate::journal::{Entry, Holder, Journal, JournalError, Lock, Objectives, Place, Record, Shelf, Verdict};
use crate::model::{self, Moment, Query, Region, Site, Span, System, Text, facts::Answer};
use crate::runbook::{RunId, Runbook};

/// A runbook as it was read, and the text that a run of it is recorded with.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The runbook.
    pub runbook: Arc<Runbook>,
    /// Its text.
    pub text: String,
}

/// From where runs are begun: how AWS is reached, and where they are recorded.
#[derive(Clone, Debug)]
pub struct Desk {
    /// How AWS is reached.
    pub access: Access,
    /// Whom to ask what DNS answers.
    pub dns: Dns,
    /// Regions newer than this program, as the config names them.
    pub extra_regions: Vec<String>,
    /// Where runs are recorded.
    pub state: Place,
}

/// Who drives, as far as AWS tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Driver {
    /// A person.
    Person(Text),
    /// A role that several people may share: the person says who they are.
    Shared,
}

impl Desk {
    /// That of a config whose runs are recorded there.
    pub fn of(config: &Config, access: Access, state: Place) -> Self {
        Self { access, dns: config.dns.clone(), extra_regions: config.extra_regions.clone(), state }
    }

    /// What the engine has to be told to begin.
    pub fn options(
        &self,
        system: &System,
        runbook: &Runbook,
        operator: Text,
        incident: Option<&str>,
        begin: Begin,
    ) -> Options {
        let mut access = self.access.clone();
        access.session_name = Some(session_name(incident, operator.as_str()));
        Options {
            system: runbook.system.clone(),
            begin,
            operator,
            home: model::Place { region: system.recovery.clone(), role: runbook.role.as_deref().map(Arc::from) },
            regions: regions(system, runbook),
            access,
            dns: self.dns.clone(),
            state: self.state.clone(),
        }
    }

    /// To go on with a run.
    pub fn resume(&self, run: RunId) -> Begin {
        Begin::Resume { run, extra_regions: self.extra_regions.clone() }
    }

    /// Whom AWS takes us for.
    ///
    /// # Errors
    /// STS in the recovery Region does not say.
    #[allow(clippy::wildcard_enum_match_arm, reason = "each Query has one kind of answer")]
    pub async fn caller(&self, system: &System) -> Result<Text, Unread> {
        let session = Session::open(self.access.clone(), std::slice::from_ref(&system.recovery)).await;
        let query = Query::Identity(model::Place::home(system.recovery.as_str()));
        match session.read(&query, Moment::now()).await.result? {
            Answer::Identity(identity) => Ok(identity.arn),
            _ => Ok(Text::default()),
        }
    }
}

/// Who that caller is: a session that is named after a person has their address; IAM users are persons.
pub fn driver(arn: &str) -> Driver {
    let (kind, name) = arn.rsplit(':').next().and_then(|resource| resource.split_once('/')).unwrap_or(("", ""));
    let person = name.rsplit('/').next().unwrap_or(name);
    if kind == "user" || person.contains('@') { Driver::Person(Text::new(person)) } else { Driver::Shared }
}

/// The Regions whose STS is tried, the one that is recovered to first.
fn regions(system: &System, runbook: &Runbook) -> Vec<Region> {
    let mut regions = vec![system.recovery.clone()];
    if let Site::Region(primary) = &system.primary {
        regions.push(primary.clone());
    }
    regions.extend(runbook.regions.iter().cloned());
    let mut known = Vec::new();
    regions.retain(|region| {
        let new = !known.contains(region);
        known.push(region.clone());
        new
    });
    regions
}

/// What was promised for what the runbook is about, as a run is recorded with it.
pub fn objectives(system: &System, runbook: &Runbook) -> Objectives {
    let promised = runbook.direction.objective(system);
    let seconds = |span: Span| span.as_secs();
    Objectives {
        rpo_s: promised.and_then(|promised| promised.rpo).map(seconds),
        rto_s: promised.and_then(|promised| promised.rto).map(seconds),
    }
}

/// The same for all of a runbook, and for each System of those that it takes in: where there are several, each has its own promise.
pub fn promised(systems: &[System], runbook: &Runbook) -> (Objectives, Vec<Objectives>) {
    let of = |name: &str| {
        let system = systems.iter().find(|system| system.name == name);
        system.map_or_else(Objectives::default, |system| objectives(system, runbook))
    };
    match runbook.parts.as_slice() {
        [] => (of(&runbook.system), Vec::new()),
        parts => (Objectives::default(), parts.iter().map(|part| of(&part.system)).collect()),
    }
}

/// `INC1234.alice`: what a session of a role is called, so that CloudTrail tells who it was. AWS takes 2 to 64 of `\w+=,.@-`.
fn session_name(incident: Option<&str>, operator: &str) -> String {
    let clean = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) { c } else { '-' }).collect()
    };
    let name = incident.map_or_else(
        || format!("drdeck.{}", clean(operator)),
        |incident| format!("{}.{}", clean(incident), clean(operator)),
    );
    name.chars().take(64).collect()
}

/// A run that was paused, or broke off.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    /// The run.
    pub run: RunId,
    /// What it came to so far.
    pub account: Account,
    /// How it stands, in words.
    pub how: &'static str,
    /// The step at which it goes on, by its index.
    pub next: usize,
    /// The name of that step.
    pub step: String,
    /// The SHA-256 of the text that it was opened with.
    pub sha256: String,
    /// The last record, by this machine's clock.
    pub wall: Moment,
}

impl Unfinished {
    /// The newest run of that runbook that somebody could go on with.
    ///
    /// # Errors
    /// The runs cannot be listed.
    pub fn of_runbook(place: &Place, runbook: &str) -> Result<Option<Self>, JournalError> {
        Ok(unfinished(place, runbook)?.and_then(|(run, entries)| Self::of(run, &entries)))
    }

    fn of(run: RunId, entries: &[Entry]) -> Option<Self> {
        let account = Account::of(entries)?;
        let how = match standing(entries) {
            Standing::Closed(Verdict::Paused) => "paused",
            Standing::Closed(Verdict::Finished | Verdict::Aborted) => return None,
            Standing::Open => "broken off, or still driven",
        };
        let open = |end: &StepEnd| matches!(end, StepEnd::Open | StepEnd::Failed(_));
        let next = account.steps.iter().position(|step| open(&step.end)).unwrap_or(0);
        let step = account.steps.get(next).map(|step| step.id.clone()).unwrap_or_default();
        let sha256 = match entries.first().map(|entry| &entry.record) {
            Some(Record::RunOpened { sha256, .. }) => sha256.clone(),
            Some(_) | None => String::new(),
        };
        let wall = entries.last().map_or_else(Moment::now, |entry| entry.wall);
        Some(Self { run, account, how, next, step, sha256, wall })
    }

    /// Closes it, because nobody goes on with it. Only where nobody drives it; what was finished or given up meanwhile stays as it is.
    ///
    /// # Errors
    /// Somebody drives it, or it cannot be written to.
    pub fn give_up(&self, reason: &str, place: &Place) -> Result<(), JournalError> {
        let holder = Holder {
            system: self.account.system.clone(),
            run: self.run,
            operator: Text::new("the one who begins anew"),
            pid: std::process::id(),
            since: Moment::now(),
        };
        let _lock = Lock::take(place, &holder)?;
        let mut opened = Journal::open(place, self.run)?;
        match standing(&opened.entries) {
            Standing::Closed(Verdict::Finished | Verdict::Aborted) => return Ok(()),
            Standing::Closed(Verdict::Paused) | Standing::Open => {}
        }
        let last = opened.entries.last().map_or_else(Moment::now, |entry| entry.at);
        let record = Record::SessionClosed { verdict: Verdict::Aborted, reason: Text::new(reason) };
        opened.journal.append(last, Moment::now(), record)?;
        Ok(())
    }
}

/// How long the steps of a run's runbook took in earlier runs in its account.
pub fn history(place: &Place, run: &View) -> History {
    let Some(identity) = &run.identity else { return History::new() };
    // A step whose history cannot be read is one that nobody has run before.
    let runs = Shelf::new(place.clone()).look(&BTreeSet::new()).unwrap_or_default();
    history::of(&runs, &run.runbook, identity.account.as_str())
}
