//! Traps 1 to 9 of DNS and Route 53, and 42: one test for each that can be read from AWS, named after it.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::{Is, Other};
use drdeck::model::facts::arc::RoutingControl;
use drdeck::model::facts::cloudwatch::AlarmState;
use drdeck::model::facts::route53::{Alias, HealthCheck as Check, Record, Routing, Zone};
use drdeck::model::kinds::{DnsRecord, Kind};
use drdeck::model::query::DnsServer::{Authoritative, Resolver};
use drdeck::model::{Place, Query, Site, SystemAssessment, Text, Up, Verdict};

use crate::model_estates::*;
use crate::model_readings::*;

const WWW: &str = "www.shop.example";

fn records(world: &mut World) -> &mut Vec<Record> {
    match world.answer(&zone_records()) {
        Answer::Records(list) => list,
        other => panic!("{other:?}"),
    }
}

fn checks(world: &mut World) -> &mut Vec<Check> {
    match world.answer(&Query::HealthChecks(east())) {
        Answer::HealthChecks(list) => list,
        other => panic!("{other:?}"),
    }
}

fn zone(world: &mut World) -> &mut Zone {
    match world.answer(&Query::HostedZones(east())) {
        Answer::HostedZones(list) => &mut list[0],
        other => panic!("{other:?}"),
    }
}

/// Both the zone's own servers and the resolver say so.
fn answers(world: &mut World, values: &[&str]) {
    for server in [Authoritative, Resolver] {
        world.put(dns(WWW, server), dns_answer(values));
    }
}

fn reports(world: &mut World, check: &str, values: &[f64]) {
    world.put(health_series(check), points(values));
}

fn record_of(kind: &Kind) -> DnsRecord {
    match kind {
        Kind::DnsRecord(record) => record.clone(),
        other => panic!("{other:?}"),
    }
}

fn active(judged: &SystemAssessment) -> Vec<&str> {
    judged.active.iter().map(Site::as_str).collect()
}

fn blockers(judged: &SystemAssessment) -> Vec<&str> {
    judged.blockers.iter().map(Text::as_str).collect()
}

/// How the record routes, as the detail view says it.
fn traffic(judged: &SystemAssessment) -> &str {
    it(judged).evidence.iter().find(|(label, _)| *label == "traffic").map_or("", |(_, value)| value.as_str())
}

#[track_caller]
fn says(judged: &SystemAssessment, verdict: Verdict, words: &str) {
    assert!(why(judged).contains(words), "{words}\nis not in\n{}", why(judged));
    assert_eq!(it(judged).verdict, verdict, "{}", why(judged));
}

#[track_caller]
fn is_silent_about(judged: &SystemAssessment, words: &str) {
    assert!(!why(judged).contains(words), "{words}\nis in\n{}", why(judged));
}

#[test]
fn a_healthy_primary_is_answered_and_that_is_where_the_system_serves() {
    let (kind, world) = dns_record();
    let judged = judge_kind(kind, &world);
    assert_eq!(traffic(&judged), "www.shop.example answers the primary (us-east-1), since it is healthy");
    assert_eq!((active(&judged), it(&judged).source.as_str()), (vec![EAST], "dns:Query aws-global"));
}

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

fn follow_ups(kind: &Kind, world: &World) -> Vec<Query> {
    let estate = drdeck::model::Estate {
        systems: vec![system(vec![component("it", kind.clone())], None, None)],
        ..Default::default()
    };
    estate.follow_ups(&world.snapshot(), now()).into_iter().collect()
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
        (Is(AlarmState::Alarm), Verdict::AtRisk, "is raised since 11:00:00Z: Threshold Crossed"),
        (Is(AlarmState::InsufficientData), Verdict::Unknown, "has too few data to tell since 11:00:00Z"),
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

#[test]
fn a_failover_that_nothing_would_start_is_said() {
    let (kind, mut world) = dns_record();
    records(&mut world)[0].health_check = None;
    says(
        &judge_kind(kind.clone(), &world),
        Verdict::AtRisk,
        "www.shop.example never fails over by itself: the primary (east) has no health check",
    );
    let (_, mut world) = dns_record();
    records(&mut world).truncate(1);
    let judged = judge_kind(kind.clone(), &world);
    says(&judged, Verdict::AtRisk, "has a primary, but no secondary to fail over to");
    assert!(!judged.blockers.is_empty());
    // Weighted, what nothing looks after is answered even when it is gone.
    let (_, mut world) = dns_record();
    records(&mut world).iter_mut().for_each(|record| record.routing = Routing::Weighted(1));
    records(&mut world)[1].health_check = None;
    says(
        &judge_kind(kind, &world),
        Verdict::AtRisk,
        "west of www.shop.example is answered even while nothing works there",
    );
}

/// Primary and secondary as aliases of load balancers.
fn aliases(world: &mut World, evaluates_health: bool) {
    for (at, region) in [(0, EAST), (1, WEST)] {
        let target = format!("dualstack.web-123.{region}.elb.amazonaws.com");
        let record = &mut records(world)[at];
        record.alias = Some(Alias { target: t(&target), evaluates_health });
        (record.ttl, record.values) = (None, Vec::new());
        world.put(
            dns(&target, Resolver),
            dns_answer(&[["203.0.113.10", "203.0.113.20"][at], "203.0.113.99"][..1].as_ref()),
        );
    }
}

#[test]
fn aliases_are_told_apart_by_the_addresses_of_what_they_stand_for() {
    let (kind, mut world) = dns_record();
    aliases(&mut world, true);
    let nobody = Kind::DnsRecord(DnsRecord { watched: Vec::new(), ..record_of(&kind) });
    answers(&mut world, &["203.0.113.10"]);
    let judged = judge_kind(nobody.clone(), &world);
    assert_eq!((it(&judged).verdict, active(&judged)), (Verdict::Met, vec![EAST]), "{}", why(&judged));
    let asked = follow_ups(&nobody, &world);
    assert!(asked.contains(&dns("dualstack.web-123.us-west-2.elb.amazonaws.com", Resolver)), "{asked:?}");
    // The check passes, but Route 53 sees more of the target than anybody is told.
    answers(&mut world, &["203.0.113.20"]);
    let judged = judge_kind(nobody, &world);
    says(
        &judged,
        Verdict::AtRisk,
        "answers the secondary (us-west-2), although the primary (us-east-1) should be answered: its health has just changed, or \
         what its alias stands for is unhealthy",
    );
    assert_eq!(active(&judged), [WEST]);
    // Neither a check nor the target's health: nothing ever takes it away.
    aliases(&mut world, false);
    records(&mut world)[0].health_check = None;
    answers(&mut world, &["203.0.113.10"]);
    says(&judge_kind(kind, &world), Verdict::AtRisk, "has no health check and does not evaluate that of its alias");
}

#[test]
fn an_alias_within_the_zone_is_followed() {
    let (kind, mut world) = dns_record();
    for (at, name, address) in [(0, "use1.shop.example", "203.0.113.10"), (1, "usw2.shop.example", "203.0.113.20")] {
        let region = [EAST, WEST][at];
        let below = Record {
            name: t(name),
            set: None,
            routing: Routing::Simple,
            ttl: None,
            values: Vec::new(),
            alias: Some(Alias { target: t(&format!("web.{region}.elb.amazonaws.com.")), evaluates_health: true }),
            health_check: None,
            ..records(&mut world)[at].clone()
        };
        records(&mut world).push(below);
        let record = &mut records(&mut world)[at];
        record.alias = Some(Alias { target: t(name), evaluates_health: true });
        (record.ttl, record.values, record.health_check) = (None, Vec::new(), None);
        world.put(dns(name, Authoritative), dns_answer(&[address]));
    }
    answers(&mut world, &["203.0.113.20"]);
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!(active(&judged), [WEST], "{}", why(&judged));
    assert!(follow_ups(&kind, &world).contains(&dns("usw2.shop.example", Authoritative)));
}

#[test]
fn what_dns_says_and_no_record_explains_is_not_passed_over() {
    let (kind, good) = dns_record();
    let mut world = good.clone();
    answers(&mut world, &["203.0.113.66"]);
    let judged = judge_kind(kind.clone(), &world);
    says(
        &judged,
        Verdict::Unknown,
        "DNS answers www.shop.example with 203.0.113.66, which none of its record sets says",
    );
    assert!(judged.active.is_empty());
    for (code, words) in [("NXDOMAIN", "there is no such name"), ("SERVFAIL", "SERVFAIL"), ("REFUSED", "REFUSED")] {
        let mut world = good.clone();
        answers(&mut world, &[]);
        match world.answer(&dns(WWW, Authoritative)) {
            Answer::DnsAnswer(answer) => answer.code = t(code),
            other => panic!("{other:?}"),
        }
        let judged = judge_kind(kind.clone(), &world);
        says(&judged, Verdict::Unknown, &format!("DNS does not find www.shop.example: {words}, says 192.0.2.53:53"));
        assert!(!judged.blockers.is_empty());
    }
    let mut world = good.clone();
    answers(&mut world, &[]);
    says(&judge_kind(kind.clone(), &world), Verdict::Unknown, "DNS knows no A record of www.shop.example");
    let mut world = good.clone();
    records(&mut world).clear();
    says(
        &judge_kind(kind.clone(), &world),
        Verdict::Unknown,
        "There is no A record www.shop.example in the zone shop.example (Z1)",
    );
    let mut world = good.clone();
    world.put(Query::HostedZones(east()), Answer::HostedZones(Vec::new()));
    says(&judge_kind(kind.clone(), &world), Verdict::Unknown, "There is no hosted zone Z1 in Route 53");
    let mut world = good;
    checks(&mut world).truncate(1);
    says(
        &judge_kind(kind, &world),
        Verdict::Unknown,
        "the secondary (us-west-2) of www.shop.example names a health check that is not there",
    );
}

#[test]
fn a_wildcard_and_a_cname_are_records_of_the_name_too() {
    let (kind, mut world) = dns_record();
    let only = Record {
        name: t("*.shop.example"),
        kind: t("CNAME"),
        set: None,
        routing: Routing::Simple,
        values: vec![t("web.eu-west-1.elb.amazonaws.com.")],
        health_check: None,
        ..records(&mut world)[0].clone()
    };
    *records(&mut world) = vec![only];
    answers(&mut world, &["203.0.113.7"]);
    let judged = judge_kind(kind, &world);
    assert_eq!((it(&judged).verdict, active(&judged)), (Verdict::Met, vec!["eu-west-1"]), "{}", why(&judged));
}

#[test]
fn while_route_53_s_api_is_gone_dns_itself_tells_where_users_are_sent_and_nothing_is_green() {
    let (kind, mut world) = dns_record();
    world.kill(EAST);
    answers(&mut world, &["198.51.100.2"]);
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), it(&judged).verdict, it(&judged).stale), (vec![WEST], Verdict::Unknown, true));
    assert_eq!(
        traffic(&judged),
        "www.shop.example answers the secondary (us-west-2); why cannot be told, nor the health of its record sets, as its records \
         were at 13:50:00Z"
    );
    assert!(judged.blockers_unknown);
}

#[test]
fn latency_records_send_users_to_every_healthy_region() {
    let (kind, mut world) = dns_record();
    for (at, region) in [(0, EAST), (1, WEST)] {
        records(&mut world)[at].routing = Routing::Latency(t(region));
    }
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!(active(&judged), [EAST, WEST]);
    assert_eq!(
        traffic(&judged),
        "www.shop.example answers the one of east (us-east-1) and west (us-west-2) that is nearest to who asks"
    );
    reports(&mut world, "check-2", &[0.0, 1.0]);
    let judged = judge_kind(kind, &world);
    assert_eq!(active(&judged), [EAST]);
    assert!(
        traffic(&judged).ends_with("answers east (us-east-1), the only one that is healthy"),
        "{}",
        traffic(&judged)
    );
}

/// A check of three others, two of which have to pass.
fn calculated() -> (Kind, World) {
    let (kind, mut world) = health_check();
    let parent = &mut checks(&mut world)[0];
    (parent.kind, parent.target, parent.threshold) = (t("CALCULATED"), None, Some(2));
    parent.children = vec![t("a"), t("b"), t("c")];
    for id in ["a", "b", "c"] {
        let child = Check { target: Some(t(&format!("{id}.shop.example"))), ..check(id) };
        checks(&mut world).push(child);
        world.put(health_series(id), points(&[1.0, 1.0]));
    }
    (kind, world)
}

#[test]
fn a_calculated_check_tells_which_of_its_checks_fail() {
    let (kind, mut world) = calculated();
    assert_eq!(it(&judge_kind(kind.clone(), &world)).verdict, Verdict::Met);
    assert_eq!(follow_ups(&kind, &world).len(), 3);
    reports(&mut world, "b", &[0.0, 1.0]);
    let judged = judge_kind(kind.clone(), &world);
    says(
        &judged,
        Verdict::AtRisk,
        "The health check of b.shop.example fails for us-east-1: 2 of its 3 checks pass, 2 are needed",
    );
    assert_eq!(judged.up, Up::Up);
    // Its own series cannot be read: what its checks add up to is known all the same, and that it cannot be read is said.
    world.make_missing(&health_series("check-1"));
    let judged = judge_kind(kind.clone(), &world);
    assert_eq!((judged.up.clone(), it(&judged).verdict), (Up::Up, Verdict::Unknown));
    reports(&mut world, "c", &[0.0, 0.0, 0.0, 1.0]);
    let judged = judge_kind(kind, &world);
    assert!(matches!(judged.up, Up::Down { since, .. } if since == ago(minutes(1))), "{:?}", judged.up);
}

#[test]
fn a_record_knows_the_sites_that_the_health_checks_of_its_system_watch() {
    let text = r#"
name = "shop"
[[system]]
name = "storefront"
criticality = "critical"
strategy = "warm-standby"
primary = "us-east-1"
recovery = "us-west-2"
[system.objective.region]
rto = "15m"
[[system.component]]
kind = "dns-record"
zone = "/hostedzone/Z1"
record = "WWW.Shop.example."
[[system.component]]
kind = "health-check"
id = "check-2"
watches = "us-west-2"
[[system.component]]
kind = "alarm"
alarm = "errors"
"#;
    let config = drdeck::config::parse(text, std::path::Path::new("c.toml"), &Default::default()).unwrap();
    let components = &config.estate.systems[0].components;
    let record = record_of(&components[0].kind);
    assert_eq!((record.zone.as_str(), record.record.as_str(), record.kind.as_str()), ("Z1", WWW, "A"));
    assert_eq!(
        (record.watched, record.rto, record.primary),
        (vec![("check-2".to_owned(), site(WEST))], Some(minutes(15)), site(EAST))
    );
    assert_eq!(components[0].name, "WWW.Shop.example.", "as it was written");
    assert_eq!(
        components[2].kind,
        Kind::Alarm(drdeck::model::kinds::Alarm { alarm: "errors".to_owned(), place: east() })
    );
}

#[test]
fn where_the_zone_s_own_servers_cannot_be_asked_the_resolver_tells_where_users_are_sent() {
    let (kind, mut world) = dns_record();
    world.make_missing(&dns(WWW, Authoritative));
    world.put(dns(WWW, Resolver), dns_answer(&["198.51.100.2"]));
    let judged = judge_kind(kind, &world);
    assert_eq!((active(&judged), it(&judged).verdict), (vec![WEST], Verdict::Unknown));
}

#[test]
fn a_routing_control_decides_what_its_check_counts_where_cloudwatch_cannot_be_read() {
    let (kind, mut world) = dns_record();
    for check in checks(&mut world) {
        (check.kind, check.routing_control) = (t("RECOVERY_CONTROL"), Some(t(&format!("arn:{}", check.id))));
    }
    let control = |id: &str, state: &str| RoutingControl {
        arn: t(&format!("arn:{id}")),
        name: t(id),
        panel: t("p"),
        state: t(state),
    };
    let states = vec![control("check-1", "Off"), control("check-2", "On")];
    world.put(Query::RoutingControls(Place::home(Place::EVERYWHERE)), Answer::RoutingControls(states));
    world.make_missing(&health_series("check-1"));
    world.make_missing(&health_series("check-2"));
    answers(&mut world, &["198.51.100.2"]);
    let judged = judge_kind(kind, &world);
    assert_eq!(
        traffic(&judged),
        "www.shop.example answers the secondary (us-west-2), since the primary (us-east-1) is unhealthy"
    );
    assert_eq!((it(&judged).verdict, judged.blockers_unknown), (Verdict::Unknown, false), "{}", why(&judged));
}
