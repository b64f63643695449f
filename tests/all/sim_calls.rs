//! The call log: what it keeps, and how little memory it takes.

use drdeck::sim::Moment;
use drdeck::sim::calls::{CallLog, LoggedCall};
use serde_json::{Value as Json, json};

use crate::sim_kit::START;

fn call(parameters: Json) -> LoggedCall {
    LoggedCall {
        at: Moment::parse(START).unwrap(),
        service: "rds".to_owned(),
        region: "us-east-1".to_owned(),
        operation: "DescribeDBInstances".to_owned(),
        target: None,
        parameters,
        status: Some(200),
        changed: false,
    }
}

fn shown(log: &CallLog) -> Vec<Json> {
    serde_json::from_str(&log.text()).unwrap()
}

#[test]
fn a_call_is_shown_as_the_contract_says_and_without_secrets() {
    let mut log = CallLog::default();
    assert_eq!(log.text(), "[]");
    log.add(call(json!({ "DBInstanceIdentifier": "a \"b\"", "Password": "secret" })));
    log.add(LoggedCall { status: None, target: Some("x".to_owned()), ..call(Json::Null) });
    let calls = shown(&log);
    assert_eq!(
        calls[0],
        json!({
            "at": START, "service": "rds", "region": "us-east-1", "operation": "DescribeDBInstances", "target": null,
            "parameters": { "DBInstanceIdentifier": "a \"b\"" }, "status": 200, "changed": false,
        })
    );
    assert_eq!((&calls[1]["status"], &calls[1]["target"]), (&Json::Null, &json!("x")));
}

#[test]
fn the_newest_calls_stay_however_many_or_long_they_are() {
    let mut many = CallLog::default();
    for number in 0..20_100 {
        many.add(call(json!({ "number": number })));
    }
    let calls = shown(&many);
    assert_eq!((calls.len(), calls[0]["parameters"]["number"].as_i64()), (20_000, Some(100)));
    let mut long = CallLog::default();
    for number in 0..40 {
        long.add(call(json!({ "number": number, "text": "x".repeat(1024 * 1024) })));
    }
    assert!(long.text().len() <= 16 * 1024 * 1024 + 64);
    assert_eq!(shown(&long).last().unwrap()["parameters"]["number"], 39);
}
