//! The simulated world at one moment: a pure function of estate, seed, timeline and time. Services answer from it and nothing else.

use std::sync::Arc;

use super::estate::Estate;
use super::estate::arc::{Cluster, Control, Panel, SafetyRule, Switch};
use super::fault::{BackupFailure, CopyFailure, Fault, RestoreTestFailure, Stage, is};
use super::seed;
use super::time::{Moment, Span};
use super::timeline::Timeline;

/// The world at `now`.
#[derive(Clone, Debug)]
pub struct World {
    /// What exists.
    pub estate: Arc<Estate>,
    /// What goes wrong when.
    pub timeline: Arc<Timeline>,
    /// What everything that looks random is drawn from.
    pub seed: u64,
    /// When the simulator was started, in simulated time: ages in the estate count back from it.
    pub start: Moment,
    /// The moment of this call.
    pub now: Moment,
}

impl World {
    /// The same world at another moment.
    #[must_use]
    pub fn at(&self, now: Moment) -> Self {
        Self { now, ..self.clone() }
    }

    /// `arn:aws:<service>:<region>:<account>:<rest>`.
    pub fn arn(&self, service: &str, region: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{region}:{}:{rest}", self.estate.account)
    }

    /// A UUID for these words, the same at each call.
    pub fn uuid(&self, words: &[&str]) -> String {
        seed::uuid(self.seed, words)
    }

    /// `length` hexadecimal digits for these words, the same at each call.
    pub fn hex(&self, words: &[&str], length: usize) -> String {
        seed::hex(self.seed, words, length)
    }

    /// A number from 0 to 1 for these words, the same at each call.
    pub fn unit(&self, words: &[&str]) -> f64 {
        seed::unit(self.seed, words)
    }

    /// A span from `least` up to `most` for these words, the same at each call.
    pub fn between(&self, least: Span, most: Span, words: &[&str]) -> Span {
        least + (most - least).share(self.unit(words))
    }

    /// The faults that hold at that moment.
    pub fn faults(&self, at: Moment) -> impl Iterator<Item = &Fault> {
        self.timeline.at(at)
    }

    /// When the data plane of a site is gone.
    pub fn outages(&self, site: &str) -> Vec<(Moment, Moment)> {
        self.timeline.times(|fault| matches!(fault, Fault::Outage(lost) if lost.site == site))
    }

    /// Whether the data plane of a site is gone at that moment.
    pub fn is_out(&self, site: &str, at: Moment) -> bool {
        self.faults(at).any(|fault| matches!(fault, Fault::Outage(lost) if lost.site == site))
    }

    /// The last moment, not after that one, at which a site's data plane was there.
    pub fn last_alive(&self, site: &str, at: Moment) -> Moment {
        self.outages(site).into_iter().find(|(from, until)| *from <= at && at < *until).map_or(at, |(from, _)| from)
    }

    /// When an Availability Zone is gone.
    pub fn zone_losses(&self, zone: &str) -> Vec<(Moment, Moment)> {
        self.timeline.times(|fault| matches!(fault, Fault::Zone(lost) if lost.zone == zone))
    }

    /// Whether an Availability Zone is gone at that moment.
    pub fn is_zone_lost(&self, zone: &str, at: Moment) -> bool {
        self.faults(at).any(|fault| matches!(fault, Fault::Zone(lost) if lost.zone == zone))
    }

    /// What becomes of a backup of a plan that starts at that moment, if it does not end well.
    pub fn backup_failure(&self, plan: &str, at: Moment) -> Option<&BackupFailure> {
        self.faults(at).find_map(|fault| {
            let Fault::Backup(failure) = fault else { return None };
            is(&failure.plan, plan).then_some(failure)
        })
    }

    /// Whether the backup of a resource that a plan would start at that moment is not started.
    pub fn is_backup_skipped(&self, plan: &str, resource: &str, at: Moment) -> bool {
        self.faults(at).any(|fault| {
            let Fault::SkipBackup(skipped) = fault else { return false };
            is(&skipped.plan, plan) && is(&skipped.resource, resource)
        })
    }

    /// What fails at a stage of a restore that a test starts at that moment.
    pub fn test_failure(&self, test: &str, kind: &str, stage: Stage, at: Moment) -> Option<&RestoreTestFailure> {
        self.faults(at).find_map(|fault| {
            let Fault::RestoreTest(failure) = fault else { return None };
            (is(&failure.test, test) && is(&failure.kind, kind) && failure.fails == stage).then_some(failure)
        })
    }

    /// The ARN of a routing control. ARC is global: there is no Region in it.
    pub fn control_arn(&self, cluster: &Cluster, panel: &Panel, control: &Control) -> String {
        let id = self.hex(&["routing-control", &cluster.name, &panel.name, &control.name], 16);
        format!("{}/routingcontrol/{id}", self.panel_arn(cluster, panel))
    }

    /// The ARN of a control panel.
    pub fn panel_arn(&self, cluster: &Cluster, panel: &Panel) -> String {
        let id = self.hex(&["control-panel", &cluster.name, &panel.name], 32);
        self.arn("route53-recovery-control", "", &format!("controlpanel/{id}"))
    }

    /// The ARN of a safety rule.
    pub fn rule_arn(&self, cluster: &Cluster, panel: &Panel, rule: &SafetyRule) -> String {
        let id = self.hex(&["safety-rule", &cluster.name, &panel.name, &rule.name], 16);
        format!("{}/safetyrule/{id}", self.panel_arn(cluster, panel))
    }

    /// How a routing control stands at that moment: as it was switched last, by a call or by a fault.
    pub fn switch(&self, control: &Control, at: Moment) -> Switch {
        let spells = self.timeline.spells().iter().filter(|spell| spell.holds(at));
        let by_fault = spells.filter_map(|spell| {
            let Fault::RoutingControl(switched) = &spell.fault else { return None };
            (switched.control == control.name).then_some((spell.from, switched.state))
        });
        let by_call = control.switched.iter().copied().filter(|(from, _)| *from <= at);
        by_fault.chain(by_call).max_by_key(|(from, _)| *from).map_or(control.state, |(_, state)| state)
    }

    /// What becomes of a copy of a plan's backup into a Region that starts at that moment, if it does not end well.
    pub fn copy_failure(&self, plan: &str, to: &str, at: Moment) -> Option<&CopyFailure> {
        self.faults(at).find_map(|fault| {
            let Fault::Copy(failure) = fault else { return None };
            (is(&failure.plan, plan) && is(&failure.to, to)).then_some(failure)
        })
    }

    /// How many instances an Auto Scaling group gets at most.
    pub fn capacity(&self, region: &str, group: &str) -> Option<u32> {
        let available = self.faults(self.now).filter_map(|fault| {
            let Fault::Capacity(missing) = fault else { return None };
            (missing.region == region && is(&missing.group, group)).then_some(missing.available)
        });
        available.min()
    }

    /// The moments of a schedule (each multiple of `every` plus `offset`, UTC) after `from` and not after `to`, oldest first.
    pub fn schedule(every: Span, offset: Span, from: Moment, to: Moment) -> impl Iterator<Item = Moment> {
        let step = if every > Span::ZERO { every } else { Span::DAY };
        let first = (from - offset).floor(step) + step + offset;
        std::iter::successors(Some(first), move |at| Some(*at + step)).take_while(move |at| *at <= to)
    }
}
