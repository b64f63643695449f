//! One source server: how its data are protected, and what is wrong with its replication.

use crate::model::facts::Known;
use crate::model::facts::drs::{RecoverySnapshot, ReplicationState, SourceServer};
use crate::model::index::Sight;
use crate::model::kinds::{Evidence, Means, Protection, Trust};
use crate::model::words::{clock, length};
use crate::model::{Loss, Moment, Site, Span, Verdict};

/// How one server is protected.
pub(super) struct Protected {
    pub(super) region: Protection,
    pub(super) data: Protection,
}

pub(super) fn origin(server: &SourceServer) -> Site {
    server.origin_region.clone().map_or(Site::OnPremises, Site::Region)
}

/// Whether DRS hears of the machine that replicates. What it does not hear of may run or not.
pub(super) fn is_heard(state: &Known<ReplicationState>) -> bool {
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

/// The window of the snapshots that were really taken; an expected one is no recovery point.
fn taken(snapshots: &[RecoverySnapshot]) -> Option<(Moment, Moment)> {
    let newest = snapshots.iter().filter_map(RecoverySnapshot::taken).max()?;
    let oldest = snapshots.iter().filter_map(RecoverySnapshot::taken).min()?;
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
                format!("{} is {} and has no snapshot to recover from", server.called(), server.state.word()),
                trust,
                snapshots.read_at,
            ),
        },
    }
}

/// How `server` is protected, read as it was `read_at`. Its lag counts only while it really replicates: a null lag is what a
/// disconnected server has, and a stalled or silent one keeps its last value.
pub(super) fn judge_server(
    server: &SourceServer,
    snapshots: &Sight<'_, Vec<RecoverySnapshot>>,
    listing: &Trust,
    read_at: Option<Moment>,
    now: Moment,
) -> Protected {
    let both = listing.clone().and(&snapshots.trust);
    let data = by_snapshots(server, snapshots, both.clone());
    let region = match &server.state {
        Known::Is(ReplicationState::Continuous) if server.silent_from().is_none_or(|silent| now <= silent) => {
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
        Known::Other(word) => Protection::unknown(
            format!("{} is in a state drdeck does not know: {word}", server.called()),
            listing.clone(),
        ),
    };
    Protected { region, data }
}

/// The worst of all servers: they are recovered together. A window reaches from the latest of the oldest points to the earliest of the newest.
pub(super) fn together(all: Vec<Protection>) -> Protection {
    let trust = all.iter().fold(Trust::Fresh, |trust, each| trust.and(&each.trust));
    let at_worst = all.iter().filter_map(|each| each.at_worst).max();
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
    worst.map_or_else(Protection::not_applicable, |worst| Protection { trust, at_worst, ..worst })
}

/// What is wrong with a server, apart from what would be lost.
pub(super) fn judge_state(evidence: &mut Evidence, server: &SourceServer, now: Moment) {
    let name = server.called();
    let word = server.state.word();
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
            if let (Some(seen), Some(silent)) = (server.last_seen, server.silent_from()) {
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
