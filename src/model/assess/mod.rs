//! The judgement: readings in, verdicts out.

mod active;
mod consider;
mod kept;
mod looks;
mod outage;
mod promise;
mod silence;
mod summary;
mod upcoming;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::index::Index;
use super::kinds::{ComponentKind, Evidence};
use super::words::{clock as clock_words, sites};
use super::{
    Assessment, Component, ComponentAssessment, Disruption, Estate, Loss, Moment, PerDisruption, Query, Reading,
    Silent, Site, Snapshot, Span, Strategy, System, SystemAssessment, Text, Up, Verdict,
};
use crate::model::facts::sts::Identity;
pub use kept::Judgements;
use looks::Look;
use outage::Outage;
pub use outage::down_since;
use silence::Silence;

/// What `snapshot` means for `estate` at `now`.
pub fn assess(estate: &Estate, snapshot: &Snapshot, now: Moment) -> Assessment {
    let index = Index::new(snapshot, now);
    let mut changes = upcoming::staleness(snapshot, now);
    let silence = silence::observe(snapshot);
    let judged = |system| Arc::new(judge_system(system, &index, &silence, &mut changes));
    let systems = estate.systems.iter().map(judged).collect();
    whole(snapshot, now, systems, silence.services, changes)
}

fn whole(
    snapshot: &Snapshot,
    now: Moment,
    systems: Vec<Arc<SystemAssessment>>,
    silent: Vec<Silent>,
    changes: upcoming::Changes,
) -> Assessment {
    Assessment {
        now,
        systems,
        sources: snapshot.sources(now),
        silent,
        identity: identity(snapshot, now),
        calls: snapshot.calls,
        cost_per_hour_usd: snapshot.cost_per_hour_usd,
        next_change: changes.next(),
    }
}

/// The newest Reading of the identity drdeck was started with; the Regions tell it apart from each other.
fn identity(snapshot: &Snapshot, now: Moment) -> Reading<Identity> {
    let asked =
        snapshot.readings.keys().filter(|query| matches!(&***query, Query::Identity(place) if place.role.is_none()));
    let readings = asked.map(|query| snapshot.identity(query));
    let newest = readings.max_by_key(|reading| (std::cmp::Reverse(reading.freshness(now)), reading.read_at));
    match newest {
        Some(Reading { value, read_at, fresh_until, failing }) => {
            Reading { value: value.cloned(), read_at, fresh_until, failing }
        }
        None => Reading { value: None, read_at: None, fresh_until: None, failing: None },
    }
}

/// A Component with what was found out about it.
struct Judged<'a> {
    component: &'a Component,
    evidence: Evidence,
}

fn judge_system(
    system: &System,
    index: &Index<'_>,
    silence: &Silence,
    changes: &mut upcoming::Changes,
) -> SystemAssessment {
    let now = index.now();
    let mut judged: Vec<Judged<'_>> =
        system.components.iter().map(|component| Judged { component, evidence: component.kind.judge(index) }).collect();
    for each in &judged {
        changes.at(each.evidence.changes.iter().copied());
    }
    let active = active::observe(system.strategy, &judged);
    for each in &mut judged {
        each.evidence.turn_to(&active.sites, &each.component.name);
    }
    let looks = looks::observe(system, index);
    let outage = Outage::observe(system, &active, &judged, &looks, index.snapshot());
    let clock = promise::Clock { now, frozen_at: outage.frozen_at() };

    let rpo = PerDisruption::from_fn(|disruption| promise::judge_rpo(system, disruption, &judged, clock, changes));
    let rto = PerDisruption::from_fn(|disruption| promise::judge_rto(system, disruption, index.snapshot()));
    let mut components = Vec::new();
    let mut reasons: Vec<(Verdict, Text)> = Vec::new();
    for each in &judged {
        let found = promise::judge_component(system, each, clock, changes);
        components.push(component_assessment(each, &found));
        reasons.extend(found);
    }
    reasons.extend(active.split.clone().map(|why| (Verdict::Split, why)));
    reasons.extend(active.astray.clone().map(|why| (Verdict::AtRisk, why)));
    let serving = active.sites.union(&active.sent_to).cloned().collect();
    reasons.extend(looks::findings(&judged, &looks, &serving));
    for disruption in Disruption::ALL {
        if let Some(why) = promise::untold(rpo.get(disruption), disruption) {
            reasons.push((Verdict::Unknown, why));
        }
        reasons.extend(promise::unkept(rto.get(disruption), disruption, now));
    }
    reasons.retain(|(verdict, _)| *verdict > Verdict::Met);
    let verdict = reasons.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Met);

    let reasons = silence::in_one_sentence(reasons, &judged, silence, now);
    let up = outage.up();
    let considered = consider::consider(&active, &judged, &looks, outage, &silence.regions, now, changes);
    let (blockers, blockers_unknown) = blockers(system, &active.sites, &judged, &looks);
    let found = summary::Judgement {
        active: &active.sites,
        up: &up,
        verdict,
        rpo: &rpo,
        rto: &rto,
        reasons: &reasons,
        blockers: blockers.len(),
    };
    let summary = summary::sentence(system, &found, now);
    let mut first = Vec::new();
    if let Up::Down { since, start } = up {
        let sentence = format!("Users have not been served since {}{}", clock_words(since, now), start.words());
        first.push(Text::new(sentence));
    }
    let consider_failover = considered.as_ref().map(|considered| considered.since);
    first.extend(considered.map(|considered| considered.sentence));
    first.extend(worst_first(reasons));
    SystemAssessment {
        name: system.name.clone(),
        criticality: system.criticality,
        strategy: system.strategy,
        primary: system.primary.clone(),
        recovery: system.recovery.clone(),
        depends_on: system.depends_on.clone(),
        active_told: active.told(),
        up_told: looks::told(&judged, &looks, &serving, &up),
        active: active.sites,
        up,
        verdict,
        summary,
        consider_failover,
        reasons: first,
        rpo,
        rto,
        blockers,
        blockers_unknown,
        components,
    }
}

/// Worst first, each sentence once; equals stay in the order of the components.
fn worst_first(mut reasons: Vec<(Verdict, Text)>) -> Vec<Text> {
    reasons.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    let mut said = BTreeSet::new();
    reasons.into_iter().map(|(_, text)| text).filter(|text| said.insert(text.clone())).collect()
}

fn component_assessment(judged: &Judged<'_>, found: &[(Verdict, Text)]) -> ComponentAssessment {
    let Judged { component, evidence } = judged;
    let verdict = found.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Met);
    let reason =
        found.iter().find(|(each, _)| *each == verdict).map_or_else(|| evidence.seen.clone(), |(_, why)| why.clone());
    let protection = |disruption| evidence.protection.get(disruption);
    let doubt = evidence.trust.doubt();
    ComponentAssessment {
        name: component.name.clone(),
        kind: component.kind.as_str(),
        verdict,
        loss: PerDisruption::from_fn(|disruption| protection(disruption).loss),
        recovery_point: PerDisruption::from_fn(|disruption| match protection(disruption).loss {
            Loss::None => protection(disruption).read_at,
            Loss::Since { newest, .. } => Some(newest),
            Loss::Everything | Loss::Unknown | Loss::NotApplicable => None,
        }),
        // What cannot be trusted decides, and is shown with its age.
        source: doubt.map_or_else(|| evidence.source.clone(), |doubt| doubt.source.clone()),
        read_at: doubt.map_or(evidence.read_at, |doubt| doubt.read_at),
        stale: !evidence.trust.is_fresh(),
        reason,
        evidence: evidence.evidence.clone(),
        copies: evidence.copies.clone(),
        lag_history: evidence.lag_history.clone(),
    }
}

/// What stands in the way of a failover. Where the recovery site runs all the time, its own health does too.
fn blockers(system: &System, active: &BTreeSet<Site>, judged: &[Judged<'_>], looks: &[Look<'_>]) -> (Vec<Text>, bool) {
    let mut blockers: Vec<Text> = Vec::new();
    for each in judged {
        blockers.extend(each.evidence.blockers.iter().cloned());
    }
    let warm = match system.strategy {
        Strategy::WarmStandby | Strategy::ActiveActive => true,
        Strategy::BackupAndRestore | Strategy::PilotLight => false,
    };
    if warm {
        let failing = looks::failing_sites(judged, looks);
        // Where all sites serve, a failover away from those that fail needs one that does not.
        let stands = active.len() > 1 && active.iter().any(|site| !failing.contains(site));
        let in_the_way: BTreeSet<Site> =
            failing.into_iter().filter(|site| !stands && (active.len() > 1 || !active.contains(site))).collect();
        if !in_the_way.is_empty() {
            blockers.push(Text::new(format!(
                "Users would not be served from {}: what watches it fails",
                sites(&in_the_way)
            )));
        }
    }
    let mut said = BTreeSet::new();
    blockers.retain(|text| said.insert(text.clone()));
    (blockers, judged.iter().any(|each| each.evidence.blockers_unknown))
}

/// `span`, but never less than nothing.
fn at_least_zero(span: Span) -> Span {
    span.max(Span::ZERO)
}
