//! How a source server replicates at a moment: DRS's words for what the link does.

use crate::sim::World;
use crate::sim::estate::drs::{End, Server};
use crate::sim::estate::link::Link;
use crate::sim::fault::Fault;
use crate::sim::flow::{Condition, Flow};
use crate::sim::time::{Moment, Span};
use crate::sim::timeline::NEVER;
use crate::sim::wire::Value;

/// From the installation of the agent to the first byte.
const INITIATION: Span = Span::from_minutes(4);
/// What the first copy of the disks transfers per second: 125 MiB, about a gigabit.
const SYNC_BYTES_PER_SECOND: f64 = 125.0 * 1_048_576.0;
/// The longest that a copy takes which a call began: within AWS it goes as fast as the disks.
const LONGEST_COPY: Span = Span::from_minutes(50);
/// How often an agent reports.
const HEARTBEAT: Span = Span::from_seconds(30);
/// The steps of the initiation, in their order.
const STEPS: [&str; 11] = [
    "WAIT",
    "CREATE_SECURITY_GROUP",
    "LAUNCH_REPLICATION_SERVER",
    "BOOT_REPLICATION_SERVER",
    "AUTHENTICATE_WITH_SERVICE",
    "DOWNLOAD_REPLICATION_SOFTWARE",
    "CREATE_STAGING_DISKS",
    "ATTACH_STAGING_DISKS",
    "PAIR_REPLICATION_SERVER_WITH_AGENT",
    "CONNECT_AGENT_TO_REPLICATION_SERVER",
    "START_DATA_TRANSFER",
];

/// `DataReplicationState`, as far as it occurs here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Stopped,
    Initiating,
    InitialSync,
    Rescan,
    Backlog,
    Continuous,
    Stalled,
    Disconnected,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "STOPPED",
            Self::Initiating => "INITIATING",
            Self::InitialSync => "INITIAL_SYNC",
            Self::Rescan => "RESCAN",
            Self::Backlog => "BACKLOG",
            Self::Continuous => "CONTINUOUS",
            Self::Stalled => "STALLED",
            Self::Disconnected => "DISCONNECTED",
        }
    }
}

/// How a server replicates.
#[derive(Clone, Debug)]
pub(super) struct Replication<'w> {
    server: &'w Server,
    state: State,
    /// Time since it was last continuous. A stalled server keeps its last value; a disconnected one has none.
    lag: Option<Span>,
    /// When the disks are expected to be level.
    eta: Option<Moment>,
    /// Shares of the disks, 0 to 1: of the first copy, of a re-read.
    copied: f64,
    rescanned: f64,
    /// Bytes written but not replicated, over all disks.
    backlog: f64,
    error: Option<&'static str>,
    began: Moment,
}

impl Server {
    /// When it was added to DRS.
    pub(super) fn added(&self, world: &World) -> Moment {
        world.start - self.age
    }

    /// When its replication began, last.
    fn began(&self, world: &World) -> Moment {
        self.course.began.unwrap_or_else(|| self.added(world))
    }

    /// When its first byte was replicated.
    pub(super) fn first_byte(&self, world: &World) -> Moment {
        self.began(world) + INITIATION
    }

    /// When its first copy was complete: there are no points in time from before.
    pub(super) fn synced(&self, world: &World) -> Moment {
        let seconds = self.bytes() as f64 / SYNC_BYTES_PER_SECOND;
        let copy = Span::from_millis((seconds * 1_000.0) as i64);
        self.first_byte(world) + if self.course.began.is_some() { copy.min(LONGEST_COPY) } else { copy }
    }

    /// GiB of all its disks.
    pub(super) fn gib(&self) -> f64 {
        self.disks.iter().map(|disk| f64::from(disk.gib)).sum()
    }

    /// Bytes of all its disks.
    fn bytes(&self) -> i64 {
        self.disks.iter().map(|disk| i64::from(disk.gib) << 30).sum()
    }

    /// Bytes it writes per second, up to 2 MiB.
    fn writes(&self, world: &World) -> f64 {
        262_144.0 + 1_835_008.0 * world.unit(&["writes", &self.id])
    }

    /// Whether its replica is up to date at that moment, so that a snapshot of it is consistent.
    pub(super) fn is_continuous(&self, world: &World, at: Moment) -> bool {
        self.synced(world) <= at && world.flow(&world.server_link(self), at).condition == Condition::Flowing
    }

    /// The same of a moment before any call changed how it is replicated.
    pub(super) fn was_continuous(&self, world: &World, at: Moment) -> bool {
        let link = Link::new(&self.id, &self.origin, &self.region, self.lag);
        let is_copied = self.course.began.is_some() || self.synced(world) <= at;
        is_copied && world.flow(&Link { zone: self.origin_zone.clone(), ..link }, at).condition == Condition::Flowing
    }

    /// Since when there is nothing that replicates it.
    fn ended(&self, world: &World) -> Option<End> {
        self.course.ended.filter(|(at, _)| *at <= world.now).map(|(_, end)| end)
    }

    /// Whether its points in time are gone with its replication.
    pub(super) fn has_lost_its_points(&self, world: &World) -> bool {
        matches!(self.ended(world), Some(End::Stopped | End::Disconnected))
    }

    /// When DRS last heard of its agent. Agents report while their site and the Region work, also when the data stall.
    pub(super) fn last_seen(&self, world: &World) -> Moment {
        let link = world.server_link(self);
        let is_lost = |site: &str| site == self.origin || site == self.region;
        let mut silent = world.timeline.times(|fault| {
            matches!(fault, Fault::Outage(lost) if is_lost(&lost.site))
                || matches!(fault, Fault::Zone(lost) if link.zone.as_ref() == Some(&lost.zone))
                || matches!(fault, Fault::Stop(links) if links.include(&link.id, &link.from, &link.to))
        });
        silent.extend(&link.pauses);
        silent.extend(link.ended.map(|ended| (ended, NEVER)));
        let until =
            silent.iter().filter(|(from, until)| *from <= world.now && world.now < *until).map(|(from, _)| *from).min();
        let until = until.unwrap_or(world.now);
        let phase = HEARTBEAT.share(world.unit(&["heartbeat", &self.id]));
        ((until - phase).floor(HEARTBEAT) + phase).max(self.added(world))
    }
}

/// How a server replicates now.
pub(super) fn of<'w>(world: &World, server: &'w Server) -> Replication<'w> {
    let now = world.now;
    let flow = world.flow(&world.server_link(server), now);
    let synced = server.synced(world);
    let began = server.first_byte(world);
    let copied = ((now - began).seconds() / (synced - began).seconds().max(1.0)).clamp(0.0, 1.0);
    let steady = Replication {
        server,
        state: State::Continuous,
        lag: Some(flow.lag(now)),
        eta: None,
        copied,
        rescanned: 0.0,
        backlog: 0.0,
        error: None,
        began: server.began(world),
    };
    let silent = Replication { lag: None, copied: 0.0, ..steady.clone() };
    match server.ended(world) {
        Some(End::Stopped) => return Replication { state: State::Stopped, ..silent },
        Some(End::Disconnected) => return Replication { state: State::Disconnected, ..silent },
        Some(End::SourceGone) => {
            let lag = (now >= synced).then(|| flow.lag(flow.since.unwrap_or(now)));
            return Replication { state: State::Stalled, lag, error: Some("AGENT_NOT_SEEN"), ..steady };
        }
        None => {}
    }
    match flow.condition {
        Condition::Stopped => {
            // What DRS says of it: no lag, no sizes.
            Replication { state: State::Disconnected, error: Some("AGENT_NOT_SEEN"), ..silent }
        }
        Condition::Stalled => stalled(world, server, flow, steady, now >= synced),
        Condition::Behind | Condition::Flowing if now < began => {
            Replication { state: State::Initiating, lag: None, copied: 0.0, ..steady }
        }
        Condition::Behind | Condition::Flowing if now < synced => {
            Replication { state: State::InitialSync, lag: None, eta: Some(synced), ..steady }
        }
        Condition::Behind => behind(world, server, flow, steady),
        Condition::Flowing => steady,
    }
}

fn stalled<'w>(world: &World, server: &Server, flow: Flow, steady: Replication<'w>, synced: bool) -> Replication<'w> {
    let since = flow.since.unwrap_or(world.now);
    let zone_is_lost = server.origin_zone.as_ref().is_some_and(|zone| world.is_zone_lost(zone, world.now));
    let pauses = world.server_link(server).pauses;
    let is_off = pauses.iter().any(|(from, until)| *from <= world.now && world.now < *until);
    let (error, known) = if zone_is_lost || is_off || world.is_out(&server.origin, world.now) {
        // Nobody reports what is written there, if anything is.
        ("AGENT_NOT_SEEN", since)
    } else if world.is_out(&server.region, world.now) {
        ("FAILED_TO_CONNECT_AGENT_TO_REPLICATION_SERVER", since)
    } else {
        ("UNSTABLE_NETWORK", world.now)
    };
    let waiting = (known - flow.recovery_point).max(Span::ZERO);
    Replication {
        state: State::Stalled,
        lag: synced.then(|| flow.lag(since)),
        backlog: if synced { waiting.seconds() * server.writes(world) } else { 0.0 },
        error: Some(error),
        ..steady
    }
}

/// A server that catches up. One that was disconnected reads its disks again first.
fn behind<'w>(world: &World, server: &Server, flow: Flow, steady: Replication<'w>) -> Replication<'w> {
    let link = world.server_link(server);
    let lag = flow.lag(world.now);
    let stops = world
        .timeline
        .times(|fault| matches!(fault, Fault::Stop(links) if links.include(&link.id, &link.from, &link.to)));
    let reconnected =
        stops.iter().chain(&link.pauses).map(|(_, until)| *until).filter(|until| *until <= world.now).max();
    // The share of the backlog of then that is caught up by now.
    let caught_up = reconnected.map(|then| {
        let whole = world.flow(&link, then).lag(then);
        1.0 - lag.seconds() / whole.seconds().max(1.0)
    });
    let (state, rescanned) = match caught_up {
        Some(share) if share < 0.5 => (State::Rescan, (share * 2.0).clamp(0.0, 1.0)),
        Some(_) | None => (State::Backlog, 0.0),
    };
    Replication {
        state,
        rescanned,
        lag: Some(lag),
        eta: Some(world.now + flow.drains_within(world.now)),
        backlog: lag.seconds() * server.writes(world),
        ..steady
    }
}

impl Replication<'_> {
    /// Whether it is in continuous replication.
    pub(super) fn is_continuous(&self) -> bool {
        self.state == State::Continuous
    }

    /// `DataReplicationInfo` of a source server.
    pub(super) fn value(&self, world: &World) -> Value {
        let error = self.error.map(|error| Value::map([("error", error.into()), ("rawError", error.into())]));
        Value::map([
            ("dataReplicationState", self.state.name().into()),
            ("lagDuration", self.lag.map(Span::iso).into()),
            ("etaDateTime", self.eta.map(Moment::drs_text).into()),
            ("replicatedDisks", Value::list("disk", self.disks())),
            ("dataReplicationInitiation", self.initiation(world)),
            ("dataReplicationError", error.unwrap_or(Value::Null)),
            ("stagingAvailabilityZone", format!("{}a", self.server.region).into()),
        ])
    }

    /// `RecoveryInstanceDataReplicationInfo` of the machine that it comes from.
    pub(super) fn of_machine(&self, world: &World) -> Value {
        let error = self.error.map(|error| Value::map([("error", error.into()), ("rawError", error.into())]));
        Value::map([
            ("dataReplicationState", self.state.name().into()),
            ("lagDuration", self.lag.map(Span::iso).into()),
            ("etaDateTime", self.eta.map(Moment::drs_text).into()),
            ("dataReplicationInitiation", self.initiation(world)),
            ("dataReplicationError", error.unwrap_or(Value::Null)),
        ])
    }

    fn disks(&self) -> impl Iterator<Item = Value> {
        let all = self.server.bytes().max(1) as f64;
        self.server.disks.iter().map(move |disk| {
            let known =
                if matches!(self.state, State::Disconnected | State::Stopped) { 0 } else { i64::from(disk.gib) << 30 };
            let bytes = known as f64;
            Value::map([
                ("deviceName", (&disk.device).into()),
                ("totalStorageBytes", known.into()),
                ("replicatedStorageBytes", ((bytes * self.copied) as i64).into()),
                ("rescannedStorageBytes", ((bytes * self.rescanned) as i64).into()),
                ("backloggedStorageBytes", ((self.backlog * bytes / all).min(bytes) as i64).into()),
                ("volumeStatus", "REGULAR".into()),
            ])
        })
    }

    fn initiation(&self, world: &World) -> Value {
        let step = Span::from_millis(INITIATION.millis() / STEPS.len() as i64);
        let steps = STEPS.iter().zip(1..).map(|(name, number)| {
            let ends = self.began + step.times(number);
            let status = if ends <= world.now {
                "SUCCEEDED"
            } else if ends - step <= world.now {
                "IN_PROGRESS"
            } else {
                "NOT_STARTED"
            };
            Value::map([("name", (*name).into()), ("status", status.into())])
        });
        Value::map([("startDateTime", self.began.drs_text().into()), ("steps", Value::list("step", steps))])
    }
}
