//! How a session begins: who we are, the lock, the journal, its first records.

use std::collections::BTreeSet;
use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::core::{State, recorded};
use super::hands::{Hands, Tools};
use super::options::{Begin, EngineError, New, Options};
use crate::aws::{Session, Unread};
use crate::journal::account::Account;
use crate::journal::list::read;
use crate::journal::record::Nested;
use crate::journal::{Holder, Identity, Journal, Lock, Objectives, Person, Record, Verdict};
use crate::look::{Clock, Contact, clock};
use crate::model::{FailureKind, Moment, Span, Text};
use crate::runbook::{RunId, Runbook};

/// Opens a session. The lock comes first: a second operator is told so at once.
pub(super) async fn open(options: Options) -> Result<Hands, EngineError> {
    let run = match &options.begin {
        Begin::New(_) => new_run(),
        Begin::Resume { run, .. } => *run,
    };
    let locks = take_locks(&options, run)?;
    let session = Session::open(options.access.clone(), &options.regions).await;
    let clock = clock::at_start(&session).await.map_err(EngineError::Unread)?;
    let identity = who(&session, &options, clock).await?;
    let by = Person { name: options.operator.clone(), arn: identity.arn.clone() };
    let opened = |identity: &Identity| Record::SessionOpened {
        by: by.clone(),
        identity: identity.clone(),
        host: host(),
        pid: process::id(),
        drdeck: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let at = || (clock.at(Instant::now()), Moment::now());
    let mut entries = Vec::new();
    let (mut journal, runbook) = match options.begin {
        Begin::New(new) => {
            fits_account(&identity, new.runbook.account.as_deref(), || format!("the runbook {}", new.runbook.name))?;
            let runbook = Arc::clone(&new.runbook);
            let mut journal = Journal::create(&options.state, run)?;
            let (at, wall) = at();
            entries.push(journal.append(at, wall, first(run, *new))?);
            (journal, runbook)
        }
        Begin::Resume { extra_regions, .. } => {
            let opened = Journal::open(&options.state, run)?;
            let mut journal = opened.journal;
            entries = opened.entries;
            let runbook = held(run, &entries, &extra_regions, &options.system)?;
            may_go_on(run, &entries)?;
            fits_account(&identity, runbook.account.as_deref(), || format!("the runbook {}", runbook.name))?;
            let began_in = Account::of(&entries).and_then(|account| account.aws_account);
            fits_account(&identity, began_in.as_ref().map(Text::as_str), || format!("run {run}"))?;
            if let Some((bytes, kept)) = opened.torn {
                let (at, wall) = at();
                entries.push(journal.append(at, wall, Record::Repaired { bytes, kept })?);
            }
            (journal, Arc::new(runbook))
        }
    };
    let (now, wall) = at();
    entries.push(journal.append(now, wall, opened(&identity))?);
    let state =
        State::new(Arc::clone(&runbook), &entries).map_err(|why| EngineError::Unfit { run, why: why.to_string() })?;
    let contact = Contact::new(session, &options.dns);
    Ok(Hands::new(Tools { contact, clock, home: options.home, runbook, journal, locks }, state))
}

/// The locks of every System that the run moves, in the order of their names: two runs that share some never wait for each other's rest.
fn take_locks(options: &Options, run: RunId) -> Result<Vec<Lock>, EngineError> {
    let since = Moment::now();
    let systems = match &options.begin {
        Begin::New(new) => moved(&new.runbook.system, new.runbook.systems()),
        Begin::Resume { .. } => {
            let read = read(&options.state, run)?;
            let nested = match read.entries.first().map(|entry| &entry.record) {
                Some(Record::RunOpened { nested, .. }) => nested.iter().map(|part| part.system.as_str()).collect(),
                _ => Vec::new(),
            };
            moved(&options.system, nested)
        }
    };
    let mut locks = Vec::new();
    for system in systems {
        let holder = Holder { system, run, operator: options.operator.clone(), pid: process::id(), since };
        locks.push(Lock::take(&options.state, &holder)?);
    }
    Ok(locks)
}

fn moved(own: &str, others: Vec<&str>) -> BTreeSet<String> {
    others.into_iter().chain([own]).map(str::to_owned).collect()
}

/// Named by our own clock: a simulator may be played twice at the same hour.
fn new_run() -> RunId {
    let milliseconds = u64::try_from(Moment::now().as_millisecond()).unwrap_or_default();
    RunId::new(milliseconds, fastrand::u128(..))
}

async fn who(session: &Session, options: &Options, clock: Clock) -> Result<Identity, EngineError> {
    let patience = options.access.patience() + Duration::from_secs(1);
    let asked = session.identity(&options.home, Span::ZERO, clock.at(Instant::now()));
    let seen = timeout(patience, asked).await.unwrap_or_else(|_| {
        let error = format!("STS in {} does not say who we are within {} s", options.home.region, patience.as_secs());
        Err(Unread::new(FailureKind::TimedOut, error))
    });
    let seen = seen.map_err(EngineError::Unread)?;
    Ok(Identity { account: seen.account, arn: seen.arn })
}

fn fits_account(is: &Identity, wanted: Option<&str>, whose: impl FnOnce() -> String) -> Result<(), EngineError> {
    match wanted {
        Some(wanted) if wanted != is.account.as_str() => {
            Err(EngineError::Account { is: is.account.clone(), wanted: Text::new(wanted), whose: whose() })
        }
        Some(_) | None => Ok(()),
    }
}

fn first(run: RunId, new: New) -> Record {
    let New { runbook, text, mode, incident, began, objectives, nested } = new;
    let promised = nested.into_iter().chain(std::iter::repeat(Objectives::default()));
    Record::RunOpened {
        run,
        runbook: runbook.name.clone(),
        sha256: runbook.sha256.clone(),
        version: runbook.version.clone(),
        system: runbook.system.clone(),
        direction: runbook.direction,
        mode,
        incident,
        began,
        objectives,
        steps: runbook.steps.iter().map(|step| step.id.clone()).collect(),
        text,
        nested: runbook
            .parts
            .iter()
            .zip(promised)
            .map(|(part, objectives)| Nested {
                step: part.step.clone(),
                runbook: part.runbook.clone(),
                system: part.system.clone(),
                sha256: part.sha256.clone(),
                objectives,
                text: part.text.clone(),
            })
            .collect(),
    }
}

/// The runbook that the journal holds.
fn held(
    run: RunId,
    entries: &[crate::journal::Entry],
    extra_regions: &[String],
    system: &str,
) -> Result<Runbook, EngineError> {
    let unfit = |why: String| EngineError::Unfit { run, why };
    let runbook = recorded(entries, extra_regions).map_err(|why| unfit(why.to_string()))?;
    if runbook.system != system {
        return Err(unfit(format!("it is about {}, not about {system}", runbook.system)));
    }
    Ok(runbook)
}

fn may_go_on(run: RunId, entries: &[crate::journal::Entry]) -> Result<(), EngineError> {
    let last = entries.iter().rev().find_map(|entry| {
        if let Record::SessionClosed { verdict, .. } = &entry.record { Some(*verdict) } else { None }
    });
    match last {
        Some(verdict @ (Verdict::Finished | Verdict::Aborted)) => Err(EngineError::Over { run, verdict }),
        Some(Verdict::Paused) | None => Ok(()),
    }
}

fn host() -> Text {
    Text::new(rustix::system::uname().nodename().to_string_lossy())
}
