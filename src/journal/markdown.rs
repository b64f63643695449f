//! A run as a document for people.

use std::fmt::Display;

use super::account::{Account, StepEnd};
use super::chain::Head;
use super::record::{Entry, Objectives, Record};
use super::tell::{harmless, outcome, sentence};
use super::verify::{Report, verify};
use crate::model::{Span, words};
use crate::runbook::IntentId;
use crate::runbook::call::cli;

/// A document, line by line.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, words: &str) {
        self.0.push_str(words);
        self.0.push('\n');
    }

    fn title(&mut self, words: &str) {
        self.line(&format!("\n## {words}\n"));
    }

    /// A table whose columns stand below each other for those who read the text itself; the last is as wide as it is.
    fn table<const N: usize>(&mut self, head: [&str; N], rows: &[[String; N]]) {
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..N).map(|column| if column + 1 < N { width(column) } else { 0 }).collect();
        let row = |cells: &[String; N]| {
            let cells = cells.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} |"));
            format!("|{}", cells.collect::<String>())
        };
        self.line(&row(&head.map(str::to_owned)));
        let rule = head.iter().zip(&widths).map(|(cell, width)| format!("{}|", "-".repeat(cell.len().max(*width) + 2)));
        self.line(&format!("|{}", rule.collect::<String>()));
        rows.iter().for_each(|cells| self.line(&row(cells)));
    }
}

/// A text from outside, so that Markdown takes it for a text: nothing in it is a cell, a tag, a link or a formula.
fn text(raw: impl Display) -> String {
    let mut plain = String::new();
    let chars: Vec<char> = harmless(&raw.to_string()).chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let letter = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
        let special = match c {
            '\\' | '`' | '*' | '[' | '<' | '|' | '~' | '$' | '&' => true,
            // Within a word it is a letter.
            '_' => !(letter(at.checked_sub(1)) && letter(Some(at + 1))),
            _ => false,
        };
        if special {
            plain.push('\\');
        }
        plain.push(*c);
    }
    plain
}

/// Lines that are shown as they are; the fence is longer than any in them.
fn code(raw: &str) -> String {
    let longest = raw.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n  {fence}sh\n  {}\n  {fence}\n", harmless(raw))
}

/// What was promised and what came of it, what was lost, who confirmed what, every request, and the timeline.
pub fn markdown(entries: &[Entry], head: &Head) -> Option<String> {
    let account = Account::of(entries)?;
    let report = verify(entries, head);
    let mut page = Page::default();
    summary(&mut page, &account, &report);
    page.title("Recovery time");
    times(&mut page, &account, entries);
    page.title("What was lost, and what cannot be undone");
    losses(&mut page, account.objectives, entries);
    if !account.open_fences.is_empty() {
        page.title("Fences that are still open");
        for (step, by, reason) in &account.open_fences {
            page.line(&format!("* {}: not proven; {} accepted the risk: {}", text(step), text(&by.name), text(reason)));
        }
    }
    page.title("Steps");
    steps(&mut page, &account);
    page.title("Requests");
    requests(&mut page, entries);
    page.title("Timeline");
    let rows: Vec<[String; 4]> = entries
        .iter()
        .map(|entry| {
            let step = entry.record.step().unwrap_or_default();
            [entry.seq.to_string(), format!("{:.0}", entry.at), text(step), text(sentence(&entry.record))]
        })
        .collect();
    page.table(["#", "at", "step", "what"], &rows);
    Some(page.0)
}

fn summary(page: &mut Page, account: &Account, report: &Report) {
    let mut way = account.direction.as_str().to_owned();
    if let Some(first) = way.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    page.line(&format!("# {way} of {}, run {}\n", text(&account.system), account.run));
    page.line(&format!("* Runbook: {}, {}", text(&account.runbook), account.mode.as_str()));
    if let Some(incident) = &account.incident {
        page.line(&format!("* Incident: {}", text(incident)));
    }
    let drivers: Vec<String> = account.drivers.iter().map(|by| text(format!("{} ({})", by.name, by.arn))).collect();
    page.line(&format!("* Driven by: {}", drivers.join(", then ")));
    let verdict = account.verdict.map_or("open, its session was not closed", |verdict| verdict.as_str());
    page.line(&format!("* Opened {:.0}, last record {:.0}: {verdict}", account.opened, account.last));
    page.line(&format!("* Steps done or left out: {} of {}", account.ended(), account.steps.len()));
    let records = words::count(report.records, "record");
    page.line(&format!("* Journal: {records}, chain whole, head `{}`", report.head.hash));
    for intent in &report.in_doubt {
        page.line(&format!("* **In doubt: nobody knows whether {intent} was carried out**"));
    }
    for (seq, what) in &report.wrong {
        page.line(&format!("* **No run of drdeck records this: record {seq}: {}**", text(what)));
    }
}

fn times(page: &mut Page, account: &Account, entries: &[Entry]) {
    let promised = |seconds: Option<i64>| {
        seconds
            .map_or("nothing was promised".to_owned(), |s| format!("promised: {}", words::length(Span::from_secs(s))))
    };
    let rto = promised(account.objectives.rto_s);
    match (account.began, account.rto()) {
        (None, _) => page.line("* When the disruption began is not known."),
        (Some(began), None) => {
            page.line(&format!(
                "* The disruption began {began:.0}. That users are served again was not verified ({rto})."
            ));
        }
        (Some(began), Some(took)) => {
            let took = words::length(took);
            page.line(&format!("* RTO: {took}, from {began:.0} until users were verified to be served ({rto})"));
            if let Some(split) = account.split(entries) {
                let [before, human, machine] = [split.before, split.human, split.machine].map(words::length);
                page.line(&format!(
                    "* Of that: {before} before the run was opened, {human} of people, {machine} of AWS"
                ));
            }
        }
    }
    for part in &account.parts {
        let (system, promised) = (text(&part.system), promised(part.objectives.rto_s));
        match part.rto() {
            Some(took) => page.line(&format!("* RTO of {system}: {} ({promised})", words::length(took))),
            None => page.line(&format!("* That users of {system} are served again was not verified ({promised})")),
        }
        if let Some(unprotected) = part.unprotected() {
            page.line(&format!("* {system} was unprotected for {}", words::length(unprotected)));
        }
    }
    match (account.unprotected(), account.protected) {
        (Some(unprotected), _) => page.line(&format!("* Unprotected for: {}", words::length(unprotected))),
        (None, Some(protected)) => page.line(&format!("* Protected again since {protected:.0}")),
        (None, None) => page.line("* Not protected again by the end of this run"),
    }
}

fn losses(page: &mut Page, objectives: Objectives, entries: &[Entry]) {
    let mut none = true;
    for entry in entries {
        let Record::Confirmed { step, loses, typed, by, .. } = &entry.record else { continue };
        // A step that cannot be undone is told even where it said that nothing is lost.
        let loses = match (loses, typed) {
            (Some(loses), _) => text(loses),
            (None, true) => "nothing, as its card said".to_owned(),
            (None, false) => continue,
        };
        none = false;
        let how = if *typed { ", which cannot be undone, by typing the system's name" } else { "" };
        page.line(&format!("* {:.0} {}, confirmed by {}{how}: {loses}", entry.at, text(step), text(&by.name)));
    }
    if none {
        page.line("* No step was confirmed that cannot be undone, or that said that data would be lost.");
    }
    if let Some(seconds) = objectives.rpo_s {
        page.line(&format!("* Promised (RPO): {}", words::length(Span::from_secs(seconds))));
    }
}

fn steps(page: &mut Page, account: &Account) {
    let rows: Vec<[String; 5]> = account
        .steps
        .iter()
        .map(|step| {
            let end = match &step.end {
                StepEnd::Open => "not done".to_owned(),
                StepEnd::Done(evidence) => format!("done: {evidence}"),
                StepEnd::Skipped(reason) => format!("left out: {reason}"),
                StepEnd::Failed(why) => format!("failed: {why}"),
            };
            let by = step.by.as_ref().map(|by| text(&by.name)).unwrap_or_default();
            let took = step.took.map(took).unwrap_or_default();
            [text(&step.id), took, step.requests.to_string(), by, text(end)]
        })
        .collect();
    page.table(["step", "took", "requests", "by", "end"], &rows);
}

/// A second more or less is of nobody's concern.
fn took(span: Span) -> String {
    if span < Span::from_secs(1) { "at once".to_owned() } else { words::length(span) }
}

fn requests(page: &mut Page, entries: &[Entry]) {
    let mut any = false;
    for entry in entries {
        let Record::Intent { step, intent, call, command, .. } = &entry.record else { continue };
        any = true;
        let came: Vec<String> = entries.iter().filter_map(|later| came_of(&later.record, intent)).collect();
        let came = if came.is_empty() { "nobody knows what came of it".to_owned() } else { came.join("; then ") };
        page.line(&format!("* {:.0} {}, {intent}: {}", entry.at, text(step), text(came)));
        let sent = match (call, command) {
            (Some(call), _) => cli::line(call, *intent),
            (None, Some(command)) => command.argv.join(" "),
            (None, None) => continue,
        };
        page.line(&code(&sent));
    }
    if !any {
        page.line("Nothing was sent.");
    }
}

/// What a later record tells of a request.
fn came_of(record: &Record, request: &IntentId) -> Option<String> {
    if let Record::Outcome { intent, outcome: came, .. } = record {
        return (intent == request).then(|| outcome(came));
    }
    if let Record::Reconciled { intent, .. } | Record::Resolved { intent, .. } = record {
        let said = sentence(record);
        return (intent == request).then(|| said.trim_start_matches(&format!("{intent}: ")).to_owned());
    }
    None
}
