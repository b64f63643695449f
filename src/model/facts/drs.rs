//! Elastic Disaster Recovery.

use std::fmt;
use std::num::NonZero;

use serde::{Deserialize, Serialize};

use super::Known;
use crate::model::{Moment, Region, Span, Text};

/// `DataReplicationState` of a source server or recovery instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "AWS's own names")]
pub enum ReplicationState {
    Stopped,
    Initiating,
    InitialSync,
    Backlog,
    CreatingSnapshot,
    Continuous,
    Paused,
    Rescan,
    Stalled,
    Disconnected,
    NotStarted,
    NotAvailable,
}

/// Which way a source server replicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// From the original site to the recovery Region.
    Failover,
    /// Back home.
    Failback,
}

/// A source server. A null lag with any state but `Continuous` means "not protected" (aws-facts, section 4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceServer {
    /// `s-` and 17 characters.
    pub id: Text,
    /// Its ARN.
    pub arn: Text,
    /// The tag `Name`, or the hostname.
    pub name: Option<Text>,
    /// All its tags.
    pub tags: Vec<(Text, Text)>,
    /// How its data replicate.
    pub state: Known<ReplicationState>,
    /// Time since it was last in continuous replication; a stalled server keeps its last value.
    pub lag: Option<Span>,
    /// Why replication does not run, as AWS names it.
    pub error: Option<Text>,
    /// When DRS last heard of it.
    pub last_seen: Option<Moment>,
    /// Bytes written but not yet replicated, over all disks.
    pub backlog_bytes: u64,
    /// Bytes of all disks.
    pub total_bytes: u64,
    /// Bytes replicated, over all disks.
    pub replicated_bytes: u64,
    /// When the initial sync is expected to end.
    pub eta: Option<Moment>,
    /// Which way it replicates.
    pub direction: Known<Direction>,
    /// `NOT_STARTED`, `PENDING`, `SUCCEEDED`, `FAILED`.
    pub last_launch: Text,
    /// The Region it runs in; `None` for a machine on premises.
    pub origin_region: Option<Region>,
    /// The recovery instance launched from it.
    pub recovery_instance: Option<Text>,
    /// After its replication was reversed: the source server in the original Region that replicates back, as an ARN.
    pub reversed: Option<Text>,
}

/// A server that replicates but was not heard of for so long is not believed any more.
const SILENCE: Span = Span::from_mins(30);

impl Known<ReplicationState> {
    /// AWS's word.
    pub fn word(&self) -> &str {
        match self {
            Self::Is(ReplicationState::Stopped) => "STOPPED",
            Self::Is(ReplicationState::Initiating) => "INITIATING",
            Self::Is(ReplicationState::InitialSync) => "INITIAL_SYNC",
            Self::Is(ReplicationState::Backlog) => "BACKLOG",
            Self::Is(ReplicationState::CreatingSnapshot) => "CREATING_SNAPSHOT",
            Self::Is(ReplicationState::Continuous) => "CONTINUOUS",
            Self::Is(ReplicationState::Paused) => "PAUSED",
            Self::Is(ReplicationState::Rescan) => "RESCAN",
            Self::Is(ReplicationState::Stalled) => "STALLED",
            Self::Is(ReplicationState::Disconnected) => "DISCONNECTED",
            Self::Is(ReplicationState::NotStarted) => "NOT_STARTED",
            Self::Is(ReplicationState::NotAvailable) => "REPLICATION_STATE_NOT_AVAILABLE",
            Self::Other(word) => word.as_str(),
        }
    }
}

impl SourceServer {
    /// What it is called: its name, or its id where it has none.
    pub fn called(&self) -> &str {
        self.name.as_ref().unwrap_or(&self.id).as_str()
    }

    /// From when on it is not believed any more when it says that it replicates; `None` for one that never says when it was heard of.
    pub fn silent_from(&self) -> Option<Moment> {
        self.last_seen.map(|seen| seen.saturating_add(SILENCE).unwrap_or(Moment::MAX))
    }
}

/// A machine that DRS launched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecoveryInstance {
    /// `i-…`.
    pub id: Text,
    /// The source server it was launched from.
    pub source_server: Text,
    /// The job that launched it.
    pub job: Text,
    /// Launched for a drill.
    pub is_drill: bool,
    /// `AWS` or `ON_PREMISES`: where its source server came from, and so which way home it has.
    pub origin: Text,
    /// EC2's state: `RUNNING`, `STOPPED`, `TERMINATED`…
    pub ec2_state: Text,
    /// The moment its data are of.
    pub point_in_time: Option<Moment>,
    /// `FAILBACK_NOT_STARTED`, `FAILBACK_READY_FOR_LAUNCH`…
    pub failback_state: Text,
    /// How its own data replicate, home or to the other Region: `NOT_STARTED`, `INITIAL_SYNC`, `CONTINUOUS`…
    pub replication: Text,
}

/// A DRS job. `COMPLETED` says nothing of success: each server has a launch status of its own (trap 16).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// `drsjob-…`.
    pub id: Text,
    /// `LAUNCH`, `TERMINATE`, `CREATE_CONVERTED_SNAPSHOT`.
    pub kind: Text,
    /// `START_RECOVERY`, `START_DRILL`, `FAILBACK`…
    pub initiated_by: Text,
    /// `PENDING`, `STARTED`, `COMPLETED`.
    pub status: Text,
    /// When it was started.
    pub created: Option<Moment>,
    /// When it ended.
    pub ended: Option<Moment>,
    /// Its tags, such as those that a run of drdeck gave it.
    pub tags: Vec<(Text, Text)>,
    /// Each server and its launch status: `PENDING`, `IN_PROGRESS`, `LAUNCHED`, `FAILED`, `TERMINATED`.
    pub servers: Vec<(Text, Text)>,
}

/// A point in time of a source server. A server has dozens and there are thousands of servers, so it is held in 24 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenSnapshot", into = "WrittenSnapshot")]
pub struct RecoverySnapshot {
    id: PointId,
    /// Microseconds since 1970.
    taken: Option<NonZero<i64>>,
}

/// The id of a point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PointId {
    /// `pit-` and 17 hexadecimal digits, as DRS makes them: the first digit and the other sixteen.
    Drs([u8; 9]),
    /// Any other.
    Other(Box<Text>),
}

impl PointId {
    fn new(raw: &str) -> Self {
        Self::packed(raw).unwrap_or_else(|| Self::Other(Box::new(Text::new(raw))))
    }

    /// It, if it can be told from the digits alone, letter by letter.
    fn packed(raw: &str) -> Option<Self> {
        let digits = raw.strip_prefix("pit-").filter(|digits| digits.len() == 17)?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let number = digits.bytes().all(is_digit).then(|| u128::from_str_radix(digits, 16).ok())??;
        let bytes = number.to_be_bytes();
        bytes.last_chunk().copied().map(Self::Drs)
    }
}

impl fmt::Display for PointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drs([first, rest @ ..]) => write!(f, "pit-{first:x}{:016x}", u64::from_be_bytes(*rest)),
            Self::Other(text) => f.write_str(text.as_str()),
        }
    }
}

impl RecoverySnapshot {
    /// The point in time of that id, `pit-…`. `taken` is `None` while it is only expected, and then it is not a recovery point.
    pub fn new(id: impl AsRef<str>, taken: Option<Moment>) -> Self {
        // No point in time was taken in 1970, so the one moment that is lost is none.
        let taken = taken.and_then(|at| NonZero::new(at.as_microsecond()));
        Self { id: PointId::new(id.as_ref()), taken }
    }

    /// `pit-…`, made harmless as every [`Text`] is.
    pub fn id(&self) -> String {
        self.id.to_string()
    }

    /// When it was taken, to the microsecond; `None` while it is only expected.
    pub fn taken(&self) -> Option<Moment> {
        self.taken.and_then(|at| Moment::from_microsecond(at.get()).ok())
    }
}

/// As it stands in a file.
#[derive(Serialize, Deserialize)]
struct WrittenSnapshot {
    id: String,
    taken: Option<Moment>,
}

impl From<WrittenSnapshot> for RecoverySnapshot {
    fn from(written: WrittenSnapshot) -> Self {
        Self::new(written.id, written.taken)
    }
}

impl From<RecoverySnapshot> for WrittenSnapshot {
    fn from(point: RecoverySnapshot) -> Self {
        Self { id: point.id(), taken: point.taken() }
    }
}

/// An entry in the log of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogItem {
    /// When.
    pub at: Option<Moment>,
    /// `JOB_START`, `SNAPSHOT_FAIL`, `USING_PREVIOUS_SNAPSHOT`… (aws-facts, section 1.3)
    pub event: Text,
    /// The source server it is about.
    pub server: Option<Text>,
    /// The machine it is about.
    pub instance: Option<Text>,
    /// What went wrong.
    pub error: Option<Text>,
}
