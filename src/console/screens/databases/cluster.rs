//! Aurora clusters.

use std::collections::BTreeSet;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use super::{events, kept, lag_cell, restorable, restorable_rank, status, zone};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::rds::{DbCluster, GlobalCluster};
use crate::model::{Moment, Place, Query};

#[derive(Debug)]
struct Row {
    cluster: Fact<DbCluster>,
    owners: Owners,
    severity: Severity,
    role: Member,
    /// Those its instances run in: `1a+1c`.
    zones: String,
}

/// What a cluster is to a global database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    /// It belongs to none.
    Alone,
    /// It takes the writes.
    Writer,
    /// It follows.
    Reader,
}

impl Member {
    const fn word(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Writer => "writer",
            Self::Reader => "replica",
        }
    }

    /// What follows its status in a sentence.
    const fn phrase(self) -> &'static str {
        match self {
            Self::Alone => "",
            Self::Writer => " as the writer",
            Self::Reader => " as a replica",
        }
    }
}

pub(super) fn rows(sources: Sources, world: &World, now: Moment) -> Rows {
    let globals: Vec<&GlobalCluster> = world
        .snapshot()
        .into_iter()
        .flat_map(|snapshot| snapshot.readings.keys().map(move |query| (snapshot, query)))
        .filter(|(_, query)| matches!(***query, Query::GlobalClusters(_)))
        .filter_map(|(snapshot, query)| snapshot.global_clusters(query).value)
        .flatten()
        .collect();
    let facts = sources.iter().flat_map(|source| Fact::all(source, clusters));
    let items = facts.filter_map(|cluster| {
        let found = cluster.get()?;
        let member = globals.iter().find_map(|global| {
            let member = global.members.iter().find(|member| member.cluster_arn == found.arn)?;
            Some((global.id.as_str(), if member.is_writer { Member::Writer } else { Member::Reader }))
        });
        let (owners, role) = match member {
            Some((global, role)) => (world.owns.global_cluster(global), role),
            None => (world.owns.db(&cluster.source().place().region, found.id.as_str()), Member::Alone),
        };
        let severity = severity(found, role, now);
        let zones = zones(found, cluster.source().place(), world);
        Some(Box::new(Row { owners, severity, role, zones, cluster }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

fn clusters(answer: &Answer) -> Option<&[DbCluster]> {
    if let Answer::DbClusters(clusters) = answer { Some(clusters) } else { None }
}

fn zones(cluster: &DbCluster, place: &Place, world: &World) -> String {
    let Some(snapshot) = world.snapshot() else { return "?".to_owned() };
    let instances = snapshot.db_instances(&Query::DbInstances(place.clone())).value;
    let mine = instances.into_iter().flatten().filter(|instance| instance.cluster.as_ref() == Some(&cluster.id));
    let zones: BTreeSet<&str> =
        mine.filter_map(|instance| instance.zone.as_ref()).map(|at| zone(at.as_str())).collect();
    if zones.is_empty() { "-".to_owned() } else { zones.into_iter().collect::<Vec<_>>().join("+") }
}

fn severity(cluster: &DbCluster, role: Member, now: Moment) -> Severity {
    let late = cluster.latest_restorable.is_some_and(|at| now.duration_since(at) > super::LATE);
    let serves = match (cluster.members.as_slice(), role) {
        // A cluster without instances cannot serve at once (trap 25).
        ([], Member::Reader) => Severity::Watch,
        ([], Member::Alone | Member::Writer) => Severity::Bad,
        (_, Member::Writer | Member::Alone) if late => Severity::Watch,
        (_, _) => Severity::Fine,
    };
    status::severity(cluster.status.as_str()).max(serves)
}

impl Item for Row {
    fn id(&self) -> &str {
        self.cluster.get().map_or("", |cluster| cluster.arn.as_str())
    }

    fn name(&self) -> &str {
        self.cluster.get().map_or("", |cluster| cluster.id.as_str())
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn figure(&self, which: usize) -> i64 {
        match which {
            0 => -1,
            _ => restorable_rank(self.cluster.get().and_then(|cluster| cluster.latest_restorable)),
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.cluster.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(cluster) = self.cluster.get() else { return Vec::new() };
        vec![
            self.owners.cell(),
            Line::new(Role::Text, self.role.word()),
            Line::new(self.severity.role(), cluster.status.as_str()),
            lag_cell(None),
            restorable(cluster.latest_restorable, now),
            Line::new(Role::Text, self.zones.as_str()),
            Line::new(Role::Text, self.cluster.source().region()),
            kept(cluster.backup_retention_days),
            Line::new(Role::TextMuted, cluster.engine.as_str()),
            Line::new(Role::TextMuted, cluster.engine_version.as_str()),
        ]
    }

    fn words(&self) -> String {
        let Some(cluster) = self.cluster.get() else { return String::new() };
        let place = self.cluster.source().place();
        let (region, short) = (place.region.as_str(), place.region.short());
        format!("aurora cluster {} {} {} {region} {short}", self.role.word(), cluster.status, cluster.engine)
    }

    fn why(&self, now: Moment) -> String {
        let Some(cluster) = self.cluster.get() else { return String::new() };
        let count = format::count(cluster.members.len(), "instance");
        match (self.severity, cluster.members.as_slice()) {
            (Severity::Bad | Severity::Watch, []) => {
                "It has no instance: it cannot serve until one is added to it.".to_owned()
            }
            (Severity::Fine, _) => format!("It is {}{}, with {count}.", cluster.status, self.role.phrase()),
            (Severity::Watch, _) => {
                let at = cluster.latest_restorable.map(|at| format::when(at, now)).unwrap_or_default();
                format!("It could be restored to {at} at best.")
            }
            (Severity::Unknown, _) => format!("It is in a status that drdeck does not know: {}.", cluster.status),
            (Severity::Busy | Severity::Bad, _) => format!("It is {}, with {count}.", cluster.status),
        }
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(cluster) = self.cluster.get() else { return Detail::new("", "") };
        let source = self.cluster.source();
        let place = source.place();
        let mut detail = Detail::new(cluster.id.as_str(), &format!("Aurora cluster in {}", place.region));
        detail.marked("state", Line::new(self.severity.role(), cluster.status.as_str()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.value("role", self.role.word());
        detail.value("engine", format!("{} {}", cluster.engine, cluster.engine_version));
        for (name, writes) in &cluster.members {
            detail.value(if *writes { "writer" } else { "reader" }, name.as_str());
        }
        detail.value("arn", cluster.arn.as_str());
        detail.rests_on(source, now);
        detail.heading("backups");
        detail.moment("restorable to", cluster.latest_restorable, now);
        detail.moment("and back to", cluster.earliest_restorable, now);
        let days = usize::try_from(cluster.backup_retention_days).unwrap_or(usize::MAX);
        detail.value("kept", format::count(days, "day"));
        let names: Vec<&str> =
            [cluster.id.as_str()].into_iter().chain(cluster.members.iter().map(|(name, _)| name.as_str())).collect();
        self.members(&mut detail, world, now);
        events::add(&mut detail, world, place, &names, now);
        let arguments = ["--db-cluster-identifier", cluster.id.as_str()];
        detail.command(command_line::aws(&world.shell, place, "rds", "describe-db-clusters", &arguments));
        let arguments =
            ["--source-type", "db-cluster", "--source-identifier", cluster.id.as_str(), "--duration", "1440"];
        detail.command(command_line::aws(&world.shell, place, "rds", "describe-events", &arguments));
        detail
    }
}

impl Row {
    /// Its instances with their zones, where they were read.
    fn members(&self, detail: &mut Detail, world: &World, now: Moment) {
        let (Some(cluster), Some(snapshot)) = (self.cluster.get(), world.snapshot()) else { return };
        let query = Query::DbInstances(self.cluster.source().place().clone());
        let Some(instances) = snapshot.db_instances(&query).value else { return };
        let mut mine = instances.iter().filter(|instance| instance.cluster.as_ref() == Some(&cluster.id)).peekable();
        if mine.peek().is_some() {
            detail.heading("its instances");
        }
        for instance in mine {
            let zone = instance.zone.as_ref().map(|zone| format!("  {zone}")).unwrap_or_default();
            let role = status::severity(instance.status.as_str()).role();
            detail.line(
                Line::new(Role::TextStrong, instance.id.as_str())
                    .with(Role::Text, "  ")
                    .with(role, instance.status.as_str())
                    .with(Role::TextMuted, zone),
            );
        }
        for source in Sources::of(snapshot, |other| *other == query).iter() {
            detail.rests_on(source, now);
        }
    }
}
