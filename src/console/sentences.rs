//! The judgement on a System in sentences that need no glossary.

use super::figures::{self, Trust};
use super::format;
use crate::model::{Disruption, Moment, Site, Span, SystemAssessment, Up, Verdict};

/// A statement and how bad it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// How bad it is.
    pub verdict: Verdict,
    /// What is the case.
    pub text: String,
}

/// What is the case: split, users, RPO and RTO for each Disruption.
pub fn of(system: &SystemAssessment, now: Moment) -> Vec<Sentence> {
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
    for disruption in Disruption::ALL {
        sentences.extend(loss(system, disruption, now));
    }
    sentences.extend(times(system, now));
    sentences.extend(start(system, now));
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
                "Users have not been served since {}{}, for {}. Active: {active}.",
                format::moment(*since, now),
                start.words(),
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
    let event = match (disruption, judgement.frozen_at) {
        (Disruption::Region, Some(since)) => format!("Counted from the outage at {},", format::moment(since, now)),
        (Disruption::Region, None) => format!("If {} were lost now,", lost_site(system)),
        (Disruption::Data, Some(since)) => format!("If the data of {} had to be restored,", format::moment(since, now)),
        (Disruption::Data, None) => "If data were deleted or corrupted now,".to_owned(),
    };
    let lost = match figure {
        Some(Span::ZERO) => "nothing would be lost".to_owned(),
        Some(figure) => format!("the last {} of data would be lost", format::span(figure)),
        None if verdict == Verdict::Breached => "all data would be lost: there is no recovery point".to_owned(),
        None => "it cannot be told how much would be lost".to_owned(),
    };
    let promise = match judgement.objective {
        None => "nothing was promised".to_owned(),
        Some(Span::ZERO) => "no loss at all was promised".to_owned(),
        Some(objective) => format!("at most {} was promised", format::span(objective)),
    };
    let doubt = match (verdict, figure) {
        (Verdict::Unknown, Some(_)) => " Some of this could not be read in time, so it may be more.",
        (Verdict::Met | Verdict::AtRisk | Verdict::Unknown | Verdict::Breached | Verdict::Split, _) => "",
    };
    Some(Sentence { verdict, text: format!("{event} {lost}; {promise}.{doubt}") })
}

/// How long recovery takes: proven, or promised only.
fn times(system: &SystemAssessment, now: Moment) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut unproven = Vec::new();
    for disruption in Disruption::ALL {
        let judgement = system.rto.get(disruption);
        let what = match disruption {
            Disruption::Region => "the loss of a Region",
            Disruption::Data => "the loss of data",
        };
        match (judgement.objective, judgement.proven) {
            (None, None) => {}
            (Some(objective), None) => {
                unproven.push((judgement.verdict, format!("{} after {what}", format::span(objective))))
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
    sentences
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
        let text = "Whether a failover could start now cannot be told for all components.".to_owned();
        sentences.push(Sentence { verdict: Verdict::Unknown, text });
    }
    sentences
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
