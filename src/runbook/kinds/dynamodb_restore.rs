//! `dynamodb-restore-to-point-in-time`: a new table that holds what another one held at a moment.

use super::dynamodb_table::NamedTable;
use super::rds_instance::made;
use super::restore_point::{POINT, RestorePoint, Window};
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::facts::dynamodb::Table;
use crate::model::words::clock;
use crate::model::{Moment, Query, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, known, look};
use crate::runbook::call::{ApiCall, Plane, RestoreTable};
use crate::runbook::check::Check;
use crate::runbook::work::{Choice, Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Restores a table from its point-in-time recovery, beside the one that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamodbRestore {
    /// The new table.
    pub table: NamedTable,
    /// The table that it is restored from, in the same Region.
    pub source: NamedTable,
    /// To which moment.
    pub point: RestorePoint,
}

/// What a restored table does not have of its source.
const LEFT_OUT: &str = "point-in-time recovery is off, and tags, auto scaling, TTL, streams, deletion protection, replicas in other Regions, alarms and its own policy are missing: set them again before it is used";

impl DynamodbRestore {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "dynamodb-restore-to-point-in-time",
        doc: "Makes a new DynamoDB table that holds what another one of its Region held at a moment which the operator chooses: the answer to deleted or damaged items, which replicas of a global table have copied.",
        keys: &[
            required("table", Shape::Text, r#""sessions-restored""#, "The new table's name; it must be free."),
            required("region", Shape::Region, r#""us-east-1""#, "Where both tables are."),
            required(
                "source",
                Shape::Text,
                r#""sessions""#,
                "The table that it is restored from, as it was at that moment.",
            ),
            POINT,
        ],
        read,
    };

    fn window(&self, world: &World<'_>) -> Option<Window> {
        let backups = self.source.backups(world).ok().filter(|backups| backups.enabled)?;
        Some(Window { earliest: backups.earliest, latest: backups.latest })
    }

    /// Whether a table was restored from the source, to that moment if one was named.
    fn is_as_asked(&self, table: &Table, moment: Option<Moment>) -> bool {
        let Some(restored) = &table.restored else { return false };
        let region = &self.source.place.region;
        let end = format!(":table/{}", self.source.name);
        let from_source = restored
            .source
            .as_ref()
            .is_some_and(|arn| arn.as_str().ends_with(&end) && arn.as_str().contains(&format!(":{region}:")));
        let same =
            |asked: Moment| restored.point.is_some_and(|point| point.duration_since(asked).abs() < Span::from_secs(1));
        from_source && moment.is_none_or(same)
    }

    /// Whether a table is what a request of this step made.
    fn is_own(&self, world: &World<'_>, table: &Table) -> bool {
        let moment = match world.sent().and_then(|sent| sent.call.as_ref()) {
            Some(ApiCall::RestoreTableToPointInTime(call)) => call.moment,
            Some(_) | None => return false,
        };
        self.is_as_asked(table, moment)
    }

    fn check_name(&self, world: &World<'_>) -> Check {
        let free = format!("the name {} is free in {}", self.table.name, self.table.place.region);
        match self.table.seen(world) {
            Seen::Absent => Check::holds(free),
            Seen::Unread(why) => Check::blocks(free, format!("{why}; it must answer before anything is changed")),
            Seen::Is(table) => Check::blocks(
                free,
                format!(
                    "a table of that name is {} there; choose another name, or delete it if nobody needs it",
                    table.status
                ),
            ),
        }
    }
}

/// What a table was restored from, in words.
fn origin(table: &Table, now: Moment) -> String {
    match &table.restored {
        None => "it was not restored from anything".to_owned(),
        Some(restored) => {
            let source = restored.source.as_ref().map_or("an unknown table", Text::as_str);
            let point = restored.point.map(|at| format!(" as of {}", clock(at, now))).unwrap_or_default();
            format!("it was restored from {source}{point}")
        }
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let text = |key: &str| section.text(key).map(|found| found.value.to_owned());
    let (name, place, source) = (text("table"), around.place(section, "region"), text("source"));
    let point = RestorePoint::read(section);
    let (name, place, source) = (name?, place?, source?);
    if name == source {
        section.wrong("table", "is the source itself; a restore makes a new table, which needs another name");
        return None;
    }
    Some(Kind::DynamodbRestore(DynamodbRestore {
        table: NamedTable { place: place.clone(), name },
        source: NamedTable { place, name: source },
        point: point?,
    }))
}

impl StepKind for DynamodbRestore {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the new table is ACTIVE",
            lost: "by the new table's name, which is free before and taken afterwards",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.table.place.region.clone()],
            permissions: vec![
                "dynamodb:RestoreTableToPointInTime",
                "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            undo: Text::new("delete the new table; the one that it is restored from is not touched"),
            on_failure: Text::new(
                "if AWS refused the request nothing was made; if the restore failed, delete the new table and retry, or retry under another name",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.source.query(), self.source.backups_query(), self.table.query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let source = self.source.seen(world).value().map_or_else(|| self.source.words(), |table| table.arn.to_string());
        Text::new(format!(
            "a new table {} in {}, which holds {source} {}; {source} stays as it is",
            self.table.name,
            self.table.place.region,
            self.point.words(world)
        ))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        self.point.loses(world, &self.source.name, &self.table.name, self.window(world))
    }

    fn choices(&self, world: &World<'_>) -> Vec<Choice> {
        self.point.choices(world, &self.source.name, self.window(world))
    }

    fn by_hand(&self) -> ByHand {
        let (moment, marks) = self.point.by_hand("RestoreDateTime");
        let call = RestoreTable {
            place: self.table.place.clone(),
            table: self.table.name.clone(),
            source: self.source.name.clone(),
            moment,
        };
        ByHand {
            first: vec![
                look(
                    self.source.backups_shown(),
                    format!(
                        "Status is ENABLED; From and To are the oldest and the newest moment{}",
                        self.point.words_by_hand()
                    ),
                ),
                look(self.table.shown(), "ResourceNotFoundException: the name is free"),
            ],
            then: vec![change(&ApiCall::RestoreTableToPointInTime(call), &marks)],
            last: vec![look(self.table.shown(), "Status is ACTIVE"), known(LEFT_OUT)],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        if let Some(table) = self.table.seen(world).value().filter(|table| self.is_own(world, table)) {
            return vec![Check::holds(format!("{} was made by this step and is {}", table.name, table.status))];
        }
        let is_there = format!("there is {}", self.source.words());
        let source = match self.source.seen(world) {
            Seen::Is(source) => source,
            Seen::Absent => {
                let why = format!(
                    "there is none; of a deleted table that had point-in-time recovery AWS keeps a backup for 35 days: aws dynamodb list-backups --backup-type SYSTEM --region {}, then restore-table-from-backup",
                    self.source.place.region
                );
                return vec![Check::blocks(is_there, why), self.check_name(world)];
            }
            Seen::Unread(why) => {
                let why = format!("{why}; it must answer before anything is changed");
                return vec![Check::blocks(is_there, why), self.check_name(world)];
            }
        };
        let mut checks = Vec::new();
        let recovery = format!("{} has point-in-time recovery", source.name);
        match self.source.backups(world) {
            Ok(backups) if backups.enabled => {
                checks.push(Check::holds(recovery));
                let window = Window { earliest: backups.earliest, latest: backups.latest };
                checks.extend(self.point.check(world, &self.source.name, window));
            }
            Ok(_) => checks.push(Check::blocks(recovery, "it is off; restore from a backup or its copy instead")),
            Err(why) => {
                checks.push(Check::blocks(recovery, format!("{why}; it must answer before anything is changed")));
            }
        }
        checks.push(self.check_name(world));
        checks.push(Check::warns(format!("{} works as {} does", self.table.name, source.name), LEFT_OUT));
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill makes no table; restore one in a live run, and delete it"));
        }
        match self.table.seen(world) {
            Seen::Is(table) if self.is_own(world, table) => {
                return Work::Already(Text::new(format!("{} was made by this step", table.name)));
            }
            Seen::Is(_) | Seen::Unread(_) => return Work::Watch,
            Seen::Absent => {}
        }
        let Ok(moment) = self.point.moment(world) else { return Work::Watch };
        Work::Calls(vec![ApiCall::RestoreTableToPointInTime(RestoreTable {
            place: self.table.place.clone(),
            table: self.table.name.clone(),
            source: self.source.name.clone(),
            moment,
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let way_on = "look at the tables there, then retry";
        let table = match made(world, &self.table.seen(world), &self.table.words(), way_on) {
            Ok(table) => table,
            Err(progress) => return progress,
        };
        let (name, status) = (&table.name, &table.status);
        let state = Text::new(format!("{name} is {status}"));
        if !self.is_own(world, table) {
            let why =
                Text::new(format!("{name} is {status}, and this step did not make it: {}", origin(table, world.now)));
            return Progress::Failed { why, way_on: Text::new("choose another name in the runbook, then run it anew") };
        }
        match (&table.restored, status.as_str()) {
            (Some(restored), "ACTIVE") if !restored.in_progress => {
                let items =
                    table.items.map(|items| format!(", with {items} items as AWS last counted")).unwrap_or_default();
                let point = restored.point.map(|at| format!(" as of {}", clock(at, world.now))).unwrap_or_default();
                Progress::Done(Text::new(format!("{name} is ACTIVE and holds {}{point}{items}", self.source.name)))
            }
            (_, "CREATING" | "UPDATING" | "ACTIVE") => Progress::Running { state, share: None },
            (_, _) => {
                Progress::Failed { why: state, way_on: Text::new("delete it, then retry, or retry under another name") }
            }
        }
    }

    /// Its name can be taken once, and AWS tells what a table was restored from.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let table = match self.table.seen(world) {
            Seen::Is(table) => table,
            Seen::Unread(why) => return Found::Unread(Text::new(why)),
            Seen::Absent => return Found::NotApplied(Text::new(format!("there is no {}", self.table.words()))),
        };
        let evidence = Text::new(format!("there is {}: {}", self.table.words(), origin(table, world.now)));
        let moment = match &attempt.call {
            Some(ApiCall::RestoreTableToPointInTime(call)) => call.moment,
            Some(_) | None => return Found::CannotTell(evidence),
        };
        if self.is_as_asked(table, moment) { Found::Applied(evidence) } else { Found::NotApplied(evidence) }
    }
}
