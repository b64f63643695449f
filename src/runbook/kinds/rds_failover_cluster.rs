//! `rds-failover-db-cluster`: another instance of an Aurora cluster takes the writes, within its Region.

use super::rds_instance::{self, Instance};
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::facts::rds::DbCluster;
use crate::model::words::listed;
use crate::model::{Place, Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, FailoverCluster, Plane};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Makes one instance of a cluster its writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsFailoverCluster {
    /// Where.
    pub place: Place,
    /// The cluster's identifier.
    pub cluster: String,
    /// The instance that is to write. Without one AWS would choose, and a second request would move the writer back.
    pub target: String,
}

impl RdsFailoverCluster {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-failover-db-cluster",
        doc: "Makes another instance of an Aurora cluster its writer, within its Region; they share their storage, so nothing is lost. The way to try it out, or to leave a Zone.",
        keys: &[
            required("cluster", Shape::Text, r#""shop-use1""#, "The cluster's identifier."),
            required("region", Shape::Region, r#""us-east-1""#, "Where it is."),
            required("target", Shape::Text, r#""shop-use1-2""#, "The instance of it that is to write."),
        ],
        read,
    };

    fn query(&self) -> Query {
        Query::DbClusters(self.place.clone())
    }

    fn words(&self) -> String {
        format!("Aurora cluster {} in {}", self.cluster, self.place.region)
    }

    fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, DbCluster> {
        let query = self.query();
        Seen::among(world, &query, &world.snapshot.db_clusters(&query), |one| one.id.as_str() == self.cluster)
    }

    fn instance(&self) -> Instance {
        Instance { place: self.place.clone(), id: self.target.clone() }
    }

    fn writes(&self, cluster: &DbCluster) -> bool {
        cluster.members.iter().any(|(id, writes)| *writes && id.as_str() == self.target)
    }

    fn check_target(&self, cluster: &DbCluster) -> Check {
        let what = format!("{} is an instance of {}", self.target, cluster.id);
        if cluster.members.iter().any(|(id, _)| id.as_str() == self.target) {
            return Check::holds(what);
        }
        let has = match cluster.members.as_slice() {
            [] => "none".to_owned(),
            members => listed(members.iter().map(|(id, _)| id.as_str())),
        };
        Check::blocks(what, format!("it has {has}; correct the runbook, or add one with a step aurora-add-instance"))
    }
}

/// The instance that takes the writes, in words.
fn writer(cluster: &DbCluster) -> &str {
    cluster.members.iter().find(|(_, writes)| *writes).map_or("nobody", |(id, _)| id.as_str())
}

fn check_writer(cluster: &DbCluster) -> Check {
    let what = format!("{} takes writes", cluster.id);
    if cluster.members.iter().any(|(_, writes)| *writes) {
        return Check::holds(what);
    }
    let why = "none of its instances does: it follows the cluster of another Region, whose writer is moved here with a step aurora-global-switchover or aurora-global-failover";
    Check::blocks(what, why)
}

fn check_status(cluster: &DbCluster) -> Check {
    let what = format!("{} is available", cluster.id);
    match cluster.status.as_str() {
        "available" => Check::holds(what),
        "failing-over" => {
            Check::blocks(what, "somebody moves its writer now; wait until that has ended, then look again")
        }
        status => {
            Check::blocks(what, format!("it is {status}, and AWS refuses it until it is available; wait, then retry"))
        }
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let text = |key: &str| section.text(key).map(|found| found.value.to_owned());
    let (cluster, place, target) = (text("cluster"), around.place(section, "region"), text("target"));
    Some(Kind::RdsFailoverCluster(RdsFailoverCluster { place: place?, cluster: cluster?, target: target? }))
}

impl StepKind for RdsFailoverCluster {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the target instance is the writer and is available",
            lost: "by the writer: the target is always named, so that it is no toggle",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.place.region.clone()],
            permissions: vec!["rds:FailoverDBCluster"],
            undo: Text::new("another step rds-failover-db-cluster, whose target is the instance that wrote before"),
            on_failure: Text::new(
                "read the events of the cluster; AWS gives a failover up where the target does not come up, and the old writer writes on: choose another target, or retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.query(), self.instance().query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let found = self.seen(world).value();
        let arn = found.map_or_else(|| self.words(), |cluster| cluster.arn.to_string());
        let from = match found {
            Some(cluster) if !self.writes(cluster) => format!(" from {}", writer(cluster)),
            Some(_) | None => String::new(),
        };
        Text::new(format!("{arn}: the writes go to {}{from}; connections break for about half a minute", self.target))
    }

    fn by_hand(&self) -> ByHand {
        let call =
            FailoverCluster { place: self.place.clone(), cluster: self.cluster.clone(), target: self.target.clone() };
        let cluster = || super::aurora_global::cluster_shown(&self.place, &self.cluster);
        let target = || self.instance().shown("Status:DBInstanceStatus,Zone:AvailabilityZone");
        ByHand {
            first: vec![
                look(cluster(), format!("Status is available; {} is a member, and its Writer is false", self.target)),
                look(target(), "Status is available"),
            ],
            then: vec![change(&ApiCall::FailoverDBCluster(call), &[])],
            last: vec![
                look(cluster(), format!("Status is available, and the Writer of {} is true", self.target)),
                look(target(), "Status is available"),
            ],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let cluster = match self.seen(world).required(&self.words()) {
            Ok(cluster) => cluster,
            Err(check) => return vec![check],
        };
        if self.writes(cluster) {
            return vec![Check::holds(format!("{} is the writer of {} already", self.target, cluster.id))];
        }
        let mut checks = vec![self.check_target(cluster), check_writer(cluster), check_status(cluster)];
        let instance = self.instance();
        checks.push(match instance.seen(world).required(&instance.words()) {
            Ok(instance) => rds_instance::is_available(instance, "it as a target"),
            Err(check) => check,
        });
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are; this exercise is a live run"));
        }
        match self.seen(world).value() {
            None => Work::Watch,
            Some(cluster) if self.writes(cluster) => {
                Work::Already(Text::new(format!("{} takes the writes of {}", self.target, cluster.id)))
            }
            Some(_) => Work::Calls(vec![ApiCall::FailoverDBCluster(FailoverCluster {
                place: self.place.clone(),
                cluster: self.cluster.clone(),
                target: self.target.clone(),
            })]),
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let cluster = match self.seen(world).verified(&self.words()) {
            Ok(cluster) => cluster,
            Err(progress) => return progress,
        };
        let (id, status) = (&cluster.id, &cluster.status);
        let state = Text::new(format!("{} takes the writes of {id}, which is {status}", writer(cluster)));
        match (self.writes(cluster), status.as_str()) {
            (true, "available") => Progress::Done(state),
            (true, _) | (false, "failing-over") => Progress::Running { state, share: None },
            (false, _) if rds_instance::should_show(world) => Progress::Failed {
                why: state,
                way_on: Text::new(
                    "AWS gave it up: read the events of the cluster, then retry or choose another target",
                ),
            },
            (false, _) => Progress::NotBegun(state),
        }
    }

    /// It names its target: the target writes, or it does not. While the cluster fails over AWS does not say to whom.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        let cluster = match self.seen(world).told(&self.words()) {
            Ok(cluster) => cluster,
            Err(found) => return found,
        };
        let evidence =
            Text::new(format!("{} takes the writes of {}, which is {}", writer(cluster), cluster.id, cluster.status));
        match (self.writes(cluster), cluster.status.as_str()) {
            (true, _) => Found::Applied(evidence),
            (false, "available") => Found::NotApplied(evidence),
            (false, _) => Found::NotYet(evidence),
        }
    }
}
