//! `decision`: the outage is declared. This sets the RTO clock.

use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional};
use crate::model::words::{clock, length};
use crate::model::{Query, Span, Text};
use crate::runbook::by_hand::ByHand;
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Question, Work};
use crate::runbook::world::{Attempt, World};

/// The declaration of the outage: when it began, and when the failed side is expected back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is declared.
    pub declares: Option<Text>,
}

impl Decision {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "decision",
        doc: "Declares the outage: when the disruption began and when the failed side is expected back. From the beginning the RTO clock runs.",
        keys: &[optional(
            "declares",
            Shape::Text,
            "that the System is to be moved",
            r#""us-east-1 is lost for orders""#,
            "What is declared.",
        )],
        read: |section: &Section<'_>, _: &Around| {
            Some(Kind::Decision(Self { declares: section.text("declares").map(|found| Text::new(found.value)) }))
        },
    };
}

impl StepKind for Decision {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the operator declares it; the RTO clock runs from the beginning that they say",
            lost: "nothing is sent",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: Vec::new(),
            permissions: Vec::new(),
            undo: Text::new("nothing is changed; a decision that is taken back is noted, and the run aborted"),
            on_failure: Text::new("if it is not decided yet, pause; if it is decided otherwise, abort with the reason"),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let run = world.run;
        let what = match &self.declares {
            Some(declares) => declares.to_string(),
            None => format!("{} is to be moved", run.system),
        };
        let began = match run.began {
            Some(began) => {
                let since = world.now.duration_since(began).max(Span::ZERO);
                format!("the disruption began at {} ({} ago)", clock(began, world.now), length(since))
            }
            None => "no reading shows a disruption: it begins now unless you say when (start TIME)".to_owned(),
        };
        let repair = match run.repair {
            Some(repair) => format!("the failed side is expected back at {}", clock(repair, world.now)),
            None => "it is not known when the failed side is back".to_owned(),
        };
        Text::new(format!("declares: {what}; {began}; {repair}. The RTO clock runs from the beginning"))
    }

    fn asks(&self) -> Option<Question> {
        Some(Question::Decision)
    }

    fn by_hand(&self) -> ByHand {
        let what = self.declares.as_ref().map_or("the outage", Text::as_str);
        ByHand::word(format!(
            "declare: {what}. Write down since when users are not served (the RTO counts from there), when the failed side is expected back, and who declares it"
        ))
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "readings show the disruption";
        vec![match world.run.began {
            Some(_) => Check::holds(what),
            None => Check::warns(what, "none does; drdeck may not see what you see, or there is none"),
        }]
    }

    fn work(&self, _: &World<'_>) -> Work {
        Work::Ask(Question::Decision)
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        Progress::Done(Text::new(match world.run.began {
            Some(began) => format!("declared; the disruption began at {}", clock(began, world.now)),
            None => "declared".to_owned(),
        }))
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
