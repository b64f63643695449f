//! Traps 1 to 9 of DNS and Route 53, and 42: one test for each that can be read from AWS, named after it.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::{Is, Other};
use drdeck::model::facts::arc::RoutingControl;
use drdeck::model::facts::cloudwatch::AlarmState;
use drdeck::model::facts::route53::{Record, Routing};
use drdeck::model::kinds::{DnsRecord, Kind};
use drdeck::model::query::DnsServer::{Authoritative, Resolver};
use drdeck::model::{Place, Query, Site, Up, Verdict};

use crate::model_estates::*;
use crate::model_readings::*;

use crate::model_traffic::*;

#[test]
fn trap_01_a_disabled_check_counts_as_healthy_and_an_inverted_one_passes_when_its_endpoint_fails() {
    let settings = [
        (true, false, "is disabled: Route 53 takes it as healthy, whatever happens"),
        (false, true, "passes as soon as its endpoint really fails"),
        (true, true, "is disabled and inverted: Route 53 takes it as unhealthy, whatever happens"),
    ];
    for (disabled, inverted, words) in settings {
        let (kind, mut world) = dns_record();
        (checks(&mut world)[0].disabled, checks(&mut world)[0].inverted) = (disabled, inverted);
        says(&judge_kind(kind, &world), Verdict::AtRisk, words);
        let (kind, mut world) = health_check();
        (checks(&mut world)[0].disabled, checks(&mut world)[0].inverted) = (disabled, inverted);
        let judged = judge_kind(kind, &world);
        says(&judged, Verdict::Unknown, words);
        assert_eq!(judged.up, Up::Unknown, "{words}");
    }
    // Disabled, it holds users on a primary that is gone.
    let (kind, mut world) = dns_record();
    checks(&mut world)[0].disabled = true;
    reports(&mut world, "check-1", &[0.0, 0.0, 0.0, 1.0]);
    assert!(traffic(&judge_kind(kind, &world)).contains("answers the primary (us-east-1), since it is healthy"));
    // Disabled and inverted, it sends them away from one that is well.
    let (kind, mut world) = dns_record();
    (checks(&mut world)[0].disabled, checks(&mut world)[0].inverted) = (true, true);
    answers(&mut world, &["198.51.100.2"]);
    let judged = judge_kind(kind, &world);
    says(&judged, Verdict::AtRisk, "answers the secondary (us-west-2), since the primary (us-east-1) is unhealthy");
    assert_eq!(active(&judged), [WEST]);
}

#[test]
fn trap_02_a_routing_control_is_the_way_that_needs_no_control_plane_and_its_switch_is_shown() {
    let arn = "arn:aws:route53-recovery-control::111122223333:controlpanel/p/routingcontrol/east";
    let controls = Query::RoutingControls(Place::home(Place::EVERYWHERE));
    let control = |state: &str| {
        Answer::RoutingControls(vec![RoutingControl {
            arn: t(arn),
            name: t("storefront-east"),
            panel: t("p"),
            state: t(state),
        }])
    };
    let follow = |world: &mut World| {
        let check = &mut checks(world)[0];
        (check.kind, check.target, check.routing_control) = (t("RECOVERY_CONTROL"), None, Some(t(arn)));
    };
    let (kind, mut good) = health_check();
    follow(&mut good);
    // No cluster is configured: the switch cannot be asked, which is said and no more.
    let judged = judge_kind(kind.clone(), &good);
    assert!(it(&judged).evidence.iter().any(|(_, value)| value.as_str().contains("no [[arc.endpoint]]")));

    good.put(controls.clone(), control("On"));
    let judged = judge_kind(kind.clone(), &good);
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
    assert!(it(&judged).reason.as_str().contains("may send users to us-east-1"), "{}", it(&judged).reason);
    assert_eq!(judged.up, Up::Unknown, "a switch says who may be sent there, not whether anybody is served");

    good.put(controls.clone(), control("Off"));
    says(
        &judge_kind(kind.clone(), &good),
        Verdict::AtRisk,
        "storefront-east is Off: Route 53 sends nobody to us-east-1",
    );
    good.put(controls.clone(), control("Halfway"));
    says(&judge_kind(kind.clone(), &good), Verdict::Unknown, "storefront-east is Halfway");
    good.put(controls.clone(), Answer::RoutingControls(Vec::new()));
    says(&judge_kind(kind.clone(), &good), Verdict::Unknown, "There is no routing control");
    good.put(controls.clone(), control("On"));
    good.make_stale(&controls);
    let judged = judge_kind(kind, &good);
    assert_eq!((it(&judged).verdict, it(&judged).stale), (Verdict::Unknown, true));
    assert!(it(&judged).evidence.iter().any(|(_, value)| value.as_str().contains("is On, as of 13:50:00Z")));

    // What has to be alive to force users away is told with the record.
    let (record, mut world) = dns_record();
    let forced = |world: &World| {
        let judged = judge_kind(record.clone(), world);
        it(&judged).evidence.iter().find(|(label, _)| *label == "can be forced away by").unwrap().1.to_string()
    };
    assert!(forced(&world).contains("needs Route 53's control plane in us-east-1"));
    follow(&mut world);
    assert!(forced(&world).contains("needs no control plane"));
}

#[test]
fn trap_03_a_failover_record_with_an_unhealthy_secondary_answers_the_primary() {
    let (kind, mut world) = dns_record();
    reports(&mut world, "check-2", &[0.0, 0.0, 1.0]);
    let judged = judge_kind(kind.clone(), &world);
    says(&judged, Verdict::AtRisk, "www.shop.example cannot fail over: the secondary (us-west-2) is unhealthy");
    assert!(blockers(&judged)[0].contains("the primary is answered whatever its health"), "{:?}", blockers(&judged));
    // And when the primary fails as well, users stay with it.
    reports(&mut world, "check-1", &[0.0, 0.0, 1.0]);
    let judged = judge_kind(kind.clone(), &world);
    says(
        &judged,
        Verdict::AtRisk,
        "answers the primary (us-east-1) although it is unhealthy, since the secondary (us-west-2) is no better",
    );
    // Whether the secondary is healthy cannot be read: neither can be whether a failover would work.
    let (_, mut world) = dns_record();
    world.make_missing(&health_series("check-2"));
    let judged = judge_kind(kind.clone(), &world);
    assert!(judged.blockers.is_empty() && judged.blockers_unknown, "{:?}", judged.blockers);
    // A secondary without a check is always served.
    let (_, mut world) = dns_record();
    records(&mut world)[1].health_check = None;
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, judged.blockers.len(), judged.blockers_unknown), (Verdict::Met, 0, false));
}

#[test]
fn trap_04_when_nothing_is_healthy_everything_is_answered() {
    for routing in [Routing::Weighted(50), Routing::Other(t("multivalue"))] {
        let (kind, mut world) = dns_record();
        records(&mut world).iter_mut().for_each(|record| record.routing = routing.clone());
        reports(&mut world, "check-1", &[0.0, 1.0]);
        reports(&mut world, "check-2", &[0.0, 1.0]);
        says(
            &judge_kind(kind, &world),
            Verdict::AtRisk,
            "answers any of east (us-east-1) and west (us-west-2): none of them is healthy, and then Route 53 takes all for healthy",
        );
    }
}

#[test]
fn trap_05_a_check_of_an_alarm_stays_healthy_when_the_region_with_the_alarm_is_dead() {
    for (missing, words) in [
        (Some("Healthy"), Some("follows an alarm and passes while that has no data")),
        (None, Some("follows an alarm and passes while that has no data")),
        (Some("LastKnownStatus"), Some("follows an alarm and stays as it was while that has no data")),
        (Some("Unhealthy"), None),
    ] {
        let set = |world: &mut World| {
            let check = &mut checks(world)[0];
            (check.kind, check.insufficient_data) = (t("CLOUDWATCH_METRIC"), missing.map(t));
        };
        for (kind, mut world) in [dns_record(), health_check()] {
            set(&mut world);
            let judged = judge_kind(kind, &world);
            match words {
                Some(words) => says(&judged, Verdict::AtRisk, words),
                None => assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged)),
            }
        }
    }
    // It has no checkers that could be asked instead of CloudWatch.
    let (kind, mut world) = health_check();
    checks(&mut world)[0].kind = t("CLOUDWATCH_METRIC");
    world.make_missing(&health_series("check-1"));
    assert_eq!(follow_ups(&kind, &world), []);
}

#[test]
fn trap_06_what_checkers_and_caches_take_is_held_against_the_time_promised() {
    let (kind, mut world) = dns_record();
    for check in checks(&mut world) {
        (check.interval_seconds, check.failure_threshold) = (Some(30), Some(3));
    }
    let promised = |rto| Kind::DnsRecord(DnsRecord { rto: Some(rto), ..record_of(&kind) });
    let judged = judge_kind(promised(minutes(5)), &world);
    assert_eq!(it(&judged).verdict, Verdict::Met, "exactly half: {}", why(&judged));
    let followed = it(&judged).evidence.iter().find(|(label, _)| *label == "clients follow within").unwrap();
    assert_eq!(followed.1.as_str(), "2 min 30 s (1 min 30 s until a failure is noticed, 1 min that answers are kept)");
    says(
        &judge_kind(promised(seconds(299)), &world),
        Verdict::AtRisk,
        "follow a failover only after 2 min 30 s: 1 min 30 s until a failure is noticed, 1 min that answers are kept. \
         That is more than half of the 4 min 59 s promised for recovery",
    );
    // Every 10 seconds it is noticed in time.
    checks(&mut world)[0].interval_seconds = Some(10);
    checks(&mut world)[1].interval_seconds = Some(10);
    assert_eq!(it(&judge_kind(promised(minutes(4)), &world)).verdict, Verdict::Met);
    // A long TTL alone is enough.
    records(&mut world)[0].ttl = Some(3_600);
    says(&judge_kind(promised(hours(2)), &world), Verdict::AtRisk, "1 h that answers are kept");
}

#[test]
fn trap_07_route_53_has_changed_and_clients_have_not() {
    let (kind, mut world) = dns_record();
    reports(&mut world, "check-1", &[0.0, 0.0, 1.0]);
    world.put(dns(WWW, Authoritative), dns_answer(&["198.51.100.2"]));
    let judged = judge_kind(kind.clone(), &world);
    says(
        &judged,
        Verdict::AtRisk,
        "Not all clients have moved: the resolver 192.0.2.53:53 still answers www.shop.example with the primary (us-east-1) \
         (198.51.100.1) for up to 1 min",
    );
    assert_eq!(active(&judged), [WEST], "where Route 53 sends them");
    // Once the resolver has let go, they have.
    answers(&mut world, &["198.51.100.2"]);
    is_silent_about(&judge_kind(kind, &world), "Not all clients");

    // Where Route 53 may answer either, a resolver with another one is no news.
    let (kind, mut world) = dns_record();
    records(&mut world).iter_mut().for_each(|record| record.routing = Routing::Weighted(50));
    world.put(dns(WWW, Resolver), dns_answer(&["198.51.100.2"]));
    assert_eq!(it(&judge_kind(kind.clone(), &world)).verdict, Verdict::Met);
    // A resolver that finds nothing is.
    match world.answer(&dns(WWW, Resolver)) {
        Answer::DnsAnswer(answer) => (answer.code, answer.values) = (t("SERVFAIL"), Vec::new()),
        other => panic!("{other:?}"),
    }
    says(&judge_kind(kind, &world), Verdict::AtRisk, "clients of the resolver 192.0.2.53:53 do not find it: SERVFAIL");
}

#[test]
fn trap_08_records_that_have_to_be_changed_by_a_control_plane_that_may_be_gone() {
    let one_set = |world: &mut World| {
        let only = Record { set: None, routing: Routing::Simple, health_check: None, ..records(world)[0].clone() };
        *records(world) = vec![only];
        world.readings.remove(&health_series("check-2"));
    };
    let sentence =
        "www.shop.example has to be changed to send users elsewhere, which may be impossible while us-east-1 is down";
    for (status, words) in [
        (Some("DISABLED"), Some("accelerated recovery of shop.example is DISABLED")),
        (None, Some("accelerated recovery of shop.example is not enabled")),
        (Some("ENABLING"), Some("is ENABLING")),
        (Some("ENABLE_FAILED"), Some("is ENABLE_FAILED")),
        (Some("A_NEW_STATUS"), Some("is A_NEW_STATUS")),
        (Some("ENABLED"), None),
    ] {
        let (kind, mut world) = dns_record();
        one_set(&mut world);
        zone(&mut world).accelerated_recovery = status.map(t);
        let judged = judge_kind(kind.clone(), &world);
        match words {
            Some(words) => {
                says(&judged, Verdict::AtRisk, words);
                says(&judged, Verdict::AtRisk, sentence);
            }
            None => assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged)),
        }
        // Health checks move users without any change.
        let (_, mut world) = dns_record();
        zone(&mut world).accelerated_recovery = status.map(t);
        is_silent_about(&judge_kind(kind.clone(), &world), sentence);
        // What runs elsewhere does not fail together with Route 53's control plane.
        let (_, mut world) = dns_record();
        one_set(&mut world);
        zone(&mut world).accelerated_recovery = status.map(t);
        let elsewhere = Kind::DnsRecord(DnsRecord { primary: Site::OnPremises, ..record_of(&kind) });
        is_silent_about(&judge_kind(elsewhere, &world), sentence);
    }
    let (kind, mut world) = dns_record();
    zone(&mut world).accelerated_recovery = Some(t("ENABLING_HOSTED_ZONE_LOCKED"));
    let judged = judge_kind(kind.clone(), &world);
    says(&judged, Verdict::AtRisk, "The records of shop.example cannot be changed now");
    assert_eq!(judged.blockers.len(), 1, "{:?}", judged.blockers);
    // A private zone has none, and only resolvers within its network can be asked.
    let (_, mut world) = dns_record();
    one_set(&mut world);
    zone(&mut world).private = true;
    world.readings.remove(&dns(WWW, Authoritative));
    let judged = judge_kind(kind.clone(), &world);
    says(&judged, Verdict::AtRisk, "private zones have no accelerated recovery");
    assert!(!follow_ups(&kind, &world).contains(&dns(WWW, Authoritative)));
}

/// Trap 9, the endpoints of a cluster in turn, is how `aws` asks; what came of it is judged as any reading is.
#[test]
fn trap_42_an_alarm_without_data_is_unknown_since_its_metrics_may_be_gone_with_the_region() {
    let cases = [
        (Is(AlarmState::Ok), Verdict::Met, "is OK since 11:00:00Z"),
        (Is(AlarmState::Alarm), Verdict::AtRisk, "has been raised since 11:00:00Z"),
        (Is(AlarmState::InsufficientData), Verdict::Unknown, "has had too few data to tell since 11:00:00Z"),
        (Other(t("MUTED")), Verdict::Unknown, "is MUTED"),
    ];
    for (state, verdict, words) in cases {
        let (kind, mut world) = alarm();
        match world.answer(&Query::Alarms(east())) {
            Answer::Alarms(list) => list[0].state = state,
            other => panic!("{other:?}"),
        }
        let judged = judge_kind(kind, &world);
        assert_eq!(it(&judged).verdict, verdict);
        assert!(it(&judged).reason.as_str().contains(words), "{}", it(&judged).reason);
    }
    let (kind, mut world) = alarm();
    match world.answer(&Query::Alarms(east())) {
        Answer::Alarms(list) => list[0].actions_enabled = false,
        other => panic!("{other:?}"),
    }
    says(&judge_kind(kind.clone(), &world), Verdict::AtRisk, "tells nobody: its actions are disabled");
    world.put(Query::Alarms(east()), Answer::Alarms(Vec::new()));
    says(&judge_kind(kind, &world), Verdict::Unknown, "There is no alarm errors in us-east-1");
}
