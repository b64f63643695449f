//! A step and what it sees: made by hand, without a file system, a clock or a network.

use std::path::Path;
use std::sync::Arc;

use drdeck::model::facts::Answer;
use drdeck::model::facts::cloudwatch::{Series, SeriesStatus};
use drdeck::model::query::{Metric, Window};
use drdeck::model::{Failure, FailureKind, Moment, Place, Query, Reading, Snapshot, Span, Text};
use drdeck::runbook::check::Standing;
use drdeck::runbook::kinds::{Kind, StepKind};
use drdeck::runbook::{ApiCall, Attempt, IntentId, Mode, Outcome, Progress, Refusal, RunFacts, RunId, Work, World};
use serde_json::{Value as Json, json};

/// The moment everything is looked at.
pub(crate) const NOW: &str = "2026-11-20T14:10:00Z";

pub(crate) fn now() -> Moment {
    NOW.parse().unwrap()
}

pub(crate) fn ago(seconds: i64) -> Moment {
    now().checked_sub(Span::from_secs(seconds)).unwrap()
}

pub(crate) fn t(text: &str) -> Text {
    Text::new(text)
}

pub(crate) fn east() -> Place {
    Place::home("us-east-1")
}

pub(crate) fn west() -> Place {
    Place::home("us-west-2")
}

pub(crate) fn run_id() -> RunId {
    RunId::new(1_700_000_000_000, 7)
}

pub(crate) fn intent() -> IntentId {
    IntentId { run: run_id(), number: 3 }
}

/// A runbook of that one step, in TOML.
fn runbook(step: &str) -> String {
    format!(
        "system = \"orders\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"orders team\"\nsummary = \"A test.\"\n\
         regions = [\"us-east-1\", \"us-west-2\"]\n\n[[step]]\nid = \"it\"\nphase = \"execute\"\ntitle = \"It\"\nestimate = \"5m\"\n{step}"
    )
}

/// The step of those keys.
pub(crate) fn kind(step: &str) -> Kind {
    let text = runbook(step);
    let parsed = drdeck::runbook::parse::parse(&text, Path::new("orders-failover.toml"), &[]);
    parsed.unwrap_or_else(|problems| panic!("{problems}")).steps.remove(0).kind
}

/// What is wrong with those keys.
pub(crate) fn problems(step: &str) -> String {
    let parsed = drdeck::runbook::parse::parse(&runbook(step), Path::new("orders-failover.toml"), &[]);
    parsed.expect_err("something is wrong").to_string()
}

/// What a step sees.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) snapshot: Snapshot,
    pub(crate) run: RunFacts,
    pub(crate) attempts: Vec<Attempt>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let run = RunFacts {
            id: run_id(),
            mode: Mode::Live,
            runbook: "orders-failover".to_owned(),
            system: "orders".to_owned(),
            incident: None,
            operator: t("kim"),
            account: t("111122223333"),
            opened: ago(900),
            began: None,
            repair: None,
            choices: std::collections::BTreeMap::new(),
            done: Vec::new(),
        };
        Self { snapshot: Snapshot::default(), run, attempts: Vec::new() }
    }

    /// An answer that was read just now.
    pub(crate) fn put(mut self, query: Query, answer: Answer) -> Self {
        let reading = Reading::fresh(Arc::new(answer), now(), Span::from_mins(1));
        self.snapshot.readings.insert(Arc::new(query), reading);
        self
    }

    /// A question without an answer.
    pub(crate) fn silent(mut self, query: Query) -> Self {
        let failure =
            Failure { since: ago(600), at: now(), kind: FailureKind::TimedOut, error: t("did not answer within 5 s") };
        self.snapshot.readings.insert(Arc::new(query), Reading::failed(failure));
        self
    }

    /// An answer of ten minutes ago, and none since.
    pub(crate) fn stale(mut self, query: Query, answer: Answer) -> Self {
        let failure =
            Failure { since: ago(500), at: now(), kind: FailureKind::TimedOut, error: t("did not answer within 5 s") };
        let reading = Reading::fresh(Arc::new(answer), ago(600), Span::from_mins(1)).and_failed(failure);
        self.snapshot.readings.insert(Arc::new(query), reading);
        self
    }

    /// A series with one point of `seconds` ago.
    pub(crate) fn series(self, place: &Place, name: &str, dimension: (&str, &str), value: f64, seconds: i64) -> Self {
        let series = Series { status: SeriesStatus::Complete, points: vec![(ago(seconds), value)] };
        self.put(series_query(place, name, dimension), Answer::Series(series))
    }

    /// The same in that mode.
    pub(crate) fn mode(mut self, mode: Mode) -> Self {
        self.run.mode = mode;
        self
    }

    /// The same, the disruption having begun so many seconds ago.
    pub(crate) fn began(mut self, seconds: i64) -> Self {
        self.run.began = Some(ago(seconds));
        self
    }

    /// The same after a request of so many seconds ago.
    pub(crate) fn sent(mut self, call: Option<ApiCall>, seconds: i64, outcome: Option<Outcome>) -> Self {
        self.attempts.push(Attempt { intent: intent(), call, at: ago(seconds), outcome });
        self
    }

    pub(crate) fn world(&self) -> World<'_> {
        World { snapshot: &self.snapshot, now: now(), run: &self.run, attempts: &self.attempts }
    }
}

pub(crate) fn series_query(place: &Place, name: &str, (key, value): (&str, &str)) -> Query {
    let metric = Metric {
        namespace: "AWS/RDS".to_owned(),
        name: name.to_owned(),
        dimensions: vec![(key.to_owned(), value.to_owned())],
        statistic: "Maximum".to_owned(),
        window: Window::Recent,
    };
    Query::Series(place.clone(), metric.into())
}

pub(crate) fn applied() -> Option<Outcome> {
    Some(Outcome::Applied { answer: json!({}) })
}

pub(crate) fn refused() -> Option<Outcome> {
    Some(Outcome::NotApplied { why: Refusal::Conflict, error: t("no") })
}

/// What keeps a step from being confirmed.
pub(crate) fn blockers(kind: &Kind, scene: &Scene) -> Vec<String> {
    let checks = kind.step().check(&scene.world());
    checks
        .into_iter()
        .filter_map(|check| match check.standing {
            Standing::Blocks(why) => Some(format!("{}: {why}", check.what)),
            Standing::Holds | Standing::Warns(_) => None,
        })
        .collect()
}

/// What a person should think about.
pub(crate) fn warnings(kind: &Kind, scene: &Scene) -> Vec<String> {
    let checks = kind.step().check(&scene.world());
    checks
        .into_iter()
        .filter_map(|check| match check.standing {
            Standing::Warns(why) => Some(format!("{}: {why}", check.what)),
            Standing::Holds | Standing::Blocks(_) => None,
        })
        .collect()
}

/// The one request of a step: where it goes, what it is called and what it says.
pub(crate) fn request(kind: &Kind, scene: &Scene) -> (String, String, Json) {
    match kind.step().work(&scene.world()) {
        Work::Calls(calls) => {
            assert_eq!(calls.len(), 1, "one request");
            let call = &calls[0];
            (call.region().to_string(), call.operation().to_owned(), call.parameters(intent()))
        }
        other => panic!("a request, not {other:?}"),
    }
}

/// The request itself.
pub(crate) fn call(kind: &Kind, scene: &Scene) -> ApiCall {
    match kind.step().work(&scene.world()) {
        Work::Calls(mut calls) => calls.remove(0),
        other => panic!("a request, not {other:?}"),
    }
}

/// How far a step has come, as a word and what it says.
pub(crate) fn progress(kind: &Kind, scene: &Scene) -> (&'static str, String) {
    match kind.step().verify(&scene.world()) {
        Progress::Done(text) => ("done", text.to_string()),
        Progress::Running { state, .. } => ("running", state.to_string()),
        Progress::Failed { why, way_on } => ("failed", format!("{why} | {way_on}")),
        Progress::NotBegun(text) => ("not begun", text.to_string()),
        Progress::Unknown(text) => ("unknown", text.to_string()),
    }
}

/// Whether a request whose answer was lost was carried out, as a word and the evidence.
pub(crate) fn found(kind: &Kind, scene: &Scene, call: Option<ApiCall>) -> (&'static str, String) {
    let attempt = Attempt { intent: intent(), call, at: ago(90), outcome: None };
    match kind.step().reconcile(&scene.world(), &attempt) {
        drdeck::runbook::Found::Applied(text) => ("applied", text.to_string()),
        drdeck::runbook::Found::NotApplied(text) => ("not applied", text.to_string()),
        drdeck::runbook::Found::NotYet(text) => ("not yet", text.to_string()),
        drdeck::runbook::Found::Unread(text) => ("unread", text.to_string()),
        drdeck::runbook::Found::CannotTell(text) => ("cannot tell", text.to_string()),
    }
}

/// Reads of a step until it names nothing new, as the engine does.
pub(crate) fn reads(step: &dyn StepKind, scene: &Scene) -> Vec<(String, String)> {
    let queries = step.reads(&scene.world());
    queries.iter().map(|query| (query.operation().1.to_owned(), query.region().to_string())).collect()
}
