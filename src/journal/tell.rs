//! A record in a sentence.

use serde_json::Value as Json;

use super::record::{Identity, Person, Record, Verdict};
use crate::model::Text;
use crate::runbook::{Outcome, Refusal};

impl Verdict {
    /// The word in the last line of a run.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Paused => "paused",
            Self::Aborted => "aborted",
        }
    }
}

fn who(by: &Person) -> String {
    format!("{} ({})", by.name, by.arn)
}

/// Why a request was not carried out, in words.
pub const fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::NotSent => "it was not sent",
        Refusal::Throttled => "AWS asked to slow down",
        Refusal::Denied => "this identity may not",
        Refusal::Expired => "the credentials have expired",
        Refusal::Invalid => "AWS called it invalid",
        Refusal::Conflict => "something else is going on there",
        Refusal::Capacity => "there is no capacity, or a quota is used up",
        Refusal::NotFound => "it does not exist",
    }
}

/// What an answer tells: `JobID drsjob-1, Status PENDING`.
fn told(answer: &Json) -> String {
    match answer {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) => answer.to_string(),
        Json::Array(items) => items.iter().map(told).collect::<Vec<_>>().join("; "),
        Json::Object(members) => {
            members.iter().map(|(name, value)| format!("{name} {}", told(value))).collect::<Vec<_>>().join(", ")
        }
    }
}

fn bytes_of(bytes: u64) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}

/// A text with nothing in it that a terminal would obey or hide, however long it is.
pub fn harmless(raw: &str) -> String {
    let chars: Vec<char> = raw.chars().collect();
    // A text has a longest length, which no part of this one reaches.
    chars.chunks(200).map(|part| Text::new(part.iter().collect::<String>()).to_string()).collect()
}

/// What came of a request, in words.
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied { answer } => match told(answer) {
            told if told.is_empty() => "applied".to_owned(),
            told => format!("applied; the answer: {told}"),
        },
        Outcome::NotApplied { why, error } => format!("not applied: {}; {error}", refusal(*why)),
        Outcome::InDoubt { error } => format!("IN DOUBT, AWS may have done this: {error}"),
    }
}

/// What happened, in a sentence without the step's name. It is harmless to show.
pub fn sentence(record: &Record) -> String {
    harmless(&words(record))
}

fn words(record: &Record) -> String {
    match record {
        Record::RunOpened { runbook, system, direction, mode, incident, version, sha256, .. } => {
            let incident = incident.as_ref().map(|incident| format!(" for incident {incident}")).unwrap_or_default();
            format!(
                "run of {runbook} version {version} opened{incident}: {} of {system}, {} (sha256 {sha256})",
                direction.as_str(),
                mode.as_str()
            )
        }
        Record::SessionOpened { by, identity: Identity { account, arn }, host, pid, drdeck } => {
            format!("driven by {} as {arn} in account {account}, on {host}, process {pid}, drdeck {drdeck}", by.name)
        }
        Record::Repaired { bytes, kept } => {
            format!("the journal was repaired: what could not be used of it, {}, is kept in {kept}", bytes_of(*bytes))
        }
        Record::Chosen { name, value, by, .. } => format!("{name} = {value}, chosen by {}", who(by)),
        Record::Decided { began, repair, by, .. } => {
            let repair = repair.map(|repair| format!(", expected to be repaired by {repair:.0}")).unwrap_or_default();
            format!("outage declared by {}: it began {began:.0}{repair}", who(by))
        }
        Record::Confirmed { typed, loses, by, .. } => {
            let how = if *typed { "confirmed by typing the system's name" } else { "confirmed" };
            let loses = loses.as_ref().map(|loses| format!("; lost: {loses}")).unwrap_or_default();
            format!("{how} by {}{loses}", who(by))
        }
        Record::Intent { intent, call, command, .. } => match (call, command) {
            (Some(call), _) => {
                format!("{intent}: {} of {} in {} is about to be sent", call.action(), call.target(), call.region())
            }
            (None, Some(command)) => format!("{intent}: {} is about to be started", command.argv.join(" ")),
            (None, None) => format!("{intent} is about to be sent"),
        },
        Record::Outcome { intent, outcome: came, .. } => format!("{intent}: {}", outcome(came)),
        Record::Reconciled { intent, applied, evidence, .. } => match applied {
            Some(true) => format!("{intent}: found to be applied: {evidence}"),
            Some(false) => format!("{intent}: found not to be applied: {evidence}"),
            None => format!("{intent}: AWS does not tell whether it was applied: {evidence}"),
        },
        Record::Resolved { intent, applied, reason, by, .. } => {
            let word = if *applied { "applied" } else { "not applied" };
            format!("{intent}: {word}, says {}: {reason}", who(by))
        }
        Record::Approved { by, verified, .. } => {
            let how = if *verified { "another caller of AWS" } else { "UNVERIFIED: the operator's word" };
            format!("approved by {} ({how})", who(by))
        }
        Record::RiskAccepted { reason, by, .. } => {
            format!("fence NOT proven, the risk of two writers is accepted by {}: {reason}", who(by))
        }
        Record::FenceProven { evidence, .. } => format!("fence proven: {evidence}"),
        Record::Done { evidence, .. } => format!("done: {evidence}"),
        Record::Failed { why, .. } => format!("failed: {why}"),
        Record::Refused { why, .. } => format!("refused before anything was sent: {why}"),
        Record::Retried { by, .. } => format!("offered again by {}", who(by)),
        Record::Skipped { reason, by, .. } => format!("skipped by {}: {reason}", who(by)),
        Record::Noted { text, by, .. } => format!("note by {}: {text}", who(by)),
        Record::Served { served, .. } => format!("users are served since {served:.0}: the RTO clock stops"),
        Record::Protected { protected, .. } => format!("protected again since {protected:.0}"),
        Record::SessionClosed { verdict, reason } => {
            let reason = if reason.as_str().is_empty() { String::new() } else { format!(": {reason}") };
            format!("session closed, the run is {}{reason}", verdict.as_str())
        }
    }
}
