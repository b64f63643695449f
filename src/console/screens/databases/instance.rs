//! RDS instances; those of Aurora clusters are told of by their cluster.

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use super::lags::{Behind, Lags};
use super::{events, kept, lag_cell, lag_rank, restorable, restorable_rank, status, zone};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::Answer;
use crate::model::facts::rds::DbInstance;
use crate::model::words::{arn_name, arn_region};
use crate::model::{LagHistory, Moment, Query};

#[derive(Debug)]
struct Row {
    instance: Fact<DbInstance>,
    owners: Owners,
    severity: Severity,
    lag: LagHistory,
    /// What AWS calls available may lag all the same.
    behind: Option<Behind>,
}

pub(super) fn rows(sources: Sources, world: &World, lags: &Lags, now: Moment) -> Rows {
    let facts = sources.iter().flat_map(|source| Fact::all(source, instances));
    let items = facts.filter_map(|instance| {
        let found = instance.get().filter(|found| found.cluster.is_none())?;
        let region = &instance.source().place().region;
        let owners = world.owns.arn(found.arn.as_str());
        let (lag, behind) = lags.replica(region.as_str(), found.id.as_str());
        let own = severity(found, now);
        let behind = behind.filter(|behind| behind.severity() > own);
        let severity = behind.as_ref().map_or(own, Behind::severity);
        Some(Box::new(Row { owners, severity, lag, behind, instance }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

fn instances(answer: &Answer) -> Option<&[DbInstance]> {
    if let Answer::DbInstances(instances) = answer { Some(instances) } else { None }
}

fn severity(instance: &DbInstance, now: Moment) -> Severity {
    let follows = match &instance.replication {
        Some(replication) if !replication.normal => Severity::Bad,
        Some(replication) if replication.status.as_str() != "replicating" => Severity::Watch,
        Some(_) | None => Severity::Fine,
    };
    let late = instance.latest_restorable.is_some_and(|at| now.duration_since(at) > super::LATE);
    let backed_up = instance.backup_retention_days > 0 || instance.replica_source.is_some();
    let backups = if late || !backed_up { Severity::Watch } else { Severity::Fine };
    status::severity(instance.status.as_str()).max(follows).max(backups)
}

/// `replica`, `writer` of replicas, or `alone`.
fn role(instance: &DbInstance) -> &'static str {
    match (&instance.replica_source, instance.replicas.as_slice()) {
        (Some(_), _) => "replica",
        (None, []) => "alone",
        (None, _) => "writer",
    }
}

fn state(instance: &DbInstance) -> &str {
    match &instance.replication {
        Some(replication) if !replication.normal => replication.status.as_str(),
        Some(_) | None => instance.status.as_str(),
    }
}

fn zones(instance: &DbInstance) -> String {
    let first = instance.zone.as_ref().map_or("?", |at| zone(at.as_str()));
    match (&instance.standby_zone, instance.multi_az) {
        (Some(standby), _) => format!("{first}+{}", zone(standby.as_str())),
        (None, true) => format!("{first}+?"),
        (None, false) => first.to_owned(),
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        self.instance.get().map_or("", |instance| instance.arn.as_str())
    }

    fn name(&self) -> &str {
        self.instance.get().map_or("", |instance| instance.id.as_str())
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn weight(&self) -> i64 {
        self.figure(0)
    }

    fn figure(&self, which: usize) -> i64 {
        match which {
            0 => lag_rank(self.lag.newest()),
            _ => restorable_rank(self.instance.get().and_then(|instance| instance.latest_restorable)),
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.instance.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(instance) = self.instance.get() else { return Vec::new() };
        vec![
            self.owners.cell(),
            Line::new(Role::Text, role(instance)),
            Line::new(self.severity.role(), self.state(instance)),
            lag_cell(self.lag.newest()),
            restorable(instance.latest_restorable, now),
            Line::new(Role::Text, zones(instance)),
            Line::new(Role::Text, self.instance.source().region()),
            kept(instance.backup_retention_days),
            Line::new(Role::TextMuted, instance.engine.as_str()),
            Line::new(Role::TextMuted, instance.engine_version.as_str()),
        ]
    }

    fn words(&self) -> String {
        let Some(instance) = self.instance.get() else { return String::new() };
        let place = self.instance.source().place();
        let (region, short) = (place.region.as_str(), place.region.short());
        format!(
            "rds {} {} {} {} {region} {short}",
            role(instance),
            instance.status,
            self.state(instance),
            instance.engine
        )
    }

    fn why(&self, now: Moment) -> String {
        let Some(instance) = self.instance.get() else { return String::new() };
        let mut said = Vec::new();
        if let Some(replication) = instance.replication.as_ref().filter(|replication| !replication.normal) {
            let message = replication.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
            said.push(format!("It does not follow its source ({}{message}).", replication.status));
        }
        if let Some(behind) = &self.behind {
            said.push(format!("{}.", behind.why));
        }
        match status::severity(instance.status.as_str()) {
            Severity::Fine => {}
            Severity::Unknown => {
                said.push(format!("It is in a status that drdeck does not know: {}.", instance.status))
            }
            Severity::Busy | Severity::Watch | Severity::Bad => said.push(format!("It is {}.", instance.status)),
        }
        if instance.backup_retention_days == 0 && instance.replica_source.is_none() {
            said.push("Automated backups are off: nothing can be restored.".to_owned());
        }
        if let Some(at) = instance.latest_restorable.filter(|at| now.duration_since(*at) > super::LATE) {
            said.push(format!("It could be restored to {} at best.", format::when(at, now)));
        }
        if said.is_empty() {
            let zones = if instance.multi_az { "with a standby in another zone" } else { "in one zone" };
            let of = match (&instance.replica_source, instance.replicas.as_slice()) {
                (Some(_), _) => " as a replica",
                (None, []) => "",
                (None, _) => " as the writer",
            };
            said.push(format!("It is {}{of}, {zones}.", instance.status));
        }
        said.join(" ")
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(instance) = self.instance.get() else { return Detail::new("", "") };
        let source = self.instance.source();
        let place = source.place();
        let mut detail = Detail::new(instance.id.as_str(), &format!("RDS instance in {}", place.region));
        detail.marked("state", Line::new(self.severity.role(), instance.status.as_str()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.value("role", role(instance));
        detail.value("engine", format!("{} {}", instance.engine, instance.engine_version));
        detail.maybe("zone", instance.zone.as_ref().map(ToString::to_string));
        let standby = instance.standby_zone.as_ref().map(ToString::to_string);
        detail.value(
            "standby",
            match (standby, instance.multi_az) {
                (Some(zone), _) => zone,
                (None, true) => "in another zone".to_owned(),
                (None, false) => "none: the loss of the zone stops it".to_owned(),
            },
        );
        detail.maybe("follows", instance.replica_source.as_ref().map(ToString::to_string));
        if let Some(replication) = &instance.replication {
            let role = if replication.normal { Role::Text } else { Role::SeverityError };
            detail.marked("replication", Line::new(role, replication.status.as_str()));
            detail.maybe("its message", replication.message.as_ref().map(ToString::to_string));
        }
        detail.curve("lag", &self.lag);
        for replica in &instance.replicas {
            let region = arn_region(replica).unwrap_or(place.region.as_str());
            detail.value("replica", format!("{} in {region}", arn_name(replica)));
        }
        detail.value("arn", instance.arn.as_str());
        detail.rests_on(source, now);
        detail.heading("backups");
        detail.moment("restorable to", instance.latest_restorable, now);
        detail.value(
            "kept",
            match instance.backup_retention_days {
                0 => "automated backups are off".to_owned(),
                days => format::count(usize::try_from(days).unwrap_or(usize::MAX), "day"),
            },
        );
        self.copies(&mut detail, world, now);
        events::add(&mut detail, world, place, &[instance.id.as_str()], now);
        let arguments = ["--db-instance-identifier", instance.id.as_str()];
        detail.command(command_line::aws(&world.shell, place, "rds", "describe-db-instances", &arguments));
        let arguments =
            ["--source-type", "db-instance", "--source-identifier", instance.id.as_str(), "--duration", "1440"];
        detail.command(command_line::aws(&world.shell, place, "rds", "describe-events", &arguments));
        detail
    }
}

impl Row {
    fn state<'a>(&self, instance: &'a DbInstance) -> &'a str {
        self.behind.as_ref().map_or_else(|| state(instance), |behind| behind.word())
    }

    /// Automated backups that other Regions keep of it.
    fn copies(&self, detail: &mut Detail, world: &World, now: Moment) {
        let (Some(instance), Some(snapshot)) = (self.instance.get(), world.snapshot()) else { return };
        for source in Sources::of(snapshot, |query| matches!(query, Query::DbAutomatedBackups(_))).iter() {
            let backups = snapshot.db_automated_backups(&source.query).value.map_or(&[][..], Vec::as_slice);
            let elsewhere = source.place().region != self.instance.source().place().region;
            for backup in backups.iter().filter(|backup| elsewhere && backup.instance_arn == instance.arn) {
                let latest = backup.latest.map_or_else(|| "nothing yet".to_owned(), |at| format::when(at, now));
                detail.value(
                    "replicated",
                    format!("to {}, {}: restorable to {latest}", source.place().region, backup.status),
                );
                detail.rests_on(source, now);
            }
        }
    }
}
