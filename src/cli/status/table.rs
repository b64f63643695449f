//! `status --output table`: what a person reads. The figures are those of the console.

use unicode_width::UnicodeWidthStr as _;

use crate::console::{figures, format, mark};
use crate::model::{Assessment, Disruption, SourceState, SourceStatus, SystemAssessment, Text, Verdict};

/// Whether the terminal is to be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Verdicts in the colours of the default theme.
    On,
    /// Glyphs and words alone.
    Off,
}

const HEADER: [&str; 10] =
    ["", "SYSTEM", "TIER", "UP", "ACTIVE", "RPO now/goal", "DATA now/goal", "RTO proven/goal", "GO", "VERDICT"];

/// The table for `systems` of `assessment`, the reasons below, then what could not be read and what the reading costs.
pub fn render(name: &str, assessment: &Assessment, systems: &[&SystemAssessment], colour: Colour) -> String {
    let mut out = table(assessment, systems, colour);
    out.push_str(&reasons(systems, colour));
    out.push_str(&unreadable(assessment));
    out.push_str(&footer(name, assessment));
    out
}

fn table(assessment: &Assessment, systems: &[&SystemAssessment], colour: Colour) -> String {
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
    let mut out = line(&HEADER.map(str::to_owned), &widths, None, colour);
    for (row, system) in rows.iter().zip(systems) {
        out.push_str(&line(row, &widths, Some(system.verdict), colour));
    }
    out
}

fn line(cells: &[String; 10], widths: &[usize; 10], verdict: Option<Verdict>, colour: Colour) -> String {
    let last = cells.len() - 1;
    let mut out = String::new();
    for (n, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let painted = match verdict {
            Some(verdict) if n == 0 || n == last => paint(cell, verdict, colour),
            Some(_) | None => cell.clone(),
        };
        out.push_str(&painted);
        if n == last {
            break;
        }
        let gap = if n == 0 { 1 } else { 2 };
        out.push_str(&" ".repeat(width.saturating_sub(cell.width()) + gap));
    }
    out.push('\n');
    out
}

fn reasons(systems: &[&SystemAssessment], colour: Colour) -> String {
    let mut out = String::new();
    for system in systems.iter().filter(|system| !system.reasons.is_empty()) {
        let name = Text::new(&system.name);
        let head = format!("{} {name}: {}", mark::glyph(system.verdict), system.verdict.words());
        out.push_str(&format!("\n{}\n", paint(&head, system.verdict, colour)));
        for reason in &system.reasons {
            out.push_str(&format!("  {reason}\n"));
        }
    }
    out
}

fn unreadable(assessment: &Assessment) -> String {
    let bad: Vec<&SourceState> = assessment.sources.iter().filter(|source| source.status != SourceStatus::Ok).collect();
    if bad.is_empty() {
        return String::new();
    }
    let mut out = "\nNot read:\n".to_owned();
    for source in bad {
        let (service, region) = (source.service, &source.region);
        let read = match source.read_at {
            Some(at) => format!("last read {}", format::moment(at, assessment.now)),
            None => "never read".to_owned(),
        };
        let why = match &source.failure {
            Some(failure) => format!("; since {}: {}", format::moment(failure.since, assessment.now), failure.error),
            None => String::new(),
        };
        out.push_str(&format!("  {service} {region}: {read}{why}\n"));
    }
    out
}

fn footer(name: &str, assessment: &Assessment) -> String {
    let who = match &assessment.identity.value {
        Some(identity) => {
            let account = format::account(identity.account.as_str());
            format!("account {account} as {}", format::identity(identity.arn.as_str()))
        }
        None => match &assessment.identity.failing {
            Some(failure) => format!("nobody knows as whom: {}", failure.error),
            None => "nobody knows as whom".to_owned(),
        },
    };
    let calls = format::count(usize::try_from(assessment.calls).unwrap_or(usize::MAX), "call");
    let cost = format::cost(assessment.cost_per_hour_usd);
    let at = assessment.now.strftime("%Y-%m-%d %H:%M:%SZ");
    format!("\n{}, {at}, {who}. {calls}, {cost}.\n", Text::new(name))
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
