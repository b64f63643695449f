//! Names of runs and of what is sent in them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A run: a ULID, so that names sort by time. 26 characters of Crockford's base 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(ulid::Ulid);

impl RunId {
    /// The run that began at `milliseconds` since 1970, told apart from others of that moment by 80 random bits.
    pub const fn new(milliseconds: u64, random: u128) -> Self {
        Self(ulid::Ulid::from_parts(milliseconds, random))
    }

    /// The milliseconds since 1970 in its name: when it began, by the clock of the machine that named it.
    pub const fn milliseconds(self) -> u64 {
        self.0.timestamp_ms()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("\"{text}\" is no run id; `drdeck journal list` names them, like 01JD3W7Z8Q6T5N4M3K2J1H0G9F");
        ulid::Ulid::from_string(&text.to_ascii_uppercase()).map(Self).map_err(|_| wrong())
    }
}

impl Serialize for RunId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One request to AWS, or one command: the how-manieth of its run, from 1. Written `RUN-7`, and so it stands in AWS as the tag
/// `dr-intent`, or as the client token where an API takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId {
    /// The run.
    pub run: RunId,
    /// Its number there.
    pub number: u32,
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.run, self.number)
    }
}

impl FromStr for IntentId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('-').and_then(|(run, number)| Some((run.parse().ok()?, number.parse().ok()?)));
        parts.map(|(run, number)| Self { run, number }).ok_or_else(|| format!("\"{text}\" is no intent of a run"))
    }
}

impl Serialize for IntentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IntentId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
