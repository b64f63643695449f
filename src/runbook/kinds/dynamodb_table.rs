//! A DynamoDB table as the kinds of steps see it.

use super::seen::{Seen, fresh, why_not};
use crate::model::facts::dynamodb::{ContinuousBackups, Table};
use crate::model::{FailureKind, Freshness, Place, Query, Snapshot, Span};
use crate::runbook::by_hand::{self, Line};
use crate::runbook::world::World;

/// For how long "it is not there" holds after it was said.
const HOLDS: Span = Span::from_mins(2);

/// A table, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTable {
    /// The Region asked.
    pub place: Place,
    /// Its name.
    pub name: String,
}

impl NamedTable {
    /// What tells of it.
    pub(super) fn query(&self) -> Query {
        Query::Table(self.place.clone(), self.name.clone())
    }

    /// What tells of its point-in-time recovery.
    pub(super) fn backups_query(&self) -> Query {
        Query::ContinuousBackups(self.place.clone(), self.name.clone())
    }

    /// The line that reads it.
    pub(super) fn shown(&self) -> Line {
        let replicas = "{Status:Table.TableStatus, Items:Table.ItemCount, Replicas:Table.Replicas[].{Region:RegionName, Status:ReplicaStatus}}";
        by_hand::read(&self.place, "dynamodb describe-table", &["--table-name", &self.name], replicas)
    }

    /// The line that reads its point-in-time recovery.
    pub(super) fn backups_shown(&self) -> Line {
        let of = "ContinuousBackupsDescription.PointInTimeRecoveryDescription";
        let query = format!(
            "{of}.{{Status:PointInTimeRecoveryStatus, From:EarliestRestorableDateTime, To:LatestRestorableDateTime}}"
        );
        by_hand::read(&self.place, "dynamodb describe-continuous-backups", &["--table-name", &self.name], &query)
    }

    /// It, as just read. A table is asked for by name: that AWS knows none of that name is an answer.
    pub(super) fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, Table> {
        let query = self.query();
        let reading = world.snapshot.table(&query);
        let is_gone = reading.failing.as_ref().is_some_and(|failure| {
            let holds = world.now.duration_since(failure.at) <= HOLDS;
            let holds = holds || reading.fresh_until.is_some_and(|until| world.now <= until);
            failure.kind == FailureKind::NotFound && holds
        });
        match reading.value {
            _ if is_gone => Seen::Absent,
            Some(table) if reading.freshness(world.now) == Freshness::Fresh => Seen::Is(table),
            Some(_) | None => Seen::Unread(why_not(world, &query, &reading)),
        }
    }

    /// Its point-in-time recovery, as just read, or why it is not known.
    pub(super) fn backups<'a>(&self, world: &World<'a>) -> Result<&'a ContinuousBackups, String> {
        fresh(world, &self.backups_query(), Snapshot::continuous_backups)
    }

    /// `DynamoDB table sessions in us-east-1`.
    pub(super) fn words(&self) -> String {
        format!("DynamoDB table {} in {}", self.name, self.place.region)
    }
}
