//! What is asked of instances: promotion, other settings, stop, start, reboot, deletion.

use super::request::{self, Named};
use super::standing::{
    self, BACKING_UP, DELETING, MODIFYING, STOPPED, bad_cluster_state, bad_state, must_be_available,
};
use super::{instances, placement};
use crate::sim::call::Call;
use crate::sim::estate::deeds::{ClusterAct, Deed, InstanceAct, Reboot, Settings};
use crate::sim::estate::rds::{Cluster, Instance};
use crate::sim::services::Changed;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::AwsError;
use crate::sim::{Estate, World};

/// How long a replica is kept backups of where a promotion does not say.
const USUAL_DAYS: u32 = 1;
/// How long AWS leaves an instance stopped.
const STOPPED_AT_MOST: Span = Span::from_days(7);

/// `PromoteReadReplica`: not while it is backed up, and never again.
pub(super) fn promote(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["DBInstanceIdentifier", "BackupRetentionPeriod", "PreferredBackupWindow"])?;
    let (instance, standing) = alone(world, call)?;
    let days = request::backup_days(call)?;
    if standing.source.is_none() {
        return Err(bad_state(format!("DB Instance {} is not a read replica.", instance.id)));
    }
    must_be_available(&instance.id, standing.status)?;
    let days = days.unwrap_or(if standing.backup_days > 0 { standing.backup_days } else { USUAL_DAYS });
    let mut deed = Deed::new(world.now, InstanceAct::Promote(days))
        .then(MODIFYING, drawn(world, &instance.id, "promote", 60, 150))
        .then("rebooting", drawn(world, &instance.id, "reboot", 45, 120));
    if standing.backup_days == 0 && days > 0 {
        deed = deed.afterwards(BACKING_UP, instances::backup_takes(instance.storage_gib));
    }
    keep(estate, world, instance, deed)
}

/// `ModifyDBInstance`: at once, or in the next maintenance window.
pub(super) fn modify(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    if call.text("NewDBInstanceIdentifier").is_some() {
        return rename(estate, world, call);
    }
    let known = [
        "DBInstanceIdentifier",
        "ApplyImmediately",
        "BackupRetentionPeriod",
        "MultiAZ",
        "DBInstanceClass",
        "DeletionProtection",
    ];
    request::knows(call, &known)?;
    let (instance, standing) = alone(world, call)?;
    must_be_available(&instance.id, standing.status)?;
    let changes = |asked: Option<bool>, is: bool| asked.filter(|asked| *asked != is);
    let settings = Settings {
        backup_days: request::backup_days(call)?.filter(|days| *days != standing.backup_days),
        multi_az: changes(request::flag(call, "MultiAZ")?, standing.multi_az),
        class: call.text("DBInstanceClass").filter(|class| *class != standing.class).map(str::to_owned),
        protected: changes(request::flag(call, "DeletionProtection")?, standing.protected),
    };
    if settings.backup_days == Some(0) && instances::following(world, instance).next().is_some() {
        return Err(bad_state(format!(
            "Automated backups of {} cannot be turned off: it has read replicas.",
            instance.id
        )));
    }
    let is_switched = settings.backup_days.is_some_and(|days| (days == 0) != (standing.backup_days == 0));
    // Protection holds at once, and so does another number of days; what interrupts waits for its window unless it must not.
    let gentle = Settings {
        backup_days: settings.backup_days.filter(|_| !is_switched),
        protected: settings.protected,
        ..Settings::default()
    };
    let rough = Settings { backup_days: settings.backup_days.filter(|_| is_switched), protected: None, ..settings };
    let target = request::to_change(estate, &instance.region, &instance.id)?;
    if gentle != Settings::default() {
        target.deeds.push(Deed::new(world.now, InstanceAct::Modify(gentle)));
    }
    if rough != Settings::default() {
        let begins = if request::flag(call, "ApplyImmediately")?.unwrap_or_default() {
            world.now
        } else {
            window(world, &instance.id)
        };
        target.deeds.push(modification(world, instance, rough, begins));
    }
    Ok(Changed::applied(instances::changed(estate, world, &instance.region, &instance.id)))
}

/// `ModifyDBInstance` with another name: the instance reboots, its replicas go on following it, and its old name is free.
fn rename(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["DBInstanceIdentifier", "NewDBInstanceIdentifier", "ApplyImmediately"])?;
    if !request::flag(call, "ApplyImmediately")?.unwrap_or_default() {
        return Err(AwsError::new(
            400,
            "InvalidParameterCombination",
            "The simulator renames at once only: ApplyImmediately must be true.",
        ));
    }
    let (instance, standing) = alone(world, call)?;
    let to = request::new_identifier(call, "NewDBInstanceIdentifier")?;
    if request::is_taken(world, &call.region, &to) {
        return Err(AwsError::new(400, "DBInstanceAlreadyExists", "DB instance already exists"));
    }
    must_be_available(&instance.id, standing.status)?;
    let deed = Deed::new(world.now, InstanceAct::Rename(to.clone()))
        .then("renaming", drawn(world, &instance.id, "rename", 40, 100))
        .afterwards("rebooting", drawn(world, &instance.id, "reboot", 45, 120));
    let target = request::to_change(estate, &instance.region, &instance.id)?;
    target.deeds.push(deed.clone());
    // Under its new name it is the same instance, with all that was ever asked of it.
    let renamed = Instance { id: to, renamed: Some((target.first_name().to_owned(), deed.done)), ..target.clone() };
    estate.rds.instances.push(renamed);
    Ok(Changed::applied(instances::changed(estate, world, &instance.region, &instance.id)))
}

/// A modification that begins then, as long as the slowest of its settings takes.
fn modification(world: &World, instance: &Instance, settings: Settings, begins: Moment) -> Deed<InstanceAct> {
    let share = world.unit(&["modify", &instance.id, &world.now.millis().to_string()]);
    let takes = |least: i64, most: i64| seconds(least) + seconds(most - least).share(share);
    let mut longest = takes(45, 100);
    if settings.multi_az == Some(true) {
        longest = longest.max(takes(6 * 60, 14 * 60));
    }
    if settings.class.is_some() {
        longest = longest.max(takes(5 * 60, 10 * 60));
    }
    let is_backed_up = settings.backup_days.is_some_and(|days| days > 0);
    let deed = Deed::new(world.now, InstanceAct::Modify(settings)).from(begins).then(MODIFYING, longest);
    if is_backed_up { deed.afterwards(BACKING_UP, instances::backup_takes(instance.storage_gib)) } else { deed }
}

/// When the next weekly maintenance window of an instance begins.
fn window(world: &World, id: &str) -> Moment {
    let offset = Span::from_days(7).share(world.unit(&["maintenance-window", id]));
    let mut windows = World::schedule(Span::from_days(7), offset, world.now, world.now + Span::from_days(8));
    windows.next().unwrap_or(world.now)
}

/// `StopDBInstance`: not of a replica, nor of what has replicas.
pub(super) fn stop(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["DBInstanceIdentifier"])?;
    let (instance, standing) = alone(world, call)?;
    if standing.source.is_some() {
        return Err(bad_state(format!("Cannot stop {}: it is a read replica.", instance.id)));
    }
    if instances::following(world, instance).next().is_some() {
        return Err(bad_state(format!("Cannot stop {}: it has read replicas.", instance.id)));
    }
    must_be_available(&instance.id, standing.status)?;
    let deed = Deed::new(world.now, InstanceAct::Stop)
        .then("stopping", drawn(world, &instance.id, "stop", 60, 240))
        .then(STOPPED, STOPPED_AT_MOST)
        .then("starting", seconds(180));
    keep(estate, world, instance, deed)
}

/// `StartDBInstance`.
pub(super) fn start(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["DBInstanceIdentifier"])?;
    let (instance, standing) = alone(world, call)?;
    if standing.status != STOPPED {
        return Err(bad_state(format!("Instance {} is not stopped: its status is {}.", instance.id, standing.status)));
    }
    let target = request::to_change(estate, &instance.region, &instance.id)?;
    target.deeds.iter_mut().filter(|deed| deed.act == InstanceAct::Stop).for_each(|deed| deed.cut(world.now));
    let deed = Deed::new(world.now, InstanceAct::Start).then("starting", drawn(world, &instance.id, "start", 120, 300));
    keep(estate, world, instance, deed)
}

/// `RebootDBInstance`, with or without a failover to the standby.
pub(super) fn reboot(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    request::knows(call, &["DBInstanceIdentifier", "ForceFailover"])?;
    let with_failover = request::flag(call, "ForceFailover")?.unwrap_or_default();
    match request::instance(world, call)? {
        Named::Alone(instance, standing) => {
            if with_failover && !standing.multi_az {
                return Err(AwsError::new(
                    400,
                    "InvalidParameterCombination",
                    "You cannot specify that a reboot force a failover: the instance is not configured for Multi-AZ.",
                ));
            }
            must_be_available(&instance.id, standing.status)?;
            let (how, takes) = if with_failover {
                (Reboot::Failover, placement::FAILOVER)
            } else {
                (Reboot::InPlace, drawn(world, &instance.id, "reboot", 30, 90))
            };
            keep(estate, world, instance, Deed::new(world.now, InstanceAct::Reboot(how)).then("rebooting", takes))
        }
        Named::Member(cluster, member) => {
            must_be_available(&member.id, member.status)?;
            let takes = drawn(world, &member.id, "reboot", 20, 60);
            let deed = Deed::new(world.now, ClusterAct::Reboot(member.id.clone())).then("rebooting", takes);
            keep_member(estate, world, cluster, &member.id, deed)
        }
    }
}

/// `DeleteDBInstance`. The replicas of a source stay: those of its own Region are promoted, the others follow nobody.
pub(super) fn delete(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let known = ["DBInstanceIdentifier", "SkipFinalSnapshot", "FinalDBSnapshotIdentifier", "DeleteAutomatedBackups"];
    request::knows(call, &known)?;
    let (instance, standing) = match request::instance(world, call)? {
        Named::Alone(instance, standing) => (instance, standing),
        Named::Member(cluster, member) => {
            if member.status == DELETING {
                return Err(bad_state(format!("Instance {} is already being deleted.", member.id)));
            }
            let takes = drawn(world, &member.id, "delete", 120, 300);
            let deed = Deed::new(world.now, ClusterAct::Leave(member.id.clone())).then(DELETING, takes);
            return keep_member(estate, world, cluster, &member.id, deed);
        }
    };
    let snapshot = request::last_snapshot(call, "FinalDBSnapshotIdentifier")?;
    let combination = |message: String| Err(AwsError::new(400, "InvalidParameterCombination", message));
    if standing.protected {
        return combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again.".to_owned(),
        );
    }
    if snapshot.is_some() && standing.source.is_some() {
        return combination("FinalDBSnapshotIdentifier can't be specified when deleting a read replica.".to_owned());
    }
    let deletable = [standing::AVAILABLE, STOPPED, BACKING_UP].contains(&standing.status);
    if standing.status == DELETING || !deletable && snapshot.is_some() {
        return Err(bad_state(format!("Instance {} is {}.", instance.id, standing.status)));
    }
    let following: Vec<(String, String)> =
        instances::following(world, instance).map(|replica| (replica.region.clone(), replica.id.clone())).collect();
    for (region, id) in following {
        let replica = request::to_change(estate, &region, &id)?;
        replica.deeds.push(if region == instance.region {
            let days = if replica.backup_days > 0 { replica.backup_days } else { USUAL_DAYS };
            Deed::new(world.now, InstanceAct::Promote(days)).then(MODIFYING, seconds(90)).then("rebooting", seconds(60))
        } else {
            Deed::new(world.now, InstanceAct::Orphan)
        });
    }
    let takes = drawn(world, &instance.id, "delete", 180, 420);
    let target = request::to_change(estate, &instance.region, &instance.id)?;
    target.deeds.iter_mut().for_each(|deed| deed.cut(world.now));
    keep(estate, world, instance, Deed::new(world.now, InstanceAct::Delete(snapshot)).then(DELETING, takes))
}

/// The instance that a request names, which must belong to no cluster.
fn alone<'w>(world: &'w World, call: &'w Call) -> Result<(&'w Instance, standing::Standing), AwsError> {
    match request::instance(world, call)? {
        Named::Alone(instance, standing) => Ok((instance, standing)),
        Named::Member(cluster, _) => Err(bad_cluster_state(format!(
            "The instance belongs to the Aurora cluster {}: {} is asked of the cluster.",
            cluster.id, call.operation
        ))),
    }
}

/// Writes down what was asked of an instance, and answers with it.
fn keep(estate: &mut Estate, world: &World, of: &Instance, deed: Deed<InstanceAct>) -> Result<Changed, AwsError> {
    request::to_change(estate, &of.region, &of.id)?.deeds.push(deed);
    Ok(Changed::applied(instances::changed(estate, world, &of.region, &of.id)))
}

/// Writes down what was asked of a member of a cluster, and answers with it.
pub(super) fn keep_member(
    estate: &mut Estate,
    world: &World,
    cluster: &Cluster,
    id: &str,
    deed: Deed<ClusterAct>,
) -> Result<Changed, AwsError> {
    request::cluster_to_change(estate, &cluster.region, &cluster.id)?.deeds.push(deed);
    Ok(Changed::applied(instances::changed(estate, world, &cluster.region, id)))
}

/// How many seconds something takes, drawn for this database and moment.
pub(super) fn drawn(world: &World, id: &str, what: &str, least: i64, most: i64) -> Span {
    world.between(seconds(least), seconds(most), &[what, id, &world.now.millis().to_string()])
}

const fn seconds(seconds: i64) -> Span {
    Span::from_seconds(seconds)
}
