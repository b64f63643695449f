//! Names that Route 53 may answer in more than one way: which record set is answered now, and why.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::super::listing::{Detail, Item, Owners, Rows, Severity, Source, Sources};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::route53::{Record, Routing, Zone};
use crate::model::index::Index;
use crate::model::kinds::{Counts, DnsRecord, Kind, Route, RouteSet, ToldBy, of_traffic};
use crate::model::query::DnsServer;
use crate::model::words::length;
use crate::model::{ComponentAssessment, Moment, Query, Site, Snapshot, Span, Verdict};

/// The types that users are sent by.
const TYPES: [&str; 3] = ["A", "AAAA", "CNAME"];

#[derive(Debug)]
struct Row {
    /// Zone, name and type.
    id: String,
    record: DnsRecord,
    zone: Option<Zone>,
    route: Route,
    owners: Owners,
    /// The judgement on the component that is about it.
    judged: Option<ComponentAssessment>,
    /// The listing of the zone.
    source: Arc<Source>,
}

/// A record set that a health check decides on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct User {
    /// The name.
    pub(super) name: String,
    /// What tells the set apart from others of that name.
    set: Option<String>,
}

impl User {
    /// `pay.shop.example us-east-1`.
    pub(super) fn words(&self) -> String {
        let set = self.set.as_ref().map(|set| format!(" {set}")).unwrap_or_default();
        format!("{}{set}", self.name)
    }
}

/// The record sets that each health check decides on, in the order of their names.
pub(super) fn users(snapshot: &Snapshot) -> HashMap<&str, Vec<User>> {
    let mut users: HashMap<&str, Vec<User>> = HashMap::new();
    for query in snapshot.readings.keys().filter(|query| matches!(***query, Query::Records(..))) {
        for record in snapshot.records(query).value.into_iter().flatten() {
            let Some(check) = &record.health_check else { continue };
            let user = User { name: record.name.to_string(), set: record.set.as_ref().map(ToString::to_string) };
            users.entry(check.as_str()).or_default().push(user);
        }
    }
    for sets in users.values_mut() {
        sets.sort_unstable();
    }
    users
}

pub(super) fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let traffic = of_traffic(snapshot);
    let index = Index::new(&traffic, now);
    let mut sources = Sources::of(&traffic, |query| matches!(query, Query::Records(..) | Query::HostedZones(_)));
    let judged: HashMap<(&str, &str), &ComponentAssessment> = world
        .systems()
        .iter()
        .flat_map(|system| system.components.iter().map(move |each| ((system.name.as_str(), each.name.as_str()), each)))
        .collect();
    let mut declared: BTreeMap<String, (&DnsRecord, Option<&ComponentAssessment>)> = BTreeMap::new();
    let mut watched: HashMap<&str, &Site> = HashMap::new();
    for system in &world.estate.systems {
        for component in &system.components {
            if let Kind::HealthCheck(check) = &component.kind {
                watched.insert(&check.id, &check.watches);
            }
            let Kind::DnsRecord(record) = &component.kind else { continue };
            let found = judged.get(&(system.name.as_str(), component.name.as_str())).copied();
            declared.entry(id(&record.zone, &record.record, &record.kind)).or_insert((record, found));
        }
    }
    let mut items: Vec<Box<dyn Item>> = Vec::new();
    for source in sources.iter() {
        let Query::Records(place, zone_id) = &source.query else { continue };
        let zones = traffic.hosted_zones(&Query::HostedZones(place.clone())).value;
        let zone = zones.and_then(|zones| zones.iter().find(|zone| zone.id.as_str() == zone_id));
        for (name, kind) in names(&traffic, &source.query, zone_id, &declared) {
            let id = id(zone_id, name, kind);
            let (record, judged) = match declared.get(&id) {
                Some((record, judged)) => ((*record).clone(), judged.cloned()),
                None => (undeclared(&index, &source.query, zone_id, (name, kind), &watched), None),
            };
            items.push(Box::new(Row {
                route: record.route(&index),
                owners: world.owns.dns_name(name),
                zone: zone.cloned(),
                source: Arc::clone(source),
                id,
                record,
                judged,
            }));
        }
    }
    sources.extend(&Sources::of(&traffic, |query| matches!(query, Query::DnsAnswer(..))));
    Rows { items, sources }
}

fn id(zone: &str, name: &str, kind: &str) -> String {
    format!("{zone}/{name} {kind}")
}

/// A name that no component is about. `watched` are all health checks of the config and their sites.
fn undeclared(
    index: &Index<'_>,
    query: &Query,
    zone: &str,
    (name, kind): (&str, &str),
    watched: &HashMap<&str, &Site>,
) -> DnsRecord {
    let records = index.records_of(query, name).value.unwrap_or_default();
    let checks = records.iter().filter_map(|record| record.health_check.as_ref());
    let known = checks.filter_map(|id| Some((id.to_string(), (*watched.get(id.as_str())?).clone())));
    let place = query.place();
    DnsRecord {
        zone: zone.to_owned(),
        record: name.to_owned(),
        kind: kind.to_owned(),
        place: place.clone(),
        primary: Site::Region(place.region.clone()),
        watched: known.collect(),
        rto: None,
    }
}

/// The names and types of a zone that a component is about, or that something decides on: a rule, a health check.
fn names<'a>(
    snapshot: &'a Snapshot,
    query: &Query,
    zone: &str,
    declared: &BTreeMap<String, (&DnsRecord, Option<&ComponentAssessment>)>,
) -> Vec<(&'a str, &'a str)> {
    let decided = |record: &Record| record.routing != Routing::Simple || record.health_check.is_some();
    let records = snapshot.records(query).value.into_iter().flatten();
    let of_users = records.filter(|record| TYPES.contains(&record.kind.as_str()));
    let shown = of_users.filter(|record| {
        decided(record) || declared.contains_key(&id(zone, record.name.as_str(), record.kind.as_str()))
    });
    let mut names: Vec<(&str, &str)> = shown.map(|record| (record.name.as_str(), record.kind.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn rule(routing: &Routing) -> &str {
    match routing {
        Routing::Simple => "simple",
        Routing::Primary | Routing::Secondary => "failover",
        Routing::Weighted(_) => "weighted",
        Routing::Latency(_) => "latency",
        Routing::Other(rule) => rule.as_str(),
    }
}

/// What a set is called in a cell: `usw2 secondary`, `eu`, `onprem`.
fn label(set: &RouteSet) -> String {
    let role = match &set.routing {
        Routing::Primary => Some("primary"),
        Routing::Secondary => Some("secondary"),
        Routing::Simple | Routing::Weighted(_) | Routing::Latency(_) | Routing::Other(_) => None,
    };
    match (place(set), role) {
        (Some(place), Some(role)) => format!("{place} {role}"),
        (Some(place), None) => place,
        (None, Some(role)) => role.to_owned(),
        (None, None) => set.target.clone(),
    }
}

/// Its site in short, or what it is called.
fn place(set: &RouteSet) -> Option<String> {
    set.site.as_ref().map(Site::short).or_else(|| set.set.as_ref().map(ToString::to_string))
}

fn health(set: &RouteSet) -> (Role, &'static str) {
    match (set.guarded, set.counts) {
        (false, Counts::Healthy) => (Role::TextMuted, "-"),
        (_, Counts::Healthy) => (Role::VerdictMet, Severity::Fine.glyph()),
        (_, Counts::Unhealthy) => (Role::VerdictBreached, Severity::Bad.glyph()),
        (_, Counts::Untold) => (Role::VerdictUnknown, Severity::Unknown.glyph()),
    }
}

impl Row {
    fn answered(&self) -> Line {
        let mut labels: Vec<String> = self.route.sets.iter().filter(|set| set.answered).map(label).collect();
        labels.dedup();
        let role = self.route.unusual.map_or(Role::TextStrong, |verdict| Severity::from(verdict).role());
        let doubt = match self.route.told_by {
            ToldBy::Dns => "",
            ToldBy::Records | ToldBy::Nobody => "?",
        };
        match (self.route.told_by, labels.as_slice()) {
            (ToldBy::Nobody, _) | (_, []) => Line::new(Role::VerdictUnknown, "?"),
            (_, [_, _, _, ..]) => Line::new(role, format!("any of {}{doubt}", labels.len())),
            (_, labels) => Line::new(role, format!("{}{doubt}", labels.join(", "))),
        }
    }

    /// `use1 ✗ usw2 ✓`; of several sets of one site a sign each.
    fn healths(&self) -> Line {
        let mut line = Line::empty();
        let mut before: Option<String> = None;
        for set in &self.route.sets {
            let (role, glyph) = health(set);
            let place = place(set);
            if place.is_none() || place != before {
                let gap = if line.is_empty() { "" } else { " " };
                let place = place.as_ref().map(|place| format!("{place} ")).unwrap_or_default();
                line.push(Role::Text, format!("{gap}{place}"));
            }
            line.push(role, glyph);
            before = place;
        }
        line
    }

    /// What is answered and why, without the name.
    fn reason(&self) -> &str {
        &self.route.words
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.record.record
    }

    fn severity(&self) -> Severity {
        let routed = match (self.route.unusual, self.route.told_by) {
            (Some(verdict), _) => verdict.into(),
            (None, ToldBy::Nobody) => Severity::Unknown,
            (None, ToldBy::Dns | ToldBy::Records) => Severity::Fine,
        };
        self.judged.as_ref().map_or(routed, |judged| routed.max(judged.verdict.into()))
    }

    /// Where users are sent elsewhere than usual comes before what only might go wrong.
    fn weight(&self) -> i64 {
        i64::from(self.route.unusual.is_some())
    }

    fn figure(&self, _which: usize) -> i64 {
        self.route.ttl.map_or(-1, i64::from)
    }

    fn trust(&self, now: Moment) -> Trust {
        match &self.judged {
            Some(judged) => Trust::of(judged, now),
            None => self.source.trust(now),
        }
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        let rule = self.route.sets.first().map_or("-", |set| rule(&set.routing));
        let ttl = self.route.ttl.map_or_else(|| "-".to_owned(), |ttl| format::span(Span::from_secs(ttl.into())));
        vec![
            self.answered(),
            self.healths(),
            self.owners.cell(),
            Line::new(Role::Text, ttl),
            Line::new(Role::TextMuted, rule),
            Line::new(Role::Text, self.reason()),
            Line::new(Role::TextMuted, self.record.kind.as_str()),
        ]
    }

    fn words(&self) -> String {
        let zone = self.zone.as_ref().map_or("", |zone| zone.name.as_str());
        let sets: Vec<String> =
            self.route.sets.iter().map(|set| format!("{} {}", rule(&set.routing), set.words)).collect();
        format!("{} {zone} {} {}", self.record.kind, self.answered().plain(), sets.join(" "))
    }

    fn why(&self, _now: Moment) -> String {
        let own = format!("{} {}.", self.record.record, self.reason());
        match &self.judged {
            Some(judged) if judged.verdict != Verdict::Met && !own.starts_with(judged.reason.as_str()) => {
                format!("{own} {}.", judged.reason)
            }
            Some(_) | None => own,
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let zone = self.zone.as_ref().map_or(self.record.zone.as_str(), |zone| zone.name.as_str());
        let mut detail = Detail::new(&self.record.record, &format!("{} record in {zone}", self.record.kind));
        detail.marked("answered", self.answered());
        detail.value("why", format!("{} {}", self.record.record, self.reason()));
        detail.value(
            "told by",
            match self.route.told_by {
                ToldBy::Dns => "DNS itself",
                ToldBy::Records => "the records and their health: DNS was not asked, or said something else",
                ToldBy::Nobody => "nobody: neither DNS nor the health of its record sets",
            },
        );
        detail.value("system", self.owners.words());
        let ttl = self.route.ttl.map(|ttl| length(Span::from_secs(ttl.into())));
        detail.maybe("kept by clients", ttl);
        detail.heading("its record sets");
        for set in &self.route.sets {
            let (role, glyph) = health(set);
            let mark = if set.answered { "→ " } else { "  " };
            let line = Line::new(Role::TextStrong, mark).with(role, format!("{glyph} "));
            detail.line(line.with(Role::Text, set.words.as_str()));
            if let Some(check) = &set.check {
                detail.copy("health check", check.as_str());
            }
        }
        detail.remark("→ answered   ✓ healthy   ✗ unhealthy   - nothing looks after it");
        if let Some(judged) = &self.judged {
            detail.heading(format!("the judgement: {}", judged.verdict.words()));
            detail.value("in words", judged.reason.as_str());
            // The sets and the sentence stand above.
            let others =
                judged.evidence.iter().filter(|(label, _)| !matches!(*label, "record set" | "traffic" | "zone"));
            for (label, value) in others {
                detail.value(label, value.as_str());
            }
        }
        detail.heading("the zone");
        detail.value("zone", zone);
        detail.value("id", self.record.zone.as_str());
        if let Some(zone) = &self.zone {
            detail.value("answers", if zone.private { "within its networks only" } else { "everybody" });
        }
        let place = &self.record.place;
        let arguments = ["--hosted-zone-id", self.record.zone.as_str(), "--start-record-name", &self.record.record];
        detail.command(command_line::aws(&world.shell, place, "route53", "list-resource-record-sets", &arguments));
        for server in [DnsServer::Authoritative, DnsServer::Resolver] {
            let question = self.record.question(server);
            detail.command(command_line::of(&question, now, &world.shell));
            detail.look(question);
        }
        detail.rests_on(&self.source, now);
        if let Some(snapshot) = world.snapshot() {
            for source in Sources::of(snapshot, |query| *query == self.route.asked).iter() {
                detail.rests_on(source, now);
            }
        }
        detail
    }
}
