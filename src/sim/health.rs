//! What users and Route 53's checkers see of a site, and what a health check makes of it.

use super::World;
use super::estate::arc::Switch;
use super::estate::route53::{CheckKind, HealthCheck, Mode};
use super::fault::{Down, Fault, SeenBy, is};
use super::time::{Moment, Span};

/// The share of checkers that must see success for a check to be healthy (Route 53's own 18 %).
const QUORUM: f64 = 0.18;

/// What a health check reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// 1 in CloudWatch.
    Healthy,
    /// 0 in CloudWatch.
    Unhealthy,
}

impl World {
    /// The share of checkers, 0 to 1, whose requests to the site of a check fail at that moment.
    pub fn failing_share(&self, check: &HealthCheck, at: Moment) -> f64 {
        let failing = self.faults(at).filter_map(|fault| share_of(fault, check)).fold(0.0, f64::max);
        if failing < 1.0 && self.is_lacking(check, at) { 1.0 } else { failing }
    }

    /// Whether the site of a check lacks something to serve its users.
    fn is_lacking(&self, check: &HealthCheck, at: Moment) -> bool {
        self.has_needs(check) && self.at(at).lacking(check.system(), &check.watches).is_some()
    }

    /// Whether anything is said of what the site of a check needs.
    fn has_needs(&self, check: &HealthCheck) -> bool {
        self.estate.sites.iter().any(|site| site.at == check.watches && site.system == check.system())
    }

    /// The share of users, 0 to 1, whose requests to the site of a check fail at that moment.
    pub fn failing_users(&self, check: &HealthCheck, at: Moment) -> f64 {
        let is_theirs =
            |fault: &&Fault| !matches!(fault, Fault::Unhealthy(failing) if failing.seen_by == SeenBy::Checkers);
        self.faults(at).filter(is_theirs).filter_map(|fault| share_of(fault, check)).fold(0.0, f64::max)
    }

    /// How the requests of users to a site end at that moment, when its data plane is gone.
    pub fn outage(&self, site: &str, at: Moment) -> Option<Down> {
        self.faults(at).find_map(|fault| {
            let Fault::Outage(lost) = fault else { return None };
            (lost.site == site).then_some(lost.how)
        })
    }

    /// What a check reports at that moment: what its checkers or the other checks saw, turned by its switches.
    pub fn health(&self, check: &HealthCheck, at: Moment) -> Health {
        let check = check.as_of(at);
        let unhealthy = match check.mode {
            Mode::Normal => self.is_found_failing(check, at),
            Mode::Inverted => !self.is_found_failing(check, at),
            Mode::Disabled => false,
            Mode::Forced => true,
        };
        if unhealthy { Health::Unhealthy } else { Health::Healthy }
    }

    /// How many of the checks that a calculated one watches are healthy.
    pub fn healthy_children(&self, check: &HealthCheck, at: Moment) -> usize {
        let (check, all) = (check.as_of(at), &self.estate.route53.health_checks);
        let children = all.iter().filter(|child| check.children.contains(&child.id));
        // A calculated check may not watch another one, so this ends.
        children.filter(|child| self.health(child, at) == Health::Healthy).count()
    }

    fn is_found_failing(&self, check: &HealthCheck, at: Moment) -> bool {
        match check.kind {
            CheckKind::Http | CheckKind::Https | CheckKind::Tcp => self.is_seen_failing(check, at),
            CheckKind::Calculated => self.healthy_children(check, at) < check.health_threshold as usize,
            CheckKind::RecoveryControl => {
                let mut controls = self.estate.arc.controls();
                let followed = controls.find(|(.., control)| check.routing_control.as_ref() == Some(&control.name));
                followed.is_none_or(|(.., control)| self.switch(control, at) == Switch::Off)
            }
        }
    }

    /// Whether too few checkers see success. A change is believed when it has held for `threshold` requests; until then what
    /// was before it counts.
    fn is_seen_failing(&self, check: &HealthCheck, at: Moment) -> bool {
        let settled = Span::from_seconds(i64::from(check.interval) * i64::from(check.threshold));
        let told = self.health_changes(check).filter(|change| at - settled < *change && *change <= at);
        let unsettled = told.chain(self.turned(check, at, settled)).min();
        let believed = unsettled.map_or(at, |change| change - Span::from_millis(1));
        1.0 - self.failing_share(check, believed) < QUORUM
    }

    /// The times, not after that moment, at which requests of checkers to the site of a check failed.
    pub fn failures(&self, check: &HealthCheck, at: Moment) -> impl Iterator<Item = (Moment, Moment)> {
        let spells = self.timeline.spells().iter().filter(move |spell| spell.from <= at);
        let failing = spells.filter(|spell| share_of(&spell.fault, check).is_some());
        failing.map(move |spell| (spell.from, spell.until.min(at)))
    }

    /// Just after the last request of the checkers, within that span, before a site that lacked something had it, or the other way
    /// round.
    fn turned(&self, check: &HealthCheck, at: Moment, within: Span) -> Option<Moment> {
        if !self.has_needs(check) {
            return None;
        }
        let every = Span::from_seconds(i64::from(check.interval).max(1));
        let asked = (0..=i64::from(check.threshold)).rev().map(|back| at - every.times(back));
        let mut seen = asked.filter(|asked| at - within <= *asked).map(|asked| (asked, self.is_lacking(check, asked)));
        let (mut last, first) = seen.next()?;
        for (asked, lacking) in seen {
            if lacking != first {
                // Until the request before it, all was as it had been.
                return Some(last + Span::from_millis(1));
            }
            last = asked;
        }
        None
    }

    /// The moments at which what the checkers see may change.
    fn health_changes(&self, check: &HealthCheck) -> impl Iterator<Item = Moment> {
        self.timeline
            .spells()
            .iter()
            .filter(|spell| share_of(&spell.fault, check).is_some())
            .flat_map(|spell| [spell.from, spell.until])
    }
}

/// The share of checkers that a fault makes fail; `None` when it does not concern the check.
fn share_of(fault: &Fault, check: &HealthCheck) -> Option<f64> {
    if let Fault::Unhealthy(failing) = fault {
        return (is(&failing.check, &check.id) && is(&failing.site, &check.watches)).then_some(failing.share);
    }
    matches!(fault, Fault::Outage(lost) if lost.site == check.watches).then_some(1.0)
}
