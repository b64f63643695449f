//! The config: what a person declares about their Systems, as TOML. Errors name file, line and column, show the line, and say what to
//! write instead; all errors of a file come at once.

mod component;
mod error;
mod file;
pub mod keys;
mod kind_keys;
mod look;
mod system;

use std::path::{Path, PathBuf};

pub use crate::document::{Problem, Problems};
pub use error::ConfigError;
pub use file::usual_path;
pub use look::{Arc, ArcEndpoint, Dns};

use crate::document::values::{self, Reach};
use crate::document::{self, FileError};
use crate::document::{Section, Unknown, Walk, regions};
use crate::model::{Estate, Span};

/// A config, checked: everything it names is known to be well-formed, though not to exist in AWS.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What the estate is called.
    pub name: String,
    /// Whether time comes from a simulator's clock. Then `endpoint_url` is set and leads to this machine.
    pub simulator: bool,
    /// Where every call goes, instead of to AWS.
    pub endpoint_url: Option<String>,
    /// The AWS profile to read with.
    pub profile: Option<String>,
    /// The account that must answer, 12 digits.
    pub account: Option<String>,
    /// How often AWS is read.
    pub polling: Polling,
    /// The screen.
    pub console: Console,
    /// Whom drdeck asks what DNS answers.
    pub dns: Dns,
    /// Application Recovery Controller.
    pub arc: Arc,
    /// The Systems.
    pub estate: Estate,
    /// Regions that are newer than this program.
    pub extra_regions: Vec<String>,
    /// The file it came from.
    pub path: PathBuf,
}

/// How often AWS is read, in the time of its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// Between two readings of health, lag and state.
    pub interval: Span,
    /// Of one attempt of one call, in wall-clock time.
    pub timeout: Span,
    /// Between two readings of what changes slowly.
    pub slow_interval: Span,
}

impl Default for Polling {
    fn default() -> Self {
        Self { interval: Span::from_secs(30), timeout: Span::from_secs(5), slow_interval: Span::from_mins(15) }
    }
}

/// The screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Console {
    /// The theme's name.
    pub theme: String,
}

/// What the command line says instead of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--endpoint-url`
    pub endpoint_url: Option<String>,
    /// `--profile`
    pub profile: Option<String>,
}

/// The config in `file`, or at its usual place.
///
/// # Errors
/// Every [`ConfigError`].
pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Config, ConfigError> {
    let (path, absent): (PathBuf, fn(PathBuf) -> ConfigError) = match file {
        Some(file) => (file.to_owned(), |path| ConfigError::NotThere { path }),
        None => (usual_path()?, |tried| ConfigError::Missing { tried }),
    };
    let text = document::read("config", &path).map_err(|error| match error {
        FileError::NotThere { path, .. } => absent(path),
        other @ (FileError::Unreadable { .. }
        | FileError::Unsafe { .. }
        | FileError::TooLarge { .. }
        | FileError::NotUtf8 { .. }) => other.into(),
    })?;
    parse(&text, &path, overrides)
}

/// The config that `text` says; `path` is what errors call it.
///
/// # Errors
/// [`ConfigError::Wrong`] with every problem of the text, or [`ConfigError::CommandLine`].
pub fn parse(text: &str, path: &Path, overrides: &Overrides) -> Result<Config, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = document::parse(text, path)?;
    if let Some(url) = &overrides.endpoint_url {
        values::endpoint(url).map_err(|what| ConfigError::CommandLine(format!("--endpoint-url {what}")))?;
    }
    let walk = Walk::default();
    let keys = keys::TOP.iter().collect();
    let config = {
        let top = Section::open(&walk, "the file", 0..0, document.get_ref(), keys, Unknown::Refuse);
        config(&top, path, overrides)
    };
    let problems = walk.into_problems();
    if !problems.is_empty() {
        let list = problems.iter().map(|(span, message)| Problem::at(text, span, message)).collect();
        return Err(ConfigError::Wrong(Problems { path: path.to_owned(), list, unfinished: None }));
    }
    if config.simulator && config.endpoint_url.as_deref().map(values::endpoint) != Some(Ok(Reach::Loopback)) {
        return Err(ConfigError::CommandLine(
            "--endpoint-url leads away from this machine, but the config says simulator = true; \
             give an endpoint such as http://127.0.0.1:4566, or use a config without simulator"
                .to_owned(),
        ));
    }
    Ok(config)
}

fn config(top: &Section<'_>, path: &Path, overrides: &Overrides) -> Config {
    extra_regions(top);
    let simulator = top.flag("simulator").unwrap_or_default();
    let endpoint_url = endpoint_url(top, simulator, overrides);
    let arc = look::arc(top, simulator);
    Config {
        name: top.text("name").map(|found| found.value.to_owned()).unwrap_or_default(),
        simulator,
        endpoint_url,
        profile: overrides.profile.clone().or_else(|| top.text("profile").map(|found| found.value.to_owned())),
        account: top.account("account"),
        polling: polling(top, simulator),
        console: console(top),
        dns: look::dns(top, simulator),
        estate: Estate { systems: system::systems(top, simulator), shared: arc.queries() },
        extra_regions: top.walk.extra_regions.borrow().clone(),
        arc,
        path: path.to_owned(),
    }
}

fn extra_regions(top: &Section<'_>) {
    for found in top.texts("extra_regions").unwrap_or_default() {
        if regions::has_the_shape(found.value) {
            top.walk.extra_regions.borrow_mut().push(found.value.to_owned());
        } else {
            let what = format!(
                "`extra_regions` names \"{}\", which does not look like a Region; write one like \"eu-foo-1\"",
                found.value
            );
            top.walk.wrong(&found.span, what);
        }
    }
}

/// The file's endpoint is checked even where the command line names another: a config that is wrong without a flag is wrong.
fn endpoint_url(top: &Section<'_>, simulator: bool, overrides: &Overrides) -> Option<String> {
    let url = top.text("endpoint_url").map(|found| found.value);
    match (url.map(values::endpoint), simulator) {
        (Some(Err(what)), _) => top.wrong("endpoint_url", what),
        (Some(Ok(Reach::Network)), true) => top.wrong(
            "endpoint_url",
            "leads away from this machine, but a simulator is on it; write it like \"http://127.0.0.1:4566\", or remove simulator = true",
        ),
        (None, true) if overrides.endpoint_url.is_none() && !top.has("endpoint_url") => {
            top.wrong("simulator", "is true, but there is no endpoint_url; write for example endpoint_url = \"http://127.0.0.1:4566\"");
        }
        (Some(Ok(_)) | None, _) => {}
    }
    overrides.endpoint_url.clone().or_else(|| url.map(str::to_owned))
}

fn polling(top: &Section<'_>, simulator: bool) -> Polling {
    let default = Polling::default();
    let Some(section) = top.table("polling", "[polling]", keys::POLLING) else {
        return default;
    };
    let (least, whose) = if simulator { (Span::from_secs(1), "a simulator") } else { (Span::from_secs(10), "AWS") };
    let within = |name: &str, from: Span, to: Option<Span>, fallback: Span, why: &str| {
        let Some(found) = section.duration(name) else {
            return fallback;
        };
        let is = values::written(found.value);
        if found.value < from {
            section.wrong(name, format!("is {is}, but the least is {}{why}", values::written(from)));
        }
        if let Some(to) = to.filter(|to| found.value > *to) {
            section.wrong(name, format!("is {is}, but the most is {}{why}", values::written(to)));
        }
        found.value
    };
    let interval = within("interval", least, None, default.interval, &format!(" for {whose}"));
    let timeout = within("timeout", Span::from_secs(1), Some(Span::from_mins(1)), default.timeout, " for one attempt");
    let slow = within("slow_interval", interval, None, default.slow_interval.max(interval), ", which is the interval");
    Polling { interval, timeout, slow_interval: slow }
}

fn console(top: &Section<'_>) -> Console {
    let section = top.table("console", "[console]", keys::CONSOLE);
    let theme = section.and_then(|section| section.text("theme")).map(|found| found.value.to_owned());
    Console { theme: theme.unwrap_or_else(|| "default".to_owned()) }
}
