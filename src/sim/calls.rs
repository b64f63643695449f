//! The log of calls that `GET /_drdeck/calls` shows: what was asked, and what came of it. Its memory is bounded.

use std::collections::VecDeque;

use serde_json::Value as Json;

use super::time::Moment;

/// How many calls are kept, the newest.
const MAX_CALLS: usize = 20_000;
/// How many bytes all of them may take.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Parameters that are secrets, and never kept.
const SECRETS: [&str; 4] = ["TokenCode", "SAMLAssertion", "WebIdentityToken", "Password"];

/// One call.
#[derive(Clone, Debug)]
pub struct LoggedCall {
    /// Simulated time of its arrival.
    pub at: Moment,
    /// The SigV4 name of the service; empty for a request nobody signed.
    pub service: String,
    /// The Region asked.
    pub region: String,
    /// The operation, or method and path where there is none.
    pub operation: String,
    /// What it was about, where the operation names one thing.
    pub target: Option<String>,
    /// Its parameters, without secrets.
    pub parameters: Json,
    /// The HTTP status; `null` when the connection ended without an answer.
    pub status: Option<u16>,
    /// Whether the estate was changed.
    pub changed: bool,
}

/// The newest calls, each as the JSON that is shown: a tree of its parameters would take ten times the memory.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    calls: VecDeque<Box<str>>,
    bytes: usize,
}

impl CallLog {
    /// Adds a call, without its secrets, and drops the oldest that no longer fit.
    pub fn add(&mut self, mut call: LoggedCall) {
        if let Json::Object(parameters) = &mut call.parameters {
            parameters.retain(|name, _| !SECRETS.contains(&name.as_str()));
        }
        let LoggedCall { at, service, region, operation, target, parameters, status, changed } = call;
        let shown = serde_json::json!({
            "at": at, "service": service, "region": region, "operation": operation, "target": target,
            "parameters": parameters, "status": status, "changed": changed,
        });
        let text = shown.to_string().into_boxed_str();
        self.bytes += text.len();
        self.calls.push_back(text);
        while self.calls.len() > MAX_CALLS || (self.bytes > MAX_BYTES && self.calls.len() > 1) {
            self.bytes -= self.calls.pop_front().map_or(0, |oldest| oldest.len());
        }
    }

    /// All of them as one JSON array, oldest first.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.bytes + self.calls.len() + 2);
        for call in &self.calls {
            text.push(if text.is_empty() { '[' } else { ',' });
            text.push_str(call);
        }
        if text.is_empty() {
            text.push('[');
        }
        text.push(']');
        text
    }
}
