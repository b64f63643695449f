//! The runbooks beside a config: `runbooks/*.toml`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::exit::Failure;
use crate::config::Config;
use crate::console::Runbooks;
use crate::document::{self, FileError, Problems, shown_path, suggest};
use crate::engine::Written;
use crate::model::{Text, words};
use crate::runbook::{Runbook, nest, parse};

/// Why a runbook cannot be used. Its text says what to do next.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum Unusable {
    /// Its file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// What it says is wrong.
    #[error(transparent)]
    Wrong(#[from] Problems),
    /// The runbooks that it takes in do not fit it.
    #[error("{path}: {why}")]
    Unfit {
        /// Its file.
        path: String,
        /// What is wrong, in sentences.
        why: String,
    },
}

/// One file of the folder.
#[derive(Debug)]
pub(in crate::cli) struct Found {
    /// The runbook's name, which is the file's.
    pub(in crate::cli) name: String,
    /// What it holds, with its text.
    pub(in crate::cli) runbook: Result<(Runbook, String), Unusable>,
}

/// The folder.
pub(super) fn folder(config: &Config) -> PathBuf {
    config.path.parent().unwrap_or(Path::new("")).join("runbooks")
}

/// Every runbook beside the config, by name.
pub(in crate::cli) fn all(config: &Config) -> Result<Vec<Found>, Failure> {
    let folder = folder(config);
    let shown = shown_path(&folder);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::Input(format!("the runbooks in {shown} cannot be read: {error}"))),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path =
            entry.map_err(|error| Failure::Input(format!("the runbooks in {shown} cannot be read: {error}")))?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let read: Vec<Found> = paths.iter().map(|path| found(path, config)).collect();
    Ok(together(read, |name| shown_path(&folder.join(format!("{name}.toml"))).to_string()))
}

/// The same with the steps of those that some of them take in. `shown` is how the file of a runbook is called in an error.
pub(in crate::cli) fn together(read: Vec<Found>, shown: impl Fn(&str) -> String) -> Vec<Found> {
    let known: Vec<(&Runbook, &str)> = read
        .iter()
        .filter_map(|found| found.runbook.as_ref().ok().map(|(runbook, text)| (runbook, text.as_str())))
        .collect();
    let taken: Vec<Option<Result<Runbook, Unusable>>> = read
        .iter()
        .map(|found| {
            let (own, _) = found.runbook.as_ref().ok().filter(|(own, _)| nest::names_others(own))?;
            let unfit = |wrong: Vec<String>| Unusable::Unfit { path: shown(&found.name), why: wrong.join("; ") };
            Some(nest::take_in(own.clone(), &known).map_err(unfit))
        })
        .collect();
    let with_others = |(found, taken): (Found, Option<Result<Runbook, Unusable>>)| {
        let Found { name, runbook } = found;
        let runbook = match taken {
            None => runbook,
            Some(taken) => runbook.and_then(|(_, text)| Ok((taken?, text))),
        };
        Found { name, runbook }
    };
    read.into_iter().zip(taken).map(with_others).collect()
}

/// The same for the console, which shows what is wrong with one that cannot be used.
pub(in crate::cli) fn written(all: Vec<Found>) -> Runbooks {
    let written = |(runbook, text): (Runbook, String)| Written { runbook: Arc::new(runbook), text };
    let of = |found: Found| (found.name, found.runbook.map(written).map_err(|error| Text::new(error.to_string())));
    all.into_iter().map(of).collect()
}

fn found(path: &Path, config: &Config) -> Found {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let read = || -> Result<(Runbook, String), Unusable> {
        let text = document::read("runbook", path)?;
        Ok((parse::parse(&text, path, &config.extra_regions)?, text))
    };
    Found { name, runbook: read() }
}

/// The runbook of that name, with its text.
pub(super) fn named(config: &Config, name: &str) -> Result<(Runbook, String), Failure> {
    let all = all(config)?;
    let names: Vec<String> = all.iter().map(|found| found.name.clone()).collect();
    match all.into_iter().find(|found| found.name == name) {
        Some(found) => found.runbook.map_err(|error| Failure::Input(error.to_string())),
        None => Err(missing(config, name, &names)),
    }
}

fn missing(config: &Config, name: &str, names: &[String]) -> Failure {
    let folder = folder(config);
    let folder = shown_path(&folder);
    if names.is_empty() {
        return Failure::Usage(format!(
            "there is no runbook \"{name}\": {folder} holds none; `drdeck demo --export DIR` writes examples to copy"
        ));
    }
    let otherwise = format!("; {folder} has {}", words::listed(names));
    let hint = suggest::hint(name, names.iter().map(String::as_str), &otherwise);
    Failure::Usage(format!("there is no runbook \"{name}\"{hint}"))
}
