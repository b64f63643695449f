//! `drdeck` without a command: the full-screen console. It opens at once and fills in as answers come.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::args::Global;
use super::exit::Failure;
use super::runbook::files;
use super::{reading, state};
use crate::config::{self, Config, ConfigError};
use crate::console::theme::choose;
use crate::console::{AppOptions, Begins, ConsoleOptions, Mode, ReadRunbooks, RunDesk, Shell, Start, Themes};
use crate::document::suggest;
use crate::engine::Desk;
use crate::journal::Place;
use crate::model::{Moment, Text, words};
use crate::observe::{Clock, Memory, Observation, Observer};

/// What is remembered comes a little later than the first frame, if it takes longer than this to read.
const MEMORY_WITHIN: Duration = Duration::from_millis(40);

/// A disk that takes longer than this keeps nobody: a minute of readings is lost.
const WRITTEN_WITHIN: Duration = Duration::from_millis(500);

pub(super) fn run(global: &Global) -> Result<ExitCode, Failure> {
    match config::load(global.config.as_deref(), &global.overrides()) {
        Ok(config) => {
            let memory = state::memory(&config, global);
            let beside = config.clone();
            let runbooks: ReadRunbooks = Arc::new(move || {
                files::all(&beside).map(files::written).map_err(|failure| Text::new(failure.to_string()))
            });
            let place = state::runs(global).map_err(|failure| Text::new(failure.to_string()));
            show(config, global, memory, Recorded { place, runbooks })
        }
        Err(ConfigError::Missing { tried }) => welcome(Text::new(tried.to_string_lossy()), global),
        Err(error) => Err(error.into()),
    }
}

/// Where runs are recorded, or why that is not known, and what reads the runbooks there are.
pub(super) struct Recorded {
    pub(super) place: Result<Place, Text>,
    pub(super) runbooks: ReadRunbooks,
}

/// Shows the Systems of `config` until the person leaves, beginning with what `memory` knows of them.
pub(super) fn show(
    config: Config,
    global: &Global,
    memory: Option<Memory>,
    recorded: Recorded,
) -> Result<ExitCode, Failure> {
    let themes = themes(global)?;
    let mode = if config.simulator { Mode::Demo } else { Mode::ReadOnly };
    // A simulator's clock is asked first; AWS's is ours until its answers tell better.
    let clock = (!config.simulator).then(|| Clock { anchor: Instant::now(), at_anchor: Moment::now(), speed: 1.0 });
    let theme = choose(global.theme.as_deref(), env::var_os("NO_COLOR").as_deref(), Some(&config.console.theme));
    let settings = reading::settings(&config);
    let Recorded { place, runbooks } = recorded;
    let (begins, desk) = match &place {
        Ok(_) if global.read_only => (Begins::No("--read-only"), None),
        Ok(place) => {
            let desk = Desk::of(&config, settings.access.clone(), place.clone());
            (Begins::Yes, Some(RunDesk { desk, estate: Arc::new(config.estate.clone()), runbooks: runbooks.clone() }))
        }
        Err(_) => (Begins::No("no folder to record it in"), None),
    };
    let shell = Shell {
        profile: config.profile.clone(),
        endpoint_url: config.endpoint_url.clone(),
        arc: config.arc.endpoints.clone(),
    };
    let runs = place.map(|place| (place, config.extra_regions.clone()));
    let name = config.name;
    let estate = Arc::new(config.estate);
    let observer = Observer::start_with(Arc::clone(&estate), settings, memory)
        .map_err(|error| Failure::Unavailable(format!("AWS cannot be read: {error}")))?;
    let (refresh, look, foresee) = (observer.refresher(), observer.looker(), observer.foreseer());
    // The first thing on the screen is what was there last.
    observer.wait_for_memory(MEMORY_WITHIN);
    let ended = open(ConsoleOptions {
        title: Text::new(format!("drdeck {name}")),
        app: AppOptions {
            mode,
            name,
            start: Start::Watch(estate),
            clock,
            shell,
            theme: theme.clone(),
            themes: themes.names(),
            begins,
        },
        desk,
        theme,
        themes,
        observations: observer.observations(),
        refresh: Box::new(refresh),
        look: Box::new(look),
        foresee: Box::new(foresee),
        runbooks,
        runs,
    });
    observer.finish(WRITTEN_WITHIN);
    ended
}

/// Nobody has written a config yet: the screen says how to begin.
fn welcome(path: Text, global: &Global) -> Result<ExitCode, Failure> {
    let themes = themes(global)?;
    let theme = choose(global.theme.as_deref(), env::var_os("NO_COLOR").as_deref(), None);
    let (_nothing_comes, observations) = watch::channel::<Option<Observation>>(None);
    open(ConsoleOptions {
        title: Text::new("drdeck"),
        app: AppOptions {
            mode: Mode::ReadOnly,
            name: "drdeck".to_owned(),
            start: Start::NoConfig(path.to_string()),
            clock: Some(Clock { anchor: Instant::now(), at_anchor: Moment::now(), speed: 1.0 }),
            shell: Shell::default(),
            theme: theme.clone(),
            themes: themes.names(),
            begins: Begins::No("no config"),
        },
        desk: None,
        theme,
        themes,
        observations,
        refresh: Box::new(|| {}),
        look: Box::new(|_| {}),
        foresee: Box::new(|_| {}),
        runbooks: Arc::new(|| Ok(Vec::new())),
        runs: state::runs(global).map(|place| (place, Vec::new())).map_err(|failure| Text::new(failure.to_string())),
    })
}

fn open(options: ConsoleOptions) -> Result<ExitCode, Failure> {
    match crate::console::run(options) {
        Ok(ended) => Ok(ExitCode::from(ended.exit_code())),
        Err(unsuitable) => Err(Failure::Unavailable(unsuitable.to_string())),
    }
}

/// A theme on the command line has to exist; one in the config is told about on the screen.
fn themes(global: &Global) -> Result<Themes, Failure> {
    let themes = Themes::of_user();
    let Some(wanted) = &global.theme else {
        return Ok(themes);
    };
    let names = themes.names();
    if names.contains(wanted) {
        return Ok(themes);
    }
    let there_are = format!("; there are {}", words::listed(&names));
    let hint = suggest::hint(wanted, names.iter().map(String::as_str), &there_are);
    Err(Failure::Usage(format!("there is no theme \"{wanted}\"{hint}")))
}
