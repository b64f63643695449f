//! One record of a journal: its word, how bad it is, and all there is to know of it.

use serde_json::Value as Json;

use crate::console::screens::listing::{Detail, Severity};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::journal::{Entry, Person, Record, Stands, Told, Verdict, tell};
use crate::model::Moment;
use crate::runbook::call::Plane;
use crate::runbook::{ApiCall, Command, IntentId, Outcome};

/// What it is, in a word.
pub(super) const fn word(record: &Record) -> &'static str {
    match record {
        Record::RunOpened { .. } => "opened",
        Record::SessionOpened { .. } => "session",
        Record::Repaired { .. } => "repaired",
        Record::Chosen { .. } => "choice",
        Record::Decided { .. } => "declared",
        Record::Confirmed { .. } => "confirm",
        Record::Intent { command: Some(_), call: None, .. } => "program",
        Record::Intent { .. } => "call",
        Record::Outcome { .. } => "answer",
        Record::Reconciled { .. } => "reading",
        Record::Resolved { .. } => "word",
        Record::Approved { .. } => "approval",
        Record::RiskAccepted { .. } => "risk",
        Record::FenceProven { .. } => "fence",
        Record::Done { .. } => "done",
        Record::Failed { .. } => "failed",
        Record::Refused { .. } => "refused",
        Record::Retried { .. } => "retry",
        Record::Skipped { .. } => "skipped",
        Record::Noted { .. } => "note",
        Record::Served { .. } => "served",
        Record::Protected { .. } => "protected",
        Record::SessionClosed { .. } => "closed",
    }
}

/// What happened in a sentence, people by their names and requests by their numbers alone: where there is little room.
pub(super) fn brief(record: &Record) -> String {
    let mut sentence = tell::sentence(record);
    if let Some(by) = by(record) {
        sentence = sentence.replace(&format!(" ({})", by.arn), "").replace(&format!(" as {}", by.arn), "");
    }
    if let Some(intent) = request(record) {
        sentence = sentence.replace(&intent.to_string(), &format!("request {}", intent.number));
    }
    sentence
}

/// The request it is about.
const fn request(record: &Record) -> Option<IntentId> {
    let (Record::Intent { intent, .. }
    | Record::Outcome { intent, .. }
    | Record::Reconciled { intent, .. }
    | Record::Resolved { intent, .. }) = record
    else {
        return None;
    };
    Some(*intent)
}

/// Who said it.
const fn by(record: &Record) -> Option<&Person> {
    match record {
        Record::SessionOpened { by, .. }
        | Record::Chosen { by, .. }
        | Record::Decided { by, .. }
        | Record::Confirmed { by, .. }
        | Record::Resolved { by, .. }
        | Record::Approved { by, .. }
        | Record::RiskAccepted { by, .. }
        | Record::Retried { by, .. }
        | Record::Skipped { by, .. }
        | Record::Noted { by, .. } => Some(by),
        Record::RunOpened { .. }
        | Record::Repaired { .. }
        | Record::Intent { .. }
        | Record::Outcome { .. }
        | Record::Reconciled { .. }
        | Record::FenceProven { .. }
        | Record::Done { .. }
        | Record::Failed { .. }
        | Record::Refused { .. }
        | Record::Served { .. }
        | Record::Protected { .. }
        | Record::SessionClosed { .. } => None,
    }
}

/// How bad it is. That something was done is neither good nor bad by itself.
pub(super) fn severity(entry: &Entry, told: &Told, stands: &Stands) -> Severity {
    if told.report.wrong.iter().any(|(seq, _)| *seq == entry.seq) {
        return Severity::Bad;
    }
    match &entry.record {
        Record::Outcome { outcome: Outcome::InDoubt { .. }, .. } | Record::Failed { .. } => Severity::Bad,
        // Its answer may come yet, as long as somebody drives.
        Record::Intent { intent, .. } if told.in_doubt().contains(intent) && !matches!(stands, Stands::Driven(_)) => {
            Severity::Bad
        }
        Record::Reconciled { applied: None, .. } => Severity::Unknown,
        Record::Outcome { outcome: Outcome::NotApplied { .. }, .. }
        | Record::Reconciled { applied: Some(false), .. }
        | Record::Repaired { .. }
        | Record::RiskAccepted { .. }
        | Record::Refused { .. }
        | Record::Skipped { .. }
        | Record::Approved { verified: false, .. }
        | Record::SessionClosed { verdict: Verdict::Aborted, .. } => Severity::Watch,
        Record::Outcome { outcome: Outcome::Applied { .. }, .. }
        | Record::Reconciled { applied: Some(true), .. }
        | Record::Approved { verified: true, .. }
        | Record::FenceProven { .. }
        | Record::Done { .. }
        | Record::Served { .. }
        | Record::Protected { .. } => Severity::Fine,
        Record::RunOpened { .. }
        | Record::SessionOpened { .. }
        | Record::Chosen { .. }
        | Record::Decided { .. }
        | Record::Confirmed { .. }
        | Record::Intent { .. }
        | Record::Resolved { .. }
        | Record::Retried { .. }
        | Record::Noted { .. }
        | Record::SessionClosed { verdict: Verdict::Finished | Verdict::Paused, .. } => Severity::Busy,
    }
}

/// The role of its words.
pub(super) const fn role(severity: Severity) -> Role {
    match severity {
        Severity::Fine | Severity::Busy => Role::Text,
        Severity::Watch => Role::SeverityWarning,
        Severity::Unknown => Role::VerdictUnknown,
        Severity::Bad => Role::SeverityError,
    }
}

/// All there is to know of it.
pub(super) fn detail(entry: &Entry, all: &[Entry], world: &World, now: Moment) -> Detail {
    let record = &entry.record;
    let mut detail = Detail::new(&format!("record {}", entry.seq), word(record));
    detail.value("what happened", tell::sentence(record));
    detail.maybe("step", record.step().map(tell::harmless));
    detail.moment("when", Some(entry.at), now);
    detail.value("machine's clock", format!("{:.0}", entry.wall));
    about(record, all, world, &mut detail);
    detail.value("hash before it", entry.prev.as_str());
    if let Ok(line) = serde_json::to_string(entry) {
        detail.copy("record", tell::harmless(&line));
    }
    detail
}

fn about(record: &Record, all: &[Entry], world: &World, detail: &mut Detail) {
    match record {
        Record::RunOpened { run, sha256, text, steps, .. } => {
            detail.value("id", run.to_string());
            detail.value("runbook's sha256", sha256.as_str());
            detail.value("steps", steps.iter().map(|step| tell::harmless(step)).collect::<Vec<_>>().join(", "));
            detail.heading("the runbook, as it was opened");
            text.lines().for_each(|line| detail.line(Line::new(Role::TextMuted, tell::harmless(line))));
            detail.copy("the runbook", text.lines().map(tell::harmless).collect::<Vec<_>>().join("\n"));
        }
        Record::SessionOpened { by, identity, host, pid, drdeck } => {
            detail.value("operator", by.name.as_str());
            detail.value("arn", identity.arn.as_str());
            detail.value("account", identity.account.as_str());
            detail.value("machine", format!("{host}, process {pid}, drdeck {drdeck}"));
        }
        Record::Confirmed { plan, requests, typed, .. } => {
            detail.value("allows", crate::console::format::count(*requests, "request"));
            detail.value("typed", if *typed { "the System's name" } else { "nothing" });
            detail.value("hash of the card", plan.as_str());
        }
        Record::Intent { intent, call, command, parameters, .. } => {
            detail.value("id", intent.to_string());
            sent(*intent, call.as_ref(), command.as_ref(), world, detail);
            json("parameters, as they were to be sent", parameters, detail);
            followed(*intent, all, detail);
        }
        Record::Outcome { intent, outcome, .. } => {
            detail.value("id", intent.to_string());
            if let Outcome::Applied { answer } = outcome {
                json("what is kept of the answer", answer, detail);
            }
            followed(*intent, all, detail);
        }
        Record::Reconciled { intent, .. } | Record::Resolved { intent, .. } => {
            detail.value("id", intent.to_string());
            followed(*intent, all, detail);
        }
        Record::Repaired { .. }
        | Record::Chosen { .. }
        | Record::Decided { .. }
        | Record::Approved { .. }
        | Record::RiskAccepted { .. }
        | Record::FenceProven { .. }
        | Record::Done { .. }
        | Record::Failed { .. }
        | Record::Refused { .. }
        | Record::Retried { .. }
        | Record::Skipped { .. }
        | Record::Noted { .. }
        | Record::Served { .. }
        | Record::Protected { .. }
        | Record::SessionClosed { .. } => {}
    }
}

/// The request, and how the AWS CLI would send the same.
fn sent(intent: IntentId, call: Option<&ApiCall>, command: Option<&Command>, world: &World, detail: &mut Detail) {
    if let Some(call) = call {
        detail.value("call", call.action());
        detail.value("target", tell::harmless(&call.target()));
        detail.value("region", call.region().to_string());
        detail.value(
            "answered by",
            match call.plane() {
                Plane::Data => "the data plane",
                Plane::Control => "the control plane of the Region",
                Plane::GlobalControl => "the global control plane, in us-east-1",
            },
        );
        let shell = &world.shell;
        let line = shell.by_hand(call, intent);
        detail.heading("the same with the AWS CLI, which would send it AGAIN");
        detail.line(Line::new(Role::TextMuted, tell::harmless(&line)));
        detail.copy("aws line", tell::harmless(&line));
    }
    if let Some(command) = command {
        detail.value("program", tell::harmless(&command.argv.join(" ")));
        detail.value("its check", tell::harmless(&command.check.join(" ")));
    }
}

fn json(title: &str, value: &Json, detail: &mut Detail) {
    if value.is_null() {
        return;
    }
    let text = format!("{value:#}");
    detail.heading(title);
    text.lines().for_each(|line| detail.line(Line::new(Role::Text, tell::harmless(line))));
    detail.copy(title, text.lines().map(tell::harmless).collect::<Vec<_>>().join("\n"));
}

/// Every record about that request.
fn followed(request: IntentId, all: &[Entry], detail: &mut Detail) {
    detail.heading("all that is recorded of this request");
    for entry in all {
        if self::request(&entry.record) == Some(request) {
            let when = Line::new(Role::TextMuted, format!("{:>4} {:.0} ", entry.seq, entry.at));
            detail.line(when.with(Role::Text, tell::sentence(&entry.record)));
        }
    }
}
