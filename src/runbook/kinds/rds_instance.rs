//! An RDS instance as the kinds of steps see it.

use super::seen::Seen;
use crate::model::facts::rds::DbInstance;
use crate::model::{Moment, Place, Query, Span, Text};
use crate::runbook::by_hand::{self, Line, Look};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress};
use crate::runbook::world::{Attempt, Outcome, World};

/// How long what AWS has accepted may take to show in what it says.
pub(super) const SHOWS_WITHIN: Span = Span::from_mins(2);

/// The way on where AWS accepted a request and nothing came of it.
pub(super) const READ_EVENTS: &str = "read the events of RDS there, then retry";

/// An RDS instance, by its identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Where it is.
    pub place: Place,
    /// Its identifier.
    pub id: String,
}

impl Instance {
    /// What tells of it.
    pub(super) fn query(&self) -> Query {
        Query::DbInstances(self.place.clone())
    }

    /// It, as just read.
    pub(super) fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, DbInstance> {
        let query = self.query();
        Seen::among(world, &query, &world.snapshot.db_instances(&query), |one| one.id.as_str() == self.id)
    }

    /// `RDS instance orders-db in us-east-1`.
    pub(super) fn words(&self) -> String {
        format!("RDS instance {} in {}", self.id, self.place.region)
    }

    /// The line that reads some of it, in the language of `--query`: `Status:DBInstanceStatus`.
    pub(super) fn shown(&self, what: &str) -> Line {
        let query = format!("DBInstances[].{{{what}}}");
        by_hand::read(&self.place, "rds describe-db-instances", &["--db-instance-identifier", &self.id], &query)
    }

    /// The line that reads how far it is behind.
    pub(super) fn lag_shown(&self) -> Line {
        let dimensions = [("DBInstanceIdentifier", self.id.as_str())];
        by_hand::series(&self.place, "AWS/RDS", "ReplicaLag", &dimensions, "Maximum")
    }

    /// Its name is free, as a person sees it.
    pub(super) fn free_by_hand(&self) -> Look {
        by_hand::look(self.shown("Status:DBInstanceStatus"), "DBInstanceNotFound: the name is free")
    }

    /// Its ARN where that is known, else its words.
    pub(super) fn arn(&self, world: &World<'_>) -> String {
        self.seen(world).value().map_or_else(|| self.words(), |found| found.arn.to_string())
    }
}

/// The line that reads the automated backups of an instance, which are kept at `place`.
pub(super) fn backups_shown(place: &Place, id: &str) -> Line {
    by_hand::read(
        place,
        "rds describe-db-instance-automated-backups",
        &["--db-instance-identifier", id],
        "DBInstanceAutomatedBackups[].{Status:Status, Region:Region, From:RestoreWindow.EarliestTime, To:RestoreWindow.LatestTime, Arn:DBInstanceAutomatedBackupsArn, Resource:DbiResourceId}",
    )
}

/// Whether an instance takes changes now; `what` it is for.
pub(super) fn is_available(instance: &DbInstance, what: &str) -> Check {
    let (id, status) = (&instance.id, &instance.status);
    let holds = format!("{id} is available");
    match status.as_str() {
        "available" => Check::holds(holds),
        "backing-up" => Check::blocks(
            holds,
            format!("{id} is being backed up, and AWS refuses {what} meanwhile; wait until that ends, then retry"),
        ),
        "modifying" | "rebooting" | "configuring-enhanced-monitoring" | "maintenance" | "upgrading" | "starting" => {
            Check::blocks(holds, format!("{id} is {status}; wait until it is available, then retry"))
        }
        _ => Check::blocks(holds, format!("{id} is {status}; AWS refuses {what} until it is available")),
    }
}

/// Whether an instance's status says that it will not come right by itself.
pub(super) fn is_broken(status: &str) -> bool {
    status == "failed"
        || status.starts_with("incompatible-")
        || status.starts_with("inaccessible-")
        || status == "storage-full"
}

/// When the last request of this step was carried out, if it was.
pub(super) fn applied_at(world: &World<'_>) -> Option<Moment> {
    let sent = world.sent()?;
    matches!(sent.outcome, Some(Outcome::Applied { .. })).then_some(sent.at)
}

/// Whether AWS accepted a request of this step so long ago that it would show.
pub(super) fn should_show(world: &World<'_>) -> bool {
    applied_at(world).is_some_and(|at| world.now.duration_since(at) > SHOWS_WITHIN)
}

/// How far a step is when what it makes is not there, as `none` says.
pub(super) fn not_there(world: &World<'_>, none: Text, way_on: &str) -> Progress {
    if should_show(world) {
        Progress::Failed { why: none, way_on: Text::new(way_on) }
    } else {
        Progress::NotBegun(none)
    }
}

/// What a step makes, `what`, where AWS shows it; else how far the step is.
pub(super) fn made<'a, T>(world: &World<'_>, seen: &Seen<'a, T>, what: &str, way_on: &str) -> Result<&'a T, Progress> {
    match seen {
        Seen::Is(made) => Ok(made),
        Seen::Unread(why) => Err(Progress::Unknown(Text::new(why))),
        Seen::Absent => Err(not_there(world, seen.absence(what), way_on)),
    }
}

/// Whether what stands under a name was made by that attempt: its tag says so, or, without a tag, that it is what was asked for.
pub(super) fn made_by(tag: Option<&Text>, attempt: &Attempt, what: &str, is_as_asked: bool) -> Found {
    match tag {
        Some(tag) if tag.as_str() == attempt.intent.to_string() => {
            Found::Applied(Text::new(format!("there is {what}, with the tag dr-intent = {tag}")))
        }
        Some(tag) => Found::NotApplied(Text::new(format!("there is {what}, but its tag dr-intent is {tag}"))),
        None if is_as_asked => Found::Applied(Text::new(format!("there is {what}, as it was asked for"))),
        None => Found::NotApplied(Text::new(format!("there is {what}, but it is another one"))),
    }
}
