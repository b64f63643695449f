//! `status --output json`: schema 1, a contract. Figures are whole seconds rounded down; times are UTC.

use serde::Serialize;

use super::{cost, seconds, state};
use crate::model::{
    Assessment, ComponentAssessment, Moment, PerDisruption, RpoJudgement, RtoJudgement, Site, SourceState,
    SystemAssessment, Up,
};

/// The document; its fields are in the order of the contract.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    taken_at: String,
    account: Option<&'a str>,
    identity: Option<&'a str>,
    calls: u64,
    cost_per_hour_usd: f64,
    sources: Vec<Source<'a>>,
    systems: Vec<System<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    service: &'static str,
    region: &'a str,
    state: &'static str,
    read_at: Option<String>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct System<'a> {
    name: &'a str,
    criticality: &'static str,
    strategy: &'static str,
    primary: &'a str,
    recovery: &'a str,
    active: Vec<&'a str>,
    up: &'static str,
    verdict: &'static str,
    reasons: Vec<&'a str>,
    rpo: Both<Rpo<'a>>,
    rto: Both<Rto>,
    components: Vec<Component<'a>>,
}

#[derive(Serialize)]
struct Both<T> {
    region: T,
    data: T,
}

impl<T> Both<T> {
    fn of<'a, U>(pair: &'a PerDisruption<U>, f: impl Fn(&'a U) -> T) -> Self {
        Self { region: f(&pair.region), data: f(&pair.data) }
    }
}

#[derive(Serialize)]
struct Rpo<'a> {
    objective_s: Option<i64>,
    now_s: Option<i64>,
    verdict: &'static str,
    worst: Option<&'a str>,
}

#[derive(Serialize)]
struct Rto {
    objective_s: Option<i64>,
    proven_s: Option<i64>,
    proven_at: Option<String>,
    estimated_s: Option<i64>,
    verdict: &'static str,
}

#[derive(Serialize)]
struct Component<'a> {
    name: &'a str,
    kind: &'static str,
    verdict: &'static str,
    recovery_point: Both<Option<String>>,
    source: &'a str,
    read_at: Option<String>,
    reason: &'a str,
}

/// The document for `systems` of `assessment`, ending in a line feed.
///
/// # Errors
/// None that can happen: every value is a number, a string or null.
pub fn render(assessment: &Assessment, systems: &[&SystemAssessment]) -> Result<String, serde_json::Error> {
    let identity = assessment.identity.value.as_ref();
    let document = Document {
        schema: 1,
        taken_at: time(assessment.now),
        account: identity.map(|identity| identity.account.as_str()),
        identity: identity.map(|identity| identity.arn.as_str()),
        calls: assessment.calls,
        cost_per_hour_usd: cost(assessment.cost_per_hour_usd),
        sources: assessment.sources.iter().map(source).collect(),
        systems: systems.iter().map(|found| system(found)).collect(),
    };
    Ok(serde_json::to_string(&document)? + "\n")
}

fn source(source: &SourceState) -> Source<'_> {
    Source {
        service: source.service.as_str(),
        region: source.region.as_str(),
        state: state(source.status),
        read_at: source.read_at.map(time),
        error: source.failure.as_ref().map(|failure| failure.error.as_str()),
    }
}

fn system(system: &SystemAssessment) -> System<'_> {
    System {
        name: &system.name,
        criticality: system.criticality.as_str(),
        strategy: system.strategy.as_str(),
        primary: system.primary.as_str(),
        recovery: system.recovery.as_str(),
        active: system.active.iter().map(Site::as_str).collect(),
        up: match system.up {
            Up::Up => "up",
            Up::Down { .. } => "down",
            Up::Unknown => "unknown",
        },
        verdict: system.verdict.as_str(),
        reasons: system.reasons.iter().map(crate::model::Text::as_str).collect(),
        rpo: Both::of(&system.rpo, rpo),
        rto: Both::of(&system.rto, rto),
        components: system.components.iter().map(component).collect(),
    }
}

fn rpo(judgement: &RpoJudgement) -> Rpo<'_> {
    Rpo {
        objective_s: judgement.objective.map(seconds),
        now_s: judgement.now.map(seconds),
        verdict: judgement.verdict.as_str(),
        worst: judgement.worst.as_deref(),
    }
}

fn rto(judgement: &RtoJudgement) -> Rto {
    Rto {
        objective_s: judgement.objective.map(seconds),
        proven_s: judgement.proven.map(seconds),
        proven_at: judgement.proven_at.map(time),
        estimated_s: judgement.estimated.as_ref().map(|sum| seconds(sum.takes)),
        verdict: judgement.verdict.as_str(),
    }
}

fn component(component: &ComponentAssessment) -> Component<'_> {
    Component {
        name: &component.name,
        kind: component.kind,
        verdict: component.verdict.as_str(),
        recovery_point: Both::of(&component.recovery_point, |point| point.map(time)),
        source: &component.source,
        read_at: component.read_at.map(time),
        reason: component.reason.as_str(),
    }
}

/// `2026-11-20T14:02:17Z`, or `2026-11-20T14:02:17.250Z` where it is not a whole second: AWS tells no finer, and programs read no finer.
fn time(moment: Moment) -> String {
    if moment.subsec_millisecond() == 0 { format!("{moment:.0}") } else { format!("{moment:.3}") }
}
