//! What would be lost, against what was promised.

use super::upcoming::Changes;
use super::{Judged, at_least_zero};
use crate::model::kinds::{Means, Protection, Trust};
use crate::model::words::{clock as moment, length};
use crate::model::{
    Disruption, Loss, Moment, RpoJudgement, RtoJudgement, RunStart, Snapshot, Span, System, Text, Verdict,
};

/// The moment losses are counted to.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    /// Now.
    pub(super) now: Moment,
    /// The start of the outage, if one lasts.
    pub(super) frozen_at: Option<(Moment, RunStart)>,
}

impl Clock {
    const fn counted_to(self) -> Moment {
        match self.frozen_at {
            Some((start, _)) => start,
            None => self.now,
        }
    }

    /// The outage may have begun before it was seen, so that losses are at most what is counted.
    const fn start_is_unseen(self) -> bool {
        matches!(self.frozen_at, Some((_, RunStart::Earlier)))
    }

    /// What was written between `point` and the moment losses are counted to.
    fn since(self, point: Moment) -> Span {
        at_least_zero(self.counted_to().duration_since(point))
    }
}

/// One protection against one promise.
struct Held {
    /// What would be lost, where that is a figure.
    now: Option<Span>,
    verdict: Verdict,
    why: Option<Text>,
}

/// `from the loss of a Region`, `from damaged data`.
pub(super) const fn disruption_words(disruption: Disruption) -> &'static str {
    match disruption {
        Disruption::Region => "the loss of a Region",
        Disruption::Data => "damaged data",
    }
}

/// What was promised to the component for `disruption`, and whether that is a promise of its own.
fn objective(system: &System, judged: &Judged<'_>, disruption: Disruption) -> Option<Span> {
    let systems = system.objectives.get(disruption).and_then(|objective| objective.rpo);
    judged.component.own_rpo.or(systems)
}

fn counts(judged: &Judged<'_>, disruption: Disruption) -> bool {
    *judged.component.counts_for.get(disruption)
        && judged.evidence.protection.get(disruption).loss != Loss::NotApplicable
}

/// How `protection` of `name` holds against `objective`. With no objective nothing is breached, but what cannot be told stays unknown.
fn hold(name: &str, protection: &Protection, objective: Option<Span>, disruption: Disruption, clock: Clock) -> Held {
    let lost = disruption_words(disruption);
    let promised = objective.map(length).unwrap_or_default();
    let why = |fallback: String| Some(protection.why.clone().unwrap_or_else(|| Text::new(fallback)));
    let unread = || protection.trust.why_not().cloned();
    let (newest, nothing_lost) = match protection.loss {
        Loss::NotApplicable => return Held { now: None, verdict: Verdict::Met, why: None },
        Loss::Unknown => {
            let why = unread().or_else(|| why(format!("{name}: what {lost} would cost cannot be told")));
            return Held { now: None, verdict: Verdict::Unknown, why };
        }
        Loss::Everything => {
            let verdict = match (objective, &protection.trust) {
                (Some(_), _) => Verdict::Breached,
                (None, Trust::Fresh) => Verdict::Met,
                (None, Trust::Stale(_) | Trust::Missing(_)) => Verdict::Unknown,
            };
            return Held { now: None, verdict, why: why(format!("{name} has no recovery point for {lost}")) };
        }
        Loss::None => (protection.read_at.unwrap_or(clock.now), true),
        Loss::Since { newest, .. } => (newest, false),
    };
    let fresh = protection.trust == Trust::Fresh;
    let now = if nothing_lost && fresh { Span::ZERO } else { clock.since(newest) };
    let held = |verdict, why| Held { now: Some(now), verdict, why };
    if objective.is_some_and(|objective| objective.is_zero()) && protection.means != Means::Synchronous {
        let sentence = format!("{name} is protected with a delay, but no loss at all was promised for {lost}");
        return held(Verdict::Breached, Some(Text::new(sentence)));
    }
    if !fresh {
        // An old value breaches only if it did when it was read; what happened since cannot be told.
        let as_read = protection.read_at.map(|read| clock.counted_to().min(read).duration_since(newest));
        return match (objective, as_read) {
            (Some(objective), Some(as_read)) if !nothing_lost && as_read > objective => {
                held(Verdict::Breached, Some(behind(name, newest, &promised, lost, clock)))
            }
            _ => held(Verdict::Unknown, unread()),
        };
    }
    match objective {
        Some(objective) if now > objective && clock.start_is_unseen() => {
            let sentence = format!(
                "{name} could be brought back to {}; whether that is within the {promised} promised for {lost} depends on when \
                 the outage began, which nobody could tell",
                moment(newest, clock.now)
            );
            held(Verdict::Unknown, Some(Text::new(sentence)))
        }
        Some(objective) if now > objective => {
            held(Verdict::Breached, Some(behind(name, newest, &promised, lost, clock)))
        }
        Some(objective) if !nothing_lost && protection.means == Means::Continuous && now > four_fifths(objective) => {
            let sentence = format!(
                "{name} could be brought back to {}: less than a fifth of the {promised} promised for {lost} is left",
                moment(newest, clock.now)
            );
            held(Verdict::AtRisk, Some(Text::new(sentence)))
        }
        Some(objective) => match protection.at_worst.filter(|worst| *worst > objective) {
            Some(worst) => {
                let sentence = format!(
                    "{name} gets a recovery point too seldom: at worst {} are lost although all goes to plan, more than the {promised} \
                     promised for {lost}",
                    length(worst)
                );
                held(Verdict::AtRisk, Some(Text::new(sentence)))
            }
            None => held(Verdict::Met, None),
        },
        None => held(Verdict::Met, None),
    }
}

fn behind(name: &str, newest: Moment, promised: &str, lost: &str, clock: Clock) -> Text {
    let newest = moment(newest, clock.now);
    Text::new(match clock.frozen_at {
        None => format!("{name} could only be brought back to {newest}: more than the {promised} promised for {lost}"),
        Some((start, _)) => format!(
            "{name} could only be brought back to {newest}, the outage began at {}: more than the {promised} promised for {lost}",
            moment(start, clock.now)
        ),
    })
}

fn four_fifths(objective: Span) -> Span {
    Span::try_from_secs_f64(objective.as_secs_f64() * 0.8).unwrap_or(objective)
}

/// The RPO of `system` for `disruption`: the worst of the components that count and have no promise of their own.
pub(super) fn judge_rpo(
    system: &System,
    disruption: Disruption,
    judged: &[Judged<'_>],
    clock: Clock,
    changes: &mut Changes,
) -> RpoJudgement {
    let objective = system.objectives.get(disruption).and_then(|objective| objective.rpo);
    let counted = judged.iter().filter(|each| each.component.own_rpo.is_none() && counts(each, disruption));
    let held: Vec<(&str, Held, Loss)> = counted
        .map(|each| {
            let protection = each.evidence.protection.get(disruption);
            crossings(protection, objective, clock, changes);
            let held = hold(&each.component.name, protection, objective, disruption, clock);
            (each.component.name.as_str(), held, protection.loss)
        })
        .collect();
    let verdict = match held.iter().map(|(_, held, _)| held.verdict).max() {
        Some(verdict) => verdict,
        None if objective.is_some() => Verdict::Unknown,
        None => Verdict::Met,
    };
    // A figure that leaves a component out would look better than it is.
    let figures = held.iter().filter_map(|(name, held, _)| held.now.map(|now| (*name, now)));
    let largest = figures.reduce(|worst, next| if next.1 > worst.1 { next } else { worst });
    let without = |loss: Loss| held.iter().find(|(_, _, each)| *each == loss).map(|(name, ..)| *name);
    let (now, worst) = match (without(Loss::Everything).or_else(|| without(Loss::Unknown)), largest) {
        (Some(name), _) => (None, Some(name)),
        (None, Some((name, now))) => (Some(now), Some(name)),
        (None, None) => (None, None),
    };
    let decided = judged.iter().find(|each| Some(each.component.name.as_str()) == worst);
    let decided = decided.map(|each| each.evidence.protection.get(disruption));
    RpoJudgement {
        objective,
        now,
        frozen_at: clock.frozen_at.map(|(start, _)| start),
        verdict,
        worst: worst.map(str::to_owned),
        read_at: decided.and_then(|protection| protection.read_at),
        stale: decided.is_some_and(|protection| protection.trust != Trust::Fresh),
    }
}

/// Why an RPO that was promised cannot be told at all: no component speaks for it.
pub(super) fn untold(rpo: &RpoJudgement, disruption: Disruption) -> Option<Text> {
    let silent = rpo.objective.is_some() && rpo.worst.is_none() && rpo.verdict == Verdict::Unknown;
    silent.then(|| Text::new(format!("No component tells what {} would cost", disruption_words(disruption))))
}

/// What runs have proven, against what was promised.
pub(super) fn judge_rto(system: &System, disruption: Disruption, snapshot: &Snapshot) -> RtoJudgement {
    let objective = system.objectives.get(disruption).and_then(|objective| objective.rto);
    let measured = snapshot.proven.get(&system.name).and_then(|proven| *proven.get(disruption));
    let verdict = match (objective, measured) {
        (None, _) => Verdict::Met,
        (Some(_), None) => Verdict::AtRisk,
        (Some(objective), Some(measured)) if measured.took <= objective => Verdict::Met,
        (Some(_), Some(_)) => Verdict::Breached,
    };
    let (proven, proven_at) = (measured.map(|measured| measured.took), measured.map(|measured| measured.at));
    let estimated = snapshot.estimated.get(&system.name).and_then(|estimated| estimated.get(disruption).clone());
    RtoJudgement { objective, proven, proven_at, estimated, verdict }
}

/// Why an RTO that was promised is not met.
pub(super) fn unkept(rto: &RtoJudgement, disruption: Disruption, now: Moment) -> Option<(Verdict, Text)> {
    let objective = rto.objective.filter(|_| rto.verdict > Verdict::Met)?;
    let lost = disruption_words(disruption);
    let words = match (rto.proven, rto.proven_at) {
        (Some(took), Some(at)) => format!(
            "Recovery from {lost} took {} when it was last proven, at {}; {} were promised",
            length(took),
            moment(at, now),
            length(objective)
        ),
        (Some(_) | None, _) => {
            let estimated = rto
                .estimated
                .as_ref()
                .map(|sum| format!("; the steps of {} add up to {}", sum.runbook, length(sum.takes)));
            format!(
                "Recovery within {} from {lost} was never proven{}",
                length(objective),
                estimated.unwrap_or_default()
            )
        }
    };
    Some((rto.verdict, Text::new(words)))
}

/// Everything that is wrong with a Component, worst first; empty if nothing is.
pub(super) fn judge_component(
    system: &System,
    judged: &Judged<'_>,
    clock: Clock,
    changes: &mut Changes,
) -> Vec<(Verdict, Text)> {
    let evidence = &judged.evidence;
    let mut found: Vec<(Verdict, Text)> = Vec::new();
    for disruption in Disruption::ALL.into_iter().filter(|disruption| counts(judged, *disruption)) {
        let (protection, objective) = (evidence.protection.get(disruption), objective(system, judged, disruption));
        if judged.component.own_rpo.is_some() {
            crossings(protection, objective, clock, changes);
        }
        let held = hold(&judged.component.name, protection, objective, disruption, clock);
        if held.verdict > Verdict::Met {
            let why = held.why.unwrap_or_else(|| Text::new(format!("{} cannot be judged", judged.component.name)));
            found.push((held.verdict, why));
        }
    }
    found.extend(evidence.findings.iter().filter(|(verdict, _)| *verdict > Verdict::Met).cloned());
    if let Some(why) = evidence.trust.why_not() {
        found.push((Verdict::Unknown, why.clone()));
    }
    found.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    found
}

/// The moments at which the figure crosses the objective, or four fifths of it; none while it stands still.
fn crossings(protection: &Protection, objective: Option<Span>, clock: Clock, changes: &mut Changes) {
    if let (Loss::Since { newest, .. }, Some(objective), None) = (protection.loss, objective, clock.frozen_at) {
        let crossed = [objective, four_fifths(objective)];
        changes.at(crossed.into_iter().filter_map(|after| newest.checked_add(after).ok()));
    }
}
