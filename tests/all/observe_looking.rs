//! What a person looks at is read besides: at once, with every refresh, and no longer than they look.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use drdeck::aws::{Access, Login};
use drdeck::config::Dns;
use drdeck::model::kinds::{DynamodbTable, Kind};
use drdeck::model::{
    Component, Criticality, Estate, Moment, PerDisruption, Place, Query, Region, Site, Span, Strategy, System,
};
use drdeck::observe::{Observer, Paces, Settings};

use crate::aws_stub::{Reply, Seen, Stub, query_answer};

fn estate() -> Arc<Estate> {
    let table = DynamodbTable { table: "t".to_owned(), place: Place::home("us-east-1") };
    Arc::new(Estate {
        systems: vec![System {
            name: "orders".to_owned(),
            criticality: Criticality::High,
            strategy: Strategy::PilotLight,
            primary: Site::Region(Region::new("us-east-1")),
            recovery: Region::new("us-west-2"),
            depends_on: Vec::new(),
            objectives: PerDisruption { region: None, data: None },
            components: vec![Component {
                name: "t".to_owned(),
                counts_for: PerDisruption { region: false, data: true },
                own_rpo: None,
                kind: Kind::DynamodbTable(table),
            }],
            probes: Vec::new(),
        }],
        ..Default::default()
    })
}

/// An hour of its time takes a minute, so that a refresh is due each second.
fn answer(began: Instant, seen: &Seen) -> Reply {
    match seen.operation.as_str() {
        "clock" => {
            let now = "2026-11-20T14:00:00Z".parse::<Moment>().unwrap()
                + Span::try_from_secs_f64(began.elapsed().as_secs_f64() * 60.0).unwrap();
            Reply::json(&format!(r#"{{"now":"{now}","speed":60.0}}"#))
        }
        "GetCallerIdentity" => query_answer("GetCallerIdentity", "<Account>111122223333</Account><Arn>arn</Arn>"),
        "DescribeTable" => Reply::json(r#"{"Table":{"TableName":"t","TableStatus":"ACTIVE"}}"#),
        "DescribeContinuousBackups" => {
            Reply::json(r#"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED"}}"#)
        }
        "status" => Reply::xml(
            "<GetHealthCheckStatusResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <HealthCheckObservations></HealthCheckObservations></GetHealthCheckStatusResponse>",
        ),
        _ => Reply::json(r#"{"items":[]}"#),
    }
}

async fn watched() -> (Stub, Observer) {
    let began = Instant::now();
    let stub = Stub::start(move |seen| answer(began, seen)).await;
    let access = Access {
        endpoint_url: Some(stub.url.clone()),
        arc: Vec::new(),
        login: Login::Simulator { user: None },
        session_name: None,
        timeout: Duration::from_secs(5),
    };
    let paces = Paces { refresh: Span::from_secs(30), slow: Span::from_mins(15) };
    let observer = Observer::start(estate(), Settings { access, dns: Dns::default(), paces, account: None }).unwrap();
    (stub, observer)
}

/// Waits until `operation` was asked so often.
async fn asked(stub: &Stub, operation: &str, times: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while count(stub, operation) < times {
        assert!(Instant::now() < deadline, "{operation} was asked {} times", count(stub, operation));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn count(stub: &Stub, operation: &str) -> usize {
    stub.seen().iter().filter(|seen| seen.operation == operation).count()
}

#[tokio::test]
async fn what_is_looked_at_is_read_again_and_again_and_then_forgotten() {
    let (stub, observer) = watched().await;
    asked(&stub, "DescribeTable", 1).await;
    let log = Query::JobLog(Place::home("us-west-2"), "drsjob-1".to_owned());
    assert_eq!(count(&stub, "DescribeJobLogItems"), 0);
    let mut look = observer.looker();
    look(BTreeSet::from([log.clone()]));
    asked(&stub, "DescribeJobLogItems", 3).await;
    let observations = observer.observations();
    let knows = || observations.borrow().as_ref().is_some_and(|seen| seen.snapshot.readings.contains_key(&log));
    let deadline = Instant::now() + Duration::from_secs(20);
    while !knows() {
        assert!(Instant::now() < deadline, "what is looked at is among what is known");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    look(BTreeSet::new());
    while knows() {
        assert!(Instant::now() < deadline, "what is not looked at any more is forgotten");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let then = count(&stub, "DescribeJobLogItems");
    // The simulator's clock is compared each second: three refreshes have passed.
    let compared = count(&stub, "clock");
    asked(&stub, "clock", compared + 4).await;
    assert!(count(&stub, "DescribeJobLogItems") <= then + 1, "one may have been on its way");
}

#[tokio::test]
async fn what_is_read_rarely_is_read_at_once_when_somebody_looks() {
    let (stub, observer) = watched().await;
    asked(&stub, "DescribeTable", 1).await;
    let mut look = observer.looker();
    // Of the table that is read every quarter of an hour anyway.
    look(BTreeSet::from([Query::Table(Place::home("us-east-1"), "t".to_owned())]));
    asked(&stub, "DescribeTable", 6).await;
    drop(observer);
}

#[tokio::test]
async fn looking_at_many_health_checks_is_no_faster_than_route_53_allows() {
    let (stub, observer) = watched().await;
    let mut look = observer.looker();
    let began = Instant::now();
    look((0..40).map(|n| Query::HealthCheckStatus(Place::home("us-east-1"), format!("c-{n}"))).collect());
    asked(&stub, "status", 5).await;
    let most = 3 + usize::try_from(began.elapsed().as_secs()).unwrap() / 2;
    let asked = count(&stub, "status");
    assert!(asked <= most, "half a call a second, and two at once: {asked} > {most}");
    drop(observer);
}
