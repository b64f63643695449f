//! How a run begins: anew, where an earlier one stopped, or not at all because somebody else drives.

use std::sync::Arc;
use std::time::Duration;

use super::terminal::{Terminal, Voice};
use crate::cli::args::Global;
use crate::cli::exit::Failure;
use crate::cli::{reading, state};
use crate::config::Config;
use crate::console::Shell;
use crate::engine::approvals::{self, Approval};
use crate::engine::{Begin, Desk, Driver, Engine, EngineError, New, Unfinished, desk};
use crate::journal::account::{Account, StepEnd};
use crate::journal::history::History;
use crate::journal::list::read;
use crate::journal::{self, Entry, Holder, JournalError, Person, Place, Record};
use crate::model::words::{self, length};
use crate::model::{self, Estate, Moment, System, Text};
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
    let mut moved = Vec::new();
    for name in runbook.systems() {
        moved.push(config.estate.systems.iter().find(|system| system.name == name).ok_or_else(|| {
            Failure::Input(format!(
                "the runbook moves {name}, and the config has no such system; `drdeck runbook lint` tells more"
            ))
        })?);
    }
    let Some(system) = moved.first().copied() else {
        return Err(Failure::Input(format!("the runbook {} moves no system", runbook.name)));
    };
    let desk = Desk::of(config, reading::settings(config).access, place.clone());
    // Nobody is asked to take up what somebody else drives.
    if let Some(holder) = journal::holder(&place, &system.name) {
        return elsewhere(holder, &runbook, &desk, system, terminal).await;
    }
    let operator = operator(&desk, system, terminal).await?;
    let resumed = match Unfinished::of_runbook(&place, &runbook.name)? {
        Some(run) => offer(&run, &runbook, &place, terminal).await?,
        None => None,
    };
    let begin = match resumed {
        Some(run) => desk.resume(run),
        None => {
            introduce(&runbook, mode, incident, config, &terminal.voice);
            let began = look(config, system, &terminal.voice);
            let (objectives, nested) = desk::promised(&config.estate.systems, &runbook);
            Begin::New(Box::new(New {
                objectives,
                nested,
                runbook: Arc::new(runbook.clone()),
                text,
                mode,
                incident: incident.map(Text::new),
                began,
            }))
        }
    };
    let options = desk.options(system, &runbook, operator, incident, begin);
    let shell = Shell {
        endpoint_url: config.endpoint_url.clone(),
        profile: config.profile.clone(),
        arc: config.arc.endpoints.clone(),
    };
    match Engine::start(options) {
        Ok(engine) => {
            let view = Arc::clone(&engine.views.borrow());
            let history = desk::history(&place, &view);
            Ok(Begun::Driving(Box::new(Started { engine, place, history, shell })))
        }
        Err(EngineError::Journal(JournalError::Held(holder))) => {
            elsewhere(*holder, &runbook, &desk, system, terminal).await
        }
        Err(EngineError::Journal(error)) => Err(error.into()),
        Err(error) => Err(Failure::Unavailable(error.to_string())),
    }
}

/// Who drives. Where AWS knows only a role that several people share, the person says it.
async fn operator(desk: &Desk, system: &System, terminal: &mut Terminal) -> Result<Text, Failure> {
    let arn = caller(desk, system).await?;
    match desk::driver(arn.as_str()) {
        Driver::Person(name) => return Ok(name),
        Driver::Shared => terminal.voice.say(format!("AWS knows this session as {arn}, which others may share.")),
    }
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
async fn caller(desk: &Desk, system: &System) -> Result<Text, Failure> {
    let asked = desk.caller(system).await;
    asked.map_err(|unread| Failure::Unavailable(format!("AWS does not say who you are: {unread}")))
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
        model::Up::Up | model::Up::Unknown => None,
    }
}

fn words_of(assessed: &model::SystemAssessment) -> String {
    assessed.verdict.as_str().to_uppercase().replace('_', " ")
}

/// Offers to go on with an earlier run. `None`: a new one is wanted.
async fn offer(
    earlier: &Unfinished,
    runbook: &Runbook,
    place: &Place,
    terminal: &mut Terminal,
) -> Result<Option<RunId>, Failure> {
    let Unfinished { run, account, how, next, step, .. } = earlier;
    terminal.voice.say(format!(
        "run {run} of {} is {how}: {} of {} steps done or left out, last record {:.0}",
        account.runbook,
        account.ended(),
        account.steps.len(),
        account.last
    ));
    if earlier.sha256 != runbook.sha256 {
        terminal.voice.say("the runbook's file was changed since; the run goes on with the text it was opened with, which its journal holds");
    }
    loop {
        terminal.voice.say(format!(
            "? resume run {run} at step {} of {} {step}: yes, new REASON",
            next + 1,
            account.steps.len()
        ));
        let Some(line) = terminal.lines.next().await else {
            return Err(Failure::Usage("nobody answered; nothing was begun".to_owned()));
        };
        let line = line.trim();
        match line.split_once(char::is_whitespace).unwrap_or((line, "")) {
            ("yes", _) => return Ok(Some(*run)),
            ("new", "") => {
                terminal.voice.say("! new takes a reason, which is recorded in the run that is given up: new REASON")
            }
            ("new", reason) => {
                earlier.give_up(reason.trim(), place)?;
                return Ok(None);
            }
            _ => terminal.voice.say("! say yes, or new REASON"),
        }
    }
}

/// Somebody else drives. Where their run waits for consent, it can be given from here.
async fn elsewhere(
    holder: Holder,
    runbook: &Runbook,
    desk: &Desk,
    system: &System,
    terminal: &mut Terminal,
) -> Result<Begun, Failure> {
    let place = &desk.state;
    let entries = read(place, holder.run).map(|read| read.entries).unwrap_or_default();
    let waiting = awaiting(&entries, runbook);
    let driver = entries
        .iter()
        .rev()
        .find_map(|entry| if let Record::SessionOpened { by, .. } = &entry.record { Some(by.clone()) } else { None });
    let arn = caller(desk, system).await?;
    let other = driver.as_ref().is_none_or(|driver| driver.arn != arn);
    let Some((index, id)) = waiting.filter(|_| other) else {
        let last = entries.last().map(|entry| {
            let ago = length(Moment::now().duration_since(entry.wall));
            format!("; the last thing, {ago} ago: {}", journal::tell::sentence(&entry.record))
        });
        return Err(Failure::Unavailable(format!("{holder}{}", last.unwrap_or_default())));
    };
    let name = operator(desk, system, terminal).await?;
    terminal.voice.say(holder.to_string());
    let steps = runbook.steps.len();
    loop {
        terminal.voice.say(format!("? approve step {} of {steps} {id} of run {}: yes, no", index + 1, holder.run));
        match terminal.lines.next().await.as_deref().map(str::trim) {
            Some("yes") => {
                let by = Person { name, arn };
                approvals::leave(place, holder.run, &Approval { step: id.clone(), by })
                    .map_err(Failure::CannotWrite)?;
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
