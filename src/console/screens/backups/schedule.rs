//! When the rules of backup plans are to run.

use crate::model::facts::backup_plans::{Plan, Rule};
use crate::model::{Moment, Span};

/// The rule's schedule as it is written.
pub(super) fn expression(rule: &Rule) -> String {
    match &rule.time_zone {
        Some(zone) if zone.as_str() != "Etc/UTC" => format!("{} {zone}", rule.expression()),
        Some(_) | None => rule.expression().to_owned(),
    }
}

/// When the rule runs next.
pub(super) fn next(rule: &Rule, now: Moment) -> Option<Moment> {
    rule.times().ok()?.next_after(now)
}

/// When a plan runs next.
pub(super) fn next_of(plan: &Plan, now: Moment) -> Option<Moment> {
    plan.rules.iter().filter_map(|rule| next(rule, now)).min()
}

/// The newest of its times from which a backup should be there by now, as its jobs `usually` take. The verdict on a component waits as long.
pub(super) fn due(rule: &Rule, usually: Option<Span>, now: Moment) -> Option<Moment> {
    let patience = rule.starts_within().saturating_add(rule.takes(usually));
    rule.times().ok()?.last_at(now.checked_sub(patience).ok()?)
}
