//! What two answers to one question, one after the other, show to have changed, where AWS keeps no history of it.

use super::{Event, EventKind, Names, Severity};
use crate::model::facts::Answer;
use crate::model::facts::arc::RoutingControl;
use crate::model::facts::look::{DnsAnswer, Response};
use crate::model::words::listed;
use crate::model::{Moment, Query, Text};

/// What changed from one answer to `query` to the next, which was read at `at`.
#[allow(clippy::wildcard_enum_match_arm, reason = "all other answers have times of their own, or are judged")]
pub fn answered(names: &Names, query: &Query, before: &Answer, after: &Answer, at: Moment) -> Vec<Event> {
    match (query, before, after) {
        (Query::DnsAnswer(_, question), Answer::DnsAnswer(before), Answer::DnsAnswer(after)) => {
            let thing = format!("dns/{:?}/{}/{}", question.server, question.kind, question.name);
            let change = (says(before), says(after));
            let event = |text| Event {
                severity: if after.values.is_empty() { Severity::Bad } else { Severity::Info },
                ..looked(names, query, EventKind::Dns, thing, &question.name, text, at)
            };
            let text = format!("{} {} is {}, was {}", question.name, question.kind, change.1, change.0);
            if change.0 == change.1 { Vec::new() } else { vec![event(text)] }
        }
        (Query::Probe(_, url), Answer::Probe(before), Answer::Probe(after)) if before.is_good() != after.is_good() => {
            let severity = if after.is_good() { Severity::Good } else { Severity::Bad };
            let text = format!("{url} {}", responds(after));
            let event = looked(names, query, EventKind::Probe, format!("probe/{url}"), url, text, at);
            vec![Event { severity, ..event }]
        }
        (_, Answer::RoutingControls(before), Answer::RoutingControls(after)) => {
            let was = |control: &RoutingControl| before.iter().find(|was| was.arn == control.arn);
            let turned = after.iter().filter_map(|control| was(control).map(|was| (was, control)));
            let turned = turned.filter(|(was, control)| was.state != control.state);
            let event = |(was, control): (&RoutingControl, &RoutingControl)| {
                let text = format!("Routing control {} is {}, was {}", control.name, control.state, was.state);
                let thing = format!("control/{}", control.arn);
                looked(names, query, EventKind::Switch, thing, control.arn.as_str(), text, at)
            };
            turned.map(event).collect()
        }
        _ => Vec::new(),
    }
}

fn looked(names: &Names, query: &Query, kind: EventKind, thing: String, what: &str, text: String, at: Moment) -> Event {
    Event {
        at,
        seen_at: at,
        kind,
        severity: Severity::Info,
        subject: names.subject(query, what),
        text: Text::new(text),
        thing,
        query: Some(query.clone()),
    }
}

fn says(answer: &DnsAnswer) -> String {
    if answer.values.is_empty() { answer.code.to_string() } else { listed(answer.values.iter().map(Text::as_str)) }
}

fn responds(response: &Response) -> String {
    match (response.status, &response.error) {
        (Some(status), _) => format!("answers {status}"),
        (None, Some(error)) => format!("does not answer: {error}"),
        (None, None) => "does not answer".to_owned(),
    }
}
