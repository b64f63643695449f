//! `runbook`: another runbook, whose steps stand here once both were read.

use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::{Query, Text};
use crate::runbook::by_hand::ByHand;
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Another runbook, by its name. [`take_in`](crate::runbook::nest::take_in) puts its steps in the place of this one; one that is left can do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// The runbook's name.
    pub runbook: String,
}

impl Nested {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "runbook",
        doc: "Takes in another runbook: its steps stand here, under this step's id, and move a System of their own. Steps that need this one wait until that System's users are served, not until it is protected again. A decision of its own is left out where one stands before this step.",
        keys: &[required(
            "runbook",
            Shape::Text,
            r#""orders-failover""#,
            "The runbook, by the name of its file without .toml; it takes in none itself.",
        )],
        read: |section: &Section<'_>, _: &Around| {
            Some(Kind::Nested(Self { runbook: section.text("runbook")?.value.to_owned() }))
        },
    };

    fn missing(&self) -> String {
        format!("the runbook {} was not taken in; put it beside this one and begin anew", self.runbook)
    }
}

impl StepKind for Nested {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "each of its steps is done; what needs this step waits until its users are served",
            lost: "each of its steps has its own rule",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: Vec::new(),
            permissions: Vec::new(),
            undo: Text::new("each of its steps says how it is undone"),
            on_failure: Text::new("each of its steps says what to do"),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn describe(&self, _: &World<'_>) -> Text {
        Text::new(format!("the steps of the runbook {}", self.runbook))
    }

    fn by_hand(&self) -> ByHand {
        ByHand::word(format!("take the sheet of the runbook {}", self.runbook))
    }

    fn check(&self, _: &World<'_>) -> Vec<Check> {
        vec![Check::blocks("its steps are known", self.missing())]
    }

    fn work(&self, _: &World<'_>) -> Work {
        Work::Watch
    }

    fn verify(&self, _: &World<'_>) -> Progress {
        Progress::Unknown(Text::new(self.missing()))
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
