//! What can go wrong: one variant per kind of fault, as scenario files and `POST /_drdeck/faults` write them.

use serde::Deserialize;

use super::estate::arc::Switch;
use super::time::Span;

/// A fault. In TOML: `fault.stall = { link = "orders-db-west" }`; in JSON: `{"fault": {"stall": {"link": "orders-db-west"}}}`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// API endpoints are down.
    Endpoint(Endpoint),
    /// Calls are throttled.
    Throttle(Throttle),
    /// Answers are slow.
    Latency(Latency),
    /// The call is carried out, and its answer does not arrive.
    LostAnswer(LostAnswer),
    /// The caller's credentials have expired.
    ExpiredCredentials(Calls),
    /// The caller may not do that.
    Denied(Calls),
    /// A replication link falls behind.
    Lag(LagRamp),
    /// A replication link stands still and its lag grows; afterwards it catches up.
    Stall(Links),
    /// Replication is broken off, and the service says so (ReplicaLag -1, DISCONNECTED, pending-resync).
    Stop(Links),
    /// A site's data plane is gone: users are not served, nothing is replicated from or into it, no backup is taken, points in
    /// time stand still, it publishes no metrics. Its API endpoints are another fault (`endpoint`).
    Outage(Site),
    /// An Availability Zone is gone: its instances of Auto Scaling groups, its servers that DRS replicates, and the databases that
    /// run in it; those with a standby in another zone fail over.
    Zone(Zone),
    /// Sites fail their users, and the health checks that watch them see it; or the checkers alone see what users do not.
    Unhealthy(Unhealthy),
    /// Backup jobs that start do not end well.
    Backup(BackupFailure),
    /// Backup jobs are not started at all.
    SkipBackup(SkippedBackup),
    /// Copy jobs that start do not end well.
    Copy(CopyFailure),
    /// Restores that restore testing starts do not end well.
    RestoreTest(RestoreTestFailure),
    /// A routing control of ARC is switched.
    RoutingControl(SwitchedControl),
    /// Compute capacity is missing: Auto Scaling groups have fewer instances than they desire. Where a Region has none at all, DRS
    /// launches nothing either.
    Capacity(Capacity),
    /// Databases are being backed up, and are not to be promoted meanwhile.
    BackingUp(BackingUp),
    /// Somebody deletes every item of a table, in all its Regions: nothing fails, but what is restored to a later moment holds none.
    EmptiedTable(EmptiedTable),
    /// Launches of DRS do not end well: the job is COMPLETED all the same.
    Launch(LaunchFailure),
    /// CloudWatch gets no more points.
    Metrics(Metrics),
    /// A field of an answer has a value of its own, as one that no SDK knows.
    Value(FieldValue),
}

/// Which calls a fault concerns; what is left out matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// The SigV4 name of the service.
    pub service: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// The operation.
    pub operation: Option<String>,
}

/// How an answer is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lost {
    /// The connection is reset instead.
    #[default]
    Reset,
    /// HTTP 500 instead.
    Error,
    /// It comes when nobody waits for it any more.
    Late,
}

/// Calls that are carried out and whose answers are lost.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostAnswer {
    /// Of this service; absent: of all.
    pub service: Option<String>,
    /// In this Region; absent: in all.
    pub region: Option<String>,
    /// This operation; absent: all.
    pub operation: Option<String>,
    /// How.
    #[serde(default)]
    pub how: Lost,
    /// How late a late answer comes, in wall time.
    #[serde(default = "two_minutes")]
    pub delay: Span,
}

/// How an endpoint is down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Down {
    /// The connection is reset before an answer.
    #[default]
    Reset,
    /// The connection is accepted and nothing comes.
    Hang,
    /// HTTP 500.
    Error,
    /// HTTP 503.
    Unavailable,
}

/// Endpoints that are down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Of this service; absent: of all APIs. `dns` is Route 53's name servers, which no other word concerns.
    pub service: Option<String>,
    /// In this Region; absent: in all.
    pub region: Option<String>,
    /// How.
    #[serde(default)]
    pub how: Down,
}

/// Calls that are throttled.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Of this service; absent: of all.
    pub service: Option<String>,
    /// In this Region; absent: in all.
    pub region: Option<String>,
    /// This operation; absent: all.
    pub operation: Option<String>,
    /// Which share of them, 0 to 1.
    #[serde(default = "all")]
    pub share: f64,
}

/// Answers that are slow, in wall time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// Of this service; absent: of all.
    pub service: Option<String>,
    /// In this Region; absent: in all.
    pub region: Option<String>,
    /// This operation; absent: all.
    pub operation: Option<String>,
    /// The least.
    pub delay: Span,
    /// On top of it, at most.
    #[serde(default)]
    pub jitter: Span,
}

/// Which replication links a fault concerns; what is left out matches all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// The link's id.
    pub link: Option<String>,
    /// The site it comes from.
    pub from: Option<String>,
    /// The Region it goes to.
    pub to: Option<String>,
}

/// A link that falls behind: its lag rises by `add` within `over`, stays, and drains after the act's end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LagRamp {
    /// The link's id.
    pub link: Option<String>,
    /// The site it comes from.
    pub from: Option<String>,
    /// The Region it goes to.
    pub to: Option<String>,
    /// How much it falls behind.
    pub add: Span,
    /// How long that takes.
    #[serde(default)]
    pub over: Span,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// A Region or `on-premises`.
    pub site: String,
    /// How the requests of its users end.
    #[serde(default)]
    pub how: Down,
}

/// An Availability Zone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// `us-east-1a`.
    pub zone: String,
}

/// Who sees a site fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenBy {
    /// Its users, and so the checkers.
    #[default]
    Everybody,
    /// The checkers alone: a firewall, a certificate, a path that only they ask for.
    Checkers,
}

/// Sites that fail.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unhealthy {
    /// One check, by its id.
    pub check: Option<String>,
    /// All checks that watch this site.
    pub site: Option<String>,
    /// The share of requests that fail; below 0.82 a check stays healthy, as Route 53 asks for 18 % healthy checkers.
    #[serde(default = "all")]
    pub share: f64,
    /// Who sees it.
    #[serde(default)]
    pub seen_by: SeenBy,
}

/// How a backup or copy ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// FAILED, with no recovery point.
    #[default]
    Failed,
    /// PARTIAL: a recovery point that does not count.
    Partial,
    /// COMPLETED with a message: "completed with issues".
    Issues,
    /// EXPIRED: it did not start in its window.
    Expired,
    /// ABORTED.
    Aborted,
}

/// Backups that do not end well.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFailure {
    /// Of this plan; absent: of all.
    pub plan: Option<String>,
    /// How they end.
    #[serde(default)]
    pub ending: Ending,
    /// What the job says.
    pub message: Option<String>,
}

/// Backups that are never started: AWS Backup lists no job for them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippedBackup {
    /// Of this plan; absent: of all.
    pub plan: Option<String>,
    /// Of this resource, by its ARN; absent: of all.
    pub resource: Option<String>,
}

/// What of a restore test fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The restore.
    Restore,
    /// What was restored is not what it should be.
    #[default]
    Validation,
    /// What was restored stays, and costs.
    Deletion,
}

/// Restores of restore testing that do not end well.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreTestFailure {
    /// Of this plan; absent: of all.
    pub test: Option<String>,
    /// Of this type of resource, `RDS`; absent: of all.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What fails.
    #[serde(default)]
    pub fails: Stage,
    /// What the job says.
    pub message: Option<String>,
}

/// A routing control that somebody switched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchedControl {
    /// By its name.
    pub control: String,
    /// How it stands.
    pub state: Switch,
}

/// Copies that do not end well.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyFailure {
    /// Of this plan; absent: of all.
    pub plan: Option<String>,
    /// Into this Region; absent: into all.
    pub to: Option<String>,
    /// How they end.
    #[serde(default)]
    pub ending: Ending,
    /// What the job says.
    pub message: Option<String>,
}

/// Missing capacity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// In this Region.
    pub region: String,
    /// In this Auto Scaling group; absent: in each.
    pub group: Option<String>,
    /// How many instances it gets at most.
    #[serde(default)]
    pub available: u32,
}

/// Databases that are `backing-up`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackingUp {
    /// The instance's identifier; absent: each.
    pub database: Option<String>,
}

/// A table whose items are deleted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmptiedTable {
    /// Its name.
    pub table: String,
    /// How long that takes, one item after the other.
    #[serde(default)]
    pub over: Span,
}

/// What becomes of a launch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaunchEnd {
    /// The machine does not come up.
    #[default]
    Failed,
    /// EC2 has no machine of that size.
    NoCapacity,
    /// The snapshot that the job takes fails, and an older one is used.
    PreviousSnapshot,
}

/// Launches of DRS that do not end well.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchFailure {
    /// Of this source server, or of one that replicates it back; absent: of all.
    pub server: Option<String>,
    /// What becomes of them.
    #[serde(default)]
    pub how: LaunchEnd,
}

/// Series that get no more points; what is left out matches all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The Region that publishes.
    pub region: Option<String>,
    /// `AWS/RDS`.
    pub namespace: Option<String>,
    /// `ReplicaLag`.
    pub metric: Option<String>,
    /// A value of one of its dimensions, as a database's identifier.
    pub resource: Option<String>,
}

/// A field that has a value of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldValue {
    /// The SigV4 name of the service.
    pub service: String,
    /// In this Region; absent: in all.
    pub region: Option<String>,
    /// In the answers to this operation; absent: to all.
    pub operation: Option<String>,
    /// The item that has it, by the value of one of its members (an id or ARN); absent: every structure that has the field.
    pub item: Option<String>,
    /// The path from the item: `dataReplicationInfo.dataReplicationState`. With `item`, missing members are added.
    pub field: String,
    /// What it says.
    pub value: String,
}

fn all() -> f64 {
    1.0
}

fn two_minutes() -> Span {
    Span::from_minutes(2)
}

impl Fault {
    /// Whether calls meet it one by one, so that it can be over after some of them.
    pub fn is_of_calls(&self) -> bool {
        match self {
            Self::Endpoint(down) => down.service.as_deref() != Some(super::dns::SERVICE),
            Self::Throttle(_)
            | Self::Latency(_)
            | Self::LostAnswer(_)
            | Self::ExpiredCredentials(_)
            | Self::Denied(_)
            | Self::Value(_) => true,
            Self::Lag(_)
            | Self::Stall(_)
            | Self::Stop(_)
            | Self::Outage(_)
            | Self::Zone(_)
            | Self::Unhealthy(_)
            | Self::Backup(_)
            | Self::SkipBackup(_)
            | Self::Copy(_)
            | Self::RestoreTest(_)
            | Self::RoutingControl(_)
            | Self::Capacity(_)
            | Self::BackingUp(_)
            | Self::EmptiedTable(_)
            | Self::Launch(_)
            | Self::Metrics(_) => false,
        }
    }
}

impl Links {
    /// Whether a link is among them.
    pub fn include(&self, id: &str, from: &str, to: &str) -> bool {
        is(&self.link, id) && is(&self.from, from) && is(&self.to, to)
    }
}

impl LagRamp {
    /// Whether a link is among them.
    pub fn include(&self, id: &str, from: &str, to: &str) -> bool {
        is(&self.link, id) && is(&self.from, from) && is(&self.to, to)
    }
}

/// Whether a filter that may be absent lets a value through.
pub fn is(filter: &Option<String>, value: &str) -> bool {
    filter.as_deref().is_none_or(|wanted| wanted == value)
}
