//! `approval`: somebody else consents, best from a session of their own.

use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional};
use crate::model::{Query, Text};
use crate::runbook::by_hand::ByHand;
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Question, Work};
use crate::runbook::world::{Attempt, World};

/// Somebody else's consent. The step's text says to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who is asked.
    pub by: Option<Text>,
}

impl Approval {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "approval",
        doc: "Asks for somebody else's consent. Given from another session with another caller of AWS it counts as verified; said by the operator it is recorded as unverified.",
        keys: &[optional(
            "by",
            Shape::Text,
            "anybody but the operator",
            r#""the incident commander""#,
            "Who is asked.",
        )],
        read: |section: &Section<'_>, _: &Around| {
            Some(Kind::Approval(Self { by: section.text("by").map(|found| Text::new(found.value)) }))
        },
    };

    fn who(&self) -> &str {
        self.by.as_ref().map_or("somebody else", Text::as_str)
    }
}

impl StepKind for Approval {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "somebody else consents: verified where another caller of AWS does so from a session of their own, else recorded as the operator's word",
            lost: "nothing is sent",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: Vec::new(),
            permissions: Vec::new(),
            undo: Text::new("nothing is changed; a consent that is withdrawn is noted, and the run paused"),
            on_failure: Text::new("without the consent pause or abort the run; skip this step only with the reason"),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let (who, operator) = (self.who(), &world.run.operator);
        Text::new(format!(
            "{who} consents, from another session and as another caller of AWS than {operator}; what {operator} says for them is recorded as unverified"
        ))
    }

    fn asks(&self) -> Option<Question> {
        Some(Question::Approval)
    }

    fn by_hand(&self) -> ByHand {
        let whom = self.by.as_ref().map_or("somebody else than yourself", Text::as_str);
        ByHand::word(format!("ask {whom} to agree; write down who did, how you reached them, and when"))
    }

    fn check(&self, _: &World<'_>) -> Vec<Check> {
        Vec::new()
    }

    fn work(&self, _: &World<'_>) -> Work {
        Work::Ask(Question::Approval)
    }

    fn verify(&self, _: &World<'_>) -> Progress {
        Progress::Done(Text::new(format!("{} consents", self.who())))
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
