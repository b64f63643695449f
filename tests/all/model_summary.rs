//! The sentence that explains a verdict to somebody who runs the business, word for word.

use std::collections::BTreeSet;

use drdeck::model::facts::Answer;
use drdeck::model::facts::dynamodb::Consistency;
use drdeck::model::{Estate, Objective, PerDisruption, RunStart, Site, Strategy, System, Verdict, assess};

use crate::model_estates::*;
use crate::model_readings::*;

/// `orders`: a replica with 12 s of lag as of a minute ago, a check of its source; RPO 5 min, RTO 15 min.
fn orders() -> (System, World) {
    let (kind, mut world) = rds_replica();
    let (check, checks) = health_check();
    world.readings.extend(checks.readings);
    let mut system = system(vec![component("orders-db", kind), component("check", check)], None, None);
    system.name = "orders".to_owned();
    system.objectives.region = Some(Objective { rpo: Some(minutes(5)), rto: Some(minutes(15)) });
    (system, world)
}

#[track_caller]
fn sentence(system: &System, world: &World, verdict: Verdict, expected: &str) {
    let estate = Estate { systems: vec![system.clone()], ..Default::default() };
    let judged = assess(&estate, &world.snapshot(), now()).systems.remove(0);
    assert_eq!(judged.summary.as_str(), expected);
    assert_eq!(judged.verdict, verdict, "{}", why(&judged));
}

#[test]
fn at_risk_because_recovery_was_never_proven() {
    let (system, world) = orders();
    sentence(
        &system,
        &world,
        Verdict::AtRisk,
        "orders is served from us-east-1; if us-east-1 were lost now, up to 1 min 12 s of writes would be lost, within the 5 min \
         promised; recovery within 15 min was never proven.",
    );
}

#[test]
fn met() {
    let (mut system, world) = orders();
    system.objectives.region = Some(Objective { rpo: Some(minutes(5)), rto: None });
    sentence(
        &system,
        &world,
        Verdict::Met,
        "orders is served from us-east-1; if us-east-1 were lost now, up to 1 min 12 s of writes would be lost, within the 5 min \
         promised.",
    );
    system.objectives = PerDisruption::default();
    system.components.remove(0);
    sentence(&system, &world, Verdict::Met, "orders is served; nothing is wrong with it.");
}

#[test]
fn at_risk_for_a_reason_of_a_component() {
    let (mut system, mut world) = orders();
    let (group, groups) = asg();
    world.readings.extend(groups.readings);
    system.components.push(component("web", group));
    system.objectives.region = Some(Objective { rpo: Some(minutes(5)), rto: None });
    match world.answer(&drdeck::model::Query::Groups(west())) {
        Answer::Groups(list) => list[0].in_service = 2,
        other => panic!("{other:?}"),
    }
    sentence(
        &system,
        &world,
        Verdict::AtRisk,
        "orders is served from us-east-1; if us-east-1 were lost now, up to 1 min 12 s of writes would be lost, within the 5 min \
         promised; it is at risk: web-dr in us-west-2 runs 2 of the 4 instances needed: a failover has to launch 2 more.",
    );
}

#[test]
fn at_risk_because_little_is_left() {
    let (mut system, mut world) = orders();
    system.objectives.region = Some(Objective { rpo: Some(minutes(5)), rto: None });
    world.put(replica_lag(west(), "orders-replica"), points(&[220.0]));
    sentence(
        &system,
        &world,
        Verdict::AtRisk,
        "orders is served from us-east-1; if us-east-1 were lost now, up to 4 min 40 s of writes would be lost, only just within the \
         5 min promised.",
    );
}

#[test]
fn breached() {
    let (system, mut world) = orders();
    world.put(replica_lag(west(), "orders-replica"), points(&[540.0]));
    sentence(
        &system,
        &world,
        Verdict::Breached,
        "orders is served from us-east-1; if us-east-1 were lost now, up to 10 min of writes would be lost, more than the 5 min \
         promised; recovery within 15 min was never proven.",
    );
    db_instance(&mut world, &west()).replication.as_mut().unwrap().status = t("terminated");
    sentence(
        &system,
        &world,
        Verdict::Breached,
        "orders is served from us-east-1; if us-east-1 were lost now, everything would be lost; recovery within 15 min was never \
         proven.",
    );
}

#[test]
fn breached_for_damaged_data_only() {
    let (mut system, mut world) = orders();
    system.objectives.data = Some(Objective { rpo: Some(minutes(10)), rto: Some(hours(4)) });
    db_instance(&mut world, &east()).latest_restorable = Some(ago(hours(2)));
    sentence(
        &system,
        &world,
        Verdict::Breached,
        "orders is served from us-east-1; if us-east-1 were lost now, up to 1 min 12 s of writes would be lost, within the 5 min \
         promised; if data were damaged, 2 h of work would be lost, more than the 10 min promised; recovery within 15 min was never \
         proven.",
    );
}

#[test]
fn an_outage() {
    let (system, mut world) = orders();
    world.put(health_series("check-1"), points(&[0.0, 0.0, 0.0, 1.0]));
    world.put(replica_lag(west(), "orders-replica"), points(&[160.0]));
    sentence(
        &system,
        &world,
        Verdict::AtRisk,
        "orders has not been served from us-east-1 since 13:57:00Z; a failover now would lose up to 40 s of writes, within the 5 min \
         promised; recovery within 15 min was never proven.",
    );
    db_instance(&mut world, &west()).status = t("backing-up");
    sentence(
        &system,
        &world,
        Verdict::AtRisk,
        "orders has not been served from us-east-1 since 13:57:00Z; a failover now would lose up to 40 s of writes, within the 5 min \
         promised; recovery within 15 min was never proven; 1 thing stands in the way of a failover.",
    );
}

#[test]
fn an_outage_with_a_dead_region() {
    let (system, mut world) = orders();
    world.kill(EAST);
    world.down_since = [("orders".to_owned(), (ago(minutes(3)), RunStart::Seen))].into();
    sentence(
        &system,
        &world,
        Verdict::Unknown,
        "orders has not been served from us-east-1 since 13:57:00Z; a failover now would lose nothing, within the 5 min promised; recovery \
         within 15 min was never proven; not everything is known: us-east-1 has not answered since 13:51:00Z (rds).",
    );
}

#[test]
fn what_cannot_be_told() {
    let (system, mut world) = orders();
    world.make_missing(&replica_lag(west(), "orders-replica"));
    sentence(
        &system,
        &world,
        Verdict::Unknown,
        "orders is served from us-east-1; what would be lost if us-east-1 were lost now cannot be told; recovery within 15 min was \
         never proven; not everything is known: cloudwatch:GetMetricData us-west-2 could not be read since 13:51:00Z: no answer.",
    );
    sentence(
        &system,
        &World::default(),
        Verdict::Unknown,
        "where orders runs cannot be told; what would be lost if us-east-1 were lost now cannot be told; recovery within 15 min was \
         never proven; not everything is known: rds:DescribeDBInstances us-east-1 was not read yet.",
    );
    let (system, mut world) = orders();
    world.make_stale(&replica_lag(west(), "orders-replica"));
    world.make_missing(&health_series("check-1"));
    sentence(
        &system,
        &world,
        Verdict::Unknown,
        "orders runs in us-east-1, though nothing tells whether users are served; if us-east-1 were lost now, up to 1 min 12 s of \
         writes would be lost as last read, within the 5 min promised, which may have changed since; recovery within 15 min was never \
         proven; not everything is known: cloudwatch:GetMetricData us-west-2 could not be read since 13:51:00Z: connection reset.",
    );
}

#[test]
fn split() {
    let (system, mut world) = orders();
    let replica = db_instance(&mut world, &west());
    (replica.replica_source, replica.replication) = (None, None);
    sentence(
        &system,
        &world,
        Verdict::Split,
        "orders takes writes in us-east-1 and us-west-2 at once, and what is written in one is missing in the other: stop one of them \
         before anything else.",
    );
}

#[test]
fn active_in_both_regions_with_nothing_to_lose() {
    let (table, world) = global_table(Consistency::Strong);
    let mut payments = system(vec![component("ledger", table)], None, None);
    payments.name = "payments".to_owned();
    payments.strategy = Strategy::ActiveActive;
    payments.objectives.region = Some(Objective { rpo: Some(seconds(0)), rto: Some(minutes(10)) });
    sentence(
        &payments,
        &world,
        Verdict::AtRisk,
        "payments runs in us-east-1 and us-west-2, though nothing tells whether users are served; if one of them were lost now, nothing \
         would be lost, as promised; recovery within 10 min was never proven.",
    );
    let (table, world) = global_table(Consistency::Eventual);
    payments.components = vec![component("ledger", table)];
    sentence(
        &payments,
        &world,
        Verdict::Breached,
        "payments runs in us-east-1 and us-west-2, though nothing tells whether users are served; if one of them were lost now, up to \
         1 min of writes would be lost, though no loss at all was promised; recovery within 10 min was never proven.",
    );
}

#[test]
fn on_premises() {
    let (servers, mut world) = drs();
    let (check, checks) = health_check();
    world.readings.extend(checks.readings);
    match world.answer(&drdeck::model::Query::SourceServers(west())) {
        Answer::SourceServers(list) => list.iter_mut().for_each(|server| server.origin_region = None),
        other => panic!("{other:?}"),
    }
    let mut erp = system(vec![component("servers", servers), component("check", check)], None, None);
    (erp.name, erp.primary) = ("erp".to_owned(), Site::OnPremises);
    erp.objectives.region = Some(Objective { rpo: Some(minutes(15)), rto: None });
    if let drdeck::model::kinds::Kind::HealthCheck(check) = &mut erp.components[1].kind {
        check.watches = Site::OnPremises;
    }
    let estate = Estate { systems: vec![erp], ..Default::default() };
    let judged = assess(&estate, &world.snapshot(), now()).systems.remove(0);
    assert_eq!(judged.active, BTreeSet::from([Site::OnPremises]));
    assert!(
        judged.summary.as_str().starts_with(
            "erp is served from on-premises; if on-premises were lost now, up to 8 s of writes would be lost, within the 15 min promised"
        ),
        "{}",
        judged.summary
    );
}
