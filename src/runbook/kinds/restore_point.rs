//! The moment that a database or table is restored to: the operator chooses the last clean one from what can be restored, and sees what is lost.

use crate::document::{Key, Section, Shape, optional};
use crate::model::words::{clock, length, stopwatch};
use crate::model::{Moment, Span, Text};
use crate::runbook::by_hand;
use crate::runbook::check::Check;
use crate::runbook::work::{Choice, ChoiceForm};
use crate::runbook::world::World;

/// The name under which the operator chooses it: one moment for all that a run restores, as damage has one beginning.
const CHOICE: &str = super::drs_point::CHOICE;

/// Where the moment stands that the person chooses.
const TIME: &str = "<TIME>";

/// The key that says it.
pub(super) const POINT: Key = optional(
    "point",
    Shape::Text,
    "chosen",
    r#""chosen""#,
    "The moment: chosen (by the operator, in the run), newest (the last that can be restored), or a time.",
);

/// Which moment is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestorePoint {
    /// One that the operator chooses in the run.
    Chosen,
    /// The newest there is when AWS begins.
    Newest,
    /// That one.
    At(Moment),
}

/// What can be restored, as AWS tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The oldest moment.
    pub(super) earliest: Option<Moment>,
    /// The newest.
    pub(super) latest: Option<Moment>,
}

impl RestorePoint {
    /// As runbooks write it.
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        let Some(found) = section.text(POINT.name) else {
            return (!section.has(POINT.name)).then_some(Self::Chosen);
        };
        match found.value {
            "chosen" => Some(Self::Chosen),
            "newest" => Some(Self::Newest),
            other => match other.parse() {
                Ok(moment) => Some(Self::At(moment)),
                Err(_) => {
                    section.wrong(
                        POINT.name,
                        format!(
                            "is \"{other}\"; write \"chosen\", \"newest\", or a time like \"2026-11-20T09:30:00Z\""
                        ),
                    );
                    None
                }
            },
        }
    }

    /// What stands for the moment in a call that a person makes, and the mark where only they know it.
    pub(super) fn by_hand(&self, parameter: &'static str) -> (Option<Moment>, Vec<(&'static str, &'static str)>) {
        match self {
            Self::Newest => (None, Vec::new()),
            Self::At(moment) => (Some(*moment), Vec::new()),
            Self::Chosen => (Some(by_hand::MARKED), vec![(parameter, TIME)]),
        }
    }

    /// What the moment has to be, in words that follow the window.
    pub(super) fn words_by_hand(&self) -> String {
        match self {
            Self::Newest => String::new(),
            Self::At(moment) => format!(": {moment:.0} is between them"),
            Self::Chosen => format!(
                "; {TIME} is the last moment before the damage, between them, in UTC like 2026-11-20T09:30:00Z: what was written after it is lost"
            ),
        }
    }

    /// The moment that is asked for; `None` is the newest. Why it is not known.
    pub(super) fn moment(&self, world: &World<'_>) -> Result<Option<Moment>, String> {
        match self {
            Self::Newest => Ok(None),
            Self::At(moment) => Ok(Some(*moment)),
            Self::Chosen => {
                let chosen = world.run.choices.get(CHOICE).ok_or("no moment was chosen yet")?;
                let parsed = chosen.parse().map(Some);
                parsed.map_err(|_| format!("\"{chosen}\" is no time; choose one like 2026-11-20T09:30:00Z"))
            }
        }
    }

    /// What the operator chooses, where they do.
    pub(super) fn choices(&self, world: &World<'_>, of: &str, window: Option<Window>) -> Vec<Choice> {
        let (earliest, latest) = window.map_or((None, None), |window| (window.earliest, window.latest));
        match self {
            Self::Newest | Self::At(_) => Vec::new(),
            Self::Chosen => vec![Choice {
                name: CHOICE.to_owned(),
                what: Text::new(format!(
                    "the last clean moment of {of}, the one before the damage; {}",
                    window.map_or_else(
                        || "what can be restored cannot be read".to_owned(),
                        |window| format!("it can be restored to {}", window.words(world))
                    )
                )),
                form: ChoiceForm::Moment { earliest, latest },
                chosen: world.run.choices.get(CHOICE).map(Text::new),
            }],
        }
    }

    /// `as of 13:52:48Z`, to stand behind what is restored.
    pub(super) fn words(&self, world: &World<'_>) -> String {
        match self.moment(world) {
            Ok(Some(moment)) => format!("as of {}", clock(moment, world.now)),
            Ok(None) => "as of the newest moment there is".to_owned(),
            Err(why) => format!("as of a moment that is not known: {why}"),
        }
    }

    /// Whether it can be restored to that moment, and whether that one is clean.
    pub(super) fn check(&self, world: &World<'_>, of: &str, window: Window) -> Vec<Check> {
        let what = format!("{of} can be restored to the moment wanted");
        let words = window.words(world);
        let moment = match self.moment(world) {
            Ok(moment) => moment.or(window.latest),
            Err(why) => {
                let why = format!("{why}; it can be restored to {words}: choose the last moment before the damage");
                return vec![Check::blocks(what, why)];
            }
        };
        let Some(moment) = moment else {
            return vec![Check::blocks(what, "AWS names no moment that it can be restored to")];
        };
        let at = clock(moment, world.now);
        let mut checks = vec![match window {
            Window { latest: Some(latest), .. } if latest < moment => Check::blocks(
                what,
                format!(
                    "{at} is too new, it can be restored to {words}; choose an earlier one, or wait until AWS has that one"
                ),
            ),
            Window { earliest: Some(earliest), .. } if moment < earliest => {
                Check::blocks(what, format!("{at} is too old, it can be restored to {words}; choose a later one"))
            }
            Window { latest: None, .. } => Check::blocks(what, "AWS names no moment that it can be restored to"),
            Window { latest: Some(_), .. } => Check::holds(format!("{of} can be restored to {words}")),
        }];
        if let Some(began) = world.run.began {
            let clean = format!("{at} is before the damage");
            checks.push(if moment < began {
                Check::holds(clean)
            } else {
                let late = length(moment.duration_since(began));
                let began = clock(began, world.now);
                Check::warns(
                    clean,
                    format!("it is {late} after the disruption began at {began}: the damage may be in it"),
                )
            });
        }
        checks
    }

    /// What is lost by going back to it: `from` what, into what.
    pub(super) fn loses(&self, world: &World<'_>, from: &str, into: &str, window: Option<Window>) -> Option<Text> {
        let moment = match self.moment(world) {
            Ok(moment) => moment.or(window?.latest)?,
            Err(why) => return Some(Text::new(format!("not known how much: {why}"))),
        };
        let until = world.run.began.filter(|began| *began < world.now);
        let lost = until.unwrap_or(world.now).duration_since(moment).max(Span::ZERO);
        let end = match until {
            Some(began) => format!("the disruption began at {}", clock(began, world.now)),
            None => format!("it is {} now", clock(world.now, world.now)),
        };
        Some(Text::new(format!(
            "you lose {} of writes: {into} will hold {from} as of {}, and {end}; nothing written to {from} after that moment is in it",
            stopwatch(lost),
            clock(moment, world.now)
        )))
    }
}

impl Window {
    /// `any moment from 2026-10-16 14:05:00Z to 13:55:00Z`.
    fn words(self, world: &World<'_>) -> String {
        let at = |moment: Option<Moment>| moment.map_or("an unknown moment".to_owned(), |at| clock(at, world.now));
        match self {
            Self { earliest: None, latest: None } => "no moment".to_owned(),
            Self { earliest, latest } => format!("any moment from {} to {}", at(earliest), at(latest)),
        }
    }
}
