//! `asg-scale`: the size of an Auto Scaling group.

use super::{Around, Entry, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::autoscaling::Group;
use crate::model::{Freshness, Place, Query, Text};
use crate::runbook::call::{ApiCall, Plane, UpdateGroup};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Brings a group to a number of instances, within limits that are moved if they stand in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsgScale {
    /// Where.
    pub place: Place,
    /// The group's name.
    pub group: String,
    /// How many instances.
    pub desired: u32,
    /// The fewest from now on; as many as desired unless the runbook says otherwise.
    pub min: Option<u32>,
    /// The most from now on; as before, but never fewer than desired, unless the runbook says otherwise.
    pub max: Option<u32>,
}

impl AsgScale {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "asg-scale",
        doc: "Brings an Auto Scaling group to a number of instances and waits until so many are in service.",
        keys: &[
            required("group", Shape::Text, r#""storefront-web""#, "The group's name."),
            required("region", Shape::Region, r#""us-west-2""#, "Where it is."),
            required("desired", Shape::Number, "6", "How many instances it is to have; 0 empties it."),
            optional("min", Shape::Number, "as many as desired", "6", "The fewest from now on."),
            optional("max", Shape::Number, "as before, or desired if that is more", "16", "The most from now on."),
        ],
        read,
    };

    fn query(&self) -> Query {
        Query::Groups(self.place.clone())
    }

    fn group<'a>(&self, world: &World<'a>) -> Option<&'a Group> {
        let groups = world.snapshot.groups(&self.query());
        groups.value?.iter().find(|group| group.name.as_str() == self.group)
    }

    /// The limits and the number that the group is to have.
    fn wanted(&self, group: &Group) -> (u32, u32, u32) {
        let min = self.min.unwrap_or(self.desired);
        (min, self.max.unwrap_or(group.max).max(self.desired), self.desired)
    }

    fn is_wanted(&self, group: &Group) -> bool {
        self.wanted(group) == (group.min, group.max, group.desired)
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (group, place) = (section.text("group"), around.place(section, "region"));
    let (desired, min, max) = (section.number("desired"), section.number("min"), section.number("max"));
    if let (Some(min), Some(desired)) = (min, desired)
        && min > desired
    {
        section.wrong("min", format!("is {min}, more than desired = {desired}"));
    }
    if let (Some(max), Some(desired)) = (max, desired)
        && max < desired
    {
        section.wrong("max", format!("is {max}, less than desired = {desired}"));
    }
    let (group, place, desired) = (group?.value.to_owned(), place?, desired?);
    Some(Kind::AsgScale(AsgScale { place, group, desired, min, max }))
}

impl StepKind for AsgScale {
    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.place.region.clone()],
            permissions: vec!["autoscaling:UpdateAutoScalingGroup"],
            undo: Text::new("set the group's limits and number back to what the card shows as they are now"),
            on_failure: Text::new(
                "look at the group's activities: if capacity is missing, add instance types or Zones to the group, or a smaller number, and retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let Self { group: name, place, desired, .. } = self;
        match self.group(world) {
            Some(group) => Text::new(format!(
                "{} in {}: from {} instances (of {} to {}) to {desired}",
                group.arn, place.region, group.desired, group.min, group.max
            )),
            None => Text::new(format!("the Auto Scaling group {name} in {}: to {desired} instances", place.region)),
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = format!("the group {} is there", self.group);
        let reading = world.snapshot.groups(&self.query());
        if reading.freshness(world.now) != Freshness::Fresh {
            let why = reading.failing.map_or_else(|| "it was not read yet".to_owned(), |failure| failure.error.to_string());
            return vec![Check::blocks(what, format!("{why}; {} must answer to be changed", self.place.region))];
        }
        let Some(group) = self.group(world) else {
            return vec![Check::blocks(
                what,
                format!("there is no Auto Scaling group {} in {}; correct the runbook", self.group, self.place.region),
            )];
        };
        let launches = "it may launch instances";
        let suspended = group.suspended.iter().find(|process| matches!(process.as_str(), "Launch" | "AddToLoadBalancer"));
        let launch = match suspended {
            Some(process) if self.desired > group.in_service => {
                Check::blocks(launches, format!("its process {process} is suspended; resume it, then retry"))
            }
            Some(_) | None => Check::holds(launches),
        };
        vec![Check::holds(what), launch]
    }

    fn work(&self, world: &World<'_>) -> Work {
        let Some(group) = self.group(world) else { return Work::Watch };
        if self.is_wanted(group) {
            return Work::Already(Text::new(format!("the group already wants {} instances", group.desired)));
        }
        let (min, max, desired) = self.wanted(group);
        let call = UpdateGroup { place: self.place.clone(), group: self.group.clone(), min, max, desired };
        Work::Calls(vec![ApiCall::UpdateAutoScalingGroup(call)])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let Some(group) = self.group(world) else {
            return Progress::Unknown(Text::new("the group cannot be read"));
        };
        let state = Text::new(format!("{} of {} in service", group.in_service, self.desired));
        if !self.is_wanted(group) {
            return Progress::NotBegun(Text::new(format!("the group wants {} instances", group.desired)));
        }
        let settled =
            if self.desired == 0 { group.in_service == 0 } else { group.in_service >= self.desired };
        if settled {
            return Progress::Done(state);
        }
        let share = (self.desired > 0).then(|| f64::from(group.in_service.min(self.desired)) / f64::from(self.desired));
        Progress::Running { state, share }
    }

    /// Convergent: the group wants what was asked for, or it does not.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::UpdateAutoScalingGroup(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        match self.group(world) {
            None => Found::CannotTell(Text::new("the group cannot be read")),
            Some(group) => {
                let evidence =
                    Text::new(format!("the group wants {} of {} to {}", group.desired, group.min, group.max));
                if (call.min, call.max, call.desired) == (group.min, group.max, group.desired) {
                    Found::Applied(evidence)
                } else {
                    Found::NotApplied(evidence)
                }
            }
        }
    }
}
