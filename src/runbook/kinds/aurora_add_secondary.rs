//! `aurora-add-secondary`: a new cluster of an Aurora global database in another Region. It serves once it has an instance: `aurora-add-instance`.

use super::aurora_global::{Global, is_settled, named, out_of_line, writer};
use super::rds_instance::{READ_EVENTS, is_broken, made, made_by, should_show};
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::rds::DbCluster;
use crate::model::words::arn_name;
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, CreateCluster, Plane};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Adds a cluster of another Region to a global database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuroraAddSecondary {
    /// The global database, asked in the new cluster's Region.
    pub global: Global,
    /// The new cluster's identifier.
    pub cluster: String,
    /// The subnets it runs in.
    pub subnet_group: String,
    /// Its parameters.
    pub parameter_group: Option<String>,
    /// Who may reach it.
    pub security_groups: Vec<String>,
    /// What it is encrypted with, in its own Region.
    pub kms_key: Option<String>,
}

/// Where the writer's engine stands.
const ENGINE: &str = "<ENGINE>";

/// Where its version stands.
const VERSION: &str = "<VERSION>";

impl AuroraAddSecondary {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "aurora-add-secondary",
        doc: "Adds a cluster in another Region to an Aurora global database and waits until it follows. It serves once it has an instance (aurora-add-instance).",
        keys: &[
            required("global_cluster", Shape::Text, r#""storefront""#, "The identifier of the global database."),
            required(
                "cluster",
                Shape::Text,
                r#""storefront-use1""#,
                "The new cluster's identifier, which nothing else has.",
            ),
            required(
                "region",
                Shape::Region,
                r#""us-east-1""#,
                "Where it is to be; the global database has no cluster there.",
            ),
            required("subnet_group", Shape::Text, r#""storefront""#, "The subnets it runs in."),
            optional("parameter_group", Shape::Text, "the engine's default", r#""storefront-pg16""#, "Its parameters."),
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
                r#""alias/storefront""#,
                "What it is encrypted with, in its own Region; needed where the global database is encrypted.",
            ),
        ],
        read,
    };

    fn words(&self) -> String {
        format!("Aurora cluster {} in {}", self.cluster, self.global.place.region)
    }

    fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, DbCluster> {
        self.global.cluster(world, &self.cluster)
    }

    /// Whether the cluster belongs to the global database.
    fn belongs(&self, world: &World<'_>) -> bool {
        let global = self.global.seen(world).value();
        global
            .and_then(|global| self.global.member(global))
            .is_some_and(|member| arn_name(&member.cluster_arn) == self.cluster)
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let text = |key: &str| section.text(key).map(|found| found.value.to_owned());
    let (id, cluster, place) = (text("global_cluster"), text("cluster"), around.place(section, "region"));
    let (subnet_group, parameter_group, kms_key) = (text("subnet_group"), text("parameter_group"), text("kms_key"));
    let groups = section.texts("security_groups").unwrap_or_default();
    Some(Kind::AuroraAddSecondary(AuroraAddSecondary {
        global: Global { place: place?, id: id? },
        cluster: cluster?,
        subnet_group: subnet_group?,
        parameter_group,
        security_groups: groups.into_iter().map(|group| group.value.to_owned()).collect(),
        kms_key,
    }))
}

impl StepKind for AuroraAddSecondary {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the cluster is available and follows in the global database",
            lost: "by the cluster's identifier, which is free before and taken afterwards",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.global.place.region.clone()],
            permissions: vec!["rds:CreateDBCluster", "rds:AddTagsToResource"],
            undo: Text::new("detach the cluster (aurora-global-detach) and delete it"),
            on_failure: Text::new(
                "read its events; if AWS refused the request nothing was made; if the cluster failed, delete it and retry",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.global.query(), self.global.clusters_query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let follows = match self.global.seen(world).value() {
            Some(global) => {
                let writer = writer(global).map_or_else(|| "nobody".to_owned(), |writer| named(&writer.cluster_arn));
                format!("{} {}, follows {writer}", global.engine, global.engine_version)
            }
            None => "of the writer's engine and version".to_owned(),
        };
        let (cluster, region, id) = (&self.cluster, &self.global.place.region, &self.global.id);
        Text::new(format!(
            "a new cluster {cluster} of the global database {id} in {region}: {follows}; it has no instance yet"
        ))
    }

    fn by_hand(&self) -> ByHand {
        let (global, cluster) = (&self.global, &self.cluster);
        let call = CreateCluster {
            place: global.place.clone(),
            cluster: cluster.clone(),
            global: global.id.clone(),
            engine: ENGINE.to_owned(),
            engine_version: VERSION.to_owned(),
            subnet_group: self.subnet_group.clone(),
            parameter_group: self.parameter_group.clone(),
            security_groups: self.security_groups.clone(),
            kms_key: self.kms_key.clone(),
        };
        ByHand {
            first: vec![
                look(
                    global.shown(),
                    format!(
                        "Moves is null, one member's Writer is true, and none is in {}; Engine is {ENGINE}, Version is {VERSION}",
                        global.place.region
                    ),
                ),
                look(global.cluster_shown(cluster), "DBClusterNotFoundFault: the name is free"),
            ],
            then: vec![change(&ApiCall::CreateDBCluster(call), &[])],
            last: vec![
                look(global.cluster_shown(cluster), "Status is available"),
                look(global.shown(), format!("{cluster} is a member, its Sync is connected")),
            ],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let global = match self.global.seen(world).required(&self.global.words()) {
            Ok(global) => global,
            Err(check) => return vec![check],
        };
        let region = &self.global.place.region;
        let free = format!("{} has no cluster in {region}", global.id);
        match self.global.member(global) {
            Some(member) if arn_name(&member.cluster_arn) == self.cluster => {
                return vec![Check::holds(format!("{} belongs to {} already", self.cluster, global.id))];
            }
            Some(member) => {
                let why = format!(
                    "it has {}; there is room for one: detach that and delete it, or skip this step",
                    named(&member.cluster_arn)
                );
                return vec![Check::blocks(free, why)];
            }
            None => {}
        }
        let name = format!("the name {} is free in {region}", self.cluster);
        let name = match self.seen(world) {
            Seen::Absent => Check::holds(name),
            Seen::Unread(why) => Check::blocks(name, format!("{why}; it must answer before anything is changed")),
            Seen::Is(cluster) => Check::blocks(
                name,
                format!(
                    "a cluster of that name is {} there and stands alone; rename or delete it, or choose another name",
                    cluster.status
                ),
            ),
        };
        let what = format!("{} has a writer to follow", global.id);
        let follows = if writer(global).is_some() {
            Check::holds(what)
        } else {
            Check::blocks(what, "no cluster takes the writes")
        };
        let mut checks = vec![is_settled(global), follows, name, Check::holds(free)];
        if global.encrypted && self.kms_key.is_none() {
            let what = format!("{} has a key in {region}", self.cluster);
            checks.insert(
                0,
                Check::blocks(what, format!("{} is encrypted: name a key of {region} with kms_key", global.id)),
            );
        }
        let missing =
            [(self.parameter_group.is_none(), "parameter_group"), (self.security_groups.is_empty(), "security_groups")];
        let missing: Vec<&str> = missing.into_iter().filter_map(|(missing, key)| missing.then_some(key)).collect();
        if !missing.is_empty() {
            let why =
                format!("the runbook does not say {}: AWS takes its defaults", crate::model::words::listed(missing));
            checks.push(Check::warns(format!("{} can be reached and works as the writer does", self.cluster), why));
        }
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are"));
        }
        let Some(global) = self.global.seen(world).value() else { return Work::Watch };
        if self.belongs(world) {
            return Work::Already(Text::new(format!("{} belongs to {}", self.cluster, global.id)));
        }
        if self.seen(world) != Seen::Absent {
            return Work::Watch;
        }
        Work::Calls(vec![ApiCall::CreateDBCluster(CreateCluster {
            place: self.global.place.clone(),
            cluster: self.cluster.clone(),
            global: self.global.id.clone(),
            engine: global.engine.to_string(),
            engine_version: global.engine_version.to_string(),
            subnet_group: self.subnet_group.clone(),
            parameter_group: self.parameter_group.clone(),
            security_groups: self.security_groups.clone(),
            kms_key: self.kms_key.clone(),
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let cluster = match made(world, &self.seen(world), &self.words(), READ_EVENTS) {
            Ok(cluster) => cluster,
            Err(progress) => return progress,
        };
        let state = Text::new(format!("{} is {}", cluster.id, cluster.status));
        if is_broken(cluster.status.as_str()) {
            return Progress::Failed { why: state, way_on: Text::new("read its events; delete it, then retry") };
        }
        if cluster.status.as_str() != "available" {
            return Progress::Running { state, share: None };
        }
        let global = match self.global.seen(world).verified(&self.global.words()) {
            Ok(global) => global,
            Err(progress) => return progress,
        };
        match self.global.member(global).filter(|member| arn_name(&member.cluster_arn) == self.cluster) {
            None if should_show(world) => Progress::Failed {
                why: Text::new(format!("{} is available and does not belong to {}", cluster.id, global.id)),
                way_on: Text::new("another cluster has that name; choose another one"),
            },
            None => Progress::Running { state, share: None },
            Some(member) => match out_of_line(member) {
                None => Progress::Done(Text::new(format!("{} is available and follows in {}", cluster.id, global.id))),
                Some(why) => {
                    Progress::Running { state: Text::new(format!("{} is available; {why}", cluster.id)), share: None }
                }
            },
        }
    }

    /// Its name is the runbook's: a cluster of that name in the global database is it, and its tag says so.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        match self.seen(world) {
            Seen::Unread(why) => Found::Unread(Text::new(why)),
            Seen::Absent => Found::NotApplied(Text::new(format!("there is no {}", self.words()))),
            Seen::Is(cluster) => made_by(cluster.intent.as_ref(), attempt, &self.words(), self.belongs(world)),
        }
    }
}
