//! The traps of recovery on AWS that concern data, by their numbers: what can be read must be judged rightly.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::{Is, Other};
use drdeck::model::facts::backup::{JobState, PointStatus, RestoreJob};
use drdeck::model::facts::dynamodb::{Consistency, ReplicaStatus};
use drdeck::model::facts::rds::{ClusterAutomatedBackup, Event, FailoverState, Synchronization};
use drdeck::model::kinds::{ComponentKind, Kind};
use drdeck::model::query::Window;
use drdeck::model::{Loss, Moment, Query, Site, SystemAssessment, Verdict};

use crate::model_estates::*;
use crate::model_readings::*;

pub(crate) fn active(judged: &SystemAssessment) -> Vec<&str> {
    judged.active.iter().map(Site::as_str).collect()
}

pub(crate) fn follow_ups(kind: &Kind, world: &World) -> Vec<Query> {
    kind.follow_ups(&drdeck::model::index::Index::new(&world.snapshot(), now()))
}

/// The values of that label in the detail view.
pub(crate) fn noted(judged: &SystemAssessment, label: &str) -> String {
    let values = it(judged).evidence.iter().filter(|(name, _)| *name == label).map(|(_, value)| value.as_str());
    values.collect::<Vec<_>>().join(" | ")
}

#[track_caller]
pub(crate) fn assert_says(judged: &SystemAssessment, verdict: Verdict, sentence: &str) {
    assert_eq!(it(judged).verdict, verdict, "{}", why(judged));
    assert!(why(judged).contains(sentence), "{}", why(judged));
}

#[test]
fn trap_23_a_replica_that_is_backing_up_cannot_be_promoted() {
    let (kind, mut world) = rds_replica();
    db_instance(&mut world, &west()).status = t("backing-up");
    let judged = judge_kind(kind, &world);
    assert_says(
        &judged,
        Verdict::AtRisk,
        "orders-replica in us-west-2 is backing-up: it cannot be promoted until that ends",
    );
    assert!(!judged.blockers.is_empty());
}

#[test]
fn trap_24_a_failover_needs_equal_versions_and_an_instance() {
    let (kind, mut world) = aurora_global();
    db_cluster(&mut world, &west()).engine_version = t("16.3");
    db_cluster(&mut world, &west()).members.clear();
    let judged = judge_kind(kind, &world);
    assert_says(&judged, Verdict::AtRisk, "a failover needs the same version");
    assert!(why(&judged).contains("has no instance, so it cannot take over at once"), "{}", why(&judged));
    assert_eq!(judged.blockers.len(), 2);
}

/// The secondary was removed from the global database and writes by itself.
fn detached() -> (Kind, World) {
    let (kind, mut world) = aurora_global();
    change_global(&mut world, |global| drop(global.members.pop()));
    (kind, world)
}

#[test]
fn trap_24_a_detached_cluster_takes_writes_of_its_own() {
    let (kind, mut world) = detached();
    let judged = judge_kind(kind.clone(), &world);
    assert_says(&judged, Verdict::Split, "shop-usw2 in us-west-2 and shop-use1 in us-east-1 both take writes");
    assert_eq!((active(&judged), it(&judged).loss.region), (vec![EAST, WEST], Loss::Everything));
    // The old one was stopped: only the detached one writes, and nothing follows it.
    db_cluster(&mut world, &east()).status = t("stopped");
    let judged = judge_kind(kind.clone(), &world);
    assert_says(&judged, Verdict::Breached, "stands alone, detached from shop: no cluster follows it");
    assert_eq!(active(&judged), [WEST]);
    // Its Region is dead: it may write or not.
    let (_, mut world) = detached();
    world.kill(EAST);
    let judged = judge_kind(kind, &world);
    assert_eq!(active(&judged), [WEST]);
    assert!(
        why(&judged).contains("whether shop-use1 in us-east-1 still takes writes cannot be read"),
        "{}",
        why(&judged)
    );
}

#[test]
fn trap_24_a_cluster_of_another_name_or_another_global_database_is_not_ours() {
    let (kind, mut world) = detached();
    db_cluster(&mut world, &west()).id = t("ledger-usw2");
    let judged = judge_kind(kind.clone(), &world);
    assert_says(&judged, Verdict::Breached, "shop has no second cluster in us-east-1 and us-west-2");
    let (_, mut world) = detached();
    let mut other = global(WEST);
    (other.id, other.arn) = (t("shop-2"), t("arn:aws:rds::111122223333:global-cluster:shop-2"));
    let Answer::GlobalClusters(list) = world.answer(&Query::GlobalClusters(west())) else { panic!() };
    list.push(other);
    assert_says(&judge_kind(kind, &world), Verdict::Breached, "shop has no second cluster");
}

#[test]
fn trap_25_a_secondary_that_must_be_synchronised_again_proves_nothing() {
    let (kind, mut world) = aurora_global();
    change_global(&mut world, |global| global.members[1].synchronization = Some(Is(Synchronization::PendingResync)));
    let judged = judge_kind(kind, &world);
    assert_says(&judged, Verdict::Unknown, "must be synchronised again (pending-resync)");
    assert_eq!(judged.rpo.region.now, None);
}

#[test]
fn trap_27_minus_one_is_no_lag_and_terminated_is_no_replica() {
    let (kind, mut world) = rds_replica();
    world.put(replica_lag(west(), "orders-replica"), points(&[-1.0]));
    assert_says(&judge_kind(kind, &world), Verdict::Unknown, "reports a lag of -1: it does not replicate");
    let (kind, mut world) = rds_replica();
    let replication = db_instance(&mut world, &west()).replication.as_mut().unwrap();
    (replication.status, replication.normal) = (t("terminated"), false);
    let judged = judge_kind(kind, &world);
    assert_says(&judged, Verdict::Breached, "replication is terminated");
    assert_eq!(it(&judged).loss.region, Loss::Everything);
}

#[test]
fn trap_27_a_replica_that_broke_off_is_worth_its_last_good_lag() {
    let (kind, mut world) = rds_replica();
    let replication = db_instance(&mut world, &west()).replication.as_mut().unwrap();
    (replication.status, replication.normal) = (t("replication degraded"), false);
    world.put(replica_lag(west(), "orders-replica"), points(&[-1.0, -1.0, 30.0]));
    let judged = judge_kind(kind.clone(), &world);
    assert_says(&judged, Verdict::AtRisk, "replication is replication degraded");
    assert_eq!(judged.rpo.region.now, Some(seconds(210)), "3 min and 30 s");
    // Longer ago: the longer series is asked.
    world.put(replica_lag(west(), "orders-replica"), points(&[-1.0; 20]));
    let Query::Series(place, mut metric) = replica_lag(west(), "orders-replica") else { panic!() };
    std::sync::Arc::make_mut(&mut metric).window = Window::Long;
    let longer = Query::Series(place, metric);
    assert_eq!(follow_ups(&kind, &world), std::slice::from_ref(&longer));
    world.put(longer.clone(), points(&[&[-1.0; 59][..], &[0.0]].concat()));
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Breached, Some(hours(1))), "{}", why(&judged));
    // Nothing good in it either.
    world.put(longer, points(&[-1.0; 180]));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Unknown, None));
}

#[test]
fn trap_28_aurora_counts_in_milliseconds_and_older_engines_under_another_name() {
    let (kind, mut world) = aurora_global();
    world.put(aurora_lag(west(), "shop-usw2"), no_points());
    let older = lag(west(), "AWS/RDS", "AuroraGlobalDBReplicationLag", &[("DBClusterIdentifier", "shop-usw2")]);
    assert_eq!(follow_ups(&kind, &world), [older.clone(), aurora_lag(west(), "shop-usw2")]);
    assert_eq!(it(&judge_kind(kind.clone(), &world)).verdict, Verdict::Unknown);
    world.put(older.clone(), points(&[30_000.0]));
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Met, Some(seconds(90))));
    // -1 marks the primary.
    world.put(older, points(&[-1.0]));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Unknown);
}

#[test]
fn trap_29_replicas_that_cannot_be_used_are_told_apart() {
    for (status, verdict, says) in [
        (ReplicaStatus::RegionDisabled, Verdict::Breached, "the Region is disabled for the account"),
        (ReplicaStatus::InaccessibleEncryptionCredentials, Verdict::Breached, "its key is out of reach"),
        (ReplicaStatus::ReplicationNotAuthorized, Verdict::Unknown, "replication is not authorised"),
        (ReplicaStatus::CreationFailed, Verdict::Breached, "could not be created"),
        (ReplicaStatus::Archived, Verdict::Breached, "is archived"),
    ] {
        let (kind, mut world) = global_table(Consistency::Eventual);
        let Answer::Table(table) = world.answer(&Query::Table(east(), "carts".to_owned())) else { panic!() };
        table.replicas = vec![(west().region, Is(status))];
        let Answer::Table(table) = world.answer(&Query::Table(west(), "carts".to_owned())) else { panic!() };
        table.replicas.push((west().region, Is(status)));
        assert_says(&judge_kind(kind, &world), verdict, says);
    }
    // Active-active: writes in both Regions are no split.
    let (kind, world) = global_table(Consistency::Eventual);
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Met);
}

#[test]
fn trap_30_a_restorable_time_that_stands_still_is_the_real_rpo() {
    let (kind, mut world) = rds_instance();
    db_instance(&mut world, &east()).latest_restorable = Some(ago(hours(30)));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.data.verdict, judged.rpo.data.now), (Verdict::Breached, Some(hours(30))));
    // The window of a table begins to matter when the damage is old.
    let (kind, world) = dynamodb_table();
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).loss.data, Loss::Since { newest: ago(minutes(5)), oldest: Some(ago(hours(35 * 24))) });
}

#[test]
fn trap_30_the_automated_backups_of_a_cluster_that_is_gone_are_still_there() {
    let (kind, mut world) = aurora_global();
    world.put(Query::DbClusters(east()), Answer::DbClusters(Vec::new()));
    let retained = Query::DbClusterAutomatedBackups(east());
    assert!(follow_ups(&kind, &world).contains(&retained));
    let backup = ClusterAutomatedBackup {
        cluster: t("shop-use1"),
        source_region: t(EAST),
        status: t("retained"),
        earliest: Some(ago(hours(168))),
        latest: Some(ago(hours(1))),
    };
    world.put(retained, Answer::DbClusterAutomatedBackups(vec![backup]));
    let judged = judge_kind(kind, &world);
    assert_says(&judged, Verdict::Breached, "The cluster shop-use1 is gone from us-east-1");
    assert_eq!(judged.rpo.data.now, Some(hours(1)));
}

#[test]
fn trap_31_objects_that_failed_to_replicate_stay_behind() {
    let (kind, mut world) = s3_replication();
    world.put(image_metric("OperationsFailedReplication"), points(&[3.0, 0.0, 4.0]));
    assert_says(
        &judge_kind(kind, &world),
        Verdict::AtRisk,
        "failed for 7 objects in the last 20 min; they stay behind",
    );
    // Without replication metrics nothing is known, and nothing is guessed.
    let (kind, mut world) = s3_replication();
    for metric in ["ReplicationLatency", "OperationsPendingReplication", "OperationsFailedReplication"] {
        world.put(image_metric(metric), no_points());
    }
    assert_says(
        &judge_kind(kind, &world),
        Verdict::Unknown,
        "reports no metrics: they are off, or the rule all does not exist",
    );
}

#[test]
fn trap_32_a_key_that_aws_owns_is_told() {
    let (kind, mut world) = backup();
    let Answer::Vault(vault) = world.answer(&Query::Vault(west(), "nightly-dr".to_owned())) else { panic!() };
    vault.key_type = Some(t("AWS_OWNED_KMS_KEY"));
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met);
    assert!(noted(&judged, "vault").contains("with a key AWS owns: no other account can use it"));
}

#[test]
fn trap_33_a_successful_job_with_a_message_left_something_out() {
    let (kind, mut world) = backup();
    let mut job = backup_job(ago(hours(9)), JobState::Completed);
    job.message = Some(t("The role may not use the key: 12 objects were not backed up"));
    world.put(Query::BackupJobs(east()), Answer::BackupJobs(vec![job]));
    assert_says(&judge_kind(kind, &world), Verdict::AtRisk, "completed with issues: The role may not use the key");
}

#[test]
fn trap_34_for_a_region_only_a_completed_copy_counts() {
    let (kind, mut world) = backup();
    world.put(vault_points(west()), Answer::RecoveryPoints(vec![point(ago(hours(33)), PointStatus::Completed)]));
    world.put(Query::CopyJobs(east()), Answer::CopyJobs(vec![copy_job(ago(hours(8)), JobState::Running)]));
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((judged.rpo.data.now, judged.rpo.region.now), (Some(hours(9)), Some(hours(33))));
    assert_eq!(judged.rpo.region.verdict, Verdict::Breached);
    for state in [JobState::Aborted, JobState::Expired, JobState::Partial, JobState::Failed] {
        let (kind, mut world) = backup();
        world.put(Query::BackupJobs(east()), Answer::BackupJobs(vec![backup_job(ago(hours(2)), state)]));
        assert_says(&judge_kind(kind, &world), Verdict::AtRisk, "The last backup of reports of 12:00:00Z is");
    }
    for status in [PointStatus::Partial, PointStatus::Expired] {
        world.put(vault_points(east()), Answer::RecoveryPoints(vec![point(ago(hours(1)), status)]));
        assert_eq!(judge_kind(kind.clone(), &world).rpo.data.verdict, Verdict::Breached, "{status:?}");
    }
}

#[test]
fn trap_35_a_vault_lock_refuses_what_is_kept_too_short_or_too_long() {
    let lock = |world: &mut World, place, name: &str, min, max| {
        let Answer::Vault(vault) = world.answer(&Query::Vault(place, name.to_owned())) else { panic!() };
        (vault.min_retention_days, vault.max_retention_days) = (min, max);
    };
    let (kind, mut world) = backup();
    lock(&mut world, west(), "nightly-dr", Some(90), None);
    let says = "The copies of reports by the plan nightly to us-west-2 fail: they are kept for 35 d, but Vault Lock of nightly-dr takes 90 d \
                at least";
    assert_says(&judge_kind(kind.clone(), &world), Verdict::AtRisk, says);
    lock(&mut world, west(), "nightly-dr", Some(7), Some(3650));
    assert_eq!(it(&judge_kind(kind.clone(), &world)).verdict, Verdict::Met);
    lock(&mut world, east(), "nightly", None, Some(30));
    assert_says(&judge_kind(kind, &world), Verdict::AtRisk, "Vault Lock of nightly takes 30 d at most");
}

/// A restore test of the resource.
fn restore_test(created: Moment, validation: Option<&str>, deletion: Option<&str>) -> RestoreJob {
    RestoreJob {
        id: t(&format!("restore-{created}")),
        recovery_point: t("arn:point"),
        resource: Some(t(RESOURCE)),
        state: Is(JobState::Completed),
        created: Some(created),
        completed: Some(created + minutes(40)),
        validation: validation.map(t),
        deletion: deletion.map(t),
        testing_plan: Some(t("arn:test")),
        resource_type: Some(t("RDS")),
        message: None,
        made: None,
    }
}

#[test]
fn trap_36_a_completed_restore_is_not_a_validated_one() {
    for (validation, deletion, verdict, says) in [
        (Some("SUCCESSFUL"), Some("SUCCESSFUL"), Verdict::Met, ""),
        (Some("VALIDATING"), None, Verdict::Met, ""),
        (Some("FAILED"), None, Verdict::AtRisk, "The last restore test of reports of 09:00:00Z was not valid: FAILED"),
        (Some("TIMED_OUT"), None, Verdict::AtRisk, "was not valid: TIMED_OUT"),
        (Some("PENDING_REVIEW"), None, Verdict::AtRisk, "was not valid: PENDING_REVIEW"),
        (Some("SUCCESSFUL"), Some("FAILED"), Verdict::AtRisk, "was not deleted, and costs money until it is"),
    ] {
        let (kind, mut world) = backup();
        // The test runs where the copies are.
        let job = restore_test(ago(hours(5)), validation, deletion);
        world.put(Query::RestoreJobs(west()), Answer::RestoreJobs(vec![job]));
        assert_says(&judge_kind(kind, &world), verdict, says);
    }
}

#[test]
fn trap_36_a_restore_by_hand_hides_no_test_that_failed() {
    let (kind, mut world) = backup();
    let by_hand = RestoreJob { testing_plan: None, ..restore_test(ago(hours(1)), None, None) };
    let test = restore_test(ago(hours(50)), Some("FAILED"), None);
    world.put(Query::RestoreJobs(west()), Answer::RestoreJobs(vec![test, by_hand]));
    assert_says(&judge_kind(kind, &world), Verdict::AtRisk, "The last restore test of reports");
}

#[test]
fn trap_38_two_writers_are_a_split() {
    let (kind, mut world) = rds_replica();
    let promoted = db_instance(&mut world, &west());
    (promoted.replica_source, promoted.replication) = (None, None);
    assert_says(&judge_kind(kind, &world), Verdict::Split, "both take writes: neither follows the other");
}

#[test]
fn trap_40_values_that_nobody_knows_yet_are_shown_as_they_came_and_never_good() {
    let (kind, mut world) = aurora_global();
    change_global(&mut world, |global| {
        global.failover = Some(FailoverState { status: t("switching-over"), from: None, to: None });
    });
    assert_says(&judge_kind(kind, &world), Verdict::Unknown, "switching-over");
    let (kind, mut world) = drs();
    first_server(&mut world).state = Other(t("HIBERNATING"));
    assert_says(&judge_kind(kind, &world), Verdict::Unknown, "HIBERNATING");
    let (kind, mut world) = efs_replication();
    for place in [east(), west()] {
        let Answer::FileSystemReplications(list) = world.answer(&Query::FileSystemReplications(place)) else {
            panic!()
        };
        list[0].destinations[0].status = t("TELEPORTING");
    }
    assert_says(&judge_kind(kind, &world), Verdict::Unknown, "is TELEPORTING");
    let (kind, mut world) = elasticache_global();
    let Answer::GlobalDatastores(list) = world.answer(&Query::GlobalDatastores(west())) else { panic!() };
    list[0].status = t("levitating");
    assert_says(&judge_kind(kind, &world), Verdict::Unknown, "content is levitating");
}

#[test]
fn trap_42_without_cloudwatch_a_figure_is_unknown_but_what_apis_tell_is_not() {
    let (kind, mut world) = efs_replication();
    world.make_missing(&efs_lag());
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Met, Some(minutes(4))));
    let (kind, mut world) = rds_replica();
    world.make_missing(&replica_lag(west(), "orders-replica"));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Unknown);
}

fn event(at: Moment, message: &str, category: &str) -> Event {
    Event {
        source: t("orders-db"),
        source_kind: t("db-instance"),
        at: Some(at),
        message: t(message),
        categories: vec![t(category)],
    }
}

#[test]
fn a_failover_to_the_standby_zone_is_seen_in_the_events() {
    let (kind, mut world) = rds_instance();
    let began = event(ago(minutes(3)), "Multi-AZ instance failover started.", "failover");
    world.put(Query::DbEvents(east()), Answer::DbEvents(vec![began.clone()]));
    let judged = judge_kind(kind.clone(), &world);
    assert_says(&judged, Verdict::AtRisk, "orders-db in us-east-1 fails over to its standby since 13:57:00Z");
    let ended = event(ago(minutes(1)), "Multi-AZ instance failover completed", "failover");
    world.put(Query::DbEvents(east()), Answer::DbEvents(vec![began, ended]));
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!(it(&judged).verdict, Verdict::Met);
    assert_eq!(noted(&judged, "failover"), "Multi-AZ instance failover completed, 13:59:00Z");
    assert_eq!(noted(&judged, "zones"), "orders-db: us-east-1a, standby in us-east-1b");
    // A standby that is not there.
    db_instance(&mut world, &east()).standby_zone = None;
    assert_says(&judge_kind(kind, &world), Verdict::AtRisk, "is Multi-AZ but has no standby in another zone now");
}

#[test]
fn a_replication_of_files_is_judged_by_its_status_and_the_newest_of_both_sources() {
    let change = |world: &mut World, change: &dyn Fn(&mut drdeck::model::facts::efs::Destination)| {
        for place in [east(), west()] {
            let Answer::FileSystemReplications(list) = world.answer(&Query::FileSystemReplications(place)) else {
                panic!()
            };
            change(&mut list[0].destinations[0]);
        }
    };
    for (status, says) in
        [("ERROR", "is broken off (ERROR): no space"), ("PAUSED", "is paused"), ("DELETING", "is being deleted")]
    {
        let (kind, mut world) = efs_replication();
        change(&mut world, &|destination| {
            (destination.status, destination.message) = (t(status), Some(t("no space")));
        });
        assert_says(&judge_kind(kind, &world), Verdict::AtRisk, says);
    }
    // The metric is 2.5 min behind, the API says one minute: the newer of two truths.
    let (kind, mut world) = efs_replication();
    assert_eq!(judge_kind(kind.clone(), &world).rpo.region.now, Some(seconds(150)));
    change(&mut world, &|destination| destination.last_replicated = Some(ago(minutes(1))));
    assert_eq!(judge_kind(kind.clone(), &world).rpo.region.now, Some(minutes(1)));
    // Both Regions say that there is none.
    for place in [east(), west()] {
        world.put(Query::FileSystemReplications(place), Answer::FileSystemReplications(Vec::new()));
    }
    assert_says(&judge_kind(kind.clone(), &world), Verdict::AtRisk, "fs-1 to fs-2 does not exist any more");
    world.put(efs_lag(), no_points());
    assert_says(&judge_kind(kind, &world), Verdict::Breached, "fs-1 to fs-2 does not exist");
}

#[test]
fn files_that_replicate_back_are_judged_the_other_way_round() {
    let (kind, mut world) = efs_replication();
    for place in [east(), west()] {
        world.put(Query::FileSystemReplications(place), Answer::FileSystemReplications(vec![replicated(WEST, EAST)]));
    }
    world.put(efs_lag(), no_points());
    let back =
        lag(west(), "AWS/EFS", "TimeSinceLastSync", &[("FileSystemId", "fs-2"), ("DestinationFileSystemId", "fs-1")]);
    assert_eq!(follow_ups(&kind, &world), std::slice::from_ref(&back));
    world.put(back, points(&[20.0]));
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), it(&judged).verdict), (vec![WEST], Verdict::Met), "{}", why(&judged));
    assert_eq!(judged.rpo.region.now, Some(seconds(80)));
}

#[test]
fn a_global_datastore_tells_who_writes_and_whether_the_other_follows() {
    let (kind, mut world) = elasticache_global();
    assert_eq!(active(&judge_kind(kind.clone(), &world)), [EAST]);
    let set = |world: &mut World, datastore| {
        world.put(Query::GlobalDatastores(west()), Answer::GlobalDatastores(vec![datastore]))
    };
    let mut prefixed = datastore(EAST);
    prefixed.id = t("ldgnf-content");
    set(&mut world, prefixed);
    assert_eq!(it(&judge_kind(kind.clone(), &world)).verdict, Verdict::Met, "AWS puts a prefix before the id");
    let mut alone = datastore(EAST);
    (alone.status, _) = (t("primary-only"), alone.members.pop());
    set(&mut world, alone);
    assert_says(&judge_kind(kind.clone(), &world), Verdict::Breached, "content has no secondary: it is primary-only");
    let mut loose = datastore(EAST);
    loose.members[1].status = t("disassociated");
    set(&mut world, loose);
    assert_says(
        &judge_kind(kind.clone(), &world),
        Verdict::AtRisk,
        "content-usw2 in us-west-2 does not follow content",
    );
    // After a failover the configured copy is the one that writes.
    set(&mut world, datastore(WEST));
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!(active(&judged), [WEST]);
    assert_says(&judged, Verdict::Unknown, "is copied to us-west-2, but that serves now");
    world.put(Query::GlobalDatastores(west()), Answer::GlobalDatastores(Vec::new()));
    assert_says(&judge_kind(kind, &world), Verdict::Unknown, "There is no global datastore content in us-west-2");
}
