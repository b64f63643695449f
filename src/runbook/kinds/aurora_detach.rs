//! `aurora-global-detach`: a cluster leaves its global database and stands alone.

use super::aurora_global::{Global, is_settled, named, out_of_line};
use super::rds_instance::applied_at;
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind, loss};
use crate::document::{Section, Shape, required};
use crate::model::facts::rds::{DbCluster, GlobalMember};
use crate::model::words::{arn_name, length};
use crate::model::{Query, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, RemoveFromGlobal};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// How long a cluster may be on its way out while AWS says nothing of it.
const LEAVES_WITHIN: Span = Span::from_mins(5);

/// Takes a cluster out of its global database, for good: it stands alone and takes writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraDetach {
    /// The global database, asked in the cluster's Region.
    pub global: Global,
    /// The cluster's identifier.
    pub cluster: String,
}

impl AuroraDetach {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "aurora-global-detach",
        doc: "Takes an Aurora cluster out of its global database: it stands alone and takes writes. It cannot be undone: the global database has to be built anew.",
        keys: &[
            required("global_cluster", Shape::Text, r#""storefront""#, "The identifier of the global database."),
            required("cluster", Shape::Text, r#""storefront-usw2""#, "The cluster that leaves it."),
            required("region", Shape::Region, r#""us-west-2""#, "Where the cluster is."),
        ],
        read,
    };

    fn words(&self) -> String {
        format!("Aurora cluster {} in {}", self.cluster, self.global.place.region)
    }

    fn cluster<'a>(&self, world: &World<'a>) -> Seen<'a, DbCluster> {
        self.global.cluster(world, &self.cluster)
    }

    /// What is done to the cluster or to its global database at this moment, if anything is.
    fn under_way(&self, world: &World<'_>, cluster: &DbCluster) -> Option<Text> {
        let global = self.global.seen(world).value();
        let all = [Some((&cluster.id, &cluster.status)), global.map(|global| (&global.id, &global.status))];
        let busy = all.into_iter().flatten().find(|(_, status)| status.as_str() != "available");
        busy.map(|(id, status)| Text::new(format!("{id} is {status}")))
    }

    /// The cluster as a member: `None` where it is none, or where the global database itself is gone; why that cannot be told.
    fn member<'a>(&self, world: &World<'a>) -> Result<Option<&'a GlobalMember>, Text> {
        match self.global.seen(world) {
            Seen::Is(global) => {
                Ok(self.global.member(global).filter(|member| arn_name(&member.cluster_arn) == self.cluster))
            }
            Seen::Absent => Ok(None),
            Seen::Unread(why) => Err(Text::new(why)),
        }
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, cluster, place) =
        (section.text("global_cluster"), section.text("cluster"), around.place(section, "region"));
    let global = Global { place: place?, id: id?.value.to_owned() };
    Some(Kind::AuroraDetach(AuroraDetach { global, cluster: cluster?.value.to_owned() }))
}

impl StepKind for AuroraDetach {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the cluster is no member any more, and is available",
            lost: "by the members of the global database",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::OneWay,
            plane: Some(Plane::Control),
            regions: vec![self.global.place.region.clone()],
            permissions: vec!["rds:RemoveFromGlobalCluster"],
            undo: Text::new(
                "none: a detached cluster cannot come back; a new global database is made of it, and new secondaries are added",
            ),
            on_failure: Text::new(
                "read the cluster's events and its status; if it is a member still and available, retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        let mut queries = vec![self.global.query(), self.global.clusters_query()];
        queries.extend(self.global.lag_queries(&self.cluster));
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let arn = self.cluster(world).value().map_or_else(|| self.words(), |cluster| cluster.arn.to_string());
        Text::new(format!("{arn} leaves the global database {}, stands alone and takes writes", self.global.id))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let member = self.member(world).ok().flatten()?;
        if member.is_writer {
            return None;
        }
        let name = named(&member.cluster_arn);
        if let Some(why) = out_of_line(member) {
            return Some(Text::new(format!(
                "not known how much: {why}; every write that had not reached {name} is lost"
            )));
        }
        Some(loss::words(world, self.global.lag(world, &self.cluster), &name))
    }

    fn by_hand(&self) -> ByHand {
        const ARN: &str = "<CLUSTER-ARN>";
        let cluster = &self.cluster;
        let call = RemoveFromGlobal {
            place: self.global.place.clone(),
            global: self.global.id.clone(),
            cluster: ARN.to_owned(),
        };
        ByHand {
            first: vec![
                look(
                    self.global.shown(),
                    format!("Moves is null; {ARN} is that of {cluster}; if its Writer is true it is the last member"),
                ),
                look(self.global.cluster_shown(cluster), "it has an instance; without one it serves nobody"),
                look(
                    self.global.lag_shown(cluster),
                    "milliseconds: what is not older than this before the outage is lost",
                ),
            ],
            then: vec![change(&ApiCall::RemoveFromGlobalCluster(call), &[])],
            last: vec![
                look(self.global.shown(), format!("{cluster} is no member any more")),
                look(self.global.cluster_shown(cluster), "Status is available"),
            ],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let cluster = match self.cluster(world).required(&self.words()) {
            Ok(cluster) => cluster,
            Err(check) => return vec![check],
        };
        let what = format!("{} belongs to {}", self.cluster, self.global.id);
        let member = match self.member(world) {
            Err(why) => return vec![Check::blocks(what, format!("{why}; it must answer before anything is changed"))],
            Ok(None) => return vec![Check::holds(format!("{} stands alone already", self.cluster))],
            Ok(Some(member)) => member,
        };
        let mut checks = vec![Check::holds(what)];
        if let Some(global) = self.global.seen(world).value() {
            checks.insert(0, is_settled(global));
            let last = format!("no other cluster follows {}", self.cluster);
            if member.is_writer && global.members.len() > 1 {
                checks.insert(0, Check::blocks(last, "it takes the writes of the others; they are detached before it"));
            }
        }
        let has_instance = format!("{} has an instance", self.cluster);
        checks.push(if cluster.members.is_empty() {
            Check::warns(has_instance, "it has none and serves nobody until one is added (aurora-add-instance)")
        } else {
            Check::holds(has_instance)
        });
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new(
                "a drill detaches nothing: the global database would have to be built anew",
            ));
        }
        if self.cluster(world).value().is_none() {
            return Work::Watch;
        }
        match self.member(world) {
            Err(_) => Work::Watch,
            Ok(None) => Work::Already(Text::new(format!("{} stands alone", self.cluster))),
            Ok(Some(member)) => Work::Calls(vec![ApiCall::RemoveFromGlobalCluster(RemoveFromGlobal {
                place: self.global.place.clone(),
                global: self.global.id.clone(),
                cluster: member.cluster_arn.to_string(),
            })]),
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let cluster = match self.cluster(world).verified(&self.words()) {
            Ok(cluster) => cluster,
            Err(progress) => return progress,
        };
        let member = match self.member(world) {
            Ok(member) => member,
            Err(why) => return Progress::Unknown(why),
        };
        if let Some(state) = self.under_way(world, cluster) {
            return Progress::Running { state, share: None };
        }
        if member.is_none() {
            return Progress::Done(Text::new(format!("{} stands alone and is available", cluster.id)));
        }
        let still = Text::new(format!("{} belongs to {} still", cluster.id, self.global.id));
        // Members and clusters are read one after the other: right after it left, a cluster may be free by one reading and a member by the other.
        if applied_at(world).is_some_and(|at| world.now.duration_since(at) > LEAVES_WITHIN) {
            let way_on = Text::new("read the cluster's events for the reason, then retry");
            Progress::Failed { why: still, way_on }
        } else {
            Progress::NotBegun(still)
        }
    }

    /// A cluster that is no member any more was detached.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let cluster = match self.cluster(world).told(&self.words()) {
            Ok(cluster) => cluster,
            Err(found) => return found,
        };
        let (id, global) = (&cluster.id, &self.global.id);
        match (self.member(world), self.under_way(world, cluster)) {
            (Err(why), _) => Found::Unread(why),
            (Ok(None), _) => Found::Applied(Text::new(format!("{id} belongs to {global} no longer"))),
            (Ok(Some(_)), None) if world.now.duration_since(attempt.at) < LEAVES_WITHIN => {
                Found::NotYet(Text::new(format!(
                    "{id} belongs to {global} still, but to leave takes minutes and may not show: read again after {}",
                    length(LEAVES_WITHIN)
                )))
            }
            (Ok(Some(_)), None) => {
                Found::NotApplied(Text::new(format!("{id} is available and belongs to {global} still")))
            }
            (Ok(Some(_)), Some(state)) => Found::NotYet(Text::new(format!(
                "{state}, and {id} belongs to it still: it may be on its way out; read again when that has ended"
            ))),
        }
    }
}
