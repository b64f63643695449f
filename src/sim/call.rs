//! One decoded request, whatever protocol it came in.

use serde_json::Value as Json;

use super::time::Moment;
use super::wire::AwsError;

/// A request: who asks what of which service in which Region.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service's name in the SigV4 scope (`rds`, `monitoring`, `drs`).
    pub service: &'static str,
    /// The Region of the SigV4 scope.
    pub region: String,
    /// The account of the estate.
    pub account: String,
    /// The access key that signed.
    pub access_key: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// The operation's name in the service model.
    pub operation: &'static str,
    /// The parameters as one object: JSON or CBOR body, form (lists folded, all scalars texts), or path, query string and XML
    /// body of a REST request, under their names on the wire.
    pub parameters: Json,
}

impl Call {
    /// A parameter as text; numbers are written out. `None` when it is absent or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
    }

    /// A parameter as a whole number, from JSON or from text; `Err` holds what was sent instead.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, String> {
        match self.parameters.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => text.parse().map(Some).map_err(|_| text.clone()),
            Some(other) => other.as_i64().map(Some).ok_or_else(|| other.to_string()),
        }
    }

    /// A parameter as yes or no, from JSON or from text.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.parameters.get(name)? {
            Json::Bool(yes) => Some(*yes),
            Json::String(text) => Some(text == "true"),
            Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// A parameter as a moment: epoch seconds or ISO 8601.
    pub fn moment(&self, name: &str) -> Option<Moment> {
        moment(self.parameters.get(name)?)
    }

    /// A parameter as a list of texts; one text alone is a list of one.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.parameters.get(name) {
            Some(Json::Array(values)) => values.iter().filter_map(Json::as_str).collect(),
            Some(Json::String(text)) => vec![text],
            None | Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_)) => Vec::new(),
        }
    }

    /// A parameter as a list of structures.
    pub fn items(&self, name: &str) -> &[Json] {
        self.parameters.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }

    /// A parameter that must be there, else that error.
    pub fn required(&self, name: &str, missing: impl FnOnce(String) -> AwsError) -> Result<&str, AwsError> {
        self.text(name).ok_or_else(|| missing(format!("The request must contain the parameter {name}.")))
    }
}

/// A JSON value as a moment: epoch seconds (number or text) or ISO 8601.
pub fn moment(value: &Json) -> Option<Moment> {
    match value {
        Json::Number(number) => number.as_f64().map(Moment::from_seconds),
        Json::String(text) => {
            Moment::parse(text).or_else(|| text.parse::<f64>().ok().filter(|s| s.is_finite()).map(Moment::from_seconds))
        }
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
