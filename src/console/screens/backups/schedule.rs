//! When the rules of backup plans are to run.

use crate::model::facts::backup_plans::{Plan, Rule};
use crate::model::schedule::Schedule;
use crate::model::{Moment, Span, Text};

/// The schedule AWS takes for a rule that names none.
const USUAL: &str = "cron(0 5 ? * * *)";
/// AWS starts a job within so long after its time where a rule says nothing else.
const USUAL_START_WINDOW: Span = Span::from_hours(8);
/// A backup may take so long before it is missed.
const GRACE: Span = Span::from_hours(1);

/// The rule's schedule as it is written.
pub(super) fn expression(rule: &Rule) -> String {
    let text = rule.schedule.as_ref().map_or(USUAL, Text::as_str);
    match &rule.time_zone {
        Some(zone) if zone.as_str() != "Etc/UTC" => format!("{text} {zone}"),
        Some(_) | None => text.to_owned(),
    }
}

fn of(rule: &Rule) -> Option<Schedule> {
    let text = rule.schedule.as_ref().map_or(USUAL, Text::as_str);
    Schedule::parse(text, rule.time_zone.as_ref().map(Text::as_str)).ok()
}

/// When the rule runs next.
pub(super) fn next(rule: &Rule, now: Moment) -> Option<Moment> {
    of(rule)?.next_after(now)
}

/// When a plan runs next.
pub(super) fn next_of(plan: &Plan, now: Moment) -> Option<Moment> {
    plan.rules.iter().filter_map(|rule| next(rule, now)).min()
}

/// The newest of its times from which a backup should be there by now.
pub(super) fn due(rule: &Rule, now: Moment) -> Option<Moment> {
    let patience = rule.start_window.unwrap_or(USUAL_START_WINDOW).saturating_add(GRACE);
    of(rule)?.last_at(now.checked_sub(patience).ok()?)
}
