//! What is wrong with a config file, and where: file, line, column, the line itself with a caret, and what to write instead.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr as _;

use crate::model::Text;

/// One thing wrong, at a place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to write instead, in one sentence.
    pub message: Text,
    /// The line, as far as it can be shown.
    content: Text,
    /// Columns on the terminal before the caret.
    indent: usize,
    /// Columns on the terminal that are underlined, at least one.
    carets: usize,
}

impl Problem {
    /// A problem with the bytes `span` of `source`.
    pub fn at(source: &str, span: &Range<usize>, message: impl AsRef<str>) -> Self {
        let start = floor(source, span.start);
        let end = floor(source, span.end.max(start));
        let (before, rest) = source.split_at_checked(start).unwrap_or((source, ""));
        let line = before.matches('\n').count() + 1;
        let head = before.rsplit('\n').next().unwrap_or_default();
        let (marked, _) = rest.split_at_checked(end.saturating_sub(start)).unwrap_or((rest, ""));
        let marked = marked.lines().next().unwrap_or_default();
        let tail = rest.lines().next().unwrap_or_default();
        // A tab would move the caret to where nobody can tell; one blank stands for it.
        let shown = |part: &str| Text::new(part.trim_end_matches('\r').replace('\t', " "));
        Self {
            line,
            column: head.chars().count() + 1,
            message: Text::new(message),
            content: shown(&format!("{head}{tail}")),
            indent: shown(head).as_str().width(),
            carets: shown(marked).as_str().width().max(1),
        }
    }
}

/// The nearest character boundary at or before `index`.
fn floor(source: &str, index: usize) -> usize {
    (0..=index.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
}

/// Everything wrong with one file, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file.
    pub path: PathBuf,
    /// The problems.
    pub list: Vec<Problem>,
    /// Set where the file could not be understood far enough to check the rest of it.
    pub unfinished: Option<&'static str>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.list.len();
        let path = shown_path(&self.path);
        write!(f, "{count} {} in {path}", if count == 1 { "problem" } else { "problems" })?;
        for Problem { line, column, message, content, indent, carets } in &self.list {
            let number = line.to_string();
            let gutter = " ".repeat(number.len());
            write!(f, "\n\n{path}:{line}:{column}: {message}\n  {number} | {content}\n  {gutter} | ")?;
            write!(f, "{}{}", " ".repeat(*indent), "^".repeat(*carets))?;
        }
        if let Some(unfinished) = self.unfinished {
            write!(f, "\n\n{unfinished}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A path as it may be shown: a file name can hold escape sequences, too.
pub fn shown_path(path: &Path) -> Text {
    Text::new(path.to_string_lossy())
}
