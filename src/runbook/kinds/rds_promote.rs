//! `rds-promote-read-replica`: a read replica becomes an instance of its own.

use super::loss;
use super::rds_instance::{self, Instance};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::rds::DbInstance;
use crate::model::kinds::LagUnit;
use crate::model::kinds::lag::{self, Lag};
use crate::model::words::{arn_name, arn_region, clock, length};
use crate::model::{Query, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, PromoteReplica};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Makes a read replica an instance of its own, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsPromote {
    /// The replica.
    pub instance: Instance,
    /// How many days its backups are kept from then on; as AWS decides if it is not said.
    pub backup_retention_days: Option<u32>,
    /// How much may be lost without a warning.
    pub rpo: Option<Span>,
}

impl RdsPromote {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-promote-read-replica",
        doc: "Makes an RDS read replica an instance of its own that takes writes. It cannot be undone: the way back is a new replica.",
        keys: &[
            required("instance", Shape::Text, r#""orders-db-west""#, "The replica's identifier."),
            required("region", Shape::Region, r#""us-west-2""#, "Where it is."),
            optional(
                "backup_retention_days",
                Shape::Count,
                "AWS decides: 1",
                "7",
                "How many days its backups are kept from then on.",
            ),
            optional("rpo", Shape::Duration, "none", r#""5m""#, "How much may be lost without a warning."),
        ],
        read,
    };

    fn lag_query(&self) -> Query {
        lag::lag_query(&self.instance.place, "AWS/RDS", "ReplicaLag", &[("DBInstanceIdentifier", &self.instance.id)])
    }

    fn lag(&self, world: &World<'_>) -> Lag {
        loss::lag_of(world, &self.lag_query(), None, LagUnit::Seconds)
    }

    fn check_lag(&self, world: &World<'_>, replica: &DbInstance) -> Check {
        let what = format!("{} has everything it should have", replica.id);
        if let Some(replication) = replica.replication.as_ref().filter(|replication| !replication.normal) {
            let why = replication.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
            return Check::warns(what, format!("its replication is {}{why}", replication.status));
        }
        match self.lag(world) {
            Lag::Of { .. } => match (loss::span(world, self.lag(world)), self.rpo) {
                (Some(lost), Some(rpo)) if lost > rpo => Check::warns(
                    what,
                    format!("{} would be lost, more than the {} of the runbook", length(lost), length(rpo)),
                ),
                _ => Check::holds(what),
            },
            Lag::Invalid(value) => Check::warns(what, format!("its lag is {value}: it does not replicate")),
            Lag::NoPoints => Check::warns(what, "it has reported no lag for 20 min"),
            Lag::Unread => Check::warns(what, "its lag cannot be read"),
        }
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place) = (section.text("instance"), around.place(section, "region"));
    let (days, rpo) = (section.count("backup_retention_days"), section.duration("rpo"));
    let instance = Instance { place: place?, id: id?.value.to_owned() };
    Some(Kind::RdsPromote(RdsPromote { instance, backup_retention_days: days, rpo: rpo.map(|found| found.value) }))
}

/// Whom a replica follows.
fn source(replica: &DbInstance) -> Option<String> {
    let source = replica.replica_source.as_ref()?;
    let region = arn_region(source).map(|region| format!(" in {region}")).unwrap_or_default();
    Some(format!("{}{region}", arn_name(source)))
}

impl StepKind for RdsPromote {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the instance follows nobody, is available, and backups are on as asked",
            lost: "by its source, which is gone once it is promoted; `modifying` is waited for",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::OneWay,
            plane: Some(Plane::Control),
            regions: vec![self.instance.place.region.clone()],
            permissions: vec!["rds:PromoteReadReplica"],
            undo: Text::new(
                "none: replication cannot be resumed; the way back is a new replica in the other direction, promoted in its turn",
            ),
            on_failure: Text::new(
                "read the instance's events; while it is being backed up or modified AWS refuses, so wait until it is available and retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.instance.query(), self.lag_query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let seen = self.instance.seen(world);
        let arn = self.instance.arn(world);
        let follows =
            seen.value().and_then(source).map(|source| format!(", which follows {source},")).unwrap_or_default();
        let backups = match self.backup_retention_days {
            Some(days) => format!(" and keeps backups for {days} days"),
            None => String::new(),
        };
        Text::new(format!("{arn}{follows} becomes an instance of its own that takes writes{backups}; it restarts once"))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let replica = self.instance.seen(world).value()?;
        replica.replica_source.as_ref()?;
        Some(loss::words(world, self.lag(world), &self.instance.id))
    }

    fn by_hand(&self) -> ByHand {
        let call = PromoteReplica {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            backup_retention_days: self.backup_retention_days,
        };
        let shown = || {
            self.instance.shown(
                "Status:DBInstanceStatus,Follows:ReadReplicaSourceDBInstanceIdentifier,Days:BackupRetentionPeriod",
            )
        };
        let rpo = self.rpo.map(|rpo| format!(", {} may be", length(rpo))).unwrap_or_default();
        let days = self.backup_retention_days.map(|days| format!(", Days is {days}")).unwrap_or_default();
        ByHand {
            first: vec![
                look(
                    shown(),
                    "Status is available (AWS refuses it while it is backing-up: wait), and Follows names its source; if Follows is null it was promoted already",
                ),
                look(
                    self.instance.lag_shown(),
                    format!(
                        "seconds that it is behind: what it has not got is lost{rpo}; -1 says that it does not replicate at all"
                    ),
                ),
            ],
            then: vec![change(&ApiCall::PromoteReadReplica(call), &[])],
            last: vec![look(shown(), format!("Status is available, Follows is null{days}"))],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let replica = match self.instance.seen(world).required(&self.instance.words()) {
            Ok(replica) => replica,
            Err(check) => return vec![check],
        };
        let id = &replica.id;
        let is_replica = format!("{id} is a read replica");
        if let Some(cluster) = &replica.cluster {
            let why = format!(
                "it belongs to the Aurora cluster {cluster}; an Aurora cluster is failed over or detached instead"
            );
            return vec![Check::blocks(is_replica, why)];
        }
        if replica.replica_source.is_none() {
            return vec![Check::holds(format!("{id} stands alone already"))];
        }
        let available = rds_instance::is_available(replica, "a promotion");
        let mut checks = vec![available, Check::holds(is_replica), self.check_lag(world, replica)];
        if !replica.replicas.is_empty() {
            let follow = replica.replicas.iter().map(arn_name);
            let followers = crate::model::words::listed(follow);
            checks.push(Check::holds(format!("{followers} will go on following it")));
        }
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill promotes no replica: it could not follow again"));
        }
        let Some(replica) = self.instance.seen(world).value() else { return Work::Watch };
        if replica.replica_source.is_none() {
            return Work::Already(Text::new(format!("{} follows nobody", replica.id)));
        }
        Work::Calls(vec![ApiCall::PromoteReadReplica(PromoteReplica {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            backup_retention_days: self.backup_retention_days,
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let instance = match self.instance.seen(world).verified(&self.instance.words()) {
            Ok(instance) => instance,
            Err(progress) => return progress,
        };
        let (id, status) = (&instance.id, &instance.status);
        let state = Text::new(format!("{id} is {status}"));
        if rds_instance::is_broken(status.as_str()) {
            return Progress::Failed {
                why: state,
                way_on: Text::new("read its events; restore from its backups if it does not come back"),
            };
        }
        if let Some(source) = source(instance) {
            if status.as_str() != "available" {
                return Progress::Running { state, share: None };
            }
            let still = Text::new(format!("{id} is available and follows {source} still"));
            if rds_instance::should_show(world) {
                let way_on = Text::new("read the instance's events for the reason, then retry");
                return Progress::Failed { why: still, way_on };
            }
            return Progress::NotBegun(still);
        }
        if !matches!(status.as_str(), "available" | "backing-up") {
            return Progress::Running { state, share: None };
        }
        let restorable = instance.latest_restorable.map(|at| format!(", restorable to {}", clock(at, world.now)));
        let backups = match instance.backup_retention_days {
            0 => ", without backups".to_owned(),
            days => format!(", backups kept for {days} days"),
        };
        Progress::Done(Text::new(format!(
            "{id} stands alone and is {status}{backups}{}",
            restorable.unwrap_or_default()
        )))
    }

    /// The source is gone: it was. Something is going on: wait, for that may be it.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        let instance = match self.instance.seen(world).told(&self.instance.words()) {
            Ok(instance) => instance,
            Err(found) => return found,
        };
        let (id, status) = (&instance.id, &instance.status);
        match source(instance) {
            None => Found::Applied(Text::new(format!("{id} follows nobody and is {status}"))),
            Some(source) if matches!(status.as_str(), "available" | "backing-up") => {
                Found::NotApplied(Text::new(format!("{id} is {status} and follows {source}")))
            }
            Some(source) => Found::NotYet(Text::new(format!(
                "{id} is {status} and follows {source}: the promotion may be under way; read again when it is available"
            ))),
        }
    }
}
