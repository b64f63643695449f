//! The verdict on a System in one sentence, for somebody who runs the business.

use std::collections::BTreeSet;

use crate::model::words::{clock, length, sites};
use crate::model::{Disruption, Moment, PerDisruption, RpoJudgement, RtoJudgement, Site, System, Text, Up, Verdict};

/// What was found about a System.
pub(super) struct Judgement<'a> {
    pub(super) active: &'a BTreeSet<Site>,
    pub(super) up: &'a Up,
    pub(super) verdict: Verdict,
    pub(super) rpo: &'a PerDisruption<RpoJudgement>,
    pub(super) rto: &'a PerDisruption<RtoJudgement>,
    /// Everything that is wrong, with the Verdict that each thing justifies.
    pub(super) reasons: &'a [(Verdict, Text)],
    /// How many things stand in the way of a failover.
    pub(super) blockers: usize,
}

/// One part of the sentence, and how bad what it says is.
struct Clause {
    verdict: Verdict,
    words: String,
}

/// Where the System is served from, what would be lost, what was promised; and what else makes it as bad as it is.
pub(super) fn sentence(system: &System, found: &Judgement<'_>, now: Moment) -> Text {
    let clauses = if found.verdict == Verdict::Split { split(system, found) } else { state(system, found, now) };
    let explained = clauses.iter().map(|clause| clause.verdict).max().unwrap_or(Verdict::Met);
    let mut words: Vec<String> = clauses.into_iter().map(|clause| clause.words).collect();
    let worst = found.reasons.iter().find(|(verdict, _)| *verdict == found.verdict);
    // What cannot be told calls for a reason, even where it is said what that is.
    if let Some((_, why)) = worst.filter(|_| found.verdict > explained || found.verdict == Verdict::Unknown) {
        words.push(format!("{}: {}", state_words(found.verdict), why.as_str().trim_end_matches('.')));
    }
    Text::new(format!("{}.", words.join("; ")))
}

/// What the reason that follows is the reason of.
const fn state_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "all is well",
        Verdict::AtRisk => "it is at risk",
        Verdict::Unknown => "not everything is known",
        Verdict::Breached => "a promise is broken",
        Verdict::Split => "it is split",
    }
}

fn split(system: &System, found: &Judgement<'_>) -> Vec<Clause> {
    let words = format!(
        "{} takes writes in {} at once, and what is written in one is missing in the other: stop one of them before anything else",
        system.name,
        sites(found.active)
    );
    vec![Clause { verdict: Verdict::Split, words }]
}

fn state(system: &System, found: &Judgement<'_>, now: Moment) -> Vec<Clause> {
    let mut clauses = vec![Clause { verdict: Verdict::Met, words: head(system, found, now) }];
    clauses.extend(region(system, found));
    clauses.extend(data(found));
    clauses.extend(recovery(found));
    if found.blockers > 0 && matches!(found.up, Up::Down { .. }) {
        let (things, stand) = if found.blockers == 1 { ("thing", "stands") } else { ("things", "stand") };
        let words = format!("{} {things} {stand} in the way of a failover", found.blockers);
        clauses.push(Clause { verdict: Verdict::Met, words });
    }
    if let ([_], Verdict::Met) = (clauses.as_slice(), found.verdict) {
        clauses.push(Clause { verdict: Verdict::Met, words: "nothing is wrong with it".to_owned() });
    }
    clauses
}

/// Where it is served from, and whether it is.
fn head(system: &System, found: &Judgement<'_>, now: Moment) -> String {
    let name = &system.name;
    let places = sites(found.active);
    match (found.up, found.active.is_empty()) {
        (Up::Up, false) => format!("{name} is served from {places}"),
        (Up::Up, true) => format!("{name} is served"),
        (Up::Down { since, start }, _) => {
            let of = if found.active.is_empty() { String::new() } else { format!(" from {places}") };
            format!("{name} has not been served{of} since {}{}", clock(*since, now), start.words())
        }
        (Up::Unknown, false) => format!("{name} runs in {places}, though nothing tells whether users are served"),
        (Up::Unknown, true) => format!("where {name} runs cannot be told"),
    }
}

/// What the loss of the site costs: the one that is gone, or the one that may go.
fn region(system: &System, found: &Judgement<'_>) -> Option<Clause> {
    let rpo = &found.rpo.region;
    if rpo.objective.is_none() && rpo.now.is_none() {
        return None;
    }
    let mut active = found.active.iter();
    let lost = match (active.next(), active.next()) {
        (Some(only), None) => only.as_str(),
        (Some(_), Some(_)) => "one of them",
        (None, _) => system.primary.as_str(),
    };
    let condition = match found.up {
        Up::Down { .. } => "a failover now".to_owned(),
        Up::Up | Up::Unknown => format!("if {lost} were lost now"),
    };
    let is_down = matches!(found.up, Up::Down { .. });
    let cost = match (rpo.now, rpo.verdict, is_down) {
        (Some(now), _, true) if now.as_secs() == 0 => format!("{condition} would lose nothing"),
        (Some(now), _, true) => format!("{condition} would lose up to {} of writes", length(whole(now))),
        (None, Verdict::Breached, true) => format!("{condition} would lose everything"),
        (None, Verdict::Met | Verdict::AtRisk | Verdict::Unknown | Verdict::Split, true) => {
            format!("what {condition} would lose cannot be told")
        }
        (Some(now), _, false) if now.as_secs() == 0 => format!("{condition}, nothing would be lost"),
        (Some(now), _, false) => format!("{condition}, up to {} of writes would be lost", length(whole(now))),
        (None, Verdict::Breached, false) => format!("{condition}, everything would be lost"),
        (None, Verdict::Met | Verdict::AtRisk | Verdict::Unknown | Verdict::Split, false) => {
            format!("what would be lost {condition} cannot be told")
        }
    };
    let words = match (promise(rpo), rpo.stale && rpo.now.is_some()) {
        (Some(promise), false) => format!("{cost}, {promise}"),
        (Some(promise), true) => format!("{cost} as last read, {promise}"),
        (None, false) => cost,
        (None, true) => format!("{cost} as last read"),
    };
    Some(Clause { verdict: rpo.verdict, words })
}

/// How a figure stands to what was promised.
fn promise(rpo: &RpoJudgement) -> Option<String> {
    let objective = rpo.objective?;
    let promised = if objective.is_zero() {
        "though no loss at all was promised".to_owned()
    } else {
        format!("the {} promised", length(objective))
    };
    let now = rpo.now?;
    let held = match (now > objective, objective.is_zero()) {
        (false, true) => "as promised".to_owned(),
        (true, true) => promised,
        (false, false) => format!("within {promised}"),
        (true, false) => format!("more than {promised}"),
    };
    Some(match rpo.verdict {
        Verdict::Met | Verdict::Breached | Verdict::Split => held,
        Verdict::AtRisk if now <= objective && !objective.is_zero() => format!("only just {held}"),
        Verdict::AtRisk | Verdict::Unknown => format!("{held}, which may have changed since"),
    })
}

/// What damaged data cost, where that is a matter of concern.
fn data(found: &Judgement<'_>) -> Option<Clause> {
    let rpo = &found.rpo.data;
    rpo.objective?;
    let words = match (rpo.verdict, rpo.now) {
        (Verdict::Met, _) => return None,
        (_, Some(now)) => {
            let promise = promise(rpo).map(|promise| format!(", {promise}")).unwrap_or_default();
            format!("if data were damaged, {} of work would be lost{promise}", length(whole(now)))
        }
        (Verdict::Breached, None) => "damaged data could not be brought back at all".to_owned(),
        (Verdict::AtRisk | Verdict::Unknown | Verdict::Split, None) => {
            "what damaged data would cost cannot be told".to_owned()
        }
    };
    Some(Clause { verdict: rpo.verdict, words })
}

/// Whether recovery was ever proven to be fast enough.
fn recovery(found: &Judgement<'_>) -> Option<Clause> {
    let after = |disruption: Disruption| match disruption {
        Disruption::Region => "",
        Disruption::Data => " from damaged data",
    };
    let unkept = |disruption: Disruption| {
        let (rto, after) = (found.rto.get(disruption), after(disruption));
        let objective = rto.objective.filter(|_| rto.verdict > Verdict::Met)?;
        let words = match rto.proven {
            Some(took) => format!(
                "recovery{after} took {} when it was last proven, {} were promised",
                length(took),
                length(objective)
            ),
            None => {
                let sum =
                    rto.estimated.as_ref().map(|sum| format!(", and its runbook adds up to {}", length(sum.takes)));
                format!("recovery{after} within {} was never proven{}", length(objective), sum.unwrap_or_default())
            }
        };
        Some(Clause { verdict: rto.verdict, words })
    };
    let (region, data) = (unkept(Disruption::Region), unkept(Disruption::Data));
    match (region, data) {
        (Some(region), Some(data)) if data.verdict > region.verdict => Some(data),
        (Some(region), _) => Some(region),
        (None, data) => data,
    }
}

/// In whole seconds, as everywhere.
const fn whole(span: crate::model::Span) -> crate::model::Span {
    crate::model::Span::from_secs(span.as_secs())
}
