//! The events that tell what was asked of databases, and what came of it.

use super::events::{Event, Source};
use super::snapshots;
use super::standing::{self, BACKING_UP};
use super::topology::{self, back};
use crate::sim::World;
use crate::sim::estate::deeds::{ClusterAct, Deed, GlobalAct, InstanceAct, Reboot, Settings, Stage};
use crate::sim::estate::rds::{Address, Cluster, GlobalCluster, Instance};
use crate::sim::time::{Moment, Span};

/// Everything that a Region tells of what was asked.
pub(super) fn of_region(world: &World, region: &str) -> Vec<Event> {
    let rds = &world.estate.rds;
    let instances = rds.instances.iter().filter(|instance| instance.region == region);
    let clusters = rds.clusters.iter().filter(|cluster| cluster.region == region);
    let mut events: Vec<Event> = instances.flat_map(|instance| of_instance(world, instance)).collect();
    events.extend(clusters.flat_map(|cluster| of_cluster(world, cluster)));
    events.extend(rds.global_clusters.iter().flat_map(|global| of_global(world, global, region)));
    events
}

/// Events about one database.
struct Told {
    source: Source,
    events: Vec<Event>,
}

impl Told {
    fn of(world: &World, kind: &'static str, region: &str, id: &str) -> Self {
        let word = if kind == "db-cluster" { "cluster" } else { "db" };
        let arn = world.arn("rds", region, &format!("{word}:{id}"));
        Self { source: Source { id: id.to_owned(), kind, arn }, events: Vec::new() }
    }

    fn add(&mut self, at: Moment, category: &'static str, message: impl Into<String>) {
        self.events.push(Event { at, source: self.source.clone(), category, message: message.into() });
    }

    /// Down at the beginning of a stage and up again at its end.
    fn restart(&mut self, stage: Option<&Stage>) {
        if let Some(stage) = stage {
            self.add(stage.from + Span::from_seconds(5), "availability", "DB instance shutdown");
            self.add(stage.until, "availability", "DB instance restarted");
        }
    }
}

fn stage<'d, A>(deed: &'d Deed<A>, status: &str) -> Option<&'d Stage> {
    deed.stages.iter().find(|stage| stage.status == status)
}

fn of_instance(world: &World, instance: &Instance) -> Vec<Event> {
    let mut told = Told::of(world, "db-instance", &instance.region, &instance.id);
    for deed in &instance.deeds {
        match &deed.act {
            InstanceAct::Create => {
                told.add(deed.done, "creation", "DB instance created");
                if instance.replica_of.is_some() {
                    told.add(deed.done, "read replica", "Replication for the Read Replica started");
                }
            }
            InstanceAct::Promote(_) => {
                told.add(deed.at, "read replica", "Replication on the read replica was terminated");
                told.restart(stage(deed, "rebooting"));
                told.add(deed.done, "notification", "Promoted the read replica to a standalone DB instance");
            }
            InstanceAct::Orphan => {
                told.add(
                    deed.at,
                    "read replica",
                    "Replication on the read replica was terminated: its source was deleted",
                );
            }
            InstanceAct::Modify(settings) => modified(&mut told, settings, deed),
            // Told under the new name; the events before stay with the old one.
            InstanceAct::Rename(to) => {
                told.add(
                    deed.done,
                    "configuration change",
                    format!("Renamed instance from {} to {to}", from(deed, instance)),
                );
                told.restart(stage(deed, "rebooting"));
            }
            InstanceAct::ReplicateBackups(region) => {
                told.add(deed.at, "backup", format!("Automated backups are replicated to {region} from now on"));
            }
            InstanceAct::Stop => {
                if let Some(stage) = stage(deed, "stopped") {
                    told.add(stage.from, "notification", "DB instance stopped");
                }
                if let Some(stage) = stage(deed, "starting") {
                    let why = "exceeding the maximum allowed time being stopped";
                    told.add(stage.from, "notification", format!("DB instance is being started due to it {why}"));
                    told.add(stage.until, "notification", "DB instance started");
                }
            }
            InstanceAct::Start => told.add(deed.done, "notification", "DB instance started"),
            InstanceAct::Reboot(Reboot::InPlace) => told.restart(stage(deed, "rebooting")),
            // A failover has events of its own, whoever asked for it.
            InstanceAct::Reboot(Reboot::Failover) => {}
            InstanceAct::Delete(_) => told.add(deed.done, "deletion", "DB instance deleted"),
        }
        if let Some(backup) = stage(deed, BACKING_UP) {
            told.add(backup.from, "backup", "Backing up DB instance");
            told.add(backup.until, "backup", "Finished DB Instance backup");
        }
    }
    told.events.retain(|event| standing::bears_its_name(instance, event.at));
    told.events
}

/// What an instance was called before that deed.
fn from<'i>(renaming: &Deed<InstanceAct>, instance: &'i Instance) -> &'i str {
    let earlier = instance.deeds.iter().take_while(|deed| deed.at < renaming.at);
    let named =
        earlier.filter_map(|deed| if let InstanceAct::Rename(to) = &deed.act { Some(to.as_str()) } else { None });
    named.last().unwrap_or_else(|| instance.first_name())
}

fn modified(told: &mut Told, settings: &Settings, deed: &Deed<InstanceAct>) {
    const CHANGE: &str = "configuration change";
    let begins = deed.stages.first().map_or(deed.done, |stage| stage.from);
    if let Some(days) = settings.backup_days {
        let now = if days == 0 { "disabled" } else { "enabled" };
        told.add(
            deed.done,
            CHANGE,
            format!("Automatic backups for this DB instance have been {now}, kept for {days} days"),
        );
    }
    match settings.multi_az {
        Some(true) => {
            told.add(begins, CHANGE, "Applying modification to convert to a Multi-AZ DB Instance");
            told.add(deed.done, CHANGE, "Finished applying modification to convert to a Multi-AZ DB Instance");
        }
        Some(false) => {
            told.add(
                deed.done,
                CHANGE,
                "Finished applying modification to convert to a standard (Single-AZ) DB Instance",
            );
        }
        None => {}
    }
    if let Some(class) = &settings.class {
        told.add(begins, CHANGE, "Applying modification to database instance class");
        told.add(deed.done, CHANGE, format!("Finished applying modification to DB instance class: {class}"));
    }
}

fn of_cluster(world: &World, cluster: &Cluster) -> Vec<Event> {
    let Cluster { id, region, .. } = cluster;
    let mut told = Told::of(world, "db-cluster", region, id);
    let mut others = Vec::new();
    for deed in &cluster.deeds {
        let about = |member: &String| Told::of(world, "db-instance", region, member);
        match &deed.act {
            ClusterAct::Create => told.add(deed.done, "creation", "DB cluster created"),
            ClusterAct::Delete(_) => told.add(deed.done, "deletion", "DB cluster deleted"),
            ClusterAct::Failover(to) => {
                told.add(deed.at, "failover", format!("Started cross AZ failover to DB instance: {to}"));
                told.add(deed.done, "failover", format!("Completed failover to DB instance: {to}"));
            }
            ClusterAct::Join(member) => {
                let mut other = about(&member.id);
                other.add(deed.done, "creation", "DB instance created");
                others.extend(other.events);
            }
            ClusterAct::Leave(member) => {
                let mut other = about(member);
                other.add(deed.done, "deletion", "DB instance deleted");
                others.extend(other.events);
            }
            ClusterAct::Reboot(member) => {
                let mut other = about(member);
                other.restart(stage(deed, "rebooting"));
                others.extend(other.events);
            }
        }
    }
    told.events.extend(others);
    told.events
}

/// What the members of a global database in a Region tell of its moves.
fn of_global(world: &World, global: &GlobalCluster, region: &str) -> Vec<Event> {
    const MOVE: &str = "global-failover";
    let mut events = Vec::new();
    for deed in &global.deeds {
        let (from, to, word) = match &deed.act {
            GlobalAct::Failover { from, to } => (from, to, "failover"),
            GlobalAct::Switchover { from, to } => (from, to, "switchover"),
            GlobalAct::Leave(address) => {
                if address.region == region {
                    let mut told = Told::of(world, "db-cluster", region, &address.id);
                    told.add(
                        deed.done,
                        "notification",
                        format!("DB cluster removed from global cluster {}", global.id),
                    );
                    events.extend(told.events);
                }
                continue;
            }
            GlobalAct::Join(_) => continue,
        };
        let Address { id: new, region: there } = to;
        let begun = stage(deed, topology::PENDING).map_or(deed.at, |stage| stage.until);
        if *there == region {
            let mut told = Told::of(world, "db-cluster", region, new);
            told.add(begun, MOVE, format!("Global {word} to DB cluster {new} in Region {there} started."));
            told.add(
                deed.done,
                MOVE,
                format!("New primary DB cluster {new} in Region {there} was successfully promoted."),
            );
            let end = if word == "failover" { "completed" } else { "finished" };
            told.add(deed.done, MOVE, format!("Global {word} to DB cluster {new} in Region {there} {end}."));
            events.extend(told.events);
        }
        if from.region == region && matches!(deed.act, GlobalAct::Failover { .. }) {
            let mut told = Told::of(world, "db-cluster", region, &from.id);
            let (id, at) = (&from.id, back(world, region, deed.done));
            told.add(
                at,
                MOVE,
                format!("Started resynchronizing members of DB cluster {id} in Region {region} post global failover."),
            );
            if let Some(done) = resynchronized(world, global, from, deed) {
                told.add(
                    done,
                    MOVE,
                    format!(
                        "Finished resynchronizing members of DB cluster {id} in Region {region} post global failover."
                    ),
                );
            }
            events.extend(told.events);
            events.extend(snapshots::of_old_primary(world, from, deed).map(|snapshot| snapshot.told(world)));
        } else if from.region == region {
            let mut told = Told::of(world, "db-cluster", region, &from.id);
            told.add(
                deed.done,
                MOVE,
                format!("Old primary DB cluster {} in Region {region} successfully shut down.", from.id),
            );
            events.extend(told.events);
        }
    }
    events
}

/// When the old primary was brought into line after a failover.
fn resynchronized(world: &World, global: &GlobalCluster, old: &Address, deed: &Deed<GlobalAct>) -> Option<Moment> {
    let then = topology::of(&world.at(deed.done), global);
    then.follower(old).and_then(|follower| follower.link(global).began).map(|(began, _)| began)
}
