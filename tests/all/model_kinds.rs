//! What each kind makes of directions, statuses and capacities.

use std::collections::BTreeSet;

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::backup::{JobState, PointStatus, RestoreJob};
use drdeck::model::facts::cloudwatch::{Series, SeriesStatus};
use drdeck::model::facts::drs::{Direction, Job, RecoveryInstance, ReplicationState};
use drdeck::model::facts::dynamodb::Consistency;
use drdeck::model::facts::route53::Observation;
use drdeck::model::{Estate, Loss, Query, Region, RunStart, Site, SystemAssessment, Up, Verdict};

use crate::model_estates::*;
use crate::model_readings::*;

fn active(judged: &SystemAssessment) -> Vec<&str> {
    judged.active.iter().map(Site::as_str).collect()
}

fn follow_ups(kind: drdeck::model::kinds::Kind, world: &World) -> BTreeSet<Query> {
    let estate = Estate { systems: vec![system(vec![component("it", kind)], None, None)], ..Default::default() };
    estate.follow_ups(&world.snapshot(), now())
}

#[test]
fn two_standalone_instances_are_a_split() {
    let (kind, mut world) = rds_replica();
    let promoted = db_instance(&mut world, &west());
    (promoted.replica_source, promoted.replication) = (None, None);
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.verdict, it(&judged).verdict), (Verdict::Split, Verdict::Split));
    assert_eq!(active(&judged), [EAST, WEST]);
    assert!(judged.reasons[0].as_str().contains("both take writes"), "{}", why(&judged));
}

#[test]
fn a_promoted_replica_is_where_the_system_runs_while_the_old_region_is_dead() {
    let (kind, mut world) = rds_replica();
    let promoted = db_instance(&mut world, &west());
    (promoted.replica_source, promoted.replication) = (None, None);
    world.kill(EAST);
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.verdict, active(&judged)), (Verdict::Unknown, vec![WEST]));
    assert!(why(&judged).contains("whether orders-db still takes writes cannot be read"), "{}", why(&judged));
    assert_eq!(judged.rpo.data.now, Some(minutes(4)), "the promoted one's own backups");
}

#[test]
fn after_a_failover_the_old_source_follows_and_its_lag_counts() {
    let (kind, mut world) = rds_replica();
    let new_source = instance("orders-replica", WEST);
    let follower = replica("orders-db", EAST, &new_source);
    world.put(Query::DbInstances(west()), Answer::DbInstances(vec![new_source]));
    world.put(Query::DbInstances(east()), Answer::DbInstances(vec![follower]));
    world.put(replica_lag(west(), "orders-replica"), no_points());
    assert_eq!(follow_ups(kind.clone(), &world), BTreeSet::from([replica_lag(east(), "orders-db")]));
    world.put(replica_lag(east(), "orders-db"), points(&[30.0]));
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), it(&judged).verdict), (vec![WEST], Verdict::Met));
    assert_eq!(judged.rpo.region.now, Some(seconds(90)));
    assert_eq!(it(&judged).source, "cloudwatch:GetMetricData us-east-1");
}

#[test]
fn a_replica_of_another_source_is_not_ours() {
    let (kind, mut world) = rds_replica();
    db_instance(&mut world, &west()).replica_source = Some(t("arn:aws:rds:us-east-1:111122223333:db:orders-db-2"));
    let judged = judge_kind(kind, &world);
    assert_eq!(judged.rpo.region.verdict, Verdict::Unknown);
    assert!(why(&judged).contains("orders-db-2, not orders-db"), "{}", why(&judged));
}

#[test]
fn a_replica_that_is_backing_up_cannot_be_promoted_now() {
    let (kind, mut world) = rds_replica();
    db_instance(&mut world, &west()).status = t("backing-up");
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.verdict), (Verdict::AtRisk, Verdict::Met));
    assert!(judged.blockers[0].as_str().contains("cannot be promoted"), "{:?}", judged.blockers);
}

#[test]
fn an_instance_of_a_status_drdeck_does_not_know_is_unknown() {
    let (kind, mut world) = rds_replica();
    db_instance(&mut world, &west()).status = t("inaccessible-encryption-credentials");
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.blockers.len()), (Verdict::Unknown, 1));
    assert!(why(&judged).contains("inaccessible-encryption-credentials"), "{}", why(&judged));
}

#[test]
fn an_aurora_writer_in_the_recovery_region_turns_the_direction_round() {
    let (kind, mut world) = aurora_global();
    change_global(&mut world, |seen| *seen = global(WEST));
    assert_eq!(follow_ups(kind.clone(), &world), BTreeSet::from([aurora_lag(east(), "shop-use1")]));
    world.put(aurora_lag(east(), "shop-use1"), points(&[500.0]));
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), it(&judged).verdict), (vec![WEST], Verdict::Met));
    assert_eq!(it(&judged).source, "cloudwatch:GetMetricData us-east-1");
}

#[test]
fn two_aurora_writers_are_a_split() {
    // As one answer tells it.
    let (kind, mut world) = aurora_global();
    change_global(&mut world, |global| global.members[1].is_writer = true);
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((judged.verdict, active(&judged)), (Verdict::Split, vec![EAST, WEST]));
    // As the two Regions contradict each other.
    let (_, mut world) = aurora_global();
    world.put(Query::GlobalClusters(west()), Answer::GlobalClusters(vec![global(WEST)]));
    assert_eq!(judge_kind(kind.clone(), &world).verdict, Verdict::Split);
    // What a dead Region said last contradicts nobody.
    world.make_stale(&Query::GlobalClusters(east()));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.verdict, active(&judged)), (Verdict::Unknown, vec![WEST]));
}

#[test]
fn a_headless_secondary_cannot_take_over_at_once() {
    let (kind, mut world) = aurora_global();
    db_cluster(&mut world, &west()).members.clear();
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.rpo.region.verdict), (Verdict::AtRisk, Verdict::Met));
    assert!(judged.blockers[0].as_str().contains("has no instance"), "{:?}", judged.blockers);
}

#[test]
fn engine_versions_that_differ_stand_in_the_way() {
    let (kind, mut world) = aurora_global();
    db_cluster(&mut world, &west()).engine_version = t("16.3");
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::AtRisk);
    assert!(judged.blockers[0].as_str().contains("needs the same version"), "{:?}", judged.blockers);
}

#[test]
fn a_global_database_without_a_second_cluster_protects_nothing() {
    let (kind, mut world) = aurora_global();
    change_global(&mut world, |global| drop(global.members.pop()));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.region.verdict, it(&judged).loss.region), (Verdict::Breached, Loss::Everything));
}

#[test]
fn a_table_that_is_not_global_protects_nothing() {
    let (kind, mut world) = global_table(Consistency::Strong);
    change_table(&mut world, |seen| *seen = table(EAST, &[], None));
    let judged = judge_kind(kind, &world);
    assert_eq!(judged.rpo.region.verdict, Verdict::Breached, "{}", why(&judged));
}

#[test]
fn the_lag_of_a_table_is_asked_for_only_while_it_has_one() {
    let (kind, world) = global_table(Consistency::Strong);
    assert!(follow_ups(kind, &world).is_empty());
    let (kind, world) = global_table(Consistency::Eventual);
    assert_eq!(follow_ups(kind, &world).len(), 4);
}

#[test]
fn a_table_active_in_both_regions_is_no_split() {
    let (kind, world) = global_table(Consistency::Strong);
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), judged.verdict), (vec![EAST, WEST], Verdict::Met));
}

#[test]
fn a_table_whose_first_region_is_dead_is_restored_from_the_other() {
    let (kind, mut world) = global_table(Consistency::Strong);
    world.kill(EAST);
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.region.verdict, judged.rpo.data.verdict), (Verdict::Met, Verdict::Met));
    assert_eq!(judged.verdict, Verdict::Unknown);
}

fn recovered(id: &str, server: &str, is_drill: bool) -> RecoveryInstance {
    RecoveryInstance {
        id: t(id),
        source_server: t(server),
        job: t("drsjob-1"),
        is_drill,
        origin: t("AWS"),
        replication: t("NOT_STARTED"),
        ec2_state: t("RUNNING"),
        point_in_time: None,
        failback_state: t("FAILBACK_NOT_STARTED"),
    }
}

#[test]
fn servers_run_where_they_come_from_until_they_are_recovered() {
    let (kind, mut world) = drs();
    assert_eq!(active(&judge_kind(kind.clone(), &world)), [EAST]);
    // The machine of a drill serves nobody.
    world.put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(vec![recovered("i-1", "s-1", true)]));
    assert_eq!(active(&judge_kind(kind.clone(), &world)), [EAST]);
    // Recovered while the original still runs: both do.
    let real = || Answer::RecoveryInstances(vec![recovered("i-1", "s-1", false), recovered("i-2", "s-2", false)]);
    world.put(Query::RecoveryInstances(west()), real());
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((active(&judged), judged.verdict), (vec![EAST, WEST], Verdict::Split));
    // And once the originals are gone, here.
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.iter_mut().for_each(|server| server.state = Is(ReplicationState::Disconnected));
    assert_eq!(active(&judge_kind(kind.clone(), &world)), [WEST]);
    // Replicating back home.
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    for server in servers {
        (server.state, server.direction) = (Is(ReplicationState::Continuous), Is(Direction::Failback));
    }
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), judged.verdict), (vec![WEST], Verdict::Met));
}

#[test]
fn a_server_without_an_aws_origin_is_on_premises() {
    let (kind, mut world) = drs();
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.iter_mut().for_each(|server| server.origin_region = None);
    assert_eq!(active(&judge_kind(kind, &world)), ["on-premises"]);
}

fn drs_job(status: &str, launch: &str) -> Answer {
    Answer::DrsJobs(vec![Job {
        id: t("drsjob-1"),
        kind: t("LAUNCH"),
        initiated_by: t("START_DRILL"),
        status: t(status),
        created: Some(ago(hours(1))),
        ended: None,
        tags: Vec::new(),
        servers: vec![(t("s-1"), t(launch)), (t("s-2"), t("LAUNCHED"))],
    }])
}

#[test]
fn a_completed_job_says_nothing_of_each_server() {
    let (kind, mut world) = drs();
    world.put(Query::DrsJobs(west()), drs_job("COMPLETED", "FAILED"));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.blockers.len()), (Verdict::AtRisk, 0));
    assert!(why(&judged).contains("The last launch of web-s-1 failed (drsjob-1)"), "{}", why(&judged));
}

#[test]
fn a_running_job_stands_in_the_way() {
    let (kind, mut world) = drs();
    world.put(Query::DrsJobs(west()), drs_job("STARTED", "IN_PROGRESS"));
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.blockers.len()), (Verdict::AtRisk, 2));
}

#[test]
fn a_first_synchronisation_recovers_nothing() {
    let (kind, mut world) = drs();
    first_server(&mut world).state = Is(ReplicationState::InitialSync);
    first_server(&mut world).eta = Some(now() + minutes(90));
    world.put(snapshots_of("s-1"), taken(&[]));
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Breached);
    assert!(why(&judged).contains("INITIAL_SYNC"), "{}", why(&judged));
    assert!(why(&judged).contains("expected to end at 15:30:00Z"), "{}", why(&judged));
}

#[test]
fn an_overdue_backup_is_at_risk_before_it_is_too_old() {
    let (kind, mut world) = backup();
    let old = ago(hours(24) + hours(2) + minutes(23));
    world.put(vault_points(east()), Answer::RecoveryPoints(vec![point(old, PointStatus::Completed)]));
    let on_time = judge_kind(kind.clone(), &world);
    assert!(!why(&on_time).contains("overdue"), "a tenth of a day is grace: {}", why(&on_time));
    world.put(vault_points(east()), Answer::RecoveryPoints(vec![point(old - minutes(2), PointStatus::Completed)]));
    let late = judge_system(system(vec![component("it", kind)], None, Some(hours(48))), &world);
    assert_eq!((late.rpo.data.verdict, it(&late).verdict), (Verdict::Met, Verdict::AtRisk));
    assert!(why(&late).contains("overdue"), "{}", why(&late));
}

#[test]
fn a_failed_last_job_is_at_risk_and_only_the_last_counts() {
    for (state, verdict) in [
        (JobState::Failed, Verdict::AtRisk),
        (JobState::Aborted, Verdict::AtRisk),
        (JobState::Expired, Verdict::AtRisk),
        (JobState::Partial, Verdict::AtRisk),
        // What runs now does not make good what failed before it.
        (JobState::Running, Verdict::AtRisk),
        (JobState::Completed, Verdict::Met),
    ] {
        let (kind, mut world) = backup();
        let jobs = vec![backup_job(ago(hours(33)), JobState::Failed), backup_job(ago(hours(1)), state)];
        world.put(Query::BackupJobs(east()), Answer::BackupJobs(jobs));
        assert_eq!(it(&judge_kind(kind, &world)).verdict, verdict, "{state:?}");
    }
}

#[test]
fn a_restore_that_completed_but_was_not_valid_is_at_risk() {
    let (kind, mut world) = backup();
    let job = RestoreJob {
        id: t("restore-1"),
        recovery_point: t("arn:point"),
        resource: Some(t(RESOURCE)),
        state: Is(JobState::Completed),
        created: Some(ago(hours(5))),
        completed: Some(ago(hours(4))),
        validation: Some(t("FAILED")),
        deletion: None,
        testing_plan: None,
        resource_type: None,
        message: None,
        made: None,
    };
    world.put(Query::RestoreJobs(east()), Answer::RestoreJobs(vec![job]));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::AtRisk);
}

#[test]
fn a_backup_of_its_own_objective_stays_out_of_the_systems_figure() {
    let (lag_kind, mut world) = rds_replica();
    let (kind, vaults) = backup();
    world.readings.extend(vaults.readings);
    let mut weekly = component("weekly", kind);
    weekly.own_rpo = Some(hours(8));
    let judged =
        judge_system(system(vec![component("orders", lag_kind), weekly], Some(minutes(5)), Some(hours(1))), &world);
    assert_eq!(judged.rpo.data.worst.as_deref(), Some("orders"));
    assert_eq!((judged.rpo.data.now, judged.rpo.data.verdict), (Some(minutes(4)), Verdict::Met));
    assert_eq!((judged.components[1].verdict, judged.verdict), (Verdict::Breached, Verdict::Breached));
}

#[test]
fn a_group_too_small_or_unable_to_launch_stands_in_the_way() {
    let (kind, mut world) = asg();
    let put = |world: &mut World, max: u32, in_service: u32, suspended: &[&str]| {
        let mut seen = group(in_service);
        (seen.max, seen.suspended) = (max, suspended.iter().map(|process| t(process)).collect());
        world.put(Query::Groups(west()), Answer::Groups(vec![seen]));
    };
    put(&mut world, 3, 3, &[]);
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((it(&judged).verdict, judged.blockers.len()), (Verdict::AtRisk, 1), "may not grow enough");
    put(&mut world, 8, 2, &["Launch"]);
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((it(&judged).verdict, judged.blockers.len()), (Verdict::AtRisk, 1), "cannot grow");
    put(&mut world, 8, 2, &[]);
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((it(&judged).verdict, judged.blockers.len()), (Verdict::AtRisk, 0), "has to grow");
    put(&mut world, 8, 4, &["AZRebalance"]);
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Met);
}

fn observed(failing: usize, passing: usize) -> Answer {
    let one = |status: &str| Observation { region: t("eu-west-1"), status: t(status), checked: Some(ago(seconds(20))) };
    let mut seen = vec![one("Failure: connection timed out"); failing];
    seen.extend(vec![one("Success: HTTP Status Code 200, OK"); passing]);
    Answer::HealthCheckStatus(seen)
}

#[test]
fn the_checkers_themselves_are_asked_while_cloudwatch_is_silent() {
    let checkers = Query::HealthCheckStatus(east(), "check-1".to_owned());
    let (kind, good) = health_check();
    assert!(follow_ups(kind.clone(), &good).is_empty());
    let mut old_points = good.clone();
    let points = vec![(ago(minutes(6)), 1.0)];
    let stopped = Series { status: SeriesStatus::Complete, points };
    old_points.put(health_series("check-1"), Answer::Series(stopped));
    let mut stale = good.clone();
    stale.make_stale(&health_series("check-1"));
    let mut missing = good.clone();
    missing.make_missing(&health_series("check-1"));
    for mut world in [old_points, stale, missing] {
        assert_eq!(follow_ups(kind.clone(), &world), BTreeSet::from([checkers.clone()]));
        assert_eq!(judge_kind(kind.clone(), &world).up, Up::Unknown);
        for (failing, passing, up) in [
            (0, 16, Up::Up),
            (7, 9, Up::Up),
            // Three of sixteen reach it: more than 18 of 100.
            (13, 3, Up::Up),
            (14, 2, Up::Down { since: ago(seconds(20)), start: RunStart::Earlier }),
            (0, 0, Up::Unknown),
        ] {
            world.put(checkers.clone(), observed(failing, passing));
            let judged = judge_kind(kind.clone(), &world);
            assert_eq!(judged.up, up, "{failing} fail, {passing} pass");
            assert_eq!(it(&judged).source, "route53:GetHealthCheckStatus us-east-1");
            let verdict = match up {
                Up::Up => Verdict::Met,
                Up::Down { .. } => Verdict::AtRisk,
                Up::Unknown => Verdict::Unknown,
            };
            assert_eq!(it(&judged).verdict, verdict, "{}", why(&judged));
        }
    }
}

#[test]
fn disabled_and_inverted_checks_tell_nothing_and_say_so() {
    for (disabled, inverted, words) in [
        (true, false, "takes it as healthy"),
        (true, true, "takes it as unhealthy"),
        (false, true, "the opposite of what it sees"),
    ] {
        for value in [1.0, 0.0] {
            let (kind, mut world) = health_check();
            let mut seen = check("check-1");
            (seen.disabled, seen.inverted) = (disabled, inverted);
            world.put(Query::HealthChecks(east()), Answer::HealthChecks(vec![seen]));
            world.put(health_series("check-1"), points(&[value]));
            let judged = judge_kind(kind, &world);
            assert_eq!((judged.up.clone(), it(&judged).verdict), (Up::Unknown, Verdict::Unknown));
            assert!(why(&judged).contains(words), "{}", why(&judged));
        }
    }
}

#[test]
fn a_failing_check_is_believed_without_its_settings_but_a_passing_one_is_not() {
    let (kind, mut world) = health_check();
    world.make_missing(&Query::HealthChecks(east()));
    assert_eq!(judge_kind(kind.clone(), &world).up, Up::Unknown);
    world.put(health_series("check-1"), points(&[0.0, 1.0]));
    assert_eq!(judge_kind(kind, &world).up, Up::Down { since: ago(minutes(1)), start: RunStart::Seen });
}

#[test]
fn jobs_of_another_vault_hide_no_failure_in_this_one() {
    let (kind, mut world) = backup();
    let mut other = backup_job(ago(hours(1)), JobState::Completed);
    other.vault = t("weekly");
    let jobs = vec![backup_job(ago(hours(9)), JobState::Failed), other.clone()];
    world.put(Query::BackupJobs(east()), Answer::BackupJobs(jobs));
    assert_eq!(it(&judge_kind(kind.clone(), &world)).verdict, Verdict::AtRisk);
    other.state = Is(JobState::Failed);
    let jobs = vec![backup_job(ago(hours(9)), JobState::Completed), other];
    world.put(Query::BackupJobs(east()), Answer::BackupJobs(jobs));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Met, "that is the risk of another component");
}

#[test]
fn a_copy_that_runs_hides_no_copy_that_failed() {
    let (kind, mut world) = backup();
    let jobs = vec![copy_job(ago(hours(8)), JobState::Failed), copy_job(ago(minutes(5)), JobState::Running)];
    world.put(Query::CopyJobs(east()), Answer::CopyJobs(jobs));
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::AtRisk);
    assert!(why(&judged).contains("to nightly-dr in us-west-2 is FAILED"), "{}", why(&judged));
}

#[test]
fn a_writer_that_was_stopped_is_no_second_writer() {
    let (kind, mut world) = rds_replica();
    world.put(Query::DbInstances(west()), Answer::DbInstances(vec![instance("orders-replica", WEST)]));
    assert_eq!(judge_kind(kind.clone(), &world).verdict, Verdict::Split);
    db_instance(&mut world, &east()).status = t("stopped");
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), judged.verdict), (vec![WEST], Verdict::Breached), "{}", why(&judged));
}

#[test]
fn a_server_not_heard_of_is_worth_its_snapshots() {
    let (kind, mut world) = drs();
    first_server(&mut world).last_seen = Some(ago(minutes(31)));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.region.now, it(&judged).verdict), (Some(minutes(9)), Verdict::AtRisk));
}

#[test]
fn a_server_recovered_to_its_own_region_does_not_survive_that() {
    let (kind, mut world) = drs();
    first_server(&mut world).origin_region = Some(Region::new(WEST));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.region.verdict, judged.rpo.data.verdict), (Verdict::Breached, Verdict::Met));
}

#[test]
fn a_recovered_server_that_nothing_replicates_back_is_not_protected_by_its_old_snapshots() {
    let (kind, mut world) = drs();
    let real = vec![recovered("i-1", "s-1", false), recovered("i-2", "s-2", false)];
    world.put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(real));
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.iter_mut().for_each(|server| server.state = Is(ReplicationState::Disconnected));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.rpo.region.verdict, judged.rpo.region.now), (Verdict::Unknown, None));
    assert!(why(&judged).contains("nothing replicates it back"), "{}", why(&judged));
}

#[test]
fn an_idle_bucket_whose_metrics_stopped_is_not_idle() {
    let (kind, mut world) = s3_replication();
    world.put(image_metric("ReplicationLatency"), no_points());
    for (age, verdict) in [(10, Verdict::Met), (11, Verdict::Unknown)] {
        let points = vec![(ago(minutes(age)), 0.0)];
        let counted = Answer::Series(Series { status: SeriesStatus::Complete, points });
        world.put(image_metric("OperationsPendingReplication"), counted);
        let judged = judge_kind(kind.clone(), &world);
        assert_eq!(it(&judged).verdict, verdict, "{age}: {}", why(&judged));
    }
}

#[test]
fn what_a_checker_saw_long_before_it_was_asked_tells_nothing() {
    let (kind, mut world) = health_check();
    world.make_missing(&health_series("check-1"));
    let seen = Observation {
        region: t("eu-west-1"),
        status: t("Success: HTTP Status Code 200, OK"),
        checked: Some(ago(hours(2))),
    };
    world.put(Query::HealthCheckStatus(east(), "check-1".to_owned()), Answer::HealthCheckStatus(vec![seen]));
    let judged = judge_kind(kind, &world);
    assert_eq!((judged.up.clone(), it(&judged).verdict), (Up::Unknown, Verdict::Unknown));
}
