//! How a run begins: anew, where an earlier one stopped, or not at all because somebody else drives.

use std::sync::Arc;
use std::time::Duration;

use super::approvals::{self, Approval};
use super::card::{History, Shell};
use super::terminal::{Terminal, Voice};
use crate::cli::args::Global;
use crate::cli::exit::Failure;
use crate::cli::{reading, state};
use crate::config::Config;
use crate::engine::{Begin, Engine, EngineError, New, Options};
use crate::journal::account::{Account, StepEnd};
use crate::journal::list::{Standing, read, standing, unfinished};
use crate::journal::{self, Entry, Holder, JournalError, Objectives, Person, Place, Record, Verdict};
use crate::model::words::{self, length};
use crate::model::{self, Estate, Moment, Region, Site, System, Text};
use crate::observe;
use crate::runbook::lint::lint;
use crate::runbook::{Kind, Mode, Question, RunId, Runbook};

/// A look at the System before it is moved may take so long; what has not answered by then is not waited for.
const LOOK: Duration = Duration::from_secs(8);

/// What somebody wants to run.
pub(super) struct Wanted<'a> {
    pub(super) config: &'a Config,
    pub(super) global: &'a Global,
    pub(super) runbook: Runbook,
    pub(super) text: String,
    pub(super) mode: Mode,
    pub(super) incident: Option<&'a str>,
}

/// A run that goes on.
pub(super) struct Started {
    pub(super) engine: Engine,
    pub(super) place: Place,
    pub(super) history: History,
    pub(super) shell: Shell,
}

/// What came of it.
pub(super) enum Begun {
    /// We drive.
    Driving(Box<Started>),
    /// Somebody else does, and has what this session could give.
    Elsewhere,
}

pub(super) async fn begin(wanted: Wanted<'_>, terminal: &mut Terminal) -> Result<Begun, Failure> {
    let Wanted { config, global, runbook, text, mode, incident } = wanted;
    let place = state::runs(global)?;
    let system = config.estate.systems.iter().find(|system| system.name == runbook.system).ok_or_else(|| {
        Failure::Input(format!(
            "the runbook moves {}, and the config has no such system; `drdeck runbook lint` tells more",
            runbook.system
        ))
    })?;
    let settings = reading::settings(config);
    let operator = operator(&settings, system, terminal).await?;
    let name = runbook.name.clone();
    let resumed = match unfinished(&place, &name)? {
        Some((run, entries)) => offer(run, &entries, &runbook, &place, terminal).await?,
        None => None,
    };
    let begin = match resumed {
        Some(run) => Begin::Resume { run, extra_regions: config.extra_regions.clone() },
        None => {
            introduce(&runbook, mode, incident, config, &terminal.voice);
            let began = look(config, system, &terminal.voice);
            Begin::New(Box::new(New {
                objectives: objectives(system, &runbook),
                runbook: Arc::new(runbook.clone()),
                text,
                mode,
                incident: incident.map(Text::new),
                began,
            }))
        }
    };
    let mut access = settings.access.clone();
    access.session_name = Some(session_name(incident, operator.as_str()));
    let options = Options {
        system: system.name.clone(),
        begin,
        operator,
        home: model::Place { region: system.recovery.clone(), role: runbook.role.as_deref().map(Arc::from) },
        regions: regions(system, &runbook),
        access,
        dns: settings.dns.clone(),
        state: place.clone(),
    };
    let shell = Shell { endpoint_url: config.endpoint_url.clone(), profile: config.profile.clone() };
    let history = history(&place, &name);
    match Engine::start(options) {
        Ok(engine) => Ok(Begun::Driving(Box::new(Started { engine, place, history, shell }))),
        Err(EngineError::Journal(JournalError::Held(holder))) => {
            elsewhere(*holder, &runbook, &place, &settings, system, terminal).await
        }
        Err(EngineError::Journal(error)) => Err(error.into()),
        Err(error) => Err(Failure::Unavailable(error.to_string())),
    }
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

fn objectives(system: &System, runbook: &Runbook) -> Objectives {
    let promised = runbook.direction.objective(system);
    let seconds = |span: model::Span| span.as_secs();
    Objectives {
        rpo_s: promised.and_then(|promised| promised.rpo).map(seconds),
        rto_s: promised.and_then(|promised| promised.rto).map(seconds),
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

/// Who drives. Where AWS knows only a role that several people share, the person says it.
async fn operator(settings: &observe::Settings, system: &System, terminal: &mut Terminal) -> Result<Text, Failure> {
    let arn = caller(settings, system).await?;
    let (kind, name) =
        arn.as_str().rsplit(':').next().and_then(|resource| resource.split_once('/')).unwrap_or(("", ""));
    let person = name.rsplit('/').next().unwrap_or(name);
    // A session that is named after a person has their address; IAM users are persons.
    if kind == "user" || person.contains('@') {
        return Ok(Text::new(person));
    }
    terminal.voice.say(format!("AWS knows this session as {arn}, which others may share."));
    loop {
        terminal.voice.say("? your name");
        match terminal.lines.next().await {
            None => return Err(Failure::Usage("nobody said who drives; the run was not begun".to_owned())),
            Some(line) if line.trim().is_empty() => {}
            Some(line) => return Ok(Text::new(line.trim())),
        }
    }
}

/// Whom AWS takes us for.
async fn caller(settings: &observe::Settings, system: &System) -> Result<Text, Failure> {
    let session = crate::aws::Session::open(settings.access.clone(), std::slice::from_ref(&system.recovery)).await;
    let query = model::Query::Identity(model::Place::home(system.recovery.as_str()));
    let read = session.read(&query, Moment::now()).await.result;
    match read.map_err(|unread| Failure::Unavailable(format!("AWS does not say who you are: {unread}")))? {
        model::facts::Answer::Identity(identity) => Ok(identity.arn),
        #[allow(clippy::wildcard_enum_match_arm, reason = "each Query has one kind of answer")]
        _ => Err(Failure::Unavailable("STS did not say who you are".to_owned())),
    }
}

fn introduce(runbook: &Runbook, mode: Mode, incident: Option<&str>, config: &Config, terminal: &Voice) {
    let word = match mode {
        Mode::Live => "LIVE: what you confirm is done in AWS",
        Mode::Drill => "DRILL: servers are launched as drills, traffic is not moved, nothing one-way is done",
        Mode::Tabletop => "TABLETOP: nothing is sent",
    };
    terminal.say(format!(
        "{} version {} of {}: {} of {}",
        runbook.name,
        runbook.version,
        runbook.owner,
        runbook.direction.as_str(),
        runbook.system
    ));
    terminal.say(word);
    if let Some(incident) = incident {
        terminal.say(format!("incident {incident}"));
    }
    if config.simulator {
        terminal.say("DEMO: a simulated AWS on this machine");
    }
    terminal.say(runbook.summary.as_str());
    let findings = lint(runbook, &[runbook], &config.estate, config.account.as_deref());
    // Alone it cannot be told whether its way back is there: the command tells.
    let count = findings.iter().filter(|finding| !finding.message.as_str().contains("back names")).count();
    if count > 0 {
        terminal.say(format!(
            "lint has {} about it: drdeck runbook lint {}",
            words::count(count, "finding"),
            runbook.name
        ));
    }
}

/// How the System stands now, in two lines; since when its users are not served.
fn look(config: &Config, system: &System, terminal: &Voice) -> Option<Moment> {
    let estate = Estate { systems: vec![system.clone()], shared: std::collections::BTreeSet::new() };
    let settings = reading::settings(config);
    let seen = std::thread::spawn(move || observe::once(settings, Arc::new(estate), LOOK)).join();
    let Ok(Ok(seen)) = seen else {
        terminal.say(format!("how {} stands could not be read", system.name));
        return None;
    };
    let assessed = seen.assessment.systems.iter().find(|of| of.name == system.name)?;
    terminal.say(format!("{} is {}", system.name, words_of(assessed)));
    for reason in assessed.reasons.iter().take(3) {
        terminal.say(format!("   {reason}"));
    }
    match assessed.up {
        model::Up::Down { since, .. } => Some(since),
        _ => None,
    }
}

fn words_of(assessed: &model::SystemAssessment) -> String {
    assessed.verdict.as_str().to_uppercase().replace('_', " ")
}

/// Offers to go on with an earlier run. `None`: a new one is wanted.
async fn offer(
    run: RunId,
    entries: &[Entry],
    runbook: &Runbook,
    place: &Place,
    terminal: &mut Terminal,
) -> Result<Option<RunId>, Failure> {
    let Some(account) = Account::of(entries) else { return Ok(None) };
    let how = match standing(entries) {
        Standing::Closed(Verdict::Paused) => "paused",
        Standing::Closed(Verdict::Finished | Verdict::Aborted) => return Ok(None),
        Standing::Open => "broken off, or still driven",
    };
    let next =
        account.steps.iter().position(|step| matches!(step.end, StepEnd::Open | StepEnd::Failed(_))).unwrap_or(0);
    let id = account.steps.get(next).map(|step| step.id.as_str()).unwrap_or_default();
    terminal.voice.say(format!(
        "run {run} of {} is {how}: {} of {} steps done or left out, last record {:.0}",
        account.runbook,
        account.ended(),
        account.steps.len(),
        account.last
    ));
    if let Some(Record::RunOpened { sha256, .. }) = entries.first().map(|entry| &entry.record)
        && *sha256 != runbook.sha256
    {
        terminal.voice.say("the runbook's file was changed since; the run goes on with the text it was opened with, which its journal holds");
    }
    loop {
        terminal.voice.say(format!(
            "? resume run {run} at step {} of {} {id}: yes, new REASON",
            next + 1,
            account.steps.len()
        ));
        let Some(line) = terminal.lines.next().await else {
            return Err(Failure::Usage("nobody answered; nothing was begun".to_owned()));
        };
        let line = line.trim();
        match line.split_once(char::is_whitespace).unwrap_or((line, "")) {
            ("yes", _) => return Ok(Some(run)),
            ("new", "") => {
                terminal.voice.say("! new takes a reason, which is recorded in the run that is given up: new REASON")
            }
            ("new", reason) => {
                give_up(run, entries, reason.trim(), place)?;
                return Ok(None);
            }
            _ => terminal.voice.say("! say yes, or new REASON"),
        }
    }
}

/// Closes a run that nobody goes on with. Only where nobody drives it.
fn give_up(run: RunId, entries: &[Entry], reason: &str, place: &Place) -> Result<(), Failure> {
    let Some(Record::RunOpened { system, .. }) = entries.first().map(|entry| &entry.record) else { return Ok(()) };
    let holder = Holder {
        system: system.clone(),
        run,
        operator: Text::new("the one who begins anew"),
        pid: std::process::id(),
        since: Moment::now(),
    };
    let _lock = journal::Lock::take(place, &holder)?;
    let mut opened = journal::Journal::open(place, run)?;
    let last = opened.entries.last().map_or_else(Moment::now, |entry| entry.at);
    let record = Record::SessionClosed { verdict: Verdict::Aborted, reason: Text::new(reason) };
    opened.journal.append(last, Moment::now(), record)?;
    Ok(())
}

/// How long each step took in runs of that runbook.
fn history(place: &Place, runbook: &str) -> History {
    let mut history = History::new();
    for run in place.all().unwrap_or_default() {
        let Ok(read) = read(place, run) else { continue };
        let Some(account) = Account::of(&read.entries).filter(|account| account.runbook == runbook) else { continue };
        if account.mode != Mode::Live {
            continue;
        }
        for step in account.steps {
            if let (StepEnd::Done(_), Some(took)) = (&step.end, step.took) {
                history.entry(step.id).or_default().push(took);
            }
        }
    }
    history
}

/// Somebody else drives. Where their run waits for consent, it can be given from here.
async fn elsewhere(
    holder: Holder,
    runbook: &Runbook,
    place: &Place,
    settings: &observe::Settings,
    system: &System,
    terminal: &mut Terminal,
) -> Result<Begun, Failure> {
    let entries = read(place, holder.run).map(|read| read.entries).unwrap_or_default();
    let waiting = awaiting(&entries, runbook);
    let driver = entries.iter().rev().find_map(|entry| match &entry.record {
        Record::SessionOpened { by, .. } => Some(by.clone()),
        _ => None,
    });
    let arn = caller(settings, system).await?;
    let other = driver.as_ref().is_none_or(|driver| driver.arn != arn);
    let Some((index, id)) = waiting.filter(|_| other) else {
        let last = entries.last().map(|entry| {
            let ago = length(Moment::now().duration_since(entry.wall));
            format!("; the last thing, {ago} ago: {}", journal::tell::sentence(&entry.record))
        });
        return Err(Failure::Unavailable(format!("{holder}{}", last.unwrap_or_default())));
    };
    let name = operator(settings, system, terminal).await?;
    terminal.voice.say(holder.to_string());
    let steps = runbook.steps.len();
    loop {
        terminal.voice.say(format!("? approve step {} of {steps} {id} of run {}: yes, no", index + 1, holder.run));
        match terminal.lines.next().await.as_deref().map(str::trim) {
            Some("yes") => {
                let by = Person { name, arn };
                approvals::leave(place, holder.run, &Approval { step: id.clone(), by })?;
                terminal.voice.say(format!("your consent to {id} is left for {}", holder.operator));
                return Ok(Begun::Elsewhere);
            }
            Some("no") | None => return Ok(Begun::Elsewhere),
            Some(_) => terminal.voice.say("! say yes or no"),
        }
    }
}

/// The step of a run that waits for somebody's consent.
fn awaiting(entries: &[Entry], runbook: &Runbook) -> Option<(usize, String)> {
    let account = Account::of(entries).filter(|account| account.runbook == runbook.name)?;
    let ended = |index: &usize| {
        account.steps.get(*index).is_some_and(|step| matches!(step.end, StepEnd::Done(_) | StepEnd::Skipped(_)))
    };
    let asks = |kind: &Kind| kind.step().asks() == Some(Question::Approval);
    runbook
        .steps
        .iter()
        .enumerate()
        .find(|(index, step)| asks(&step.kind) && !ended(index) && step.needs.iter().all(ended))
        .map(|(index, step)| (index, step.id.clone()))
}
