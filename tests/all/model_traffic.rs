//! Where a name sends users and why: aliases, answers that no record explains, what is known while Route 53 is gone.

use drdeck::model::facts::Answer;
use drdeck::model::facts::arc::RoutingControl;
use drdeck::model::facts::route53::{Alias, HealthCheck as Check, Record, Routing, Zone};
use drdeck::model::kinds::{DnsRecord, Kind};
use drdeck::model::query::DnsServer::{Authoritative, Resolver};
use drdeck::model::{Place, Query, Site, SystemAssessment, Text, Up, Verdict};

use crate::model_estates::*;
use crate::model_readings::*;

pub(crate) const WWW: &str = "www.shop.example";

pub(crate) fn records(world: &mut World) -> &mut Vec<Record> {
    match world.answer(&zone_records()) {
        Answer::Records(list) => list,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn checks(world: &mut World) -> &mut Vec<Check> {
    match world.answer(&Query::HealthChecks(east())) {
        Answer::HealthChecks(list) => list,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn zone(world: &mut World) -> &mut Zone {
    match world.answer(&Query::HostedZones(east())) {
        Answer::HostedZones(list) => &mut list[0],
        other => panic!("{other:?}"),
    }
}

/// Both the zone's own servers and the resolver say so.
pub(crate) fn answers(world: &mut World, values: &[&str]) {
    for server in [Authoritative, Resolver] {
        world.put(dns(WWW, server), dns_answer(values));
    }
}

pub(crate) fn reports(world: &mut World, check: &str, values: &[f64]) {
    world.put(health_series(check), points(values));
}

pub(crate) fn record_of(kind: &Kind) -> DnsRecord {
    match kind {
        Kind::DnsRecord(record) => record.clone(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn active(judged: &SystemAssessment) -> Vec<&str> {
    judged.active.iter().map(Site::as_str).collect()
}

pub(crate) fn blockers(judged: &SystemAssessment) -> Vec<&str> {
    judged.blockers.iter().map(Text::as_str).collect()
}

/// How the record routes, as the detail view says it.
pub(crate) fn traffic(judged: &SystemAssessment) -> &str {
    it(judged).evidence.iter().find(|(label, _)| *label == "traffic").map_or("", |(_, value)| value.as_str())
}

#[track_caller]
pub(crate) fn says(judged: &SystemAssessment, verdict: Verdict, words: &str) {
    assert!(why(judged).contains(words), "{words}\nis not in\n{}", why(judged));
    assert_eq!(it(judged).verdict, verdict, "{}", why(judged));
}

#[track_caller]
pub(crate) fn is_silent_about(judged: &SystemAssessment, words: &str) {
    assert!(!why(judged).contains(words), "{words}\nis in\n{}", why(judged));
}

pub(crate) fn follow_ups(kind: &Kind, world: &World) -> Vec<Query> {
    let estate = drdeck::model::Estate {
        systems: vec![system(vec![component("it", kind.clone())], None, None)],
        ..Default::default()
    };
    estate.follow_ups(&world.snapshot(), now()).into_iter().collect()
}

/// Primary and secondary as aliases of load balancers.
pub(crate) fn aliases(world: &mut World, evaluates_health: bool) {
    for (at, region) in [(0, EAST), (1, WEST)] {
        let target = format!("dualstack.web-123.{region}.elb.amazonaws.com");
        let record = &mut records(world)[at];
        record.alias = Some(Alias { zone: t("Z35SXDOTRQ7X7K"), target: t(&target), evaluates_health });
        (record.ttl, record.values) = (None, Vec::new());
        world.put(dns(&target, Resolver), dns_answer(&[["203.0.113.10", "203.0.113.20"][at]]));
    }
}

/// A check of three others, two of which have to pass.
pub(crate) fn calculated() -> (Kind, World) {
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
fn a_healthy_primary_is_answered_and_that_is_where_the_system_serves() {
    let (kind, world) = dns_record();
    let judged = judge_kind(kind, &world);
    assert_eq!(traffic(&judged), "www.shop.example answers the primary (us-east-1), since it is healthy");
    assert_eq!((active(&judged), it(&judged).source.as_str()), (vec![EAST], "dns:Query aws-global"));
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
            dotted: false,
            alias: Some(Alias {
                zone: t("Z35SXDOTRQ7X7K"),
                target: t(&format!("web.{region}.elb.amazonaws.com.")),
                evaluates_health: true,
            }),
            health_check: None,
            ..records(&mut world)[at].clone()
        };
        records(&mut world).push(below);
        let record = &mut records(&mut world)[at];
        record.alias = Some(Alias { zone: t("Z35SXDOTRQ7X7K"), target: t(name), evaluates_health: true });
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
        dotted: false,
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
