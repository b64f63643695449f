//! The AWS CLI line that makes the same call: to be looked at, copied, or printed for the day that drdeck is not there.

use serde_json::Value as Json;

use super::super::IntentId;
use super::ApiCall;

/// The line, for a POSIX shell, against AWS's own endpoint.
pub fn line(call: &ApiCall, intent: IntentId) -> String {
    line_for(call, intent, None, None)
}

/// The line, for a POSIX shell, as this endpoint and this profile are used. A role that drdeck takes on for it is named in a comment at its end.
pub fn line_for(call: &ApiCall, intent: IntentId, endpoint_url: Option<&str>, profile: Option<&str>) -> String {
    let words: Vec<String> = argv(call, intent, endpoint_url, profile).iter().map(|word| quoted(word)).collect();
    let role = call.place().role.as_ref();
    let role = role.map(|role| format!(" # with the role {}", role.replace(['\n', '\r'], " ")));
    let remark = call.cli_remark().map(|remark| format!(" # {remark}"));
    format!("{}{}{}", words.join(" "), role.unwrap_or_default(), remark.unwrap_or_default())
}

/// The line word by word: `aws`, the service, the operation, and the parameters as the CLI names them.
pub fn argv(call: &ApiCall, intent: IntentId, endpoint_url: Option<&str>, profile: Option<&str>) -> Vec<String> {
    argv_of(call, &call.parameters(intent), endpoint_url, profile)
}

/// The same with these parameters.
pub(in crate::runbook) fn argv_of(
    call: &ApiCall,
    parameters: &Json,
    endpoint_url: Option<&str>,
    profile: Option<&str>,
) -> Vec<String> {
    let mut words = vec!["aws".to_owned(), call.service().to_owned(), option(call.operation())];
    words.extend(["--region".to_owned(), call.region().to_string()]);
    words.extend(options(parameters));
    for (name, value) in [("--profile", profile), ("--endpoint-url", endpoint_url)] {
        words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value.to_owned()]));
    }
    words
}

fn options(all: &Json) -> Vec<String> {
    let Json::Object(members) = all else { return Vec::new() };
    // The CLI would take these for options of its own, or fetch what they name; a line that is copied cannot hold another line.
    let is_misread = |value: &Json| {
        let starts = ["-", "file://", "fileb://", "http://", "https://"];
        let is = |text: &str| starts.iter().any(|start| text.starts_with(start)) || text.contains(char::is_control);
        value.as_str().is_some_and(is)
    };
    if members.values().any(is_misread) {
        return vec!["--cli-input-json".to_owned(), all.to_string()];
    }
    let mut words = Vec::new();
    for (name, value) in members {
        let name = option(name);
        match value {
            Json::Null => {}
            Json::Bool(true) => words.push(format!("--{name}")),
            Json::Bool(false) => words.push(format!("--no-{name}")),
            Json::String(text) => words.extend([format!("--{name}"), text.clone()]),
            Json::Number(_) | Json::Array(_) | Json::Object(_) => {
                words.extend([format!("--{name}"), value.to_string()])
            }
        }
    }
    words
}

/// A name of the service model as the CLI writes it, by the rules of botocore's `xform_name`: `recoveryInstanceIDs` is
/// `recovery-instance-ids`.
fn option(name: &str) -> String {
    let (name, tail) = plural(name);
    let name = before_lower(&name);
    let mut out = String::new();
    let mut before: Option<char> = None;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
        before = Some(letter);
    }
    out + &tail
}

/// Splits off capitals with an `s` at the end, which are one word: `IDs`, `ARNs`.
fn plural(name: &str) -> (String, String) {
    let Some(head) = name.strip_suffix('s') else { return (name.to_owned(), String::new()) };
    let capitals = head.chars().rev().take_while(char::is_ascii_uppercase).count();
    match head.split_at_checked(head.len() - capitals) {
        Some((head, capitals)) if capitals.len() >= 2 => {
            (head.to_owned(), format!("-{}s", capitals.to_ascii_lowercase()))
        }
        _ => (name.to_owned(), String::new()),
    }
}

/// Sets a hyphen before each capital that a small letter follows, unless it begins the name: `DB-InstanceIdentifier`.
fn before_lower(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name.chars().peekable();
    while let Some(letter) = rest.next() {
        out.push(letter);
        let mut ahead = rest.clone();
        let begins = ahead.next().is_some_and(|c| c.is_ascii_uppercase())
            && ahead.next().is_some_and(|c| c.is_ascii_lowercase());
        if begins {
            out.push('-');
            out.extend(rest.next());
            while let Some(small) = rest.next_if(char::is_ascii_lowercase) {
                out.push(small);
            }
        }
    }
    out
}

/// The parameters of a call that a person makes: `token` where the name of the request stands, and no tag of a run.
pub(in crate::runbook) fn unnamed(parameters: Json, intent: IntentId, token: &str) -> Json {
    let run = Json::from(intent.run.to_string());
    match parameters {
        Json::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| *value != run);
            Json::Object(kept.map(|(name, value)| (name, unnamed(value, intent, token))).collect())
        }
        Json::Array(all) => {
            let kept = all.into_iter().filter(|one| one.get("Value") != Some(&run));
            Json::Array(kept.map(|one| unnamed(one, intent, token)).collect())
        }
        Json::String(text) => Json::String(text.replace(&intent.to_string(), token)),
        other @ (Json::Null | Json::Bool(_) | Json::Number(_)) => other,
    }
}

/// A member by its name, in the language of `--query`.
pub(in crate::runbook) fn member(name: &str) -> String {
    let plain = name.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    if plain { name.to_owned() } else { Json::from(name).to_string() }
}

/// As a POSIX shell takes it as one word, and as nothing else.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
