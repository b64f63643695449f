//! Every Query against the simulator: the same SDK clients, protocols and pages as with AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use drdeck::aws::Session;
use drdeck::config::{self, Overrides};
use drdeck::model::facts::{Answer, Known};
use drdeck::model::{Estate, FailureKind, Moment, Place, Query, Reading, Service, Snapshot, Span};
use drdeck::sim::{self, Options, Running, Scenario, Simulator};
use drdeck::{aws, demo};

use crate::aws_stub::session_at;

const START: &str = "2026-11-20T12:00:00Z";

fn start() -> Moment {
    START.parse().unwrap()
}

/// The shop on a calm day, with its clock frozen and `faults` from the start.
fn shop(faults: &str) -> Running {
    let scenario: Scenario =
        sim::parse_scenario("test.toml", &format!("name = \"test\"\nstory = \"a test\"\n{faults}")).unwrap();
    Simulator::start(Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        estate: sim::parse_estate("estate.toml", demo::ESTATE).unwrap(),
        scenario,
        seed: 7,
        speed: 0.0,
        start: Some(sim::Moment::parse(START).unwrap()),
    })
    .unwrap()
}

fn act(fault: &str) -> String {
    format!("[[act]]\nfault.{fault}\n")
}

fn estate(url: &str) -> Estate {
    let overrides = Overrides { endpoint_url: Some(url.to_owned()), ..Overrides::default() };
    config::parse(demo::CONFIG, Path::new("drdeck.toml"), &overrides).unwrap().estate
}

async fn session(shop: &Running) -> Session {
    session_at(&shop.url(), Duration::from_secs(20)).await
}

fn use1() -> Place {
    Place::home("us-east-1")
}

fn usw2() -> Place {
    Place::home("us-west-2")
}

async fn failure(session: &Session, query: &Query) -> aws::Unread {
    session.read(query, start()).await.result.expect_err("a failure")
}

/// Everything that the shop's config makes needed, and what follows from the answers.
async fn everything(session: &Session, estate: &Estate) -> BTreeMap<Query, Result<Answer, aws::Unread>> {
    let mut all = BTreeMap::new();
    let mut snapshot = Snapshot::default();
    // DNS and pages are no questions to AWS; what comes of them is in `look` and `aws_sim_more`.
    let is_aws = |query: &Query| !matches!(query.operation().0, Service::Dns | Service::Http);
    let mut queries: BTreeSet<Query> = estate.queries().into_iter().filter(is_aws).collect();
    while !queries.is_empty() {
        for query in std::mem::take(&mut queries) {
            let result = session.read(&query, start()).await.result;
            if let Ok(answer) = &result {
                let reading = Reading::fresh(Arc::new(answer.clone()), start(), Span::from_mins(1));
                snapshot.readings.insert(Arc::new(query.clone()), reading);
            }
            all.insert(query, result);
        }
        queries = estate.follow_ups(&snapshot, start());
        queries.retain(|query| is_aws(query) && !all.contains_key(query));
    }
    all
}

#[tokio::test]
async fn the_shop_answers_everything_it_is_asked() {
    let shop = shop("");
    let all = everything(&session(&shop).await, &estate(&shop.url())).await;
    let failed: Vec<String> =
        all.iter().filter_map(|(query, result)| Some(format!("{query:?}: {}", result.as_ref().err()?))).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let operations: BTreeSet<&str> = all.keys().map(|query| query.operation().1).collect();
    for operation in [
        "GetCallerIdentity",
        "DescribeSourceServers",
        "DescribeRecoverySnapshots",
        "ListRecoveryPointsByBackupVault",
        "DescribeDBInstances",
        "DescribeGlobalClusters",
        "ListHealthChecks",
        "GetMetricData",
        "DescribeTable",
        "DescribeContinuousBackups",
        "DescribeAutoScalingGroups",
    ] {
        assert!(operations.contains(operation), "{operation} of {operations:?}");
    }
}

#[tokio::test]
async fn every_operation_is_served() {
    let shop = shop("");
    let session = session(&shop).await;
    for region in ["us-east-1", "us-west-2", "us-east-2"] {
        let place = || Place::home(region);
        for query in [
            Query::Identity(place()),
            Query::BackupJobs(place()),
            Query::CopyJobs(place()),
            Query::RestoreJobs(place()),
            Query::ProtectedResources(place()),
            Query::DbInstances(place()),
            Query::DbClusters(place()),
            Query::GlobalClusters(place()),
            Query::DbAutomatedBackups(place()),
            Query::HealthChecks(place()),
            Query::Groups(place()),
        ] {
            let read = session.read(&query, start()).await;
            assert!(read.result.is_ok(), "{query:?}: {:?}", read.result);
            assert!(read.calls > 0);
        }
    }
    for query in [Query::SourceServers(usw2()), Query::RecoveryInstances(usw2()), Query::DrsJobs(usw2())] {
        let read = session.read(&query, start()).await;
        assert!(read.result.is_ok(), "{query:?}: {:?}", read.result);
        let elsewhere = failure(&session, &Query::SourceServers(Place::home("us-east-2"))).await;
        assert_eq!(elsewhere.kind, FailureKind::NotFound, "DRS was never set up there");
    }
}

#[tokio::test]
async fn what_the_shop_does_not_have_is_not_found() {
    let shop = shop("");
    let session = session(&shop).await;
    for query in [
        Query::Table(use1(), "no-such-table".into()),
        Query::ContinuousBackups(use1(), "no-such-table".into()),
        Query::Vault(use1(), "no-such-vault".into()),
        Query::RecoveryPoints(use1(), "no-such-vault".into()),
        Query::HealthCheckStatus(use1(), "00000000-0000-0000-0000-000000000000".into()),
    ] {
        let failed = failure(&session, &query).await;
        assert_eq!(failed.kind, FailureKind::NotFound, "{query:?}: {failed}");
    }
}

/// Route 53 is not among them: it is of no Region. DRS, which the shop has in us-west-2 only, is refused in us-east-1 all the same
/// before it is looked at.
fn some_of_each_service(place: &Place) -> [Query; 6] {
    [
        Query::Identity(place.clone()),
        Query::SourceServers(place.clone()),
        Query::BackupJobs(place.clone()),
        Query::DbInstances(place.clone()),
        Query::Groups(place.clone()),
        Query::Table(place.clone(), "sessions".into()),
    ]
}

#[tokio::test]
async fn a_throttled_region_says_so_in_every_protocol() {
    let shop = shop(&act("throttle = { region = \"us-east-1\" }"));
    let session = session(&shop).await;
    for query in some_of_each_service(&use1()) {
        assert_eq!(failure(&session, &query).await.kind, FailureKind::Throttled, "{query:?}");
    }
    for query in some_of_each_service(&usw2()) {
        assert!(session.read(&query, start()).await.result.is_ok(), "{query:?}");
    }
}

#[tokio::test]
async fn expired_credentials_say_so_in_every_protocol() {
    let shop = shop(&act("expired-credentials = { region = \"us-east-1\" }"));
    let session = session(&shop).await;
    for query in some_of_each_service(&use1()) {
        assert_eq!(failure(&session, &query).await.kind, FailureKind::Expired, "{query:?}");
    }
}

#[tokio::test]
async fn a_dead_region_is_unreachable_or_in_error_or_silent() {
    for (how, kind) in [
        ("reset", FailureKind::Unreachable),
        ("error", FailureKind::ServerError),
        ("unavailable", FailureKind::ServerError),
        ("hang", FailureKind::TimedOut),
    ] {
        let shop = shop(&act(&format!("endpoint = {{ region = \"us-east-1\", how = \"{how}\" }}")));
        let session = session_at(&shop.url(), Duration::from_millis(700)).await;
        for query in some_of_each_service(&use1()) {
            let failed = failure(&session, &query).await;
            assert_eq!(failed.kind, kind, "{how} {query:?}: {failed}");
        }
    }
}

#[tokio::test]
async fn a_dead_region_takes_no_other_with_it() {
    let shop = shop(&act("endpoint = { region = \"us-east-1\", how = \"hang\" }"));
    let session = session(&shop).await;
    let dead = tokio::spawn({
        let session = session.clone();
        async move { session.read(&Query::DbInstances(use1()), start()).await }
    });
    for query in some_of_each_service(&usw2()) {
        assert!(session.read(&query, start()).await.result.is_ok(), "{query:?}");
    }
    assert!(!dead.is_finished());
    dead.abort();
}

#[tokio::test]
async fn a_value_that_nobody_knows_is_kept() {
    let fault = r#"value = { service = "drs", operation = "DescribeSourceServers", field = "dataReplicationState", value = "HIBERNATING" }"#;
    let shop = shop(&act(fault));
    let read = session(&shop).await.read(&Query::SourceServers(usw2()), start()).await;
    let Ok(Answer::SourceServers(servers)) = read.result else { panic!("{:?}", read.result) };
    assert!(!servers.is_empty());
    assert!(
        servers.iter().all(|server| matches!(&server.state, Known::Other(state) if state.as_str() == "HIBERNATING"))
    );
}

#[tokio::test]
async fn checkers_that_are_asked_too_fast_are_throttled_and_nothing_worse() {
    let shop = shop("");
    let session = session(&shop).await;
    let read = session.read(&Query::HealthChecks(use1()), start()).await;
    let Ok(Answer::HealthChecks(checks)) = read.result else { panic!("{:?}", read.result) };
    let query = Query::HealthCheckStatus(use1(), checks[0].id.as_str().to_owned());
    for _ in 0..8 {
        match session.read(&query, start()).await.result {
            Ok(Answer::HealthCheckStatus(seen)) => assert!(!seen.is_empty()),
            Ok(other) => panic!("{other:?}"),
            Err(failed) => assert_eq!(failed.kind, FailureKind::Throttled, "{failed}"),
        }
    }
}

#[tokio::test]
async fn a_role_is_assumed_and_read_with() {
    let shop = shop("");
    let session = session(&shop).await;
    let place = Place { role: Some("arn:aws:iam::111122223333:role/viewer".into()), ..usw2() };
    let Ok(Answer::Identity(identity)) = session.read(&Query::Identity(place.clone()), start()).await.result else {
        panic!("an identity")
    };
    assert!(identity.arn.as_str().ends_with("assumed-role/viewer/drdeck"), "{}", identity.arn);
    assert!(identity.expires.is_some());
    assert!(session.read(&Query::DbInstances(place), start()).await.result.is_ok());
}
