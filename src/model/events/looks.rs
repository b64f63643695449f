//! What two answers to one question, one after the other, show to have changed, where AWS keeps no history of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Event, EventKind, Names, Severity};
use crate::model::facts::Answer;
use crate::model::facts::arc::RoutingControl;
use crate::model::facts::look::{DnsAnswer, Response};
use crate::model::facts::route53::{Record, Routing};
use crate::model::query::{DnsQuestion, DnsServer};
use crate::model::words::listed;
use crate::model::{Moment, Query, Snapshot, Text};

/// What changed from one answer to `query` to the next, which was read at `at`. `snapshot` says how many answers a name has.
#[allow(clippy::wildcard_enum_match_arm, reason = "all other answers have times of their own, or are judged")]
pub fn answered(
    names: &Names,
    query: &Query,
    before: &Answer,
    after: &Answer,
    at: Moment,
    snapshot: &Snapshot,
) -> Vec<Event> {
    match (query, before, after) {
        (Query::DnsAnswer(_, question), Answer::DnsAnswer(before), Answer::DnsAnswer(after)) => {
            let (was, is) = (says(before), says(after));
            let in_turn = !before.values.is_empty() && !after.values.is_empty() && has_several(question, snapshot);
            if was == is || in_turn {
                return Vec::new();
            }
            let thing = format!("dns/{:?}/{}/{}", question.server, question.kind, question.name);
            let to_whom = match question.server {
                DnsServer::Authoritative => "",
                DnsServer::Resolver => " for clients of the resolvers",
            };
            let text = format!("{} {} is {is}{to_whom}, was {was}", question.name, question.kind);
            vec![Event {
                severity: if after.values.is_empty() { Severity::Bad } else { Severity::Info },
                ..looked(names, query, EventKind::Dns, thing, &question.name, text, at)
            }]
        }
        (Query::Records(..), Answer::Records(before), Answer::Records(after)) => {
            let (was, is) = (shared(before), shared(after));
            let changed = is.iter().filter_map(|(name, now)| Some((name, was.get(name)?, now)));
            let changed = changed.filter(|(_, before, now)| before != now);
            let event = |((name, kind), before, now): (&(&str, &str), &BTreeSet<String>, &BTreeSet<String>)| {
                let text =
                    format!("{name} {kind} may be answered with {}, before with {}", listed(now), listed(before));
                looked(names, query, EventKind::Dns, format!("records/{kind}/{name}"), name, text, at)
            };
            changed.map(event).collect()
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

/// Whether a name has several record sets that are answered in turn, by their weights, or to those who are near: an answer other than the one before
/// says nothing then.
fn has_several(question: &DnsQuestion, snapshot: &Snapshot) -> bool {
    let of_name = |record: &&Record| {
        let name = record.name.as_str();
        let is_wildcard = name
            .strip_prefix('*')
            .is_some_and(|rest| question.name.strip_suffix(rest).is_some_and(|label| !label.contains('.')));
        is_wildcard || name.eq_ignore_ascii_case(&question.name)
    };
    snapshot.readings.values().filter_map(|reading| reading.value.as_deref()).any(|answer| {
        let Answer::Records(records) = answer else { return false };
        records.iter().filter(of_name).any(|record| is_shared(&record.routing))
    })
}

/// Whether a name has other answers besides this record set's at the same time.
const fn is_shared(routing: &Routing) -> bool {
    match routing {
        Routing::Weighted(_) | Routing::Latency(_) | Routing::Other(_) => true,
        Routing::Simple | Routing::Primary | Routing::Secondary => false,
    }
}

/// What each name that has several answers may be answered with, as far as its records say: what weighs nothing is left out.
fn shared(records: &[Record]) -> BTreeMap<(&str, &str), BTreeSet<String>> {
    let mut names: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for record in records.iter().filter(|record| is_shared(&record.routing)) {
        let answers = names.entry((record.name.as_str(), record.kind.as_str())).or_default();
        if record.routing != Routing::Weighted(0) {
            let target = record.alias.as_ref().map(|alias| alias.target.as_str());
            answers.extend(target.into_iter().chain(record.values.iter().map(Text::as_str)).map(str::to_owned));
        }
    }
    names
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
