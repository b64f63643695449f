//! The top line: what this console may do, on whose behalf, for how long, and which parts of AWS answer.
//!
//! ```text
//!  DEMO shop 1111-2222-3333 alice 47m   use1 ▲3/8 usw2 ✓ r53 API ✗12m dns ✓       14:02:17Z
//! ```

use std::collections::{BTreeMap, BTreeSet};

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Line, frame};
use crate::console::theme::{Role, Theme};
use crate::console::world::{Mode, World};
use crate::console::{format, mark};
use crate::model::{
    FailureKind, Moment, Place, Reading, Service, SourceState, SourceStatus, Span, facts::sts::Identity,
};
use crate::observe::observation::Origin;

/// Below that many minutes of credentials the time left is amber.
const CREDENTIALS_AMBER: i64 = 20;
/// Below that many it is red.
const CREDENTIALS_RED: i64 = 10;

/// So many services of a Region are named, those that do not answer or those that still do.
const MOST_NAMED: usize = 4;

/// A part of the line; those of the highest rank are left out first.
struct Part {
    rank: u8,
    gap: usize,
    line: Line,
}

/// Draws the line on the first row of `area`.
pub fn draw(world: &World, now: Option<Moment>, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let mut badges = Line::empty();
    if let Some(mode) = world.run {
        badges.push(frame::badge(mode), format!(" {} ", frame::word(mode)));
    }
    match world.mode {
        Mode::ReadOnly if world.run.is_some() => {}
        Mode::ReadOnly => badges.push(Role::ModeReadOnly, " READ-ONLY "),
        Mode::Demo => badges.push(Role::ModeDemo, " DEMO "),
    }
    let mut parts = vec![Part { rank: 0, gap: 0, line: badges }];
    parts.extend(origin(world.origin(), now));
    if !world.name.is_empty() {
        parts.push(Part { rank: 6, gap: 1, line: Line::new(Role::TextStrong, world.name.as_str()) });
    }
    if let Some(assessment) = world.assessment() {
        parts.extend(identity(&assessment.identity, now));
    }
    let mut gap = 3;
    for (name, reach) in reaches(world.sources()) {
        let reach = match (world.origin(), reach) {
            // An earlier drdeck has read it; how it answers now nobody knows yet.
            (Origin::Remembered(_), Reach::Ok | Reach::Slow) => Reach::Waiting,
            // One question without an answer among many that have theirs.
            (_, Reach::Down(_)) if is_heard(world, &name) => Reach::Slow,
            (Origin::Live | Origin::Partly(_) | Origin::Remembered(_), reach) => reach,
        };
        // That the other Region answers matters more than which services of this one do not.
        let rank = if reach == Reach::Ok || reach == Reach::Waiting { 3 } else { 2 };
        let which = match reach {
            Reach::Partly { .. } => which(world, &name),
            Reach::Waiting | Reach::Ok | Reach::Slow | Reach::Refused(_) | Reach::Down(_) => None,
        };
        parts.push(Part { rank, gap, line: reach.line(name, now) });
        gap = 1;
        parts.extend(which.map(|which| Part { rank: 4, gap, line: Line::new(Role::SeverityWarning, which) }));
    }
    let clock = now.map_or_else(|| "--:--:--Z".to_owned(), format::clock);
    let clock = Line::new(Role::Text, clock).with(Role::Text, " ");
    let room = usize::from(area.width);
    let parts = fitting(parts, room.saturating_sub(1 + clock.width()));
    let mut line = Line::empty();
    for part in parts {
        line.push(Role::Text, " ".repeat(part.gap));
        line.append(part.line);
    }
    if line.width() + 1 + clock.width() <= room {
        line = line.padded(room - clock.width());
        line.append(clock);
    }
    line.draw(area, theme, buffer);
}

/// Those parts that have room in `width`, the most important first; what is left over goes to less important ones.
fn fitting(parts: Vec<Part>, width: usize) -> Vec<Part> {
    let mut ranked: Vec<(u8, usize)> = parts.iter().enumerate().map(|(at, part)| (part.rank, at)).collect();
    ranked.sort_unstable();
    let mut left = width;
    let mut taken = BTreeSet::new();
    for (rank, at) in ranked {
        let needed = parts.get(at).map_or(0, |part| part.gap + part.line.width());
        if rank == 0 || needed <= left {
            taken.insert(at);
            left = left.saturating_sub(needed);
        }
    }
    parts.into_iter().enumerate().filter(|(at, _)| taken.contains(at)).map(|(_, part)| part).collect()
}

/// That what is shown was seen by an earlier drdeck.
fn origin(origin: Origin, now: Option<Moment>) -> Option<Part> {
    let now = now?;
    let text = match origin {
        Origin::Live => return None,
        Origin::Partly(at) => format!("▲ partly as last seen {}", format::moment(at, now)),
        Origin::Remembered(at) => format!("▲ last seen {}, nothing read since", format::moment(at, now)),
    };
    Some(Part { rank: 1, gap: 1, line: Line::new(Role::FreshnessStale, text) })
}

/// Whether DNS answers some of the questions, for all that others have no answer.
fn is_heard(world: &World, name: &str) -> bool {
    let silent = world.assessment().map_or(&[][..], |assessment| assessment.silent.as_slice());
    name == "dns" && !silent.iter().any(|gone| gone.service == Service::Dns)
}

/// Which services of the Region of that short name do not answer, in as few words as they can be told: `rds dynamodb`, `all but sts`.
fn which(world: &World, region: &str) -> Option<String> {
    let silent = world.assessment().map_or(&[][..], |assessment| assessment.silent.as_slice());
    let is_gone = |service: Service| silent.iter().any(|gone| gone.service == service && gone.region.short() == region);
    let here = world.sources().iter().filter(|source| is_regional(source) && source.region.short() == region);
    let (gone, left): (Vec<Service>, Vec<Service>) = here.map(|source| source.service).partition(|one| is_gone(*one));
    let names = |services: &[Service]| services.iter().map(|service| short(*service)).collect::<Vec<_>>().join(" ");
    match (gone.len(), left.len()) {
        (0, _) | (_, 0) => None,
        (1..=MOST_NAMED, _) => Some(names(&gone)),
        (_, 1..=MOST_NAMED) => Some(format!("all but {}", names(&left))),
        (_, _) => None,
    }
}

/// A service's name where there is little room.
const fn short(service: Service) -> &'static str {
    match service {
        Service::Efs => "efs",
        Service::ArcRegionSwitch => "region-switch",
        Service::Route53RecoveryCluster => "arc",
        Service::AutoScaling
        | Service::Backup
        | Service::CloudWatch
        | Service::Dns
        | Service::Drs
        | Service::DynamoDb
        | Service::ElastiCache
        | Service::Http
        | Service::Rds
        | Service::Route53
        | Service::Sts => service.as_str(),
    }
}

/// Account, person and the time their credentials are good for.
fn identity(identity: &Reading<Identity>, now: Option<Moment>) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(who) = &identity.value {
        let account = format::account(who.account.as_str());
        parts.push(Part { rank: 5, gap: 1, line: Line::new(Role::Text, account) });
        parts.push(Part { rank: 7, gap: 1, line: Line::new(Role::TextMuted, format::identity(who.arn.as_str())) });
    }
    let failed = identity.failing.as_ref().and_then(|failure| match failure.kind {
        FailureKind::NoCredentials => Some("no credentials"),
        FailureKind::Expired => Some("credentials expired"),
        FailureKind::ClockSkew => Some("clock wrong"),
        FailureKind::Denied
        | FailureKind::Throttled
        | FailureKind::TimedOut
        | FailureKind::Unreachable
        | FailureKind::ServerError
        | FailureKind::NotFound
        | FailureKind::NotAws
        | FailureKind::Invalid
        | FailureKind::Unreadable => None,
    });
    let expires = identity.value.as_ref().and_then(|who| who.expires);
    if let Some(failed) = failed {
        parts.push(Part { rank: 1, gap: 1, line: Line::new(Role::SeverityError, format!("{} {failed}", mark::BAD)) });
    } else if let (Some(expires), Some(now)) = (expires, now) {
        let left = expires.duration_since(now);
        let (rank, role) = match left.as_mins() {
            minutes if minutes < CREDENTIALS_RED => (1, Role::SeverityError),
            minutes if minutes < CREDENTIALS_AMBER => (3, Role::SeverityWarning),
            _ => (6, Role::TextMuted),
        };
        let text = if left <= Span::ZERO {
            format!("{} credentials expired", mark::BAD)
        } else if left.as_mins() < CREDENTIALS_AMBER {
            // Minutes and a word: the one figure here that asks to be acted upon.
            format!("{}m left", left.as_mins())
        } else {
            format::age(left)
        };
        parts.push(Part { rank, gap: 1, line: Line::new(role, text) });
    }
    parts
}

/// How a Region's endpoints, or a global control plane, answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing was answered yet.
    Waiting,
    /// Everything is answered in time.
    Ok,
    /// Answers come late, or we are asked to slow down.
    Slow,
    /// Some services do not answer.
    Partly {
        /// That many.
        failing: usize,
        /// Of so many.
        of: usize,
    },
    /// It answers, but not us: the word says why.
    Refused(&'static str),
    /// Nothing is answered since then.
    Down(Moment),
}

impl Reach {
    fn line(&self, name: String, now: Option<Moment>) -> Line {
        let line = Line::new(Role::Text, name + " ");
        match self {
            Self::Waiting => line.with(Role::TextMuted, mark::WAITING),
            Self::Ok => line.with(Role::VerdictMet, mark::GOOD),
            Self::Slow => line.with(Role::SeverityWarning, "slow"),
            Self::Partly { failing, of } => line.with(Role::SeverityWarning, format!("▲{failing}/{of}")),
            Self::Refused(why) => line.with(Role::SeverityWarning, *why),
            Self::Down(since) => {
                let since = now.map(|now| format::age(now.duration_since(*since))).unwrap_or_default();
                line.with(Role::SeverityError, format!("{}{since}", mark::BAD))
            }
        }
    }
}

/// Whether it is a part of AWS that is there for its Region: neither a global control plane nor what drdeck looks at with its own eyes.
fn is_regional(source: &SourceState) -> bool {
    let own = matches!(source.service, Service::Dns | Service::Http | Service::Route53);
    !own && source.region.as_str() != Place::EVERYWHERE
}

/// How each Region answers, by its short name; after them what belongs to none: Route 53's control plane, the ARC cluster if that does not
/// answer, and DNS itself.
pub fn reaches(sources: &[SourceState]) -> Vec<(String, Reach)> {
    let mut regions: BTreeMap<&str, Vec<&SourceState>> = BTreeMap::new();
    for source in sources.iter().filter(|source| is_regional(source)) {
        regions.entry(source.region.as_str()).or_default().push(source);
    }
    let mut reaches: Vec<(String, Reach)> = regions
        .into_values()
        .filter_map(|sources| sources.first().map(|first| (first.region.short(), reach(&sources))))
        .collect();
    let of =
        |service: Service| -> Vec<&SourceState> { sources.iter().filter(|source| source.service == service).collect() };
    let (route53, cluster, dns) = (of(Service::Route53), of(Service::Route53RecoveryCluster), of(Service::Dns));
    if !route53.is_empty() {
        // DNS is Route 53, too, and may answer all the same.
        let (short, long) = ("r53".to_owned(), "r53 API".to_owned());
        reaches.push(match reach(&route53) {
            down @ Reach::Down(_) => (long, down),
            reach @ (Reach::Waiting | Reach::Ok | Reach::Slow | Reach::Partly { .. } | Reach::Refused(_)) => {
                (short, reach)
            }
        });
    }
    if let down @ Reach::Down(_) = reach(&cluster) {
        reaches.push(("arc".to_owned(), down));
    }
    if !dns.is_empty() {
        reaches.push(("dns".to_owned(), reach(&dns)));
    }
    reaches
}

fn reach(sources: &[&SourceState]) -> Reach {
    let answered = |source: &&&SourceState| source.failure.is_some() || source.status != SourceStatus::Error;
    let tried: Vec<&SourceState> = sources.iter().filter(answered).copied().collect();
    if tried.is_empty() {
        return Reach::Waiting;
    }
    let mut dead = Vec::new();
    let mut slow = 0;
    let mut refused = None;
    for failure in tried.iter().filter_map(|source| source.failure.as_ref()) {
        match failure.kind {
            FailureKind::Unreachable | FailureKind::ServerError | FailureKind::NotAws => dead.push(failure.since),
            // One service that does not answer in time is slow, a whole Region of them is dead.
            FailureKind::TimedOut if tried.len() > 1 => dead.push(failure.since),
            FailureKind::TimedOut | FailureKind::Throttled => slow += 1,
            FailureKind::NoCredentials => refused = Some("no credentials"),
            FailureKind::Expired => refused = Some("expired"),
            FailureKind::Denied => refused = Some("denied"),
            FailureKind::ClockSkew => refused = Some("clock wrong"),
            FailureKind::NotFound | FailureKind::Invalid | FailureKind::Unreadable => refused = Some("unreadable"),
        }
    }
    match (dead.len(), refused) {
        (failing, _) if failing == tried.len() => dead.into_iter().min().map_or(Reach::Waiting, Reach::Down),
        (0, Some(why)) => Reach::Refused(why),
        (0, None) if slow > 0 || tried.iter().any(|source| source.status == SourceStatus::Stale) => Reach::Slow,
        (0, None) => Reach::Ok,
        (failing, _) => Reach::Partly { failing, of: tried.len() },
    }
}
