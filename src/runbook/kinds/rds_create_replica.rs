//! `rds-create-read-replica`: a new read replica, usually in the other Region: the way back, and protection again.

use super::rds_instance::{self, Instance, READ_EVENTS};
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::rds::DbInstance;
use crate::model::words::{arn_name, arn_region};
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, CreateReplica, Plane};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Makes a read replica of an instance. What is not said AWS decides by its defaults, which are seldom those of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsCreateReplica {
    /// The replica.
    pub instance: Instance,
    /// The instance it follows.
    pub source: Instance,
    /// Its class.
    pub class: String,
    /// The subnets it runs in.
    pub subnet_group: Option<String>,
    /// Its parameters.
    pub parameter_group: Option<String>,
    /// Who may reach it.
    pub security_groups: Vec<String>,
    /// What it is encrypted with, in its own Region.
    pub kms_key: Option<String>,
    /// Whether it has a standby in another Zone.
    pub multi_az: Option<bool>,
}

impl RdsCreateReplica {
    fn call(&self, source: String) -> ApiCall {
        ApiCall::CreateDBInstanceReadReplica(CreateReplica {
            place: self.instance.place.clone(),
            instance: self.instance.id.clone(),
            source,
            class: self.class.clone(),
            subnet_group: self.subnet_group.clone(),
            parameter_group: self.parameter_group.clone(),
            security_groups: self.security_groups.clone(),
            kms_key: self.kms_key.clone(),
            multi_az: self.multi_az,
        })
    }

    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-create-read-replica",
        doc: "Makes a read replica of an RDS instance and waits until it follows. Its name is the runbook's, so it is made once.",
        keys: &[
            required(
                "instance",
                Shape::Text,
                r#""orders-db-east""#,
                "The replica's identifier, which nothing else has.",
            ),
            required("region", Shape::Region, r#""us-east-1""#, "Where it is to be."),
            required("source", Shape::Text, r#""orders-db-west""#, "The identifier of the instance it follows."),
            required("source_region", Shape::Region, r#""us-west-2""#, "Where that is."),
            required("class", Shape::Text, r#""db.r6g.large""#, "Its class."),
            optional("subnet_group", Shape::Text, "the VPC's default", r#""orders""#, "The subnets it runs in."),
            optional("parameter_group", Shape::Text, "the engine's default", r#""orders-mysql80""#, "Its parameters."),
            optional(
                "security_groups",
                Shape::Texts,
                "the VPC's default",
                r#"["sg-0a1b2c3d4e5f60718"]"#,
                "Who may reach it.",
            ),
            optional(
                "kms_key",
                Shape::Text,
                "none",
                r#""alias/orders""#,
                "What it is encrypted with, in its own Region; needed where its source is encrypted.",
            ),
            optional("multi_az", Shape::Flag, "AWS decides: no", "true", "Whether it has a standby in another Zone."),
        ],
        read,
    };

    fn is_elsewhere(&self) -> bool {
        self.source.place.region != self.instance.place.region
    }

    /// Whether that instance is a replica of the source.
    fn follows(&self, instance: &DbInstance) -> bool {
        instance.replica_source.as_ref().is_some_and(|source| {
            let region = arn_region(source).unwrap_or(self.instance.place.region.as_str());
            arn_name(source) == self.source.id && region == self.source.place.region.as_str()
        })
    }

    fn check_defaults(&self) -> Option<Check> {
        let missing: Vec<&str> = [
            (self.subnet_group.is_none(), "subnet_group"),
            (self.parameter_group.is_none(), "parameter_group"),
            (self.security_groups.is_empty(), "security_groups"),
        ]
        .into_iter()
        .filter_map(|(missing, key)| missing.then_some(key))
        .collect();
        (!missing.is_empty()).then(|| {
            let why =
                format!("the runbook does not say {}: AWS takes its defaults", crate::model::words::listed(missing));
            Check::warns(format!("{} can be reached and works as its source does", self.instance.id), why)
        })
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let text = |key: &str| section.text(key).map(|found| found.value.to_owned());
    let (id, place, source, source_place) =
        (text("instance"), around.place(section, "region"), text("source"), around.place(section, "source_region"));
    let (class, subnet_group, parameter_group) = (text("class"), text("subnet_group"), text("parameter_group"));
    let groups = section.texts("security_groups").unwrap_or_default();
    let kms_key = text("kms_key");
    let multi_az = section.flag("multi_az");
    let instance = Instance { place: place?, id: id? };
    let source = Instance { place: source_place?, id: source? };
    if instance == source {
        section.wrong("source", "is the replica itself");
        return None;
    }
    Some(Kind::RdsCreateReplica(RdsCreateReplica {
        instance,
        source,
        class: class?,
        subnet_group,
        parameter_group,
        security_groups: groups.into_iter().map(|group| group.value.to_owned()).collect(),
        kms_key,
        multi_az,
    }))
}

impl StepKind for RdsCreateReplica {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the replica is available and follows its source",
            lost: "by the replica's identifier, which is free before and taken afterwards",
        }
    }

    fn facts(&self) -> Facts {
        let mut regions = vec![self.instance.place.region.clone()];
        if self.is_elsewhere() {
            regions.push(self.source.place.region.clone());
        }
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions,
            permissions: vec!["rds:CreateDBInstanceReadReplica", "rds:AddTagsToResource"],
            undo: Text::new("delete the replica"),
            on_failure: Text::new(
                "read its events; if AWS refused the request nothing was made; if the replica failed, delete it and retry, or retry under another name",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        let mut queries = vec![self.instance.query()];
        if self.is_elsewhere() {
            queries.push(self.source.query());
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let zones = if self.multi_az == Some(true) { ", with a standby in another Zone" } else { "" };
        Text::new(format!(
            "a new replica {} of class {} in {}{zones}, which follows {}",
            self.instance.id,
            self.class,
            self.instance.place.region,
            self.source.arn(world)
        ))
    }

    fn by_hand(&self) -> ByHand {
        const ARN: &str = "<SOURCE-ARN>";
        let source = if self.is_elsewhere() { ARN.to_owned() } else { self.source.id.clone() };
        let arn = if self.is_elsewhere() { format!("; Arn is {ARN}") } else { String::new() };
        ByHand {
            first: vec![
                look(
                    self.source.shown("Status:DBInstanceStatus,Days:BackupRetentionPeriod,Arn:DBInstanceArn"),
                    format!("Status is available, Days is more than 0{arn}"),
                ),
                self.instance.free_by_hand(),
            ],
            then: vec![change(&self.call(source), &[])],
            last: vec![look(
                self.instance.shown(
                    "Status:DBInstanceStatus,Follows:ReadReplicaSourceDBInstanceIdentifier,Replication:StatusInfos[].Status",
                ),
                format!("Status is available, Follows names {}, Replication is replicating", self.source.id),
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let free = format!("the name {} is free in {}", self.instance.id, self.instance.place.region);
        match self.instance.seen(world) {
            Seen::Is(instance) if self.follows(instance) => {
                return vec![Check::holds(format!("{} follows {} already", instance.id, self.source.id))];
            }
            Seen::Is(instance) => {
                let why = format!(
                    "an instance of that name is {} there and does not follow {}; rename or delete it, or choose another name",
                    instance.status, self.source.id
                );
                return vec![Check::blocks(free, why)];
            }
            Seen::Unread(why) => {
                return vec![Check::blocks(free, format!("{why}; it must answer before anything is changed"))];
            }
            Seen::Absent => {}
        }
        let source = match self.source.seen(world).required(&self.source.words()) {
            Ok(source) => source,
            Err(check) => return vec![check],
        };
        let backups = format!("{} has automated backups", source.id);
        let backups = if source.backup_retention_days == 0 {
            Check::blocks(
                backups,
                "they are off, and AWS makes no replica without them; turn them on with a step rds-modify, and wait for the first backup",
            )
        } else {
            Check::holds(backups)
        };
        let mut checks = vec![rds_instance::is_available(source, "a replica of it"), backups, Check::holds(free)];
        if self.is_elsewhere() && source.kms_key.is_some() && self.kms_key.is_none() {
            let what = format!("{} has a key in {}", self.instance.id, self.instance.place.region);
            checks.insert(
                0,
                Check::blocks(
                    what,
                    format!("{} is encrypted: name a key of {} with kms_key", source.id, self.instance.place.region),
                ),
            );
        }
        let region = &self.instance.place.region;
        if self.is_elsewhere() && ["us-gov-", "cn-"].iter().any(|start| region.as_str().starts_with(start)) {
            let why = format!(
                "{region} wants a request that is signed beforehand, which drdeck does not make; create the replica with the AWS CLI (--source-region), then retry"
            );
            checks.insert(0, Check::blocks(format!("AWS takes the request in {region} as it is"), why));
        }
        checks.extend(self.check_defaults());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are"));
        }
        match self.instance.seen(world) {
            Seen::Is(instance) if self.follows(instance) => {
                return Work::Already(Text::new(format!("{} follows {}", instance.id, self.source.id)));
            }
            Seen::Is(_) | Seen::Unread(_) => return Work::Watch,
            Seen::Absent => {}
        }
        let Some(source) = self.source.seen(world).value() else { return Work::Watch };
        let source = if self.is_elsewhere() { &source.arn } else { &source.id };
        Work::Calls(vec![self.call(source.to_string())])
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
        if !self.follows(instance) {
            let why = Text::new(format!("{id} is {status} and does not follow {}", self.source.id));
            return Progress::Failed { why, way_on: Text::new("another instance has that name; choose another one") };
        }
        match (&instance.replication, status.as_str()) {
            (Some(replication), "available" | "backing-up")
                if replication.normal && replication.status.as_str() == "replicating" =>
            {
                Progress::Done(Text::new(format!("{id} follows {} and is {status}", self.source.id)))
            }
            (Some(replication), "available" | "backing-up") => {
                let why = replication.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
                let state = Text::new(format!("{id} is {status}, its replication is {}{why}", replication.status));
                if replication.normal || replication.status.as_str() == "connecting" {
                    Progress::Running { state, share: None }
                } else {
                    Progress::Failed { why: state, way_on: Text::new("read its events; delete it, then retry") }
                }
            }
            (None, _) | (Some(_), _) => Progress::Running { state, share: None },
        }
    }

    /// Its name is the runbook's: an instance of that name which follows the source is it, and its tag says so.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        match self.instance.seen(world) {
            Seen::Unread(why) => Found::Unread(Text::new(why)),
            Seen::Absent => Found::NotApplied(Text::new(format!("there is no {}", self.instance.words()))),
            Seen::Is(instance) => {
                rds_instance::made_by(instance.intent.as_ref(), attempt, &self.instance.words(), self.follows(instance))
            }
        }
    }
}
