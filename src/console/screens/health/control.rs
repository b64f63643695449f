//! ARC routing controls: switches that health checks follow. Shown, not turned.

use std::collections::HashMap;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use super::record;
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::arc::RoutingControl;
use crate::model::{Moment, Query, Snapshot};

#[derive(Debug)]
struct Row {
    control: Fact<RoutingControl>,
    /// The health checks that follow it, by id.
    checks: Vec<String>,
    /// The names that those decide on.
    names: Vec<String>,
    owners: Owners,
}

pub(super) fn rows(world: &World, _now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::RoutingControls(_)));
    let (followers, used) = (followers(snapshot), record::users(snapshot));
    let facts = sources.iter().flat_map(|source| Fact::all(source, controls));
    let items = facts.filter_map(|control| {
        let checks = followers.get(control.get()?.arn.as_str()).cloned().unwrap_or_default();
        let users = checks.iter().filter_map(|check| used.get(check.as_str())).flatten();
        let mut names: Vec<String> = users.map(|user| user.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let by_name = names.iter().map(|name| world.owns.dns_name(name));
        let by_check = checks.iter().map(|check| world.owns.health_check(check));
        let owners = Owners::together(by_name.chain(by_check));
        Some(Box::new(Row { owners, names, checks, control }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

fn controls(answer: &Answer) -> Option<&[RoutingControl]> {
    if let Answer::RoutingControls(controls) = answer { Some(controls) } else { None }
}

/// The health checks that follow each routing control, and the calculated ones made of these.
fn followers(snapshot: &Snapshot) -> HashMap<&str, Vec<String>> {
    let mut followers: HashMap<&str, Vec<String>> = HashMap::new();
    let queries = || snapshot.readings.keys().filter(|query| matches!(***query, Query::HealthChecks(_)));
    let checks = || queries().filter_map(|query| snapshot.health_checks(query).value).flatten();
    for check in checks() {
        let Some(control) = &check.routing_control else { continue };
        let known = followers.entry(control.as_str()).or_default();
        known.push(check.id.to_string());
        let above = checks().filter(|parent| parent.children.contains(&check.id));
        known.extend(above.map(|parent| parent.id.to_string()));
    }
    followers
}

impl Item for Row {
    fn id(&self) -> &str {
        self.control.get().map_or("", |control| control.arn.as_str())
    }

    fn name(&self) -> &str {
        self.control.get().map_or("", |control| control.name.as_str())
    }

    fn severity(&self) -> Severity {
        match self.control.get().map(|control| control.state.as_str()) {
            Some("On") => Severity::Fine,
            Some("Off") => Severity::Watch,
            Some(_) | None => Severity::Unknown,
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.control.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        let Some(control) = self.control.get() else { return Vec::new() };
        let used = match (self.names.as_slice(), self.checks.len()) {
            ([], 0) => Line::new(Role::TextMuted, "nothing that was read"),
            ([], checks) => Line::new(Role::Text, crate::console::format::count(checks, "health check")),
            (names, _) => Line::new(Role::Text, names.join(", ")),
        };
        vec![
            self.owners.cell(),
            Line::new(self.severity().role(), control.state.as_str()),
            Line::new(Role::TextMuted, control.panel.as_str()),
            used,
        ]
    }

    fn words(&self) -> String {
        let Some(control) = self.control.get() else { return String::new() };
        format!("{} {} {}", control.state, control.panel, self.names.join(" "))
    }

    fn why(&self, _now: Moment) -> String {
        let Some(control) = self.control.get() else { return String::new() };
        let what = match self.names.as_slice() {
            [] => "what follows it".to_owned(),
            names => crate::model::words::listed(names),
        };
        match control.state.as_str() {
            "On" => format!("It is On: what follows it may be answered for {what}."),
            "Off" => format!(
                "It is Off: the health checks that follow it are unhealthy, so that Route 53 sends nobody there for {what}."
            ),
            other => format!("It is in a state that drdeck does not know: {other}."),
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(control) = self.control.get() else { return Detail::new("", "") };
        let source = self.control.source();
        let mut detail = Detail::new(control.name.as_str(), "ARC routing control");
        detail.marked("state", Line::new(self.severity().role(), control.state.as_str()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.value("panel", control.panel.as_str());
        for check in &self.checks {
            detail.value("health check", check.as_str());
        }
        for name in &self.names {
            detail.value("decides on", name.as_str());
        }
        detail.value("arn", control.arn.as_str());
        detail.remark("Its state is read from the endpoints of the cluster, of which one is enough.");
        detail.rests_on(source, now);
        let arguments = ["--routing-control-arn", control.arn.as_str()];
        let state = "get-routing-control-state";
        detail.command(command_line::aws(&world.shell, source.place(), "route53-recovery-cluster", state, &arguments));
        detail
    }
}
