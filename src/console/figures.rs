//! A System's figures as short pieces of text with their meaning: what a table cell shows. A figure out of readings that are too old shows
//! their age after a dot (`9m / 5m·3m`) in the role of stale things, and is never in the role of good ones.

use super::theme::Role;
use super::widgets::Line;
use super::{format, mark};
use crate::model::{
    ComponentAssessment, Disruption, Loss, Moment, RunStart, Site, Span, Strategy, SystemAssessment, Told, Up, Verdict,
};

/// How far what a figure rests on can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// All of it was read in time.
    Fresh,
    /// Some of it was read that long ago, which is too long.
    Old(Span),
    /// Some of it never was read.
    Never,
}

impl Trust {
    /// Of one component.
    pub fn of(component: &ComponentAssessment, now: Moment) -> Self {
        match (component.stale, component.read_at) {
            (false, _) => Self::Fresh,
            (true, Some(at)) => Self::Old(now.duration_since(at).max(Span::ZERO)),
            (true, None) => Self::Never,
        }
    }

    /// Of all components together: the worst.
    pub fn worst<'a>(components: impl Iterator<Item = &'a ComponentAssessment>, now: Moment) -> Self {
        components.map(|component| Self::of(component, now)).max_by_key(|trust| trust.rank()).unwrap_or(Self::Fresh)
    }

    /// Of components that each tell the same: the best. Without any, nothing was read.
    fn best<'a>(components: impl Iterator<Item = &'a ComponentAssessment>, now: Moment) -> Self {
        components.map(|component| Self::of(component, now)).min_by_key(|trust| trust.rank()).unwrap_or(Self::Never)
    }

    const fn rank(self) -> (u8, i64) {
        match self {
            Self::Fresh => (0, 0),
            Self::Old(age) => (1, age.as_secs()),
            Self::Never => (2, 0),
        }
    }
}

/// `line`, or what becomes of it when it rests on readings of that age.
pub fn trusted(line: Line, trust: Trust) -> Line {
    match trust {
        Trust::Fresh => line,
        Trust::Old(age) => {
            let marked = line.all(Role::FreshnessStale);
            marked.with(Role::FreshnessStale, format!("·{}", format::age(age)))
        }
        Trust::Never => line.all(Role::FreshnessStale),
    }
}

/// The glyph of the verdict.
pub fn glyph(system: &SystemAssessment, now: Moment) -> Line {
    Line::new(verdict_role(system, now), mark::glyph(system.verdict))
}

/// The verdict's words.
pub fn verdict(system: &SystemAssessment, now: Moment) -> Line {
    Line::new(verdict_role(system, now), system.verdict.words())
}

fn verdict_role(system: &SystemAssessment, now: Moment) -> Role {
    match (system.verdict, Trust::worst(system.components.iter(), now)) {
        (Verdict::Met, Trust::Old(_) | Trust::Never) => Role::FreshnessStale,
        (verdict, _) => mark::role(verdict),
    }
}

/// Whether users are served, and if not for how long not: `✓`, `✗ 2m14s`, `✗ 15m+` if at least so long, `?`.
pub fn up(system: &SystemAssessment, now: Moment) -> Line {
    let trust = up_trust(system, now);
    match &system.up {
        Up::Up => trusted(Line::new(Role::UpYes, mark::GOOD), trust),
        Up::Down { since, start } => {
            let at_least = match start {
                RunStart::Seen => "",
                RunStart::Earlier => "+",
            };
            let elapsed = format::elapsed(now.duration_since(*since));
            Line::new(Role::UpNo, format!("{} {elapsed}{at_least}", mark::BAD))
        }
        Up::Unknown => match trust {
            Trust::Old(_) => trusted(Line::new(Role::UpUnknown, mark::UNKNOWN), trust),
            Trust::Fresh | Trust::Never => Line::new(Role::UpUnknown, mark::UNKNOWN),
        },
    }
}

/// How far the readings behind UP can be trusted: those of its health checks, or all of them where there is none.
pub fn up_trust(system: &SystemAssessment, now: Moment) -> Trust {
    if system.up_told == Told::Now {
        return Trust::Fresh;
    }
    let is_check = |component: &&ComponentAssessment| component.kind == "health-check";
    if system.components.iter().any(|component| is_check(&component)) {
        Trust::worst(system.components.iter().filter(is_check), now)
    } else {
        Trust::worst(system.components.iter(), now)
    }
}

/// Where it serves now: `use1`, `both`, `3 sites`.
pub fn active(system: &SystemAssessment, now: Moment) -> Line {
    let sites: Vec<&Site> = system.active.iter().collect();
    let text = match sites.as_slice() {
        [] => return Line::new(Role::UpUnknown, mark::UNKNOWN),
        [site] => site.short(),
        [_, _] => "both".to_owned(),
        more => format!("{} sites", more.len()),
    };
    if system.verdict == Verdict::Split {
        return Line::new(Role::VerdictSplit, text);
    }
    // What replicates tells the direction; only without it does the place of the other things.
    let replicates = |component: &&ComponentAssessment| {
        matches!(component.kind, "drs" | "rds-replica" | "aurora-global" | "dynamodb-global-table")
    };
    let trust = if system.active_told == Told::Now {
        Trust::Fresh
    } else if system.components.iter().any(|component| replicates(&component)) {
        Trust::best(system.components.iter().filter(replicates), now)
    } else {
        Trust::best(system.components.iter().filter(|component| component.kind != "health-check"), now)
    };
    let role = if system.active.contains(&system.primary) { Role::Text } else { Role::TextStrong };
    trusted(Line::new(role, text), trust)
}

/// RPO now against its goal: `  9m / 5m`. The figure ends at the fifth column, so that the slashes of a table stand in line.
pub fn rpo(system: &SystemAssessment, disruption: Disruption, now: Moment) -> Line {
    let judgement = system.rpo.get(disruption);
    let figure = rpo_now(system, disruption, now);
    let trust = rpo_trust(system, disruption, now);
    let Some(figure) = figure else {
        let Some(goal) = judgement.objective else { return Line::new(Role::TextMuted, "    -") };
        let (text, role) = match judgement.verdict {
            // Proven: there is no recovery point.
            Verdict::Breached | Verdict::Split => ("all", Role::VerdictBreached),
            Verdict::Unknown | Verdict::AtRisk | Verdict::Met => (mark::UNKNOWN, Role::VerdictUnknown),
        };
        let line = Line::new(role, format!("{text:>5}")).with(Role::TextMuted, format!(" / {}", format::span(goal)));
        return match trust {
            Trust::Old(_) => trusted(line, trust),
            Trust::Fresh | Trust::Never => line,
        };
    };
    let mut line =
        Line::new(mark::role(judgement.verdict), format!("{:>5}", format::against(figure, judgement.objective)));
    if let Some(goal) = judgement.objective {
        line.push(Role::TextMuted, format!(" / {}", format::span(goal)));
    }
    trusted(line, trust)
}

/// What would be lost now. Between two judgements it grows with the time since the recovery point; under a minute it stands, for a
/// figure that changes every second is not read any better.
pub fn rpo_now(system: &SystemAssessment, disruption: Disruption, now: Moment) -> Option<Span> {
    let judgement = system.rpo.get(disruption);
    let judged = judgement.now?;
    let worst = judgement.worst.as_ref().and_then(|worst| component(system, worst));
    match (judgement.frozen_at, worst.map(|worst| *worst.loss.get(disruption))) {
        (None, Some(Loss::Since { newest, .. })) => {
            let grown = now.duration_since(newest);
            Some(if grown >= Span::from_mins(1) { judged.max(grown) } else { judged })
        }
        (None | Some(_), _) => Some(judged),
    }
}

/// How far the reading behind an RPO can be trusted.
pub fn rpo_trust(system: &SystemAssessment, disruption: Disruption, now: Moment) -> Trust {
    let judgement = system.rpo.get(disruption);
    match (judgement.stale, judgement.read_at) {
        (false, _) => Trust::Fresh,
        (true, Some(at)) => Trust::Old(now.duration_since(at).max(Span::ZERO)),
        (true, None) => Trust::Never,
    }
}

fn component<'a>(system: &'a SystemAssessment, name: &str) -> Option<&'a ComponentAssessment> {
    system.components.iter().find(|component| component.name == name)
}

/// Proven RTO against its goal: `  12m / 15m`, `never / 1h`. What was proven once is not shown as good beside readings that are too old.
pub fn rto(system: &SystemAssessment, disruption: Disruption, now: Option<Moment>) -> Line {
    let judgement = system.rto.get(disruption);
    let proven = match (judgement.proven, judgement.objective) {
        (Some(proven), goal) => format::against(proven, goal),
        (None, Some(_)) => "never".to_owned(),
        (None, None) => return Line::new(Role::TextMuted, "    -"),
    };
    let fresh = now.is_some_and(|now| Trust::worst(system.components.iter(), now) == Trust::Fresh);
    let role = if judgement.verdict == Verdict::Met && !fresh { Role::Text } else { mark::role(judgement.verdict) };
    let mut line = Line::new(role, format!("{proven:>5}"));
    if let Some(goal) = judgement.objective {
        line.push(Role::TextMuted, format!(" / {}", format::span(goal)));
    }
    line
}

/// Whether a failover could start now, as far as the components tell: `✓`, `✗2` with the number of blockers, `?`.
pub fn go(system: &SystemAssessment, now: Moment) -> Line {
    match system.blockers.len() {
        0 if go_known(system, now) => Line::new(Role::VerdictMet, mark::GOOD),
        0 => Line::new(Role::VerdictUnknown, mark::UNKNOWN),
        blockers @ 1..=9 => Line::new(Role::VerdictBreached, format!("{}{blockers}", mark::BAD)),
        _ => Line::new(Role::VerdictBreached, format!("{}+", mark::BAD)),
    }
}

/// Whether all that could stand in the way of a failover was told in time. What is wrong with the site that is left does not count: a Region
/// that is gone must not hide that the other one is ready.
pub fn go_known(system: &SystemAssessment, now: Moment) -> bool {
    let rpo = system.rpo.get(Disruption::Region);
    // With two writers there is no telling from where to where.
    let split = system.verdict == Verdict::Split;
    if split || system.blockers_unknown || rpo.verdict == Verdict::Unknown || rpo.stale {
        return false;
    }
    let counts = |component: &ComponentAssessment| {
        *component.loss.get(Disruption::Region) != Loss::NotApplicable || component.kind == "asg"
    };
    let speaks = |component: &&ComponentAssessment| match system.strategy {
        // There the recovery site's health checks have a say too.
        Strategy::WarmStandby | Strategy::ActiveActive => component.kind == "health-check",
        Strategy::BackupAndRestore | Strategy::PilotLight => false,
    };
    // Where no component counts for the loss of a Region, only all of them together tell anything.
    let none_counts = !system.components.iter().any(counts);
    let needed = || system.components.iter().filter(|component| none_counts || speaks(component));
    Trust::worst(needed(), now) == Trust::Fresh && needed().all(|component| component.verdict != Verdict::Unknown)
}
