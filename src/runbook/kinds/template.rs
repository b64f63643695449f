//! Texts with the run's facts in them: `{system}`, `{incident}`…

use crate::model::words::{clock, length};
use crate::model::{Moment, Span};
use crate::runbook::world::{RunFacts, World};

/// What can be filled in.
const FIELDS: [&str; 12] =
    ["system", "runbook", "run", "mode", "incident", "operator", "account", "opened", "began", "repair", "rto", "done"];

/// `{rto}` tells the time in steps of this: a text that changed with each second could not be confirmed.
const STEP: i64 = 15;

/// What is wrong with the fields of a text, in words that follow its key.
pub(super) fn problem(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, left)) = after.split_once('}') else {
            return Some("has a { that is not closed".to_owned());
        };
        if !FIELDS.contains(&name) {
            return Some(format!("names {{{name}}}, which is no fact of a run; there are {}", FIELDS.join(", ")));
        }
        rest = left;
    }
    None
}

/// Whether all of a text is one field.
pub(super) fn is_whole(text: &str) -> bool {
    text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| FIELDS.contains(&name))
}

/// The text with its fields filled in. What is not known says so.
pub(super) fn filled(text: &str, world: &World<'_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, left)) => {
                out.push_str(&value(name, world.run, world.now));
                rest = left;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text with marks where its fields are: `<INCIDENT>`.
pub(super) fn marked(text: &str) -> String {
    let named = |text: String, name: &&str| text.replace(&format!("{{{name}}}"), &format!("<{}>", name.to_uppercase()));
    FIELDS.iter().fold(text.to_owned(), named)
}

fn value(name: &str, run: &RunFacts, now: Moment) -> String {
    let unknown = || "not known".to_owned();
    // With its date: who reads it may read it tomorrow.
    let at = |moment: Option<Moment>| moment.map_or_else(unknown, |at| clock(at, Moment::MAX));
    match name {
        "system" => run.system.clone(),
        "runbook" => run.runbook.clone(),
        "run" => run.id.to_string(),
        "mode" => run.mode.as_str().to_owned(),
        "incident" => run.incident.as_ref().map_or_else(|| "no incident".to_owned(), ToString::to_string),
        "operator" => run.operator.to_string(),
        "account" => run.account.to_string(),
        "opened" => at(Some(run.opened)),
        "began" => at(run.began),
        "repair" => at(run.repair),
        "rto" => run.began.map_or_else(unknown, |began| elapsed(now.duration_since(began))),
        "done" => run.done.iter().map(|(step, _, said)| format!("{step}: {said}")).collect::<Vec<_>>().join("; "),
        other => format!("{{{other}}}"),
    }
}

fn elapsed(since: Span) -> String {
    match since.as_mins() / STEP * STEP {
        ..=0 => format!("less than {STEP} min"),
        minutes => format!("more than {}", length(Span::from_mins(minutes))),
    }
}
