//! DynamoDB tables, a row for each Region.

use std::sync::Arc;

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Source, Sources};
use super::lags::{Behind, Lags};
use super::{lag_cell, lag_rank, restorable, restorable_rank};
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::dynamodb::{Consistency, ContinuousBackups, ReplicaStatus, Table};
use crate::model::facts::{Answer, Known};
use crate::model::{LagHistory, Moment, Query};

#[derive(Debug)]
struct Row {
    table: Fact<Table>,
    id: String,
    backups: Option<(Arc<Source>, ContinuousBackups)>,
    owners: Owners,
    severity: Severity,
    lag: LagHistory,
    /// What AWS calls ACTIVE may lag all the same.
    behind: Option<Behind>,
}

pub(super) fn rows(sources: Sources, world: &World, lags: &Lags, now: Moment) -> Rows {
    let facts = sources.iter().flat_map(|source| Fact::all(source, tables));
    let items = facts.filter_map(|table| {
        let found = table.get()?;
        let (name, place) = (found.name.as_str(), table.source().place());
        let asked = Query::ContinuousBackups(place.clone(), name.to_owned());
        let backups = sources.iter().find(|source| source.query == asked).and_then(|source| {
            let value = world.snapshot()?.continuous_backups(&asked).value?;
            Some((Arc::clone(source), value.clone()))
        });
        let own = severity(found, backups.as_ref().map(|(_, backups)| backups), now);
        let owners = world.owns.table(&place.region, name);
        let (lag, behind) = if found.consistency.is_some() { lags.table(name) } else { Default::default() };
        let behind = behind.filter(|behind| behind.severity() > own);
        let severity = behind.as_ref().map_or(own, Behind::severity);
        // The ARN of a replica names its own Region, but not every Region says so.
        let id = format!("{} {}", found.arn, place.region);
        Some(Box::new(Row { id, backups, owners, severity, lag, behind, table }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

fn tables(answer: &Answer) -> Option<&[Table]> {
    if let Answer::Table(table) = answer { Some(std::slice::from_ref(table)) } else { None }
}

/// AWS's word for that status, shortened where it is long, and how bad it is.
fn replica(status: &Known<ReplicaStatus>) -> (&str, Severity) {
    use ReplicaStatus as Status;
    match status {
        Known::Is(Status::Active) => ("ACTIVE", Severity::Fine),
        Known::Is(Status::Creating) => ("CREATING", Severity::Busy),
        Known::Is(Status::Updating) => ("UPDATING", Severity::Busy),
        Known::Is(Status::Deleting) => ("DELETING", Severity::Watch),
        Known::Is(Status::CreationFailed) => ("CREATION_FAILED", Severity::Bad),
        Known::Is(Status::RegionDisabled) => ("REGION_DISABLED", Severity::Bad),
        Known::Is(Status::InaccessibleEncryptionCredentials) => ("INACCESSIBLE_KEY", Severity::Bad),
        Known::Is(Status::Archiving) => ("ARCHIVING", Severity::Bad),
        Known::Is(Status::Archived) => ("ARCHIVED", Severity::Bad),
        Known::Is(Status::ReplicationNotAuthorized) => ("NOT_AUTHORIZED", Severity::Bad),
        Known::Other(word) => (word.as_str(), Severity::Unknown),
    }
}

fn severity(table: &Table, backups: Option<&ContinuousBackups>, now: Moment) -> Severity {
    let own = match table.status.as_str() {
        "ACTIVE" => Severity::Fine,
        "CREATING" | "UPDATING" => Severity::Busy,
        "DELETING" | "ARCHIVING" | "ARCHIVED" | "INACCESSIBLE_ENCRYPTION_CREDENTIALS" => Severity::Bad,
        _ => Severity::Unknown,
    };
    let replicas = table.replicas.iter().map(|(_, status)| replica(status).1).max().unwrap_or(Severity::Fine);
    let restorable = match backups {
        Some(backups) if backups.enabled => {
            let late = backups.latest.is_some_and(|at| now.duration_since(at) > super::LATE);
            if late { Severity::Watch } else { Severity::Fine }
        }
        Some(_) => Severity::Watch,
        None => Severity::Fine,
    };
    own.max(replicas).max(restorable)
}

fn role(table: &Table) -> &'static str {
    match &table.consistency {
        None => "alone",
        Some(Known::Is(Consistency::Strong)) => "strong",
        Some(Known::Is(Consistency::Eventual)) => "replica",
        Some(Known::Other(_)) => "?",
    }
}

impl Row {
    fn state<'a>(&self, table: &'a Table) -> &'a str {
        self.behind.as_ref().map_or_else(|| table.status.as_str(), |behind| behind.word())
    }

    fn latest(&self) -> Option<Moment> {
        self.backups.as_ref().and_then(|(_, backups)| backups.latest.filter(|_| backups.enabled))
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        self.table.get().map_or("", |table| table.name.as_str())
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
            _ => restorable_rank(self.latest()),
        }
    }

    fn trust(&self, now: Moment) -> Trust {
        self.table.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(table) = self.table.get() else { return Vec::new() };
        let kept = match &self.backups {
            Some((_, backups)) if backups.enabled => match backups.earliest {
                Some(earliest) => Line::new(Role::Text, format::age(now.duration_since(earliest))),
                None => Line::new(Role::TextMuted, "-"),
            },
            Some(_) => Line::new(Role::SeverityWarning, "off"),
            None => Line::new(Role::TextMuted, "?"),
        };
        vec![
            self.owners.cell(),
            Line::new(Role::Text, role(table)),
            Line::new(self.severity.role(), self.state(table)),
            lag_cell(self.lag.newest()),
            restorable(self.latest(), now),
            Line::new(Role::TextMuted, "all"),
            Line::new(Role::Text, self.table.source().region()),
            kept,
            Line::new(Role::TextMuted, "dynamodb"),
            Line::new(Role::TextMuted, "-"),
        ]
    }

    fn words(&self) -> String {
        let Some(table) = self.table.get() else { return String::new() };
        let place = self.table.source().place();
        let (region, short) = (place.region.as_str(), place.region.short());
        format!("dynamodb table {} {} {region} {short}", role(table), self.state(table))
    }

    fn why(&self, now: Moment) -> String {
        let Some(table) = self.table.get() else { return String::new() };
        let mut said = Vec::new();
        if table.status.as_str() != "ACTIVE" {
            said.push(format!("The table is {}.", table.status));
        }
        if let Some(behind) = &self.behind {
            said.push(format!("{}.", behind.why));
        }
        for (region, status) in &table.replicas {
            let (word, severity) = replica(status);
            if severity != Severity::Fine {
                said.push(format!("Its replica in {region} is {word}."));
            }
        }
        match &self.backups {
            Some((_, backups)) if !backups.enabled => {
                said.push("Point-in-time recovery is off: damaged data cannot be restored from it.".to_owned());
            }
            Some((_, ContinuousBackups { latest: Some(at), .. })) if now.duration_since(*at) > super::LATE => {
                said.push(format!("It could be restored to {} at best.", format::when(*at, now)));
            }
            Some(_) | None => {}
        }
        if said.is_empty() {
            let others: Vec<String> = table.replicas.iter().map(|(region, _)| region.to_string()).collect();
            said.push(match others.as_slice() {
                [] => "The table is ACTIVE.".to_owned(),
                others => format!("The table is ACTIVE, and so are its replicas: {}.", others.join(", ")),
            });
        }
        said.join(" ")
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(table) = self.table.get() else { return Detail::new("", "") };
        let source = self.table.source();
        let place = source.place();
        let mut detail = Detail::new(table.name.as_str(), &format!("DynamoDB table in {}", place.region));
        detail.marked("state", Line::new(self.severity.role(), table.status.as_str()));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.value(
            "replication",
            match &table.consistency {
                None => "none: a table of one Region".to_owned(),
                Some(Known::Is(Consistency::Strong)) => "synchronous (strongly consistent)".to_owned(),
                Some(Known::Is(Consistency::Eventual)) => "asynchronous, the last writer wins".to_owned(),
                Some(Known::Other(word)) => word.to_string(),
            },
        );
        detail.curve("lag", &self.lag);
        for (region, status) in &table.replicas {
            let (word, severity) = replica(status);
            detail.marked("replica", Line::new(Role::Text, format!("{region}  ")).with(severity.role(), word));
        }
        for witness in &table.witnesses {
            detail.value("witness", witness.as_str());
        }
        detail.value("arn", table.arn.as_str());
        detail.rests_on(source, now);
        detail.heading("point-in-time recovery");
        match &self.backups {
            Some((source, backups)) => {
                detail.value("switched", if backups.enabled { "on" } else { "off" });
                detail.moment("restorable to", backups.latest, now);
                detail.moment("and back to", backups.earliest, now);
                detail.rests_on(source, now);
            }
            None => detail.remark("It was not read."),
        }
        let name = ["--table-name", table.name.as_str()];
        detail.command(command_line::aws(&world.shell, place, "dynamodb", "describe-table", &name));
        detail.command(command_line::aws(&world.shell, place, "dynamodb", "describe-continuous-backups", &name));
        detail
    }
}
