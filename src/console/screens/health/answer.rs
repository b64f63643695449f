//! What DNS answers: Route 53's own servers, and beside it what clients get from their resolvers.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::super::listing::{Detail, Item, Owners, Rows, Severity, Source, Sources};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::look::DnsAnswer;
use crate::model::facts::route53::Routing;
use crate::model::index::Index;
use crate::model::kinds::{Counts, Kind, Route, RouteSet, of_traffic};
use crate::model::query::DnsServer;
use crate::model::words::length;
use crate::model::{Moment, Query, Span};

#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    kind: String,
    owners: Owners,
    /// Route 53's own answer.
    first: Option<Arc<Source>>,
    /// What the resolvers say.
    resolver: Option<Arc<Source>>,
    differ: Differ,
}

/// Whether both answers may have nothing in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Differ {
    /// Several record sets are answered, by weight or by distance.
    May,
    /// All should get the same.
    MayNot,
}

/// The two answers to a question, where they were asked for.
type Pair = (Option<Arc<Source>>, Option<Arc<Source>>);

pub(super) fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::DnsAnswer(..)));
    let mut pairs: BTreeMap<(&str, &str), Pair> = BTreeMap::new();
    for source in sources.iter() {
        let Query::DnsAnswer(_, question) = &source.query else { continue };
        let pair = pairs.entry((question.name.as_str(), question.kind.as_str())).or_default();
        let half = match question.server {
            DnsServer::Authoritative => &mut pair.0,
            DnsServer::Resolver => &mut pair.1,
        };
        *half = Some(Arc::clone(source));
    }
    let traffic = of_traffic(snapshot);
    let index = Index::new(&traffic, now);
    let components = world.estate.systems.iter().flat_map(|system| &system.components);
    let several: HashSet<(&str, &str)> = components
        .filter_map(|component| {
            let Kind::DnsRecord(record) = &component.kind else { return None };
            several(&record.route(&index)).then_some((&*record.record, &*record.kind))
        })
        .collect();
    let items = pairs.into_iter().map(|((name, kind), (first, resolver))| {
        let differ = if several.contains(&(name, kind)) { Differ::May } else { Differ::MayNot };
        let row = Row {
            id: format!("{name} {kind}"),
            name: name.to_owned(),
            kind: kind.to_owned(),
            owners: world.owns.dns_name(name),
            first,
            resolver,
            differ,
        };
        Box::new(row) as Box<dyn Item>
    });
    Rows { items: items.collect(), sources }
}

/// Whether who asks may get another answer than the next one.
fn several(route: &Route) -> bool {
    let any = |set: &&RouteSet| match set.routing {
        Routing::Weighted(weight) => weight > 0 && set.counts != Counts::Unhealthy,
        Routing::Latency(_) | Routing::Other(_) => set.counts != Counts::Unhealthy,
        Routing::Simple | Routing::Primary | Routing::Secondary => false,
    };
    route.sets.iter().filter(any).count() > 1
}

fn answer(source: Option<&Arc<Source>>) -> Option<&DnsAnswer> {
    if let Answer::DnsAnswer(answer) = source?.reading.value.as_deref()? { Some(answer) } else { None }
}

fn finds_it(answer: &DnsAnswer) -> bool {
    answer.code.as_str() == "NOERROR" && !answer.values.is_empty()
}

/// The values, or the code where there are none.
fn said(answer: &DnsAnswer) -> String {
    let values: Vec<&str> = answer.values.iter().map(|value| value.as_str()).collect();
    match (answer.code.as_str(), values.is_empty()) {
        ("NOERROR", true) => "no values".to_owned(),
        ("NOERROR", false) => values.join(" "),
        (code, _) => code.to_owned(),
    }
}

fn cell(source: Option<&Arc<Source>>, role: Role) -> Line {
    match (source, answer(source)) {
        (None, _) => Line::new(Role::TextMuted, "not asked"),
        (Some(_), Some(answer)) if finds_it(answer) => Line::new(role, said(answer)),
        (Some(_), Some(answer)) => Line::new(Role::SeverityError, said(answer)),
        (Some(source), None) if source.reading.failing.is_some() => Line::new(Role::VerdictUnknown, "no answer"),
        (Some(_), None) => Line::new(Role::TextMuted, "…"),
    }
}

fn kept(source: Option<&Arc<Source>>) -> Line {
    match answer(source).and_then(|answer| answer.ttl) {
        Some(ttl) => Line::new(Role::Text, format::age(Span::from_secs(ttl.into()))),
        None => Line::new(Role::TextMuted, "-"),
    }
}

/// The `dig` line `line`, put to the very server that answered.
fn ask(source: &Arc<Source>, line: &str) -> String {
    let server = answer(Some(source)).and_then(|answer| answer.server.as_str().rsplit_once(':'));
    match (server, line.strip_prefix("dig ")) {
        (Some((host, port)), Some(question)) => {
            format!("dig @{} -p {port} {question}", host.trim_start_matches('[').trim_end_matches(']'))
        }
        (_, _) => line.to_owned(),
    }
}

impl Row {
    /// Whether both know the name and say nothing in common.
    fn is_torn(&self) -> bool {
        let (Some(ours), Some(theirs)) = (answer(self.first.as_ref()), answer(self.resolver.as_ref())) else {
            return false;
        };
        self.differ == Differ::MayNot
            && finds_it(ours)
            && finds_it(theirs)
            && !theirs.values.iter().any(|value| ours.values.contains(value))
    }

    /// The one that counts: Route 53's own where it was asked.
    fn main(&self) -> Option<&Arc<Source>> {
        self.first.as_ref().or(self.resolver.as_ref())
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn severity(&self) -> Severity {
        let (ours, theirs) = (answer(self.main()), answer(self.resolver.as_ref()));
        match (ours.map(finds_it), theirs.map(finds_it)) {
            (Some(false), _) => Severity::Bad,
            (None, _) => Severity::Unknown,
            (Some(true), Some(false)) => Severity::Watch,
            (Some(true), _) if self.is_torn() => Severity::Watch,
            (Some(true), None) if self.resolver.is_some() => Severity::Unknown,
            (Some(true), Some(true) | None) => Severity::Fine,
        }
    }

    /// Those that users ask for come before those that they lead to.
    fn weight(&self) -> i64 {
        i64::from(!self.owners.names().is_empty())
    }

    fn trust(&self, now: Moment) -> Trust {
        self.main().map_or(Trust::Never, |source| source.trust(now))
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        let server = answer(self.main()).map_or("-", |answer| answer.server.as_str());
        let theirs = if self.is_torn() { Role::SeverityWarning } else { Role::Text };
        vec![
            cell(self.first.as_ref(), Role::Text),
            kept(self.first.as_ref()),
            cell(self.resolver.as_ref(), theirs),
            kept(self.resolver.as_ref()),
            Line::new(Role::TextMuted, self.kind.as_str()),
            self.owners.cell(),
            Line::new(Role::TextMuted, server),
        ]
    }

    fn words(&self) -> String {
        let both = [answer(self.first.as_ref()), answer(self.resolver.as_ref())];
        let said: Vec<String> =
            both.into_iter().flatten().map(|each| format!("{} {}", each.code, said(each))).collect();
        format!("{} {}", self.kind, said.join(" "))
    }

    fn why(&self, _now: Moment) -> String {
        let left = |answer: &DnsAnswer| {
            let ttl = answer.ttl.map(|ttl| format!(" for up to {}", length(Span::from_secs(ttl.into()))));
            ttl.unwrap_or_default()
        };
        match (answer(self.main()), answer(self.resolver.as_ref())) {
            (None, _) if self.main().is_some_and(|source| source.reading.failing.is_some()) => {
                "No name server answered.".to_owned()
            }
            (None, _) => "Not asked yet.".to_owned(),
            (Some(ours), _) if !finds_it(ours) => {
                format!("DNS does not find the name: {}, says {}.", said(ours), ours.server)
            }
            (Some(_), Some(theirs)) if !finds_it(theirs) => {
                format!(
                    "Route 53 answers, but clients of the resolver {} do not find it: {}.",
                    theirs.server,
                    said(theirs)
                )
            }
            (Some(_), Some(theirs)) if self.is_torn() => format!(
                "Not all clients have moved: the resolver {} still answers {}{}.",
                theirs.server,
                said(theirs),
                left(theirs)
            ),
            (Some(ours), Some(_)) if self.first.is_some() && self.differ == Differ::May => {
                format!("Route 53 answers {}; who asks from elsewhere may get another one.", said(ours))
            }
            (Some(ours), Some(_)) if self.first.is_some() => {
                format!("Route 53 and the resolvers both answer {}.", said(ours))
            }
            (Some(ours), _) => format!("{} answers {}{}.", ours.server, said(ours), left(ours)),
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let mut detail = Detail::new(&self.name, &format!("what DNS answers, type {}", self.kind));
        detail.marked(
            "state",
            Line::new(self.severity().role(), self.severity().glyph()).with(Role::Text, format!(" {}", self.why(now))),
        );
        detail.value("system", self.owners.words());
        let halves = [("Route 53's own servers", &self.first), ("the resolvers that clients ask", &self.resolver)];
        for (heading, source) in halves {
            detail.heading(heading);
            let Some(source) = source else {
                detail.remark("Not asked: the zone is not ours, or it is private.");
                continue;
            };
            match answer(Some(source)) {
                Some(answer) => {
                    detail.value("server", answer.server.as_str());
                    detail.value("code", answer.code.as_str());
                    for value in &answer.values {
                        detail.value("value", value.as_str());
                    }
                    let ttl = answer.ttl.map(|ttl| length(Span::from_secs(ttl.into())));
                    detail.maybe("may be kept", ttl);
                }
                None => detail.remark("No answer yet."),
            }
            if let Some(failure) = &source.reading.failing {
                detail
                    .value("cannot be asked", format!("since {}: {}", format::when(failure.since, now), failure.error));
            }
            detail.rests_on(source, now);
            detail.command(ask(source, &command_line::of(&source.query, now, &world.shell)));
        }
        detail
    }
}
