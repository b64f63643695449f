//! How a database stands at a moment: what came of all that was asked of it until then.

use std::collections::BTreeMap;

use crate::sim::World;
use crate::sim::estate::deeds::{self, ClusterAct, Deed, InstanceAct, Settings};
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
    /// The other Region that keeps its backups, and since when there is something there to restore: `None` where there always was.
    pub(super) backups_in: Option<(String, Option<Moment>)>,
    /// The name that it is being given.
    pub(super) new_name: Option<String>,
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
    if !bears_its_name(instance, now) {
        return None;
    }
    let mut standing = Standing {
        status: AVAILABLE,
        source: source(world, instance),
        backup_days: instance.backup_days,
        backups_since: None,
        multi_az: instance.multi_az,
        class: instance.class.clone(),
        protected: instance.protected,
        pending: Settings::default(),
        backups_in: instance.backup_region.clone().map(|region| (region, None)),
        new_name: None,
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
            InstanceAct::ReplicateBackups(region) => standing.backups_in = Some((region.clone(), Some(deed.done))),
            InstanceAct::Rename(to) if !is_done => standing.new_name = Some(to.clone()),
            // What was restored has backups of its own from then on.
            InstanceAct::Create if is_done && standing.source.is_none() => standing.backups_since = Some(deed.done),
            InstanceAct::Create
            | InstanceAct::Delete(_)
            | InstanceAct::Rename(_)
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

/// Whether an instance bears its name at that moment: not before it was given it, nor after it was given another.
pub(super) fn bears_its_name(instance: &Instance, at: Moment) -> bool {
    let given = instance.renamed.as_ref().is_none_or(|(_, since)| *since <= at);
    let named = instance.deeds.iter().rev().filter(|deed| deed.done <= at).find_map(renamed_to);
    given && named.is_none_or(|named| *named == instance.id)
}

/// The name that a deed gave.
fn renamed_to(deed: &Deed<InstanceAct>) -> Option<&String> {
    if let InstanceAct::Rename(to) = &deed.act { Some(to) } else { None }
}

/// What an instance was made a replica of, under the name that this one bears now.
pub(super) fn source(world: &World, replica: &Instance) -> Option<Address> {
    let mut source = replica.replica_of.clone()?;
    let mut since = replica.deeds.iter().find(|deed| deed.act == InstanceAct::Create).map(|deed| deed.at);
    // Each renaming is followed once; mostly there was none.
    let renamed = world.estate.rds.instances.iter().filter(|instance| instance.renamed.is_some()).count();
    for _ in 0..renamed {
        let named = |instance: &&Instance| instance.region == source.region && instance.id == source.id;
        let mut given = world.estate.rds.instances.iter().filter(named).flat_map(|instance| &instance.deeds);
        let later = given.find_map(|deed| {
            let to = renamed_to(deed).filter(|to| **to != source.id)?;
            (deed.done <= world.now && since < Some(deed.done)).then(|| (to.clone(), deed.done))
        });
        let Some((to, at)) = later else { break };
        (source.id, since) = (to, Some(at));
    }
    Some(source)
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
