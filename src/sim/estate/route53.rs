//! Route 53: its health checks. Zones and records have a file of their own.

use serde::Deserialize;

use super::dns::{Change, Zone};

/// Route 53.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route53 {
    /// The health checks.
    #[serde(default, rename = "health_check")]
    pub health_checks: Vec<HealthCheck>,
    /// The hosted zones.
    #[serde(default, rename = "zone")]
    pub zones: Vec<Zone>,
    /// The changes of records that were made so far.
    #[serde(default, rename = "change")]
    pub changes: Vec<Change>,
}

/// What a health check asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CheckKind {
    /// An HTTP answer of 2xx or 3xx.
    Http,
    /// The same over TLS.
    Https,
    /// A TCP connection.
    Tcp,
}

/// A switch of a health check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It reports what it sees.
    #[default]
    Normal,
    /// It reports the opposite.
    Inverted,
    /// It always reports healthy.
    Disabled,
    /// Disabled and inverted: it always reports unhealthy.
    Forced,
}

/// A health check.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Its UUID.
    pub id: String,
    /// The tag `Name`.
    pub name: String,
    /// The site whose users' path it checks: a Region or `on-premises`.
    pub watches: String,
    /// What it asks.
    pub kind: CheckKind,
    /// The domain name it asks.
    pub domain: String,
    /// The path it asks for.
    #[serde(default)]
    pub path: String,
    /// The port.
    pub port: u16,
    /// Seconds between two requests of one checker: 10 or 30.
    #[serde(default = "thirty")]
    pub interval: u32,
    /// Failures in a row until it is unhealthy, successes until it is healthy.
    #[serde(default = "three")]
    pub threshold: u32,
    /// Its switch.
    #[serde(default)]
    pub mode: Mode,
}

fn thirty() -> u32 {
    30
}

fn three() -> u32 {
    3
}
