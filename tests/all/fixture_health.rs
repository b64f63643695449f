//! Where the traffic of two Systems goes, as AWS and DNS tell of it, written by hand: `www` has failed over to its secondary, `pay` is
//! answered from two Regions and can be switched off in each, `files` is answered with one address whatever happens.

use std::collections::BTreeSet;
use std::sync::Arc;

use drdeck::model::events::{Entry, Event, EventKind, Severity, Subject};
use drdeck::model::facts::arc::{RoutingControl, SwitchExecution, SwitchPlan};
use drdeck::model::facts::cloudwatch::{Alarm, AlarmState, Series, SeriesStatus};
use drdeck::model::facts::look::{DnsAnswer, Response};
use drdeck::model::facts::route53::{Alias, HealthCheck, Observation as Seen, Record, Routing, Zone};
use drdeck::model::facts::{Answer, Known};
use drdeck::model::kinds::{self, DnsRecord, Kind};
use drdeck::model::query::DnsServer;
use drdeck::model::{
    Component, Criticality, Estate, Events, Failure, FailureKind, Moment, PerDisruption, Place, Probe, Query, Reading,
    Region, Service, Site, Snapshot, Span, Strategy, System, Text, assess,
};
use drdeck::observe::{Clock, Observation, Origin};

use crate::fixture_assessment::{at, now};

const ZONE: &str = "Z1SHOP";
pub(crate) const PLAN: &str = "arn:aws:arc-region-switch::111122223333:plan/shop:e3d4da";

fn east() -> Place {
    Place::home("us-east-1")
}

fn text(text: impl AsRef<str>) -> Text {
    Text::new(text)
}

fn site(region: &str) -> Site {
    Site::Region(Region::new(region))
}

fn control_arn(region: &str) -> String {
    format!("arn:aws:route53-recovery-control::111122223333:controlpanel/1/routingcontrol/{region}")
}

fn check(id: &str, watches: &str) -> Component {
    component(id, Kind::HealthCheck(kinds::HealthCheck { id: id.to_owned(), watches: site(watches), place: east() }))
}

fn component(name: &str, kind: Kind) -> Component {
    Component { name: name.to_owned(), counts_for: PerDisruption { region: false, data: false }, own_rpo: None, kind }
}

fn name(record: &str, watched: &[(&str, &str)]) -> Component {
    let watched = watched.iter().map(|(id, region)| ((*id).to_owned(), site(region)));
    component(
        record,
        Kind::DnsRecord(DnsRecord {
            zone: ZONE.to_owned(),
            record: record.to_owned(),
            kind: "A".to_owned(),
            place: east(),
            primary: site("us-east-1"),
            watched: watched.collect(),
            rto: Some(Span::from_mins(15)),
        }),
    )
}

fn alarm(name: &str, region: &str) -> Component {
    component(name, Kind::Alarm(kinds::Alarm { alarm: name.to_owned(), place: Place::home(region) }))
}

fn system(name: &str, components: Vec<Component>) -> System {
    let probe = |region: &str| Probe { site: site(region), url: format!("https://{region}.{name}.example/health") };
    System {
        name: name.to_owned(),
        criticality: Criticality::Critical,
        strategy: Strategy::WarmStandby,
        primary: site("us-east-1"),
        recovery: Region::new("us-west-2"),
        depends_on: Vec::new(),
        objectives: PerDisruption::default(),
        components,
        probes: vec![probe("us-east-1"), probe("us-west-2")],
    }
}

/// What the config declares.
pub(crate) fn estate() -> Estate {
    let shop = vec![
        check("www-use1", "us-east-1"),
        check("www-usw2", "us-west-2"),
        name("www.shop.example", &[("www-use1", "us-east-1"), ("www-usw2", "us-west-2")]),
        alarm("shop latency", "us-west-2"),
        alarm("shop errors", "us-east-1"),
    ];
    let pay = vec![
        check("pay-use1", "us-east-1"),
        check("pay-usw2", "us-west-2"),
        name("pay.shop.example", &[("pay-use1", "us-east-1"), ("pay-usw2", "us-west-2")]),
    ];
    let files = vec![name("files.shop.example", &[])];
    let shared = [
        Query::RoutingControls(Place::home(Place::EVERYWHERE)),
        Query::SwitchPlans(east()),
        Query::SwitchPlans(Place::home("us-west-2")),
    ];
    let systems =
        vec![system("shop", shop), system("payments", pay), System { probes: Vec::new(), ..system("files", files) }];
    Estate { systems, shared: BTreeSet::from(shared) }
}

/// A health check of the type HTTPS.
fn https(id: &str, target: &str) -> HealthCheck {
    HealthCheck {
        id: text(id),
        kind: text("HTTPS"),
        target: Some(text(target)),
        inverted: false,
        disabled: false,
        insufficient_data: None,
        version: 1,
        children: Vec::new(),
        threshold: None,
        routing_control: None,
        interval_seconds: Some(10),
        failure_threshold: Some(3),
    }
}

fn checks() -> Vec<HealthCheck> {
    let calculated = |id: &str, children: [&str; 2]| HealthCheck {
        kind: text("CALCULATED"),
        children: children.into_iter().map(text).collect(),
        threshold: Some(2),
        interval_seconds: None,
        failure_threshold: None,
        ..https(id, "2 of 2 other checks")
    };
    let switch = |id: &str, region: &str| HealthCheck {
        kind: text("RECOVERY_CONTROL"),
        routing_control: Some(text(control_arn(region))),
        interval_seconds: None,
        failure_threshold: None,
        ..https(id, &control_arn(region))
    };
    vec![
        https("www-use1", "use1.www.shop.example/health"),
        https("www-usw2", "usw2.www.shop.example/health"),
        calculated("pay-both-use1", ["pay-use1", "pay-switch-use1"]),
        calculated("pay-both-usw2", ["pay-usw2", "pay-switch-usw2"]),
        https("pay-use1", "use1.pay.shop.example/health"),
        https("pay-usw2", "usw2.pay.shop.example/health"),
        switch("pay-switch-use1", "us-east-1"),
        switch("pay-switch-usw2", "us-west-2"),
        HealthCheck { disabled: true, ..https("old-check", "old.shop.example/health") },
        HealthCheck { inverted: true, ..https("stop-check", "stop.shop.example/health") },
        https("nobodys", "nobodys.shop.example/health"),
    ]
}

fn record(name: &str, set: Option<&str>, routing: Routing, check: Option<&str>, target: &str) -> Record {
    let alias = Alias {
        zone: text("Z35SXDOTRQ7X7K"),
        target: text(format!("{target}.elb.amazonaws.com")),
        evaluates_health: false,
    };
    Record {
        name: text(name),
        kind: text("A"),
        set: set.map(text),
        routing,
        ttl: None,
        values: Vec::new(),
        dotted: false,
        alias: Some(alias),
        health_check: check.map(text),
    }
}

fn records() -> Vec<Record> {
    let www = |set, routing, check, target| record("www.shop.example", Some(set), routing, Some(check), target);
    let pay = |region: &str, check| {
        let routing = Routing::Latency(text(region));
        record("pay.shop.example", Some(region), routing, Some(check), &format!("pay.{region}"))
    };
    let files = record("files.shop.example", None, Routing::Simple, None, "");
    let old = record("old.shop.example", Some("blue"), Routing::Weighted(0), None, "old.us-east-1");
    vec![
        www("primary", Routing::Primary, "www-use1", "web.us-east-1"),
        www("secondary", Routing::Secondary, "www-usw2", "web.us-west-2"),
        pay("us-east-1", "pay-both-use1"),
        pay("us-west-2", "pay-both-usw2"),
        Record { alias: None, values: vec![text("203.0.113.40")], ttl: Some(3_600), ..files },
        Record {
            set: Some(text("green")),
            routing: Routing::Weighted(10),
            health_check: Some(text("old-check")),
            ..old.clone()
        },
        old,
    ]
}

/// What DNS says: `www` has moved, one resolver has not heard of it yet.
fn dns(name: &str, server: &DnsServer) -> DnsAnswer {
    let (values, ttl): (&[&str], u32) = match (name, server) {
        ("www.shop.example", DnsServer::Authoritative) | ("web.us-west-2.elb.amazonaws.com", _) => {
            (&["198.51.100.2"], 60)
        }
        ("www.shop.example", DnsServer::Resolver) => (&["198.51.100.1"], 41),
        ("web.us-east-1.elb.amazonaws.com", _) => (&["198.51.100.1"], 60),
        ("pay.shop.example", _) | ("pay.us-west-2.elb.amazonaws.com", _) => (&["198.51.100.6", "198.51.100.7"], 60),
        ("pay.us-east-1.elb.amazonaws.com", _) => (&["198.51.100.5"], 60),
        _ => (&["203.0.113.40"], 3_600),
    };
    let server = match server {
        DnsServer::Authoritative => "205.251.192.27:53",
        DnsServer::Resolver => "10.0.0.2:53",
    };
    DnsAnswer { server: text(server), code: text("NOERROR"), values: values.iter().map(text).collect(), ttl: Some(ttl) }
}

/// Healthy but for www-use1, which fails since nine minutes, and for what is switched off.
fn points(id: &str) -> Series {
    let begin = at("14:02:00");
    let value = |minute: i64| match id {
        "pay-both-use1" | "pay-switch-use1" => 0.0,
        "www-use1" if minute <= 9 => 0.0,
        _ => 1.0,
    };
    let point = |minute: i64| (begin - Span::from_mins(minute), value(minute));
    Series { status: SeriesStatus::Complete, points: (1..170).map(point).collect() }
}

fn alarms(region: &str) -> Vec<Alarm> {
    let alarm = |name: &str, state: AlarmState, reason: &str| Alarm {
        name: text(name),
        arn: text(format!("arn:aws:cloudwatch:{region}:111122223333:alarm:{name}")),
        state: Known::Is(state),
        reason: Some(text(reason)),
        since: Some(at("13:50:00")),
        actions_enabled: true,
        missing_data: Some(text("missing")),
        metric: Some((text("AWS/ApplicationELB"), text("TargetResponseTime"))),
    };
    let crossed = "Threshold Crossed: 3 datapoints were greater than the threshold (120.0).";
    match region {
        "us-west-2" => vec![
            alarm(
                "shop latency",
                AlarmState::Ok,
                "Threshold Crossed: no datapoint was greater than the threshold (1.0).",
            ),
            Alarm { actions_enabled: false, ..alarm("muted", AlarmState::Ok, "") },
        ],
        _ => vec![
            alarm("shop errors", AlarmState::Alarm, crossed),
            alarm("backups failed", AlarmState::InsufficientData, "Insufficient Data: 3 datapoints were unknown."),
        ],
    }
}

fn checkers(id: &str) -> Vec<Seen> {
    let seen =
        |region: &str, status: &str| Seen { region: text(region), status: text(status), checked: Some(at("14:01:58")) };
    if id == "www-use1" {
        let failed = "Failure: Connection timed out. The endpoint or the internet connection is down.";
        return vec![
            seen("us-west-1", failed),
            seen("eu-west-1", failed),
            seen("sa-east-1", "Success: HTTP Status Code 200, OK"),
        ];
    }
    vec![seen("us-west-1", "Success: HTTP Status Code 200, OK"), seen("eu-west-1", "Success: HTTP Status Code 200, OK")]
}

fn switch_plan() -> SwitchPlan {
    SwitchPlan {
        arn: text(PLAN),
        name: text("shop"),
        approach: text("activePassive"),
        primary: Some(Region::new("us-east-1")),
        regions: vec![Region::new("us-east-1"), Region::new("us-west-2")],
        objective_minutes: Some(15),
    }
}

fn executions() -> Vec<SwitchExecution> {
    vec![SwitchExecution {
        id: text("e-1"),
        state: text("completed"),
        action: text("activate"),
        mode: text("graceful"),
        region: Region::new("us-west-2"),
        started: Some(at("13:20:00")),
        ended: Some(at("13:31:15")),
        actual_recovery_time: Some(text("PT11M15S")),
    }]
}

/// What answers `query`, if that is read here.
fn answer(query: &Query) -> Option<Answer> {
    let controls = || {
        let control = |region: &str, state: &str| RoutingControl {
            arn: text(control_arn(region)),
            name: text(format!("payments-{region}")),
            panel: text("payments"),
            state: text(state),
        };
        vec![control("us-east-1", "Off"), control("us-west-2", "On")]
    };
    let zone = || Zone {
        id: text(ZONE),
        name: text("shop.example"),
        private: false,
        accelerated_recovery: Some(text("ENABLED")),
    };
    let dimension = |dimensions: &[(String, String)]| dimensions.first().map(|(_, id)| id.clone()).unwrap_or_default();
    #[allow(clippy::wildcard_enum_match_arm, reason = "the rest is not read here")]
    Some(match query {
        Query::HealthChecks(_) => Answer::HealthChecks(checks()),
        Query::HostedZones(_) => Answer::HostedZones(vec![zone()]),
        Query::Records(..) => Answer::Records(records()),
        Query::Series(_, metric) => Answer::Series(points(&dimension(&metric.dimensions))),
        Query::DnsAnswer(_, question) => Answer::DnsAnswer(dns(&question.name, &question.server)),
        Query::Probe(place, _) if place.region.as_str() == "us-east-1" => Answer::Probe(Response {
            status: None,
            error: Some(text("the connection was reset")),
            took: Span::from_millis(13),
        }),
        Query::Probe(..) => Answer::Probe(Response { status: Some(200), error: None, took: Span::from_millis(184) }),
        Query::Alarms(place) => Answer::Alarms(alarms(place.region.as_str())),
        Query::RoutingControls(_) => Answer::RoutingControls(controls()),
        Query::SwitchPlans(_) => Answer::SwitchPlans(vec![switch_plan()]),
        Query::SwitchExecutions(..) => Answer::SwitchExecutions(executions()),
        Query::HealthCheckStatus(_, id) => Answer::HealthCheckStatus(checkers(id)),
        _ => return None,
    })
}

/// All of it, read twelve seconds ago.
pub(crate) fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::default();
    let estate = estate();
    let mut queries = estate.queries();
    for _ in 0..3 {
        for query in &queries {
            if let Some(answer) = answer(query) {
                let reading = Reading::fresh(Arc::new(answer), at("14:02:05"), Span::from_mins(1));
                snapshot.readings.insert(Arc::new(query.clone()), reading);
            }
        }
        queries = estate.follow_ups(&snapshot, now());
    }
    snapshot
}

/// The same, once `queries` were read because somebody looks.
pub(crate) fn looked_at(mut snapshot: Snapshot, queries: &BTreeSet<Query>) -> Snapshot {
    for query in queries {
        if let Some(answer) = answer(query) {
            let reading = Reading::fresh(Arc::new(answer), at("14:02:05"), Span::from_mins(1));
            if !snapshot.readings.contains_key(query) {
                snapshot.readings.insert(Arc::new(query.clone()), reading);
            }
        }
    }
    snapshot
}

/// The same when the services that `is_old` names have not answered for two minutes.
pub(crate) fn without(is_old: impl Fn(Service, &Region) -> bool) -> Snapshot {
    let mut snapshot = snapshot();
    for (query, reading) in &mut snapshot.readings {
        if is_old(query.operation().0, query.region()) {
            let read_at = at("13:59:50");
            (reading.read_at, reading.fresh_until) = (Some(read_at), Some(read_at + Span::from_mins(1)));
            reading.failing = Some(Box::new(Failure {
                since: at("14:00:03"),
                at: at("14:02:12"),
                kind: FailureKind::Unreachable,
                error: text("the connection was reset before an answer"),
            }));
        }
    }
    snapshot
}

/// A story of two days.
pub(crate) fn events() -> Events {
    let event =
        |at: Moment, kind: EventKind, severity: Severity, subject: Subject, said: &str, query: Option<Query>| Event {
            at,
            seen_at: at,
            kind,
            severity,
            subject,
            text: text(said),
            thing: format!("{}/{said}", kind.as_str()),
            query,
        };
    let shop = || Subject::System("shop".to_owned());
    let component = |component: &str| Subject::Component { system: "shop".to_owned(), component: component.to_owned() };
    let flap = |at: Moment, said: &str| {
        event(
            at,
            EventKind::HealthCheck,
            Severity::Warning,
            component("www-usw2"),
            said,
            Some(Query::HealthChecks(east())),
        )
    };
    let yesterday = now() - Span::from_hours(20);
    let of =
        vec![flap(at("13:40:00"), "The health check fails"), flap(at("13:30:00"), "The health check passes again")];
    let repeated = "The health check changed 2 times between 13:30:00Z and 13:40:00Z; last: it fails";
    let long =
        "MET → AT RISK: www.shop.example answers the secondary (us-west-2), since the primary (us-east-1) is unhealthy";
    let alarm = Some(Query::Alarms(Place::home("us-east-1")));
    let one = |event: Event| Entry { event, of: Vec::new() };
    let entries = vec![
        one(event(
            at("13:55:12"),
            EventKind::Users,
            Severity::Bad,
            shop(),
            "Users are not served from us-east-1",
            None,
        )),
        one(event(at("13:53:00"), EventKind::Verdict, Severity::Warning, shop(), long, None)),
        one(event(
            at("13:50:00"),
            EventKind::Alarm,
            Severity::Bad,
            component("shop errors"),
            "Alarm shop errors is in ALARM: Threshold Crossed: 3 datapoints were greater than the threshold (120.0)",
            alarm,
        )),
        Entry { event: flap(at("13:40:00"), repeated), of },
        one(event(yesterday, EventKind::Verdict, Severity::Good, shop(), "AT RISK → MET", None)),
    ];
    Events { entries }
}

/// An Observation of it, with a clock that stands still.
pub(crate) fn observation(snapshot: Snapshot, anchor: std::time::Instant) -> Observation {
    Observation {
        assessment: Arc::new(assess(&estate(), &snapshot, now())),
        snapshot: Arc::new(snapshot),
        clock: Clock { anchor, at_anchor: now(), speed: 0.0 },
        events: Arc::new(events()),
        origin: Origin::Live,
        refreshing: false,
    }
}
