//! The judgement on a System in sentences that need no glossary.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::{self, Trust};
use super::format;
use crate::model::{
    Disruption, Failure, Moment, RunStart, Site, SourceState, Span, StepSum, SystemAssessment, Up, Verdict, words,
};

/// A statement and how bad it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// How bad it is.
    pub verdict: Verdict,
    /// What is the case.
    pub text: String,
}

/// What is the case, in the order in which it matters at night: two writers, users, what a failover would lose and what blocks it, what
/// damaged data would cost, how long recovery takes.
pub fn of(system: &SystemAssessment, now: Moment) -> Vec<Sentence> {
    let mut sentences = urgent(system, now);
    sentences.extend(times(system, now));
    sentences
}

/// The same without how long recovery takes.
pub fn urgent(system: &SystemAssessment, now: Moment) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    if system.verdict == Verdict::Split {
        sentences.push(Sentence {
            verdict: Verdict::Split,
            text: format!(
                "{} both act as the active site: data may be written in two places. Stop one of them before anything else.",
                sites(system)
            ),
        });
    }
    sentences.push(users(system, now));
    sentences.extend(loss(system, Disruption::Region, now));
    sentences.extend(start(system, now));
    sentences.extend(loss(system, Disruption::Data, now));
    sentences
}

/// Whether users are served, and where.
fn users(system: &SystemAssessment, now: Moment) -> Sentence {
    let active = if system.active.is_empty() { "a place that cannot be told".to_owned() } else { sites(system) };
    let (verdict, text) = match &system.up {
        Up::Up => match figures::up_trust(system, now) {
            Trust::Fresh => (Verdict::Met, format!("Users are served, from {active}.")),
            Trust::Old(age) => {
                let age = format::age(age);
                (Verdict::Unknown, format!("Users were served when that was last read, {age} ago. Active: {active}."))
            }
            Trust::Never => (Verdict::Unknown, format!("Whether users are served was not read. Active: {active}.")),
        },
        Up::Down { since, start } => (
            Verdict::Breached,
            format!(
                "Users have not been served since {}{}, for {}{}. Active: {active}.",
                format::moment(*since, now),
                start.words(),
                match start {
                    RunStart::Seen => "",
                    RunStart::Earlier => "at least ",
                },
                format::elapsed(now.duration_since(*since))
            ),
        ),
        Up::Unknown => (Verdict::Unknown, format!("Whether users are served cannot be told. Active: {active}.")),
    };
    Sentence { verdict, text }
}

fn loss(system: &SystemAssessment, disruption: Disruption, now: Moment) -> Option<Sentence> {
    let judgement = system.rpo.get(disruption);
    let figure = figures::rpo_now(system, disruption, now);
    if judgement.objective.is_none() && figure.is_none() {
        return None;
    }
    let verdict = match (judgement.verdict, figures::rpo_trust(system, disruption, now)) {
        (Verdict::Met, Trust::Old(_) | Trust::Never) => Verdict::Unknown,
        (verdict, _) => verdict,
    };
    let outage = judgement.frozen_at.is_some();
    let lost = match figure {
        Some(figure) => {
            let event = match (disruption, outage) {
                (Disruption::Region, true) => "A failover would lose".to_owned(),
                (Disruption::Data, true) => "A restore would lose".to_owned(),
                (Disruption::Region, false) => format!("If {} were lost now,", lost_site(system)),
                (Disruption::Data, false) => "If data were damaged now,".to_owned(),
            };
            // As coarse as in the table: a figure that changes every second is not read any better.
            let amount = format::against(figure, judgement.objective);
            let amount = match (amount.as_str(), amount.strip_prefix('>')) {
                ("0", _) => "less than a second".to_owned(),
                (_, Some(least)) => format!("more than {least}"),
                (_, None) => amount,
            };
            match (figure, outage) {
                (Span::ZERO, true) => format!("{event} nothing"),
                (Span::ZERO, false) => format!("{event} nothing would be lost"),
                (_, true) if figure < Span::from_secs(1) || amount.starts_with("more") => format!("{event} {amount}"),
                (_, true) => format!("{event} the last {amount} before the outage"),
                (_, false) => format!("{event} {amount} of data would be lost"),
            }
        }
        None => {
            let event = match (disruption, outage) {
                (Disruption::Region, true) => "a failover".to_owned(),
                (Disruption::Region, false) => format!("the loss of {}", lost_site(system)),
                (Disruption::Data, _) => "damaged data".to_owned(),
            };
            match verdict {
                Verdict::Breached | Verdict::Split => {
                    format!("There is no recovery point: {event} would cost all data")
                }
                Verdict::Unknown | Verdict::AtRisk | Verdict::Met => format!("What {event} would cost cannot be told"),
            }
        }
    };
    let goal = match judgement.objective {
        None => "no goal is declared".to_owned(),
        Some(Span::ZERO) => "the goal is no loss at all".to_owned(),
        Some(objective) => format!("the goal is {}", format::span(objective)),
    };
    let start_unseen = matches!(system.up, Up::Down { start: RunStart::Earlier, .. });
    let doubt = match (verdict, figure) {
        (Verdict::Unknown, Some(_)) if start_unseen && !judgement.stale => {
            " When the outage began was not seen: it may be less."
        }
        (Verdict::Unknown, Some(_)) => " Not all of it could be read in time: it may be more.",
        (Verdict::Met | Verdict::AtRisk | Verdict::Unknown | Verdict::Breached | Verdict::Split, _) => "",
    };
    Some(Sentence { verdict, text: format!("{lost}; {goal}.{doubt}") })
}

/// How long recovery takes: proven, or promised only.
fn times(system: &SystemAssessment, now: Moment) -> Vec<Sentence> {
    let (mut sentences, mut unproven, mut estimates) = (Vec::new(), Vec::new(), Vec::new());
    for disruption in Disruption::ALL {
        let judgement = system.rto.get(disruption);
        let what = match disruption {
            Disruption::Region => "the loss of a Region",
            Disruption::Data => "the loss of data",
        };
        match (judgement.objective, judgement.proven) {
            (None, None) => {}
            (Some(objective), None) => {
                unproven.push((judgement.verdict, format!("{} after {what}", format::span(objective))));
                estimates.extend(judgement.estimated.as_ref().map(|sum| estimated(sum, objective)));
            }
            (objective, Some(proven)) => {
                let proven_at = judgement.proven_at.map(|at| format!(" at {}", format::moment(at, now)));
                let promise = objective.map(|objective| format!("; at most {} was promised", format::span(objective)));
                let text = format!(
                    "Recovery after {what} took {} when it was last proven{}{}.",
                    format::span(proven),
                    proven_at.unwrap_or_default(),
                    promise.unwrap_or_default()
                );
                sentences.push(Sentence { verdict: judgement.verdict, text });
            }
        }
    }
    if let Some(verdict) = unproven.iter().map(|(verdict, _)| *verdict).max() {
        let promises = unproven.iter().map(|(_, promise)| promise.as_str()).collect::<Vec<_>>().join(" and ");
        sentences
            .push(Sentence { verdict, text: format!("Recovery within {promises} was promised, but never proven.") });
    }
    sentences.extend(estimates);
    sentences
}

/// What the steps of a runbook add up to. However short, that keeps no promise.
fn estimated(sum: &StepSum, objective: Span) -> Sentence {
    let basis = match sum.measured {
        0 => "by its own estimates".to_owned(),
        measured => format!("with {measured} of {} as they took in live runs", sum.steps),
    };
    let too_long = if sum.takes > objective { ", longer than was promised" } else { "" };
    let text = format!("The steps of {} add up to {}, {basis}{too_long}.", sum.runbook, format::span(sum.takes));
    Sentence { verdict: Verdict::AtRisk, text }
}

/// Whether a failover could start now.
fn start(system: &SystemAssessment, now: Moment) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = system
        .blockers
        .iter()
        .map(|blocker| Sentence { verdict: Verdict::Breached, text: format!("Blocks a failover: {blocker}") })
        .collect();
    if figures::go_known(system, now) {
        if sentences.is_empty() {
            let text = "As far as the components tell, a failover could start now.".to_owned();
            sentences.push(Sentence { verdict: Verdict::Met, text });
        }
    } else {
        let text = match sentences.as_slice() {
            [] => "Whether a failover could start now cannot be told.",
            _ => "Whether anything else blocks a failover cannot be told.",
        };
        sentences.push(Sentence { verdict: Verdict::Unknown, text: text.to_owned() });
    }
    sentences
}

/// Calls that failed for one and the same reason.
struct Failed<'a> {
    failure: &'a Failure,
    /// Where the first of them stands among the reasons.
    at: usize,
    texts: Vec<&'a str>,
    places: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// Why the verdict, worst first, where the calls that failed for one and the same reason are one sentence and not one each.
pub fn reasons(system: &SystemAssessment, sources: &[SourceState], now: Moment) -> Vec<String> {
    let mut said = Vec::new();
    let mut failed: Vec<Failed<'_>> = Vec::new();
    for reason in &system.reasons {
        let text = reason.as_str();
        let Some((source, failure)) = sources.iter().find_map(|source| blamed(source, text)) else {
            said.push(text.to_owned());
            continue;
        };
        let at = said.len();
        let known = failed.iter().position(|other| other.failure.error == failure.error);
        let group = known.unwrap_or_else(|| {
            failed.push(Failed { failure, at, texts: Vec::new(), places: BTreeMap::new() });
            failed.len() - 1
        });
        let Some(group) = failed.get_mut(group) else { continue };
        if failure.since < group.failure.since {
            group.failure = failure;
        }
        group.texts.push(text);
        group.places.entry(source.region.as_str()).or_default().insert(source.service.as_str());
    }
    for Failed { failure, at, texts, places } in failed.into_iter().rev() {
        let sentence = match texts.as_slice() {
            [alone] => (*alone).to_owned(),
            _ => {
                let places = words::listed(places.iter().map(|(region, services)| in_region(region, services)));
                format!("{places} could not be read since {}: {}", format::moment(failure.since, now), failure.error)
            }
        };
        said.insert(at, sentence);
    }
    said
}

/// The source that `reason` is about, if it says no more than that a call to it failed: `rds:DescribeDBInstances us-east-1 …: <its error>`.
fn blamed<'a>(source: &'a SourceState, reason: &str) -> Option<(&'a SourceState, &'a Failure)> {
    let failure = source.failure.as_ref().filter(|failure| reason.ends_with(failure.error.as_str()))?;
    let call = reason.strip_prefix(source.service.as_str())?.strip_prefix(':')?;
    let region = call.split(' ').nth(1)?;
    (region == source.region.as_str()).then_some((source, failure))
}

/// `us-east-1 (backup, rds)`: services of a Region.
pub fn in_region(region: &str, services: &BTreeSet<&str>) -> String {
    format!("{region} ({})", services.iter().copied().collect::<Vec<_>>().join(", "))
}

/// The site whose loss is talked about: the active one, or the primary if that is not known.
fn lost_site(system: &SystemAssessment) -> String {
    let mut active = system.active.iter();
    match (active.next(), active.next()) {
        (Some(site), None) => site_name(site),
        (Some(_), Some(_)) => "one of the Regions".to_owned(),
        (None, _) => site_name(&system.primary),
    }
}

fn sites(system: &SystemAssessment) -> String {
    system.active.iter().map(site_name).collect::<Vec<_>>().join(" and ")
}

fn site_name(site: &Site) -> String {
    match site {
        Site::Region(region) => region.as_str().to_owned(),
        Site::OnPremises => "the data centre".to_owned(),
    }
}
