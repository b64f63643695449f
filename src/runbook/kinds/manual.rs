//! `manual`: something a person does outside of drdeck, and says so.

use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::Section;
use crate::model::{Query, Text};
use crate::runbook::by_hand::ByHand;
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Question, Work};
use crate::runbook::world::{Attempt, World};

/// Something a person does. The step's text says what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manual;

impl Manual {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "manual",
        doc: "Something a person does outside of drdeck, as the step's text says, and confirms. Recorded as that person's word.",
        keys: &[],
        read: |_: &Section<'_>, _: &Around| Some(Kind::Manual(Self)),
    };
}

impl StepKind for Manual {
    fn evidence(&self) -> Evidence {
        Evidence { done: "the operator says that it was done", lost: "nothing is sent" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: Vec::new(),
            permissions: Vec::new(),
            undo: Text::new("drdeck changes nothing here; what the person did is the person's to undo"),
            on_failure: Text::new("note what happened, then skip it with the reason or do it again"),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn describe(&self, _: &World<'_>) -> Text {
        Text::new("done by a person; drdeck records that you say it is done")
    }

    fn asks(&self) -> Option<Question> {
        Some(Question::Manual)
    }

    fn by_hand(&self) -> ByHand {
        ByHand::word("do what is written above, and write down what you found")
    }

    fn check(&self, _: &World<'_>) -> Vec<Check> {
        Vec::new()
    }

    fn work(&self, _: &World<'_>) -> Work {
        Work::Ask(Question::Manual)
    }

    fn verify(&self, _: &World<'_>) -> Progress {
        Progress::Done(Text::new("the operator says so"))
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
