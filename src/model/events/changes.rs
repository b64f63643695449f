//! What two judgements, one after the other, show to have changed. Of Verdicts and RPOs see [`super::Standings`].

use super::{Event, EventKind, Severity, Subject};
use crate::model::assessment::Silent;
use crate::model::words::{clock, length, sites};
use crate::model::{Assessment, Failure, Moment, RunStart, SourceState, Span, SystemAssessment, Text, Up, Verdict};

/// A service that refuses is told of once it has refused for so long: one call that fails says little.
const LASTS: Span = Span::from_mins(1);

/// So long before they end, credentials are told of.
const ABOUT_TO_END: Span = Span::from_mins(15);

/// What changed from `before` to `after`, two judgements on the same config.
pub fn changes(before: &Assessment, after: &Assessment) -> Vec<Event> {
    let now = after.now;
    let mut events = Vec::new();
    for (was, is) in before.systems.iter().zip(&after.systems) {
        if was.name == is.name {
            between(was, is, now, &mut events);
        }
    }
    of_sources(before, after, &mut events);
    of_credentials(before, after, &mut events);
    events
}

/// What the first judgement shows to have happened already: outages that last, and what follows from them. The rest is how things are, and no Event.
pub fn at_first(after: &Assessment) -> Vec<Event> {
    let now = after.now;
    let mut events = Vec::new();
    for system in &after.systems {
        if let Up::Down { since, start } = system.up {
            events.push(went_down(system, since, start, now));
        }
        if let Some(since) = system.consider_failover {
            events.push(consider(system, since, now));
        }
    }
    for source in &after.sources {
        if let Some(lost) = lost(source, after) {
            events.push(unreadable(source, &lost, now));
        }
    }
    events
}

/// An Event that was found at `now` by comparing with a judgement of long before, at `since`: when it happened in between is not known, unless it tells
/// a time of its own.
pub fn unwatched(event: Event, since: Moment, now: Moment) -> Event {
    if event.at != now {
        return event;
    }
    let text = format!("While nobody watched since {}: {}", clock(since, now), event.text);
    Event { text: Text::new(text), ..event }
}

/// An Event of `system` as a whole, to be completed with its severity and text.
pub(super) fn of_system(system: &SystemAssessment, thing: &str, kind: EventKind, at: Moment, now: Moment) -> Event {
    Event {
        at,
        seen_at: now,
        kind,
        severity: Severity::Info,
        subject: Subject::System(system.name.clone()),
        text: Text::default(),
        thing: format!("{thing}/{}", system.name),
        query: None,
    }
}

fn between(was: &SystemAssessment, is: &SystemAssessment, now: Moment, events: &mut Vec<Event>) {
    match (&was.up, &is.up) {
        (Up::Down { since: a, .. }, Up::Down { since: b, .. }) if a == b => {}
        // A start that is known better now is no new outage, nor is one of which less is known because another source tells it.
        (Up::Down { start: RunStart::Earlier, .. }, Up::Down { .. })
        | (Up::Down { .. }, Up::Down { start: RunStart::Earlier, .. }) => {}
        (_, Up::Down { since, start }) => events.push(went_down(is, *since, *start, now)),
        (Up::Down { since, .. }, Up::Up) => {
            let lasted = length(now.duration_since(*since));
            events.push(Event {
                severity: Severity::Good,
                text: Text::new(format!("Users are served again, after {lasted}")),
                ..of_system(is, "users", EventKind::Users, now, now)
            });
        }
        (Up::Down { .. } | Up::Up | Up::Unknown, Up::Unknown) | (Up::Up | Up::Unknown, Up::Up) => {}
    }
    if was.active != is.active && !was.active.is_empty() && !is.active.is_empty() {
        events.push(Event {
            severity: if is.verdict == Verdict::Split { Severity::Bad } else { Severity::Info },
            text: Text::new(format!("Serves from {}, before from {}", sites(&is.active), sites(&was.active))),
            ..of_system(is, "active", EventKind::Active, now, now)
        });
    }
    match (was.consider_failover, is.consider_failover) {
        (None, Some(since)) => events.push(consider(is, since, now)),
        (Some(_), None) => events.push(Event {
            severity: Severity::Good,
            text: Text::new("A failover need not be considered any more"),
            ..of_system(is, "failover", EventKind::Failover, now, now)
        }),
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn went_down(system: &SystemAssessment, since: Moment, start: RunStart, now: Moment) -> Event {
    Event {
        severity: Severity::Bad,
        text: Text::new(match start {
            RunStart::Seen => "Users are not served",
            RunStart::Earlier => "Users are not served, since then or earlier",
        }),
        ..of_system(system, "users", EventKind::Users, since, now)
    }
}

fn consider(system: &SystemAssessment, since: Moment, now: Moment) -> Event {
    let broken = match system.active.len() {
        0 => "it is broken".to_owned(),
        1 => format!("{} is broken", sites(&system.active)),
        _ => format!("{} are broken", sites(&system.active)),
    };
    Event {
        severity: Severity::Bad,
        text: Text::new(format!("Consider a failover: {broken} since {}", clock(since, now))),
        ..of_system(system, "failover", EventKind::Failover, now, now)
    }
}

/// Since when a source cannot be read, and why.
struct Lost {
    since: Moment,
    failure: Failure,
}

/// Whether a source is lost: nothing of it answers, or it has refused something for a while.
fn lost(source: &SourceState, assessment: &Assessment) -> Option<Lost> {
    let failure = source.failure.clone()?;
    let of_source = |silent: &&Silent| silent.service == source.service && silent.region == source.region;
    if let Some(silent) = assessment.silent.iter().find(of_source) {
        return Some(Lost { since: silent.since, failure });
    }
    let lasts = assessment.now.duration_since(failure.since) >= LASTS;
    (lasts && !failure.kind.is_silence()).then_some(Lost { since: failure.since, failure })
}

fn of_sources(before: &Assessment, after: &Assessment, events: &mut Vec<Event>) {
    for source in &after.sources {
        let was = before.sources.iter().find(|was| was.service == source.service && was.region == source.region);
        let Some(was) = was else { continue };
        match (lost(was, before), lost(source, after)) {
            (None, Some(now_lost)) => events.push(unreadable(source, &now_lost, after.now)),
            (Some(was_lost), None) => events.push(Event {
                severity: Severity::Good,
                text: Text::new(format!(
                    "{} in {} can be read again, after {}",
                    source.service,
                    source.region,
                    length(after.now.duration_since(was_lost.since))
                )),
                ..of_source(source, after.now, after.now)
            }),
            (None, None) | (Some(_), Some(_)) => {}
        }
    }
}

fn unreadable(source: &SourceState, lost: &Lost, now: Moment) -> Event {
    Event {
        severity: Severity::Warning,
        text: Text::new(format!("{} in {} cannot be read: {}", source.service, source.region, lost.failure.error)),
        ..of_source(source, lost.since, now)
    }
}

fn of_source(source: &SourceState, at: Moment, now: Moment) -> Event {
    Event {
        at,
        seen_at: now,
        kind: EventKind::Source,
        severity: Severity::Info,
        subject: Subject::Service(source.service, source.region.clone()),
        text: Text::default(),
        thing: format!("source/{}/{}", source.service, source.region),
        query: None,
    }
}

fn of_credentials(before: &Assessment, after: &Assessment, events: &mut Vec<Event>) {
    let Some(expires) = after.identity.value.as_ref().and_then(|identity| identity.expires) else { return };
    let warned = expires.checked_sub(ABOUT_TO_END).unwrap_or(expires);
    let passed = |moment: Moment| before.now < moment && moment <= after.now;
    let (at, severity, text) = if passed(expires) {
        (expires, Severity::Bad, "The credentials have expired".to_owned())
    } else if passed(warned) {
        (warned, Severity::Warning, format!("The credentials expire in {}", length(ABOUT_TO_END)))
    } else {
        return;
    };
    events.push(Event {
        at,
        seen_at: after.now,
        kind: EventKind::Credentials,
        severity,
        subject: Subject::Drdeck,
        text: Text::new(text),
        thing: "credentials".to_owned(),
        query: None,
    });
}
