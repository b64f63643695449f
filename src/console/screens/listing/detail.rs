//! What is known of one row: labels and values, headings, a log; what of it can be copied, and what more has to be read while somebody
//! looks at it.

use std::collections::BTreeSet;

use super::source::Source;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::widgets::sparkline::sparkline;
use crate::model::{LagHistory, Moment, Query, Span};

/// The details of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    title: Line,
    entries: Vec<Entry>,
    /// What can be copied: label and text.
    copies: Vec<(String, String)>,
    /// The `aws` lines.
    commands: Vec<String>,
    /// What is to be read while it is looked at.
    pub look: BTreeSet<Query>,
    /// The sources it rests on, and how old they are.
    sources: Vec<(String, Line)>,
    aged: Aged,
}

/// Whether all it rests on was read in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aged {
    No,
    Yes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Heading(String),
    Value(&'static str, Line),
    Line(Line),
}

/// Wide enough for the longest label in use.
const WIDEST_LABEL: usize = 20;
/// The columns of a curve.
const CURVE: usize = 30;

impl Detail {
    /// Of what is called `name`; `what` says what it is.
    pub fn new(name: &str, what: &str) -> Self {
        let title = Line::new(Role::Text, " ").with(Role::Title, name).with(Role::TextMuted, format!("  {what}"));
        Self {
            title,
            entries: Vec::new(),
            copies: Vec::new(),
            commands: Vec::new(),
            look: BTreeSet::new(),
            sources: Vec::new(),
            aged: Aged::No,
        }
    }

    /// Begins a part.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.entries.push(Entry::Heading(text.into()));
    }

    /// A value, which can be copied.
    pub fn value(&mut self, label: &'static str, value: impl Into<String>) {
        self.marked(label, Line::new(Role::Text, value));
    }

    /// A value, if there is one.
    pub fn maybe(&mut self, label: &'static str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.value(label, value);
        }
    }

    /// A value with a meaning.
    pub fn marked(&mut self, label: &'static str, value: Line) {
        let text = value.plain();
        if !text.is_empty() {
            self.copies.push((label.to_owned(), text));
            self.entries.push(Entry::Value(label, value));
        }
    }

    /// A moment and how long ago it was, or how far ahead it is.
    pub fn moment(&mut self, label: &'static str, at: Option<Moment>, now: Moment) {
        self.maybe(label, at.map(|at| format::when(at, now)));
    }

    /// A lag as a curve, with its newest and its highest value.
    pub fn curve(&mut self, label: &'static str, lags: &LagHistory) {
        let Some(newest) = lags.newest() else { return };
        let text = format!(" {}, highest {}", format::lag(newest), format::lag(lags.highest()));
        let line = Line::new(Role::Sparkline, sparkline(lags, CURVE)).with(Role::Text, text);
        self.entries.push(Entry::Value(label, line));
    }

    /// A line of a log or a table.
    pub fn line(&mut self, line: Line) {
        self.entries.push(Entry::Line(line));
    }

    /// A sentence in place of what is not there.
    pub fn remark(&mut self, text: impl Into<String>) {
        self.line(Line::new(Role::TextMuted, text));
    }

    /// Something to copy that is not shown as a value.
    pub fn copy(&mut self, label: impl Into<String>, text: impl Into<String>) {
        self.copies.push((label.into(), text.into()));
    }

    /// The `aws` line that reads it.
    pub fn command(&mut self, line: String) {
        if !self.commands.contains(&line) {
            self.commands.push(line);
        }
    }

    /// It is to be read while somebody looks.
    pub fn look(&mut self, query: Query) {
        self.look.insert(query);
    }

    /// Something of it was read there. Where that is too long ago nothing here looks good any more.
    pub fn rests_on(&mut self, source: &Source, now: Moment) {
        let Some(at) = source.reading.read_at else {
            if source.reading.failing.is_some() && !source.is_absent() {
                self.rests(source.query.source(), Line::new(Role::FreshnessUnreadable, "cannot be read"), Trust::Never);
            }
            return;
        };
        let age = format::age(now.duration_since(at).max(Span::ZERO));
        let trust = source.trust(now);
        let (role, more) = match trust {
            Trust::Fresh => (Role::TextMuted, ""),
            Trust::Old(_) | Trust::Never => (Role::FreshnessStale, "; too old to rely on"),
        };
        let when = format!("read at {}, {age} ago{more}", format::moment(at, now));
        self.rests(source.query.source(), Line::new(role, when), trust);
    }

    /// The same for something that is not a reading of its own.
    pub fn rests(&mut self, source: String, when: Line, trust: Trust) {
        if trust != Trust::Fresh {
            self.aged = Aged::Yes;
        }
        if !self.sources.iter().any(|(known, _)| *known == source) {
            self.sources.push((source, when));
        }
    }

    /// What can be copied, the most useful first: the `aws` lines, ids, all other values.
    pub fn copies(&self) -> impl Iterator<Item = (String, String)> {
        let commands = self.commands.iter().map(|line| {
            let mut words = line.split(' ');
            let label = match (words.next(), words.nth(1)) {
                (Some("aws"), Some(operation)) => operation.to_owned(),
                (Some(tool), _) => tool.to_owned(),
                (None, _) => String::new(),
            };
            (label, line.clone())
        });
        let is_id = |label: &str| matches!(label, "id" | "arn" | "job");
        let ids = self.copies.iter().filter(move |(label, _)| is_id(label));
        let others = self.copies.iter().filter(move |(label, _)| !is_id(label));
        commands.chain(ids.chain(others).cloned())
    }

    /// Its page, in `width` columns.
    pub fn lines(&self, width: usize) -> Vec<Line> {
        let mut lines = self.title.wrapped(width, 3);
        let labels = self.entries.iter().filter_map(|entry| match entry {
            Entry::Value(label, _) => Some(Line::new(Role::Text, *label).width()),
            Entry::Heading(_) | Entry::Line(_) => None,
        });
        let column = labels.max().unwrap_or(0).min(WIDEST_LABEL) + 5;
        for entry in &self.entries {
            match entry {
                Entry::Heading(text) => {
                    lines.push(Line::empty());
                    lines.push(Line::new(Role::TableHeader, format!(" {}", text.to_uppercase())));
                }
                Entry::Value(label, value) => {
                    let mut line = Line::new(Role::TextMuted, format!("   {label}")).padded(column);
                    line.append(value.clone());
                    lines.extend(line.wrapped(width, column));
                }
                Entry::Line(line) => {
                    let mut indented = Line::new(Role::Text, "   ");
                    indented.append(line.clone());
                    lines.extend(indented.wrapped(width, 5));
                }
            }
        }
        if !self.commands.is_empty() {
            lines.push(Line::empty());
            lines.push(Line::new(Role::TableHeader, " READ IT YOURSELF (y COPIES)"));
            for command in &self.commands {
                lines.extend(Line::new(Role::Text, "   ").with(Role::Text, command.as_str()).wrapped(width, 5));
            }
        }
        if !self.sources.is_empty() {
            lines.push(Line::empty());
            lines.push(Line::new(Role::TableHeader, " READ FROM"));
            for (source, when) in &self.sources {
                let mut line = Line::new(Role::TextMuted, format!("   {source}, "));
                line.append(when.clone());
                lines.extend(line.wrapped(width, 5));
            }
        }
        match self.aged {
            Aged::No => lines,
            Aged::Yes => lines.into_iter().map(Line::never_good).collect(),
        }
    }
}
