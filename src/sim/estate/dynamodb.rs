//! DynamoDB tables.

use serde::Deserialize;

use super::link::{Lag, Link};
use super::rds::one_year;
use crate::sim::time::{Moment, Span};

/// DynamoDB.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DynamoDb {
    /// The tables.
    #[serde(default, rename = "table")]
    pub tables: Vec<Table>,
}

/// How a global table replicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consistency {
    /// Asynchronously.
    Eventual,
    /// Synchronously; needs three Regions, one of which may be a witness.
    Strong,
}

/// Whether a table is written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Writes {
    /// All the time.
    #[default]
    Steady,
    /// Not at all: no consumed writes, no latency points.
    None,
}

/// A table, in one Region or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its Regions; the first one takes the writes of the simulated users.
    pub regions: Vec<String>,
    /// For a global table: how it replicates.
    pub consistency: Option<Consistency>,
    /// The witness Region of a strongly consistent one.
    pub witness: Option<String>,
    /// Point-in-time recovery.
    #[serde(default)]
    pub pitr: bool,
    /// Days of point-in-time recovery.
    #[serde(default = "five_weeks")]
    pub pitr_days: u32,
    /// The table's partition key.
    #[serde(default = "id")]
    pub key: String,
    /// Whether it is written to.
    #[serde(default)]
    pub writes: Writes,
    /// For an eventually consistent one: how far behind the other Regions usually are.
    pub lag: Option<Lag>,
    /// How many items it holds.
    #[serde(default)]
    pub items: u32,
    /// How long before the simulator's start it was created; less than nothing for what was restored since.
    #[serde(default = "one_year")]
    pub age: Span,
    /// What was asked of it since.
    #[serde(skip)]
    pub asked: Asked,
}

/// What was asked of a table since the simulator's start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// That it be restored: what from.
    pub restored: Option<Restored>,
    /// That it have point-in-time recovery: since when it has.
    pub recovery: Option<Moment>,
    /// That it be replicated into these Regions as well: when that is done.
    pub joined: Vec<(String, Moment)>,
}

/// What a table was restored from.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// The table's name.
    pub source: String,
    /// The moment that it holds.
    pub point: Moment,
    /// When it was asked for.
    pub asked: Moment,
    /// When it is done.
    pub done: Moment,
}

fn five_weeks() -> u32 {
    35
}

fn id() -> String {
    "id".to_owned()
}

/// What an eventually consistent global table usually lags, where the estate names nothing.
const USUAL: Lag = Lag { base: Span::from_millis(600), jitter: Span::from_millis(700), every: None };

impl Table {
    /// The links of an eventually consistent table, all named after it: from the first Region, which takes the users' writes, to
    /// each other.
    pub fn links(&self) -> Vec<Link> {
        match (self.consistency, self.regions.split_first()) {
            (Some(Consistency::Eventual), Some((home, others))) => {
                let began = |to: &String| {
                    let joined = self.asked.joined.iter().find(|(region, _)| region == to);
                    joined.map(|(_, done)| (*done, Span::ZERO))
                };
                let link = |to| Link { began: began(to), ..Link::new(&self.name, home, to, self.lag.unwrap_or(USUAL)) };
                others.iter().map(link).collect()
            }
            (Some(Consistency::Eventual | Consistency::Strong) | None, _) => Vec::new(),
        }
    }
}
