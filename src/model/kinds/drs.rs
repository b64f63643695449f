//! `drs`: source servers of Elastic Disaster Recovery.

use std::collections::BTreeSet;

use super::{ComponentKind, Evidence, Means, Protection, Serving, Trust};
use crate::model::facts::Known;
use crate::model::facts::drs::{Direction, RecoveryInstance, RecoverySnapshot, ReplicationState, SourceServer};
use crate::model::index::{Index, Sight};
use crate::model::words::{clock, length, listed};
use crate::model::{Loss, Moment, Place, Query, Site, Snapshot, Span, Text, Verdict};

/// DRS source servers that are recovered together.
#[derive(Clone, Debug, PartialEq)]
pub struct Drs {
    /// Which servers.
    pub servers: Servers,
    /// The Region they are recovered to, where DRS is asked.
    pub place: Place,
}

/// Which source servers are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Servers {
    /// Those with these ids (`s-…`); never empty.
    Ids(Vec<String>),
    /// All that carry every one of these tags; never empty.
    Tags(Vec<(String, String)>),
}

/// A server that replicates but was not heard of for so long is not believed any more.
const SILENCE: Span = Span::from_mins(30);

/// Where a server runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runs {
    /// Where it comes from.
    AtOrigin,
    /// There, and recovered as well.
    Twice,
    /// Only where it was recovered to; nothing replicates it back.
    Recovered,
    /// Where it was recovered to, and it replicates back.
    Failback,
}

/// How one server is protected.
struct Protected {
    region: Protection,
    data: Protection,
}

impl Drs {
    fn query(&self) -> Query {
        Query::SourceServers(self.place.clone())
    }

    fn snapshots_query(&self, server: &str) -> Query {
        Query::RecoverySnapshots(self.place.clone(), server.to_owned())
    }

    /// The servers meant, and the ids that are not there.
    fn find<'a>(&'a self, index: &Index<'a>) -> (Vec<&'a SourceServer>, Vec<&'a str>, Trust, Option<Moment>) {
        let query = self.query();
        match &self.servers {
            Servers::Tags(tags) => {
                let (servers, trust, read_at) = index.servers_tagged(&query, tags);
                (servers, Vec::new(), trust, read_at)
            }
            Servers::Ids(ids) => {
                let (mut found, mut lost, mut trust, mut read_at) = (Vec::new(), Vec::new(), Trust::Fresh, None);
                for id in ids {
                    let sight = index.server(&query, id);
                    match sight.value {
                        Some(server) => found.push(server),
                        None => lost.push(id.as_str()),
                    }
                    (trust, read_at) = (sight.trust, sight.read_at);
                }
                (found, lost, trust, read_at)
            }
        }
    }

    fn meant(&self) -> String {
        match &self.servers {
            Servers::Ids(ids) => listed(ids),
            Servers::Tags(tags) => {
                format!("tagged {}", listed(tags.iter().map(|(key, value)| format!("{key}={value}"))))
            }
        }
    }

    /// What a launch, or machines already launched, mean for the next one. Says where the server runs.
    fn judge_launches(&self, evidence: &mut Evidence, index: &Index<'_>, server: &SourceServer) -> Runs {
        let name = name(server);
        let jobs = index.drs_jobs_of(&Query::DrsJobs(self.place.clone()), server.id.as_str());
        let launched = index.recovery_instances_of(&Query::RecoveryInstances(self.place.clone()), server.id.as_str());
        evidence.rests_on(&jobs);
        evidence.rests_on(&launched);
        evidence.blockers_unknown |= !jobs.is_fresh();
        let running = jobs.value.unwrap_or_default().iter().find(|(job, _)| job.status.as_str() != "COMPLETED");
        if let Some((job, _)) = running {
            evidence.blocker(
                Verdict::AtRisk,
                format!("{name} is in the job {} ({}, {})", job.id, job.initiated_by, job.status),
            );
        }
        let launches = jobs.value.unwrap_or_default().iter().filter(|(job, _)| job.kind.as_str() == "LAUNCH");
        if let Some((job, launch)) = launches.max_by_key(|(job, _)| job.created) {
            evidence.note("last launch", format!("{name}: {launch} in {}", job.id));
            // A job that is COMPLETED says nothing about each server.
            if *launch == "FAILED" {
                evidence.finding(Verdict::AtRisk, format!("The last launch of {name} failed ({})", job.id));
            }
        } else if server.last_launch.as_str() == "FAILED" {
            evidence.finding(Verdict::AtRisk, format!("The last launch of {name} failed"));
        }
        let live =
            launched.value.unwrap_or_default().iter().filter(|instance| instance.ec2_state.as_str() == "RUNNING");
        let (drills, real): (Vec<&RecoveryInstance>, Vec<&RecoveryInstance>) =
            live.copied().partition(|instance| instance.is_drill);
        if !drills.is_empty() {
            evidence.note("drill instances", listed(drills.iter().map(|instance| instance.id.as_str())));
        }
        match (&server.direction, real.first()) {
            (Known::Is(Direction::Failback), _) => Runs::Failback,
            (Known::Is(Direction::Failover) | Known::Other(_), None) => Runs::AtOrigin,
            (Known::Is(Direction::Failover) | Known::Other(_), Some(instance)) => {
                evidence.note("recovered as", instance.id.as_str());
                if server.state == Known::Is(ReplicationState::Continuous) {
                    evidence.finding(
                        Verdict::AtRisk,
                        format!(
                            "{name} still runs in {} while {} runs in {}",
                            origin(server).as_str(),
                            instance.id,
                            self.place.region
                        ),
                    );
                    Runs::Twice
                } else {
                    Runs::Recovered
                }
            }
        }
    }
}

fn origin(server: &SourceServer) -> Site {
    server.origin_region.clone().map_or(Site::OnPremises, Site::Region)
}

/// Whether DRS hears of the machine that replicates. What it does not hear of may run or not.
fn is_heard(state: &Known<ReplicationState>) -> bool {
    match state {
        Known::Is(
            ReplicationState::Initiating
            | ReplicationState::InitialSync
            | ReplicationState::Backlog
            | ReplicationState::CreatingSnapshot
            | ReplicationState::Continuous
            | ReplicationState::Paused
            | ReplicationState::Rescan,
        ) => true,
        Known::Is(
            ReplicationState::Stopped
            | ReplicationState::Stalled
            | ReplicationState::Disconnected
            | ReplicationState::NotStarted
            | ReplicationState::NotAvailable,
        )
        | Known::Other(_) => false,
    }
}

/// From when on a server that says it replicates is not believed any more; `None` for one that never says when it was heard of.
fn silent_from(server: &SourceServer) -> Option<Moment> {
    server.last_seen.map(|seen| seen.saturating_add(SILENCE).unwrap_or(Moment::MAX))
}

fn name(server: &SourceServer) -> &str {
    server.name.as_ref().unwrap_or(&server.id).as_str()
}

/// AWS's word for that state.
fn state_word(state: &Known<ReplicationState>) -> &str {
    match state {
        Known::Is(ReplicationState::Stopped) => "STOPPED",
        Known::Is(ReplicationState::Initiating) => "INITIATING",
        Known::Is(ReplicationState::InitialSync) => "INITIAL_SYNC",
        Known::Is(ReplicationState::Backlog) => "BACKLOG",
        Known::Is(ReplicationState::CreatingSnapshot) => "CREATING_SNAPSHOT",
        Known::Is(ReplicationState::Continuous) => "CONTINUOUS",
        Known::Is(ReplicationState::Paused) => "PAUSED",
        Known::Is(ReplicationState::Rescan) => "RESCAN",
        Known::Is(ReplicationState::Stalled) => "STALLED",
        Known::Is(ReplicationState::Disconnected) => "DISCONNECTED",
        Known::Is(ReplicationState::NotStarted) => "NOT_STARTED",
        Known::Is(ReplicationState::NotAvailable) => "REPLICATION_STATE_NOT_AVAILABLE",
        Known::Other(word) => word.as_str(),
    }
}

/// The window of the snapshots that were really taken; an expected one is no recovery point.
fn taken(snapshots: &[RecoverySnapshot]) -> Option<(Moment, Moment)> {
    let newest = snapshots.iter().filter_map(|snapshot| snapshot.taken).max()?;
    let oldest = snapshots.iter().filter_map(|snapshot| snapshot.taken).min()?;
    Some((newest, oldest))
}

/// The protection by the snapshots of a server.
fn by_snapshots(server: &SourceServer, snapshots: &Sight<'_, Vec<RecoverySnapshot>>, trust: Trust) -> Protection {
    match snapshots.value.map_or(&[][..], Vec::as_slice) {
        _ if snapshots.value.is_none() && !snapshots.is_fresh() => Protection::unread(trust),
        all => match taken(all) {
            Some((newest, oldest)) => {
                Protection::since(Means::Continuous, newest, Some(oldest), trust, snapshots.read_at)
            }
            None => Protection::none(
                format!("{} is {} and has no snapshot to recover from", name(server), state_word(&server.state)),
                trust,
                snapshots.read_at,
            ),
        },
    }
}

/// How `server` is protected, read as it was `read_at`. Its lag counts only while it really replicates: a null lag is what a
/// disconnected server has, and a stalled or silent one keeps its last value.
fn judge_server(
    server: &SourceServer,
    snapshots: &Sight<'_, Vec<RecoverySnapshot>>,
    listing: &Trust,
    read_at: Option<Moment>,
    now: Moment,
) -> Protected {
    let both = listing.clone().and(&snapshots.trust);
    let data = by_snapshots(server, snapshots, both.clone());
    let region = match &server.state {
        Known::Is(ReplicationState::Continuous) if silent_from(server).is_none_or(|silent| now <= silent) => {
            let lag = server.lag.unwrap_or(Span::ZERO);
            match read_at.and_then(|at| at.checked_sub(lag.max(Span::ZERO)).ok()) {
                Some(newest) => Protection::since(Means::Continuous, newest, None, listing.clone(), read_at),
                None => Protection::unread(listing.clone()),
            }
        }
        Known::Is(
            ReplicationState::Stopped
            | ReplicationState::Initiating
            | ReplicationState::InitialSync
            | ReplicationState::Backlog
            | ReplicationState::CreatingSnapshot
            | ReplicationState::Paused
            | ReplicationState::Rescan
            | ReplicationState::Stalled
            | ReplicationState::Disconnected
            | ReplicationState::NotStarted
            | ReplicationState::NotAvailable
            | ReplicationState::Continuous,
        ) => by_snapshots(server, snapshots, both),
        Known::Other(word) => {
            Protection::unknown(format!("{} is in a state drdeck does not know: {word}", name(server)), listing.clone())
        }
    };
    Protected { region, data }
}

/// The worst of all servers: they are recovered together. A window reaches from the latest of the oldest points to the earliest of the newest.
fn together(all: Vec<Protection>) -> Protection {
    let trust = all.iter().fold(Trust::Fresh, |trust, each| trust.and(&each.trust));
    let worst = all.into_iter().reduce(|a, b| match (&a.loss, &b.loss) {
        (Loss::Since { newest: x, oldest: p }, Loss::Since { newest: y, oldest: q }) => {
            let (newest, read_at) = if x <= y { (*x, a.read_at) } else { (*y, b.read_at) };
            // Servers whose windows do not overlap share no moment but the newest, which each is brought nearest to.
            let oldest = p.iter().chain(q).copied().max().filter(|oldest| *oldest <= newest);
            Protection { loss: Loss::Since { newest, oldest }, read_at, ..a }
        }
        (Loss::Everything, _) => a,
        (_, Loss::Everything) => b,
        (Loss::Unknown, _) => a,
        (_, Loss::Unknown) => b,
        (Loss::Since { .. } | Loss::None | Loss::NotApplicable, _) => a,
    });
    worst.map_or_else(Protection::not_applicable, |worst| Protection { trust, ..worst })
}

/// What is wrong with a server, apart from what would be lost.
fn judge_state(evidence: &mut Evidence, server: &SourceServer, now: Moment) {
    let name = name(server);
    let word = state_word(&server.state);
    let lag = server.lag.map_or_else(|| "no lag told".to_owned(), length);
    let backlog =
        if server.backlog_bytes > 0 { format!(", backlog {} bytes", server.backlog_bytes) } else { String::new() };
    evidence.note("server", format!("{name} ({}): {word}, {lag}{backlog}", server.id));
    let error = server.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
    let heard = server.last_seen.map(|at| format!(", last heard of at {}", clock(at, now))).unwrap_or_default();
    match &server.state {
        Known::Is(ReplicationState::Continuous) => {
            if let Some(error) = &server.error {
                evidence.finding(Verdict::AtRisk, format!("{name} replicates but reports {error}"));
            }
            if let (Some(seen), Some(silent)) = (server.last_seen, silent_from(server)) {
                evidence.changes.push(silent);
                if now > silent {
                    evidence
                        .finding(Verdict::AtRisk, format!("DRS has not heard of {name} since {}", clock(seen, now)));
                }
            }
        }
        Known::Is(ReplicationState::InitialSync | ReplicationState::Initiating) => {
            let eta = server.eta.map(|eta| format!(", expected to end at {}", clock(eta, now))).unwrap_or_default();
            evidence.finding(Verdict::AtRisk, format!("{name} is in its first synchronisation ({word}){eta}"));
        }
        Known::Is(ReplicationState::Backlog | ReplicationState::CreatingSnapshot | ReplicationState::Rescan) => {
            evidence.finding(Verdict::AtRisk, format!("{name} lags behind: {word}{error}"));
        }
        Known::Is(
            ReplicationState::Stopped
            | ReplicationState::Paused
            | ReplicationState::Stalled
            | ReplicationState::Disconnected
            | ReplicationState::NotStarted
            | ReplicationState::NotAvailable,
        ) => evidence.finding(Verdict::AtRisk, format!("{name} does not replicate: {word}{error}{heard}")),
        Known::Other(_) => {}
    }
    if let Known::Other(word) = &server.direction {
        evidence.finding(Verdict::Unknown, format!("{name} replicates in a direction drdeck does not know: {word}"));
    }
}

impl ComponentKind for Drs {
    fn needs(&self) -> Vec<Query> {
        let mut queries =
            vec![self.query(), Query::RecoveryInstances(self.place.clone()), Query::DrsJobs(self.place.clone())];
        if let Servers::Ids(ids) = &self.servers {
            queries.extend(ids.iter().map(|id| self.snapshots_query(id)));
        }
        queries
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        match &self.servers {
            Servers::Ids(_) => Vec::new(),
            Servers::Tags(_) => {
                let (servers, ..) = self.find(index);
                servers.iter().map(|server| self.snapshots_query(server.id.as_str())).collect()
            }
        }
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (query, now, region) = (self.query(), index.now(), &self.place.region);
        let (servers, lost, trust, read_at) = self.find(index);
        let mut evidence = Evidence::from(&query);
        evidence.read_at = read_at;
        evidence.trust = trust.clone();
        evidence.blockers_unknown = trust != Trust::Fresh;
        if trust == Trust::Fresh && !lost.is_empty() {
            evidence.blocker(Verdict::Unknown, format!("There is no DRS source server {} in {region}", listed(&lost)));
        }
        if trust == Trust::Fresh && servers.is_empty() && lost.is_empty() {
            evidence.blocker(Verdict::Unknown, format!("There is no DRS source server {} in {region}", self.meant()));
        }
        let (mut by_region, mut by_data, mut writers) = (Vec::new(), Vec::new(), BTreeSet::new());
        let here = Site::Region(region.clone());
        for server in &servers {
            let snapshots = index.one(&self.snapshots_query(server.id.as_str()), Snapshot::recovery_snapshots);
            evidence.rests_on(&snapshots);
            let mut protected = judge_server(server, &snapshots, &trust, read_at, now);
            judge_state(&mut evidence, server, now);
            let runs = self.judge_launches(&mut evidence, index, server);
            if runs != Runs::AtOrigin {
                writers.insert(here.clone());
            }
            if runs == Runs::Twice || (runs == Runs::AtOrigin && is_heard(&server.state)) {
                writers.insert(origin(server));
            }
            // Its snapshots are where it runs itself.
            if runs == Runs::Recovered {
                let why =
                    format!("{} runs in {region} since its recovery, and nothing replicates it back", name(server));
                protected.region = Protection::unknown(why, trust.clone());
            } else if runs != Runs::Failback && origin(server) == here {
                let why = format!("{} runs in {region} and would be recovered there, too", name(server));
                protected.region = Protection::none(why, trust.clone(), read_at);
            }
            by_region.push(protected.region);
            by_data.push(protected.data);
        }
        if servers.is_empty() || !lost.is_empty() {
            let missing =
                Protection::unknown(format!("No server {} was found in {region}", self.meant()), trust.clone());
            by_region.push(missing.clone());
            by_data.push(missing);
        }
        if trust != Trust::Fresh && servers.is_empty() {
            (by_region, by_data) = (vec![Protection::unread(trust.clone())], vec![Protection::unread(trust)]);
        }
        evidence.serving = match servers.first() {
            _ if !writers.is_empty() => Serving::Writer(writers),
            Some(server) => Serving::Located(origin(server)),
            None => Serving::Untold,
        };
        evidence.protection.region = together(by_region);
        evidence.protection.data = together(by_data);
        let lag = servers.iter().filter_map(|server| server.lag).max().unwrap_or(Span::ZERO);
        let behind = if lag.is_zero() { "no lag".to_owned() } else { format!("at most {} lag", length(lag)) };
        evidence.seen = Text::new(match servers.as_slice() {
            [server] => format!("{} replicates to {region} with {behind}", name(server)),
            all => format!("{} servers replicate to {region} with {behind}", all.len()),
        });
        evidence
    }
}
