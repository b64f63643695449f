//! Replication: how far behind a link is at a moment. While a link stands still its recovery point does too; afterwards it catches up.

use super::World;
use super::estate::link::Link;
use super::fault::Fault;
use super::time::{Moment, Span};
use super::timeline::merged;

/// How fast a link catches up: seconds of backlog per second, on top of what is written meanwhile.
const CATCH_UP: i64 = 4;

/// How a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It flows.
    Flowing,
    /// It flows, but is behind.
    Behind,
    /// It stands still.
    Stalled,
    /// It is broken off, and the service says so.
    Stopped,
}

/// A link at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// How it does.
    pub condition: Condition,
    /// The moment up to which everything has arrived.
    pub recovery_point: Moment,
    /// Since when it stands still or is broken off.
    pub since: Option<Moment>,
}

impl Flow {
    /// How far behind it is.
    pub fn lag(&self, at: Moment) -> Span {
        (at - self.recovery_point).max(Span::ZERO)
    }

    /// How long it takes to catch up, if nothing more goes wrong.
    pub fn drains_within(&self, at: Moment) -> Span {
        Span::from_millis(self.lag(at).millis() / CATCH_UP)
    }
}

impl World {
    /// How a link does at that moment.
    pub fn flow(&self, link: &Link, at: Moment) -> Flow {
        if let Some(ended) = link.ended.filter(|ended| *ended <= at) {
            let before = Link { ended: None, ..link.clone() };
            let recovery_point = self.flow(&before, ended).recovery_point;
            return Flow { condition: Condition::Stopped, recovery_point, since: Some(ended) };
        }
        let mut backlog: Option<(Moment, Span)> = link.began;
        let began = backlog.map_or(Moment::from_millis(i64::MIN / 4), |(began, _)| began);
        let halts = self.halts(link).into_iter().filter(|(_, until)| began < *until);
        for (from, until) in halts.map(|(from, until)| (from.max(began), until)) {
            if at < from {
                break;
            }
            let point = from - self.behind(link, from, backlog);
            if at < until {
                let stopped = self
                    .faults(at)
                    .any(|fault| matches!(fault, Fault::Stop(links) if links.include(&link.id, &link.from, &link.to)));
                let condition = if stopped { Condition::Stopped } else { Condition::Stalled };
                return Flow { condition, recovery_point: point, since: Some(from) };
            }
            backlog = Some((until, until - point));
        }
        let lag = self.behind(link, at, backlog);
        let condition = if lag > self.usual(link, at) { Condition::Behind } else { Condition::Flowing };
        Flow { condition, recovery_point: at - lag, since: None }
    }

    /// When a link stands still, for whatever reason.
    fn halts(&self, link: &Link) -> Vec<(Moment, Moment)> {
        let mut halts = self.timeline.times(|fault| {
            if let Fault::Stall(links) | Fault::Stop(links) = fault {
                return links.include(&link.id, &link.from, &link.to);
            }
            matches!(fault, Fault::Outage(lost) if lost.site == link.from || lost.site == link.to)
                || matches!(fault, Fault::Zone(lost) if link.zone.as_ref() == Some(&lost.zone))
        });
        if link.pauses.is_empty() {
            return halts;
        }
        halts.extend(&link.pauses);
        merged(halts)
    }

    /// The lag of a link that flows: what is usual, ramps on top, and what is left of the backlog of the last halt.
    fn behind(&self, link: &Link, at: Moment, backlog: Option<(Moment, Span)>) -> Span {
        let ramped = self.usual(link, at) + self.ramps(link, at);
        let left = backlog.map_or(Span::ZERO, |(since, lag)| lag - (at - since).times(CATCH_UP));
        ramped.max(left)
    }

    /// What the link usually lags: drawn for each minute, or for each round of a link that replicates in rounds.
    fn usual(&self, link: &Link, at: Moment) -> Span {
        let drawn = at.floor(link.lag.every.unwrap_or(Span::MINUTE));
        let words = drawn.millis().to_string();
        let jitter = link.lag.jitter.share(self.unit(&["lag", &link.id, &link.from, &link.to, &words]));
        let since_round = if link.lag.every.is_some() { at - drawn } else { Span::ZERO };
        link.lag.base + jitter + since_round
    }

    /// What ramps add.
    fn ramps(&self, link: &Link, at: Moment) -> Span {
        let mut added = Span::ZERO;
        for spell in self.timeline.spells() {
            let Fault::Lag(ramp) = &spell.fault else { continue };
            if at < spell.from || !ramp.include(&link.id, &link.from, &link.to) {
                continue;
            }
            let risen = |at: Moment| {
                let share = (at - spell.from).millis() as f64 / ramp.over.millis().max(1) as f64;
                ramp.add.share(share.clamp(0.0, 1.0))
            };
            added = added
                + if at < spell.until {
                    risen(at)
                } else {
                    (risen(spell.until) - (at - spell.until).times(CATCH_UP)).max(Span::ZERO)
                };
        }
        added
    }
}
