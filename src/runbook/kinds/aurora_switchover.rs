//! `aurora-global-switchover`: the cluster of another Region takes the writes when it has everything.

use super::aurora_global::{Global, can_take_over, is_settled, named, out_of_line, writer};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind, aurora_move};
use crate::document::{Section, Shape, required};
use crate::model::words::{arn_name, arn_region};
use crate::model::{Place, Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, known};
use crate::runbook::call::{ApiCall, Plane, SwitchoverGlobal};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Makes the cluster of one Region the writer of its global database once it has everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraSwitchover {
    /// The global database, asked in the Region whose cluster takes over.
    pub global: Global,
    /// Where the cluster is that writes now; the call is made there.
    pub from: Place,
}

impl AuroraSwitchover {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "aurora-global-switchover",
        doc: "Makes the Aurora cluster of another Region the writer once it has everything: nothing is lost, and both Regions must be well.",
        keys: &[
            required("global_cluster", Shape::Text, r#""storefront""#, "The identifier of the global database."),
            required("from", Shape::Region, r#""us-west-2""#, "The Region whose cluster writes now."),
            required("region", Shape::Region, r#""us-east-1""#, "The Region whose cluster takes the writes."),
        ],
        read,
    };

    fn old_clusters(&self) -> Query {
        Query::DbClusters(self.from.clone())
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let id = section.text("global_cluster");
    let (from, place) = (around.place(section, "from"), around.place(section, "region"));
    let (from, place) = (from?, place?);
    if from == place {
        section.wrong("region", format!("is {}, where the writes come from", place.region));
        return None;
    }
    let global = Global { place, id: id?.value.to_owned() };
    Some(Kind::AuroraSwitchover(AuroraSwitchover { global, from }))
}

impl StepKind for AuroraSwitchover {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the target cluster takes the writes and is available",
            lost: "by the writer of the global database, and by the switchover under way",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.from.region.clone(), self.global.place.region.clone()],
            permissions: vec!["rds:SwitchoverGlobalCluster"],
            undo: Text::new("switch over again, the other way"),
            on_failure: Text::new(
                "read FailoverState of the global database; nothing is lost while the old writer writes: wait until both clusters are available and connected, then retry",
            ),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = self.global.reads(world);
        queries.push(self.old_clusters());
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        aurora_move::describe(&self.global, world, "once it has everything; writes pause for a minute or two")
    }

    fn by_hand(&self) -> ByHand {
        let call = SwitchoverGlobal {
            place: self.from.clone(),
            global: self.global.id.clone(),
            target: aurora_move::TARGET.to_owned(),
        };
        let connected =
            known("Sync of the target is connected, and the writer is available: nothing may be lost by this");
        ByHand {
            first: aurora_move::first_by_hand(&self.global).into_iter().chain([connected]).collect(),
            then: vec![change(&ApiCall::SwitchoverGlobalCluster(call), &[])],
            last: aurora_move::last_by_hand(&self.global),
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let (global, target) = match aurora_move::target(&self.global, world) {
            Ok(found) => found,
            Err(check) => return vec![check],
        };
        let name = named(&target.cluster_arn);
        if target.is_writer {
            return vec![Check::holds(format!("{name} is the writer already"))];
        }
        let mut checks = vec![is_settled(global)];
        checks.extend(can_take_over(global, target, &self.global.cluster(world, arn_name(&target.cluster_arn))));
        checks.push(match out_of_line(target) {
            None => Check::holds(format!("{name} is connected")),
            Some(why) => {
                let way_on = "wait until it is; with the writer's Region gone, only a failover is possible (aurora-global-failover)";
                Check::blocks(format!("{name} is connected"), format!("{why}; {way_on}"))
            }
        });
        checks.push(self.check_writer(world, writer(global).map(|old| &old.cluster_arn)));
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves the writer where it is"));
        }
        let Ok((_, target)) = aurora_move::target(&self.global, world) else { return Work::Watch };
        if target.is_writer {
            return Work::Already(Text::new(format!("{} takes the writes", named(&target.cluster_arn))));
        }
        Work::Calls(vec![ApiCall::SwitchoverGlobalCluster(SwitchoverGlobal {
            place: self.from.clone(),
            global: self.global.id.clone(),
            target: target.cluster_arn.to_string(),
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        aurora_move::verify(&self.global, world)
    }

    /// It names its target: the target takes the writes or is about to, or it was not carried out.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        aurora_move::reconcile(&self.global, world)
    }
}

impl AuroraSwitchover {
    /// A switchover waits for the old writer to hand everything over.
    fn check_writer(&self, world: &World<'_>, old: Option<&Text>) -> Check {
        let what = format!("the writer in {} is well", self.from.region);
        let Some(old) = old else { return Check::blocks(what, "no cluster takes the writes; a failover is needed") };
        if arn_region(old) != Some(self.from.region.as_str()) {
            return Check::blocks(what, format!("the writer is {}; correct the runbook", named(old)));
        }
        let asked = Global { place: self.from.clone(), id: self.global.id.clone() };
        match asked.cluster(world, arn_name(old)).required(&format!("Aurora cluster {}", named(old))) {
            Err(check) => check,
            Ok(cluster) if cluster.status.as_str() == "available" => Check::holds(what),
            Ok(cluster) => Check::blocks(what, format!("it is {}; wait until it is available", cluster.status)),
        }
    }
}
