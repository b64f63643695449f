//! The traps of recovery on AWS that concern DRS, by their numbers: what can be read must be judged rightly.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::drs::{Direction, Job, LogItem, RecoveryInstance, ReplicationState, SourceServer};
use drdeck::model::facts::drs_plans::{Execution, RecoveryPlan};
use drdeck::model::kinds::Kind;
use drdeck::model::{Estate, Query, Verdict, plans};

use crate::model_estates::*;
use crate::model_readings::*;
use crate::traps_data::{active, assert_says, follow_ups, noted};

fn launch_of(launch: &str) -> Job {
    Job {
        id: t("drsjob-1"),
        kind: t("LAUNCH"),
        initiated_by: t("START_DRILL"),
        status: t("COMPLETED"),
        created: Some(ago(hours(2))),
        ended: Some(ago(hours(1))),
        tags: Vec::new(),
        servers: vec![(t("s-1"), t(launch)), (t("s-2"), t("LAUNCHED"))],
    }
}

fn launched(id: &str, server: &str, job: &str, is_drill: bool) -> RecoveryInstance {
    RecoveryInstance {
        id: t(id),
        source_server: t(server),
        job: t(job),
        is_drill,
        origin: t("AWS"),
        replication: t("NOT_STARTED"),
        ec2_state: t("RUNNING"),
        point_in_time: Some(ago(hours(5))),
        failback_state: t("FAILBACK_NOT_STARTED"),
    }
}

fn log(event: &str, server: Option<&str>) -> LogItem {
    LogItem { at: Some(ago(minutes(110))), event: t(event), server: server.map(t), instance: None, error: None }
}

fn log_of(job: &str) -> Query {
    Query::JobLog(west(), job.to_owned())
}

#[test]
fn trap_15_a_launch_that_took_a_previous_snapshot_recovered_older_data() {
    let (kind, mut world) = drs();
    world.put(Query::DrsJobs(west()), Answer::DrsJobs(vec![launch_of("LAUNCHED")]));
    assert_eq!(follow_ups(&kind, &world), [log_of("drsjob-1")], "only the log of the newest launch");
    world.put(
        Query::RecoveryInstances(west()),
        Answer::RecoveryInstances(vec![launched("i-1", "s-1", "drsjob-1", true)]),
    );
    let items = vec![log("JOB_START", None), log("USING_PREVIOUS_SNAPSHOT", Some("s-1")), log("JOB_END", None)];
    world.put(log_of("drsjob-1"), Answer::JobLog(items));
    let judged = judge_kind(kind.clone(), &world);
    assert_says(&judged, Verdict::AtRisk, "The last launch of web-s-1 took an older snapshot, of 09:00:00Z");
    // What the log says of servers launched along with ours is not about ours.
    world.put(log_of("drsjob-1"), Answer::JobLog(vec![log("USING_PREVIOUS_SNAPSHOT", Some("s-9"))]));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Met);
}

#[test]
fn trap_15_a_failed_step_of_a_launch_is_named() {
    let (kind, mut world) = drs();
    world.put(Query::DrsJobs(west()), Answer::DrsJobs(vec![launch_of("LAUNCHED")]));
    let item = LogItem { error: Some(t("VcpuLimitExceeded")), ..log("LAUNCH_FAILED", Some("s-2")) };
    world.put(log_of("drsjob-1"), Answer::JobLog(vec![item]));
    let judged = judge_kind(kind, &world);
    assert_says(
        &judged,
        Verdict::AtRisk,
        "In the last launch of web-s-2 (drsjob-1): LAUNCH_FAILED at 12:10:00Z: VcpuLimitExceeded",
    );
}

#[test]
fn trap_16_a_completed_job_with_a_failed_server_is_no_success() {
    for (launch, says) in [
        ("FAILED", "The last launch of web-s-1 failed (drsjob-1)"),
        ("IN_PROGRESS", "The job drsjob-1 is COMPLETED, but web-s-1 in it is IN_PROGRESS"),
    ] {
        let (kind, mut world) = drs();
        world.put(Query::DrsJobs(west()), Answer::DrsJobs(vec![launch_of(launch)]));
        assert_says(&judge_kind(kind, &world), Verdict::AtRisk, says);
    }
}

#[test]
fn trap_17_a_server_launched_stopped_does_not_run() {
    let (kind, mut world) = drs();
    let query = Query::LaunchConfiguration(west(), "s-1".to_owned());
    let Answer::LaunchConfiguration(launch) = world.answer(&query) else { panic!() };
    launch.disposition = t("STOPPED");
    assert_says(&judge_kind(kind.clone(), &world), Verdict::AtRisk, "web-s-1 would be launched but not running");
    // A private address that is kept clashes where it is taken: told, as it may well be meant.
    let Answer::LaunchConfiguration(launch) = world.answer(&query) else { panic!() };
    (launch.disposition, launch.copy_private_ip) = (t("STARTED"), true);
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met);
    assert!(noted(&judged, "launch").contains("keeps its private address"), "{}", noted(&judged, "launch"));
}

#[test]
fn trap_18_a_server_in_a_job_cannot_be_in_another() {
    let (kind, mut world) = drs();
    let job = Job { status: t("STARTED"), ..launch_of("IN_PROGRESS") };
    world.put(Query::DrsJobs(west()), Answer::DrsJobs(vec![job]));
    let judged = judge_kind(kind, &world);
    assert!(judged.blockers[0].as_str().contains("web-s-1 is in the job drsjob-1 (START_DRILL, STARTED)"));
}

#[test]
fn trap_19_lag_counts_only_in_continuous_replication() {
    for state in [
        ReplicationState::Stopped,
        ReplicationState::Initiating,
        ReplicationState::InitialSync,
        ReplicationState::Backlog,
        ReplicationState::CreatingSnapshot,
        ReplicationState::Paused,
        ReplicationState::Rescan,
        ReplicationState::Stalled,
        ReplicationState::Disconnected,
        ReplicationState::NotStarted,
        ReplicationState::NotAvailable,
    ] {
        let (kind, mut world) = drs();
        (first_server(&mut world).state, first_server(&mut world).lag) = (Is(state), Some(seconds(1)));
        let judged = judge_kind(kind, &world);
        assert_eq!(judged.rpo.region.now, Some(minutes(9)), "{state:?}: the newest snapshot, not the lag");
        assert_eq!(it(&judged).verdict, Verdict::AtRisk, "{state:?}");
    }
    let (kind, mut world) = drs();
    first_server(&mut world).state = Is(ReplicationState::InitialSync);
    first_server(&mut world).eta = Some(now() + minutes(90));
    assert_says(&judge_kind(kind, &world), Verdict::AtRisk, "expected to end at 15:30:00Z");
}

#[test]
fn trap_19_points_in_time_too_far_apart_are_found_before_they_are_needed() {
    let (kind, mut world) = drs();
    for id in ["s-1", "s-2"] {
        let query = Query::ReplicationConfiguration(west(), id.to_owned());
        let Answer::ReplicationConfiguration(replication) = world.answer(&query) else { panic!() };
        replication.points.remove(0);
    }
    let objective = Some(minutes(30));
    let judged = judge_system(system(vec![component("it", kind.clone())], None, objective), &world);
    assert_says(
        &judged,
        Verdict::AtRisk,
        "at worst 1 h are lost although all goes to plan, more than the 30 min promised",
    );
    let query = Query::ReplicationConfiguration(west(), "s-2".to_owned());
    let Answer::ReplicationConfiguration(replication) = world.answer(&query) else { panic!() };
    (replication.points, replication.bandwidth) = (Vec::new(), 20);
    let judged = judge_kind(kind, &world);
    assert_says(&judged, Verdict::AtRisk, "No points in time of web-s-2 are kept");
    assert!(noted(&judged, "replication").contains("throttled to 20 Mbit/s"));
}

/// Both servers run in the recovery Region, and their old ones are gone.
fn recovered() -> (Kind, World) {
    let (kind, mut world) = drs();
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.iter_mut().for_each(|server| server.state = Is(ReplicationState::Disconnected));
    let instances = ["s-1", "s-2"].map(|server| launched(&format!("i-{server}"), server, "drsjob-1", false));
    world.put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(instances.to_vec()));
    (kind, world)
}

#[test]
fn trap_20_a_reversed_server_replicates_back_under_another_id() {
    let (kind, mut world) = recovered();
    let judged = judge_kind(kind.clone(), &world);
    assert_says(&judged, Verdict::Unknown, "nothing replicates it back");
    assert_eq!(active(&judged), [WEST]);
    // The way back is begun: each has a new source server in the Region it came from.
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    for (server, back) in servers.iter_mut().zip(["s-11", "s-12"]) {
        server.reversed = Some(t(&format!("arn:aws:drs:{EAST}:111122223333:source-server/{back}")));
    }
    let asked = follow_ups(&kind, &world);
    assert!(asked.contains(&Query::SourceServers(east())), "{asked:?}");
    assert!(asked.contains(&Query::RecoverySnapshots(east(), "s-12".to_owned())), "{asked:?}");
    assert_says(
        &judge_kind(kind.clone(), &world),
        Verdict::Unknown,
        "drs:DescribeSourceServers us-east-1 was not read yet",
    );
    let back = |id: &str, state| SourceServer { state: Is(state), origin_region: None, ..server(id) };
    let both = vec![back("s-11", ReplicationState::Continuous), back("s-12", ReplicationState::InitialSync)];
    world.put(Query::SourceServers(east()), Answer::SourceServers(both));
    for id in ["s-11", "s-12"] {
        world.put(Query::RecoverySnapshots(east(), id.to_owned()), taken(&[]));
    }
    assert_says(&judge_kind(kind.clone(), &world), Verdict::Breached, "web-s-12 is INITIAL_SYNC and has no snapshot");
    let both = vec![back("s-11", ReplicationState::Continuous), back("s-12", ReplicationState::Continuous)];
    world.put(Query::SourceServers(east()), Answer::SourceServers(both));
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), judged.rpo.region.now), (vec![WEST], Some(seconds(8))), "{}", why(&judged));
    assert_eq!(judged.rpo.region.verdict, Verdict::Met);
}

#[test]
fn trap_20_a_failback_runs_where_it_was_recovered_to() {
    let (kind, mut world) = drs();
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.iter_mut().for_each(|server| server.direction = Is(Direction::Failback));
    assert_eq!(active(&judge_kind(kind, &world)), [WEST]);
}

#[test]
fn trap_22_drill_machines_cost_until_they_are_terminated() {
    let (kind, mut world) = drs();
    let machine = launched("i-1", "s-1", "drsjob-1", true);
    world.put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(vec![machine.clone()]));
    let judged = judge_kind(kind.clone(), &world);
    assert_says(
        &judged,
        Verdict::AtRisk,
        "A drill of web-s-1 a day ago or more left i-1: it costs until it is terminated",
    );
    // While the drill goes on, or was today, it is only shown.
    world.put(Query::DrsJobs(west()), Answer::DrsJobs(vec![launch_of("LAUNCHED")]));
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((it(&judged).verdict, noted(&judged, "drill instances").as_str()), (Verdict::Met, "web-s-1: i-1"));
    let gone = RecoveryInstance { ec2_state: t("TERMINATED"), ..machine };
    world.put(Query::DrsJobs(west()), Answer::DrsJobs(Vec::new()));
    world.put(Query::RecoveryInstances(west()), Answer::RecoveryInstances(vec![gone]));
    assert_eq!(it(&judge_kind(kind, &world)).verdict, Verdict::Met);
}

#[test]
fn trap_39_a_recovery_plan_that_cannot_run_or_failed_is_a_risk_where_it_must_be_ours() {
    let plan = |status: &str| RecoveryPlan { arn: t("arn:plan"), name: t("all"), status: t(status), updated: None };
    let executions = Query::RecoveryPlanExecutions(west(), "arn:plan".to_owned());
    let execution = Execution {
        arn: t("arn:execution"),
        mode: t("DRILL"),
        status: t("FAILED"),
        started: Some(ago(hours(30))),
        error: Some(t("step 2 timed out")),
    };
    let (kind, mut world) = drs();
    world.put(Query::RecoveryPlans(west()), Answer::RecoveryPlans(vec![plan("INVALID")]));
    let estate = Estate { systems: vec![system(vec![component("it", kind.clone())], None, None)], ..Estate::default() };
    assert!(estate.follow_ups(&world.snapshot(), now()).contains(&executions));
    assert_says(&judge_kind(kind.clone(), &world), Verdict::AtRisk, "The recovery plan all in us-west-2 is INVALID");
    world.put(Query::RecoveryPlans(west()), Answer::RecoveryPlans(vec![plan("ACTIVE")]));
    world.put(executions, Answer::RecoveryPlanExecutions(vec![execution]));
    let says =
        "The last DRILL of the recovery plan all in us-west-2 of 2026-11-19 08:00:00Z is FAILED: step 2 timed out";
    assert_says(&judge_kind(kind.clone(), &world), Verdict::AtRisk, says);
    // With other servers in the Region, the plan may be theirs: it is shown, and the screens say it.
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.push(server("s-9"));
    let judged = judge_kind(kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met);
    assert!(noted(&judged, "recovery plan").contains("all: ACTIVE, last DRILL of 2026-11-19 08:00:00Z: FAILED"));
    let snapshot = world.snapshot();
    let place = west();
    assert_eq!(plans::recovery_plans(&snapshot, &place, now())[0].state.as_ref().unwrap().as_str(), says);
}
