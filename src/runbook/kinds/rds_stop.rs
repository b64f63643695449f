//! `rds-stop`: an RDS instance takes no writes any more: the fence of an old primary.

use super::rds_instance::{self, Instance};
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::words::{arn_name, clock, listed};
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, StopInstance};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Stops an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsStop {
    /// The instance.
    pub instance: Instance,
}

impl RdsStop {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-stop",
        doc: "Stops an RDS instance, so that it takes no writes: the fence of an old primary. AWS starts it again after seven days.",
        keys: &[
            required("instance", Shape::Text, r#""orders-db""#, "The instance's identifier."),
            required("region", Shape::Region, r#""us-east-1""#, "Where it is."),
        ],
        read,
    };
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place) = (section.text("instance"), around.place(section, "region"));
    Some(Kind::RdsStop(RdsStop { instance: Instance { place: place?, id: id?.value.to_owned() } }))
}

const SEVEN_DAYS: &str = "AWS starts it again after seven days";

impl StepKind for RdsStop {
    fn evidence(&self) -> Evidence {
        Evidence { done: "the instance is stopped", lost: "by its status: stopping or stopped" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.instance.place.region.clone()],
            permissions: vec!["rds:StopDBInstance"],
            undo: Text::new(
                "start the instance again (aws rds start-db-instance); AWS does so itself after seven days, so delete or rebuild it before then",
            ),
            on_failure: Text::new(
                "a replica, or an instance with replicas, cannot be stopped: take its writers away (security group), or prove the fence in another way",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.instance.query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        Text::new(format!("{} is stopped and takes no writes; {SEVEN_DAYS}", self.instance.arn(world)))
    }

    fn by_hand(&self) -> ByHand {
        let call = StopInstance { place: self.instance.place.clone(), instance: self.instance.id.clone() };
        ByHand {
            first: vec![look(
                self.instance.shown(
                    "Status:DBInstanceStatus,Cluster:DBClusterIdentifier,Follows:ReadReplicaSourceDBInstanceIdentifier,Followers:ReadReplicaDBInstanceIdentifiers",
                ),
                "Status is available, Cluster and Follows are null, Followers is empty: AWS stops no instance that others follow",
            )],
            then: vec![change(&ApiCall::StopDBInstance(call), &[])],
            last: vec![look(
                self.instance.shown("Status:DBInstanceStatus,StartsAgain:AutomaticRestartTime"),
                "Status is stopped; AWS starts it again by itself at the time shown",
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let seen = self.instance.seen(world);
        if seen == Seen::Absent {
            let what = format!("there is {}", self.instance.words());
            return vec![Check::blocks(what, "it is gone and takes no writes; skip this step with that reason")];
        }
        let instance = match seen.required(&self.instance.words()) {
            Ok(instance) => instance,
            Err(check) => return vec![check],
        };
        let id = &instance.id;
        if matches!(instance.status.as_str(), "stopped" | "stopping") {
            return vec![Check::holds(format!("{id} is {} already", instance.status))];
        }
        let alone = format!("{id} can be stopped");
        let alone = if let Some(cluster) = &instance.cluster {
            Check::blocks(alone, format!("it belongs to the Aurora cluster {cluster}, which is stopped as a whole"))
        } else if let Some(source) = &instance.replica_source {
            Check::blocks(
                alone,
                format!("it is a replica of {} and takes no writes; skip this step with that reason", arn_name(source)),
            )
        } else if instance.replicas.is_empty() {
            Check::holds(alone)
        } else {
            let followers = listed(instance.replicas.iter().map(arn_name));
            Check::blocks(
                alone,
                format!("AWS stops no instance with replicas, and {followers} follow it; promote or delete them first"),
            )
        };
        vec![alone, rds_instance::is_available(instance, "to stop it")]
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves the primary as it is"));
        }
        match self.instance.seen(world).value() {
            None => Work::Watch,
            Some(instance) if matches!(instance.status.as_str(), "stopped" | "stopping") => {
                Work::Already(Text::new(format!("{} is {}", instance.id, instance.status)))
            }
            Some(_) => Work::Calls(vec![ApiCall::StopDBInstance(StopInstance {
                place: self.instance.place.clone(),
                instance: self.instance.id.clone(),
            })]),
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let instance = match self.instance.seen(world).verified(&self.instance.words()) {
            Ok(instance) => instance,
            Err(progress) => return progress,
        };
        let (id, status) = (&instance.id, &instance.status);
        let state = Text::new(format!("{id} is {status}"));
        match status.as_str() {
            "stopped" => {
                let until = match instance.restarts {
                    Some(at) => format!("AWS starts it again at {}", clock(at, world.now)),
                    None => SEVEN_DAYS.to_owned(),
                };
                Progress::Done(Text::new(format!("{id} is stopped; {until}")))
            }
            "available" if rds_instance::should_show(world) => Progress::Failed {
                why: state,
                way_on: Text::new("read the instance's events for the reason, then retry"),
            },
            "available" => Progress::NotBegun(state),
            "starting" => Progress::Failed {
                why: state,
                way_on: Text::new(
                    "somebody, or AWS after seven days, starts it; wait until it is available, then retry",
                ),
            },
            _ => Progress::Running { state, share: None },
        }
    }

    /// Convergent: it is stopped or stopping, or it is not.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        let instance = match self.instance.seen(world).told(&self.instance.words()) {
            Ok(instance) => instance,
            Err(found) => return found,
        };
        let state = Text::new(format!("{} is {}", instance.id, instance.status));
        match instance.status.as_str() {
            "stopped" | "stopping" => Found::Applied(state),
            "available" | "backing-up" => Found::NotApplied(state),
            _ => Found::NotYet(state),
        }
    }
}
