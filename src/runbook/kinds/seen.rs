//! One thing of a list that was read, as a step relies on it: there, not there, or not to be known now. What was read too long ago is not known.

use crate::model::words::clock;
use crate::model::{Freshness, Query, Reading, Snapshot, Text};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress};
use crate::runbook::world::World;

/// One thing of a list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Seen<'a, T> {
    /// It is there.
    Is(&'a T),
    /// The list was read, and it is not in it.
    Absent,
    /// The list could not be read: why.
    Unread(String),
}

impl<'a, T> Seen<'a, T> {
    /// The first of a list that `is` it.
    pub(super) fn among(
        world: &World<'_>,
        query: &Query,
        reading: &Reading<&'a Vec<T>>,
        is: impl Fn(&T) -> bool,
    ) -> Self {
        match reading.value {
            Some(list) if reading.freshness(world.now) == Freshness::Fresh => {
                list.iter().find(|one| is(one)).map_or(Self::Absent, Self::Is)
            }
            Some(_) | None => Self::Unread(why_not(world, query, reading)),
        }
    }

    /// It, if it is there.
    pub(super) const fn value(&self) -> Option<&'a T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Unread(_) => None,
        }
    }

    /// Why it is not there, in a sentence about `what`.
    pub(super) fn absence(&self, what: &str) -> Text {
        match self {
            Self::Is(_) => Text::default(),
            Self::Absent => Text::new(format!("there is no {what}")),
            Self::Unread(why) => Text::new(why),
        }
    }

    /// It, or what keeps the step from being confirmed.
    pub(super) fn required(&self, what: &str) -> Result<&'a T, Check> {
        let is_there = format!("there is {what}");
        match self {
            Self::Is(value) => Ok(value),
            Self::Absent => Err(Check::blocks(is_there, format!("there is no {what}; correct the runbook"))),
            Self::Unread(why) => {
                Err(Check::blocks(is_there, format!("{why}; it must answer before anything is changed")))
            }
        }
    }

    /// It, or how far the step has come for want of it: a thing that is not there is not to be known either.
    pub(super) fn verified(&self, what: &str) -> Result<&'a T, Progress> {
        self.value().ok_or_else(|| Progress::Unknown(self.absence(what)))
    }

    /// It, or why it does not tell what came of a request: it could not be read, or it is not there any more.
    pub(super) fn told(&self, what: &str) -> Result<&'a T, Found> {
        match self {
            Self::Is(value) => Ok(value),
            Self::Absent => Err(Found::CannotTell(self.absence(what))),
            Self::Unread(_) => Err(Found::Unread(self.absence(what))),
        }
    }
}

/// Why a reading cannot be relied on now.
pub(super) fn why_not<T>(world: &World<'_>, query: &Query, reading: &Reading<T>) -> String {
    let source = query.source();
    match (&reading.failing, reading.read_at) {
        (Some(failure), _) => format!("{source} cannot be read: {}", failure.error),
        (None, Some(at)) => format!("{source} was last read at {}", clock(at, world.now)),
        (None, None) => format!("{source} was not read yet"),
    }
}

/// All of what was just read, or why it cannot be relied on.
pub(super) fn fresh<'a, T>(
    world: &World<'a>,
    query: &Query,
    read: impl FnOnce(&'a Snapshot, &Query) -> Reading<&'a T>,
) -> Result<&'a T, String> {
    let reading = read(world.snapshot, query);
    match (reading.value, reading.freshness(world.now)) {
        (Some(value), Freshness::Fresh) => Ok(value),
        (Some(_) | None, _) => Err(why_not(world, query, &reading)),
    }
}
