//! How DRS replicates a source server, and how it would launch it.

use serde::{Deserialize, Serialize};

use crate::model::{Span, Text};

/// How a source server would be launched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchConfiguration {
    /// `STARTED`, or `STOPPED`: launched, but not running (trap 17).
    pub disposition: Text,
    /// `NONE`, `BASIC`, `IN_AWS`: who chooses the size.
    pub right_sizing: Text,
    /// The private address is kept, which clashes where it is taken (trap 17).
    pub copy_private_ip: bool,
    /// The tags are kept.
    pub copy_tags: bool,
    /// The EC2 launch template.
    pub launch_template: Option<Text>,
    /// The instance of one's own that is launched into.
    pub launch_into: Option<Text>,
}

/// How a source server replicates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplicationConfiguration {
    /// The subnet of the replication servers.
    pub staging_subnet: Option<Text>,
    /// Mbit/s; 0 is not throttled.
    pub bandwidth: u64,
    /// `PRIVATE_IP` or `PUBLIC_IP`.
    pub routing: Option<Text>,
    /// `DEFAULT`, `CUSTOM`, `NONE`.
    pub encryption: Option<Text>,
    /// The points in time that are kept: how often one is taken, and for how long it is kept. Only the rules that are enabled.
    pub points: Vec<PointRule>,
    /// New disks are replicated too.
    pub takes_new_disks: bool,
}

/// A rule for points in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointRule {
    /// Between two points.
    pub every: Span,
    /// How long each is kept.
    pub kept: Span,
}
