//! `elasticache-global-failover`: the replication group of another Region takes the writes of an ElastiCache global datastore.

use super::rds_instance::should_show;
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind, loss};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::elasticache::{GlobalDatastore, Member};
use crate::model::kinds::{LagUnit, lag};
use crate::model::words::listed;
use crate::model::{Place, Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{self, ByHand, change, look};
use crate::runbook::call::{ApiCall, FailoverDatastore, Plane};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Makes the replication group of one Region the primary of its global datastore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElasticacheFailover {
    /// The Region whose replication group takes the writes; it is asked, too.
    pub place: Place,
    /// The global datastore's id; the letters that AWS puts in front of it may be left out.
    pub datastore: String,
    /// The dimensions of its lag, as CloudWatch has them in that Region.
    pub dimensions: Vec<(String, String)>,
}

const PRIMARY: &str = "PRIMARY";

impl ElasticacheFailover {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "elasticache-global-failover",
        doc: "Makes the replication group of another Region the primary of an ElastiCache global datastore. What had not reached it is lost.",
        keys: &[
            required("global_datastore", Shape::Text, r#""ldgnf-content""#, "The id of the global datastore."),
            required("region", Shape::Region, r#""us-west-2""#, "The Region whose replication group takes the writes."),
            optional(
                "dimensions",
                Shape::Pairs,
                "its lag is not shown",
                r#"{ CacheClusterId = "content-usw2-001", CacheNodeId = "0001" }"#,
                "The dimensions of GlobalDatastoreReplicationLag there: those of the primary node of that Region.",
            ),
        ],
        read,
    };

    fn query(&self) -> Query {
        Query::GlobalDatastores(self.place.clone())
    }

    fn lag_query(&self) -> Option<Query> {
        let dimensions: Vec<(&str, &str)> =
            self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let query = || lag::lag_query(&self.place, "AWS/ElastiCache", "GlobalDatastoreReplicationLag", &dimensions);
        (!dimensions.is_empty()).then(query)
    }

    fn words(&self) -> String {
        format!("ElastiCache global datastore {} in {}", self.datastore, self.place.region)
    }

    fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, GlobalDatastore> {
        let query = self.query();
        let end = format!("-{}", self.datastore);
        let all = world.snapshot.global_datastores(&query);
        match Seen::among(world, &query, &all, |one| one.id.as_str() == self.datastore) {
            Seen::Absent => Seen::among(world, &query, &all, |one| one.id.as_str().ends_with(&end)),
            seen @ (Seen::Is(_) | Seen::Unread(_)) => seen,
        }
    }

    fn member<'a>(&self, datastore: &'a GlobalDatastore) -> Option<&'a Member> {
        datastore.members.iter().find(|member| member.region == self.place.region)
    }
}

fn is_primary(member: &Member) -> bool {
    member.role.as_str() == PRIMARY
}

/// `content-use1 in us-east-1`.
fn named(member: &Member) -> String {
    format!("{} in {}", member.group, member.region)
}

/// Who takes the writes, in words.
fn primary(datastore: &GlobalDatastore) -> String {
    datastore.members.iter().find(|member| is_primary(member)).map_or_else(|| "nobody".to_owned(), named)
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place) = (section.text("global_datastore"), around.place(section, "region"));
    let dimensions = section.pairs("dimensions");
    if dimensions.as_ref().is_some_and(Vec::is_empty) {
        section.wrong("dimensions", "is empty; name those of the metric, or leave it out");
        return None;
    }
    Some(Kind::ElasticacheFailover(ElasticacheFailover {
        place: place?,
        datastore: id?.value.to_owned(),
        dimensions: dimensions.unwrap_or_default(),
    }))
}

impl StepKind for ElasticacheFailover {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the group of the target Region is the primary and the datastore is available",
            lost: "by the roles of the datastore's members",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::WithLoss,
            plane: Some(Plane::Control),
            regions: vec![self.place.region.clone()],
            permissions: vec!["elasticache:FailoverGlobalReplicationGroup"],
            undo: Text::new(
                "the same step with the old Region, once its replication group is associated again; what was lost stays lost",
            ),
            on_failure: Text::new(
                "read the status of the global datastore; if it is available and the old primary still writes, retry; if AWS refuses, take the replication group out of it (aws elasticache disassociate-global-replication-group), after which it takes writes alone",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        [Some(self.query()), self.lag_query()].into_iter().flatten().collect()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let found = self.seen(world).value();
        let target = found.and_then(|datastore| self.member(datastore));
        match (found, target) {
            (Some(datastore), Some(target)) if !is_primary(target) => Text::new(format!(
                "{}: the writes go to {} from {}, whose data it then takes",
                datastore.id,
                named(target),
                primary(datastore)
            )),
            (Some(_) | None, _) => Text::new(format!("{}: the writes go to {}", self.datastore, self.place.region)),
        }
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let target = self.member(self.seen(world).value()?).filter(|member| !is_primary(member))?;
        let name = named(target);
        match self.lag_query() {
            Some(query) => Some(loss::words(world, loss::lag_of(world, &query, None, LagUnit::Seconds), &name)),
            None => Some(Text::new(format!(
                "not known how much: the runbook does not name the `dimensions` of its lag; every write that had not reached {name} is lost"
            ))),
        }
    }

    fn by_hand(&self) -> ByHand {
        let (id, region) = (&self.datastore, &self.place.region);
        let call = FailoverDatastore {
            place: self.place.clone(),
            datastore: "<DATASTORE>".to_owned(),
            group: "<GROUP>".to_owned(),
        };
        let shown = || {
            by_hand::read(
                &self.place,
                "elasticache describe-global-replication-groups",
                &["--show-member-info"],
                "GlobalReplicationGroups[].{Id:GlobalReplicationGroupId, Status:Status, Members:Members[].{Group:ReplicationGroupId, Region:ReplicationGroupRegion, Role:Role, Status:Status}}",
            )
        };
        ByHand {
            first: vec![look(
                shown(),
                format!(
                    "<DATASTORE> is the Id that is {id}, or ends in -{id}; its Status is available; <GROUP> is its member in {region}: SECONDARY, associated. What has not reached that one is lost"
                ),
            )],
            then: vec![change(&ApiCall::FailoverGlobalReplicationGroup(call), &[])],
            last: vec![look(
                shown(),
                format!("Status is available, and the Role of the member in {region} is PRIMARY"),
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let datastore = match self.seen(world).required(&self.words()) {
            Ok(datastore) => datastore,
            Err(check) => return vec![check],
        };
        let has = format!("{} has a replication group in {}", datastore.id, self.place.region);
        let Some(target) = self.member(datastore) else {
            let members = listed(datastore.members.iter().map(named));
            return vec![Check::blocks(has, format!("it has {members}; correct the runbook"))];
        };
        if is_primary(target) {
            return vec![Check::holds(format!("{} is the primary already", named(target)))];
        }
        let follows = format!("{} follows in {}", named(target), datastore.id);
        let follows = match target.status.as_str() {
            "associated" => Check::holds(follows),
            status => Check::blocks(
                follows,
                format!(
                    "it is {status}: it cannot take over as a part of {}; it may stand alone and take writes already",
                    datastore.id
                ),
            ),
        };
        let settled = format!("nothing else changes {}", datastore.id);
        let settled = match datastore.status.as_str() {
            "available" => Check::holds(settled),
            status => {
                Check::blocks(settled, format!("it is {status}; AWS refuses until it is available: wait, then retry"))
            }
        };
        let old = format!("{} takes no writes any more", primary(datastore));
        let old = Check::warns(
            old,
            "the old primary becomes a secondary when AWS can reach it; until then its clients may still write to it",
        );
        vec![Check::holds(has), follows, settled, old]
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves the primary where it is"));
        }
        let Some(datastore) = self.seen(world).value() else { return Work::Watch };
        match self.member(datastore) {
            None => Work::Watch,
            Some(target) if is_primary(target) => {
                Work::Already(Text::new(format!("{} takes the writes", named(target))))
            }
            Some(target) => Work::Calls(vec![ApiCall::FailoverGlobalReplicationGroup(FailoverDatastore {
                place: self.place.clone(),
                datastore: datastore.id.to_string(),
                group: target.group.to_string(),
            })]),
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let datastore = match self.seen(world).verified(&self.words()) {
            Ok(datastore) => datastore,
            Err(progress) => return progress,
        };
        let (id, status) = (&datastore.id, &datastore.status);
        let state = Text::new(format!("{} takes the writes of {id}, which is {status}", primary(datastore)));
        let Some(target) = self.member(datastore) else {
            let why = Text::new(format!("{id} has no replication group in {} any more", self.place.region));
            let way_on = Text::new("if it was taken out it stands alone: skip this step with that reason");
            return Progress::Failed { why, way_on };
        };
        match (is_primary(target), status.as_str()) {
            // Without its old Region it has no secondary.
            (true, "available" | "primary-only") => Progress::Done(state),
            (true, _) | (false, "modifying") => Progress::Running { state, share: None },
            (false, _) if should_show(world) => Progress::Failed {
                why: state,
                way_on: Text::new("AWS gave it up: read the events of ElastiCache in both Regions, then retry"),
            },
            (false, _) => Progress::NotBegun(state),
        }
    }

    /// It names its target: the target writes, or it does not. While the datastore is being modified AWS does not say how.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        let datastore = match self.seen(world).told(&self.words()) {
            Ok(datastore) => datastore,
            Err(found) => return found,
        };
        let evidence = Text::new(format!(
            "{} takes the writes of {}, which is {}",
            primary(datastore),
            datastore.id,
            datastore.status
        ));
        match (self.member(datastore).is_some_and(is_primary), datastore.status.as_str()) {
            (true, _) => Found::Applied(evidence),
            (false, "available") => Found::NotApplied(evidence),
            (false, _) => Found::NotYet(evidence),
        }
    }
}
