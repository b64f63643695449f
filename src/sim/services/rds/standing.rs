//! How a database stands at a moment: what came of all that was asked of it until then.

use std::collections::BTreeMap;

use crate::sim::World;
use crate::sim::estate::deeds::{self, ClusterAct, InstanceAct, Settings};
use crate::sim::estate::rds::{Address, Cluster, Instance};
use crate::sim::fault::{Fault, is};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::AwsError;

pub(super) const AVAILABLE: &str = "available";
pub(super) const BACKING_UP: &str = "backing-up";
pub(super) const CREATING: &str = "creating";
pub(super) const DELETING: &str = "deleting";
pub(super) const MODIFYING: &str = "modifying";
pub(super) const STOPPED: &str = "stopped";

/// How an instance stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) status: &'static str,
    /// What it is a replica of.
    pub(super) source: Option<Address>,
    pub(super) backup_days: u32,
    /// Since when it has backups without a break; `None` when it always had.
    pub(super) backups_since: Option<Moment>,
    pub(super) multi_az: bool,
    pub(super) class: String,
    pub(super) protected: bool,
    /// What was asked of it and does not hold yet.
    pub(super) pending: Settings,
    /// Whether a promotion is under way.
    pub(super) is_promoting: bool,
}

/// How a cluster stands.
#[derive(Clone, Debug)]
pub(super) struct ClusterStanding {
    pub(super) status: &'static str,
    /// Its instances, the one that writes (or the first to be promoted) first.
    pub(super) members: Vec<Member>,
}

/// An instance of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) status: &'static str,
    pub(super) class: String,
    /// When it was created; `None` with its cluster.
    pub(super) created: Option<Moment>,
    pub(super) tags: BTreeMap<String, String>,
}

impl Member {
    /// One that the estate gives its cluster.
    fn first(id: &str, cluster: &Cluster) -> Self {
        Self {
            id: id.to_owned(),
            status: AVAILABLE,
            class: cluster.class.clone(),
            created: None,
            tags: BTreeMap::new(),
        }
    }
}

impl Standing {
    /// Whether it takes writes, as far as it is up to it.
    pub(super) fn takes_writes(&self) -> bool {
        self.source.is_none() && self.answers()
    }

    /// Whether it answers.
    pub(super) fn answers(&self) -> bool {
        [AVAILABLE, BACKING_UP].contains(&self.status) || (self.status == MODIFYING && !self.is_promoting)
    }
}

impl ClusterStanding {
    /// Whether an instance of it answers.
    pub(super) fn answers(&self) -> bool {
        [AVAILABLE, BACKING_UP].contains(&self.status) && self.members.first().is_some_and(|m| m.status == AVAILABLE)
    }
}

/// How an instance stands at the world's moment; `None` when it does not exist.
pub(super) fn of_instance(world: &World, instance: &Instance) -> Option<Standing> {
    let now = world.now;
    if now < world.start - instance.age && instance.age < Span::ZERO {
        return None;
    }
    let mut standing = Standing {
        status: AVAILABLE,
        source: instance.replica_of.clone(),
        backup_days: instance.backup_days,
        backups_since: None,
        multi_az: instance.multi_az,
        class: instance.class.clone(),
        protected: instance.protected,
        pending: Settings::default(),
        is_promoting: false,
    };
    for deed in instance.deeds.iter().filter(|deed| deed.at <= now) {
        let is_done = deed.done <= now;
        match &deed.act {
            InstanceAct::Promote(days) if is_done => {
                standing.source = None;
                standing.keep_backups(*days, deed.done);
            }
            InstanceAct::Promote(_) => standing.is_promoting = true,
            InstanceAct::Modify(settings) if is_done => standing.apply(settings, deed.done),
            InstanceAct::Modify(settings) => standing.pending = settings.clone().or(standing.pending),
            InstanceAct::Delete(_) if is_done => return None,
            InstanceAct::Create
            | InstanceAct::Delete(_)
            | InstanceAct::Orphan
            | InstanceAct::Stop
            | InstanceAct::Start
            | InstanceAct::Reboot(_) => {}
        }
    }
    standing.status = deeds::status(&instance.deeds, now).unwrap_or(AVAILABLE);
    let is_backed_up = |fault: &Fault| matches!(fault, Fault::BackingUp(busy) if is(&busy.database, &instance.id));
    if standing.status == AVAILABLE && world.faults(now).any(is_backed_up) {
        standing.status = BACKING_UP;
    }
    Some(standing)
}

impl Standing {
    fn apply(&mut self, settings: &Settings, at: Moment) {
        if let Some(days) = settings.backup_days {
            self.keep_backups(days, at);
        }
        self.multi_az = settings.multi_az.unwrap_or(self.multi_az);
        self.protected = settings.protected.unwrap_or(self.protected);
        if let Some(class) = &settings.class {
            self.class.clone_from(class);
        }
    }

    fn keep_backups(&mut self, days: u32, at: Moment) {
        if self.backup_days == 0 && days > 0 {
            self.backups_since = Some(at);
        }
        self.backup_days = days;
    }
}

/// How a cluster stands at the world's moment; `None` when it does not exist.
pub(super) fn of_cluster(world: &World, cluster: &Cluster) -> Option<ClusterStanding> {
    let now = world.now;
    if now < world.start - cluster.age && cluster.age < Span::ZERO {
        return None;
    }
    let first = cluster.instances.iter();
    let mut members: Vec<Member> = first.map(|id| Member::first(id, cluster)).collect();
    let mut status = AVAILABLE;
    for deed in cluster.deeds.iter().filter(|deed| deed.at <= now) {
        let stage = deed.stage(now).map(|stage| stage.status);
        let is_done = deed.done <= now;
        let told = |members: &mut Vec<Member>, id: &String| {
            let member = members.iter_mut().find(|member| member.id == *id);
            if let (Some(member), Some(stage)) = (member, stage) {
                member.status = stage;
            }
        };
        match &deed.act {
            ClusterAct::Join(new) => members.push(Member {
                id: new.id.clone(),
                status: stage.unwrap_or(AVAILABLE),
                class: new.class.clone(),
                created: Some(deed.done),
                tags: new.tags.clone(),
            }),
            ClusterAct::Leave(id) if is_done => members.retain(|member| member.id != *id),
            ClusterAct::Leave(id) | ClusterAct::Reboot(id) => told(&mut members, id),
            ClusterAct::Failover(id) => {
                status = stage.unwrap_or(status);
                if let Some(at) = members.iter().position(|member| member.id == *id).filter(|_| is_done) {
                    let writer = members.remove(at);
                    members.insert(0, writer);
                }
            }
            ClusterAct::Delete(_) if is_done => return None,
            ClusterAct::Create | ClusterAct::Delete(_) => status = stage.unwrap_or(status),
        }
    }
    Some(ClusterStanding { status, members })
}

impl World {
    /// The instances that exist in a Region and belong to no cluster, with how they stand.
    pub(super) fn instances<'w>(&'w self, region: &'w str) -> impl Iterator<Item = (&'w Instance, Standing)> + 'w {
        let all = self.estate.rds.instances.iter().filter(move |instance| instance.region == region);
        all.filter_map(|instance| Some((instance, of_instance(self, instance)?)))
    }

    /// The clusters that exist in a Region, with how they stand.
    pub(super) fn clusters<'w>(&'w self, region: &'w str) -> impl Iterator<Item = (&'w Cluster, ClusterStanding)> + 'w {
        let all = self.estate.rds.clusters.iter().filter(move |cluster| cluster.region == region);
        all.filter_map(|cluster| Some((cluster, of_cluster(self, cluster)?)))
    }
}

/// Refuses what needs an instance that is available.
pub(super) fn must_be_available(id: &str, status: &str) -> Result<(), AwsError> {
    if status == AVAILABLE {
        return Ok(());
    }
    Err(bad_state(format!("Instance {id} is not in available state: its status is {status}.")))
}

/// How RDS refuses what does not fit the state of an instance.
pub(super) fn bad_state(message: String) -> AwsError {
    AwsError::new(400, "InvalidDBInstanceState", message)
}

/// How it refuses what does not fit the state of a cluster.
pub(super) fn bad_cluster_state(message: String) -> AwsError {
    AwsError::new(400, "InvalidDBClusterStateFault", message)
}
