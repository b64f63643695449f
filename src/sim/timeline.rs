//! The timeline: which fault holds from when to when. Scenario files and the control endpoint write acts; here their times are fixed.

use std::num::NonZeroU32;

use serde::Deserialize;

use super::fault::Fault;
use super::time::{Moment, Span};

/// A moment as a scenario writes it: a span after (or, with `-`, before) the simulator's start, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After the start of the simulator; in `POST /_drdeck/faults` after now.
    After(Span),
    /// At that time.
    At(Moment),
}

impl When {
    /// That moment, for acts that count from `origin`.
    pub fn fix(self, origin: Moment) -> Moment {
        match self {
            Self::After(span) => origin + span,
            Self::At(moment) => moment,
        }
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Span::parse(&text).map(Self::After).or_else(|| Moment::parse(&text).map(Self::At)).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "\"{text}\" is neither a span (\"2m\", \"-30h\") nor a time (\"2026-11-20T14:02:17Z\")"
            ))
        })
    }
}

/// One act of a scenario.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// When it begins.
    #[serde(default = "at_once")]
    pub at: When,
    /// When it ends; absent: never.
    pub until: Option<When>,
    /// How many calls meet it until it is over; absent: all.
    pub times: Option<NonZeroU32>,
    /// A remark for the reader of the file.
    #[serde(default)]
    pub note: String,
    /// What goes wrong.
    pub fault: Fault,
}

fn at_once() -> When {
    When::After(Span::ZERO)
}

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What happens, for the person who plays it.
    pub story: String,
    /// Its acts.
    #[serde(default, rename = "act")]
    pub acts: Vec<Act>,
}

/// A fault with its times fixed: it holds from `from` until, not including, `until`.
#[derive(Clone, Debug, PartialEq)]
pub struct Spell {
    /// Its beginning.
    pub from: Moment,
    /// Its end.
    pub until: Moment,
    /// How many more calls meet it; `None`: all.
    pub left: Option<u32>,
    /// What it is.
    pub fault: Fault,
}

impl Spell {
    /// Whether it holds at that moment.
    pub fn holds(&self, at: Moment) -> bool {
        self.from <= at && at < self.until && self.left != Some(0)
    }
}

/// A moment that never comes.
pub const NEVER: Moment = Moment::from_millis(i64::MAX / 4);

/// All faults, past and to come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    spells: Vec<Spell>,
}

impl Timeline {
    /// Adds acts whose spans count from `origin`.
    pub fn add(&mut self, acts: &[Act], origin: Moment) {
        self.spells.extend(acts.iter().map(|act| Spell {
            from: act.at.fix(origin),
            until: act.until.map_or(NEVER, |until| until.fix(origin)),
            left: act.times.map(NonZeroU32::get),
            fault: act.fault.clone(),
        }));
    }

    /// All of them.
    pub fn spells(&self) -> &[Spell] {
        &self.spells
    }

    /// The faults that hold at that moment.
    pub fn at(&self, at: Moment) -> impl Iterator<Item = &Fault> {
        self.spells.iter().filter(move |spell| spell.holds(at)).map(|spell| &spell.fault)
    }

    /// The places of the faults that a call meets at that moment, and what each of them is to it.
    pub fn meets<T>(&self, at: Moment, what: impl Fn(&Fault) -> Option<T>) -> impl Iterator<Item = (usize, T)> {
        let held = self.spells.iter().enumerate().filter(move |(_, spell)| spell.holds(at));
        held.filter_map(move |(place, spell)| Some((place, what(&spell.fault)?)))
    }

    /// Whether the fault at that place is over after some calls.
    pub fn is_counted(&self, place: usize) -> bool {
        self.spells.get(place).is_some_and(|spell| spell.left.is_some())
    }

    /// A call has met the fault at that place.
    pub fn count(&mut self, place: usize) {
        if let Some(left) = self.spells.get_mut(place).and_then(|spell| spell.left.as_mut()) {
            *left = left.saturating_sub(1);
        }
    }

    /// The times when a fault of some kind holds, merged and in order.
    pub fn times(&self, concerns: impl Fn(&Fault) -> bool) -> Vec<(Moment, Moment)> {
        let times = self
            .spells
            .iter()
            .filter(|spell| spell.from < spell.until && concerns(&spell.fault))
            .map(|spell| (spell.from, spell.until));
        merged(times.collect())
    }
}

/// Stretches of time, merged and in order.
pub fn merged(mut times: Vec<(Moment, Moment)>) -> Vec<(Moment, Moment)> {
    times.sort_unstable();
    let mut merged: Vec<(Moment, Moment)> = Vec::new();
    for (from, until) in times {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            Some(_) | None => merged.push((from, until)),
        }
    }
    merged
}
