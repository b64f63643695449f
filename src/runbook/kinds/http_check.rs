//! `http-check`: a page is served, as seen from this machine.

use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required, values};
use crate::model::facts::look::Response;
use crate::model::words::length;
use crate::model::{Place, Query, Snapshot, Text};
use crate::runbook::by_hand::{ByHand, look, program};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// The most answers in a row that are asked for at a time.
const MOST: u32 = 20;

/// A page that has to be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpCheck {
    /// The page.
    pub url: String,
    /// The status that is good; any from 200 to 399 unless it is said.
    pub status: Option<u16>,
    /// How many good answers in a row, a second apart.
    pub times: u32,
}

impl HttpCheck {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "http-check",
        doc: "Waits until a page answers well, several times in a row, as seen from the machine that drdeck runs on.",
        keys: &[
            required("url", Shape::Url, r#""https://www.shop.example/health""#, "The page."),
            optional("status", Shape::Number, "any from 200 to 399", "200", "The HTTP status that is good."),
            optional("times", Shape::Count, "3", "5", "How many good answers in a row, a second apart; 20 at most."),
        ],
        read,
    };

    fn query(&self) -> Query {
        Query::Probes(Place::home(Place::EVERYWHERE), self.url.clone(), self.times)
    }

    fn is_good(&self, answer: &Response) -> bool {
        match self.status {
            Some(status) => answer.status == Some(status),
            None => answer.is_good(),
        }
    }

    fn good(&self) -> String {
        self.status.map_or_else(|| "200 to 399".to_owned(), |status| status.to_string())
    }
}

fn read(section: &Section<'_>, _: &Around) -> Option<Kind> {
    let (url, status, times) = (section.text("url"), section.number("status"), section.count("times"));
    if let Some(Err(wrong)) = url.as_ref().map(|found| values::page(found.value)) {
        section.wrong("url", wrong);
        return None;
    }
    let status = match status.map(u16::try_from) {
        None if section.has("status") => return None,
        None => None,
        Some(Ok(status)) if (100..600).contains(&status) => Some(status),
        Some(Ok(_) | Err(_)) => {
            section.wrong("status", "is no HTTP status; write a number from 100 to 599");
            return None;
        }
    };
    if times.is_some_and(|times| times > MOST) {
        section.wrong("times", format!("is more than {MOST}"));
        return None;
    }
    Some(Kind::HttpCheck(HttpCheck { url: url?.value.to_owned(), status, times: times.unwrap_or(3) }))
}

impl StepKind for HttpCheck {
    fn evidence(&self) -> Evidence {
        Evidence { done: "several requests in a row are answered as expected", lost: "nothing is sent" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: Vec::new(),
            permissions: Vec::new(),
            undo: Text::new("it changes nothing"),
            on_failure: Text::new(
                "open the page yourself, and look at what stands behind it: load balancer, servers, database; then retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.query()]
    }

    fn describe(&self, _: &World<'_>) -> Text {
        Text::new(format!("GET {} from this machine: {} in a row must answer {}", self.url, self.times, self.good()))
    }

    fn by_hand(&self) -> ByHand {
        let line = program(&[
            "curl",
            "--silent",
            "--show-error",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code}\\n",
            &self.url,
        ]);
        ByHand::watch(vec![look(
            line,
            format!("it prints {}; enter it {} times, a second apart", self.good(), self.times),
        )])
    }

    fn check(&self, _: &World<'_>) -> Vec<Check> {
        Vec::new()
    }

    fn work(&self, _: &World<'_>) -> Work {
        Work::Watch
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let answers = match fresh(world, &self.query(), Snapshot::probes) {
            Ok(answers) => answers,
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let good = answers.iter().filter(|answer| self.is_good(answer)).count();
        let all = usize::try_from(self.times).unwrap_or(usize::MAX);
        let last = answers.last().map(|answer| match (&answer.status, &answer.error) {
            (Some(status), _) => format!("{status} in {}", length(answer.took)),
            (None, Some(error)) => error.to_string(),
            (None, None) => "no answer".to_owned(),
        });
        let state = Text::new(format!("{good} of {all} answered well; the last: {}", last.unwrap_or_default()));
        if good >= all { Progress::Done(state) } else { Progress::Running { state, share: None } }
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
