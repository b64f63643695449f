//! Reading estate and scenario files, with errors that name file, line and column.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::estate::Estate;
use super::timeline::Scenario;

/// Why a file of the simulator was refused; its text starts with `file:line:column`.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It could not be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is no TOML, or says something that does not exist.
    #[error("{path}:{line}:{column}: {message}")]
    Wrong {
        /// The file.
        path: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong, and what to write instead.
        message: String,
    },
}

/// A complaint about a file that was understood: the words it is about, and which occurrence of them in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The text of the file it is about, without quotes.
    pub words: String,
    /// 0 for its first occurrence.
    pub occurrence: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads an estate file.
pub fn load_estate(path: &Path) -> Result<Estate, LoadError> {
    parse_estate(&path.display().to_string(), &read(path)?)
}

/// Reads a scenario file.
pub fn load_scenario(path: &Path) -> Result<Scenario, LoadError> {
    parse_scenario(&path.display().to_string(), &read(path)?)
}

/// Understands the text of an estate; `name` is what errors call it.
pub fn parse_estate(name: &str, text: &str) -> Result<Estate, LoadError> {
    let estate: Estate = parse(name, text)?;
    match estate.check() {
        Ok(()) => Ok(estate),
        Err(complaint) => {
            let quoted = format!("\"{}\"", complaint.words);
            let offset = text.match_indices(&quoted).nth(complaint.occurrence).map_or(0, |(offset, _)| offset);
            Err(wrong(name, text, offset, complaint.message))
        }
    }
}

/// Understands the text of a scenario; `name` is what errors call it.
pub fn parse_scenario(name: &str, text: &str) -> Result<Scenario, LoadError> {
    parse(name, text)
}

fn read(path: &Path) -> Result<String, LoadError> {
    std::fs::read_to_string(path).map_err(|source| LoadError::Unreadable { path: path.display().to_string(), source })
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, LoadError> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        wrong(name, text, offset, error.message().to_owned())
    })
}

fn wrong(name: &str, text: &str, offset: usize, message: String) -> LoadError {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    LoadError::Wrong { path: name.to_owned(), line, column, message }
}
