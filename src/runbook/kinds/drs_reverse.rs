//! `drs-reverse-replication`: recovered machines replicate to the Region they came from.

use super::drs_servers::{
    Chosen, REGION, REVERSED_FROM, SERVERS, TAGS, is_continuous, is_there, reversed, said, some_of,
};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::Section;
use crate::model::facts::drs::{RecoveryInstance, SourceServer};
use crate::model::words::count;
use crate::model::{Query, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, ReverseReplication};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Reverses the replication of recovered machines.
#[derive(Clone, Debug, PartialEq)]
pub struct DrsReverse {
    /// The source servers whose recovery instances are meant.
    pub chosen: Chosen,
}

/// A source server and the machine that was recovered from it.
type Pair<'a> = (&'a SourceServer, &'a RecoveryInstance);

impl DrsReverse {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "drs-reverse-replication",
        doc: "Lets recovered EC2 servers replicate to the Region they came from, and waits until they are level and have a point in time there. All data are copied.",
        keys: &[REGION, SERVERS, TAGS, REVERSED_FROM],
        read: |section: &Section<'_>, around: &Around| {
            Some(Kind::DrsReverse(Self { chosen: Chosen::read(section, around)? }))
        },
    };

    fn pairs<'a>(&self, world: &World<'a>) -> Result<Vec<Pair<'a>>, String> {
        let (servers, instances) = (self.chosen.find(world)?, self.chosen.instances(world)?);
        let of = |server: &'a SourceServer| {
            let mut own =
                instances.iter().filter(|one| one.source_server == server.id && !one.is_drill && is_there(one));
            let instance =
                own.next().ok_or_else(|| format!("{} has no recovery instance that serves", said(server)))?;
            Ok((server, instance))
        };
        servers.into_iter().map(of).collect()
    }

    /// How many points in time there are of a server where its machine's data go.
    fn points(&self, world: &World<'_>, server: &SourceServer) -> Result<usize, String> {
        let Some((place, id)) = reversed(server, &self.chosen.place) else { return Ok(0) };
        let all = fresh(world, &Query::RecoverySnapshots(place, id.to_owned()), Snapshot::recovery_snapshots)?;
        Ok(all.iter().filter(|point| point.taken().is_some()).count())
    }

    /// The source server that takes the machine's data.
    fn target<'a>(&self, world: &World<'a>, server: &SourceServer) -> Result<Option<&'a SourceServer>, String> {
        let Some((place, id)) = reversed(server, &self.chosen.place) else { return Ok(None) };
        let there = fresh(world, &Query::SourceServers(place), Snapshot::source_servers)?;
        Ok(there.iter().find(|one| one.id.as_str() == id))
    }
}

/// Whether a machine replicates back, or is about to. What it names as its counterpart may be of an earlier reversal, so that does not tell.
fn is_reversed(instance: &RecoveryInstance) -> bool {
    !matches!(instance.failback_state.as_str(), "" | "FAILBACK_NOT_STARTED")
}

impl StepKind for DrsReverse {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "every server replicates the other way and is level",
            lost: "by the direction and state of replication",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.chosen.place.region.clone()],
            permissions: vec!["drs:ReverseReplication"],
            undo: Text::new(
                "stop the replication of the source server in the other Region; what serves is not touched",
            ),
            on_failure: Text::new(
                "look whether DRS is set up in the Region they came from, and whether the machines reach it and their metadata service; then retry",
            ),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = self.chosen.reads();
        let servers = self.chosen.find(world).unwrap_or_default();
        for server in servers {
            if let Some((place, id)) = reversed(server, &self.chosen.place) {
                queries.push(Query::SourceServers(place.clone()));
                queries.push(Query::RecoverySnapshots(place, id.to_owned()));
            }
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let region = &self.chosen.place.region;
        match self.pairs(world) {
            Ok(pairs) => {
                let words = pairs.iter().map(|(server, instance)| {
                    let to = server.origin_region.as_ref().map_or("where it came from", |region| region.as_str());
                    format!("{} of {} to {to}", instance.id, said(server))
                });
                Text::new(format!("replicate from {region}: {}", some_of(words)))
            }
            Err(_) => Text::new(format!("replicate back the machines recovered from {}", self.chosen.meant())),
        }
    }

    fn by_hand(&self) -> ByHand {
        let mut then = self.chosen.more_by_hand();
        then.extend(self.chosen.machines_by_hand().into_iter().map(|instance| {
            let place = self.chosen.place.clone();
            change(&ApiCall::ReverseReplication(ReverseReplication { place, instance }), &[])
        }));
        let mut first = self.chosen.first_by_hand();
        first.push(look(
            self.chosen.machines_shown(),
            format!("{}; each is RUNNING and not of ON_PREMISES", self.chosen.machine_marks()),
        ));
        ByHand {
            first,
            then,
            last: vec![
                look(
                    self.chosen.named_shown(),
                    "Back is set for each: the ARN of the source server that replicates it back",
                ),
                look(
                    super::drs_servers::shown(&self.chosen.back_at(), &[]),
                    format!(
                        "in {}, the Region that it names, State of each of those is CONTINUOUS (this can take hours)",
                        self.chosen.back_at().region
                    ),
                ),
            ],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "every server runs as a recovery instance";
        let pairs = match self.pairs(world) {
            Ok(pairs) => pairs,
            Err(why) => return vec![Check::blocks(what, why)],
        };
        let list = |is: fn(&RecoveryInstance) -> bool, says: &str| {
            let wrong = pairs.iter().filter(|(_, one)| !is_reversed(one) && is(one));
            let wrong: Vec<String> =
                wrong.map(|(server, one)| format!("{} of {} {says}", one.id, said(server))).collect();
            wrong
        };
        let still = list(|one| one.ec2_state.as_str() != "RUNNING", "does not run: start it");
        let premises = list(
            |one| one.origin.as_str() == "ON_PREMISES",
            "came from premises: boot the failback client there instead",
        );
        let block = |what: &str, wrong: Vec<String>| {
            if wrong.is_empty() { Check::holds(what) } else { Check::blocks(what, some_of(wrong)) }
        };
        let servers: Vec<&SourceServer> = pairs.iter().map(|(server, _)| *server).collect();
        let mut checks = vec![
            Check::holds(what),
            block("they run", still),
            block("they came from EC2", premises),
            self.chosen.check_free(world, &servers),
        ];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill brings nothing home"));
        }
        let Ok(pairs) = self.pairs(world) else { return Work::Watch };
        let call = |(_, instance): &Pair<'_>| {
            ApiCall::ReverseReplication(ReverseReplication {
                place: self.chosen.place.clone(),
                instance: instance.id.to_string(),
            })
        };
        let calls: Vec<ApiCall> = pairs.iter().filter(|(_, one)| !is_reversed(one)).map(call).collect();
        if calls.is_empty() {
            return Work::Already(Text::new("all of them replicate back"));
        }
        Work::Calls(calls)
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let pairs = match self.pairs(world) {
            Ok(pairs) => pairs,
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let begun = pairs.iter().filter(|(_, one)| is_reversed(one)).count();
        if begun == 0 && world.sent().is_none() {
            return Progress::NotBegun(Text::new("none of them replicates back"));
        }
        if let Some((server, one)) = pairs.iter().find(|(_, one)| one.failback_state.as_str() == "FAILBACK_ERROR") {
            return Progress::Failed {
                why: Text::new(format!("{} of {} is FAILBACK_ERROR", one.id, said(server))),
                way_on: Text::new("look at its replication in the DRS console, put right what it names, then retry"),
            };
        }
        let (mut level, mut states) = (0, Vec::new());
        let (mut copied, mut bytes) = (0_u64, 0_u64);
        for (server, _) in &pairs {
            let target = match self.target(world, server) {
                Ok(target) => target,
                Err(why) => return Progress::Unknown(Text::new(why)),
            };
            match target {
                // Replication without a point in time is nothing to recover from.
                Some(target) if is_continuous(target) => match self.points(world, server) {
                    Ok(0) => states.push(format!("{} is CONTINUOUS and has no point in time yet", said(target))),
                    Ok(_) => level += 1,
                    Err(why) => return Progress::Unknown(Text::new(why)),
                },
                Some(target) => states.push(format!("{} is {}", said(target), target.state.word())),
                None => states.push(format!("{} has no counterpart yet", said(server))),
            }
            copied += target.map_or(0, |target| target.replicated_bytes);
            bytes += target.map_or(0, |target| target.total_bytes);
        }
        let words = format!("{level} of {} level", count(pairs.len(), "server"));
        if level == pairs.len() && begun == pairs.len() {
            return Progress::Done(Text::new(format!("{words}: CONTINUOUS")));
        }
        #[allow(clippy::cast_precision_loss, reason = "a share of many bytes")]
        let share = (bytes > 0 && begun == pairs.len()).then(|| copied as f64 / bytes as f64);
        Progress::Running { state: Text::new(format!("{words}; {}", some_of(states))), share }
    }

    /// Convergent: the machine replicates back, or it does not.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::ReverseReplication(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let instances = match self.chosen.instances(world) {
            Ok(instances) => instances,
            Err(why) => return Found::Unread(Text::new(why)),
        };
        match instances.iter().find(|one| one.id.as_str() == call.instance) {
            None => Found::CannotTell(Text::new(format!("{} is not there any more", call.instance))),
            Some(one) => {
                let evidence = Text::new(format!("{} is {}", one.id, one.failback_state));
                if is_reversed(one) { Found::Applied(evidence) } else { Found::NotApplied(evidence) }
            }
        }
    }
}
