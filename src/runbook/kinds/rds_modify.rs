//! `rds-modify`: settings of an RDS instance that a recovery needs: backups on, a standby, another class.

use super::rds_instance::{self, Instance};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::rds::DbInstance;
use crate::model::words::listed;
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, ModifyInstance, Plane};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Changes settings of an instance, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsModify {
    /// The instance.
    pub instance: Instance,
    /// How many days automated backups are kept; 0 turns them off.
    pub backup_retention_days: Option<u32>,
    /// Whether it has a standby in another Zone.
    pub multi_az: Option<bool>,
    /// Its class.
    pub class: Option<String>,
}

impl RdsModify {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-modify",
        doc: "Changes settings of an RDS instance at once: days of automated backups, a standby in another Zone, the class.",
        keys: &[
            required("instance", Shape::Text, r#""orders-db-west""#, "The instance's identifier."),
            required("region", Shape::Region, r#""us-west-2""#, "Where it is."),
            optional(
                "backup_retention_days",
                Shape::Number,
                "as it is",
                "7",
                "Days automated backups are kept; 0 turns them off and deletes them.",
            ),
            optional("multi_az", Shape::Flag, "as it is", "true", "Whether it has a standby in another Zone."),
            optional(
                "class",
                Shape::Text,
                "as it is",
                r#""db.r6g.xlarge""#,
                "Its class; to change it interrupts it for minutes.",
            ),
        ],
        read,
    };

    fn days(&self, instance: &DbInstance) -> Option<u32> {
        self.backup_retention_days.filter(|days| *days != instance.backup_retention_days)
    }

    fn multi_az(&self, instance: &DbInstance) -> Option<bool> {
        self.multi_az.filter(|wanted| *wanted != instance.multi_az)
    }

    fn class(&self, instance: &DbInstance) -> Option<&str> {
        self.class.as_deref().filter(|class| *class != instance.class.as_str())
    }

    /// What is not yet as it should be, in words.
    fn missing(&self, instance: &DbInstance) -> Vec<String> {
        let days = self
            .days(instance)
            .map(|days| format!("backups kept for {} days instead of {days}", instance.backup_retention_days));
        let zones =
            self.multi_az(instance).map(|wanted| if wanted { "no standby yet" } else { "a standby still" }.to_owned());
        let class = self.class(instance).map(|class| format!("class {} instead of {class}", instance.class));
        days.into_iter().chain(zones).chain(class).collect()
    }

    /// Whether AWS has all of what is missing on its list.
    fn is_pending(&self, instance: &DbInstance) -> bool {
        let pending = &instance.pending;
        self.days(instance).is_none_or(|days| pending.backup_retention_days == Some(days))
            && self.multi_az(instance).is_none_or(|wanted| pending.multi_az == Some(wanted))
            && self
                .class(instance)
                .is_none_or(|class| pending.class.as_ref().is_some_and(|asked| asked.as_str() == class))
    }

    fn wanted(&self) -> String {
        let days = self.backup_retention_days.map(|days| match days {
            0 => "no automated backups".to_owned(),
            days => format!("backups kept for {days} days"),
        });
        let zones =
            self.multi_az.map(|wanted| if wanted { "a standby in another Zone" } else { "no standby" }.to_owned());
        let class = self.class.as_ref().map(|class| format!("class {class}"));
        listed(days.into_iter().chain(zones).chain(class))
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place) = (section.text("instance"), around.place(section, "region"));
    let (days, multi_az, class) =
        (section.number("backup_retention_days"), section.flag("multi_az"), section.text("class"));
    if !["backup_retention_days", "multi_az", "class"].into_iter().any(|key| section.has(key)) {
        section.needs("backup_retention_days", "or multi_az, or class: something to change");
        return None;
    }
    if days.is_some_and(|days| days > 35) {
        section.wrong("backup_retention_days", "is more than 35, the most that RDS keeps");
        return None;
    }
    let instance = Instance { place: place?, id: id?.value.to_owned() };
    let class = class.map(|found| found.value.to_owned());
    Some(Kind::RdsModify(RdsModify { instance, backup_retention_days: days, multi_az, class }))
}

impl StepKind for RdsModify {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the instance has the settings, and nothing is pending",
            lost: "by the settings, those that are pending included",
        }
    }

    fn facts(&self) -> Facts {
        let deletes = self.backup_retention_days == Some(0);
        Facts {
            reversibility: if deletes { Reversibility::WithLoss } else { Reversibility::Reversible },
            plane: Some(Plane::Control),
            regions: vec![self.instance.place.region.clone()],
            permissions: vec!["rds:ModifyDBInstance"],
            undo: Text::new("set back what the card shows as it is now, with another step rds-modify"),
            on_failure: Text::new(
                "AWS refuses while something else is done to the instance: wait until it is available, then retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.instance.query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let now = match self.instance.seen(world).value() {
            Some(found) => format!(
                " (now: backups kept for {} days, {} standby, class {})",
                found.backup_retention_days,
                if found.multi_az { "a" } else { "no" },
                found.class
            ),
            None => String::new(),
        };
        Text::new(format!("{}: {}, at once{now}", self.instance.arn(world), self.wanted()))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let instance = self.instance.seen(world).value()?;
        (self.days(instance) == Some(0)).then(|| {
            Text::new(format!("every automated backup of {}: it cannot be restored to any moment", instance.id))
        })
    }

    fn by_hand(&self) -> ByHand {
        let call = ModifyInstance {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            backup_retention_days: self.backup_retention_days,
            multi_az: self.multi_az,
            class: self.class.clone(),
        };
        let shown = || {
            self.instance.shown(
                "Status:DBInstanceStatus,Days:BackupRetentionPeriod,MultiAZ:MultiAZ,Class:DBInstanceClass,Pending:PendingModifiedValues,Followers:ReadReplicaDBInstanceIdentifiers",
            )
        };
        let mut first = "Status is available".to_owned();
        if self.backup_retention_days == Some(0) {
            first.push_str("; Followers is empty: a source must have backups");
        }
        if self.class.is_some() {
            first.push_str("; another class interrupts it for minutes");
        }
        ByHand {
            first: vec![look(shown(), first)],
            then: vec![change(&ApiCall::ModifyDBInstance(call), &[])],
            last: vec![look(shown(), format!("Status is available, nothing is Pending, and it has {}", self.wanted()))],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let instance = match self.instance.seen(world).required(&self.instance.words()) {
            Ok(instance) => instance,
            Err(check) => return vec![check],
        };
        if self.missing(instance).is_empty() {
            return vec![Check::holds(format!("{} has {} already", instance.id, self.wanted()))];
        }
        let mut checks = vec![rds_instance::is_available(instance, "a change")];
        if self.days(instance) == Some(0) && !instance.replicas.is_empty() {
            let followers = listed(instance.replicas.iter().map(crate::model::words::arn_name));
            checks.insert(
                0,
                Check::blocks(
                    format!("nobody needs the backups of {}", instance.id),
                    format!("{followers} follow it, and a source must have backups"),
                ),
            );
        }
        if self.class(instance).is_some() {
            checks.push(Check::warns(
                format!("{} goes on serving", instance.id),
                "another class interrupts it for minutes",
            ));
        }
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are"));
        }
        let Some(instance) = self.instance.seen(world).value() else { return Work::Watch };
        if self.missing(instance).is_empty() {
            return Work::Already(Text::new(format!("{} has {}", instance.id, self.wanted())));
        }
        Work::Calls(vec![ApiCall::ModifyDBInstance(ModifyInstance {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            backup_retention_days: self.days(instance),
            multi_az: self.multi_az(instance),
            class: self.class(instance).map(str::to_owned),
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let instance = match self.instance.seen(world).verified(&self.instance.words()) {
            Ok(instance) => instance,
            Err(progress) => return progress,
        };
        let (id, status) = (&instance.id, &instance.status);
        let missing = self.missing(instance);
        if rds_instance::is_broken(status.as_str()) {
            return Progress::Failed {
                why: Text::new(format!("{id} is {status}")),
                way_on: Text::new("read its events"),
            };
        }
        if missing.is_empty() {
            return match status.as_str() {
                "available" | "backing-up" => {
                    Progress::Done(Text::new(format!("{id} is {status} and has {}", self.wanted())))
                }
                _ => Progress::Running { state: Text::new(format!("{id} is {status}")), share: None },
            };
        }
        let state = Text::new(format!("{id} is {status}: {}", listed(&missing)));
        if status.as_str() != "available" || self.is_pending(instance) {
            return Progress::Running { state, share: None };
        }
        if rds_instance::should_show(world) {
            return Progress::Failed {
                why: state,
                way_on: Text::new("read the instance's events for the reason, then retry"),
            };
        }
        Progress::NotBegun(state)
    }

    /// Convergent: it has what was asked for, or has it on its list.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        let instance = match self.instance.seen(world).told(&self.instance.words()) {
            Ok(instance) => instance,
            Err(found) => return found,
        };
        let (id, status) = (&instance.id, &instance.status);
        let missing = self.missing(instance);
        if missing.is_empty() {
            return Found::Applied(Text::new(format!("{id} has {}", self.wanted())));
        }
        if self.is_pending(instance) {
            return Found::Applied(Text::new(format!(
                "{id} is {status}, and AWS has it on its list: {}",
                listed(&missing)
            )));
        }
        let evidence = Text::new(format!("{id} is {status}: {}", listed(&missing)));
        match status.as_str() {
            "available" | "backing-up" | "stopped" => Found::NotApplied(evidence),
            _ => Found::NotYet(evidence),
        }
    }
}
