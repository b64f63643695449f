//! Application Recovery Controller: routing controls from whichever endpoint answers, and Region switch.

use std::time::Duration;

use ciborium::Value;
use drdeck::aws::{Access, Login, Session};
use drdeck::config::ArcEndpoint;
use drdeck::model::facts::Answer;
use drdeck::model::{FailureKind, Place, Query, Region, Text};

use crate::aws_read_more::{at, cbor_of, map, seconds, usw2};
use crate::aws_stub::{Misbehaviour, Reply, Seen, Stub, misbehaving, nobody, now};

macro_rules! answered {
    ($answer:expr, $variant:ident) => {
        match $answer {
            Answer::$variant(value) => value,
            other => panic!("not the answer to {}: {other:?}", stringify!($variant)),
        }
    };
}

#[tokio::test]
async fn plans_of_region_switch_speak_cbor() {
    let stub = Stub::start(|seen| {
        Reply::cbor(&match seen.operation.as_str() {
            "ListPlansInRegion" => map(vec![(
                "plans",
                Value::Array(vec![map(vec![
                    ("arn", "arn:aws:arc-region-switch::1:plan/shop:a1".into()),
                    ("owner", "1".into()),
                    ("name", "shop".into()),
                    ("regions", Value::Array(vec!["us-east-1".into(), "us-west-2".into()])),
                    ("recoveryApproach", "activePassive".into()),
                    ("primaryRegion", "us-east-1".into()),
                    ("recoveryTimeObjectiveMinutes", 15.into()),
                ])]),
            )]),
            _ => map(vec![(
                "items",
                Value::Array(vec![map(vec![
                    ("planArn", "arn:aws:arc-region-switch::1:plan/shop:a1".into()),
                    ("executionId", "e1".into()),
                    ("startTime", seconds(1_763_638_800.0)),
                    ("mode", "graceful".into()),
                    ("executionState", "pausedByFailedStep".into()),
                    ("executionAction", "activate".into()),
                    ("executionRegion", "us-west-2".into()),
                    ("actualRecoveryTime", "PT12M".into()),
                ])]),
            )]),
        })
    })
    .await;
    let plans = answered!(stub.read(&Query::SwitchPlans(usw2())).await, SwitchPlans);
    assert_eq!(stub.seen()[0].path, "/service/ArcRegionSwitch/operation/ListPlansInRegion");
    assert_eq!((stub.seen()[0].service.as_str(), stub.seen()[0].region.as_str()), ("arc-region-switch", "us-west-2"));
    assert_eq!((&plans[0].approach, plans[0].objective_minutes), (&Text::new("activePassive"), Some(15)));
    assert_eq!((plans[0].primary.clone(), plans[0].regions.len()), (Some(Region::new("us-east-1")), 2));
    let executions = Query::SwitchExecutions(usw2(), plans[0].arn.to_string());
    let executions = answered!(stub.read(&executions).await, SwitchExecutions);
    assert!(format!("{:?}", cbor_of(&stub.seen()[1])).contains("plan/shop:a1"));
    assert_eq!(
        (&executions[0].state, &executions[0].action),
        (&Text::new("pausedByFailedStep"), &Text::new("activate"))
    );
    assert_eq!((executions[0].started, executions[0].ended), (at("2025-11-20T11:40:00Z"), None));
    assert_eq!(executions[0].actual_recovery_time, Some(Text::new("PT12M")));
}

fn controls() -> Query {
    Query::RoutingControls(Place::home(Place::EVERYWHERE))
}

async fn cluster(endpoints: &[(&str, &str)]) -> Session {
    let arc =
        endpoints.iter().map(|(region, url)| ArcEndpoint { region: Region::new(*region), url: (*url).to_owned() });
    let access = Access {
        endpoint_url: Some(nobody().await),
        arc: arc.collect(),
        login: Login::Simulator { user: None },
        session_name: None,
        timeout: Duration::from_millis(500),
    };
    Session::open(access, &[Region::new("us-west-2")]).await
}

fn two_pages_of_controls(seen: &Seen) -> Reply {
    Reply::json(if seen.text().contains("more") {
        r#"{"RoutingControls":[{"RoutingControlArn":"arn:2","RoutingControlName":"us-west-2","ControlPanelName":"shop","RoutingControlState":"Off"}]}"#
    } else {
        r#"{"RoutingControls":[{"RoutingControlArn":"arn:1","RoutingControlName":"us-east-1","ControlPanelName":"shop","RoutingControlState":"On"}],"NextToken":"more"}"#
    })
}

#[tokio::test]
async fn trap_09_routing_controls_come_from_whichever_endpoint_answers() {
    let stub = Stub::start(two_pages_of_controls).await;
    let (hanging, task) = misbehaving(Misbehaviour::Hangs).await;
    let (closing, other) = misbehaving(Misbehaviour::Closes).await;
    let dead = nobody().await;
    // Whichever comes first: the one that lives is found, within a time-out for each of the others.
    for _ in 0..6 {
        let session = cluster(&[
            ("us-east-1", &hanging),
            ("us-west-2", &closing),
            ("eu-west-1", &dead),
            ("ap-northeast-1", &stub.url),
        ])
        .await;
        let began = std::time::Instant::now();
        let read = session.read(&controls(), now()).await;
        let controls = answered!(read.result.unwrap(), RoutingControls);
        let states: Vec<(&str, &str)> = controls.iter().map(|c| (c.name.as_str(), c.state.as_str())).collect();
        assert_eq!(states, [("us-east-1", "On"), ("us-west-2", "Off")]);
        assert_eq!(controls[0].panel, Text::new("shop"));
        assert!((2..=5).contains(&read.calls), "{} calls: one attempt at each endpoint", read.calls);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
    let seen = stub.seen();
    assert!(seen.iter().all(|seen| seen.region == "ap-northeast-1" && seen.service == "route53-recovery-cluster"));
    assert_eq!(seen[0].operation, "ListRoutingControls");
    task.abort();
    other.abort();
}

#[tokio::test]
async fn trap_09_every_endpoint_has_its_turn_as_the_first() {
    let one = Stub::start(two_pages_of_controls).await;
    let two = Stub::start(two_pages_of_controls).await;
    let session = cluster(&[("us-east-1", &one.url), ("us-west-2", &two.url)]).await;
    for _ in 0..40 {
        session.read(&controls(), now()).await.result.unwrap();
    }
    // The odds against this are one in 500 thousand million.
    assert!(!one.seen().is_empty() && !two.seen().is_empty());
    assert_eq!(one.seen().len() + two.seen().len(), 80, "two pages each, all of them from one endpoint");
}

#[tokio::test]
async fn a_cluster_of_which_no_endpoint_answers_says_so() {
    let (dead, deader) = (nobody().await, nobody().await);
    let read = cluster(&[("us-east-1", &dead), ("us-west-2", &deader)]).await.read(&controls(), now()).await;
    let failure = read.result.unwrap_err();
    assert_eq!((failure.kind, read.calls), (FailureKind::Unreachable, 2));
    let text = failure.error.as_str();
    assert!(text.contains("none of the 2 endpoints of the ARC cluster answered"), "{text}");
    assert!(text.contains(&dead) || text.contains(&deader), "the endpoint is named: {text}");
}

#[tokio::test]
async fn a_refusal_is_not_taken_to_the_other_endpoints() {
    let refuse = |_: &Seen| {
        let mut reply = Reply::json(r#"{"message":"no"}"#).with("x-amzn-errortype", "AccessDeniedException");
        reply.status = 403;
        reply
    };
    let (one, two) = (Stub::start(refuse).await, Stub::start(refuse).await);
    let read = cluster(&[("us-east-1", &one.url), ("us-west-2", &two.url)]).await.read(&controls(), now()).await;
    assert_eq!((read.result.unwrap_err().kind, read.calls), (FailureKind::Denied, 1));
}
