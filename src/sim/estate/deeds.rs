//! What was asked of databases since the simulator's start. A deed is kept with the moments at which its stages end, so that what it
//! has come to at any moment can be read from it.

use std::collections::BTreeMap;

use super::rds::Address;
use crate::sim::time::{Moment, Span};

/// One thing that was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed<A> {
    /// When.
    pub at: Moment,
    /// What.
    pub act: A,
    /// What `Status` says meanwhile, in order.
    pub stages: Vec<Stage>,
    /// From when on it holds.
    pub done: Moment,
}

/// A status and when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// `modifying`, `rebooting`…
    pub status: &'static str,
    /// From then.
    pub from: Moment,
    /// Until, not including, then.
    pub until: Moment,
}

impl<A> Deed<A> {
    /// One that holds at once.
    pub const fn new(at: Moment, act: A) -> Self {
        Self { at, act, stages: Vec::new(), done: at }
    }

    /// The same, but nothing comes of it before that moment.
    #[must_use]
    pub const fn from(mut self, begins: Moment) -> Self {
        self.done = begins;
        self
    }

    /// The same with one more stage, after which it holds.
    #[must_use]
    pub fn then(mut self, status: &'static str, takes: Span) -> Self {
        self = self.afterwards(status, takes);
        self.done = self.ends();
        self
    }

    /// The same with one more stage, before which it holds already.
    #[must_use]
    pub fn afterwards(mut self, status: &'static str, takes: Span) -> Self {
        let from = self.ends();
        self.stages.push(Stage { status, from, until: from + takes });
        self
    }

    /// When its last stage ends.
    pub fn ends(&self) -> Moment {
        self.stages.last().map_or(self.done, |stage| stage.until)
    }

    /// The stage it is in at that moment.
    pub fn stage(&self, at: Moment) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.from <= at && at < stage.until)
    }

    /// Ends it at that moment, wherever it has come.
    pub fn cut(&mut self, at: Moment) {
        self.stages.retain(|stage| stage.from < at);
        self.stages.iter_mut().for_each(|stage| stage.until = stage.until.min(at));
    }
}

/// The status of the latest deed that is in a stage at that moment.
pub fn status<A>(deeds: &[Deed<A>], at: Moment) -> Option<&'static str> {
    deeds.iter().rev().filter(|deed| deed.at <= at).find_map(|deed| deed.stage(at)).map(|stage| stage.status)
}

/// What can be asked of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceAct {
    /// That it be created, as a replica.
    Create,
    /// That it be a replica no more, and keep backups for so many days.
    Promote(u32),
    /// That it have other settings.
    Modify(Settings),
    /// That it bear another name. Under that one it is an instance of the estate of its own.
    Rename(String),
    /// That its backups be kept in that Region too.
    ReplicateBackups(String),
    /// That it stop; after seven days AWS starts it again.
    Stop,
    /// That it start.
    Start,
    /// That it reboot, or fail over to its standby.
    Reboot(Reboot),
    /// That it be deleted, after a snapshot of that name.
    Delete(Option<String>),
    /// Nothing: its source was deleted.
    Orphan,
}

/// How an instance is rebooted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reboot {
    /// Where it is.
    InPlace,
    /// With a failover to its standby.
    Failover,
}

/// The settings of an instance that a call can change; what it does not name stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Days that automated backups are kept; 0 is off.
    pub backup_days: Option<u32>,
    /// Whether it has a standby in another zone.
    pub multi_az: Option<bool>,
    /// `db.r6g.xlarge`.
    pub class: Option<String>,
    /// Whether it is protected from being deleted.
    pub protected: Option<bool>,
}

impl Settings {
    /// These, and where they say nothing, the others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            backup_days: self.backup_days.or(others.backup_days),
            multi_az: self.multi_az.or(others.multi_az),
            class: self.class.or(others.class),
            protected: self.protected.or(others.protected),
        }
    }
}

/// What can be asked of an Aurora cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterAct {
    /// That it be created.
    Create,
    /// That it have one more instance.
    Join(NewMember),
    /// That an instance be deleted.
    Leave(String),
    /// That another instance write.
    Failover(String),
    /// That an instance reboot.
    Reboot(String),
    /// That it be deleted, after a snapshot of that name.
    Delete(Option<String>),
}

/// An instance for a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// `db.r6g.large`.
    pub class: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What can be asked of an Aurora global database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GlobalAct {
    /// That another cluster write, whatever is lost.
    Failover {
        /// The one that wrote.
        from: Address,
        /// The one that is to.
        to: Address,
    },
    /// That another cluster write, once it has everything.
    Switchover {
        /// The one that wrote.
        from: Address,
        /// The one that is to.
        to: Address,
    },
    /// That a cluster stand alone.
    Leave(Address),
    /// That a new cluster follow.
    Join(Address),
}
