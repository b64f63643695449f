//! Reading: paces, sources, and one look at an AWS that does not answer.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use drdeck::aws::{Access, Login};
use drdeck::model::kinds::{Kind, RdsReplica};
use drdeck::model::{
    Component, Criticality, Estate, FailureKind, Objective, PerDisruption, Place, Query, Region, Service, Site,
    SourceStatus, Span, Strategy, System, Verdict,
};
use drdeck::observe::{self, Lane, Observer, Pace, Paces, Settings, Source};

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
        }],
    })
}

fn settings(endpoint: &str) -> Settings {
    Settings {
        // The login of the simulator, because it needs no key from the environment.
        access: Access {
            endpoint_url: Some(endpoint.to_owned()),
            login: Login::Simulator,
            timeout: Duration::from_millis(200),
        },
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
    let groups = Source::group(&queries);
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
        for pace in [Pace::Refresh, Pace::Metrics, Pace::Restorable, Pace::Slow] {
            let wait = PACES.wait(pace, speed);
            assert!(wait >= Duration::from_secs(1), "{pace:?} at {speed}: {wait:?}");
            let good_for = PACES.good_for(pace, speed, Duration::from_secs(10));
            let two_waits = 2.0 * wait.as_secs_f64() * speed;
            assert!(good_for.as_secs_f64() >= two_waits, "{pace:?} at {speed}: {good_for:?} < {two_waits}");
        }
    }
    assert_eq!(PACES.wait(Pace::Refresh, 1.0), Duration::from_secs(30));
    assert_eq!(PACES.wait(Pace::Metrics, 1.0), Duration::from_secs(60), "CloudWatch bills every question");
    assert_eq!(PACES.interval(Pace::Refresh, 60.0), Span::from_secs(60), "a second of ours is a minute there");
}
