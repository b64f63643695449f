//! The card of a step: everything a person sees before confirming, made of what was just read; its hash; and what changed between two.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::journal::Record;
use crate::model::{Moment, Region, Snapshot, Text};
use crate::runbook::parse::sha256;
use crate::runbook::{
    ApiCall, Check, Choice, Facts, IntentId, Mode, Plane, Reversibility, RunFacts, RunId, Standing, Step, Work, World,
};

/// What a person sees before confirming.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// SHA-256 of everything below that matters to whoever confirms: a confirm names it.
    pub plan: String,
    /// What it does, on what, in which direction.
    pub describe: Text,
    /// What is lost if it is confirmed now; `None` if nothing is.
    pub loses: Option<Text>,
    /// What the kind says of itself, the undo and the way out of a failure replaced by the runbook's words where it has some.
    pub facts: Facts,
    /// What the operator chooses on it.
    pub choices: Vec<Choice>,
    /// Preconditions: blockers first, then warnings.
    pub checks: Vec<Check>,
    /// What is to be done.
    pub work: Work,
    /// The exact requests, if it is to send some.
    pub requests: Vec<Request>,
    /// Whether the System's name has to be typed.
    pub typed: Typed,
    /// Needed steps that were left out, and why.
    pub skipped: Vec<(String, Text)>,
    /// Whether the Regions whose endpoints it needs have answered just now.
    pub reach: BTreeMap<Region, Reach>,
    /// When what it shows was read.
    pub read_at: Moment,
    /// In a rehearsal on paper: what it cannot know.
    pub rehearsal: Option<Text>,
}

/// One request as it would be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The name it would have; another step's request may take it first.
    pub intent: IntentId,
    /// What is asked.
    pub call: ApiCall,
    /// The parameters as they are sent for that name.
    pub parameters: Json,
}

/// Whether the System's name has to be typed to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// It cannot be undone: yes.
    Name,
    /// No.
    Nothing,
}

/// Whether a Region has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everything that was asked there, be it with a refusal.
    Answers,
    /// Something that was asked there was not answered: what was said.
    Fails(Text),
    /// Nothing was asked there.
    NotAsked,
}

/// The intent of no run: it stands in the hash, so that the same work has the same hash whenever it is planned.
const NIL: IntentId = IntentId { run: RunId::new(0, 0), number: 0 };

/// What a card is made of besides the step.
pub(super) struct Around<'a> {
    pub(super) world: World<'a>,
    pub(super) read_at: Moment,
    pub(super) skipped: Vec<(String, Text)>,
    /// An earlier step that was only rehearsed.
    pub(super) rehearsed: Option<&'a str>,
    /// The only Regions in which something may be changed.
    pub(super) regions: &'a [Region],
    /// The number of the next intent.
    pub(super) next: u32,
}

impl Card {
    pub(super) fn of(step: &Step, around: Around<'_>) -> Self {
        let (kind, world) = (step.kind.step(), &around.world);
        let mut facts = kind.facts();
        if let Some(undo) = &step.undo {
            facts.undo = undo.clone();
        }
        if let Some(on_failure) = &step.on_failure {
            facts.on_failure = on_failure.clone();
        }
        let work = kind.work(world);
        let mut checks = kind.check(world);
        checks.extend(outside(&work, around.regions));
        if let Some(earlier) = around.rehearsed {
            checks.iter_mut().for_each(|check| unknowable(check, earlier));
        }
        checks.sort_by_key(rank);
        let typed = match (facts.reversibility, &work) {
            (_, Work::Already(_) | Work::NotInThisMode(_) | Work::Watch)
            | (Reversibility::Harmless | Reversibility::Reversible, _) => Typed::Nothing,
            (
                Reversibility::WithLoss | Reversibility::OneWay,
                Work::Calls(_) | Work::OneOf(_) | Work::Command(_) | Work::Ask(_),
            ) => Typed::Name,
        };
        let calls = work.calls().to_vec();
        let mut card = Self {
            plan: String::new(),
            describe: kind.describe(world),
            loses: kind.loses(world),
            choices: kind.choices(world),
            reach: reach(&facts.regions, world.snapshot),
            rehearsal: rehearsal(world.run, &work),
            facts,
            checks,
            requests: calls.into_iter().map(|call| Request::new(call, NIL)).collect(),
            work,
            typed,
            skipped: around.skipped,
            read_at: around.read_at,
        };
        card.plan = card.hash(&step.id);
        card.number(world.run.id, around.next);
        card
    }

    /// Names its requests from `next` on.
    pub(super) fn number(&mut self, run: RunId, next: u32) {
        for (request, number) in self.requests.iter_mut().zip(next..) {
            *request = Request::new(request.call.clone(), IntentId { run, number });
        }
    }

    /// The first blocker.
    pub fn blocker(&self) -> Option<(&Text, &Text)> {
        self.checks.iter().find_map(|check| match &check.standing {
            Standing::Blocks(why) => Some((&check.what, why)),
            Standing::Holds | Standing::Warns(_) => None,
        })
    }

    fn hash(&self, step: &str) -> String {
        let blockers: Vec<_> = self.checks.iter().filter(|check| check.is_blocker()).map(|check| &check.what).collect();
        let skipped: Vec<_> = self.skipped.iter().map(|(id, _)| id).collect();
        let requests: Vec<Json> = self.requests.iter().map(Request::shown).collect();
        let command = match &self.work {
            Work::Command(command) => serde_json::to_value(command).unwrap_or_default(),
            Work::Calls(_)
            | Work::OneOf(_)
            | Work::Ask(_)
            | Work::Watch
            | Work::Already(_)
            | Work::NotInThisMode(_) => Json::Null,
        };
        let shown = json!({
            "step": step,
            "describe": untimed(&self.describe),
            "loses": self.loses.as_ref().map(coarse),
            "reversibility": format!("{:?}", self.facts.reversibility),
            "blockers": blockers,
            "skipped": skipped,
            "work": of_work(&self.work),
            "requests": requests,
            "command": command,
        });
        sha256(&shown.to_string())
    }

    /// What of this card was otherwise on the one that was `confirmed`, in words. Empty if nothing that matters was.
    pub fn differences(&self, confirmed: &Self) -> Vec<String> {
        let mut said = Vec::new();
        if untimed(&self.describe) != untimed(&confirmed.describe) {
            said.push(format!("what it does was \"{}\" and is now \"{}\"", confirmed.describe, self.describe));
        }
        if self.loses.as_ref().map(coarse) != confirmed.loses.as_ref().map(coarse) {
            let loss = |loses: &Option<Text>| loses.as_ref().map_or("nothing".to_owned(), Text::to_string);
            said.push(format!("what is lost was {} and is now {}", loss(&confirmed.loses), loss(&self.loses)));
        }
        said.extend(
            self.new_blockers(confirmed).map(|(what, why)| format!("it is not so any more that {what}: {why}")),
        );
        said.extend(confirmed.new_blockers(self).map(|(what, _)| format!("it is so now that {what}")));
        let (was, is) = (of_work(&confirmed.work), of_work(&self.work));
        if was != is {
            said.push(format!("confirming would have {was} and would now {is}"));
        }
        for (at, pair) in zip_longest(&confirmed.requests, &self.requests).enumerate() {
            said.extend(of_requests(at + 1, pair));
        }
        if self.skipped != confirmed.skipped {
            let ids: Vec<&str> = self.skipped.iter().map(|(id, _)| id.as_str()).collect();
            said.push(format!("left out before it by now: {}", ids.join(", ")));
        }
        said
    }

    fn new_blockers<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Text, &'a Text)> {
        self.checks.iter().filter_map(move |check| match &check.standing {
            Standing::Blocks(why) => {
                let known = other.checks.iter().any(|before| before.is_blocker() && before.what == check.what);
                (!known).then_some((&check.what, why))
            }
            Standing::Holds | Standing::Warns(_) => None,
        })
    }

    /// What is recorded when it is confirmed.
    pub(super) fn confirmed(&self, step: &str, by: crate::journal::Person) -> Record {
        Record::Confirmed {
            step: step.to_owned(),
            plan: self.plan.clone(),
            typed: self.typed == Typed::Name,
            requests: match &self.work {
                Work::Calls(calls) => calls.len(),
                Work::OneOf(_) | Work::Command(_) => 1,
                Work::Ask(_) | Work::Watch | Work::Already(_) | Work::NotInThisMode(_) => 0,
            },
            alternatives: match &self.work {
                Work::OneOf(calls) => calls.len(),
                Work::Calls(_)
                | Work::Command(_)
                | Work::Ask(_)
                | Work::Watch
                | Work::Already(_)
                | Work::NotInThisMode(_) => 0,
            },
            loses: self.loses.clone(),
            by,
        }
    }
}

impl Request {
    fn new(call: ApiCall, intent: IntentId) -> Self {
        Self { parameters: call.parameters(intent), call, intent }
    }

    /// Everything of it but its name.
    fn shown(&self) -> Json {
        json!({ "call": self.call, "parameters": self.call.parameters(NIL) })
    }

    fn name(&self) -> String {
        format!("{} of {} in {}", self.call.action(), self.call.target(), self.call.region())
    }
}

/// What would be changed outside of the Regions that the runbook names. The one control plane of a global service is in none of them.
fn outside(work: &Work, regions: &[Region]) -> Option<Check> {
    // An endpoint of an ARC cluster stands anywhere, and what it changes is in no Region.
    let is_anywhere = |call: &ApiCall| call.plane() == Plane::GlobalControl || matches!(work, Work::OneOf(_));
    let call = work.calls().iter().find(|call| !is_anywhere(call) && !regions.contains(call.region()))?;
    let what = "everything it changes is in the Regions of the runbook";
    Some(Check::blocks(what, format!("{} is not among its `regions`; correct the runbook", call.region())))
}

/// In a rehearsal on paper nothing earlier was sent: what should have come of it is no blocker.
fn unknowable(check: &mut Check, earlier: &str) {
    if let Standing::Blocks(why) = &check.standing {
        check.standing = Standing::Warns(Text::new(format!(
            "a rehearsal on paper cannot know this, because {earlier} was not carried out: {why}"
        )));
    }
}

fn rehearsal(run: &RunFacts, work: &Work) -> Option<Text> {
    if run.mode != Mode::Tabletop {
        return None;
    }
    let said = match work {
        Work::Calls(_) | Work::OneOf(_) => {
            "nothing is sent: whether AWS would accept it, and how long it would take, a rehearsal on paper cannot know"
        }
        Work::Command(_) => "the program is not started: whether it would work, a rehearsal on paper cannot know",
        Work::Watch => "it is not waited for: when it would be so, a rehearsal on paper cannot know",
        Work::Ask(_) | Work::Already(_) | Work::NotInThisMode(_) => return None,
    };
    Some(Text::new(said))
}

const fn rank(check: &Check) -> u8 {
    match check.standing {
        Standing::Blocks(_) => 0,
        Standing::Warns(_) => 1,
        Standing::Holds => 2,
    }
}

fn of_work(work: &Work) -> &'static str {
    match work {
        Work::Calls(_) => "send requests",
        Work::OneOf(_) => "send one request, through another endpoint where one cannot be reached",
        Work::Command(_) => "start a program",
        Work::Ask(_) => "record a person's word",
        Work::Watch => "wait until it is so",
        Work::Already(_) => "send nothing, because it is so already",
        Work::NotInThisMode(_) => "do nothing in this mode",
    }
}

/// Units of time.
const UNITS: [&str; 14] =
    ["ms", "s", "min", "m", "h", "d", "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days"];

/// A word without what stands around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_number(word: &str) -> bool {
    let bare = bare(word);
    !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// What is lost without its figures, which tick: a word more or less is a difference, a second is not.
fn coarse(loses: &Text) -> String {
    let is_figure = |word: &&str| word.contains(|c: char| c.is_ascii_digit()) || UNITS.contains(&bare(word));
    loses.as_str().split_whitespace().filter(|word| !is_figure(word)).collect::<Vec<_>>().join(" ")
}

/// A text without its lengths of time, which tick: of `began at 14:02:07Z (2 min 14 s ago)` the time of day stays.
fn untimed(text: &Text) -> String {
    let mut said: Vec<&str> = Vec::new();
    for word in text.as_str().split_whitespace() {
        match said.last() {
            Some(last) if UNITS.contains(&bare(word)) && is_number(last) => {
                said.pop();
            }
            Some(_) | None => said.push(word),
        }
    }
    said.join(" ")
}

fn reach(regions: &[Region], snapshot: &Snapshot) -> BTreeMap<Region, Reach> {
    let of = |region: &Region| {
        let mut reach = Reach::NotAsked;
        for (_, reading) in snapshot.readings.iter().filter(|(query, _)| query.region() == region) {
            match &reading.failing {
                Some(failure) if failure.kind.is_silence() => return Reach::Fails(failure.error.clone()),
                Some(_) | None => reach = Reach::Answers,
            }
        }
        reach
    };
    regions.iter().collect::<BTreeSet<_>>().into_iter().map(|region| (region.clone(), of(region))).collect()
}

/// Both lists side by side, to the end of the longer one.
fn zip_longest<'a>(
    was: &'a [Request],
    is: &'a [Request],
) -> impl Iterator<Item = (Option<&'a Request>, Option<&'a Request>)> {
    (0..was.len().max(is.len())).map(|at| (was.get(at), is.get(at)))
}

fn of_requests(number: usize, pair: (Option<&Request>, Option<&Request>)) -> Vec<String> {
    match pair {
        (Some(was), Some(is)) if was.shown() == is.shown() => Vec::new(),
        (Some(was), Some(is)) if was.name() == is.name() => {
            let (was, is) = (was.call.parameters(NIL), is.call.parameters(NIL));
            members(&was, &is)
                .into_iter()
                .map(|(name, was, is)| format!("request {number}: {name} was {was} and is now {is}"))
                .collect()
        }
        (Some(was), Some(is)) => vec![format!("request {number} was {} and is now {}", was.name(), is.name())],
        (Some(was), None) => vec![format!("request {number} is not needed any more: {}", was.name())],
        (None, Some(is)) => vec![format!("request {number} is new: {}", is.name())],
        (None, None) => Vec::new(),
    }
}

/// The members in which two objects differ, with their values.
fn members(was: &Json, is: &Json) -> Vec<(String, String, String)> {
    let (Json::Object(was), Json::Object(is)) = (was, is) else { return Vec::new() };
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let told = |value: Option<&Json>| value.map_or("not given".to_owned(), Json::to_string);
    let differs = |name: &&&String| was.get(**name) != is.get(**name);
    names.iter().filter(differs).map(|name| ((**name).clone(), told(was.get(*name)), told(is.get(*name)))).collect()
}
