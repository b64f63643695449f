//! `dynamodb-table`: a table of one Region, recovered to a point in time.

use super::{ComponentKind, Copies, Evidence, Means, Protection, Serving};
use crate::model::facts::dynamodb::ContinuousBackups;
use crate::model::index::{Index, Sight};
use crate::model::words::clock;
use crate::model::{Loss, Moment, Place, Query, Site, Snapshot, Text, Verdict};

/// A DynamoDB table of one Region.
#[derive(Clone, Debug, PartialEq)]
pub struct DynamodbTable {
    /// Its name.
    pub table: String,
    /// Where it is.
    pub place: Place,
}

/// What the point-in-time recovery of `table` is good for.
pub(super) fn point_in_time(table: &str, place: &Place, backups: &Sight<'_, ContinuousBackups>) -> Protection {
    let (trust, region) = (backups.trust.clone(), &place.region);
    match backups.value {
        None if backups.is_fresh() => {
            Protection::none(format!("{table} has no point-in-time recovery in {region}"), trust, backups.read_at)
        }
        None => Protection::unread(trust),
        Some(ContinuousBackups { enabled: false, .. }) => {
            Protection::none(format!("Point-in-time recovery of {table} is off in {region}"), trust, backups.read_at)
        }
        Some(ContinuousBackups { enabled: true, earliest, latest: Some(latest) }) => {
            Protection::since(Means::Continuous, *latest, *earliest, trust, backups.read_at)
        }
        Some(ContinuousBackups { enabled: true, latest: None, .. }) => Protection::unknown(
            format!("Point-in-time recovery of {table} is on in {region} but has no point yet"),
            trust,
        ),
    }
}

/// The window of a recovery to a point in time, for the detail view.
pub(super) fn window(protection: &Protection, now: Moment) -> String {
    match protection.loss {
        Loss::Since { newest, oldest: Some(oldest) } => format!("{} to {}", clock(oldest, now), clock(newest, now)),
        Loss::Since { newest, oldest: None } => format!("up to {}", clock(newest, now)),
        Loss::None => "everything".to_owned(),
        Loss::Everything => "off".to_owned(),
        Loss::Unknown | Loss::NotApplicable => "unknown".to_owned(),
    }
}

/// How bad it is that a table has this `TableStatus`; `None` if it is not.
pub(super) fn status_verdict(status: &Text) -> Option<Verdict> {
    match status.as_str() {
        "ACTIVE" | "UPDATING" => None,
        _ => Some(Verdict::Unknown),
    }
}

impl DynamodbTable {
    fn table_query(&self) -> Query {
        Query::Table(self.place.clone(), self.table.clone())
    }

    fn backups_query(&self) -> Query {
        Query::ContinuousBackups(self.place.clone(), self.table.clone())
    }
}

impl ComponentKind for DynamodbTable {
    fn needs(&self) -> Vec<Query> {
        vec![self.table_query(), self.backups_query()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (name, region, now) = (&self.table, &self.place.region, index.now());
        let table = index.one(&self.table_query(), Snapshot::table);
        let backups = index.one(&self.backups_query(), Snapshot::continuous_backups);
        let mut evidence = Evidence::from(&self.backups_query());
        evidence.decided_by(&self.backups_query(), &backups);
        evidence.rests_on(&table);
        evidence.rests_on(&backups);
        if table.is_absent() {
            let why = format!("There is no DynamoDB table {name} in {region}");
            evidence.protection.data = Protection::unknown(&why, table.trust.clone());
            evidence.finding(Verdict::Unknown, why);
            return evidence;
        }
        evidence.copies = Some(Copies::From(Site::Region(region.clone())));
        evidence.protection.data = point_in_time(name, &self.place, &backups);
        evidence.protection.region =
            Protection::none(format!("{name} is in {region} only"), table.trust.clone(), table.read_at);
        if let Some(table) = table.value {
            evidence.note("status", table.status.as_str());
            if let Some(verdict) = status_verdict(&table.status) {
                evidence.finding(verdict, format!("{name} in {region} is {}", table.status));
            }
            evidence.serving = Serving::Located(Site::Region(region.clone()));
        }
        evidence.note("point in time", window(&evidence.protection.data, now));
        if let Loss::Since { newest, .. } = evidence.protection.data.loss {
            evidence.seen = Text::new(format!("{name} can be restored to {}", clock(newest, now)));
        }
        evidence
    }
}
