//! A run as a document: Markdown for people, JSON for programs.

use serde_json::{Value as Json, json};

use super::account::{Account, StepEnd};
use super::chain::Head;
pub use super::markdown::markdown;
use super::record::Entry;
use super::verify::{Report, verify};
use crate::model::{Span, Text};

/// In JSON, schema 1: the sums, what was found wrong, and every record as it stands in the journal.
pub fn json(entries: &[Entry], head: &Head) -> Option<Json> {
    let account = Account::of(entries)?;
    let Report { records, head, in_doubt, wrong } = verify(entries, head);
    let seconds = |span: Span| span.as_secs();
    let split = account.split(entries).map(|split| {
        json!({ "before_s": seconds(split.before), "human_s": seconds(split.human), "machine_s": seconds(split.machine) })
    });
    let steps: Vec<Json> = account
        .steps
        .iter()
        .map(|step| {
            let (state, words) = match &step.end {
                StepEnd::Open => ("open", None),
                StepEnd::Done(words) => ("done", Some(words)),
                StepEnd::Skipped(words) => ("skipped", Some(words)),
                StepEnd::Failed(words) => ("failed", Some(words)),
            };
            json!({
                "id": step.id, "state": state, "evidence": words, "took_s": step.took.map(seconds),
                "confirmed_by": step.by, "requests": step.requests,
            })
        })
        .collect();
    let fences: Vec<Json> = account
        .open_fences
        .iter()
        .map(|(step, by, reason)| json!({ "step": step, "accepted_by": by, "reason": reason }))
        .collect();
    Some(json!({
        "schema": 1,
        "run": account.run,
        "runbook": account.runbook,
        "system": account.system,
        "direction": account.direction,
        "mode": account.mode,
        "incident": account.incident,
        "drivers": account.drivers,
        "opened": account.opened,
        "last": account.last,
        "verdict": account.verdict,
        "objectives": account.objectives,
        "began": account.began,
        "served": account.served,
        "protected": account.protected,
        "rto_s": account.rto().map(seconds),
        "split": split,
        "unprotected_s": account.unprotected().map(seconds),
        "steps": steps,
        "open_fences": fences,
        "chain": { "records": records, "head": head.hash, "in_doubt": in_doubt,
                   "wrong": wrong.iter().map(|(seq, what)| json!({ "seq": seq, "what": what })).collect::<Vec<_>>() },
        "records": entries,
    }))
}

/// A JSON document as lines that are harmless on a terminal: what it would obey or hide is written as JSON allows, `\\u009b`.
pub fn json_text(document: &Json) -> String {
    let text = format!("{document:#}\n");
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || c == '\u{20}' || c.is_ascii_graphic() || Text::new(c.to_string()).as_str() == c.to_string() {
            harmless.push(c);
        } else {
            let mut units = [0; 2];
            harmless.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    harmless
}
