//! Route 53: health checks, hosted zones and records.

use serde::{Deserialize, Serialize};

use crate::model::{Moment, Text};

/// The configuration of a health check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Its id.
    pub id: Text,
    /// `HTTPS`, `CALCULATED`, `CLOUDWATCH_METRIC`, `RECOVERY_CONTROL`…
    pub kind: Text,
    /// What it watches: the domain name, address or alarm.
    pub target: Option<Text>,
    /// Reports the opposite of what it sees.
    pub inverted: bool,
    /// Considered healthy always, whatever it sees (trap 1); with `inverted`, unhealthy always.
    pub disabled: bool,
    /// For CloudWatch alarms: what counts while data are missing.
    pub insufficient_data: Option<Text>,
    /// The optimistic lock of UpdateHealthCheck.
    pub version: u64,
    /// For `CALCULATED`: the checks it is made of.
    pub children: Vec<Text>,
    /// For `CALCULATED`: how many of them have to be healthy.
    pub threshold: Option<u32>,
    /// For `RECOVERY_CONTROL`: the routing control it follows.
    pub routing_control: Option<Text>,
    /// Seconds between two looks of one checker: 10 or 30, for ever (trap 6).
    pub interval_seconds: Option<u32>,
    /// Looks in a row that change its mind.
    pub failure_threshold: Option<u32>,
}

/// What one checker saw last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The checker's Region.
    pub region: Text,
    /// Free text: `Success: HTTP Status Code 200, OK`, `Failure: …`. There is no API field that says "healthy".
    pub status: Text,
    /// When it looked.
    pub checked: Option<Moment>,
}

/// A hosted zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Its id, without `/hostedzone/`.
    pub id: Text,
    /// Its name, without a dot at its end.
    pub name: Text,
    /// Answers within VPCs only; such a zone has no accelerated recovery (trap 8).
    pub private: bool,
    /// `ENABLED`, `DISABLED`, `ENABLING_HOSTED_ZONE_LOCKED`…: whether its records can be changed when us-east-1 is down.
    pub accelerated_recovery: Option<Text>,
}

/// A change of records on its way to the name servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordChange {
    /// `PENDING` or `INSYNC`: whether every name server has it.
    pub status: Text,
    /// When it was asked for.
    pub submitted: Option<Moment>,
}

/// A record set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its name, without a dot at its end and with `*` for `\\052`.
    pub name: Text,
    /// `A`, `CNAME`…
    pub kind: Text,
    /// Tells it apart from others of the same name.
    pub set: Option<Text>,
    /// When it is answered.
    pub routing: Routing,
    /// How long answers may be kept, seconds; an alias has that of its target.
    pub ttl: Option<u32>,
    /// Its values.
    pub values: Vec<Text>,
    /// Whether the name that a CNAME stands for is kept with a dot at its end, which [`Self::values`] leave out.
    pub dotted: bool,
    /// The AWS resource it stands for.
    pub alias: Option<Alias>,
    /// The health check without which it is not answered.
    pub health_check: Option<Text>,
}

/// When a record set is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Routing {
    /// Always.
    Simple,
    /// While it is healthy, or the secondary is not (trap 3).
    Primary,
    /// While the primary is not healthy and it is.
    Secondary,
    /// In proportion to its weight; 0 is never, unless all are 0.
    Weighted(u64),
    /// To those who are nearest to that Region.
    Latency(Text),
    /// By another rule, as it came: `geolocation`, `multivalue`…
    Other(Text),
}

/// What an alias record stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// The hosted zone of the target; one of AWS's own for a load balancer.
    pub zone: Text,
    /// The target's DNS name.
    pub target: Text,
    /// Whether the target's own health counts.
    pub evaluates_health: bool,
}
