//! `rds-replicate-backups`: automated backups of an RDS instance are kept in another Region too, as they were of the instance it replaced.

use super::rds_instance::{self, Instance, READ_EVENTS};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::rds::AutomatedBackup;
use crate::model::words::clock;
use crate::model::{Place, Query, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, ReplicateBackups};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Lets automated backups go to another Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsReplicateBackups {
    /// The instance.
    pub instance: Instance,
    /// The Region that is to keep them; the call is made there.
    pub to: Place,
    /// How many days they are kept there.
    pub backup_retention_days: u32,
    /// What they are encrypted with there.
    pub kms_key: Option<String>,
}

impl RdsReplicateBackups {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-replicate-backups",
        doc: "Replicates the automated backups of an RDS instance to another Region. An instance that takes the place of another does not inherit that.",
        keys: &[
            required("instance", Shape::Text, r#""orders-db""#, "The instance's identifier."),
            required("region", Shape::Region, r#""us-east-1""#, "Where it is."),
            required("to_region", Shape::Region, r#""us-west-2""#, "The Region that keeps its backups too."),
            optional("backup_retention_days", Shape::Number, "7", "14", "Days they are kept there, 1 to 35."),
            optional(
                "kms_key",
                Shape::Text,
                "none",
                r#""alias/orders""#,
                "The key they are encrypted with there; needed where the instance is encrypted.",
            ),
        ],
        read,
    };

    fn query(&self) -> Query {
        Query::DbAutomatedBackups(self.to.clone())
    }

    /// Its backups in the other Region that go on; why that is not known.
    fn kept<'a>(&self, world: &World<'a>) -> Result<Option<&'a AutomatedBackup>, String> {
        let all = fresh(world, &self.query(), Snapshot::db_automated_backups)?;
        let ours = |backup: &&AutomatedBackup| {
            backup.instance.as_str() == self.instance.id
                && backup.source_region.as_str() == self.instance.place.region.as_str()
                && !matches!(backup.status.as_str(), "retained" | "deleting")
        };
        Ok(all.iter().find(ours))
    }

    fn where_to(&self) -> String {
        format!("the backups of {} in {}", self.instance.id, self.to.region)
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place, to) =
        (section.text("instance"), around.place(section, "region"), around.place(section, "to_region"));
    let (days, kms_key) = (section.number("backup_retention_days"), section.text("kms_key"));
    let (place, to) = (place?, to?);
    if place.region == to.region {
        section.wrong("to_region", "is the Region of the instance; name another one");
        return None;
    }
    let days = days.unwrap_or(7);
    if !(1..=35).contains(&days) {
        section.wrong("backup_retention_days", format!("is {days}; RDS keeps them for 1 to 35 days"));
        return None;
    }
    Some(Kind::RdsReplicateBackups(RdsReplicateBackups {
        instance: Instance { place, id: id?.value.to_owned() },
        to,
        backup_retention_days: days,
        kms_key: kms_key.map(|key| key.value.to_owned()),
    }))
}

impl StepKind for RdsReplicateBackups {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the other Region keeps its automated backups",
            lost: "by the automated backups that the other Region shows",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.to.region.clone(), self.instance.place.region.clone()],
            permissions: vec!["rds:StartDBInstanceAutomatedBackupsReplication"],
            undo: Text::new(
                "stop it (aws rds stop-db-instance-automated-backups-replication); what was copied is kept",
            ),
            on_failure: Text::new(
                "AWS refuses while the instance is not available or has no backups: turn them on with a step rds-modify, then retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.instance.query(), self.query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        Text::new(format!(
            "automated backups of {} are replicated to {} and kept there for {} days",
            self.instance.arn(world),
            self.to.region,
            self.backup_retention_days
        ))
    }

    fn by_hand(&self) -> ByHand {
        const ARN: &str = "<SOURCE-ARN>";
        let call = ReplicateBackups {
            place: self.to.clone(),
            source: ARN.to_owned(),
            backup_retention_days: self.backup_retention_days,
            kms_key: self.kms_key.clone(),
        };
        let id = self.instance.id.as_str();
        let kept = || rds_instance::backups_shown(&self.to, id);
        ByHand {
            first: vec![
                look(
                    self.instance.shown("Status:DBInstanceStatus,Days:BackupRetentionPeriod,Arn:DBInstanceArn"),
                    format!("Status is available, Days is more than 0; Arn is {ARN}"),
                ),
                look(kept(), format!("none of {}: they are not kept there yet", self.instance.place.region)),
            ],
            then: vec![change(&ApiCall::StartDBInstanceAutomatedBackupsReplication(call), &[])],
            last: vec![look(kept(), "there is one, its Status is replicating or active")],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let not_yet = format!("{} does not keep the backups of {} yet", self.to.region, self.instance.id);
        match self.kept(world) {
            Ok(Some(backup)) => {
                return vec![Check::holds(format!("{} are {} already", self.where_to(), backup.status))];
            }
            Ok(None) => {}
            Err(why) => {
                return vec![Check::blocks(not_yet, format!("{why}; it must answer before anything is changed"))];
            }
        }
        let instance = match self.instance.seen(world).required(&self.instance.words()) {
            Ok(instance) => instance,
            Err(check) => return vec![check],
        };
        let on = format!("automated backups of {} are on", instance.id);
        let on = if instance.backup_retention_days == 0 {
            Check::blocks(on, "they are off; turn them on with a step rds-modify")
        } else {
            Check::holds(on)
        };
        let mut checks = vec![rds_instance::is_available(instance, "this"), on, Check::holds(not_yet)];
        if instance.kms_key.is_some() && self.kms_key.is_none() {
            let why = format!("{} is encrypted: name a key of {} with kms_key", instance.id, self.to.region);
            checks.insert(0, Check::blocks(format!("its backups have a key in {}", self.to.region), why));
        }
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are"));
        }
        match (self.kept(world), self.instance.seen(world).value()) {
            (Ok(Some(backup)), _) => Work::Already(Text::new(format!("{} are {}", self.where_to(), backup.status))),
            (Ok(None), Some(instance)) => {
                Work::Calls(vec![ApiCall::StartDBInstanceAutomatedBackupsReplication(ReplicateBackups {
                    place: self.to.clone(),
                    source: instance.arn.to_string(),
                    backup_retention_days: self.backup_retention_days,
                    kms_key: self.kms_key.clone(),
                })])
            }
            (Ok(None), None) | (Err(_), _) => Work::Watch,
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let where_to = self.where_to();
        match self.kept(world) {
            Err(why) => Progress::Unknown(Text::new(why)),
            Ok(Some(backup)) => match (backup.status.as_str(), backup.latest) {
                ("replicating" | "active", Some(latest)) => Progress::Done(Text::new(format!(
                    "{where_to} are {} and reach to {}",
                    backup.status,
                    clock(latest, world.now)
                ))),
                _ => Progress::Running {
                    state: Text::new(format!("{where_to} are {}, with nothing to restore yet", backup.status)),
                    share: None,
                },
            },
            Ok(None) => rds_instance::not_there(world, Text::new(format!("there are none of {where_to}")), READ_EVENTS),
        }
    }

    /// Convergent: the Region keeps them, or it does not.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        match self.kept(world) {
            Err(why) => Found::Unread(Text::new(why)),
            Ok(Some(backup)) => Found::Applied(Text::new(format!("{} are {}", self.where_to(), backup.status))),
            Ok(None) => Found::NotApplied(Text::new(format!("there are none of {}", self.where_to()))),
        }
    }
}
