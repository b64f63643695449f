//! Health checks: what they report, what their switches make of it, and which names rest on them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Source, Sources};
use super::record::User;
use super::{lasting, record, strip};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::route53::{HealthCheck, Observation};
use crate::model::index::Index;
use crate::model::kinds::{CheckView, Counts, Health, Kind, check_queries, check_view, of_traffic};
use crate::model::words::{length, listed, sites};
use crate::model::{Moment, Place, Query, Site, Text};

#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    place: Place,
    /// `None` while it is not listed.
    config: Option<Fact<HealthCheck>>,
    /// What tells how it stands, where that is asked for: its points, or its checkers.
    told_by: Option<Arc<Source>>,
    view: CheckView,
    owners: Owners,
    /// The sites whose users' path it checks.
    watches: BTreeSet<Site>,
    /// The names that it decides on.
    used_by: Vec<String>,
}

/// What the config says of a health check.
#[derive(Default)]
struct Declared {
    name: Option<String>,
    watches: BTreeSet<Site>,
}

pub(super) fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let traffic = of_traffic(snapshot);
    let index = Index::new(&traffic, now);
    let mut sources = Sources::of(&traffic, |query| matches!(query, Query::HealthChecks(_)));
    let mut listed: BTreeMap<(Place, String), Option<Fact<HealthCheck>>> = BTreeMap::new();
    for check in sources.iter().flat_map(|source| Fact::all(source, checks)) {
        let Some(id) = check.get().map(|found| found.id.to_string()) else { continue };
        listed.insert((check.source().place().clone(), id), Some(check));
    }
    let mut declared: HashMap<String, Declared> = HashMap::new();
    let mut called: HashMap<&str, usize> = HashMap::new();
    for component in world.estate.systems.iter().flat_map(|system| &system.components) {
        if let Kind::HealthCheck(check) = &component.kind {
            listed.entry((check.place.clone(), check.id.clone())).or_default();
            let said = declared.entry(check.id.clone()).or_default();
            if said.name.is_none() {
                said.name = Some(component.name.clone());
                *called.entry(&component.name).or_default() += 1;
            }
            said.watches.insert(check.watches.clone());
        }
    }
    let told = Sources::of(&traffic, |query| matches!(query, Query::Series(..) | Query::HealthCheckStatus(..)));
    let told_by: HashMap<&Query, &Arc<Source>> = told.iter().map(|source| (&source.query, source)).collect();
    let used = record::users(&traffic);
    // The children of a calculated check belong to whomever that one belongs to.
    let mut parents: HashMap<&str, Vec<&str>> = HashMap::new();
    for parent in listed.values().flatten().filter_map(Fact::get) {
        for child in &parent.children {
            parents.entry(child.as_str()).or_default().push(parent.id.as_str());
        }
    }
    let owners_of = |id: &str| {
        let names = used.get(id).into_iter().flatten().map(|user| world.owns.dns_name(&user.name));
        Owners::together(names.chain([world.owns.health_check(id)]))
    };
    let mut items: Vec<Box<dyn Item>> = Vec::with_capacity(listed.len());
    for ((place, id), config) in &listed {
        let above = parents.get(id.as_str()).into_iter().flatten().map(|parent| owners_of(parent));
        let owners = Owners::together(above.chain([owners_of(id)]));
        let said = declared.remove(id).unwrap_or_default();
        let found = config.as_ref().and_then(Fact::get);
        let control = found.and_then(|found| found.routing_control.as_ref());
        let control = control.and_then(|arn| index.routing_control(&controls(), arn.as_str()).value);
        let decides_on = used.get(id.as_str()).cloned().unwrap_or_default();
        // What a check of other things watches is no name.
        let has_target = found.is_some_and(|found| found.children.is_empty() && found.routing_control.is_none());
        let target = found.and_then(|found| found.target.as_ref()).filter(|_| has_target);
        // A name that several checks have tells nothing; then what it asks does.
        let own = said.name.filter(|name| called.get(name.as_str()) == Some(&1) || target.is_none());
        let name = own
            .or_else(|| target.map(ToString::to_string))
            .or_else(|| control.map(|control| format!("switch {}", control.name)))
            .or_else(|| decides_on.first().map(User::words))
            .unwrap_or_else(|| id.clone());
        let mut used_by: Vec<String> = decides_on.into_iter().map(|user| user.name).collect();
        used_by.dedup();
        let view = check_view(&index, place, id);
        items.push(Box::new(Row {
            name,
            told_by: told_by.get(&view.told_by).map(|source| Arc::clone(source)),
            view,
            owners,
            watches: said.watches,
            used_by,
            config: config.clone(),
            place: place.clone(),
            id: id.clone(),
        }));
    }
    sources.extend(&told);
    Rows { items, sources }
}

fn checks(answer: &Answer) -> Option<&[HealthCheck]> {
    if let Answer::HealthChecks(checks) = answer { Some(checks) } else { None }
}

/// Where the states of routing controls are read.
fn controls() -> Query {
    Query::RoutingControls(Place::home(Place::EVERYWHERE))
}

/// How it stands: the word, and how bad that is.
fn stand(config: Option<&HealthCheck>, view: &CheckView) -> (&'static str, Severity) {
    let is_switch = config.is_some_and(|found| found.kind.as_str() == "RECOVERY_CONTROL");
    match (config.map(|found| (found.disabled, found.inverted)), &view.reports) {
        (Some((true, true)), _) => ("forced down", Severity::Watch),
        (Some((true, false)), _) => ("disabled", Severity::Watch),
        (Some(_), _) if is_switch => match (view.switch.as_ref().map(Text::as_str), view.counts) {
            (Some("On"), _) | (None, Counts::Healthy) => ("on", Severity::Fine),
            (Some("Off"), _) | (None, Counts::Unhealthy) => ("off", Severity::Watch),
            (_, _) => ("unknown", Severity::Unknown),
        },
        (_, Some(Health::Failing { .. })) => ("failing", Severity::Bad),
        (Some((false, true)), _) => ("inverted", Severity::Watch),
        (Some(_), Some(Health::Passing)) if view.warning.is_some() => ("passing", Severity::Watch),
        (Some(_), Some(Health::Passing)) => ("passing", Severity::Fine),
        // Without its settings it may as well be disabled.
        (None, Some(Health::Passing)) => ("passing?", Severity::Unknown),
        (_, Some(Health::Unknown)) => ("unknown", Severity::Unknown),
        (_, None) => ("not asked", Severity::Unknown),
    }
}

impl Row {
    fn config(&self) -> Option<&HealthCheck> {
        self.config.as_ref().and_then(Fact::get)
    }

    fn stand(&self) -> (&'static str, Severity) {
        stand(self.config(), &self.view)
    }

    fn kind(&self) -> &str {
        self.config().map_or("?", |found| found.kind.as_str())
    }

    /// Since when it fails, and what follows that where it may have begun earlier.
    fn failing(&self) -> Option<(Moment, &'static str)> {
        match &self.view.reports {
            Some(Health::Failing { since, start }) => Some((*since, start.words())),
            Some(Health::Passing | Health::Unknown) | None => None,
        }
    }

    fn watched(&self) -> Line {
        let sites: Vec<String> = self.watches.iter().map(Site::short).collect();
        match sites.as_slice() {
            [] => Line::new(Role::TextMuted, "-"),
            sites => Line::new(Role::Text, sites.join(",")),
        }
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
        self.stand().1
    }

    /// Those that somebody cares for come first.
    fn weight(&self) -> i64 {
        let cares = [!self.watches.is_empty(), !self.owners.names().is_empty(), !self.used_by.is_empty()];
        cares.into_iter().fold(0, |weight, cares| 2 * weight + i64::from(cares))
    }

    fn figure(&self, _which: usize) -> i64 {
        self.failing().map_or(i64::MIN, |(since, _)| -since.as_second())
    }

    fn trust(&self, now: Moment) -> Trust {
        let settings = self.config.as_ref().map_or(Trust::Never, |config| config.source().trust(now));
        let told = self.told_by.as_ref().map_or(Trust::Fresh, |source| source.trust(now));
        match (settings, told) {
            (Trust::Fresh, told) => told,
            (settings, _) => settings,
        }
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let (word, severity) = self.stand();
        let since = match self.failing() {
            Some((since, "")) => lasting(severity.role(), now.duration_since(since), ""),
            Some((since, _)) => lasting(severity.role(), now.duration_since(since), "+"),
            None => Line::new(Role::TextMuted, "-"),
        };
        let point = self.view.newest.map_or_else(
            || Line::new(Role::TextMuted, "-"),
            |at| Line::new(Role::Text, format::age(now.duration_since(at))),
        );
        let target = self.config().and_then(|found| found.target.as_ref()).map_or("-", |target| target.as_str());
        vec![
            self.owners.cell(),
            Line::new(severity.role(), word),
            since,
            self.watched(),
            point,
            Line::new(Role::TextMuted, self.kind()),
            Line::new(Role::Text, target),
            match self.used_by.as_slice() {
                [] => Line::new(Role::TextMuted, "-"),
                names => Line::new(Role::Text, names.join(", ")),
            },
            Line::new(Role::TextMuted, self.id.as_str()),
        ]
    }

    fn words(&self) -> String {
        let target = self.config().and_then(|found| found.target.as_ref()).map_or("", |target| target.as_str());
        let watches: Vec<String> =
            self.watches.iter().map(|site| format!("{} {}", site.as_str(), site.short())).collect();
        format!("{} {} {target} {} {}", self.stand().0, self.kind(), self.used_by.join(" "), watches.join(" "))
    }

    fn why(&self, now: Moment) -> String {
        let of = if self.watches.is_empty() { String::new() } else { format!(" for {}", sites(&self.watches)) };
        let is_switch = self.kind() == "RECOVERY_CONTROL";
        let mut said = Vec::new();
        match self.config() {
            None => said.push("Its settings could not be read, or Route 53 does not list it.".to_owned()),
            Some(_) => said.extend(self.view.setting.map(|setting| format!("It {setting}."))),
        }
        match (&self.view.reports, &self.view.switch) {
            (_, Some(state)) if is_switch => said.push(format!("It follows a routing control, which is {state}.")),
            (Some(Health::Passing), _) => said.push(format!("It passes{of}.")),
            (Some(Health::Failing { since, start }), _) => {
                let since_when = format!("{}{}", format::when(*since, now), start.words());
                said.push(format!("It has failed{of} since {since_when}."));
            }
            (Some(Health::Unknown), _) => said.push(format!("It reports nothing{of}, or nothing new enough.")),
            (None, _) => {
                said.push("No component rests on it: what it reports is read while its page is open.".to_owned());
            }
        }
        if let (Trust::Old(age), true) = (self.trust(now), self.view.reports.is_some()) {
            said.push(format!("That is as it was read {} ago.", format::age(age)));
        }
        said.extend(self.view.warning.as_ref().map(|warning| format!("{warning}.")));
        said.join(" ")
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let what = match self.config() {
            Some(found) => format!("Route 53 health check, {}", found.kind),
            None => "Route 53 health check".to_owned(),
        };
        let mut detail = Detail::new(&self.name, &what);
        let (word, severity) = self.stand();
        detail.marked("state", Line::new(severity.role(), word));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.maybe("watches", (!self.watches.is_empty()).then(|| sites(&self.watches)));
        for name in &self.used_by {
            detail.value("decides on", name.as_str());
        }
        if self.used_by.is_empty() {
            detail.value("decides on", "no record that was read");
        }
        detail.value(
            "counts as",
            match self.view.counts {
                Counts::Healthy => "healthy, when Route 53 chooses an answer",
                Counts::Unhealthy => "unhealthy, when Route 53 chooses an answer",
                Counts::Untold => "cannot be told",
            },
        );
        if let Some(found) = self.config() {
            self.settings(found, &mut detail);
        }
        detail.value("id", self.id.as_str());
        detail.value("arn", format!("arn:aws:route53:::healthcheck/{}", self.id));
        let arguments = ["--health-check-id", self.id.as_str()];
        detail.command(command_line::aws(&world.shell, &self.place, "route53", "get-health-check", &arguments));
        if let Some(config) = &self.config {
            detail.rests_on(config.source(), now);
        }
        if let Some(snapshot) = world.snapshot() {
            let traffic = of_traffic(snapshot);
            let index = Index::new(&traffic, now);
            self.children(&index, &mut detail);
            let (series, checkers) = check_queries(&index, &self.place, &self.id);
            self.curve(&series, &index, world, now, &mut detail);
            if let Some(checkers) = checkers {
                seen_by_checkers(&checkers, &index, world, now, &mut detail);
            }
        }
        detail
    }
}

impl Row {
    fn settings(&self, found: &HealthCheck, detail: &mut Detail) {
        detail.maybe("target", found.target.as_ref().map(ToString::to_string));
        if let (Some(interval), Some(threshold)) = (found.interval_seconds, found.failure_threshold) {
            let within = self.view.notices_within.map(|span| format!(": notices a failure within {}", length(span)));
            detail.value("looks", format!("every {interval} s, {threshold} in a row{}", within.unwrap_or_default()));
        }
        detail.value("disabled", if found.disabled { "yes: healthy whatever happens, unless inverted" } else { "no" });
        detail.value("inverted", if found.inverted { "yes: reports the opposite of what it sees" } else { "no" });
        detail.maybe("without data", found.insufficient_data.as_ref().map(ToString::to_string));
        detail.maybe("routing control", found.routing_control.as_ref().map(ToString::to_string));
        detail.maybe("its state", self.view.switch.as_ref().map(ToString::to_string));
        detail.value("version", found.version.to_string());
    }

    /// The checks that a calculated one is made of.
    fn children(&self, index: &Index<'_>, detail: &mut Detail) {
        let Some(found) = self.config().filter(|found| !found.children.is_empty()) else { return };
        let needed = found.threshold.map_or_else(|| "?".to_owned(), |threshold| threshold.to_string());
        detail.heading(format!("made of {} checks, of which {needed} have to be healthy", found.children.len()));
        let query = Query::HealthChecks(self.place.clone());
        for child in &found.children {
            let view = check_view(index, &self.place, child.as_str());
            let config = index.health_check(&query, child.as_str()).value;
            let (word, severity) = stand(config, &view);
            let control = config.and_then(|config| config.routing_control.as_ref());
            let control = control.and_then(|arn| index.routing_control(&controls(), arn.as_str()).value);
            let what = match (control, config) {
                (Some(control), _) => format!("switch {}", control.name),
                (None, Some(config)) => config.target.as_ref().unwrap_or(&config.kind).to_string(),
                (None, None) => "not listed".to_owned(),
            };
            let line = Line::new(severity.role(), format!("{} {word:<11} ", severity.glyph()));
            detail.line(line.with(Role::Text, what).with(Role::TextMuted, format!("  {child}")));
            detail.copy("child", child.as_str());
        }
    }

    /// The last three hours.
    fn curve(&self, query: &Query, index: &Index<'_>, world: &World, now: Moment, detail: &mut Detail) {
        detail.look(query.clone());
        detail.command(command_line::of(query, now, &world.shell));
        let series = index.snapshot().series(query);
        detail.heading("the last three hours, by CloudWatch");
        match series.value {
            Some(series) if !series.points.is_empty() => {
                detail.line(strip::strip(&series.points, now));
                detail.remark(
                    "█ healthy   ▁ not healthy   · nothing measured; each sign is five minutes, the last ends now",
                );
                detail.moment("newest point", series.newest().map(|(at, _)| at), now);
            }
            Some(_) => detail.remark("CloudWatch has no point of it."),
            None if series.failing.is_some() => detail.remark("It could not be read."),
            None => detail.remark("Being read…"),
        }
        for source in Sources::of(index.snapshot(), |other| other == query).iter() {
            detail.rests_on(source, now);
        }
    }
}

/// What its checkers say, Region by Region: asked for only while somebody looks, for Route 53 answers that slowly.
fn seen_by_checkers(query: &Query, index: &Index<'_>, world: &World, now: Moment, detail: &mut Detail) {
    detail.look(query.clone());
    detail.command(command_line::of(query, now, &world.shell));
    let reading = index.snapshot().health_check_status(query);
    detail.heading("what its checkers see");
    let Some(seen) = reading.value else {
        detail.remark(if reading.failing.is_some() { "They could not be asked." } else { "Being asked…" });
        return;
    };
    let good = seen.iter().filter(|each| is_good(each)).count();
    detail.value("reach it", format!("{good} of {}", format::count(seen.len(), "checker")));
    let mut alike: BTreeMap<(bool, &str), Vec<&Observation>> = BTreeMap::new();
    for each in seen {
        alike.entry((is_good(each), each.status.as_str())).or_default().push(each);
    }
    for ((good, status), seen) in alike {
        let severity = if good { Severity::Fine } else { Severity::Bad };
        let regions: BTreeSet<&str> = seen.iter().map(|each| each.region.as_str()).collect();
        let newest = seen.iter().filter_map(|each| each.checked).max();
        let when = newest.map(|at| format!(", last looked {} ago", format::age(now.duration_since(at))));
        let who =
            format!("{} in {}{}", format::count(seen.len(), "checker"), listed(regions), when.unwrap_or_default());
        detail.line(Line::new(severity.role(), format!("{} ", severity.glyph())).with(Role::Text, status));
        detail.line(Line::new(Role::TextMuted, format!("  {who}")));
    }
    for source in Sources::of(index.snapshot(), |other| other == query).iter() {
        detail.rests_on(source, now);
    }
}

/// There is no field that says so; its words begin with it.
fn is_good(seen: &Observation) -> bool {
    seen.status.as_str().starts_with("Success")
}
