//! `drs-stop-replication`: source servers replicate no more, and their points in time are gone.

use super::drs_point::snapshots;
use super::drs_servers::{Chosen, REGION, REVERSED_FROM, SERVERS, TAGS, is_continuous, reversed, said, some_of};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::Section;
use crate::model::facts::Known;
use crate::model::facts::drs::{RecoverySnapshot, ReplicationState, SourceServer};
use crate::model::words::{clock, count};
use crate::model::{Query, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, StopReplication};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Stops the replication of source servers.
#[derive(Clone, Debug, PartialEq)]
pub struct DrsStop {
    /// Which servers.
    pub chosen: Chosen,
}

impl DrsStop {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "drs-stop-replication",
        doc: "Stops the replication of source servers that another replication has replaced. It cannot be undone: DRS deletes all their points in time.",
        keys: &[REGION, SERVERS, TAGS, REVERSED_FROM],
        read: |section: &Section<'_>, around: &Around| {
            Some(Kind::DrsStop(Self { chosen: Chosen::read(section, around)? }))
        },
    };

    /// What is protected by the replication that stays: the server's counterpart.
    fn peer<'a>(&self, world: &World<'a>, server: &SourceServer) -> Result<&'a SourceServer, String> {
        let (place, id) = reversed(server, &self.chosen.place)
            .ok_or_else(|| format!("nothing replicates the other way for {}", said(server)))?;
        let there = fresh(world, &Query::SourceServers(place), Snapshot::source_servers)?;
        let peer = there.iter().find(|one| one.id.as_str() == id);
        peer.ok_or_else(|| format!("its counterpart {id}, which {} names, is not there", said(server)))
    }
}

fn is_stopped(server: &SourceServer) -> bool {
    matches!(server.state, Known::Is(ReplicationState::Stopped))
}

impl StepKind for DrsStop {
    fn evidence(&self) -> Evidence {
        Evidence { done: "every server is STOPPED or DISCONNECTED", lost: "by the state of replication" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::OneWay,
            plane: Some(Plane::Control),
            regions: vec![self.chosen.place.region.clone()],
            permissions: vec!["drs:StopReplication"],
            undo: Text::new(
                "it cannot be undone: replication can be started again, with a full copy, and without the points of before",
            ),
            on_failure: Text::new("look whether a job is at work on the server, wait for it, then retry"),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = self.chosen.reads();
        for server in self.chosen.find(world).unwrap_or_default() {
            queries.push(snapshots(&self.chosen.place, server));
            queries.extend(reversed(server, &self.chosen.place).map(|(place, _)| Query::SourceServers(place)));
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let meant = match self.chosen.find(world) {
            Ok(servers) => some_of(servers.iter().map(|server| format!("{} ({})", said(server), server.state.word()))),
            Err(_) => self.chosen.meant(),
        };
        Text::new(format!("stop replication to {} of {meant}", self.chosen.place.region))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let servers = self.chosen.find(world).ok()?;
        let lost = servers.iter().filter(|server| !is_stopped(server)).map(|server| {
            let name = said(server);
            match fresh(world, &snapshots(&self.chosen.place, server), Snapshot::recovery_snapshots) {
                Ok(all) => {
                    let taken: Vec<_> = all.iter().filter_map(RecoverySnapshot::taken).collect();
                    let oldest = taken.iter().min().map(|at| format!(", back to {}", clock(*at, world.now)));
                    format!("{name}: {}{}", count(taken.len(), "point"), oldest.unwrap_or_default())
                }
                Err(_) => format!("{name}: all its points"),
            }
        });
        let lost: Vec<String> = lost.collect();
        (!lost.is_empty())
            .then(|| Text::new(format!("every point in time in {}: {}", self.chosen.place.region, some_of(lost))))
    }

    fn by_hand(&self) -> ByHand {
        let mut then = self.chosen.more_by_hand();
        then.extend(self.chosen.servers_by_hand().into_iter().map(|server| {
            let place = self.chosen.place.clone();
            change(&ApiCall::StopReplication(StopReplication { place, server }), &[])
        }));
        let mut first = self.chosen.first_by_hand();
        first.push(look(
            super::drs_servers::shown(&self.chosen.back_at(), &[]),
            format!("in {}, the Region that Back names, State of each of those is CONTINUOUS: this step deletes every point in time of the servers named above", self.chosen.back_at().region),
        ));
        ByHand { first, then, last: vec![look(self.chosen.named_shown(), "State of each is STOPPED or DISCONNECTED")] }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "the source servers are there";
        let servers = match self.chosen.find(world) {
            Ok(servers) => servers,
            Err(why) => return vec![Check::blocks(what, why)],
        };
        let covered = "something else protects what serves: the replication the other way is CONTINUOUS";
        let bare =
            servers.iter().filter(|server| !is_stopped(server)).filter_map(|server| match self.peer(world, server) {
                Ok(peer) if is_continuous(peer) => None,
                Ok(peer) => Some(format!("{} is {}", said(peer), peer.state.word())),
                Err(why) => Some(why),
            });
        let bare: Vec<String> = bare.collect();
        let covered = if bare.is_empty() {
            Check::holds(covered)
        } else {
            Check::blocks(covered, format!("{}; protect it first, or nothing is left to recover from", some_of(bare)))
        };
        let mut checks = vec![Check::holds(what), covered, self.chosen.check_free(world, &servers)];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill does nothing that cannot be undone"));
        }
        let Ok(servers) = self.chosen.find(world) else { return Work::Watch };
        let call = |server: &&SourceServer| {
            ApiCall::StopReplication(StopReplication {
                place: self.chosen.place.clone(),
                server: server.id.to_string(),
            })
        };
        let calls: Vec<ApiCall> = servers.iter().filter(|server| !is_stopped(server)).map(call).collect();
        if calls.is_empty() {
            return Work::Already(Text::new("none of them replicates any more"));
        }
        Work::Calls(calls)
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let servers = match self.chosen.find(world) {
            Ok(servers) => servers,
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let stopped = servers.iter().filter(|server| is_stopped(server)).count();
        let words = Text::new(format!("{stopped} of {} STOPPED", count(servers.len(), "server")));
        if stopped == servers.len() {
            Progress::Done(words)
        } else if world.sent().is_none() {
            Progress::NotBegun(words)
        } else {
            Progress::Running { state: words, share: None }
        }
    }

    /// Convergent: the server is STOPPED, or it is not.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::StopReplication(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let query = Query::SourceServers(self.chosen.place.clone());
        let servers = match fresh(world, &query, Snapshot::source_servers) {
            Ok(servers) => servers,
            Err(why) => return Found::Unread(Text::new(why)),
        };
        match servers.iter().find(|server| server.id.as_str() == call.server) {
            None => Found::CannotTell(Text::new(format!("{} is not there any more", call.server))),
            Some(server) => {
                let evidence = Text::new(format!("{} is {}", server.id, server.state.word()));
                if is_stopped(server) { Found::Applied(evidence) } else { Found::NotApplied(evidence) }
            }
        }
    }
}
