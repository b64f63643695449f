//! Aurora global databases. Each Region tells of them; the one heard last is believed.

use std::collections::BTreeMap;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use super::lags::{Behind, Lags};
use super::{lag_cell, lag_rank, status};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::rds::{GlobalCluster, GlobalMember, Synchronization};
use crate::model::facts::{Answer, Known};
use crate::model::words::{arn_name, arn_region};
use crate::model::{LagHistory, Moment, Region};

#[derive(Debug)]
struct Row {
    global: Fact<GlobalCluster>,
    owners: Owners,
    lag: LagHistory,
    /// What AWS calls available may lag all the same.
    behind: Option<Behind>,
}

pub(super) fn rows(sources: Sources, world: &World, lags: &Lags) -> Rows {
    let mut newest: BTreeMap<String, Fact<GlobalCluster>> = BTreeMap::new();
    for fact in sources.iter().flat_map(|source| Fact::all(source, globals)) {
        let Some(id) = fact.get().map(|global| global.id.to_string()) else { continue };
        let read_at = |fact: &Fact<GlobalCluster>| fact.source().reading.read_at;
        if newest.get(&id).is_none_or(|known| read_at(known) < read_at(&fact)) {
            newest.insert(id, fact);
        }
    }
    let items = newest.into_iter().map(|(id, global)| {
        let (owners, (lag, behind)) = (world.owns.global_cluster(&id), lags.global(&id));
        let own = global.get().map_or(Severity::Unknown, severity);
        let behind = behind.filter(|behind| behind.severity() > own);
        Box::new(Row { global, owners, lag, behind }) as Box<dyn Item>
    });
    Rows { items: items.collect(), sources }
}

fn globals(answer: &Answer) -> Option<&[GlobalCluster]> {
    if let Answer::GlobalClusters(globals) = answer { Some(globals) } else { None }
}

/// A word for how a member follows, and how bad that is.
fn following(member: &GlobalMember) -> (String, Severity) {
    match (&member.synchronization, member.is_writer) {
        (_, true) => ("writer".to_owned(), Severity::Fine),
        (Some(Known::Is(Synchronization::Connected)), false) => ("connected".to_owned(), Severity::Fine),
        (Some(Known::Is(Synchronization::PendingResync)), false) => ("pending-resync".to_owned(), Severity::Bad),
        (Some(Known::Other(word)), false) => (word.to_string(), Severity::Unknown),
        (None, false) => ("not told".to_owned(), Severity::Fine),
    }
}

fn severity(global: &GlobalCluster) -> Severity {
    let writers = global.members.iter().filter(|member| member.is_writer).count();
    let shape = match (writers, global.members.len()) {
        (0, _) => Severity::Bad,
        // Nothing follows the writer: there is nothing to fail over to.
        (_, 1) => Severity::Watch,
        (_, _) => Severity::Fine,
    };
    let moving = if global.failover.is_some() { Severity::Busy } else { Severity::Fine };
    let members = global.members.iter().map(|member| following(member).1).max().unwrap_or(Severity::Bad);
    status::severity(global.status.as_str()).max(members).max(shape).max(moving)
}

fn writer(global: &GlobalCluster) -> Option<Region> {
    let writer = global.members.iter().find(|member| member.is_writer)?;
    arn_region(&writer.cluster_arn).map(Region::new)
}

fn state(global: &GlobalCluster) -> String {
    match &global.failover {
        Some(failover) => failover.status.to_string(),
        None => {
            let worst = global.members.iter().map(following).max_by_key(|(_, severity)| *severity);
            worst.filter(|(_, bad)| bad.is_problem()).map_or_else(|| global.status.to_string(), |(word, _)| word)
        }
    }
}

impl Row {
    fn state(&self, global: &GlobalCluster) -> String {
        self.behind.as_ref().map_or_else(|| state(global), |behind| behind.word().to_owned())
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        self.global.get().map_or("", |global| global.arn.as_str())
    }

    fn name(&self) -> &str {
        self.global.get().map_or("", |global| global.id.as_str())
    }

    fn severity(&self) -> Severity {
        let own = self.global.get().map_or(Severity::Unknown, severity);
        self.behind.as_ref().map_or(own, Behind::severity)
    }

    fn weight(&self) -> i64 {
        self.figure(0)
    }

    fn figure(&self, which: usize) -> i64 {
        match which {
            0 => lag_rank(self.lag.newest()),
            _ => i64::MIN,
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.global.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, _now: Moment) -> Vec<Line> {
        let Some(global) = self.global.get() else { return Vec::new() };
        let writer = writer(global).map_or_else(|| "?".to_owned(), |region| region.short());
        vec![
            self.owners.cell(),
            Line::new(Role::Text, "global"),
            Line::new(self.severity().role(), self.state(global)),
            lag_cell(self.lag.newest()),
            Line::new(Role::TextMuted, "-"),
            Line::new(Role::TextMuted, "-"),
            Line::new(Role::Text, writer),
            Line::new(Role::TextMuted, "-"),
            Line::new(Role::TextMuted, "aurora global"),
            Line::new(Role::TextMuted, "-"),
        ]
    }

    fn words(&self) -> String {
        let Some(global) = self.global.get() else { return String::new() };
        let members: Vec<&str> = global.members.iter().filter_map(|member| arn_region(&member.cluster_arn)).collect();
        format!("aurora global {} {} {}", global.status, self.state(global), members.join(" "))
    }

    fn why(&self, _now: Moment) -> String {
        let Some(global) = self.global.get() else { return String::new() };
        let name = |arn| format!("{} in {}", arn_name(arn), arn_region(arn).unwrap_or("a Region that is not told"));
        if let Some(failover) = &global.failover {
            let to = failover.to.as_ref().map(|to| format!(" to {}", name(to))).unwrap_or_default();
            return format!("A change of the writer{to} is under way: {}.", failover.status);
        }
        let Some(writer) = global.members.iter().find(|member| member.is_writer) else {
            return "It has no writer.".to_owned();
        };
        let others: Vec<String> = global
            .members
            .iter()
            .filter(|member| !member.is_writer)
            .map(|member| format!("{} ({})", name(&member.cluster_arn), following(member).0))
            .collect();
        let behind = self.behind.as_ref().map(|behind| format!("{}. ", behind.why)).unwrap_or_default();
        match others.as_slice() {
            [] => format!("{behind}{} writes, and nothing follows it.", name(&writer.cluster_arn)),
            others => format!("{behind}{} writes; {} follow.", name(&writer.cluster_arn), others.join(", ")),
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(global) = self.global.get() else { return Detail::new("", "") };
        let source = self.global.source();
        let mut detail = Detail::new(global.id.as_str(), "Aurora global database");
        detail.marked("state", Line::new(self.severity().role(), global.status.as_str()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.curve("lag", &self.lag);
        if let Some(failover) = &global.failover {
            detail.value("under way", failover.status.as_str());
            detail.maybe("from", failover.from.as_ref().map(ToString::to_string));
            detail.maybe("to", failover.to.as_ref().map(ToString::to_string));
        }
        detail.value("arn", global.arn.as_str());
        detail.heading("its clusters");
        for member in &global.members {
            let (word, severity) = following(member);
            let region = arn_region(&member.cluster_arn).unwrap_or("?");
            detail.line(
                Line::new(Role::TextStrong, arn_name(&member.cluster_arn))
                    .with(Role::Text, format!("  {region}  "))
                    .with(severity.role(), word),
            );
            detail.copy("cluster arn", member.cluster_arn.as_str());
        }
        detail.rests_on(source, now);
        let arguments = ["--global-cluster-identifier", global.id.as_str()];
        let shell = &world.shell;
        detail.command(command_line::aws(shell, source.place(), "rds", "describe-global-clusters", &arguments));
        detail
    }
}
