//! `sns-publish`: a message to people, with the run's facts in it.

use super::template::{filled, marked, problem};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required, values};
use crate::model::{Place, Query, Region, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, known};
use crate::runbook::call::{ApiCall, Plane, Publish};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, Outcome, World};

/// The longest subject that SNS takes, in characters.
const SUBJECT: usize = 100;

/// The longest message that SNS takes, in bytes.
const MESSAGE: usize = 262_144;

/// A message to the subscribers of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnsPublish {
    /// The Region of the topic.
    pub place: Place,
    /// The topic's ARN.
    pub topic: String,
    /// The subject, with fields.
    pub subject: String,
    /// The lines of the message, with fields.
    pub message: Vec<String>,
}

impl SnsPublish {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "sns-publish",
        doc: "Sends a message to an SNS topic, with facts of the run: {system}, {runbook}, {run}, {mode}, {incident}, {operator}, {account}, {opened}, {began}, {repair}, {rto} (the time since the disruption began), {done} (what was done so far).",
        keys: &[
            required(
                "topic",
                Shape::Arn,
                r#""arn:aws:sns:us-west-2:111122223333:incidents""#,
                "The topic; better not in the Region that fails.",
            ),
            required(
                "subject",
                Shape::Text,
                r#""{system}: failover begun ({incident})""#,
                "The subject of mails, 100 characters.",
            ),
            required(
                "message",
                Shape::Texts,
                r#"["{system} moves to us-west-2.", "Users are affected since {began}."]"#,
                "The message, line by line.",
            ),
        ],
        read,
    };

    /// Subject and message as they are sent.
    fn rendered(&self, world: &World<'_>) -> (String, String) {
        let (mark, first) = match world.run.mode {
            Mode::Live => ("", ""),
            Mode::Drill => ("[DRILL] ", "This is a drill. Nothing is wrong.\n"),
            Mode::Tabletop => ("[TABLETOP] ", "This is a tabletop exercise. Nothing is wrong.\n"),
        };
        // SNS takes printable ASCII only.
        let subject = format!("{mark}{}", filled(&self.subject, world));
        let plain = subject.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' });
        let lines: Vec<String> = self.message.iter().map(|line| filled(line, world)).collect();
        (plain.take(SUBJECT).collect(), format!("{first}{}", lines.join("\n")))
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (topic, subject, message) = (section.arn("topic"), section.text("subject"), section.texts("message"));
    let place = topic.as_ref().and_then(|found| match values::arn(found.value) {
        Ok(arn) if arn.service == "sns" && !arn.region.is_empty() => {
            Some(Place { region: Region::new(arn.region), role: around.role.clone() })
        }
        Ok(_) | Err(_) => {
            section.wrong(
                "topic",
                format!("is \"{}\", which is no SNS topic; it is arn:aws:sns:REGION:ACCOUNT:NAME", found.value),
            );
            None
        }
    });
    let mut is_right = true;
    if let Some(wrong) = subject.as_ref().and_then(|found| problem(found.value)) {
        section.wrong("subject", wrong);
        is_right = false;
    }
    for line in message.iter().flatten() {
        if let Some(wrong) = problem(line.value) {
            section.walk.wrong(&line.span, format!("`message` {wrong}"));
            is_right = false;
        }
    }
    if message.as_ref().is_some_and(Vec::is_empty) {
        section.wrong("message", "is empty; write at least one line");
        is_right = false;
    }
    let (topic, subject, message) = (topic?.value.to_owned(), subject?.value.to_owned(), message?);
    let message = message.iter().map(|line| line.value.to_owned()).collect();
    let place = place?;
    is_right.then_some(Kind::SnsPublish(SnsPublish { place, topic, subject, message }))
}

impl StepKind for SnsPublish {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "SNS has taken the message",
            lost: "AWS does not tell whether a message was taken: a person is asked",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Data),
            regions: vec![self.place.region.clone()],
            permissions: vec!["sns:Publish"],
            undo: Text::new("a message cannot be taken back; send another one that corrects it"),
            on_failure: Text::new("tell the same people in another way, then skip this step with the reason"),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let (subject, message) = self.rendered(world);
        Text::new(format!("to all subscribers of {}: \"{subject}\": {}", self.topic, message.replace('\n', " / ")))
    }

    fn by_hand(&self) -> ByHand {
        let message: Vec<String> = self.message.iter().map(|line| marked(line)).collect();
        let call = Publish {
            place: self.place.clone(),
            topic: self.topic.clone(),
            subject: marked(&self.subject),
            message: message.join(" "),
        };
        ByHand {
            then: vec![change(&ApiCall::Publish(call), &[])],
            last: vec![known("it prints a MessageId; ask one of those who should have it")],
            ..ByHand::default()
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let (_, message) = self.rendered(world);
        let what = "SNS takes a message of this length";
        vec![if message.len() <= MESSAGE {
            Check::holds(what)
        } else {
            Check::blocks(
                what,
                format!("it has {} bytes, and {MESSAGE} are the most; leave {{done}} out of it", message.len()),
            )
        }]
    }

    fn work(&self, world: &World<'_>) -> Work {
        let (subject, message) = self.rendered(world);
        Work::Calls(vec![ApiCall::Publish(Publish {
            place: self.place.clone(),
            topic: self.topic.clone(),
            subject,
            message,
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        match world.sent().map(|attempt| &attempt.outcome) {
            Some(Some(Outcome::Applied { answer })) => {
                let id = answer.get("MessageId").and_then(|id| id.as_str());
                let id = id.map_or_else(String::new, |id| format!(", message {id}"));
                Progress::Done(Text::new(format!("SNS has taken it{id}")))
            }
            Some(Some(Outcome::InDoubt { .. } | Outcome::NotApplied { .. }) | None) => {
                Progress::Unknown(Text::new("SNS does not tell whether it has taken it"))
            }
            None => Progress::NotBegun(Text::new("not sent")),
        }
    }

    /// SNS keeps no list of what was published, and takes the same message twice.
    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new(format!(
            "SNS does not tell what was published; ask a subscriber of {} whether the message came",
            self.topic
        )))
    }
}
