//! `drs-start-failback-launch`: machines on premises take over from their recovery instances.

use super::drs_servers::{Chosen, REGION, SERVERS, TAGS, is_active, is_there, own, said, some_of, started};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::Section;
use crate::model::facts::drs::{RecoveryInstance, SourceServer};
use crate::model::words::count;
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, StartFailbackLaunch};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Ends the failback of machines on premises.
#[derive(Clone, Debug, PartialEq)]
pub struct DrsFailback {
    /// The source servers whose recovery instances go home.
    pub chosen: Chosen,
}

/// A source server and the machine that goes home.
type Pair<'a> = (&'a SourceServer, &'a RecoveryInstance);

const READY: &str = "FAILBACK_READY_FOR_LAUNCH";
const COMPLETED: &str = "FAILBACK_COMPLETED";

impl DrsFailback {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "drs-start-failback-launch",
        doc: "Ends the failback of servers on premises whose failback clients are level: each of these machines at home reboots and takes over.",
        keys: &[REGION, SERVERS, TAGS],
        read: |section: &Section<'_>, around: &Around| {
            Some(Kind::DrsFailback(Self { chosen: Chosen::read(section, around)? }))
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
}

impl StepKind for DrsFailback {
    fn evidence(&self) -> Evidence {
        Evidence { done: "every server's launch at home is LAUNCHED", lost: "by the tag `dr-intent` of the job" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.chosen.place.region.clone()],
            permissions: vec!["drs:StartFailbackLaunch", "drs:TagResource"],
            undo: Text::new(
                "while the recovery instances run, users can be sent back to them; what is written at home since is not on them",
            ),
            on_failure: Text::new("boot the failback client of the machine anew, wait until it is level, then retry"),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        self.chosen.reads()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let meant = match self.pairs(world) {
            Ok(pairs) => some_of(pairs.iter().map(|(server, one)| format!("{} from {}", said(server), one.id))),
            Err(_) => self.chosen.meant(),
        };
        Text::new(format!(
            "bring home from {}: {meant}. Each of these machines on premises reboots from its failback client into its own disks",
            self.chosen.place.region
        ))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let pairs = self.pairs(world).ok()?;
        let behind = pairs.iter().filter(|(_, one)| one.failback_state.as_str() != COMPLETED);
        let behind: Vec<String> = behind.map(|(_, one)| format!("{} ({})", one.id, one.replication)).collect();
        (!behind.is_empty()).then(|| {
            Text::new(format!(
                "what is written on {} after the failback clients stop copying: stop what writes there first",
                some_of(behind)
            ))
        })
    }

    fn by_hand(&self) -> ByHand {
        let call = StartFailbackLaunch { place: self.chosen.place.clone(), instances: self.chosen.machines_by_hand() };
        let mut first = self.chosen.first_by_hand();
        first.push(look(
            self.chosen.machines_shown(),
            format!(
                "{}; each is of ON_PREMISES, and its Failback is {READY}: boot the failback client at home where it has not begun",
                self.chosen.machine_marks()
            ),
        ));
        let mut then = self.chosen.more_by_hand();
        then.push(change(&ApiCall::StartFailbackLaunch(call), &[]));
        let mut last = self.chosen.job_by_hand("every Launched is LAUNCHED", "nothing failed");
        last.push(look(self.chosen.machines_shown(), format!("Failback of each is {COMPLETED}")));
        ByHand { first, then, last }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "every server runs as a recovery instance";
        let pairs = match self.pairs(world) {
            Ok(pairs) => pairs,
            Err(why) => return vec![Check::blocks(what, why)],
        };
        let home = "they came from premises";
        let elsewhere = pairs.iter().filter(|(_, one)| one.origin.as_str() != "ON_PREMISES");
        let elsewhere: Vec<String> = elsewhere.map(|(server, one)| format!("{} of {}", one.id, said(server))).collect();
        let home = if elsewhere.is_empty() {
            Check::holds(home)
        } else {
            Check::blocks(home, format!("{} did not; reverse its replication, then launch at home", some_of(elsewhere)))
        };
        let ready = format!("every failback client is level ({READY})");
        let waits = pairs.iter().filter(|(_, one)| !matches!(one.failback_state.as_str(), READY | COMPLETED));
        let waits: Vec<String> =
            waits.map(|(server, one)| format!("{} is {}", said(server), one.failback_state)).collect();
        let ready = if waits.is_empty() {
            Check::holds(ready)
        } else {
            Check::blocks(
                ready,
                format!(
                    "{}; where it has not started, boot the failback client; wait until all are ready",
                    some_of(waits)
                ),
            )
        };
        let servers: Vec<&SourceServer> = pairs.iter().map(|(server, _)| *server).collect();
        let mut checks = vec![Check::holds(what), home, ready, self.chosen.check_free(world, &servers)];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill brings nothing home"));
        }
        let Ok(pairs) = self.pairs(world) else { return Work::Watch };
        let left = pairs.iter().filter(|(_, one)| one.failback_state.as_str() != COMPLETED);
        let instances: Vec<String> = left.map(|(_, one)| one.id.to_string()).collect();
        if instances.is_empty() {
            return Work::Already(Text::new("all of them are home"));
        }
        let call = StartFailbackLaunch { place: self.chosen.place.clone(), instances };
        Work::Calls(vec![ApiCall::StartFailbackLaunch(call)])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let found = self.pairs(world).and_then(|pairs| Ok((pairs, self.chosen.jobs(world)?)));
        let (pairs, jobs) = match found {
            Ok((pairs, jobs)) => (pairs, own(world, jobs)),
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let home = pairs.iter().filter(|(_, one)| one.failback_state.as_str() == COMPLETED).count();
        let words = format!("{home} of {} home", count(pairs.len(), "server"));
        if home == pairs.len() {
            return Progress::Done(Text::new(format!("{words}: {COMPLETED}")));
        }
        if world.sent().is_none() {
            return Progress::NotBegun(Text::new(words));
        }
        let has_failed = |server: &SourceServer, one: &RecoveryInstance| {
            let newest = jobs.iter().find(|job| job.servers.iter().any(|(id, _)| *id == server.id));
            let part = newest.and_then(|job| job.servers.iter().find(|(id, _)| *id == server.id));
            one.failback_state.as_str() == "FAILBACK_ERROR"
                || newest.is_some_and(|job| !is_active(job))
                    && part.is_some_and(|(_, status)| status.as_str() == "FAILED")
        };
        let failed = pairs.iter().filter(|(server, one)| has_failed(server, one));
        let failed: Vec<String> =
            failed.map(|(server, one)| format!("{} is {}", said(server), one.failback_state)).collect();
        if !failed.is_empty() {
            return Progress::Failed {
                why: Text::new(format!("{words}; {}", some_of(failed))),
                way_on: Text::new("boot the failback client of that machine anew, wait until it is level, then retry"),
            };
        }
        let job = jobs.first().map(|job| format!(", {} is {}", job.id, job.status)).unwrap_or_default();
        #[allow(clippy::cast_precision_loss, reason = "a share of some servers")]
        let share = Some(home as f64 / pairs.len().max(1) as f64);
        Progress::Running { state: Text::new(format!("{words}{job}")), share }
    }

    /// By the tag of the job.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::StartFailbackLaunch(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let instances = match self.chosen.instances(world) {
            Ok(instances) => instances,
            Err(why) => return Found::Unread(Text::new(why)),
        };
        let sent = instances.iter().filter(|one| call.instances.iter().any(|id| one.id.as_str() == id));
        let servers: Vec<&str> = sent.map(|one| one.source_server.as_str()).collect();
        started(self.chosen.jobs(world), attempt, &["FAILBACK"], &servers)
    }
}
