//! Route 53: its health checks. Zones and records have a file of their own.

use serde::Deserialize;

use super::dns::{Change, Zone};
use crate::sim::load::Complaint;

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
    /// Whether a routing control is on.
    #[serde(rename = "RECOVERY_CONTROL")]
    RecoveryControl,
    /// How many of its children are healthy.
    Calculated,
}

impl CheckKind {
    /// Whether checkers all over the world ask an endpoint.
    pub const fn has_checkers(self) -> bool {
        match self {
            Self::Http | Self::Https | Self::Tcp => true,
            Self::RecoveryControl | Self::Calculated => false,
        }
    }
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
    /// The tag `Name`: the system it is about, and the site it watches.
    pub name: String,
    /// The site whose users' path it checks: a Region or `on-premises`.
    pub watches: String,
    /// What it asks.
    pub kind: CheckKind,
    /// The domain name it asks; none where it asks nobody.
    #[serde(default)]
    pub domain: String,
    /// The path it asks for.
    #[serde(default)]
    pub path: String,
    /// The port; none where it asks nobody.
    #[serde(default)]
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
    /// RECOVERY_CONTROL: the routing control it follows, by its name.
    pub routing_control: Option<String>,
    /// CALCULATED: the ids of its children.
    #[serde(default)]
    pub children: Vec<String>,
    /// CALCULATED: how many of them must be healthy.
    #[serde(default)]
    pub health_threshold: u32,
}

impl HealthCheck {
    /// The system it is about: its name without the site at the end.
    pub fn system(&self) -> &str {
        self.name.strip_suffix(&self.watches).unwrap_or(&self.name).trim_end()
    }
}

impl Route53 {
    /// The first thing that is wrong with health checks.
    pub fn check_health_checks(&self) -> Result<(), Complaint> {
        self.health_checks.iter().try_for_each(|check| self.check_health_check(check))
    }

    fn check_health_check(&self, check: &HealthCheck) -> Result<(), Complaint> {
        let needs = match check.kind {
            CheckKind::Http | CheckKind::Https | CheckKind::Tcp => {
                (check.domain.is_empty() || check.port == 0).then_some("it needs `domain` and `port`")
            }
            CheckKind::RecoveryControl => check.routing_control.is_none().then_some("it needs `routing_control`"),
            CheckKind::Calculated => {
                let is_simple = |id: &String| {
                    let mut others = self.health_checks.iter();
                    others.any(|other| other.id == *id && other.kind != CheckKind::Calculated)
                };
                let fits = !check.children.is_empty() && check.children.iter().all(is_simple);
                (!fits).then_some("`children` must be the ids of other checks that are not calculated")
            }
        };
        let Some(why) = needs else { return Ok(()) };
        let message = format!("health check \"{}\": {why}", check.name);
        Err(Complaint { words: check.id.clone(), occurrence: 0, message })
    }
}

fn thirty() -> u32 {
    30
}

fn three() -> u32 {
    3
}
