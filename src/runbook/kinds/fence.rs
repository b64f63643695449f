//! `fence`: the old primary takes no writes, proven by what AWS says of it. Silence proves nothing: what cannot be read may be written to.

use super::aurora_global::{Global, named, writer};
use super::rds_instance::Instance;
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::autoscaling::Group;
use crate::model::words::{arn_name, clock};
use crate::model::{Place, Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, known, look};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Question, Work};
use crate::runbook::world::{Attempt, World};

/// The old primary, and with that how it is proven to take no writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fence {
    /// An RDS instance that is stopped, gone, or follows another.
    Instance {
        /// The instance.
        instance: Instance,
        /// The identifier under which the run puts it aside: from then on that one is looked at.
        aside: Option<String>,
    },
    /// An Aurora cluster that follows in its global database, is stopped, or gone.
    Cluster {
        /// The global database, asked in the cluster's Region.
        global: Global,
        /// The cluster's identifier.
        cluster: String,
    },
    /// An Auto Scaling group that is empty and stays so.
    Group {
        /// Where it is.
        place: Place,
        /// Its name.
        name: String,
    },
}

/// What the old primary is.
#[derive(Clone, Copy)]
enum Old {
    Instance,
    Cluster,
    Group,
}

impl Old {
    const ALL: [Self; 3] = [Self::Instance, Self::Cluster, Self::Group];

    const fn word(self) -> &'static str {
        match self {
            Self::Instance => "rds-instance",
            Self::Cluster => "aurora-cluster",
            Self::Group => "auto-scaling-group",
        }
    }
}

const OLDS: &[&str] = &[Old::Instance.word(), Old::Cluster.word(), Old::Group.word()];

impl Fence {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "fence",
        doc: "Proves that the old primary takes no writes: an RDS instance stopped, gone or a replica; an Aurora cluster that follows, stopped or gone; a group empty for good. A Region that does not answer proves nothing. Somebody may accept the risk; the fence then stays open until it is proven.",
        keys: &[
            required(
                "old",
                Shape::Word(OLDS),
                r#""rds-instance""#,
                "What the old primary is: rds-instance, aurora-cluster, or auto-scaling-group.",
            ),
            required("name", Shape::Text, r#""orders-db""#, "Its identifier or name."),
            required("region", Shape::Region, r#""us-east-1""#, "Where it is."),
            optional(
                "global_cluster",
                Shape::Text,
                "none",
                r#""storefront""#,
                "For an aurora-cluster: the global database it belongs to.",
            ),
            optional(
                "aside",
                Shape::Text,
                "none",
                r#""orders-db-before""#,
                "For an rds-instance that a step rds-rename puts aside: its name from then on. That its first name is free or another's proves nothing.",
            ),
        ],
        read,
    };

    fn place(&self) -> &Place {
        match self {
            Self::Instance { instance, .. } => &instance.place,
            Self::Cluster { global, .. } => &global.place,
            Self::Group { place, .. } => place,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Instance { instance, .. } => instance.words(),
            Self::Cluster { global, cluster } => format!("Aurora cluster {cluster} in {}", global.place.region),
            Self::Group { place, name } => format!("Auto Scaling group {name} in {}", place.region),
        }
    }

    /// Whether it takes no writes, as far as can be proven.
    fn proof(&self, world: &World<'_>) -> Progress {
        let proven = match self {
            Self::Instance { instance, aside } => of_instance(&now_called(instance, aside.as_deref(), world), world),
            Self::Cluster { global, cluster } => of_cluster(global, cluster, world),
            Self::Group { place, name } => of_group(&self.words(), place, name, world),
        };
        let Progress::Unknown(why) = proven else { return proven };
        Progress::Unknown(Text::new(format!(
            "{why}; a Region that does not answer proves nothing: {} may take writes still",
            self.words()
        )))
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (old, place) = (section.word("old", &Old::ALL, Old::word), around.place(section, "region"));
    let text = |key: &str| section.text(key).map(|found| found.value.to_owned());
    let (name, global, aside) = (text("name"), text("global_cluster"), text("aside"));
    if aside.is_some() && !matches!(old, Some(Old::Instance)) {
        section.wrong("aside", "is of an rds-instance only; leave it out");
        return None;
    }
    let fence = match (old?, global) {
        (Old::Cluster, Some(id)) => Fence::Cluster { global: Global { place: place?, id }, cluster: name? },
        (Old::Cluster, None) => {
            section.needs("global_cluster", "for an aurora-cluster: whether it follows is told by its global database");
            return None;
        }
        (Old::Instance | Old::Group, Some(_)) => {
            section.wrong("global_cluster", "is of an aurora-cluster only; leave it out");
            return None;
        }
        (Old::Instance, None) => Fence::Instance { instance: Instance { place: place?, id: name? }, aside },
        (Old::Group, None) => Fence::Group { place: place?, name: name? },
    };
    Some(Kind::Fence(fence))
}

fn done(what: String) -> Progress {
    Progress::Done(Text::new(what))
}

/// The old primary under the name that it bears now.
fn now_called(instance: &Instance, aside: Option<&str>, world: &World<'_>) -> Instance {
    let Some(aside) = aside else { return instance.clone() };
    // The operator may have chosen another name than the runbook's.
    let id = world.run.choices.get(&instance.id).map_or(aside, String::as_str).to_ascii_lowercase();
    let renamed = Instance { id, place: instance.place.clone() };
    if renamed.seen(world).value().is_some() { renamed } else { instance.clone() }
}

fn of_instance(instance: &Instance, world: &World<'_>) -> Progress {
    let words = instance.words();
    match instance.seen(world) {
        Seen::Unread(why) => Progress::Unknown(Text::new(why)),
        Seen::Absent => done(format!("there is no {words} any more")),
        Seen::Is(found) => match (&found.replica_source, found.status.as_str()) {
            (Some(source), _) => done(format!("{} follows {} and takes no writes", found.id, arn_name(source))),
            (None, "stopped") => {
                let until = found.restarts.map(|at| format!("; AWS starts it again at {}", clock(at, world.now)));
                done(format!("{} is stopped{}", found.id, until.unwrap_or_default()))
            }
            (None, "deleting" | "deleted") => done(format!("{} is {}", found.id, found.status)),
            (None, "stopping") => {
                Progress::Running { state: Text::new(format!("{} is stopping", found.id)), share: None }
            }
            (None, status) => {
                Progress::NotBegun(Text::new(format!("{} is {status} and follows nobody: it takes writes", found.id)))
            }
        },
    }
}

fn of_cluster(global: &Global, name: &str, world: &World<'_>) -> Progress {
    let cluster = match global.cluster(world, name) {
        Seen::Unread(why) => return Progress::Unknown(Text::new(why)),
        Seen::Absent => return done(format!("there is no Aurora cluster {name} in {} any more", global.place.region)),
        Seen::Is(cluster) => cluster,
    };
    match cluster.status.as_str() {
        "stopped" => return done(format!("{name} is stopped; AWS starts it again after seven days")),
        "deleting" | "deleted" => return done(format!("{name} is {}", cluster.status)),
        _ => {}
    }
    let found = match global.seen(world) {
        Seen::Unread(why) => return Progress::Unknown(Text::new(why)),
        Seen::Absent => {
            let why =
                format!("{name} is {} and the global database {} is gone: it takes writes", cluster.status, global.id);
            return Progress::NotBegun(Text::new(why));
        }
        Seen::Is(found) => found,
    };
    let member = global.member(found).filter(|member| arn_name(&member.cluster_arn) == name);
    match (member, &found.failover) {
        (None, _) => Progress::NotBegun(Text::new(format!(
            "{name} is {} and does not belong to {}: it takes writes of its own",
            cluster.status, global.id
        ))),
        (Some(_), Some(state)) => {
            Progress::Running { state: Text::new(format!("{} is {}", global.id, state.status)), share: None }
        }
        (Some(member), None) if member.is_writer => {
            Progress::NotBegun(Text::new(format!("{name} is the writer of {}", global.id)))
        }
        (Some(_), None) => {
            let whom = writer(found).map_or_else(|| "nobody".to_owned(), |writer| named(&writer.cluster_arn));
            done(format!("{name} follows {whom} in {}, as {} says", global.id, global.place.region))
        }
    }
}

fn of_group(words: &str, place: &Place, name: &str, world: &World<'_>) -> Progress {
    let query = Query::Groups(place.clone());
    match Seen::among(world, &query, &world.snapshot.groups(&query), |group| group.name.as_str() == name) {
        Seen::Unread(why) => Progress::Unknown(Text::new(why)),
        Seen::Absent => done(format!("there is no {words} any more")),
        Seen::Is(Group { min: 0, max: 0, desired: 0, in_service: 0, .. }) => {
            done(format!("{name} is empty, and its most is 0"))
        }
        Seen::Is(group) if (group.min, group.max, group.desired) == (0, 0, 0) => {
            let state = Text::new(format!("{name} has {} in service still", group.in_service));
            Progress::Running { state, share: None }
        }
        Seen::Is(group) => Progress::NotBegun(Text::new(format!(
            "{name} wants {} instances, {} to {}, and has {} in service; set all three to 0",
            group.desired, group.min, group.max, group.in_service
        ))),
    }
}

impl StepKind for Fence {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "reading shows that the old primary takes no writes. A Region that does not answer proves nothing: somebody may accept the risk with a reason, and the fence stays open until it is proven",
            lost: "nothing is sent",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: vec![self.place().region.clone()],
            permissions: Vec::new(),
            undo: Text::new("nothing is changed: the fence is looked at, not built"),
            on_failure: Text::new(
                "stop the old primary, or take its writers' way to it; if its Region does not answer, accept the risk in writing (accept REASON): the fence stays open until it is proven",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        match self {
            Self::Instance { instance, .. } => vec![instance.query()],
            Self::Cluster { global, .. } => vec![global.query(), global.clusters_query()],
            Self::Group { place, .. } => vec![Query::Groups(place.clone())],
        }
    }

    fn describe(&self, _: &World<'_>) -> Text {
        Text::new(format!("proves that {} takes no writes, or records who accepts that it may", self.words()))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let is_proven = matches!(self.proof(world), Progress::Done(_));
        (!is_proven).then(|| {
            Text::new(format!(
                "if it is not proven and the run goes on: what users write to {} from now on",
                self.words()
            ))
        })
    }

    fn asks(&self) -> Option<Question> {
        Some(Question::Fence)
    }

    fn by_hand(&self) -> ByHand {
        let looks = match self {
            Self::Instance { instance, aside } => {
                let mut looks = vec![look(
                    instance.shown("Status:DBInstanceStatus,Follows:ReadReplicaSourceDBInstanceIdentifier"),
                    format!(
                        "Status is stopped, or Follows names another instance, or AWS knows none of that name (DBInstanceNotFound): {} takes no writes",
                        instance.id
                    ),
                )];
                let aside = aside.as_ref().map(|id| Instance { id: id.clone(), ..instance.clone() });
                looks.extend(aside.map(|aside| {
                    let see = format!(
                        "once it was put aside it is called {}: then this one must be stopped, and the line above proves nothing",
                        aside.id
                    );
                    look(aside.shown("Status:DBInstanceStatus"), see)
                }));
                looks
            }
            Self::Cluster { global, cluster } => vec![
                look(
                    global.cluster_shown(cluster),
                    format!("Status is stopped, or AWS knows no {cluster}; if not, the next line decides"),
                ),
                look(
                    global.shown(),
                    format!("Moves is null, and {cluster} is a member whose Writer is false: it follows"),
                ),
            ],
            Self::Group { place, name } => {
                vec![look(
                    super::asg_scale::shown(place, name),
                    "Min, Desired, Max and InService are 0: it is empty and stays so",
                )]
            }
        };
        let silent = known(
            "a Region that does not answer proves nothing: then write down who accepts the risk, and why; look again when it is back",
        );
        ByHand::watch(looks.into_iter().chain([silent]).collect())
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = format!("{} takes no writes", self.words());
        vec![match self.proof(world) {
            Progress::Done(evidence) => Check::holds(format!("{what}: {evidence}")),
            Progress::Running { state, .. } => Check::warns(what, state.as_str()),
            Progress::NotBegun(why) | Progress::Unknown(why) | Progress::Failed { why, .. } => {
                Check::warns(what, why.as_str())
            }
        }]
    }

    fn work(&self, world: &World<'_>) -> Work {
        match world.run.mode {
            Mode::Drill => Work::NotInThisMode(Text::new("a drill leaves the primary at work")),
            Mode::Live | Mode::Tabletop => Work::Ask(Question::Fence),
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        self.proof(world)
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
