//! Whether users are served, seen by health checks, by drdeck's own looks and by DNS; when a failover should be considered; who is silent.

use drdeck::model::facts::Answer;
use drdeck::model::facts::look::Response;
use drdeck::model::facts::route53::Observation;
use drdeck::model::kinds::{HealthCheck, Kind};
use drdeck::model::query::DnsServer::{Authoritative, Resolver};
use drdeck::model::{
    Assessment, Estate, FailureKind, Moment, Probe, Query, Region, RunStart, Service, Silent, Site, Span, Strategy,
    System, SystemAssessment, Text, Told, Up, Verdict, assess, down_since,
};

use crate::model_estates::*;
use crate::model_readings::*;

fn probe(region: &str) -> Probe {
    Probe { site: site(region), url: format!("https://{region}.shop.example/health") }
}

fn response(status: Option<u16>) -> Answer {
    let error = status.is_none().then(|| t("connection refused"));
    Answer::Probe(Response { status, error, took: Span::from_millis(80) })
}

fn look(world: &mut World, region: &str, status: Option<u16>) {
    world.put(probe(region).query(), response(status));
}

fn watch(id: &str, region: &str) -> Kind {
    Kind::HealthCheck(HealthCheck { id: id.to_owned(), watches: site(region), place: east() })
}

/// A replica, a check of its source's Region, and probes of both Regions, all well.
fn orders() -> (System, World) {
    let (kind, mut world) = rds_replica();
    let (check, checks) = health_check();
    world.readings.extend(checks.readings);
    let mut system = system(vec![component("orders", kind), component("check", check)], Some(minutes(5)), None);
    system.probes = vec![probe(EAST), probe(WEST)];
    look(&mut world, EAST, Some(200));
    look(&mut world, WEST, Some(200));
    (system, world)
}

fn judge_at(system: &System, world: &World, at: Moment) -> Assessment {
    assess(&Estate { systems: vec![system.clone()], ..Default::default() }, &world.snapshot(), at)
}

fn judged(system: &System, world: &World) -> SystemAssessment {
    std::sync::Arc::unwrap_or_clone(judge_at(system, world, now()).systems.remove(0))
}

fn reports(world: &mut World, check: &str, values: &[f64]) {
    world.put(health_series(check), points(values));
}

/// Neither CloudWatch nor the checkers can be read.
fn blind(world: &mut World) {
    world.make_missing(&health_series("check-1"));
    world.readings.insert(
        Query::HealthCheckStatus(east(), "check-1".to_owned()),
        drdeck::model::Reading::failed(failure(FailureKind::Unreachable, "connection reset")),
    );
}

fn promoted(world: &mut World) {
    let replica = db_instance(world, &west());
    (replica.replica_source, replica.replication) = (None, None);
    world.put(Query::DbInstances(east()), Answer::DbInstances(Vec::new()));
}

#[test]
fn probes_tell_whether_users_are_served_where_no_check_can_be_read() {
    let (system, mut world) = orders();
    assert_eq!(judged(&system, &world).up, Up::Up);
    blind(&mut world);
    assert_eq!(judged(&system, &world).up, Up::Up, "the probe of us-east-1 says so");
    look(&mut world, EAST, Some(503));
    let seen = judged(&system, &world);
    assert_eq!(seen.up, Up::Down { since: now(), start: RunStart::Earlier });
    assert!(why(&seen).contains("drdeck's own look at https://us-east-1.shop.example/health of us-east-1 brought 503"));
    look(&mut world, EAST, None);
    assert!(why(&judged(&system, &world)).contains("brought no answer (connection refused)"));
    // A redirect is an answer; a look that was not made in time says nothing.
    look(&mut world, EAST, Some(302));
    assert_eq!(judged(&system, &world).up, Up::Up);
    world.make_stale(&probe(EAST).query());
    assert_eq!(judged(&system, &world).up, Up::Unknown);
}

#[test]
fn an_outage_that_only_probes_show_keeps_its_start() {
    let (system, mut world) = orders();
    blind(&mut world);
    look(&mut world, EAST, Some(503));
    world.down_since = down_since(&judge_at(&system, &world, now()));
    let later = now() + seconds(40);
    let mut reading = world.readings[&probe(EAST).query()].clone();
    (reading.read_at, reading.fresh_until) = (Some(later), Some(later + minutes(1)));
    world.readings.insert(probe(EAST).query(), reading);
    let seen = judge_at(&system, &world, later).systems.remove(0);
    assert_eq!(seen.up, Up::Down { since: now(), start: RunStart::Earlier });
}

#[test]
fn what_checks_and_probes_say_against_each_other_is_said() {
    let (system, mut world) = orders();
    look(&mut world, EAST, Some(500));
    let seen = judged(&system, &world);
    assert_eq!((seen.up.clone(), seen.verdict, seen.consider_failover), (Up::Up, Verdict::AtRisk, None));
    assert_eq!(
        why(&seen),
        "The health checks of us-east-1 pass, but drdeck's own look at https://us-east-1.shop.example/health brought 500: its users \
         may fare alike, or the network between is at fault"
    );
    look(&mut world, EAST, Some(200));
    reports(&mut world, "check-1", &[0.0, 1.0]);
    let seen = judged(&system, &world);
    assert!(matches!(seen.up, Up::Down { .. }));
    assert!(why(&seen).contains("The health checks of us-east-1 fail, but drdeck's own look"), "{}", why(&seen));
    assert!(why(&seen).contains("some users may be served"));
    // The probe of a standby that is not meant to serve yet says nothing.
    let (system, mut world) = orders();
    look(&mut world, WEST, Some(503));
    assert_eq!(why(&judged(&system, &world)), "");
}

#[test]
fn the_checkers_themselves_come_before_the_probes() {
    let (system, mut world) = orders();
    blind(&mut world);
    look(&mut world, EAST, Some(503));
    let seen = |region: &str| Observation {
        region: t(region),
        status: t("Success: HTTP Status Code 200, OK"),
        checked: Some(ago(seconds(20))),
    };
    let checkers = vec![seen("us-west-1"), seen("eu-west-1")];
    world.put(Query::HealthCheckStatus(east(), "check-1".to_owned()), Answer::HealthCheckStatus(checkers));
    let seen = judged(&system, &world);
    assert_eq!(seen.up, Up::Up);
    assert!(why(&seen).contains("The health checks of us-east-1 pass, but drdeck's own look"), "{}", why(&seen));
}

#[test]
fn after_a_failover_to_a_site_that_nothing_watches_the_old_outage_is_over() {
    let (mut system, mut world) = orders();
    system.probes.clear();
    world.down_since = [("shop".to_owned(), (ago(hours(1)), RunStart::Seen))].into();
    reports(&mut world, "check-1", &[0.0, 0.0]);
    assert!(matches!(judged(&system, &world).up, Up::Down { since, .. } if since == ago(hours(1))));
    promoted(&mut world);
    let seen = judge_at(&system, &world, now());
    assert_eq!((&seen.systems[0].up, down_since(&seen).len()), (&Up::Unknown, 0));
    assert_eq!(seen.systems[0].active, [site(WEST)].into());
    // A probe of the new site tells.
    system.probes = vec![probe(WEST)];
    assert_eq!(judged(&system, &world).up, Up::Up);
    look(&mut world, WEST, Some(503));
    assert!(matches!(judged(&system, &world).up, Up::Down { .. }));
}

/// `orders` with a record whose primary is us-east-1.
fn with_record(mut system: System, world: &mut World) -> System {
    let (record, records) = dns_record();
    let kept = world.readings.get(&health_series("check-1")).cloned();
    world.readings.extend(records.readings);
    world.readings.insert(health_series("check-1"), kept.unwrap());
    system.components.push(component("www", record));
    system
}

#[test]
fn users_who_are_sent_to_a_site_that_fails_are_not_served() {
    let (system, mut world) = orders();
    let mut system = with_record(system, &mut world);
    system.probes.clear();
    promoted(&mut world);
    reports(&mut world, "check-1", &[0.0, 0.0, 1.0]);
    // Writes are taken in us-west-2, which nothing watches, but the answer is still us-east-1.
    reports(&mut world, "check-2", &[0.0, 1.0]);
    let seen = judged(&system, &world);
    assert_eq!(seen.up, Up::Down { since: ago(minutes(2)), start: RunStart::Seen });
    assert!(why(&seen).contains("Users are sent to us-east-1, but the writer is in us-west-2"), "{}", why(&seen));
    assert_eq!(seen.active, [site(WEST)].into(), "who writes says more than where users are sent");
}

#[test]
fn dns_tells_where_a_system_serves_that_nothing_else_tells_of() {
    let (record, world) = dns_record();
    let system = system(vec![component("www", record), component("east", watch("check-1", EAST))], None, None);
    assert_eq!(judged(&system, &world).active, [site(EAST)].into());
    let (images, more) = s3_replication();
    let mut world = world;
    world.readings.extend(more.readings);
    let mut both = system;
    both.components.push(component("images", images));
    for server in [Authoritative, Resolver] {
        world.put(dns("www.shop.example", server), dns_answer(&["198.51.100.2"]));
    }
    reports(&mut world, "check-1", &[0.0, 1.0]);
    assert_eq!(judged(&both, &world).active, [site(WEST)].into());
}

#[test]
fn more_than_half_of_the_checks_failing_for_two_minutes_raises_a_failover() {
    let (mut system, mut world) = orders();
    system.probes.clear();
    system.components.extend([component("b", watch("check-2", EAST)), component("c", watch("check-3", EAST))]);
    world.put(
        Query::HealthChecks(east()),
        Answer::HealthChecks(vec![check("check-1"), check("check-2"), check("check-3")]),
    );
    reports(&mut world, "check-1", &[0.0, 0.0, 0.0, 0.0, 1.0]);
    reports(&mut world, "check-2", &[1.0; 5]);
    reports(&mut world, "check-3", &[1.0; 5]);
    assert_eq!(judged(&system, &world).consider_failover, None, "one of three");
    reports(&mut world, "check-2", &[0.0, 0.0, 0.0, 1.0]);
    let seen = judged(&system, &world);
    assert_eq!((seen.up.clone(), seen.consider_failover), (Up::Up, Some(ago(minutes(3)))), "two of three, one passes");
    assert_eq!(
        seen.reasons[0].as_str(),
        "Consider failover: more than half of the health checks of us-east-1 have failed since 13:57:00Z"
    );
    // Two minutes are not over yet; they will be, and the judgement says when.
    reports(&mut world, "check-2", &[0.0, 0.0, 1.0]);
    let seen = judge_at(&system, &world, now());
    assert_eq!(seen.systems[0].consider_failover, None);
    let due = seen.next_change.unwrap();
    assert_eq!(due, now() + Span::from_millis(1));
    assert_eq!(judge_at(&system, &world, due).systems[0].consider_failover, Some(ago(minutes(2))));
    // It follows that users are not served.
    reports(&mut world, "check-3", &[0.0, 0.0, 0.0, 0.0, 1.0]);
    reports(&mut world, "check-2", &[0.0, 0.0, 0.0, 0.0, 1.0]);
    let seen = judged(&system, &world);
    let first: Vec<&str> = seen.reasons.iter().map(Text::as_str).take(2).collect();
    assert_eq!(first[0], "Users have not been served since 13:56:00Z");
    assert_eq!(
        first[1],
        "Consider failover: more than half of the health checks of us-east-1 have failed since 13:56:00Z"
    );
}

#[test]
fn half_of_the_checks_is_not_more_than_half_and_those_of_a_standby_do_not_count() {
    let (mut system, mut world) = orders();
    system.components.push(component("west", watch("check-2", WEST)));
    world.put(Query::HealthChecks(east()), Answer::HealthChecks(vec![check("check-1"), check("check-2")]));
    reports(&mut world, "check-2", &[0.0; 10]);
    assert_eq!(judged(&system, &world).consider_failover, None);
    // Active in both, half is left.
    let (table, tables) = global_table(drdeck::model::facts::dynamodb::Consistency::Strong);
    world.readings.extend(tables.readings);
    system.components[0] = component("table", table);
    system.strategy = Strategy::ActiveActive;
    assert_eq!(judged(&system, &world).consider_failover, None);
    reports(&mut world, "check-1", &[0.0, 0.0, 0.0, 0.0, 1.0]);
    assert_eq!(judged(&system, &world).consider_failover, Some(ago(minutes(4))));
}

#[test]
fn a_region_that_is_gone_with_its_pages_raises_a_failover() {
    let (system, mut world) = orders();
    world.kill(EAST);
    look(&mut world, EAST, None);
    // Its pages are gone for a minute now, as an earlier judgement found.
    world.down_since = [("shop".to_owned(), (ago(minutes(1)), RunStart::Earlier))].into();
    let seen = judge_at(&system, &world, now());
    assert_eq!(
        (seen.systems[0].consider_failover, &seen.systems[0].up),
        (None, &Up::Down { since: ago(minutes(1)), start: RunStart::Earlier })
    );
    assert!(seen.next_change.is_some_and(|change| change <= now() + minutes(1) + Span::from_millis(1)));
    // Since three minutes: the Region was silent before.
    world.down_since = [("shop".to_owned(), (ago(minutes(3)), RunStart::Earlier))].into();
    let seen = judged(&system, &world);
    assert_eq!(seen.consider_failover, Some(ago(minutes(3))));
    assert_eq!(
        seen.reasons[1].as_str(),
        "Consider failover: us-east-1 has not answered and its pages have been gone since 13:57:00Z or earlier"
    );
    // Silent since nine minutes, but users were seen not to be served an hour ago, and that has not ended.
    world.down_since = [("shop".to_owned(), (ago(hours(1)), RunStart::Seen))].into();
    assert_eq!(judged(&system, &world).consider_failover, Some(ago(hours(1))));
    // Its pages are there: nothing is raised by an API that is gone.
    look(&mut world, EAST, Some(200));
    let seen = judged(&system, &world);
    assert_eq!((seen.consider_failover, seen.up), (None, Up::Up));
    // One service answers: the Region is there. But users were not served for an hour, and nothing tells that they are.
    look(&mut world, EAST, None);
    world.put(Query::Alarms(east()), Answer::Alarms(Vec::new()));
    let seen = judged(&system, &world);
    assert_eq!(seen.consider_failover, Some(ago(hours(1))));
    assert_eq!(seen.reasons[1].as_str(), "Consider failover: users have not been served since 13:00:00Z");
}

#[test]
fn a_data_centre_is_gone_when_its_pages_are() {
    let (mut system, mut world) = orders();
    system.components.clear();
    system.primary = Site::OnPremises;
    system.probes = vec![Probe { site: Site::OnPremises, url: "https://erp.shop.example/".to_owned() }];
    world.put(system.probes[0].query(), response(None));
    world.down_since = [("shop".to_owned(), (ago(minutes(3)), RunStart::Earlier))].into();
    let (record, records) = dns_record();
    world.readings.extend(records.readings);
    let Kind::DnsRecord(mut record) = record else { panic!() };
    record.watched = vec![("check-1".to_owned(), Site::OnPremises)];
    system.components.push(component("www", Kind::DnsRecord(record)));
    let seen = judged(&system, &world);
    assert_eq!((&seen.active, seen.consider_failover), (&[Site::OnPremises].into(), Some(ago(minutes(3)))));
    assert_eq!(
        seen.reasons[1].as_str(),
        "Consider failover: the pages of on-premises have been gone since 13:57:00Z or earlier"
    );
}

#[test]
fn services_that_answer_nothing_at_all_are_named_with_the_start_of_their_silence() {
    let (system, mut world) = orders();
    assert_eq!(judge_at(&system, &world, now()).silent, []);
    world.kill(EAST);
    look(&mut world, EAST, Some(200));
    let gone = |service: Service| Silent { service, region: Region::new(EAST), since: ago(minutes(9)) };
    assert_eq!(
        judge_at(&system, &world, now()).silent,
        [gone(Service::CloudWatch), gone(Service::Rds), gone(Service::Route53)]
    );
    // Being refused or told to wait is an answer, and so is that there is no such thing.
    for kind in [FailureKind::Denied, FailureKind::Throttled, FailureKind::NotFound] {
        let mut world = world.clone();
        let reading = world.readings.get_mut(&Query::HealthChecks(east())).unwrap();
        reading.failing = Some(Box::new(failure(kind, "no")));
        assert_eq!(judge_at(&system, &world, now()).silent.len(), 2, "{kind:?}");
    }
    // What answers again is no longer silent, whatever else was not asked again yet.
    world.put(Query::DbEvents(east()), Answer::DbEvents(Vec::new()));
    assert!(!judge_at(&system, &world, now()).silent.contains(&gone(Service::Rds)));
}

#[test]
fn a_probe_that_fails_at_a_warm_standby_stands_in_the_way() {
    let (mut system, mut world) = orders();
    look(&mut world, WEST, Some(503));
    system.strategy = Strategy::WarmStandby;
    let seen = judged(&system, &world);
    assert_eq!(seen.blockers.len(), 1, "{:?}", seen.blockers);
    assert!(seen.blockers[0].as_str().contains("would not be served from us-west-2"), "{:?}", seen.blockers);
    system.strategy = Strategy::PilotLight;
    assert!(judged(&system, &world).blockers.is_empty());
}

#[test]
fn probes_are_asked_for_with_their_system() {
    let (system, _) = orders();
    let asked = system.queries();
    assert!(asked.contains(&probe(EAST).query()) && asked.contains(&probe(WEST).query()));
    assert_eq!(probe(EAST).query().source(), "http:Get us-east-1");
    let on_premises = Probe { site: Site::OnPremises, url: "http://10.1.1.1/".to_owned() };
    assert_eq!(on_premises.query().source(), "http:Get on-premises");
}

#[test]
fn what_is_seen_in_time_holds_however_old_the_rest_is() {
    let (system, mut world) = orders();
    let system = with_record(system, &mut world);
    let told = |world: &World| {
        let seen = judged(&system, world);
        (seen.active_told, seen.up_told)
    };
    assert_eq!(told(&world), (Told::Now, Told::Now));
    // Route 53 and CloudWatch are gone: DNS answers, and the probe is answered.
    world.kill(EAST);
    for region in [EAST, WEST] {
        look(&mut world, region, Some(200));
    }
    assert_eq!(told(&world), (Told::Now, Told::Now));
    world.make_stale(&probe(EAST).query());
    for server in [Authoritative, Resolver] {
        world.make_stale(&dns("www.shop.example", server));
    }
    assert_eq!(told(&world), (Told::Before, Told::Before));
}
