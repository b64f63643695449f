//! Route 53: its health checks. Zones and records have a file of their own.

use std::sync::Arc;

use serde::Deserialize;

use super::dns::{Change, Submitted, Zone};
use crate::sim::load::Complaint;
use crate::sim::time::Moment;

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
    /// Those that were made since the simulator was started.
    #[serde(skip)]
    pub submitted: Vec<Submitted>,
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
    /// AWS's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
            Self::Tcp => "TCP",
            Self::RecoveryControl => "RECOVERY_CONTROL",
            Self::Calculated => "CALCULATED",
        }
    }

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
    /// HTTPS: whether the domain name is sent while the connection is made; absent: it is.
    #[serde(default)]
    pub sni: Option<bool>,
    /// The Regions it is checked from; empty: all eight.
    #[serde(default)]
    pub regions: Vec<String>,
    /// How it was before each change of it, the earliest first.
    #[serde(skip)]
    pub earlier: Vec<Earlier>,
}

/// A health check before a change of it.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// When the change had reached the checkers and DNS.
    pub until: Moment,
    /// What it was before.
    pub check: Arc<HealthCheck>,
}

impl Mode {
    /// From its two switches.
    pub const fn of(inverted: bool, disabled: bool) -> Self {
        match (inverted, disabled) {
            (false, false) => Self::Normal,
            (true, false) => Self::Inverted,
            (false, true) => Self::Disabled,
            (true, true) => Self::Forced,
        }
    }

    /// Whether what it sees is turned round.
    pub const fn is_inverted(self) -> bool {
        match self {
            Self::Inverted | Self::Forced => true,
            Self::Normal | Self::Disabled => false,
        }
    }

    /// Whether it asks nobody.
    pub const fn is_disabled(self) -> bool {
        match self {
            Self::Disabled | Self::Forced => true,
            Self::Normal | Self::Inverted => false,
        }
    }
}

impl HealthCheck {
    /// As it worked at that moment.
    pub fn as_of(&self, at: Moment) -> &Self {
        self.earlier.iter().find(|before| at < before.until).map_or(self, |before| &before.check)
    }

    /// 1, and one more for each change.
    pub fn version(&self) -> i64 {
        i64::try_from(self.earlier.len()).unwrap_or(i64::MAX).saturating_add(1)
    }

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
