//! `aurora-global-failover`: the cluster of another Region takes the writes at once, whatever is lost.

use super::aurora_global::{Global, can_take_over, is_settled, named, out_of_line, writer};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind, aurora_move, loss};
use crate::document::{Section, Shape, required};
use crate::model::words::arn_name;
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, FailoverGlobal, Plane};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Makes the cluster of one Region the writer of its global database without waiting for the one that wrote before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraFailover {
    /// The global database, asked in the Region whose cluster takes over.
    pub global: Global,
}

impl AuroraFailover {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "aurora-global-failover",
        doc: "Makes the Aurora cluster of another Region the writer at once, without the Region that wrote before. What had not reached it is lost.",
        keys: &[
            required("global_cluster", Shape::Text, r#""storefront""#, "The identifier of the global database."),
            required("region", Shape::Region, r#""us-west-2""#, "The Region whose cluster takes the writes."),
        ],
        read,
    };
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place) = (section.text("global_cluster"), around.place(section, "region"));
    let global = Global { place: place?, id: id?.value.to_owned() };
    Some(Kind::AuroraFailover(AuroraFailover { global }))
}

impl StepKind for AuroraFailover {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the target cluster takes the writes and is available",
            lost: "by the writer of the global database, and by the failover under way",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::WithLoss,
            plane: Some(Plane::Control),
            regions: vec![self.global.place.region.clone()],
            permissions: vec!["rds:FailoverGlobalCluster"],
            undo: Text::new(
                "when the old Region is back and its cluster is connected again, switch over to it (aurora-global-switchover); what was lost stays lost, except what AWS may have kept in a snapshot rds:unplanned-global-failover-… there",
            ),
            on_failure: Text::new(
                "read FailoverState of the global database; if it is gone and the writer is the old one, retry; if AWS refuses, detach the cluster (aurora-global-detach)",
            ),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        self.global.reads(world)
    }

    fn describe(&self, world: &World<'_>) -> Text {
        aurora_move::describe(&self.global, world, "at once, without waiting for it")
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let global = self.global.seen(world).value()?;
        let target = self.global.member(global).filter(|member| !member.is_writer)?;
        let name = named(&target.cluster_arn);
        if let Some(why) = out_of_line(target) {
            return Some(Text::new(format!(
                "not known how much: {why}; every write that had not reached {name} is lost"
            )));
        }
        Some(loss::words(world, self.global.lag(world, arn_name(&target.cluster_arn)), &name))
    }

    fn by_hand(&self) -> ByHand {
        let call = FailoverGlobal {
            place: self.global.place.clone(),
            global: self.global.id.clone(),
            target: aurora_move::TARGET.to_owned(),
        };
        let lag = look(
            self.global.lag_shown("<TARGET>"),
            "milliseconds: what is not older than this before the outage is lost; <TARGET> is the last part of the ARN",
        );
        ByHand {
            first: aurora_move::first_by_hand(&self.global).into_iter().chain([lag]).collect(),
            then: vec![change(&ApiCall::FailoverGlobalCluster(call), &[])],
            last: aurora_move::last_by_hand(&self.global),
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let (global, target) = match aurora_move::target(&self.global, world) {
            Ok(found) => found,
            Err(check) => return vec![check],
        };
        if target.is_writer {
            return vec![Check::holds(format!("{} is the writer already", named(&target.cluster_arn)))];
        }
        let mut checks = vec![is_settled(global)];
        checks.extend(can_take_over(global, target, &self.global.cluster(world, arn_name(&target.cluster_arn))));
        let in_line = format!("{} has all but the last writes", named(&target.cluster_arn));
        checks.push(match out_of_line(target) {
            None => Check::holds(in_line),
            Some(why) => Check::warns(in_line, format!("{why}: more is lost than its lag says")),
        });
        // Write fencing of the old primary is best effort: the fence step proves it.
        if let Some(old) = writer(global) {
            checks.push(Check::warns(
                format!("{} takes no writes any more", named(&old.cluster_arn)),
                "AWS fences it as well as it can; only a fence step proves it",
            ));
        }
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
        Work::Calls(vec![ApiCall::FailoverGlobalCluster(FailoverGlobal {
            place: self.global.place.clone(),
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
