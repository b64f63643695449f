//! AWS Backup: vaults, and plans with what they back up and where they copy it.

use serde::Deserialize;

use super::rds::one_year;
use crate::sim::time::{Moment, Span};

/// AWS Backup.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// The vaults.
    #[serde(default, rename = "vault")]
    pub vaults: Vec<Vault>,
    /// The plans.
    #[serde(default, rename = "plan")]
    pub plans: Vec<Plan>,
    /// Restores that were tried.
    #[serde(default, rename = "restore")]
    pub restores: Vec<Restore>,
    /// Restore testing plans.
    #[serde(default, rename = "restore_test")]
    pub restore_tests: Vec<RestoreTest>,
    /// Copies that were asked for since the start.
    #[serde(skip)]
    pub copies: Vec<AskedCopy>,
    /// Restores that were asked for since the start.
    #[serde(skip)]
    pub asked: Vec<AskedRestore>,
}

/// When somebody asked for a job, and with which token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When.
    pub at: Moment,
    /// The `IdempotencyToken`, or one made up where none was sent: the job's id follows from it.
    pub token: String,
    /// Why nothing comes of it, where that is so.
    pub fails: Option<String>,
}

/// A copy of one recovery point that somebody asked for.
#[derive(Clone, Debug)]
pub struct AskedCopy {
    /// When, and with which token.
    pub asked: Asked,
    /// What the point is of.
    pub resource: Resource,
    /// The Region and the vault of the point.
    pub from: (String, String),
    /// The point, by its ARN.
    pub point: String,
    /// The moment that its data are of.
    pub data: Moment,
    /// Where it is copied to.
    pub to: Copy,
}

/// A restore that somebody asked for.
#[derive(Clone, Debug)]
pub struct AskedRestore {
    /// When, and with which token.
    pub asked: Asked,
    /// What the point is of.
    pub resource: Resource,
    /// The Region.
    pub region: String,
    /// The vault of the point.
    pub vault: String,
    /// The point, by its ARN.
    pub point: String,
    /// The moment that its data are of.
    pub data: Moment,
    /// How long it takes.
    pub duration: Span,
    /// The ARN of what it makes.
    pub makes: Option<String>,
}

/// A restore testing plan: at each multiple of `every` plus `offset` it restores one recovery point of each of its types.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreTest {
    /// Its name: letters, digits and `_`.
    pub name: String,
    /// The Region it restores in.
    pub region: String,
    /// The interval.
    pub every: Span,
    /// When in the interval it starts.
    #[serde(default)]
    pub offset: Span,
    /// From how many of the last days a recovery point is taken.
    #[serde(default = "thirty_days")]
    pub window_days: u32,
    /// What it restores: `RDS`, `DynamoDB`…
    pub types: Vec<String>,
    /// How many hours there are to validate a restore.
    #[serde(default = "four_hours")]
    pub validation_hours: u32,
    /// How many hours after its time a restore begins at most.
    #[serde(default = "one_day")]
    pub start_window_hours: u32,
    /// How long a restore takes.
    #[serde(default = "one_hour")]
    pub duration: Span,
    /// What whoever validates says; absent: nobody does, and it times out.
    pub validation: Option<Validation>,
    /// How long after a restore is complete that is.
    #[serde(default = "twenty_minutes")]
    pub validated_after: Span,
    /// Why what was restored cannot be deleted; absent: it can.
    pub undeletable: Option<String>,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}

fn one_day() -> u32 {
    24
}

fn one_hour() -> Span {
    Span::HOUR
}

fn twenty_minutes() -> Span {
    Span::from_minutes(20)
}

fn thirty_days() -> u32 {
    30
}

fn four_hours() -> u32 {
    4
}

/// A vault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// Its name.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Vault Lock: the shortest retention it allows. Absent: not locked.
    pub locked_min: Option<Span>,
    /// Vault Lock: the longest retention it allows.
    pub locked_max: Option<Span>,
    /// The key's id of its encryption key.
    pub key: String,
    /// How long before the simulator's start it was created.
    #[serde(default = "one_year")]
    pub age: Span,
}

/// A plan with one rule: a backup of each of its resources at each multiple of `every` plus `offset`, counted from the epoch (UTC).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its name; faults name it by this.
    pub name: String,
    /// The Region it runs in.
    pub region: String,
    /// The vault it writes to.
    pub vault: String,
    /// What it backs up.
    #[serde(rename = "resource")]
    pub resources: Vec<Resource>,
    /// The interval.
    pub every: Span,
    /// When in the interval it starts: `5h` with `every = "1d"` is 05:00 UTC.
    #[serde(default)]
    pub offset: Span,
    /// How long a backup takes.
    pub duration: Span,
    /// How long it is kept.
    pub kept: Span,
    /// Where each backup is copied to.
    #[serde(default, rename = "copy")]
    pub copies: Vec<Copy>,
    /// How long before the simulator's start it was created: there are no backups from before.
    #[serde(default = "one_year")]
    pub age: Span,
    /// Set for a backup that somebody asked for, outside of any plan: it is made once, at that moment.
    #[serde(skip)]
    pub asked: Option<Asked>,
}

/// A resource that a plan backs up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Its ARN.
    pub arn: String,
    /// `EC2`, `EBS`, `RDS`, `Aurora`, `DynamoDB`, `S3`, `EFS`.
    #[serde(rename = "type")]
    pub kind: String,
    /// GiB.
    pub gib: u32,
}

/// A copy into another vault, started when the backup is complete.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copy {
    /// The destination's name.
    pub vault: String,
    /// Its Region.
    pub region: String,
    /// How long the copy takes.
    pub duration: Span,
    /// How long it is kept.
    pub kept: Span,
}

/// A restore that was tried before the simulator's start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// The resource restored, by its ARN.
    pub resource: String,
    /// The Region it was restored in.
    pub region: String,
    /// The vault of the recovery point.
    pub vault: String,
    /// How long before the simulator's start it began.
    pub ago: Span,
    /// How long it took.
    pub duration: Span,
    /// What it said when it failed; absent if it did not.
    pub failed: Option<String>,
    /// Its `ValidationStatus`, if it was validated.
    pub validation: Option<Validation>,
    /// Its `ValidationStatusMessage`.
    pub validation_message: Option<String>,
}

/// `ValidationStatus` of a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Validation {
    /// The restored resource was checked and is good.
    Successful,
    /// It was checked and is not.
    Failed,
}
