//! `status --output table`: what a person reads. The figures are those of the console.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr as _;

use crate::console::widgets::Line;
use crate::console::{Role, figures, format, mark, sentences};
use crate::model::{Assessment, Disruption, Moment, SourceStatus, SystemAssessment, Text, Verdict, words};

/// Whether the terminal is to be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Verdicts in the colours of the default theme.
    On,
    /// Glyphs and words alone.
    Off,
}

/// Between two columns.
const GAP: usize = 2;

const HEADER: [&str; 10] =
    ["", "SYSTEM", "TIER", "UP", "ACTIVE", "RPO now/goal", "DATA now/goal", "RTO proven/goal", "GO", "VERDICT"];

/// The columns that are left out where the table has no room for them, the first first.
const LEFT_OUT: [usize; 5] = [6, 7, 2, 8, 4];

/// The table for `systems` of `assessment`, the reasons below, then what could not be read and what the reading costs: in lines of at most
/// `width` columns, as far as the table can do with that.
pub fn render(
    name: &str,
    assessment: &Assessment,
    systems: &[&SystemAssessment],
    colour: Colour,
    width: usize,
) -> String {
    let mut out = table(assessment, systems, colour, width);
    out.push_str(&reasons(assessment, systems, colour, width));
    out.push_str(&unreadable(assessment, width));
    out.push_str(&footer(name, assessment, width));
    out
}

fn table(assessment: &Assessment, systems: &[&SystemAssessment], colour: Colour, width: usize) -> String {
    let now = assessment.now;
    let rows: Vec<[String; 10]> = systems
        .iter()
        .map(|system| {
            [
                mark::glyph(system.verdict).to_owned(),
                Text::new(&system.name).to_string(),
                system.criticality.short().to_owned(),
                figures::up(system, now).plain(),
                figures::active(system, now).plain(),
                figures::rpo(system, Disruption::Region, now).plain(),
                figures::rpo(system, Disruption::Data, now).plain(),
                figures::rto(system, Disruption::Region, Some(now)).plain(),
                figures::go(system, now).plain(),
                system.verdict.words().to_owned(),
            ]
        })
        .collect();
    let mut widths = HEADER.map(|title| title.width());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    // A column without a width is not there.
    let mut columns = widths.map(Some);
    for least in LEFT_OUT {
        let taken: usize = columns.iter().flatten().map(|width| width + GAP).sum();
        if taken <= width.saturating_add(GAP + 1) {
            break;
        }
        if let Some(column) = columns.get_mut(least) {
            *column = None;
        }
    }
    let mut out = line(&HEADER.map(str::to_owned), &columns, None, colour);
    for (row, system) in rows.iter().zip(systems) {
        out.push_str(&line(row, &columns, Some(system.verdict), colour));
    }
    out
}

fn line(cells: &[String; 10], columns: &[Option<usize>; 10], verdict: Option<Verdict>, colour: Colour) -> String {
    let last = cells.len() - 1;
    let mut out = String::new();
    for (n, (cell, width)) in cells.iter().zip(columns).enumerate() {
        let Some(width) = width else { continue };
        let painted = match verdict {
            Some(verdict) if n == 0 || n == last => paint(cell, verdict, colour),
            Some(_) | None => cell.clone(),
        };
        out.push_str(&painted);
        if n == last {
            break;
        }
        let gap = if n == 0 { 1 } else { GAP };
        out.push_str(&" ".repeat(width.saturating_sub(cell.width()) + gap));
    }
    out.push('\n');
    out
}

fn reasons(assessment: &Assessment, systems: &[&SystemAssessment], colour: Colour, width: usize) -> String {
    let mut out = String::new();
    for system in systems.iter().filter(|system| !system.reasons.is_empty()) {
        let name = Text::new(&system.name);
        let head = format!("{} {name}: {}", mark::glyph(system.verdict), system.verdict.words());
        out.push_str(&format!("\n{}\n", paint(&head, system.verdict, colour)));
        for reason in sentences::reasons(system, &assessment.sources, assessment.now) {
            out.push_str(&paragraph(&format!("  {reason}"), 4, width));
        }
    }
    out
}

/// What could not be read for one and the same reason.
struct Unread<'a> {
    cause: &'a str,
    read_at: Option<Moment>,
    since: Option<Moment>,
    places: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// A line for each cause, however many calls it hits.
fn unreadable(assessment: &Assessment, width: usize) -> String {
    let mut all: Vec<Unread<'_>> = Vec::new();
    for source in assessment.sources.iter().filter(|source| source.status != SourceStatus::Ok) {
        let (service, region) = (source.service.as_str(), source.region.as_str());
        let error = source.failure.as_ref().map_or("too long ago", |failure| failure.error.as_str());
        // `rds did not answer` and `backup did not answer` are one cause.
        let cause = error.strip_prefix(service).map_or(error, str::trim_start);
        let since = source.failure.as_ref().map(|failure| failure.since);
        let same =
            |other: &&mut Unread<'_>| other.cause == cause && other.read_at.is_some() == source.read_at.is_some();
        match all.iter_mut().find(same) {
            Some(group) => {
                group.read_at = group.read_at.min(source.read_at);
                group.since = group.since.min(since);
                group.places.entry(region).or_default().insert(service);
            }
            None => all.push(Unread {
                cause,
                read_at: source.read_at,
                since,
                places: BTreeMap::from([(region, BTreeSet::from([service]))]),
            }),
        }
    }
    if all.is_empty() {
        return String::new();
    }
    let mut out = "\nNot read:\n".to_owned();
    for Unread { cause, read_at, since, places } in all {
        let places = words::listed(places.iter().map(|(region, services)| sentences::in_region(region, services)));
        let read = read_at
            .map_or_else(|| "never read".to_owned(), |at| format!("last read {}", format::moment(at, assessment.now)));
        let since =
            since.map_or_else(String::new, |since| format!("; since {}", format::moment(since, assessment.now)));
        out.push_str(&paragraph(&format!("  {places}: {read}{since}: {cause}"), 4, width));
    }
    out
}

/// `text` in lines of at most `width` columns, those after the first indented.
fn paragraph(text: &str, indent: usize, width: usize) -> String {
    let lines = Line::new(Role::Text, text).wrapped(width, indent);
    lines.iter().map(|line| line.plain() + "\n").collect()
}

fn footer(name: &str, assessment: &Assessment, width: usize) -> String {
    let who = match &assessment.identity.value {
        Some(identity) => {
            let account = format::account(identity.account.as_str());
            format!("account {account} as {}", format::identity(identity.arn.as_str()))
        }
        None => match &assessment.identity.failing {
            Some(failure) => format!("identity unknown: {}", failure.error),
            None => "identity unknown".to_owned(),
        },
    };
    let calls = format::count(usize::try_from(assessment.calls).unwrap_or(usize::MAX), "call");
    let cost = format::cost(assessment.cost_per_hour_usd);
    let at = assessment.now.strftime("%Y-%m-%d %H:%M:%SZ");
    format!("\n{}", paragraph(&format!("{}, {at}, {who}. {calls}, {cost}.", Text::new(name)), 0, width))
}

/// The colours of the default theme, from the 16 of the terminal.
fn paint(text: &str, verdict: Verdict, colour: Colour) -> String {
    let code = match verdict {
        Verdict::Met => "32",
        Verdict::AtRisk => "33",
        Verdict::Unknown => "35",
        Verdict::Breached => "1;31",
        Verdict::Split => "1;7;31",
    };
    match colour {
        Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}
