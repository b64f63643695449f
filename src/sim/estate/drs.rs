//! Elastic Disaster Recovery: source servers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::link::{Lag, Link};
use super::rds::one_year;
use super::recovery_job::{Job, Machine};
use super::recovery_plan::RecoveryPlan;
use crate::sim::time::{Moment, Span};

/// DRS.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drs {
    /// The source servers.
    #[serde(default, rename = "server")]
    pub servers: Vec<Server>,
    /// The recovery plans.
    #[serde(default, rename = "recovery_plan")]
    pub recovery_plans: Vec<RecoveryPlan>,
    /// The Regions where DRS is set up although no server is replicated there, as a way home.
    #[serde(default)]
    pub initialized: Vec<String>,
    /// The jobs that calls started, oldest first.
    #[serde(skip)]
    pub jobs: Vec<Job>,
    /// What calls made of machines, by their ids.
    #[serde(skip)]
    pub machines: BTreeMap<String, Machine>,
    /// The tags of jobs, by their ids.
    #[serde(skip)]
    pub job_tags: BTreeMap<String, BTreeMap<String, String>>,
    /// The ids of the jobs that were deleted.
    #[serde(skip)]
    pub deleted_jobs: Vec<String>,
}

/// A source server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// `s-` and 17 characters; faults name the link by it.
    pub id: String,
    /// The tag `Name`.
    pub name: String,
    /// The hostname.
    pub hostname: String,
    /// The Region that runs it, or `on-premises`.
    pub origin: String,
    /// The zone of an EC2 server.
    pub origin_zone: Option<String>,
    /// The Region it is replicated to, where DRS shows it.
    pub region: String,
    /// Its other tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// `Ubuntu 24.04`…
    pub os: String,
    /// Its disks.
    #[serde(rename = "disk")]
    pub disks: Vec<Disk>,
    /// GiB of memory.
    pub memory_gib: u32,
    /// CPU cores.
    pub cores: u32,
    /// What launch makes of it: `m7i.large`.
    pub instance_type: String,
    /// How far behind continuous replication usually is.
    #[serde(default = "continuous")]
    pub lag: Lag,
    /// Which points in time are kept.
    #[serde(default = "usual_policy")]
    pub snapshots: Vec<SnapshotRule>,
    /// How long before the simulator's start it was added.
    #[serde(default = "one_year")]
    pub age: Span,
    /// How long before the simulator's start it was last launched, in a drill; absent if never.
    pub last_drill: Option<Span>,
    /// How its drills went.
    #[serde(default)]
    pub drilled: Drilled,
    /// How it would be launched.
    #[serde(default)]
    pub launch: Launch,
    /// How it is replicated.
    #[serde(default)]
    pub replication: Staging,
    /// What calls made of its replication.
    #[serde(skip)]
    pub course: Course,
}

/// What calls made of a server's replication since the simulator's start.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// Which way it goes.
    pub direction: Direction,
    /// The machine that it comes from, if that was launched from a source server.
    pub from_machine: Option<String>,
    /// The server it was replicated from first, in a chain of reversals.
    pub descends_from: Option<String>,
    /// Since when it is copied anew; there are no points in time from before.
    pub began: Option<Moment>,
    /// Since when it does not replicate, and why.
    pub ended: Option<(Moment, End)>,
    /// The source server in the other Region that replicates the other way.
    pub reversed: Option<Reversed>,
    /// When DRS forgot it.
    pub deleted: Option<Moment>,
}

/// `replicationDirection`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From where it belongs.
    #[default]
    Failover,
    /// Home.
    Failback,
}

/// Why a server does not replicate any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Replication was stopped, and can be started again.
    Stopped,
    /// The agent was told to remove itself.
    Disconnected,
    /// The machine that it came from is gone.
    SourceGone,
}

/// A source server of another Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversed {
    /// Its Region.
    pub region: String,
    /// Its id.
    pub id: String,
}

/// How the drills of a server went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drilled {
    /// From which point in time it was launched.
    pub point: DrillPoint,
    /// Whether its machine came up.
    pub launch: DrillLaunch,
}

/// From which point in time a drill launches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DrillPoint {
    /// From one that the job takes.
    #[default]
    Fresh,
    /// From an older one, because none could be taken.
    Previous,
}

/// Whether a drill's machine came up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DrillLaunch {
    /// It did.
    #[default]
    Launched,
    /// It did not; the job is COMPLETED all the same.
    Failed,
}

/// Launch settings of a server: what GetLaunchConfiguration says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Launch {
    /// What the settings are called; the server's name where they have none.
    pub name: Option<String>,
    /// Whether its machine runs after the launch.
    pub disposition: Disposition,
    /// Who chooses the machine's size.
    pub right_sizing: RightSizing,
    /// The private address is kept.
    pub copy_private_ip: bool,
    /// The tags are not kept.
    pub without_tags: bool,
    /// The operating system's licence is one's own.
    pub own_licence: bool,
    /// Actions run after the launch.
    pub post_launch: bool,
    /// The instance of one's own that is launched into.
    pub into_instance: Option<String>,
}

/// `launchDisposition`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Disposition {
    /// It runs.
    #[default]
    Started,
    /// It is there, and does not run.
    Stopped,
}

/// `targetInstanceTypeRightSizingMethod`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RightSizing {
    /// The launch template.
    None,
    /// DRS, by the server's cores and memory.
    #[default]
    Basic,
    /// DRS, as it is in AWS.
    InAws,
}

/// Replication settings of a server: what GetReplicationConfiguration says.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Staging {
    /// What the settings are called; the server's name where they have none.
    pub name: Option<String>,
    /// Mbit/s; 0 is not throttled.
    pub bandwidth: u32,
    /// The type of staging disks of 500 GiB and more: `GP2`, `GP3`, `ST1`, `AUTO`.
    pub large_disks: String,
    /// It has a replication server of its own.
    pub dedicated: bool,
    /// The type of its replication server.
    pub server_type: String,
    /// The subnet of the staging area; drawn from the seed where the estate names none.
    pub subnet: Option<String>,
    /// Its data come over the internet.
    pub public: bool,
    /// `DEFAULT`, `CUSTOM`, `NONE`.
    pub encryption: String,
    /// New disks are not replicated.
    pub ignores_new_disks: bool,
    /// Its replication servers are not in DRS's own security group.
    pub without_default_group: bool,
    /// The security groups of its replication servers; one drawn from the seed where the estate names none.
    pub groups: Vec<String>,
    /// The key of `CUSTOM`; drawn from the seed where the estate names none.
    pub key: Option<String>,
    /// Tags of its replication resources.
    pub tags: BTreeMap<String, String>,
    /// Its replication servers speak IPv6.
    pub ipv6: bool,
    /// The staging disks that are not as usual, by their devices.
    #[serde(rename = "disk")]
    pub disks: BTreeMap<String, StagedDisk>,
}

/// A staging disk that is not as usual.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StagedDisk {
    /// `GP3`, `ST1`, …; absent: as the disk's size asks for.
    pub kind: Option<String>,
    /// Operations per second; 0 is the type's own.
    pub iops: u32,
    /// MiB/s; 0 is the type's own.
    pub throughput: u32,
}

impl Default for Staging {
    fn default() -> Self {
        Self {
            bandwidth: 0,
            large_disks: "GP3".to_owned(),
            dedicated: false,
            server_type: "t3.small".to_owned(),
            subnet: None,
            public: false,
            encryption: "DEFAULT".to_owned(),
            ignores_new_disks: false,
            name: None,
            without_default_group: false,
            groups: Vec::new(),
            key: None,
            tags: BTreeMap::new(),
            ipv6: false,
            disks: BTreeMap::new(),
        }
    }
}

/// A disk.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// `/dev/nvme0n1`.
    pub device: String,
    /// GiB.
    pub gib: u32,
}

/// One rule of the point-in-time policy: a snapshot at each multiple of `every`, kept for `kept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotRule {
    /// The interval.
    pub every: Span,
    /// How long each is kept.
    pub kept: Span,
}

fn continuous() -> Lag {
    Lag { base: Span::ZERO, jitter: Span::ZERO, every: None }
}

/// The policy that DRS sets up: every 10 minutes for an hour, hourly for a day, daily for a week.
fn usual_policy() -> Vec<SnapshotRule> {
    vec![
        SnapshotRule { every: Span::from_minutes(10), kept: Span::HOUR },
        SnapshotRule { every: Span::HOUR, kept: Span::DAY },
        SnapshotRule { every: Span::DAY, kept: Span::from_days(7) },
    ]
}

impl Server {
    /// Its link, as calls left it.
    pub fn link(&self) -> Link {
        Link {
            zone: self.origin_zone.clone(),
            began: self.course.began.map(|began| (began, Span::ZERO)),
            ended: self.course.ended.map(|(at, _)| at),
            ..Link::new(&self.id, &self.origin, &self.region, self.lag)
        }
    }

    /// The server it was replicated from first, or itself.
    pub fn descends_from(&self) -> &str {
        self.course.descends_from.as_ref().unwrap_or(&self.id)
    }
}
