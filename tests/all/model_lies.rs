//! Values that look good and are not, one test each.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::{Is, Other};
use drdeck::model::facts::backup::{JobState, PointStatus};
use drdeck::model::facts::cloudwatch::{Series, SeriesStatus};
use drdeck::model::facts::drs::ReplicationState;
use drdeck::model::facts::dynamodb::{Consistency, ReplicaStatus};
use drdeck::model::facts::rds::{FailoverState, Synchronization};
use drdeck::model::kinds::Kind;
use drdeck::model::{Failure, FailureKind, Loss, Query, Verdict};

use crate::model_estates::*;
use crate::model_readings::*;

fn since(moment: drdeck::model::Moment) -> Loss {
    Loss::Since { newest: moment, oldest: None }
}

#[test]
fn a_null_lag_with_disconnected_is_not_a_lag_of_zero() {
    let (kind, mut world) = drs();
    let server = first_server(&mut world);
    (server.state, server.lag) = (Is(ReplicationState::Disconnected), None);
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).recovery_point.region, Some(ago(minutes(9))), "the newest snapshot taken");
    assert_eq!(judged.rpo.region.now, Some(minutes(9)));
    assert_eq!(it(&judged).verdict, Verdict::AtRisk);
    assert!(why(&judged).contains("does not replicate: DISCONNECTED"), "{}", why(&judged));
}

#[test]
fn a_null_lag_in_continuous_is_no_lag() {
    let (kind, mut world) = drs();
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.iter_mut().for_each(|server| server.lag = None);
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Met, Some(seconds(0))));
}

#[test]
fn a_stalled_server_keeps_its_last_lag_and_is_not_believed() {
    let (kind, mut world) = drs();
    let server = first_server(&mut world);
    (server.state, server.lag) = (Is(ReplicationState::Stalled), Some(seconds(3)));
    server.error = Some(t("AGENT_NOT_SEEN"));
    let judged = judge_kind(kind, &world);
    assert_eq!(judged.rpo.region.now, Some(minutes(9)));
    assert!(why(&judged).contains("STALLED (AGENT_NOT_SEEN)"), "{}", why(&judged));
}

#[test]
fn a_stalled_server_breaches_when_its_last_snapshot_is_too_old() {
    let (kind, mut world) = drs();
    first_server(&mut world).state = Is(ReplicationState::Stalled);
    world.put(snapshots_of("s-1"), taken(&[Some(ago(minutes(40)))]));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Breached, Some(minutes(40))));
}

#[test]
fn snapshots_that_are_only_expected_are_no_recovery_points() {
    let (kind, mut world) = drs();
    first_server(&mut world).state = Is(ReplicationState::Disconnected);
    world.put(snapshots_of("s-1"), taken(&[None, None]));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, it(&judged).loss.region), (Verdict::Breached, Loss::Everything));
    assert_eq!((judged.rpo.region.now, judged.rpo.data.verdict), (None, Verdict::Breached));
}

#[test]
fn an_unknown_drs_state_is_unknown_and_shown_as_it_came() {
    let (kind, mut world) = drs();
    first_server(&mut world).state = Other(t("HIBERNATING"));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Unknown, None));
    assert!(why(&judged).contains("HIBERNATING"), "{}", why(&judged));
}

#[test]
fn a_server_long_unheard_of_is_at_risk_though_continuous() {
    let (kind, mut world) = drs();
    first_server(&mut world).last_seen = Some(ago(hours(2)));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::AtRisk);
}

#[test]
fn the_worst_server_decides() {
    let (kind, mut world) = drs_by_tag();
    first_server(&mut world).lag = Some(minutes(14));
    world.put(snapshots_of("s-2"), taken(&[Some(ago(hours(3))), Some(ago(hours(1)))]));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::AtRisk, Some(minutes(14))));
    assert_eq!(
        it(&judged).loss.data,
        Loss::Since { newest: ago(hours(1)), oldest: None },
        "their windows do not overlap"
    );
}

#[test]
fn a_replica_lag_of_minus_one_is_no_replication() {
    let (kind, mut world) = rds_replica();
    world.put(replica_lag(west(), "orders-replica"), points(&[-1.0, 2.0]));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Unknown, None));
    assert!(why(&judged).contains("reports a lag of -1: it does not replicate"), "{}", why(&judged));
}

#[test]
fn a_replica_whose_replication_is_not_running_is_not_believed() {
    // What broke off leaves the recovery point that its last good lag proves: 12 s before the point of a minute ago.
    let last_good = Some(ago(seconds(72)));
    for (status, verdict, recovery_point) in [
        ("error", Verdict::AtRisk, last_good),
        ("stopped", Verdict::AtRisk, last_good),
        ("replication degraded", Verdict::AtRisk, last_good),
        ("replication stop point reached", Verdict::AtRisk, last_good),
        ("something new", Verdict::Unknown, None),
        ("terminated", Verdict::Breached, None),
    ] {
        let (kind, mut world) = rds_replica();
        let replication = db_instance(&mut world, &west()).replication.as_mut().unwrap();
        (replication.status, replication.normal) = (t(status), false);
        replication.message = Some(t("log file is gone"));
        let judged = judge_kind(kind, &world);
        assert_eq!((it(&judged).verdict, it(&judged).recovery_point.region), (verdict, recovery_point), "{status}");
        assert!(why(&judged).contains(status) && why(&judged).contains("log file is gone"), "{}", why(&judged));
        assert!(!judged.blockers.is_empty(), "{status}");
    }
}

#[test]
fn a_replicating_replica_that_is_not_normal_is_not_believed() {
    let (kind, mut world) = rds_replica();
    db_instance(&mut world, &west()).replication.as_mut().unwrap().normal = false;
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Unknown);
}

#[test]
fn aurora_counts_in_milliseconds() {
    let (kind, mut world) = aurora_global();
    world.put(aurora_lag(west(), "shop-usw2"), points(&[850.0]));
    let judged = judge_kind(kind, &world);
    // A minute is the age of the point; its lag is less than a second, not fourteen minutes.
    let newest = ago(minutes(1)) - drdeck::model::Span::from_millis(850);
    assert_eq!(it(&judged).loss.region, since(newest));
    assert_eq!(judged.rpo.region.now.unwrap().as_secs(), 60);
    assert_eq!(it(&judged).lag_history, [(ago(minutes(1)), 0.85)].into_iter().collect());
    assert!(it(&judged).reason.as_str().contains("850 ms lag"), "{}", it(&judged).reason);
}

#[test]
fn an_aurora_lag_of_minus_one_marks_a_primary_not_a_secondary_ahead() {
    let (kind, mut world) = aurora_global();
    world.put(aurora_lag(west(), "shop-usw2"), points(&[-1.0]));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Unknown);
}

#[test]
fn switching_over_is_unknown_and_shown_as_it_came() {
    for status in ["switching-over", "failing-over", "pending", "cancelling", "levitating"] {
        let (kind, mut world) = aurora_global();
        let to = t("arn:aws:rds:us-west-2:111122223333:cluster:shop-usw2");
        change_global(&mut world, |global| {
            global.failover = Some(FailoverState { status: t(status), from: None, to: Some(to.clone()) });
        });
        let judged = judge_kind(kind, &world);
        assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Unknown, None), "{status}");
        assert!(why(&judged).contains(&format!("to shop-usw2: it is {status}")), "{}", why(&judged));
        assert!(!judged.blockers.is_empty(), "{status}");
    }
    let (kind, mut world) = aurora_global();
    change_global(&mut world, |global| global.status = t("switching-over"));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Unknown);
}

#[test]
fn pending_resync_and_unknown_synchronisation_are_not_believed() {
    for state in [Is(Synchronization::PendingResync), Other(t("drifting"))] {
        let (kind, mut world) = aurora_global();
        change_global(&mut world, |global| global.members[1].synchronization = Some(state.clone()));
        let judged = judge_kind(kind, &world);
        assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Unknown, None), "{state:?}");
    }
}

#[test]
fn a_completed_backup_whose_copy_failed_is_no_recovery_point_for_a_region() {
    let (kind, mut world) = backup();
    let (new, old) = (ago(hours(3)), ago(hours(27)));
    world.put(Query::BackupJobs(east()), Answer::BackupJobs(vec![backup_job(new, JobState::Completed)]));
    let copies = vec![copy_job(new + minutes(20), JobState::Failed), copy_job(old, JobState::Completed)];
    world.put(Query::CopyJobs(east()), Answer::CopyJobs(copies));
    let both = vec![point(new, PointStatus::Completed), point(old, PointStatus::Completed)];
    world.put(vault_points(east()), Answer::RecoveryPoints(both));
    world.put(vault_points(west()), Answer::RecoveryPoints(vec![point(old, PointStatus::Completed)]));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.data.now, judged.rpo.data.verdict), (Some(hours(3)), Verdict::Met));
    assert_eq!((judged.rpo.region.now, judged.rpo.region.verdict), (Some(hours(27)), Verdict::Breached));
    assert!(why(&judged).contains("to nightly-dr in us-west-2 is FAILED"), "{}", why(&judged));
}

#[test]
fn partial_and_expired_points_do_not_count() {
    for status in
        [PointStatus::Partial, PointStatus::Expired, PointStatus::Creating, PointStatus::Deleting, PointStatus::Stopped]
    {
        let (kind, mut world) = backup();
        let listed = vec![point(ago(hours(1)), status), point(ago(hours(20)), PointStatus::Completed)];
        world.put(vault_points(east()), Answer::RecoveryPoints(listed));
        let judged = judge_kind(kind.clone(), &world);
        assert_eq!(judged.rpo.data.now, Some(hours(20)), "{status:?}");
        world.put(vault_points(east()), Answer::RecoveryPoints(vec![point(ago(hours(1)), status)]));
        let judged = judge_kind(kind, &world);
        assert_eq!(
            (it(&judged).loss.data, judged.rpo.data.verdict),
            (Loss::Everything, Verdict::Breached),
            "{status:?}"
        );
    }
    let (kind, mut world) = backup();
    let mut odd = point(ago(hours(1)), PointStatus::Completed);
    odd.status = Other(t("FRESHLY_BAKED"));
    world.put(vault_points(east()), Answer::RecoveryPoints(vec![odd]));
    assert_eq!(it(&judge_kind(kind, &world)).loss.data, Loss::Everything);
}

#[test]
fn a_point_of_a_continuous_backup_counts() {
    let (kind, mut world) = backup();
    world.put(vault_points(east()), Answer::RecoveryPoints(vec![point(ago(hours(2)), PointStatus::Available)]));
    assert_eq!(judge_kind(kind, &world).rpo.data.now, Some(hours(2)));
}

#[test]
fn points_of_other_resources_do_not_count() {
    let (kind, mut world) = backup();
    let mut other = point(ago(hours(1)), PointStatus::Completed);
    other.resource = t("arn:aws:rds:us-east-1:111122223333:db:reports-2");
    world.put(vault_points(east()), Answer::RecoveryPoints(vec![other]));
    assert_eq!(it(&judge_kind(kind, &world)).loss.data, Loss::Everything);
}

#[test]
fn a_job_completed_with_a_message_is_at_risk() {
    let (kind, mut world) = backup();
    let mut job = backup_job(ago(hours(9)), JobState::Completed);
    job.message = Some(t("3 files were skipped"));
    world.put(Query::BackupJobs(east()), Answer::BackupJobs(vec![job]));
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::AtRisk);
    assert!(why(&judged).contains("completed with issues: 3 files were skipped"), "{}", why(&judged));
}

#[test]
fn no_data_points_are_not_a_lag_of_zero() {
    let series = [
        (rds_replica(), replica_lag(west(), "orders-replica")),
        (aurora_global(), aurora_lag(west(), "shop-usw2")),
        (efs_replication(), efs_lag()),
        (
            elasticache_global(),
            lag(west(), "AWS/ElastiCache", "GlobalDatastoreReplicationLag", &[("ReplicationGroupId", "content-usw2")]),
        ),
        (metric(), lag(west(), "Acme", "Lag", &[("Stream", "a")])),
    ];
    for ((kind, mut world), query) in series {
        world.put(query, no_points());
        // EFS tells its last synchronisation by itself, too.
        if matches!(kind, Kind::EfsReplication(_)) {
            for place in [east(), west()] {
                world.make_missing(&Query::FileSystemReplications(place));
            }
        }
        let judged = judge_kind(kind.clone(), &world);
        assert_eq!((it(&judged).verdict, judged.rpo.region.now), (Verdict::Unknown, None), "{}", kind.as_str());
        assert!(why(&judged).contains("has reported no lag"), "{}", why(&judged));
    }
}

#[test]
fn a_series_that_cloudwatch_refused_is_not_an_empty_one() {
    for status in
        [SeriesStatus::InternalError, SeriesStatus::Forbidden, SeriesStatus::Partial, SeriesStatus::Other(t("Dreamt"))]
    {
        let (kind, mut world) = global_table(Consistency::Eventual);
        for (place, other) in [(east(), WEST), (west(), EAST)] {
            let empty = |status: &SeriesStatus| Answer::Series(Series { status: status.clone(), points: Vec::new() });
            world.put(table_lag(place.clone(), "carts", other), empty(&status));
            world.put(table_writes(place, "carts"), empty(&SeriesStatus::Complete));
        }
        let judged = judge_kind(kind, &world);
        assert_eq!(
            (it(&judged).verdict, judged.rpo.region.now),
            (Verdict::Unknown, None),
            "{status:?}: idle, it would be met"
        );
    }
}

#[test]
fn old_points_count_from_their_own_moment() {
    // The metric stopped 16 minutes ago: what it last said is that old.
    let (kind, mut world) = rds_replica();
    let points = vec![(ago(minutes(16)), 1.0)];
    world.put(replica_lag(west(), "orders-replica"), Answer::Series(Series { status: SeriesStatus::Complete, points }));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.region.now.unwrap(), it(&judged).verdict), (minutes(16) + seconds(1), Verdict::Breached));
}

#[test]
fn an_idle_table_loses_nothing() {
    let (kind, mut world) = global_table(Consistency::Eventual);
    for (place, other) in [(east(), WEST), (west(), EAST)] {
        world.put(table_lag(place.clone(), "carts", other), no_points());
        world.put(table_writes(place, "carts"), points(&[0.0, 0.0]));
    }
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, it(&judged).loss.region), (Verdict::Met, Loss::None));
    assert_eq!((judged.rpo.region.now, it(&judged).recovery_point.region), (Some(seconds(0)), Some(now())));
    assert!(it(&judged).reason.as_str().contains("idle"), "{}", it(&judged).reason);
}

#[test]
fn a_written_table_without_a_lag_is_not_idle() {
    let (kind, mut world) = global_table(Consistency::Eventual);
    for (place, other) in [(east(), WEST), (west(), EAST)] {
        world.put(table_lag(place, "carts", other), no_points());
    }
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Unknown);
}

#[test]
fn a_table_written_on_one_side_only_is_judged_by_that_side() {
    let (kind, mut world) = global_table(Consistency::Eventual);
    world.put(table_lag(west(), "carts", EAST), no_points());
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.now.unwrap().as_secs()), (Verdict::Met, 60));
}

#[test]
fn an_idle_bucket_loses_nothing_but_a_silent_one_is_unknown() {
    let (kind, mut world) = s3_replication();
    world.put(image_metric("ReplicationLatency"), no_points());
    world.put(image_metric("OperationsPendingReplication"), points(&[0.0]));
    assert_eq!(it(&judge_kind(kind.clone(), &world)).loss.region, Loss::None);
    world.put(image_metric("OperationsPendingReplication"), points(&[4.0]));
    assert_eq!(it(&judge_kind(kind.clone(), &world)).verdict, Verdict::Unknown);
    world.put(image_metric("OperationsPendingReplication"), no_points());
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Unknown);
    assert!(why(&judged).contains("no metrics"), "{}", why(&judged));
}

#[test]
fn objects_that_failed_to_replicate_stay_behind() {
    let (kind, mut world) = s3_replication();
    world.put(image_metric("OperationsFailedReplication"), points(&[0.0, 2.0]));
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::AtRisk);
    assert!(why(&judged).contains("failed for 2 objects"), "{}", why(&judged));
}

#[test]
fn an_rpo_of_zero_is_not_met_by_an_eventual_table_even_if_idle() {
    let (kind, mut world) = global_table(Consistency::Eventual);
    let zero = |kind| system(vec![component("carts", kind)], Some(seconds(0)), None);
    let judged = judge_system(zero(kind.clone()), &world);
    assert_eq!((judged.rpo.region.verdict, judged.verdict), (Verdict::Breached, Verdict::Breached));
    assert!(why(&judged).contains("with a delay"), "{}", why(&judged));
    for (place, other) in [(east(), WEST), (west(), EAST)] {
        world.put(table_lag(place.clone(), "carts", other), no_points());
        world.put(table_writes(place, "carts"), no_points());
    }
    assert_eq!(judge_system(zero(kind), &world).rpo.region.verdict, Verdict::Breached);
}

#[test]
fn an_rpo_of_zero_is_met_by_a_strong_table() {
    let (kind, world) = global_table(Consistency::Strong);
    let judged = judge_system(system(vec![component("carts", kind)], Some(seconds(0)), None), &world);
    assert_eq!((judged.rpo.region.verdict, judged.rpo.region.now), (Verdict::Met, Some(seconds(0))));
}

#[test]
fn an_unknown_consistency_is_unknown() {
    let (kind, mut world) = global_table(Consistency::Strong);
    change_table(&mut world, |table| table.consistency = Some(Other(t("CAUSAL"))));
    let judged = judge_kind(kind, &world);
    assert_eq!(judged.rpo.region.verdict, Verdict::Unknown);
    assert!(why(&judged).contains("CAUSAL"), "{}", why(&judged));
}

#[test]
fn replicas_that_cannot_be_used_are_no_protection() {
    for (status, verdict, word) in [
        (Is(ReplicaStatus::RegionDisabled), Verdict::Breached, "Region is disabled"),
        (Is(ReplicaStatus::InaccessibleEncryptionCredentials), Verdict::Breached, "key is out of reach"),
        (Is(ReplicaStatus::ReplicationNotAuthorized), Verdict::Unknown, "not authorised"),
        (Is(ReplicaStatus::Creating), Verdict::Breached, "still being created"),
        (Is(ReplicaStatus::CreationFailed), Verdict::Breached, "could not be created"),
        (Is(ReplicaStatus::Deleting), Verdict::Breached, "being deleted"),
        (Is(ReplicaStatus::Archived), Verdict::Breached, "archived"),
        (Other(t("EVAPORATING")), Verdict::Unknown, "EVAPORATING"),
    ] {
        for consistency in [Consistency::Strong, Consistency::Eventual] {
            let (kind, mut world) = global_table(consistency);
            change_table(&mut world, |table| {
                table
                    .replicas
                    .iter_mut()
                    .filter(|(region, _)| region.as_str() == WEST)
                    .for_each(|(_, of)| *of = status.clone());
                table
                    .replicas
                    .iter_mut()
                    .filter(|(region, _)| region.as_str() == EAST)
                    .for_each(|(_, of)| *of = Is(ReplicaStatus::Active));
            });
            // Only the other Region sees the state of a replica; let that be the one that is believed.
            world.make_stale(&Query::Table(west(), "carts".to_owned()));
            let judged = judge_kind(kind, &world);
            assert_eq!((judged.rpo.region.verdict, judged.rpo.region.now), (verdict, None), "{status:?}");
            assert!(why(&judged).contains(word), "{}", why(&judged));
        }
    }
}

#[test]
fn point_in_time_recovery_that_is_off_is_breached() {
    let (kind, mut world) = dynamodb_table();
    let Answer::ContinuousBackups(backups) = world.answer(&Query::ContinuousBackups(east(), "carts".to_owned())) else {
        panic!()
    };
    backups.enabled = false;
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.data.verdict, it(&judged).loss.data), (Verdict::Breached, Loss::Everything));
    assert!(why(&judged).contains("is off"), "{}", why(&judged));
}

#[test]
fn automated_backups_that_are_off_are_breached_whatever_time_is_told() {
    for (kind, mut world) in [rds_instance(), rds_replica()] {
        db_instance(&mut world, &east()).backup_retention_days = 0;
        let judged = judge_kind(kind, &world);
        assert_eq!((judged.rpo.data.verdict, it(&judged).loss.data), (Verdict::Breached, Loss::Everything));
    }
}

#[test]
fn a_restorable_time_that_stands_still_grows_old() {
    let (kind, mut world) = rds_instance();
    db_instance(&mut world, &east()).latest_restorable = Some(ago(hours(30)));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.data.now, judged.rpo.data.verdict), (Some(hours(30)), Verdict::Breached));
}

#[test]
fn what_does_not_exist_in_aws_is_unknown_and_named() {
    let empty = |world: &mut World, query: Query, answer: Answer| world.put(query, answer);
    let (kind, mut world) = rds_instance();
    empty(&mut world, Query::DbInstances(east()), Answer::DbInstances(Vec::new()));
    assert_named(&judge_kind(kind, &world), "There is no RDS instance orders-db in us-east-1");

    let (kind, mut world) = rds_replica();
    empty(&mut world, Query::DbInstances(west()), Answer::DbInstances(Vec::new()));
    let judged = judge_kind(kind, &world);
    assert_eq!(judged.rpo.region.verdict, Verdict::Breached, "the source is there, and nothing follows it");
    assert!(why(&judged).contains("There is no RDS instance orders-replica in us-west-2"), "{}", why(&judged));

    let (kind, mut world) = aurora_global();
    for place in [east(), west()] {
        empty(&mut world, Query::GlobalClusters(place), Answer::GlobalClusters(Vec::new()));
    }
    assert_named(&judge_kind(kind, &world), "There is no Aurora global database shop in us-east-1 and us-west-2");

    let (kind, mut world) = drs();
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.remove(0);
    assert_named(&judge_kind(kind, &world), "There is no DRS source server s-1 in us-west-2");

    let (kind, mut world) = drs_by_tag();
    empty(&mut world, Query::SourceServers(west()), Answer::SourceServers(Vec::new()));
    assert_named(&judge_kind(kind, &world), "There is no DRS source server tagged App=legacy-web in us-west-2");

    let (kind, mut world) = asg();
    empty(&mut world, Query::Groups(west()), Answer::Groups(Vec::new()));
    assert_named(&judge_kind(kind, &world), "There is no Auto Scaling group web-dr in us-west-2");

    let (kind, mut world) = health_check();
    empty(&mut world, Query::HealthChecks(east()), Answer::HealthChecks(Vec::new()));
    assert_named(&judge_kind(kind, &world), "There is no health check check-1 in Route 53");
}

#[test]
fn a_dropped_table_is_named_though_it_was_read_before() {
    let (kind, mut world) = dynamodb_table();
    for query in [Query::Table(east(), "carts".to_owned()), Query::ContinuousBackups(east(), "carts".to_owned())] {
        let gone =
            Failure { kind: FailureKind::NotFound, ..failure(FailureKind::NotFound, "ResourceNotFoundException") };
        let reading = world.readings.remove(&query).unwrap().and_failed(gone);
        world.readings.insert(query, reading);
    }
    let judged = judge_kind(kind, &world);
    assert_named(&judged, "There is no DynamoDB table carts in us-east-1");
    assert_eq!(it(&judged).recovery_point.data, None);
}

#[test]
fn a_vault_that_does_not_exist_protects_nothing() {
    let (kind, mut world) = backup();
    let gone = failure(FailureKind::NotFound, "ResourceNotFoundException");
    for query in [Query::Vault(west(), "nightly-dr".to_owned()), vault_points(west())] {
        world.readings.insert(query, drdeck::model::Reading::failed(gone.clone()));
    }
    let judged = judge_kind(kind, &world);
    assert_eq!(judged.rpo.region.verdict, Verdict::Breached);
    assert!(why(&judged).contains("There is no backup vault nightly-dr in us-west-2"), "{}", why(&judged));
}

fn assert_named(judged: &drdeck::model::SystemAssessment, sentence: &str) {
    assert_eq!(judged.verdict, Verdict::Unknown, "{}", why(judged));
    assert!(why(judged).contains(sentence), "{}", why(judged));
}
