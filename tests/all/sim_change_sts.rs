//! Who is who: users by their access keys, sessions with their source identity and their end, and what is denied to whom.

use drdeck::demo;
use drdeck::sim::{Moment, Running, seed};
use serde_json::json;

use crate::sim_kit::{Reply, control, query, send, signed, simulator, target};

const ROLE: &str = "arn:aws:iam::111122223333:role/dr/operator";

/// A call of an access key, with the token of a session if it is one.
fn called(server: &Running, key: &str, token: Option<&str>, service: &str, form: &str) -> Reply {
    let authorization = signed(service, "us-west-2").replace("=demo/", &format!("={key}/"));
    let mut headers = vec![("authorization", &*authorization), ("content-type", "application/x-www-form-urlencoded")];
    headers.extend(token.map(|token| ("x-amz-security-token", token)));
    send(server, "POST", "/", &headers, form.as_bytes()).unwrap()
}

fn who(server: &Running, key: &str, token: Option<&str>) -> String {
    called(server, key, token, "sts", "Action=GetCallerIdentity").element("Arn").unwrap()
}

fn assume(server: &Running, token: Option<&str>, rest: &str) -> Reply {
    called(server, "demo-bob", token, "sts", &format!("Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=bob&{rest}"))
}

#[test]
fn a_second_person_is_told_apart_by_the_access_key() {
    let server = simulator(demo::ESTATE, "");
    assert_eq!(who(&server, "demo", None), "arn:aws:iam::111122223333:user/alice");
    assert_eq!(who(&server, "AKIADEMODEMODEMODEMO", None), "arn:aws:iam::111122223333:user/alice");
    assert_eq!(who(&server, "demo-bob", None), "arn:aws:iam::111122223333:user/bob");
    let id = |key: &str| called(&server, key, None, "sts", "Action=GetCallerIdentity").element("UserId").unwrap();
    assert_ne!(id("demo"), id("demo-bob"));
}

#[test]
fn a_session_has_its_name_its_end_and_its_source_identity() {
    let server = simulator(demo::ESTATE, "");
    let before = Moment::of_wall_clock();
    let reply =
        assume(&server, None, "DurationSeconds=900&SourceIdentity=bob&Tags.member.1.Key=run&Tags.member.1.Value=17");
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.element("SourceIdentity").unwrap(), "bob");
    let lasts = (Moment::parse(&reply.element("Expiration").unwrap()).unwrap() - before).millis();
    assert!((899_000..902_000).contains(&lasts), "{lasts}");
    let token = reply.element("SessionToken").unwrap();
    let key = reply.element("AccessKeyId").unwrap();
    assert_eq!(who(&server, &key, Some(&token)), "arn:aws:sts::111122223333:assumed-role/operator/bob");
    let other = assume(&server, Some(&token), "SourceIdentity=alice");
    assert_eq!((other.status, other.element("Code").unwrap().as_str()), (403, "AccessDenied"));
    assert_eq!(assume(&server, Some(&token), "").element("SourceIdentity").unwrap(), "bob", "it stays");
    assert_eq!(
        assume(&server, Some(&token), "DurationSeconds=7200").status,
        400,
        "role chaining lasts an hour at most"
    );
    for wrong in [
        "DurationSeconds=899",
        "DurationSeconds=43201",
        "SourceIdentity=b",
        "SourceIdentity=two+words",
        "Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=A&Tags.member.2.Value=2",
        "Tags.member.1.Key=&Tags.member.1.Value=1",
    ] {
        assert_eq!(assume(&server, None, wrong).status, 400, "{wrong}");
    }
    assert_eq!(assume(&server, None, "DurationSeconds=43200").status, 200);
}

/// A token that the simulator gave for a session that has ended since; what it is made of is no secret.
fn ended(seconds_ago: i64) -> String {
    let until = Moment::of_wall_clock().millis() - seconds_ago * 1000;
    let clear = format!("111122223333|operator|bob|bob|{until}");
    let checked = format!("{clear}|{:016x}", seed::hash(0x6472_6465_636b, &[&clear]));
    checked.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_session_that_has_ended_is_refused_as_each_protocol_says_it() {
    let server = simulator(demo::ESTATE, "");
    let alive = ended(-60);
    assert_eq!(who(&server, "ASIAX", Some(&alive)), "arn:aws:sts::111122223333:assumed-role/operator/bob");
    let over = ended(1);
    for service in ["sts", "rds"] {
        let action = if service == "sts" { "GetCallerIdentity" } else { "DescribeDBInstances" };
        let reply = called(&server, "ASIAX", Some(&over), service, &format!("Action={action}"));
        assert_eq!((reply.status, reply.element("Code").unwrap().as_str()), (403, "ExpiredToken"));
    }
    let authorization = signed("drs", "us-west-2");
    let headers = [("authorization", &*authorization), ("x-amz-security-token", &*over)];
    let drs = send(&server, "POST", "/DescribeJobs", &headers, b"{}").unwrap();
    assert_eq!((drs.status, drs.header("x-amzn-errortype")), (403, Some("ExpiredTokenException")));
}

#[test]
fn what_is_denied_is_refused_as_each_protocol_says_it_and_changes_nothing() {
    let server = simulator(demo::ESTATE, "");
    let denied = json!([{ "fault": { "denied": { "region": "us-west-2" } } }]);
    assert_eq!(control(&server, "/_drdeck/faults", &denied).status, 200);
    let rds = called(&server, "demo-bob", None, "rds", "Action=DescribeDBInstances");
    assert_eq!((rds.status, rds.element("Code").unwrap().as_str()), (403, "AccessDenied"));
    let said = rds.element("Message").unwrap();
    assert!(said.contains("user/bob is not authorized to perform: rds:DescribeDBInstances"), "{said}");
    let topic = "arn:aws:sns:us-west-2:111122223333:dr-incidents";
    let sns = query(&server, "sns", "us-west-2", &format!("Action=Publish&TopicArn={topic}&Message=x")).unwrap();
    assert_eq!((sns.status, sns.element("Code").unwrap().as_str()), (403, "AuthorizationError"));
    assert_eq!(crate::sim_kit::ask(&server, "/_drdeck/messages"), json!([]));
    let table = target(&server, "dynamodb", "us-west-2", "DynamoDB_20120810.ListTables", &json!({})).unwrap();
    assert_eq!(table.status, 400);
    assert!(table.json()["__type"].as_str().unwrap().ends_with("#AccessDeniedException"));
    assert_eq!(query(&server, "rds", "us-east-1", "Action=DescribeDBInstances").unwrap().status, 200);
}
