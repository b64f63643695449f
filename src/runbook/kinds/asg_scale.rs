//! `asg-scale`: the size of an Auto Scaling group.

use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::autoscaling::{Activity, Group};
use crate::model::words::clock;
use crate::model::{Moment, Place, Query, Span, Text};
use crate::runbook::by_hand::{self, ByHand, Line, change, look};
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
    /// Whether more than desired are too many.
    pub more: More,
}

/// What becomes of instances that the group wants beyond what is desired here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// They stay: a scaling policy may have asked for them.
    Stay,
    /// They go.
    Go,
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
            optional(
                "exactly",
                Shape::Flag,
                "false",
                "true",
                "Whether more than desired are too many; if not, what a scaling policy asked for beyond it stays.",
            ),
        ],
        read,
    };

    fn query(&self) -> Query {
        Query::Groups(self.place.clone())
    }

    fn activities(&self) -> Query {
        Query::ScalingActivities(self.place.clone(), self.group.clone())
    }

    fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, Group> {
        let query = self.query();
        Seen::among(world, &query, &world.snapshot.groups(&query), |group| group.name.as_str() == self.group)
    }

    fn words(&self) -> String {
        format!("Auto Scaling group {} in {}", self.group, self.place.region)
    }

    /// Why the group did not get what it wants: its newest activity since then failed, and no other is under way.
    fn short<'a>(&self, world: &World<'a>, since: Moment) -> Option<&'a Activity> {
        let activities = world.snapshot.scaling_activities(&self.activities()).value?;
        let newest = activities.iter().filter(|activity| activity.at.is_some_and(|at| at >= since));
        let newest = newest.take_while(|activity| !matches!(activity.status.as_str(), "Successful"));
        let newest: Vec<&Activity> = newest.collect();
        let all_over = newest.iter().all(|activity| matches!(activity.status.as_str(), "Failed" | "Cancelled"));
        newest.into_iter().find(|activity| activity.status.as_str() == "Failed").filter(|_| all_over)
    }

    /// The limits and the number that the group is to have.
    fn wanted(&self, group: &Group) -> (u32, u32, u32) {
        let min = self.min.unwrap_or(self.desired);
        (min, self.max.unwrap_or(group.max).max(self.desired), self.desired)
    }

    /// Whether the group wants what it should: its limits, and as many instances or, as a policy may have asked for meanwhile, more.
    fn is_wanted(&self, group: &Group) -> bool {
        self.holds(group, self.wanted(group))
    }

    const fn is_exact(&self) -> bool {
        self.desired == 0 || matches!(self.more, More::Go)
    }

    fn holds(&self, group: &Group, (min, max, desired): (u32, u32, u32)) -> bool {
        let number = if self.is_exact() { group.desired == desired } else { group.desired >= desired };
        number && (group.min, group.max) == (min, max)
    }
}

/// Where the most instances of a group stand.
const MAX: &str = "<MAX>";

/// The line that reads a group.
pub(super) fn shown(place: &Place, group: &str) -> Line {
    by_hand::read(
        place,
        "autoscaling describe-auto-scaling-groups",
        &["--auto-scaling-group-names", group],
        "AutoScalingGroups[].{Min:MinSize, Desired:DesiredCapacity, Max:MaxSize, Suspended:SuspendedProcesses[].ProcessName, InService:length(Instances[?LifecycleState==`\"InService\"`])}",
    )
}

/// What a failed activity says, in a sentence.
fn failed(activity: &Activity, now: Moment) -> String {
    let why = activity.message.as_ref().unwrap_or(&activity.what);
    let at = activity.at.map(|at| format!(" at {}", clock(at, now))).unwrap_or_default();
    format!("its last launch failed{at}: {why}")
}

/// How far back failed launches speak of the capacity there is now.
const LATELY: Span = Span::from_mins(30);

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (group, place) = (section.text("group"), around.place(section, "region"));
    let (desired, min, max) = (section.number("desired"), section.number("min"), section.number("max"));
    let more = if section.flag("exactly") == Some(true) { More::Go } else { More::Stay };
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
    Some(Kind::AsgScale(AsgScale { place, group, desired, min, max, more }))
}

impl StepKind for AsgScale {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "so many instances are in service, and the group wants them",
            lost: "by the group's limits and number: setting them again changes nothing",
        }
    }

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

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let short = self.seen(world).value().is_some_and(|group| group.in_service < self.desired);
        if short { vec![self.query(), self.activities()] } else { vec![self.query()] }
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let Self { group: name, place, desired, .. } = self;
        match self.seen(world).value() {
            Some(group) => Text::new(format!(
                "{} in {}: from {} instances (of {} to {}) to {desired}",
                group.arn, place.region, group.desired, group.min, group.max
            )),
            None => Text::new(format!("the Auto Scaling group {name} in {}: to {desired} instances", place.region)),
        }
    }

    fn by_hand(&self) -> ByHand {
        let (place, group) = (&self.place, self.group.as_str());
        let read = format!(
            "it is there, and Launch is not among Suspended; write the three numbers down, undoing needs them; {MAX} is {}",
            match self.max {
                Some(max) => max.max(self.desired).to_string(),
                None => format!("Max as it is, or {} if it is less", self.desired),
            }
        );
        let max = self.max.unwrap_or(self.desired).max(self.desired);
        let marks: &[(&str, &str)] = if self.max.is_none() { &[("MaxSize", MAX)] } else { &[] };
        let min = self.min.unwrap_or(self.desired);
        let call = UpdateGroup { place: place.clone(), group: self.group.clone(), min, max, desired: self.desired };
        let stay = if self.is_exact() { "" } else { ", or more; if Desired is more already leave it as it is" };
        let activities = by_hand::read(
            place,
            "autoscaling describe-scaling-activities",
            &["--auto-scaling-group-name", group, "--max-items", "5"],
            "Activities[].{At:StartTime,Status:StatusCode,Why:StatusMessage}",
        );
        ByHand {
            first: vec![look(shown(place, group), read)],
            then: vec![change(&ApiCall::UpdateAutoScalingGroup(call), marks)],
            last: vec![
                look(shown(place, group), format!("InService is {}{stay}", self.desired)),
                look(activities, "if it does not come: what its last launches say"),
            ],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let group = match self.seen(world).required(&self.words()) {
            Ok(group) => group,
            Err(check) => return vec![check],
        };
        let launches = "it may launch instances";
        let suspended =
            group.suspended.iter().find(|process| matches!(process.as_str(), "Launch" | "AddToLoadBalancer"));
        let launch = match suspended {
            Some(process) if self.desired > group.in_service => {
                Check::blocks(launches, format!("its process {process} is suspended; resume it, then retry"))
            }
            Some(_) | None => Check::holds(launches),
        };
        let capacity = format!("there is capacity for {}", self.desired);
        let lately = world.now.checked_sub(LATELY).unwrap_or(world.now);
        let capacity = match self.short(world, lately) {
            Some(activity) if group.in_service < self.desired => Check::warns(
                capacity,
                format!(
                    "{}; it goes on trying: add instance types or Zones, or ask for less",
                    failed(activity, world.now)
                ),
            ),
            Some(_) | None => Check::holds(format!("no launch has failed in the last {} min", LATELY.as_mins())),
        };
        vec![launch, Check::holds(format!("there is {}", self.words())), capacity]
    }

    fn work(&self, world: &World<'_>) -> Work {
        let Some(group) = self.seen(world).value() else { return Work::Watch };
        if self.is_wanted(group) {
            return Work::Already(Text::new(format!("the group already wants {} instances", group.desired)));
        }
        let (min, max, desired) = self.wanted(group);
        let call = UpdateGroup { place: self.place.clone(), group: self.group.clone(), min, max, desired };
        Work::Calls(vec![ApiCall::UpdateAutoScalingGroup(call)])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let group = match self.seen(world).verified(&self.words()) {
            Ok(group) => group,
            Err(progress) => return progress,
        };
        let state = Text::new(format!("{} of {} in service", group.in_service, self.desired));
        if !self.is_wanted(group) {
            return Progress::NotBegun(Text::new(format!("the group wants {} instances", group.desired)));
        }
        let settled = if self.is_exact() { group.in_service == self.desired } else { group.in_service >= self.desired };
        if settled {
            return Progress::Done(state);
        }
        let since = world.sent().map_or(world.run.opened, |sent| sent.at);
        if let Some(activity) = self.short(world, since).filter(|_| group.in_service < self.desired) {
            return Progress::Failed {
                why: Text::new(format!("{state}; {}", failed(activity, world.now))),
                way_on: Text::new(
                    "add instance types or Zones to the group, or ask for less, and retry; the group itself goes on trying",
                ),
            };
        }
        let share = (self.desired > 0).then(|| f64::from(group.in_service.min(self.desired)) / f64::from(self.desired));
        Progress::Running { state, share }
    }

    /// Convergent: the group wants what was asked for, or it does not.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::UpdateAutoScalingGroup(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let group = match self.seen(world).told(&self.words()) {
            Ok(group) => group,
            Err(found) => return found,
        };
        let evidence = Text::new(format!("the group wants {} of {} to {}", group.desired, group.min, group.max));
        if self.holds(group, (call.min, call.max, call.desired)) {
            Found::Applied(evidence)
        } else {
            Found::NotApplied(evidence)
        }
    }
}
