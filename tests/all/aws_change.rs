//! Changes: each is sent exactly once whatever happens to it, and counts as not carried out only where that is proven.

use std::time::{Duration, Instant};

use drdeck::aws::Session;
use drdeck::demo;
use drdeck::model::Place;
use drdeck::runbook::call::{
    CreateCluster, CreateInstance, CreateReplica, FailoverCluster, FailoverDatastore, FailoverGlobal, ModifyInstance,
    PromoteReplica, RebootWithFailover, RemoveFromGlobal, RestoreInstance, RestoreSource, RestoreTable, StopInstance,
    SwitchoverGlobal, UpdateGroup,
};
use drdeck::runbook::{ApiCall, IntentId, Outcome, Refusal, RunId};
use drdeck::sim::Running;
use serde_json::Value as Json;

use crate::aws_stub::{Misbehaviour, Reply, Stub, misbehaving, nobody, query_answer, session_at};
use crate::sim_kit;

const PATIENCE: Duration = Duration::from_secs(20);

const ORDERS: &str = "arn:aws:rds:us-east-1:111122223333:db:orders-db";
const SHOP_WEST: &str = "arn:aws:rds:us-west-2:111122223333:cluster:shop-usw2";

fn east() -> Place {
    Place::home("us-east-1")
}

fn west() -> Place {
    Place::home("us-west-2")
}

fn intent() -> IntentId {
    IntentId { run: RunId::new(1_700_000_000_000, 7), number: 3 }
}

fn s(text: &str) -> String {
    text.to_owned()
}

/// Every change of Auto Scaling, RDS, DynamoDB and ElastiCache, as the demo's shop allows it, with what makes it possible there.
fn changes() -> Vec<(ApiCall, Vec<ApiCall>)> {
    let detach = || {
        ApiCall::RemoveFromGlobalCluster(RemoveFromGlobal { place: west(), global: s("shop"), cluster: s(SHOP_WEST) })
    };
    let cluster = |id: &str, key: Option<&str>| {
        ApiCall::CreateDBCluster(CreateCluster {
            place: west(),
            cluster: s(id),
            global: s("shop"),
            engine: s("aurora-postgresql"),
            engine_version: s("16.8"),
            subnet_group: s("shop"),
            parameter_group: Some(s("shop-pg16")),
            security_groups: vec![s("sg-1"), s("sg-2")],
            kms_key: key.map(s),
        })
    };
    vec![
        (
            ApiCall::UpdateAutoScalingGroup(UpdateGroup {
                place: west(),
                group: s("storefront-web"),
                min: 6,
                max: 12,
                desired: 6,
            }),
            vec![],
        ),
        (
            ApiCall::FailoverGlobalCluster(FailoverGlobal { place: west(), global: s("shop"), target: s(SHOP_WEST) }),
            vec![],
        ),
        (
            ApiCall::SwitchoverGlobalCluster(SwitchoverGlobal {
                place: east(),
                global: s("shop"),
                target: s(SHOP_WEST),
            }),
            vec![],
        ),
        (detach(), vec![]),
        (cluster("shop-usw2-new", Some("alias/shop")), vec![detach()]),
        (
            ApiCall::CreateDBInstance(CreateInstance {
                place: west(),
                instance: s("shop-usw2-2"),
                cluster: s("shop-usw2"),
                class: s("db.r6g.large"),
                engine: s("aurora-postgresql"),
            }),
            vec![],
        ),
        (
            ApiCall::CreateDBInstanceReadReplica(CreateReplica {
                place: west(),
                instance: s("orders-db-west-2"),
                source: s(ORDERS),
                class: s("db.r6g.large"),
                subnet_group: Some(s("orders")),
                parameter_group: Some(s("orders-mysql80")),
                security_groups: vec![s("sg-1")],
                kms_key: Some(s("alias/orders")),
                multi_az: Some(false),
            }),
            vec![],
        ),
        (
            ApiCall::PromoteReadReplica(PromoteReplica {
                place: west(),
                instance: s("orders-db-west"),
                backup_retention_days: Some(7),
            }),
            vec![],
        ),
        (
            ApiCall::ModifyDBInstance(ModifyInstance {
                place: east(),
                instance: s("orders-db"),
                backup_retention_days: Some(14),
                multi_az: Some(false),
                class: Some(s("db.r6g.2xlarge")),
            }),
            vec![],
        ),
        (ApiCall::StopDBInstance(StopInstance { place: east(), instance: s("analytics-db") }), vec![]),
        (
            ApiCall::FailoverDBCluster(FailoverCluster {
                place: east(),
                cluster: s("shop-use1"),
                target: s("shop-use1-2"),
            }),
            vec![],
        ),
        (
            ApiCall::RebootDBInstance(RebootWithFailover {
                place: east(),
                instance: s("orders-db"),
                from_zone: s("us-east-1a"),
            }),
            vec![],
        ),
        (
            ApiCall::RestoreDBInstanceToPointInTime(RestoreInstance {
                place: east(),
                instance: s("orders-db-restored"),
                source: RestoreSource::Instance(s("orders-db")),
                moment: Some("2026-11-20T11:30:00Z".parse().unwrap()),
                class: s("db.r6g.large"),
                subnet_group: s("orders"),
                parameter_group: s("orders-mysql80"),
                security_groups: vec![s("sg-1")],
                multi_az: true,
            }),
            vec![],
        ),
        (
            ApiCall::RestoreTableToPointInTime(RestoreTable {
                place: east(),
                table: s("sessions-restored"),
                source: s("sessions"),
                moment: Some("2026-11-20T11:30:00Z".parse().unwrap()),
            }),
            vec![],
        ),
        (
            ApiCall::FailoverGlobalReplicationGroup(FailoverDatastore {
                place: west(),
                datastore: s("ldgnf-content"),
                group: s("content-usw2"),
            }),
            vec![],
        ),
    ]
}

fn promote() -> ApiCall {
    let [promote] = changes()
        .into_iter()
        .map(|(call, _)| call)
        .filter(|call| call.operation() == "PromoteReadReplica")
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    promote
}

fn error(status: u16, code: &str) -> Reply {
    Reply::new(
        status,
        "text/xml",
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>said so</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        ),
    )
}

/// What came of it, as a word.
fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied { .. } => s("applied"),
        Outcome::NotApplied { why, .. } => format!("{why:?}"),
        Outcome::InDoubt { .. } => s("in doubt"),
    }
}

#[tokio::test]
async fn every_answer_means_one_thing_and_nothing_is_sent_twice() {
    let refusals: [(u16, &str, Option<Refusal>); 28] = [
        (400, "Throttling", Some(Refusal::Throttled)),
        (400, "RequestLimitExceeded", Some(Refusal::Throttled)),
        (429, "ThrottlingException", Some(Refusal::Throttled)),
        (403, "AccessDenied", Some(Refusal::Denied)),
        (403, "AccessDeniedException", Some(Refusal::Denied)),
        (403, "InvalidClientTokenId", Some(Refusal::Denied)),
        (403, "SignatureDoesNotMatch", Some(Refusal::Denied)),
        (403, "ExpiredToken", Some(Refusal::Expired)),
        (400, "ExpiredTokenException", Some(Refusal::Expired)),
        (403, "RequestTimeTooSkewed", Some(Refusal::Invalid)),
        (400, "InvalidParameterValue", Some(Refusal::Invalid)),
        (400, "ValidationError", Some(Refusal::Invalid)),
        (400, "InvalidAction", Some(Refusal::Invalid)),
        (400, "InvalidDBInstanceState", Some(Refusal::Conflict)),
        (400, "InvalidGlobalClusterStateFault", Some(Refusal::Conflict)),
        (400, "ScalingActivityInProgress", Some(Refusal::Conflict)),
        (400, "DBInstanceAlreadyExists", Some(Refusal::Conflict)),
        (400, "PriorRequestNotComplete", Some(Refusal::Conflict)),
        (409, "HealthCheckVersionMismatch", Some(Refusal::Conflict)),
        (400, "InsufficientDBInstanceCapacity", Some(Refusal::Capacity)),
        (400, "InstanceQuotaExceeded", Some(Refusal::Capacity)),
        (404, "DBInstanceNotFound", Some(Refusal::NotFound)),
        (404, "GlobalClusterNotFoundFault", Some(Refusal::NotFound)),
        (400, "RequestTimeout", None),
        (500, "InternalFailure", None),
        (500, "ResourceContention", None),
        (503, "Throttling", None),
        (503, "ServiceUnavailable", None),
    ];
    for (status, code, expected) in refusals {
        let stub = Stub::start(move |_| error(status, code)).await;
        let outcome = stub.session().await.change(&promote(), intent(), PATIENCE).await;
        let expected = expected.map_or_else(|| s("in doubt"), |why| format!("{why:?}"));
        assert_eq!(word(&outcome), expected, "{status} {code}: {outcome:?}");
        assert_eq!(stub.seen().len(), 1, "{status} {code}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_in_doubt() {
    for reply in [
        || Reply::xml("<Prom"),
        || Reply::json("{}"),
        || Reply::html(200),
        || Reply::html(403),
        || Reply::html(502),
        || Reply::new(404, "text/plain", "nothing here"),
        || Reply::new(301, "text/plain", ""),
    ] {
        let stub = Stub::start(move |_| reply()).await;
        let outcome = stub.session().await.change(&promote(), intent(), PATIENCE).await;
        assert_eq!(word(&outcome), "in doubt", "{outcome:?}");
        assert_eq!(stub.seen().len(), 1, "{outcome:?}");
    }
}

#[tokio::test]
async fn silence_after_the_request_is_in_doubt_and_before_it_is_proof() {
    for how in [Misbehaviour::Hangs, Misbehaviour::Closes, Misbehaviour::Babbles] {
        let (url, task) = misbehaving(how).await;
        let session = session_at(&url, Duration::from_secs(20)).await;
        let began = Instant::now();
        let outcome = session.change(&promote(), intent(), Duration::from_secs(1)).await;
        assert_eq!(word(&outcome), "in doubt", "{outcome:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        task.abort();
    }
    let session = session_at(&nobody().await, Duration::from_secs(20)).await;
    let outcome = session.change(&promote(), intent(), PATIENCE).await;
    assert_eq!(word(&outcome), "NotSent", "{outcome:?}");
    let Outcome::NotApplied { error, .. } = outcome else { unreachable!() };
    assert!(error.as_str().contains("the connection was refused"), "{error}");
}

#[tokio::test]
async fn an_answer_that_comes_too_late_was_asked_for_once() {
    let stub = Stub::start(|_| query_answer("PromoteReadReplica", "").after(Duration::from_secs(3))).await;
    let session = stub.session().await;
    let outcome = session.change(&promote(), intent(), Duration::from_millis(500)).await;
    assert_eq!(word(&outcome), "in doubt", "{outcome:?}");
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn a_connection_that_was_read_on_is_not_used_for_a_change() {
    // Reads keep their connections; a change makes one of its own, so that a refused connection is proof.
    let stub = Stub::start(|seen| match seen.operation.as_str() {
        "DescribeDBInstances" => query_answer("DescribeDBInstances", "<DBInstances></DBInstances>"),
        other => query_answer(other, "<DBInstance><DBInstanceIdentifier>orders-db-west</DBInstanceIdentifier><DBInstanceStatus>modifying</DBInstanceStatus></DBInstance>"),
    })
    .await;
    let session = stub.session().await;
    let query = drdeck::model::Query::DbInstances(west());
    session.read(&query, crate::aws_stub::now()).await.result.unwrap();
    for _ in 0..2 {
        let outcome = session.change(&promote(), intent(), PATIENCE).await;
        let Outcome::Applied { answer } = outcome else { panic!("{outcome:?}") };
        assert_eq!(answer["DBInstanceStatus"], "modifying");
        assert_eq!(answer.as_object().unwrap().len(), 3, "ids and states only: {answer}");
    }
    assert_eq!(stub.seen().len(), 3);
}

/// Parameters as a form carries them: every value a text.
fn texts(value: &Json) -> Json {
    match value {
        Json::Bool(yes) => Json::String(yes.to_string()),
        Json::Number(number) => Json::String(number.to_string()),
        Json::Array(list) => list.iter().map(texts).collect(),
        Json::Object(members) => members.iter().map(|(name, value)| (name.clone(), texts(value))).collect(),
        Json::Null | Json::String(_) => value.clone(),
    }
}

/// The parameters of a call as its protocol carries them: a form in texts, JSON with moments in seconds.
fn sent(call: &ApiCall) -> Json {
    let mut shown = call.parameters(intent());
    if call.service() != "dynamodb" {
        return texts(&shown);
    }
    if let Some(moment) = shown.get_mut("RestoreDateTime") {
        let at: drdeck::model::Moment = moment.as_str().unwrap().parse().unwrap();
        *moment = at.as_second().into();
    }
    shown
}

async fn session(server: &Running) -> Session {
    session_at(&server.url(), Duration::from_secs(20)).await
}

#[tokio::test]
async fn the_call_on_the_card_is_the_call_that_arrives() {
    for (call, before) in changes() {
        let server = sim_kit::simulator(demo::ESTATE, "");
        let session = session(&server).await;
        for call in before {
            let outcome = session.change(&call, intent(), PATIENCE).await;
            assert_eq!(word(&outcome), "applied", "{outcome:?}");
            sim_kit::at(&server, "20m");
        }
        let outcome = session.change(&call, intent(), PATIENCE).await;
        assert_eq!(word(&outcome), "applied", "{}: {outcome:?}", call.operation());
        let log = sim_kit::ask(&server, "/_drdeck/calls");
        let arrived: Vec<&Json> =
            log.as_array().unwrap().iter().filter(|entry| entry["operation"] == call.operation()).collect();
        let last = arrived.last().unwrap();
        assert_eq!(last["parameters"], sent(&call), "{}", call.operation());
        assert_eq!(last["region"], call.region().as_str());
        assert_eq!(last["changed"], true, "{last}");
        assert_eq!(arrived.len(), 1, "{} was sent once", call.operation());
    }
}

#[tokio::test]
async fn the_same_change_again_is_refused_or_changes_nothing_more() {
    for (call, before) in changes() {
        let server = sim_kit::simulator(demo::ESTATE, "");
        let session = session(&server).await;
        if !before.is_empty() || matches!(call.operation(), "SwitchoverGlobalCluster" | "RemoveFromGlobalCluster") {
            continue;
        }
        let first = session.change(&call, intent(), PATIENCE).await;
        assert_eq!(word(&first), "applied", "{}: {first:?}", call.operation());
        let again = session.change(&call, intent(), PATIENCE).await;
        let expected = match call.operation() {
            "UpdateAutoScalingGroup" => "applied",
            _ => "Conflict",
        };
        assert_eq!(word(&again), expected, "{}: {again:?}", call.operation());
    }
}
