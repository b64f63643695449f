//! What the Components together mean for a System: RPO, outage, active site, verdict, and when that changes by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::cloudwatch::{Series, SeriesStatus};
use drdeck::model::facts::drs::ReplicationState;
use drdeck::model::facts::dynamodb::Consistency;
use drdeck::model::facts::sts::Identity;
use drdeck::model::kinds::{HealthCheck, Kind};
use drdeck::model::{
    Component, Moment, Objective, PerDisruption, Query, Reading, RunStart, Site, Snapshot, SourceStatus, Span,
    Strategy, System, Up, Verdict, assess, down_since,
};

use crate::model_estates::*;
use crate::model_readings::*;

/// A replica with a lag of 12 s a minute ago, and a check of its site.
fn orders() -> (System, World) {
    let (kind, mut world) = rds_replica();
    let (check, checks) = health_check();
    world.readings.extend(checks.readings);
    (system(vec![component("orders", kind), component("check", check)], Some(minutes(5)), Some(hours(1))), world)
}

#[test]
fn the_worst_component_decides_the_figure() {
    let (kind, mut world) = rds_replica();
    let (other, more) = s3_replication();
    world.readings.extend(more.readings);
    let components = vec![component("orders", kind), component("images", other)];
    let judged = judge_system(system(components, Some(minutes(5)), None), &world);
    assert_eq!((judged.rpo.region.now, judged.rpo.region.worst.as_deref()), (Some(seconds(74)), Some("images")));
    assert_eq!((judged.rpo.region.verdict, judged.rpo.region.frozen_at), (Verdict::Met, None));
    assert_eq!(judged.rpo.data.verdict, Verdict::Met, "nothing was promised");
    assert_eq!(judged.rpo.data.now, Some(minutes(4)), "but the figure is told");
}

#[test]
fn one_component_that_cannot_be_told_leaves_no_figure() {
    let (kind, mut world) = rds_replica();
    let (other, more) = s3_replication();
    world.readings.extend(more.readings);
    world.make_missing(&image_metric("ReplicationLatency"));
    let components = vec![component("orders", kind), component("images", other)];
    let judged = judge_system(system(components, Some(minutes(5)), None), &world);
    assert_eq!((judged.rpo.region.now, judged.rpo.region.worst.as_deref()), (None, Some("images")));
    assert_eq!(judged.rpo.region.verdict, Verdict::Unknown);
}

#[test]
fn continuous_replication_is_at_risk_with_less_than_a_fifth_to_spare() {
    let (kind, mut world) = rds_replica();
    for (lag, verdict) in
        [(180.0, Verdict::Met), (181.0, Verdict::AtRisk), (240.0, Verdict::AtRisk), (241.0, Verdict::Breached)]
    {
        world.put(replica_lag(west(), "orders-replica"), points(&[lag]));
        let judged = judge_system(system(vec![component("orders", kind.clone())], Some(minutes(5)), None), &world);
        assert_eq!(judged.rpo.region.verdict, verdict, "{lag}");
        assert_eq!(judged.verdict, verdict, "{lag}");
        assert_eq!(judged.reasons.is_empty(), verdict == Verdict::Met);
    }
}

#[test]
fn a_stale_value_that_breached_when_it_was_read_still_does() {
    let (kind, mut world) = rds_replica();
    let one = || system(vec![component("orders", kind.clone())], Some(minutes(5)), None);
    world.put(replica_lag(west(), "orders-replica"), points(&[12.0]));
    world.make_stale(&replica_lag(west(), "orders-replica"));
    assert_eq!(judge_system(one(), &world).rpo.region.verdict, Verdict::Unknown);
    world.put(replica_lag(west(), "orders-replica"), points(&[3_000.0]));
    world.make_stale(&replica_lag(west(), "orders-replica"));
    assert_eq!(judge_system(one(), &world).rpo.region.verdict, Verdict::Breached);
}

#[test]
fn a_recovery_point_of_the_future_loses_nothing() {
    let (kind, mut world) = rds_instance();
    db_instance(&mut world, &east()).latest_restorable = Some(now() + seconds(30));
    assert_eq!(judge_kind(kind, &world).rpo.data.now, Some(Span::ZERO));
}

#[test]
fn an_outage_freezes_what_would_be_lost() {
    let (system, mut world) = orders();
    world.put(health_series("check-1"), points(&[0.0, 0.0, 0.0, 1.0, 0.0, 1.0]));
    let began = ago(minutes(3));
    // The last that came over: ten seconds before the outage.
    world.put(replica_lag(west(), "orders-replica"), points(&[130.0, 70.0, 10.0]));
    let judged = judge_system(system.clone(), &world);
    assert_eq!(judged.up, Up::Down { since: began, start: RunStart::Seen });
    assert_eq!((judged.rpo.region.now, judged.rpo.region.frozen_at), (Some(seconds(10)), Some(began)));
    assert_eq!(judged.rpo.region.verdict, Verdict::Met);
    assert!(
        judged.reasons.iter().any(|reason| reason.as_str().contains("has failed for us-east-1 since 13:57:00Z")),
        "{:?}",
        judged.reasons
    );

    // Ten minutes later nothing new was read, and the source that showed the outage is dead.
    let later = now() + minutes(10);
    let first = assess(
        &drdeck::model::Estate { systems: vec![system.clone()], ..Default::default() },
        &world.snapshot(),
        now(),
    );
    world.down_since = down_since(&first);
    assert_eq!(world.down_since, BTreeMap::from([("shop".to_owned(), (began, RunStart::Seen))]));
    world.kill(EAST);
    let judged =
        assess(&drdeck::model::Estate { systems: vec![system], ..Default::default() }, &world.snapshot(), later)
            .systems
            .remove(0);
    assert_eq!(
        (judged.up.clone(), judged.rpo.region.now),
        (Up::Down { since: began, start: RunStart::Seen }, Some(seconds(10)))
    );
}

#[test]
fn data_written_after_the_outage_began_is_no_negative_loss() {
    let (system, mut world) = orders();
    world.put(health_series("check-1"), points(&[0.0, 0.0, 0.0, 1.0]));
    world.put(replica_lag(west(), "orders-replica"), points(&[1.0]));
    assert_eq!(judge_system(system, &world).rpo.region.now, Some(Span::ZERO));
}

#[test]
fn a_remembered_outage_ends_when_a_check_passes_and_starts_anew_when_it_fails_again() {
    let (system, mut world) = orders();
    world.down_since = BTreeMap::from([("shop".to_owned(), (ago(hours(2)), RunStart::Seen))]);
    let judged = judge(system.clone(), &world);
    assert_eq!((&judged.systems[0].up, down_since(&judged)), (&Up::Up, BTreeMap::new()));
    // A passing reading lies between the remembered outage and this one.
    world.put(health_series("check-1"), points(&[0.0, 0.0, 1.0]));
    assert_eq!(judge_system(system.clone(), &world).up, Up::Down { since: ago(minutes(2)), start: RunStart::Seen });
    // The series does not reach back to the start.
    world.put(health_series("check-1"), points(&[0.0, 0.0]));
    assert_eq!(judge_system(system.clone(), &world).up, Up::Down { since: ago(hours(2)), start: RunStart::Seen });
    // Nothing tells any more: what was known last holds.
    world.make_missing(&health_series("check-1"));
    assert_eq!(judge_system(system, &world).up, Up::Down { since: ago(hours(2)), start: RunStart::Seen });
}

/// A look that begins late in an outage counts losses to its own first reading: that is a bound, and proves no breach.
#[test]
fn an_outage_whose_start_was_not_seen_breaches_nothing() {
    let (system, mut world) = orders();
    world.put(replica_lag(west(), "orders-replica"), points(&[1_200.0]));
    world.put(health_series("check-1"), points(&[0.0, 1.0]));
    assert_eq!(judge_system(system.clone(), &world).rpo.region.verdict, Verdict::Breached);
    world.put(health_series("check-1"), points(&[0.0, 0.0]));
    let judged = judge_system(system, &world);
    assert!(matches!(judged.up, Up::Down { start: RunStart::Earlier, .. }), "{:?}", judged.up);
    assert_eq!(judged.rpo.region.verdict, Verdict::Unknown);
    assert!(judged.reasons.iter().any(|reason| reason.as_str().contains("depends on when")), "{:?}", judged.reasons);
}

fn with_checks(values: &[f64]) -> (System, World) {
    let (kind, mut world) = rds_replica();
    let mut components = vec![component("orders", kind)];
    let mut listed = Vec::new();
    for (value, n) in values.iter().zip(0..) {
        let id = format!("check-{n}");
        listed.push(check(&id));
        world.put(health_series(&id), points(&[*value, 1.0]));
        components
            .push(component(&id.clone(), Kind::HealthCheck(HealthCheck { id, watches: site(EAST), place: east() })));
    }
    world.put(Query::HealthChecks(east()), Answer::HealthChecks(listed));
    (system(components, Some(minutes(5)), Some(hours(1))), world)
}

#[test]
fn some_failing_checks_are_a_risk_and_all_of_them_an_outage() {
    let (system, world) = with_checks(&[1.0, 0.0]);
    let judged = judge_system(system, &world);
    assert_eq!((judged.up, judged.verdict), (Up::Up, Verdict::AtRisk));
    let (system, world) = with_checks(&[0.0, 0.0]);
    assert_eq!(judge_system(system, &world).up, Up::Down { since: ago(minutes(1)), start: RunStart::Seen });
    let (system, world) = with_checks(&[]);
    let judged = judge_system(system, &world);
    assert_eq!(
        (judged.up, judged.verdict),
        (Up::Unknown, Verdict::Met),
        "no check is no risk to what can be recovered"
    );
}

#[test]
fn only_checks_of_the_active_site_tell_whether_users_are_served() {
    let (mut system, mut world) = orders();
    if let Kind::HealthCheck(check) = &mut system.components[1].kind {
        check.watches = site(WEST);
    }
    world.put(health_series("check-1"), points(&[0.0, 0.0]));
    let judged = judge_system(system.clone(), &world);
    assert_eq!(
        (judged.up, judged.blockers.len()),
        (Up::Unknown, 1),
        "a warm standby that fails cannot be failed over to"
    );
    system.strategy = Strategy::PilotLight;
    assert!(judge_system(system, &world).blockers.is_empty(), "a pilot light is not lit");
}

#[test]
fn both_regions_of_an_active_active_system_are_active() {
    let (kind, world) = global_table(Consistency::Strong);
    let mut payments = system(vec![component("payments", kind)], Some(Span::ZERO), None);
    payments.strategy = Strategy::ActiveActive;
    let judged = judge_system(payments, &world);
    assert_eq!((judged.active.len(), judged.verdict), (2, Verdict::Met));
}

#[test]
fn components_that_write_in_different_regions_are_a_split() {
    let (aurora, mut world) = aurora_global();
    let (replica, more) = rds_replica();
    world.readings.extend(more.readings);
    world.put(Query::DbClusters(east()), Answer::DbClusters(vec![cluster("shop-use1", EAST)]));
    change_global(&mut world, |seen| *seen = global(WEST));
    world.put(aurora_lag(east(), "shop-use1"), points(&[500.0]));
    let judged = judge_system(system(vec![component("db", aurora), component("orders", replica)], None, None), &world);
    assert_eq!((judged.verdict, judged.active), (Verdict::Split, [site(EAST), site(WEST)].into()));
    assert_eq!(
        judged.reasons[0].as_str(),
        "us-east-1 and us-west-2 both look active: orders in us-east-1 and db in us-west-2"
    );
}

#[test]
fn a_resource_of_one_region_tells_where_the_system_is_if_nothing_better_does() {
    let (kind, world) = rds_instance();
    assert_eq!(judge_kind(kind, &world).active, [site(EAST)].into());
    let (kind, world) = asg();
    let judged = judge_kind(kind, &world);
    assert!(judged.active.is_empty(), "{:?}", judged.active.iter().map(Site::as_str).collect::<Vec<_>>());
}

#[test]
fn an_objective_no_component_speaks_for_is_unknown() {
    let (kind, world) = asg();
    let judged = judge_system(system(vec![component("web", kind)], Some(minutes(5)), None), &world);
    assert_eq!((judged.rpo.region.verdict, judged.verdict), (Verdict::Unknown, Verdict::Unknown));
    assert_eq!(judged.reasons[0].as_str(), "No component tells what the loss of a Region would cost");
}

#[test]
fn an_rto_that_was_never_proven_is_at_risk() {
    let (mut system, world) = orders();
    system.objectives = PerDisruption { region: Some(Objective { rpo: None, rto: Some(minutes(15)) }), data: None };
    let judged = judge_system(system, &world);
    assert_eq!((judged.rto.region.verdict, judged.rto.data.verdict), (Verdict::AtRisk, Verdict::Met));
    assert_eq!((judged.rto.region.proven, judged.verdict), (None, Verdict::AtRisk));
    assert_eq!(judged.reasons[0].as_str(), "Recovery within 15 min from the loss of a Region was never proven");
}

#[test]
fn reasons_come_worst_first() {
    let (mut system, mut world) = orders();
    system.objectives.data = Some(Objective { rpo: Some(hours(1)), rto: Some(hours(4)) });
    world.put(replica_lag(west(), "orders-replica"), points(&[1_000.0]));
    world.make_missing(&Query::HealthChecks(east()));
    let judged = judge_system(system, &world);
    let said: Vec<&str> = judged.reasons.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("orders could only be brought back to 13:42:20Z"), "{said:?}");
    assert!(said[1].contains("could not be read"), "{said:?}");
    assert!(said[2].contains("never proven"), "{said:?}");
}

fn next(system: System, world: &World) -> Option<Moment> {
    judge(system, world).next_change
}

#[test]
fn the_judgement_changes_when_a_value_becomes_stale() {
    let (system, world) = orders();
    let change = next(system.clone(), &world).unwrap();
    assert!(change > now() + minutes(1) && change < now() + minutes(1) + seconds(1), "{change}");
    let estate = drdeck::model::Estate { systems: vec![system], ..Default::default() };
    let before = assess(&estate, &world.snapshot(), now() + minutes(1)).systems[0].verdict;
    let after = assess(&estate, &world.snapshot(), change).systems[0].verdict;
    assert_eq!((before, after), (Verdict::Met, Verdict::Unknown));
}

#[test]
fn the_judgement_changes_when_a_figure_crosses_four_fifths_and_the_objective() {
    let (kind, mut world) = rds_replica();
    let one = |lag: f64, world: &mut World| {
        world.put(replica_lag(west(), "orders-replica"), points(&[lag]));
        system(vec![component("orders", kind.clone())], Some(minutes(5)), None)
    };
    for (lag, left) in [(150.0, 30), (200.0, 40)] {
        let orders = one(lag, &mut world);
        let change = next(orders.clone(), &world).unwrap();
        assert_eq!(change, now() + seconds(left) + Span::from_millis(1), "{lag}");
        let estate = drdeck::model::Estate { systems: vec![orders], ..Default::default() };
        let before = assess(&estate, &world.snapshot(), now() + seconds(left)).systems[0].verdict;
        assert_ne!(assess(&estate, &world.snapshot(), change).systems[0].verdict, before, "{lag}");
    }
}

#[test]
fn what_stands_still_does_not_change() {
    let (system, mut world) = orders();
    world.put(health_series("check-1"), points(&[0.0, 1.0]));
    let kept: Vec<Query> = world.readings.keys().cloned().collect();
    for query in kept {
        let reading = world.readings.get_mut(&query).unwrap();
        reading.fresh_until = Some(now() + hours(5));
    }
    let change = next(system.clone(), &world).unwrap();
    assert_eq!(change, now() + minutes(1) + Span::from_millis(1), "then it has failed for two minutes");
    let later =
        assess(&drdeck::model::Estate { systems: vec![system], ..Default::default() }, &world.snapshot(), change);
    assert_eq!(later.systems[0].consider_failover, Some(ago(minutes(1))));
    assert_eq!(
        later.next_change,
        Some(now() + minutes(4) + Span::from_millis(1)),
        "the check's newest point grows old"
    );
}

#[test]
fn nothing_changes_by_itself_where_nothing_was_read() {
    let (system, _) = orders();
    assert_eq!(next(system, &World::default()), None);
}

#[test]
fn the_identity_is_that_of_the_region_that_answers() {
    let (system, mut world) = orders();
    let identity = |arn: &str| Answer::Identity(Identity { account: t("111122223333"), arn: t(arn), expires: None });
    world.put(Query::Identity(east()), identity("arn:old"));
    world.make_stale(&Query::Identity(east()));
    world.put(Query::Identity(west()), identity("arn:new"));
    let judged = judge(system, &world);
    assert_eq!(judged.identity.value.unwrap().arn, t("arn:new"));
}

#[test]
fn sources_tell_what_answers() {
    let (kind, mut world) = dynamodb_table();
    let query = Query::Table(east(), "carts".to_owned());
    let gone = failure(drdeck::model::FailureKind::NotFound, "no such table");
    let was = world.readings.remove(&query).unwrap();
    for reading in [Reading::failed(gone.clone()), was.and_failed(gone)] {
        world.readings.insert(query.clone(), reading);
        let judged = judge(system(vec![component("carts", kind.clone())], None, None), &world);
        assert_eq!(judged.sources[0].status, SourceStatus::Ok, "that it is not there is an answer");
    }
    world.make_missing(&query);
    let judged = judge(system(vec![component("carts", kind)], None, None), &world);
    assert_eq!(judged.sources[0].status, SourceStatus::Error);
}

#[test]
fn a_thousand_systems_are_judged_in_good_time() {
    let mut snapshot = Snapshot::default();
    let servers: Vec<_> = (0..4_000).map(|n| server(&format!("s-{n:017}"))).collect();
    let put = |snapshot: &mut Snapshot, query: Query, answer: Answer| {
        snapshot.readings.insert(Arc::new(query), Reading::fresh(Arc::new(answer), now(), minutes(1)));
    };
    for n in 0..4_000 {
        put(&mut snapshot, snapshots_of(&format!("s-{n:017}")), taken(&[Some(ago(minutes(9)))]));
    }
    put(&mut snapshot, Query::SourceServers(west()), Answer::SourceServers(servers));
    put(&mut snapshot, Query::RecoveryInstances(west()), Answer::RecoveryInstances(Vec::new()));
    put(&mut snapshot, Query::DrsJobs(west()), Answer::DrsJobs(Vec::new()));
    let kind = |n: usize| {
        let ids = (0..4).map(|k| format!("s-{:017}", n * 4 + k)).collect();
        Kind::Drs(drdeck::model::kinds::Drs { servers: drdeck::model::kinds::Servers::Ids(ids), place: west() })
    };
    let systems = (0..1_000)
        .map(|n| {
            let components: Vec<Component> = vec![component("servers", kind(n))];
            System { name: format!("system-{n}"), ..system(components, Some(minutes(15)), Some(hours(1))) }
        })
        .collect();
    let estate = drdeck::model::Estate { systems, ..Default::default() };
    let judged = assess(&estate, &snapshot, now());
    assert!(judged.systems.iter().all(|system| system.verdict == Verdict::Met));
    // Of each server its points in time, and how it replicates and would be launched; how often is the pace's to say.
    assert_eq!(estate.queries().len(), 3 * 4_000 + 5);
}

/// The replica was promoted; what still copies from the old Region says nothing of what is written now.
#[test]
fn after_a_failover_what_copies_the_other_way_protects_nothing_that_is_known() {
    for (kind, other) in [s3_replication(), efs_replication(), backup(), rds_instance(), dynamodb_table()] {
        let (replica_kind, mut world) = rds_replica();
        world.readings.extend(other.readings);
        let components = vec![component("orders", replica_kind), component("it", kind.clone())];
        let all = system(components, Some(hours(48)), Some(hours(48)));
        let before = judge_system(all.clone(), &world);
        assert_eq!(before.verdict, Verdict::Met, "{}: {:?}", kind.as_str(), before.reasons);
        let promoted = instance("orders-replica", WEST);
        world.put(Query::DbInstances(west()), Answer::DbInstances(vec![promoted]));
        world.put(Query::DbInstances(east()), Answer::DbInstances(vec![instance("orders-db", EAST)]));
        db_instance(&mut world, &east()).status = t("stopped");
        let after = judge_system(all, &world);
        assert_eq!(after.active, [site(WEST)].into(), "{}", kind.as_str());
        let judged = &after.components[1];
        assert!(judged.verdict >= Verdict::Unknown, "{}: {:?}", kind.as_str(), after.reasons);
        assert_eq!((judged.recovery_point.region, judged.recovery_point.data), (None, None), "{}", kind.as_str());
        assert!(judged.reason.as_str().contains("us-west-2 serves now"), "{}: {}", kind.as_str(), judged.reason);
        assert!(judged.copies.is_some(), "{}: the way it copies has not turned", kind.as_str());
    }
}

#[test]
fn a_datastore_whose_secondary_serves_is_not_protected_by_it() {
    let (kind, mut world) = elasticache_global();
    let (aurora, more) = aurora_global();
    world.readings.extend(more.readings);
    change_global(&mut world, |seen| *seen = global(WEST));
    world.put(aurora_lag(east(), "shop-use1"), points(&[500.0]));
    let components = vec![component("db", aurora), component("sessions", kind)];
    let judged = judge_system(system(components.clone(), Some(minutes(15)), None), &world);
    assert_eq!((judged.verdict, judged.rpo.region.worst.as_deref()), (Verdict::Split, Some("sessions")));
    // Where nobody tells which of its clusters takes the writes there is no split to be seen, but no protection either.
    world.readings.remove(&Query::GlobalDatastores(west()));
    let judged = judge_system(system(components, Some(minutes(15)), None), &world);
    assert_eq!((judged.verdict, judged.rpo.region.worst.as_deref()), (Verdict::Unknown, Some("sessions")));
}

#[test]
fn servers_that_are_not_heard_of_contradict_no_writer() {
    let (drs_kind, mut world) = drs();
    let (aurora, more) = aurora_global();
    world.readings.extend(more.readings);
    change_global(&mut world, |seen| *seen = global(WEST));
    world.put(aurora_lag(east(), "shop-use1"), points(&[500.0]));
    let both = system(vec![component("db", aurora), component("web", drs_kind)], None, None);
    assert_eq!(judge_system(both.clone(), &world).verdict, Verdict::Split);
    let Answer::SourceServers(servers) = world.answer(&Query::SourceServers(west())) else { panic!() };
    servers.iter_mut().for_each(|server| server.state = Is(ReplicationState::Disconnected));
    let judged = judge_system(both, &world);
    assert!(judged.verdict < Verdict::Split && judged.active == [site(WEST)].into(), "{:?}", judged.reasons);
}

#[test]
fn an_outage_that_began_among_missing_points_may_have_begun_earlier() {
    let (system, mut world) = orders();
    let gap = |before: i64| {
        let points = vec![(ago(minutes(1)), 0.0), (ago(minutes(2)), 0.0), (ago(minutes(before)), 1.0)];
        Answer::Series(Series { status: SeriesStatus::Complete, points })
    };
    for (before, start) in [(3, RunStart::Seen), (40, RunStart::Earlier)] {
        world.put(health_series("check-1"), gap(before));
        let judged = judge_system(system.clone(), &world);
        assert_eq!(judged.up, Up::Down { since: ago(minutes(2)), start }, "{before}");
    }
}
