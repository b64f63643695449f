//! `rds-rename`: an RDS instance gives its name away, so that another one can have it: an old primary is put aside with all its data.

use super::rds_instance::{self, Instance};
use super::seen::Seen;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::facts::rds::DbInstance;
use crate::model::words::{arn_name, listed};
use crate::model::{Query, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, RenameInstance};
use crate::runbook::check::Check;
use crate::runbook::work::{Choice, ChoiceForm, Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Gives an instance another name, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsRename {
    /// The instance, by the name that it gives away.
    pub instance: Instance,
    /// The name that it gets, unless the operator chooses another one.
    pub to: String,
}

impl RdsRename {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "rds-rename",
        doc: "Gives an RDS instance another name at once; its endpoint changes with the name, and it reboots. So an old primary is put aside with its data, and the name is free for what takes its place. If the new name is taken, the operator chooses another one in the run: choose OLD-NAME NEW-NAME.",
        keys: &[
            required("instance", Shape::Text, r#""orders-db""#, "The instance's identifier, which it gives away."),
            required("region", Shape::Region, r#""us-east-1""#, "Where it is."),
            required("to", Shape::Text, r#""orders-db-before""#, "The identifier that it gets."),
        ],
        read,
    };

    /// It under the name that it gets.
    fn renamed(&self, world: &World<'_>) -> Instance {
        let to = world.run.choices.get(&self.instance.id).unwrap_or(&self.to);
        Instance { place: self.instance.place.clone(), id: to.to_ascii_lowercase() }
    }

    /// How it stands under each of its names.
    fn seen<'a>(&self, world: &World<'a>) -> (Seen<'a, DbInstance>, Seen<'a, DbInstance>) {
        (self.instance.seen(world), self.renamed(world).seen(world))
    }

    /// What a person can do about a name that will not do.
    fn choose(&self) -> String {
        format!("choose another name for it (choose {} NEW-NAME)", self.instance.id)
    }
}

/// Why that is no identifier of an instance.
fn misnamed(id: &str) -> Option<&'static str> {
    if !id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Some("must begin with a letter")
    } else if !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        Some("may hold letters, digits and hyphens only")
    } else if id.ends_with('-') || id.contains("--") {
        Some("must neither end with a hyphen nor hold two in a row")
    } else if id.len() > 63 {
        Some("is longer than 63 characters, the most that RDS takes")
    } else {
        None
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (id, place, to) = (section.text("instance"), around.place(section, "region"), section.text("to"));
    let (id, to) = (id?.value.to_owned(), to?.value.to_owned());
    if let Some(why) = misnamed(&to) {
        section.wrong("to", why);
        return None;
    }
    if id.eq_ignore_ascii_case(&to) {
        section.wrong("to", "is the name that it has");
        return None;
    }
    Some(Kind::RdsRename(RdsRename { instance: Instance { place: place?, id }, to }))
}

impl StepKind for RdsRename {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the instance is available under its new identifier, and the old one is free",
            lost: "by the identifiers: the instance is found under the new one",
        }
    }

    fn facts(&self) -> Facts {
        let Instance { place, id } = &self.instance;
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![place.region.clone()],
            permissions: vec!["rds:ModifyDBInstance"],
            undo: Text::new(format!(
                "rename it back while the name {id} is free, with another step rds-rename; its endpoint comes back with the name"
            )),
            on_failure: Text::new(
                "AWS renames only what is available: wait until it is, then retry; read its events if it stays as it is",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.instance.query()]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        Text::new(format!(
            "{} is called {} from then on, at once; its endpoint changes with the name, and it reboots",
            self.instance.arn(world),
            self.renamed(world).id
        ))
    }

    /// Another name, where the one in the runbook will not do.
    fn choices(&self, world: &World<'_>) -> Vec<Choice> {
        let chosen = world.run.choices.get(&self.instance.id);
        let is_taken = matches!(self.seen(world), (Seen::Is(_), Seen::Is(_)));
        if chosen.is_none() && !is_taken {
            return Vec::new();
        }
        let what = format!("the name that {} gets; the runbook says {}", self.instance.id, self.to);
        vec![Choice {
            name: self.instance.id.clone(),
            what: Text::new(what),
            form: ChoiceForm::Value,
            chosen: chosen.map(Text::new),
        }]
    }

    fn by_hand(&self) -> ByHand {
        let (old, to) = (&self.instance, self.to.as_str());
        let new = Instance { id: to.to_owned(), ..old.clone() };
        let call = RenameInstance { place: old.place.clone(), instance: old.id.clone(), to: to.to_owned() };
        ByHand {
            first: vec![
                look(
                    old.shown("Status:DBInstanceStatus,Cluster:DBClusterIdentifier"),
                    "Status is available, and Cluster is null",
                ),
                new.free_by_hand(),
            ],
            then: vec![change(&ApiCall::RenameDBInstance(call), &[])],
            last: vec![look(new.shown("Status:DBInstanceStatus"), "Status is available"), old.free_by_hand()],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let renamed = self.renamed(world);
        let free = format!("the name {} is free in {}", renamed.id, renamed.place.region);
        if let Some(why) = misnamed(&renamed.id) {
            return vec![Check::blocks(free, format!("it {why}; {}", self.choose()))];
        }
        let (old, new) = self.seen(world);
        match (&old, &new) {
            (Seen::Absent, Seen::Is(new)) => {
                vec![Check::holds(format!("{} is called {} already", self.instance.id, new.id))]
            }
            (Seen::Is(_), Seen::Is(new)) => vec![Check::blocks(
                free,
                format!("another instance of that name is {}; {}, or delete that one", new.status, self.choose()),
            )],
            (Seen::Is(old), Seen::Absent | Seen::Unread(_)) => {
                let alone = format!("{} is an instance of its own", old.id);
                let alone = match &old.cluster {
                    Some(cluster) => {
                        Check::blocks(alone, format!("it belongs to the Aurora cluster {cluster}; correct the runbook"))
                    }
                    None => Check::holds(alone),
                };
                let mut checks = vec![rds_instance::is_available(old, "a new name"), alone, Check::holds(free)];
                if !old.replicas.is_empty() {
                    let followers = listed(old.replicas.iter().map(arn_name));
                    checks.push(Check::warns(
                        format!("nobody follows {}", old.id),
                        format!("{followers} go on following it under its new name"),
                    ));
                }
                checks
            }
            (Seen::Absent | Seen::Unread(_), Seen::Is(_) | Seen::Absent | Seen::Unread(_)) => {
                old.required(&self.instance.words()).err().into_iter().collect()
            }
        }
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill leaves databases as they are"));
        }
        match self.seen(world) {
            (Seen::Absent, Seen::Is(new)) => {
                Work::Already(Text::new(format!("{} is called {}", self.instance.id, new.id)))
            }
            (Seen::Is(_), Seen::Absent) => Work::Calls(vec![ApiCall::RenameDBInstance(RenameInstance {
                place: self.instance.place.clone(),
                instance: self.instance.id.clone(),
                to: self.renamed(world).id,
            })]),
            (Seen::Is(_), Seen::Is(_) | Seen::Unread(_)) | (Seen::Absent | Seen::Unread(_), _) => Work::Watch,
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let id = &self.instance.id;
        let (old, new) = self.seen(world);
        let running = |state: String| Progress::Running { state: Text::new(state), share: None };
        match (old, new) {
            (Seen::Unread(why), _) | (_, Seen::Unread(why)) => Progress::Unknown(Text::new(why)),
            (Seen::Absent, Seen::Absent) => {
                let to = self.renamed(world).id;
                running(format!("neither {id} nor {to} is shown in {} just now", self.instance.place.region))
            }
            (Seen::Is(old), Seen::Is(new)) => {
                running(format!("{id} is {} and {} is {}: both are shown", old.status, new.id, new.status))
            }
            (Seen::Absent, Seen::Is(new)) => match new.status.as_str() {
                "available" | "backing-up" | "stopped" => {
                    Progress::Done(Text::new(format!("what was {id} is called {} and is {}", new.id, new.status)))
                }
                status if rds_instance::is_broken(status) => Progress::Failed {
                    why: Text::new(format!("{} is {status}", new.id)),
                    way_on: Text::new("read its events"),
                },
                status => running(format!("{} is {status}", new.id)),
            },
            (Seen::Is(old), Seen::Absent) => {
                let state = format!("{id} is {}", old.status);
                if old.status.as_str() != "available" || old.pending.id.is_some() {
                    return running(state);
                }
                if rds_instance::should_show(world) {
                    return Progress::Failed {
                        why: Text::new(format!("{state} and keeps its name")),
                        way_on: Text::new("read the instance's events for the reason, then retry"),
                    };
                }
                Progress::NotBegun(Text::new(state))
            }
        }
    }

    /// By its names: it has the one or the other, and the new one was free before.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        let id = &self.instance.id;
        let found = |text: String| Text::new(text);
        match self.seen(world) {
            (Seen::Unread(why), _) | (_, Seen::Unread(why)) => Found::Unread(Text::new(why)),
            (Seen::Absent, Seen::Is(new)) => {
                Found::Applied(found(format!("there is no {id} any more, and {} is {}", new.id, new.status)))
            }
            (Seen::Absent, Seen::Absent) => {
                Found::NotYet(found(format!("neither {id} nor {} is shown", self.renamed(world).id)))
            }
            (Seen::Is(old), new) => {
                let state = format!("{id} is {}", old.status);
                match (&old.pending.id, old.status.as_str(), new) {
                    (Some(to), _, _) => {
                        Found::Applied(found(format!("{state}, and its new name {to} is on AWS's list")))
                    }
                    (None, "renaming", _) => Found::Applied(found(state)),
                    (None, "available" | "backing-up" | "stopped", Seen::Absent) => {
                        Found::NotApplied(found(format!("{state} under its old name")))
                    }
                    (None, _, Seen::Absent | Seen::Is(_) | Seen::Unread(_)) => Found::NotYet(found(state)),
                }
            }
        }
    }
}
