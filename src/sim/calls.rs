//! The log of calls that `GET /_drdeck/calls` shows: what was asked, and what came of it. Its memory is bounded.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value as Json;

use super::time::Moment;

/// How many calls are kept, the newest.
const MAX_CALLS: usize = 20_000;
/// How many bytes of parameters are kept over all calls.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Parameters that are secrets, and never kept.
const SECRETS: [&str; 4] = ["TokenCode", "SAMLAssertion", "WebIdentityToken", "Password"];

/// One call.
#[derive(Clone, Debug, Serialize)]
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

/// The newest calls.
#[derive(Debug, Default)]
pub struct CallLog {
    calls: VecDeque<(usize, LoggedCall)>,
    bytes: usize,
}

impl CallLog {
    /// Adds a call, without its secrets, and drops the oldest that no longer fit.
    pub fn add(&mut self, mut call: LoggedCall) {
        if let Json::Object(parameters) = &mut call.parameters {
            parameters.retain(|name, _| !SECRETS.contains(&name.as_str()));
        }
        let size = call.parameters.to_string().len();
        self.bytes += size;
        self.calls.push_back((size, call));
        while self.calls.len() > MAX_CALLS || (self.bytes > MAX_BYTES && self.calls.len() > 1) {
            if let Some((size, _)) = self.calls.pop_front() {
                self.bytes -= size;
            }
        }
    }

    /// All of them as JSON, oldest first.
    pub fn json(&self) -> Json {
        self.calls.iter().filter_map(|(_, call)| serde_json::to_value(call).ok()).collect()
    }
}
