//! Reading: paces, sources, and one look at an AWS that does not answer.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ciborium::Value;
use drdeck::aws::{Access, Login};
use drdeck::config::Dns;
use drdeck::model::kinds::{DynamodbGlobalTable, DynamodbTable, HealthCheck, Kind, LagUnit, Metric, RdsReplica};
use drdeck::model::{
    Component, Criticality, Estate, FailureKind, Objective, PerDisruption, Place, Query, Region, Service, Site,
    SourceStatus, Span, Strategy, System, Verdict,
};
use drdeck::observe::pace::{self, Pace, Paces};
use drdeck::observe::{self, Lane, Observer, Settings, Source};

use crate::aws_stub::{Reply, Seen, Stub, query_answer};

const PACES: Paces = Paces { refresh: Span::from_secs(30), slow: Span::from_mins(15) };

fn estate() -> Arc<Estate> {
    let place = |region: &str| Place::home(region);
    let replica = RdsReplica {
        source: "orders-db".to_owned(),
        replica: "orders-db-west".to_owned(),
        source_place: place("us-east-1"),
        replica_place: place("us-west-2"),
    };
    let objective = Some(Objective { rpo: Some(Span::from_mins(5)), rto: Some(Span::from_hours(1)) });
    Arc::new(Estate {
        systems: vec![System {
            name: "orders".to_owned(),
            criticality: Criticality::High,
            strategy: Strategy::PilotLight,
            primary: Site::Region(Region::new("us-east-1")),
            recovery: Region::new("us-west-2"),
            depends_on: Vec::new(),
            objectives: PerDisruption { region: objective, data: objective },
            components: vec![Component {
                name: "orders-db".to_owned(),
                counts_for: PerDisruption { region: true, data: true },
                own_rpo: None,
                kind: Kind::RdsReplica(replica),
            }],
            probes: Vec::new(),
        }],
        ..Estate::default()
    })
}

pub(crate) fn settings(endpoint: &str) -> Settings {
    Settings {
        // The login of the simulator, because it needs no key from the environment.
        access: Access {
            endpoint_url: Some(endpoint.to_owned()),
            arc: Vec::new(),
            login: Login::Simulator { user: None },
            session_name: None,
            timeout: Duration::from_millis(200),
        },
        dns: Dns::default(),
        paces: PACES,
        account: None,
    }
}

/// Tells the simulator's time, and accepts and ignores every other call.
fn hanging_endpoint() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming().take(500) {
            let mut stream = stream.unwrap();
            let mut head = [0_u8; 64];
            let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
            let read = stream.read(&mut head).unwrap_or(0);
            if head[..read].starts_with(b"GET /_drdeck/clock") {
                let body = r#"{"now":"2026-11-20T14:02:17Z","speed":1.0}"#;
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            } else {
                held.push(stream);
            }
        }
    });
    url
}

#[test]
fn one_look_at_an_endpoint_that_hangs_ends_and_nothing_in_it_is_good() {
    let started = Instant::now();
    let seen = observe::once(settings(&hanging_endpoint()), estate(), Duration::from_secs(5)).unwrap();
    assert!(started.elapsed() < Duration::from_secs(15), "took {:?}", started.elapsed());
    assert_eq!(seen.assessment.systems[0].verdict, Verdict::Unknown);
    assert!(!seen.assessment.sources.is_empty());
    for source in &seen.assessment.sources {
        assert_eq!(source.status, SourceStatus::Error, "{source:?}");
        assert_eq!(source.failure.as_ref().unwrap().kind, FailureKind::TimedOut, "{source:?}");
    }
}

#[test]
fn without_the_simulators_clock_nothing_is_judged() {
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let error = observe::once(settings(&nobody), estate(), Duration::from_secs(5)).unwrap_err();
    assert!(error.error.as_str().contains("is `drdeck simulate` running there?"), "{}", error.error);
}

#[test]
fn the_observer_publishes_while_nothing_answers_and_ends_when_dropped() {
    let observer = Observer::start(estate(), settings(&hanging_endpoint())).unwrap();
    let mut observations = observer.observations();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let first = tokio::time::timeout(Duration::from_secs(20), observations.changed()).await;
        first.expect("an Observation before any answer").unwrap();
        assert_eq!(observations.borrow().as_ref().unwrap().assessment.systems[0].verdict, Verdict::Unknown);
        let (mut refresh, observer) = (observer.refresher(), observer);
        refresh();
        drop((refresh, observer));
        let ended =
            tokio::time::timeout(Duration::from_secs(20), async { while observations.changed().await.is_ok() {} });
        ended.await.expect("the thread ends with its handles");
    });
}

#[test]
fn sources_are_services_in_regions_and_checkers_have_a_lane_of_their_own() {
    let (east, west) = (Place::home("us-east-1"), Place::home("us-west-2"));
    let queries = BTreeSet::from([
        Query::DbInstances(east.clone()),
        Query::GlobalClusters(east.clone()),
        Query::DbInstances(west.clone()),
        Query::HealthChecks(east.clone()),
        Query::HealthCheckStatus(east.clone(), "a".to_owned()),
        Query::HealthCheckStatus(east.clone(), "b".to_owned()),
    ]);
    let groups = Source::group(&queries.into_iter().map(Arc::new).collect());
    let source = |service, place: &Place, lane| Source { service, place: place.clone(), lane };
    assert_eq!(groups.len(), 4);
    assert_eq!(groups[&source(Service::Rds, &east, Lane::Usual)].len(), 2);
    assert_eq!(groups[&source(Service::Rds, &west, Lane::Usual)].len(), 1);
    assert_eq!(groups[&source(Service::Route53, &east, Lane::Usual)].len(), 1);
    assert_eq!(groups[&source(Service::Route53, &east, Lane::Checkers)].len(), 2);
}

#[test]
fn a_fast_clock_is_never_asked_more_than_once_a_second_and_values_stay_fresh_for_two_rounds() {
    for speed in [0.0, 0.5, 1.0, 60.0, 720.0] {
        let promised = Pace::Promised(Span::from_mins(2));
        for pace in [Pace::Refresh, Pace::Metrics, Pace::Slow, Pace::InTurn, Pace::Rare, promised] {
            let interval = PACES.interval(pace, speed);
            let wait = pace::wait(interval, speed);
            assert!(wait >= Duration::from_secs(1), "{pace:?} at {speed}: {wait:?}");
            let good_for = pace::good_for(interval, speed, Duration::from_secs(10));
            let two_waits = 2.0 * wait.as_secs_f64() * speed;
            assert!(good_for.as_secs_f64() >= two_waits, "{pace:?} at {speed}: {good_for:?} < {two_waits}");
        }
    }
    let wait = |pace| pace::wait(PACES.interval(pace, 1.0), 1.0);
    assert_eq!(wait(Pace::Refresh), Duration::from_secs(30));
    assert_eq!(wait(Pace::Metrics), Duration::from_secs(60), "CloudWatch bills every question");
    assert_eq!(wait(Pace::Slow), wait(Pace::InTurn) / 2, "two questions that take turns are one call");
    assert_eq!(PACES.interval(Pace::Refresh, 60.0), Span::from_secs(60), "a second of ours is a minute there");
}

/// One System of these.
pub(crate) fn estate_of(kinds: Vec<Kind>) -> Arc<Estate> {
    let mut estate = Arc::unwrap_or_clone(estate());
    let component = |(kind, n): (Kind, usize)| Component {
        name: format!("it-{n}"),
        counts_for: PerDisruption { region: true, data: true },
        own_rpo: None,
        kind,
    };
    estate.systems[0].components = kinds.into_iter().zip(0..).map(component).collect();
    Arc::new(estate)
}

fn lag_metric(n: usize) -> Kind {
    Kind::Metric(Metric {
        namespace: "Acme".to_owned(),
        metric: "Lag".to_owned(),
        dimensions: vec![("Stream".to_owned(), n.to_string())],
        statistic: "Maximum".to_owned(),
        unit: LagUnit::Seconds,
        place: Place::home("us-west-2"),
    })
}

fn table(name: &str) -> Kind {
    Kind::DynamodbTable(DynamodbTable { table: name.to_owned(), place: Place::home("us-west-2") })
}

pub(crate) fn check(n: usize) -> Kind {
    Kind::HealthCheck(HealthCheck {
        id: format!("check-{n}"),
        watches: Site::Region(Region::new("us-east-1")),
        place: Place::home("us-east-1"),
    })
}

/// How many series a GetMetricData asks for.
fn series_in(seen: &Seen) -> usize {
    ids_in(seen).len()
}

fn ids_in(seen: &Seen) -> Vec<String> {
    let Value::Map(body) = ciborium::from_reader(&seen.body[..]).unwrap() else { panic!("a map") };
    let queries = body.into_iter().find(|(key, _)| key.as_text() == Some("MetricDataQueries")).unwrap().1;
    let id = |query: Value| {
        let entry = query.into_map().unwrap().into_iter().find(|(key, _)| key.as_text() == Some("Id")).unwrap();
        entry.1.into_text().unwrap()
    };
    queries.into_array().unwrap().into_iter().map(id).collect()
}

fn entry(name: &str, value: Value) -> (Value, Value) {
    (Value::Text(name.to_owned()), value)
}

/// A GetMetricData without a point.
fn no_points(seen: &Seen) -> Reply {
    let none = |id: String| {
        Value::Map(vec![
            entry("Id", Value::Text(id)),
            entry("Timestamps", Value::Array(Vec::new())),
            entry("Values", Value::Array(Vec::new())),
            entry("StatusCode", Value::Text("Complete".to_owned())),
        ])
    };
    let results = ids_in(seen).into_iter().map(none).collect();
    Reply::cbor(&Value::Map(vec![entry("MetricDataResults", Value::Array(results))]))
}

/// What a small AWS says, an hour of which takes a minute.
pub(crate) fn small_aws(began: Instant, seen: &Seen) -> Reply {
    match seen.operation.as_str() {
        "clock" => {
            let now = "2026-11-20T14:00:00Z".parse::<drdeck::model::Moment>().unwrap()
                + Span::try_from_secs_f64(began.elapsed().as_secs_f64() * 60.0).unwrap();
            Reply::json(&format!(r#"{{"now":"{now}","speed":60.0}}"#))
        }
        "GetMetricData" => no_points(seen),
        "DescribeDBInstances" => query_answer("DescribeDBInstances", "<DBInstances></DBInstances>"),
        "GetCallerIdentity" => query_answer("GetCallerIdentity", "<Account>111122223333</Account><Arn>arn</Arn>"),
        "DescribeTable" => Reply::json(r#"{"Table":{"TableName":"t","TableStatus":"ACTIVE"}}"#),
        "DescribeContinuousBackups" => {
            Reply::json(r#"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED"}}"#)
        }
        "healthcheck" => Reply::xml(
            "<ListHealthChecksResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><HealthChecks></HealthChecks>\
             <Marker></Marker><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHealthChecksResponse>",
        ),
        _ => Reply::html(404),
    }
}

/// What an observer of `estate` asks within so long, where `answer` may answer otherwise than all is well.
async fn asked(
    estate: Arc<Estate>,
    length: Duration,
    answer: impl Fn(&Seen) -> Option<Reply> + Send + Sync + 'static,
) -> Vec<Seen> {
    let began = Instant::now();
    let stub = Stub::start(move |seen| answer(seen).unwrap_or_else(|| small_aws(began, seen))).await;
    let mut settings = settings(&stub.url);
    settings.access.timeout = Duration::from_secs(5);
    let observer = Observer::start(estate, settings).unwrap();
    tokio::time::sleep(length).await;
    drop(observer);
    stub.seen()
}

fn count(seen: &[Seen], operation: &str) -> usize {
    seen.iter().filter(|seen| seen.operation == operation).count()
}

#[tokio::test]
async fn the_series_of_a_region_stay_together_in_one_call() {
    let kinds = (0..20).map(lag_metric).collect();
    let seen = asked(estate_of(kinds), Duration::from_secs(6), |_| None).await;
    let calls: Vec<usize> = seen.iter().filter(|seen| seen.operation == "GetMetricData").map(series_in).collect();
    assert!(calls.len() >= 2 && calls.len() <= 8, "a minute there is a second here: {calls:?}");
    assert!(calls.iter().all(|series| *series == 20), "{calls:?}");
}

/// That a table replicates with a lag is known once it was described.
#[tokio::test]
async fn series_that_become_known_later_fall_in_with_the_others() {
    let places = ["us-west-2", "us-east-1"].map(Place::home).into();
    let global = Kind::DynamodbGlobalTable(DynamodbGlobalTable { table: "t".to_owned(), places });
    let described = |seen: &Seen| {
        let answer = || {
            Reply::json(
                r#"{"Table":{"TableName":"t","TableStatus":"ACTIVE","Replicas":[{"RegionName":"us-east-1","ReplicaStatus":"ACTIVE"}]}}"#,
            )
            .after(Duration::from_millis(300))
        };
        (seen.operation == "DescribeTable").then(answer)
    };
    let seen = asked(estate_of(vec![lag_metric(0), global]), Duration::from_secs(7), described).await;
    let west = |seen: &&Seen| seen.operation == "GetMetricData" && seen.region == "us-west-2";
    let calls: Vec<usize> = seen.iter().filter(west).map(series_in).collect();
    // The first of each, and one beat that some of them had already passed.
    let later = calls.get(3..).unwrap_or_default();
    assert!((1..=7).contains(&later.len()) && later.iter().all(|series| *series == 3), "{calls:?}");
}

#[tokio::test]
async fn route_53_is_asked_for_its_checkers_once_in_two_seconds() {
    // CloudWatch has no points, so the checkers are asked.
    let seen = asked(estate_of((0..6).map(check).collect()), Duration::from_secs(20), |_| None).await;
    let asked = count(&seen, "status");
    assert!((4..=13).contains(&asked), "{asked} in 20 s");
}

#[tokio::test]
async fn what_is_denied_or_not_there_is_asked_again_at_its_own_pace() {
    let denied = |seen: &Seen| {
        (seen.operation == "DescribeTable").then(|| {
            let kind = "application/x-amz-json-1.0";
            Reply::new(400, kind, r#"{"__type":"AccessDeniedException","message":"no"}"#)
        })
    };
    let tables = ["a", "b", "c", "d", "e"].map(table).into();
    let seen = asked(estate_of(tables), Duration::from_secs(6), denied).await;
    // Once each, and one of all that DynamoDB is asked with every refresh, to see that it still answers.
    let asked = count(&seen, "DescribeTable");
    assert!((5..=11).contains(&asked), "{asked} in 6 s");
}

#[tokio::test]
async fn one_odd_answer_of_a_source_is_no_reason_to_ask_all_others_anew() {
    let odd = |seen: &Seen| {
        let of_one = seen.operation == "DescribeTable" && seen.text().contains("\"a\"");
        of_one.then(|| Reply::new(500, "application/x-amz-json-1.0", r#"{"__type":"InternalServerError"}"#))
    };
    let tables = ["a", "b", "c", "d", "e"].map(table).into();
    let seen = asked(estate_of(tables), Duration::from_secs(8), odd).await;
    let others = seen.iter().filter(|seen| seen.operation == "DescribeTable" && !seen.text().contains("\"a\"")).count();
    assert!((4..=13).contains(&others), "{others} in 8 s");
}
