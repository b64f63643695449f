//! `rds-reboot-with-failover`: the standby of a Multi-AZ instance takes over: the exercise for the loss of a Zone.

use super::rds_instance::{self, Instance};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::facts::rds::{DbInstance, Event};
use crate::model::words::clock;
use crate::model::{Moment, Query, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, RebootWithFailover};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Reboots an instance so that its standby takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsReboot {
    /// The instance.
    pub instance: Instance,
}

impl RdsReboot {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-reboot-with-failover",
        doc: "Reboots a Multi-AZ RDS instance so that its standby in another Zone takes over; nothing is lost. The way to try that out, or to leave a Zone.",
        keys: &[
            required("instance", Shape::Text, r#""orders-db""#, "The instance's identifier."),
            required("region", Shape::Region, r#""us-east-1""#, "Where it is."),
        ],
        read,
    };

    fn events_query(&self) -> Query {
        Query::DbEvents(self.instance.place.clone())
    }

    /// What RDS tells of a failover of the instance since then, the newest last; why it is not known.
    fn failovers<'a>(&self, world: &World<'a>, since: Moment) -> Result<Vec<&'a Event>, String> {
        let events = fresh(world, &self.events_query(), Snapshot::db_events)?;
        let is_failover = |event: &&Event| {
            event.source.as_str() == self.instance.id
                && event.categories.iter().any(|category| category.as_str() == "failover")
                && event.at.is_some_and(|at| since <= at)
        };
        let mut found: Vec<&Event> = events.iter().filter(is_failover).collect();
        found.sort_by_key(|event| event.at);
        Ok(found)
    }
}

/// The Zone that an instance runs in, in words.
fn zone(instance: &DbInstance) -> &str {
    instance.zone.as_ref().map_or("an unknown Zone", Text::as_str)
}

/// The Zone that it ran in before a request, if it runs in another one now.
fn moved_from<'a>(attempt: &'a Attempt, instance: &DbInstance) -> Option<&'a str> {
    let Some(ApiCall::RebootDBInstance(call)) = &attempt.call else { return None };
    instance.zone.as_ref().filter(|zone| zone.as_str() != call.from_zone).map(|_| call.from_zone.as_str())
}

fn told(event: &Event, now: Moment) -> String {
    let at = event.at.map(|at| format!(" at {}", clock(at, now))).unwrap_or_default();
    format!("\"{}\"{at}", event.message)
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place) = (section.text("instance"), around.place(section, "region"));
    Some(Kind::RdsReboot(RdsReboot { instance: Instance { place: place?, id: id?.value.to_owned() } }))
}

impl StepKind for RdsReboot {
    fn evidence(&self) -> Evidence {
        Evidence { done: "the instance is available in another zone", lost: "by its zone and its events" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.instance.place.region.clone()],
            permissions: vec!["rds:RebootDBInstance"],
            undo: Text::new("RDS does not move it back by itself: the same step again does"),
            on_failure: Text::new(
                "read its events; if it runs in the same Zone as before, its standby did not come up: leave it there, and find out why before trying again",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.instance.query(), self.events_query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let arn = self.instance.arn(world);
        let zones = match self.instance.seen(world).value() {
            Some(instance) => {
                let standby = instance.standby_zone.as_ref().map(|zone| format!(" in {zone}")).unwrap_or_default();
                format!(" from {} to its standby{standby}", zone(instance))
            }
            None => " to its standby".to_owned(),
        };
        Text::new(format!("{arn} fails over{zones}; it answers nobody for one to two minutes"))
    }

    fn by_hand(&self) -> ByHand {
        let call = RebootWithFailover {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            from_zone: String::new(),
        };
        let shown = || {
            self.instance.shown(
                "Status:DBInstanceStatus,Zone:AvailabilityZone,Standby:SecondaryAvailabilityZone,MultiAZ:MultiAZ",
            )
        };
        ByHand {
            first: vec![look(shown(), "Status is available, MultiAZ is true; write Zone down: it is to change")],
            then: vec![change(&ApiCall::RebootDBInstance(call), &[])],
            last: vec![look(shown(), "Status is available, and Zone is another one than before")],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let instance = match self.instance.seen(world).required(&self.instance.words()) {
            Ok(instance) => instance,
            Err(check) => return vec![check],
        };
        let id = &instance.id;
        if let Some(from) = world.sent().and_then(|sent| moved_from(sent, instance)) {
            return vec![Check::holds(format!("{id} runs in {} and no more in {from}", zone(instance)))];
        }
        let has_standby = format!("{id} has a standby in another Zone");
        let standby = if let Some(cluster) = &instance.cluster {
            let why = format!("it belongs to the Aurora cluster {cluster}: use a step rds-failover-db-cluster");
            Check::blocks(has_standby, why)
        } else if !instance.multi_az {
            Check::blocks(
                has_standby,
                "it has none, and AWS refuses; give it one with a step rds-modify (multi_az = true)",
            )
        } else if instance.standby_zone.is_none() {
            Check::warns(has_standby, "it is Multi-AZ, but AWS does not say where its standby is")
        } else {
            Check::holds(has_standby)
        };
        let known = format!("the Zone of {id} is known, so that it can be seen to change");
        let known = match &instance.zone {
            Some(_) => Check::holds(known),
            None => Check::blocks(known, "AWS does not say it now; look again in a minute"),
        };
        vec![standby, rds_instance::is_available(instance, "to reboot it"), known]
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are; this exercise is a live run"));
        }
        let Some(instance) = self.instance.seen(world).value() else { return Work::Watch };
        if let Some(from) = world.sent().and_then(|sent| moved_from(sent, instance)) {
            return Work::Already(Text::new(format!(
                "{} runs in {} and no more in {from}",
                instance.id,
                zone(instance)
            )));
        }
        let Some(from_zone) = &instance.zone else { return Work::Watch };
        Work::Calls(vec![ApiCall::RebootDBInstance(RebootWithFailover {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            from_zone: from_zone.to_string(),
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let instance = match self.instance.seen(world).verified(&self.instance.words()) {
            Ok(instance) => instance,
            Err(progress) => return progress,
        };
        let (id, status) = (&instance.id, &instance.status);
        let state = Text::new(format!("{id} runs in {} and is {status}", zone(instance)));
        let Some(sent) = world.sent() else { return Progress::NotBegun(state) };
        if rds_instance::is_broken(status.as_str()) {
            return Progress::Failed { why: state, way_on: Text::new("read its events") };
        }
        match (moved_from(sent, instance), status.as_str()) {
            (Some(from), "available" | "backing-up") => Progress::Done(Text::new(format!(
                "{id} runs in {} and no more in {from}; it is {status}",
                zone(instance)
            ))),
            (None, "available") => match self.failovers(world, sent.at) {
                Ok(events) if events.is_empty() && rds_instance::should_show(world) => Progress::Failed {
                    why: state,
                    way_on: Text::new("nothing failed over: read its events for the reason, then retry"),
                },
                // AWS may say where it runs only minutes after it has moved.
                Ok(events) => match events.last() {
                    Some(event) => {
                        let state = Text::new(format!("{state}; RDS says {}", told(event, world.now)));
                        Progress::Running { state, share: None }
                    }
                    None => Progress::NotBegun(state),
                },
                Err(_) => Progress::Running { state, share: None },
            },
            (Some(_) | None, _) => Progress::Running { state, share: None },
        }
    }

    /// By its Zone, which the request remembers, and by its events: a failover that began since is what was asked for, whoever asked.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let instance = match self.instance.seen(world).told(&self.instance.words()) {
            Ok(instance) => instance,
            Err(found) => return found,
        };
        let state = format!("{} runs in {} and is {}", instance.id, zone(instance), instance.status);
        if let Some(from) = moved_from(attempt, instance) {
            return Found::Applied(Text::new(format!("{state}; it ran in {from}")));
        }
        match (self.failovers(world, attempt.at), instance.status.as_str()) {
            (Ok(events), status) => match (events.last(), status) {
                (Some(event), _) => Found::Applied(Text::new(format!("{state}; RDS says {}", told(event, world.now)))),
                (None, "available" | "backing-up") => {
                    Found::NotApplied(Text::new(format!("{state}, as before, and RDS tells of no failover since")))
                }
                (None, _) => Found::NotYet(Text::new(state)),
            },
            (Err(why), _) => Found::Unread(Text::new(format!("{state}; {why}"))),
        }
    }
}
