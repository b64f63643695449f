//! The kinds of steps. A new kind is one file here and one line in [`kinds!`].

mod asg_scale;
mod manual;

pub use asg_scale::AsgScale;
pub use manual::Manual;

use std::sync::Arc;

use super::call::Plane;
use super::check::Check;
use super::work::{Found, Progress, Work};
use super::world::{Attempt, World};
use crate::document::{Key, Section};
use crate::model::{Place, Query, Region, Text};

/// What a step leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reversibility {
    /// It changes nothing.
    Harmless,
    /// It can be undone.
    Reversible,
    /// It can be undone, and data are lost.
    WithLoss,
    /// It cannot be undone. To confirm it the System's name is typed.
    OneWay,
}

/// What is known of a step without reading anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// What it leaves behind.
    pub reversibility: Reversibility,
    /// What has to be up for its calls; `None` if it sends none.
    pub plane: Option<Plane>,
    /// The Regions whose endpoints its calls need.
    pub regions: Vec<Region>,
    /// The IAM actions of its calls; those of its reads follow from its Queries.
    pub permissions: Vec<&'static str>,
    /// The state if one stops here, and how to undo it.
    pub undo: Text,
    /// What to do if it fails, where the runbook says nothing.
    pub on_failure: Text,
}

/// A kind of step. Everything in it is a pure function of what was read.
pub trait StepKind {
    /// What is known without reading anything.
    fn facts(&self) -> Facts;

    /// What has to be read for everything below. It is asked for again with what came, until it names nothing new: the log of a job
    /// whose id an answer tells.
    fn reads(&self, world: &World<'_>) -> Vec<Query>;

    /// What it does, on what (ARN or id, Region), in which direction.
    fn describe(&self, world: &World<'_>) -> Text;

    /// What is lost if it is confirmed now, in words with figures; `None` if nothing is.
    fn loses(&self, _world: &World<'_>) -> Option<Text> {
        None
    }

    /// Its preconditions.
    fn check(&self, world: &World<'_>) -> Vec<Check>;

    /// What is to be done. A drill is done differently, or not at all: [`World::run`] says which mode it is. (In a tabletop nothing is
    /// sent whatever this says.)
    fn work(&self, world: &World<'_>) -> Work;

    /// How far it has come.
    fn verify(&self, world: &World<'_>) -> Progress;

    /// Whether a request of it whose answer was lost was carried out: the rule of its operation.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found;
}

/// What reading a step's keys needs to know of its runbook.
#[derive(Clone, Debug)]
pub struct Around {
    /// The role assumed for its changes and its readings.
    pub role: Option<Arc<str>>,
}

impl Around {
    /// The Place that a key which must be there names; its absence or misspelling was noted.
    pub fn place(&self, section: &Section<'_>, key: &str) -> Option<Place> {
        section.region(key).map(|found| Place { region: found.value, role: self.role.clone() })
    }
}

/// One kind of step, as runbooks write it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The word in `kind`.
    pub word: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Makes one from its keys. What is wrong with them is noted in the section, all of it at once; then this is `None`.
    pub read: fn(&Section<'_>, &Around) -> Option<Kind>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($type:ty),)*) => {
        /// What a step is.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Kind {
            $($(#[$doc])* $variant($type),)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Entry] = &[$(<$type>::ENTRY,)*];

            /// The word in `kind`.
            pub fn word(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => <$type>::ENTRY.word,)*
                }
            }

            /// The step itself.
            pub fn step(&self) -> &dyn StepKind {
                match self {
                    $(Self::$variant(kind) => kind,)*
                }
            }
        }

        $(
            impl From<$type> for Kind {
                fn from(kind: $type) -> Self {
                    Self::$variant(kind)
                }
            }
        )*
    };
}

kinds! {
    /// Something a person does.
    Manual(Manual),
    /// The size of an Auto Scaling group.
    AsgScale(AsgScale),
}
