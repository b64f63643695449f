//! `rds-restore-to-point-in-time`: a new instance that holds what another one held at a moment.

use super::rds_instance::{self, Instance, READ_EVENTS};
use super::restore_point::{POINT, RestorePoint, Window};
use super::seen::{Seen, fresh};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::rds::{AutomatedBackup, DbInstance};
use crate::model::words::clock;
use crate::model::{Moment, Place, Query, Region, Snapshot, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, RestoreInstance, RestoreSource};
use crate::runbook::check::Check;
use crate::runbook::work::{Choice, Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Restores an instance from automated backups, beside the one that they are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsRestore {
    /// The new instance, in the Region that keeps the backups.
    pub instance: Instance,
    /// The instance that was backed up.
    pub source: String,
    /// Its Region.
    pub source_region: Region,
    /// To which moment.
    pub point: RestorePoint,
    /// Its class.
    pub class: String,
    /// The subnets it runs in.
    pub subnet_group: String,
    /// Its parameters.
    pub parameter_group: String,
    /// Who may reach it.
    pub security_groups: Vec<String>,
    /// Whether it has a standby in another Zone.
    pub multi_az: bool,
}

impl RdsRestore {
    fn call(&self, source: RestoreSource, moment: Option<Moment>) -> ApiCall {
        ApiCall::RestoreDBInstanceToPointInTime(RestoreInstance {
            place: self.place().clone(),
            instance: self.instance.id.clone(),
            source,
            moment,
            class: self.class.clone(),
            subnet_group: self.subnet_group.clone(),
            parameter_group: self.parameter_group.clone(),
            security_groups: self.security_groups.clone(),
            multi_az: self.multi_az,
        })
    }

    /// As runbooks write it. What AWS would choose by itself is not for production, so nothing of it can be left out.
    pub const ENTRY: Entry = Entry {
        word: "rds-restore-to-point-in-time",
        doc: "Makes a new RDS instance that holds what another one held at a moment which the operator chooses, from automated backups: also from those replicated from another Region, or kept of a deleted instance.",
        keys: &[
            required(
                "instance",
                Shape::Text,
                r#""orders-db-restored""#,
                "The new instance's identifier; it must be free.",
            ),
            required("region", Shape::Region, r#""us-east-1""#, "Where it will be: the Region that keeps the backups."),
            required("source", Shape::Text, r#""orders-db""#, "The instance that was backed up."),
            optional(
                "source_region",
                Shape::Region,
                "the same",
                r#""us-east-1""#,
                "Its Region, where its backups are replicated from there.",
            ),
            POINT,
            required("class", Shape::Text, r#""db.r7g.2xlarge""#, "Its class."),
            required("subnet_group", Shape::Text, r#""orders""#, "The subnets it runs in."),
            required("parameter_group", Shape::Text, r#""orders-mysql80""#, "Its parameters."),
            required("security_groups", Shape::Texts, r#"["sg-0a1b2c3d4e5f60718"]"#, "Who may reach it."),
            required("multi_az", Shape::Flag, "true", "Whether it has a standby in another Zone."),
        ],
        read,
    };

    fn place(&self) -> &Place {
        &self.instance.place
    }

    fn query(&self) -> Query {
        Query::DbAutomatedBackups(self.place().clone())
    }

    fn from(&self) -> String {
        if self.source_region == self.place().region {
            self.source.clone()
        } else {
            format!("{} of {}", self.source, self.source_region)
        }
    }

    /// The backups of the source that its Region keeps; those of one that is there before those of one that was deleted.
    fn backups<'a>(&self, world: &World<'a>) -> Result<&'a AutomatedBackup, String> {
        let all = fresh(world, &self.query(), Snapshot::db_automated_backups)?;
        let own = all.iter().filter(|one| {
            one.instance.as_str() == self.source && one.source_region.as_str() == self.source_region.as_str()
        });
        let none = || format!("{} keeps no automated backups of {}", self.place().region, self.from());
        own.max_by_key(|one| (one.status.as_str() != "retained", one.latest)).ok_or_else(none)
    }

    fn window(&self, world: &World<'_>) -> Option<Window> {
        self.backups(world).ok().map(|found| Window { earliest: found.earliest, latest: found.latest })
    }

    fn restored_from(&self, backups: &AutomatedBackup) -> Result<RestoreSource, String> {
        let id = |id: &Option<Text>, what: &str| {
            id.as_ref().map(Text::to_string).ok_or_else(|| format!("AWS does not tell the {what} of these backups"))
        };
        if self.source_region != self.place().region {
            return id(&backups.arn, "ARN").map(RestoreSource::Replicated);
        }
        if backups.status.as_str() == "retained" {
            return id(&backups.resource_id, "resource id").map(RestoreSource::Deleted);
        }
        Ok(RestoreSource::Instance(self.source.clone()))
    }

    /// Whether it is this step that made an instance.
    fn is_own(&self, world: &World<'_>, instance: &DbInstance) -> bool {
        let by = |tag: &Text| world.attempts.iter().any(|attempt| tag.as_str() == attempt.intent.to_string());
        instance.intent.as_ref().is_some_and(by)
    }

    fn check_name(&self, world: &World<'_>) -> Check {
        let (id, region) = (&self.instance.id, &self.place().region);
        let free = format!("the name {id} is free in {region}");
        match self.instance.seen(world) {
            Seen::Absent => Check::holds(free),
            Seen::Unread(why) => Check::blocks(free, format!("{why}; it must answer before anything is changed")),
            Seen::Is(found) => {
                let why = format!(
                    "an instance of that name is {} there; choose another name, or delete it if nobody needs it",
                    found.status
                );
                Check::blocks(free, why)
            }
        }
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let text = |key: &str| section.text(key).map(|found| found.value.to_owned());
    let (id, place, source) = (text("instance"), around.place(section, "region"), text("source"));
    let (source_region, point) =
        (section.region("source_region").map(|found| found.value), RestorePoint::read(section));
    let (class, subnet_group, parameter_group) = (text("class"), text("subnet_group"), text("parameter_group"));
    let (groups, multi_az) = (section.texts("security_groups"), section.flag("multi_az"));
    if groups.as_ref().is_some_and(Vec::is_empty) {
        section.wrong("security_groups", "is empty: nobody could reach it; name those of its source");
        return None;
    }
    let (id, place, source) = (id?, place?, source?);
    let source_region = source_region.unwrap_or_else(|| place.region.clone());
    if source == id && source_region == place.region {
        section.wrong("instance", "is the source itself; a restore makes a new instance, which needs another name");
        return None;
    }
    Some(Kind::RdsRestore(RdsRestore {
        instance: Instance { place, id },
        source,
        source_region,
        point: point?,
        class: class?,
        subnet_group: subnet_group?,
        parameter_group: parameter_group?,
        security_groups: groups?.into_iter().map(|group| group.value.to_owned()).collect(),
        multi_az: multi_az?,
    }))
}

impl StepKind for RdsRestore {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the new instance is available",
            lost: "by the new instance's identifier, which is free before and taken afterwards",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.place().region.clone()],
            permissions: vec!["rds:RestoreDBInstanceToPointInTime", "rds:AddTagsToResource"],
            undo: Text::new("delete the new instance; the one that was backed up is not touched"),
            on_failure: Text::new(
                "read its events; if AWS refused the request nothing was made; if the restore failed, delete it and retry, or retry under another name",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.query(), self.instance.query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let zones = if self.multi_az { "with a standby in another Zone" } else { "without a standby" };
        Text::new(format!(
            "a new instance {} of class {} in {}, {zones}, which holds {} {}; it has an endpoint of its own",
            self.instance.id,
            self.class,
            self.place().region,
            self.from(),
            self.point.words(world)
        ))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        self.point.loses(world, &self.from(), &self.instance.id, self.window(world))
    }

    fn choices(&self, world: &World<'_>) -> Vec<Choice> {
        self.point.choices(world, &self.from(), self.window(world))
    }

    fn by_hand(&self) -> ByHand {
        const BACKUP: &str = "<BACKUP-ARN>";
        let is_elsewhere = self.source_region != self.place().region;
        let source = if is_elsewhere {
            RestoreSource::Replicated(BACKUP.to_owned())
        } else {
            RestoreSource::Instance(self.source.clone())
        };
        let (moment, marks) = self.point.by_hand("RestoreTime");
        let which = if is_elsewhere {
            format!("Arn of the one whose Region is {} is {BACKUP}", self.source_region)
        } else {
            "if its Status is retained the instance was deleted: put --source-dbi-resource-id with its Resource in place of --source-db-instance-identifier".to_owned()
        };
        ByHand {
            first: vec![
                look(
                    rds_instance::backups_shown(self.place(), &self.source),
                    format!("From and To are the oldest and the newest moment{}; {which}", self.point.words_by_hand()),
                ),
                self.instance.free_by_hand(),
            ],
            then: vec![change(&self.call(source, moment), &marks)],
            last: vec![look(
                self.instance.shown("Status:DBInstanceStatus,Endpoint:Endpoint.Address"),
                "Status is available; it has the Endpoint shown, which nothing uses yet",
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        if let Some(found) = self.instance.seen(world).value().filter(|found| self.is_own(world, found)) {
            return vec![Check::holds(format!("{} was made by this step and is {}", found.id, found.status))];
        }
        let name = self.check_name(world);
        let there = format!("there are automated backups of {}", self.from());
        let backups = match self.backups(world) {
            Ok(backups) => backups,
            Err(why) => {
                return vec![Check::blocks(there, format!("{why}; restore from a snapshot or a copy instead")), name];
            }
        };
        let mut checks = vec![match self.restored_from(backups) {
            Ok(_) => Check::holds(there),
            Err(why) => Check::blocks(there, why),
        }];
        let window = Window { earliest: backups.earliest, latest: backups.latest };
        checks.extend(self.point.check(world, &self.from(), window));
        checks.push(name);
        checks.push(Check::warns(
            format!("whoever uses {} finds {}", self.source, self.instance.id),
            "it has another endpoint, and replicas, proxies and alarms stay with the old one: switch them over in a later step",
        ));
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new(
                "a drill makes no database; restore one in a live run, and delete it",
            ));
        }
        match self.instance.seen(world) {
            Seen::Is(found) if self.is_own(world, found) => {
                return Work::Already(Text::new(format!("{} was made by this step", found.id)));
            }
            Seen::Is(_) | Seen::Unread(_) => return Work::Watch,
            Seen::Absent => {}
        }
        let source = self.backups(world).and_then(|backups| self.restored_from(backups));
        let (Ok(source), Ok(moment)) = (source, self.point.moment(world)) else { return Work::Watch };
        Work::Calls(vec![self.call(source, moment)])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let instance = match rds_instance::made(world, &self.instance.seen(world), &self.instance.words(), READ_EVENTS)
        {
            Ok(instance) => instance,
            Err(progress) => return progress,
        };
        let (id, status) = (&instance.id, &instance.status);
        let state = Text::new(format!("{id} is {status}"));
        if rds_instance::is_broken(status.as_str()) {
            return Progress::Failed { why: state, way_on: Text::new("read its events; delete it, then retry") };
        }
        if !self.is_own(world, instance) {
            let why = Text::new(format!("{id} is {status}, and this step did not make it"));
            return Progress::Failed { why, way_on: Text::new("choose another name in the runbook, then run it anew") };
        }
        match (&instance.endpoint, status.as_str()) {
            (Some(endpoint), "available") => {
                let moment = match world.sent().and_then(|sent| sent.call.as_ref()) {
                    Some(ApiCall::RestoreDBInstanceToPointInTime(RestoreInstance { moment: Some(moment), .. })) => {
                        format!(" as of {}", clock(*moment, world.now))
                    }
                    Some(_) | None => String::new(),
                };
                Progress::Done(Text::new(format!("{id} holds {}{moment} and answers at {endpoint}", self.from())))
            }
            (_, _) => Progress::Running { state, share: None },
        }
    }

    /// Its name can be taken once, and its tag says by whom.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let what = self.instance.words();
        match self.instance.seen(world) {
            Seen::Unread(why) => Found::Unread(Text::new(why)),
            Seen::Absent => Found::NotApplied(Text::new(format!("there is no {what}"))),
            Seen::Is(DbInstance { intent: None, .. }) => {
                Found::CannotTell(Text::new(format!("there is {what}, without a tag dr-intent that says who made it")))
            }
            Seen::Is(instance) => rds_instance::made_by(instance.intent.as_ref(), attempt, &what, false),
        }
    }
}
