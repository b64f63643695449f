//! One value for every protocol: a service says what it answers, an encoder says how it looks on the wire.

use std::borrow::Cow;

use crate::sim::time::Moment;

/// What a service answers. Nulls inside a map are left out by every encoder.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number that must travel as a float (CloudWatch refuses an integer).
    Double(f64),
    /// A text. DRS sends its dates as texts: see [`Moment::drs_text`].
    String(String),
    /// A moment: epoch seconds in JSON, tag 1 in CBOR, ISO 8601 in XML.
    Timestamp(Moment),
    /// A list, and what XML calls each of its items (`member`, `DBInstance`…).
    List(&'static str, Vec<Value>),
    /// Members in the order they are sent.
    Map(Vec<(Cow<'static, str>, Value)>),
}

impl Value {
    /// A structure, from its members in order.
    pub fn map<const N: usize>(members: [(&'static str, Value); N]) -> Self {
        Self::Map(members.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }

    /// A map of texts whose keys are data, as tags are.
    pub fn texts<'a>(entries: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (Cow::Owned(key.clone()), value.as_str().into())).collect())
    }

    /// A list. `item` is the name of each item in XML; JSON and CBOR do not use it.
    pub fn list(item: &'static str, values: impl IntoIterator<Item = Value>) -> Self {
        Self::List(item, values.into_iter().collect())
    }

    /// This structure with one more member at its end.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        if let Self::Map(members) = &mut self {
            members.push((Cow::Borrowed(name), value.into()));
        }
        self
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::String(value.clone())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<Moment> for Value {
    fn from(value: Moment) -> Self {
        Self::Timestamp(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
