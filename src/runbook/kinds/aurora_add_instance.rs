//! `aurora-add-instance`: an instance in an Aurora cluster. A cluster without one (headless) serves nobody and cannot take over.

use super::rds_instance::{Instance, READ_EVENTS, is_broken, made, made_by};
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::facts::rds::{DbCluster, DbInstance};
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, CreateInstance, Plane};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Adds an instance to a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraAddInstance {
    /// The instance.
    pub instance: Instance,
    /// The cluster it joins, in the same Region.
    pub cluster: String,
    /// Its class.
    pub class: String,
}

impl AuroraAddInstance {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "aurora-add-instance",
        doc: "Adds an instance to an Aurora cluster and waits until it is available: a cluster without one serves nobody and cannot take over.",
        keys: &[
            required("cluster", Shape::Text, r#""storefront-use1""#, "The cluster it joins."),
            required("region", Shape::Region, r#""us-east-1""#, "Where the cluster is."),
            required(
                "instance",
                Shape::Text,
                r#""storefront-use1-1""#,
                "The new instance's identifier, which nothing else has.",
            ),
            required("class", Shape::Text, r#""db.r6g.large""#, "Its class."),
        ],
        read,
    };

    fn clusters_query(&self) -> Query {
        Query::DbClusters(self.instance.place.clone())
    }

    fn cluster<'a>(&self, world: &World<'a>) -> Seen<'a, DbCluster> {
        let query = self.clusters_query();
        Seen::among(world, &query, &world.snapshot.db_clusters(&query), |one| one.id.as_str() == self.cluster)
    }

    fn belongs(&self, instance: &DbInstance) -> bool {
        instance.cluster.as_ref().is_some_and(|cluster| cluster.as_str() == self.cluster)
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let text = |key: &str| section.text(key).map(|found| found.value.to_owned());
    let (cluster, place, id, class) =
        (text("cluster"), around.place(section, "region"), text("instance"), text("class"));
    let instance = Instance { place: place?, id: id? };
    Some(Kind::AuroraAddInstance(AuroraAddInstance { instance, cluster: cluster?, class: class? }))
}

impl StepKind for AuroraAddInstance {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the instance is available",
            lost: "by the instance's identifier, which is free before and taken afterwards",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.instance.place.region.clone()],
            permissions: vec!["rds:CreateDBInstance", "rds:AddTagsToResource"],
            undo: Text::new("delete the instance"),
            on_failure: Text::new(
                "read its events; if capacity is missing, another class or Zone may have it; if it failed, delete it and retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.instance.query(), self.clusters_query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let (id, class, region) = (&self.instance.id, &self.class, &self.instance.place.region);
        let arn = self
            .cluster(world)
            .value()
            .map_or_else(|| format!("{} in {region}", self.cluster), |found| found.arn.to_string());
        Text::new(format!("a new instance {id} of class {class} in {arn}"))
    }

    fn by_hand(&self) -> ByHand {
        let call = CreateInstance {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            cluster: self.cluster.clone(),
            class: self.class.clone(),
            engine: "<ENGINE>".to_owned(),
        };
        let cluster = super::aurora_global::cluster_shown(&self.instance.place, &self.cluster);
        ByHand {
            first: vec![self.instance.free_by_hand(), look(cluster, "Status is available; Engine is <ENGINE>")],
            then: vec![change(&ApiCall::CreateDBInstance(call), &[])],
            last: vec![look(self.instance.shown("Status:DBInstanceStatus"), "Status is available")],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let free = format!("the name {} is free in {}", self.instance.id, self.instance.place.region);
        match self.instance.seen(world) {
            Seen::Is(instance) if self.belongs(instance) => {
                return vec![Check::holds(format!("{} belongs to {} already", instance.id, self.cluster))];
            }
            Seen::Is(instance) => {
                let why = format!("an instance of that name is {} there; choose another name", instance.status);
                return vec![Check::blocks(free, why)];
            }
            Seen::Unread(why) => {
                return vec![Check::blocks(free, format!("{why}; it must answer before anything is changed"))];
            }
            Seen::Absent => {}
        }
        let what = format!("Aurora cluster {} in {}", self.cluster, self.instance.place.region);
        match self.cluster(world).required(&what) {
            Err(check) => vec![check],
            Ok(cluster) => {
                let available = format!("{} is available", cluster.id);
                let available = match cluster.status.as_str() {
                    "available" => Check::holds(available),
                    status => {
                        Check::blocks(available, format!("it is {status}; wait until it is available, then retry"))
                    }
                };
                vec![available, Check::holds(free)]
            }
        }
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are"));
        }
        match self.instance.seen(world) {
            Seen::Is(instance) if self.belongs(instance) => {
                return Work::Already(Text::new(format!("{} belongs to {}", instance.id, self.cluster)));
            }
            Seen::Is(_) | Seen::Unread(_) => return Work::Watch,
            Seen::Absent => {}
        }
        let Some(cluster) = self.cluster(world).value() else { return Work::Watch };
        Work::Calls(vec![ApiCall::CreateDBInstance(CreateInstance {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            cluster: self.cluster.clone(),
            class: self.class.clone(),
            engine: cluster.engine.to_string(),
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let instance = match made(world, &self.instance.seen(world), &self.instance.words(), READ_EVENTS) {
            Ok(instance) => instance,
            Err(progress) => return progress,
        };
        let state = Text::new(format!("{} is {}", instance.id, instance.status));
        match instance.status.as_str() {
            status if is_broken(status) => {
                Progress::Failed { why: state, way_on: Text::new("read its events; delete it, then retry") }
            }
            _ if !self.belongs(instance) => Progress::Failed {
                why: Text::new(format!("{} does not belong to {}", instance.id, self.cluster)),
                way_on: Text::new("another instance has that name; choose another one"),
            },
            "available" => Progress::Done(Text::new(format!("{} is available in {}", instance.id, self.cluster))),
            _ => Progress::Running { state, share: None },
        }
    }

    /// Its name is the runbook's: an instance of that name in the cluster is it, and its tag says so.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        match self.instance.seen(world) {
            Seen::Unread(why) => Found::Unread(Text::new(why)),
            Seen::Absent => Found::NotApplied(Text::new(format!("there is no {}", self.instance.words()))),
            Seen::Is(instance) => {
                made_by(instance.intent.as_ref(), attempt, &self.instance.words(), self.belongs(instance))
            }
        }
    }
}
